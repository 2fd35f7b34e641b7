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

Rows read D apart (dilation) fall into D sets that never mix; each set is convolved by itself without dilation.
Outputs too narrow for a good product (under 64 columns) are laid out whole, block by block, one column a window
("im2col": K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural Networks for Document
Processing", 2006, section 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers, told, whole
from cnnviz.errors import ArrayError
from cnnviz.geometry import Window, check_padding, origin, windows
from cnnviz.ops.checks import maps, precision, visits

BLOCK_BYTES = 1 << 20  # what is laid out at a time; measured best from 0.5 to 2 MB, about half of a core's L2 cache
NARROW = 64  # outputs with fewer columns than this are laid out window by window
ROWS_TOGETHER = 4  # output rows that share a matrix when there is one filter; 8 was slower
WIDE_ENOUGH = 256  # columns that a product should have at least, even where they need more than a block
MOST_BYTES = 8 * BLOCK_BYTES  # windows that take more are laid out, and multiplied, in parts

CALL = 1500  # numbers that are copied in the time of one call of NumPy, about two microseconds

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
    result it needs a few blocks of 1 MB, of windows up to 8 MB; more only where the rows that one window spans, with
    their padding and of all channels, are larger than that.
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
    _check_channels(images.shape[1], filters.shape, None if offsets is None else offsets.shape, groups)
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
    convolve = _by_windows if width < NARROW else _by_rows
    ins, outs = images.shape[1] // groups, len(filters) // groups
    with np.errstate(all="ignore"):
        for group in range(groups):
            mine = slice(group * outs, (group + 1) * outs)
            target = output[:, mine]
            convolve(
                images[:, group * ins : (group + 1) * ins],
                filters[mine],
                None if offsets is None else offsets[mine, np.newaxis, np.newaxis],
                target,
                rows,
                columns,
                padding_mode,
            )
    return output if given.ndim == 4 else output[0]


def laid_out(weight: tuple[int, ...], groups: int, rows: Window, columns: Window, outputs: tuple[int, int]) -> int:
    """About how many numbers `conv2d` copies for the products of one image, each call of NumPy counted as CALL.

    weight   the weight's shape, (out_channels, C / groups, kH, kW)
    outputs  the output's height and width
    """
    (filters, channels, kernel_rows, kernel_columns), (down, across) = weight, outputs
    if across < NARROW:
        copied = channels * down * across * kernel_rows * kernel_columns
        copied += 3 * channels * down * rows.extent * ((across - 1) * columns.stride + columns.extent)  # fresh memory
        calls = 20 * min(down, 1 + 8 * copied // BLOCK_BYTES)
    else:
        shifted = filters > groups or columns.stride > 1
        width = across * kernel_columns if shifted else across + columns.extent
        # Rows that a block holds besides the kernel's, which are laid out again for each block.
        more = max(1, BLOCK_BYTES // (4 * channels * kernel_columns * WIDE_ENOUGH) - kernel_rows)
        copied = channels * down * width * max(2, -(-(more - 1 + kernel_rows) // more))
        calls = 50 + (20 + kernel_columns) * (min(down, rows.dilation) + 8 * copied // BLOCK_BYTES)
        copied += down * across * kernel_columns
    return groups * (copied + calls * CALL)


def _check_channels(channels: int, weight: tuple[int, ...], bias: tuple[int, ...] | None, groups: int) -> None:
    """Refuse channels, filters, groups and biases whose numbers do not agree."""
    filters, reads = weight[:2]
    if filters % groups:
        raise ArrayError(f"{filters} filters cannot be divided into {told(groups)} equal groups.")
    if channels != reads * groups:
        read = f"{reads}" if groups == 1 else f"{reads} in each of {groups} groups, {reads * groups} in all"
        raise ArrayError(f"The input has {channels} channels, but the filters read {read}; the numbers must agree.")
    if bias is not None and bias != (filters,):
        raise ArrayError(f"The bias has shape {bias}; {filters} filters need shape ({filters},), one number each.")


def _runs(positions: range, size: int, padding_mode: str) -> Runs:
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
            end = origin(positions[last - 1], size, padding_mode)
            if start is None or end is None:
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
    """Copy those rows and columns of images[..., channel, row, column] into band[..., row, channel, column]."""
    for to_rows, from_rows in rows:
        for to_columns, from_columns in columns:
            if from_rows is None or from_columns is None:
                band[..., to_rows, :, to_columns] = 0
            else:
                band[..., to_rows, :, to_columns] = images[..., from_rows, from_columns].swapaxes(-2, -3)


def _pieces(size: int, most: int) -> Iterator[tuple[int, int]]:
    """0 to `size` in pieces (first, last) of `most` and a rest."""
    return pairwise([*range(0, size, most), size])


def _by_rows(
    images: NDArray,
    weight: NDArray,
    bias: NDArray | None,
    output: NDArray,
    rows: Window,
    columns: Window,
    padding_mode: str,
) -> None:
    """Fill output (N, F, Ho, Wo), a row of the output a matrix product, as drawn at the top of this file."""
    filters, channels, kernel_rows, kernel_columns = weight.shape
    (height, width), (out_height, out_width) = images.shape[2:], output.shape[2:]
    together = ROWS_TOGETHER if filters == 1 else 1
    shifted = filters > 1 or columns.stride > 1  # a copy of the channels for each kernel column, or none
    copies = kernel_columns if shifted else 1

    # Output rows that lie `dilation` apart form a set: they read rows that lie `dilation` apart too, and of those, put
    # side by side, each begins `stride` after the one before.
    sets, step = rows.dilation, rows.stride

    if shifted:
        shifts, matrices = [0], [_matrix(weight, together, step)]
    else:
        shifts = [column * columns.dilation for column in range(kernel_columns)]
        matrices = [_matrix(weight[..., [column]], together, step) for column in range(kernel_columns)]

    # A block has room for at least twice the kernel's rows, so that few rows are laid out twice.
    column_bytes = channels * copies * weight.itemsize
    for left, right in _pieces(out_width, max(WIDE_ENOUGH, BLOCK_BYTES // (2 * kernel_rows * column_bytes))):
        starts, stops = columns.taps(left), columns.taps(right - 1)
        if shifted:
            reads = [range(start, stop + 1, columns.stride) for start, stop in zip(starts, stops)]
        else:
            reads = [range(starts.start, stops.stop)]
        runs = [_runs(read, width, padding_mode) for read in reads]
        row_bytes = len(reads[0]) * column_bytes
        most = max(1, (BLOCK_BYTES // row_bytes - kernel_rows) // step // together) * together
        most = min(most, -(-out_height // sets))
        # Both are used again and again: memory fresh from the system costs more than the sums that are put into it.
        shape = (most - 1) * step + kernel_rows, channels, copies, len(reads[0])
        afford(shape, output.dtype, "The rows that a window spans", LESS)
        block = np.empty(shape, output.dtype)
        summand = np.empty((0 if shifted else most, right - left), output.dtype)
        for first in range(min(sets, out_height)):
            for top, bottom in _pieces(len(range(first, out_height, sets)), most):
                low, high = first + top * sets, first + (bottom - 1) * sets
                read = range(rows.taps(low).start, rows.taps(high).stop, rows.dilation)
                row_runs = _runs(read, height, padding_mode)
                band = block[: len(read)]
                for image, result in zip(images, output):
                    for copy in range(copies):
                        _fill(band[:, :, copy], image, row_runs, runs[copy])
                    target = result[:, low : high + 1 : sets, left:right]
                    _multiply(matrices, shifts, band, target, summand, kernel_rows, step, together)
                    if bias is not None:
                        target += bias


def _matrix(weight: NDArray, together: int, step: int) -> NDArray:
    """The filters as the left matrix of a product: (F, kH C kW), or the staircase (together, ...) of a single one."""
    filters, channels, height, width = weight.shape
    stairs = np.zeros((filters, together, height + (together - 1) * step, channels, width), weight.dtype)
    for stair in range(together):
        stairs[:, stair, stair * step : stair * step + height] = weight.swapaxes(1, 2)
    return stairs.reshape(filters * together, -1)


def _multiply(
    matrices: list[NDArray],
    shifts: list[int],
    band: NDArray,
    target: NDArray,
    summand: NDArray,
    kernel_rows: int,
    step: int,
    together: int,
) -> None:
    """target (F, rows, columns) = the sum of matrix @ band, read `shift` further to the right, over the matrices.

    Where there are several matrices, `summand` is room for one of the products.
    """
    filters, height, width = target.shape
    row_length = band.shape[1] * band.shape[2]
    lines = band.reshape(-1, band.shape[3])
    flat = band.reshape(-1)
    if together > 1 and not np.isfinite(flat @ flat):
        together = 1  # the zeros of the staircase would turn an inf in the picture into nan in rows that do not see it
    whole = height - height % together
    for top, bottom, share in ((0, whole, together), (whole, height, height - whole)):
        if top == bottom:
            continue
        depth = ((share - 1) * step + kernel_rows) * row_length
        views = sliding_window_view(lines[top * step * row_length :], depth, axis=0)[:: share * step * row_length]
        views = views[: (bottom - top) // share].swapaxes(1, 2)
        # (F, rows, columns) -> (rows / share, F * share, columns) without a copy, as F or share is 1
        shared = target[:, top:bottom].reshape(filters, -1, share, width, copy=False).swapaxes(0, 1)
        part = shared.reshape(-1, filters * share, width, copy=False)
        for matrix, shift in zip(matrices, shifts):
            left, right = matrix[: filters * share, :depth], views[..., shift : shift + width]
            if shift == 0:
                np.matmul(left, right, out=part)
            else:
                product = summand[: bottom - top].reshape(part.shape)
                np.matmul(left, right, out=product)
                part += product


def _by_windows(
    images: NDArray,
    weight: NDArray,
    bias: NDArray | None,
    output: NDArray,
    rows: Window,
    columns: Window,
    padding_mode: str,
) -> None:
    """Fill output (N, F, Ho, Wo) where Wo is small: a block of windows, laid out a window a column, is one product."""
    filters, channels = weight.shape[:2]
    out_height, out_width = output.shape[2:]
    matrix = weight.reshape(filters, -1)
    if rows == columns == Window(1) and images.dtype == output.dtype and images.flags.c_contiguous:
        # A window is one position: the maps are the right matrix as they lie, and nothing is laid out.
        flat = output.reshape(len(images), filters, out_height * out_width, copy=False)
        np.matmul(matrix, images.reshape(len(images), channels, out_height * out_width), out=flat)
        if bias is not None:
            output += bias
        return
    across = range(columns.taps(0).start, columns.taps(out_width - 1).stop)
    column_runs = _runs(across, images.shape[3], padding_mode)

    # What one row of the output takes as windows laid out, and as rows of the picture (many where the stride is large).
    window_bytes = matrix.shape[1] * out_width * weight.itemsize
    read_bytes = rows.stride * channels * len(across) * weight.itemsize
    most = max(BLOCK_BYTES // window_bytes, min(-(-WIDE_ENOUGH // out_width), MOST_BYTES // window_bytes))
    most = max(1, min(most, BLOCK_BYTES // read_bytes, out_height))
    parts = [*_parts(weight, MOST_BYTES // (out_width * weight.itemsize))] if window_bytes > MOST_BYTES else []
    batch = max(1, BLOCK_BYTES // (max(window_bytes, read_bytes) * out_height))  # 1 unless a whole image fits a block
    for top, bottom in _pieces(out_height, most):
        read = range(rows.taps(top).start, rows.taps(bottom - 1).stop)
        row_runs = _runs(read, images.shape[2], padding_mode)
        for first in range(0, len(images), batch):
            some = images[first : first + batch]
            afford(shape := (len(some), len(read), channels, len(across)), output.dtype, "The rows of a window", LESS)
            band = np.empty(shape, output.dtype)
            _fill(band, some, row_runs, column_runs)
            views = sliding_window_view(band, (rows.extent, columns.extent), axis=(1, 3))
            views = views[:, :: rows.stride, :, :: columns.stride, :: rows.dilation, :: columns.dilation]
            # (N, row, channel, column, kH, kW) -> (N, channel, kH, kW, row, column)
            views = views.transpose(0, 2, 4, 5, 1, 3)
            target = output[first : first + batch, :, top:bottom]
            flat = target.reshape(len(some), filters, -1, copy=False)
            if parts:
                target.fill(0)
                for some_channels, some_rows in parts:
                    part = weight[:, some_channels, some_rows].reshape(filters, -1)
                    flat += part @ views[:, some_channels, some_rows].reshape(len(some), part.shape[1], -1)
            else:  # -> (N, channel kH kW, row column): the one copy, a block large
                np.matmul(matrix, views.reshape(len(some), matrix.shape[1], -1), out=flat)
            if bias is not None:
                target += bias


def _parts(weight: NDArray, most: int) -> Iterator[tuple[slice, slice]]:
    """The weight (F, C, kH, kW) in parts of about `most` numbers a filter: which channels, and which rows of them."""
    _, channels, height, width = weight.shape
    for first, last in _pieces(channels, max(1, most // (height * width))):
        for top, bottom in _pieces(height, max(1, most // width)):
            yield slice(first, last), slice(top, bottom)
