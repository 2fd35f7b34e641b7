"""What one step of an operation shows, for every operation alike.

    terms -> reduction (sum, mean, max) -> scale and bias -> power -> function -> gate

A convolution is products, summed, plus a bias. Max pooling is values, the largest. LeNet's S2 is
values, their mean, times a coefficient, plus a bias, squashed. An RBF unit is squared differences,
summed. A unit of a fully connected layer is a window over everything.

A layer says of what `Terms` its maps are made. A `Trace` is one whole map of one operation, ready to be walked
through: the input, what each output reads of it, and the output as the operation computed it. `Trace.envelope()` packs
it for the browser, whose arithmetic must agree with `Trace.step`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from cnnviz.checks import is_row, numbers, one_of, told, whole
from cnnviz.envelope import packed
from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import PADDING_MODES, Axis, Window, check_padding, origin
from cnnviz.ops import ACTIVATIONS, PARTS
from cnnviz.signatures import checked, hold

TERMS = ("product", "value", "square", "squared difference")
REDUCTIONS = ("sum", "mean", "max")

_REDUCE: dict[str, Callable[[np.ndarray], np.floating]] = {"sum": np.sum, "mean": np.mean, "max": np.max}


def _of_one_number(function: Callable[[float], np.ndarray]) -> Callable[[float], float]:
    return lambda x: float(function(x))


# Scalar functions, in float64, that a step may end with.
FUNCTIONS: dict[str, Callable[[float], float]] = {
    key: _of_one_number(activation.function) for key, activation in {**ACTIVATIONS, **PARTS}.items()
}

# How a trace treats the positions outside the input: one of the padding modes, or "none" where they
# take no part at all (max pooling, and average pooling that does not count its padding).
OUTSIDE = (*PADDING_MODES, "none")

# An output below this share of what the terms could add up to is what rounding leaves of a zero.
ROUNDING = 1e-9


class Terms(TypedDict, total=False):
    """What tells the map of one operation from that of another: the fields of a `Trace` of these names.

    input          what is read in place of what came in, where that is not it: of dropout, what was kept
    spacing        how far apart its numbers lie in that, where zeros were put between
    rows, columns  the Windows, where they are not the layer's
    """

    channels: tuple[int, ...]
    weight: np.ndarray
    term: str
    reduction: str
    scale: float
    bias: float
    exponent: float
    function: str
    gate: np.ndarray
    outside: str
    input: np.ndarray
    spacing: tuple[int, int]
    rows: Axis
    columns: Axis


@checked
@dataclass(frozen=True)
class Step:
    """One position. `values`, `weights` and `terms` are (channels, kH, kW); NaN marks a tap that takes no part."""

    row: int
    column: int
    values: np.ndarray
    weights: np.ndarray | None
    terms: np.ndarray
    reduced: float
    result: float

    @property
    def magnitude(self) -> float:
        """The sum of the absolute terms: what a rounding error is measured against."""
        with np.errstate(over="ignore"):
            return float(np.nansum(np.abs(self.terms)))


@checked
@dataclass(frozen=True)
class Trace:
    """One map of one operation, as it is walked through.

    input     (C, H, W): uint8 levels, or other real numbers; the operation reads `input / divisor`
    output    (outH, outW), as the operation computed it. Its size is its own matter: with ceil_mode it may have a row
              and a column more than `Window.output_size` says
    rows, columns  the Windows of the two axes, or Spans, whose smaller windows have taps that take no part
    channels  the input channels that this map reads
    weight    (len(channels), kH, kW), the same at every place, or None where the terms are bare values; or of five
              axes, (outH, outW, len(channels), kH, kW): at each place its own, of Spans (an enlarged map), or of a
              Window, which then stays where it is at the first (attention, whose window is the whole input)
    term, reduction, scale, bias, function  how the number comes about
    exponent  the power to which it is raised before the function
    gate      (outH, outW): what it is multiplied by at last, a number of its own at each place; None: nothing
    outside   one of OUTSIDE
    limit     the value drawn in the palette's full colour (0: taken from the output)
    input_limit  the same of the input, a map then; 0: an input without negatives is drawn in grey, as a picture is
    factor    a common factor of the weights, drawn outside the sum (1/9 x ...)
    names     what the panels are called: "input", "output", "channels"
    spacing   how far apart the numbers of the input lie, down and across: between them zeros were put, and are drawn
              as padding is

    Raises SettingError for a setting that is none, DoesNotFit for padding that has too little to borrow from, and
    ArrayError for arrays that do not belong together or hold nan or inf.
    """

    input: np.ndarray
    output: np.ndarray
    rows: Axis
    columns: Axis
    channels: tuple[int, ...]
    weight: np.ndarray | None = None
    divisor: float = 1.0
    term: str = "product"
    reduction: str = "sum"
    scale: float = 1.0
    bias: float = 0.0
    function: str = "identity"
    outside: str = "zeros"
    limit: float = 0.0
    input_limit: float = 0.0
    factor: Fraction = Fraction(1)
    names: dict[str, object] = field(default_factory=dict)
    exponent: float = 1.0
    gate: np.ndarray | None = None
    spacing: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        hold(self, "rows", "columns", "divisor", "scale", "bias", "exponent", "limit", "input_limit", "factor", "names",
             "spacing")  # fmt: skip
        for apart in self.spacing:
            whole(apart, "spacing", 1)
        for name, allowed in (
            ("term", TERMS), ("reduction", REDUCTIONS), ("function", FUNCTIONS), ("outside", OUTSIDE),
        ):  # fmt: skip
            one_of(getattr(self, name), name, allowed)
        if not is_row(self.channels):
            raise SettingError(f"channels is {told(self.channels)}; it is a row of whole numbers, such as (0, 1, 2).")
        object.__setattr__(self, "channels", tuple(whole(channel, "a channel", 0) for channel in self.channels))
        for name, works, wanted in (
            ("divisor", self.divisor > 0, "above 0"), ("limit", self.limit >= 0, "of at least 0"),
            ("input_limit", self.input_limit >= 0, "of at least 0"),
            ("scale", True, "that is finite"), ("bias", True, "that is finite"), ("exponent", True, "that is finite"),
        ):  # fmt: skip
            if not (works and math.isfinite(getattr(self, name))):
                raise SettingError(f"{name} is {getattr(self, name):g}; it must be a number {wanted}.")
        self._check_arrays()
        self._check_axis("rows", self.rows, self.input.shape[1], self.output.shape[0])
        self._check_axis("columns", self.columns, self.input.shape[2], self.output.shape[1])

    def _check_arrays(self) -> None:
        for name in ("input", "output", "weight", "gate"):
            if getattr(self, name) is not None or name in ("input", "output"):
                object.__setattr__(self, name, _finite(getattr(self, name), name))
        if self.input.ndim != 3 or self.output.ndim != 2:
            axes = f"{self.input.ndim} and {self.output.ndim}"
            raise ArrayError(f"A trace has an input of three axes and an output of two, not {axes}.")
        if self.gate is not None and self.gate.shape != self.output.shape:
            raise ArrayError(f"The gate is {self.gate.shape}; the output is {self.output.shape}, and so is it.")
        depth = len(self.input)
        if not self.channels or max(self.channels) >= depth:
            channels = told(self.channels)
            raise ArrayError(f"The map reads the channels {channels}; the input has {depth}, counted from 0.")
        shape: tuple[int, ...] = (len(self.channels), self.rows.kernel_size, self.columns.kernel_size)
        if self.has_own_weights:
            shape = (*self.output.shape, *shape)
        if (self.weight is None) != (self.term in ("value", "square")):
            raise ArrayError(f'Terms that are a "{self.term}" {"need" if self.weight is None else "take no"} weights.')
        if self.weight is not None and self.weight.shape != shape:
            raise ArrayError(f"The weights are {self.weight.shape}; the window needs {shape}.")

    def _check_axis(self, name: str, window: Axis, size: int, count: int) -> None:
        if not isinstance(window, Window):
            if window.output_size(size) != count:
                raise ArrayError(f"The output has {count} {name}; its windows are {window.output_size(size)}.")
            return
        if self.outside in PADDING_MODES:
            check_padding(window, size, self.outside)
            first, end = -window.before, size + window.after
        else:
            first, end = 0, size
        starts = np.arange(count) * window.stride * (not self._stays(window)) - window.before
        nearest = starts + np.maximum(0, -((starts - first) // window.dilation)) * window.dilation  # tap at or after it
        if count < 1 or not np.all((nearest < end) & (nearest < starts + window.extent)):
            raise ArrayError(f"An output of {count} {name} has some that read nothing: {window!r} goes over {size}.")

    def __repr__(self) -> str:
        c, h, w = self.input.shape
        return (
            f"Trace({h} x {w} x {c} -> {self.output.shape[0]} x {self.output.shape[1]}, "
            f"{self.reduction} of {self.term}s, {self.rows!r} by {self.columns!r})"
        )

    def step(self, row: int, column: int) -> Step:
        """How output (row, column), counted from 0, comes about: the obvious loop, in float64.

        Raises SettingError where the output has no such cell.
        """
        if not (0 <= row < self.output.shape[0] and 0 <= column < self.output.shape[1]):
            raise SettingError(f"The output is {self.output.shape}; it has no cell {told((row, column))}.")
        _, height, width = self.input.shape
        shape = (len(self.channels), self.rows.kernel_size, self.columns.kernel_size)
        values = np.full(shape, np.nan)
        beyond_rows, beyond_columns = height + self.rows.after, width + self.columns.after
        weight, down, across = self.weight, row, column
        if weight is not None and self.has_own_weights:
            weight = weight[row, column]
            down, across = (at * (not self._stays(axis)) for axis, at in ((self.rows, row), (self.columns, column)))
        for j, y in enumerate(self.rows.taps(down)):
            for k, x in enumerate(self.columns.taps(across)):
                if y >= beyond_rows or x >= beyond_columns:  # ceil_mode's last window hangs over the padding
                    continue
                mode = "zeros" if self.outside == "none" else self.outside
                at_y, at_x = origin(y, height, mode), origin(x, width, mode)
                for i, channel in enumerate(self.channels):
                    if at_y is not None and at_x is not None:
                        values[i, j, k] = float(self.input[channel, at_y, at_x]) / self.divisor
                    elif self.outside == "zeros":
                        values[i, j, k] = 0.0
        if weight is None:
            terms = values if self.term == "value" else values**2
        elif self.term == "product":
            terms = values * weight
        else:
            terms = (values - weight) ** 2
        present = terms[~np.isnan(terms)]
        reduced = float(_REDUCE[self.reduction](present))
        result = FUNCTIONS[self.function]((self.scale * reduced + self.bias) ** self.exponent)
        if self.gate is not None:
            result *= float(self.gate[row, column])
        return Step(row, column, values, weight, terms, reduced, result)

    def largest(self) -> float:
        """The largest output, without its sign; 0 where the whole map is what rounding left of zeros."""
        largest = float(np.abs(self.output).max())
        if self.weight is None or self.term != "product" or not self.is_open:
            return largest
        return largest if largest > ROUNDING * self.reach else 0.0

    @property
    def reach(self) -> float:
        """What an output's terms could add up to, at most, with the bias: what its rounding is measured against."""
        weight = 1.0 if self.weight is None else float(np.abs(self.weight).sum((-3, -2, -1)).max())
        return abs(self.scale) * weight * float(np.abs(self.input).max()) / self.divisor + abs(self.bias)

    @property
    def has_own_weights(self) -> bool:
        """Whether each place has weights of its own."""
        return self.weight is not None and self.weight.ndim == 5

    def _stays(self, window: Axis) -> bool:
        """Whether a window stays where it is at the first place."""
        return self.has_own_weights and isinstance(window, Window)

    @property
    def is_open(self) -> bool:
        """Whether nothing bends its number yet, so that what follows may be joined to it."""
        return self.function == "identity" and self.exponent == 1 and self.gate is None

    def narrowed(self, channels: Sequence[str] | None = None) -> Trace:
        """The same with only what it reads in its input; `channels`: what each of that is called."""
        names = self.names if channels is None else {**self.names, "channels": [*channels]}
        reads = range(len(self.channels))
        return replace(self, input=self.input[list(self.channels)], channels=tuple(reads), names=names)

    @property
    def nbytes(self) -> int:
        """How many bytes its arrays take in an envelope."""
        return sum(array.nbytes for array in self._arrays().values())

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {"input": self.input, "output": narrowed(self.output)}
        if self.weight is not None:
            arrays["weight"] = self.weight.astype(np.float64)
        return arrays if self.gate is None else {**arrays, "gate": self.gate.astype(np.float64)}

    def _axis(self, window: Axis) -> dict[str, object]:
        told: dict[str, object] = {
            "kernel": window.kernel_size, "stride": 0 if self._stays(window) else window.stride,
            "before": window.before, "after": window.after, "dilation": window.dilation,
        }  # fmt: skip
        return told if isinstance(window, Window) else {**told, "starts": window.starts, "counts": window.counts}

    def envelope(self, held: str = "", **options: object) -> bytes:
        """The trace for the browser. `options` are the stage's own, such as `autoplay`, and go in as they are.

        held  the id under which the browser holds the input already; without it the input goes along
        """
        header = {
            "rows": self._axis(self.rows), "columns": self._axis(self.columns), "channels": self.channels,
            "divisor": self.divisor, "term": self.term, "reduction": self.reduction, "scale": self.scale,
            "bias": self.bias, "function": self.function, "outside": self.outside,
            "limit": self.limit or self.largest(), "inputLimit": self.input_limit,
            "factor": [self.factor.numerator, self.factor.denominator], "names": self.names,
            "options": options,
        }  # fmt: skip
        if self.exponent != 1:
            header["exponent"] = self.exponent
        if self.spacing != (1, 1):
            header["spacing"] = self.spacing
        arrays = self._arrays()
        if held:
            header["held"] = held
            del arrays["input"]
        return packed(header, arrays)


@checked
def narrowed(map: np.ndarray) -> np.ndarray:
    """A map as float32, half the size; as it is from a million on, where float32 begins to lose what is shown of it."""
    return map if map.dtype == np.float64 and np.abs(map).max(initial=0) >= 1e6 else map.astype(np.float32)


def _finite(value: npt.ArrayLike, name: str) -> np.ndarray:
    """nan marks a tap that takes no part, so it cannot be a number too; JSON has neither nan nor inf."""
    try:
        array = numbers(value, name)
    except ArrayError:
        array = np.array(np.nan)
    if not np.isfinite(array).all():
        raise ArrayError(f"The {name} of a trace must hold real, finite numbers.")
    return array
