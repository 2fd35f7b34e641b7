"""A patch that covers the picture place by place while the network is asked each time: its answers as they come in.

    asking = Asking(trained, picture, probabilities, of=digest)
    panels(asking, class_index)
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.experiments.occlusion import GREY, SIZE, STRIDE, Occlusion, Probe, filled
from cnnviz.geometry import Field
from cnnviz.models import Trained
from cnnviz.numbers import many, percent
from cnnviz.pictures import Picture
from cnnviz.ui import overlay, state
from cnnviz.ui.overlay import Panel

BATCH = 0.35  # seconds of questions before the page is drawn

_ASKED, _PATCH = "questions-asked", "questions-patch"  # those of this picture; where the visitor put the patch


@dataclass(frozen=True, eq=False)
class Asking:
    """Who is asked, and of what.

    picture        of the size that the network takes
    probabilities  of all classes, with nothing covered
    of             what tells network and picture from all others
    size, stride   of the patch
    """

    trained: Trained
    picture: Picture
    probabilities: NDArray
    of: object
    size: int = SIZE
    stride: int = STRIDE

    def occlusion(self) -> Occlusion:
        return Occlusion(self.trained, self.picture.levels(), self.size, self.stride)


@dataclass(eq=False)
class _Asked:
    """The questions asked so far of one picture; whether the visitor has stopped them."""

    of: object
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


def panels(asking: Asking, index: int) -> None:
    """What is lost at each place, for one class, and the patch; below them what begins, stops and clears it."""
    asked = _asked(asking)
    running = asked is not None and asked.is_running
    st.fragment(_answers)(asking, index, running)
    with st.container(key="questions", horizontal=True, gap="small", vertical_alignment="center"):
        if asked is None:
            st.button("slide the patch over it", key="ask", type="primary", on_click=_begin, args=(asking,))
            count = math.prod(asking.occlusion().shape)
            st.caption(f"{many(count, 'run')} of the whole network: some seconds.", width="content")
            return
        if not asked.is_done:
            st.button("stop" if running else "go on", key="stop", on_click=_stop, args=(asked, running))
        st.button("clear", key="clear", on_click=state.forget, args=(_ASKED,))


def _asked(asking: Asking) -> _Asked | None:
    """The questions of this picture; those of another are dropped."""
    asked = state.recall(_ASKED)
    return asked if asked and asked.of == asking.of else None


def _begin(asking: Asking) -> None:
    state.remember(_ASKED, _Asked(asking.of, asking.occlusion()))
    state.forget(_PATCH)


def _stop(asked: _Asked, is_stopped: bool) -> None:
    asked.is_stopped = is_stopped


def _answers(asking: Asking, index: int, running: bool) -> None:
    """The answers so far, and the patch where it lies now."""
    asked = _asked(asking)
    if asked and asked.is_running:
        asked.ask(BATCH)
    # The browser asks for the next batch once it has drawn this one. A timer there would send what its widgets said
    # before the page answered, and so undo a change of the picture.
    more = asked is not None and asked.is_running
    overlay.panels(_pictures(asking, asked, index), key="occluded", on_select=_place, more=more)
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


def _pictures(asking: Asking, asked: _Asked | None, index: int) -> list[Panel]:
    """The change of the probability at each place, over the photo; and the photo with the patch on it."""
    whole, name = float(asking.probabilities[index]), asking.trained.classes[index]
    occlusion = asked.occlusion if asked else asking.occlusion()
    title, probes = "What is lost, covered there", [*asked.probes] if asked else []
    if asked is None or not probes:
        row, column = (count // 2 for count in occlusion.shape)
        words = f"The patch, before it is asked: {percent(whole)} uncovered."
        return [Panel(title, asking.picture, "Not asked yet."), _covered(asking, occlusion, row, column, words)]
    grid = occlusion.grid(probes, index)
    field = Field(occlusion.size, occlusion.stride)
    told = f"Green: covering it costs “{name}” probability; purple: it gains. " + (
        "Click a place to put the patch there." if not asked.is_running else f"{many(len(probes), 'answer')} so far."
    )
    row, column = _where(probes, grid)
    left = float(grid[row, column])
    words = f"“{name}” {'falls' if left < whole else 'goes'} from {percent(whole)} to {percent(left)}."
    lost = Panel(
        title, asking.picture, told, map=whole - filled(grid), fields=(field, field), signed=True, asks="patch",
        at=(row, column),
    )  # fmt: skip
    return [lost, _covered(asking, occlusion, row, column, words)]


def _where(probes: list[Probe], grid: NDArray) -> tuple[int, int]:
    """The place clicked; else, while it is asked, the last one; then the one that costs most."""
    at = state.recall(_PATCH)
    if at and at[0] < grid.shape[0] and at[1] < grid.shape[1] and np.isfinite(grid[at]):
        return at
    if len(probes) < grid.size:
        return probes[-1].row, probes[-1].column
    row, column = np.unravel_index(int(np.argmin(grid)), grid.shape)
    return int(row), int(column)


def _covered(asking: Asking, occlusion: Occlusion, row: int, column: int, words: str) -> Panel:
    down, across = occlusion.box(row, column)
    box = down.start, across.start, down.stop - down.start, across.stop - across.start
    return Panel("The patch", asking.picture, words, patch=box, level=round(sum(GREY) / 3))
