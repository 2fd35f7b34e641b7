"""Why an odd K has a centre, and what padding keeps the size at stride 1."""

from __future__ import annotations

import streamlit as st

from cnnviz.geometry import Window, same_padding
from cnnviz.pictures import Picture
from cnnviz.ui import controls
from cnnviz.ui.lessons.stride.counts import size_text
from cnnviz.ui.lessons.stride.two import A
from cnnviz.ui.letters import lettered, together
from cnnviz.ui.markup import part, rows
from cnnviz.ui.settings import Windows
from cnnviz.ui.state import one_of, put

MOST = 8
KC = one_of("kc", [str(size) for size in range(1, MOST + 1)], "3")
PIXELS = 7  # of the row that is drawn: enough for the first and the last window of every K


def centre(picture: Picture) -> None:
    """One K to choose: its window on the first and the last pixel, and the padding that this takes; then K = 1 to 8."""
    part("An odd K has a centre")
    drawing, facts = st.columns([1.1, 1.1], gap="medium")
    with drawing:
        k = int(controls.choice("K to look at", KC))
        st.html(together(lettered(_drawn(k) + f"<p>{_told(k)}</p>")))
        told = lettered(f"put K = {k} on A, keeping the size")
        st.button(told, key="centre-on-a", on_click=put, kwargs=A.keeping(k))
    head = ["K", "centre", "padding that keeps the size", "same on all sides: the map at S = 1"]
    facts.html(rows(head, [_row(size, picture) for size in range(1, MOST + 1)], chosen=k - 1))


def _row(k: int, picture: Picture) -> list[str]:
    before, after = same_padding(k)
    if k % 2:
        return [str(k), "yes", f"(K − 1)/2 = {before}", f"P = {before}: {_out(k, before, picture)}"]
    both = f"P = {before}: {_out(k, before, picture)}; P = {after}: {_out(k, after, picture)}"
    return [str(k), "no", f"{before} before, {after} behind", both]


def _out(k: int, padding: int, picture: Picture) -> str:
    window = Window(k, 1, padding)
    return size_text(Windows(window, window), picture)


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


def _drawn(k: int) -> str:
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
            cells.append(f'<i class="{" ".join(filter(None, marks))}">{text}</i>')
        lines.append(f"<div><small>{name}</small>{''.join(cells)}</div>")
    name = f"The first and the last window of K = {k} on a row of {PIXELS} pixels"
    return f'<div class="strip" role="img" aria-label="{name}">{"".join(lines)}</div>'
