"""The stage: input with its window | operands and the sum written out | output filling in.

Python computes a map once and hands it over in one envelope; playing, stepping and hovering happen
in the browser. `sources` joins the files of this folder into the one module that a Streamlit
component may have, so that each idea keeps a file of its own and nothing needs a build step:

    arithmetic.js  pure: unpack, taps, terms, sum      rounding.js  pure: their decimals, so that they add up
    words.js       pure: steps as text
    bitmaps.js     maps, a pixel a cell, made once     input.js     the picture and the window on it
    operands.js    window, weights, products           output.js    the map filling in
    player.js      the current step, playing, zoom     pointer.js   hovering, pinning, dragging, keys
    stage.js       a trace on the page: its panels     stage.css
"""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from cnnviz.steps import Trace
from cnnviz.ui.drawing import DRAWING
from cnnviz.ui.javascript import joined

_HERE = files("cnnviz.ui.stage")
_ORDER = (
    "arithmetic.js",
    "rounding.js",
    "words.js",
    "bitmaps.js",
    "input.js",
    "operands.js",
    "output.js",
    "player.js",
    "pointer.js",
    "stage.js",
)


def sources() -> str:
    """The JavaScript as one module."""
    return joined(*DRAWING, *(_HERE.joinpath(name) for name in _ORDER))


_component = st.components.v2.component(
    "cnnviz_stage", js=sources(), css=_HERE.joinpath("stage.css").read_text("utf-8")
)


def stage(
    trace: Trace,
    *,
    key: str,
    autoplay: bool = False,
    whole: bool = False,
    compact: bool = False,
    group: str = "",
    at: tuple[int, int] | None = None,
    unit: tuple[int, int] | None = None,
) -> None:
    """Draw `trace` as a stage. The same `key` keeps its place, its speed and its zoom when the trace changes.

    autoplay  begin to play at once, unless the visitor prefers reduced motion
    whole     the whole map below, a pixel a number
    compact   input and output, with the sum below them: for two stages side by side
    group     stages of one group share a cursor: each goes to the output nearest to the same place of the input
    at        (row, column), counted from 0, of the output to go to; each new one moves the cursor there
    unit      (layer, channel), counted from 0: which map of a network this is. A group then meets at its outputs
    """
    options = {"autoplay": autoplay, "whole": whole, "compact": compact, "group": group, "at": at, "unit": unit}
    _component(key=key, data=trace.envelope(**{name: value for name, value in options.items() if value}))
