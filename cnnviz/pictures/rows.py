"""A decoded picture as levels, a strip of rows at a time, so that no second copy of a large one is made."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.pictures.picture import STRIP, Levels, to_256
from cnnviz.pictures.png import FoundPNG, retile
from cnnviz.pictures.told import Found

# The rows from the first number up to the second, (rows, width, parts): the last of 2 or 4 parts is opacity.
Rows = Callable[[int, int], Levels]


def working_mode(image: Image.Image, found: Found) -> str:
    """L, LA, RGB, RGBA or CMYK: what `image` is read as."""
    if image.mode == "CMYK":
        return "CMYK"
    is_grey = image.mode in ("1", "L", "LA", "I;16") or (isinstance(found, FoundPNG) and found.is_deep_grey_alpha)
    return ("L" if is_grey else "RGB") + ("A" if image.has_transparency_data else "")


def is_deep(found: Found) -> bool:
    """Whether the file has 16 bits a level."""
    return isinstance(found, FoundPNG) and found.depth == 16


def reader(image: Image.Image, found: Found, mode: str) -> Rows:
    """The rows of `image` in `mode`: uint16 if the file has 16 bits a level, otherwise uint8."""

    def strip(image: Image.Image, top: int, bottom: int, mode: str) -> npt.NDArray[np.uint8]:
        part = image.crop((0, top, image.width, bottom))
        return np.atleast_3d(np.asarray(part if part.mode == "I;16" else part.convert(mode)))

    if not isinstance(found, FoundPNG) or found.depth < 16 or mode == "L":
        return lambda top, bottom: strip(image, top, bottom, mode)
    if mode == "LA":  # read as four parts of a byte each, see FoundPNG.prepare
        return lambda top, bottom: strip(image, top, bottom, "RGBA").copy().view(">u2").astype(np.uint16)
    # Pillow keeps the upper byte of each level. Read as if the bytes lay the other way round, it keeps the lower.
    lower = Image.open(io.BytesIO(found.pixels or b""), formats=(found.format,))
    retile(lower, f"{mode};16L")
    lower.load()

    def both(top: int, bottom: int) -> Levels:
        levels = strip(image, top, bottom, mode).astype(np.uint16) * np.uint16(256)
        levels += strip(lower, top, bottom, mode)
        return levels

    return both


def on_white(rows: Rows, planes: Levels) -> bool:
    """Fill `planes`, (parts without opacity, height, width), from `rows`; return whether anything was seen through.

    On white: (level x opacity + most x (most - opacity)) / most, rounded; then to 256 levels, if `planes` have no more.
    One plane at a time: arithmetic on interleaved colours is five times slower. The division, by 2^bits - 1, is done in
    two shifts, which are exact here.
    """
    was_seen_through = False
    for top in range(0, planes.shape[1], STRIP):
        bottom = min(top + STRIP, planes.shape[1])
        pixels = rows(top, bottom)
        most = int(np.iinfo(pixels.dtype).max)
        is_seen_through = pixels.shape[-1] in (2, 4) and bool(pixels[..., -1].min() < most)
        if is_seen_through:
            was_seen_through = True
            opacity = pixels[..., -1].astype(np.uint16 if most == 255 else np.uint32)
            white = most * (most - opacity) + (most + 1) // 2
        for part, plane in enumerate(planes):
            levels: npt.NDArray[Any] = pixels[..., part]
            if is_seen_through:
                levels = levels * opacity + white
                levels += levels >> most.bit_length()
                levels = (levels >> most.bit_length()).astype(pixels.dtype)
            plane[top:bottom] = to_256(levels) if plane.dtype == np.uint8 else levels
    return was_seen_through
