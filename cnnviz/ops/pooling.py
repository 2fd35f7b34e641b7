"""Max and average pooling: the largest number, or the mean, of each window of each channel.

Both go over the rows of a window first and over its columns then: K + K passes of one NumPy call over whole rows
instead of K x K. A block of about 1 MB goes through both passes before the next, so that what lies between them is
never fresh memory. Backwards, a window hands its gradient on to the number that won, or to all that it read alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, amount, flag, told
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import Window, windows
from cnnviz.numbers import grouped
from cnnviz.ops.checks import Padding, Settings, batch_ready, maps, places, precision, visits
from cnnviz.ops.room import room

BLOCK_BYTES = 1 << 19  # of rows between the two passes; 0.25 to 1 MB measured alike, within a fifth

MOST_TAPS = 2**20  # of a window on one axis, each of which takes a call of NumPy
LESS = "less padding or a larger stride needs less"
GRADIENT_LESS = "less padding or dilation needs less"

MANY = 1024  # numbers in a mean from which on they are added up in float64: float32 would lose a digit and more


@overload
def max_pool2d(
    input: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    dilation: Settings = 1,
    ceil_mode: bool = False,
    return_indices: Literal[False] = False,
) -> NDArray: ...


@overload
def max_pool2d(
    input: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    dilation: Settings = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[True],
) -> tuple[NDArray, NDArray[np.int64]]: ...


def max_pool2d(
    input: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    dilation: Settings = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> NDArray | tuple[NDArray, NDArray[np.int64]]:
    """The largest number in each window; padding never is the largest.

    input           (C, H, W) or (N, C, H, W); N may be 0
    kernel_size, stride, dilation  a whole number or (height, width), at least 1; no stride is the kernel's size
    padding         a whole number, (height, width) or ((top, bottom), (left, right)), at most half the kernel
    ceil_mode       a last window may hang over the end, if it does not start behind the picture
    return_indices  also where each number was found: row * W + column in the channel, int64; the first of equal ones,
                    the last of several nan. A window that reads padding alone (dilation can bring that about) gives
                    -inf and the index -1.

    Returns (C, Ho, Wo) or (N, C, Ho, Wo), sizes by `Window.output_size`; float64 or float32 as `conv2d` decides it.
    nan is larger than any number. The array given is never modified.

    Raises ArrayError for an input that is none, SettingError for settings that are none, DoesNotFit where the window
    is too large for the picture.

    Source: the rules of torch.nn.functional.max_pool2d; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning" (2016), section 3.
    """
    given, images = maps(input)
    rows, columns = _pooling_windows(kernel_size, stride, padding, dilation)
    rows, columns, shape = _over(images, rows, columns, flag(ceil_mode, "ceil_mode"))
    if flag(return_indices, "return_indices"):
        output, indices = _largest_and_where(images.astype(precision(given), copy=False), rows, columns, shape)
        return (output, indices) if given.ndim == 4 else (output[0], indices[0])
    output = np.empty(shape, precision(given))
    _pool(np.maximum, -np.inf, images, output, rows, columns)
    return output if given.ndim == 4 else output[0]


def avg_pool2d(
    input: ArrayLike,
    kernel_size: Settings,
    stride: Settings | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> NDArray:
    """The mean of each window.

    input              (C, H, W) or (N, C, H, W); N may be 0
    kernel_size, stride  a whole number or (height, width), at least 1; no stride is the kernel's size
    padding            zeros: a whole number, (height, width) or ((top, bottom), (left, right)), at most half the kernel
    ceil_mode          a last window may hang over the end, if it does not start behind the picture
    count_include_pad  whether padding counts in the number that the sum is divided by. What hangs over the padding
                       never does.

    Returns (C, Ho, Wo) or (N, C, Ho, Wo), sizes by `Window.output_size`; float64 or float32 as `conv2d` decides it,
    added up in float64 where a window has more than 1024 numbers. The array given is never modified.

    Raises ArrayError for an input that is none, SettingError for settings that are none, DoesNotFit where the window
    is too large for the picture.

    Source: the rules of torch.nn.functional.avg_pool2d; Dumoulin and Visin (2016), section 3.
    """
    given, images = maps(input)
    rows, columns = _pooling_windows(kernel_size, stride, padding, 1)
    rows, columns, shape = _over(images, rows, columns, flag(ceil_mode, "ceil_mode"))
    flag(count_include_pad, "count_include_pad")
    dtype = precision(given)
    adds_in = np.float64 if rows.kernel_size * columns.kernel_size > MANY else dtype
    output = np.empty(shape, adds_in)
    with np.errstate(all="ignore"):
        _pool(np.add, 0, images, output, rows, columns)
        down = counted(rows, images.shape[2], output.shape[2], count_include_pad)
        across = counted(columns, images.shape[3], output.shape[3], count_include_pad)
        output /= np.multiply.outer(down, across, dtype=output.dtype)
        output = output.astype(dtype, copy=False)
    return output if given.ndim == 4 else output[0]


def _pooling_windows(kernel_size: object, stride: object, padding: object, dilation: object) -> tuple[Window, Window]:
    """The windows on the two axes, their padding at most half of the kernel's size."""
    rows, columns = windows(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    for window in (rows, columns):
        largest, half = max(window.before, window.after), window.kernel_size // 2
        if largest > half:
            raise SettingError(
                f"The padding of {told(largest)} is more than half of the kernel's size of "
                f"{told(window.kernel_size)}; in pooling at most {told(half)} works."
            )
    return rows, columns


def _over(
    images: NDArray, rows: Window, columns: Window, ceil_mode: bool
) -> tuple[Window, Window, tuple[int, int, int, int]]:
    """The windows as they go over the images, and the output's shape."""
    rows, down = visits(rows, images.shape[2], ceil_mode)
    columns, across = visits(columns, images.shape[3], ceil_mode)
    for window in (rows, columns):
        if window.kernel_size > MOST_TAPS:
            raise DoesNotFit(
                f"A window of {amount(window.kernel_size)} positions on one axis is too large to go through; "
                f"at most {grouped(MOST_TAPS)} fit."
            )
    shape = len(images), images.shape[1], down, across
    afford(shape, np.float64, "The output", LESS)
    return rows, columns, shape


def counted(window: Window, size: int, count: int, padding_counts: bool) -> NDArray:
    """How many positions of each of `count` windows count in a mean."""
    low, high = (-window.before, size + window.after) if padding_counts else (0, size)
    # Window by window, by `taps`, would take longer than the mean itself.
    starts = window.stride * np.arange(count) - window.before
    return np.minimum(starts + window.extent, high) - np.maximum(starts, low)


def _pool(combine: np.ufunc, nothing: float, images: NDArray, output: NDArray, rows: Window, columns: Window) -> None:
    """Fill output (N, C, Ho, Wo) with `combine` of each window of images (N, C, H, W), block by block."""
    if images.flags.c_contiguous:  # a batch of small maps is as many channels of one image: fewer calls of NumPy
        images, output = (array.reshape(1, -1, *array.shape[2:]) for array in (images, output))
    (channels, height, width), (down, across) = images.shape[1:], output.shape[2:]
    reach = (across - 1) * columns.stride
    reads = [slice(tap, tap + reach + 1, columns.stride) for tap in range(0, columns.extent, columns.dilation)]
    length = max(columns.before + width, reach + columns.extent)
    afford((1, length), output.dtype, "A row with its padding", LESS)
    most = max(1, BLOCK_BYTES // (length * output.itemsize))
    lines = room("rows", (min(most, channels * down), length), output.dtype)
    inside = lines[:, columns.before : columns.before + width]
    # Their padding is filled in once and never written again.
    lines[:, : columns.before] = lines[:, columns.before + width :] = nothing
    for top, bottom in _row_pieces(rows, height, down, most):
        taps = [tap for tap in rows.taps(top) if 0 <= tap < height]
        sources = [slice(tap, tap + (bottom - top - 1) * rows.stride + 1, rows.stride) for tap in taps]
        together = max(1, most // (bottom - top))
        for image, result in zip(images, output):
            for first in range(0, channels, together):
                some = image[first : first + together]
                shape = (len(some), bottom - top, -1)
                between = inside[: len(some) * (bottom - top)].reshape(shape, copy=False)
                padded = lines[: len(some) * (bottom - top)].reshape(shape, copy=False)
                _reduce(combine, nothing, [some[:, source] for source in sources], between)
                target = result[first : first + together, top:bottom]
                _reduce(combine, nothing, [padded[..., read] for read in reads], target)


def _row_pieces(rows: Window, size: int, count: int, most: int) -> Iterator[tuple[int, int]]:
    """The output's rows in pieces (first, last) of at most `most`; rows whose window hangs over are alone."""
    low = min(count, -(-rows.before // rows.stride))
    high = max(low, min(count, (size + rows.before - rows.extent) // rows.stride + 1))
    return pairwise([*range(low), *range(low, high, most), *range(high, count), count])


def _reduce(combine: np.ufunc, nothing: float, sources: list[NDArray], target: NDArray) -> None:
    """Fill target with `combine` of arrays of its shape, with `nothing` where there are none."""
    if len(sources) > 1:
        combine(sources[0], sources[1], out=target, dtype=target.dtype)
        for source in sources[2:]:
            combine(target, source, out=target, dtype=target.dtype)
    elif sources:
        np.copyto(target, sources[0])
    else:
        target.fill(nothing)


def _largest_and_where(
    images: NDArray, rows: Window, columns: Window, shape: tuple[int, ...]
) -> tuple[NDArray, NDArray[np.int64]]:
    """The largest of each window, (N, C, Ho, Wo), and where it was found.

    Columns go first here: of equal numbers in a window the first is the one in the highest row.
    """
    height, width = images.shape[2:]
    positions = np.broadcast_to(np.arange(height * width).reshape(height, width), images.shape)
    best, where = _winners(images.swapaxes(2, 3), positions.swapaxes(2, 3), columns, shape[3])
    output, indices = _winners(best.swapaxes(2, 3), where.swapaxes(2, 3), rows, shape[2])
    return np.ascontiguousarray(output), np.ascontiguousarray(indices)


def _winners(values: NDArray, indices: NDArray, window: Window, count: int) -> tuple[NDArray, NDArray]:
    """On the axis of rows of (N, C, rows, columns): the largest value in each of `count` windows, and its index."""
    shape = (*values.shape[:2], count, values.shape[3])
    best, where = np.full(shape, -np.inf, values.dtype), np.full(shape, -1)
    for tap in window.taps(0):
        # The outputs whose tap lies inside, and where it lies.
        low, high = max(0, -(tap // window.stride)), min(count, (values.shape[2] - 1 - tap) // window.stride + 1)
        if low >= high:
            continue
        inside = slice(tap + low * window.stride, tap + (high - 1) * window.stride + 1, window.stride)
        value, index = values[:, :, inside], indices[:, :, inside]
        best_part, where_part = best[:, :, low:high], where[:, :, low:high]
        wins = (value > best_part) | np.isnan(value) | (where_part < 0)
        np.copyto(best_part, value, where=wins)
        np.copyto(where_part, index, where=wins)
    return best, where


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
    output = max_pool2d(images[:0], kernel_size, stride, padding, dilation, ceil_mode)
    gradient, images = batch_ready(given, output, output_gradient, images)
    found = np.zeros(images.shape, images.dtype)  # zeros_like would keep the layout, and reshape then write into a copy
    filled = found
    rows, columns = windows(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    (rows, _), (columns, _) = (visits(*axis, ceil_mode) for axis in zip((rows, columns), images.shape[2:]))
    if images.flags.c_contiguous:  # a batch of small maps is as many channels of one image
        images, gradient, filled = (array.reshape(1, -1, *array.shape[2:]) for array in (images, gradient, found))
    together = max(1, BLOCK_BYTES // max(1, math.prod(images.shape[2:]) * images.itemsize))
    for image, handed, result in zip(images, gradient, filled):
        for first in range(0, len(image), together):
            some = slice(first, first + together)
            _to_winners(image[some], handed[some], result[some], rows, columns)
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


def _to_winners(images: NDArray, gradient: NDArray, found: NDArray, rows: Window, columns: Window) -> None:
    """Fill `found`, zeros, in the shape of images (C, H, W): each window's winner takes its gradient (C, Ho, Wo)."""
    (down, across), (height, width) = gradient.shape[1:], images.shape[1:]
    if _apart(rows, down, height) and _apart(columns, across, width):
        best = room("best", gradient.shape, images.dtype)
        _pool(np.maximum, -np.inf, images[np.newaxis], best[np.newaxis], rows, columns)
        with np.errstate(all="ignore"):
            is_plain = np.isfinite(best.sum() + gradient.sum())  # else nan may win, and inf times 0 would be nan
        if is_plain:
            free, wins = (room(name, best.shape, np.dtype(bool)) for name in ("free", "wins"))
            free.fill(True)
            for row in range(rows.kernel_size):
                for column in range(columns.kernel_size):
                    at = (..., places(row, rows, down), places(column, columns, across))
                    np.equal(images[at], best, out=wins)
                    wins &= free
                    free ^= wins
                    np.multiply(gradient, wins, out=found[at])
            return
    _, (winners,) = _largest_and_where(images[np.newaxis], rows, columns, (1, *gradient.shape))
    real = winners >= 0  # else the window read nothing but padding
    won = (winners + height * width * np.arange(len(images)).reshape(-1, 1, 1))[real]
    np.add.at(found.reshape(-1, copy=False), won, gradient[real])


def _handed_back(gradient: NDArray, window: Window, size: int, padding_counts: bool) -> NDArray:
    """The rows of (N, C, rows, columns), each shared out over the `size` rows that its window read."""
    count = gradient.shape[2]
    share = gradient / np.array(counted(window, size, count, padding_counts), gradient.dtype)[:, np.newaxis]
    end = max(window.padded(size), window.taps(count - 1).stop + window.before)  # ceil_mode's last one hangs over
    shape = *gradient.shape[:2], end, gradient.shape[3]
    afford(shape, gradient.dtype, "The gradient with its padding", GRADIENT_LESS)
    padded = np.zeros(shape, gradient.dtype)
    for tap in range(window.kernel_size):
        padded[:, :, places(tap, window, count)] += share
    return padded[:, :, window.before : window.before + size]
