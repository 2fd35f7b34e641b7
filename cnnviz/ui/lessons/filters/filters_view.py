"""The main view: the dials of both layers, the volumes, and the stage of the map that was clicked."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.passes import Pass
from cnnviz.pictures import Picture
from cnnviz.ui import cached, controls, formulas, settings
from cnnviz.ui import state as session
from cnnviz.ui.lessons.filters import filters_two_layers as two_layers
from cnnviz.ui.lessons.filters.filters_costs import product
from cnnviz.ui.lessons.filters.filters_two_layers import F2, G2, OPERATION, WHICH, F, G
from cnnviz.ui.markup import Markup, html, show
from cnnviz.ui.memory import by_digest, remembered
from cnnviz.ui.network_view import Column, NetworkView
from cnnviz.ui.settings import MOST_NUMBERS, SHARES, K, P, S
from cnnviz.ui.volumes import Unit, unit_setting
from cnnviz.ui.words import many

UNIT, GROUP = unit_setting("map"), "filters"  # the choice; the cursor of volumes and stage
DIALS = {
    "K kernel": K, "S stride": S, "P padding": P, "F filters": F, "G groups": G, "F₂ filters": F2, "G₂ groups": G2,
}  # fmt: skip
FIRST = Unit(1, 0)  # a map of the second layer: it shows the depth rule at once


def now() -> dict[str, Any]:
    """The settings of both layers as they stand."""
    return session.values(OPERATION)


def dials(picture: Picture) -> None:
    """K, S and P of both layers, filters and groups of each; where the first layer's filters come from."""
    with st.sidebar, st.container(key="weights-of-both"):
        controls.choice("Filters of layer 1", WHICH)
        controls.typed_number("Seed of the random filters", settings.SEED)
    with st.container(key="filter-dials"):
        controls.dials(st.columns(7), DIALS, _words(now(), picture))


def _words(state: Mapping[str, Any], picture: Picture) -> tuple[str, ...]:
    depth, filters = len(picture.pixels), state["f"]
    bare = Window(state["k"], state["s"])
    return (
        "both layers; " + ("has a centre" if state["k"] % 2 else "no centre"),
        formulas.overlap(bare, bare),
        _sizes(state, picture),
        f"layer 1: {many(filters, 'map')}",
        _reads(depth, state["g"], "channel"),
        f"layer 2: {many(state['f2'], 'map')}",
        _reads(filters, state["g2"], "map"),
    )


def _reads(depth: int, groups: int, word: str) -> str:
    if depth % groups:
        return f"{depth} {word}s do not divide"
    return f"each reads {'all ' if groups == 1 and depth > 1 else ''}{many(depth // groups, word)}"


def _sizes(state: Mapping[str, Any], picture: Picture) -> str:
    window = Window(state["k"], state["s"], state["p"])
    try:
        sides = [window.output_size(size) for size in picture.shape[1:]]
        again = [window.output_size(size) for size in sides]
    except CnnvizError:
        return "no map: see below"
    return f"{times(sides[0], sides[1])}, then {times(again[0], again[1])}"


@remembered(4, each=4 * MOST_NUMBERS, by=by_digest)
def _passed(picture: Picture, settings: tuple[tuple[str, Any], ...], divisor: float) -> Pass:
    """Computed in float64, and what rounding leaves of a zero is one: these maps are looked at number by number."""
    state = dict(settings)
    network = two_layers.network(state, picture.shape)
    parameters = two_layers.parameters(state, network)
    maps, scale = [picture.levels()], divisor
    for layer, own in zip(network.layers, parameters):
        found = layer.forward(maps[-1].astype(np.float64) / scale, own)
        reach = np.abs(own["weight"]).sum(axis=(1, 2, 3)) * np.abs(maps[-1]).max() / scale + np.abs(own["bias"])
        maps.append(cached.without_rounding(found, reach[:, np.newaxis, np.newaxis]).astype(np.float32))
        scale = 1.0
    return Pass(network, parameters, maps[0], maps=maps[1:], divisor=divisor)


def passed(picture: Picture, divisor: float) -> NetworkView:
    """Both layers on the picture. Raises DoesNotFit with what would work."""
    state = now()
    two_layers.network(state, picture.shape)
    told = tuple((key, value) for key, value in state.items() if key != "size")
    run = _passed(picture, told, divisor)
    names = two_layers.names(state)
    layers = [
        Column(
            f"Layer {row.index + 1}: {many(row.output_shape[0], 'filter')}", row, row.index,
            drawn={"detail": f"{product(row)} parameters"}, told=f"Maps of layer {row.index + 1}",
        )
        for row in run.network.rows
    ]  # fmt: skip

    def called(column: Column, channel: int) -> str:
        return f"Map {channel + 1}{' of layer 2' if column.layer else f': {names[channel]}'}"

    colours = cached.CHANNELS[len(picture.pixels)]
    return NetworkView(run, layers, UNIT, GROUP, FIRST, colours, whole=True, scaled=True, called=called)


def volumes(found: NetworkView, picture: Picture) -> None:
    """The picture, F maps, F₂ maps; a click puts a map on the stage."""
    found.volumes(picture)


def stage(found: NetworkView) -> None:
    """The chosen map: its window goes through the whole depth of what it reads."""
    show(_hint(found))
    found.stage("filters-stage")


def _hint(found: NetworkView) -> Markup:
    at = found.unit
    weight = found.run.parameters[at.layer]["weight"]
    _, deep, high, wide = weight.shape
    reads = "the picture’s channels" if at.layer == 0 else "layer 1’s maps"
    slices = f"a slice for each of {reads} it reads" if deep > 1 else f"for one of {reads}"
    if at.layer == 0 and deep == 3 and not two_layers.names(now())[at.channel].startswith("random"):
        slices += f": the lab’s kernel {SHARES}"
    return html(
        '<p class="hint"><b>Layer {}, filter {}:</b> {} = {} weights, {}. Point at a weight: everything that it ever '
        "multiplies lights up.</p>",
        at.layer + 1, at.channel + 1, times(high, wide, deep), weight[0].size, slices,
    )  # fmt: skip


def explain(problem: CnnvizError, picture: Picture) -> None:
    """Why there are no maps, and what to press."""
    controls.explain(problem, picture, two_layers.remedies(now(), picture))
