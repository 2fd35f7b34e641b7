"""The run, once and kept: every map as a volume, and the map of the chosen unit on the stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.layers import Conv2d, Shape
from cnnviz.network import Network, Row
from cnnviz.pictures import Picture
from cnnviz.pictures.picture import proportional
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui.cached import CHANNELS
from cnnviz.ui.controls import put
from cnnviz.ui.lessons.layers.setup import MODES, UNIT, Setup
from cnnviz.ui.lessons.layers.stack import stack_of
from cnnviz.ui.stage import stage
from cnnviz.ui.volumes import Unit, Volume, chosen, volumes

GROUP = "layers"  # volumes and stage share one cursor


@dataclass(frozen=True)
class Run:
    """Every map of a network on one picture, the picture first, as it went in."""

    network: Network
    parameters: list[dict[str, NDArray[np.float32]]]
    maps: list[NDArray]


@dataclass(frozen=True)
class Shown:
    """The map that the rest of the page speaks of.

    name  in words: "map 3 of layer 2, ReLU"
    map   (height, width), as it came out
    """

    name: str
    map: NDArray


@st.cache_resource(max_entries=6, show_spinner=False)
def _run(
    _picture: Picture, digest: str, text: str, shape: Shape, divisor: float, seed: int, training: bool, draw: int
) -> Run:
    network = stack_of(text, shape).network
    parameters = network.initial(seed)
    values = _picture.levels().astype(np.float32) / np.float32(divisor)
    return Run(network, parameters, network.forward(values, parameters, training, np.random.default_rng(draw)))


def _kept(setup: Setup) -> Run:
    """The run of the layers that follow. Raises DoesNotFit for batch norm of single numbers in training."""
    draw = setup.draw if setup.training else 0
    picture, text = setup.picture, setup.stack.text
    return _run(picture, picture.digest, text, setup.shape, setup.divisor, setup.seed, setup.training, draw)


def runnable(setup: Setup) -> int | None:
    """The longest side, of a few, at which the picture is small enough for this stack; None where none helps."""
    channels, height, width = setup.shape
    for side in (768, 512, 384, 256, 192, 128, 96, 64):
        smaller = proportional((height, width), side)
        if side < max(height, width):
            stack = stack_of(setup.stack.text, (channels, *smaller))
            if not stack.problem and not stack.network.over_budget:
                return side if setup.is_own_size else None
    return None


def view(setup: Setup) -> Shown:
    """The volumes, and the chosen unit's map on the stage; or why there is nothing to run. What the map shown is."""
    network = setup.stack.network
    plane = Shown("the picture's first channel", setup.picture.levels()[0].astype(np.float32) / setup.divisor)
    with st.container(key="not-run"):
        if network.over_budget:
            st.html(f'<div class="told"><b>Counted, not run.</b> {escape(network.over_budget)}</div>')
            side = runnable(setup)
            if side:
                st.button(f"longest side {side}", key="remedy size", on_click=put, kwargs={"size": side})
    if not network.layers or network.over_budget:
        return plane
    try:
        run = _kept(setup)
    except CnnvizError as problem:
        with st.container(key="refused", border=True):
            st.html(f"<b>{escape(str(problem))}</b>")
            st.button("run in inference", key="remedy inference", on_click=put, kwargs={"mode": MODES[0]})
        return plane
    unit = chosen(UNIT, network.shapes[1:], start=Unit(0, 0))
    row = network.rows[unit.layer]
    with st.container(key="layers-view"):
        volumes(setup.picture, [_volume(row, run) for row in network.rows], key=UNIT, selected=unit, group=GROUP)
        stage(_trace(setup, run, row, unit.channel), key="layer", group=GROUP, at=unit.at, unit=unit.map)
    map = np.atleast_2d(run.maps[unit.layer + 1][unit.channel])
    return Shown(f"{_map_name(row, unit.channel)} of layer {unit.layer + 1}, {row.layer.name}", map)


def _volume(row: Row, run: Run) -> Volume:
    """A layer's output, to be drawn. CONV and FC read all maps (of their group); the others each their own."""
    groups = row.layer.groups if isinstance(row.layer, Conv2d) else 1 if row.layer.kind == "FC" else row.output_shape[0]
    return Volume(f"{row.index + 1} {row.layer.name}", run.maps[row.index + 1], row.fields, groups=groups)


def _map_name(row: Row, channel: int) -> str:
    return f"{'map' if len(row.output_shape) == 3 else 'number'} {channel + 1}"


def _trace(setup: Setup, run: Run, row: Row, channel: int) -> Trace:
    """The map on the stage: the levels themselves where the layer reads the picture."""
    first = row.index == 0
    names: dict[str, Any] = {
        "input": "Picture" if first else f"Layer {row.index}, {run.network.layers[row.index - 1].name}",
        "output": f"Layer {row.index + 1}, {row.layer.name}, {_map_name(row, channel)}",
    }
    trace = layer_trace(
        row.layer,
        setup.picture.levels() if first else run.maps[row.index],
        run.maps[row.index + 1],
        run.parameters[row.index],
        channel,
        training=setup.training,
        divisor=setup.divisor if first else 1.0,
        **names,
    )
    colours = CHANNELS[len(setup.picture.pixels)] if first else None
    names["channels"] = [colours[of] if colours else f"map {of + 1}" for of in trace.channels]
    # Only what this map reads goes over: of a pool over 64 maps, one.
    return replace(
        trace, input=trace.input[list(trace.channels)], channels=tuple(range(len(trace.channels))), names=names
    )
