"""POOL: the largest or the mean of each window, channel by channel. Nothing is learnt, nothing multiplied."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import flag, told
from cnnviz.errors import SettingError
from cnnviz.geometry import Window, windows
from cnnviz.layers.grammar import CEIL, DILATION, KERAS_POOL, KERNEL, PADDING, POOL_STRIDE, POOLING, SAME, Flag, Grammar
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Pair,
    Parameters,
    Shape,
    Sides,
    alone,
    both,
    by,
    call_of,
    ends,
    is_even,
    needs_volume,
    over_all,
    pad_keras,
    pad_torch,
    single,
)
from cnnviz.layers.same import both_ends
from cnnviz.layers.sliding import check_room, read_inside, settle
from cnnviz.ops.tiling import CALL
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
class _Pool(Layer):
    """A pooling layer with a window: (C, H, W) -> (C, Ho, Wo)."""

    kind: ClassVar[str] = "POOL"
    by_channel: ClassVar[bool] = True
    kernel_size: Pair
    stride: Pair | None
    padding: Sides
    ceil_mode: bool
    dilation: Pair = 1
    _in_keras: ClassVar[str]  # its name there, and which padding it has
    _keras_takes: ClassVar[str]

    def __post_init__(self) -> None:
        settle(self, self._windows, "kernel_size", "stride", "padding", "dilation")
        object.__setattr__(self, "ceil_mode", flag(self.ceil_mode, "ceil_mode"))
        for window in self._windows:
            padding, kernel = max(window.before, window.after), window.kernel_size
            if padding > kernel // 2:
                raise SettingError(
                    f"{self.name}: its padding of {told(padding)} is more than half the kernel of {told(kernel)}; "
                    f"at most {told(kernel // 2)} works, or a window could lie in the padding alone."
                )

    @cached_property
    def _windows(self) -> tuple[Window, Window]:
        stride = self.kernel_size if self.stride is None else self.stride
        return windows(self.kernel_size, stride, self.padding, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        check_room(self, shape, self._windows, min(both(self.kernel_size)) // 2, self.ceil_mode)
        down, across = (w.output_size(size, ceil_mode=self.ceil_mode) for w, size in zip(self._windows, shape[1:]))
        return shape[0], down, across

    def _slides(self, shape: Shape) -> dict[str, Any]:
        """How its windows slide, as files have it. Where no window hangs over the end, nothing is said of it: ONNX's
        own shapes count one there that would begin in the padding."""
        down, across = (window.output_size(size) for window, size in zip(self._windows, shape[1:]))
        return {
            "kernel_shape": both(self.kernel_size),
            "strides": tuple(window.stride for window in self._windows),
            "pads": ends(self.padding),
            "ceil_mode": int(self.output_shape(shape) != (shape[0], down, across)),
        }

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def in_a_window(self, shape: Shape) -> int:
        return math.prod(both(self.kernel_size))

    def handled(self, shape: Shape) -> int:
        """Over the rows of all windows, then over their columns."""
        rows, columns = self._windows
        channels, down, across = self.output_shape(shape)
        numbers = columns.padded(shape[2]) * rows.kernel_size + across * columns.kernel_size
        return down * (channels * numbers + CALL * (rows.kernel_size + columns.kernel_size))

    def operations(self, shape: Shape) -> dict[str, int]:
        """One operation less than a window has numbers; positions in the padding take no part."""
        channels, *outputs = self.output_shape(shape)
        read = [read_inside(*axis) for axis in zip(self._windows, shape[1:], outputs)]
        return {self._operation: channels * (math.prod(read) - math.prod(outputs))}

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        is_plain = is_even(self.padding)
        top, left, *_ = ends(self.padding)
        padding = (top if top == left else (top, left)) if is_plain else 0
        pool = call_of(
            f"nn.{type(self).__name__}", self.kernel_size, stride=(self.stride, None), padding=(padding, 0),
            dilation=(self.dilation, 1), ceil_mode=(self.ceil_mode, False), **self._counted(is_plain),
        )  # fmt: skip
        if is_plain:
            return (pool,)
        if self.ceil_mode and self._hangs_over(shape):
            raise SettingError(
                f"{self.name}: its padding differs at the two ends, and a window hangs over the end; PyTorch has no "
                "layer that does both. A padding that is the same at both ends works."
            )
        return self._padded_in_torch(), pool

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        if self.dilation not in (1, (1, 1)):
            raise SettingError(f"{self.name}: Keras has no pool with a dilation.")
        outputs, hangs = self.output_shape(shape)[1:], self._hangs_over(shape)
        down, across = (  # of a window that hangs over the end, that part as padding
            (w.before, max((out - 1) * w.stride + w.extent - size - w.before, 0) if hangs else w.after)
            for w, size, out in zip(self._windows, shape[1:], outputs)
        )
        is_padded, strides = any((*down, *across)), tuple(window.stride for window in self._windows)
        same = both_ends("max", {"kernel_size": self.kernel_size, "stride": strides}, shape)
        is_same = is_padded and self._leaves_padding_out and (down, across) == same
        is_same &= outputs == tuple(-(-size // stride) for size, stride in zip(shape[1:], strides))
        pool = call_of(self._in_keras, self.kernel_size, strides=(self.stride, None),
                       padding=("same" if is_same else "valid", "valid"))  # fmt: skip
        if is_same or not is_padded:
            return (pool,)
        if not self._takes_zeros(not_below_0, hangs):
            raise SettingError(f"{self.name}: Keras has no pool with this padding; {self._keras_takes}")
        return pad_keras((down, across)), pool

    def _hangs_over(self, shape: Shape) -> bool:
        down, across = (window.output_size(size) for window, size in zip(self._windows, shape[1:]))
        return self.output_shape(shape)[1:] != (down, across)

    def _counted(self, is_plain: bool) -> dict[str, tuple[object, object]]:
        """Settings of its own in PyTorch, each with what is usual."""
        return {}

    @abstractmethod
    def _padded_in_torch(self) -> str:
        """A module before it that pads otherwise at the two ends."""

    @property
    @abstractmethod
    def _leaves_padding_out(self) -> bool:
        """Whether padding takes no part, as in Keras' same."""

    @abstractmethod
    def _takes_zeros(self, not_below_0: bool, hangs: bool) -> bool:
        """Whether zeros that are read around the map are as its padding. hangs: some are for what is over the end."""

    @property
    @abstractmethod
    def _operation(self) -> str:
        """What is done to the numbers of a window."""


