"""All numbers that a network learns, in one row: an optimiser moves them in one go."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.numbers import grouped
from cnnviz.signatures import checked

Arrays = list[dict[str, NDArray]]


@checked
class Layout:
    """Where each array that is learnt lies in one row of all numbers.

    size           how many numbers there are
    first          those of the first layer that weighs what it reads; first_weights  its weights alone
    """

    def __init__(self, network: Graph) -> None:
        self.layers: list[dict[str, tuple[slice, tuple[int, ...]]]] = []
        self.size = 0
        for row in network.rows:
            places = {}
            # A layer that learns nothing may have arrays all the same, which are given: the codes of an RBF.
            shapes = row.layer.parameter_shapes(row.input_shape) if row.parameters else {}
            for name, shape in shapes.items():
                places[name] = slice(self.size, self.size + math.prod(shape)), shape
                self.size += math.prod(shape)
            self.layers.append(places)
        # Of the first layer that weighs what it reads: batch norm's scales, one a channel, are no filters.
        weighs = (places for places in self.layers if any(len(shape) > 1 for _, shape in places.values()))
        weighted = [*next(weighs, {"": (slice(0, 0), ())}).values()]
        self.first_weights = weighted[0][0]
        self.first = slice(self.first_weights.start, weighted[-1][0].stop)

    def flat(self, arrays: Sequence[Parameters]) -> NDArray[np.float32]:
        """All of them in a row. Raises ArrayError for arrays that are missing or of another shape."""
        found = np.empty(self.size, np.float32)
        if len(arrays) != len(self.layers):
            raise ArrayError(f"There are parameters for {len(arrays)} layers; the network has {len(self.layers)}.")
        for number, (places, given) in enumerate(zip(self.layers, arrays), 1):
            for name, (place, shape) in places.items():
                if name not in given or given[name].shape != shape:
                    told = given[name].shape if name in given else "missing"
                    raise ArrayError(f"Layer {number}: its {name} is {told}, not {shape}.")
                found[place] = given[name].reshape(-1)
        return found

    def named(self, flat: NDArray[np.float32]) -> Arrays:
        """The same numbers by layer and name, nothing copied. Raises ArrayError for more numbers or fewer."""
        if flat.shape != (self.size,):
            learns = f"the network learns {grouped(self.size)} in one row"
            raise ArrayError(f"The numbers have shape {flat.shape}; {learns}.")
        return [{name: flat[place].reshape(shape) for name, (place, shape) in places.items()} for places in self.layers]
