"""What a file cannot tell: layout, size, colours, scale, labels. Each is asked, with the guess filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.formats.guessing import Guess, guess
from cnnviz.formats.opening import network_of
from cnnviz.models import Preparation, Trained
from cnnviz.numbers import grouped, many, number, times
from cnnviz.pictures import Picture
from cnnviz.pictures.photo import Original, whole
from cnnviz.ui import markup, overlay, state
from cnnviz.ui.cached import identity
from cnnviz.ui.controls import one_of_many, plain, text, typed_number
from cnnviz.ui.lessons.network.network_opened import Opened
from cnnviz.ui.lessons.network.network_settings import (
    ASKED,
    EXAMPLE,
    FIRST,
    GUESSED,
    LABELS,
    LAST,
    LAYOUT,
    ORDER,
    SCALE,
    SIDE,
)
from cnnviz.ui.memory import remembered
from cnnviz.ui.overlay import Panel
from cnnviz.ui.settings import DEPTH, SAMPLE
from cnnviz.ui.state import Setting, put

LARGEST = 512  # pixels of a received picture's longest side, in whose size the cache is counted


@dataclass(frozen=True, eq=False)
class NetworkSetup:
    """A network and the picture that it is given.

    trained  with what the visitor said of it
    picture  what it takes of theirs, at the size that it takes
    whole    that picture before it was cut
    of       what tells all of this from any other
    channels what those of its input are called
    """

    opened: Opened
    trained: Trained
    picture: Picture
    whole: Original
    of: tuple[object, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        prepare = self.trained.prepare
        if isinstance(prepare, Preparation):
            return prepare.channels
        return ("blue", "green", "red") if len(self.picture.pixels) == 3 else ("grey",)

    @property
    def received(self) -> NDArray[np.float32]:
        """What the network receives, (C, H, W)."""
        prepare, levels = self.trained.prepare, self.levels
        return prepare.planes(levels) if isinstance(prepare, Preparation) else prepare(levels)

    @property
    def levels(self) -> NDArray[np.uint8]:
        """The picture as `Trained.prepare` takes it."""
        levels = self.picture.levels()
        return levels if isinstance(self.trained.prepare, Preparation) or len(levels) == 3 else levels[0]


def setup(opened: Opened, picture: Original) -> NetworkSetup:
    """The network as it was asked for, on the visitor's picture, or on its example."""
    trained = _as_said(opened)
    prepare = trained.prepare
    channels, *sides = prepare.takes if isinstance(prepare, Preparation) else trained.network.input_shape
    example = on_example(opened)
    given = example[0] if example else picture
    depth = "rgb" if channels == 3 and state.now(DEPTH) == "RGB" else "grey"
    height, width = (side - 2 * opened.border for side in sides)
    taken = _bordered(_taken(given, (height, width), depth), opened.border)
    taken = taken.at(max(sides), "rgb") if channels == 3 else taken
    said = tuple(state.values(ASKED).values())
    return NetworkSetup(opened, trained, taken, given, (opened.digest, taken.digest, said))


def in_sidebar(setup: NetworkSetup) -> None:
    """What the network took of the picture."""
    with st.sidebar:
        height, width = setup.picture.shape[1:]
        st.caption(plain(f"The network takes {times(height, width)} pixels. {' '.join(setup.picture.notes)}"))


def on_example(opened: Opened) -> tuple[Picture, str] | None:
    """The network's example, where that is what is shown: the visitor has chosen no picture yet."""
    is_untouched = state.now(EXAMPLE) and state.now(SAMPLE) == SAMPLE.start
    return opened.example if is_untouched else None


@remembered(4, each=3 * LARGEST**2, by=lambda picture, sides, depth: (identity(picture), sides, depth))
def _taken(picture: Original, sides: tuple[int, int], depth: str) -> Picture:
    with whole(picture) as pixels:
        return pixels.taken(sides, depth)


def _bordered(picture: Picture, border: int) -> Picture:
    """With so many pixels of level 0 around it."""
    if not border:
        return picture
    levels = np.pad(picture.levels(), ((0, 0), (border, border), (border, border)))
    note = f"Inside a border of {many(border, 'pixel')} of level 0, as it was taught."
    return replace(picture, pixels=levels, size=levels.shape[1:], done=(*picture.done, note))


