"""Which part of the picture does the answer depend on? Cover it and ask again.

A grey patch slides over the picture as a window does; at each place the whole network is asked for its answer. Where
the probability of a class falls, the patch hides what it depends on; where it rises, what spoke for something else.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers, told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.classmap import known_class
from cnnviz.geometry import Window
from cnnviz.models import Trained
from cnnviz.signatures import checked, hold

# Red, green and blue: the mean of ImageNet's photographs to the nearest level, a brownish grey, and to SqueezeNet
# nearly the number 0. Zeiler and Fergus cover with grey; black or white would be an object of its own.
GREY = (123, 117, 104)
SIZE, STRIDE = 51, 16  # pixels of the patch and from one place to the next, on SqueezeNet's 227
COARSEST = 4  # first every fourth place across and down, then every second, then all


@checked
@dataclass(frozen=True, eq=False)
class Probe:
    """The answer with the patch at one place of the grid, row and column counted from 0.

    probabilities  of all classes, (classes,)
    """

    row: int
    column: int
    probabilities: NDArray


@checked
@dataclass(frozen=True, eq=False)
class Occlusion:
    """A patch of size x size that slides over a picture by `stride`, and the network that is asked.

    levels  uint8 (3, H, W), or (1, H, W) where it reads grey, of the size that the network takes

    Raises SettingError for a size or stride that makes no sense, DoesNotFit for a patch larger than the picture,
    ArrayError for levels of another shape.
    """

    trained: Trained
    levels: NDArray[np.uint8]
    size: int = SIZE
    stride: int = STRIDE
    window: Window = field(init=False, repr=False)
    shape: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        hold(self)
        wanted = self.trained.network.input_shape
        if self.levels.shape != wanted or self.levels.dtype != np.uint8:
            raise ArrayError(
                f"{self.trained.name} takes uint8 levels of shape {wanted}, not {self.levels.dtype} "
                f"{self.levels.shape}."
            )
        window = Window(self.size, self.stride)
        _, height, width = wanted
        object.__setattr__(self, "window", window)
        object.__setattr__(self, "shape", (window.output_size(height), window.output_size(width)))

    @property
    def places(self) -> list[tuple[int, int]]:
        """Every (row, column) of the grid once, in the order in which they are asked: coarse first, then between."""
        rows, columns = self.shape
        found: dict[tuple[int, int], None] = {}
        step = COARSEST
        while step:
            found.update(dict.fromkeys((row, col) for row in range(0, rows, step) for col in range(0, columns, step)))
            step //= 2
        return [*found]

    def box(self, row: int, column: int) -> tuple[slice, slice]:
        """The pixels that the patch covers, down and across. Raises SettingError for a place that is none."""
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            raise SettingError(f"The grid is {self.shape}; there is no place {told((row, column))}, counted from 0.")
        down, across = self.window.taps(row), self.window.taps(column)
        return slice(down.start, down.stop), slice(across.start, across.stop)

    def covered(self, row: int, column: int) -> NDArray[np.uint8]:
        """The picture with the patch on it, a copy."""
        levels = self.levels.copy()
        patch = GREY if len(levels) == len(GREY) else (round(sum(GREY) / len(GREY)),)
        levels[:, *self.box(row, column)] = np.array(patch, np.uint8)[:, np.newaxis, np.newaxis]
        return levels

    def probes(self, since: int = 0) -> Iterator[Probe]:
        """Ask at each of `places`, from the one numbered `since` on. Each is a run of the whole network."""
        whole(since, "since", 0)
        for row, column in self.places[since:]:
            output = answer(self.trained, self.covered(row, column))
            yield Probe(row, column, self.trained.probabilities(output))

    def grid(self, probes: Iterable[Probe], class_index: int) -> NDArray[np.float64]:
        """The probability of one class at each place, nan where it has not been asked yet.

        Raises ArrayError for probes of another grid or network.
        """
        number = known_class(self.trained, class_index)
        found = np.full(self.shape, np.nan)
        for probe in probes:
            self.box(probe.row, probe.column)  # for what it refuses
            if probe.probabilities.shape != (len(self.trained.classes),):
                raise ArrayError(f"A probe has {probe.probabilities.shape} probabilities; (classes,) are needed.")
            found[probe.row, probe.column] = probe.probabilities[number]
        return found


@checked
def filled(grid: NDArray) -> NDArray[np.float64]:
    """A grid (rows, columns) of answers so far: where there is none, that of the coarser grid around it, or their mean.

    Raises ArrayError for an array of another shape, or without any answer.
    """
    array = numbers(grid, "grid").astype(np.float64)
    if array.ndim != 2 or not np.isfinite(array).any():
        raise ArrayError(f"The grid has the shape {array.shape}; it is (rows, columns), with an answer at least.")
    found = array
    for step in (COARSEST // 2, COARSEST):
        rows, columns = (np.arange(size) // step * step for size in array.shape)
        found = np.where(np.isnan(found), array[np.ix_(rows, columns)], found)
    return np.where(np.isnan(found), np.nanmean(array), found)


@checked
def answer(trained: Trained, levels: NDArray[np.uint8]) -> NDArray:
    """What comes out at the end, (classes,); no map is kept on the way."""
    return trained.network.output(trained.prepare(levels), trained.parameters).ravel()
