"""Adaptive max and average pooling: so many windows as the output is to have numbers, over all of each channel.

Where the sizes divide these are windows that slide; where they do not, they differ by one in size and share a position
with their neighbours. Both go over rows first and over columns then, as `pooling` does.
"""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, flag, told, whole
from cnnviz.errors import ArrayError, DoesNotFit
from cnnviz.geometry import pair
from cnnviz.ops.checks import LONGEST, batch_ready, maps, precision
from cnnviz.ops.pooling import MANY
from cnnviz.spans import Spans

Sizes = int | tuple[int | None, int | None]  # of both axes, or (height, width); None: as it comes in
LESS = "a smaller output needs less"


def adaptive_avg_pool2d(input: ArrayLike, output_size: Sizes) -> NDArray:
    """The mean of each of Ho x Wo windows over all of each channel: output i reads from floor(i * H / Ho) up to
    ceil((i + 1) * H / Ho).

    input        (C, H, W) or (N, C, H, W); N may be 0
    output_size  a whole number or (height, width), at least 1; None keeps that size. It may be larger than the input

    Returns (C, Ho, Wo) or (N, C, Ho, Wo), float64 or float32 as `conv2d` decides it, added up in float64 where a window
    has more than 1024 numbers. The array given is never modified.

    Raises ArrayError for an input that is none, SettingError for a size that is none, DoesNotFit for one that no memory
    holds.

    Source: the rules of torch.nn.functional.adaptive_avg_pool2d; K. He et al., "Spatial Pyramid Pooling in Deep
    Convolutional Networks" (2014), section 2.2, for pooling to a size.
    """
    given, images = _images(input)
    rows, columns = _spans(output_size, images.shape)
    dtype = precision(given)
    adds_in = np.float64 if rows.kernel_size * columns.kernel_size > MANY else dtype
    with np.errstate(all="ignore"):
        sums = _combined(np.add, images.astype(adds_in, copy=False), rows)
        sums = _combined(np.add, sums.swapaxes(2, 3), columns).swapaxes(2, 3)
        means = sums / np.multiply.outer(rows.counts, columns.counts, dtype=adds_in)
        output = np.ascontiguousarray(means, dtype)
    return output if given.ndim == 4 else output[0]


@overload
def adaptive_max_pool2d(input: ArrayLike, output_size: Sizes, return_indices: Literal[False] = False) -> NDArray: ...


@overload
def adaptive_max_pool2d(
    input: ArrayLike, output_size: Sizes, return_indices: Literal[True]
) -> tuple[NDArray, NDArray[np.int64]]: ...


def adaptive_max_pool2d(
    input: ArrayLike, output_size: Sizes, return_indices: bool = False
) -> NDArray | tuple[NDArray, NDArray[np.int64]]:
    """The largest number in each of the windows of `adaptive_avg_pool2d`, whose input, sizes and refusals it has.

    return_indices  also where each was found, as `max_pool2d` tells it

    nan is larger than any number.
    """
    given, images = _images(input)
    rows, columns = _spans(output_size, images.shape)
    images = images.astype(precision(given), copy=False)
    if flag(return_indices, "return_indices"):
        output, indices = _largest_and_where(images, rows, columns)
        return (output, indices) if given.ndim == 4 else (output[0], indices[0])
    largest = _combined(np.maximum, _combined(np.maximum, images, rows).swapaxes(2, 3), columns).swapaxes(2, 3)
    output = np.ascontiguousarray(largest)
    return output if given.ndim == 4 else output[0]


def _images(input: ArrayLike) -> tuple[NDArray, NDArray]:
    given, images = maps(input)
    if 0 in images.shape[1:]:
        raise ArrayError(f"The input has shape {given.shape}; of no numbers there is no mean and no largest.")
    return given, images


def _spans(output_size: object, shape: tuple[int, ...]) -> tuple[Spans, Spans]:
    """The windows on both axes of images (N, C, H, W)."""
    wanted = pair(output_size, "output_size")
    down, across = (
        size if one is None else whole(one, "output_size", 1) for one, size in zip(wanted, shape[2:], strict=True)
    )
    if max(down, across) > LONGEST:
        raise DoesNotFit(f"The output would have {told(max(down, across))} positions on one axis; {LESS}.")
    afford((*shape[:2], down, across), np.float64, "The output", LESS)
    return Spans.shared_out(shape[2], down), Spans.shared_out(shape[3], across)


