"""A stack of layers: counted without allocating anything, run with every map kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers, told, whole
from cnnviz.errors import ArrayError, CnnvizError, DoesNotFit, SettingError
from cnnviz.geometry import Field
from cnnviz.layers import Layer, Parameters, Shape
from cnnviz.numbers import grouped
from cnnviz.signatures import checked

# What is run while somebody waits: at most about a second on one core, the first map of the widest stacks included.
BUDGET_MULTIPLY_ADDS = 2_000_000_000
BUDGET_NUMBERS = 30_000_000  # numbers kept, of all maps and parameters: 120 MB as float32
BUDGET_HANDLED = 1_000_000_000  # numbers that CONV lays out and POOL compares or adds: each about a nanosecond
BUDGET_WINDOW = 2**17  # numbers in one window


@checked
@dataclass(frozen=True)
class Row:
    """One layer of a network, counted.

    index          its place, from 0
    fields         what a unit of its output sees of the picture, down and across
    """

    index: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    multiply_adds: int
    fields: tuple[Field, Field]


@checked
@dataclass(frozen=True)
class Sight:
    """How many rows and columns of the picture a unit's field spans, and how many of them it is really made from."""

    spans: tuple[int, int]
    reads: tuple[int, int]

    @property
    def is_whole(self) -> bool:
        """Whether it reads all that it spans."""
        return self.spans == self.reads


