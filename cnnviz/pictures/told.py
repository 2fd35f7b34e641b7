"""What a file says of itself before anything is decoded, and the refusals that name its kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnviz.errors import PictureError


@dataclass(frozen=True)
class Found:
    """What was read from a file without decoding it.

    format         Pillow's name of it
    height, width  as its header says
    frames         pictures in the file; None: cheap to ask Pillow
    pixels         the file again, without all that does not make its pixels: a stranger's remarks, in which decoders
                   stumble, never reach them. None: the file as it came
    orientation    how its camera was held, as EXIF numbers it; None: cheap to ask Pillow
    profile        its ICC profile; b"" if there is one that is in pieces; None: there is none, or cheap to ask Pillow
    asks           what it asks to be done to its numbers and is not done, a sentence each
    """

    format: str
    height: int
    width: int
    frames: int | None = None
    pixels: bytes | None = field(default=None, repr=False, compare=False)
    orientation: int | None = None
    profile: bytes | None = field(default=None, repr=False)
    asks: tuple[str, ...] = ()


def damaged(kind: str) -> PictureError:
    """The refusal of a file whose kind is known, and which nevertheless cannot be read."""
    return PictureError(f"This {kind} file is damaged or cut short: save or export it again.")


def foreign(kind: str) -> PictureError:
    """The refusal of a file that may well be sound, of a kind that is not read here: "a TIFF picture"."""
    return PictureError(f"This is {kind}, which cannot be opened here: save it as PNG or JPEG.")
