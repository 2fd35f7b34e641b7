"""A picture as numbers, at any working size and depth, and out again as a PNG file.

Only pixels encoded here ever leave, never a stranger's bytes.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.checks import told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.kernels import LUMA
from cnnviz.numbers import grouped, many, times
from cnnviz.pictures.limits import LIMITS
from cnnviz.signatures import checked, hold

Levels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
LARGEST_SQUARE = math.isqrt(LIMITS.pixels)  # pixels a side: what is enlarged is no larger than what can be opened
STRIP = 16  # rows converted at a time: no second copy of a large picture is made, and they stay in the cache


@checked
@dataclass(frozen=True, repr=False, eq=False)
class Picture:
    """A picture as numbers. Made by `open_picture`, `sample` and `Picture.at`; two are alike if their digests are.

    pixels  uint8 (or uint16, from a 16-bit grey file), (C, H, W) with C = 1 (grey) or 3 (red, green, blue),
            read-only. Kept as integers: as float32, twelve megapixels of RGB are 144 MB
    mode    Pillow's name of the mode it came in: "RGB", "L", "P", "CMYK", "I;16" ...
    size    (height, width) of the original, upright; `pixels` may be smaller
    name    fit to show as plain text (not as Markdown or HTML), never a path
    done    what was done to it, except for the reduction that `size` tells

    Raises ArrayError for pixels of any other type or shape, SettingError for anything else that is none.
    """

    pixels: Levels
    mode: str
    size: tuple[int, int]
    name: str = ""
    done: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        hold(self)
        for side in self.size:
            whole(side, "a side of the size", 1)
        given = self.pixels
        if given.dtype not in (np.uint8, np.uint16) or given.ndim != 3 or len(given) not in (1, 3) or not given.size:
            raise ArrayError(
                f"A picture is uint8 or uint16 of shape (1 or 3, height, width), not {given.dtype} {given.shape}."
            )
        # What its owner can still write to is copied, the rest only if its rows are not in order.
        pixels = np.array(given, order="C", copy=given.flags.writeable or None)
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the numbers held."""
        channels, height, width = self.pixels.shape
        return channels, height, width

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """float32 (C, H, W) in [0, 1], read-only, made anew at each call: level / 255, or / 65535 from 16 bits."""
        values = self.pixels.astype(np.float32)
        values /= np.iinfo(self.pixels.dtype).max
        values.flags.writeable = False
        return values

    def levels(self) -> npt.NDArray[np.uint8]:
        """uint8 (C, H, W), read-only: exactly `values` x 255, rounded to the nearest."""
        levels = to_256(self.pixels)
        levels.flags.writeable = False
        return levels

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the picture since the file, a plain sentence each."""
        if self.shape[1:] == self.size:
            return self.done
        return (*self.done, f"Reduced from {_by(self.size)} to {_by(self.shape[1:])}.")

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of type, shape and pixels: equal numbers, equal digest, whatever the name or file."""
        state = hashlib.sha256(f"{self.pixels.dtype.name} {self.shape} ".encode())
        state.update(self.pixels.data)
        return state.hexdigest()

    def __repr__(self) -> str:
        kind = "grey" if len(self.pixels) == 1 else "RGB"
        told = " ".join((f"{_by(self.shape[1:])} {kind}, came as {self.mode}.", *self.notes))
        return f"<Picture {self.name!r}: {told}>"

    def at(self, longest: int, depth: str | None = None) -> Picture:
        """This picture at a working size and depth, in 256 levels.

        longest  pixels of its longest side, at least 1; the other keeps the proportion of the original, to the
                 nearest pixel. Never enlarged
        depth    "grey": 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded to the nearest level, half up;
                 "rgb": three planes, equal ones of a grey picture; None: as it is

        Reduced by Pillow's BOX filter: each pixel becomes the mean of those that it stands for. Its weights are
        never negative, so nothing rings outside [0, 1] as it does with LANCZOS, and the lesson can say what it did.
        Raises SettingError for a longest or depth that makes no sense.
        """
        longest = whole(longest, "longest side", 1)
        if depth not in (None, "grey", "rgb"):
            raise SettingError(f'depth is {told(depth)}; it must be "grey" or "rgb".')
        planes, done = self.levels(), self.done
        if self.pixels.dtype == np.uint16:
            done += ("Its 16-bit values are rounded to 256 levels.",)
        if longest < max(planes.shape[1:]):
            height, width = proportional(self.size, longest)
            planes = np.stack(
                [np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BOX)) for plane in planes]
            )
        if depth == "grey" and len(planes) == 3:
            planes, done = _luma(planes), (*done, "Colours turned to grey: 0.299 R + 0.587 G + 0.114 B.")
        elif depth == "rgb" and len(planes) == 1:
            planes, done = np.repeat(planes, 3, axis=0), (*done, "Grey, given as three equal planes.")
        return self if planes is self.pixels else replace(self, pixels=planes, done=done)

    def square(self, side: int, depth: str | None = None, start: int | None = None) -> Picture:
        """This picture as a network of a square input takes it: `taken` of `side` pixels a side."""
        return self.taken((side, side), depth, start)

    def taken(self, sides: tuple[int, int], depth: str | None = None, start: int | None = None) -> Picture:
        """This picture as a network of a fixed input size takes it: a piece of that proportion, at that size.

        sides  (height, width) in pixels
        start  columns that are left out in front of the piece, or rows above it where those are cut, from 0 to all that
               are left out; None: the piece in the middle, an odd pixel more left out at the end

        The piece is as large as the picture allows. It is reduced by the BOX filter, as `at` does, or, where there are
        too few pixels, enlarged by Pillow's BICUBIC filter, whose overshoot is cut off at 0 and 255. `depth` as in
        `at`; in 256 levels. `done` says each of these, and `size` is then the piece's.

        Raises SettingError for sides, a depth or a start that make no sense.
        """
        if not isinstance(sides, tuple) or len(sides) != 2:
            raise SettingError(f"sides is {told(sides)}; it is (height, width).")
        for side in sides:
            if whole(side, "side", 1) > LARGEST_SQUARE:
                raise SettingError(f"side is {told(side)}; it is at most {grouped(LARGEST_SQUARE)} pixels.")
        whole_picture = self.at(max(self.shape[1:]), depth)
        planes, done = whole_picture.levels(), whole_picture.notes
        height, width = planes.shape[1:]
        cut = (
            min(height, max(1, round(width * sides[0] / sides[1]))),
            min(width, max(1, round(height * sides[1] / sides[0]))),
        )
        is_wide = width > cut[1]
        most = width - cut[1] if is_wide else height - cut[0]
        before = most // 2 if start is None else whole(start, "start", 0)
        kind = "square" if sides[0] == sides[1] else "piece"
        if before > most:
            room = f"from 0 to {grouped(most)}" if most else "0, for there is nothing to leave out"
            raise SettingError(
                f"start is {told(before)}; the {kind} is {_by(cut)} of {_by((height, width))}: it is {room}."
            )
        if most:
            planes = planes[:, :, before : before + cut[1]] if is_wide else planes[:, before : before + cut[0]]
            which = f"the {kind} in the middle" if before == most // 2 else f"a {kind}"
            out = _left_out(before, most - before, is_wide)
            done += (f"Cut to {which}, {_by(cut)} of {_by((height, width))}; left out: {out}.",)
        if sides != cut:
            reduced = sides[0] <= cut[0] and sides[1] <= cut[1]
            way = Image.Resampling.BOX if reduced else Image.Resampling.BICUBIC
            planes = np.stack([np.asarray(Image.fromarray(plane).resize(sides[::-1], way)) for plane in planes])
            sizes = f"from {_by(cut)} to {_by(sides)}"
            enlarged = f"Enlarged {sizes} by the bicubic filter, cut off at 0 and 255."
            done += (f"Reduced {sizes}, each pixel the mean of those it stands for." if reduced else enlarged,)
        return replace(self, pixels=planes, done=done, size=sides)