@checked
@dataclass(frozen=True)
class Network:
    """Layers, one behind the other, on an input of one shape, (C, H, W) or (features,).

    Raises SettingError for a shape that is none, and DoesNotFit for a layer that cannot follow, by its number from 1,
    with the reason and what would fit.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    rows: tuple[Row, ...] = field(init=False, repr=False, compare=False)

    def __init__(self, input_shape: Shape, layers: Iterable[Layer]) -> None:
        object.__setattr__(self, "input_shape", input_shape)
        object.__setattr__(self, "layers", tuple(layers))
        object.__setattr__(self, "rows", tuple(self._count()))

    def _count(self) -> list[Row]:
        rows: list[Row] = []
        shape, fields = self.input_shape, (Field(), Field())
        for index, layer in enumerate(self.layers):
            try:
                output = layer.output_shape(shape)
            except CnnvizError as problem:
                raise DoesNotFit(f"Layer {index + 1}, {problem}") from None
            fields = _through(fields, layer, shape)
            costs = layer.parameters(shape), layer.multiply_adds(shape)
            rows.append(Row(index, layer, shape, output, *costs, fields))
            shape = output
        return rows

    def fields(self, index: int, channel: int) -> tuple[Field, Field]:
        """What a unit of one map of layer `index` sees of the picture: less than the layer's row tells where the map
        comes from a narrow branch of a Parallel. Both counted from 0; SettingError for a map that is none."""
        if not 0 <= index < len(self.rows) or not 0 <= channel < self.rows[index].output_shape[0]:
            raise SettingError(
                f"There is no map {told(channel)} of a layer {told(index)}, both counted from 0, in this network."
            )
        row = self.rows[index]
        layer, own = row.layer.maker(row.input_shape, channel)
        if index == 0:
            before = Field(), Field()
        elif layer.by_channel:
            before = self.fields(index - 1, own)
        else:
            before = self.rows[index - 1].fields
        return _through(before, layer, row.input_shape)

    def sight(self, index: int) -> Sight:
        """What the unit in the middle of layer `index`, from 0, sees of the picture, and how much of that it reads.

        Raises SettingError for a layer that is none.
        """
        if not 0 <= index < len(self.rows):
            raise SettingError(f"There is no layer {told(index)}, counted from 0; there are {len(self.rows)}.")
        row = self.rows[index]
        middle = [side // 2 for side in row.output_shape[1:]] or [0, 0]
        seen = [field.pixels(at) for field, at in zip(row.fields, middle)]
        spans = [max(0, min(side, one.stop) - max(0, one.start)) for one, side in zip(seen, self._sides)]
        reads = [len(field.read(at)) for field, at in zip(row.fields, middle)]
        return Sight((spans[0], spans[1]), (reads[0], reads[1]))

    @property
    def _sides(self) -> tuple[int, int]:
        """Height and width of the input; a vector is one number high and wide."""
        return (self.input_shape[1], self.input_shape[2]) if len(self.input_shape) == 3 else (1, 1)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The input's shape, then each layer's output."""
        return self.input_shape, *(row.output_shape for row in self.rows)

    @property
    def parameters(self) -> int:
        """How many numbers are learnt in all."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """How many products are made and added up in one run: by CONV and FC."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def numbers(self) -> int:
        """How many numbers a run keeps: every map, the input among them, and every parameter."""
        return self.parameters + sum(math.prod(shape) for shape in self.shapes)

    @property
    def handled(self) -> int:
        """About how many numbers CONV lays out and POOL compares or adds in one run (`Layer.handled`)."""
        return sum(row.layer.handled(row.input_shape) for row in self.rows)

    @property
    def largest_window(self) -> int:
        """How many numbers the largest window of CONV and POOL reads."""
        return max((row.layer.in_a_window(row.input_shape) for row in self.rows), default=0)

    @property
    def widest(self) -> int:
        """How many numbers the largest map before a layer has with its padding."""
        return max((_padded(row) for row in self.rows), default=0)

    @property
    def over_budget(self) -> str:
        """Why this network is counted and not run, in a sentence; "" where it is within the budget."""
        over = [
            f"{grouped(count)} {what} (the budget is {grouped(most)})"
            for count, most, what in (
                (self.multiply_adds, BUDGET_MULTIPLY_ADDS, "multiply-adds"),
                (self.numbers, BUDGET_NUMBERS, "numbers to keep, maps and parameters"),
                (self.handled, BUDGET_HANDLED, "numbers to lay out, compare or add"),
                (self.largest_window, BUDGET_WINDOW, "numbers in one window"),
                (self.widest, BUDGET_NUMBERS, "numbers in the maps before one layer, with their padding"),
            )
            if count > most
        ]
        return f"This network takes {' and '.join(over)}; it is counted and not run." if over else ""

    def initial(self, seed: int) -> list[dict[str, NDArray[np.float32]]]:
        """Parameters to start learning from, for each layer, float32: He's for weights, 0 for biases.

        The same seed gives the same numbers; a layer's numbers depend on the layers before it. Raises SettingError for
        a seed below 0, DoesNotFit for a layer whose parameters no memory holds.
        """
        rng = np.random.default_rng(whole(seed, "seed", 0))
        return [row.layer.initial(row.input_shape, rng) for row in self.rows]

    def forward(
        self,
        input: ArrayLike,
        parameters: Sequence[Parameters],
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> list[NDArray]:
        """Every map: the input itself, then each layer's output.

        input       of `input_shape`, or a batch of such, (N, ...)
        parameters  for each layer, as `initial` gives them; batch norm's may hold running_mean and running_var
        training    whether dropout drops and batch norm takes the statistics of this input
        rng         what dropout draws from; needed in training

        Raises ArrayError for an input or parameters that do not belong to this network, and where numbers that are
        all finite become inf or nan; DoesNotFit where memory does not suffice.
        """
        return self.onward([numbers(input, "input")], parameters, training, rng)

    def check_maps(self, maps: Sequence[NDArray]) -> None:
        """Raises ArrayError for maps that are not an input, or a batch, and what the first layers made of it."""
        if not 1 <= len(maps) <= len(self.shapes):
            raise ArrayError(f"There are {len(maps)} maps; this network has 1 to {len(self.shapes)}, the input first.")
        batch = maps[0].shape[: maps[0].ndim - len(self.input_shape)]
        if len(batch) > 1 or maps[0].shape != (*batch, *self.input_shape):
            raise ArrayError(f"The input has shape {maps[0].shape}; this network takes {self.input_shape}.")
        for number, (map, shape) in enumerate(zip(maps, self.shapes)):
            if map.shape != (*batch, *shape):
                raise ArrayError(f"Map {number} has shape {map.shape}; layer {number} makes {(*batch, *shape)}.")

    def check_run(self, maps: Sequence[NDArray]) -> None:
        """Raises ArrayError for anything but every map of one input, as `forward` gives them."""
        self.check_maps(maps)
        if len(maps) != len(self.shapes) or maps[0].shape != self.input_shape:
            raise ArrayError(
                f"There are {len(maps)} maps, the first of {maps[0].shape}; one run of this network has "
                f"{len(self.shapes)}, the first of {self.input_shape}."
            )

    def check_parameters(self, parameters: Sequence[Parameters]) -> None:
        """Raises ArrayError for parameters that are not a dict for each layer, with the arrays that it takes."""
        if len(parameters) != len(self.layers):
            raise ArrayError(f"There are parameters for {len(parameters)} layers; the network has {len(self.layers)}.")
        for row, given in zip(self.rows, parameters):
            try:
                row.layer.check_parameters(given, row.input_shape)
            except ArrayError as problem:
                raise ArrayError(f"Layer {row.index + 1}, {problem}") from None

    def onward(
        self,
        maps: Sequence[NDArray],
        parameters: Sequence[Parameters],
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> list[NDArray]:
        """Every map, as `forward` gives them, where the first few are there already: the input, then some layers'.

        Raises what `forward` raises, ArrayError for maps that are not this network's.
        """
        self.check_maps(maps)
        self.check_parameters(parameters)
        maps = [*maps]
        is_finite = np.isfinite(maps[-1]).all()
        for row, given in list(zip(self.rows, parameters))[len(maps) - 1 :]:
            try:
                maps.append(row.layer.forward(maps[-1], given, training, rng))
            except DoesNotFit as problem:
                raise DoesNotFit(f"Layer {row.index + 1}, {problem}") from None
            except MemoryError:
                raise DoesNotFit(
                    f"Layer {row.index + 1}, {row.layer.name}: there is not enough memory to run it; "
                    "a smaller picture, less padding or fewer filters need less."
                ) from None
            if is_finite and not np.isfinite(maps[-1]).all():
                raise ArrayError(
                    f"Layer {row.index + 1}, {row.layer.name}: some of what comes out is too large for "
                    f"{maps[-1].dtype}; smaller numbers in the picture or smaller weights stay within it."
                )
        return maps


def _through(fields: tuple[Field, Field], layer: Layer, shape: Shape) -> tuple[Field, Field]:
    """The fields of a layer's units on the picture, from those of its input."""
    (down, across), (rows, columns) = layer.windows(shape), layer.passages(shape)
    return fields[0].through(down, rows), fields[1].through(across, columns)


def _padded(row: Row) -> int:
    """How many numbers a layer's input has with its padding."""
    channels, *sides = row.input_shape
    return channels * math.prod(window.padded(size) for window, size in zip(row.layer.windows(row.input_shape), sides))
