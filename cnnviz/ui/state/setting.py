"""What a visitor can set, as plain values: each declared once, by the room that owns it. No Streamlit here.

    K = integer("k", 3, 1, 15)            a number of a slider
    BORDER = one_of("border", MODES)    one of a few
    UNIT = Setting("unit", None, Unit.read, attrgetter("text"))     anything that a link can say

A setting's key is its name in the link and in `state.put(k=5)`.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cnnviz.errors import SettingError

T = TypeVar("T")
LONGEST = 8000  # characters of one setting in a link: beyond it servers and browsers cut addresses


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One thing that a visitor can set.

    key      its name in the link
    start    what it is before anybody has touched it; a link does not say it
    read     text of a link -> value, or None where it says none: a link can say anything
    write    value -> text of a link
    least, most  the ends of a number's range, both included
    options  what there is to choose from
    of_picture  whether it belongs to the picture, and is at its start again with another one
    anew     what it is then, where that is not its start
    is_live  whether the browser may change it in the link by itself: the place of a cursor, which needs no run
    """

    key: str
    start: T
    read: Callable[[str], T | None] = field(repr=False)
    write: Callable[[T], str] = field(default=str, repr=False)
    least: Any = None
    most: Any = None
    options: tuple[T, ...] = ()
    is_live: bool = False
    of_picture: bool = False
    anew: T | None = None

    def __post_init__(self) -> None:
        DECLARED[self.key] = self

    @property
    def range(self) -> tuple[Any, Any]:
        """(least, most)."""
        return self.least, self.most

    def text(self, value: T) -> str | None:
        """What a link says; None for the start, which a link leaves out."""
        return None if value == self.start else self.write(value)

    def of(self, text: str | None) -> T:
        """What a link means: the start where it says nothing, or nothing that can be read."""
        value = self.read(text) if text is not None and len(text) <= LONGEST else None
        return self.start if value is None else value

    def nearest(self, value: Any) -> T:
        """The value of a number's range that lies nearest."""
        return min(max(value, self.least), self.most)


def starts(settings: Iterable[Setting[Any]]) -> dict[str, Any]:
    """What each of them is at first, by key."""
    return {setting.key: setting.start for setting in settings}


DECLARED: dict[str, Setting[Any]] = {}
"""Every setting by its key. Two of one key would speak for each other: tests/test_state.py reads the code for them."""


def integer(key: str, start: int, least: int, most: int) -> Setting[int]:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int | None:
        found = int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else None
        return found if found is not None and least <= found <= most else None

    return Setting(key, start, read, str, least, most)


def real(key: str, start: float, least: float, most: float) -> Setting[float]:
    """A number from `least` to `most`."""

    def read(text: str) -> float | None:
        try:
            found = float(text)
        except ValueError:
            return None
        return found if math.isfinite(found) and least <= found <= most else None

    return Setting(key, start, read, lambda value: repr(value).removesuffix(".0"), least, most)


def flag(key: str, start: bool = False) -> Setting[bool]:
    """On or off."""
    read = {"true": True, "false": False}
    return Setting(key, start, lambda text: read.get(text.lower()), lambda is_on: str(is_on).lower())


def one_of(key: str, options: Sequence[str], start: str | None = None) -> Setting[str]:
    """One of a few names, the first of them to start with where nothing else is said."""
    if not options:
        raise SettingError(f"{key} has nothing to choose from; it needs one option at least.")
    names = tuple(options)
    return Setting(key, start or names[0], lambda text: text if text in names else None, str, options=names)


def words(key: str, start: str = "") -> Setting[str]:
    """Text as it is typed; what it means is asked of it where it is used."""
    return Setting(key, start, str)
