"""What a visitor can take away: a map as a PNG and as .npy. (GIF, CSV, .npz and code come here as well.)"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from cnnviz.checks import number_of, numbers, told
from cnnviz.errors import ArrayError, SettingError
from cnnviz.pictures import encode_png

# C. A. Brewer and M. Harrower, ColorBrewer 2.0, "PRGn" with 11 classes: purple for negative numbers, green for
# positive ones. Its middle is #f7f7f7; here it is white, because zero is white everywhere in this project.
_PRGN_11 = "40004b 762a83 9970ab c2a5cf e7d4e8 ffffff d9f0d3 a6dba0 5aae61 1b7837 00441b"


def _between(colours: str, count: int) -> tuple[tuple[int, int, int], ...]:
    """`count` colours from the first of these to the last at equal distances, each part rounded to the nearest."""
    stops = [bytes.fromhex(colour) for colour in colours.split()]
    at = np.linspace(0, len(stops) - 1, count)
    parts = [np.rint(np.interp(at, range(len(stops)), [stop[part] for stop in stops])) for part in range(3)]
    return tuple((int(red), int(green), int(blue)) for red, green, blue in zip(*parts, strict=True))


PRGN = _between(_PRGN_11, 255)
"""255 colours (red, green, blue): PRGN[0] is the most negative (purple), PRGN[127] zero (white), PRGN[254] the most
positive (green)."""

# The same for a dark page, where white would glare: PRGn's hues, from the page's own colour to light. Made in OKLCh
# (B. Ottosson, "A perceptual color space for image processing", 2020): at each step both hues are equally light.
_DARK_11 = "eec7fa d297e5 b06bc5 864699 532b5f 0f141b 0c4c20 107935 3fa258 77c786 b4e6bc"

PRGN_DARK = _between(_DARK_11, 255)
"""As PRGN, on a dark page: zero is the page's own colour, and the largest numbers are the lightest. Files keep PRGN."""

_ROWS = 256  # worked on at a time, so that a large map costs no second copy of itself


def signed_png(map: npt.ArrayLike, limit: float, *, dark: bool = False) -> bytes:
    """A map (H, W) of signed numbers as a PNG of its own size: purple below zero, white at zero, green above.

    limit  the absolute value drawn in the strongest colour, at least 0; what lies beyond it is drawn in that colour too
    dark   whether it is to stand on a dark page, in the colours of `PRGN_DARK`

    The file is paletted, 8 bits: place 128 + round(value / limit x 127), so that 128 is zero, 1 to 255 are `PRGN` and
    0 is not used. A limit of 0 gives an all-white picture.
    Raises ArrayError for a map that is not (H, W) or holds nan or inf, SettingError for a limit that makes no sense.
    """
    try:
        values = numbers(map, "map")
    except ArrayError:
        values = np.empty(0)
    if values.ndim != 2 or not values.size:
        raise ArrayError(f"A map to draw is an array of numbers (height, width), not {told(map)}.")
    most = number_of(limit)
    if most is None or not 0 <= most < np.inf:
        raise SettingError(f"limit is {told(limit)}; it must be a number of at least 0.")
    places = np.full(values.shape, 128, np.uint8)
    for top in range(0, len(values), _ROWS):
        rows = values[top : top + _ROWS].astype(np.float64)
        if not np.isfinite(rows).all():
            row, column = np.argwhere(~np.isfinite(rows))[0]
            raise ArrayError(
                f"The map holds {rows[row, column]} in row {top + row + 1}, column {column + 1}: it cannot be drawn."
            )
        if most:
            np.clip(rows, -most, most, out=rows)  # first, so that the division cannot overflow
            rows /= most
            rows *= 127
            places[top : top + _ROWS] = np.rint(rows, out=rows) + 128
    colours = PRGN_DARK if dark else PRGN
    return encode_png(places, palette=(colours[0], *colours))


def npy(map: npt.ArrayLike) -> bytes:
    """An array of numbers as the bytes of a .npy file, for `numpy.load`: same numbers, same dtype, same shape.

    Raises ArrayError for anything but numbers.
    """
    values = numbers(map, "map")
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()
