"""What is counted in this lesson: how often pixels are read, what is left out, what a border puts into the map.

Every count walks over the places of `Window`; none is a formula of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window, origin
from cnnviz.numbers import times
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture
from cnnviz.ui.settings import Filter, Windows


@lru_cache(256)
def reads(window: Window, size: int) -> tuple[int, ...]:
    """How many windows read each position of an axis, in place: what a border borrows is not counted."""
    found = [0] * size
    for index in range(window.output_size(size)):
        for position in window.taps(index):
            if 0 <= position < size:
                found[position] += 1
    return tuple(found)


@dataclass(frozen=True)
class Reading:
    """How a pair of windows reads a picture.

    windows         how many there are
    at_stride_one   how many there would be with stride 1
    mean, least, most  how many windows read a pixel
    shared          the share of a window that its neighbour reads too
    rows, columns   those never read, counted from 0
    dropped         the padded rows and columns at the end that the stride's floor drops
    """

    windows: int
    at_stride_one: int
    mean: float
    least: int
    most: int
    shared: float
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    dropped: tuple[int, int]


def reading(windows: Windows, shape: tuple[int, int]) -> Reading:
    """How `windows` read a picture of (height, width). Raises DoesNotFit."""
    axes = list(zip((windows.rows, windows.columns), shape, strict=True))
    down, across = (reads(window, size) for window, size in axes)
    outputs = [window.output_size(size) for window, size in axes]
    every = [Window(window.kernel_size, 1, (window.before, window.after)).output_size(size) for window, size in axes]
    unread = [tuple(position for position, count in enumerate(counts) if not count) for counts in (down, across)]
    return Reading(
        windows=outputs[0] * outputs[1],
        at_stride_one=every[0] * every[1],
        mean=sum(down) * sum(across) / (len(down) * len(across)),
        least=min(down) * min(across),
        most=max(down) * max(across),
        shared=max(0.0, 1 - windows.rows.stride / windows.rows.extent),
        rows=unread[0],
        columns=unread[1],
        dropped=(windows.rows.unused(shape[0]), windows.columns.unused(shape[1])),
    )


def read_at(window: Window, shape: tuple[int, int], row: int, column: int) -> int:
    """How many windows, the same down and across, read one pixel."""
    return len(window.readers(row, shape[0])) * len(window.readers(column, shape[1]))


def after_layers(window: Window, size: int, layers: int) -> int | None:
    """What is left of an axis after so many layers with this window in a row; None where one finds no room."""
    for _ in range(layers):
        if not window.fits(size):
            return None
        size = window.output_size(size)
    return size


def first_row(picture: Picture, filter: Filter, windows: Windows, divisor: float) -> np.ndarray:
    """The first row of the map, from the few rows that it reads: (width of the map,), float64. Raises DoesNotFit."""
    windows.output_size(picture)
    _, height, width = picture.shape
    levels = picture.levels()
    rows = [origin(row, height, windows.border) for row in windows.rows.taps(0)]
    columns = [
        origin(column, width, windows.border)
        for column in range(-windows.columns.before, width + windows.columns.after)
    ]
    strip = np.zeros((len(levels), len(rows), len(columns)))
    inside = np.ix_(range(len(levels)), _there(rows), _there(columns))
    strip[inside] = levels[:, [row for row in rows if row is not None]][
        :, :, [column for column in columns if column is not None]
    ]
    return conv2d(strip, filter.weight[np.newaxis] / divisor, stride=(1, windows.columns.stride))[0, 0]


def _there(origins: list[int | None]) -> list[int]:
    return [at for at, position in enumerate(origins) if position is not None]


def size_text(windows: Windows, picture: Picture) -> str:
    """The map's size as height × width, or the refusal's sentence where there is none."""
    try:
        height, width = windows.output_size(picture)
    except CnnvizError as problem:
        return str(problem)
    return times(height, width)
