"""Results that are computed once and kept, for all visitors: every cache of the pages is made here, and says its size.

Keys are the arguments. Streamlit's own hash of a large array samples it, so arrays are passed unhashed (a leading
underscore) beside a digest of the whole content. What is kept is handed out as it is, to all: nobody changes it.

How much memory all of them may take together is what their declarations add up to. tests/test_memory.py adds, and
measures what entries really take.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

import streamlit as st

P = ParamSpec("P")
R = TypeVar("R")

MEGAPIXEL = 1024 * 1024  # the picture for which sizes are declared
SMALL = 10_000  # bytes of an entry without arrays: some numbers and words


class Remembered(Generic[P, R]):
    """A function whose results are kept.

    name      where it lies: "cnnviz.ui.cached.convolved"
    function  the function itself, which is called where nothing is kept yet
    most      bytes that everything it keeps takes together, at most, for a picture of a megapixel
    each      bytes that one result takes, at most; 0 where only the sum is held
    """

    def __init__(self, function: Callable[P, R], entries: int, each: int, together: int):
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.function, self.entries, self.each = function, entries, each
        self.most = together or entries * each

        @functools.wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> R:
            return self.function(*args, **kwargs)

        # Streamlit can hold copies to a size, and the things themselves to a number.
        if together:
            self._cached = st.cache_data(max_entries=entries, max_size=together, show_spinner=False)(ask)
        else:
            self._cached = st.cache_resource(max_entries=entries, show_spinner=False)(ask)
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._cached(*args, **kwargs)

    def clear(self) -> None:
        """Keep nothing of what there is."""
        self._cached.clear()


CACHES: list[Remembered] = []  # all that there are


def remembered(entries: int, each: int = 0, *, together: int = 0) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """A decorator: the last `entries` results are kept.

    each      bytes that one of them takes at most, at a megapixel; nothing enforces it but its test
    together  instead of `each`: the bytes that Streamlit holds all of them to
    """

    def made(function: Callable[P, R]) -> Remembered[P, R]:
        CACHES.append(Remembered(function, entries, each, together))
        return CACHES[-1]

    return made
