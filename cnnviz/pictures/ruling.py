"""Printed lines of lined and squared paper, taken away from under a digit.

A ruling is thin, straight and runs from edge to edge; a digit's strokes are none of the three together. Each line is
found by itself (a photographed sheet's lines are not quite parallel), level with the picture or turned by up to 12
degrees, and what the pen wrote across a line is kept.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STEEPEST = 12.0  # degrees
APART = 0.5  # degrees between the slopes tried: over half a picture of 480 pixels that is two pixels
WHOLE = 0.45  # the share of its way through the picture on which a line must be seen
ENDS = 0.18  # of its way, at either end; it must be seen in both
MOST_LINES = 80
Ink = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def without_ruling(ink: Ink, faint: float, thick: float) -> tuple[Ink, int]:
    """(the ink without the ruling, how many lines were found).

    ink    float32 (H, W), 0 paper to 1 and more, read only
    faint  from what level a pixel can belong to a line
    thick  the pen's width in pixels: no line of a ruling is wider
    """
    left = ink.copy()
    found = 0
    for across in (True, False):  # the lines from left to right, then those from top to bottom
        seen, cleared = (ink, left) if across else (ink.T, left.T)
        lines = _lines(seen > faint)
        for slope, start in lines:
            _clear(cleared, seen, slope, start, thick)
        found += len(lines)
    return left, found


def _lines(mask: Mask) -> list[tuple[float, float]]:
    """(slope, row at the left edge) of each line that runs from left to right, the plainest first."""
    height, width = mask.shape
    # Only what is thin can be a line: a shadow or a table's edge is not looked at.
    rows, columns = np.nonzero(mask)
    slopes = np.tan(np.deg2rad(np.arange(-STEEPEST, STEEPEST + APART / 2, APART)))
    drift = int(np.ceil(slopes[-1] * width)) + 1
    tall = height + 2 * drift
    votes = np.zeros((len(slopes), tall), np.int32)
    for votes_of, slope in zip(votes, slopes):
        votes_of += np.bincount(_starts(rows, columns, slope, drift), minlength=tall)[:tall].astype(np.int32)
    # Of a line that leaves through the top or the bottom only its part in the picture can be seen.
    begin = np.arange(tall) - drift
    inside = _length_inside(begin, slopes[:, np.newaxis], height, width)
    lines: list[tuple[float, float]] = []
    for _ in range(MOST_LINES):
        share = np.where(inside > width / 3, _three(votes) / 3 / np.maximum(inside, 1), 0)
        # Two and more pixels wide, a line has all of two neighbouring rows.
        best = np.unravel_index(int(share.argmax()), share.shape)
        if share[best] < WHOLE / 3:
            break
        slope, start = float(slopes[best[0]]), float(begin[best[1]])
        near = np.abs(rows - slope * columns - start) <= 2.5
        if _is_whole(columns[near], slope, start, height, width):
            lines.append((slope, start))
            for votes_of, other in zip(votes, slopes):
                gone = np.bincount(_starts(rows[near], columns[near], other, drift), minlength=tall)
                votes_of -= gone[:tall].astype(np.int32)
            rows, columns = rows[~near], columns[~near]
        else:
            votes[best[0], max(best[1] - 1, 0) : best[1] + 2] = 0
    return lines


def _starts(rows: np.ndarray, columns: np.ndarray, slope: float, drift: int) -> np.ndarray:
    return (rows - slope * columns + drift + 0.5).astype(np.int64)


def _length_inside(start: np.ndarray, slope: np.ndarray, height: int, width: int) -> np.ndarray:
    """For how many columns a line lies within the picture."""
    steep = np.where(np.abs(slope) < 1e-9, 1e-9, slope)
    one, other = -start / steep, (height - 1 - start) / steep
    first = np.clip(np.minimum(one, other), 0, width)
    last = np.clip(np.maximum(one, other), 0, width)
    return last - first


def _three(votes: np.ndarray) -> np.ndarray:
    sums = votes.copy()
    sums[:, 1:] += votes[:, :-1]
    sums[:, :-1] += votes[:, 1:]
    return sums


def _is_whole(columns: np.ndarray, slope: float, start: float, height: int, width: int) -> bool:
    """Whether a line is seen on most of its way and at both its ends: a digit's stroke is not."""
    along = np.arange(width)
    row = start + slope * along
    way = along[(row >= 0) & (row <= height - 1)]
    if len(way) < width / 3:
        return False
    seen = np.isin(way, columns)
    end = max(1, int(len(way) * ENDS))
    return bool(seen.mean() >= WHOLE and seen[:end].mean() >= 0.3 and seen[-end:].mean() >= 0.3)


def _clear(left: Ink, seen: Ink, slope: float, start: float, thick: float) -> None:
    """Take a line out of `left`: all of its band that is no darker than the line, and where nothing crosses it."""
    height, width = seen.shape
    columns = np.arange(width)
    # The line's own middle, column by column: paper is never quite flat.
    reach = 3
    offsets = np.arange(-reach, reach + 1)
    guess = start + slope * columns
    rows = np.rint(guess[np.newaxis] + offsets[:, np.newaxis]).astype(int)
    good = (rows >= 0) & (rows < height)
    band = np.where(good, seen[np.clip(rows, 0, height - 1), columns], 0)
    typical = np.median(band, axis=1)  # the line's profile across
    strength = float(typical.max())
    if strength <= 0:
        return
    half = (typical > strength * 0.3).nonzero()[0]
    if (half[-1] - half[0] + 1) > max(thick, 3.0) + 2:
        return  # as wide as the pen: no ruling
    top, bottom = int(half[0]) - 1, int(half[-1]) + 1
    crossed = _crossed(left, guess + offsets[0] + top, guess + offsets[0] + bottom, strength)
    for at in range(max(top, 0), min(bottom, 2 * reach) + 1):
        row = rows[at]
        ok = good[at]
        line, there = columns[ok], row[ok]
        values = left[there, line]
        written = (values > 1.6 * strength + 0.12) | crossed[ok]
        left[there, line] = np.where(written, values, 0)


def _crossed(left: Ink, above: np.ndarray, below: np.ndarray, strength: float) -> Mask:
    """In which columns there is ink just above the band and just below it, straight or a little aslant."""
    height, width = left.shape
    columns = np.arange(width)

    def inked(rows: np.ndarray) -> Mask:
        rows = np.rint(rows).astype(int)
        fits = (rows >= 0) & (rows < height)
        return np.asarray(fits & (left[np.clip(rows, 0, height - 1), columns] > max(0.6 * strength, 0.15)))

    up, down = inked(above - 1) | inked(above - 2), inked(below + 1) | inked(below + 2)
    found = np.zeros(width, bool)
    span = int(np.rint(np.mean(below - above))) + 2
    span = min(span, width - 1)
    for lean in range(-span, span + 1):  # ink at column c above and c + lean below: between them it crosses
        moved = np.zeros(width, bool)
        if lean >= 0:
            moved[: width - lean] = down[lean:]
        else:
            moved[-lean:] = down[:lean]
        both = np.flatnonzero(up & moved)
        for step in range(min(lean, 0), max(lean, 0) + 1):
            found[np.clip(both + step, 0, width - 1)] = True
    return found
