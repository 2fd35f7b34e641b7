"""Which part of a large map the page's lower stages show: pixel for pixel, never reduced.

The main view is sent whole. The same million numbers four times more would be 20 MB for each touch of a control.
"""

from __future__ import annotations

from cnnviz.geometry import Window

SIDE = 256  # numbers down and across: 0.25 MB in float32


def middle(size: int, most: int) -> slice:
    """The middle `most` of an axis, or all of it."""
    start = max(0, (size - most) // 2)
    return slice(start, start + min(size, most))


def around(cell: int, window: Window, size: int) -> tuple[int, slice]:
    """The first output shown, counted from 0, and the part of an axis of `size` that the outputs shown read.

    They are as many as SIDE numbers make, around the output `cell`; all of them where the axis has no more numbers.
    The window has no padding: the part's outputs are then exactly those of the whole.
    """
    if size <= SIDE:
        return 0, slice(0, size)
    count, shown = window.output_size(size), window.output_size(SIDE)
    first = min(max(0, cell - shown // 2), count - shown)
    start = first * window.stride
    return first, slice(start, min(start + SIDE, size))
