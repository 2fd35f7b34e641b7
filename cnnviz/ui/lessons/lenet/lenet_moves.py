"""What a move changes, measured: the answer, and each layer's maps."""

import math
from collections.abc import Mapping

from cnnviz.experiments.counterfactual import Compared, Move, compared
from cnnviz.ui.lessons.lenet.lenet_answers import told
from cnnviz.ui.lessons.lenet.lenet_setup import DigitRead, moved_by
from cnnviz.ui.markup import html, part, rows, show
from cnnviz.ui.words import many, number, percent

EXAMPLE = Move(across=2)  # measured while nothing is moved yet: a whole cell of S2
MEANING = html(
    "<b>Invariant</b> is what stays as it is: the answer should be. <b>Equivariant</b> is what goes along, unchanged "
    "otherwise: a convolution’s maps are."
)
SCALE = (
    "The table measures how far each layer’s maps are from what they were, against those: 0 is no change, 1 a "
    "difference as large as the maps themselves; two drawings with nothing in common come to about 1.4."
)
STAYS = "The Input moves; the picture above stays."
EXACT = 1e-5  # float32's rounding over a few hundred products


def measured(found: DigitRead) -> Mapping[int, Compared]:
    """Of each layer that a column shows, by the last layer of the column."""
    layers = [column.last for column in found.columns]
    return compared(found.trained.network, found.unmoved, found.maps, found.move, layers)


def said_move(found: DigitRead) -> str:
    """The move in words: 2 pixels to the right, turned by 10 degrees."""
    move, parts = found.move, []
    for pixels, ahead, back in ((move.across, "right", "left"), (move.down, "down", "up")):
        if pixels:
            parts.append(f"{many(abs(pixels), 'pixel')} {ahead if pixels > 0 else back}")
    if move.turn:
        parts.append(f"turned by {number(abs(move.turn))}° {'clockwise' if move.turn > 0 else 'anticlockwise'}")
    if move.percent != 100:
        parts.append(f"{percent(move.percent, 100)} of its size")
    return ", ".join(parts)


def moved_maps(found: DigitRead) -> None:
    """The part of the lesson; what it says while nothing is moved leads to the dials."""
    head = html("<p>Nudge, turn or size the digit with the dials under it. {} {}</p>", MEANING, SCALE)
    if found.digit.is_empty:
        part("Does the answer move along?", head, "There is nothing to move yet: draw a digit.")
        return
    is_example = found.move.is_nothing
    if is_example:
        found = moved_by(found, EXAMPLE)
    numbers = measured(found)
    before, after = found.unmoved[-1], found.maps[-1]
    was, now = found.trained.winner(before), found.trained.winner(after)
    what = "squared distance" if found.trained.distances else "probability"
    kept = "stays" if was == now else "becomes"
    start = "For example" if is_example else "The digit"
    start += ", through the network as it is changed" if found.off or found.kernel else ""
    part(
        "Does the answer move along?",
        head,
        f"{start}: {said_move(found)}. The answer {was} {kept} {now}; the {what} of {was} goes from "
        f"{told(found.trained, before, was)} to {told(found.trained, after, was)}.",
    )
    columns = ("layer", "changed: times what was there (invariant: 0)", "once moved along (equivariant: 0)")
    show(rows(columns, _body(found, numbers)))


def in_short(found: DigitRead) -> None:
    """The same in a few lines, under the dials."""
    if found.move.is_nothing:
        show(html('<p class="in-short">{} What goes along, what stays?</p>', STAYS))
        return
    numbers = measured(found)
    first = found.columns[0]
    shares = [f"{column.name} {times(numbers[column.last].change)}" for column in (first, *found.columns[-4:-1])]
    along = numbers[first.last].follows
    told_along = ""
    if along is not None:
        told_along = f" {first.name} goes along {'exactly' if along < EXACT else f'but for {times(along)}'}."
    words = '<p class="in-short"><b>Changed</b> by so many times what was there: {}.{} {}</p>'
    show(html(words, ", ".join(shares), told_along, STAYS))


def times(change: float) -> str:
    """A difference as a multiple of what was there; of nothing there is none."""
    return number(change, 3) if math.isfinite(change) else "– all was 0 before"


def _body(found: DigitRead, numbers: Mapping[int, Compared]) -> list[tuple[str, str, str]]:
    lines = []
    for column in found.columns:
        one = numbers[column.last]
        if one.follows is not None:
            follows = "0: it goes along exactly" if one.follows < EXACT else times(one.follows)
        elif not found.move.is_nudge:
            follows = "– turned or sized, no map goes along"
        elif column.is_vector:
            follows = "– it has no place to move in"
        else:
            jump = column.row.fields[0].jump
            follows = f"– one cell is {jump} pixels, so this is no whole cell"
        lines.append((column.name, times(one.change), follows))
    return lines
