"""Padding: why an odd K has a centre, what keeps the size, and what each border puts there."""

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.geometry import PADDING_MODES, Window, most_padding, origin, same_padding
from cnnviz.numbers import times
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture
from cnnviz.ui import controls
from cnnviz.ui.lessons.stride.stride_ab import A
from cnnviz.ui.lessons.stride.stride_view import now
from cnnviz.ui.letters import lettered, together
from cnnviz.ui.markup import Markup, html, joined, part, rows, show
from cnnviz.ui.settings import Filter, Windows
from cnnviz.ui.state import one_of, put
from cnnviz.ui.words import number

MOST = 8
KC = one_of("kc", [str(size) for size in range(1, MOST + 1)], "3")
PIXELS = 7  # of the row that is drawn: enough for the first and the last window of every K


def centre(picture: Picture) -> None:
    """One K to choose: its window on the first and the last pixel, and the padding that this takes; then K = 1 to 8."""
    part("An odd K has a centre")
    drawing, facts = st.columns([1.1, 1.1], gap="medium")
    with drawing:
        k = int(controls.choice("K to look at", KC))
        show(together(lettered(_drawn(k) + html("<p>{}</p>", _told(k)))))
        label = lettered(f"put K = {k} on A, keeping the size")
        st.button(label, key="centre-on-a", on_click=put, kwargs=A.keeping(k))
    head = ["K", "centre", "padding that keeps the size", "same on all sides: the map at S = 1"]
    with facts:
        show(rows(head, [_row(size, picture) for size in range(1, MOST + 1)], chosen=k - 1))


def _row(k: int, picture: Picture) -> list[str]:
    before, after = same_padding(k)
    if k % 2:
        return [str(k), "yes", f"(K − 1)/2 = {before}", f"P = {before}: {_out(k, before, picture)}"]
    both = f"P = {before}: {_out(k, before, picture)}; P = {after}: {_out(k, after, picture)}"
    return [str(k), "no", f"{before} before, {after} behind", both]


def _out(k: int, padding: int, picture: Picture) -> str:
    window = Window(k, 1, padding)
    try:
        return times(*Windows(window, window).output_size(picture))
    except CnnvizError as problem:
        return str(problem)


def _told(k: int) -> str:
    before, after = same_padding(k)
    if k % 2:
        return (
            f"K = {k} has a centre, with {before} on each side of it. With P = (K − 1)/2 = {before} the first window's"
            " centre is the first pixel and the last one's is the last: a window for each pixel, so the size stays."
        )
    return (
        f"K = {k} has no centre: its middle lies between two pixels. K − 1 = {k - 1} of padding cannot be halved,"
        f" so one side gets {before} and the other {after}; every number then sits half a pixel off."
    )


