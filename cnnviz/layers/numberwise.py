"""What files have between layers: a function, a power, numbers of its own at each place. None of it is typed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford, one_of, real
from cnnviz.layers.layer import Found, Given, Layer, Operator, Parameters, Shape, alone
from cnnviz.numbers import number
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
class _Numberwise(Layer):
    """Each number becomes another one where it stands."""

    by_channel: ClassVar[bool] = True

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"function values": math.prod(shape)}


@checked
@dataclass(frozen=True)
class Elementary(_Numberwise):
    """One of `ops.PARTS` over each number: a part of what has a name of its own, as erf is of GELU.

    Raises SettingError for any other. Source: ONNX's operators Abs, Erf, Exp and Log.
    """

    kind: ClassVar[str] = "FUNCTION"

    of: str

    def __post_init__(self) -> None:
        one_of(self.of, "The function", ops.PARTS)

    @property
    def name(self) -> str:
        return ops.PARTS[self.of].name.upper()

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.PARTS[self.of].function(input)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.PARTS[self.of].derivative(input) * gradient, {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone(self.of.capitalize())

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "function": self.of, "outside": "none"}


@checked
@dataclass(frozen=True)
class Power(_Numberwise):
    """Each number to a power that is the same for all: 0.5 takes the root, -1 makes 1 / x.

    Raises SettingError for an exponent that is no finite number. Source: ONNX's operators Pow, Sqrt and Reciprocal.
    """

    kind: ClassVar[str] = "FUNCTION"

    exponent: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "exponent", real(self.exponent, "exponent"))

    @property
    def name(self) -> str:
        return f"POWER {number(self.exponent)}"

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"powers": math.prod(shape)}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.power(input, self.exponent)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.power_slope(input, self.exponent) * gradient, {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        own = {0.5: "Sqrt", -1.0: "Reciprocal"}.get(self.exponent)
        return alone(own) if own else alone("Pow", {"exponent": self.exponent})

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "exponent": self.exponent, "outside": "none"}


@checked
class _ByPlace(_Numberwise):
    """Each number meets one of its own, as many as come in: (C, H, W) or (features,)."""

    kind: ClassVar[str] = "SCALE"
    _called: ClassVar[str]
    _operation: ClassVar[str]
    _start: ClassVar[float]  # what changes nothing

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {self._called: shape}

    def operations(self, shape: Shape) -> dict[str, int]:
        return {self._operation: math.prod(shape)}

    def product(self, shape: Shape) -> str:
        return ""

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """What changes nothing."""
        afford(shape, np.float32, f"The {self._called}", "a smaller input needs less")
        return {self._called: np.full(shape, self._start, np.float32)}

    def _summed(self, gradient: NDArray, given: Given) -> NDArray:
        """The gradient for what each place has, of a batch that of all of it."""
        return gradient.reshape(-1, *given.parameters[self._called].shape).sum(0)


@checked
@dataclass(frozen=True)
class Offset(_ByPlace):
    """Each number plus one of its place: where a mean picture is taken off, or a position is told.

    Source: the mean image of A. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks"
    (2012), section 2; the position embeddings of A. Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021).
    """

    _called: ClassVar[str] = "bias"
    _operation: ClassVar[str] = "additions"
    _start: ClassVar[float] = 0.0

    @property
    def name(self) -> str:
        return "OFFSET"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        bias = given.parameters["bias"]
        with np.errstate(all="ignore"):
            return np.asarray(np.add(input, bias, dtype=precision(input, bias)))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return gradient, {"bias": self._summed(gradient, given)}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Add", {"bias": parameters["bias"]})

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """The number, and that of its place, which is laid beside it."""
        own = given.parameters["bias"].reshape(input.shape)[channel].astype(np.float64) * given.divisor
        both = np.stack([input[channel].astype(np.float64), own])
        return {"input": both, "channels": (0, 1), "term": "value", "outside": "none"}


@checked
@dataclass(frozen=True)
class Gain(_ByPlace):
    """Each number times one of its place.

    Source: the gains of each unit in K. Jarrett et al., "What is the Best Multi-Stage Architecture for Object
    Recognition?" (2009), section 2.1.
    """

    gates: ClassVar[bool] = True
    _called: ClassVar[str] = "weight"
    _operation: ClassVar[str] = "multiplications"
    _start: ClassVar[float] = 1.0

    @property
    def name(self) -> str:
        return "GAIN"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        weight = given.parameters["weight"]
        with np.errstate(all="ignore"):
            return np.asarray(np.multiply(input, weight, dtype=precision(input, weight)))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return gradient * given.parameters["weight"], {"weight": self._summed(gradient * input, given)}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Mul", {"weight": parameters["weight"]})

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        gate = given.parameters["weight"].reshape(input.shape)[channel].astype(np.float64)
        return {"channels": (channel,), "term": "value", "gate": gate, "outside": "none"}
