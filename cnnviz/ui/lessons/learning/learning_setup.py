"""What is trained and how: the row of settings, all in the URL; and the visitor's run, which is in the session."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.experiments.plans import NETWORKS, Plan, composed
from cnnviz.numbers import grouped
from cnnviz.training import OPTIMISERS, Recipe
from cnnviz.ui import controls, state
from cnnviz.ui.controls import plain
from cnnviz.ui.lessons.layers.layers_setup import HELP as STACK_HELP
from cnnviz.ui.lessons.layers.layers_stack import STACK
from cnnviz.ui.lessons.learning.learning_run import LearningRun, first_of
from cnnviz.ui.own import RUN, own
from cnnviz.ui.state import flag, integer, one_of, put
from cnnviz.ui.words import many, number

FUNCTIONS = {"ReLU": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "leaky ReLU": "leaky relu"}
METHODS = {"Adam": "adam", "momentum": "momentum", "SGD": "sgd"}
YOURS = "Yours, from Layers"
USUAL = "usual"
RATES = (USUAL, "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3")
BATCHES = ("1", "8", "16", "32", "64", "128")
PASSES = ("1", "2", "3", "5", "10", "15", "20")
TRAINS = one_of("trains", [*NETWORKS, YOURS])
FUNCTION = one_of("function", list(FUNCTIONS))
OPTIMISER = one_of("optimiser", list(METHODS))
RATE = one_of("rate", RATES)
BATCH = one_of("batch", BATCHES, "32")
PASS_COUNT = one_of("passes", PASSES, "10")
LEARN_SEED = integer("learn-seed", 0, 0, 9999)
DROPOUT, NORM = flag("drop"), flag("norm")
RECIPE = (TRAINS, FUNCTION, OPTIMISER, RATE, BATCH, PASS_COUNT, LEARN_SEED, DROPOUT, NORM, STACK)
PLANNED = "learning-planned"  # the run that these settings would be


def settings() -> LearningRun | None:
    """Draw the settings; the run that the page shows, or None where there is no network to train."""
    columns = st.columns([1.7, 1.15, 1.15, 1.05, 0.8, 0.8, 0.85, 1.25], vertical_alignment="bottom")
    options = (
        ("Network", TRAINS, "What learns. LeNet-5 is its modern form, with max pooling."),
        ("Activation", FUNCTION, None),
        ("Optimiser", OPTIMISER, None),
        ("Learning rate", RATE, _rates()),
        ("Batch", BATCH, None),
        ("Passes", PASS_COUNT, None),
    )
    chosen = {}
    for column, (label, setting, help) in zip(columns, options):
        with column:
            chosen[setting.key] = controls.select(label, setting, help=help)
    with columns[6]:
        seed = controls.typed_number("Seed", LEARN_SEED)
    with columns[7], st.container(key="learn-extras", gap=None):
        dropout = controls.toggle("dropout", DROPOUT, help="With p = 0.5, before the last layer.")
        norm = controls.toggle("batch norm", NORM, help="Behind every CONV.")
    optimiser = METHODS[chosen["optimiser"]]
    rate = OPTIMISERS[optimiser].rate if chosen["rate"] == USUAL else float(chosen["rate"])
    recipe = Recipe(optimiser, rate, int(chosen["batch"]), int(chosen["passes"]), seed=int(seed))
    with st.sidebar, st.container(key="own-stack"):
        is_own = chosen["trains"] == YOURS
        text = controls.text("The stack as text", STACK, height=112, help=STACK_HELP) if is_own else ""
    stack = text if is_own else composed(chosen["trains"], FUNCTIONS[chosen["function"]], dropout, norm)
    return _run(Plan("your stack" if is_own else chosen["trains"], stack, recipe))


def _rates() -> str:
    usual = ", ".join(f"{label} {number(OPTIMISERS[key].rate)}" for label, key in METHODS.items())
    return f"How far a step goes; it falls in a straight line to 0 at the end. Usual: {usual}."


def _run(plan: Plan) -> LearningRun | None:
    """The session's run; a new one where there is none, or none that has begun and these settings differ from its."""
    with st.container(key="not-trained"):
        run: LearningRun | None = state.recall(RUN)
        if run and (run.state != "untrained" or run.plan == plan):
            run.beat()
        try:
            fresh = LearningRun(plan, first_of(plan))
        except CnnvizError as problem:
            fresh = None
            _refuse(plan, problem)
        state.remember(PLANNED, fresh)
        if run is None or (run.state == "untrained" and fresh and run.plan != plan):
            run = fresh
        state.remember(RUN, run)
    return run


