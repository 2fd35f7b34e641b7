"""CONV: filters that slide over all channels, each giving one map."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import one_of
from cnnviz.errors import SettingError
from cnnviz.geometry import PADDING_MODES, Passage, Window, origin
from cnnviz.layers.filters import FilterLayer
from cnnviz.layers.grammar import (
    BORDERS,
    DILATION,
    KERNEL,
    NO_BIAS,
    PADDING,
    SAME,
    STRIDE,
    Grammar,
    Slot,
    outputs,
    told_in,
)
from cnnviz.layers.layer import (
    Found,
    Given,
    Operator,
    Pair,
    Parameters,
    Shape,
    Sides,
    alone,
    bias_of,
    border,
    both,
    by,
    call_of,
    check_told,
    ends,
    is_even,
    named,
    of_torch,
    pad_keras,
    pad_torch,
    weights_of,
)
from cnnviz.layers.same import both_ends
from cnnviz.layers.sliding import check_border, check_room
from cnnviz.ops.tiling import laid_out
from cnnviz.signatures import checked
from cnnviz.steps import Terms

_TORCH = "kernel_size stride padding dilation groups bias padding_mode"
_KERAS = "filters kernel_size strides padding data_format dilation_rate groups activation use_bias"


@checked
@dataclass(frozen=True)
class Conv2d(FilterLayer):
    """A convolutional layer: (C, H, W) -> (out_channels, Ho, Wo), with PyTorch's parameter names and rules.

    kernel_size, stride, dilation  a whole number or (height, width), at least 1
    padding   a whole number, (height, width) or ((top, bottom), (left, right)), at least 0
    groups    into how many parts, each convolved by itself, channels and filters are divided
    bias      whether each filter adds a number of its own
    in_channels  what it is written for, as PyTorch's Conv2d is; None takes what comes. It is no part of what the layer
                 computes: layers that differ in it alone are equal

    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    """

    kind: ClassVar[str] = "CONV"
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="conv",
            words=r"conv(?:olution(?:al)?)?(?:[\s-]*2d)?",
            example="conv 16 3x3 s1 p1 (16 filters of 3 × 3, stride 1, padding 1)",
            slots=(
                outputs("out_channels", r"f|filters|out[\s_-]*channels", "number of filters", " F"),
                KERNEL,
                STRIDE,
                PADDING,
                DILATION,
                Slot("groups", r"g|groups", "g", "number of groups", "the number of groups", usual=1, single=True),
                told_in("in_channels", r"in(?:[\s_-]*channels)?"),
            ),
            flags=(NO_BIAS, *BORDERS, *SAME),
            calls={
                "Conv2d": f"in_channels out_channels {_TORCH}",
                "LazyConv2d": f"out_channels {_TORCH}",
                "Conv2D": _KERAS,
                "Convolution2D": _KERAS,
            },
            chip="CONV {kernel_size}, {out_channels}",
            begun=("CONV", "conv 8 3x3 p1"),
        ),
    )

    out_channels: int
    kernel_size: Pair
    stride: Pair = 1
    padding: Sides = 0
    dilation: Pair = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"
    in_channels: int | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self.padding_mode, "padding_mode", PADDING_MODES)

    @property
    def name(self) -> str:
        return f"CONV {by(self.kernel_size)}"

    def output_shape(self, shape: Shape) -> Shape:
        check_room(self, shape, self._windows)
        check_border(self, shape, self._windows, self.padding_mode)
        check_told(self, self.in_channels, shape[0], "channel")
        self._check_groups(shape[0])
        down, across = (window.output_size(size) for window, size in zip(self._windows, shape[1:]))
        return self.out_channels, down, across

    def _weight(self, channels: int) -> Shape:
        return self.out_channels, channels // self.groups, *both(self.kernel_size)

    def multiply_adds(self, shape: Shape) -> int:
        """Ho x Wo x F x K x K x C / groups. Products with the zeros of padding count, as everywhere in the field."""
        return math.prod(self.output_shape(shape)[1:]) * math.prod(self.parameter_shapes(shape)["weight"])

    def in_a_window(self, shape: Shape) -> int:
        return math.prod(self.parameter_shapes(shape)["weight"][1:])

    def handled(self, shape: Shape) -> int:
        _, *outputs = self.output_shape(shape)
        weight = self.parameter_shapes(shape)["weight"]
        return laid_out(weight, self.groups, *self._windows, (outputs[0], outputs[1]))

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        down, across = super().passages(shape)
        return replace(down, padding_mode=self.padding_mode), replace(across, padding_mode=self.padding_mode)

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.conv2d(
            input,
            given.parameters["weight"],
            given.parameters.get("bias"),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            padding_mode=self.padding_mode,
        )

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        read, padding, sides = input, self.padding, input.shape[-2:]
        borrows = self.padding_mode != "zeros"
        if borrows:
            down, across = (self._borrowed(*axis) for axis in zip(self._windows, sides))
            read, padding = input[..., down[:, np.newaxis], across], 0
        for_input, for_weight, for_bias = ops.conv2d_gradients(
            read,
            given.parameters["weight"],
            gradient,
            stride=self.stride,
            padding=padding,
            dilation=self.dilation,
            groups=self.groups,
            to_input=given.to_input,
        )
        learnt = named(given.parameters, for_weight, for_bias)
        if for_input is None:
            return np.empty(0, gradient.dtype), learnt
        if borrows:  # a number gets the gradients of all places that borrow it
            rows, columns = (np.eye(size, dtype=for_input.dtype)[at] for size, at in zip(sides, (down, across)))
            for_input = rows.T @ for_input @ columns
        return for_input, learnt

    def _borrowed(self, window: Window, size: int) -> NDArray[np.intp]:
        """Where each position of a padded axis gets its number from."""
        places = range(-window.before, size + window.after)
        return np.array([origin(place, size, self.padding_mode) for place in places], np.intp)

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        settings: dict[str, Any] = {
            "kernel_shape": both(self.kernel_size),
            "strides": both(self.stride),
            "dilations": both(self.dilation),
            "group": self.groups,
        }
        if self.padding_mode == "zeros":
            return alone("Conv", weights_of(parameters), pads=ends(self.padding), **settings)
        bordered = border(self.padding, self.padding_mode, "padded")
        return bordered, Operator("Conv", weights_of(parameters), settings)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        is_plain = is_even(self.padding)
        mode = self.padding_mode if is_plain else "zeros"
        conv = call_of(
            "nn.Conv2d", shape[0], self.out_channels, f"kernel_size={self.kernel_size}", stride=(self.stride, 1),
            padding=(of_torch(self.padding) if is_plain else 0, 0), dilation=(self.dilation, 1),
            groups=(self.groups, 1), bias=(self.bias, True),
            padding_mode=(mode, "zeros"),
        )  # fmt: skip
        if is_plain:
            return (conv,)
        pads = {"reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d", "circular": "CircularPad2d"}
        return pad_torch(pads.get(self.padding_mode, "ZeroPad2d"), self.padding), conv

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        if self.padding_mode != "zeros" and any(ends(self.padding)):
            raise SettingError(f"{self.name}: Keras has no layer whose border is {self.padding_mode}; zeros it has.")
        settings = {"kernel_size": self.kernel_size, "stride": self.stride, "dilation": self.dilation}
        is_padded, is_same = any(ends(self.padding)), ends(both_ends("conv", settings, shape)) == ends(self.padding)
        conv = call_of(
            "layers.Conv2D", self.out_channels, self.kernel_size, strides=(self.stride, 1),
            padding=("same" if is_same and is_padded else "valid", "valid"), dilation_rate=(self.dilation, 1),
            groups=(self.groups, 1), use_bias=(self.bias, True),
        )  # fmt: skip
        return (conv,) if is_same or not is_padded else (pad_keras(self.padding), conv)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {
            "channels": self.reads(input.shape, channel),
            "weight": given.parameters["weight"][channel].astype(np.float64),
            "bias": bias_of(given.parameters, channel),
            "outside": self.padding_mode,
        }
