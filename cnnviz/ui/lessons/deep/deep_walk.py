"""The main view: the walk from pixels to prediction, and which unit is looked into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.models.squeezenet import squeezenet
from cnnviz.models.squeezenet_depths import Depth, depths, map_name
from cnnviz.numbers import times
from cnnviz.ui import controls, overlay, state
from cnnviz.ui.lessons.deep.deep_look import Look, move, shapes
from cnnviz.ui.overlay import Bar, Laid, Stop, message
from cnnviz.ui.settings import SAMPLE, SAMPLE_NAMES
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import Setting, flag, put
from cnnviz.ui.volumes import Unit, chosen, unit_setting
from cnnviz.ui.words import many, percent

UNIT = unit_setting("deep", of_picture=True)  # depth, map, row, column
STEP = place_setting("deep-at")  # where its arithmetic stands, if that has gone elsewhere on the map
SHOW = "show"  # what the browser says once the visitor has guessed
MOVED = "square."  # what it says in front of where the visitor has moved the square to
FIRST = "what it says first"  # the class that is looked for, unless one is chosen
CLASS = Setting("class", FIRST, lambda text: text if text in squeezenet().classes else None)
GUESS_FIRST = flag("guess-first")
_SENT, _GUESSED = "deep-sent", "deep-guessed"


@dataclass(frozen=True)
class Chosen:
    """The unit that is looked into, with its depth and its map."""

    depth: Depth
    channel: int
    row: int
    column: int
    map: NDArray

    @property
    def value(self) -> float:
        return float(self.map[self.row, self.column])

    @property
    def unit(self) -> Unit:
        return Unit(self.depth.at, self.channel, self.row, self.column)


def unit_of(look: Look) -> Chosen:
    """The unit that the link or the last click chose; at first the strongest of the first depth's strongest map."""
    first = depths()[0]
    unit = chosen(UNIT, shapes(), start=Unit(first.at, look.strongest(first)[0]))
    if is_covered(look) and depths()[unit.layer].is_last:  # its maps bear the classes' names
        unit = Unit(first.at, look.strongest(first)[0])
    depth = depths()[unit.layer]
    row, column = unit.at or look.peak(depth, unit.channel)
    return Chosen(depth, unit.channel, row, column, look.at(depth)[unit.channel])


def look_into(unit: Unit) -> None:
    """Choose a unit, as a callback; its arithmetic begins there."""
    put(deep=unit, **{STEP.key: None})


def walk(look: Look, at: Chosen) -> None:
    """The strip of depths, the strongest maps of the chosen one, one of them large, and the five best classes."""
    sent, known, of = state.recall(_SENT, (None, None, ""))
    unit = at.unit
    if unit != known or of != look.square.digest or not _holds(look, sent, unit):
        sent = unit  # chosen anew by Python; what the visitor clicked is there already
    state.remember(_SENT, (sent, unit, look.square.digest))

    def on_select(text: str) -> None:
        if text.startswith(MOVED):
            move(look.size, text.removeprefix(MOVED))
        if text == SHOW:
            state.remember(_GUESSED, look.square.digest)
        found = Unit.read(text)
        if found and (found := found.within(shapes())):
            look_into(found)
            if depths()[found.layer].is_last:
                is_best = found.channel == look.best(1)[0]
                put(**{"class": FIRST if is_best else look.trained.classes[found.channel]})
            state.remember(_SENT, (sent, found, look.square.digest))

    data = message.walk(
        look.square, look.whole, look.size, look.start, _cut(look), _stops(look, sent), _bars(look), verdict(look),
        sent.text, is_covered(look),
    )  # fmt: skip
    overlay.show(data, key="walk", on_select=on_select)


def _holds(look: Look, sent: Unit | None, unit: Unit) -> bool:
    """Whether what was sent for one unit has the map of another."""
    if sent is None:
        return False
    depth = depths()[unit.layer]
    is_there = depth.is_main and unit.channel in look.strongest(depth)
    return is_there or unit.map == sent.map


def _stops(look: Look, unit: Unit) -> list[Stop]:
    """The main depths, and the chosen one where it is none of them; the last one once it may be seen."""
    shown = [depth for depth in depths() if depth.is_main or depth.at == unit.layer]
    return [_stop(look, depth, unit) for depth in shown if not (depth.is_last and is_covered(look))]


def _stop(look: Look, depth: Depth, unit: Unit) -> Stop:
    channels = look.strongest(depth)
    if depth.at == unit.layer and unit.channel not in channels:
        channels = [unit.channel, *channels[:-1]]
    maps = look.at(depth)
    laid = [
        Laid(
            channel, maps[channel], look.trained.network.fields(depth.shown, channel),
            _title(look, depth, channel), map_name(look.trained, depth, channel).removeprefix("map "),
        )
        for channel in channels
    ]  # fmt: skip
    size = max(one.fields[0].size for one in laid)
    words = depth.words(SAMPLE_NAMES.get(state.now(SAMPLE), ""))
    return Stop(
        depth.at, depth.name, times(size, size), words, laid, look.ranking(depth).border, _note(look, depth)
    )


def _note(look: Look, depth: Depth) -> str:
    """How these maps were chosen."""
    if depth.is_last:
        return "The classes with the highest scores: the average of a map is its class’s score."
    if look.is_plain:
        return "One colour everywhere: all that a map can tell apart here is how near the padding is."
    out, count = len(look.ranking(depth).left_out), len(look.at(depth))
    border = "Strongest first: the peak above the map’s median. The outermost units, which see padding, do not count"
    return f"{border}; left out: {many(out, 'map')} of {count} that mostly see it." if out else f"{border}."


def _title(look: Look, depth: Depth, channel: int) -> str:
    name = map_name(look.trained, depth, channel)
    return f"“{name}”, map {channel + 1}" if depth.is_last else name.capitalize()


def _bars(look: Look) -> list[Bar]:
    if is_covered(look):
        return []
    return [
        Bar(look.trained.classes[of], float(look.probabilities[of]), percent(float(look.probabilities[of])), of)
        for of in look.best()
    ]


def verdict(look: Look) -> str:
    """What is to be known of the five, in two sentences."""
    share = float(np.sort(look.probabilities)[-5:].sum())
    # Five rounded shares may add up to a digit more or less than their sum.
    told = percent(share) if share > 0.99 else f"about {percent(round(share, 2))}"
    return f"These five take {told} of 1,000 classes’ probability. It has to answer, whatever it is shown."


def _cut(look: Look) -> str:
    return " ".join(look.square.notes)


def is_covered(look: Look) -> bool:
    """Whether the visitor is still guessing what it says of this photo."""
    return state.now(GUESS_FIRST) and state.recall(_GUESSED) != look.square.digest


def in_sidebar(look: Look) -> None:
    """What the network took of the picture, and whether its answer is covered at first."""
    with st.sidebar, st.container(key="taken", gap="small"):
        st.caption(controls.plain(f"The network takes 227 × 227 pixels. {_cut(look)}"))
        controls.toggle("guess first", GUESS_FIRST, help="Covers the answer until you have guessed.")
