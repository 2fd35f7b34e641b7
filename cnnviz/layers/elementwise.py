"""Layers that change each number by itself and keep the shape: activations, dropout, batch norm."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford, number_of, one_of, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.layers.layer import Layer, Parameters, Shape, check_told, single
from cnnviz.numbers import number
from cnnviz.signatures import checked

LEAST_EPS = 1e-12


@checked
@dataclass(frozen=True)
class Activate(Layer):
    """An activation function, one of `ops.ACTIVATIONS`, over each number. Raises SettingError for any other."""

    kind: ClassVar[str] = "ACTIVATION"
    by_channel: ClassVar[bool] = True

    function: str = "relu"

    def __post_init__(self) -> None:
        one_of(self.function, "The function", ops.ACTIVATIONS)

    @property
    def name(self) -> str:
        return ops.ACTIVATIONS[self.function].name

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"function values": math.prod(shape)}

    def forward(
        self,
        input: NDArray,
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        return ops.ACTIVATIONS[self.function].function(input)


@checked
@dataclass(frozen=True)
class Dropout(Layer):
    """In training, each number becomes 0 with probability p, the others are divided by 1 - p; else nothing happens.

    Raises SettingError for a p outside 0 to 1; `forward` in training without an rng.
    Source: N. Srivastava et al., "Dropout" (2014); scaled in training, as in section 10.
    """

    kind: ClassVar[str] = "DROPOUT"
    by_channel: ClassVar[bool] = True

    p: float = 0.5

    def __post_init__(self) -> None:
        p = number_of(self.p)
        if p is None or not 0 <= p < 1:
            raise SettingError(f"p is {told(self.p)}; the share to drop is a number from 0 to below 1, such as 0.5.")
        object.__setattr__(self, "p", p)

    @property
    def name(self) -> str:
        return f"DROPOUT {number(self.p)}"

    def forward(
        self,
        input: NDArray,
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        if training and rng is None:
            raise SettingError(f"{self.name} draws at random in training; give it an rng.")
        return ops.dropout(input, self.p, training=training, rng=rng)


@checked
@dataclass(frozen=True)
class BatchNorm2d(Layer):
    """Each channel less its mean, over its deviation, times weight (gamma), plus bias (beta), both learnt.

        y = (x - mean) / sqrt(variance + eps) * weight + bias

    In training the statistics are the input's own: for one picture, over the height and width of the map. Otherwise
    they are those gathered in training, `running_mean` and `running_var` among the parameters; a network that has not
    been trained has gathered none and takes 0 and 1.

    eps is at least 1e-12: with much less, a map of equal numbers would be divided by what float32 takes for 0.
    num_features is what it is written for, as in PyTorch; None takes what comes, and layers that differ in it alone are
    equal.
    Behind an FC layer it is PyTorch's BatchNorm1d. One number a channel has no spread: `forward` in training refuses
    a single (features,) or (C, 1, 1) with DoesNotFit, as PyTorch does.
    Source: S. Ioffe and C. Szegedy, "Batch Normalization" (2015), algorithms 1 and 2.
    """

    kind: ClassVar[str] = "BATCH NORM"
    by_channel: ClassVar[bool] = True

    eps: float = 1e-5
    num_features: int | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        if self.num_features is not None:
            object.__setattr__(self, "num_features", whole(self.num_features, "num_features", 1))
        eps = number_of(self.eps)
        if eps is None or not LEAST_EPS <= eps < math.inf:
            raise SettingError(
                f"eps is {told(self.eps)}; it is a small number above 0, such as 0.00001, and at least "
                f"{number(LEAST_EPS)}."
            )
        object.__setattr__(self, "eps", eps)

    @property
    def name(self) -> str:
        return "BATCH NORM"

    def output_shape(self, shape: Shape) -> Shape:
        check_told(self, self.num_features, shape[0], "channel")
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (shape[0],), "bias": (shape[0],)}

    def operations(self, shape: Shape) -> dict[str, int]:
        """Once the statistics are known, a scale and a shift for each number."""
        return {"scales and shifts": math.prod(shape)}

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Gamma 1 and beta 0."""
        afford(shape[:1], np.float32, "The weight", "fewer channels need less")
        return {"weight": np.ones(shape[0], np.float32), "bias": np.zeros(shape[0], np.float32)}

    def forward(
        self,
        input: NDArray,
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        self.check_parameters(parameters, single(input))
        volume = input.ndim >= 3
        maps = input if volume else input[..., np.newaxis, np.newaxis]  # (features,) as (C, 1, 1)
        channels = maps.shape[-3]
        if training and maps.size == channels:
            raise DoesNotFit(
                f"{self.name}: in training it needs more than one number for each of its {channels} channels, "
                "or there is no spread; it fits before the FC layers, or in inference."
            )
        if ("running_mean" in parameters) != ("running_var" in parameters):
            raise ArrayError(f"{self.name}: its running_mean and its running_var belong together: give both, or none.")
        mean = parameters.get("running_mean", np.zeros(channels, np.float32))
        variance = parameters.get("running_var", np.ones(channels, np.float32))
        found = ops.batch_norm(
            maps, mean, variance, parameters["weight"], parameters["bias"], training=training, eps=self.eps
        )
        return found if volume else found[..., 0, 0]
