"""What does an activation do to the numbers of a map: how many become 0, how many let next to no gradient through?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.checks import numbers, one_of
from cnnviz.errors import ArrayError
from cnnviz.ops import ACTIVATIONS
from cnnviz.signatures import checked

FLAT = 0.05
"""The share of its largest slope below which an activation counts as saturated."""


@checked
@dataclass(frozen=True)
class Saturation:
    """What an activation does to the numbers of a map.

    zeroed     how many were not 0 before and are now
    saturated  how many lie where its slope is below FLAT of its largest
    least, most  the smallest and largest number that comes out
    slope      the mean of its slope over the map, without signs
    """

    zeroed: int
    saturated: int
    least: float
    most: float
    slope: float


@cache
def _steepest(key: str) -> float:
    return float(np.abs(ACTIVATIONS[key].derivative(np.linspace(-4, 4, 8001))).max())


@checked
def steepest(activation: str) -> float:
    """The largest slope of an activation, without its sign: all of them have it between -4 and 4."""
    return _steepest(one_of(activation, "activation", ACTIVATIONS))


@checked
def saturation(map: ArrayLike, activation: str) -> Saturation:
    """What the activation of that key does to an array of any shape, in float64.

    Raises SettingError for another key, ArrayError for an array without numbers.
    """
    least = FLAT * steepest(activation)
    before, chosen = numbers(map, "map").astype(np.float64), ACTIVATIONS[activation]
    if not before.size:
        raise ArrayError("The map has no numbers.")
    after, slope = chosen.function(before), np.abs(chosen.derivative(before))
    return Saturation(
        int(np.count_nonzero((before != 0) & (after == 0))),
        int(np.count_nonzero(slope < least)),
        float(after.min()),
        float(after.max()),
        float(slope.mean()),
    )
