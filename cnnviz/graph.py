"""A network as named nodes over named values: counted without allocating anything, run with every map kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import a, is_row, numbers, told, whole
from cnnviz.errors import ArrayError, CnnvizError, DoesNotFit, SettingError
from cnnviz.geometry import Field, Passage, Window
from cnnviz.layers import INPUT, Layer, Node, Parameters, Shape
from cnnviz.layers.layer import Given, by, check_arrays, input_shape, read_by, run, sides
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
    """One node of a network, counted.

    index         its place, from 0; its map is the one of the next number, for the input's is 0
    input_shape   of what it reads: of several inputs, that of all maps one behind the other
    fields        what a unit of its output sees of the picture, down and across
    name          of what comes out
    sources       the numbers of the maps that it reads; shapes  and what each of them is
    """

    index: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    multiply_adds: int
    fields: tuple[Field, Field]
    name: str = ""
    sources: tuple[int, ...] = (0,)
    shapes: tuple[Shape, ...] = ()

    def given(self, maps: Sequence[NDArray] | Mapping[int, NDArray]) -> NDArray:
        """What it reads among all maps of one input or a batch: one, or several one behind the other."""
        return read_by(self.layer, maps, self.sources, self.shapes, self.input_shape)

    @cached_property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The arrays that its layer learns, by name."""
        return self.layer.parameter_shapes(self.input_shape)

    def shared(self, gradient: NDArray) -> list[NDArray]:
        """The gradient for `given`, cut into those for what it was made of."""
        sides = len(self.input_shape) - 1
        if gradient.shape[max(0, gradient.ndim - sides - 1) :] != self.input_shape:
            raise ArrayError(f"The gradient has shape {gradient.shape}; what was read has {self.input_shape}.")
        ends = np.cumsum([shape[0] for shape in self.shapes])[:-1]
        parts = np.split(gradient, ends, -1 - sides) if len(self.shapes) > 1 else [gradient]
        return [
            part if shape[1:] == self.input_shape[1:] else part.sum((-2, -1), keepdims=True)
            for part, shape in zip(parts, self.shapes)
        ]

    def passages(self, source: int) -> tuple[Passage, Passage]:
        """Through what its units read one of the maps that it reads, by its number. Raises SettingError for others."""
        if source not in self.sources:
            raise SettingError(f"{self.layer.name} reads the maps {told(self.sources)}, not {told(source)}.")
        return _passages(self.layer, self.input_shape, self.shapes[self.sources.index(source)])

    def handed_on(self, made: NDArray) -> list[tuple[int, NDArray]]:
        """The maps that it only put one behind the other, by their numbers, as parts of what it made: kept once."""
        if not self.layer.hands_on or len(self.sources) == 1:
            return []
        return [(source, part) for source, part in zip(self.sources, self.shared(made)) if source]

    def traced_bytes(self, levels: bool = False) -> int:
        """What the arrays of a Trace of one of its maps take, counted before there are any: what it reads, its weights
        in 64 bits, the map itself and what it is gated by. `levels`: the input is given in 8 bits."""
        shapes = self.layer.parameter_shapes(self.input_shape).values()
        weights = next((shape for shape in shapes if len(shape) > 1), ())
        reads = len(self.layer.reads(self.input_shape, 0)) * math.prod(self.layer.laid_sides(self.input_shape))
        read = reads * (1 if levels and self.sources == (0,) else 4)
        places = math.prod(self.output_shape[1:])
        return read + 8 * math.prod(weights[1:] or (0,)) + (12 if self.layer.gates else 4) * places

    def reads(self, channel: int) -> list[tuple[int, tuple[int, ...]]]:
        """Which maps a map of its output comes from: (number of what it reads, which of its maps), from 0.

        Raises SettingError for a map that is none.
        """
        read, found, first = self.layer.reads(self.input_shape, channel), [], 0
        for source, (count, *_) in zip(self.sources, self.shapes):
            if own := tuple(map - first for map in read if first <= map < first + count):
                found.append((source, own))
            first += count
        return found


