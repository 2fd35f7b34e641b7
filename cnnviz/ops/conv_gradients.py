"""Backwards through a convolution: from a loss's gradient for its output to those for its input and its weights.

A convolution adds up products, so each of its gradients adds up products of two other arrays:

    weight gradient   A weight is multiplied by one number of the input for each number of the output: its gradient is
                      the sum of those products, a matrix product for each place in the kernel.
    input gradient    A number of the input reaches the outputs whose windows cover it, each through another weight.
                      Seen from there the windows slide the other way: it is a cross-correlation of the output's
                      gradient with the filters turned by 180 degrees, their inputs and outputs changed about. Where
                      the stride is S, S - 1 zeros would stand between the rows and the columns of the output's
                      gradient; so there each of its numbers is a stamp instead, that number times the filter, and the
                      stamps are added up. Both are a transposed convolution (conv_transpose.py).
    bias gradient     The sum of the output's gradient, for each filter.

Source: I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), equations 9.11 and 9.13; V. Dumoulin and
F. Visin, "A guide to convolution arithmetic for deep learning" (2016), relation 14.
"""

from __future__ import annotations

import math
from typing import Literal, overload

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, flag, numbers, whole
from cnnviz.geometry import Window, windows
from cnnviz.ops.checks import Padding, Settings, batch_ready, maps, places, visits
from cnnviz.ops.conv import conv2d

BLOCK_BYTES = 1 << 20  # of windows laid out at a time, about half of a core's L2 cache
LESS = "less padding or dilation needs less"
MOST_BYTES = 8 * BLOCK_BYTES  # of images with their padding at a time; more only where a single one has more


@overload
def conv2d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Settings = 1,
    padding: Padding = 0,
    dilation: Settings = 1,
    groups: int = 1,
    to_input: Literal[True] = True,
) -> tuple[NDArray, NDArray, NDArray]: ...


@overload
def conv2d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Settings = 1,
    padding: Padding = 0,
    dilation: Settings = 1,
    groups: int = 1,
    to_input: bool,
) -> tuple[NDArray | None, NDArray, NDArray]: ...