@checked
@dataclass(frozen=True)
class MaxPool2d(_Pool):
    """The largest number of each window; padding takes no part. PyTorch's parameter names and rules.

    kernel_size, stride, dilation  a whole number or (height, width); stride None is the kernel's size
    padding    a whole number, (height, width) or ((top, bottom), (left, right)), at most half of the kernel
    ceil_mode  a window that hangs over the end counts too, unless it would begin in the padding there

    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    """

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="max",
            words=rf"max(?:{POOLING})?|pool(?:ing)?",
            example="max 2x2 s2",
            slots=(KERNEL, POOL_STRIDE, PADDING, DILATION),
            flags=(CEIL, *SAME),
            calls={
                "MaxPool2d": "kernel_size stride padding dilation return_indices ceil_mode",
                "MaxPooling2D": KERAS_POOL,
                "MaxPool2D": KERAS_POOL,
            },
            chip="MAX {kernel_size}",
            begun=("MAX POOL", "max 2x2"),
        ),
    )

    kernel_size: Pair
    stride: Pair | None = None
    padding: Sides = 0
    ceil_mode: bool = False
    dilation: Pair = field(default=1, kw_only=True)

    _operation = "comparisons"
    _in_keras = "layers.MaxPooling2D"
    _keras_takes = "zeros around the map are as its padding behind a ReLU, and “same” is everywhere."

    @property
    def name(self) -> str:
        return f"MAX POOL {by(self.kernel_size)}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        settings = self.kernel_size, self.stride, self.padding, self.dilation
        return ops.max_pool2d(input, *settings, ceil_mode=self.ceil_mode)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        settings = self.kernel_size, self.stride, self.padding, self.dilation
        return ops.max_pool2d_gradient(input, gradient, *settings, ceil_mode=self.ceil_mode), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("MaxPool", **self._slides(shape), dilations=both(self.dilation))

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "reduction": "max", "outside": "none"}

    def _padded_in_torch(self) -> str:
        return pad_torch("ConstantPad2d", self.padding, 'float("-inf")')

    @property
    def _leaves_padding_out(self) -> bool:
        return True

    def _takes_zeros(self, not_below_0: bool, hangs: bool) -> bool:
        return not_below_0


