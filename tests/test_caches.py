"""What the caches of all pages can come to, at a megapixel: the bytes of an entry, times the entries."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from streamlit.runtime.caching.cache_utils import CachedFunc

import cnnviz.ui
from cnnviz.network import BUDGET_NUMBERS
from cnnviz.ops import ACTIVATIONS
from cnnviz.pictures import Picture
from cnnviz.ui import cached
from cnnviz.ui.lessons.activations import counts
from cnnviz.ui.lessons.pooling import maps
from cnnviz.ui.lessons.pooling.setting import layer
from cnnviz.ui.settings import MOST_NUMBERS, START, filter_of, windows

MOST = 1_000_000_000
SIDE = 1024


@cache
def picture() -> Picture:
    pixels = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE), np.uint8)
    return Picture(pixels, "RGB", (SIDE, SIDE))


def convolved() -> Any:
    return cached.trace(picture(), filter_of(START, 3), windows(START), 1.0)


def pooled() -> maps.Pooled:
    """At K = 1, S = 1: the largest pooled map that there is."""
    source = maps.source_of_map(picture(), filter_of({**START, "k": 1, "kernel": "Identity"}, 3), 1.0)
    return maps.pooled(source, layer({"pool": "max", "pk": 1, "ps": 1, "pp": 0}))


def bytes_of(value: object) -> int:
    return len(pickle.dumps(value, protocol=5))


LESSONS = "cnnviz.ui.lessons."
# The bytes of one entry of each cache; of those that Streamlit itself holds to a size, that size counts.
ENTRY: dict[str, Callable[[], int]] = {
    "cnnviz.ui.cached._at": lambda: bytes_of(picture().pixels),
    "cnnviz.ui.cached._convolve": lambda: bytes_of(convolved()),
    "cnnviz.ui.controls.digit._found": lambda: 8 * 480 * 480,  # a photograph in colour and its steps
    LESSONS + "activations.counts._trace": lambda: bytes_of(
        counts.trace(counts.SignedMap(convolved().output, 1.0, 1.0, "a"), ACTIVATIONS["gelu"])
    ),
    LESSONS + "filters.main._run": lambda: 4 * MOST_NUMBERS,
    LESSONS + "deep.look._look": lambda: 24_000_000,  # every map of a photo; tests/test_deep_page.py counts them
    LESSONS + "deep.patches._all": lambda: 2_000_000,
    LESSONS + "deep.trace_back._field": lambda: 8 * 227 * 227,
    LESSONS + "learning.setup._first": lambda: 1_500_000,  # at most 300,000 parameters, and eight filters three times
    LESSONS + "layers.run._run": lambda: 4 * BUDGET_NUMBERS,
    LESSONS + "layers.setup._square": lambda: 3 * 227 * 227,
    LESSONS + "pooling.maps._traced": lambda: bytes_of(pooled().trace),
    LESSONS + "pooling.maps._moved": lambda: bytes_of(maps.moved(pooled(), "across", 4)),
    LESSONS + "activations.stack._measured": lambda: 10_000,  # a few numbers for each of 30 layers
    LESSONS + "activations.counts._counted": lambda: 1000,
    LESSONS + "pixels._levels": lambda: 1000,
    LESSONS + "lenet.nets._wrong": lambda: 8 * 2_000,
}


def caches() -> dict[str, Any]:
    """Every cache of the pages, by its name: what it is limited to."""
    found = {}
    for module in pkgutil.walk_packages(cnnviz.ui.__path__, "cnnviz.ui."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, CachedFunc) and value.__module__ == module.name:
                found[f"{module.name}.{name}"] = value._info
    return found


def test_all_caches_together_stay_below_a_gigabyte():
    total = 0
    told = []
    for name, limits in caches().items():
        if getattr(limits, "max_size_bytes", None):
            most = limits.max_size_bytes
        elif limits.max_entries is None:
            assert name == LESSONS + "activations.counts.steepest"  # a number for each activation
            continue
        else:
            most = limits.max_entries * ENTRY[name]()
        told.append(f"{name}: {most / 1e6:.1f} MB")
        total += most
    assert total < MOST, "\n".join([*told, f"{total / 1e6:.0f} MB"])


def test_what_is_kept_of_a_move_has_no_map():
    assert bytes_of(maps.moved(pooled(), "down", 4)) < 10_000
