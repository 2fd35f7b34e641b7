"""A visitor's picture, kept as its file: a photograph's pixels take ten to twenty times the memory of the file.

Whoever asks for pixels has the file decoded again, and no more than a few whole pictures are in memory at once, however
many visitors there are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.limits import LIMITS
from cnnviz.pictures.picture import Picture

_WHOLE = threading.BoundedSemaphore(LIMITS.decodes)


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture without its pixels: what it says of itself, and the file that it was opened from.

    file  the file's bytes; they never leave
    digest, name, mode, size, done    as of the Picture at its full size
    """

    file: bytes
    digest: str
    name: str
    mode: str
    size: tuple[int, int]
    done: tuple[str, ...]

    @classmethod
    def of(cls, picture: Picture, file: bytes) -> Photo:
        """What stays of the picture that was opened from this file."""
        return cls(file, picture.digest, picture.name, picture.mode, picture.size, picture.done)


Original = Picture | Photo


@contextmanager
def opened(file: bytes, name: str) -> Iterator[Picture]:
    """A stranger's file as a whole picture, for as long as it is needed; as `open_picture`. Others wait their turn: in
    it, wait for nothing that may itself wait for a picture."""
    with _WHOLE:
        yield open_picture(file, name)


@contextmanager
def whole(original: Original) -> Iterator[Picture]:
    """The pixels of a picture, for as long as they are needed."""
    if isinstance(original, Picture):
        yield original
    else:
        with opened(original.file, original.name) as picture:
            yield picture
