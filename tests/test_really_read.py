"""What a unit really reads of the picture, row by row and column by column: against running the network."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.geometry import Field, Window
from cnnviz.layers.typed import read
from cnnviz.network import Network
from stacks import branched

LEFT_OUT = (
    "conv 12 5x3 s2 p1 d2; relu; max 3x3 s2 ceil; conv 24 3x3 g4 p1; batch norm; avg 2x2 s3; conv 8 1x1 s3; fc 20"
)
STACKS = {
    "what a reader found": (LEFT_OUT, (3, 90, 70)),
    "nothing is left out": ("conv 4 3x3 p1; relu; max 2x2; conv 4 5x5 p2; fc 3", (1, 19, 24)),
    "a stride larger than the window": ("conv 2 2x1 s3; max 2x2 s5; conv 2 1x1 s2", (1, 47, 40)),
    "padding of a map that was cut before": ("conv 3 3x3; conv 3 3x3 p3 d3; max 3x3 p1 s3 ceil", (1, 21, 18)),
    "borders that borrow": (
        "conv 2 3x3 p2 reflect s3; conv 2 3x3 d2 p3 circular; conv 2 1x5 p0x2 replicate s1x4", (1, 22, 31)
    ),
    "one global mean": ("conv 2 3x3 s4; global avg; fc 2", (1, 30, 21)),
}  # fmt: skip


def by_running(network: Network) -> list[list[np.ndarray]]:
    """Of each layer, for both axes: (units, pixels), whether the unit of that row is not 0 where the pixels of that row
    alone are 1 and all weights are positive. One run for each row and each column."""
    parameters = [
        {name: np.full(value.shape, name not in ("bias", "running_mean")) / 9 for name, value in given.items()}
        for given in network.initial(0)
    ]
    depth, *sides = network.input_shape
    found: list[list[list[np.ndarray]]] = [[[], []] for _ in network.layers]
    for axis, side in enumerate(sides):
        for position in range(side):
            picture = np.zeros((depth, *sides))
            picture[(slice(None), position) if axis == 0 else (slice(None), slice(None), position)] = 1.0
            for at, map in enumerate(network.forward(picture, parameters)[1:]):
                volume = map if map.ndim == 3 else map[:, np.newaxis, np.newaxis]
                found[at][axis].append((volume > 1e-12).any(axis=(0, 2 - axis)))
    return [[np.stack(axis, axis=1) for axis in layer] for layer in found]


@pytest.mark.parametrize("name", STACKS)
def test_what_is_read_against_the_network_itself(name):
    text, shape = STACKS[name]
    network = Network(shape, read(text))
    for row, axes in zip(network.rows, by_running(network), strict=True):
        for field, units in zip(row.fields, axes, strict=True):
            for index, reads in enumerate(units):
                assert field.read(index) == np.flatnonzero(reads).tolist(), (row.layer.name, index)


def test_of_the_whole_picture_only_some_is_read():
    """13 of every 36 rows and 11 of every 36 columns: two strides of 2, then two of 3 over smaller windows."""
    network = Network((3, 340, 330), read(LEFT_OUT))
    for field, side, share in zip(network.rows[-1].fields, (340, 330), (13, 11)):
        pixels = field.read(0)
        span = field.pixels(0)
        assert span.start <= 0 and span.stop >= 288 and span.stop > 0.9 * side, "it spans the picture"
        inside = [position for position in pixels if 72 <= position < 72 + 216]
        assert len(inside) == 6 * share


def test_side_by_side_and_without_ends():
    network = branched((1, 20, 20), "conv 2 1x1; [conv 2 1x1 s2 | conv 2 3x3 s2 p1] concat; conv 1 2x2 s3")
    assert network.rows[-1].fields[0].read(1) == [5, 6, 7, 8, 9]
    assert network.fields(3, 0)[0].read(2) == [4] and network.fields(3, 2)[0].read(2) == [3, 4, 5]
    field = Field().through(Window(3, 2, 1, 2)).through(Window(2))
    assert field.read(0) == [-1, 1, 3, 5] and field.pixels(0) == range(-1, 6)
    assert field == Field(7, 2, -1) and Field().read(4) == [4]
