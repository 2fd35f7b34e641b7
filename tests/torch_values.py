"""PyTorch's values as bench/torch_gradients.py and bench/torch_training.py kept them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).resolve().parent / "data"


def cases(start: str, file: str = "torch_gradients") -> list[tuple[str, dict[str, Any], dict[str, np.ndarray]]]:
    """(name, settings, arrays) of each case of a file whose name begins so."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(DATA / f"{file}.npz") as kept:
        for key in kept.files:
            name, _, part = key.partition("/")
            if name.startswith(start):
                found.setdefault(name, {})[part] = kept[key]
    return [(name, json.loads(str(parts.pop("settings"))), parts) for name, parts in found.items()]


def by_layer(arrays: dict[str, np.ndarray], layers: int, ending: str = "") -> list[dict[str, np.ndarray]]:
    """ "3.weight" and so on, for each layer: those whose names end in `ending`, or in nothing."""
    found: list[dict[str, np.ndarray]] = [{} for _ in range(layers)]
    for key, array in arrays.items():
        number, _, name = key.partition(".")
        if number.isdigit() and name.endswith(ending) and " " not in name.removesuffix(ending):
            found[int(number)][name.removesuffix(ending)] = array
    return found
