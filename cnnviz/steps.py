"""What one step of an operation shows, for every operation alike.

    terms -> reduction (sum, mean, max) -> scale and bias -> function

A convolution is products, summed, plus a bias. Max pooling is values, the largest. LeNet's S2 is
values, their mean, times a coefficient, plus a bias, squashed. An RBF unit is squared differences,
summed. A unit of a fully connected layer is a window over everything.

A `Trace` is one whole map of one operation, ready to be walked through: the input, what each output
reads of it, and the output as the operation computed it. `Trace.envelope()` packs it for the
browser, whose arithmetic must agree with `Trace.step`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import Window, origin

TERMS = ("product", "value", "squared difference")
REDUCTIONS = ("sum", "mean", "max")

_REDUCE: dict[str, Callable[[np.ndarray], np.floating]] = {"sum": np.sum, "mean": np.mean, "max": np.max}

# Scalar functions that a step may end with. LeNet's is 1.7159 tanh(2x/3) (LeCun et al. 1998, appendix A).
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "leaky relu": lambda x: x if x > 0 else 0.01 * x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
    "tanh": math.tanh,
    "scaled tanh": lambda x: 1.7159 * math.tanh(2 * x / 3),
    "gelu": lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))),
}

# How a trace treats the positions outside the input: one of the padding modes, or "none" where they
# take no part at all (max pooling, and average pooling that does not count its padding).
OUTSIDE = ("zeros", "reflect", "replicate", "circular", "none")


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
        return float(np.nansum(np.abs(self.terms)))


@dataclass(frozen=True)
class Trace:
    """One map of one operation, as it is walked through.

    input     (C, H, W): uint8 levels, or floats; the operation reads `input / divisor`
    output    (outH, outW) floats, as the operation computed them
    rows, columns  the Windows of the two axes
    channels  the input channels that this map reads
    weight    (len(channels), kH, kW), or None where the terms are bare values
    term, reduction, scale, bias, function  how the number comes about
    outside   one of OUTSIDE
    limit     the value drawn in the palette's full colour (0: taken from the output)
    factor    a common factor of the weights, drawn outside the sum (1/9 x ...)
    names     what the panels are called: "input", "output", "channels"
    """

    input: np.ndarray
    output: np.ndarray
    rows: Window
    columns: Window
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
    factor: Fraction = Fraction(1)
    names: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value, allowed, name in (
            (self.term, TERMS, "term"), (self.reduction, REDUCTIONS, "reduction"),
            (self.function, tuple(FUNCTIONS), "function"), (self.outside, OUTSIDE, "outside"),
        ):  # fmt: skip
            if value not in allowed:
                raise SettingError(f"{name} is {value!r}; it is one of {', '.join(allowed)}.")
        if self.input.ndim != 3 or self.output.ndim != 2:
            raise ArrayError(
                f"A trace has an input of three axes and an output of two, not {self.input.ndim} and {self.output.ndim}."
            )
        shape = (len(self.channels), self.rows.kernel_size, self.columns.kernel_size)
        if (self.weight is None) != (self.term == "value"):
            raise ArrayError(f'Terms that are a "{self.term}" {"need" if self.weight is None else "take no"} weights.')
        if self.weight is not None and self.weight.shape != shape:
            raise ArrayError(f"The weights are {self.weight.shape}; the window needs {shape}.")

    def __repr__(self) -> str:
        c, h, w = self.input.shape
        return (
            f"Trace({h} x {w} x {c} -> {self.output.shape[0]} x {self.output.shape[1]}, "
            f"{self.reduction} of {self.term}s, {self.rows!r} by {self.columns!r})"
        )

    def step(self, row: int, column: int) -> Step:
        """How output (row, column), counted from 0, comes about: the obvious loop, in float64."""
        _, height, width = self.input.shape
        shape = (len(self.channels), self.rows.kernel_size, self.columns.kernel_size)
        values = np.full(shape, np.nan)
        beyond_rows, beyond_columns = height + self.rows.after, width + self.columns.after
        for j, y in enumerate(self.rows.taps(row)):
            for k, x in enumerate(self.columns.taps(column)):
                if y >= beyond_rows or x >= beyond_columns:  # ceil_mode's last window hangs over the padding
                    continue
                mode = "zeros" if self.outside == "none" else self.outside
                at_y, at_x = origin(y, height, mode), origin(x, width, mode)
                for i, channel in enumerate(self.channels):
                    if at_y is not None and at_x is not None:
                        values[i, j, k] = self.input[channel, at_y, at_x] / self.divisor
                    elif self.outside == "zeros":
                        values[i, j, k] = 0.0
        if self.weight is None:
            terms = values
        elif self.term == "product":
            terms = values * self.weight
        else:
            terms = (values - self.weight) ** 2
        present = terms[~np.isnan(terms)]
        reduced = float(_REDUCE[self.reduction](present))
        result = FUNCTIONS[self.function](self.scale * reduced + self.bias)
        return Step(row, column, values, self.weight, terms, reduced, result)

    def envelope(self, **options: bool) -> bytes:
        """The trace as one `bytes`: a JSON header's length (uint32), the header, then the arrays, each at 8 bytes.

        `options` go into the header as they are; they are the stage's own, such as `autoplay`.

        One flat `bytes` is the only form that reaches a Streamlit component uncopied and unescaped.
        """
        levels = self.input if self.input.dtype == np.uint8 else self.input.astype(np.float32)
        arrays = {"input": levels, "output": self.output.astype(np.float32)}
        if self.weight is not None:
            arrays["weight"] = self.weight.astype(np.float64)
        header: dict[str, object] = {
            "rows": _axis(self.rows), "columns": _axis(self.columns), "channels": self.channels,
            "divisor": self.divisor, "term": self.term, "reduction": self.reduction, "scale": self.scale,
            "bias": self.bias, "function": self.function, "outside": self.outside,
            "limit": self.limit or float(np.abs(self.output).max(initial=0.0)),
            "factor": [self.factor.numerator, self.factor.denominator], "names": self.names,
            "options": options,
        }  # fmt: skip
        described, offset = {}, 0
        for name, array in arrays.items():
            described[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": offset}
            offset += _aligned(array.nbytes)
        header["arrays"] = described
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (_aligned(4 + len(text)) - 4 - len(text))
        parts = [len(text).to_bytes(4, "little"), text]
        for array in arrays.values():
            parts += [np.ascontiguousarray(array).tobytes(), bytes(_aligned(array.nbytes) - array.nbytes)]
        return b"".join(parts)


def _aligned(size: int) -> int:
    return -(-size // 8) * 8


def _axis(window: Window) -> dict[str, int]:
    return {
        "kernel": window.kernel_size, "stride": window.stride, "before": window.before,
        "after": window.after, "dilation": window.dilation,
    }  # fmt: skip
