"""The door for a stranger's bytes, and the decoder behind it.

A decoder is a large program that strangers feed. So nothing reaches it before its kind is known by its
first bytes and its size is read from its header (`headers.look`), a PNG's or JPEG's remarks are taken out
of it, it is told which one format to try, no more than a few decodes run at once, only the first frame is
decoded, and whatever it raises leaves here as one plain sentence of our own: Pillow's messages carry
addresses, and its warnings and global limits are not thread-safe, so they are neither shown nor touched.

What cannot be noticed: a JPEG with flipped bytes in its middle, or cut there and given an end but for the grey
that is left; a PNG whose check sums or end are wrong.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from PIL import Image, WebPImagePlugin  # noqa: F401  (importing WebP's plugin registers it; the others are there)

from cnnviz.checks import whole
from cnnviz.errors import PictureError
from cnnviz.numbers import number
from cnnviz.pictures import exif, names
from cnnviz.pictures.bmp import FoundBMP
from cnnviz.pictures.colour import Colours, colours
from cnnviz.pictures.headers import FoundGIF, look
from cnnviz.pictures.jpeg import FoundJPEG
from cnnviz.pictures.limits import LIMITS, check_size
from cnnviz.pictures.picture import Levels, Picture, proportional
from cnnviz.pictures.png import FoundPNG
from cnnviz.pictures.rows import Rows, is_deep, on_white, reader, working_mode
from cnnviz.pictures.told import Found, damaged

T = TypeVar("T")
_DECODING = threading.BoundedSemaphore(LIMITS.decodes)


def open_picture(data: bytes, name: str = "", *, longest: int | None = None) -> Picture:
    """A stranger's PNG, JPEG, WebP, GIF or BMP file as a Picture: upright, on white, its first frame only.

    data     the file's bytes
    name     what the stranger called it; control characters, directions of writing and folders are taken out
    longest  if nothing larger will be asked for, its longest side in pixels: the same as `.at(longest)`, except
             that JPEG then leaves out what is too fine while decoding, which is faster and takes less memory

    Grey files give one channel, all others three. An ICC profile in the file is converted to sRGB; without one, a CMYK
    file's colours are approximate. 16-bit colours are rounded to 256 levels (16-bit grey is kept). What was done, and
    what the file asks for and was not, stands in the picture's notes.
    Raises PictureError, in one sentence fit to show, for whatever is empty, damaged, larger than `LIMITS`, or
    something else; SettingError for a longest that makes no sense.
    """
    if longest is not None:
        longest = whole(longest, "longest side", 1)
    picture = guarded(data, lambda data, found: _decode(data, found, longest))
    picture = replace(picture, name=names.of_file(name))
    return picture if longest is None else picture.at(longest)


def guarded(data: bytes, decode: Callable[[bytes, Found], T]) -> T:
    """What a decoder makes of a stranger's bytes and of what they say of themselves, behind all that guards it.

    Raises PictureError as `open_picture` does.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise PictureError("A picture is opened from the bytes of its file.")
    file_bytes = memoryview(data).nbytes
    if file_bytes > LIMITS.file_bytes:
        raise PictureError(
            f"The file has {number(math.ceil(file_bytes / 2**20 * 10) / 10)} MB; at most "
            f"{number(LIMITS.file_bytes / 2**20)} MB "
            "can be opened: save the picture smaller, or as JPEG."
        )
    data = bytes(data)
    found = look(data)
    check_size(found.height, found.width)
    with _DECODING:
        try:
            return decode(data, found)
        except PictureError:
            raise
        except Exception:  # whatever the decoder raises, MemoryError and SyntaxError included; its words stay here
            raise damaged(found.format) from None


