"""A network with the numbers that it has learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.numbers import grouped
from cnnviz.ops import softmax
from cnnviz.passes import Pass
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True, eq=False)
class Trained:
    """A network, its parameters, and how a picture becomes its input.

    name        what it is called: "LeNet-5 (1998)"
    network     its layers; what comes out is one number for each class
    parameters  for each layer, as `Graph.forward` takes them
    names       what the literature calls each layer's output: "C1", "S2"
    classes     what each output stands for
    prepare     uint8 levels of a picture of the size that the network takes -> float32 of `network.input_shape`
    distances   the outputs are distances to the classes, of which the smallest wins; else scores, the largest wins
    source      where the parameters come from, a sentence
    stopped     why it ends before the file that it comes from does, a sentence; "" where it does not
    first       a unit worth being looked into at first: its layer among those that are shown, map, row, column; ()
    """

    name: str
    network: Graph
    parameters: Sequence[Parameters]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    distances: bool = False
    source: str = ""
    first: tuple[int, ...] = ()
    stopped: str = ""

    def maps(self, levels: NDArray[np.uint8]) -> list[NDArray]:
        """Every map for one picture: the prepared input, then each layer's output."""
        return self.network.forward(self.prepare(levels), self.parameters)

    def passed(self, levels: NDArray[np.uint8]) -> Pass:
        """The network on one picture: any of its maps, and how any number came about."""
        return Pass(self.network, self.parameters, self.prepare(levels))

    def winner(self, output: ArrayLike) -> int:
        """The class that an output names. Raises ArrayError for an output that has not a number for each class."""
        scores = np.asarray(output)
        if scores.size != len(self.classes):
            raise self._none(scores)
        return int(np.argmin(scores) if self.distances else np.argmax(scores))

    def probabilities(self, output: ArrayLike) -> NDArray:
        """softmax of the scores, or of the negative distances: what each class is given, adding up to 1.

        output  (..., classes), else an ArrayError
        """
        scores = np.asarray(output)
        if scores.shape[-1:] != (len(self.classes),):
            raise self._none(scores)
        return softmax(-scores if self.distances else scores)

    def _none(self, output: NDArray) -> ArrayError:
        return ArrayError(f"The output has shape {output.shape}; {self.name} has {grouped(len(self.classes))} classes.")
