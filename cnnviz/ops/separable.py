"""Kernels that are a column times a row: K + K products for K x K, along the rows first and then down the columns.

Both are matrix products, with a matrix that has the factor in it again and again, each time one place further on:
31 x 31 takes a sixth of the time of the plain sum, 9 x 9 a half, smaller ones no less.

A sum of numbers that has no rounding in it, such as of levels under a kernel of whole numbers, has none here either:
such a kernel is taken apart only where its factors are as round as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST = 9  # rows and columns of a kernel that is worth it
TOGETHER = 32  # results that share a matrix; 16 and 48 were slower
GRID = 2.0**16  # a kernel whose numbers are whole when multiplied by it is one whose sums may be exact

Factors = tuple[NDArray, NDArray]


def factors(kernels: NDArray) -> Factors | None:
    """Columns (G, kH) and rows (G, kW) whose products the kernels (G, kH, kW) are, but for rounding; None if one is
    none."""
    if min(kernels.shape[1:]) < LEAST:
        return None
    found = [_factors(kernel) for kernel in kernels]
    pairs = [pair for pair in found if pair is not None]
    if len(pairs) < len(found):
        return None
    columns, rows = zip(*pairs)
    return np.stack(columns), np.stack(rows)


def _factors(kernel: NDArray) -> Factors | None:
    sizes = np.abs(kernel)
    if not kernel.any() or not np.isfinite(kernel).all():
        return None
    # Over its smallest number a row of whole ones is whole; over its largest no row has a number above 1.
    for pivot in (np.where(sizes > 0, sizes, np.inf).argmin(), sizes.argmax()):
        at, of = np.unravel_index(pivot, kernel.shape)
        row = kernel[at] / kernel[at, of]
        if _is_whole(row):
            break
    else:
        if _is_whole(kernel * GRID):
            return None
    column = kernel[:, of]
    is_near = np.abs(np.outer(column, row) - kernel) <= 4 * np.finfo(kernel.dtype).eps * sizes
    return (column, row) if is_near.all() else None


def _is_whole(numbers: NDArray) -> bool:
    return bool((numbers == np.rint(numbers)).all())


def multiply(band: NDArray, pair: Factors, target: NDArray, between: NDArray) -> None:
    """target (G, rows, columns) = the sums over the windows of band (G, rows + kH - 1, columns + kW - 1).

    between  room for what lies between the two: (G, rows + kH - 1, columns)
    """
    down, across = (_steps(factor) for factor in pair)
    (height, width), (rows, columns) = (factor.shape[1] for factor in pair), target.shape[1:]
    for left in range(0, columns, TOGETHER):
        count = min(TOGETHER, columns - left)
        read = band[:, :, left : left + count + width - 1]
        np.matmul(read, across[:, : count + width - 1, :count], out=between[:, :, left : left + count])
    for top in range(0, rows, TOGETHER):
        count = min(TOGETHER, rows - top)
        read = between[:, top : top + count + height - 1]
        np.matmul(down[:, : count + height - 1, :count].swapaxes(1, 2), read, out=target[:, top : top + count])


def _steps(factor: NDArray) -> NDArray:
    """The factors (G, K) as matrices (G, TOGETHER + K - 1, TOGETHER), each column of which has it one place further
    down."""
    groups, size = factor.shape
    steps = np.zeros((groups, TOGETHER + size - 1, TOGETHER), factor.dtype)
    for place in range(TOGETHER):
        steps[:, place : place + size, place] = factor
    return steps
