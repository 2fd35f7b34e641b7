"""The main view: the dials of both layers, the volumes, and the stage of the map that was clicked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window
from cnnviz.network import Network
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui import cached, controls, formulas, settings
from cnnviz.ui import state as session
from cnnviz.ui.controls import dial
from cnnviz.ui.lessons.filters import filters_two_layers as two_layers
from cnnviz.ui.lessons.filters.filters_costs import product
from cnnviz.ui.lessons.filters.filters_two_layers import OPERATION, WHICH
from cnnviz.ui.memory import remembered
from cnnviz.ui.settings import MOST_NUMBERS, SHARES
from cnnviz.ui.stage import stage as draw_stage
from cnnviz.ui.state import DECLARED
from cnnviz.ui.volumes import EACH_LAYER, SCALE, Unit, Volume, chosen, unit_setting
from cnnviz.ui.volumes import volumes as draw_volumes
from cnnviz.ui.words import many

UNIT, GROUP = unit_setting("map"), "filters"  # the choice; the cursor of volumes and stage
FIRST = Unit(1, 0)  # a map of the second layer: it shows the depth rule at once


@dataclass(frozen=True)
class Maps:
    """Both layers run on the picture: their parameters, and the maps of each, float32, the picture's levels first."""

    network: Network
    parameters: list[dict[str, np.ndarray]]
    maps: list[np.ndarray]


def now() -> dict[str, Any]:
    """The settings of both layers as they stand."""
    return session.values(OPERATION)


def dials(picture: Picture) -> None:
    """K, S and P of both layers, filters and groups of each; where the first layer's filters come from."""
    with st.sidebar, st.container(key="weights-of-both"):
        controls.choice("Filters of layer 1", WHICH)
        controls.typed_number("Seed of the random filters", settings.SEED)
    with st.container(key="filter-dials"):
        boxes = st.columns(7, gap="small")
        found = {}
        for box, key, label in zip(
            boxes,
            ("k", "s", "p", "f", "g", "f2", "g2"),
            ("K kernel", "S stride", "P padding", "F filters", "G groups", "F₂ filters", "G₂ groups"),
        ):
            with box:
                found[key] = dial(label, DECLARED[key])
    words = _words(now(), picture)
    for key, room in found.items():
        room.say(words[key])


def _words(state: Mapping[str, Any], picture: Picture) -> dict[str, str]:
    depth, filters = len(picture.pixels), state["f"]
    bare = Window(state["k"], state["s"])
    return {
        "k": "both layers; " + ("has a centre" if state["k"] % 2 else "no centre"),
        "s": formulas.overlap(bare, bare),
        "p": _sizes(state, picture),
        "f": f"layer 1: {many(filters, 'map')}",
        "g": _reads(depth, state["g"], "channel"),
        "f2": f"layer 2: {many(state['f2'], 'map')}",
        "g2": _reads(filters, state["g2"], "map"),
    }


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


@remembered(4, each=4 * MOST_NUMBERS)
def _run(_picture: Picture, digest: str, settings: tuple[tuple[str, Any], ...], divisor: float) -> Maps:
    state = dict(settings)
    network = two_layers.network(state, _picture.shape)
    parameters = two_layers.parameters(state, network)
    maps = [_picture.levels()]
    scale = divisor
    for layer, own in zip(network.layers, parameters):
        found = layer.forward(maps[-1].astype(np.float64) / scale, own)
        reach = np.abs(own["weight"]).sum(axis=(1, 2, 3)) * np.abs(maps[-1]).max() / scale + np.abs(own["bias"])
        maps.append(cached.without_rounding(found, reach[:, np.newaxis, np.newaxis]).astype(np.float32))
        scale = 1.0
    return Maps(network, parameters, maps)


def run(picture: Picture, divisor: float) -> Maps:
    """Both layers on the picture. Raises DoesNotFit with what would work."""
    state = now()
    two_layers.network(state, picture.shape)
    told = tuple((key, value) for key, value in state.items() if key != "size")
    return _run(picture, picture.digest, told, divisor)


def unit(found: Maps) -> Unit:
    """The unit that is on the stage."""
    return chosen(UNIT, found.network.shapes[1:], FIRST)


def volumes(found: Maps, picture: Picture) -> None:
    """The picture, F maps, F₂ maps; a click puts a map on the stage."""
    drawn = [
        Volume(
            f"Layer {row.index + 1}: {many(row.output_shape[0], 'filter')}",
            maps,
            row.fields,
            two_layers.conv(row).groups,
            detail=f"{product(row)} parameters",
        )
        for row, maps in zip(found.network.rows, found.maps[1:])
    ]
    draw_volumes(picture, drawn, choice=UNIT, selected=unit(found), group=GROUP, scaled=True)


def stage(found: Maps, picture: Picture, divisor: float) -> None:
    """The chosen map: its window goes through the whole depth of what it reads."""
    at = unit(found)
    st.html(f'<p class="hint">{_hint(found, at)}</p>')
    limit = float(np.abs(found.maps[at.layer + 1]).max()) if session.now(SCALE) == EACH_LAYER else None
    shown = trace(found, at, picture, divisor)
    draw_stage(shown, key="filters-stage", group=GROUP, at=at.at, unit=at.map, link=UNIT, limit=limit)


def trace(found: Maps, at: Unit, picture: Picture, divisor: float) -> Trace:
    """The map of a unit, ready for the stage."""
    names: dict[str, Any]
    if at.layer == 0:
        names = {
            "input": "Picture",
            "output": f"Map {at.channel + 1}: {two_layers.names(now())[at.channel]}",
            "channels": cached.CHANNELS[len(picture.pixels)],
        }
    else:
        names = {
            "input": "Maps of layer 1",
            "output": f"Map {at.channel + 1} of layer 2",
            "channels": [f"map {number + 1}" for number in range(len(found.maps[1]))],
        }
    return layer_trace(
        found.network.layers[at.layer],
        found.maps[at.layer],
        found.maps[at.layer + 1],
        found.parameters[at.layer],
        at.channel,
        divisor=divisor if at.layer == 0 else 1.0,
        **names,
    )


def _hint(found: Maps, at: Unit) -> str:
    weight = found.parameters[at.layer]["weight"]
    _, deep, high, wide = weight.shape
    reads = "the picture’s channels" if at.layer == 0 else "layer 1’s maps"
    slices = f"a slice for each of {reads} it reads" if deep > 1 else f"for one of {reads}"
    if at.layer == 0 and deep == 3 and not two_layers.names(now())[at.channel].startswith("random"):
        slices += f": the lab’s kernel {SHARES}"
    return (
        f"<b>Layer {at.layer + 1}, filter {at.channel + 1}:</b> {times(high, wide, deep)} = {weight[0].size} weights,"
        f" {slices}. Point at a weight: everything that it ever multiplies lights up."
    )


def explain(problem: CnnvizError, picture: Picture) -> None:
    """Why there are no maps, and what to press."""
    controls.explain(problem, picture, two_layers.remedies(now(), picture))
