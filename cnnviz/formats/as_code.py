"""A network as code: `torch_code` and `keras_code`, which `layers.typed` reads again to the same layers.

Where layers follow one another it is a Sequential, where branches meet a class with forward, or the functional API.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.graph import Graph, Row
from cnnviz.layers.flowing import NOT_BELOW_0
from cnnviz.layers.layer import as_keras, as_torch, met_as_torch
from cnnviz.signatures import checked


@checked
def torch_code(network: Graph) -> str:
    """PyTorch's code of a network on its input. Its parameters are those of the network, in the same order.

    Raises NetworkError for a network without layers, and where PyTorch has no module for one of them.
    """
    size = ", ".join(map(str, network.input_shape))
    begin = f"# Takes pictures as (N, {size}).\nimport torch\nfrom torch import nn\n\n"
    modules = [() if len(row.sources) > 1 else _said(row, as_torch, row.input_shape) for row in _rows(network)]
    if _is_chain(network):
        return f"{begin}model = {_several('nn.Sequential(', modules, 4)})\n"
    names = _variables(network, "picture")
    made, used = [], []
    for row, own in zip(network.rows, modules):
        reads, target = [names[source] for source in row.sources], names[row.index + 1]
        if _hands_on(row):
            continue
        if len(reads) > 1:
            used.append(f"{target} = {met_as_torch(row.layer, reads)}")
            continue
        called = f"{row.layer.kind.lower().replace(' ', '_')}{row.index + 1}"
        made.append(f"self.{called} = {own[0] if len(own) == 1 else _several('nn.Sequential(', [own], 12) + ')'}")
        used.append(f"{target} = self.{called}({reads[0]})")
    return (
        f"{begin}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n{_lines(made)}\n"
        f"    def forward(self, picture):\n{_lines([*used, f'return {names[-1]}'])}\n\nmodel = Net()\n"
    )


@checked
def keras_code(network: Graph) -> str:
    """Keras' code of a network on its input. Channels are last there: its Flatten lays a volume out in another order.

    Raises NetworkError for a network without layers, and where Keras has no layer for one of them.
    """
    count, *sides = network.input_shape
    begin = (
        f"# Takes pictures as (N, {', '.join(map(str, (*sides, count)))}).\nimport keras\nfrom keras import layers\n\n"
    )
    given = f"keras.Input(shape={(*sides, count)})"
    layers = [_said(row, as_keras, row.input_shape, _is_not_below_0(network, row.sources))
              for row in _rows(network)]  # fmt: skip
    if _is_chain(network):
        return f"{begin}model = {_several('keras.Sequential([', [(given,), *layers], 4)}])\n"
    names = _variables(network, "inputs")
    lines = [f"inputs = {given}"]
    for row, own in zip(network.rows, layers):
        reads, target = [names[source] for source in row.sources], names[row.index + 1]
        value = f"[{', '.join(reads)}]" if len(reads) > 1 else reads[0]
        for layer in () if _hands_on(row) else own:
            lines.append(f"{target} = {layer}({value})")
            value = target
    return begin + "".join(f"{line}\n" for line in [*lines, f"model = keras.Model(inputs, {names[-1]})"])


def _rows(network: Graph) -> tuple[Row, ...]:
    if not network.rows:
        raise NetworkError("The network has no layers; one with at least one can be written.")
    return network.rows


def _said(row: Row, say: Callable[..., tuple[str, ...]], *given: object) -> tuple[str, ...]:
    """What a layer is in code; nothing for a branch in which nothing happens."""
    if _hands_on(row):
        return ()
    try:
        return say(row.layer, *given)
    except CnnvizError as problem:
        raise NetworkError(f"Layer {row.index + 1}, {problem}") from None


def _hands_on(row: Row) -> bool:
    """Whether it only hands on what it reads: a branch in which nothing happens."""
    is_join = row.layer.hands_on or row.layer.joins
    return bool(is_join) and len(row.sources) == 1 and row.output_shape == row.input_shape


def _is_chain(network: Graph) -> bool:
    return all(row.sources == (row.index,) for row in network.rows)


def _is_not_below_0(network: Graph, values: Sequence[int]) -> bool:
    """Whether no number of these values, 0 the input, is below 0, as their layers make them."""
    rows = [network.rows[value - 1] if value else None for value in values]
    return all(
        row is not None
        and (
            row.layer.function in NOT_BELOW_0
            or (row.layer.kind in ("POOL", "DROPOUT", "JOIN") and _is_not_below_0(network, row.sources))
        )
        for row in rows
    )


def _variables(network: Graph, given: str) -> list[str]:
    """What each value is called, the input first: x, with its number where it is read later than by the next layer."""
    values, made = [0], [0]  # of each value the one that it is, and those that a layer makes
    readers: dict[int, list[int]] = {0: []}
    for row in network.rows:
        reads = [values[source] for source in row.sources]
        if _hands_on(row):
            values.append(reads[0])
            continue
        for read in reads:
            readers[read].append(len(made))
        values.append(row.index + 1)
        made.append(row.index + 1)
        readers[row.index + 1] = []
    names = {value: "x" if readers[value] in ([], [at + 1]) else f"x{value}" for at, value in enumerate(made)}
    return [given if value == 0 else names[value] for value in values]


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"        {line}\n" for line in lines)


def _several(begin: str, layers: Sequence[tuple[str, ...]], indent: int) -> str:
    """A call of several layers, one on each line, open still."""
    inside = "".join(f"{' ' * indent}{layer},\n" for own in layers for layer in own)
    return f"{begin}\n{inside}{' ' * (indent - 4)}"
