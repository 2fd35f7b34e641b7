"""A stack of layers: the graph without branches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnnviz.checks import told
from cnnviz.errors import SettingError
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, Layer, Node, Shape
from cnnviz.signatures import checked


class Network(Graph):
    """Layers, one behind the other, on an input of one shape, (C, H, W) or (features,).

    names  what each is called; else its number, from 1

    Raises SettingError for a shape that is none and for names that are not theirs, and DoesNotFit for a layer that
    cannot follow, by its number from 1, with the reason and what would fit.
    """

    @checked
    def __init__(self, input_shape: Shape, layers: Iterable[Layer], names: Sequence[str] | None = None) -> None:
        layers = tuple(layers)
        given = [str(number) for number in range(1, len(layers) + 1)] if names is None else [*names]
        if len(given) != len(layers):
            raise SettingError(f"There are {told(len(given))} names for {told(len(layers))} layers.")
        nodes = zip(given, layers, [INPUT, *given])
        super().__init__(input_shape, tuple(Node(name, layer, (before,)) for name, layer, before in nodes))