def to_256(levels: Levels) -> npt.NDArray[np.uint8]:
    """Levels of 16 bits to the nearest of 256; those of 8 bits as they are."""
    if levels.dtype == np.uint8:
        return levels.astype(np.uint8, copy=False)
    wide = levels.astype(np.uint32)
    wide *= 255
    wide += 32895
    wide >>= 16  # of all 65,536 the nearest to level x 255 / 65535, in half the time of a division
    return wide.astype(np.uint8)


def _by(size: Sequence[int]) -> str:
    return times(*size)


def _left_out(before: int, after: int, is_wide: bool) -> str:
    if is_wide:
        return f"{many(before, 'column')} on the left, {grouped(after)} on the right"
    return f"{many(before, 'row')} above, {grouped(after)} below"


def proportional(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """(height, width) with `longest` as the longest side, each to the nearest pixel, at least 1."""
    most = max(size)
    height, width = (max(1, (2 * side * longest + most) // (2 * most)) for side in size)
    return height, width


def _luma(planes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(3, H, W) -> (1, H, W), in whole thousandths so that it is exact."""
    of_red, of_green, of_blue = (round(1000 * share) for share in LUMA)
    grey = np.empty((1, *planes.shape[1:]), np.uint8)
    for top in range(0, planes.shape[1], STRIP):
        red, green, blue = planes[:, top : top + STRIP].astype(np.uint32)
        grey[0, top : top + STRIP] = (of_red * red + of_green * green + of_blue * blue + 500) // 1000
    return grey


@checked
def encode_png(levels: npt.NDArray[np.uint8], palette: Sequence[tuple[int, int, int]] | None = None) -> bytes:
    """A PNG file of uint8 levels: (1, H, W) grey, (3, H, W) colour, or, with a palette, (H, W) places in it.

    palette  at most 256 colours (red, green, blue), each 0 to 255
    Packed lightly: fast rather than small. Raises ArrayError for other arrays, SettingError for a palette that is none.
    """
    fits = levels.ndim == 2 if palette is not None else levels.ndim == 3 and len(levels) in (1, 3)
    if levels.dtype != np.uint8 or not fits or not levels.size:
        raise ArrayError(f"A PNG is written from uint8 levels (C, H, W), not from {levels.dtype} {levels.shape}.")
    if palette is None:
        image = Image.fromarray(levels[0] if len(levels) == 1 else np.ascontiguousarray(np.moveaxis(levels, 0, -1)))
    else:
        parts = [part for colour in palette for part in colour]
        if not 0 < len(palette) <= 256 or min(parts) < 0 or max(parts) > 255:
            raise SettingError("The palette has 1 to 256 colours, (red, green, blue) of 0 to 255 each.")
        image = Image.fromarray(levels)
        image.putpalette(parts)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
