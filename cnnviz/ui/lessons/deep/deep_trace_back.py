"""One unit traced back: what it can see of the photo, how much of that matters, what else wakes it, its arithmetic."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.experiments.effective import EffectiveField, effective_field
from cnnviz.models.squeezenet_depths import Depth, depths, map_name
from cnnviz.numbers import grouped, times
from cnnviz.steps import Trace
from cnnviz.ui import overlay
from cnnviz.ui.controls import number_of_many, one_of_many, to_lab
from cnnviz.ui.lessons.deep.deep_filters import filter_of
from cnnviz.ui.lessons.deep.deep_look import SIDE, Look
from cnnviz.ui.lessons.deep.deep_patches import woken_by
from cnnviz.ui.lessons.deep.deep_walk import STEP, Chosen, is_covered, look_into
from cnnviz.ui.markup import html, part, show
from cnnviz.ui.memory import SMALL, remembered
from cnnviz.ui.overlay import Panel, message
from cnnviz.ui.stage import stage
from cnnviz.ui.volumes import Unit
from cnnviz.ui.words import many, number, percent

MOST_OF_IT = 0.9  # of all that matters
FEW = 50  # pixels, of which no share need be told
INPUTS = ["blue", "green", "red"]  # in the order in which the network reads them


@remembered(8, each=8 * SIDE**2 + SMALL)
def _field(_look: Look, digest: str, layer: int, unit: tuple[int, int, int]) -> EffectiveField:
    return effective_field(_look.trained, _look.maps, layer, unit)


def trace_back(look: Look, at: Chosen) -> None:
    """Where the chosen unit looks, and the patches of the samples that wake it most; any unit can be chosen here."""
    part(f"Traced back: {_called(look, at)}, row {at.row + 1}, column {at.column + 1}")
    with st.container(key="trace-back"):
        where, what = st.columns([1, 2.1], gap="medium")
        with where:
            found = _field(look, look.square.digest, at.depth.shown, (at.channel, at.row, at.column))
            overlay.panels([_seen(look, at, found)], key="sees")
        with what:
            _any_unit(look, at)
            told = _sentence(look, at, found)
            show(html('<p class="sentence">Its number is <b>{}</b>. {}</p>', number(at.value), told))
            woken_by(look, at)
            with st.container(key="this-filter"):
                if at.depth.made == 0:
                    to_lab(f"filter {at.channel + 1} in the lab", filter_of(at.channel), "this filter to the lab")


def _called(look: Look, at: Chosen) -> str:
    name = map_name(look.trained, at.depth, at.channel)
    return f"“{name}” in conv10" if at.depth.is_last else f"{name} of {at.depth.name}"


def _seen(look: Look, at: Chosen, found: EffectiveField) -> Panel:
    """The photo, lit by how much each pixel matters."""
    down, across = found.down, found.across
    most = found.map.max()
    # A root, so that what matters little is dim and not black.
    light = np.sqrt(found.map / most) if most else np.zeros_like(found.map)
    return Panel(
        "What it sees", look.square, light=light, sight=(down.start, across.start, len(down), len(across)),
        words="In the frame: all it can see; the brighter, the more a pixel matters to its number (gradient).",
    )  # fmt: skip


def _sentence(look: Look, at: Chosen, found: EffectiveField) -> str:
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


def _any_unit(look: Look, at: Chosen) -> None:
    """Any map of any layer, by name and number."""
    stops = {depth.name: depth for depth in depths() if not (depth.is_last and is_covered(look))}

    def go(depth: Depth, channel: int) -> None:
        look_into(Unit(depth.at, channel, *look.peak(depth, channel)))

    def to_layer(name: str) -> None:
        go(stops[name], look.strongest(stops[name])[0])

    with st.container(key="any-unit", horizontal=True, gap="small", vertical_alignment="bottom"):
        one_of_many("Layer", "deep-layer", list(stops), at.depth.name, to_layer, width=170)
        number_of_many(
            "Map", "deep-map", at.channel + 1, (1, len(look.at(at.depth))), lambda map: go(at.depth, map - 1), width=120
        )
        st.caption(f"of {many(len(look.at(at.depth)), 'map')}; or click anywhere on the maps above.", width="content")


def arithmetic(look: Look, at: Chosen) -> None:
    """The stage: how the number came about, from every map that was read."""
    trained, depth = look.trained, at.depth
    (before, _), *_ = look.run.reads(depth.made, at.channel)
    reads = look.run.map(before)
    name = trained.names[before - 1].removesuffix(" ReLU").removesuffix(" expand") if before else "Input"
    made = look.run.trace(
        depth.made,
        at.channel,
        through=depth.shown,
        channels=lambda source, of: f"map {of + 1}" if source else INPUTS[of],
        input=f"{name}, {len(reads)} maps" if before else "Photo, less the mean",
        output=f"{map_name(trained, depth, at.channel)} of {depth.name}",
    )
    part("How that number came about", _counted(made))
    with st.container(key="deep-stage"):
        stage(made, key="deep-arithmetic", at=(at.row, at.column), link=STEP)


def _counted(made: Trace) -> str:
    """What the unit adds up, in words."""
    depth, height, width = len(made.channels), made.rows.kernel_size, made.columns.kernel_size
    if made.reduction == "max":
        return "The largest of 3 × 3 numbers of one map."
    each = "One number of each" if height * width == 1 else f"{times(height, width)} numbers of each"
    return (
        f"{each} of {depth} maps: {many(height * width * depth, 'product')}, a bias, ReLU. "
        "The same operation as in the first lesson, over more channels."
    )


def all_maps(look: Look, at: Chosen) -> None:
    """Every map of the layer on one sheet."""
    depth: Depth = at.depth
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
    names = [map_name(look.trained, depth, channel) for channel in range(len(maps))]

    def on_select(text: str) -> None:
        if text.isdecimal() and 0 < int(text) <= len(maps):
            look_into(Unit(depth.at, int(text) - 1, *look.peak(depth, int(text) - 1)))

    overlay.show(message.sheet(maps, look.order(depth), names, at.channel), key="all-maps", on_select=on_select)
