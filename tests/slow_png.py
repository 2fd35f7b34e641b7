"""PNGs by hand, of every depth, colour type, filter and interlacing, and a decoder that is slow and obviously right.

W3C, "Portable Network Graphics (PNG) Specification", 3rd edition: 7.2 (bits of a row), 8.1 (Adam7), 9.2 (filters),
11.3.1.1 (tRNS), 13.12 (levels of fewer bits).
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from math import floor

import numpy as np

from bad_pictures import chunk

KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16),
         (6, 8), (6, 16)]  # (colour type, bits): all that there are  # fmt: skip
PARTS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def written(
    numbers: np.ndarray,
    colour: int,
    bits: int,
    *more: bytes,
    palette: np.ndarray | None = None,
    interlaced: bool = False,
    filters: int = 0,
) -> bytes:
    """A PNG of `numbers` (height, width, parts), each below 2 ** bits; `more` chunks come before the pixels."""
    height, width, _ = numbers.shape
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced)))
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    rows = b"".join(_rows(numbers[top::down, left::right], bits, filters) for top, left, down, right in passes)
    colours = chunk(b"PLTE", palette.astype(np.uint8).tobytes()) if palette is not None else b""
    return (b"\x89PNG\r\n\x1a\n" + header + colours + b"".join(more) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND"))  # fmt: skip


def _rows(numbers: np.ndarray, bits: int, filters: int) -> bytes:
    """Row after row, its filter before it; `filters` chooses the first, the next ones follow."""
    height, width, parts = numbers.shape
    if not height or not width:
        return b""
    step = max(1, parts * bits // 8)
    out, above = b"", bytes((width * parts * bits + 7) // 8)
    for row in range(height):
        text = "".join(f"{int(number):0{bits}b}" for number in numbers[row].ravel())
        text += "0" * (-len(text) % 8)
        line = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
        kind = (filters + row) % 5
        coded = bytearray()
        for at, byte in enumerate(line):
            left, up = line[at - step] if at >= step else 0, above[at]
            corner = above[at - step] if at >= step else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda near: abs(guess - near))
            coded.append((byte - (0, left, up, (left + up) // 2, paeth)[kind]) % 256)
        out += bytes((kind,)) + bytes(coded)
        above = line
    return out


def on_white(
    numbers: np.ndarray, colour: int, bits: int, clear: bytes = b"", palette: np.ndarray | None = None
) -> tuple[np.ndarray, bool]:
    """Levels (1 or 3, height, width) of 0 to 255 that a PNG of `numbers` with a tRNS chunk `clear` shows on white, and
    whether white shows anywhere."""
    height, width, _ = numbers.shape
    planes = 1 if colour in (0, 4) else 3
    shown, is_seen_through = np.zeros((planes, height, width), np.uint8), False
    key = struct.unpack(f">{len(clear) // 2}H", clear) if clear and colour in (0, 2) else None
    for row, column in np.ndindex(height, width):
        pixel = [int(number) for number in numbers[row, column]]
        opacity = Fraction(1)
        if colour == 3:
            place = pixel[0]
            opacity = Fraction(clear[place], 255) if place < len(clear) else opacity
            shares = [Fraction(int(level), 255) for level in palette[place]]
        else:
            shares = [Fraction(number, 2**bits - 1) for number in pixel]
            if colour in (4, 6):
                opacity = shares.pop()
            if key is not None and tuple(pixel) == tuple(level % 2**bits for level in key):
                opacity = Fraction(0)
        is_seen_through |= opacity < 1
        for plane, share in enumerate(shares):
            shown[plane, row, column] = floor((share * opacity + 1 - opacity) * 255 + Fraction(1, 2))
    return shown, is_seen_through
