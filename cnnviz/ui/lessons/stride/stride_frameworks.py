"""As PyTorch, as TensorFlow: the same size from a stride, other padding, other numbers."""

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import cached
from cnnviz.ui.lessons.stride.stride_ab import SB, A, frameworks_at, same_windows
from cnnviz.ui.lessons.stride.stride_view import now
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, html, joined, part, show
from cnnviz.ui.settings import Windows
from cnnviz.ui.state import put
from cnnviz.ui.words import listed, many, number, percent

ENDS = 4  # pixels of a row that are drawn at each of its ends


def frameworks(picture: Picture, divisor: float) -> None:
    """A's K and S with the padding of each: what is padded, where the windows lie, how many numbers differ."""
    state = now()
    k, s = state[A.k], state[A.s]
    half = (k - 1) // 2
    theirs, same = Window(k, s, half), same_windows(k, s, picture)
    both = Windows(theirs, theirs), same
    part("As PyTorch, as TensorFlow", _rule(k, s, picture, same))
    drawing, facts = st.columns([1, 1], gap="medium")
    with drawing:
        show(_drawn(theirs, same.columns, picture.shape[2]))
    with facts:
        show(html("<p>{}</p>", _differ(picture, divisor, *both)))
        if _alike(k, s, picture) and (apart := _stride_apart(k, picture)):
            label = lettered(f"S = {apart}, where they differ")
            st.button(label, key="frameworks-apart", on_click=put, kwargs={A.s: apart})
        label = lettered(f"K = {k}, S = {s}: PyTorch’s on A, TensorFlow’s on B")
        st.button(label, key="frameworks-on-ab", on_click=put, kwargs=frameworks_at(k, s))


def _rule(k: int, s: int, picture: Picture, same: Windows) -> str:
    """What each pads, with A's numbers."""
    half, (_, height, width) = (k - 1) // 2, picture.shape
    rounded = "" if k % 2 else ", rounded down,"
    out = -(-width // s)
    total = same.columns.before + same.columns.after
    high = ""
    if (same.rows.before, same.rows.after) != (same.columns.before, same.columns.after):
        high = f" Down, {height} high, it is {same.rows.before} above and {same.rows.after} below."
    return (
        f"In PyTorch one writes the padding, often (K − 1)/2 = {half}{rounded} on all sides. TensorFlow’s SAME makes "
        f"O = ⌈W/S⌉ numbers of a row, ⌈{width}/{s}⌉ = {out}, and pads as little as they take, "
        f"max((O − 1)S + K − W, 0) = {total} in all, the odd one behind: {same.columns.before} on the left, "
        f"{same.columns.after} on the right. It follows from the picture’s size.{high} "
        "Below, the first and the last window of a row; shaded is what only one of the two reads."
    )


def _differ(picture: Picture, divisor: float, theirs: Windows, same: Windows) -> str:
    """How the two maps of A's box blur differ."""
    filter = A.filter(now(), len(picture.pixels))
    try:
        ours, other = (cached.convolve(picture, filter, windows, divisor).output for windows in (theirs, same))
    except CnnvizError as problem:
        return f"Nothing to compare: {problem}"
    if ours.shape != other.shape:
        return f"PyTorch’s map is {times(*ours.shape)}, TensorFlow’s {times(*other.shape)}."
    moves = (theirs.rows.before - same.rows.before, theirs.columns.before - same.columns.before)
    if not any(moves):
        return f"Here both pad alike before the first pixel: {times(*ours.shape)}, and every number is the same."
    where = [many(count, way) for count, way in zip(moves, ("row", "column")) if count]
    apart = np.abs(ours - other)
    return (
        f"Both give {times(*ours.shape)}. Each of TensorFlow’s windows lies {listed(where)} further on, so "
        f"{percent(int((apart > 0).sum()), apart.size)} of the numbers differ, by up to "
        f"{number(float(apart.max()), 3)}. Weights learnt with one padding give other answers with the other."
    )


def _alike(k: int, s: int, picture: Picture) -> bool:
    """Whether every number of the two is the same: as many windows, at the same places."""
    theirs, same = Window(k, s, (k - 1) // 2), same_windows(k, s, picture)
    axes = [*zip((same.rows, same.columns), picture.shape[1:])]
    return all(theirs.fits(size) and theirs.before == window.before for window, size in axes) and all(
        theirs.output_size(size) == window.output_size(size) for window, size in axes
    )


def _stride_apart(k: int, picture: Picture) -> int | None:
    """The smallest stride at which they are not; None where there is none."""
    return next((s for s in range(2, 1 + SB.most) if not _alike(k, s, picture)), None)


def _drawn(theirs: Window, same: Window, width: int) -> Markup:
    """The ends of a row as each pads it, with its first and its last window; what only one of them reads is shaded."""
    read = [_read(window, width) for window in (theirs, same)]
    before, after = max(theirs.before, same.before), max(theirs.after, same.after)
    head = range(-before, min(ENDS, width))
    places = [*head, *range(max(width - ENDS, head.stop), width + after)]
    lines = []
    for name, window, own, other in zip(("PyTorch", "TensorFlow"), (theirs, same), read, reversed(read)):
        cells = []
        for position in places:
            if position == width - ENDS and position > head.stop:
                cells.append(html('<i class="gap">…</i>'))
            is_padding = not 0 <= position < width
            if not -window.before <= position < width + window.after:
                cells.append(html('<i class="none"></i>'))
                continue
            marks = ["padding"] * is_padding
            marks += ["in", *["moved"] * (position not in other)] if position in own else []
            cells.append(html('<i class="{}">{}</i>', " ".join(marks), 0 if is_padding else position + 1))
        lines.append(html("<div><small>{}</small>{}</div>", name, joined(cells)))
    name = f"The ends of a row of {width} pixels with the padding of each, and their first and last window"
    return html('<div class="strip frameworks" role="img" aria-label="{}">{}</div>', name, joined(lines))


def _read(window: Window, width: int) -> set[int]:
    """What the first and the last window of a row read; nothing where none finds room."""
    if not window.fits(width):
        return set()
    return {*window.taps(0), *window.taps(window.output_size(width) - 1)}
