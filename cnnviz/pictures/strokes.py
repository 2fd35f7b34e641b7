"""A drawing on a square pad as the lines that the pen drew, and as ink.

    {"thickness": 0.075, "strokes": [[[0.31, 0.2], [0.33, 0.19], ...], ...]}

is its text: places x and y run from 0 to 1 of the pad's side, from the left and from the top; so does the thickness.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from cnnviz.errors import PictureError
from cnnviz.geometry import whole
from cnnviz.numbers import grouped

MOST_STROKES = 100
MOST_POINTS = 4000  # in all strokes together: a minute and a half of a hand that never rests
MOST_TEXT = 40 * MOST_POINTS  # characters
THINNEST, THICKEST = 0.01, 0.25
FINER = 4  # the lines are drawn this many times larger, then reduced: Pillow's lines have hard edges

Point = tuple[float, float]


@dataclass(frozen=True)
class Strokes:
    """What was drawn: the pen's lines, each of one point (a dot) or more, all of one thickness.

    lines      places (x, y) in 0 to 1 of the pad's side, from the left and from the top
    thickness  of the pen's line, 0.01 to 0.25 of the pad's side

    Raises PictureError for places that are no numbers or off the pad, for a thickness that no pen has, and for more
    than 100 lines or 4,000 points.
    """

    lines: tuple[tuple[Point, ...], ...] = ()
    thickness: float = 0.075

    def __post_init__(self) -> None:
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
        """This drawing as JSON, to four places of decimals; `read` reads it."""
        lines = [[[round(x, 4), round(y, 4)] for x, y in line] for line in self.lines]
        return json.dumps({"thickness": round(self.thickness, 4), "strokes": lines}, separators=(",", ":"))

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
        pen, width = ImageDraw.Draw(image), max(1.5, self.thickness * large)
        for line in self.lines:
            places = [(x * large - 0.5, y * large - 0.5) for x, y in line]  # a pixel is at its middle
            for (x, y), (to_x, to_y) in zip(places, places[1:]):
                _quadrilateral(pen, x, y, to_x, to_y, width - 1)
            for x, y in places:
                half = (width - 1) / 2  # both ends count
                pen.ellipse((x - half, y - half, x + half, y + half), 255)
        return np.asarray(image.resize((large // FINER,) * 2, Image.Resampling.BOX))


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
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
