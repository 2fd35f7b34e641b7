"""A bench of stages: every preset under one border and depth, or the operations of later lessons."""

import numpy as np
import streamlit as st

from cnnviz.geometry import Window
from cnnviz.pictures import sample
from cnnviz.steps import Trace
from cnnviz.ui import cached
from cnnviz.ui.settings import KERNEL_NAMES, START, filter_of, windows
from cnnviz.ui.stage import stage

SIDE = 12  # pixels of the presets' picture


def preset_states(border: str) -> list[dict]:
    """The settings of one view for each preset: sizes, strides, dilations and biases differ from one to the next."""
    states = []
    for number, name in enumerate(KERNEL_NAMES):
        own = {"kernel": name, "k": (3, 5, 7)[number % 3], "s": 1 + number % 2, "p": 2 + number % 2}
        states.append({**START, **own, "border": border, "bias": number - 8.5, "flip": number % 4 == 0})
    return states


def preset_trace(state: dict, depth: str, values: float) -> Trace:
    picture = sample("chelsea").at(SIDE, depth)
    return cached.convolve(picture, filter_of(state, len(picture.pixels)), windows(state), values)


def filled(trace: Trace) -> Trace:
    """The trace with the output that its own steps come to."""
    for row, column in np.ndindex(*trace.output.shape):
        trace.output[row, column] = trace.step(row, column).result
    return trace


def later_traces() -> dict[str, Trace]:
    """One of each operation that later lessons put on the stage."""
    draw = np.random.default_rng(5)
    one = Window(1)
    maps = draw.normal(size=(4, 7, 9)).astype(np.float32)
    deep = draw.normal(size=(512, 3, 4)).astype(np.float32)
    blocks = draw.normal(size=(16, 5, 5)).astype(np.float32)
    sheets = draw.normal(size=(6, 14, 14)).astype(np.float32)
    codes = draw.choice([-1.0, 1.0], size=(84, 1, 1))
    signals = draw.normal(size=(84, 1, 1)).astype(np.float32)
    pool = {"term": "value", "reduction": "max", "outside": "none"}
    squashed = {"term": "value", "reduction": "mean", "scale": 0.7, "bias": -0.2, "function": "scaled tanh"}
    return {
        "max pool": Trace(maps, np.zeros((4, 4)), Window(3, 2, (1, 1)), Window(2, 2), (2,), **pool),
        "average, squashed": Trace(maps, np.zeros((3, 4)), Window(2, 2), Window(2, 2), (1,), **squashed),
        "400 terms": Trace(
            blocks, np.zeros((1, 1)), Window(5), Window(5), tuple(range(16)), draw.normal(size=(16, 5, 5)), bias=0.3
        ),
        "six maps": Trace(
            sheets, np.zeros((10, 10)), Window(5), Window(5), tuple(range(6)), draw.normal(size=(6, 5, 5)), bias=-0.1
        ),
        "512 channels": Trace(deep, np.zeros((3, 4)), one, one, tuple(range(512)), draw.normal(size=(512, 1, 1))),
        "squared differences": Trace(
            signals, np.zeros((1, 1)), one, one, tuple(range(84)), codes, term="squared difference"
        ),
        "relu": Trace(maps, np.zeros((7, 9)), one, one, (0,), term="value", function="relu"),
    }


def linked() -> None:
    """Two compact stages side by side that share a cursor, and two maps of a network, named.

    Changed, the coarse one has padding, and the second map is sent nowhere.
    """
    changed = st.toggle("changed")
    for column, name, k, s, p in zip(st.columns(2), ("fine", "coarse"), (3, 5), (1, 2), (1, int(changed))):
        state = {**START, "kernel": "Box blur", "k": k, "s": s, "p": p}
        with column, st.container(key=name):
            stage(preset_trace(state, "grey", 1), key=f"stage {name}", group="two", compact=True)
    levels = sample("chelsea").at(SIDE, "grey").levels()[:, :, :SIDE].astype(np.float32)
    one, height, width = Window(1), *levels.shape[1:]
    sent = None if changed else (2, 1)
    for name, limit, unit, at in (("first", 255.0, (1, 0), (0, 0)), ("second", 0.0, (2, 1), sent)):
        trace = Trace(
            levels, np.zeros((height, width)), one, one, (0,), term="value", function="relu", input_limit=limit
        )
        with st.container(key=name):
            stage(filled(trace), key=f"stage {name}", group="network", unit=unit, at=at)


def main() -> None:
    st.set_page_config(layout="wide")
    if "linked" in st.query_params:
        linked()
        return
    if "later" in st.query_params:
        for name, trace in later_traces().items():
            with st.container(key=name.replace(" ", "-").replace(",", "")):
                stage(filled(trace), key=f"stage {name}")
        return
    values = float(st.query_params["values"])
    for number, state in enumerate(preset_states(st.query_params["border"])):
        with st.container(key=f"stage-{number}"):
            stage(preset_trace(state, st.query_params["depth"], values), key=f"preset {number}")
