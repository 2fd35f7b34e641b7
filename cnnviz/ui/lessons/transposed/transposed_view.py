"""The main view: what goes in, the kernel, K S P and output padding, the formula, the stamps beside their twin."""

from functools import partial
from typing import Any

import streamlit as st

from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import controls, formulas, settings, state
from cnnviz.ui.controls.basics import dial_of
from cnnviz.ui.lessons.transposed import transposed_setting as setting
from cnnviz.ui.lessons.transposed.transposed_setting import GIVEN, OP, OPERATION, STAMP, TK, TP, TS, Transposed
from cnnviz.ui.letters import lettered, together
from cnnviz.ui.markup import Markup, html, joined, show
from cnnviz.ui.panel import panel
from cnnviz.ui.stage import place_setting, stage
from cnnviz.ui.stamps import stamps
from cnnviz.ui.state import put

GROUP = "transposed"
PLACE = place_setting("twin-at")
NAMES = {setting.CONSTANT: "Constant picture", setting.OWN: "Your picture, in grey", setting.MAP: "Its map"}


def now() -> dict[str, Any]:
    """The settings of the lesson as they stand."""
    return state.values(OPERATION)


def given() -> None:
    """What goes in, one click each."""
    controls.choice("Goes in", GIVEN)


def kernel() -> None:
    """What each number is multiplied by."""
    with st.sidebar:
        controls.choice("Kernel of the stamps", STAMP)


def dials() -> None:
    """K, S, P and output padding in one row, with what each does."""
    told = now()
    k, s, p = told["tk"], told["ts"], told["tp"]
    act = None if k == 2 * s else ("K = 2S", partial(put, tk=2 * s))
    down, across = setting.more(told)
    larger = f"{down} larger, behind" if down else "the smallest size"
    larger = larger if down == across else f"{down} larger down, {across} across"
    row = (
        dial_of("K kernel", TK, words=f"{k} is {'a' if k % s == 0 else 'no'} multiple of {s}", act=act),
        dial_of("S stride", TS, words=f"stamps {formulas.neighbours(k, s)}"),
        dial_of("P padding", TP, words=f"{p} cut off around" if p else "nothing is cut off"),
        dial_of("Output padding", OP, words=larger, then=partial(put, opw=-1)),
    )
    panel("stamp-dials", row)


def made(picture: Picture, divisor: float) -> Transposed:
    """What comes of the settings. Raises CnnvizError."""
    return setting.made(now(), picture, divisor)


def remedies(picture: Picture) -> settings.Remedies:
    """The nearest settings that work."""
    return setting.remedies(now(), picture)


def formula(found: Transposed) -> None:
    """The output's size with the numbers put in, and whose K, S and P are meant."""
    show(html('<div class="formula of-stamps">{}</div>', _formula(found)))


def both(found: Transposed) -> None:
    """The stamps and their twin under one cursor."""
    left, right = st.columns(2, gap="medium")
    twin = found.trace
    with left, st.container(key="stamps-room"):
        stamps(
            found.input[0], found.whole, found.counts, found.weight, key="stamps", group=GROUP, windows=found.windows,
            twin=(twin.rows, twin.columns), size=found.size, divisor=found.divisor, name=NAMES[now()["given"]],
        )  # fmt: skip
    with right, st.container(key="twin-room"):
        stage(twin, key="twin", group=GROUP, compact=True, complete=True, link=PLACE)


def _formula(found: Transposed) -> Markup:
    """O = (W − 1)S − 2P + D(K − 1) + output padding + 1, with the numbers put in; and what both sides are."""
    told, (_, height, width) = now(), found.input.shape
    k, s, p, outputs = told["tk"], told["ts"], told["tp"], found.size

    def filled(size: int, more: int, out: int) -> Markup:
        return html("({} − 1)·{} − 2·{} + 1·({} − 1) + {} + 1 = <b>{}</b>", size, s, p, k, more, out)

    lines = [filled(*each) for each in zip((height, width), found.more, outputs)]
    alike = lines[0] == lines[1]
    numbers = lines[0] if alike else joined(
        html("<span>{} {}</span>", name, line) for name, line in zip(("height", "width"), lines)
    )  # fmt: skip
    letters = lettered(html("O = (W − 1)S − 2P + D(K − 1) + output padding + 1, D = 1"))
    around = {window.before for window in (found.trace.rows, found.trace.columns)}
    sides = (
        f"Left: stamps of K = {k}, S = {s} apart, of which the scissors cut off P = {p} around. Right, its twin: an "
        f"ordinary convolution with a stride of 1 and a padding of K − 1 − P = {around.pop()}, the kernel turned by "
        f"180°, over the input with S − 1 = {s - 1} {'zero' if s == 2 else 'zeros'} put between."
    )
    return html(
        "<span>{}: {}</span><small><b>{} → {}</b>. {}</small>", letters, numbers, times(height, width), times(*outputs),
        together(lettered(sides)),
    )  # fmt: skip
