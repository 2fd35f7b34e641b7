"""The run, once and kept: every map as a volume, and the map of the chosen unit on the stage."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.graph import BUDGET_NUMBERS, Row
from cnnviz.numbers import grouped
from cnnviz.passes import Pass
from cnnviz.pictures import Picture
from cnnviz.pictures.picture import proportional
from cnnviz.stacks import stack_of
from cnnviz.ui.cached import CHANNELS
from cnnviz.ui.lessons.layers.layers_setup import MODES, UNIT, Setup
from cnnviz.ui.lessons.layers.layers_weights import Brought
from cnnviz.ui.markup import html, show
from cnnviz.ui.memory import remembered
from cnnviz.ui.network_view import Column, NetworkView
from cnnviz.ui.settings import MOST_NUMBERS
from cnnviz.ui.state import put

GROUP = "layers"  # volumes and stage share one cursor


@dataclass(frozen=True)
class Shown:
    """The map that the rest of the page speaks of.

    name  in words: "map 3 of layer 2, ReLU"
    map   (height, width), as it came out
    """

    name: str
    map: NDArray


def _by(picture: Picture, text: str, divisor: float, seed: int, training: bool, own: Brought | None) -> tuple:
    return picture.digest, text, divisor, seed, training, own.id if own else ""


@remembered(2, each=4 * BUDGET_NUMBERS, by=_by)
def _passed(
    picture: Picture, text: str, divisor: float, seed: int, training: bool, own: Brought | None
) -> list[Pass]:
    network, levels = stack_of(text, picture.shape).network, picture.levels()
    values = levels.astype(np.float32) / np.float32(divisor)
    parameters = own.parameters if own else network.initial(seed)
    return [Pass(network, parameters, values, training=training, shown=levels, divisor=divisor)]


def passed(setup: Setup) -> Pass:
    """The layers that follow, on the picture. Raises DoesNotFit for batch norm of single numbers in training."""
    kept = _passed(setup.picture, setup.stack.text, setup.divisor, setup.seed, setup.training, setup.weights)
    # Of one draw after the other the last is kept: what hangs on no draw is not computed again.
    run = kept[0] = kept[0].redrawn(setup.draw if setup.training else 0)
    return run


def _too_large(row: Row) -> str:
    """Why a map of this layer is not on the stage, in a sentence; "" where it is."""
    count = row.traced_bytes(levels=True) // 4
    if count <= MOST_NUMBERS:
        return ""
    what = "map" if len(row.output_shape) == 3 else "number"
    fits = "Fewer pixels fit, or fewer filters in the layer before it." if row.index else "Fewer pixels fit."
    return (
        f"A {what} of layer {row.index + 1}, {row.layer.name}, with all that it reads, is {grouped(count)} numbers of "
        f"4 bytes; the stage draws up to {grouped(MOST_NUMBERS)}. {fits}"
    )


def runnable(setup: Setup, layer: int | None = None) -> int | None:
    """The longest side, of a few, at which the picture is small enough for this stack; None where none helps.

    layer  small enough also for a map of this layer to be on the stage
    """
    channels, height, width = setup.shape
    for side in (768, 512, 384, 256, 192, 128, 96, 64):
        smaller = proportional((height, width), side)
        if side < max(height, width):
            stack = stack_of(setup.stack.text, (channels, *smaller))
            if len(stack.network.rows) < len(setup.stack.network.rows) or stack.network.over_budget:
                continue
            if layer is None or not _too_large(stack.network.rows[layer]):
                return side if setup.is_own_size else None
    return None


def view(setup: Setup) -> Shown:
    """The volumes, and the chosen unit's map on the stage; or why there is nothing to run. What the map shown is."""
    network = setup.stack.network
    plane = Shown("the picture's first channel", setup.picture.levels()[0].astype(np.float32) / setup.divisor)
    with st.container(key="not-run"):
        if network.over_budget:
            _offer(network.over_budget, "remedy size", runnable(setup), "Counted, not run.")
    if not network.layers or network.over_budget:
        return plane
    try:
        run = passed(setup)
    except CnnvizError as problem:
        with st.container(key="refused", border=True):
            show(html("<b>{}</b>", str(problem)))
            st.button("run in inference", key="remedy inference", on_click=put, kwargs={"mode": MODES[0]})
        return plane
    shown = view_of(setup, run)
    unit, row = shown.unit, shown.column.row
    with st.container(key="layers-view"):
        shown.volumes(setup.picture)
        too_large = _too_large(row)
        with st.container(key="not-staged"):
            if too_large:
                _offer(too_large, "remedy stage", runnable(setup, row.index))
        if not too_large:
            shown.stage("layer")
    if math.prod(row.output_shape[1:]) > MOST_NUMBERS:  # too many for the lessons below too
        return plane
    map = np.atleast_2d(run.map(unit.layer + 1)[unit.channel])
    return Shown(f"{_map_name(row, unit.channel)} of layer {unit.layer + 1}, {row.layer.name}", map)


def view_of(setup: Setup, run: Pass) -> NetworkView:
    """Each layer a column of its own: the unit that is looked into is of the layer that is changed."""
    layers = [Column(f"{row.index + 1} {row.layer.name}", row, row.index) for row in run.network.rows]
    return NetworkView(
        run, layers, UNIT, GROUP, colours=CHANNELS[len(setup.picture.pixels)], scaled=True,
        called=lambda column, channel: f"{column.name}, {_map_name(column.row, channel)}",
    )  # fmt: skip


def _offer(sentence: str, key: str, side: int | None, said: str = "Not on the stage.") -> None:
    """Why something is not drawn, and the size of the picture at which it is, to press."""
    show(html('<div class="told"><b>{}</b> {}</div>', said, sentence))
    if side:
        st.button(f"Longest side = {side}", key=key, on_click=put, kwargs={"size": side})


def _map_name(row: Row, channel: int) -> str:
    return f"{'map' if len(row.output_shape) == 3 else 'number'} {channel + 1}"
