"""CONV of which each filter reads some of the maps before it, and not all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import Window
from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.layer import Found, Given, Layer, Operator, Pair, Parameters, Shape, Sides, bias_of, both, single
from cnnviz.numbers import grouped, times
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
@dataclass(frozen=True)
class PartialConv2d(Layer):
    """A convolutional layer with a table of connections: (C, H, W) -> (len(connections), Ho, Wo); stride 1.

    connections  for each filter the maps that it reads, counted from 0
    kernel_size, padding  as Conv2d's; the padding is of zeros

    Its weight is (filters, C, kH, kW), as Conv2d's. Where the table has no link it is neither counted nor read: what
    stands there, 0 at first, makes no difference.
    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), table I.
    """

    kind: ClassVar[str] = "CONV"
    weighs: ClassVar[bool] = True

    connections: tuple[tuple[int, ...], ...]
    kernel_size: Pair
    padding: Sides = 0

    def __post_init__(self) -> None:
        table = self.connections
        if not isinstance(table, (tuple, list)) or not table:
            raise SettingError(f"connections is {told(table)}; it is a row of maps for each filter, at least one.")
        object.__setattr__(self, "connections", tuple(_row(maps, filter) for filter, maps in enumerate(table, 1)))
        for name in ("kernel_size", "padding"):
            object.__setattr__(self, name, getattr(self._whole, name))

    @cached_property
    def _whole(self) -> Conv2d:
        """The same filters, with every link."""
        return Conv2d(len(self.connections), self.kernel_size, padding=self.padding)

    @property
    def name(self) -> str:
        return self._whole.name

    def output_shape(self, shape: Shape) -> Shape:
        output = self._whole.output_shape(shape)
        self._check_channels(shape[0])
        return output

    def _check_channels(self, channels: int) -> None:
        for filter, maps in enumerate(self.connections, 1):
            if maps[-1] >= channels:
                raise DoesNotFit(
                    f"{self.name}: filter {filter} reads map {told(maps[-1])}, counted from 0, and {told(channels)} "
                    f"come in; at least {told(max(map(max, self.connections)) + 1)} would fit the table."
                )

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return self._whole.parameter_shapes(shape)

    def links(self, channels: int) -> NDArray[np.bool_]:
        """(filters, channels, 1, 1): whether a filter reads a map. Raises DoesNotFit for too few channels."""
        self._check_channels(channels)
        afford((len(self.connections), channels), bool, "The table", "fewer channels fit")
        table = np.zeros((len(self.connections), channels, 1, 1), bool)
        for filter, maps in enumerate(self.connections):
            table[filter, list(maps)] = True
        return table

    def parameters(self, shape: Shape) -> int:
        """A kernel for each link, a bias for each filter."""
        return self._weights + len(self.connections)

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)[1:]) * self._weights

    def product(self, shape: Shape) -> str:
        links = sum(map(len, self.connections))
        return f"{times(*both(self.kernel_size), links)} + {grouped(len(self.connections))}"

    @property
    def _weights(self) -> int:
        return sum(map(len, self.connections)) * math.prod(both(self.kernel_size))

    def in_a_window(self, shape: Shape) -> int:
        return max(map(len, self.connections)) * math.prod(both(self.kernel_size))

    def handled(self, shape: Shape) -> int:
        return self._whole.handled(shape)

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._whole.windows(shape)

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """As any layer's, but a unit's inputs are those of its row of the table; 0 where there is no link."""
        links = self.links(shape[0])
        start = super().initial(shape, rng)
        more = np.sqrt(np.float32(shape[0]) / links.sum(1, dtype=np.float32, keepdims=True))
        return {**start, "weight": np.where(links, start["weight"] * more, np.float32(0))}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        weight = given.parameters["weight"]
        linked = np.where(self.links(weight.shape[1]), weight, 0)
        return ops.conv2d(input, linked, given.parameters["bias"], padding=self.padding)

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        links = self.links(single(input)[0])
        linked = {**given.parameters, "weight": np.where(links, given.parameters["weight"], 0)}
        for_input, learnt = self._whole._backward(input, gradient, given._replace(parameters=linked))
        return for_input, {**learnt, "weight": np.where(links, learnt["weight"], 0)}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """With zeros where there is no link, as it is run."""
        weight = np.where(self.links(shape[0]), parameters["weight"], 0)
        return self._whole._written(shape, {**parameters, "weight": weight}, inputs)

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """Those of its row of the table."""
        super().reads(shape, channel)
        return self.connections[channel]

    def reads_in(self, shape: Shape) -> int:
        return 0

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        reads = self.connections[channel]
        weight = given.parameters["weight"][channel, list(reads)].astype(np.float64)
        return {"channels": reads, "weight": weight, "bias": bias_of(given.parameters, channel)}


def _row(maps: object, filter: int) -> tuple[int, ...]:
    """The maps that one filter reads, in order."""
    if not isinstance(maps, (tuple, list)) or not maps:
        raise SettingError(f"Filter {filter} reads {told(maps)}; it reads at least one map, such as (0, 1, 2).")
    row = sorted(whole(map, f"a map that filter {filter} reads", 0) for map in maps)
    if len({*row}) < len(row):
        raise SettingError(f"Filter {filter} reads {told(tuple(row))}; it reads a map once.")
    return tuple(row)
