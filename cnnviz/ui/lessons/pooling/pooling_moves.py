"""Translation invariance, measured: the picture moves by some pixels, the maps are compared; and the ending."""

import math

import streamlit as st

from cnnviz import figures
from cnnviz.errors import CnnvizError
from cnnviz.experiments.invariance import DIRECTIONS, Cell
from cnnviz.numbers import grouped
from cnnviz.ui import controls
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.pooling import pooling_maps
from cnnviz.ui.lessons.pooling.pooling_counted import Savings
from cnnviz.ui.lessons.pooling.pooling_maps import Moved, Pooled
from cnnviz.ui.markup import html, part, told
from cnnviz.ui.results import chart
from cnnviz.ui.stage import stage
from cnnviz.ui.state import integer, one_of
from cnnviz.ui.words import many, number, percent

MOST = 4
FAILS, HOLDS = "where it fails", "where it holds"
MOVE = integer("move", 1, 0, MOST)
WAY = one_of("way", list(DIRECTIONS))
LOOK = one_of("look", [FAILS, HOLDS])


def moved(found: Pooled) -> Moved | None:
    """The controls, the chart, the sentence, and the two pooled maps side by side. None where nothing can be moved."""
    part(
        "Does a small move change nothing? Measured",
        "What is shown moves by some pixels: another part of the same picture is cut out, so no border takes part. "
        f"The chart says by how much each map then differs from the unmoved one: {percent(0)} is invariant; two maps "
        f"that have nothing in common differ by {percent(math.sqrt(2))}.",
    )
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        dial = st.container()
        direction = controls.choice("Direction", WAY)
        words = st.container(key="moved-words")
    try:
        measured = pooling_maps.moved(found, direction, MOST)
    except CnnvizError as problem:
        with words:
            controls.refuse(f"Here nothing can be moved: {problem}")
        return None
    room = measured.distances[-1]
    with dial:
        reach = "of the map that is pooled" if room == MOST else f"this map has room for a move by {room} at most"
        move = min(controls.dial("Move by, pixels", MOVE, words=reach), room)
    with right:
        _draw(found, measured, move)
    with words:
        told(verdict(found, measured, move))
    _beside(found, measured, move)
    return measured


def _draw(found: Pooled, measured: Moved, move: int) -> None:
    first, *others = measured.changes
    first = first if found.source.is_map else "picture"
    series = {
        name: (list(measured.distances), [100 * change for change in changes])
        for name, changes in zip((first, *others), measured.changes.values())
    }
    finite = [change for _, changes in series.values() for change in changes if math.isfinite(change)]
    figure = figures.lines(
        series,
        x_title="moved by, pixels",
        y_title="change, %",
        marks={f"moved by {move}": move},
        y_range=(0, max(10.0, 1.08 * max(finite))),
        dots=True,
        height=310,
    )
    figure.update_xaxes(dtick=1)
    chart(figure, "moves-chart")


def by(change: float) -> str:
    """By how much a map changes. Of a map of zeros every change is infinite, and no share."""
    return percent(change) if math.isfinite(change) else "beyond measure (nothing was there before)"


def verdict(found: Pooled, measured: Moved, move: int) -> str:
    """What was measured at this distance, and whether the claim holds, in plain words."""
    if move == 0:
        return "Not moved: nothing changes. Move it by a pixel or more."
    of = measured.pooled[found.kind]
    before, behind, kept, shifted = measured.of_map[move], of.changes[move], of.share_kept[move], of.shifted[move]
    sentence = html(
        "Moved by {}, {} changes by <b>{}</b>, behind {} pooling by <b>{}</b>, and its global average by <b>{}</b>. ",
        move, "the map" if found.source.is_map else "the picture", by(before), found.kind, by(behind),
        by(measured.of_average[move]),
    )  # fmt: skip
    if kept is not None:
        amount = {0.0: "none stays", 1.0: "all stay"}.get(kept, f"{percent(kept)} stay")
        sentence += f"Of the pooled numbers other than 0, {amount} exactly as before. "
    if before > 0:
        sentence += _compared(behind, before)
    if shifted is not None and found.windows[0].stride > 1:
        cells = move // found.windows[0].stride
        sentence += (
            f" But {move} = {cells} × S: the pooled map is the same map moved by "
            f"{many(cells, 'cell')}, and once that is undone {by(shifted)} is left."
        )
    return sentence


def _compared(behind: float, before: float) -> str:
    if behind == 0:
        return "Here the claim holds: pooling hides the move."
    if behind < 0.5 * before:
        return "Pooling hides more than half of the move, not all of it."
    if behind < 0.98 * before:
        return "Pooling softens the move a little; it does not hide it."
    return "Here the claim fails: pooling hides nothing of the move."


def _beside(found: Pooled, measured: Moved, move: int) -> None:
    """The pooled map before and after the move, at the number that changes most or the largest that stays."""
    of = measured.pooled[found.kind]
    with st.container(key="look-row", horizontal=True, vertical_alignment="center", gap="medium"):
        look = controls.choice("Go to", LOOK)
        cell = (of.most_changed if look == FAILS else of.largest_kept)[move]
        shown = pooling_maps.beside(found, measured, move, cell)
        top, left = shown.first
        words = _told(cell, look, move, found.kind)
        if not shown.is_whole:
            words += f" Below, a part of the map, pixel for pixel: it begins at row {top + 1}, column {left + 1}."
        told(words, width="stretch")
    for box, trace, name in zip(
        st.columns(2, gap="medium"), (shown.still, shown.moved), ("still", "moved"), strict=True
    ):
        with box, st.container(key=f"moved-{name}"):
            stage(
                trace,
                key=f"moved-{name}-stage",
                group="moved",
                compact=True,
                at=(cell.row - top, cell.column - left) if cell else None,
            )


def _told(cell: Cell | None, look: str, move: int, kind: str) -> str:
    if cell is None:
        return "No number changes at this distance." if look == FAILS else "No number but 0 stays as it was."
    where = f"Row {cell.row + 1}, column {cell.column + 1} of the pooled map"
    if look == FAILS:
        change = "{} changes most: <b>{}</b> becomes <b>{}</b>."
        return html(change, where, number(cell.before), number(cell.after))
    sentence = html("{}: <b>{}</b> stays, the largest number that does.", where, number(cell.before))
    if move and kind == "max":
        sentence += " Its winner moved and is still in the window, or another number of that size came in."
    return sentence


def ending(found: Pooled, counted: Savings, measured: Moved | None) -> Ending:
    """What is seen, and the question."""
    before, after = counted.numbers
    whole, left = counted.fully
    seen = (
        f"{found.kind.capitalize()} pooling leaves {grouped(after)} of {grouped(before)} numbers "
        f"({percent(after, before)}: {percent(before - after, before)} fewer). A next CONV keeps all its parameters; a "
        f"next FC needs {grouped(left)} instead of {grouped(whole)}. "
    )
    if measured:
        one = measured.pooled[found.kind].changes[1]
        seen += (
            f"A move by one pixel changes the map by {by(measured.of_map[1])}, the pooled map by "
            f"{by(one)}, the global average by {by(measured.of_average[1])}."
        )
    return Ending(
        seen,
        "Move by 2 pixels with K = 2, S = 2, and again with K = 8, S = 8: which pooled map changes less, and how many "
        "numbers are left to pay for it?",
    )
