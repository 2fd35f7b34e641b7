"""Results that are computed once and kept, for all visitors: every cache of the pages is made here, and says its size.

Streamlit's own hash of a large array samples it, so what holds arrays is told apart by a digest of the whole content:
`by` says by what a function's arguments are. Without it by the arguments themselves, but for those whose name begins
with an underscore. What is kept is handed out as it is, to all: nobody changes it.

How much memory all of them may take together is what their declarations add up to. tests/test_memory.py adds, and
measures what entries really take.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")

MEGAPIXEL = 1024 * 1024  # the picture for which sizes are declared
SMALL = 10_000  # bytes of an entry without arrays: some numbers and words


def by_digest(thing: Any, *others: Any) -> tuple[object, ...]:
    """What tells arguments apart where the first has a digest: that, and the others as they are."""
    return thing.digest, *others


class Remembered(Generic[P, R]):
    """A function whose results are kept.

    name      where it lies: "cnnviz.ui.cached.convolved"
    function  the function itself, which is called where nothing is kept yet
    most      bytes that everything it keeps takes together, at most, for a picture of a megapixel
    each      bytes that one result takes, at most; 0 where only the sum is held
    by        what tells its arguments apart
    """

    def __init__(self, function: Callable[P, R], entries: int, each: int, together: int, by: Callable[P, Any] | None):
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.function, self.entries, self.each = function, entries, each
        self.most = together or entries * each

        def ask(*args: P.args, **kwargs: P.kwargs) -> R:
            return self.function(*args, **kwargs)

        def ask_by(key: Any, _args: Any, _kwargs: Any) -> R:
            return self.function(*_args, **_kwargs)

        # Streamlit tells caches apart by their function's name and text, and its arguments by their names.
        self.by, asked = by, functools.update_wrapper(ask_by if by else ask, function)
        if by:
            asked.__signature__ = inspect.signature(ask_by, follow_wrapped=False)  # type: ignore[attr-defined]
        # It can hold copies to a size, and the things themselves to a number.
        if together:
            self._cached = st.cache_data(max_entries=entries, max_size=together, show_spinner=False)(asked)
        else:
            self._cached = st.cache_resource(max_entries=entries, show_spinner=False)(asked)
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.by:
            return self._cached(self.by(*args, **kwargs), args, kwargs)
        return self._cached(*args, **kwargs)

    def clear(self) -> None:
        """Keep nothing of what there is."""
        self._cached.clear()


CACHES: list[Remembered] = []  # all that there are


def remembered(
    entries: int, each: int = 0, *, together: int = 0, by: Callable[..., Any] | None = None
) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """A decorator: the last `entries` results are kept.

    each      bytes that one of them takes at most, at a megapixel; nothing enforces it but its test
    together  instead of `each`: the bytes that Streamlit holds all of them to
    by        the function's arguments -> what tells them apart, in plain values
    """

    def made(function: Callable[P, R]) -> Remembered[P, R]:
        CACHES.append(Remembered(function, entries, each, together, by))
        return CACHES[-1]

    return made
