"""How a convolution's work is cut into blocks, and what that costs, told from its shapes alone."""

from __future__ import annotations

from typing import NamedTuple

from cnnviz.geometry import Window

BLOCK_BYTES = 1 << 20  # what is laid out at a time; measured best from 0.5 to 2 MB, about half of a core's L2 cache
NARROW = 64  # outputs with fewer columns than this are laid out window by window
NARROW_PLANE = 8  # where each filter reads one channel, and is the only one that does
FEW_COLUMNS, SHORT_ROW = 5, 24_000  # a single filter too reads copies of a channel where it has no more columns than
# this, and a row with its copies no more bytes: 10 to 30 % faster there, and slower beyond
ROWS_TOGETHER = 4  # output rows that share a matrix when there is one filter; 8 was slower
WIDE_ENOUGH = 256  # columns that a product should have at least, even where they need more than a block
MOST_BYTES = 8 * BLOCK_BYTES  # windows that take more are laid out, and multiplied, in parts

CALL = 1500  # numbers that are copied in the time of one call of NumPy, about two microseconds
RUN = 14  # and, at most, in the time that it takes a copy to go on elsewhere


class Tiling(NamedTuple):
    """How the work is cut, from its shapes alone: `conv2d` carries it out, `laid_out` counts it.

    rows, columns    the windows
    by_windows       whether a row of the output is too narrow for a product of its own
    copies, shifts   of each channel, one a kernel column; or 1, read by a matrix for each, so much further to the right
    sets, span       into how many sets the rows fall that never mix, and how many rows of its set an output row spans
    together         output rows that share a matrix
    sections         from left to right: (how many there are, output columns of each, the columns that are laid out for
                     those, output rows of a block, groups of a block, images of a block)
    """

    rows: Window
    columns: Window
    by_windows: bool
    copies: int
    shifts: range
    sets: int
    span: int
    together: int
    sections: tuple[tuple[int, int, int, int, int, int], ...]

    @property
    def by_planes(self) -> bool:
        """Whether a row of the band is one of a plane, whose window moves by 1: a kernel of two factors is then two."""
        steps = self.rows.stride, self.columns.stride, self.columns.dilation
        return self.together > 1 and self.copies == 1 and steps == (1, 1, 1)

    @classmethod
    def of(cls, weight: tuple[int, ...], outputs: tuple[int, int], rows: Window, columns: Window, size: int) -> Tiling:
        """The plan for filters (groups, filters of each, channels of each, kH, kW) and numbers of `size` bytes."""
        (groups, filters, channels, kernel_rows, kernel_columns), (height, width) = weight, outputs
        if width < (NARROW if filters * channels > 1 else NARROW_PLANE):
            wide, span = (width - 1) * columns.stride + columns.extent, rows.extent
            # What one row of the output takes as windows laid out, and as rows of the picture.
            laid, read = width * channels * kernel_rows * kernel_columns * size, rows.stride * wide * channels * size
            down = max(BLOCK_BYTES // laid, min(-(-WIDE_ENOUGH // width), MOST_BYTES // laid))
            down = max(1, min(down, BLOCK_BYTES // read, height))
            fit = max(1, BLOCK_BYTES // (max(laid, read) * height))  # 1 unless a whole map fits a block
            sections = ((1, width, wide, down, min(groups, fit), max(1, fit // groups)),)
            return cls(rows, columns, True, 1, range(1), 1, span, 1, sections)
        shifted = filters > 1 or columns.stride > 1
        if channels == 1 and kernel_columns <= FEW_COLUMNS and width * kernel_columns * size <= SHORT_ROW:
            shifted = True
        copies, shifts = (kernel_columns, range(1)) if shifted else (1, range(0, columns.extent, columns.dilation))
        sets, together = rows.dilation, ROWS_TOGETHER if filters == 1 else 1
        column = channels * copies * size  # bytes of one in a row that is laid out
        # A block has room for at least twice the kernel's rows, so that few rows are laid out twice.
        most, lines = max(WIDE_ENOUGH, BLOCK_BYTES // (2 * kernel_rows * column)), -(-height // sets)
        found = []
        for count, across in filter(all, ((width // most, most), (1, width % most))):
            wide = across if shifted else (across - 1) * columns.stride + columns.extent
            down = max(1, (BLOCK_BYTES // (wide * column) - kernel_rows) // rows.stride // together) * together
            whole_map = ((lines - 1) * rows.stride + kernel_rows) * wide * column
            fit = max(1, min(groups, 2 * BLOCK_BYTES // whole_map))  # of 64 planes at 112, a quarter faster than 1
            found.append((count, across, wide, min(down, lines), fit, 1))
        return cls(rows, columns, False, copies, shifts, sets, kernel_rows, together, tuple(found))


def laid_out(weight: tuple[int, ...], groups: int, rows: Window, columns: Window, outputs: tuple[int, int]) -> int:
    """About how many numbers `conv2d` copies for the products of one image, each call of NumPy counted as CALL.

    What the kernel's numbers are is not known here: one of factors (separable.py) takes the same room and less time.

    weight   the weight's shape, (out_channels, C / groups, kH, kW)
    outputs  the output's height and width
    """
    plan = Tiling.of((groups, weight[0] // groups, *weight[1:]), outputs, rows, columns, 4)
    (_, channels, kernel_rows, kernel_columns), (down, across) = weight, outputs
    sets, lines = min(plan.sets, down), -(-down // plan.sets)  # and output rows of one
    blocks = once = copied = 0  # of one set; once: what each output row adds, if no row is laid out for two blocks
    for count, _, wide, most, some, _ in plan.sections:
        pieces, row = count * -(-lines // most), groups * channels * plan.copies * wide
        blocks += pieces * -(-groups // some)
        once += row * count * lines
        copied += row * (count * lines * rows.stride + pieces * (plan.span - rows.stride))
    if plan.by_windows:  # into memory fresh from the system, and from there each row of each window by itself
        copied = 3 * copied + groups * channels * kernel_rows * kernel_columns * down * (across + RUN)
        return copied + 20 * blocks * CALL
    copied = sets * (copied + once) + groups * down * across * kernel_columns
    return copied + (50 + (20 + kernel_columns) * sets * blocks) * CALL
