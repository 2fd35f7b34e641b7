"""Three of the lecture's claims, measured at the press of a button in a process of its own, told as it was."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from cnnviz import figures
from cnnviz.errors import CnnvizError
from cnnviz.experiments.comparisons import HELD, MOVED, MOVED_RECIPE, RACED, SMALL, SMALL_RECIPE
from cnnviz.experiments.live import WORDS
from cnnviz.jobs.worker import Worker
from cnnviz.numbers import grouped
from cnnviz.training import Recipe
from cnnviz.ui import state
from cnnviz.ui.controls import plain
from cnnviz.ui.lessons.learning import learning_verdicts
from cnnviz.ui.lessons.learning.learning_run import LearningRun
from cnnviz.ui.markup import html, part, show
from cnnviz.ui.own import RUN
from cnnviz.ui.results import chart
from cnnviz.ui.words import percent

EVERY = 0.5  # seconds
RACE_PASSES = 2
_WORKERS, _REFUSED = "learning-claims", "learning-claim-refused"


@dataclass(frozen=True)
class Claim:
    """One comparison.

    key, name   of its job, and for people
    before      what will be seen and how long it takes, a sentence
    draw        charts of a report, which may be empty
    verdict     what came of it, with the numbers
    """

    key: str
    name: str
    before: str
    draw: Callable[[Mapping[str, Any]], None]
    verdict: Callable[[Mapping[str, Any]], str]


def _race(found: Mapping[str, Any]) -> None:
    left, right = st.columns(2, gap="medium")
    curves = found.get("curves", {})
    for room, key, title in ((left, "steps", "steps"), (right, "seconds", "seconds of computing")):
        series = {name: (curves[name][key], curves[name]["losses"]) for name in curves if curves[name][key]}
        with room:
            figure = figures.lines(
                series or {"ReLU": ([], []), "sigmoid": ([], [])}, x_title=title, y_title="loss", y_range=(0, 2.5),
                x_range=(0, max([1, *(xs[-1] for xs, _ in series.values())])),
                height=270,
            )  # fmt: skip
            chart(figure, f"race-{key}")


def _moved(found: Mapping[str, Any]) -> None:
    sides = found.get("sides", {})
    series = {
        f"{name}, {grouped(side['parameters'])} parameters": (
            found["shifts"][: len(side["accuracies"])],
            [100 * share for share in side["accuracies"]],
        )
        for name, side in sides.items()
    }
    figure = figures.lines(
        series or {"CONV": ([], []), "FC": ([], [])}, x_title="pixels that the digits are moved by",
        y_title="% right, of digits never seen", y_range=(0, 102), x_range=(-0.1, 4.1), dots=True, height=270,
    )  # fmt: skip
    chart(figure.update_xaxes(dtick=1), "moved-by-chart")


def _small(found: Mapping[str, Any]) -> None:
    rooms = st.columns(2, gap="medium")
    curves = found.get("curves", {})
    for room, key, title in zip(
        rooms, ("training", "held_out"), (f"of the {SMALL} that it learns from", f"of {grouped(HELD)} others")
    ):
        series = {name: (one["epochs"], [100 * share for share in one[key]]) for name, one in curves.items()}
        with room:
            figure = figures.lines(
                series or {"plain": ([], [])}, x_title="passes", y_title=f"% right, {title}", y_range=(0, 102),
                x_range=(0, SMALL_RECIPE.epochs + 0.5), dots=True, height=270,
            )  # fmt: skip
            chart(figure, f"small-{key}")


CLAIMS = (
    Claim(
        "relu_or_sigmoid",
        "Does ReLU train a lot faster than sigmoid?",
        "The lecture says so: it is cheaper, and its gradient does not vanish. Two LeNet-5 start from the same numbers "
        f"and see the same {grouped(RACED)} digits {RACE_PASSES} times in the same order, with the optimiser, "
        "learning rate, batch and seed that are set above; they take turns, a step each. You will see both losses, "
        "against steps and against the seconds that each computed. About 5 seconds of computing.",
        _race,
        learning_verdicts.race,
    ),
    Claim(
        "conv_or_fc",
        "Are shared weights more data-efficient?",
        f"A CONV network (LeNet-5) and an FC network of as many parameters learn the same {MOVED} digits, "
        f"{MOVED_RECIPE.epochs} times over. Then both are asked about 2,000 digits that they have never seen, where "
        "they stand and moved by up to 4 pixels. You will see how many each still gets right. About 3 seconds of "
        "computing.",
        _moved,
        learning_verdicts.moved,
    ),
    Claim(
        "dropout_or_not",
        "Do dropout and pooling hold overfitting in check?",
        f"Three networks learn the same {SMALL} digits, {SMALL_RECIPE.epochs} times over: LeNet-5 as it is, with "
        "dropout (p = 0.5) behind its two hidden FC layers, and with strides in place of its pooling. You will see "
        f"how many each gets right of those, and of {grouped(HELD)} others: the gap is overfitting. About 10 seconds "
        "of computing.",
        _small,
        learning_verdicts.small,
    ),
)


def _workers() -> dict[str, Worker]:
    """This visitor's, by claim."""
    if state.recall(_WORKERS) is None:
        state.remember(_WORKERS, {})
    return state.recall(_WORKERS)


