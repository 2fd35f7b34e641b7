"""A network on one input, as every lesson shows it: its maps as volumes, the chosen unit, and how that came about.

    view = NetworkView(run, columns(run.network, run.network.names), UNIT, "layers", colours=["grey"])
    view.volumes(picture)
    view.stage("layer")

A column is a layer with what belongs to it. Volumes and stage share one cursor and one choice, which a link says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.formats import write_network
from cnnviz.graph import Graph, Row
from cnnviz.models import Trained
from cnnviz.passes import Pass
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.ui import stage as stages
from cnnviz.ui import state
from cnnviz.ui import volumes as drawn
from cnnviz.ui.state import Setting
from cnnviz.ui.volumes import EACH_LAYER, SCALE, Branch, Unit, Volume, chosen


@dataclass(frozen=True)
class Column:
    """The maps of one layer.

    name      what they are called: "C1"
    row       the layer that makes them, as the network counts it
    last      the last layer that belongs to them: an activation, or the layer itself
    function  the activation's key, where there is nothing but one behind the layer; else ""
    told      what they are called where another layer reads them; "": as always
    drawn     what else the Volume is told: detail, note, ...
    """

    name: str
    row: Row
    last: int
    function: str = ""
    told: str = ""
    drawn: Mapping[str, Any] = field(default_factory=dict, compare=False)

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


def columns(network: Graph, names: Sequence[str]) -> list[Column]:
    """A network's layers, each with the activation and the dropout behind it; batch norm, which learns, by itself."""
    found: list[Column] = []
    for row, name in zip(network.rows, names, strict=True):
        of_last = bool(found) and row.sources == (found[-1].last + 1,)
        if of_last and row.layer.function:  # of what is gated, or activated in the branches, it is a step of its own
            last = found[-1].row
            branches = [network.rows[source - 1].layer for source in last.sources if source and last.layer.hands_on]
            of_last = not last.layer.gates and not any(layer.gates or layer.function for layer in branches)
        if not (row.layer.belongs and of_last) or row.parameters:
            found.append(Column(name, row, row.index))
            continue
        both = row.layer.function and found[-1].function  # two activations are told in two steps
        function = "" if both else row.layer.function or found[-1].function
        found[-1] = replace(found[-1], last=row.index, function=function)
    return found


def reads(row: Row) -> tuple[int, tuple[tuple[int, ...], ...] | None]:
    """In how many groups a layer's maps read those before, and the table where it is no matter of groups."""
    if groups := row.layer.reads_in(row.input_shape):
        return groups, None
    return 1, tuple(row.layer.reads(row.input_shape, channel) for channel in range(row.output_shape[0]))


