"""Which parts of the ink are one digit, and which are several: by how far they are from each other for their size.

A digit can be in pieces: a 5's bar, a 4 whose lines do not touch, a line of dots. Digits that stand side by side are
about equally high and further apart than pieces are; two of them one under the other are much higher than wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cnnviz.errors import PictureError
from cnnviz.pictures.digit import INK, MOST, Levels, Prepared, Seen, check_ink, normalised
from cnnviz.signatures import checked

Labels = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Place = tuple[slice, slice]  # rows, columns
LEAST = 0.4  # of another's height: what is lower is no digit beside it, but a piece of it
FLAT = 0.35  # of its width: what is lower is a bar
DOTS = 0.17  # of all that is drawn: where each part is smaller, they are one digit in dots
# Gaps up to here lie within a digit: shares of the larger part's longer side.
FARTHEST, BESIDE, NEAREST = 0.15, 0.06, 0.03
LEVEL = 0.65  # of the rows of two parts are rows of both: digits of one line have more in common
SQUARE, HIGH = 0.9, 1.9  # height and width of one digit: it is not wider than this share, or higher than so many times


@checked
def drawn(ink: Levels) -> Seen:
    """The digits on a pad: ink on nothing, uint8 (H, W). All of the ink is part of one of them.

    Raises ArrayError for other arrays, PictureError where there is no ink, and for more digits than can be chosen from.
    """
    from scipy import ndimage  # a third of a second, which only the pages that read a digit pay

    check_ink(ink)
    parts, count = ndimage.label(ink >= INK, np.ones((3, 3)))
    if count < 2:
        return Seen((normalised(ink),))
    places = ndimage.find_objects(parts)
    sizes = np.array([max(axis.stop - axis.start for axis in place) for place in places])
    extent = max(np.ptp(along) + 1 for along in np.nonzero(parts))
    weight = np.bincount(parts.ravel())[1:]
    main = int((weight * nearness(places, ink.shape)).argmax())
    groups = digits_of(parts, places, sizes >= DOTS * extent, main)
    if len(groups) < 2:
        return Seen((normalised(ink),))
    if len(groups) > MOST:
        raise PictureError(f"There are {len(groups)} things that could be a digit: draw one digit, or up to {MOST}.")
    for at in set(range(count)) - {at for group in groups for at in group}:
        nearest(groups, places, at)[0].append(at)
    digits = []
    for group in groups:
        part = np.isin(parts, 1 + np.array(group))
        around = ndimage.binary_dilation(part, np.ones((3, 3)))  # its soft edge
        rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
        top, left = rows[0] / len(ink), columns[0] / ink.shape[1]
        box = (top, left, (rows[-1] + 1) / len(ink) - top, (columns[-1] + 1) / ink.shape[1] - left)
        digits.append(replace(normalised(ink * around), box=box))
    return in_order(digits, next(number for number, group in enumerate(groups) if main in group))


def nearness(places: Sequence[Place], shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """How near the middle of a picture each place is: 1 there, a seventh at an edge."""
    middle = np.array([[(axis.stop + axis.start) / 2 for axis in place] for place in places])
    return np.asarray(np.exp(-2 * np.hypot(*((middle / shape - 0.5) * 2).T)))


def digits_of(parts: Labels, places: Sequence[Place], can_be: Flags, main: int) -> list[list[int]]:
    """The parts, by their place in `places`, that are digits or large pieces of one; each list is one digit's.

    parts   (H, W), 0 where there is no ink, else 1 + the part's place in `places`
    places  as `scipy.ndimage.find_objects` gives them
    can_be  which of them can be a digit at all
    main    one that is a digit, or a large piece of it: the others are about as high
    """
    tall = np.array([rows.stop - rows.start for rows, _ in places])
    wide = np.array([columns.stop - columns.start for _, columns in places])
    is_high = (tall >= LEAST * tall[main]) & (LEAST * tall <= tall[main]) & (tall >= FLAT * wide)
    large = [int(at) for at in np.flatnonzero(can_be & is_high)]
    found = [[at] for at in large]
    for number, one in enumerate(large):
        for other in large[number + 1 :]:
            first, second = (next(group for group in found if at in group) for at in (one, other))
            if first is not second and _is_one(parts, places, one, other):
                first += second
                found.remove(second)
    return found


def _is_one(parts: Labels, places: Sequence[Place], one: int, other: int) -> bool:
    """Whether two large parts are pieces of one digit."""
    pairs = list(zip(places[one], places[other]))
    high, wide = (max(a.stop, b.stop) - min(a.start, b.start) for a, b in pairs)  # of both together
    rows, columns = (min(a.stop, b.stop) - max(a.start, b.start) for a, b in pairs)  # of both; below 0: between them
    low, narrow = (min(a.stop - a.start, b.stop - b.start) for a, b in pairs)
    size = max(axis.stop - axis.start for pair in pairs for axis in pair)
    if max(-rows, -columns) > FARTHEST * size:
        return False
    if columns >= 0.5 * narrow and rows < 0.3 * low:  # one above the other
        most = FARTHEST if high <= HIGH * wide else NEAREST
    elif columns > 0.3 * narrow or (rows < LEVEL * high and wide <= high):  # within each other, or not on one line
        most = FARTHEST
    else:
        most = BESIDE if wide <= SQUARE * high else NEAREST
    return _gap(parts, places[one], places[other], one, other) <= most * size


def _gap(parts: Labels, place: Place, other_place: Place, one: int, other: int) -> float:
    """How many pixels lie between two parts where they are nearest to each other."""
    from scipy import ndimage

    rows, columns = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(place, other_place))
    around = parts[rows, columns]
    away = ndimage.distance_transform_edt(around != one + 1)
    return float(away[around == other + 1].min()) - 1


def nearest(groups: Sequence[list[int]], places: Sequence[Place], at: int) -> tuple[list[int], float]:
    """(the group of parts that a part is nearest to, pixels from box to box, 0 where they overlap)."""
    ways = [min(_between(places[other], places[at]) for other in group) for group in groups]
    least = int(np.argmin(ways))
    return groups[least], ways[least]


def _between(place: Place, other: Place) -> float:
    down, over = (max(a.start - b.stop, b.start - a.stop, 0) for a, b in zip(place, other))
    return float(np.hypot(down, over))


def in_order(digits: Sequence[Prepared], first: int) -> Seen:
    """Digits as they are read: those on one line from the left, the lines from the top. `first`: of `Seen`, before."""
    lines: list[list[int]] = []
    for at in sorted(range(len(digits)), key=lambda at: digits[at].box[0]):
        top, _, height, _ = digits[at].box
        for line in lines:
            above, _, deep, _ = digits[line[0]].box
            if min(top + height, above + deep) - max(top, above) > 0.5 * min(height, deep):
                line.append(at)
                break
        else:
            lines.append([at])
    order = [at for line in lines for at in sorted(line, key=lambda at: digits[at].box[1])]
    return Seen(tuple(digits[at] for at in order), order.index(first))
