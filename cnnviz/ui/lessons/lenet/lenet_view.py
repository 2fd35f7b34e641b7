"""The main view: every map of every layer, the answer, and the chosen unit's arithmetic on the stage."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.experiments.counterfactual import Move
from cnnviz.models import Trained
from cnnviz.numbers import grouped
from cnnviz.pictures import Picture
from cnnviz.ui.controls import Digit, choice, to_lab, toggle
from cnnviz.ui.lessons.lenet.lenet_answers import answer
from cnnviz.ui.lessons.lenet.lenet_moves import in_short
from cnnviz.ui.lessons.lenet.lenet_setup import (
    OWN_FILTER,
    SHOWN,
    DigitRead,
    can_be_off,
    named,
    read,
    switch,
    takes_kernel,
    write_off,
)  # fmt: skip
from cnnviz.ui.lessons.lenet.lenet_words import about, does, is_drawing
from cnnviz.ui.markup import Markup, html, show
from cnnviz.ui.network_view import Column
from cnnviz.ui.words import listed


def view(trained: Trained, digit: Digit, moves: tuple[Move, DeltaGenerator]) -> DigitRead:
    """Every map and the answer; what the chosen unit is, and what can be changed about it; its stage."""
    move, moves_room = moves
    found = read(trained, digit, move)
    with st.container(key="lenet-view"):
        with st.container(key="lenet-maps"):
            _maps(found)
        with st.container(key="lenet-about", border=True):
            with st.container(key="lenet-words"):
                show(html('<p class="about">{}</p>{}', about(found), _changed(found)))
            _what_if(found)
        shown = found.view.trace()
        if found.unit.layer == 0 and found.maps[0].min() >= 0:
            shown = replace(shown, input_limit=0.0)  # a picture, drawn in grey
        found.view.stage("lenet-stage", shown)
    with moves_room:
        in_short(found)
    return found


def _maps(found: DigitRead) -> None:
    # What went in, moved: the receptive field lies on what the maps were made of.
    picture = Picture(found.levels[np.newaxis], "L", found.levels.shape)
    output, before = found.maps[-1], found.still[-1] if found.is_changed else None
    drawn = [replace(column, drawn=_drawn(found, at, column)) for at, column in enumerate(found.columns)]
    said = answer(found.trained, output, before, found.digit.label, found.digit.is_empty)
    replace(found.view, columns=drawn).volumes(picture, flat=True, answer=said)


def _drawn(found: DigitRead, at: int, column: Column) -> dict[str, Any]:
    """What is told of a column besides its maps."""
    is_bitmap = is_drawing(found, at)
    return {
        "across": 7 if is_bitmap else 0, "off": tuple(map for place, map in found.off if place == at),
        "ink": is_bitmap, "detail": does(found, at), "note": f"{grouped(column.row.parameters)} learnt",
    }  # fmt: skip


def _what_if(found: DigitRead) -> None:
    """What can be done about the chosen map; the first layer's filters can be sent to the lab."""
    unit, off, has_filters = found.unit, found.off, takes_kernel(found.trained)
    with st.container(key="lenet-what-if", horizontal=True, vertical_alignment="center"):
        choice("Maps shown", SHOWN)
        st.button(
            f"switch {'on' if unit.map in off else 'off'} {named(found.trained, found.columns, *unit.map)}",
            key="switch",
            on_click=switch,
            args=(off, *unit.map, found.columns),
            disabled=not can_be_off(found.columns, unit.layer),
        )
        st.button("all on again", key="all-on", on_click=write_off, args=((),), disabled=not off)
        toggle("filter 1 ← my kernel from the lab", OWN_FILTER, disabled=not has_filters)
        with st.container(key="lenet-send", width="content"):
            if unit.layer == 0 and has_filters:
                weight = found.parameters[0]["weight"][unit.channel]
                to_lab(f"filter {unit.channel + 1} to the lab", weight, "lenet-to-lab")


def _which(column: Column, maps: list[int]) -> str:
    """Some of a column's maps, counted from 1: S2, maps 1 and 3."""
    if len(maps) > 1 and len(maps) == column.row.output_shape[0]:
        return f"all of {column.name}"
    return f"{column.name}, {column.one}{'s' if len(maps) > 1 else ''} {listed(maps)}"


def _changed(found: DigitRead) -> Markup | str:
    """What is switched off and exchanged, as HTML."""
    lines = []
    if found.off:
        columns_off = {at: [map + 1 for of, map in found.off if of == at] for at, _ in found.off}
        names = [_which(found.columns[at], maps) for at, maps in columns_off.items()]
        lines.append(f"Switched off: {'; '.join(names)}.")
    if found.kernel:
        lines.append(found.kernel)
    return html('<p class="changed">{}</p>', " ".join(lines)) if lines else ""
