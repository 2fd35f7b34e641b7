"""What every layer is: shapes in, shapes out, what it costs to learn and to run; and how arrays go through it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DoesNotFit
from cnnviz.geometry import Passage, Window
from cnnviz.numbers import grouped

Shape = tuple[int, ...]  # (channels, height, width), or (features,) behind a fully connected layer
Parameters = Mapping[str, NDArray[np.floating]]

VECTOR = "what comes before it is {} numbers in a row, without height and width; it fits before the first FC."


class Layer(ABC):
    """One layer, before it has seen any input: its settings, and what they come to on a given input's shape.

    A layer takes its channels from what comes in, as PyTorch's lazy layers do. Shapes are (C, H, W) or (features,).
    Nothing here allocates an array but `initial` and `forward`, and counts are Python's whole numbers, which have no
    largest one.
    """

    kind: ClassVar[str]  # CONV, POOL, ACTIVATION, FC, DROPOUT or BATCH NORM
    by_channel: ClassVar[bool] = False  # each map of the output comes from the map of the same number alone

    @property
    @abstractmethod
    def name(self) -> str:
        """Short, for people: CONV 3 × 3."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that comes out. Raises DoesNotFit where the layer cannot follow, and says what would fit."""
        return shape

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        """The arrays that are learnt, by PyTorch's names."""
        return {}

    def parameters(self, shape: Shape) -> int:
        """How many numbers are learnt."""
        return sum(math.prod(size) for size in self.parameter_shapes(shape).values())

    def multiply_adds(self, shape: Shape) -> int:
        """How many products are made and added up: those of CONV and FC. What else is done, `operations` tells."""
        return 0

    def operations(self, shape: Shape) -> dict[str, int]:
        """What is done how many times, by name; none of it is a multiply-add but that of CONV and FC."""
        return {}

    def in_a_window(self, shape: Shape) -> int:
        """How many numbers one window reads, where windows slide; 0 elsewhere."""
        return 0

    def handled(self, shape: Shape) -> int:
        """About how many numbers CONV lays out, and POOL compares or adds, as it is run: what takes time besides
        multiply-adds. A call of NumPy counts as `ops.conv.CALL` of them."""
        return 0

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """What a unit reads of the map before it, down and across."""
        return Window(1), Window(1)

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        """What a unit really reads of the map before it, down and across: `windows`, and where that map ends."""
        down, across = self.windows(shape)
        height, width = shape[1:] if len(shape) == 3 else (1, 1)
        return Passage((down,), height), Passage((across,), width)

    def maker(self, shape: Shape, channel: int) -> tuple[Layer, int]:
        """Which layer makes one map of the output, and as which of its own, from 0: itself, where nothing is inside."""
        return self, channel

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Parameters to start learning from, float32.

        Weights are normal around 0 with a variance of 2 / (the inputs of a unit), biases 0: K. He et al., "Delving
        Deep into Rectifiers" (2015), equation 10.
        """
        shapes = self.parameter_shapes(shape)
        start = {name: np.zeros(size, np.float32) for name, size in shapes.items()}
        if "weight" in shapes:
            deviation = np.float32(math.sqrt(2 / math.prod(shapes["weight"][1:])))
            start["weight"] = rng.standard_normal(shapes["weight"], np.float32) * deviation
        return start

    @abstractmethod
    def forward(
        self,
        input: NDArray[Any],
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        """What comes out for `input`, (C, H, W) or (features,), or a batch of them with N in front.

        `training` matters to dropout and batch norm alone; `rng` to dropout in training.
        """


def needs_volume(layer: Layer, shape: Shape) -> None:
    """Refuse what comes behind a fully connected layer: there is nothing left to slide over."""
    if len(shape) != 3:
        raise DoesNotFit(f"{layer.name}: {VECTOR.format(grouped(math.prod(shape)))}")


Sides = int | tuple[int | tuple[int, int], int | tuple[int, int]]
Pair = int | tuple[int, int]


def both(value: Any) -> tuple[Any, Any]:
    """(height, width) of a setting that may be one for both."""
    return (value[0], value[1]) if isinstance(value, tuple) else (value, value)


def by(value: Any) -> str:
    """3 × 5 of a size."""
    down, across = both(value)
    return f"{down} × {across}"


def check_told(layer: Layer, told: int | None, comes: int, of: str) -> None:
    """Refuse an input that is not the one of which a layer's text tells, as in PyTorch: so many channels, or numbers.

    told  how many; None where it tells of none, and takes what comes
    """
    if told is not None and told != comes:
        raise DoesNotFit(
            f"{layer.name}: it is written for {grouped(told)} {of}{'' if told == 1 else 's'}, and {grouped(comes)} "
            f"{'comes' if comes == 1 else 'come'} in; without that number it takes what comes."
        )
