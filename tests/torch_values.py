"""PyTorch's gradients as bench/torch_gradients.py kept them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).resolve().parent / "data" / "torch_gradients.npz"


def cases(start: str) -> list[tuple[str, dict[str, Any], dict[str, np.ndarray]]]:
    """(name, settings, arrays) of each case whose name begins so."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(FILE) as kept:
        for key in kept.files:
            name, _, part = key.partition("/")
            if name.startswith(start):
                found.setdefault(name, {})[part] = kept[key]
    return [(name, json.loads(str(parts.pop("settings"))), parts) for name, parts in found.items()]
