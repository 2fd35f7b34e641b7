"""The main view: the walk from pixels to prediction, and which unit is looked into."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.models.squeezenet import INPUTS, squeezenet
from cnnviz.models.squeezenet_depths import LAST, WORDS, map_name, words_of
from cnnviz.numbers import times
from cnnviz.ui import controls, overlay, state
from cnnviz.ui.lessons.deep.deep_look import Look, move, stops
from cnnviz.ui.network_view import Column, NetworkView
from cnnviz.ui.overlay import Bar, Laid, Stop, message
from cnnviz.ui.settings import SAMPLE, SAMPLE_NAMES
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import Setting, flag, put
from cnnviz.ui.volumes import Unit, clicked, sent, unit_setting
from cnnviz.ui.words import many, percent

UNIT = unit_setting("deep", of_picture=True)  # depth, map, row, column
STEP = place_setting("deep-at")  # where its arithmetic stands, if that has gone elsewhere on the map
SHOW = "show"  # what the browser says once the visitor has guessed
MOVED = "square."  # what it says in front of where the visitor has moved the square to
FIRST = "what it says first"  # the class that is looked for, unless one is chosen
CLASS = Setting("class", FIRST, lambda text: text if text in squeezenet().classes else None)
GUESS_FIRST = flag("guess-first")
_GUESSED = "deep-guessed"


def view_of(look: Look) -> NetworkView:
    """The network on the photo, each depth a column; at first its unit is the strongest of the first depth's strongest
    map. While the visitor guesses the last depth is not there: its maps bear the classes' names."""
    columns = [column for column in stops().values() if not (column.name == LAST and is_covered(look))]
    return NetworkView(
        look.run, columns, UNIT, "", Unit(0, look.strongest(columns[0])[0]), INPUTS, "Photo, less the mean",
        called=lambda column, channel: f"{map_name(column.name, channel)} of {column.name}",
        peak=look.peak, place=STEP,
    )  # fmt: skip


def look_into(unit: Unit) -> None:
    """Choose a unit, as a callback; its arithmetic begins there."""
    put(deep=unit, **{STEP.key: None})


def walk(look: Look, view: NetworkView) -> None:
    """The strip of depths, the strongest maps of the chosen one, one of them large, and the five best classes."""
    unit, depth = view.unit, view.column
    in_walk = depth.name in WORDS and unit.channel in look.strongest(depth)
    told, count = sent(UNIT, unit, lambda before: in_walk or before.map == unit.map, look.square.digest)

    def on_select(text: str) -> None:
        if text.startswith(MOVED):
            move(look.size, text.removeprefix(MOVED))
        if text == SHOW:
            state.remember(_GUESSED, look.square.digest)
        if found := Unit.read(text):
            look_into(found)
            clicked(UNIT, found)
            if view.column.name == LAST:
                is_best = view.unit.channel == look.best(1)[0]
                put(**{"class": FIRST if is_best else look.trained.classes[view.unit.channel]})

    shown = [(at, of) for at, of in enumerate(view.columns) if of.name in WORDS or at == told.layer]
    bars = [Bar(look.trained.classes[of], float(look.probabilities[of]), look.share(of), of) for of in look.best()]
    data = message.walk(
        look.square, look.whole, look.size, look.start, [_stop(look, *each, told) for each in shown],
        [] if is_covered(look) else bars, _verdict(look), told.text, count,
    )  # fmt: skip
    overlay.show(data, key="walk", on_select=on_select)


def _stop(look: Look, at: int, depth: Column, unit: Unit) -> Stop:
    """A depth with its strongest maps, and that of the unit where it is of this depth."""
    channels = look.strongest(depth)
    if at == unit.layer and unit.channel not in channels:
        channels = [unit.channel, *channels[:-1]]
    laid = []
    for channel in channels:
        name = map_name(depth.name, channel)
        title = f"“{name}”, map {channel + 1}" if depth.name == LAST else name.capitalize()
        map, fields = look.at(depth)[channel], look.run.fields(depth.last, channel)
        laid.append(Laid(channel, map, fields, title, name.removeprefix("map "), look.peak(depth, channel)))
    size = max(one.fields[0].size for one in laid)
    words = words_of(depth.name, SAMPLE_NAMES.get(state.now(SAMPLE), ""))
    return Stop(at, depth.name, times(size, size), words, laid, _note(look, depth))


def _note(look: Look, depth: Column) -> str:
    """How these maps were chosen."""
    if depth.name == LAST:
        return "The classes with the highest scores: the average of a map is its class’s score."
    if look.is_plain:
        return "One colour everywhere: all that a map can tell apart here is how near the padding is."
    out, count = len(look.ranking(depth).left_out), len(look.at(depth))
    border = "Strongest first: the peak above the map’s median. The outermost units, which see padding, do not count"
    return f"{border}; left out: {many(out, 'map')} of {count} that mostly see it." if out else f"{border}."


def _verdict(look: Look) -> str:
    """What is to be known of the five, in two sentences."""
    share = float(np.sort(look.probabilities)[-5:].sum())
    # Five rounded shares may add up to a digit more or less than their sum.
    told = percent(share) if share > 0.99 else f"about {percent(round(share, 2))}"
    return f"These five take {told} of 1,000 classes’ probability. It has to answer, whatever it is shown."


def is_covered(look: Look) -> bool:
    """Whether the visitor is still guessing what it says of this photo."""
    return state.now(GUESS_FIRST) and state.recall(_GUESSED) != look.square.digest


def in_sidebar(look: Look) -> None:
    """What the network took of the picture, and whether its answer is covered at first."""
    with st.sidebar, st.container(key="taken", gap="small"):
        st.caption(controls.plain(f"The network takes 227 × 227 pixels. {' '.join(look.square.notes)}"))
        controls.toggle("guess first", GUESS_FIRST, help="Covers the answer until you have guessed.")
