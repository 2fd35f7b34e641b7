"""How much of a stranger's file is taken on, in one place, and the refusal of more."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import PictureError
from cnnviz.numbers import fixed, grouped, number, times
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Limits:
    """How much of a stranger's file is taken on. Only `LIMITS` is used; its numbers stand in the refusals.

    file_bytes  size of the file
    pixels      height x width
    side        height, and width
    decodes     how many pictures are decoded at once, in all threads together; others wait their turn
    parts       chunks of a PNG, segments of a JPEG: a 10 MB file of empty ones costs seconds
    blocks      the same of a GIF, whose ordinary blocks have 255 bytes: 41,000 of them make 10 MB
    scans       passes over a progressive JPEG, each of which costs its whole size again; ten are usual
    profile_bytes  an ICC profile, unpacked; the largest in use are printers', of 3 MB
    """

    file_bytes: int = 10 * 2**20
    pixels: int = 25_000_000
    side: int = 16_384
    decodes: int = 2
    parts: int = 10_000
    blocks: int = 60_000
    scans: int = 50
    profile_bytes: int = 4 * 2**20


LIMITS = Limits()


def check_size(height: int, width: int) -> None:
    """Raises PictureError for a picture without pixels, or with more of them than `LIMITS` lets in."""
    if height < 1 or width < 1:
        raise PictureError(f"The picture is {times(height, width)}: it has no pixels.")
    if height * width > LIMITS.pixels or max(height, width) > LIMITS.side:
        raise PictureError(
            f"The picture is {times(height, width)} ({fixed(height * width / 1e6, 1)} megapixels); at most "
            f"{number(LIMITS.pixels / 1e6)} megapixels and {grouped(LIMITS.side)} pixels a side can be opened: "
            "save it smaller."
        )


def check_parts(parts: int, most: int) -> None:
    """Raises PictureError for a file of more than `most` parts: `LIMITS.parts` or `LIMITS.blocks`."""
    if parts > most:
        raise PictureError(
            f"The file is cut into more than {grouped(most)} parts, as no ordinary picture is: "
            "save it again as PNG or JPEG."
        )
