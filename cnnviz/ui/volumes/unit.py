"""Which number of a network is meant: layer, map, row, column; how a link says it, and which the browser was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.ui import state
from cnnviz.ui.state import Setting

_TEXT = re.compile(r"[1-9]\d{0,5}\.[1-9]\d{0,5}(\.[1-9]\d{0,5}\.[1-9]\d{0,5})?", re.ASCII)


@dataclass(frozen=True)
class Unit:
    """One unit of a network, everything counted from 0.

    layer    place in the sequence of volumes that are drawn; the picture is none of them
    channel  which of the layer's maps; of a vector, which of its numbers
    row, column  its place in the map; None: no place chosen, the map alone (of a vector always None or 0)
    """

    layer: int
    channel: int
    row: int | None = None
    column: int | None = None

    @property
    def text(self) -> str:
        """As a link says it, counted from 1: "2.5.10.12", or "2.5" for a map alone."""
        return ".".join(str(part + 1) for part in (self.layer, self.channel, self.row, self.column) if part is not None)

    @property
    def at(self) -> tuple[int, int] | None:
        """(row, column), as `stage(at=...)` takes it; None where no place is chosen."""
        return None if self.row is None or self.column is None else (self.row, self.column)

    @property
    def map(self) -> tuple[int, int]:
        """(layer, channel), as `stage(unit=...)` takes them."""
        return self.layer, self.channel

    @classmethod
    def read(cls, text: object) -> Unit | None:
        """What `text` wrote; None for anything that it cannot have written."""
        if not isinstance(text, str) or not _TEXT.fullmatch(text):
            return None
        return cls(*(int(part) - 1 for part in text.split(".")))

    def within(self, shapes: Sequence[tuple[int, ...]]) -> Unit | None:
        """The nearest unit in layers of these shapes, (C, H, W) or (features,); None where there is no such layer."""
        if self.layer >= len(shapes):
            return None
        count, *size = shapes[self.layer]
        place = (min(at, most - 1) for at, most in zip(self.at or (), size or (1, 1)))
        return Unit(self.layer, min(self.channel, count - 1), *place)


def unit_setting(key: str, of_picture: bool = False) -> Setting[Unit | None]:
    """The choice of a unit, by clicks on `volumes`; None before the first. Each page has its own: a unit of one network
    is none of another."""
    return Setting(key, None, Unit.read, lambda unit: unit.text if unit else "", is_live=True, of_picture=of_picture)


def chosen(choice: Setting[Unit | None], shapes: Sequence[tuple[int, ...]], start: Unit) -> Unit:
    """The unit that the link or the last click chose, as far as these layers have it; else `start`, likewise."""
    unit = state.now(choice)
    return (unit and unit.within(shapes)) or start.within(shapes) or start


def choose(choice: Setting[Unit | None], unit: Unit) -> None:
    """Choose a unit, as a button's callback: what a click on `volumes` does."""
    state.put(**{choice.key: unit})


def sent(
    choice: Setting[Unit | None], unit: Unit, holds: Callable[[Unit], bool], of: object = None
) -> tuple[Unit, int]:
    """The unit to send the browser as the choice, and its number among all that were: both as they were, where the
    visitor has clicked and no other maps are needed. So maps are sent once, and the browser stays where it has gone.

    unit   the choice as it is now
    holds  whether what is sent for another unit has the maps of this one too
    of     what the maps were made of: for anything else they are sent anew
    """
    key = f"{choice.key}-sent"
    before, known, was_of, count = state.recall(key, (unit, None, None, 0))
    is_known = unit == known or state.is_from_browser(choice)  # its own clicks it knows already
    if state.is_arrival() or not (is_known and of == was_of and holds(before)):
        before, count = unit, count + 1
    state.remember(key, (before, unit, of, count))
    return before, count


def clicked(choice: Setting[Unit | None], unit: Unit) -> None:
    """Choose the unit that was clicked, as a component's callback: the browser, which says so, knows of it."""
    choose(choice, unit)
    before, _, of, count = state.recall(f"{choice.key}-sent")
    state.remember(f"{choice.key}-sent", (before, unit, of, count))
