"""From maps to classes: where it looks, a patch that asks at every place, the average; and the ending."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.experiments.classmap import class_map
from cnnviz.experiments.occlusion import GREY, Occlusion, Probe, filled
from cnnviz.geometry import Field
from cnnviz.layers import Linear
from cnnviz.numbers import grouped, times
from cnnviz.ui import markup, overlay, state
from cnnviz.ui.controls import select
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.deep.deep_look import Look, stops
from cnnviz.ui.lessons.deep.deep_walk import CLASS, FIRST, is_covered
from cnnviz.ui.overlay import Panel
from cnnviz.ui.settings import DEPTH
from cnnviz.ui.state import put
from cnnviz.ui.words import many, number, percent

BATCH = 0.35  # seconds of questions before the page is drawn

_ASKED, _PATCH = "deep-asked", "deep-patch"  # the questions of this photo; where the visitor put the patch


@dataclass(eq=False)
class Asked:
    """The questions asked so far of one photo; whether the visitor has stopped them."""

    digest: str
    occlusion: Occlusion
    probes: list[Probe] = field(default_factory=list)
    is_stopped: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def total(self) -> int:
        return math.prod(self.occlusion.shape)

    @property
    def is_done(self) -> bool:
        return len(self.probes) == self.total

    @property
    def is_running(self) -> bool:
        return not (self.is_done or self.is_stopped)

    def ask(self, seconds: float) -> None:
        """Go on for about so long, at least one question."""
        end = time.monotonic() + seconds
        with self._lock:  # a run of the page that another one replaces may still be asking
            for probe in self.occlusion.probes(len(self.probes)):
                self.probes.append(probe)
                if time.monotonic() > end or self.is_stopped:
                    return


def where(look: Look) -> None:
    """The class, its map, and the questions."""
    markup.part(
        "Where it looks",
        "conv10 makes one map for each class, and the class’s score is that map’s average: so the map tells which "
        "places speak for it. The patch asks differently: cover a place, and see how much of the probability is lost. "
        "It slides like a window, 51 × 51 by 16: a convolution of questions.",
    )
    trained = look.trained
    with st.container(key="class-row", horizontal=True, gap="small", vertical_alignment="bottom"):
        name = select("Class, of 1,000", CLASS, [FIRST, *trained.classes], width=260)
        for of in look.best():
            label = trained.classes[of]
            st.button(label, key=f"class {of}", on_click=put, kwargs={"class": label})
    index = look.best(1)[0] if name == FIRST else trained.classes.index(name)
    with st.container(key="where"):
        left, right = st.columns([1, 2], gap="medium")
        with left:
            overlay.panels([_map(look, index)], key="class-map")
        with right:
            _occlusion(look, index)


def _map(look: Look, index: int) -> Panel:
    """The class activation map."""
    trained = look.trained
    map = class_map(trained, look.maps, index)
    limit = float(np.max(look.maps[-2]))  # one scale for all classes: who is weak looks weak
    score, share = float(look.maps[-1].ravel()[index]), look.share(index)
    words = (
        f"The average of its {map.size} numbers, {number(score, 3)}, is the score; softmax over 1,000 scores makes "
        f"{share} of it. One scale for all classes."
        if map.any()
        else f"All {map.size} numbers are 0: nothing here speaks for it, and its share is {share}."
    )
    row = trained.network.rows[-2]
    return Panel(
        f"Where “{trained.classes[index]}” is seen", look.square, words, map=map, fields=row.fields, limit=limit
    )


def _asked(look: Look) -> Asked | None:
    """The questions of this photo; those of another are dropped."""
    asked = state.recall(_ASKED)
    return asked if asked and asked.digest == look.square.digest else None


def _begin(look: Look) -> None:
    state.remember(_ASKED, Asked(look.square.digest, Occlusion(look.trained, look.square.levels())))
    state.forget(_PATCH)


def _stop(asked: Asked, is_stopped: bool) -> None:
    asked.is_stopped = is_stopped


def _occlusion(look: Look, index: int) -> None:
    asked = _asked(look)
    running = asked is not None and asked.is_running
    st.fragment(_answers)(look, index, running)
    with st.container(key="questions", horizontal=True, gap="small", vertical_alignment="center"):
        if asked is None:
            st.button("slide the patch over it", key="ask", type="primary", on_click=_begin, args=(look,))
            st.caption("144 runs of the whole network: some seconds.", width="content")
            return
        if not asked.is_done:
            st.button("stop" if running else "go on", key="stop", on_click=_stop, args=(asked, running))
        st.button("clear", key="clear", on_click=state.forget, args=(_ASKED,))


def _answers(look: Look, index: int, running: bool) -> None:
    """The answers so far, and the patch where it lies now."""
    asked = _asked(look)
    if asked and asked.is_running:
        asked.ask(BATCH)
    # The browser asks for the next batch once it has drawn this one. A timer there would send what its widgets said
    # before the page answered, and so undo a change of the picture.
    more = asked is not None and asked.is_running
    overlay.panels(_pictures(look, asked, index), key="occluded", on_select=_place, more=more)
    with st.container(key="progress"):
        if asked and not asked.is_done:
            st.progress(len(asked.probes) / asked.total, f"{len(asked.probes)} of {asked.total} asked")
    if asked and asked.is_done and running:
        st.rerun()  # the buttons below change


def _place(text: str) -> None:
    """A place of the grid was clicked: "patch.row.column", from 1."""
    found = re.fullmatch(r"patch\.([1-9]\d{0,2})\.([1-9]\d{0,2})", text, re.ASCII)
    if found:
        state.remember(_PATCH, (int(found[1]) - 1, int(found[2]) - 1))


def _pictures(look: Look, asked: Asked | None, index: int) -> list[Panel]:
    """The change of the probability at each place, over the photo; and the photo with the patch on it."""
    whole, name = float(look.probabilities[index]), look.trained.classes[index]
    occlusion = asked.occlusion if asked else Occlusion(look.trained, look.square.levels())
    title, probes = "What is lost, covered there", [*asked.probes] if asked else []
    if asked is None or not probes:
        row, column = (count // 2 for count in occlusion.shape)
        words = f"The patch, before it is asked: {percent(whole)} uncovered."
        return [Panel(title, look.square, "Not asked yet."), _covered(look, occlusion, row, column, words)]
    grid = occlusion.grid(probes, index)
    field = Field(occlusion.size, occlusion.stride)
    told = f"Green: covering it costs “{name}” probability; purple: it gains. " + (
        "Click a place to put the patch there." if not asked.is_running else f"{many(len(probes), 'answer')} so far."
    )
    row, column = _where(probes, grid)
    left = float(grid[row, column])
    words = f"“{name}” {'falls' if left < whole else 'goes'} from {percent(whole)} to {percent(left)}."
    lost = Panel(
        title, look.square, told, map=whole - filled(grid), fields=(field, field), signed=True, asks="patch",
        at=(row, column),
    )  # fmt: skip
    return [lost, _covered(look, occlusion, row, column, words)]


def _where(probes: list[Probe], grid: NDArray) -> tuple[int, int]:
    """The place clicked; else, while it is asked, the last one; then the one that costs most."""
    at = state.recall(_PATCH)
    if at and at[0] < grid.shape[0] and at[1] < grid.shape[1] and np.isfinite(grid[at]):
        return at
    if len(probes) < grid.size:
        return probes[-1].row, probes[-1].column
    row, column = np.unravel_index(int(np.argmin(grid)), grid.shape)
    return int(row), int(column)


def _covered(look: Look, occlusion: Occlusion, row: int, column: int, words: str) -> Panel:
    down, across = occlusion.box(row, column)
    box = down.start, across.start, down.stop - down.start, across.stop - across.start
    return Panel("The patch", look.square, words, patch=box, level=round(sum(GREY) / 3))


def average(look: Look) -> None:
    """From maps to classes: three classes' numbers, and what a fully connected layer would cost instead."""
    rows = look.trained.network.rows
    conv, pool = rows[-3], rows[-1]
    classes, height, width = pool.input_shape
    instead = Linear(classes).parameters(conv.input_shape)
    whole = look.trained.network.parameters
    markup.part(
        "At the end an average, no fully connected layer",
        f"conv10’s {times(height, width, classes)} numbers become {grouped(classes)} scores: each map’s average. "
        f"conv10 has {grouped(conv.parameters)} parameters; a fully connected layer that read the same "
        f"{times(height, width, conv.input_shape[0])} numbers would have {grouped(instead)}, "
        f"{number(instead / conv.parameters, 2)} times as many, and {number(instead / whole, 2)} times what the whole "
        "network has.",
    )
    markup.show(
        markup.rows(
            ("class", f"largest of {height * width}", "average = score", "softmax"),
            (
                (
                    look.trained.classes[of],
                    number(float(class_map(look.trained, look.maps, of).max()), 4),
                    number(float(look.maps[-1].ravel()[of]), 4),
                    look.share(of),
                )
                for of in look.best(5)
            ),
        )
    )