@dataclass(frozen=True)
class NetworkView:
    """A network on an input, with the unit that is looked into.

    choice   what a click changes, and a link says
    group    the name of the cursor that volumes and stage share
    start    the unit at first
    colours  what the input's channels are called; entry  and it itself
    after    whether maps are shown behind their activation
    whole    whether a stage shows the maps too that are not read
    scaled   whether the visitor chooses what the colours are scaled to
    called   what a map is called on the stage: (column, channel) -> "C1, map 3"
    peak     where the unit is, if only its map was chosen: (column, channel) -> (row, column); None: the stage finds it
    place    the setting that says where the stage's cursor stands, if that is not the choice
    near     how many columns are drawn as volumes where there are more: those that lead to the chosen one
    """

    run: Pass
    columns: Sequence[Column]
    choice: Setting[Unit | None]
    group: str
    start: Unit = Unit(0, 0)
    colours: Sequence[str] = ("grey",)
    entry: str = "Picture"
    after: bool = True
    whole: bool = False
    scaled: bool = False
    called: Callable[[Column, int], str] = lambda column, channel: f"{column.name}, {column.one} {channel + 1}"
    peak: Callable[[Column, int], tuple[int, int]] | None = None
    place: Setting[tuple[int, int] | None] | None = None
    near: int = 0

    @property
    def unit(self) -> Unit:
        """The unit that the link or the last click chose."""
        unit = chosen(self.choice, [column.row.output_shape for column in self.columns], self.start)
        if unit.at or not self.peak:
            return unit
        return Unit(*unit.map, *self.peak(self.columns[unit.layer], unit.channel))

    @property
    def column(self) -> Column:
        """That of the chosen unit."""
        return self.columns[self.unit.layer]

    def maps(self, column: Column) -> NDArray:
        """Its maps as they are shown; of 1 x 1 as a row of numbers."""
        found = self.run.map((column.last if self.after else column.layer) + 1)
        return found[:, 0, 0] if found.ndim == 3 and column.is_vector else found

    def of(self, source: int) -> Column | None:
        """Whose maps those of this number are; None: the input's."""
        return next((column for column in self.columns if column.layer < source <= column.last + 1), None)

    def around(self) -> list[int]:
        """The columns that are drawn, by their places: all; or those that lead to the chosen one, and what follows it.

        The nearest go first: what it reads, what that reads, and so on; then the next that read nothing else.
        """
        count, chosen = len(self.columns), self.unit.layer
        if not self.near or count <= self.near:
            return [*range(count)]
        reads = [self._reads(column) for column in self.columns]
        found, waiting = {chosen}, [*reads[chosen]]
        while waiting and len(found) < self.near - 1:
            at = waiting.pop(waiting.index(max(waiting)))
            if at >= 0 and at not in found:
                found.add(at)
                waiting += reads[at]
        for at in range(chosen + 1, count):
            if len(found) == self.near:
                break
            if found >= reads[at] and chosen in reads[at]:
                found.add(at)
        return sorted(found)

    def _reads(self, column: Column) -> set[int]:
        """The places of the columns that it reads, -1 for the input."""
        return {self.columns.index(of) if (of := self.of(source)) else -1 for source in column.row.sources}

    def sources(self, column: Column, among: Sequence[int] | None = None) -> tuple[Branch, ...]:
        """The columns that it reads, by their places among those that are drawn (or all), and how; -1 for the input.
        One that is not drawn is passed over: then both are told of on the input."""
        among = range(len(self.columns)) if among is None else among
        row, found, before = column.row, [], 0
        groups, table = reads(row) if len(row.sources) == 1 else (1, None)
        for source, (count, *_) in zip(row.sources, row.shapes):
            of, first = self.of(source), None
            if len(row.sources) > 1:  # each map its own, of branches that are joined from where they stand
                first = 0 if row.layer.joins == "alike" else before
            at = self.columns.index(of) if of else -1
            if of and at not in among:
                found.append(Branch(-1, 1, None, None))
            else:
                found.append(Branch(among.index(at) if of else -1, table or groups, *row.passages(source), first))
            before += count
        return tuple(found)

    def volumes(self, picture: Picture, **options: Any) -> None:
        """The columns as volumes; `options` as `volumes.volumes` takes them."""
        layers: list[Volume] = []
        among = self.around()
        for at, place in enumerate(among):
            column, before = self.columns[place], self.columns[among[at - 1]] if at else None
            groups, table = reads(column.row)
            maps, fields = self.maps(column), column.row.fields
            is_next = [self.of(source) for source in column.row.sources] == [before] and all(table or ())
            layers.append(Volume(
                column.name, maps, fields, groups=groups, reads=table if is_next else None,
                sources=() if is_next else self.sources(column, among), **column.drawn,
            ))  # fmt: skip
        places = among if len(among) < len(self.columns) else ()
        drawn.volumes(picture, layers, choice=self.choice, selected=self.unit, group=self.group, scaled=self.scaled,
                      places=places, **options)  # fmt: skip

    def trace(self) -> Trace:
        """The chosen map, ready for the stage: the layer, and its activation in the same step."""
        column, channel = self.column, self.unit.channel
        sources = {source: self.of(source) for source, _ in self.run.reads(column.layer, channel)}
        names = [of.told or of.name if of else self.entry for of in sources.values()]

        def named(source: int, map: int) -> str:
            of = sources[source]
            colour = self.colours[map] if map < len(self.colours) else f"number {map + 1}"
            told = f"{of.one} {map + 1}" if of else colour
            return told if len(sources) == 1 or not of else f"{of.name}, {told}"

        return self.run.trace(
            column.layer,
            channel,
            through=column.last if self.after and column.function else None,
            whole=self.whole,
            channels=named,
            input=(column.row.layer.shows or "{}").format(" + ".join(names)),
            output=self.called(column, channel),
        )

    def stage(self, key: str, trace: Trace | None = None) -> None:
        """The chosen map's stage; in the colours of its layer, where the visitor chose those."""
        unit = self.unit
        by_layer = self.scaled and state.now(SCALE) == EACH_LAYER
        limit = float(np.abs(self.maps(self.column)).max()) if by_layer else None
        stages.stage(
            trace or self.trace(), key=key, group=self.group, at=unit.at, unit=None if self.place else unit.map,
            link=self.place or self.choice, limit=limit,
        )  # fmt: skip


def download(make: Callable[[], Trained] | None, key: str) -> None:
    """A network to take away as an ONNX file, which is made when it is asked for. None: there is none yet."""
    st.download_button(
        "Download the network, .onnx",
        data=(lambda: write_network(make())) if make else b"",
        file_name="network.onnx",
        key=key,
        icon=":material/download:",
        on_click="ignore",
        disabled=not make,
    )
