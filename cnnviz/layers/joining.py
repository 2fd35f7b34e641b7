"""Where branches meet: maps put one behind the other, added, or multiplied. Nothing is learnt.

What a node of a graph reads of several others stands one behind the other: (C, H, W) of each branch becomes
(branches x C, H, W). So a layer that joins reads one input, as any other does, and says which of its maps go together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import whole
from cnnviz.errors import DoesNotFit
from cnnviz.layers.grammar import Grammar
from cnnviz.layers.layer import Found, Given, Layer, Operator, Parameters, Shape, alone, cut, single
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
@dataclass(frozen=True)
class Concat(Layer):
    """The maps of all branches, one behind the other, as they are.

    Source: C. Szegedy et al., "Going Deeper with Convolutions" (2015), figure 2.
    """

    kind: ClassVar[str] = "JOIN"
    by_channel: ClassVar[bool] = True
    joins: ClassVar[str] = "any"
    hands_on: ClassVar[bool] = True
    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar("concat", "concat(?:enat(?:e|ion))?", "[… | …] concat", chip="CONCAT"),
    )

    @property
    def name(self) -> str:
        return "CONCATENATION"

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return input.astype(precision(input), copy=False)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return gradient, {}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Concat", axis=1) if inputs > 1 else alone("Identity")

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return ("layers.Concatenate()",)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "outside": "none"}


@checked
@dataclass(frozen=True)
class Same(Concat):
    """What comes in, as it is: the branch that goes past the others. Source: K. He et al., "Deep Residual Learning for
    Image Recognition" (2016), figure 2."""

    joins: ClassVar[str] = ""
    grammars: ClassVar[tuple[Grammar, ...]] = (Grammar("same", "same|skip", "[… | same] add", chip="SAME"),)

    @property
    def name(self) -> str:
        return "SAME"


@checked
class _Together(Layer):
    """Maps of the same number in each branch become one: (branches x C, H, W) -> (C, H, W)."""

    kind: ClassVar[str] = "JOIN"
    joins: ClassVar[str] = "alike"
    branches: int
    _operation: ClassVar[str]
    _join: ClassVar[np.ufunc]
    _sign: ClassVar[str]  # between two of them in code

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", whole(self.branches, "branches", 1))

    def output_shape(self, shape: Shape) -> Shape:
        if shape[0] % self.branches:
            raise DoesNotFit(
                f"{self.name}: {shape[0]} maps come in, which are not those of {self.branches} branches alike."
            )
        return shape[0] // self.branches, *shape[1:]

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """That of the same number in each branch."""
        super().reads(shape, channel)
        return tuple(range(channel, shape[0], shape[0] // self.branches))

    def reads_in(self, shape: Shape) -> int:
        return 0

    def _takes(self, inputs: int) -> bool:
        return inputs in (1, self.branches)

    def operations(self, shape: Shape) -> dict[str, int]:
        return {self._operation: math.prod(shape) - math.prod(self.output_shape(shape))}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        with np.errstate(all="ignore"):
            return np.asarray(self._join.reduce(self._by_branch(input), self._axis(input), dtype=precision(input)))

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """Branches that came in as one value are cut apart first."""
        if self.branches == 1:
            return alone("Identity")
        if inputs > 1:
            return self._meet(tuple(range(inputs)))
        each = shape[0] // self.branches
        found = [
            cut(0, at * each, (at + 1) * each)._replace(reads=(0,), name=f"branch {at + 1}")
            for at in range(self.branches)
        ]
        return (*found, *self._meet(tuple(branch.name for branch in found)))

    def _meet(self, parts: tuple[int | str, ...]) -> tuple[Operator, ...]:
        """The operators that join so many."""
        raise NotImplementedError

    def _met_as_torch(self, values: Sequence[str]) -> str:
        return f" {self._sign} ".join(values)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return (f"layers.{type(self).__name__}()",)

    def _by_branch(self, input: NDArray) -> NDArray:
        """(branches, C, H, W), or (branches, features); with N in front of a batch."""
        count, *sides = self.output_shape(single(input))
        return input.reshape(*input.shape[: input.ndim - 1 - len(sides)], self.branches, count, *sides)

    def _axis(self, input: NDArray) -> int:
        """That of the branches."""
        return 1 if input.ndim in (2, 4) else 0


@checked
@dataclass(frozen=True)
class Add(_Together):
    """The sum of the branches, number by number. Raises SettingError for branches that are no whole number.

    Source: K. He et al., "Deep Residual Learning for Image Recognition" (2016), equation 1.
    """

    branches: int = 2

    grammars: ClassVar[tuple[Grammar, ...]] = (Grammar("add", r"add|plus|sum|\+", "[… | same] add", chip="ADD"),)
    _operation: ClassVar[str] = "additions"
    _join: ClassVar[np.ufunc] = np.add
    _sign: ClassVar[str] = "+"

    @property
    def name(self) -> str:
        return "ADD"

    def _meet(self, parts: tuple[int | str, ...]) -> tuple[Operator, ...]:
        return (Operator("Add" if len(parts) == 2 else "Sum", reads=parts),)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        """Every branch takes all of it."""
        return np.concatenate([gradient] * self.branches, self._axis(input)), {}

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": self.reads(input.shape, channel), "term": "value", "outside": "none"}


@checked
@dataclass(frozen=True)
class Multiply(_Together):
    """The product of the branches, number by number. Raises SettingError for branches that are no whole number.

    Source: J. Hu, L. Shen and G. Sun, "Squeeze-and-Excitation Networks" (2018), equation 4.
    """

    branches: int = 2

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar("multiply", "multiply|times", "[… | same] multiply", chip="MULTIPLY"),
    )
    _operation: ClassVar[str] = "multiplications"
    gates: ClassVar[bool] = True
    _join: ClassVar[np.ufunc] = np.multiply
    _sign: ClassVar[str] = "*"

    @property
    def name(self) -> str:
        return "MULTIPLY"

    def _meet(self, parts: tuple[int | str, ...]) -> tuple[Operator, ...]:
        """Two at a time: a product has no more."""
        found = [Operator("Mul", reads=parts[:2], name="product of 2")]
        for count, part in enumerate(parts[2:], 3):
            found.append(Operator("Mul", reads=(found[-1].name, part), name=f"product of {count}"))
        return tuple(found)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        """To each branch, times the numbers of the others."""
        axis, parts = self._axis(input), self._by_branch(input)
        others = [np.delete(parts, branch, axis).prod(axis) * gradient for branch in range(self.branches)]
        return np.concatenate(others, axis), {}

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        first, *others = self.reads(input.shape, channel)
        gate = input[others].prod(0, dtype=np.float64) / given.divisor ** len(others)
        return {"channels": (first,), "term": "value", "gate": gate, "outside": "none"}
