"""Ink -> a digit as MNIST has them: 28 x 28, the ink bright on 0, every step kept to be shown.

LeCun and others (1998), section III.A, say how: scaled into 20 x 20 keeping its proportions, with grey levels from the
antialiasing, then moved so that its centre of mass is the middle of 28 x 28. Measured on MNIST's own training digits:
the longer side is 20 in 99.7 %, the centre of mass within half a pixel of (14, 14) in all, and `stroke_width`, of the
digit enlarged, 2 to 3 pixels in nine of ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.checks import told
from cnnviz.errors import ArrayError, PictureError, SettingError
from cnnviz.pictures.picture import proportional
from cnnviz.signatures import checked, hold

SIDE, LONGEST, CENTRE = 28, 20, 14.0
THIN, THICK = 2.2, 3.9  # pixels that a stroke may be wide in 28 x 28; outside of it the pen is made thicker or thinner
FINE = 120  # pixels of the longer side, six for one in the end: as fine as the pen's edge needs
MOST = 8  # digits of one picture, to choose from
INK = 128  # the level from which a pixel counts as ink
Levels = npt.NDArray[np.uint8]
Step = tuple[str, Levels]
Box = tuple[float, float, float, float]  # top, left, height, width, as shares of a picture's height and width
WHOLE = (0.0, 0.0, 1.0, 1.0)  # the box that is all of a picture


@checked
@dataclass(frozen=True, eq=False)
class Prepared:
    """A digit as a network takes it, and how it came about.

    levels  uint8 (28, 28), read-only, the ink bright on 0
    steps   (words, uint8 (H, W) or (3, H, W)) of each step, the last one `levels`
    box     (top, left, height, width) of the digit in the picture it was found in, as shares of its height and width
    """

    levels: Levels
    steps: tuple[Step, ...]
    box: Box = WHOLE

    def __post_init__(self) -> None:
        hold(self)
        self.levels.flags.writeable = False


@checked
@dataclass(frozen=True, eq=False)
class Seen:
    """The digits in a picture, in the order in which they are read: line by line from the top, each from the left.

    digits  one or more, at most `MOST`
    first   the place of the one that is read where nobody has chosen: large, and near the middle

    Raises SettingError for no digit, for more, and for a place that is none of theirs.
    """

    digits: tuple[Prepared, ...]
    first: int = 0

    def __post_init__(self) -> None:
        hold(self)
        if not 1 <= len(self.digits) <= MOST:
            raise SettingError(f"Between 1 and {MOST} digits are seen, not {len(self.digits)}.")
        if not 0 <= self.first < len(self.digits):
            raise SettingError(f"The first to be read is none of the {len(self.digits)} digits: {told(self.first)}.")

    @property
    def best(self) -> Prepared:
        """The digit that is read where nobody has chosen."""
        return self.digits[self.first]


@checked
def normalised(ink: Levels) -> Prepared:
    """Ink on nothing, uint8 (H, W) of any size, as a digit in 28 x 28.

    Raises ArrayError for other arrays, PictureError where there is no ink (no pixel of level 128 or more).
    """
    check_ink(ink)
    if not (ink >= INK).any():
        raise PictureError("Nothing is drawn yet: draw one digit, as large as the pad allows.")
    cut = _reduced(_cut(ink), FINE)
    steps: list[Step] = [("cut out", cut)]
    penned = _with_a_pen_of_mnist(cut)
    if penned is not cut:
        words = "a thicker pen" if penned.sum(dtype=np.int64) > cut.sum(dtype=np.int64) else "a thinner pen"
        steps.append((words, penned))
    levels = _centred(_scaled(_cut(penned), LONGEST))
    return Prepared(levels, (*steps, ("28 × 28, centred by mass", levels)))


def check_ink(ink: Levels) -> None:
    """Raises ArrayError for what is no uint8 (H, W)."""
    if ink.dtype != np.uint8 or ink.ndim != 2 or not ink.size:
        raise ArrayError(f"Ink is uint8 of shape (height, width), not {ink.dtype} {ink.shape}.")


def _cut(ink: Levels) -> Levels:
    rows, columns = np.nonzero(ink >= INK)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def stroke_width(ink: Levels) -> float:
    """How wide the pen's line is, in pixels: twice the distance to the edge, at the middle of the line.

    The middle: where no neighbour is further from the edge. The median of them, so crossings do not count.
    """
    from scipy import ndimage  # a third of a second, which only the pages that read a digit pay

    inside = np.pad(ink >= INK, 1)
    if not inside.any():
        return 0.0
    distance = ndimage.distance_transform_edt(inside)
    middle = inside & (distance >= ndimage.maximum_filter(distance, 3))
    return float(2 * np.median(distance[middle]) - 0.5)


def _with_a_pen_of_mnist(ink: Levels) -> Levels:
    """The same digit with a line that is neither thinner nor thicker than MNIST's pens, once it is in 20 x 20.

    Large digits are written with thin pens and small ones with thick: scaling alone would leave hairs and blots.
    """
    from scipy import ndimage

    unit = max(ink.shape) / LONGEST  # pixels here for one in the end
    width = stroke_width(ink) / unit
    if THIN <= width <= THICK:
        return ink
    # The digit's box grows with the pen, which makes what is in it smaller again.
    target = THIN if width < THIN else THICK
    growth = (target - width) * unit / (1 - (target / LONGEST if width < THIN else 0)) / 2
    if width > THICK:
        thinner = _moved_edges(ndimage, ink, growth)
        # What a thinner pen would break or lose stays as it is: a blot, or two lines grown into one.
        parts = [ndimage.label(grown >= INK, np.ones((3, 3)))[1] for grown in (ink, thinner)]
        return thinner if parts[0] == parts[1] else ink
    return _moved_edges(ndimage, np.pad(ink, math.ceil(growth)), growth)


def _moved_edges(ndimage: ModuleType, ink: Levels, radius: float) -> Levels:
    """The ink's edge moved outwards (inwards, if negative) by `radius` pixels, one pixel of it soft."""
    padded = np.pad(ink >= INK, 1)
    signed = ndimage.distance_transform_edt(padded) - ndimage.distance_transform_edt(~padded)
    return (np.clip(signed[1:-1, 1:-1] + radius + 0.5, 0, 1) * 255).astype(np.uint8)


def _reduced(ink: Levels, longest: int) -> Levels:
    return _scaled(ink, longest) if max(ink.shape) > longest else ink


def _scaled(ink: Levels, longest: int) -> Levels:
    """Its longer side `longest` pixels, the other in proportion, at least 1; of those it stands for, the mean."""
    size = proportional((ink.shape[0], ink.shape[1]), longest)
    way = Image.Resampling.BOX if longest <= max(ink.shape) else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(ink).resize(size[::-1], way))


def _centred(small: Levels) -> Levels:
    """In 28 x 28, moved by whole pixels so that its centre of mass is nearest to (14, 14), none of it cut off."""
    height, width = small.shape
    mass = small.astype(np.float64)
    out = np.zeros((SIDE, SIDE), np.uint8)
    corner = []
    for axis, side in ((0, height), (1, width)):
        along = mass.sum(axis=1 - axis)
        centre = float(along @ np.arange(side) / along.sum())
        corner.append(min(max(round(CENTRE - centre), 0), SIDE - side))
    out[corner[0] : corner[0] + height, corner[1] : corner[1] + width] = small
    return out
