"""Layers that change each number where it stands and keep the shape: activations, dropout, what normalises."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford, number_of, one_of, real, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.layers.grammar import Grammar, Slot, told_in
from cnnviz.layers.layer import (
    Drawn,
    Found,
    Given,
    Layer,
    Operator,
    Parameters,
    Shape,
    alone,
    call_of,
    check_told,
    weights_of,
)
from cnnviz.numbers import grouped, number
from cnnviz.ops.activations import AMPLITUDE, LEAK, SLOPE
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms

LEAST_EPS = 1e-12
_TORCH_NORM = "eps momentum affine track_running_stats"


@checked
@dataclass(frozen=True)
class Activate(Layer):
    """An activation function, one of `ops.ACTIVATIONS`, over each number. Raises SettingError for any other."""

    kind: ClassVar[str] = "ACTIVATION"
    by_channel: ClassVar[bool] = True
    belongs: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = tuple(
        Grammar(
            kind=function,
            words=words,
            example=function,
            fixed={"function": function},
            calls=calls,
            chip=ops.ACTIVATIONS[function].name,
            begun=("ACTIVATION", function) if function == "relu" else ("", ""),
        )
        for function, words, calls in (
            ("relu", "relu", {"ReLU": "inplace"}),
            ("leaky relu", r"leaky[\s-]*relu|lrelu", {"LeakyReLU": "negative_slope inplace"}),
            ("sigmoid", "sigmoid|logistic", {"Sigmoid": ""}),
            ("scaled tanh", r"scaled[\s-]*tanh", {}),
            ("gelu tanh", r"gelu[\s-]*tanh|tanh[\s-]*gelu", {}),
            ("tanh", "tanh", {"Tanh": ""}),
            ("gelu", "gelu", {"GELU": "approximate"}),
            ("relu6", r"relu[\s-]*6", {"ReLU6": "inplace"}),
            ("hard sigmoid", r"hard[\s-]*sigmoid", {"Hardsigmoid": "inplace"}),
            ("hard swish", r"hard[\s-]*swish", {"Hardswish": "inplace"}),
            ("silu", "silu|swish", {"SiLU": "inplace"}),
            ("elu", "elu", {"ELU": "alpha inplace"}),
            ("softplus", "softplus", {"Softplus": "beta threshold"}),
            ("identity", "identity", {"Identity": ""}),
        )
    )

    function: str = "relu"

    def __post_init__(self) -> None:
        one_of(self.function, "The function", ops.ACTIVATIONS)

    @property
    def name(self) -> str:
        return ops.ACTIVATIONS[self.function].name

    def operations(self, shape: Shape) -> dict[str, int]:
        return {"function values": math.prod(shape)}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.ACTIVATIONS[self.function].function(input)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.ACTIVATIONS[self.function].derivative(input) * gradient, {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        if self.function == "scaled tanh":
            inner, outer = Operator("Mul", {"slope": SLOPE}, name="x"), Operator("Mul", {"amplitude": AMPLITUDE})
            return inner, Operator("Tanh", name="tanh"), outer
        if self.function == "silu":
            return Operator("Sigmoid", name="sigmoid"), Operator("Mul", reads=(0, "sigmoid"))
        if self.function == "relu6":
            return alone("Clip", {"min": 0.0, "max": 6.0})
        return (Operator(*_OPERATORS[self.function]),)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return ("nn.GELU(approximate='tanh')",) if self.function == "gelu tanh" else super()._as_torch(shape)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        if self.function in ("scaled tanh", "gelu tanh"):
            raise SettingError(f"{self.name}: Keras has no layer that does this.")
        own = {"relu": "ReLU()", "identity": "Identity()", "leaky relu": f"LeakyReLU(negative_slope={LEAK})"}
        other = call_of("Activation", repr(self.function.replace(" ", "_")))
        return (f"layers.{own.get(self.function, other)}",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "function": self.function, "outside": "none"}


@checked
@dataclass(frozen=True)
class Dropout(Layer):
    """In training, each number becomes 0 with probability p, the others are divided by 1 - p; else nothing happens.

    Raises SettingError for a p outside 0 to 1; `forward` in training without an rng.
    Source: N. Srivastava et al., "Dropout" (2014); scaled in training, as in section 10.
    """

    kind: ClassVar[str] = "DROPOUT"
    by_channel: ClassVar[bool] = True
    belongs: ClassVar[bool] = True
    is_random: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="dropout",
            words=r"drop[\s-]*out",
            example="dropout 0.5",
            slots=(Slot("p", "p", usual=0.5, bare=True, decimal=True),),
            calls={"Dropout": "p inplace"},
            chip="DROPOUT {p}",
            begun=("DROPOUT", "dropout 0.5"),
        ),
    )

    p: float = 0.5

    def __post_init__(self) -> None:
        p = number_of(self.p)
        if p is None or not 0 <= p < 1:
            raise SettingError(f"p is {told(self.p)}; the share to drop is a number from 0 to below 1, such as 0.5.")
        object.__setattr__(self, "p", p)

    @property
    def name(self) -> str:
        return f"DROPOUT {number(self.p)}"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        if given.training and given.rng is None:
            raise SettingError(f"{self.name} draws at random in training; give it an rng.")
        return ops.dropout(input, self.p, training=given.training, rng=given.rng)

    def drawn(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> Drawn:
        """What is kept."""
        return ops.dropout_mask(shape, self.p, rng)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        if given.drawn is None:
            return gradient, {}
        return np.where(given.drawn, gradient / np.array(1 - self.p, gradient.dtype), np.zeros(1, gradient.dtype)), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Dropout", {"ratio": self.p})

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (f"layers.Dropout({self.p})",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        found: Terms = {"channels": (channel,), "term": "value", "outside": "none"}
        if not given.training:
            return found
        kept = np.where(output.reshape(input.shape) != 0, input, 0).astype(input.dtype)
        return {**found, "input": kept, "scale": 1 / (1 - self.p)}


@checked
class Scaling(Layer):
    """A layer that has two numbers for each channel, which its numbers are multiplied by and moved by."""

    by_channel: ClassVar[bool] = True
    belongs: ClassVar[bool] = True

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (shape[0],), "bias": (shape[0],)}

    def operations(self, shape: Shape) -> dict[str, int]:
        """Once any statistics are known, a scale and a shift for each number."""
        return {"scales and shifts": math.prod(shape)}

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """1 and 0."""
        afford(shape[:1], np.float32, "The weight", "fewer channels need less")
        return {"weight": np.ones(shape[0], np.float32), "bias": np.zeros(shape[0], np.float32)}

    def product(self, shape: Shape) -> str:
        return f"2 × {grouped(shape[0])}"


@checked
@dataclass(frozen=True)
class BatchNorm2d(Scaling):
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
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="batch norm",
            words=r"batch[\s-]*norm(?:ali[sz]ation)?(?:[\s-]*[12]d)?|bn",
            example="batch norm",
            slots=(
                Slot("eps", "eps(?:ilon)?", "eps ", usual=1e-5, decimal=True),
                told_in("num_features", r"in|num[\s_-]*features"),
            ),
            calls={
                **dict.fromkeys(("BatchNorm2d", "BatchNorm1d"), f"num_features {_TORCH_NORM}"),
                **dict.fromkeys(("LazyBatchNorm2d", "LazyBatchNorm1d"), _TORCH_NORM),
                "BatchNormalization": "axis momentum epsilon center scale",
            },
            chip="BATCH NORM",
            begun=("BATCH NORM", "batch norm"),
        ),
    )

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

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        maps = as_maps(input)
        channels = maps.shape[-3]
        if given.training and maps.size == channels:
            raise DoesNotFit(
                f"{self.name}: in training it needs more than one number for each of its {channels} channels, "
                "or there is no spread; it fits before the FC layers, or in inference."
            )
        if ("running_mean" in given.parameters) != ("running_var" in given.parameters):
            raise ArrayError(f"{self.name}: its running_mean and its running_var belong together: give both, or none.")
        found = ops.batch_norm(
            maps,
            *self._statistics(channels, given.parameters),
            given.parameters["weight"],
            given.parameters["bias"],
            training=given.training,
            eps=self.eps,
        )
        return found.reshape(input.shape)

    def _statistics(self, channels: int, parameters: Parameters) -> tuple[NDArray, NDArray]:
        """The mean and the variance that were gathered."""
        mean, variance = ({**self.statistics((channels,)), **parameters}[name] for name in _RUNNING)
        return mean, variance

    def statistics(self, shape: Shape) -> dict[str, NDArray[np.float32]]:
        """A mean of 0 and a variance of 1."""
        afford(shape[:1], np.float32, "The running_mean", "fewer channels need less")
        return {"running_mean": np.zeros(shape[0], np.float32), "running_var": np.ones(shape[0], np.float32)}

    def gathered(self, input: NDArray, statistics: Parameters, share: float) -> dict[str, NDArray]:
        """Of a batch's variance, that divided by the count less one. Raises ArrayError for statistics of other maps."""
        read = as_maps(input)
        mean, variance = ops.batch_statistics(read)
        count = read.size // read.shape[-3]
        towards = dict(zip(_RUNNING, (mean, variance * count / (count - 1))))
        for name, value in towards.items():
            if name not in statistics or statistics[name].shape != value.shape:
                raise ArrayError(f"{self.name}: its {name} has one number for each of the {len(value)} channels.")
        with np.errstate(all="ignore"):
            moved = {name: (1 - share) * statistics[name] + share * value for name, value in towards.items()}
            return {**statistics, **{name: value.astype(np.float32) for name, value in moved.items()}}

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps = as_maps(input)
        for_input, for_weight, for_bias = ops.batch_norm_gradients(
            maps,
            gradient.reshape(maps.shape),
            *self._statistics(maps.shape[-3], given.parameters),
            given.parameters["weight"],
            training=given.training,
            eps=self.eps,
        )
        return for_input.reshape(input.shape), {"weight": for_weight, "bias": for_bias}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        mean, variance = self._statistics(shape[0], parameters)
        statistics = {"running_mean": mean, "running_var": variance}
        return alone("BatchNormalization", {**weights_of(parameters), **statistics}, epsilon=self.eps)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        kind = "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d"
        return (call_of(kind, shape[0], eps=(self.eps, 1e-5)),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (f"layers.BatchNormalization(epsilon={self.eps})",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """One scale and one bias: gamma / deviation, and beta - mean x that."""
        if given.training:
            map = input[channel] / given.divisor
            mean, variance = map.mean(dtype=np.float64), map.var(dtype=np.float64)
        else:
            mean, variance = (float(of[channel]) for of in self._statistics(len(input), given.parameters))
        scale = float(given.parameters["weight"][channel]) / math.sqrt(variance + self.eps)
        bias = float(given.parameters["bias"][channel]) - float(mean) * scale
        return {"channels": (channel,), "term": "value", "scale": scale, "bias": bias, "outside": "none"}


@checked
@dataclass(frozen=True)
class Scale(Scaling):
    """Each channel times its weight, plus its bias: what is left of a normalisation whose statistics are in them.

    Source: the Scale layer of Y. Jia et al., "Caffe" (2014); ONNX has Mul and Add with a number for each channel.
    """

    kind: ClassVar[str] = "SCALE"

    @property
    def name(self) -> str:
        return "SCALE"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        maps = as_maps(input)
        weight, bias = (given.parameters[name][:, np.newaxis, np.newaxis] for name in ("weight", "bias"))
        with np.errstate(all="ignore"):
            found = maps.astype(precision(maps, weight, bias), copy=False) * weight + bias
        return np.asarray(found).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps = as_maps(input)
        gradients = gradient.reshape(maps.shape)
        over = tuple(axis for axis in range(maps.ndim) if axis != maps.ndim - 3)
        for_input = gradients * given.parameters["weight"][:, np.newaxis, np.newaxis]
        return for_input.reshape(input.shape), {"weight": (gradients * maps).sum(over), "bias": gradients.sum(over)}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """A product and a sum, or that of both which changes anything."""
        weight, bias = (
            np.reshape(parameters[name], (shape[0],) + (1,) * (len(shape) - 1)) for name in ("weight", "bias")
        )
        found = [Operator("Mul", {"weight": weight}, name="scaled")] if (weight != 1).any() else []
        found += [Operator("Add", {"bias": bias})] if bias.any() else []
        return tuple(found) or alone("Identity")

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        weight, bias = (float(given.parameters[name][channel]) for name in ("weight", "bias"))
        return {"channels": (channel,), "term": "value", "scale": weight, "bias": bias, "outside": "none"}


@checked
@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Each number divided by how loud the maps beside its own are at its place, as AlexNet had it.

        y = x / (k + alpha / size * sum of the squares of `size` maps around its own) ** beta

    size is how many maps, its own among them. Raises SettingError for a size below 1, for an alpha or a beta below 0,
    and for a k below 1e-12: a map of zeros would be divided by 0.
    Source: A. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks" (2012), section 3.3.
    """

    kind: ClassVar[str] = "LRN"
    gates: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="lrn",
            words=r"lrn|local[\s-]*response[\s-]*norm(?:ali[sz]ation)?",
            example="lrn 5",
            slots=(
                Slot("size", "size", noun="number of maps", above_0="the number of maps", bare=True, needed=True,
                     single=True),
                Slot("alpha", "alpha", "alpha ", usual=1e-4, decimal=True),
                Slot("beta", "beta", "beta ", usual=0.75, decimal=True),
                Slot("k", "k", "k ", usual=1.0, decimal=True),
            ),
            calls={"LocalResponseNorm": "size alpha beta k"},
            chip="LRN {size}",
            begun=("LOCAL RESPONSE NORM", "lrn 5"),
        ),
    )  # fmt: skip

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", whole(self.size, "size", 1))
        for name, least in (("alpha", 0.0), ("beta", 0.0), ("k", LEAST_EPS)):
            object.__setattr__(self, name, real(getattr(self, name), name, least))

    @property
    def name(self) -> str:
        return f"LRN {grouped(self.size)}"

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        super().reads(shape, channel)  # for what it refuses
        return tuple(range(max(0, channel - self.size // 2), min(shape[0], channel + (self.size - 1) // 2 + 1)))

    def reads_in(self, shape: Shape) -> int:
        return 0

    def operations(self, shape: Shape) -> dict[str, int]:
        """A square of each number, and a power; what is added up besides is `handled`."""
        return {"squares": math.prod(shape), "additions": self.handled(shape), "powers": math.prod(shape)}

    def handled(self, shape: Shape) -> int:
        channels, *sides = shape
        reaches = (min(side, channels - 1) for side in (self.size // 2, (self.size - 1) // 2))
        return sum(side * channels - side * (side + 1) // 2 for side in reaches) * math.prod(sides)

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.local_response_norm(as_maps(input), self.size, self.alpha, self.beta, self.k).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps = as_maps(input)
        settings = self.size, self.alpha, self.beta, self.k
        found = ops.local_response_norm_gradient(maps, gradient.reshape(maps.shape), *settings)
        return found.reshape(input.shape), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        if not self.size % 2:
            raise SettingError(f"{self.name}: a file's LRN looks at an odd number of maps; {told(self.size)} is even.")
        found = Operator("LRN", {}, {"size": self.size, "alpha": self.alpha, "beta": self.beta, "bias": self.k})
        if len(shape) == 3:
            return (found,)
        maps = Operator("Reshape", {"as maps": (1, shape[0], 1, 1)}, name="maps")
        return maps, found._replace(name="normalised"), Operator("Flatten")

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        if len(shape) != 3:
            raise SettingError(f"{self.name}: PyTorch’s reads maps; it fits before the first FC.")
        return super()._as_torch(shape)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """The squares of the maps around this one, to the power of -beta, times its own number."""
        return {
            "channels": self.reads(input.shape, channel), "term": "square", "scale": self.alpha / self.size,
            "bias": self.k, "exponent": -self.beta, "gate": input[channel] / given.divisor, "outside": "none",
        }  # fmt: skip


_OPERATORS: dict[str, tuple[str, dict[str, float], dict[str, float | str]]] = {
    "identity": ("Identity", {}, {}), "relu": ("Relu", {}, {}), "sigmoid": ("Sigmoid", {}, {}),
    "tanh": ("Tanh", {}, {}), "gelu": ("Gelu", {}, {}), "gelu tanh": ("Gelu", {}, {"approximate": "tanh"}),
    "leaky relu": ("LeakyRelu", {}, {"alpha": LEAK}),
    "hard sigmoid": ("HardSigmoid", {}, {"alpha": 1 / 6, "beta": 0.5}), "hard swish": ("HardSwish", {}, {}),
    "elu": ("Elu", {}, {"alpha": 1.0}), "softplus": ("Softplus", {}, {}),
}  # fmt: skip
_RUNNING = ("running_mean", "running_var")


def as_maps(input: NDArray) -> NDArray:
    """Rows of numbers, (features,) or (N, features), as maps of one."""
    return input if input.ndim >= 3 else input[..., np.newaxis, np.newaxis]
