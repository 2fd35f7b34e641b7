"""A sheet of paper that lies on a table: where it is in a photograph, and the sheet alone, laid straight."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.pictures.digit import Box
from cnnviz.pictures.picture import Picture
from cnnviz.signatures import checked

COARSE = 160  # pixels of the longer side at which a sheet is looked for
FINE = 480  # of the sheet's longer side, once it is cut out
SMALLEST, CUT, LARGEST = 0.05, 0.2, 0.93  # of the picture; the second where its edge cuts the sheet
MOST_CUT = 2  # edges of the picture that a sheet runs over: over three runs what is no more than half in light
PLAIN = 0.75  # of the sheet: nothing is written there
SLIMMEST = 0.4  # its shorter side to its longer one: what is slimmer is a digit's stroke
BRIGHTER = 1.25  # times as bright as what it lies on, at the least, right at its edge
RIM = 4  # pixels on either side of the edge, which is within two of them
FITS = 0.9  # of it is within its four corners, and of what is within them: it. A round thing has 0.64
EDGE = 0.035  # of the sheet: so much along its edges is left out, with the edge's own shadow
QUAD, BICUBIC = Image.Transform.QUAD, Image.Resampling.BICUBIC
Corner = tuple[float, float]  # across and down, as shares of a picture's width and height
Mask = npt.NDArray[np.bool_]


@checked
@dataclass(frozen=True)
class Sheet:
    """Where a sheet lies.

    corners  at its upper left, lower left, lower right and upper right, a little inside of its edges
    size     (height, width) in shares of the photograph's longer side
    """

    corners: tuple[Corner, Corner, Corner, Corner]
    size: tuple[float, float]

    def alone(self, picture: Picture) -> Picture:
        """The sheet, laid straight, its longer side at most 480 pixels."""
        photo = picture.at(round(FINE / max(self.size)))
        height, width = (max(1, round(side * max(photo.shape[1:]))) for side in self.size)
        quad = [place * side for corner in self.corners for place, side in zip(corner, photo.shape[:0:-1])]
        planes = [
            np.asarray(Image.fromarray(plane).transform((width, height), QUAD, quad, BICUBIC))
            for plane in photo.levels()
        ]
        return replace(photo, pixels=np.stack(planes), size=(height, width))

    def box_of(self, box: Box) -> Box:
        """In the photograph, the box around a box on the sheet."""
        top, left, height, width = box
        places = [self._place(x, y) for x in (left, left + width) for y in (top, top + height)]
        (left, top), (right, bottom) = (tuple(extreme(along) for along in zip(*places)) for extreme in (min, max))
        return top, left, bottom - top, right - left

    def _place(self, x: float, y: float) -> Corner:
        shares = ((1 - x) * (1 - y), (1 - x) * y, x * y, x * (1 - y))
        across, down = (sum(share * corner[axis] for share, corner in zip(shares, self.corners)) for axis in (0, 1))
        return across, down

    def holds(self, box: Box) -> bool:
        """Whether what is in a box of the photograph is on the sheet: its middle is, and it is not the sheet's edge."""
        top, left, height, width = box
        x, y = left + width / 2, top + height / 2
        return not self.is_edge(box) and all(
            (after[0] - here[0]) * (y - here[1]) <= (after[1] - here[1]) * (x - here[0])
            for here, after in zip(self.corners, (*self.corners[1:], self.corners[0]))
        )

    def is_edge(self, box: Box) -> bool:
        """Whether what is in a box of the photograph is the sheet's edge: all of the sheet is in the box."""
        top, left, height, width = box
        return all(left <= x <= left + width and top <= y <= top + height for x, y in self.corners)


@checked
def sheet_on(photo: Picture) -> Sheet | None:
    """The sheet on a photograph of a table; None where there is none, or where the paper is all that is seen.

    A sheet is a large thing with four corners, brighter than what is right beside it.
    """
    from scipy import ndimage  # a third of a second, which only the pages that read a digit pay

    small = photo.at(COARSE)
    # Of a colour its faintest part: paper has all three, wood has little blue.
    bright = ndimage.uniform_filter(small.levels().min(axis=0).astype(np.float32), 3, mode="nearest")
    if min(bright.shape) < 20:
        return None
    parts, count = ndimage.label(ndimage.binary_opening(bright > _otsu(bright), np.ones((3, 3))))
    if not count:
        return None
    largest = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    region = ndimage.binary_fill_holes(largest)
    cut = sum(bool(edge.any()) for edge in (region[0], region[-1], region[:, 0], region[:, -1]))
    if cut > MOST_CUT or not (CUT if cut else SMALLEST) <= region.mean() <= LARGEST:
        return None
    if largest.sum() < PLAIN * region.sum():
        return None
    inner = region & ~ndimage.binary_erosion(region, iterations=RIM, border_value=1)
    outer = ndimage.binary_dilation(region, iterations=RIM) & ~region
    if not inner.any() or np.median(bright[inner]) < BRIGHTER * np.median(bright[outer]):
        return None
    corners = _corners(region)
    return _sheet(corners, region.shape) if _fits(region, corners) else None


def _otsu(values: npt.NDArray[np.float32]) -> float:
    """The level (Otsu, 1979) that parts the values in two."""
    counts = np.bincount(values.astype(np.uint8).ravel(), minlength=256).astype(float)
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    between = below * above * (sums / np.maximum(below, 1) - (sums[-1] - sums) / np.maximum(above, 1)) ** 2
    return float(between.argmax() + 1)


def _corners(region: Mask) -> npt.NDArray[np.float64]:
    """(4, 2) x and y of the corners, in the order of `Sheet`.

    In the direction in which the region needs the smallest rectangle, they are furthest out aslant.
    """
    rows, columns = np.nonzero(region)
    middle = np.array([columns.mean(), rows.mean()])
    places = np.stack([columns, rows], axis=1) - middle
    angles = np.deg2rad(np.arange(-44, 46, 2))
    boxes = [np.ptp(places @ _turn(angle), axis=0) for angle in angles]
    least = int(np.argmin([box.prod() for box in boxes]))
    straight = places @ _turn(angles[least]) / boxes[least]
    aslant = straight @ np.array([[1, 1], [1, -1]]).T
    furthest = [aslant[:, 0].argmin(), aslant[:, 1].argmin(), aslant[:, 0].argmax(), aslant[:, 1].argmax()]
    return np.asarray(places[furthest] + middle)


def _turn(angle: float) -> npt.NDArray[np.float64]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _fits(region: Mask, corners: npt.NDArray[np.float64]) -> bool:
    """Whether the region is what lies within its corners, and no stripe."""
    x, y = corners.T
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    sides = np.hypot(*(corners - np.roll(corners, -1, axis=0)).T)
    if sides.min() < SLIMMEST * sides.max():
        return False
    return FITS <= area / region.sum() <= 1 / FITS


def _sheet(corners: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Sheet:
    middle = corners.mean(axis=0)
    inner = middle + (corners - middle) * (1 - 2 * EDGE)
    sides = np.hypot(*(inner - np.roll(inner, -1, axis=0)).T) / max(shape)
    shares = (inner + 0.5) / np.array(shape[::-1])
    height, width = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    first, second, third, fourth = ((float(x), float(y)) for x, y in shares)
    return Sheet((first, second, third, fourth), (float(height), float(width)))
