"""The main view: every map of every layer, the answer, and the chosen unit's arithmetic on the stage."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.models import Trained
from cnnviz.numbers import grouped
from cnnviz.pictures import Picture
from cnnviz.ui.controls import Digit, choice, to_lab, toggle
from cnnviz.ui.lessons.lenet.lenet_answers import answer
from cnnviz.ui.lessons.lenet.lenet_columns import Column, columns, maps_of, named, reads, trace
from cnnviz.ui.lessons.lenet.lenet_moves import in_short
from cnnviz.ui.lessons.lenet.lenet_setup import (
    OWN_FILTER,
    SHOWN,
    UNIT,
    Moves,
    Run,
    can_be_off,
    off_of,
    run,
    switch,
    takes_kernel,
    unit_of,
    write_off,
)  # fmt: skip
from cnnviz.ui.lessons.lenet.lenet_words import about, does, is_drawing
from cnnviz.ui.stage import stage
from cnnviz.ui.volumes import Volume, volumes
from cnnviz.ui.words import listed
from cnnviz.ui.written_html import escape

GROUP = "lenet"  # the maps and the stage share one cursor


def view(trained: Trained, digit: Digit, moves: Moves) -> Run:
    """Every map and the answer; what the chosen unit is, and what can be changed about it; its stage."""
    with st.container(key="lenet-view", gap="small"):
        maps_room = st.container(key="lenet-maps")
        with st.container(key="lenet-about", border=True, gap="small"):
            words_room = st.container(key="lenet-words")
            send_room = _what_if(trained)
        # Only now is every setting in the session, one that came with a link too.
        found = run(trained, digit, moves.move)
        unit = found.unit
        with maps_room:
            _maps(found)
        with words_room:
            st.html(f'<p class="about">{about(found)}</p>{_changed(found)}')
        with send_room:
            if unit.layer == 0 and takes_kernel(trained):
                to_lab(
                    f"filter {unit.channel + 1} to the lab", found.parameters[0]["weight"][unit.channel], "lenet-to-lab"
                )
        shown = trace(trained, found.parameters, found.maps, unit.layer, unit.channel, found.after)
        stage(shown, key="lenet-stage", group=GROUP, at=unit.at, unit=unit.map, link=UNIT)
    with moves.room:
        in_short(found)
    return found


def _maps(found: Run) -> None:
    # What went in, moved: the receptive field lies on what the maps were made of.
    picture = Picture(found.levels[np.newaxis], "L", found.levels.shape)
    output, before = found.maps[-1], found.still[-1] if found.is_changed else None
    volumes(
        picture,
        [_volume(found, at, column) for at, column in enumerate(found.columns)],
        choice=UNIT,
        selected=found.unit,
        group=GROUP,
        flat=True,
        answer=answer(found.trained, output, before, found.digit.label, found.digit.is_empty),
    )


def _volume(found: Run, at: int, column: Column) -> Volume:
    groups, table = reads(column)
    maps = maps_of(column, found.maps, found.after)
    return Volume(
        column.name,
        maps if maps.ndim == 1 or not column.is_vector else maps[:, 0, 0],
        column.row.fields,
        groups=groups,
        reads=table,
        across=7 if is_drawing(found, at) else 0,
        off=tuple(map for place, map in found.off if place == at),
        ink=is_drawing(found, at),
        detail=does(found, at),
        note=f"{grouped(column.row.parameters)} learnt",
    )


def _what_if(trained: Trained) -> DeltaGenerator:
    """What can be done about the chosen map, and the room for sending its filter to the lab."""
    drawn = columns(trained)
    unit, off = unit_of(drawn, trained), off_of(drawn)
    with st.container(key="lenet-what-if", horizontal=True, gap="small", vertical_alignment="center"):
        choice("Maps shown", SHOWN)
        st.button(
            f"switch {'on' if unit.map in off else 'off'} {named(trained, drawn, *unit.map)}",
            key="switch",
            on_click=switch,
            args=(off, *unit.map, drawn),
            disabled=not can_be_off(drawn, unit.layer),
        )
        st.button("all on again", key="all-on", on_click=write_off, args=((),), disabled=not off)
        toggle("filter 1 ← my kernel from the lab", OWN_FILTER, disabled=not takes_kernel(trained))
        return st.container(key="lenet-send", width="content")


def _which(column: Column, maps: list[int]) -> str:
    """Some of a column's maps, counted from 1: S2, maps 1 and 3."""
    if len(maps) > 1 and len(maps) == column.row.output_shape[0]:
        return f"all of {column.name}"
    return f"{column.name}, {column.one}{'s' if len(maps) > 1 else ''} {listed(maps)}"


def _changed(found: Run) -> str:
    """What is switched off and exchanged, as HTML."""
    lines = []
    if found.off:
        columns_off = {at: [map + 1 for of, map in found.off if of == at] for at, _ in found.off}
        names = [_which(found.columns[at], maps) for at, maps in columns_off.items()]
        lines.append(f"Switched off: {'; '.join(names)}.")
    if found.kernel:
        lines.append(found.kernel)
    return f'<p class="changed">{escape(" ".join(lines))}</p>' if lines else ""
