"""What is run: the digit, moved; the network, with maps switched off and its first filter exchanged."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import CnnvizError
from cnnviz.experiments.counterfactual import Move, exchanged, fitted, moved, silenced
from cnnviz.layers import Parameters
from cnnviz.models import Trained
from cnnviz.models.codes import COLUMNS, ROWS
from cnnviz.numbers import times
from cnnviz.passes import Pass
from cnnviz.ui import settings, state
from cnnviz.ui.controls import Digit, dial, lab
from cnnviz.ui.network_view import Column, NetworkView, columns
from cnnviz.ui.state import flag, integer, one_of, put, words
from cnnviz.ui.volumes import Unit, unit_setting

UNIT = unit_setting("lenet")  # column, map, row, column
OWN_FILTER = flag("own-filter")  # whether the lab's kernel stands in C1
OFF = words("off")  # what is switched off: "C1.3 S4.12"
SHOWN = one_of("shown", ["after activation", "before"])  # which maps are shown
GROUP = "lenet"  # the maps and the stage share one cursor
BITMAP = ROWS, COLUMNS  # of F6, as the codes are drawn
MOVES = {
    integer("dx", 0, -8, 8): "Nudge, pixels right",
    integer("dy", 0, -8, 8): "Nudge, pixels down",
    integer("turn", 0, -45, 45): "Turn, degrees",
    integer("percent", 100, 60, 140): "Size, %",
}


@dataclass(frozen=True)
class DigitRead:
    """One run of a network on one digit, and the same before anything was changed.

    levels   uint8, as high and wide as the network's input, moved
    run      the network as it is used: filters exchanged, maps switched off
    still    its maps without any change; those of `run` where nothing was changed
    unmoved  the same with the changed parameters, for the digit as it was drawn
    after    whether maps are shown behind their activation
    """

    trained: Trained
    digit: Digit
    move: Move
    off: tuple[tuple[int, int], ...]
    levels: NDArray[np.uint8]
    run: Pass
    still: list[NDArray]
    unmoved: list[NDArray]
    after: bool
    kernel: str

    @cached_property
    def view(self) -> NetworkView:
        """As it is drawn."""
        return NetworkView(
            self.run, self.columns, UNIT, GROUP, start_of(self.trained), entry="Input", after=self.after,
            called=lambda column, channel: named(self.trained, self.columns, self.columns.index(column), channel),
        )  # fmt: skip

    @cached_property
    def maps(self) -> list[NDArray]:
        """Every map, the input first."""
        return self.run.maps

    @property
    def parameters(self) -> Sequence[Parameters]:
        return self.run.parameters

    @cached_property
    def columns(self) -> list[Column]:
        return columns_of(self.trained)

    @property
    def unit(self) -> Unit:
        """The unit on the stage: column, map, row and column in it."""
        return self.view.unit

    @property
    def is_changed(self) -> bool:
        return self.still[-1] is not self.maps[-1]


def columns_of(trained: Trained) -> list[Column]:
    """What is drawn of a network: its layers, each with its activation."""
    return columns(trained.network, trained.names)


def bitmaps(trained: Trained) -> NDArray | None:
    """The codes that the last numbers are distances to, (10, 12, 7), where they are bitmaps."""
    codes = trained.parameters[-1].get("codes")
    return codes.reshape(len(codes), *BITMAP) if codes is not None and codes.shape[1] == math.prod(BITMAP) else None


def start_of(trained: Trained) -> Unit:
    """The unit on the stage at first; of a network of one's own the stage finds the strongest of its third map."""
    return Unit(*trained.first) if trained.first else Unit(min(2, len(columns_of(trained)) - 1), 0)


def named(trained: Trained, found: Sequence[Column], at: int, channel: int) -> str:
    """One map in words: C1, map 3; of the last numbers what each is for: output for 8."""
    column = found[at]
    if at == len(found) - 1 and column.is_vector:
        return f"{column.name} for {trained.classes[channel]}"
    return f"{column.name}, {column.one} {channel + 1}"