def _as_said(opened: Opened) -> Trained:
    """The network with the visitor's answers; built anew only where one of them needs that."""
    if opened.model is None:
        return opened.trained
    told = opened.digest, state.now(LAYOUT), state.now(SIDE)
    known, trained = state.recall("network-built", (None, None))
    if known != told:
        is_last = {FIRST: False, LAST: True}.get(state.now(LAYOUT))
        trained = network_of(opened.model, state.now(SIDE), is_last)
        state.remember("network-built", (told, trained))
    said = {"colours": state.now(ORDER), "scale": state.now(SCALE)}
    prepare = replace(trained.prepare, **{key: value for key, value in said.items() if value != GUESSED})
    labels = [line.strip() for line in state.now(LABELS).splitlines() if line.strip()]
    if trained.classes and labels:
        count = len(trained.classes)
        named = [*labels[:count], *map(str, range(len(labels), count))]
        trained = replace(trained, classes=tuple(named))
    return replace(trained, prepare=prepare)


def asked(setup: NetworkSetup) -> None:
    """The picture as the network receives it, and beside it what had to be guessed."""
    model = setup.opened.model
    markup.part(
        "As the network receives it",
        "A file does not say how pictures are given to its network, and a wrong scale is the usual cause of a wrong "
        "answer. So here is each number that goes in: point at it." if model else
        "Each number that goes in: point at it.",
    )  # fmt: skip
    planes, channels = setup.received, setup.channels
    with st.container(key="received"):
        left, right = st.columns([2.4 if len(channels) > 1 else 0.8, 1], gap="medium")
        with left:
            limit = float(np.abs(planes).max()) or 1.0
            shown = [
                Panel(
                    f"Channel {at}: {name}", setup.picture, _ends(plane), map=plane, signed=True, limit=limit
                )
                for at, (name, plane) in enumerate(zip(channels[:3], planes), 1)
            ]  # fmt: skip
            overlay.panels(shown, key="planes")
        if model:
            with right:
                _questions(setup, guess(model))


def _ends(plane: NDArray) -> str:
    least, most, mean = (number(float(found), 3) for found in (plane.min(), plane.max(), plane.mean()))
    return f"{least} to {most}, on average {mean}."


def _questions(setup: NetworkSetup, guessed: Guess) -> None:
    assert setup.opened.model
    dims = next(iter(setup.opened.model.inputs.values()))
    if len(dims) == 4:
        layout = LAST if guessed.is_last else FIRST
        _guessed("Layout", LAYOUT, layout, help=guessed.layout_why)
        if None in (dims[1:3] if guessed.is_last else dims[2:4]):
            typed_number("Side of the picture, which the file leaves open", SIDE)
    if len(setup.channels) == 3:
        _guessed("Colours", ORDER, guessed.colours)
    _guessed("Numbers", SCALE, guessed.scale, help=guessed.why)
    st.caption(guessed.why)
    if count := len(setup.trained.classes):
        text(f"Labels, one a line, {grouped(count)} in all", LABELS, height=110)
        lines = len([line for line in state.now(LABELS).splitlines() if line.strip()])
        if lines and lines != count:
            st.caption(f"{many(lines, 'line')} for {grouped(count)} numbers: " + (
                "the others are called by their number." if lines < count else "the last lines name nothing."
            ))  # fmt: skip


def _guessed(label: str, setting: Setting[str], guessed: str, **of_widget: Any) -> None:
    """One of the setting's options; what is guessed stands first, and says that it is."""
    names = {f"{guessed} (guessed)": GUESSED} | {name: name for name in setting.options if name != GUESSED}
    chosen = next(told for told, name in names.items() if name == state.now(setting))
    one_of_many(
        label, setting.key, list(names), chosen, lambda told: put(**{setting.key: names[told]}), **of_widget
    )


def takes(setup: NetworkSetup) -> str:
    """The shape of its input in words: height x width x channels."""
    shape = setup.trained.network.input_shape
    return times(*shape[1:], shape[0]) if len(shape) == 3 else many(shape[0], "number")
