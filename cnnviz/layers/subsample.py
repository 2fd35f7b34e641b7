"""POOL as it was in 1998: the sum of each block, times a number that is learnt, plus another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import afford
from cnnviz.geometry import Window, windows
from cnnviz.layers.layer import Found, Given, Layer, Operator, Pair, Parameters, Shape, alone, bias_of, both, by
from cnnviz.layers.sliding import check_room, settle
from cnnviz.numbers import grouped
from cnnviz.ops.checks import precision
from cnnviz.ops.tiling import CALL
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
@dataclass(frozen=True)
class Subsample(Layer):
    """Blocks side by side, each one's sum times its map's weight, plus its map's bias: (C, H, W) -> (C, Ho, Wo).

    kernel_size  the block's: a whole number or (height, width), at least 1; rows and columns over are left out

    Raises SettingError for a size that makes no sense; `output_shape` raises DoesNotFit.
    Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), section II.B: S2 and S4;
    the function that they are squashed by is a layer of its own here.
    """

    kind: ClassVar[str] = "POOL"
    by_channel: ClassVar[bool] = True

    kernel_size: Pair = 2

    def __post_init__(self) -> None:
        settle(self, self._windows, "kernel_size")

    @cached_property
    def _windows(self) -> tuple[Window, Window]:
        return windows(self.kernel_size, self.kernel_size, 0)

    @property
    def name(self) -> str:
        return f"SUBSAMPLE {by(self.kernel_size)}"

    @property
    def _in_a_block(self) -> int:
        return math.prod(both(self.kernel_size))

    def output_shape(self, shape: Shape) -> Shape:
        check_room(self, shape, self._windows, 0)
        down, across = (window.output_size(size) for window, size in zip(self._windows, shape[1:]))
        return shape[0], down, across

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (shape[0],), "bias": (shape[0],)}

    def product(self, shape: Shape) -> str:
        return f"2 × {grouped(shape[0])}"

    def operations(self, shape: Shape) -> dict[str, int]:
        outputs = math.prod(self.output_shape(shape))
        return {"additions": outputs * (self._in_a_block - 1), "scales and shifts": outputs}

    def in_a_window(self, shape: Shape) -> int:
        return self._in_a_block

    def handled(self, shape: Shape) -> int:
        channels, down, _ = self.output_shape(shape)
        rows, columns = both(self.kernel_size)
        return channels * shape[1] * shape[2] + CALL * down * (rows + columns)

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """The plain mean of each block."""
        afford((shape[0],), np.float32, "The weight", "fewer maps need less")
        mean = np.full(shape[0], 1 / self._in_a_block, np.float32)
        return {"weight": mean, "bias": np.zeros(shape[0], np.float32)}

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        weight, bias = given.parameters["weight"], given.parameters["bias"]
        scale = np.multiply(weight, self._in_a_block, dtype=precision(weight))
        with np.errstate(all="ignore"):  # overflow is for the network to tell, as of every operation
            means = ops.avg_pool2d(input, self.kernel_size)
            return np.asarray(means * scale[:, np.newaxis, np.newaxis] + bias[:, np.newaxis, np.newaxis])

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        """A block's sum is its mean times the numbers in it."""
        block = np.array(self._in_a_block, gradient.dtype)
        sums = ops.avg_pool2d(input, self.kernel_size) * block
        scaled = gradient * (given.parameters["weight"] * block)[:, np.newaxis, np.newaxis]
        over = tuple(axis for axis in range(gradient.ndim) if axis != gradient.ndim - 3)
        learnt = {"weight": (gradient * sums).sum(over), "bias": gradient.sum(over)}
        return ops.avg_pool2d_gradient(input, scaled, self.kernel_size), learnt

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        """A convolution of each map by itself, whose weights in a block are all the same."""
        block = both(self.kernel_size)
        weight = np.broadcast_to(parameters["weight"].reshape(-1, 1, 1, 1), (shape[0], 1, *block))
        filters = {"weight": weight, "bias": parameters["bias"]}
        return alone("Conv", filters, kernel_shape=block, strides=block, group=shape[0])

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        scale, bias = float(given.parameters["weight"][channel]), bias_of(given.parameters, channel)
        return {"channels": (channel,), "term": "value", "scale": scale, "bias": bias, "outside": "none"}
