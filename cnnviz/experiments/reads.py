"""How often does a sliding window read the positions that it slides over? Counted from the places of `Window`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cnnviz.geometry import Window
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Reading:
    """How a pair of windows reads a picture.

    windows         how many there are
    at_stride_one   how many there would be with stride 1
    mean, least, most  how many windows read a pixel
    shared          the share of a window that its neighbour below reads too
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


@lru_cache(256)
def _reads(window: Window, size: int) -> tuple[int, ...]:
    unread = {*window.unread(size)}  # it refuses an axis that is too long to walk along
    return tuple(0 if position in unread else len(window.readers(position, size)) for position in range(size))


@checked
def reads(window: Window, size: int) -> tuple[int, ...]:
    """How many windows read each position of an axis, in place: what a border borrows is not counted.

    Raises DoesNotFit where the window finds no room, and on an axis of over a million.
    """
    return _reads(window, size)


@checked
def reading(rows: Window, columns: Window, shape: tuple[int, int]) -> Reading:
    """How windows read a picture of (height, width). Raises as `reads` does."""
    axes = list(zip((rows, columns), shape))
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
        shared=max(0.0, 1 - rows.stride / rows.extent),
        rows=unread[0],
        columns=unread[1],
        dropped=(rows.unused(shape[0]), columns.unused(shape[1])),
    )
