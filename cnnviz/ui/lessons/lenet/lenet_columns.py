"""A network as the page shows it: a column of maps for each layer, its activation with it. No Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.graph import Row
from cnnviz.layers import Activate, Conv2d, Parameters, PartialConv2d
from cnnviz.models import Trained
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace


@dataclass(frozen=True)
class Column:
    """The maps of one layer.

    name      what the literature calls it: "C1"
    row       the layer that makes them, as the network counts it
    last      the last layer that belongs to them: an activation, or the layer itself
    function  the activation's key, where there is nothing but one behind the layer; else ""
    """

    name: str
    row: Row
    last: int
    function: str = ""

    @property
    def layer(self) -> int:
        """The layer's place in the network."""
        return self.row.index

    @property
    def is_vector(self) -> bool:
        return all(side == 1 for side in self.row.output_shape[1:])

    @property
    def one(self) -> str:
        """What one of its maps is called."""
        return "unit" if self.is_vector else "map"


def columns(trained: Trained) -> list[Column]:
    """The columns of a network, in their order."""
    found: list[Column] = []
    for row, name in zip(trained.network.rows, trained.names, strict=True):
        if not row.layer.belongs or not found:
            found.append(Column(name, row, row.index))
        elif isinstance(row.layer, Activate) and found[-1].last == row.index - 1:
            found[-1] = replace(found[-1], last=row.index, function="" if found[-1].function else row.layer.function)
        elif row.layer.kind == "BATCH NORM":
            found.append(Column(name, row, row.index))
        else:  # dropout changes nothing once a network has learnt
            found[-1] = replace(found[-1], last=row.index)
    return found


def reads(column: Column) -> tuple[int, tuple[tuple[int, ...], ...] | None]:
    """In how many groups its maps read those before, and the table where it is no matter of groups."""
    layer = column.row.layer
    if isinstance(layer, PartialConv2d):
        return 1, layer.connections
    if isinstance(layer, Conv2d):
        return layer.groups, None
    return 1 if layer.kind in ("FC", "RBF", "CONV") else column.row.output_shape[0], None


def read_by(column: Column, channel: int) -> tuple[int, ...]:
    """Which maps of the column before one map reads."""
    groups, table = reads(column)
    if table:
        return table[channel]
    depth, own = column.row.input_shape[0] // groups, channel // (column.row.output_shape[0] // groups)
    return tuple(range(own * depth, (own + 1) * depth))


def maps_of(column: Column, maps: list[NDArray], after: bool) -> NDArray:
    """Its maps, behind its activation or before it."""
    return maps[(column.last if after else column.layer) + 1]


def named(trained: Trained, found: Sequence[Column], at: int, channel: int) -> str:
    """One map in words: C1, map 3; of the last numbers what each is for: output for 8."""
    column = found[at]
    if at == len(found) - 1 and column.is_vector:
        return f"{column.name} for {trained.classes[channel]}"
    return f"{column.name}, {column.one} {channel + 1}"


def trace(
    trained: Trained, parameters: Sequence[Parameters], maps: list[NDArray], at: int, channel: int, after: bool
) -> Trace:
    """One map of column `at`, as it came about: the layer, and its activation in the same step."""
    found = columns(trained)
    column = found[at]
    before = found[at - 1].name if at else "Input"
    output = named(trained, found, at, channel)
    given = maps[column.layer]
    if given.ndim == 3 and given.shape[1:] == (1, 1):
        given = given[:, 0, 0]
    told = layer_trace(
        column.row.layer, given, maps[column.layer + 1], parameters[column.layer], channel, input=before, output=output
    )
    changes: dict[str, Any] = {}
    if after and column.function:
        changes |= {"function": column.function, "output": np.atleast_2d(maps[column.last + 1][channel])}
    if at == 0 and maps[0].min() >= 0:
        changes["input_limit"] = 0.0  # a picture, drawn in grey
    # Only what this map reads goes over.
    single = "map" if given.ndim == 3 else "unit"
    channels = [f"{single} {of + 1}" for of in told.channels] if at else ["grey"]
    changes |= {
        "input": told.input[list(told.channels)], "channels": tuple(range(len(told.channels))),
        "names": {**told.names, "channels": channels},
    }  # fmt: skip
    return replace(told, **changes)
