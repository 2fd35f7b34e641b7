"""What the pages keep for all visitors: it is kept, and together it stays below a gigabyte at a megapixel."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cnnviz.ui
from cnnviz.pictures import encode_png
from cnnviz.ui.memory import CACHES, Remembered, remembered
from visitor import Visitor

MOST = 1_000_000_000
SIDE = 1024

for module in pkgutil.walk_packages(cnnviz.ui.__path__, "cnnviz.ui."):
    importlib.import_module(module.name)  # which makes its caches


def test_all_caches_together_stay_below_a_gigabyte():
    told = [f"{cache.name}: {cache.most / 1e6:.1f} MB" for cache in CACHES]
    assert len(told) == len({*told}) >= 18
    assert all(cache.most > 0 for cache in CACHES)
    assert sum(cache.most for cache in CACHES) < MOST, "\n".join(told)


def test_a_result_is_kept_by_its_digest_and_the_oldest_goes():
    asked = []

    @remembered(2, each=8)
    def one(_array: np.ndarray, digest: str) -> np.ndarray:
        asked.append(digest)
        return _array * 2

    try:
        first = one(np.ones(1), "a")
        assert one(np.zeros(1), "a") is first and asked == ["a"]
        one(np.ones(1), "b"), one(np.ones(1), "c"), one(np.ones(1), "a")
        assert asked == ["a", "b", "c", "a"]
        one.clear()
        one(np.ones(1), "a")
        assert asked[-1] == "a" and len(asked) == 5 and one.most == 16
    finally:
        CACHES.remove(one)


def test_by_says_what_tells_arguments_apart():
    one = remembered(2, each=8, by=lambda array, digest: digest)(lambda array, digest: array * 2)
    try:
        first = one(np.ones(1), "a")
        assert one(array=np.zeros(1), digest="a") is first and one(np.zeros(1), "b") == 0
    finally:
        CACHES.remove(one)


# --- what an entry takes ---


def arrays(value: object, seen: set[int]) -> Iterator[np.ndarray]:
    """Every array that is held, each once: views by what they look into."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        if id(value) not in seen or value.base is None:
            seen.add(id(value))
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from arrays(one, seen)
    elif isinstance(value, (list, tuple, set)):
        for one in value:
            yield from arrays(one, seen)
    elif dataclasses.is_dataclass(value) or hasattr(value, "__dict__"):
        for one in vars(value).values() if hasattr(value, "__dict__") else ():
            yield from arrays(one, seen)


def bytes_of(value: object) -> int:
    if isinstance(value, bytes):
        return len(value)
    return sum(array.nbytes for array in {id(array): array for array in arrays(value, set())}.values())


def test_what_is_held_is_counted_once():
    whole = np.zeros((4, 5), np.float32)
    assert bytes_of(whole) == bytes_of(whole[1:, ::2]) == bytes_of([whole, {"a": whole[0]}, (whole.T,)]) == 80
    assert bytes_of([whole, whole.copy()]) == 160 and bytes_of(b"abc") == 3 and bytes_of("abc") == 0


# Links to what takes most on each page; those whose size depends on the picture's are visited with one of a megapixel.
LARGE: list[tuple[str, dict[str, str]]] = [
    ("convolution", {"k": "1", "p": "0", "kernel": "Identity"}),
    ("activations", {"k": "1", "p": "0", "kernel": "Identity", "activation": "GELU"}),
    ("filters", {"size": "330", "f": "16", "f2": "16"}),
    ("pooling", {"k": "1", "kernel": "Identity", "pk": "1", "ps": "1", "pp": "0", "move": "4"}),
    ("layers", {"stack": "conv 6 1x1; relu; dropout 0.5; relu", "mode": "training"}),
]
SMALL: list[tuple[str, dict[str, str]]] = [
    ("pixels", {}),
    ("layers", {"input": "227 × 227, RGB"}),
    ("deep", {}),
    ("learning", {"digit": "Photo", "trains": "Yours, from Layers", "stack": "fc 240; relu; fc 160; fc 10"}),
    ("lenet", {"digit": "Test digit"}),
]


@pytest.fixture(scope="module")
def largest() -> dict[str, int]:
    """The bytes of the largest result that each cache was given to keep, while a visitor went through the pages."""
    found: dict[str, int] = {}
    made: list[tuple[str, object]] = []

    def weigh() -> None:  # once the page is drawn: some grow while they are used
        for name, result in made:
            found[name] = max(found.get(name, 0), bytes_of(result))
        made.clear()

    mine = encode_png(np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE), np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        for cache in CACHES:
            patch.setattr(cache, "function", watched(cache, made))
            cache.clear()
        for page, link in LARGE:
            Visitor(page, **{"size": str(SIDE), **link}).upload("mine.png", mine)
            weigh()
        for page, link in SMALL:
            visitor = Visitor(page, **link)
        visitor.press("wrong-test-digit")
        weigh()
    for cache in CACHES:
        cache.clear()
    return found


def watched(cache: Remembered, made: list[tuple[str, object]]) -> Any:
    """The cache's own function; what it makes is noted."""
    inner = cache.function

    def function(*args: Any, **kwargs: Any) -> Any:
        result = inner(*args, **kwargs)
        made.append((cache.name, result))
        return result

    return function


@pytest.mark.parametrize("cache", [cache for cache in CACHES if cache.each], ids=lambda cache: cache.name)
def test_an_entry_is_no_larger_than_it_says(cache, largest):
    assert cache.name in largest, "no visit makes this cache keep anything: add one"
    assert largest[cache.name] <= cache.each