def _combined(combine: np.ufunc, images: NDArray, spans: Spans) -> NDArray:
    """What `combine` makes of the rows of (N, C, rows, columns) in each window."""
    starts, counts = np.array(spans.starts), np.array(spans.counts)
    found = images[:, :, starts]
    for tap in range(1, spans.kernel_size):
        some = np.flatnonzero(counts > tap)
        found[:, :, some] = combine(found[:, :, some], images[:, :, starts[some] + tap])
    return found


def _largest_and_where(images: NDArray, rows: Spans, columns: Spans) -> tuple[NDArray, NDArray[np.int64]]:
    """The largest of each window, (N, C, Ho, Wo), and where it was found: columns go first, as in `pooling`."""
    height, width = images.shape[2:]
    positions = np.broadcast_to(np.arange(height * width).reshape(height, width), images.shape)
    best, where = _winners(images.swapaxes(2, 3), positions.swapaxes(2, 3), columns)
    output, indices = _winners(best.swapaxes(2, 3), where.swapaxes(2, 3), rows)
    return np.ascontiguousarray(output), np.ascontiguousarray(indices)


def _winners(values: NDArray, indices: NDArray, spans: Spans) -> tuple[NDArray, NDArray]:
    """Of the rows of (N, C, rows, columns): the largest value in each window, and its index; the first of equal ones,
    the last of several nan."""
    starts, counts = np.array(spans.starts), np.array(spans.counts)
    best, where = values[:, :, starts], indices[:, :, starts]
    for tap in range(1, spans.kernel_size):
        read = starts + np.minimum(tap, counts - 1)  # a smaller window reads its last once more, which changes nothing
        value, index = values[:, :, read], indices[:, :, read]
        wins = (value > best) | np.isnan(value)
        np.copyto(best, value, where=wins)
        np.copyto(where, index, where=wins)
    return best, where


def adaptive_avg_pool2d_gradient(input: ArrayLike, output_gradient: ArrayLike, output_size: Sizes) -> NDArray:
    """The gradient for the input of `adaptive_avg_pool2d`, in its shape: each window hands the same share to all that
    it read. Of the input only the shape and dtype matter."""
    given, images = _images(input)
    axes = _spans(output_size, images.shape)
    gradient, images = _ready(given, images, axes, output_gradient)
    found = gradient
    for spans, size in zip(axes, images.shape[2:]):  # rows first, columns then
        starts, counts = np.array(spans.starts), np.array(spans.counts)
        share = found / counts.astype(found.dtype)[:, np.newaxis]
        back = np.zeros((*found.shape[:2], size, found.shape[3]), found.dtype)
        for tap in range(spans.kernel_size):
            some = np.flatnonzero(counts > tap)
            handed_back(back, share[:, :, some], starts[some] + tap)
        found = back.swapaxes(2, 3)
    return np.ascontiguousarray(found).reshape(given.shape)


def adaptive_max_pool2d_gradient(input: ArrayLike, output_gradient: ArrayLike, output_size: Sizes) -> NDArray:
    """The gradient for the input of `adaptive_max_pool2d`, in its shape: each window hands its own on to its winner
    alone, the first of equal ones."""
    given, images = _images(input)
    axes = _spans(output_size, images.shape)
    gradient, images = _ready(given, images, axes, output_gradient)
    _, winners = _largest_and_where(images, *axes)
    found = np.zeros(images.shape, images.dtype)
    count, plane = images.shape[0] * images.shape[1], images.shape[2] * images.shape[3]
    won = winners.reshape(count, -1) + plane * np.arange(count)[:, np.newaxis]
    np.add.at(found.reshape(-1, copy=False), won.reshape(-1), gradient.reshape(-1))
    return found.reshape(given.shape)


def _ready(given: NDArray, images: NDArray, axes: tuple[Spans, Spans], output_gradient: ArrayLike) -> tuple:
    """The gradient and the images as batches of one dtype. Raises ArrayError for a gradient of another shape."""
    shape = (*images.shape[:2], *(len(spans.starts) for spans in axes))
    output = np.broadcast_to(np.float32(0), shape)
    return batch_ready(given, output, output_gradient, images)


def handed_back(found: NDArray, share: NDArray, read: NDArray) -> None:
    """Add to the rows `read` of (N, C, rows, columns), which may come several times one behind the other, what goes
    back to them from the rows of `share`."""
    if len(read):
        rows, first = np.unique(read, return_index=True)
        found[:, :, rows] += np.add.reduceat(share, first, axis=2)
