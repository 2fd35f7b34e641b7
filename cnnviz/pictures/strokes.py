"""A drawing on a square pad as the lines that the pen drew, and as ink.

    {"thickness": 0.075, "strokes": [[[0.31, 0.2], [0.33, 0.19], ...], ...]}

is its text: places x and y run from 0 to 1 of the pad's side, from the left and from the top; so does the thickness.

A drawing is in the page's link as well, which has room for some 1,500 characters. So its ink is that of the points that
a link can carry, whoever asks for it: a drawing and the one that its link gives are read alike, to the last level.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from cnnviz.checks import is_row, told, whole
from cnnviz.errors import PictureError
from cnnviz.numbers import grouped
from cnnviz.signatures import checked

MOST_STROKES = 100
MOST_POINTS = 4000  # in all strokes together: a minute and a half of a hand that never rests
MOST_TEXT = 40 * MOST_POINTS  # characters
THINNEST, THICKEST = 0.01, 0.25
MOST_LINK = 1500  # characters
GRID = 500  # steps from one side of the pad to the other: half a pixel of a pad that is 250 wide
FINEST = 1000  # steps of the thickness
NEAR = 1.1  # steps of the grid: half a pixel of the ink. What lies so close to a straight line is left out of it
FINER = 4  # the lines are drawn this many times larger, then reduced: Pillow's lines have hard edges

Point = tuple[float, float]
Cell = tuple[int, int]  # a place on the grid


@checked
@dataclass(frozen=True)
class Strokes:
    """What was drawn: the pen's lines, each of one point (a dot) or more, all of one thickness.

    lines      places (x, y) in 0 to 1 of the pad's side, from the left and from the top
    thickness  of the pen's line, 0.01 to 0.25 of the pad's side

    Both are kept to four places of decimals, as their text tells them: what is read from it has the same ink.

    Raises PictureError for places that are no numbers or off the pad, for a thickness that no pen has, and for more
    than 100 lines or 4,000 points.
    """

    lines: tuple[tuple[Point, ...], ...] = ()
    thickness: float = 0.075

    def __post_init__(self) -> None:
        if not is_row(self.lines) or not all(is_row(line) and all(map(is_row, line)) for line in self.lines):
            raise PictureError("A drawing is strokes, and each of them points (x, y) in a row.")
        object.__setattr__(self, "lines", tuple(tuple(map(tuple, line)) for line in self.lines))
        if len(self.lines) > MOST_STROKES:
            raise PictureError(
                f"The drawing has {grouped(len(self.lines))} strokes; at most {MOST_STROKES} are read: draw one digit."
            )
        if (points := sum(map(len, self.lines))) > MOST_POINTS:
            many = f"The drawing has {grouped(points)} points; at most {grouped(MOST_POINTS)} are read"
            raise PictureError(f"{many}: draw one digit.")
        if not _is_number(self.thickness) or not THINNEST <= self.thickness <= THICKEST:
            raise PictureError(
                f"A thickness of {_short(self.thickness)} is none that a pen has: {THINNEST} to {THICKEST} of the pad."
            )
        for number, line in enumerate(self.lines, 1):
            if not line:
                raise PictureError(f"Stroke {number} has no points; a dot has one.")
            for point in line:
                if len(point) != 2 or not all(_is_number(part) and 0 <= part <= 1 for part in point):
                    raise PictureError(
                        f"Stroke {number} has a point at {_short(point)}; x and y are numbers from 0 to 1 of the pad."
                    )
        lines = tuple(tuple((_kept(x), _kept(y)) for x, y in line) for line in self.lines)
        object.__setattr__(self, "lines", lines)
        object.__setattr__(self, "thickness", _kept(self.thickness))

    @classmethod
    def read(cls, text: str) -> Strokes:
        """The drawing that `text` (JSON, as above) tells. Raises PictureError for whatever else it holds."""
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise PictureError(f"A drawing is told in at most {grouped(MOST_TEXT)} characters: draw one digit.")
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            raise PictureError("The drawing cannot be read; it is JSON with thickness and strokes.") from None
        strokes = told.get("strokes") if isinstance(told, dict) else None
        if strokes is None or not _is_list_of_lists(strokes) or not all(map(_is_list_of_lists, strokes)):
            raise PictureError("A drawing is a thickness and a list of strokes, each a list of points [x, y].")
        lines = tuple(tuple(tuple(point) for point in line) for line in strokes)
        return cls(lines, told.get("thickness"))

    def text(self) -> str:
        """This drawing as JSON; `read` reads it."""
        return json.dumps({"thickness": self.thickness, "strokes": self.lines}, separators=(",", ":"))

    @classmethod
    def from_link(cls, text: str) -> Strokes:
        """The drawing that `for_link` wrote. Raises PictureError for whatever else `text` holds."""
        if not isinstance(text, str) or len(text) > MOST_LINK:
            raise PictureError(f"A link tells a drawing in at most {grouped(MOST_LINK)} letters: draw it again.")
        try:
            told = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
            thickness, lines = _told(told)
        except (ValueError, StopIteration):
            raise PictureError("The drawing in the link cannot be read: draw the digit again.") from None
        return cls(tuple(tuple((x / GRID, y / GRID) for x, y in line) for line in lines), thickness / FINEST)

    def for_link(self) -> str:
        """This drawing's ink as at most 1,500 letters, digits, - and _; `from_link` reads it.

        base64url of whole numbers: the thickness in thousandths of the pad; of each line how many points it has, the
        first one in 500ths of the pad, and the steps from one to the next. Steps of up to 63 take a byte, others two.
        """
        return _written(self._inked)

    @cached_property
    def _inked(self) -> tuple[int, tuple[tuple[Cell, ...], ...]]:
        """(thickness in thousandths, each line on the grid) of what is drawn as ink and put in a link.

        Points within half a pixel of the straight way are left out; where that is not enough for a link, points
        further away too. Once more of the result is the same: the points that were furthest away still are.
        """
        thickness = round(self.thickness * FINEST)
        lines = [_without_twins((round(x * GRID), round(y * GRID)) for x, y in line) for line in self.lines]
        near = NEAR
        while True:
            inked = thickness, tuple(_without_twins(_straightened(line, near)) for line in lines)
            if len(_written(inked)) <= MOST_LINK:
                return inked
            near *= 1.5

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.lines

    def ink(self, side: int = 224) -> npt.NDArray[np.uint8]:
        """The drawing as uint8 (side, side): 255 where the pen went, 0 where it did not, between them at its edges.

        Lines end and bend round. Each pixel is the share of it that is covered, to a sixteenth. side: 1 to 1,024.
        """
        large = FINER * min(whole(side, "side", 1), 1024)
        image = Image.new("L", (large, large))
        thickness, lines = self._inked
        pen, width = ImageDraw.Draw(image), max(1.5, thickness / FINEST * large)
        for line in lines:
            places = [(x / GRID * large - 0.5, y / GRID * large - 0.5) for x, y in line]  # a pixel is at its middle
            for (x, y), (to_x, to_y) in zip(places, places[1:]):
                _quadrilateral(pen, x, y, to_x, to_y, width - 1)
            for x, y in places:
                half = (width - 1) / 2  # both ends count
                pen.ellipse((x - half, y - half, x + half, y + half), 255)
        return np.asarray(image.resize((large // FINER,) * 2, Image.Resampling.BOX))


def _kept(part: float) -> float:
    return round(float(part), 4)


def _without_twins(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Of places that follow each other on one cell, the first."""
    return tuple(cell for cell, _ in groupby(cells))


