"""The stage: input with its window | operands and the sum written out | output filling in.

Python computes a map once and hands it over in one envelope; playing, stepping and hovering happen in the browser:

    arithmetic.js  pure: unpack, taps, terms, sum      rounding.js  pure: their decimals, so that they add up
    words.js       pure: steps as text
    bitmaps.js     maps, a pixel a cell, made once     input.js     the picture and the window on it
    plan.js        pure: where the operands stand      operands.js  window, weights, products
    output.js      the map filling in                  player.js    the current step, playing, zoom
    pointer.js     hovering, tapping, dragging, keys   place.js     where it stands, in the link
    preview.js     pure: the map of other settings     live.js      what shows while a setting is being changed
    wanted.js      the settings under the finger       turns.js     one frame loop for all maps that fill in
    formula.js     the formula of those settings       handles.js   what is pulled on the picture
    stage.js       a trace on the page: its panels     stage.css
"""

import re
from collections.abc import Mapping
from typing import Any

from cnnviz.steps import Trace
from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.markup import NOTHING, Markup, parts
from cnnviz.ui.state import Setting

_component = component("stage")


def place_setting(key: str) -> Setting[tuple[int, int] | None]:
    """Where a stage's cursor stands, (row, column) from 0, said from 1; None: where it begins by itself."""

    def read(text: str) -> tuple[int, int] | None:
        found = re.fullmatch(r"([1-9]\d{0,5})\.([1-9]\d{0,5})", text, re.ASCII)
        return (int(found[1]) - 1, int(found[2]) - 1) if found else None

    def write(place: tuple[int, int] | None) -> str:
        return f"{place[0] + 1}.{place[1] + 1}" if place else ""

    return Setting(key, None, read, write, is_live=True, of_picture=True)


def stage(
    trace: Trace,
    *,
    key: str,
    autoplay: bool = False,
    whole: bool = False,
    compact: bool = False,
    weights: bool = False,
    terms: bool = False,
    complete: bool = False,
    group: str = "",
    at: tuple[int, int] | None = None,
    unit: tuple[int, int] | None = None,
    link: Setting[Any] | None = None,
    limit: float | None = None,
    formula: Markup = NOTHING,
    figures: Markup = NOTHING,
    held: str = "",
    live: Mapping[str, Any] | None = None,
    pins: Setting[tuple[int, int] | None] | None = None,
) -> None:
    """Draw `trace` as a stage. The same `key` keeps its place, its speed and its zoom when the trace changes.

    autoplay  begin to play at once, unless the visitor prefers reduced motion
    whole     the whole map below, a pixel a number
    compact   input and output, with the sum below them: for two stages side by side
    weights   the weights are painted over what they multiply, of an input of one channel
    terms     the operands and the sum alone: something else of its group shows the input and the output
    complete  it begins with the whole map, though that is small, at its strongest answer
    group     stages of one group share a cursor: each goes to the output nearest to the same place of the input
    at        (row, column), counted from 0, of the output to go to; each new one moves the cursor there
    unit      (layer, channel), counted from 0: which map of a network this is. A group then meets at its outputs
    link      the setting that says where the cursor stands: a `place_setting`; with `unit`, the choice of that
    limit     the number drawn in full colour, where that is not the map's own: its numbers are said as before
    formula   the line above it, which follows what is changed under the finger
    figures   what is said of the map below it
    held      the id of its input, where the browser holds that: see `ui.held`
    live      what can be changed under the finger, with nothing asked of the server: `Live` of types.d.ts
    pins      a `place_setting` that becomes the output which is clicked, so that the page follows
    """
    if link and unit is None:
        at = state.now(link) or at
    if link:
        # Where the cursor has gone by itself it stands already: the trace is not sent again for that.
        at = state.recall(f"{key}-at") if state.is_from_browser(link) else at
        state.remember(f"{key}-at", at)
    options = {
        "autoplay": autoplay, "whole": whole, "compact": compact, "weights": weights, "terms": terms,
        "complete": complete, "group": group, "at": at, "unit": unit, "link": link.key if link else None,
        "limit": limit, "begun": state.beginnings(), "live": live, "pins": pins is not None,
        "formula": parts(formula), "figures": parts(figures),
    }  # fmt: skip

    def pinned() -> None:
        text = state.component_state(key, "pinned")
        place = pins.read(text) if pins and isinstance(text, str) else None
        if pins and place:
            state.put(**{pins.key: place})

    data = trace.envelope(held, **{name: value for name, value in options.items() if value})
    _component(key=key, data=data, **({"on_pinned_change": pinned} if pins else {}))
