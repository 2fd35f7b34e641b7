"""How a picture becomes what a network takes: its size, its axes, the order of its colours, the scale of its numbers.

A file of a network says the first two at best, and nothing of the others; whoever trained it knows them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import flag, numbers, one_of
from cnnviz.errors import ArrayError
from cnnviz.layers import Shape
from cnnviz.layers.layer import input_shape
from cnnviz.numbers import times
from cnnviz.signatures import checked

COLOURS = {"RGB": ("red", "green", "blue"), "BGR": ("blue", "green", "red")}
# What is taken off each level of red, green and blue, and what the rest is divided by. ImageNet's means and deviations
# as torchvision has them, in levels.
SCALES = {
    "0 to 255": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "0 to 1": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "−1 to 1": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "ImageNet’s mean and deviation": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}


@checked
@dataclass(frozen=True)
class Preparation:
    """What is done to the levels of a picture.

    shape    of the network's input: (C, H, W), or (H, W, C) where `is_last`, or (features,), the pixels row by row
    is_last  the channels come last
    colours  one of COLOURS: the order of three channels. Another number of channels are given the same grey each
    scale    one of SCALES; a grey picture takes the means of its three numbers

    Raises SettingError for a shape, colours or a scale that are none.
    """

    shape: Shape
    is_last: bool = False
    colours: str = "RGB"
    scale: str = "0 to 1"

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", input_shape(self.shape, "shape"))
        object.__setattr__(self, "is_last", flag(self.is_last, "is_last"))
        one_of(self.colours, "colours", COLOURS)
        one_of(self.scale, "scale", SCALES)

    @property
    def takes(self) -> Shape:
        """The picture that it takes, (1 or 3, H, W)."""
        if len(self.shape) == 3:
            channels, height, width = (self.shape[2], *self.shape[:2]) if self.is_last else self.shape
            return 3 if channels == 3 else 1, height, width
        count = math.prod(self.shape)
        channels = next((of for of in (1, 3) if count % of == 0 and math.isqrt(count // of) ** 2 * of == count), 0)
        side = math.isqrt(count // channels) if channels else 0
        return (channels, side, side) if channels else (1, 1, count)

    @property
    def channels(self) -> tuple[str, ...]:
        """What the channels of the picture are called, in the order in which they go in."""
        if self.takes[0] == 3:
            return COLOURS[self.colours]
        count = self.shape[2 if self.is_last else 0] if len(self.shape) == 3 else 1
        return ("grey",) if count == 1 else tuple(f"grey {number}" for number in range(1, count + 1))

    def planes(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The channels in their order and scale, float32 (C, H, W). Raises ArrayError for other levels than `takes`."""
        given = numbers(levels, "levels")
        if given.dtype != np.uint8 or given.shape != self.takes:
            wanted = times(*self.takes)
            raise ArrayError(f"The network takes uint8 levels of {wanted}, not {given.dtype} {given.shape}.")
        mean, deviation = (np.array(part, np.float32) for part in SCALES[self.scale])
        if len(given) == 1:
            mean, deviation = mean.mean(keepdims=True), deviation.mean(keepdims=True)
        planes = (given - mean[:, np.newaxis, np.newaxis]) / deviation[:, np.newaxis, np.newaxis]
        if len(given) == 3 and self.colours == "BGR":
            planes = planes[::-1]
        return np.repeat(planes, len(self.channels), axis=0) if len(given) == 1 else planes

    def __call__(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 levels of `takes` -> float32 of `shape`. Raises ArrayError for others."""
        planes = self.planes(levels)
        return np.ascontiguousarray(np.moveaxis(planes, 0, -1) if self.is_last else planes).reshape(self.shape)