def _straightened(line: tuple[Cell, ...], near: float) -> list[Cell]:
    """The line without the points that lie within `near` of a straight way between others (Ramer, 1972).

    Between two points that stay, the one furthest from their straight way stays too if it is not near.
    """
    places = np.array(line, float)
    stay = {0, len(line) - 1}
    open_ends = [(0, len(line) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        if last - first < 2:
            continue
        way, between = places[last] - places[first], places[first + 1 : last] - places[first]
        along = np.clip(between @ way / max(float(way @ way), 1), 0, 1)
        away = np.hypot(*(between - along[:, np.newaxis] * way).T)
        furthest = int(away.argmax())
        if away[furthest] > near:
            at = first + 1 + furthest
            stay.add(at)
            open_ends += [(first, at), (at, last)]
    return [line[at] for at in sorted(stay)]


def _written(inked: tuple[int, tuple[tuple[Cell, ...], ...]]) -> str:
    thickness, lines = inked
    numbers = [thickness]
    for line in lines:
        numbers.append(len(line))
        for before, place in zip(((0, 0), *line), line):
            steps = (to - at for at, to in zip(before, place))
            numbers += [2 * step if step >= 0 else -2 * step - 1 for step in steps]  # near 0 either way: a small number
    return base64.urlsafe_b64encode(_packed(numbers)).decode().rstrip("=")


def _told(data: bytes) -> tuple[int, list[list[Cell]]]:
    """The thickness and the lines that `_written` wrote. Raises ValueError, or StopIteration where the end lacks."""
    numbers = _unpacked(data)
    thickness, lines = next(numbers), []
    for count in numbers:
        lines.append(line := [(0, 0)])
        for _ in range(count):
            steps = [step // 2 if step % 2 == 0 else -(step + 1) // 2 for step in (next(numbers), next(numbers))]
            line.append((line[-1][0] + steps[0], line[-1][1] + steps[1]))
        del line[0]
    return thickness, lines


def _packed(numbers: Iterable[int]) -> bytes:
    """Whole numbers of up to 14 bits: those below 128 as they are; of others seven bits, marked by 128, and seven."""
    return b"".join(bytes([n] if n < 128 else [n % 128 + 128, n // 128]) for n in numbers)


def _unpacked(data: bytes) -> Iterator[int]:
    """What `_packed` packed. Raises ValueError where the last number is cut through."""
    bytes_ = iter(data)
    for byte in bytes_:
        if byte < 128:
            yield byte
        elif (high := next(bytes_, None)) is None:
            raise ValueError("cut through")
        else:
            yield byte - 128 + 128 * high


def _quadrilateral(pen: ImageDraw.ImageDraw, x: float, y: float, to_x: float, to_y: float, width: float) -> None:
    """The straight part of a line: Pillow's own lines of odd slopes are up to a pixel thinner."""
    length = math.hypot(to_x - x, to_y - y)
    if length == 0:
        return
    across, down = (to_y - y) / length * width / 2, (x - to_x) / length * width / 2
    corners = [(x + across, y + down), (to_x + across, to_y + down), (to_x - across, to_y - down)]
    # Pillow cuts places off to whole pixels: rounded first, neither side of the line gains.
    pen.polygon([(round(over), round(under)) for over, under in [*corners, (x - across, y - down)]], 255)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -1e9 < value < 1e9


def _is_list_of_lists(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, list) for part in value)


def _short(value: object) -> str:
    text = told(value)
    return text if len(text) <= 40 else text[:39] + "…"
