"""What the pages keep for all visitors, below a gigabyte at a megapixel, and for one who brings a large photo."""

from __future__ import annotations

import dataclasses
import importlib
import io
import pkgutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

import cnnviz.ui
from cnnviz.ops import conv2d
from cnnviz.pictures import encode_png, open_picture, sample
from cnnviz.pictures import photo as photo_module
from cnnviz.steps import narrowed
from cnnviz.ui import cached
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


def blocks(value: object, seen: set[int]) -> Iterator[np.ndarray | bytes]:
    """Every array and every file that is held, each once: views by what they look into."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        if id(value) not in seen or value.base is None:
            seen.add(id(value))
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from blocks(one, seen)
    elif isinstance(value, io.BytesIO):  # an uploaded file
        yield from blocks(value.getvalue(), seen)
    elif isinstance(value, (list, tuple, set)):
        for one in value:
            yield from blocks(one, seen)
    elif dataclasses.is_dataclass(value) or hasattr(value, "__dict__"):
        for one in vars(value).values() if hasattr(value, "__dict__") else ():
            yield from blocks(one, seen)


def bytes_of(value: object) -> int:
    found = {id(block): block for block in blocks(value, set())}
    return sum(len(block) if isinstance(block, bytes) else block.nbytes for block in found.values())


def test_what_is_held_is_counted_once():
    whole = np.zeros((4, 5), np.float32)
    assert bytes_of(whole) == bytes_of(whole[1:, ::2]) == bytes_of([whole, {"a": whole[0]}, (whole.T,)]) == 80
    assert bytes_of([whole, whole.copy()]) == 160 and bytes_of("abc") == 0
    file = b"abc"
    assert bytes_of(file) == bytes_of([file, io.BytesIO(file)]) == 3


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
    ("network", {"network": "SqueezeNet v1.1"}),
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


# --- a visitor with a photo ---


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A JPEG of 12 megapixels."""
    file = io.BytesIO()
    small = Image.fromarray(np.random.default_rng(3).integers(0, 256, (30, 40, 3), np.uint8))
    small.resize((4000, 3000)).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.mark.parametrize("page", ["convolution", "layers", "deep"])
def test_a_visitor_with_a_large_photo_costs_its_file_and_what_is_shown(photo, page):
    at = Visitor(page).upload("large.jpg", photo, kind="image/jpeg")
    kept = bytes_of(at.app.session_state["cnnviz"])
    assert len(photo) <= kept < len(photo) + 1_000_000


def test_a_change_of_k_decodes_nothing_however_many_others_there_are(photo, monkeypatch):
    at = Visitor("convolution").upload("large.jpg", photo, kind="image/jpeg")
    cached.at.clear()  # as if others had taken all of its room
    monkeypatch.setattr("cnnviz.pictures.photo.open_picture", None)
    at.set(k=5)
    assert at.stage().input.shape == (3, 144, 192)


def test_the_originals_map_is_that_of_the_decoded_original(photo, monkeypatch):
    taken: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.download_button", lambda label, data, **_: taken.update({label: data}))
    at = Visitor("convolution", kernel="Emboss").upload("large.jpg", photo, kind="image/jpeg")
    found = np.load(io.BytesIO(taken[".npy of the original, 3,000 × 4,000"]()))
    levels, weight = open_picture(photo).levels(), at.stage().weight
    expected = conv2d(levels, weight[np.newaxis] / at.stage().header["divisor"], padding=1)[0]
    np.testing.assert_array_equal(found, narrowed(expected))


def test_no_more_than_two_whole_photos_are_in_memory_at_once(monkeypatch):
    there, most, lock = [], [], threading.Lock()

    def use(number: int) -> None:
        with photo_module.opened(b"", str(number)):
            with lock:
                there.append(number)
                most.append(len(there))
            time.sleep(0.02)
            with lock:
                there.remove(number)

    monkeypatch.setattr(photo_module, "open_picture", lambda file, name: sample("binary"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert len(most) == 8 and max(most) == 2
