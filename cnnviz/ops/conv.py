"""Convolution as a few large matrix products.

The obvious program has six loops (tests/oracles.py); this one arranges the numbers so that nearly all of the work is
matrix products, and never lays out more than a block of about 1 MB at a time.

Take some rows of the padded picture and store them as band[row, channel, column]. The rows that feed one row of
the output are then one matrix that already lies there, and the matrix of the next output row is the same memory,
one stride further down. Nothing is copied between them (kernel of 3 rows, 2 channels, stride 1):

    band          row 0  channel 0  . . . . . . . .  |
                         channel 1  . . . . . . . .  |
                  row 1  channel 0  . . . . . . . .  | matrix of     |
                         channel 1  . . . . . . . .  | output row 0  |
                  row 2  channel 0  . . . . . . . .  |               | matrix of
                         channel 1  . . . . . . . .  |               | output row 1
                  row 3  channel 0  . . . . . . . .                  |
                         channel 1  . . . . . . . .                  |

That settles the kernel's rows. Its columns are settled in one of two ways:

    several filters   Beside each channel stand copies of it, one a kernel column, each shifted to where that column
                      begins to read (and thinned out by the stride). One product then sums over rows, channels and
                      columns: (filters x kH C kW) @ (kH C kW x width).
    one filter        A product with a single row is slow. So four output rows share one matrix, which is a little
                      taller, and the filter's rows w0 w1 w2 stand in it four times, each one stride further along:

                            w0 w1 w2 0  0  0
                            0  w0 w1 w2 0  0     @  (6 C x width)  =  4 output rows
                            0  0  w0 w1 w2 0
                            0  0  0  w0 w1 w2

                      At stride 1 no column is copied: there is one such product a kernel column, each reading the
                      band a little further to the right, and the products are added up.

A large kernel of one channel that is a column times a row goes along the rows and then down the columns (separable.py).
FFTs were measured and left out: they are a fifth faster at 31 x 31, but put rounding into sums that have none, such as
those over a plain region of a picture, and take SciPy, of which loading takes a third of a second.

Rows read D apart (dilation) fall into D sets that never mix; each set is convolved by itself without dilation.
Outputs too narrow for a good product (under 64 columns) are laid out whole, block by block, one column a window
("im2col": K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural Networks for Document
Processing", 2006, section 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers, told, whole
from cnnviz.errors import ArrayError
from cnnviz.geometry import Window, check_padding, origin, windows
from cnnviz.ops import separable, tiling
from cnnviz.ops.checks import maps, precision, visits
from cnnviz.ops.room import room
from cnnviz.ops.tiling import Tiling

ONE = Window(1)
LESS = "less padding, a larger stride or fewer filters need less"

Runs = list[tuple[slice, slice | None]]


def conv2d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int | tuple[int, int], int | tuple[int, int]] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> NDArray[np.floating]:
    """What deep learning calls a convolution: the cross-correlation of a picture with filters, which are not flipped.

        output[f, i, j] = bias[f] + sum over c, m, n of weight[f, c, m, n] * padded[c, i*S + m*D, j*S + n*D]

    input         (C, H, W) or (N, C, H, W); N may be 0
    weight        (out_channels, C / groups, kH, kW)
    bias          (out_channels,) or None
    stride, dilation  a whole number or (height, width), at least 1
    padding       a whole number, (height, width) or ((top, bottom), (left, right)), at least 0
    groups        into how many parts, each convolved by itself, the channels and the filters are divided
    padding_mode  "zeros", "reflect", "replicate" or "circular", as in PyTorch's nn.Conv2d

    Returns (out_channels, Ho, Wo) or (N, out_channels, Ho, Wo), sizes by `Window.output_size`. The result is float64 if
    NumPy's promotion of the arrays and float32 is (float64, and whole numbers of 32 bits or more), else float32
    (float32, float16, booleans, small whole numbers): sums never wrap. The arrays given are never modified. Beyond the
    result it needs a few blocks of 1 MB, of windows up to 8 MB, some of which are kept for the next call; more only
    where the rows that one window spans, with their padding and of all channels, are larger than that.
    Overflow gives inf and inf - inf gives nan, without a warning, as in PyTorch.

    Raises ArrayError for shapes and dtypes that do not belong together, SettingError for settings that are none,
    DoesNotFit where the window or the padding is too large for the picture, or the output for any memory.

    Source: I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), equation 9.6; the rules of
    torch.nn.functional.conv2d.
    """
    given, images = maps(input)
    filters, offsets = numbers(weight, "weight"), None if bias is None else numbers(bias, "bias")
    if filters.ndim != 4 or 0 in filters.shape:
        raise ArrayError(
            f"The weight has shape {filters.shape}; it must be (out_channels, in_channels / groups, kH, kW), "
            "each at least 1."
        )
    groups = whole(groups, "groups", 1)
    check_channels(images.shape[1], filters.shape, None if offsets is None else offsets.shape, groups)
    rows, columns = windows(filters.shape[2:], stride, padding, dilation)
    rows, height = visits(rows, images.shape[2])
    columns, width = visits(columns, images.shape[3])
    check_padding(rows, images.shape[2], padding_mode)
    check_padding(columns, images.shape[3], padding_mode)

    dtype = precision(given, filters, offsets)
    afford((len(images) or 1, len(filters), height, width), dtype, "The output", LESS)
    filters = filters.astype(dtype, copy=False)
    offsets = None if offsets is None else offsets.astype(dtype, copy=False)
    output = np.empty((len(images), len(filters), height, width), dtype)
    parted = filters.reshape(groups, len(filters) // groups, *filters.shape[1:])
    plan = Tiling.of(parted.shape, (height, width), rows, columns, dtype.itemsize)
    with np.errstate(all="ignore"):
        (_by_windows if plan.by_windows else _by_rows)(
            plan,
            images.reshape(len(images), groups, filters.shape[1], *images.shape[2:]),
            parted,
            None if offsets is None else offsets.reshape(groups, -1, 1, 1),
            output.reshape(len(images), *parted.shape[:2], height, width),
            padding_mode,
        )
    return output if given.ndim == 4 else output[0]


def check_channels(channels: int, weight: tuple[int, ...], bias: tuple[int, ...] | None, groups: int) -> None:
    """Refuse channels, filters, groups and biases whose numbers do not agree."""
    filters, reads = weight[:2]
    if filters % groups:
        raise ArrayError(f"{filters} filters cannot be divided into {told(groups)} equal groups.")
    if channels != reads * groups:
        read = f"{reads}" if groups == 1 else f"{reads} in each of {groups} groups, {reads * groups} in all"
        raise ArrayError(f"The input has {channels} channels, but the filters read {read}; the numbers must agree.")
    if bias is not None and bias != (filters,):
        raise ArrayError(f"The bias has shape {bias}; {filters} filters need shape ({filters},), one number each.")


def origins(positions: range, size: int, padding_mode: str) -> Runs:
    """Where `positions` (padding included) get their values on an axis of `size`.

    As (which of the positions, their origins) in at most three runs: before, inside and behind the picture. Origins are
    None for zeros; one origin for a longer run is repeated, as assignment repeats it.
    """
    inside = len(range(positions.start, min(0, positions.stop), positions.step))
    behind = len(range(positions.start, min(size, positions.stop), positions.step))
    runs: Runs = []
    for first, last in pairwise((0, inside, behind, len(positions))):
        if first < last:
            start = origin(positions[first], size, padding_mode)
            if start is None or (end := origin(positions[last - 1], size, padding_mode)) is None:
                source = None
            elif start == end:
                source = slice(start, start + 1)
            elif start < end:
                source = slice(start, end + 1, positions.step)
            else:
                source = slice(start, end - 1 if end else None, -positions.step)
            runs.append((slice(first, last), source))
    return runs


def _fill(band: NDArray, images: NDArray, rows: Runs, columns: Runs) -> None:
    """Copy those rows and columns of images[..., row, column] into band[..., row, column]."""
    for to_rows, from_rows in rows:
        for to_columns, from_columns in columns:
            if from_rows is None or from_columns is None:
                band[..., to_rows, to_columns] = 0
            else:
                band[..., to_rows, to_columns] = images[..., from_rows, from_columns]


def _pieces(size: int, most: int) -> list[tuple[int, int]]:
    """0 to `size` in pieces (first, last) of `most` and a rest."""
    return [*pairwise([*range(0, size, most), size])]


def _by_rows(
    plan: Tiling, images: NDArray, weight: NDArray, bias: NDArray | None, output: NDArray, padding_mode: str
) -> None:
    """Fill output (N, G, F, Ho, Wo), a row of the output a matrix product, as drawn at the top of this file.

    images (N, G, C, H, W), weight (G, F, C, kH, kW), bias (G, F, 1, 1) or None
    """
    groups, _, channels, _, kernel_columns = weight.shape
    (height, width), out_height = images.shape[3:], output.shape[3]
    rows, step, thin = plan.rows, plan.rows.stride, plan.columns.stride
    parts = [weight[..., at : at + plan.copies] for at in range(0, kernel_columns, plan.copies)]
    matrices = [_matrix(part, plan.together, step) for part in parts]
    pair = separable.factors(weight[:, 0, 0]) if plan.by_planes and channels == 1 else None
    right = 0
    for across, wide, most, some, _ in (section for count, *section in plan.sections for _ in range(count)):
        left, right = right, right + across
        starts = plan.columns.taps(left)[: plan.copies]
        runs = [origins(range(start, start + (wide - 1) * thin + 1, thin), width, padding_mode) for start in starts]
        shape = some, (most - 1) * step + plan.span, channels, plan.copies, wide
        afford(shape, output.dtype, "The rows that a window spans", LESS)
        block = room("block", shape, output.dtype)
        summand = room("summand", (some, most if len(matrices) > 1 else 0, across), output.dtype)
        # Output rows that lie `dilation` apart form a set: they read rows that lie `dilation` apart too, and of those,
        # put side by side, each begins `stride` after the one before.
        for first in range(min(plan.sets, out_height)):
            for top, bottom in _pieces(len(range(first, out_height, plan.sets)), most):
                low, high = first + top * plan.sets, first + (bottom - 1) * plan.sets
                read = range(rows.taps(low).start, rows.taps(high).stop, rows.dilation)
                row_runs = origins(read, height, padding_mode)
                for image, result in zip(images, output):
                    for start, end in _pieces(groups, some):
                        band = block[: end - start, : len(read)]
                        for copy in range(plan.copies):
                            _fill(band[:, :, :, copy].swapaxes(1, 2), image[start:end], row_runs, runs[copy])
                        target = result[start:end, :, low : high + 1 : plan.sets, left:right]
                        own = [matrix[start:end] for matrix in matrices]
                        if pair is None:
                            _multiply(plan, own, band, target, summand[: end - start], plan.together)
                        else:
                            between = room("between", (end - start, len(read), across), output.dtype)
                            factors = pair[0][start:end], pair[1][start:end]
                            separable.multiply(band[:, :, 0, 0], factors, target[:, 0], between)
                        if (plan.together > 1 or pair is not None) and not np.isfinite(target).all():
                            # The zeros of the staircase turn an inf in the picture into nan in rows that do not see it.
                            _multiply(plan, own, band, target, summand[: end - start], 1)
                        if bias is not None:
                            target += bias[start:end]


def _matrix(weight: NDArray, together: int, step: int) -> NDArray:
    """The filters (G, F, C, kH, kW) of each group as the left matrix of a product, (G, F, kH C kW), or the staircase
    (G, together, ...) of a single one."""
    groups, filters, channels, height, width = weight.shape
    stairs = np.zeros((groups, filters, together, height + (together - 1) * step, channels, width), weight.dtype)
    for stair in range(together):
        stairs[:, :, stair, stair * step : stair * step + height] = weight.swapaxes(2, 3)
    return stairs.reshape(groups, filters * together, -1)


def _multiply(
    plan: Tiling, matrices: list[NDArray], band: NDArray, target: NDArray, summand: NDArray, together: int
) -> None:
    """target (G, F, rows, columns) = the sum over the matrices of matrix @ band, read further and further to the right.

    together  as the plan has it, or 1. Where there are several matrices, `summand` is room for one of the products.
    """
    step = plan.rows.stride
    groups, filters, height, width = target.shape
    by_group, by_row, _, by_line, by_column = band.strides
    lines = band.shape[2] * band.shape[3]  # of a row
    whole = height - height % together
    for top, bottom, share in ((0, whole, together), (whole, height, height - whole)):
        if top == bottom:
            continue
        depth = ((share - 1) * step + plan.span) * lines
        count = (bottom - top) // share
        # (G, F, rows, columns) -> (G, rows / share, F * share, columns) without a copy, as F or share is 1
        part = target[:, :, top:bottom].reshape(groups, filters, count, share, width, copy=False).swapaxes(1, 2)
        part = part.reshape(groups, count, filters * share, width, copy=False)
        for shift, matrix in zip(plan.shifts, matrices):
            right = as_strided(
                band[:, top * step :, :, :, shift:],
                (groups, count, depth, width),
                (by_group, share * step * by_row, by_line, by_column),
            )
            left = matrix[:, np.newaxis, : filters * share, :depth]
            if shift == 0:
                np.matmul(left, right, out=part)
            else:
                addend = summand[:, : bottom - top].reshape(part.shape)
                np.matmul(left, right, out=addend)
                part += addend


def _by_windows(
    plan: Tiling, images: NDArray, weight: NDArray, bias: NDArray | None, output: NDArray, padding_mode: str
) -> None:
    """Fill output (N, G, F, Ho, Wo) where Wo is small: a block of windows, laid out a window a column, is one product.

    images, weight and bias as `_by_rows` takes them
    """
    groups, filters = weight.shape[:2]
    out_height, out_width = output.shape[3:]
    rows, columns = plan.rows, plan.columns
    matrix = weight.reshape(groups, filters, -1)
    is_each = rows == columns == ONE and images.shape[3:] == output.shape[3:]  # a stride may stop at the first position
    if is_each and images.dtype == output.dtype and images.flags.c_contiguous:
        # A window is one position: the maps are the right matrix as they lie, and nothing is laid out.
        flat = output.reshape(*output.shape[:3], out_height * out_width, copy=False)
        np.matmul(matrix, images.reshape(*images.shape[:3], out_height * out_width), out=flat)
        if bias is not None:
            output += bias
        return
    ((_, _, wide, most, some, batch),) = plan.sections
    height, width = images.shape[3:]
    across = range(-columns.before, wide - columns.before)
    fit = tiling.MOST_BYTES // (out_width * weight.itemsize)  # numbers of a window that one product takes
    parts = [*_parts(weight, fit)] if fit < matrix.shape[2] else []
    for top, bottom in _pieces(out_height, most):
        read = range(rows.taps(top).start, rows.taps(bottom - 1).stop)
        as_it_lies = images.dtype == output.dtype and read[0] >= 0 and read[-1] < height
        as_it_lies = as_it_lies and across[0] >= 0 and across[-1] < width
        runs = () if as_it_lies else (origins(read, height, padding_mode), origins(across, width, padding_mode))
        for first, start in product(range(0, len(images), batch), range(0, groups, some)):
            band = images[first : first + batch, start : start + some]
            if as_it_lies:
                band = band[..., read.start : read.stop, :wide]
            else:
                afford(shape := (*band.shape[:3], len(read), wide), output.dtype, "The rows of a window", LESS)
                padded = room("block", shape, output.dtype)
                _fill(padded, band, *runs)
                band = padded
            *outer, by_row, by_column = band.strides
            kernel = rows.kernel_size, columns.kernel_size
            views = as_strided(
                band,
                (*band.shape[:3], *kernel, bottom - top, out_width),
                (*outer, by_row * rows.dilation, by_column * columns.dilation,
                 by_row * rows.stride, by_column * columns.stride),
            )  # fmt: skip
            target = output[first : first + batch, start : start + some, :, top:bottom]
            flat = target.reshape(*target.shape[:3], -1, copy=False)
            if parts:
                target.fill(0)
                for some_channels, some_rows in parts:
                    part = weight[start : start + some, :, some_channels, some_rows].reshape(*target.shape[1:3], -1)
                    laid = views[:, :, some_channels, some_rows].reshape(*target.shape[:2], part.shape[2], -1)
                    flat += part @ laid
            else:  # -> (N, G, channel kH kW, row column): the one copy, a block large
                laid = room("windows", views.shape, output.dtype)
                np.copyto(laid, views)
                laid = laid.reshape(*target.shape[:2], matrix.shape[2], flat.shape[3], copy=False)
                np.matmul(matrix[start : start + some], laid, out=flat)
            if bias is not None:
                target += bias[start : start + some]


def _parts(weight: NDArray, most: int) -> Iterator[tuple[slice, slice]]:
    """The weight (..., C, kH, kW) in parts of about `most` numbers a filter: which channels, and which rows of them."""
    channels, height, width = weight.shape[-3:]
    for first, last in _pieces(channels, max(1, most // (height * width))):
        for top, bottom in _pieces(height, max(1, most // width)):
            yield slice(first, last), slice(top, bottom)
