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
from cnnviz.ui.words import many

GROUP = "transposed"
PLACE = place_setting("twin-at")


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
    k, s = told["tk"], told["ts"]
    act = None if k == 2 * s else ("K = 2S", partial(put, tk=2 * s))
    down, across = setting.more(told)
    larger = f"{down} larger, behind" if down else "the smallest size"
    larger = larger if down == across else f"{down} larger down, {across} across"
    row = (
        dial_of("K kernel", TK, words=f"{k} is {'a' if k % s == 0 else 'no'} multiple of {s}", act=act),
        dial_of("S stride", TS, words=f"stamps {formulas.neighbours(k, s)}"),
        dial_of("P padding", TP, words=_cut(told)),
        dial_of("Output padding", OP, words=larger, then=partial(put, opw=-1)),
    )
    panel("stamp-dials", row)


def _cut(told: dict[str, Any]) -> str:
    """What the padding takes away, at each end."""
    front, (down, across) = setting.cut(told)
    if not front:
        return "nothing is cut off"
    if front == down == across:
        return f"{front} cut off around"
    behind = f"{down or 'nothing'} behind" if down == across else f"behind {down} down, {across} across"
    return f"{front} cut off in front, {behind}"


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
            twin=(twin.rows, twin.columns), size=found.size, divisor=found.divisor, name=_name(now()),
        )  # fmt: skip
    with right, st.container(key="twin-room"):
        stage(twin, key="twin", group=GROUP, compact=True, complete=True, link=PLACE)


def _name(told: dict[str, Any]) -> str:
    names = {setting.CONSTANT: "Constant picture", setting.OWN: "Your picture, in grey"}
    return names.get(told["given"]) or setting.called_map(told)


def _formula(found: Transposed) -> Markup:
    """O = (W − 1)S + K − 2P + output padding, with the numbers put in; and what both sides are."""
    told, (_, height, width) = now(), found.input.shape
    k, s, p, outputs = told["tk"], told["ts"], told["tp"], found.size

    def filled(size: int, more: int, out: int) -> Markup:
        return html("({} − 1)·{} + {} − 2·{} + {} = <b>{}</b>", size, s, k, p, more, out)

    lines = [filled(*each) for each in zip((height, width), found.more, outputs)]
    alike = lines[0] == lines[1]
    numbers = lines[0] if alike else joined(
        html("<span>{} {}</span>", name, line) for name, line in zip(("height", "width"), lines)
    )  # fmt: skip
    letters = lettered("O = (W − 1)S + K − 2P + output padding")
    return html(
        "<span>{}: {}</span><small><b>{} → {}</b>. {}</small>", letters, numbers, times(height, width), times(*outputs),
        together(lettered(" ".join(filter(None, (_goes_in(told), _stamps(told), _twin(found)))))),
    )  # fmt: skip


def _goes_in(told: dict[str, Any]) -> str:
    """Of a map what made it: its numbers are no levels of a picture."""
    if told["given"] != setting.MAP:
        return ""
    k, s, p = told["tk"], told["ts"], told["tp"]
    return (
        f"In goes the map that a convolution with the same kernel, K = {k}, S = {s} and P = {p}, makes of your picture "
        f"in grey: each of its numbers is a sum of {many(k * k, 'product')}."
    )


def _stamps(told: dict[str, Any]) -> str:
    """The one side; scissors where there is something for them to do."""
    scissors = f"; scissors (P = {told['tp']}): {_cut(told)}" if told["tp"] else ""
    return f"The stamps: K = {told['tk']}, S = {told['ts']} apart{scissors}."


def _twin(found: Transposed) -> str:
    """The other: what a convolution is given so that the same comes out, with all that stands around the numbers."""
    rows, columns = found.trace.rows, found.trace.columns
    down, across = (window.after - window.before for window in (rows, columns))
    more = formulas.rows_and_columns(down, across)
    behind = f", and {more} more behind (output padding)" if more else ""
    zeros = now()["ts"] - 1
    between = f", over the input with S − 1 = {many(zeros, 'zero')} put between" if zeros else ""
    return (
        f"Its twin: an ordinary convolution with a stride of 1 and a padding of K − 1 − P = {rows.before}{behind}, the "
        f"kernel turned by 180°{between}."
    )
