"""Handwritten digits: a balanced part of MNIST that comes with the package. data/README.md tells its source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import SettingError
from cnnviz.signatures import checked

FILE = Path(__file__).parent / "data" / "digits.npz"


@checked
@dataclass(frozen=True, eq=False)
class Digits:
    """Digits and what they are; not to be written to.

    images  uint8 (N, 28, 28), ink bright on 0, the middle of its mass in the middle of the picture
    labels  uint8 (N,), 0 to 9, equally many of each
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)


def digits(part: Literal["train", "test"]) -> Digits:
    """10,000 of MNIST's training digits or 2,000 of its test digits; read once, then kept: 7.9 and 1.6 MB.

    Raises SettingError for another part. Source: Y. LeCun and C. Cortes, MNIST, CC BY-SA 3.0.
    """
    if not isinstance(part, str) or part not in ("train", "test"):
        raise SettingError(f"The part is {told(part)}; it is train or test.")
    return _read(part)


@cache
def _read(part: str) -> Digits:
    with np.load(FILE, allow_pickle=False) as file:
        images, labels = file[f"{part}_images"], file[f"{part}_labels"]
    for array in (images, labels):
        array.flags.writeable = False
    return Digits(images, labels)
