"""CONV: filters that slide over all channels, each giving one map."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import flag, one_of, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES, Passage, Window, windows
from cnnviz.layers.layer import Layer, Pair, Parameters, Shape, Sides, both, by, check_told, single
from cnnviz.layers.sliding import check_border, check_room, settle
from cnnviz.ops.conv import laid_out
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Conv2d(Layer):
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
        tells = () if self.in_channels is None else ("in_channels",)
        for name in ("out_channels", "groups", *tells):
            object.__setattr__(self, name, whole(getattr(self, name), name, 1))
        object.__setattr__(self, "bias", flag(self.bias, "bias"))
        settle(self, self._windows, "kernel_size", "stride", "padding", "dilation")
        one_of(self.padding_mode, "padding_mode", PADDING_MODES)
        if self.out_channels % self.groups:
            raise SettingError(
                f"{self.name}: {told(self.out_channels)} filters cannot be divided into {told(self.groups)} equal "
                f"groups; {_listed(_divisors(self.out_channels))} can be."
            )

    @cached_property
    def _windows(self) -> tuple[Window, Window]:
        return windows(self.kernel_size, self.stride, self.padding, self.dilation)

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

    def _check_groups(self, channels: int) -> None:
        if channels % self.groups:
            works = _divisors(math.gcd(channels, self.out_channels))
            raise DoesNotFit(
                f"{self.name}: {told(channels)} channels come in, which cannot be divided into {told(self.groups)} "
                f"equal groups; with {told(self.out_channels)} filters, {_listed(works)} can be."
            )

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        self._check_groups(shape[0])
        shapes: dict[str, Shape] = {"weight": (self.out_channels, shape[0] // self.groups, *both(self.kernel_size))}
        if self.bias:
            shapes["bias"] = (self.out_channels,)
        return shapes

    def multiply_adds(self, shape: Shape) -> int:
        """Ho x Wo x F x K x K x C / groups. Products with the zeros of padding count, as everywhere in the field."""
        return math.prod(self.output_shape(shape)[1:]) * math.prod(self.parameter_shapes(shape)["weight"])

    def in_a_window(self, shape: Shape) -> int:
        return math.prod(self.parameter_shapes(shape)["weight"][1:])

    def handled(self, shape: Shape) -> int:
        _, *outputs = self.output_shape(shape)
        weight = self.parameter_shapes(shape)["weight"]
        return laid_out(weight, self.groups, *self._windows, (outputs[0], outputs[1]))

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"multiply-adds": self.multiply_adds(shape)}

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        down, across = super().passages(shape)
        return replace(down, padding_mode=self.padding_mode), replace(across, padding_mode=self.padding_mode)

    def forward(
        self,
        input: NDArray,
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        self.check_parameters(parameters, single(input))
        return ops.conv2d(
            input,
            parameters["weight"],
            parameters.get("bias"),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            padding_mode=self.padding_mode,
        )


def _divisors(number: int) -> list[int]:
    """All of them; of a number of more than twelve digits, those up to a million and what they leave."""
    small = [divisor for divisor in range(1, min(math.isqrt(number), 10**6) + 1) if number % divisor == 0]
    return sorted({*small, *(number // divisor for divisor in small)})


def _listed(numbers: list[int], most: int = 8) -> str:
    """1, 2 or 4; where there are many, the first few and the last, and that there are more."""
    if len(numbers) > most:
        left_out = len(numbers) - most
        return f"{', '.join(map(told, numbers[: most - 1]))}, … or {told(numbers[-1])} ({left_out} more in between)"
    shown = [*map(told, numbers)]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
