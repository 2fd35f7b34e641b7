"""One look of the network at one picture: the square that it takes, every map, and what it says. Kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.experiments.strongest import Ranking, border_of, strongest
from cnnviz.models import Trained
from cnnviz.models.squeezenet import SIDE, squeezenet
from cnnviz.models.squeezenet_depths import LAST, depths
from cnnviz.passes import Pass
from cnnviz.pictures import Picture
from cnnviz.pictures.photo import Original, whole
from cnnviz.ui import state
from cnnviz.ui.memory import remembered
from cnnviz.ui.network_view import Column, columns
from cnnviz.ui.settings import DEPTH
from cnnviz.ui.state import Setting, put
from cnnviz.ui.volumes import Unit
from cnnviz.ui.words import percent

SHOWN = 12  # strongest maps of a depth
WHOLE = 320  # pixels of the whole picture's longest side, as the square is moved on it


# Its start on the visitor's picture; None: the middle.
SQUARE: Setting[int | None] = Setting(
    "square", None, lambda text: int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None, of_picture=True
)


@cache
def stops() -> dict[str, Column]:
    """The depths, by name: each layer with weights, behind its ReLU, and each pool."""
    network, called, found = squeezenet().network, depths(), {}
    for column in columns(network, network.names):
        if name := called.get(column.name):
            found[name] = replace(column, name=name, told=f"{name}, {column.row.output_shape[0]} maps")
    return found


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
    _rankings: dict[str, Ranking] = field(default_factory=dict)

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

    def at(self, depth: Column) -> NDArray:
        """The maps of a depth, (C, H, W)."""
        return self.maps[depth.last + 1]

    def ranking(self, depth: Column) -> Ranking:
        """All maps of a depth, the strongest first; apart from them those that answer to the border alone."""
        if depth.name not in self._rankings:
            self._rankings[depth.name] = strongest(self.maps, depth.last, len(self.at(depth)))
        return self._rankings[depth.name]

    def strongest(self, depth: Column) -> list[int]:
        """The maps of a depth to be shown, the first one first: of the last by the scores of its classes."""
        if depth.name == LAST:
            return self.best(SHOWN)
        return [found.channel for found in self.ranking(depth).maps[:SHOWN]] or [0]

    def order(self, depth: Column) -> list[int]:
        """Every map of a depth, in the same order; then the silent ones, then those that answer to the border."""
        if depth.name == LAST:
            return self.best(len(self.trained.classes))
        ranking = self.ranking(depth)
        answering = [found.channel for found in ranking.maps]
        silent = sorted({*range(len(self.at(depth)))} - {*answering, *ranking.left_out})
        return [*answering, *silent, *ranking.left_out]

    def peak(self, depth: Column, channel: int) -> tuple[int, int]:
        """Row and column of a map's largest number off the border."""
        map = self.at(depth)[channel]
        border = border_of(map.shape)
        inside = map[border : len(map) - border, border : map.shape[1] - border]
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        return int(row) + border, int(column) + border

    def at_peak(self, depth: Column, channel: int) -> Unit:
        """The unit of a map's largest number."""
        return Unit([*stops()].index(depth.name), channel, *self.peak(depth, channel))

    def share(self, of: int) -> str:
        """How much of the probability a class is given, in words."""
        return percent(float(self.probabilities[of]))

    @property
    def is_plain(self) -> bool:
        """Whether it is one colour everywhere."""
        return bool((self.square.levels() == self.square.levels()[:, :1, :1]).all())


@remembered(4, each=29_000_000)  # every map of a picture, and the weights, which all share
def _look(_picture: Original, digest: str, told: tuple[object, ...], is_grey: bool, start: int) -> Look:
    depth = "grey" if is_grey else "rgb"
    with whole(_picture) as pixels:
        square, small = pixels.square(SIDE, depth, start).at(SIDE, "rgb"), pixels.at(WHOLE, depth)
    return Look(square, small, _picture.size, start, squeezenet().passed(square.levels()))


def look_at(picture: Original, start: int | None = None) -> Look:
    """The look at a picture at its full size; in grey where "Depth" says so.

    start  of its square, as `Picture.square` takes it; beyond the picture, the last square that there is
    """
    is_grey = state.now(DEPTH) == "Grey"
    told = (picture.name, picture.mode, picture.size, picture.done)
    most = _most(picture.size)
    return _look(picture, picture.digest, told, is_grey, most // 2 if start is None else min(start, most))


def look(picture: Original) -> Look:
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
