"""POOL to a size: as many windows as the output is to have numbers, whatever comes in."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import told, whole
from cnnviz.errors import SettingError
from cnnviz.geometry import Axis, Window, pair
from cnnviz.layers.grammar import POOLING, Grammar, Slot
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Parameters,
    Shape,
    alone,
    by,
    call_of,
    needs_volume,
)
from cnnviz.numbers import TIMES
from cnnviz.ops.tiling import CALL
from cnnviz.signatures import checked
from cnnviz.spans import Spans
from cnnviz.steps import Terms

OutputSize = int | None | tuple[int | None, int | None]
OUTPUT_SIZE = Slot(
    "output_size", r"to|size|output[\s_-]*size", noun="output's size", above_0="the output's size", bare=True,
    needed=True, one=r"\d+|keep|none",
)  # fmt: skip


@checked
class _Adaptive(Layer):
    """Pooling to a size: (C, H, W) -> (C, Ho, Wo). Output i reads from floor(i * H / Ho) up to ceil((i + 1) * H / Ho),
    so that windows differ by one in size, and share a position, where the sizes do not divide."""

    kind: ClassVar[str] = "POOL"
    by_channel: ClassVar[bool] = True
    output_size: OutputSize
    _one: ClassVar[str]  # the operator of the whole map, and that of windows that slide
    _slides: ClassVar[str]
    _operation: ClassVar[str]
    _in_keras: ClassVar[str]

    def __post_init__(self) -> None:
        down, across = (
            one if one is None else whole(one, "output_size", 1) for one in _sizes(self.output_size)
        )
        object.__setattr__(self, "output_size", down if down == across else (down, across))

    @property
    def _size(self) -> str:
        return f" {TIMES} ".join("as it is" if one is None else told(one) for one in _sizes(self.output_size))

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        down, across = (size if one is None else one for one, size in zip(_sizes(self.output_size), shape[1:]))
        return shape[0], down, across

    def windows(self, shape: Shape) -> tuple[Axis, Axis]:
        """Axis that slide where the sizes divide."""
        down, across = (
            Spans.shared_out(size, count) if size % count else Window(size // count, size // count)
            for size, count in zip(shape[1:], self.output_shape(shape)[1:])
        )
        return down, across

    def _read(self, shape: Shape) -> list[int]:
        """How many positions all windows of an axis read together."""
        axes = zip(self.windows(shape), self.output_shape(shape)[1:])
        return [sum(one.counts) if isinstance(one, Spans) else count * one.kernel_size for one, count in axes]

    def in_a_window(self, shape: Shape) -> int:
        """The most."""
        return math.prod(window.kernel_size for window in self.windows(shape))

    def handled(self, shape: Shape) -> int:
        """Over the rows of all windows, then over their columns."""
        (down, across), (channels, outputs, _) = self._read(shape), self.output_shape(shape)
        calls = sum(window.kernel_size for window in self.windows(shape))
        return channels * (down * shape[2] + outputs * across) + CALL * calls

    def operations(self, shape: Shape) -> dict[str, int]:
        """One operation less than a window has numbers."""
        channels, *outputs = self.output_shape(shape)
        return {self._operation: channels * (math.prod(self._read(shape)) - math.prod(outputs))}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        rows, columns = self.windows(shape)
        if self.output_shape(shape)[1:] == (1, 1):
            return alone(self._one)
        if isinstance(rows, Spans) or isinstance(columns, Spans):
            sizes = f"{by(tuple(shape[1:]))} cannot be divided into {by(tuple(self.output_shape(shape)[1:]))}"
            raise SettingError(
                f"{self.name}: {sizes} windows of one size, and no operator has others; a size that divides works."
            )
        kernel = rows.kernel_size, columns.kernel_size
        return alone(self._slides, kernel_shape=kernel, strides=kernel)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return (call_of(f"nn.{type(self).__name__}", repr(self.output_size)),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        rows, columns = self.windows(shape)
        if self.output_shape(shape)[1:] == (1, 1):
            return (f"layers.Global{self._in_keras}(keepdims=True)",)
        if isinstance(rows, Spans) or isinstance(columns, Spans):
            raise SettingError(f"{self.name}: Keras pools to a size alone that divides what comes in.")
        kernel = rows.kernel_size, columns.kernel_size
        return (call_of(f"layers.{self._in_keras}", repr(kernel)),)

    @property
    @abstractmethod
    def _reduction(self) -> str: ...

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "reduction": self._reduction, "outside": "none"}


@checked
@dataclass(frozen=True)
class AdaptiveAvgPool2d(_Adaptive):
    """The mean of each of so many windows over all of a map. PyTorch's parameter name and rules.

    output_size  a whole number or (height, width), at least 1; None keeps that size. It may be larger than the map

    Raises SettingError for sizes that are none; `output_shape` raises DoesNotFit behind an FC layer.
    Source: torch.nn.AdaptiveAvgPool2d; K. He et al., "Spatial Pyramid Pooling in Deep Convolutional Networks" (2014).
    """

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="adaptive avg",
            words=rf"adaptive[\s-]*(?:avg|average|mean)(?:{POOLING})?",
            example="adaptive avg 7x7",
            slots=(OUTPUT_SIZE,),
            calls={"AdaptiveAvgPool2d": "output_size"},
            chip="AVERAGE TO {output_size}",
            begun=("ADAPTIVE AVERAGE", "adaptive avg 3x3"),
        ),
    )

    output_size: OutputSize

    _one, _slides, _operation, _in_keras = "GlobalAveragePool", "AveragePool", "additions", "AveragePooling2D"
    _reduction = "mean"

    @property
    def name(self) -> str:
        return f"AVERAGE POOL TO {self._size}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.adaptive_avg_pool2d(input, _sizes(self.output_size))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.adaptive_avg_pool2d_gradient(input, gradient, _sizes(self.output_size)), {}


@checked
@dataclass(frozen=True)
class AdaptiveMaxPool2d(_Adaptive):
    """The largest number of each of so many windows over all of a map; of 1 x 1, the global maximum. Its size is as
    AdaptiveAvgPool2d's."""

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="global max",
            words=rf"global[\s-]*max(?:{POOLING})?",
            example="global max",
            fixed={"output_size": 1},
            calls={
                "GlobalMaxPooling2D": "data_format keepdims",
                "GlobalMaxPool2D": "data_format keepdims",
            },
            chip="GLOBAL MAX",
        ),
        Grammar(
            kind="adaptive max",
            words=rf"adaptive[\s-]*max(?:{POOLING})?",
            example="adaptive max 3",
            slots=(OUTPUT_SIZE,),
            calls={"AdaptiveMaxPool2d": "output_size return_indices"},
            chip="MAX TO {output_size}",
            begun=("ADAPTIVE MAX", "adaptive max 3"),
        ),
    )

    output_size: OutputSize

    _one, _slides, _operation, _in_keras = "GlobalMaxPool", "MaxPool", "comparisons", "MaxPooling2D"
    _reduction = "max"

    @property
    def name(self) -> str:
        return "GLOBAL MAX POOL" if self.output_size == 1 else f"MAX POOL TO {self._size}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.adaptive_max_pool2d(input, _sizes(self.output_size))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.adaptive_max_pool2d_gradient(input, gradient, _sizes(self.output_size)), {}


def _sizes(output_size: OutputSize) -> Any:
    """Of both axes."""
    return pair(output_size, "output_size")
