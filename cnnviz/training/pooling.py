"""Backwards through pooling: a window hands its gradient on to the number that won, or to all that it read alike.

Arrays, settings, results and what is raised are as in gradients.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford
from cnnviz.geometry import Window, windows
from cnnviz.ops import avg_pool2d, max_pool2d
from cnnviz.ops.checks import maps, visits
from cnnviz.ops.pooling import counted
from cnnviz.training.gradients import LESS, Padding, Settings, batch_ready, places


def max_pool2d_gradient(
    input: ArrayLike,
    output_gradient: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    dilation: Settings = 1,
    ceil_mode: bool = False,
) -> NDArray:
    """The gradient for the input of `max_pool2d`, in its shape: each window hands its own on to its winner alone.

    Of equal numbers the first wins, row by row, as in PyTorch; a number that wins in several windows gets the sum.
    """
    given, images = maps(input)
    best = max_pool2d(images, kernel_size, stride, padding, dilation, ceil_mode)
    gradient, images = batch_ready(given, best, output_gradient, images)
    found = np.zeros(images.shape, images.dtype)  # zeros_like would keep the layout, and reshape then write into a copy
    rows, columns = windows(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    (rows, _), (columns, _) = (visits(*axis, ceil_mode) for axis in zip((rows, columns), images.shape[2:]))
    with np.errstate(all="ignore"):
        is_plain = np.isfinite(best.sum() + gradient.sum())  # else nan may win, and inf times 0 would be nan
    if is_plain and all(map(_apart, (rows, columns), best.shape[2:], images.shape[2:])):
        _to_winners(images, best.astype(images.dtype, copy=False), gradient, found, rows, columns)
        return found.reshape(given.shape)
    _, winners = max_pool2d(images, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True)
    count, channels, height, width = images.shape
    planes = np.arange(count * channels).reshape(count, channels, 1, 1)
    real = winners >= 0  # else the window read nothing but padding
    won = (winners + planes * (height * width))[real]
    np.add.at(found.reshape(-1), won, gradient[real])
    return found.reshape(given.shape)


def avg_pool2d_gradient(
    input: ArrayLike,
    output_gradient: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> NDArray:
    """The gradient for the input of `avg_pool2d`, in its shape: each window hands the same share to all that it read.

    Of the input only the shape and dtype matter.
    """
    given, images = maps(input)
    output = avg_pool2d(images[:0], kernel_size, stride, padding, ceil_mode, count_include_pad)
    gradient, images = batch_ready(given, output, output_gradient, images)
    found = gradient
    for axis in zip(windows(kernel_size, kernel_size if stride is None else stride, padding), images.shape[2:]):
        (window, _), size = visits(*axis, ceil_mode), axis[1]
        found = _handed_back(found, window, size, count_include_pad).swapaxes(2, 3)  # rows first, columns then
    return found.reshape(given.shape)


def _apart(window: Window, outputs: int, size: int) -> bool:
    """Whether no position of an axis is read twice, and none outside of it."""
    plain = window.before == window.after == 0 and window.dilation == 1 and window.stride >= window.kernel_size
    return plain and (outputs - 1) * window.stride + window.kernel_size <= size


def _to_winners(
    images: NDArray, best: NDArray, gradient: NDArray, found: NDArray, rows: Window, columns: Window
) -> None:
    """Fill `found` where windows do not overlap: the first number of each that is its best takes its gradient."""
    free = np.ones(best.shape, bool)
    down, across = best.shape[2:]
    for row in range(rows.kernel_size):
        for column in range(columns.kernel_size):
            at = (..., places(row, rows, down), places(column, columns, across))
            wins = (images[at] == best) & free
            free ^= wins
            np.multiply(gradient, wins, out=found[at])


def _handed_back(gradient: NDArray, window: Window, size: int, padding_counts: bool) -> NDArray:
    """The rows of (N, C, rows, columns), each shared out over the `size` rows that its window read."""
    count = gradient.shape[2]
    share = gradient / np.array(counted(window, size, count, padding_counts), gradient.dtype)[:, np.newaxis]
    end = max(window.padded(size), window.taps(count - 1).stop + window.before)  # ceil_mode's last one hangs over
    shape = *gradient.shape[:2], end, gradient.shape[3]
    afford(shape, gradient.dtype, "The gradient with its padding", LESS)
    padded = np.zeros(shape, gradient.dtype)
    for tap in range(window.kernel_size):
        padded[:, :, places(tap, window, count)] += share
    return padded[:, :, window.before : window.before + size]