def _decode(data: bytes, found: Found, longest: int | None) -> Picture:
    image, size = _loaded(data, found, longest)
    screen, mode, done = image.size, working_mode(image, found), []
    orientation = found.orientation
    if orientation is None:
        orientation = exif.orientation(image.info.get("exif") or b"", image.info.get("xmp") or b"")
    if orientation != 1:
        done.append(f"Turned upright, as its camera noted (EXIF orientation {orientation}).")
    frames = getattr(image, "n_frames", 1) if found.frames is None else found.frames
    if frames > 1:
        done.append(f"The first {'picture' if found.format == 'JPEG' else 'frame'} of {frames} in the file.")
    frame = (isinstance(found, FoundGIF) and found.frame) or (0, 0, *screen)
    if frame != (0, 0, *screen):
        image = image.crop(frame)
        done.append("The first frame does not fill the picture: around it is white.")

    profile = image.info.get("icc_profile") if found.profile is None else found.profile
    meant = colours(profile, "L" if mode == "LA" else mode)
    if meant.note:
        done.append(meant.note)
    if mode == "CMYK" and meant.transform is None:
        mode = "RGB"
        done.append("Printer's colours (CMYK): colours are approximate.")
    done += found.asks
    stays_deep = mode in ("L", "LA") and meant.table is None
    if is_deep(found) and not stays_deep:
        done.append(f"Its 16-bit {'colours' if mode[0] == 'R' else 'values'} are read in 256 levels.")
    rows = _rows(image, found, mode, meant)
    shape = (1 if mode[0] == "L" else 3, image.height, image.width)
    planes: Levels = np.empty(shape, np.uint16) if is_deep(found) and stays_deep else np.empty(shape, np.uint8)
    if on_white(rows, planes):
        done.append("See-through parts are put on white.")
    if image.size != screen:
        left, top, right, bottom = frame
        framed, planes = planes, np.full((len(planes), screen[1], screen[0]), 255, np.uint8)
        planes[:, top:bottom, left:right] = framed
    came_as = mode if is_deep(found) and mode == "LA" else image.mode
    del image, rows  # a hundred megabytes, perhaps: gone before the picture is turned
    planes.flags.writeable = False

    if orientation >= 5:
        planes, size = planes.swapaxes(1, 2), size[::-1]
    if orientation in (3, 4, 7, 8):
        planes = planes[:, ::-1]
    if orientation in (2, 3, 6, 7):
        planes = planes[:, :, ::-1]
    return Picture(planes, came_as, size, done=tuple(done))


def _loaded(data: bytes, found: Found, longest: int | None) -> tuple[Image.Image, tuple[int, int]]:
    """The file decoded, and its (height, width): larger than the picture if `longest` needs no more."""
    if isinstance(found, FoundBMP) and found.masks:
        return found.unmasked(data), (found.height, found.width)
    image = Image.open(io.BytesIO(found.pixels or data), formats=(found.format,))
    check_size(image.height, image.width)  # what Pillow read must be small enough as well
    size = image.height, image.width
    if isinstance(found, FoundPNG):
        found.prepare(image)
    asked = None
    if longest is not None and longest < max(size) and isinstance(found, FoundJPEG) and found.has_drafts:
        height, width = proportional(size, 2 * longest)  # twice, for the mean to have something to average
        asked = width, height
        image.draft(None, asked)
    image.load()
    if isinstance(found, FoundJPEG) and not found.is_whole(image, asked):
        raise damaged("JPEG")
    return image, size


def _rows(image: Image.Image, found: Found, mode: str, meant: Colours) -> Rows:
    """The rows of `image` in sRGB, clear where a PNG has its one clear colour."""
    read = reader(image, found, mode)
    key = found.key if isinstance(found, FoundPNG) else ()

    def rows(top: int, bottom: int) -> Levels:
        raw = read(top, bottom)
        made = meant.of(raw, mode)
        if not key:
            return made
        opacity = (raw != np.array(key, raw.dtype)).any(axis=-1, keepdims=True) * np.iinfo(made.dtype).max
        return np.concatenate([made, opacity.astype(made.dtype)], axis=-1)

    return rows
