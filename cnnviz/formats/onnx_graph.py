"""An ONNX file's nodes as nodes of a Graph: what is known goes along as arrays, what flows becomes layers.

A value of the file is either known, an array, or flows: it is what a node of the Graph makes of the picture. ONNX puts
a batch in front, of which there is one picture here, and has as many axes as it likes; a Graph's values have three,
or are numbers in a row. So a value that flows is told by the Graph's name of it and by its axes in the file: the last
ones are taken together where there are more than three, and one of one number stands behind where there are two.

What an operator comes to is a function of `onnx_operators`, found by its name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats.onnx_file import Model, Operation, decimal
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, Layer, Node, Parameters, Repeat, Reshape, Shape, Transpose
from cnnviz.numbers import grouped

MOST_KNOWN = 2**24  # numbers of an array that is worked out from others
MOST_MAP = 2**27  # numbers of one value that flows: half a gigabyte


@dataclass(frozen=True)
class Flow:
    """A value that depends on the picture.

    dims     its axes in the file, without the batch
    is_bare  whether it has none in front there, but all numbers in one row: PyTorch writes `as_strided` so
    """

    name: str
    dims: tuple[int, ...]
    is_bare: bool = False


Value = NDArray | Flow
Made = Value | Sequence[Value]


def inner(dims: Sequence[int]) -> Shape:
    """The shape that a Graph has for axes of the file."""
    match tuple(dims):
        case ():
            return (1,)
        case (count,):
            return (count,)
        case (first, second):
            return first, second, 1
        case (first, second, *others):
            return first, second, math.prod(others)
    raise AssertionError


@dataclass
class Building:
    """The Graph as far as it goes.

    shapes    of all its values, by name
    values    what a value of the file is, by its name there
    turns     what values were before their axes were put in another order, and in which, by their names
    left      how many numbers more may be made where the file has fewer
    """

    model: Model
    input: Shape
    nodes: list[Node] = field(default_factory=list)
    parameters: list[Parameters] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    turns: dict[str, tuple[str, tuple[int, int, int]]] = field(default_factory=dict)
    left: int = MOST_KNOWN

    def __post_init__(self) -> None:
        self.shapes[INPUT] = self.input

    def layer(
        self, layer: Layer, inputs: Sequence[Flow], dims: Sequence[int], name: str = "", **parameters: NDArray | None
    ) -> Flow:
        """A node more: a layer that reads values, all seen as the Graph has them. dims: of what it makes."""
        read = [self.shapes[flow.name] for flow in inputs]
        sides = max(read, key=math.prod)[1:]  # one number for all places of a map goes along with a map
        shape = (sum(one[0] for one in read), *sides)
        made = layer.output_shape(shape)
        count = math.prod(made)
        if count > MOST_MAP:
            raise NetworkError(f"it makes {grouped(count)} numbers of one picture; up to {grouped(MOST_MAP)} open here")
        if count != math.prod(dims):
            raise NetworkError(f"it is said to make {tuple(dims)}, and makes {made}")
        name = self._free(name or layer.name)
        given = {key: array for key, array in parameters.items() if array is not None}
        self.nodes.append(Node(name, layer, tuple(flow.name for flow in inputs)))
        self.parameters.append(given)
        self.shapes[name] = made
        found = Flow(name, tuple(dims))
        return found if made == inner(dims) else self.layer(Reshape(inner(dims)), [found], dims, f"{name}, reshaped")

    def seen(self, flow: Flow, shape: Shape) -> Flow:
        """The value in another shape of as many numbers."""
        if self.shapes[flow.name] == shape:
            return flow
        return self.layer(Reshape(shape), [flow], shape, f"{flow.name}, reshaped")

    def last_in_front(self, flow: Flow) -> Flow:
        """A value of two axes or more with its last one in front, as maps."""
        *others, last = flow.dims
        if len(flow.dims) == 3:
            return self.turned(flow, (2, 0, 1), (last, *others))
        seen = self.seen(flow, (math.prod(others), last, 1))
        return self.turned(seen, (1, 0, 2), (last, math.prod(others), 1))

    def front_at_last(self, flow: Flow, dims: Sequence[int], name: str) -> Flow:
        """What `last_in_front` made as it was; dims: its axes then."""
        if len(dims) == 3:
            return self.turned(flow, (1, 2, 0), dims, name)
        found = self.turned(flow, (1, 0, 2), (math.prod(dims[:-1]), dims[-1], 1), name)
        if self.shapes[found.name] == inner(dims):
            return Flow(found.name, tuple(dims))
        return self.layer(Reshape(inner(dims)), [found], dims, f"{found.name}, reshaped")

    def turned(self, flow: Flow, axes: tuple[int, int, int], dims: Sequence[int], name: str = "") -> Flow:
        """The three axes in another order; where that undoes what made the value, what was before."""
        before, by = self.turns.get(flow.name, ("", (0, 0, 0)))
        if before and tuple(by[axis] for axis in axes) == (0, 1, 2):
            return Flow(before, tuple(dims))
        found = self.layer(Transpose(axes), [flow], dims, name or f"{flow.name}, turned")
        self.turns[found.name] = flow.name, axes
        return found

    def afford(self, count: int) -> None:
        """Count numbers that are made. Raises NetworkError where that is more than may be."""
        self.left -= count
        if self.left < 0:
            raise NetworkError(f"more than {grouped(MOST_KNOWN)} numbers are worked out that the file could hold")

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self.shapes:
            number += 1
            free = f"{name} ({number})"
        return free

    def needed(self, outputs: Sequence[Flow]) -> None:
        """Leave out the nodes that none of the outputs comes from."""
        wanted = {flow.name for flow in outputs}
        for node in reversed(self.nodes):
            if node.name in wanted:
                wanted |= set(node.inputs)
        kept = [at for at, node in enumerate(self.nodes) if node.name in wanted]
        self.nodes, self.parameters = [self.nodes[at] for at in kept], [self.parameters[at] for at in kept]

    def graph(self) -> tuple[Graph, tuple[Parameters, ...]]:
        """What there is by now."""
        return Graph(self.input, tuple(self.nodes)), tuple(self.parameters)


class Call:
    """One operation, being made into layers: its inputs, its attributes, and what it may not have.

    Raises NetworkError with the reason as a part of a sentence; who calls says which node it is.
    """

    def __init__(self, building: Building, operation: Operation):
        self.building, self.operation = building, operation
        self.inputs = [building.values[name] if name else None for name in operation.inputs]
        if operation.operator not in ("Gather", "Reshape") and any(
            isinstance(value, Flow) and value.is_bare for value in self.inputs
        ):
            raise NetworkError("it reads all numbers in one row, without a batch in front; with one it opens")

    @property
    def title(self) -> str:
        """What the node is called on the page."""
        return self.operation.outputs[0]

    def attribute(self, name: str, usual: Any) -> Any:
        """An attribute, or what stands for it."""
        found = self.operation.attributes.get(name, usual)
        kinds = {tuple: "whole numbers", int: "a whole number", float: "a number", str: "text"}
        is_whole = not isinstance(found, tuple) or all(isinstance(number, int) for number in found)
        if not isinstance(found, type(usual)) or not is_whole:
            raise NetworkError(f"its {name} is {told(found)}; it is {kinds[type(usual)]}")
        return found

    def input(self, at: int) -> Value | None:
        """An input, or None where there is none."""
        return self.inputs[at] if at < len(self.inputs) else None

    def flow(self, at: int = 0) -> Flow:
        """An input that depends on the picture."""
        found = self.input(at)
        if not isinstance(found, Flow):
            raise NetworkError(f"its input {at + 1} is the same for every picture; one that depends on it opens here")
        return found

    def known(self, at: int, what: str) -> NDArray:
        """An input that is known."""
        found = self.input(at)
        if not isinstance(found, np.ndarray):
            raise NetworkError(f"its {what} is worked out from the picture; one that lies in the file opens here")
        return found

    def known_or(self, at: int, what: str, attribute: str, usual: tuple[int, ...]) -> tuple[int, ...]:
        """Whole numbers that newer versions have as an input and older ones as an attribute."""
        if self.input(at) is None:
            return self.attribute(attribute, usual)
        return self.whole(at, what)

    def whole(self, at: int, what: str) -> tuple[int, ...]:
        """An input of whole numbers that are known."""
        found = np.ravel(self.known(at, what))
        if found.dtype.kind not in "iu":
            raise NetworkError(f"its {what} is of other numbers than whole ones")
        return tuple(int(number) for number in found)

    def number(self, at: int, name: str, usual: float) -> float:
        """One number: an input that is known, an attribute, or what stands for it."""
        if self.input(at) is None:
            return self.attribute(name, usual)
        found = self.known(at, name)
        if found.size != 1:
            raise NetworkError(f"its {name} is {found.size} numbers; it is one")
        return decimal(found.reshape(-1)[0])

    def maps(self, at: int = 0) -> Flow:
        """An input of maps, with channels, height and width."""
        flow = self.flow(at)
        if len(flow.dims) != 3:
            raise NetworkError(f"its input has {len(flow.dims) + 1} axes; pictures with a batch in front, 4 axes, do")
        return flow

    def add(self, layer: Layer, inputs: Sequence[Flow], dims: Sequence[int], **parameters: NDArray | None) -> Flow:
        """A layer more, called as the node."""
        return self.building.layer(layer, inputs, dims, self.title, **parameters)

    def kept(self, layer: Layer, **parameters: NDArray) -> Flow:
        """A layer that keeps the shape."""
        flow = self.flow()
        return self.add(layer, [flow], flow.dims, **parameters)

    def sizes(self, layer: Layer, flow: Flow) -> tuple[int, ...]:
        """The shape of what a layer makes of a value."""
        return layer.output_shape(self.building.shapes[flow.name])

    def reshaped(self, flow: Flow, dims: Sequence[int]) -> Flow:
        """The same numbers along other axes."""
        building = self.building
        if building.shapes[flow.name] == inner(dims):
            return Flow(flow.name, tuple(dims))
        return building.layer(Reshape(inner(dims)), [flow], dims, self.title)

    def axis(self, axis: int, flow: Flow) -> int:
        """An axis counted from that behind the batch."""
        count = len(flow.dims) + 1
        found = axis + count if axis < 0 else axis
        if not 0 <= found < count:
            raise NetworkError(f"its axis {axis} is none of {count}")
        if found == 0:
            raise NetworkError("it works across the pictures of a batch; here is one picture")
        return found - 1


def sentence(number: int, operation: Operation, problem: CnnvizError) -> str:
    """Which node could not be opened, and why."""
    name = next((name for name in (operation.name, *operation.outputs) if name), "")
    called = f", called {name}," if name else ""
    return f"Node {grouped(number)}{called} is {operation.operator}: {str(problem).rstrip('.')}."


def joined(building: Building, call: Call, flows: Sequence[Flow], layer: Layer) -> Flow:
    """Values that meet number by number; where one has a 1 and another more, its numbers are there again."""
    axes = max(len(flow.dims) for flow in flows)
    padded = [(1,) * (axes - len(flow.dims)) + flow.dims for flow in flows]
    try:
        dims = tuple(int(size) for size in np.broadcast_shapes(*padded))
    except ValueError:
        both = " and ".join(str(flow.dims) for flow in flows)
        raise NetworkError(f"it joins {both}; the same sizes do, or 1 where others have more") from None
    return call.add(layer, [_alike(building, flow, own, dims) for flow, own in zip(flows, padded)], dims)


def _alike(building: Building, flow: Flow, own: tuple[int, ...], dims: tuple[int, ...]) -> Flow:
    """A value as large as the others, or one number for each map, which any layer that joins has for all its places."""
    if own == dims:
        return building.seen(flow, inner(dims))
    if len(dims) > 1 and own == (dims[0], *(1,) * (len(dims) - 1)):
        return building.seen(flow, (dims[0], 1, 1))
    if len(dims) > 3:
        raise NetworkError(f"it joins {own} and {dims}; up to 4 axes open here where the sizes differ")
    return building.layer(Repeat(inner(dims)), [building.seen(flow, inner(own))], dims, f"{flow.name}, repeated")
