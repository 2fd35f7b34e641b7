"""The door for a stranger's bytes, and the decoder behind it.

A decoder is a large program that strangers feed. So nothing reaches it before its kind is known by its
first bytes and its size is read from its header (`headers.look`), it is told which one format to try, no
more than a few decodes run at once, only the first frame is decoded, and whatever it raises leaves here as
one plain sentence of our own: Pillow's messages carry addresses, and its warnings and global limits are not
thread-safe, so they are neither shown nor touched.

What cannot be noticed: a JPEG with flipped bytes in its middle, a PNG whose check sums or end are wrong.
"""

from __future__ import annotations

import io
import math
import threading
import unicodedata
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image, WebPImagePlugin  # noqa: F401  (importing WebP's plugin registers it; the others are there)

from cnnviz.errors import PictureError
from cnnviz.geometry import whole
from cnnviz.pictures.headers import Found, damaged, look
from cnnviz.pictures.limits import LIMITS, check_size
from cnnviz.pictures.picture import STRIP, Picture, proportional

_DECODING = threading.BoundedSemaphore(LIMITS.decodes)


def open_picture(data: bytes, name: str = "", *, longest: int | None = None) -> Picture:
    """A stranger's PNG, JPEG, WebP, GIF or BMP file as a Picture: upright, on white, its first frame only.

    data     the file's bytes
    name     what the stranger called it; control characters, directions of writing and folders are taken out
    longest  if nothing larger will be asked for, its longest side in pixels: the same as `.at(longest)`, except
             that JPEG then leaves out what is too fine while decoding, which is faster and takes less memory

    Grey files give one channel, all others three; a CMYK file's colours are approximate, and 16-bit colours are read
    in 256 levels (16-bit grey is kept). What was done stands in the picture's notes.
    Raises PictureError, in one sentence fit to show, for whatever is empty, damaged, larger than `LIMITS`, or
    something else; SettingError for a longest that makes no sense.
    """
    if longest is not None:
        longest = whole(longest, "longest side", 1)
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise PictureError("A picture is opened from the bytes of its file.")
    file_bytes = memoryview(data).nbytes
    if file_bytes > LIMITS.file_bytes:
        raise PictureError(
            f"The file has {math.ceil(file_bytes / 2**20 * 10) / 10} MB; at most {LIMITS.file_bytes / 2**20:g} MB "
            "can be opened: save the picture smaller, or as JPEG."
        )
    data = bytes(data)
    found = look(data)
    check_size(found.height, found.width)
    with _DECODING:
        try:
            picture = _decode(data, found, longest)
        except PictureError:
            raise
        except Exception:  # whatever the decoder raises, MemoryError and SyntaxError included; its words stay here
            raise damaged(found.format) from None
    picture = replace(picture, name=_plain_name(name))
    return picture if longest is None else picture.at(longest)


def _plain_name(name: object) -> str:
    """At most 60 printable characters of the last part of a path; "" if nothing is left."""
    last = str(name).replace("\\", "/").rsplit("/", 1)[-1] if isinstance(name, str) else ""
    # C: control, direction marks and other invisible formatting, surrogates, unassigned. Ends of line become spaces.
    shown = "".join(c for c in last if c.isspace() or unicodedata.category(c)[0] != "C")
    shown = " ".join(shown.split())
    if not shown.strip("."):
        return ""
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _decode(data: bytes, found: Found, longest: int | None) -> Picture:
    image = Image.open(io.BytesIO(data), formats=(found.format,))
    check_size(image.height, image.width)  # what Pillow read must be small enough as well
    size, done = (image.height, image.width), []
    frames = getattr(image, "n_frames", 1) if found.frames is None else found.frames
    if longest is not None and longest < max(size):
        height, width = proportional(size, 2 * longest)  # twice, for the mean to have something to average
        image.draft(None, (width, height))
    image.load()  # before EXIF is asked for, whose troubles are forgiven: those of the pixels are not

    orientation = _orientation(image)
    if orientation != 1:
        done.append(f"Turned upright, as its camera noted (EXIF orientation {orientation}).")
    if frames > 1:
        done.append(f"The first {'picture' if image.format == 'MPO' else 'frame'} of {frames} in the file.")
    if image.mode == "CMYK":
        done.append("Printer's colours (CMYK): colours are approximate.")
    if found.deep:
        done.append("Its 16-bit colours are read in 256 levels.")
    planes, was_seen_through = _planes(image)
    if was_seen_through:
        done.append("See-through parts are put on white.")
    mode = image.mode
    del image  # a hundred megabytes, perhaps: gone before the picture is turned
    planes.flags.writeable = False

    if orientation >= 5:
        planes, size = planes.swapaxes(1, 2), size[::-1]
    if orientation in (3, 4, 7, 8):
        planes = planes[:, ::-1]
    if orientation in (2, 3, 6, 7):
        planes = planes[:, :, ::-1]
    return Picture(planes, mode, size, done=tuple(done))


def _orientation(image: Image.Image) -> int:
    """EXIF (CIPA DC-008, tag 274), 1 to 8; anything else, or an unreadable block, counts as 1: upright."""
    try:
        orientation = image.getexif().get(274)
    except Exception:  # the picture is sound, only a stranger's remark about it is not
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _planes(image: Image.Image) -> tuple[npt.NDArray[np.uint8] | npt.NDArray[np.uint16], bool]:
    """Any mode of the five formats as (C, H, W) on white, and whether anything was seen through.

    16-bit grey stays uint16; all else is uint8. On white: (level x alpha + 255 x (255 - alpha)) / 255, rounded. One
    plane at a time: arithmetic on interleaved colours is five times slower.
    """
    grey, deep, clear = image.mode in ("1", "L", "LA", "I;16"), image.mode == "I;16", image.has_transparency_data
    mode = ("LA" if clear else "L") if grey else ("RGBA" if clear else "RGB")
    planes = np.empty((1 if grey else 3, image.height, image.width), np.uint16 if deep else np.uint8)
    was_seen_through = False
    for top in range(0, image.height, STRIP):
        bottom = min(top + STRIP, image.height)
        strip = image.crop((0, top, image.width, bottom))
        pixels = np.atleast_3d(np.asarray(strip if deep else strip.convert(mode)))
        for part, plane in enumerate(planes):
            plane[top:bottom] = pixels[..., part]
        if deep and clear:
            seen_through = planes[:, top:bottom] == image.info["transparency"]
            planes[:, top:bottom][seen_through] = 65535
            was_seen_through |= bool(seen_through.any())
        elif clear and pixels[..., -1].min() < 255:
            was_seen_through = True
            alpha = pixels[..., -1].astype(np.uint16)
            for plane in planes:
                plane[top:bottom] = (plane[top:bottom] * alpha + 255 * (255 - alpha) + 127) // 255
    return planes, was_seen_through
