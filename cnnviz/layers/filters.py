"""What CONV and TRANSPOSED CONV share: filters in groups, each with a window of its own over some of the channels."""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cached_property
from typing import ClassVar

from cnnviz.checks import flag, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import Window, windows
from cnnviz.layers.layer import Layer, Pair, Shape, Sides
from cnnviz.layers.sliding import settle
from cnnviz.signatures import checked


@checked
class FilterLayer(Layer):
    """A layer of filters in groups: (C, H, W) -> (out_channels, Ho, Wo), with PyTorch's parameter names."""

    weighs: ClassVar[bool] = True
    out_channels: int
    kernel_size: Pair
    stride: Pair
    padding: Sides
    dilation: Pair
    groups: int
    bias: bool
    in_channels: int | None

    def __post_init__(self) -> None:
        tells = () if self.in_channels is None else ("in_channels",)
        for name in ("out_channels", "groups", *tells):
            object.__setattr__(self, name, whole(getattr(self, name), name, 1))
        object.__setattr__(self, "bias", flag(self.bias, "bias"))
        settle(self, self._windows, "kernel_size", "stride", "padding", "dilation")
        if self.out_channels % self.groups:
            raise SettingError(
                f"{self.name}: {told(self.out_channels)} filters cannot be divided into {told(self.groups)} equal "
                f"groups; {_listed(divisors(self.out_channels))} can be."
            )

    @cached_property
    def _windows(self) -> tuple[Window, Window]:
        """Of a transposed convolution, those of the convolution that it is the way back of."""
        return windows(self.kernel_size, self.stride, self.padding, self.dilation)

    def _check_groups(self, channels: int) -> None:
        if channels % self.groups:
            works = divisors(math.gcd(channels, self.out_channels))
            raise DoesNotFit(
                f"{self.name}: {told(channels)} channels come in, which cannot be divided into {told(self.groups)} "
                f"equal groups; with {told(self.out_channels)} filters, {_listed(works)} can be."
            )

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        self._check_groups(shape[0])
        shapes = {"weight": self._weight(shape[0])}
        return {**shapes, "bias": (self.out_channels,)} if self.bias else shapes

    @abstractmethod
    def _weight(self, channels: int) -> Shape:
        """The shape of the weight, for so many channels that come in."""

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """Those of its group."""
        super().reads(shape, channel)
        depth = shape[0] // self.groups
        first = channel // (self.out_channels // self.groups) * depth
        return tuple(range(first, first + depth))

    def reads_in(self, shape: Shape) -> int:
        return self.groups


def divisors(number: int) -> list[int]:
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
