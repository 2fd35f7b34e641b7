"""Layers that measure numbers by those beside them in each picture, in training and after: norms, and softmax."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import flag, real, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.layers.elementwise import LEAST_EPS, Scaling, as_maps
from cnnviz.layers.grammar import Flag, Grammar, Slot, told_in
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Parameters,
    Shape,
    alone,
    call_of,
    check_told,
    needs_volume,
    weights_of,
)
from cnnviz.numbers import grouped
from cnnviz.signatures import checked
from cnnviz.steps import Terms

_EPS = Slot("eps", "eps(?:ilon)?", "eps ", usual=1e-5, decimal=True)
_NORM = r"[\s-]*norm(?:ali[sz]ation)?(?:[\s-]*[123]d)?"


@checked
class _Standardised(Scaling):
    """What all of them share: an eps, what the text tells of what comes in, and whether anything is learnt.

    They are counted as reading one place, as batch norm is in training: their statistics are of many places, and the
    receptive field is told without those.
    """

    eps: float
    affine: bool
    _of: ClassVar[str] = "num_channels"  # the setting that tells what comes in

    def __post_init__(self) -> None:
        if (written := getattr(self, self._of)) is not None:
            object.__setattr__(self, self._of, whole(written, self._of, 1))
        object.__setattr__(self, "eps", real(self.eps, "eps", LEAST_EPS))
        object.__setattr__(self, "affine", flag(self.affine, "affine"))

    def output_shape(self, shape: Shape) -> Shape:
        check_told(self, getattr(self, self._of), shape[0], "channel")
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return super().parameter_shapes(shape) if self.affine else {}

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """1 and 0, where anything is learnt."""
        self.output_shape(shape)  # for what it refuses
        return super().initial(shape, rng) if self.affine else {}

    def product(self, shape: Shape) -> str:
        return super().product(shape) if self.affine else ""

    def operations(self, shape: Shape) -> dict[str, int]:
        """A sum of the numbers and one of their squares for the statistics, then a scale and a shift for each."""
        count = math.prod(shape)
        return {"additions": count, "squares": count, "scales and shifts": count}

    def _learnt(self, parameters: Parameters, count: int) -> dict[str, NDArray]:
        """Its weight and its bias; 1 and 0 where it learns none."""
        return weights_of(parameters) if self.affine else {"weight": np.ones(count), "bias": np.zeros(count)}

    def _found(self, input: NDArray, gradients: tuple[NDArray, NDArray, NDArray]) -> Found:
        for_input, weight, bias = gradients
        return for_input.reshape(input.shape), {"weight": weight, "bias": bias} if self.affine else {}

    def _center(self) -> dict[str, tuple[object, object]]:
        """Whether anything is learnt, as Keras says it."""
        return {"center": (self.affine, True), "scale": (self.affine, True)}


@checked
class _InGroups(_Standardised):
    """Groups of channels, each less its mean, over its deviation, of all its numbers in a picture."""

    def _groups(self, channels: int) -> int:
        """How many."""
        raise NotImplementedError

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """The maps of its group, for they make its mean and its deviation."""
        super().reads(shape, channel)  # for what it refuses
        many = shape[0] // self._groups(shape[0])
        first = channel // many * many
        return tuple(range(first, first + many))

    def reads_in(self, shape: Shape) -> int:
        return self._groups(shape[0])

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        maps, own = as_maps(input), weights_of(given.parameters) if self.affine else {}
        return ops.group_norm(maps, self._groups(maps.shape[-3]), **own, eps=self.eps).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps, weight = as_maps(input), given.parameters["weight"] if self.affine else None
        groups, towards = self._groups(maps.shape[-3]), gradient.reshape(maps.shape)
        return self._found(input, ops.group_norm_gradients(maps, groups, towards, weight, eps=self.eps))

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """One scale and one bias, as of batch norm in training: from the statistics of its group in this picture."""
        group = input[list(self.reads(input.shape, channel))] / given.divisor
        learnt = self._learnt(given.parameters, len(input))
        scale = float(learnt["weight"][channel]) / math.sqrt(group.var(dtype=np.float64) + self.eps)
        bias = float(learnt["bias"][channel]) - float(group.mean(dtype=np.float64)) * scale
        return {"channels": (channel,), "term": "value", "scale": scale, "bias": bias, "outside": "none"}


@checked
@dataclass(frozen=True)
class GroupNorm(_InGroups):
    """The channels in groups, each less its mean, over its deviation, times a weight and plus a bias for each channel.

        y = (x - mean of the group) / sqrt(variance of the group + eps) * weight + bias

    num_groups    of as many channels each; 1 takes all numbers of a picture together
    num_channels  what it is written for, as in PyTorch; None takes what comes
    affine        whether weight and bias are learnt; else they are 1 and 0

    The statistics are the picture's own, whatever else is in its batch, and after training too. Behind an FC layer the
    groups are of numbers. Raises SettingError for a num_groups below 1 and an eps below 1e-12; on channels that do not
    come in so many groups DoesNotFit.
    Source: Y. Wu and K. He, "Group Normalization" (2018), equation 7.
    """

    kind: ClassVar[str] = "GROUP NORM"
    by_channel: ClassVar[bool] = False
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="group norm",
            words=rf"group{_NORM}|gn",
            example="group norm 2",
            slots=(
                Slot("num_groups", "groups?|g", noun="number of groups", above_0="the number of groups G", bare=True,
                     needed=True, single=True),
                _EPS,
                told_in("num_channels", r"in|num[\s_-]*channels"),
            ),
            flags=(Flag(r"no[\s-]*affine", "affine", False, "no affine"),),
            calls={
                "GroupNorm": "num_groups num_channels eps affine",
                "GroupNormalization": "groups axis epsilon center scale",
            },
            chip="GROUP NORM {num_groups}",
            begun=("GROUP NORM", "group norm 2"),
        ),
    )  # fmt: skip

    num_groups: int
    eps: float = 1e-5
    affine: bool = True
    num_channels: int | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_groups", whole(self.num_groups, "num_groups", 1))
        super().__post_init__()

    @property
    def name(self) -> str:
        return f"GROUP NORM {grouped(self.num_groups)}"

    def output_shape(self, shape: Shape) -> Shape:
        super().output_shape(shape)
        if shape[0] % self.num_groups:
            counts = [count for count in range(1, min(shape[0], 10_000) + 1) if shape[0] % count == 0]
            near = sorted(sorted(counts, key=lambda count: abs(count - self.num_groups))[:2])
            raise DoesNotFit(
                f"{self.name}: {grouped(shape[0])} channels do not come in {told(self.num_groups)} groups of as many; "
                f"in {' or '.join(map(grouped, near))} they do."
            )
        return shape

    def _groups(self, channels: int) -> int:
        return self.num_groups

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """Each group as one row, which is normalised by itself: PyTorch writes it so."""
        groups = self.num_groups
        none = {"ones": np.ones(groups), "zeros": np.zeros(groups)}
        found = [
            Operator("Reshape", {"groups": (1, groups, -1)}, name="in groups"),
            Operator("InstanceNormalization", none, {"epsilon": self.eps}, name="normalised"),
            Operator("Reshape", {"maps": (1, *shape)}, name="as maps"),
        ]
        if self.affine:
            own = (shape[0],) + (1,) * (len(shape) - 1)
            weight, bias = (np.reshape(parameters[name], own) for name in ("weight", "bias"))
            found += [Operator("Mul", {"weight": weight}, name="scaled"), Operator("Add", {"bias": bias})]
        return tuple(found)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        settings = {"eps": (self.eps, 1e-5), "affine": (self.affine, True)}
        return (call_of("nn.GroupNorm", self.num_groups, shape[0], **settings),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (
            call_of(
                "layers.GroupNormalization", self.num_groups, epsilon=(self.eps, None), **self._center()
            ),
        )  # fmt: skip


@checked
@dataclass(frozen=True)
class InstanceNorm2d(_InGroups):
    """Each map less its mean, over its deviation, of this picture alone, after training too.

        y = (x - mean of the map) / sqrt(variance of the map + eps) * weight + bias

    affine        whether a weight and a bias are learnt for each channel; else, as PyTorch has it, they are 1 and 0
    num_features  what it is written for, as in PyTorch; None takes what comes

    Raises SettingError for an eps below 1e-12; behind an FC layer DoesNotFit: a number alone has no spread.
    Source: D. Ulyanov, A. Vedaldi and V. Lempitsky, "Instance Normalization: The Missing Ingredient for Fast
    Stylization" (2016), equation 4.
    """

    kind: ClassVar[str] = "INSTANCE NORM"
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="instance norm",
            words=rf"instance{_NORM}",
            example="instance norm",
            slots=(_EPS, told_in("num_features", r"in|num[\s_-]*features")),
            flags=(Flag("affine", "affine", True, "affine"),),
            calls={"InstanceNorm2d": "num_features eps momentum affine track_running_stats"},
            chip="INSTANCE NORM",
            begun=("INSTANCE NORM", "instance norm"),
        ),
    )
    _of: ClassVar[str] = "num_features"

    eps: float = 1e-5
    affine: bool = False
    num_features: int | None = field(default=None, kw_only=True, compare=False)

    @property
    def name(self) -> str:
        return "INSTANCE NORM"

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        return super().output_shape(shape)

    def _groups(self, channels: int) -> int:
        return channels

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("InstanceNormalization", self._learnt(parameters, shape[0]), epsilon=self.eps)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        settings = {"eps": (self.eps, 1e-5), "affine": (self.affine, False)}
        return (call_of("nn.InstanceNorm2d", shape[0], **settings),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return GroupNorm(shape[0], self.eps, self.affine)._as_keras(shape, not_below_0)


@checked
@dataclass(frozen=True)
class LayerNorm(_Standardised):
    """The numbers of all channels at one place, or of a row, less their mean, over their deviation, times weight, plus
    bias, a channel's, both learnt.

        y = (x - mean of the place) / sqrt(variance of the place + eps) * weight + bias

    So Keras has it, and ConvNeXt, and behind an FC layer PyTorch. All numbers of maps together are GroupNorm(1).

    normalized_shape  how many channels or numbers it is written for, as in PyTorch; None takes what comes
    affine            whether weight and bias are learnt; else they are 1 and 0

    Raises SettingError for an eps below 1e-12.
    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization" (2016), section 3; over the channels of maps:
    Z. Liu et al., "A ConvNet for the 2020s" (2022), section 2.6.
    """

    kind: ClassVar[str] = "LAYER NORM"
    shows: ClassVar[str] = "{}, normalised"
    by_channel: ClassVar[bool] = False
    belongs: ClassVar[bool] = False
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="layer norm",
            words=rf"layer{_NORM}|ln",
            example="layer norm",
            slots=(_EPS, told_in("normalized_shape", r"in|normalized[\s_-]*shape")),
            flags=(Flag(r"no[\s-]*affine", "affine", False, "no affine"),),
            calls={
                **dict.fromkeys(("LayerNorm", "LayerNorm2d"), "normalized_shape eps elementwise_affine"),
                "LayerNormalization": "axis epsilon center scale",
            },
            chip="LAYER NORM",
            begun=("LAYER NORM", "layer norm"),
        ),
    )
    _of: ClassVar[str] = "normalized_shape"

    eps: float = 1e-5
    affine: bool = True
    normalized_shape: int | None = field(default=None, kw_only=True, compare=False)

    @property
    def name(self) -> str:
        return "LAYER NORM"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        last = np.moveaxis(as_maps(input), -3, -1)
        own = weights_of(given.parameters) if self.affine else {}
        found = ops.layer_norm(last, last.shape[-1], **own, eps=self.eps)
        return np.ascontiguousarray(np.moveaxis(found, -1, -3)).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps, weight = as_maps(input), given.parameters["weight"] if self.affine else None
        last, towards = (np.moveaxis(of, -3, -1) for of in (maps, gradient.reshape(maps.shape)))
        for_input, *others = ops.layer_norm_gradients(last, last.shape[-1], towards, weight, eps=self.eps)
        return self._found(input, (np.ascontiguousarray(np.moveaxis(for_input, -1, -3)), others[0], others[1]))

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """A file's goes over the last axes: so the channels go there, and back."""
        learnt = self._learnt(parameters, shape[0])
        norm = Operator("LayerNormalization", learnt, {"axis": -1, "epsilon": self.eps})
        if len(shape) == 1:
            return (norm,)
        last, first = (Operator("Transpose", {}, {"perm": axes}) for axes in ((0, 2, 3, 1), (0, 3, 1, 2)))
        return last._replace(name="channels last"), norm._replace(name="normalised"), first

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        if len(shape) == 3:
            raise SettingError(f"{self.name}: PyTorch’s goes over the last axes, not over the channels of maps.")
        return (call_of("nn.LayerNorm", shape[0], eps=(self.eps, 1e-5), elementwise_affine=(self.affine, True)),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (call_of("layers.LayerNormalization", epsilon=(self.eps, None), **self._center()),)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """What is read is the number already normalised: each place has a mean and a deviation of its own."""
        bare, learnt = replace(self, affine=False), self._learnt(given.parameters, len(input))
        normal = bare._forward(input.astype(np.float64) / given.divisor, given) * given.divisor
        scale, bias = (float(learnt[name][channel]) for name in ("weight", "bias"))
        return {"input": normal, "channels": (channel,), "term": "value", "scale": scale, "bias": bias,
                "outside": "none"}  # fmt: skip


@checked
@dataclass(frozen=True)
class Softmax(Layer):
    """The numbers of all channels at one place, or of a row, as shares of 1: e to the power of each, over their sum.

    Source: J. Bridle, "Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships
    to Statistical Pattern Recognition" (1990).
    """

    kind: ClassVar[str] = "SOFTMAX"
    shows: ClassVar[str] = "e^({} − the largest there)"
    gates: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="softmax",
            words=r"soft[\s-]*max",
            example="softmax",
            calls={"Softmax": "dim", "Softmax2d": ""},
            chip="SOFTMAX",
            begun=("SOFTMAX", "softmax"),
        ),
    )

    @property
    def name(self) -> str:
        return "SOFTMAX"

    def operations(self, shape: Shape) -> dict[str, int]:
        """Of each number a power of e, what it adds to the sum, and a quotient."""
        count = math.prod(shape)
        return {"powers": count, "additions": count, "divisions": count}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.softmax(as_maps(input), -3).reshape(input.shape)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        maps = as_maps(input)
        return ops.softmax_gradient(maps, gradient.reshape(maps.shape), -3).reshape(input.shape), {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Softmax", axis=1)

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return ("nn.Softmax(dim=1)",)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return ("layers.Softmax()",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """What is read are powers of e, the largest number of the place taken off first: 1 over their sum, times
        its own."""
        numbers = input.astype(np.float64) / given.divisor
        powers = np.exp(numbers - numbers.max(0))
        return {"input": powers * given.divisor, "channels": tuple(range(len(input))), "term": "value",
                "exponent": -1.0, "gate": powers[channel], "outside": "none"}  # fmt: skip
