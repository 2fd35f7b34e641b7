"""The view: one envelope for each update, two a second while something trains; and what to do with what was learnt."""

import math

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.errors import CnnvizError
from cnnviz.experiments.live import SHOWN, first_layer
from cnnviz.models.lenet5 import prepare
from cnnviz.models.weights import pack
from cnnviz.numbers import fixed, grouped
from cnnviz.ops import softmax
from cnnviz.ui.controls import refuse
from cnnviz.ui.controls.digit_source import Digit
from cnnviz.ui.learning import learning_view
from cnnviz.ui.lessons.learning.learning_run import LearningRun
from cnnviz.ui.lessons.learning.learning_setup import buttons
from cnnviz.ui.network_view import download
from cnnviz.ui.own import own
from cnnviz.ui.state import put
from cnnviz.ui.words import number, percent

OLD = 0.05  # of the run: a count of the held-out digits older than this says when it was made
EVERY = {"running": 0.5, "paused": 2.0}  # seconds; a pause too must be looked at, or it ends
SAMPLE = tuple((7 * digit + 3, digit) for digit in range(10))  # of the held-out digits: one of each


def view(run: LearningRun | None, digit: Digit) -> None:
    """Buttons and view; both drawn again while it trains, and the rest of the page when that ends or takes a step."""
    state, step = (run.state, run.step) if run else ("untrained", 0)
    st.fragment(_look, run_every=EVERY.get(state))(run, digit, state, step)


def _look(run: LearningRun | None, digit: Digit, state: str, step: int) -> None:
    """`state` and `step` are what the rest of the page speaks of."""
    if run:
        run.beat()
    buttons(run)
    with st.container(key="learning-view"):
        if run:
            try:
                header, arrays = envelope(run, digit)
            except CnnvizError as problem:
                refuse(str(problem))
            else:
                learning_view(header, arrays, key="learning")
    # Last, for what is not drawn in a run of a fragment is taken off the page, and would be mounted anew.
    if run and (run.state != state or (state != "running" and run.step != step)):
        st.rerun()


def samples() -> tuple[np.ndarray, np.ndarray]:
    """Ten held-out digits, one of each, and what they are."""
    held = models.digits("test")
    places = [np.flatnonzero(held.labels == label)[at] for at, label in SAMPLE]
    return held.images[places], held.labels[places]


def envelope(run: LearningRun, digit: Digit) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Header and arrays for `learning_view`. Raises CnnvizError where this network cannot be run."""
    told, plan, state = run.latest, run.plan, run.state
    network = plan.network
    images, labels = samples()
    maps = network.forward(prepare(np.concatenate([images, digit.levels[np.newaxis]])), told.parameters)
    shares = softmax(maps[-1].astype(np.float64))
    at = first_layer(network)
    own = maps[at + 1][-1]
    own = (own if own.ndim == 3 else own[:, np.newaxis, np.newaxis])[:SHOWN]
    of = network.shapes[at + 1][0]
    steps, losses, trained = told.smooth()
    looks, held, _ = zip(*told.held_curve)
    header: dict[str, object] = {
        "run": run.number,
        "state": state,
        "words": words(run),
        "step": told.step,
        "steps": told.steps,
        "loss": float(losses[-1]) if len(losses) else 0.0,
        "held": percent(held[-1]),
        "trained": percent(float(trained[-1])) if len(trained) else "–",
        "layer": plan.layer,
        "of": of,
        "batch": plan.recipe.batch_size,
        "line": line(run),
        "answers": [
            {"label": int(label), "guess": int(found.argmax()), "sure": float(found.max())}
            for label, found in zip(labels, shares)
        ],
        "own_name": digit.title,
        "own_label": digit.label,
        "is_empty": digit.is_empty,
        "foreseen": told.foreseen,
    }
    return header, {
        "before": told.before, "now": told.now, "move": told.move, "curve_steps": steps, "curve_loss": losses,
        "curve_train": trained, "held_steps": np.array(looks, np.float32), "held_share": np.array(held, np.float32),
        "digits": images, "own": digit.levels, "own_maps": own, "own_shares": shares[-1],
    }  # fmt: skip


def words(run: LearningRun) -> dict[str, str]:
    """What the view's head says."""
    told, state = run.latest, run.state
    step, steps = grouped(told.step), grouped(told.steps)
    where = f"step {step} of {steps} · pass {told.epoch} of {told.epochs}"
    computed = f"{fixed(told.seconds, 1)} s of computing"
    says = {
        "untrained": ("Not trained yet", "every weight is a random number: it can only guess, 1 in 10 right"),
        "running": ("Learning", f"{where} · {computed} · {_left(told.left)}" if told.step else "starting …"),
        "paused": ("Paused", f"{where} · {computed}"),
        "done": ("Learnt", f"{steps} steps, {grouped(told.epochs * told.digits)} digits looked at, {computed}"),
        "left": ("Stopped while you were away", f"{where} · “Go on” takes it up from there"),
        "failed": ("Stopped", f"{where} · {run.problem}"),
    }[state]
    at, share, of = told.held_curve[-1]
    held = f"{percent(share)} of {grouped(of)} held-out digits right"
    if told.step - at > (OLD * told.steps if state == "running" and at else 0):
        held += f" at step {grouped(at)}"
    return {"state": says[0], "told": says[1], "held": held}


def _left(seconds: float) -> str:
    return f"about {math.ceil(seconds)} s left" if seconds < 99 else f"about {math.ceil(seconds / 60)} min left"


def line(run: LearningRun) -> str:
    """What is seen, read aloud."""
    told, batch = run.latest, run.plan.recipe.batch_size
    if told.step == 0:
        return (
            f"A step: {batch} digits go through, the loss says how wrong the answers are, and every weight moves a "
            f"little to make it less. {run.plan.layer} starts at a quarter of the usual size and learns at 4 times the "
            "rate, so that its filters are seen to change."
        )
    moved = float(np.abs(told.now - told.before).max())
    return (
        f"After {grouped(told.step)} steps on {batch} digits each, the weights of {run.plan.layer} have moved by up "
        f"to {number(moved, 2)} from where they started. Click a filter to see where its weights go next."
    )


def use(run: LearningRun | None) -> None:
    """The buttons, once there is something learnt and it stands still."""
    ready = run is not None and run.step > 0 and run.state != "running"
    with st.container(key="learnt", horizontal=True, vertical_alignment="center"):
        if (
            st.button("Use it on the LeNet-5 page", key="use-own", icon=":material/arrow_forward:", disabled=not ready)
            and run is not None
        ):
            own()
            put(form="Yours")
            st.switch_page("pages/lenet.py")
        st.download_button(
            "Download it, .npz",
            data=(lambda: npz(run)) if run is not None and ready else b"",
            file_name="network.npz",
            key="take-own",
            icon=":material/download:",
            on_click="ignore",
            disabled=not ready,
        )
        download(run.trained if run is not None and ready else None, "take-onnx")
        st.caption(
            "numpy.load opens the first: the layers as text under “stack”, then each array by its layer. Netron draws "
            "the other, and ONNX Runtime runs it."
            if ready
            else "Once it has learnt and stands still, it reads digits on the LeNet-5 page, and can be downloaded."
        )


def npz(run: LearningRun) -> bytes:
    """The network for numpy.load, without pickle: "stack", its layers as text, then "C1.weight", "C1.bias", ..."""
    return pack(run.trained(), run.plan.stack)
