"""A few frames of an animated picture, apart from each other, in grey and at a working size; or a film made of a still.

Frames are made one from another, so all up to the last that is wanted go through the decoder: no more than so many
pixels. Everything that guards `open_picture` stands before it, and no frame may reach beyond the picture.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.checks import afford, whole
from cnnviz.errors import ArrayError
from cnnviz.pictures.decode import guarded
from cnnviz.pictures.headers import FoundGIF
from cnnviz.pictures.limits import check_size
from cnnviz.pictures.picture import Picture
from cnnviz.pictures.png import FoundPNG, animation
from cnnviz.pictures.rows import on_white, reader, working_mode
from cnnviz.pictures.told import Found, damaged
from cnnviz.signatures import checked, hold

MOST_PIXELS = 50_000_000  # of all frames that are decoded: two of the largest, 200 of 500 x 500
KINDS = ("GIF", "PNG", "WEBP")  # a JPEG may hold several pictures, which are no film


@checked
@dataclass(frozen=True, eq=False)
class Film:
    """Frames one after another.

    levels   uint8 (frames, height, width), grey
    numbers  which of the file's frames they are, from 1
    total    how many the file has

    Raises ArrayError for levels of another kind or shape.
    """

    levels: npt.NDArray[np.uint8]
    numbers: tuple[int, ...]
    total: int

    def __post_init__(self) -> None:
        hold(self)
        if self.levels.dtype != np.uint8 or self.levels.ndim != 3 or len(self.levels) != len(self.numbers):
            raise ArrayError(
                f"A film of {len(self.numbers)} frames is uint8 of shape (frames, height, width), not "
                f"{self.levels.dtype} {self.levels.shape}."
            )


def open_film(data: bytes, frames: int, longest: int) -> Film | None:
    """So many frames of a stranger's GIF, PNG or WebP, evenly apart; None of a file that has fewer.

    longest  pixels of the longest side of each, as `Picture.at` takes it

    Of a film so long or so large that decoding it would take seconds, those at its beginning. Raises PictureError as
    `open_picture` does.
    """
    frames, longest = whole(frames, "frames", 1), whole(longest, "longest side", 1)
    return guarded(data, lambda data, found: _film(data, found, frames, longest))


def _film(data: bytes, found: Found, frames: int, longest: int) -> Film | None:
    if found.format not in KINDS or (found.frames is not None and found.frames < frames):
        return None
    if isinstance(found, FoundGIF) and (found.reach[0] > found.height or found.reach[1] > found.width):
        raise damaged("GIF")
    image = Image.open(io.BytesIO(animation(data) if found.format == "PNG" else data), formats=(found.format,))
    check_size(image.height, image.width)
    size, total = image.size, getattr(image, "n_frames", 1)
    decoded = min(total, MOST_PIXELS // (found.height * found.width))
    if decoded < frames:
        return None
    step = (decoded - 1) // (frames - 1) if frames > 1 else 1
    levels: list[npt.NDArray[np.uint8]] = []
    numbers = range(1, 1 + frames * step, step)
    for at in range(numbers[-1]):
        image.seek(at)
        if image.size != size:
            raise damaged(found.format)
        image.load()
        if at + 1 in numbers:
            levels.append(_grey(image, found, longest))
    return Film(np.stack(levels), tuple(numbers), total)


def _grey(image: Image.Image, found: Found, longest: int) -> npt.NDArray[np.uint8]:
    """The frame that an image stands at, of 16 bits the upper 8."""
    if isinstance(found, FoundPNG):
        found = replace(found, depth=8)
    mode = working_mode(image, found)
    planes = np.empty((1 if mode[0] == "L" else 3, image.height, image.width), np.uint8)
    on_white(reader(image, found, mode), planes)
    return Picture(planes, image.mode, (image.height, image.width)).at(longest, "grey").levels()[0]


@checked
def with_disc(picture: Picture, frames: int) -> Film:
    """A film made of a still: over the picture, in grey, which stands still, a disc goes from left to right.

    It is white where the picture is dark around the middle, and black where it is light: so it is seen.
    """
    frames = whole(frames, "frames", 1)
    afford((frames, *picture.shape[1:]), np.float64, "The film", "fewer frames need less")
    still = picture.at(max(picture.shape[1:]), "grey").levels()[0]
    height, width = still.shape
    row, column = np.indices(still.shape)
    level = np.uint8(0 if still[height // 3 : height - height // 3].mean() > 127 else 255)
    radius = max(0.5, min(height, width) / 7)
    middles = (width - 1) * (0.5 + np.arange(frames)) / frames
    discs = (row - (height - 1) / 2) ** 2 + (column - middles[:, np.newaxis, np.newaxis]) ** 2 <= radius**2
    return Film(np.where(discs, level, still), tuple(range(1, frames + 1)), frames)
