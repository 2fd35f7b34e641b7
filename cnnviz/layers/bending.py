"""Activations with a number of their own, set or learnt, which the functions of `Activate` have not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import number_of, real, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.layers.elementwise import as_maps
from cnnviz.layers.grammar import Grammar, Slot
from cnnviz.layers.layer import Found, Given, Layer, Operator, Parameters, Shape, alone, call_of
from cnnviz.numbers import grouped, number
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms

START = 0.25  # of a slope that is learnt
_NUMBER_FOLLOWS = r"(?=[\s=:]*\.?\d)"


@checked
class _Bending(Layer):
    """A function of each number by itself."""

    kind: ClassVar[str] = "ACTIVATION"
    by_channel: ClassVar[bool] = True

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"function values": math.prod(shape)}


@checked
@dataclass(frozen=True)
class LeakyReLU(_Bending):
    """x where it is above 0, else negative_slope * x: `Activate("leaky relu")` with a slope of one's own.

    Raises SettingError for a slope that is no finite number of at least 0.
    Source: A. Maas, A. Hannun and A. Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013).
    """

    gates: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="leaky relu slope",
            words=rf"(?:leaky[\s-]*relu|lrelu)(?:[\s-]*slope)?{_NUMBER_FOLLOWS}",
            example="leaky relu slope 0.1",
            slots=(Slot("negative_slope", "slope", noun="slope", bare=True, needed=True, decimal=True),),
            chip="leaky ReLU {negative_slope}",
        ),
    )

    negative_slope: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "negative_slope", real(self.negative_slope, "negative_slope", 0))

    @property
    def name(self) -> str:
        return f"leaky ReLU {number(self.negative_slope)}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.leaky_relu(input, self.negative_slope)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return np.where(input > 0, gradient, gradient * np.array(self.negative_slope, gradient.dtype)), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("LeakyRelu", alpha=self.negative_slope)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return (f"nn.LeakyReLU({self.negative_slope!r})",)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (f"layers.LeakyReLU(negative_slope={self.negative_slope!r})",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """Its number, times 1 or the slope."""
        gate = np.where(input[channel] > 0, 1.0, self.negative_slope)
        return {"channels": (channel,), "term": "value", "gate": gate, "outside": "none"}


@checked
@dataclass(frozen=True)
class ELU(_Bending):
    """x where it is above 0, else alpha * (exp(x) - 1): `Activate("elu")` with an alpha of one's own.

    Raises SettingError for an alpha that is no finite number of at least 0.
    Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
    Linear Units (ELUs)" (2016), equation 15.
    """

    gates: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="elu alpha",
            words=rf"elu(?:[\s-]*alpha)?{_NUMBER_FOLLOWS}",
            example="elu alpha 0.5",
            slots=(Slot("alpha", "alpha", noun="alpha", bare=True, needed=True, decimal=True),),
            chip="ELU {alpha}",
        ),
    )

    alpha: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha", real(self.alpha, "alpha", 0))

    @property
    def name(self) -> str:
        return f"ELU {number(self.alpha)}"

    def _bent(self, input: NDArray, values: NDArray) -> NDArray:
        """`values`, those where the input is not above 0 times alpha."""
        return np.where(input > 0, values, values * np.array(self.alpha, values.dtype))

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        with np.errstate(all="ignore"):
            return self._bent(input, ops.elu(input))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return self._bent(input, ops.ACTIVATIONS["elu"].derivative(input) * gradient), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Elu", alpha=self.alpha)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return (f"nn.ELU({self.alpha!r})",)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (f"layers.ELU(alpha={self.alpha!r})",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """The ELU with an alpha of 1, times 1 or this one."""
        gate = np.where(input[channel] > 0, 1.0, self.alpha)
        return {"channels": (channel,), "term": "value", "function": "elu", "gate": gate, "outside": "none"}


@checked
@dataclass(frozen=True)
class PReLU(_Bending):
    """x where it is above 0, else weight * x: a leaky ReLU whose slope is learnt.

    num_parameters  how many slopes: 1 for all channels, or one for each

    Raises SettingError for a num_parameters below 1; on another number of channels DoesNotFit.
    Source: K. He, X. Zhang, S. Ren and J. Sun, "Delving Deep into Rectifiers" (2015), section 2.1; it starts at 0.25.
    """

    gates: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="prelu",
            words="p(?:arametric)?[\\s-]*relu",
            example="prelu",
            slots=(
                Slot("num_parameters", r"slopes|num[\s_-]*parameters", noun="number of slopes",
                     above_0="the number of slopes", usual=1, bare=True, single=True),
            ),
            calls={"PReLU": "num_parameters init"},
            chip="PReLU",
        ),
    )  # fmt: skip

    num_parameters: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_parameters", whole(self.num_parameters, "num_parameters", 1))

    @property
    def name(self) -> str:
        return "PReLU"

    def output_shape(self, shape: Shape) -> Shape:
        if self.num_parameters not in (1, shape[0]):
            raise DoesNotFit(
                f"{self.name}: it has {grouped(self.num_parameters)} slopes, and {grouped(shape[0])} channels come in; "
                "one for all fits, or one for each."
            )
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.num_parameters,)}

    def product(self, shape: Shape) -> str:
        return grouped(self.num_parameters)

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """0.25 each."""
        self.output_shape(shape)  # for what it refuses
        return {"weight": np.full(self.num_parameters, START, np.float32)}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.prelu(as_maps(input), given.parameters["weight"]).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps = as_maps(input)
        for_input, weight = ops.prelu_gradients(maps, given.parameters["weight"], gradient.reshape(maps.shape))
        return for_input.reshape(input.shape), {"weight": weight}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        slope = np.reshape(parameters["weight"], (-1,) + (1,) * (len(shape) - 1))
        return alone("PRelu", {"slope": slope})

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return (call_of("nn.PReLU", num_parameters=(self.num_parameters, 1)),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        shared = [*range(1, len(shape))] if self.num_parameters == shape[0] else [*range(1, len(shape) + 1)]
        return (call_of("layers.PReLU", shared_axes=(shared, [])),)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """Its number, times 1 or its channel's slope."""
        weight = given.parameters["weight"]
        slope = float(weight[channel if len(weight) > 1 else 0])
        gate = np.where(input[channel] > 0, 1.0, slope)
        return {"channels": (channel,), "term": "value", "gate": gate, "outside": "none"}


