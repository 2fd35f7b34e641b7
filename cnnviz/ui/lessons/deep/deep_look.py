"""One look of the network at one picture: the square that it takes, every map, and what it says. Kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.experiments.strongest import Ranking, border_of, strongest
from cnnviz.models import Trained
from cnnviz.models.squeezenet import SIDE, squeezenet
from cnnviz.models.squeezenet_depths import Depth, depths
from cnnviz.passes import Pass
from cnnviz.pictures import Picture
from cnnviz.ui import state
from cnnviz.ui.memory import remembered
from cnnviz.ui.settings import DEPTH
from cnnviz.ui.state import Setting, put

SHOWN = 12  # strongest maps of a depth
WHOLE = 320  # pixels of the whole picture's longest side, as the square is moved on it


def _start(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None


SQUARE = Setting("square", None, _start, of_picture=True)  # its start on the visitor's picture; None: the middle


@dataclass(frozen=True, eq=False)
class Look:
    """What the network made of a picture.

    square  what it took, 227 x 227 RGB
    whole   the picture that it was cut from, small
    size    (height, width) of that picture at its full size
    start   how many of its columns, or rows in a tall picture, lie in front of the square
    run     the network on it
    """

    square: Picture
    whole: Picture
    size: tuple[int, int]
    start: int
    run: Pass
    _rankings: dict[int, Ranking] = field(default_factory=dict)

    @cached_property
    def maps(self) -> list[NDArray]:
        """The prepared input, then each layer's output."""
        return self.run.maps

    @property
    def trained(self) -> Trained:
        return squeezenet()

    @cached_property
    def probabilities(self) -> NDArray:
        """What each class is given, adding up to 1."""
        return self.trained.probabilities(self.maps[-1].ravel())

    def best(self, count: int = 5) -> list[int]:
        """The strongest classes, the first one first."""
        return [int(of) for of in np.argsort(-self.probabilities, kind="stable")[:count]]

    def at(self, depth: Depth) -> NDArray:
        """The maps of a depth, (C, H, W)."""
        return self.maps[depth.shown + 1]

    def ranking(self, depth: Depth) -> Ranking:
        """All maps of a depth, the strongest first; apart from them those that answer to the border alone."""
        if depth.at not in self._rankings:
            self._rankings[depth.at] = strongest(self.maps, depth.shown, len(self.at(depth)))
        return self._rankings[depth.at]

    def strongest(self, depth: Depth) -> list[int]:
        """The maps of a depth to be shown, the first one first: of the last by the scores of its classes."""
        if depth.is_last:
            return self.best(SHOWN)
        return [found.channel for found in self.ranking(depth).maps[:SHOWN]] or [0]

    def order(self, depth: Depth) -> list[int]:
        """Every map of a depth, in the same order; then the silent ones, then those that answer to the border."""
        if depth.is_last:
            return self.best(len(self.trained.classes))
        ranking = self.ranking(depth)
        answering = [found.channel for found in ranking.maps]
        silent = sorted({*range(len(self.at(depth)))} - {*answering, *ranking.left_out})
        return [*answering, *silent, *ranking.left_out]

    def peak(self, depth: Depth, channel: int) -> tuple[int, int]:
        """Row and column of a map's largest number off the border."""
        map = self.at(depth)[channel]
        border = border_of(map.shape)
        inside = map[border : len(map) - border, border : map.shape[1] - border]
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        return int(row) + border, int(column) + border

    @property
    def is_plain(self) -> bool:
        """Whether it is one colour everywhere."""
        return bool((self.square.levels() == self.square.levels()[:, :1, :1]).all())


@remembered(4, each=29_000_000)  # every map of a picture, and the weights, which all share
def _look(_picture: Picture, digest: str, told: tuple[object, ...], is_grey: bool, start: int) -> Look:
    depth = "grey" if is_grey else "rgb"
    square = _picture.square(SIDE, depth, start).at(SIDE, "rgb")
    return Look(square, _picture.at(WHOLE, depth), _picture.shape[1:], start, squeezenet().passed(square.levels()))


def look_at(picture: Picture, start: int | None = None) -> Look:
    """The look at a picture at its full size; in grey where "Depth" says so.

    start  of its square, as `Picture.square` takes it; beyond the picture, the last square that there is
    """
    is_grey = state.now(DEPTH) == "Grey"
    told = (picture.name, picture.mode, picture.size, picture.done)
    most = _most(picture.shape[1:])
    return _look(picture, picture.digest, told, is_grey, most // 2 if start is None else min(start, most))


def look(picture: Picture) -> Look:
    """The look at the visitor's picture, at the square of it that they chose."""
    return look_at(picture, state.now(SQUARE))


def move(size: tuple[int, int], text: str) -> None:
    """Move the square of a picture of this size, as the browser says: a callback."""
    start = SQUARE.read(text)
    if start is not None:
        put(square=None if start == _most(size) // 2 else start)


def _most(size: tuple[int, int]) -> int:
    """How far its square can be moved."""
    return abs(size[0] - size[1])


def shapes() -> list[tuple[int, ...]]:
    """What can be chosen: the maps of each depth."""
    network = squeezenet().network
    return [network.shapes[depth.shown + 1] for depth in depths()]