@checked
@dataclass(frozen=True)
class AvgPool2d(_Pool):
    """The mean of each window. Settings as MaxPool2d's.

    count_include_pad  the zeros of the padding count in the mean, as in PyTorch; else they take no part
    """

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="avg",
            words=rf"(?:avg|average|mean)(?:{POOLING})?",
            example="avg 2x2 s2",
            slots=(KERNEL, POOL_STRIDE, PADDING),
            flags=(
                *SAME,
                CEIL,
                Flag(r"(?:ignore|without)[\s-]*padding", "count_include_pad", False, "ignore padding"),
            ),
            calls={
                "AvgPool2d": "kernel_size stride padding ceil_mode count_include_pad divisor_override",
                "AveragePooling2D": KERAS_POOL,
                "AvgPool2D": KERAS_POOL,
            },
            chip="AVERAGE {kernel_size}",
            begun=("AVERAGE POOL", "avg 2x2"),
        ),
    )

    kernel_size: Pair
    stride: Pair | None = None
    padding: Sides = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    _operation = "additions"
    _in_keras = "layers.AveragePooling2D"
    _keras_takes = "a padding whose zeros count in the mean works, without ceil_mode, and “same”."

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "count_include_pad", flag(self.count_include_pad, "count_include_pad"))

    @property
    def name(self) -> str:
        return f"AVERAGE POOL {by(self.kernel_size)}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
        )

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        settings = self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return ops.avg_pool2d_gradient(input, gradient, *settings), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("AveragePool", **self._slides(shape), count_include_pad=int(self.count_include_pad))

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        outside = "zeros" if self.count_include_pad else "none"
        return {"channels": (channel,), "term": "value", "reduction": "mean", "outside": outside}

    def _counted(self, is_plain: bool) -> dict[str, tuple[object, object]]:
        return {"count_include_pad": (self.count_include_pad, True)} if is_plain else {}

    def _padded_in_torch(self) -> str:
        if not self.count_include_pad:
            raise SettingError(
                f"{self.name}: its padding differs at the two ends and takes no part in the mean; PyTorch has no "
                "layer that does both. A padding that is the same at both ends works."
            )
        return pad_torch("ZeroPad2d", self.padding)

    @property
    def _leaves_padding_out(self) -> bool:
        return not self.count_include_pad or not any(ends(self.padding))

    def _takes_zeros(self, not_below_0: bool, hangs: bool) -> bool:
        return self.count_include_pad and not hangs


@checked
@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean of each whole map: (C, H, W) -> (C, 1, 1), as PyTorch's AdaptiveAvgPool2d(1).

    Source: M. Lin, Q. Chen and S. Yan, "Network In Network" (2014), section 3.2.
    """

    kind: ClassVar[str] = "POOL"
    by_channel: ClassVar[bool] = True
    is_global: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="global avg",
            words=rf"global[\s-]*(?:avg|average|mean)(?:{POOLING})?|gap|"
            rf"adaptive[\s-]*(?:avg|average|mean)(?:{POOLING})?(?:\s*1(?:\s*x\s*1)?)?\s*$",
            example="global avg",
            calls={
                "GlobalAveragePooling2D": "data_format keepdims",
                "GlobalAvgPool2D": "data_format keepdims",
            },
            chip="GLOBAL AVERAGE",
            begun=("GLOBAL AVERAGE", "global avg"),
        ),
    )

    @property
    def name(self) -> str:
        return "GLOBAL AVERAGE POOL"

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        return shape[0], 1, 1

    def operations(self, shape: Shape) -> dict[str, int]:
        needs_volume(self, shape)
        return {"additions": math.prod(shape) - shape[0]}

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        needs_volume(self, shape)
        return over_all(shape)

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        needs_volume(self, single(input))
        return ops.avg_pool2d(input, (input.shape[-2], input.shape[-1]))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        share = gradient / np.array(input.shape[-2] * input.shape[-1], gradient.dtype)
        return np.broadcast_to(share, input.shape).copy(), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("GlobalAveragePool")

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return ("nn.AdaptiveAvgPool2d(1)",)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return ("layers.GlobalAveragePooling2D(keepdims=True)",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "reduction": "mean", "outside": "none"}