def moves() -> tuple[Move, DeltaGenerator]:
    """The four dials and the way back: the move that they say, and the room under them for what it did."""
    with st.container(key="moves", gap=None):
        found = {setting.key: dial(name, setting) for setting, name in MOVES.items()}
        still = {setting.key: setting.start for setting in MOVES}
        with st.container(key="moves-back"):
            st.button("put it back", key="move-back", on_click=put, kwargs=still, disabled=found == still)
        room = st.container(key="moves-told")
    return Move(found["dx"], found["dy"], found["turn"], found["percent"]), room


def read(trained: Trained, digit: Digit, move: Move) -> DigitRead:
    """The network on the digit, once as it is and once as it was changed."""
    still, drawn = _framed(trained, digit), columns_of(trained)
    levels = still if move.is_nothing else moved(still, move)
    off = read_off(state.now(OFF), drawn)
    parameters, kernel = _own_filter(trained)
    places = [(drawn[at].layer, map) for at, map in off]
    parameters = silenced(trained.network, parameters, places) if off else parameters
    before = trained.passed(still)
    is_new = parameters is not trained.parameters
    unmoved = Pass(trained.network, parameters, trained.prepare(still)) if is_new else before
    run = unmoved if move.is_nothing else Pass(trained.network, parameters, trained.prepare(levels))
    after = state.now(SHOWN) == SHOWN.start
    return DigitRead(trained, digit, move, off, levels, run, before.maps, unmoved.maps, after, kernel)


def _framed(trained: Trained, digit: Digit) -> NDArray[np.uint8]:
    """The digit in a square of the network's size, so that what is moved does not leave it at once."""
    return np.pad(digit.levels, (trained.network.input_shape[1] - len(digit.levels)) // 2)


def moved_by(found: DigitRead, move: Move) -> DigitRead:
    """The same network on the same digit, moved from where it was drawn."""
    levels = moved(_framed(found.trained, found.digit), move)
    run = Pass(found.trained.network, found.parameters, found.trained.prepare(levels))
    return replace(found, move=move, levels=levels, run=run)


# --- maps switched off ---


def read_off(text: object, found: Sequence[Column]) -> tuple[tuple[int, int], ...]:
    """(column, map), counted from 0, of what a link switches off, in order; what is none is left out."""
    places = {column.name: at for at, column in enumerate(found)}
    off = set()
    for name, map in re.findall(r"([A-Za-z][\w-]{0,15})\.(\d{1,4})(?!\d)", text if isinstance(text, str) else ""):
        at = places.get(name)
        if at is not None and can_be_off(found, at) and 1 <= int(map) <= found[at].row.output_shape[0]:
            off.add((at, int(map) - 1))
    return tuple(sorted(off))


def can_be_off(found: Sequence[Column], at: int) -> bool:
    """Whether maps of this column can be switched off: of all but the answer's own."""
    return at < len(found) - 1


def switch(off: Sequence[tuple[int, int]], at: int, map: int, found: Sequence[Column]) -> None:
    """Switch a map off, or on again: a button's callback."""
    kept_off = sorted(set(off) ^ {(at, map)})
    write_off([f"{found[column].name}.{channel + 1}" for column, channel in kept_off])


def write_off(names: Sequence[str]) -> None:
    """Switch off just these: ["C1.3"]."""
    put(off=" ".join(names))


# --- the first filter exchanged ---


def takes_kernel(trained: Trained) -> bool:
    """Whether the first layer's filters are what the lab's are: one plane of weights."""
    layer, shape = trained.network.layers[0], trained.network.input_shape
    return layer.kind == "CONV" and shape[0] == 1


def _own_filter(trained: Trained) -> tuple[Sequence[Parameters], str]:
    """The parameters with the lab's kernel as the first filter, if that is wanted, and what was done, in words."""
    if not state.now(OWN_FILTER) or not takes_kernel(trained):
        return trained.parameters, ""
    size = trained.parameters[0]["weight"].shape[-1]
    try:
        filter = settings.filter_of(lab(), 1)
        kernel = filter.weight[0]
        weight = fitted(kernel, size)
    except CnnvizError as problem:
        return trained.parameters, f"Not exchanged. {problem}"
    height, width = kernel.shape
    around = "" if height == width == size else f", with zeros around it to {times(size, size)}"
    words = f"In place of filter 1 stands “{filter.name}”, {times(height, width)}{around}, from the lab."
    return exchanged(trained.parameters, 0, 0, weight[np.newaxis], filter.bias), words
