"""A network on one input: every map, kept or computed again when it is asked for, and how any number came about."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told, whole
from cnnviz.errors import SettingError
from cnnviz.geometry import Field
from cnnviz.graph import BUDGET_NUMBERS, Graph, Row
from cnnviz.layers import Parameters
from cnnviz.signatures import checked
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace


@checked
class Pass:
    """One input, (C, H, W) or (features,), going through a network once.

    network, parameters  what it goes through
    input      what went in
    training   whether dropout drops and batch norm takes the statistics of this input
    draw       in training, which of dropout's draws: the seed of what it draws from
    maps       those of all layers, where they are known already
    shown      the input as it is drawn, which the network read divided by `divisor`: the levels of a picture
    room       how many numbers of maps are kept; beyond it those looked at longest ago are computed again when they
               are asked for, from what they come from

    A network that fits the room is run at once. Raises what `Graph.forward` raises, then or when a map is asked for.
    """

    def __init__(
        self,
        network: Graph,
        parameters: Sequence[Parameters],
        input: NDArray,
        *,
        training: bool = False,
        draw: int = 0,
        maps: Sequence[NDArray] = (),
        shown: NDArray | None = None,
        divisor: float = 1.0,
        room: int = BUDGET_NUMBERS,
    ) -> None:
        network.check_maps([input, *maps])
        network.check_parameters(parameters)
        if input.shape != network.input_shape:
            raise SettingError(f"One input goes through the network, of {network.input_shape}, not {input.shape}.")
        self.network, self.parameters, self.training = network, parameters, training
        self.shown, self.divisor = input if shown is None else shown, divisor
        self._room = whole(room, "room", 1)
        self._lock = Lock()
        self._draw = whole(draw, "draw", 0)
        self._start(OrderedDict(enumerate([input, *maps])))

    def _start(self, kept: OrderedDict[int, NDArray]) -> None:
        self._kept = kept
        self._states = self._drawn_from(self._draw) if self.training else {}
        if sum(math.prod(shape) for shape in self.network.shapes) <= self._room:
            for number in range(len(self.network.shapes)):
                self.map(number)

    def _drawn_from(self, draw: int) -> dict[int, dict]:
        """In which state of the generator each layer that draws begins: so it draws the same when it runs again."""
        rng, states = np.random.default_rng(draw), {}
        for row in self.network.rows:
            if row.layer.is_random:
                states[row.index] = dict(rng.bit_generator.state)
                row.layer.drawn(row.input_shape, rng)
        return states

    def redrawn(self, draw: int) -> Pass:
        """The same with another of dropout's draws: what does not depend on one is taken over. Itself for its own."""
        if draw == self._draw or not self._states:
            return self
        by_chance = {0: False}
        for row in self.network.rows:
            by_chance[row.index + 1] = row.layer.is_random or any(by_chance[source] for source in row.sources)
        with self._lock:  # every visitor's maps move in it
            kept = [*self._kept.items()]
        other = object.__new__(Pass)
        other.network, other.parameters, other.training = self.network, self.parameters, True
        other.shown, other.divisor, other._room = self.shown, self.divisor, self._room
        other._lock, other._draw = Lock(), whole(draw, "draw", 0)
        other._start(OrderedDict((at, map) for at, map in kept if not by_chance[at]))
        return other

    @property
    def maps(self) -> list[NDArray]:
        """Every map, the input first, as `Graph.forward` gives them."""
        return [self.map(number) for number in range(len(self.network.shapes))]

    def map(self, number: int) -> NDArray:
        """One of the maps, 0 the input, then each layer's. Raises SettingError for a number that is none."""
        if not 0 <= number < len(self.network.shapes):
            raise SettingError(f"There is no map {told(number)}; there are {len(self.network.shapes)}, from 0.")
        with self._lock:
            return self._map(number)

    def _map(self, number: int) -> NDArray:
        waiting, held = [number], {}  # held: what this one needs must not be dropped on the way
        while waiting:
            at = waiting[-1]
            if at in self._kept:
                held[at] = self._kept[at]
                self._kept.move_to_end(at)
            elif missing := [source for source in self.network.rows[at - 1].sources if source not in held]:
                waiting += missing
                continue
            else:
                row = self.network.rows[at - 1]
                held[at] = self._made(row, held)
                self._kept |= {source: part for source, part in row.handed_on(held[at]) if source in self._kept}
                self._keep(at, held[at])
            waiting.pop()
        return held[number]

    def _made(self, row: Row, held: dict[int, NDArray]) -> NDArray:
        rng = None
        if row.index in self._states:
            rng = np.random.default_rng()
            rng.bit_generator.state = self._states[row.index]
        return self.network.step(row, held, self.parameters[row.index], self.training, rng)

    def _keep(self, number: int, map: NDArray) -> None:
        self._kept[number] = map
        while sum(one.size for one in self._kept.values()) > self._room and len(self._kept) > 2:
            self._kept.pop(next(at for at in self._kept if at))  # never the input

    def reads(self, layer: int, channel: int) -> list[tuple[int, int]]:
        """The maps that a map of a layer, both from 0, comes from: (number of the map's layer's, which of its maps).

        Of a map that is only handed on, those of whatever made it. Raises SettingError for a map that is none.
        """
        layer, channel = self._maker(layer, channel)
        return [(source, map) for source, maps in self.network.rows[layer].reads(channel) for map in maps]

    def fields(self, layer: int, channel: int) -> tuple[Field, Field]:
        """What a unit of it sees of the input, down and across."""
        return self.network.fields(layer, channel)

    def _maker(self, layer: int, channel: int) -> tuple[int, int]:
        if not 0 <= layer < len(self.network.rows):
            raise SettingError(f"There is no layer {told(layer)}, counted from 0; there are {len(self.network.rows)}.")
        self.network.rows[layer].layer.reads(self.network.rows[layer].input_shape, channel)  # for what it refuses
        return self.network.maker(layer, channel)

    def trace(
        self,
        layer: int,
        channel: int,
        *,
        through: int | None = None,
        whole: bool = False,
        channels: Callable[[int, int], str] | None = None,
        **names: object,
    ) -> Trace:
        """A map of a layer, both from 0, as it came about, with what it reads.

        through   the last layer whose work is told in the same step: those behind `layer` up to it belong to it, and
                  the last of them may be an activation
        whole     whether what it does not read of its input goes along too
        channels  what each map that is read is called: (number of the map, which of its maps) -> name
        names     what the panels are called: input=, output=

        A map that is only handed on is told as whatever made it. Raises SettingError for a layer or a map that is none,
        and for layers up to `through` that do not belong.
        """
        made, own = self._maker(layer, channel)
        row, given = self.network.rows[made], self.parameters[made]
        of_input = row.sources == (0,)
        read = self.shown if of_input else row.given({source: self.map(source) for source in row.sources})
        trace = layer_trace(
            row.layer, read, self.map(made + 1), given, own,
            training=self.training, divisor=self.divisor if of_input else 1.0, **names,
        )  # fmt: skip
        last = layer if through is None else through
        for behind in self.network.rows[layer + 1 : last + 1]:
            trace = self._joined(trace, behind, channel)
        of = self.reads(layer, channel)
        # The others stand in its gate, or in its statistics.
        of = [each for each, map in zip(of, row.layer.reads(row.input_shape, own)) if map in trace.channels]
        if whole:
            of = [(source, map) for source, (count, *_) in zip(row.sources, row.shapes) for map in range(count)]
        told_of = [channels(*each) for each in of] if channels else None
        return replace(trace, names={**names, "channels": told_of}) if whole else trace.narrowed(told_of)

    def _joined(self, trace: Trace, row: Row, channel: int) -> Trace:
        """A trace with what a layer that belongs to it makes of its numbers."""
        if not row.layer.belongs or row.sources != (row.index,) or not trace.is_open:
            raise SettingError(f"{row.layer.name} does not belong to the map before it.")
        before, after = self.map(row.index), self.map(row.index + 1)
        volume = before if before.ndim == 3 else before[:, np.newaxis, np.newaxis]
        own = self.parameters[row.index]
        terms = row.layer.terms(volume, after, own, channel, training=self.training, divisor=1.0)
        scale, bias = terms.get("scale", 1.0), terms.get("bias", 0.0)
        return replace(
            trace,
            output=np.atleast_2d(after[channel]),
            scale=trace.scale * scale,
            bias=trace.bias * scale + bias,
            function=terms.get("function", "identity"),
        )
