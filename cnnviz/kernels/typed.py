"""Kernels as text: what a visitor types, read with the place of every mistake, and written to be read back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import real
from cnnviz.errors import KernelError
from cnnviz.kernels.pasted import NUMBER, plain
from cnnviz.kernels.separators import settled
from cnnviz.kernels.weights import LARGEST, LIMIT, SLICES, Weights, checked, factor, quoted, share
from cnnviz.numbers import grouped, times

LONGEST = 20_000  # characters of typed text; 15 x 15 x 3 numbers written out in full take fewer

_CELL = re.compile(rf"({NUMBER})(?:/({NUMBER}))?")
_FACTOR = re.compile(rf"\s*+({_CELL.pattern})[^\S\n]*+(?:\*|[xX×·⋅](?=[\s\[])|(?=\[))\s*")
_COMMA_IN_FACTOR = re.compile(r"(\s*+[+-]?(?:[0-9]++(?=,[0-9]{1,2}\b|,[0-9]{4})|0)),[0-9]++(?=\s*+[*×·⋅])")
_SPACED_SLASH = re.compile(r"(?<=[0-9.])[ \t]*/[ \t]*(?=[0-9.+-])")
_TOKEN = re.compile(r"\s+|[,;|\[\]]|[^\s,;|\[\]]+")
_WITH_COMMAS = re.compile(r"\s+|[,;|\[\]]|[^\s,;|\[\]]+(?:,+[^\s,;|\[\]]+)*")  # a comma inside belongs to its cell
_SIGNS = str.maketrans({**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
                        "\u2044": "/", "\u2215": "/", **dict.fromkeys("⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠│", " "),
                        **dict.fromkeys("\ufeff\u200b\u2060")})  # brackets that are drawn; marks that are not seen


def parse(text: str) -> Weights:
    """The kernel that a text means: float64 (kH, kW), or (C, kH, kW) where it has more than one slice.

    Cells    2, -0.5, .5, 1e-3, 1/9; minus may be any dash. Separated by spaces, tabs or commas; beside other
             separators a comma is a decimal one, 0,5 0,25, and where it could be either it is refused (separators.py).
    Rows     separated by `;` or new lines, or each in brackets: [[1, 0], [0, 1]].
    Slices   separated by `|` or an empty line, or each in brackets around its rows.
    Factor   one number for all, in front, 1/9 * [[1, 1], [1, 1]], also with x or a multiplication sign, or behind
             brackets: [[1, 1], [1, 1]] / 9.
    Pasted   what NumPy, PyTorch, C, MATLAB, LaTeX and others print, without what stands around it (pasted.py).

    At most 15 rows, 15 columns, 3 slices and 20,000 characters, each weight within +-1e9 (too close to 0
    for a float64 it is 0). Nothing is evaluated. Raises KernelError, naming row and column counted from 1.
    """
    if not isinstance(text, str):
        raise KernelError("A kernel is typed as text, such as 0 1 0; 1 -4 1; 0 1 0.")
    head = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").translate(_SIGNS)
    head = _SPACED_SLASH.sub("/", plain(head))
    if found := _COMMA_IN_FACTOR.match(head):
        head = f"{found[1]}.{head[found.end(1) + 1:]}"
    scale, body = (1.0, 1.0), head
    in_front = _FACTOR.match(head)
    if in_front:
        scale, body = _ratio(in_front[1], "The common factor"), head[in_front.end():]
    body, unclear = settled(body)
    reader = _Reader(scale, _deepest(body))
    for token in (_WITH_COMMAS if unclear else _TOKEN).finditer(body):
        reader.read(token[0])
    if len(text) > LONGEST:
        raise KernelError(f"The text has {grouped(len(text))} characters; a kernel takes at most {grouped(LONGEST)}.")
    slices = reader.finish()
    return np.array(slices[0] if len(slices) == 1 else slices, dtype=np.float64)


def _ratio(cell: str, where: str) -> tuple[float, float]:
    """Numerator and denominator of a cell, kept apart so that a common factor costs no rounding of its own."""
    match = _CELL.fullmatch(cell)
    if not match:
        raise KernelError(f"{where}: {_why_not(cell)}")
    below = float(match[2] or 1)
    if below == 0:
        raise KernelError(f"{where}: {quoted(cell)} divides by zero.")
    return float(match[1]), below


def _why_not(cell: str) -> str:
    """Why a cell is no number, and what works."""
    if "," in cell:
        return (f"the comma in {quoted(cell)} can be a decimal comma or stand between numbers; write a point for a "
                "decimal comma, or a space after each comma between numbers.")
    if "..." in cell or "…" in cell:
        return f"{quoted(cell)} stands for numbers that were left out; paste all of them."
    if cell.endswith("(") or re.match(r"\.?'|\.[A-Za-z]", cell):  # a function, MATLAB's and NumPy's transposition
        return f"{quoted(cell)} is not worked out here; paste the numbers that it gives."
    return f"{quoted(cell)} is not a number; write numbers such as 2, -0.5 or 1/9."


def _deepest(body: str) -> int:
    """How deep the brackets go. Numbers stand in the innermost ones."""
    if body.count("[") > 1 + SLICES * (1 + LARGEST):
        raise KernelError(f"There are more brackets than {SLICES} slices of {LARGEST} rows can have.")
    depth = deepest = 0
    for bracket in re.finditer(r"[\[\]]", body):
        depth += 1 if bracket[0] == "[" else -1
        deepest = max(deepest, depth)
        if depth < 0:
            raise KernelError("There is a ] without a [ before it.")
        if depth > 3:
            raise KernelError("Brackets go at most three deep: slices, rows, numbers.")
    return deepest


class _Reader:
    """Puts cells into rows and rows into slices, token by token, and stops at the first thing wrong.

    Brackets two or three deep say by themselves where a row ends, so a new line inside them says
    nothing (long rows are printed that way); otherwise it ends a row, and an empty line a slice.
    """

    def __init__(self, scale: tuple[float, float], deepest: int) -> None:
        self.scale = scale
        self.deepest = deepest
        self.depth = 0
        self.slices: list[list[list[float]]] = []
        self.rows: list[list[float]] = []
        self.row: list[float] = []
        self.before = ""  # the token before: a separator, "0" for any cell, "\n" for a row's end, "" at the start
        self.bar = True  # whether a slice must come: at the start and after a |

    def where(self) -> str:
        """The place of the next cell, counted from 1."""
        place = f"row {len(self.rows) + 1}, column {len(self.row) + 1}"
        place = f"slice {len(self.slices) + 1}, {place}" if self.slices else place
        return place[0].upper() + place[1:]

    def read(self, token: str) -> None:
        if token.isspace():
            self.read_space(token)
        elif token == ",":
            if self.before in ("", ",", ";", "|", "[", "\n"):
                raise KernelError(f"{self.where()} is empty: there is a comma without a number before it.")
            self.before = token
        elif token == ";":
            if self.before in ("", ";", "|", "["):
                raise KernelError(f"{self.where()} is empty: there is a ; without a row before it.")
            self.end_row()
            self.before = token
        elif token == "|":
            self.end_slice()
            if self.bar:
                raise KernelError(f"Slice {len(self.slices) + 1} is empty: there is a | without rows before it.")
            self.bar, self.before = True, token
        elif token == "[":
            self.depth += 1
            self.before = token
        elif token == "]":
            if self.before == "[":
                raise KernelError(f"{self.where()} is empty: the brackets hold no number.")
            self.end_row()
            if self.depth == self.deepest - 1:
                self.end_slice()
            self.depth -= 1
            self.before = token
        else:
            self.read_cell(token)

    def read_space(self, token: str) -> None:
        lines = token.count("\n")
        if lines and self.deepest < 2:
            self.end_row()
            if lines > 1:
                self.end_slice()
            if self.before == "0":  # a comma may end a line, as in C and Python, but not begin one
                self.before = "\n"

    def read_cell(self, cell: str) -> None:
        where = self.where()
        above, below = _ratio(cell, where)
        if self.depth != self.deepest:
            raise KernelError(f"{where}: {quoted(cell)} stands outside the brackets of the other rows.")
        if len(self.slices) == SLICES:
            raise KernelError(f"{where} is too much: a kernel has at most {SLICES} slices.")
        if len(self.rows) == LARGEST:
            raise KernelError(f"{where} is too much: a kernel has at most {LARGEST} rows.")
        if len(self.row) == LARGEST:
            raise KernelError(f"{where} is too much: a kernel has at most {LARGEST} columns.")
        below *= self.scale[1]
        weight = above * self.scale[0] / below if below else math.inf
        if not abs(weight) <= LIMIT:  # so, for a nan of inf * 0 is to be refused too
            raise KernelError(f"{where}: {quoted(cell)} is too large; weights go up to {grouped(LIMIT)}.")
        self.row.append(weight + 0.0)  # + 0.0: no negative zero
        self.bar, self.before = False, "0"

    def end_row(self) -> None:
        if self.row:
            self.rows.append(self.row)
            self.row = []

    def end_slice(self) -> None:
        self.end_row()
        if self.rows:
            self.slices.append(self.rows)
            self.rows = []

    def finish(self) -> list[list[list[float]]]:
        """The slices, after a look at whether they are all alike."""
        self.end_slice()
        if self.depth:
            raise KernelError("There is a [ that is never closed.")
        if not self.slices:
            raise KernelError("There are no numbers here; write a kernel such as 0 1 0; 1 -4 1; 0 1 0.")
        if self.bar:
            raise KernelError(f"Slice {len(self.slices) + 1} is empty: there are no rows after the last |.")
        height, width = len(self.slices[0]), len(self.slices[0][0])
        for number, rows in enumerate(self.slices, 1):
            prefix = f"Slice {number}, row" if len(self.slices) > 1 else "Row"
            for index, row in enumerate(rows, 1):
                if len(row) != width:
                    raise KernelError(f"{prefix} {index} ends at column {len(row)}; "
                                      f"the first row ends at column {width}.")
            if len(rows) != height:
                raise KernelError(f"Slice {number} ends at row {len(rows)}; the first slice ends at row {height}.")
        return self.slices


def formatted(weights: ArrayLike) -> str:
    """The shortest text that `parse` reads back to exactly the same float64 numbers.

    (kH, kW) or (C, kH, kW) with at most 15 x 15 x 3 finite weights within +-1e9. Rows are separated by
    "; ", slices by " | ", cells by spaces; a cell is a decimal or a simple fraction, and where that is
    shorter a common factor stands in front: "1/9 * 1 1 1; 1 1 1; 1 1 1". A single slice (1, kH, kW) reads
    back as (kH, kW), and -0 as 0. Raises KernelError for weights that `parse` would refuse, ArrayError for
    other shapes.
    """
    array = checked(weights) + 0.0
    slices = array[np.newaxis] if array.ndim == 2 else array
    if slices.shape[0] > SLICES or max(slices.shape[1:]) > LARGEST:
        raise KernelError(f"A kernel of shape {array.shape} is too large; "
                          f"at most {SLICES} slices of {times(LARGEST, LARGEST)} can be written.")
    unwritable = np.argwhere(~(np.abs(slices) <= LIMIT))
    if len(unwritable):
        number, row, column = unwritable[0].tolist()
        raise KernelError(f"Slice {number + 1}, row {row + 1}, column {column + 1}: {slices[number, row, column]} "
                          f"cannot be written; weights are finite and go up to {grouped(LIMIT)}.")
    text = _joined(slices, cell_text)
    common = factor(slices)
    if common and common[1] != 1:
        text = min(text, f"{common[1]} * " + _joined(common[0], str), key=len)
    return text


def _joined(slices: NDArray[Any], write: Callable[[Any], str]) -> str:
    return " | ".join("; ".join(" ".join(map(write, row)) for row in rows) for rows in slices.tolist())


def cell_text(weight: float) -> str:
    """One finite weight as the shortest decimal or fraction that `parse` reads back exactly.

    The fraction is a simple one or, of a slice of an RGB filter, a thousandth of one: 1/9 and 299/9000. Raises
    SettingError for anything else.
    """
    weight = real(weight, "weight")
    decimal = re.sub(r"\.0$|(?<=e-)0", "", repr(weight))
    if len(decimal) <= 3:  # no fraction is shorter
        return decimal
    fraction = share(weight)
    return decimal if fraction is None else min(decimal, str(fraction), key=len)


def short_text(weight: float) -> str:
    """One finite weight as a cell to edit holds it: `cell_text`, or six digits where that is long.

    A Gabor's weights have 17 digits; once they are a visitor's own numbers, six say all that a map can show.
    """
    exact = cell_text(weight)
    return exact if len(exact) <= 12 else cell_text(float(f"{weight:.6g}"))
