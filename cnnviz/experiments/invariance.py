"""How much does a map change when the picture moves by a few pixels, before and behind pooling?

Two words that are often mixed up:

    equivariant   the picture moves and the map moves along, unchanged otherwise. A convolution of stride 1 is, and
                  behind a pooling of stride s a move by s pixels is a move by one cell
    invariant     the picture moves and the map stays as it is. A global average nearly is; max pooling is
                  where a window's largest value stays the same: most often because the number itself moves and stays
                  in its window, now and then because an equal one comes in as it leaves

Moved is not shifted with something made up at the border: a map is cut out of a larger one, and the moved map is cut
out some pixels further on. A convolution of stride 1 without padding makes of the moved cut of a picture exactly the
moved cut of its map, so no border takes part anywhere.

Source: R. Zhang, "Making Convolutional Networks Shift-Invariant Again" (2019), section 3.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import one_of, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Window
from cnnviz.ops import avg_pool2d, max_pool2d
from cnnviz.ops.checks import one_map
from cnnviz.signatures import checked, hold

ROUNDING = 1e-9  # of the largest number: less is no change
DIRECTIONS = {"across": 2, "down": 1}  # and their axis of (C, H, W)


@checked
@dataclass(frozen=True)
class Cell:
    """One number of a map, counted from 0, before a move and after it."""

    channel: int
    row: int
    column: int
    before: float
    after: float


@checked
@dataclass(frozen=True)
class Summary:
    """What of a stage is small: for each distance its changes, and the numbers to look at, as `Stage` says them."""

    name: str
    changes: tuple[float, ...]
    shifted: tuple[float | None, ...]
    share_kept: tuple[float | None, ...]
    most_changed: tuple[Cell | None, ...]
    largest_kept: tuple[Cell | None, ...]


@checked
@dataclass(frozen=True)
class Stage:
    """One map and its moved selves, all of one size.

    maps     the stage's map for each distance: float64 (C, H, W)
    changes  how much each differs from the first, unmoved one: |moved - map| / |map|, lengths being the root of the
             sum of squares. 0 is invariant; sqrt(2) is what two maps differ by that have nothing in common
    shifted  the same, once the unmoved map is moved along by distance / stride cells and compared where both have
             cells; None where that is no whole number of cells, or leaves none. 0 is equivariant
    """

    name: str
    maps: tuple[NDArray[np.float64], ...]
    changes: tuple[float, ...]
    shifted: tuple[float | None, ...]

    def __post_init__(self) -> None:
        hold(self)
        shapes = {map.shape for map in self.maps}
        if len(shapes) != 1 or len(self.maps[0].shape) != 3 or not self.maps[0].size:
            raise ArrayError(f"The maps have the shapes {told(tuple(shapes))}; they are (C, H, W), all of one size.")
        if not len(self.maps) == len(self.changes) == len(self.shifted):
            raise ArrayError(f"There are {len(self.maps)} maps; each has a change, and a change once it is shifted.")

    def _moved(self, move: int) -> NDArray[np.float64]:
        if not 0 <= move < len(self.maps):
            raise SettingError(f"The move is {told(move)}; measured are moves by 0 to {len(self.maps) - 1} pixels.")
        return self.maps[move]

    def kept(self, move: int) -> NDArray[np.bool_]:
        """Which numbers of the map a move of so many pixels leaves as they are, to a billionth of the largest.

        Here and below: SettingError for a move that was not measured.
        """
        still, moved = self.maps[0], self._moved(move)
        return np.abs(moved - still) <= ROUNDING * np.abs(still).max()

    def share_kept(self, move: int) -> float | None:
        """What share of the numbers other than 0 the move leaves as they are; None where all are 0."""
        counted = np.abs(self.maps[0]) > ROUNDING * np.abs(self.maps[0]).max()
        return float(self.kept(move)[counted].mean()) if counted.any() else None

    def most_changed(self, move: int) -> Cell | None:
        """The number that the move changes most; None where it changes none."""
        differences = np.abs(self._moved(move) - self.maps[0])
        return None if self.kept(move).all() else self._cell(int(differences.argmax()), move)

    def largest_kept(self, move: int) -> Cell | None:
        """The largest number, without sign, that the move leaves as it is; None where there is none but 0."""
        sizes = np.where(self.kept(move), np.abs(self.maps[0]), 0)
        return self._cell(int(sizes.argmax()), move) if sizes.any() else None

    def summary(self) -> Summary:
        """All of it but the maps, some 100 MB at a megapixel."""
        moves = range(len(self.maps))
        return Summary(
            self.name,
            self.changes,
            self.shifted,
            tuple(self.share_kept(move) for move in moves),
            tuple(self.most_changed(move) for move in moves),
            tuple(self.largest_kept(move) for move in moves),
        )

    def _cell(self, index: int, move: int) -> Cell:
        channel, row, column = (int(place) for place in np.unravel_index(index, self.maps[0].shape))
        before, after = (float(self.maps[at][channel, row, column]) for at in (0, move))
        return Cell(channel, row, column, before, after)


@checked
@dataclass(frozen=True)
class Invariance:
    """The four stages, for one map that moves by `distances`, 0 to some pixels, across or down."""

    activation: Stage
    max_pooling: Stage
    average_pooling: Stage
    global_average: Stage
    distances: tuple[int, ...]
    direction: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """In the order in which they lose sight of the place."""
        return self.activation, self.max_pooling, self.average_pooling, self.global_average


@checked
def invariance(
    map: ArrayLike, rows: Window, columns: Window, *, direction: str = "across", most: int = 4
) -> Invariance:
    """Move a map and compare: as it is, behind max and average pooling with these windows, and its global average.

    map        real (C, H, W), made without padding; a picture or what a convolution of stride 1 made of it
    rows, columns  the pooling's windows, without dilation; their padding takes no part, for no border does
    direction  "across": what is shown moves to the left; "down": upwards (the cut moves to the right, or down)
    most       the largest move, in pixels: measured is every one from 0 to it

    Raises SettingError for settings that are none and for a dilation, which average pooling does not have; ArrayError
    for an array of another shape, or of other than finite numbers; DoesNotFit where nothing is left to compare.
    """
    array = one_map(map, "map")
    one_of(direction, "direction", DIRECTIONS)
    for along in (rows, columns):
        if along.extent > along.kernel_size:
            raise SettingError(f"A pooling with dilation {along.dilation} is not measured here; dilation 1 works.")
    moves = range(whole(most, "most", 0) + 1)
    cuts = [_cut(array, move, most, direction) for move in moves]
    window = ((rows.kernel_size, columns.kernel_size), (rows.stride, columns.stride))
    stride = rows.stride if direction == "down" else columns.stride

    def stage(name: str, operation: Callable[[NDArray], NDArray], stride: int | None) -> Stage:
        with np.errstate(over="ignore"):
            made = tuple(operation(cut) for cut in cuts)
        return Stage(
            name,
            made,
            tuple(relative_change(moved, made[0]) for moved in made),
            tuple(_shifted(moved, made[0], move, stride, direction) for moved, move in zip(made, moves)),
        )

    return Invariance(
        stage("activation map", lambda cut: cut, 1),
        stage("max pooling", lambda cut: max_pool2d(cut, *window), stride),
        stage("average pooling", lambda cut: avg_pool2d(cut, *window), stride),
        stage("global average", lambda cut: cut.mean((1, 2), keepdims=True), None),
        tuple(moves),
        direction,
    )


@checked
def relative_change(moved: NDArray, still: NDArray) -> float:
    """|moved - still| / |still|; 0 where both are nothing but zeros, inf where only `still` is.

    Raises ArrayError for arrays of two shapes, or of other than finite numbers.
    """
    if moved.shape != still.shape or not (np.isfinite(moved).all() and np.isfinite(still).all()):
        raise ArrayError(f"Compared are arrays of one shape and finite numbers, not {moved.shape} and {still.shape}.")
    # In float64, and of numbers near 1: squares of others may be more, or less, than it holds.
    most = max(float(np.abs(array).max(initial=0)) for array in (moved, still))
    scale = math.ldexp(1.0, min(1000, -math.frexp(most)[1]))
    moved, still = (array.astype(np.float64) * scale for array in (moved, still))
    difference, length = float(np.linalg.norm(moved - still)), float(np.linalg.norm(still))
    if length == 0:
        return 0.0 if difference == 0 else float("inf")
    return difference / length


def _cut(array: NDArray, move: int, most: int, direction: str) -> NDArray:
    """The part that starts `move` further on; all parts are of the size that leaves room for `most`."""
    axis = DIRECTIONS[direction]
    size = array.shape[axis] - most
    if size < 1:
        room, least = told(most), told(most + 1)
        raise DoesNotFit(f"A map of {array.shape[axis]} pixels has no room to move by {room}; {least} is the least.")
    return array.take(range(move, move + size), axis)


def _shifted(moved: NDArray, still: NDArray, move: int, stride: int | None, direction: str) -> float | None:
    """How much `moved` differs from `still` moved along by whole cells."""
    if stride is None or move % stride:
        return None
    cells, axis = move // stride, DIRECTIONS[direction]
    count = still.shape[axis] - cells
    if count < 1:
        return None
    return relative_change(moved.take(range(count), axis), still.take(range(cells, cells + count), axis))
