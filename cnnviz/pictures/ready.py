"""Digits that come with cnnviz, ready to be tried: ten drawings, and photographs of paper. See samples/README.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from cnnviz.checks import told
from cnnviz.errors import SettingError
from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.picture import Picture
from cnnviz.pictures.strokes import Strokes
from cnnviz.signatures import checked

_FOLDER = Path(__file__).parent / "samples"
# What a photograph is called, and its file. Each was made by scripts/paper_photos.py.
PHOTOS = {"A 4 on lined paper": "lined.jpg", "A 7 on squared paper": "squared.jpg", "A 2 in chalk": "chalk.jpg"}


@cache
def _drawings() -> dict[int, Strokes]:
    told = json.loads((_FOLDER / "drawings.json").read_text("utf-8"))
    return {one["digit"]: Strokes.read(json.dumps(one["drawing"])) for one in told}


def drawing(digit: int) -> Strokes:
    """A drawing of `digit`, 0 to 9. Raises SettingError for anything else."""
    if not isinstance(digit, int) or digit not in _drawings():
        raise SettingError(f"There is no drawing of {told(digit)}; there are 0 to 9.")
    return _drawings()[digit]


@checked
def is_ready(strokes: Strokes) -> bool:
    """Whether `strokes` are the lines of one of the ten drawings, of whatever thickness; also as a link tells them."""
    return strokes.lines in _lines()


@cache
def _lines() -> frozenset[object]:
    told = [Strokes.from_link(drawing.for_link()) for drawing in _drawings().values()]
    return frozenset(drawing.lines for drawing in (*_drawings().values(), *told))


def photo(name: str) -> Picture:
    """The photograph of that name in `PHOTOS`. Raises SettingError for any other name."""
    if not isinstance(name, str) or name not in PHOTOS:
        raise SettingError(f"There is no photograph {told(name)}; there are {', '.join(PHOTOS)}.")
    return _photo(name)


@cache
def _photo(name: str) -> Picture:
    return open_picture((_FOLDER / PHOTOS[name]).read_bytes(), name)
