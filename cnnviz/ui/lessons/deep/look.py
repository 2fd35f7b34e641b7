"""One look of the network at one picture: the square that it takes, every map, and what it says. Kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.experiments.strongest import Ranking, border_of, strongest
from cnnviz.models import Trained
from cnnviz.models.squeezenet import SIDE, squeezenet
from cnnviz.pictures import Picture
from cnnviz.ui import state
from cnnviz.ui.lessons.deep.depths import Depth, depths
from cnnviz.ui.memory import remembered
from cnnviz.ui.settings import DEPTH

SHOWN = 12  # strongest maps of a depth
WHOLE = 160  # pixels of the whole picture's longest side, as it stands at the beginning of the walk


@dataclass(frozen=True, eq=False)
class Look:
    """What the network made of a picture.

    square  what it took, 227 x 227 RGB
    whole   the picture that it was cut from, small
    size    (height, width) of that picture at its full size
    maps    the prepared input, then each layer's output
    """

    square: Picture
    whole: Picture
    size: tuple[int, int]
    maps: list[NDArray]
    _rankings: dict[int, Ranking] = field(default_factory=dict)

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

    @property
    def crop(self) -> tuple[float, float, float, float]:
        """The square in the whole picture: top, left, height and width, as shares of the whole."""
        height, width = self.size
        cut = min(height, width)
        return (height - cut) // 2 / height, (width - cut) // 2 / width, cut / height, cut / width


@remembered(4, each=24_000_000)  # every map of a picture
def _look(_picture: Picture, digest: str, told: tuple[object, ...], is_grey: bool) -> Look:
    square = _picture.square(SIDE, "grey" if is_grey else "rgb")
    square = square.at(SIDE, "rgb")
    whole = _picture.at(WHOLE, "grey" if is_grey else "rgb")
    return Look(square, whole, _picture.shape[1:], squeezenet().maps(square.levels()))


def look_at(picture: Picture) -> Look:
    """The look at a picture at its full size; in grey where "Depth" says so."""
    is_grey = state.now(DEPTH) == "Grey"
    return _look(picture, picture.digest, (picture.name, picture.mode, picture.size, picture.done), is_grey)


def shapes() -> list[tuple[int, ...]]:
    """What can be chosen: the maps of each depth."""
    network = squeezenet().network
    return [network.shapes[depth.shown + 1] for depth in depths()]
