"""FC: every output reads every input, each through a weight of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import flag, told, whole
from cnnviz.geometry import Window
from cnnviz.layers.grammar import NO_BIAS, Grammar, outputs, told_in
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Parameters,
    Shape,
    bias_of,
    call_of,
    check_told,
    named,
    over_all,
    rows_of,
    weights_of,
)
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
@dataclass(frozen=True)
class Linear(Layer):
    """A fully connected layer: (features,) or a whole volume (C, H, W) -> (out_features,).

    A volume is read channel by channel, each row by row, as PyTorch's Flatten lays it out.
    in_features  what it is written for, as PyTorch's Linear is; None takes what comes. It is no part of what the layer
                 computes: layers that differ in it alone are equal

    Raises SettingError for settings that make no sense; without in_features it can follow any layer.
    """

    kind: ClassVar[str] = "FC"
    weighs: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="fc",
            words=r"fc|fully[\s-]*connected|dense|linear",
            example="fc 120",
            slots=(
                outputs("out_features", r"units|outputs|out[\s_-]*features", "number of outputs"),
                told_in("in_features", r"in(?:[\s_-]*features)?"),
            ),
            flags=(NO_BIAS,),
            calls={
                "Linear": "in_features out_features bias",
                "LazyLinear": "out_features bias",
                "Dense": "units activation use_bias",
            },
            chip="FC {out_features}",
            begun=("FC", "fc 10"),
        ),
    )

    out_features: int
    bias: bool = True
    in_features: int | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "out_features", whole(self.out_features, "out_features", 1))
        if self.in_features is not None:
            object.__setattr__(self, "in_features", whole(self.in_features, "in_features", 1))
        object.__setattr__(self, "bias", flag(self.bias, "bias"))

    @property
    def name(self) -> str:
        return f"FC {told(self.out_features)}"

    def output_shape(self, shape: Shape) -> Shape:
        check_told(self, self.in_features, math.prod(shape), "number")
        return (self.out_features,)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.out_features, math.prod(shape))}
        if self.bias:
            shapes["bias"] = (self.out_features,)
        return shapes

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(shape) * self.out_features

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return over_all(shape)

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.linear(rows_of(input), given.parameters["weight"], given.parameters.get("bias"))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        for_input, for_weight, for_bias = ops.linear_gradients(rows_of(input), given.parameters["weight"], gradient)
        return for_input.reshape(input.shape), named(given.parameters, for_weight, for_bias)

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        product = Operator("Gemm", weights_of(parameters), {"transB": 1})
        return (product,) if len(shape) == 1 else (Operator("Flatten", name="in a row"), product)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        linear = call_of("nn.Linear", math.prod(shape), self.out_features, bias=(self.bias, True))
        return ("nn.Flatten()", linear) if len(shape) == 3 else (linear,)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        dense = call_of("layers.Dense", self.out_features, use_bias=(self.bias, True))
        return ("layers.Flatten()", dense) if len(shape) == 3 else (dense,)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {
            "channels": tuple(range(len(input))),
            "weight": given.parameters["weight"][channel].astype(np.float64).reshape(input.shape),
            "bias": bias_of(given.parameters, channel),
        }
