"""The chosen node: its maps over the picture, and the chosen unit traced to the pixels that it sees."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.numbers import grouped, many, number, percent, times
from cnnviz.ui import markup, overlay
from cnnviz.ui.controls import number_of_many
from cnnviz.ui.lessons.network.network_asked import NetworkSetup
from cnnviz.ui.lessons.network.network_run import peak
from cnnviz.ui.lessons.network.network_settings import UNIT
from cnnviz.ui.markup import html, show
from cnnviz.ui.network_view import NetworkView
from cnnviz.ui.overlay import Panel, message
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit

STRONGEST = 3
MOST_MAPS = 512  # maps of a node that stand on one sheet
MOST_SHEET = 4_000_000  # numbers of a sheet


def trace_back(setup: NetworkSetup, view: NetworkView) -> None:
    """The chosen unit's map over the picture, and all that the unit can see of it."""
    column, unit = view.column, view.unit
    if view.run.network.input_shape[1:] != setup.picture.shape[1:]:
        return  # rows of numbers, of which no pixel is told
    row, place = unit.at or peak(view.run, column, unit.channel)
    markup.part(f"Traced back to its pixels: {column.name}, {column.one} {unit.channel + 1}, row {row + 1}, "
                f"column {place + 1}")  # fmt: skip
    fields = view.run.fields(column.last, unit.channel)
    seen = [
        range(max(0, axis.start), min(side, axis.stop))
        for axis, side in zip((fields[0].pixels(row), fields[1].pixels(place)), setup.picture.shape[1:])
    ]
    sight = seen[0].start, seen[1].start, len(seen[0]), len(seen[1])
    map = np.atleast_2d(view.maps(column)[unit.channel])
    value = float(map[row, place])
    panels = [
        Panel(
            f"{column.one.capitalize()} {unit.channel + 1}", setup.picture, "Click a place to ask about it.", map=map,
            fields=fields, signed=True, asks="unit", at=(row, place), sight=sight,
        ),
        *_others(setup, view),
    ]  # fmt: skip

    def taken(text: str) -> None:
        _, *numbers = text.split(".")
        if len(numbers) == 2 and all(part.isdecimal() and int(part) for part in numbers):
            unit_at = Unit(*unit.map, int(numbers[0]) - 1, int(numbers[1]) - 1)
            put(**{UNIT.key: unit_at})

    with st.container(key="traced"):
        room, *_ = st.columns([len(panels), 4 - len(panels)] if len(panels) < 4 else 1)
        with room:
            overlay.panels(panels, key="traced-maps", on_select=taken)
        pixels, whole = len(seen[0]) * len(seen[1]), setup.picture.shape[1] * setup.picture.shape[2]
        show(html(
            '<p class="sentence">Its number is <b>{}</b>. It can see {} pixels, {} of the picture{}. {}</p>',
            number(value), times(len(seen[0]), len(seen[1])), percent(pixels, whole),
            _beyond(fields, row, place, setup), fields[0].disagreement or fields[1].disagreement,
        ))  # fmt: skip


def _beyond(fields: tuple, row: int, place: int, setup: NetworkSetup) -> str:
    spans = times(len(fields[0].pixels(row)), len(fields[1].pixels(place)))
    inside = all(
        axis.start >= 0 and axis.stop <= side
        for axis, side in zip((fields[0].pixels(row), fields[1].pixels(place)), setup.picture.shape[1:])
    )
    return "" if inside else f"; its receptive field is {spans}, part of it in the padding"


def _others(setup: NetworkSetup, view: NetworkView) -> list[Panel]:
    """The strongest other maps of the node."""
    column = view.column
    maps = view.maps(column)
    if maps.ndim != 3:
        return []
    return [
        Panel(
            f"Map {channel + 1}, one of the strongest", setup.picture, map=maps[channel],
            fields=view.run.fields(column.last, channel), signed=True,
        )
        for channel in _order(maps)[: STRONGEST + 1]
        if channel != view.unit.channel
    ][:STRONGEST]  # fmt: skip


def _order(maps: np.ndarray) -> list[int]:
    """Every map, that with the largest number first."""
    return [int(channel) for channel in np.argsort(-maps.reshape(len(maps), -1).max(1), kind="stable")]


def all_maps(view: NetworkView) -> None:
    """Every map of the node on one sheet; any can be chosen."""
    column, maps = view.column, view.maps(view.column)
    if maps.ndim != 3 or len(maps) < 2 or maps[:MOST_MAPS].size > MOST_SHEET:
        return
    order = _order(maps)[:MOST_MAPS]
    which = f"All {grouped(len(maps))}" if len(order) == len(maps) else f"The {grouped(len(order))} strongest"
    markup.part(
        f"{which} maps of {column.name}",
        f"The one with the largest number first, each on its own scale from 0. {many(len(maps), 'map')} in all.",
    )

    def choose(channel: int) -> None:
        put(**{UNIT.key: Unit(view.unit.layer, channel)})

    def taken(text: str) -> None:
        if text.isdecimal() and 0 < int(text) <= len(maps):
            choose(int(text) - 1)

    with st.container(key="which-map", horizontal=True, vertical_alignment="bottom"):
        number_of_many(
            "Map", "network-map", view.unit.channel + 1, (1, len(maps)), lambda map: choose(map - 1), width=120
        )
        st.caption(f"of {many(len(maps), 'map')}; or click one.", width="content")
    names = [f"map {channel + 1}" for channel in range(len(maps))]
    overlay.show(message.sheet(maps, order, names, view.unit.channel), key="network-maps", on_select=taken)
