"""What every layer is: shapes in, shapes out, what it costs to learn and to run; and how arrays go through it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import afford, amount, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Passage, Window
from cnnviz.numbers import grouped
from cnnviz.signatures import checked


def input_shape(value: object, name: str) -> tuple[int, ...]:
    """`value` as the shape of a layer's input. Raises SettingError for what is none."""
    if type(value) is tuple and len(value) in (1, 3) and all(type(size) is int and size > 0 for size in value):
        return value  # nearly always, and asked for thousands of times
    if not isinstance(value, (tuple, list)) or len(value) not in (1, 3):
        raise SettingError(f"The input's shape is {told(value)}; it is (C, H, W) or (features,).")
    return tuple(whole(size, "a size of the input's shape", 1) for size in value)


Shape = Annotated[tuple[int, ...], input_shape]  # (channels, height, width), or (features,) behind an FC layer
Parameters = Mapping[str, NDArray[np.floating]]

VECTOR = "what comes before it is {} numbers in a row, without height and width; it fits before the first FC."


@checked
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
        """Which layer makes one map of the output, and as which of its own, from 0: itself, where nothing is inside.

        Raises SettingError for a map that is none.
        """
        count = self.output_shape(shape)[0]
        if not 0 <= channel < count:
            raise no_map(self, channel, count)
        return self, channel

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Parameters to start learning from, float32.

        Weights are normal around 0 with a variance of 2 / (the inputs of a unit), biases 0: K. He et al., "Delving
        Deep into Rectifiers" (2015), equation 10.
        """
        self.output_shape(shape)  # for what it refuses
        shapes = self.parameter_shapes(shape)
        for name, size in shapes.items():
            afford(size, np.float32, f"{self.name}: its {name}", "fewer filters or units need less")
        start = {name: np.zeros(size, np.float32) for name, size in shapes.items()}
        if "weight" in shapes:
            deviation = np.float32(math.sqrt(2 / math.prod(shapes["weight"][1:])))
            start["weight"] = rng.standard_normal(shapes["weight"], np.float32) * deviation
        return start

    def check_parameters(self, parameters: Parameters, shape: Shape) -> None:
        """Raises ArrayError for parameters that are not this layer's for an input of that shape; more may be there."""
        for name, size in self.parameter_shapes(shape).items():
            found = parameters[name].shape if name in parameters else "missing"
            if found != size:
                raise ArrayError(f"{self.name}: its {name} is {found}, not {size}.")

    @abstractmethod
    def forward(
        self,
        input: NDArray[Any],
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        """What comes out for `input`, (C, H, W) or (features,), or a batch of them with N in front.

        `training` matters to dropout and batch norm alone; `rng` to dropout in training. Raises ArrayError for arrays
        that do not belong together, and what the operation raises.
        """


def single(input: NDArray) -> tuple[int, ...]:
    """The shape of one input, (C, H, W) or (features,), of one or of a batch. Raises ArrayError for other arrays."""
    if not 1 <= input.ndim <= 4 or 0 in input.shape[-3 if input.ndim > 2 else -1 :]:
        raise ArrayError(f"The input has shape {input.shape}; it is (C, H, W) or (features,), or a batch, (N, ...).")
    return input.shape[-3:] if input.ndim > 2 else input.shape[-1:]


def no_map(layer: Layer, channel: int, count: int) -> SettingError:
    """The refusal of a map that a layer does not make."""
    return SettingError(f"{layer.name} makes {count} maps; there is no map {told(channel)}, counted from 0.")


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
    return f"{told(down)} × {told(across)}"


def check_told(layer: Layer, written: int | None, comes: int, of: str) -> None:
    """Refuse an input that is not the one of which a layer's text tells, as in PyTorch: so many channels, or numbers.

    written  for how many; None where it tells of none, and takes what comes
    """
    if written is not None and written != comes:
        raise DoesNotFit(
            f"{layer.name}: it is written for {amount(written)} {of}{'' if written == 1 else 's'}, and "
            f"{amount(comes)} {'comes' if comes == 1 else 'come'} in; without that number it takes what comes."
        )