def _read(row: Row, maps: Sequence[NDArray] | Mapping[int, NDArray]) -> NDArray:
    """`Row.given` of maps that have been checked."""
    return read_by(row.layer, maps, row.sources, row.shapes, row.input_shape)


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
class Graph:
    """A network on an input of one shape, (C, H, W) or (features,): its nodes, none before one that it reads.

    Raises SettingError for nodes whose names or order do not work, and DoesNotFit for a layer that cannot follow, by
    its number from 1, with the reason and what would fit.
    """

    input_shape: Shape
    nodes: tuple[Node, ...]
    rows: tuple[Row, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "input_shape", input_shape(self.input_shape, "input_shape"))
        if not is_row(self.nodes):
            raise SettingError(f"nodes is {told(self.nodes)}; it is a row of Nodes.")
        object.__setattr__(self, "nodes", tuple(a(node, Node, "a node") for node in self.nodes))
        object.__setattr__(self, "rows", tuple(self._count()))

    def _count(self) -> Iterator[Row]:
        shapes, fields = [self.input_shape], [(Field(), Field())]
        places = {INPUT: 0}
        for index, node in enumerate(self.nodes):
            if node.name in places:
                raise SettingError(f"Two values of the network are called {node.name}; each has a name of its own.")
            for name in node.inputs:
                if name not in places:
                    raise SettingError(f"{node.name} reads {name}, which is none of the values before it.")
            sources = tuple(places[name] for name in node.inputs)
            read = tuple(shapes[source] for source in sources)
            try:
                shape = _met(node.layer, read)
                output = node.layer.output_shape(shape)
            except CnnvizError as problem:
                raise DoesNotFit(f"Layer {index + 1}, {problem}") from None
            seen = [_through(fields[source], node.layer, shape, of) for source, of in zip(sources, read)]
            down, across = (Field.union(axis) for axis in zip(*seen))
            costs = node.layer.parameters(shape), node.layer.multiply_adds(shape)
            yield Row(index, node.layer, shape, output, *costs, (down, across), node.name, sources, read)
            places[node.name] = len(shapes)
            shapes.append(output)
            fields.append((down, across))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those of its nodes, in their order."""
        return tuple(node.layer for node in self.nodes)

    @property
    def names(self) -> tuple[str, ...]:
        """What its nodes are called, in their order."""
        return tuple(node.name for node in self.nodes)

    def fields(self, index: int, channel: int) -> tuple[Field, Field]:
        """What a unit of one map of layer `index` sees of the picture: less than the layer's row tells where the map
        comes from some branches alone. Both counted from 0; SettingError for a map that is none."""
        if not 0 <= index < len(self.rows) or not 0 <= channel < self.rows[index].output_shape[0]:
            raise SettingError(
                f"There is no map {told(channel)} of a layer {told(index)}, both counted from 0, in this network."
            )
        return self._seen[index + 1][channel]

    @cached_property
    def _seen(self) -> list[list[tuple[Field, Field]]]:
        """Of the input and of each layer, what a unit of each of its maps sees."""
        found = [[(Field(), Field())] * self.input_shape[0]]
        for row in self.rows:
            if row.layer.hands_on:
                found.append([each for source in row.sources for each in found[source]])
                continue
            groups = row.layer.reads_in(row.input_shape)
            if groups == row.input_shape[0] == row.output_shape[0]:  # maps that see the same go on once
                alike = {id(each): each for each in found[row.sources[0]]}
                onward = {key: _through(each, row.layer, row.input_shape, row.shapes[0]) for key, each in alike.items()}
                found.append([onward[id(each)] for each in found[row.sources[0]]])
                continue
            made: dict[frozenset[tuple[int, int]], tuple[Field, Field]] = {}
            own, reads_all = [], groups == 1
            for channel in range(1 if reads_all else row.output_shape[0]):
                # Most maps are made from maps that see the same: those are followed once.
                before = {
                    (source, id(found[source][map])): found[source][map]
                    for source, maps in row.reads(channel)
                    for map in maps
                }
                if not before:  # a map of zeros, which comes from nowhere
                    own.append(row.fields)
                    continue
                if (key := frozenset(before)) not in made:
                    seen = [
                        _through(each, row.layer, row.input_shape, row.shapes[row.sources.index(source)])
                        for (source, _), each in before.items()
                    ]
                    down, across = (Field.union(axis) for axis in zip(*seen))
                    made[key] = down, across
                own.append(made[key])
            found.append(own * (row.output_shape[0] if reads_all else 1))
        return found

    def maker(self, index: int, channel: int) -> tuple[int, int]:
        """Which layer made a map that others only hand on, and as which of its own: (index, channel), from 0.

        Raises SettingError for a map that is none.
        """
        self._check_layer(index)
        while self.rows[index].layer.hands_on:
            ((source, (own,)),) = self.rows[index].reads(channel)
            if source == 0:
                break
            index, channel = source - 1, own
        return index, channel

    def _check_layer(self, index: int) -> None:
        if not 0 <= index < len(self.rows):
            raise SettingError(f"There is no layer {told(index)}, counted from 0; there are {len(self.rows)}.")

    def sight(self, index: int) -> Sight:
        """What the unit in the middle of layer `index`, from 0, sees of the picture, and how much of that it reads.

        Raises SettingError for a layer that is none.
        """
        self._check_layer(index)
        row = self.rows[index]
        middle = [side // 2 for side in row.output_shape[1:]] or [0, 0]
        seen = [field.pixels(at) for field, at in zip(row.fields, middle)]
        spans = [max(0, min(side, one.stop) - max(0, one.start)) for one, side in zip(seen, sides(self.input_shape))]
        reads = [len(field.read(at)) for field, at in zip(row.fields, middle)]
        return Sight((spans[0], spans[1]), (reads[0], reads[1]))

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
        return self._onward([numbers(input, "input")], parameters, training, rng)

    def output(self, input: ArrayLike, parameters: Sequence[Parameters]) -> NDArray:
        """What comes out at the end, as the last of `forward`; no map is kept longer than it is read."""
        maps = {0: numbers(input, "input")}
        self.check_maps([maps[0]])
        self._check_parameters(parameters)
        last = {source: row.index for row in self.rows for source in row.sources}
        for row, own in zip(self.rows, parameters):
            maps[row.index + 1] = self._step(row, _read(row, maps), Given(own))
            for source in row.sources:
                if last[source] == row.index:
                    maps.pop(source, None)
        return maps[len(self.rows)]

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
        self._check_parameters(parameters)

    def _check_parameters(self, parameters: Sequence[Parameters]) -> None:
        if len(parameters) != len(self.layers):
            raise ArrayError(f"There are parameters for {len(parameters)} layers; the network has {len(self.layers)}.")
        for row, given in zip(self.rows, parameters):
            try:
                check_arrays(row.layer, given, row.parameter_shapes)
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
        return self._onward(maps, parameters, training, rng)

    def _onward(
        self,
        maps: Sequence[NDArray],
        parameters: Sequence[Parameters],
        training: bool,
        rng: np.random.Generator | None,
    ) -> list[NDArray]:
        self.check_maps(maps)
        self._check_parameters(parameters)
        maps = [*maps]
        for row, own in list(zip(self.rows, parameters))[len(maps) - 1 :]:
            maps.append(self._step(row, _read(row, maps), Given(own, training, rng)))
            if row.layer.hands_on:
                for source, part in row.handed_on(maps[-1]):
                    maps[source] = part
        return maps

    def step(
        self,
        row: Row,
        maps: Sequence[NDArray] | Mapping[int, NDArray],
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray:
        """What one layer makes of the maps that it reads. Raises what `forward` raises."""
        check_arrays(row.layer, parameters, row.parameter_shapes)
        return self._step(row, _read(row, maps), Given(parameters, training, rng))

    def _step(self, row: Row, read: NDArray, given: Given) -> NDArray:
        try:
            made = run(row.layer, read, given)
        except DoesNotFit as problem:
            raise DoesNotFit(f"Layer {row.index + 1}, {problem}") from None
        except MemoryError:
            raise DoesNotFit(
                f"Layer {row.index + 1}, {row.layer.name}: there is not enough memory to run it; "
                "a smaller picture, less padding or fewer filters need less."
            ) from None
        # The sum of squares first: one pass over a map instead of two, and inf or nan where one of its numbers is.
        if not math.isfinite(np.vdot(made, made)) and not np.isfinite(made).all() and np.isfinite(read).all():
            raise ArrayError(
                f"Layer {row.index + 1}, {row.layer.name}: some of what comes out is too large for "
                f"{made.dtype}; smaller numbers in the picture or smaller weights stay within it."
            )
        return made


def _met(layer: Layer, shapes: Sequence[Shape]) -> Shape:
    """The shape of several inputs, one behind the other. Raises DoesNotFit for what cannot stand so."""
    if len(shapes) == 1:
        return shapes[0]
    largest = max(shapes, key=lambda shape: math.prod(shape[1:]))
    sides = largest[1:]
    for number, (count, *size) in enumerate(shapes, 1):
        is_spread = layer.joins == "alike" and size == [1, 1] and len(sides) == 2  # one number for all places of a map
        if tuple(size) != sides and not is_spread:
            told_of = sorted([(number, tuple(size)), (shapes.index(largest) + 1, sides)])
            sizes = " and ".join(f"branch {of} makes {by(one) if one else 'a row of numbers'}" for of, one in told_of)
            fits = "maps of one size can stand one behind the other, as padding of (K - 1) / 2 gives them"
            if len(size) != len(sides):
                fits = "maps and a row of numbers cannot be joined; an FC fits in each branch, or in none"
            raise DoesNotFit(f"{layer.name}: {sizes}; {fits}.")
        if layer.joins == "alike" and count != shapes[0][0]:
            raise DoesNotFit(
                f"{layer.name}: branch 1 makes {grouped(shapes[0][0])} maps and branch {number} makes "
                f"{grouped(count)}; as many of each can be joined so, as a convolution of 1 × 1 makes them."
            )
    return sum(shape[0] for shape in shapes), *sides


def _through(fields: tuple[Field, Field], layer: Layer, shape: Shape, of: Shape) -> tuple[Field, Field]:
    """The fields of a layer's units on the picture, from those of one of its inputs.

    shape  of all that it reads; of  of that input
    """
    down, across = (
        field.through(passage.window, passage) for field, passage in zip(fields, _passages(layer, shape, of))
    )
    return down, across


def _passages(layer: Layer, shape: Shape, of: Shape) -> tuple[Passage, Passage]:
    """What a layer that reads this shape reads of one of its inputs."""
    down, across = (
        # One number for all places of a map is seen from each of them.
        Passage(Window(size, padding=size - 1), own) if own != size else passage
        for passage, size, own in zip(layer.passages(shape), sides(shape), sides(of))
    )
    return down, across


def _padded(row: Row) -> int:
    """How many numbers a layer's input has with its padding."""
    channels, *sides = row.input_shape
    return channels * math.prod(window.padded(size) for window, size in zip(row.layer.windows(row.input_shape), sides))
