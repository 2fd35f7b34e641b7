"""TRANSPOSED CONV: each number of a map times a kernel, the stamps added up into a larger map."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import whole
from cnnviz.errors import CnnvizError, DoesNotFit, SettingError
from cnnviz.geometry import Passage, Window, pair
from cnnviz.layers.filters import FilterLayer
from cnnviz.layers.grammar import DILATION, KERNEL, NO_BIAS, PADDING, STRIDE, Flag, Grammar, Slot, outputs, told_in
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
    both,
    by,
    call_of,
    check_told,
    ends,
    is_even,
    named,
    needs_volume,
    of_torch,
    weights_of,
)
from cnnviz.numbers import grouped, times
from cnnviz.ops.conv_transpose import stamps
from cnnviz.ops.tiling import CALL
from cnnviz.signatures import checked
from cnnviz.steps import Terms

_TORCH = "kernel_size stride padding output_padding groups bias dilation padding_mode"


@checked
@dataclass(frozen=True)
class ConvTranspose2d(FilterLayer):
    """A transposed convolutional layer: (C, H, W) -> (out_channels, Ho, Wo), with PyTorch's parameter names and rules.

    kernel_size, stride, dilation  a whole number or (height, width), at least 1
    padding   how much is cut off the output: a whole number, (height, width) or ((top, bottom), (left, right))
    output_padding  how much less is cut off behind: a whole number or (height, width), below the stride or the dilation
    groups    into how many parts, each by itself, the channels that come in and those that go out are divided
    bias      whether each output channel adds a number of its own
    in_channels  what it is written for, as Conv2d's

    What its units read is told as the ordinary convolution that gives the same numbers: over the map with S - 1 zeros
    put between, with the kernel turned by 180 degrees.

    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    """

    kind: ClassVar[str] = "TRANSPOSED CONV"
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="tconv",
            words=r"(?:t|transposed?)[\s-]*conv(?:olution)?(?:[\s-]*2d)?|"
            r"conv(?:olution)?(?:2d)?[\s-]*transposed?(?:[\s-]*2d)?|de[\s-]?conv(?:olution)?(?:[\s-]*2d)?",
            example="tconv 8 4x4 s2 p1 (8 maps, each number a stamp of 4 × 4, 2 apart, 1 cut off around)",
            slots=(
                outputs("out_channels", r"f|filters|out[\s_-]*channels", "number of filters", " F"),
                KERNEL,
                STRIDE,
                PADDING,
                Slot("output_padding", r"(?:op|output[\s_-]*padding)[\s=:]*(?=\d)", "op", usual=0),
                DILATION,
                Slot("groups", r"g|groups", "g", "number of groups", "the number of groups", usual=1, single=True),
                told_in("in_channels", r"in(?:[\s_-]*channels)?"),
            ),
            flags=(NO_BIAS, Flag("valid", "padding", 0)),
            calls={
                "ConvTranspose2d": f"in_channels out_channels {_TORCH}",
                "LazyConvTranspose2d": f"out_channels {_TORCH}",
                "Conv2DTranspose": "filters kernel_size strides padding output_padding data_format dilation_rate "
                "activation use_bias",
            },
            chip="TRANSPOSED {kernel_size}, {out_channels}",
            begun=("TRANSPOSED CONV", "tconv 8 4x4 s2 p1"),
        ),
    )

    out_channels: int
    kernel_size: Pair
    stride: Pair = 1
    padding: Sides = 0
    output_padding: Pair = 0
    groups: int = 1
    bias: bool = True
    dilation: Pair = 1
    in_channels: int | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        down, across = (whole(more, "output_padding", 0) for more in pair(self.output_padding, "output_padding"))
        object.__setattr__(self, "output_padding", down if down == across else (down, across))
        try:
            for window, more in zip(self._windows, (down, across)):
                stamps(replace(window, padding=0), 1, more)  # for what it refuses
        except SettingError as problem:
            raise SettingError(f"{self.name}: {problem}") from None

    @property
    def name(self) -> str:
        return f"TRANSPOSED {by(self.kernel_size)}"

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        check_told(self, self.in_channels, shape[0], "channel")
        self._check_groups(shape[0])
        try:
            (_, down), (_, across) = map(stamps, self._windows, shape[1:], both(self.output_padding))
        except CnnvizError as problem:
            raise DoesNotFit(f"{self.name}: {problem}") from None
        return self.out_channels, down, across

    def _weight(self, channels: int) -> Shape:
        return channels, self.out_channels // self.groups, *both(self.kernel_size)

    def product(self, shape: Shape) -> str:
        read = times(*both(self.kernel_size), shape[0] // self.groups)
        return f"{f'({read} + 1)' if self.bias else read} × {grouped(self.out_channels)}"

    def multiply_adds(self, shape: Shape) -> int:
        """H x W x C x K x K x F / groups: products with the zeros that would stand between are never made."""
        return math.prod(shape[1:]) * math.prod(self.parameter_shapes(shape)["weight"])

    def in_a_window(self, shape: Shape) -> int:
        """Of the input and the zeros between."""
        return math.prod(both(self.kernel_size)) * shape[0] // self.groups

    def handled(self, shape: Shape) -> int:
        """The stamps of all numbers, and the map that they are added up into."""
        taps = math.prod(both(self.kernel_size))
        return taps * (self.out_channels * math.prod(shape[1:]) + CALL) + math.prod(self.output_shape(shape))

    def _over(self, shape: Shape) -> list[tuple[Window, range]]:
        """Of both axes what slides over the map with zeros put between, and over which of its positions; what padding
        cuts off is read by no window."""
        found = []
        for window, size, count in zip(self._windows, shape[1:], self.output_shape(shape)[1:]):
            first = window.before - (window.extent - 1)  # of all positions that windows reach, padding included
            end = first + count + window.extent - 1
            start = max(0, first)
            stop = max(start + 1, min(end, (size - 1) * window.stride + 1))
            around = (start - first, max(0, end - stop))
            found.append((Window(window.kernel_size, 1, around, window.dilation), range(start, stop)))
        return found

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Over the map with zeros put between, at stride 1."""
        (down, _), (across, _) = self._over(shape)
        return down, across

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        down, across = (
            Passage(window, size, offset=positions.start, spacing=stride)
            for (window, positions), size, stride in zip(self._over(shape), shape[1:], both(self.stride))
        )
        return down, across

    def laid_sides(self, shape: Shape) -> tuple[int, int]:
        """With zeros put between."""
        (_, rows), (_, columns) = self._over(shape)
        return len(rows), len(columns)

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """As any layer's; on the average a unit reads the numbers of its group, K x K / (S x S) of them each."""
        start = super().initial(shape, rng)
        counted = math.prod(start["weight"].shape[1:])
        reads = self.in_a_window(shape) / math.prod(both(self.stride))
        return {**start, "weight": start["weight"] * np.float32(math.sqrt(counted / max(1.0, reads)))}

    def _settings(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("stride", "padding", "output_padding", "groups", "dilation")}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        weight, bias = given.parameters["weight"], given.parameters.get("bias")
        return ops.conv_transpose2d(input, weight, bias, **self._settings())  # type: ignore[arg-type]

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        for_input, for_weight, for_bias = ops.conv_transpose2d_gradients(
            input, given.parameters["weight"], gradient, **self._settings()  # type: ignore[arg-type]
        )  # fmt: skip
        return for_input, named(given.parameters, for_weight, for_bias)

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone(
            "ConvTranspose", weights_of(parameters), kernel_shape=both(self.kernel_size), strides=both(self.stride),
            pads=ends(self.padding), output_padding=both(self.output_padding), dilations=both(self.dilation),
            group=self.groups,
        )  # fmt: skip

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        if not is_even(self.padding):
            raise SettingError(f"{self.name}: PyTorch's cuts off as much on both sides; {self.padding} does not.")
        conv = call_of(
            "nn.ConvTranspose2d", shape[0], self.out_channels, f"kernel_size={self.kernel_size}",
            stride=(self.stride, 1), padding=(of_torch(self.padding), 0),
            output_padding=(self.output_padding, 0), groups=(self.groups, 1), bias=(self.bias, True),
            dilation=(self.dilation, 1),
        )  # fmt: skip
        return (conv,)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        extents = [
            Window(kernel, dilation=apart).extent for kernel, apart in zip(both(self.kernel_size), both(self.dilation))
        ]
        if self.groups != 1 or any(ends(self.padding)) or any(both(self.output_padding)):
            raise SettingError(
                f"{self.name}: Keras’ transposed convolution has no groups and cuts nothing off; without padding, "
                "output padding and groups it is the same."
            )
        # Without output_padding Keras makes rows of a stride that is larger than the kernel whole.
        is_short = any(stride > extent for stride, extent in zip(both(self.stride), extents))
        conv = call_of(
            "layers.Conv2DTranspose", self.out_channels, self.kernel_size, strides=(self.stride, 1),
            output_padding=(0 if is_short else None, None), dilation_rate=(self.dilation, 1),
            use_bias=(self.bias, True),
        )  # fmt: skip
        return (conv,)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """The ordinary convolution that gives the same numbers."""
        reads, own = self.reads(input.shape, channel), channel % (self.out_channels // self.groups)
        (rows, first), (columns, left) = self._over(input.shape)
        is_whole = first.start == left.start == 0  # else the first that is read may be a zero
        weight = given.parameters["weight"][list(reads), own, ::-1, ::-1]
        return {
            "input": self._spread(input),
            "spacing": both(self.stride) if is_whole else (1, 1),
            "rows": rows,
            "columns": columns,
            "channels": reads,
            "weight": weight.astype(np.float64),
            "bias": bias_of(given.parameters, channel),
        }

    def _spread(self, input: NDArray) -> NDArray:
        """The input with S - 1 zeros put between its numbers, as much of it as windows read."""
        (_, rows), (_, columns) = self._over(input.shape)
        (_, height, width), (down, across) = input.shape, both(self.stride)
        spread = np.zeros((len(input), height * down + rows.stop, width * across + columns.stop), input.dtype)
        spread[:, : height * down : down, : width * across : across] = input
        return spread[:, rows.start : rows.stop, columns.start : columns.stop]