def _refuse(plan: Plan, problem: CnnvizError) -> None:
    """Why this network cannot learn here, and what would."""
    with st.container(key="not-trained-box", border=True):
        st.text(str(problem))
        with st.container(horizontal=True):
            if "fc 10" in str(problem):
                st.button(
                    "add fc 10", key="add-fc-10", on_click=put, kwargs={"stack": f"{plan.stack}; fc 10".strip("; ")}
                )
            st.button("LeNet-5", key="back-to-lenet", on_click=put, kwargs={"trains": "LeNet-5"})


def _do(what: str) -> None:
    """What a button does. A run that has come to its end, or that is to start anew, makes room for the planned one."""
    run: LearningRun | None = state.recall(RUN)
    planned: LearningRun | None = state.recall(PLANNED)
    if run and (what == "reset" or run.state in ("done", "failed")):
        own()  # what it has learnt stays with the LeNet-5 page until the next one has begun
        run.end()
        run = planned or run
        state.remember(RUN, run)
    if run is None or what == "reset":
        return
    {"go": run.go, "pause": run.pause, "step": run.one_step}[what]()


def buttons(run: LearningRun | None) -> None:
    """Start, pause, step, reset; and what they would do with settings that have changed meanwhile."""
    stands = run.state if run else "untrained"
    main = {"running": ("Pause", "pause", "pause")} | dict.fromkeys(("paused", "left"), ("Go on", "play_arrow", "go"))
    again = "Start" if stands == "untrained" else "Start again"
    label, icon, what = main.get(stands, (again, "play_arrow", "go"))
    with st.container(key="learn-buttons", horizontal=True, vertical_alignment="center"):
        st.button(
            label, key="learn", type="primary", icon=f":material/{icon}:", on_click=_do, args=(what,), width=150,
            disabled=run is None,
        )  # fmt: skip
        st.button(
            "Step a batch", key="learn-step", icon=":material/skip_next:", on_click=_do, args=("step",),
            disabled=run is None or stands in ("running", "done"),
            help="All its steps are made; “Start again” begins anew." if stands == "done" else None,
        )  # fmt: skip
        st.button(
            "Reset", key="learn-reset", icon=":material/restart_alt:", on_click=_do, args=("reset",),
            disabled=run is None or stands == "untrained",
        )  # fmt: skip
        with st.container(key="learn-words"):
            st.caption(_words(run))


def _words(run: LearningRun | None) -> str:
    """Markdown: what waits is in bold, which is seen while it trains too."""
    planned: LearningRun | None = state.recall(PLANNED)
    if run is None:
        return "There is nothing to train yet."
    if run.problem:
        return plain(run.problem)
    if planned is None or planned.plan == run.plan:
        recipe, network = run.plan.recipe, run.plan.network
        return plain(
            f"{run.plan.name}: {grouped(network.parameters)} parameters, {OPTIMISERS[recipe.optimiser].name}, learning "
            f"rate {number(recipe.learning_rate)}; {many(run.first.steps, 'step')}, each on "
            f"{recipe.batch_size} digits."
        )
    return f"**Your new settings wait for “Reset”.** {plain(f'Shown is {run.plan.told()}.')}"
