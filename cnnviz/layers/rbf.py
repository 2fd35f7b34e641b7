"""RBF: how far the input is from each of some fixed codes. Nothing is learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford, told, whole
from cnnviz.geometry import Window
from cnnviz.layers.layer import Found, Given, Layer, Operator, Parameters, Shape, over_all, rows_of
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
@dataclass(frozen=True)
class Rbf(Layer):
    """Squared distances, (features,) or a whole volume -> (out_features,): the sum of (x - code)² for each code.

    The codes, (out_features, features), are given with the parameters, as "codes", and stay as they are: they count 0
    among what is learnt. Raises SettingError for a number of outputs that is none; it can follow any layer.
    Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), section II.B, equation 7:
    Euclidean radial basis function units.
    """

    kind: ClassVar[str] = "RBF"

    out_features: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "out_features", whole(self.out_features, "out_features", 1))

    @property
    def name(self) -> str:
        return f"RBF {told(self.out_features)}"

    def output_shape(self, shape: Shape) -> Shape:
        return (self.out_features,)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """The codes, which are given and not learnt."""
        return {"codes": (self.out_features, math.prod(shape))}

    def parameters(self, shape: Shape) -> int:
        return 0

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"squared differences": math.prod(shape) * self.out_features}

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return over_all(shape)

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Codes of -1 and +1, drawn at random, as the paper also tried."""
        (size,) = self.parameter_shapes(shape).values()
        afford(size, np.int64, "The codes", "fewer outputs need less")
        codes = rng.integers(0, 2, size) * 2 - 1
        return {"codes": codes.astype(np.float32)}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.squared_distances(rows_of(input), given.parameters["codes"])

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        found = ops.squared_distances_gradient(rows_of(input), given.parameters["codes"], gradient)
        return found.reshape(input.shape), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """Differences, their squares and the sums of those, as it is run: |x|² - 2 x · code + |code|² would be the
        small difference of large numbers. A number's differences to all codes are what filters of 1 x 1 make of it."""
        codes = parameters["codes"]
        count, features = codes.shape
        taken = np.negative(codes.T, dtype=precision(codes)).reshape(-1)  # of whole numbers too, which may have no sign
        less = {"weight": np.ones((codes.size, 1, 1, 1), np.float32), "bias": taken}
        return (
            Operator("Reshape", {"one by one": (1, features, 1, 1)}, name="numbers"),
            Operator("Conv", less, {"kernel_shape": (1, 1), "group": features}, name="differences"),
            Operator("Mul", reads=("differences", "differences"), name="squares"),
            Operator("Reshape", {"by code": (1, features, count, 1)}, name="squares by code"),
            Operator("Conv", {"ones": np.ones((1, features, 1, 1), np.float32)}, {"kernel_shape": (1, 1)}, name="sums"),
            Operator("Flatten"),
        )

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {
            "channels": tuple(range(len(input))),
            "weight": given.parameters["codes"][channel].astype(np.float64).reshape(input.shape),
            "term": "squared difference",
        }
