"""Signals to convolve along one axis, and what the last output of causal layers on top of each other is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import one_of
from cnnviz.geometry import Field, Passage, Window
from cnnviz.signatures import checked

LENGTH = 36  # samples: each of them a dot that a finger can take hold of
_AT = np.arange(LENGTH)


def _heartbeat() -> NDArray[np.float64]:
    """Two beats in the shape of an electrocardiogram's: height, place and width of each of its waves."""
    waves = ((0.14, 3, 1.2), (-0.12, 6.6, 0.5), (1.0, 8, 0.6), (-0.3, 9.5, 0.6), (0.3, 13.5, 1.6))
    return sum(
        (high * np.exp(-(((_AT % (LENGTH // 2)) - place) ** 2) / (2 * wide**2)) for high, place, wide in waves),
        np.zeros(LENGTH),
    )


def _noisy_sine() -> NDArray[np.float64]:
    """RandomState, for its stream is frozen (NEP 19)."""
    return 0.6 * np.sin(2 * np.pi * _AT / 18) + np.random.RandomState(5).normal(0, 0.16, LENGTH)


NAMED: dict[str, Callable[[], NDArray[np.float64]]] = {
    "Step": lambda: (_AT >= LENGTH // 2).astype(np.float64),
    "Spike": lambda: (_AT == LENGTH // 2).astype(np.float64),
    "Heartbeat": _heartbeat,
    "Noisy sine": _noisy_sine,
}


@checked
def signal(name: str) -> NDArray[np.float64]:
    """One of `NAMED`: LENGTH numbers from -1 to 1 in two decimals, so that those shown are those multiplied."""
    return np.clip(np.round(NAMED[one_of(name, "name", NAMED)](), 2), -1, 1) + 0.0  # + 0.0: no negative zero


@checked
def causal(kernel_size: int, dilations: Sequence[int]) -> tuple[Window, ...]:
    """Layers on top of each other, one for each dilation, all of their padding in front: none reads what comes later.

    Source: A. van den Oord and others, "WaveNet: A Generative Model for Raw Audio" (2016), section 2.1.
    """
    bare = [Window(kernel_size, dilation=dilation) for dilation in dilations]
    return tuple(Window(kernel_size, 1, (one.extent - 1, 0), one.dilation) for one in bare)


@checked
def seen(windows: Sequence[Window]) -> Field:
    """The receptive field of the units behind these layers, on the signal."""
    field = Field()
    for window in windows:
        field = field.through(window)
    return field


@checked
def reached(windows: Sequence[Window], unit: int) -> list[Collection[int]]:
    """What a unit of the last layer is made from: the units of each layer, from its own down to the signal's samples.

    Negative ones lie in the padding. Raises DoesNotFit where over a million would be gone through.
    """
    found: list[Collection[int]] = [range(unit, unit + 1)]
    for window in reversed(windows):
        found.append(Passage(window).back(found[-1]))
    return found
