"""One unit traced back: what it can see of the photo, how much of that matters, what else wakes it, its arithmetic."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.experiments.effective import EffectiveField, effective_field
from cnnviz.models.squeezenet_depths import LAST, map_name
from cnnviz.numbers import grouped, times
from cnnviz.ui import overlay
from cnnviz.ui.controls import number_of_many, one_of_many, to_lab
from cnnviz.ui.lessons.deep.deep_filters import filter_of
from cnnviz.ui.lessons.deep.deep_look import SIDE, Look
from cnnviz.ui.lessons.deep.deep_patches import woken_by
from cnnviz.ui.lessons.deep.deep_walk import look_into
from cnnviz.ui.markup import html, part, show
from cnnviz.ui.memory import SMALL, remembered
from cnnviz.ui.network_view import NetworkView
from cnnviz.ui.overlay import Panel, message
from cnnviz.ui.words import many, number, percent

MOST_OF_IT = 0.9  # of all that matters
FEW = 50  # pixels, of which no share need be told


@remembered(8, each=8 * SIDE**2 + SMALL)
def _field(_look: Look, digest: str, layer: int, unit: tuple[int, int, int]) -> EffectiveField:
    return effective_field(_look.trained, _look.maps, layer, unit)


def trace_back(look: Look, view: NetworkView) -> None:
    """Where the chosen unit looks, and the patches of the samples that wake it most; any unit can be chosen here."""
    depth, channel = view.column, view.unit.channel
    row, column = view.unit.at or look.peak(depth, channel)
    name = f"“{map_name(depth.name, channel)}” in conv10" if depth.name == LAST else view.called(depth, channel)
    part(f"Traced back: {name}, row {row + 1}, column {column + 1}")
    with st.container(key="trace-back"):
        where, what = st.columns([1, 2.1], gap="medium")
        with where:
            found = _field(look, look.square.digest, depth.last, (channel, row, column))
            overlay.panels([_seen(look, found)], key="sees")
        with what:
            _any_unit(look, view)
            value, told = float(look.at(depth)[channel, row, column]), _sentence(look, found)
            show(html('<p class="sentence">Its number is <b>{}</b>. {}</p>', number(value), told))
            woken_by(depth, channel)
            with st.container(key="this-filter"):
                if depth.layer == 0:
                    to_lab(f"filter {channel + 1} in the lab", filter_of(channel), "this filter to the lab")


def _seen(look: Look, found: EffectiveField) -> Panel:
    """The photo, lit by how much each pixel matters."""
    down, across = found.down, found.across
    most = found.map.max()
    # A root, so that what matters little is dim and not black.
    light = np.sqrt(found.map / most) if most else np.zeros_like(found.map)
    return Panel(
        "What it sees", look.square, light=light, sight=(down.start, across.start, len(down), len(across)),
        words="In the frame: all it can see; the brighter, the more a pixel matters to its number (gradient).",
    )  # fmt: skip


def _sentence(look: Look, found: EffectiveField) -> str:
    pixels = len(found.down) * len(found.across)
    told = (
        f"It can see {times(len(found.down), len(found.across))} pixels, "
        f"{percent(pixels, look.square.shape[1] * look.square.shape[2])} of the photo"
    )
    if found.silent:
        return told + ". Its ReLU gives 0, so no small change of any pixel matters to it."
    if pixels < FEW:
        return told + "."
    few = found.pixels_for(MOST_OF_IT)
    return (
        told + f"; {percent(MOST_OF_IT)} of what matters lies in {many(few, 'pixel')}, {percent(few, pixels)} of those."
    )


def _any_unit(look: Look, view: NetworkView) -> None:
    """Any map of any layer, by name and number."""
    depth, count = view.column, len(look.at(view.column))
    depths = {column.name: column for column in view.columns}

    def to_layer(name: str) -> None:
        look_into(look.at_peak(depths[name], look.strongest(depths[name])[0]))

    def to_map(map: int) -> None:
        look_into(look.at_peak(depth, map - 1))

    with st.container(key="any-unit", horizontal=True, gap="small", vertical_alignment="bottom"):
        one_of_many("Layer", "deep-layer", list(depths), depth.name, to_layer, width=170)
        number_of_many("Map", "deep-map", view.unit.channel + 1, (1, count), to_map, width=120)
        st.caption(f"of {many(count, 'map')}; or click anywhere on the maps above.", width="content")


def arithmetic(view: NetworkView) -> None:
    """The stage: how the number came about, from every map that was read."""
    made = view.trace()
    depth, height, width = len(made.channels), made.rows.kernel_size, made.columns.kernel_size
    each = "One number of each" if height * width == 1 else f"{times(height, width)} numbers of each"
    part(
        "How that number came about",
        "The largest of 3 × 3 numbers of one map."
        if made.reduction == "max"
        else f"{each} of {depth} maps: {many(height * width * depth, 'product')}, a bias, ReLU. "
        "The same operation as in the first lesson, over more channels.",
    )
    with st.container(key="deep-stage"):
        view.stage("deep-arithmetic", made)


def all_maps(look: Look, view: NetworkView) -> None:
    """Every map of the layer on one sheet."""
    depth = view.column
    maps = look.at(depth)
    left_out = look.ranking(depth).left_out
    border = (
        f" {many(len(left_out), 'map')} answered mostly to the border between photo and padding and stand last: they "
        "take no part in the choice of the strongest."
        if left_out
        else ""
    )
    part(
        f"All {grouped(len(maps))} maps of {depth.name}",
        f"Strongest first, each on its own scale. Nobody chose what they look for: they were learnt.{border}",
    )
    names = [map_name(depth.name, channel) for channel in range(len(maps))]

    def on_select(text: str) -> None:
        if text.isdecimal() and 0 < int(text) <= len(maps):
            look_into(look.at_peak(depth, int(text) - 1))

    overlay.show(message.sheet(maps, look.order(depth), names, view.unit.channel), key="all-maps", on_select=on_select)