def claims(run: LearningRun | None) -> None:
    """Each claim with its button, and what was measured when it was last pressed."""
    workers = _workers()
    recipe = run.plan.recipe if run else Recipe()
    for claim in CLAIMS:
        part(claim.name, claim.before)
        worker = workers.get(claim.key)
        going = worker is not None and worker.is_alive
        st.fragment(_look, run_every=EVERY if going else None)(claim, recipe, going)


def _look(claim: Claim, recipe: Recipe, going: bool) -> None:
    worker = _workers().get(claim.key)
    if worker:
        worker.beat()
    refused = state.recall(_REFUSED, {}).get(claim.key, "")
    found = dict(worker.latest.header) if worker and worker.latest else {}
    with st.container(key=f"claim-{claim.key}"):
        with st.container(key=f"claim-row-{claim.key}", horizontal=True, vertical_alignment="center"):
            st.button(
                "Stop" if going else "Measure again" if found else "Measure",
                key=f"measure-{claim.key}",
                icon=":material/stop:" if going else ":material/play_arrow:",
                on_click=_stop if going else _start,
                args=(claim.key, recipe),
            )
            if going:
                st.progress(min(1.0, float(found.get("done", 0))), width="stretch")
            elif problem := refused or (worker.problem if worker else ""):
                st.caption(plain(problem))
        if worker:
            claim.draw(found)
            show(html('<div class="part verdict"><p>{}</p></div>', _said(claim, worker, found)))
    if going != (worker is not None and worker.is_alive):
        st.rerun()  # it has been started here, or has ended: the page looks at it, or no longer


def _said(claim: Claim, worker: Worker, found: Mapping[str, Any]) -> str:
    if worker.is_done:
        return claim.verdict(found)
    done = percent(round(float(found.get("done", 0)), 2))
    if worker.is_alive:
        return f"Being measured, {done} done."
    return f"Not measured to the end: {'you were away' if worker.was_left else 'it was stopped'} at {done}."


def _start(key: str, recipe: Recipe) -> None:
    """Start one; what else this visitor has at work makes room."""
    run: LearningRun | None = state.recall(RUN)
    if run and run.state == "running":
        run.pause()
    workers = _workers()
    for worker in workers.values():
        worker.end()
    settings = (
        {"recipe": asdict(replace(recipe, epochs=RACE_PASSES, first_layer=1))}
        if key == "relu_or_sigmoid"
        else {"seed": recipe.seed}
    )
    state.forget(_REFUSED)
    try:
        workers[key] = Worker(f"cnnviz.experiments.comparisons:{key}", settings, WORDS)
    except CnnvizError as problem:
        state.remember(_REFUSED, {key: str(problem)})


def _stop(key: str, recipe: Recipe) -> None:
    _workers()[key].end()