def conv2d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Settings = 1,
    padding: Padding = 0,
    dilation: Settings = 1,
    groups: int = 1,
    to_input: bool = True,
) -> tuple[NDArray | None, NDArray, NDArray]:
    """The gradients for a convolution's input, weight and bias.

    input            (C, H, W) or (N, C, H, W)
    weight           (out_channels, C / groups, kH, kW)
    output_gradient  (out_channels, Ho, Wo) or (N, out_channels, Ho, Wo)
    stride, padding, dilation, groups  as `conv2d` took them; the padding is of zeros
    to_input         whether the input's gradient is wanted; of a network's first layer, in training, it is not

    Returns (input gradient or None, weight gradient, bias gradient): shaped as input, as weight and (out_channels,).
    Weight and bias serve the whole batch, so theirs are sums over it.
    """
    given, images = maps(input)
    flag(to_input, "to_input")
    groups = whole(groups, "groups", 1)
    output = conv2d(images[:0], weight, stride=stride, padding=padding, dilation=dilation, groups=groups)
    gradient, images, filters = batch_ready(given, output, output_gradient, images, numbers(weight, "weight"))
    rows, columns = windows(filters.shape[2:], stride, padding, dilation)
    (rows, _), (columns, _) = visits(rows, images.shape[2]), visits(columns, images.shape[3])
    with np.errstate(all="ignore"):
        for_bias = gradient.sum((0, 2, 3))
        # Of one image: its windows laid out, and itself with its padding, which may be far more.
        windows_bytes = math.prod(gradient.shape[2:]) * math.prod(filters.shape[1:]) * groups * images.itemsize
        padded_bytes = (
            images.shape[1] * rows.padded(images.shape[2]) * columns.padded(images.shape[3]) * images.itemsize
        )
        most = max(1, windows_bytes, padded_bytes)
        if most <= BLOCK_BYTES:
            together = BLOCK_BYTES // most
            for_input, for_weight = _by_windows(images, filters, gradient, rows, columns, groups, together, to_input)
        else:
            together = max(1, MOST_BYTES // max(1, padded_bytes))
            for_input, for_weight = _by_taps(images, filters, gradient, rows, columns, groups, together, to_input)
    return None if for_input is None else for_input.reshape(given.shape), for_weight, for_bias


def _by_windows(
    images: NDArray,
    weight: NDArray,
    gradient: NDArray,
    rows: Window,
    columns: Window,
    groups: int,
    together: int,
    to_input: bool,
) -> tuple[NDArray | None, NDArray]:
    """Input gradient (or None) and weight gradient of small maps, the windows of `together` images laid out at once.

    The images stand last, side by side: what is copied and added up in one go is a row of all of them, not the ten
    numbers of a single one's. Two to four times faster on LeNet's maps than `_by_taps`.
    """
    filters, reads, *kernel = weight.shape
    (count, channels, height, width), (down, across) = images.shape, gradient.shape[2:]
    padded_shape = channels, rows.padded(height), columns.padded(width)
    inside = (slice(None), slice(rows.before, rows.before + height), slice(columns.before, columns.before + width))
    taps = [
        (row, column, places(row, rows, down), places(column, columns, across))
        for row in range(kernel[0])
        for column in range(kernel[1])
    ]
    matrix = weight.reshape(groups, filters // groups, -1).swapaxes(1, 2)
    for_input = np.empty(images.shape, images.dtype) if to_input else None
    for_weight = np.zeros(matrix.shape, images.dtype)
    for first in range(0, count, together):
        some = images[first : first + together]
        padded = np.zeros((*padded_shape, len(some)), images.dtype)
        padded[inside] = some.transpose(1, 2, 3, 0)
        laid = np.empty((channels, *kernel, down, across, len(some)), images.dtype)
        views = sliding_window_view(padded, (rows.extent, columns.extent), axis=(1, 2))
        views = views[:, :: rows.stride, :: columns.stride, :, :: rows.dilation, :: columns.dilation]
        laid[...] = views[:, :down, :across].transpose(0, 4, 5, 1, 2, 3)
        flat = laid.reshape(groups, matrix.shape[1], -1)
        units = gradient[first : first + together].transpose(1, 2, 3, 0).reshape(groups, filters // groups, -1)
        for_weight += flat @ units.swapaxes(1, 2)
        if for_input is None:
            continue
        np.matmul(matrix, units, out=flat)  # the windows are not needed any more
        padded.fill(0)
        for row, column, at_rows, at_columns in taps:
            padded[:, at_rows, at_columns] += laid[:, row, column]
        for_input[first : first + together] = padded[inside].transpose(3, 0, 1, 2)
    return for_input, for_weight.swapaxes(1, 2).reshape(weight.shape)


def _by_taps(
    images: NDArray,
    weight: NDArray,
    gradient: NDArray,
    rows: Window,
    columns: Window,
    groups: int,
    together: int,
    to_input: bool,
) -> tuple[NDArray | None, NDArray]:
    """The same of large maps, a place in the kernel after the other."""
    for_input = np.empty(images.shape, images.dtype) if to_input else None
    for_weight = np.zeros(weight.shape, images.dtype)
    for first in range(0, len(images), together):
        these = slice(first, first + together)
        for_weight += _weight_gradient(images[these], weight.shape, gradient[these], rows, columns, groups)
        if for_input is not None:
            shape = images[these].shape
            for_input[these] = input_gradient(shape, weight, gradient[these], rows, columns, groups)
    return for_input, for_weight


def input_gradient(
    shape: tuple[int, ...], weight: NDArray, gradient: NDArray, rows: Window, columns: Window, groups: int
) -> NDArray:
    """The gradient for an input of this shape, (N, C, H, W), from that for the output: a transposed convolution.

    Measured: at stride 1 a cross-correlation takes up to a thirtieth of the time, with a stride of 2 stamps take half,
    of 32 a three-hundredth, for no product is made with the zeros that would stand between.
    """
    way = _correlated if rows.stride == columns.stride == 1 else _stamped
    return way(shape, weight, gradient, rows, columns, groups)


def _correlated(
    shape: tuple[int, ...], weight: NDArray, gradient: NDArray, rows: Window, columns: Window, groups: int
) -> NDArray:
    """Cross-correlate the output's gradient, at stride 1, with the filters turned by 180 degrees."""
    sizes = [size + window.extent - 1 for window, size in zip((rows, columns), shape[2:])]
    afford(wide_shape := (*gradient.shape[:2], *sizes), gradient.dtype, "The gradient with its padding", LESS)
    wide = np.zeros(wide_shape, gradient.dtype)
    (which_rows, at_rows), (which_columns, at_columns) = (
        _last_taps(window, size, count) for window, size, count in zip((rows, columns), shape[2:], gradient.shape[2:])
    )
    wide[:, :, at_rows, at_columns] = gradient[:, :, which_rows, which_columns]
    filters, channels, *kernel = weight.shape
    turned = weight[:, :, ::-1, ::-1].reshape(groups, filters // groups, channels, *kernel).swapaxes(1, 2)
    turned = turned.reshape(groups * channels, filters // groups, *kernel)
    return conv2d(wide, turned, dilation=(rows.dilation, columns.dilation), groups=groups)


def _last_taps(window: Window, size: int, count: int) -> tuple[slice, slice]:
    """(which of the outputs, at stride 1, reach into an axis of `size`, where the last taps of those lie)."""
    last = window.taps(0)[-1]
    first = max(0, -last)
    end = max(first, min(count, size + window.extent - 1 - last))
    return slice(first, end), slice(last + first, last + end)


def _stamped(
    shape: tuple[int, ...], weight: NDArray, gradient: NDArray, rows: Window, columns: Window, groups: int
) -> NDArray:
    """Each number of the output's gradient times the filter, added up where its window lies: a place in the kernel
    after the other, for all windows at once."""
    filters, channels, *kernel = weight.shape
    count, _, down, across = gradient.shape
    sizes = [
        max(window.before + size, (many - 1) * window.stride + window.extent)
        for window, size, many in zip((rows, columns), shape[2:], (down, across))
    ]
    afford(padded_shape := (count, groups * channels, *sizes), gradient.dtype, "The input with its padding", LESS)
    padded = np.zeros(padded_shape, gradient.dtype)
    units = gradient.reshape(count, groups, filters // groups, down * across)
    stamps = weight.reshape(groups, filters // groups, channels, *kernel)
    for row in range(kernel[0]):
        at_rows = places(row, rows, down)
        for column in range(kernel[1]):
            stamp = stamps[..., row, column].swapaxes(1, 2) @ units
            padded[:, :, at_rows, places(column, columns, across)] += stamp.reshape(*padded_shape[:2], down, across)
    (height, width), top, left = shape[2:], rows.before, columns.before
    return padded[:, :, top : top + height, left : left + width]


def _weight_gradient(
    images: NDArray, shape: tuple[int, ...], gradient: NDArray, rows: Window, columns: Window, groups: int
) -> NDArray:
    """A matrix product for each place in the kernel; measured faster than all places laid out at once (im2col)."""
    filters, channels, kernel_height, kernel_width = shape
    (count, _, height, width), (*_, out_height, out_width) = images.shape, gradient.shape
    padded_shape = *images.shape[:2], rows.padded(height), columns.padded(width)
    afford(padded_shape, images.dtype, "The input with its padding", LESS)
    padded = np.zeros(padded_shape, images.dtype)
    padded[:, :, rows.before : rows.before + height, columns.before : columns.before + width] = images
    left = gradient.reshape(count, groups, filters // groups, out_height * out_width)
    found = np.empty(shape, images.dtype)
    for row in range(kernel_height):
        down = places(row, rows, out_height)
        for column in range(kernel_width):
            read = padded[:, :, down, places(column, columns, out_width)]
            right = read.reshape(count, groups, channels, out_height * out_width).swapaxes(2, 3)
            found[:, :, row, column] = (left @ right).sum(0).reshape(filters, channels)
    return found