@checked
@dataclass(frozen=True)
class Clip(_Bending):
    """Each number, but at least `least` and at most `most`, either of which may be infinite.

    At both ends its slope is 0, as PyTorch's Hardtanh has it. Raises SettingError for what is no number, and where
    `least` is above `most`.
    """

    least: float
    most: float

    def __post_init__(self) -> None:
        for name in ("least", "most"):
            value = number_of(getattr(self, name))
            if value is None or math.isnan(value):
                raise SettingError(f"{name} is {told(getattr(self, name))}; it is a number.")
            object.__setattr__(self, name, value)
        if self.least > self.most:
            raise SettingError(f"The least, {self.least:g}, is above the most, {self.most:g}.")

    @property
    def name(self) -> str:
        return f"CLIP {number(self.least)} to {number(self.most)}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return np.clip(input.astype(precision(input), copy=False), self.least, self.most)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return np.where((input <= self.least) | (input >= self.most), np.zeros(1, gradient.dtype), gradient), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Clip", {"min": self.least, "max": self.most})

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return (call_of("nn.Hardtanh", self.least, self.most),)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """What is read is the number already clipped."""
        inside = np.clip(input.astype(np.float64), self.least * given.divisor, self.most * given.divisor)
        return {"input": inside, "channels": (channel,), "term": "value", "outside": "none"}
