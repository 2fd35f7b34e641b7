"""What an activation costs: measured here, on this machine, when the visitor asks."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from threading import Lock

import numpy as np
import streamlit as st

from cnnviz import figures
from cnnviz.ops import conv2d
from cnnviz.ui import state
from cnnviz.ui.lessons.activations.activations_view import BY_NAME
from cnnviz.ui.markup import part, told
from cnnviz.ui.results import chart
from cnnviz.ui.words import number, percent

_COSTS = "activations-costs"  # as they were measured for this visitor

MILLION = 1_000_000
TIMES = 7
LAYER = "a CONV layer, 3 × 3 × 8"

_one_at_a_time = Lock()  # two at once would measure each other


def cost() -> None:
    """The button, and what was measured when it was last pressed."""
    part(
        "Is ReLU cheaper?",
        "The time for a million numbers in float32, forwards (the function) and backwards (its slope), on the "
        f"machine that serves this page: the median of {TIMES} runs. Beside it, for comparison, a CONV layer of 8 "
        "filters over 8 channels that makes a million numbers. These are this program’s times in NumPy, not the "
        "functions’ own. Whether a network learns faster is another question, of "
        "steps and of seconds: the lesson Learning measures it.",
    )
    with st.container(key="cost"):
        if st.button("Measure here and now", key="measure"):
            _measure()
        costs = state.recall(_COSTS)
        if costs:
            title = "milliseconds for a million numbers, on this machine"
            chart(figures.bars(costs, y_title=title, across=True, height=320), "cost-chart")
            told(said(costs))


def _measure() -> None:
    """Measure, unless another visitor does just now."""
    if not _one_at_a_time.acquire(blocking=False):
        st.caption(
            "Someone else measures just now, and two at once would slow each other down. Press again in a moment."
        )
        return
    try:
        state.remember(_COSTS, measured())
    finally:
        _one_at_a_time.release()


def measured() -> dict[str, dict[str, float]]:
    """Milliseconds for a million numbers: {"forwards": {name: ...}, "backwards": {name: ...}}."""
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal(MILLION, np.float32)
    costs: dict[str, dict[str, float]] = {"forwards": {}, "backwards": {}}
    for name, activation in BY_NAME.items():
        costs["forwards"][name] = _median(partial(activation.function, numbers))
        costs["backwards"][name] = _median(partial(activation.derivative, numbers))
    volume = rng.standard_normal((8, 250, 500), np.float32)  # 8 filters give 8 x 250 x 500, a million
    weight = rng.standard_normal((8, 8, 3, 3), np.float32)
    costs["forwards"][LAYER] = _median(partial(conv2d, volume, weight, padding=1))
    return costs


def _median(run: Callable[[], object]) -> float:
    run()  # the first run pays for what is loaded once
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def said(costs: dict[str, dict[str, float]]) -> str:
    """The winner and by how much, and what that is to the layer. Two digits: no clock here gives more."""
    forwards = {name: milliseconds for name, milliseconds in costs["forwards"].items() if name in BY_NAME}
    both = {name: forwards[name] + costs["backwards"][name] for name in forwards}
    cheapest = min(both, key=lambda name: both[name])
    ratio = forwards["sigmoid"] / forwards["ReLU"]
    than = f"{'' if ratio >= 1 else 'only '}{number(ratio, 2)} times as long as"
    sigmoid, relu, layer = (number(costs["forwards"][name], 2) for name in ("sigmoid", "ReLU", LAYER))
    return (
        f"Forwards, sigmoid takes {than} ReLU ({sigmoid} against {relu} ms); the cheapest in both directions together "
        f"is {cheapest}. The CONV layer itself takes {layer} ms: with ReLU behind it, "
        f"{_share(forwards['ReLU'], costs)} of the layer’s forward time is the activation, "
        f"with sigmoid {_share(forwards['sigmoid'], costs)}. "
        "Another machine or another library gives other numbers."
    )


def _share(milliseconds: float, costs: dict[str, dict[str, float]]) -> str:
    return percent(milliseconds, milliseconds + costs["forwards"][LAYER])
