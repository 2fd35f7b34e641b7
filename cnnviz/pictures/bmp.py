"""What a BMP says of itself, and the pixels of those whose colours lie under bit masks. Microsoft, BITMAPCOREHEADER to
BITMAPV5HEADER."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.errors import PictureError
from cnnviz.pictures.told import Found, damaged, foreign

CORE, OS2 = 12, 64  # sizes of headers; OS/2's second one numbers its ways of packing otherwise
HEADERS, DEPTHS = (CORE, 40, 52, 56, OS2, 108, 124), (1, 4, 8, 16, 24, 32)
NONE, MASKS, MASKS_AND_ALPHA = 0, 3, 6  # ways of packing that are none
USUAL = {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0xFF000000)}


@dataclass(frozen=True)
class FoundBMP(Found):
    """A BMP.

    depth  bits of a pixel
    masks  of red, green, blue and opacity, if its colours lie under such; else ()
    start  where its pixels begin
    is_top_down  whether its first row is the uppermost
    """

    depth: int = 24
    masks: tuple[int, ...] = ()
    start: int = 0
    is_top_down: bool = False

    def unmasked(self, data: bytes) -> Image.Image:
        """The picture of a BMP with masks, RGB or RGBA: level = bits under the mask x 255 / most that they can be,
        rounded. Where every pixel would be clear, opacity was not meant."""
        kind = np.dtype(f"<u{self.depth // 8}")
        stride = (self.width * self.depth + 31) // 32 * 4
        found = data[self.start : self.start + self.height * stride]
        if len(found) < (self.height - 1) * stride + self.width * kind.itemsize:
            raise damaged("BMP")
        rows = np.frombuffer(found.ljust(self.height * stride, b"\0"), np.uint8)  # the last row may end unpadded
        numbers = rows.reshape(self.height, stride).view(kind)[:, : self.width]
        planes = [_level(numbers, mask) for mask in self.masks]
        if not self.masks[3] or not planes[3].any():
            planes.pop()
        return Image.fromarray(np.stack(planes, axis=-1)[:: 1 if self.is_top_down else -1].copy())


def _level(numbers: npt.NDArray[np.unsignedinteger], mask: int) -> npt.NDArray[np.uint8]:
    if not mask:
        return np.zeros(numbers.shape, np.uint8)
    lowest = (mask & -mask).bit_length() - 1
    most = mask >> lowest
    found = (numbers & numbers.dtype.type(mask)).astype(np.uint64) >> lowest
    return ((found * 255 + most // 2) // most).astype(np.uint8)


def look(data: bytes) -> FoundBMP:
    """A BMP's header. Raises PictureError for what is not read here; struct.error for a stump."""
    start, header = struct.unpack_from("<II", data, 10)
    if header == CORE:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        packing = NONE
    else:
        width, height, _, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    if packing not in (NONE, MASKS, MASKS_AND_ALPHA) or (packing and header == OS2):  # Pillow undoes runs slowly
        raise PictureError("This BMP is compressed in a way that is not read here: save it as PNG or JPEG.")
    if header not in HEADERS or depth not in DEPTHS or (packing and depth not in USUAL):
        raise foreign(f"a BMP of a rare kind (a header of {header} bytes, {depth} bits a pixel)")
    profile = None
    if header == 124 and data[70:74] == b"DEBM":  # "MBED", a profile in the file
        at, length = struct.unpack_from("<II", data, 126)
        profile = data[14 + at : 14 + at + length]
    pixels = None
    if header != CORE and depth <= 8 and struct.unpack_from("<I", data, 46)[0] > 1 << depth:
        pixels = data[:46] + bytes(4) + data[50:]  # more colours than there are places for: the usual number
    masks: tuple[int, ...] = ()
    if packing:
        has_alpha = packing == MASKS_AND_ALPHA or header >= 56
        masks = struct.unpack_from("<4I" if has_alpha else "<3I", data, 54)
        masks = masks if any(masks) else USUAL[depth]
        masks = masks if len(masks) == 4 else (*masks, 0)
    return FoundBMP(
        "BMP",
        abs(height),
        abs(width),
        frames=1,
        pixels=pixels,
        profile=profile,
        depth=depth,
        masks=masks,
        start=start,
        is_top_down=height < 0,
    )