def ending(look: Look) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(look), _question(look))


def _seen(look: Look) -> str:
    """What was seen, with this photo's numbers: how much of each map is above 0 tells that deep ones answer to less."""
    depths = stops()["conv1"], stops()["fire9"]
    near, far = (times(depth.row.fields[0].size, depth.row.fields[1].size) for depth in depths)
    early, late = (float((look.at(depth) > 0).mean()) for depth in depths)
    first, second = (f"{look.trained.classes[of]} {look.share(of)}" for of in look.best(2))
    return (
        f"A unit of conv1 sees {near} pixels and can tell an edge; one of fire9 sees {far} and answers to parts. "
        f"Of conv1’s numbers {percent(early)} are above 0 on this photo, of fire9’s {percent(late)}"
        f"{': deep maps answer to less, and mean more.' if late < early else '.'}"
    ) + ("" if is_covered(look) else f" The last maps’ averages say: {first}, {second}.")


def _question(look: Look) -> str:
    """What the controls can answer on this photo."""
    if is_covered(look):
        return "What will it say? The maps above tell what it found; guess, then press “Show it”: the rest appears."
    name = look.trained.classes[look.best(1)[0]]
    other = "RGB" if state.now(DEPTH) == "Grey" else "Grey"
    return (
        f"Does it need the colours? Switch Depth to {other} in the sidebar and see whether “{name}” stands. And which "
        "one place does the answer hang on: guess, then slide the patch."
    )