def _drawn(k: int) -> Markup:
    """The row of pixels twice: with the first window on it, and with the last."""
    window = Window(k, 1, same_padding(k))
    lines = []
    for name, taps in (("first window", window.taps(0)), ("last window", window.taps(window.output_size(PIXELS) - 1))):
        cells = []
        for position in range(-window.before, PIXELS + window.after):
            marks = ["" if 0 <= position < PIXELS else "padding"]
            if position in taps:
                marks += ["in", *(["first"] * (position == taps[0])), *(["last"] * (position == taps[-1]))]
            if k % 2 and position == taps[k // 2]:
                marks.append("middle")
            text = str(position + 1) if 0 <= position < PIXELS else "0"
            cells.append(html('<i class="{}">{}</i>', " ".join(filter(None, marks)), text))
        lines.append(html("<div><small>{}</small>{}</div>", name, joined(cells)))
    name = f"The first and the last window of K = {k} on a row of {PIXELS} pixels"
    return html('<div class="strip" role="img" aria-label="{}">{}</div>', name, joined(lines))


SHOWN = 3  # cells of padding and of the picture at each end
TOLD = {
    "zeros": "nothing is borrowed: 0",
    "reflect": "the picture mirrored at its outermost pixel, which is not repeated",
    "replicate": "the outermost pixel again and again",
    "circular": "the picture goes on from its other side",
}


def borders(picture: Picture, divisor: float) -> None:
    """For each mode the ends of row 1 with their padding, tied to their origins, and what comes of it in the map."""
    state = now()
    k, p = state[A.k], state[A.p]
    wide = min(SHOWN, max(p, 1))
    _, _, width = picture.shape
    colour = "" if len(picture.pixels) == 1 else " of the red plane"
    ends = [*range(-wide, min(SHOWN, width)), *range(max(width - SHOWN, SHOWN), width + wide)]
    if width <= 2 * SHOWN:
        ends = [*range(-wide, width + wide)]
    average = _average(picture, divisor, {**state, A.p: 0, A.more: False, A.same: False})
    bare = f"without any padding it would be {average}." if average else "without padding there is no map."
    table = html(
        '<div class="wide"><table class="facts ends"><thead><tr><th>border</th>{}<th>map, row 1</th></tr></thead>'
        "<tbody>{}</tbody></table></div>",
        joined(_heading(position, width, ends) for position in ends),
        joined(_line(mode, ends, picture, divisor, state) for mode in PADDING_MODES),
    )
    part(
        "What stands in the padding",
        f"The ends of row 1{colour}, with {wide} of padding. Below each borrowed number stands the column that"
        " it copies; on the stages above, lines tie it to its origin. Last, the average of the first row of A's map"
        f" (K = {k}, P = {p}): {bare}",
        table,
    )


def _heading(position: int, width: int, ends: list[int]) -> Markup:
    name = str(position + 1) if 0 <= position < width else "pad"
    gap = Markup(' class="gap"') if position - 1 not in ends and position != ends[0] else ""
    return html("<th{}>{}</th>", gap, name)


def _line(mode: str, ends: list[int], picture: Picture, divisor: float, state: dict) -> Markup:
    _, height, width = picture.shape
    row = picture.levels()[0, 0]
    limit = most_padding(width, mode)
    cells = []
    for position in ends:
        outside = max(-position, position - width + 1)
        marks = ["padding"] if outside > 0 else []
        if position - 1 not in ends and position != ends[0]:
            marks.append("gap")
        if limit is not None and outside > limit:
            text = html("–")
        else:
            found = origin(position, width, mode)
            text = html("{}", number(0 if found is None else float(row[found]) / divisor))
            if outside > 0 and found is not None:
                text += html("<small>from {}</small>", found + 1)
        cells.append(html('<td class="{}">{}</td>', " ".join(marks), text))
    chosen = Markup(' class="chosen"') if mode == state["border"] else ""
    average = _average(picture, divisor, {**state, "border": mode}) or "no map"
    line = '<tr{}><th scope="row">{}<small>{}</small></th>{}<td>{}</td></tr>'
    return html(line, chosen, mode, TOLD[mode], joined(cells), average)


def _average(picture: Picture, divisor: float, state: dict) -> str | None:
    """The average of the first row of A's map; None where these settings give none."""
    try:
        row = first_row(picture, A.filter(state, len(picture.pixels)), A.windows(state, picture), divisor)
    except CnnvizError:
        return None
    return number(float(row.mean()))


def first_row(picture: Picture, filter: Filter, windows: Windows, divisor: float) -> np.ndarray:
    """The first row of the map, from the few rows that it reads: (width of the map,), float64. Raises DoesNotFit."""
    windows.output_size(picture)
    levels = picture.levels()
    origins = [origin(row, picture.shape[1], windows.border) for row in windows.rows.taps(0)]
    rows = [np.zeros_like(levels[:, 0]) if at is None else levels[:, at] for at in origins]
    return conv2d(
        np.stack(rows, 1),
        filter.weight[np.newaxis] / divisor,
        stride=(1, windows.columns.stride),
        padding=((0, 0), windows.padding[1]),
        padding_mode=windows.border,
    )[0, 0]
