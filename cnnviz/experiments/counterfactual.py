"""What if? The digit moved, a map switched off, a filter exchanged; and how much of each layer that changes.

Everything is done to the picture or to the parameters, before the network runs: what the maps show afterwards is what
the network computes, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, real, told, whole
from cnnviz.errors import ArrayError, KernelError, SettingError
from cnnviz.experiments.invariance import relative_change
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.numbers import number, times
from cnnviz.signatures import checked

SMALLEST, LARGEST = 10, 400  # percent of a size


@checked
@dataclass(frozen=True)
class Move:
    """A picture turned and scaled about its middle, then nudged.

    across, down  whole pixels, to the right and downwards
    turn          degrees, clockwise
    percent       of its size

    Raises SettingError for numbers that are none, and for a size beyond 10 to 400 percent.
    """

    across: int = 0
    down: int = 0
    turn: float = 0.0
    percent: float = 100.0

    def __post_init__(self) -> None:
        for name in ("across", "down", "turn", "percent"):
            object.__setattr__(self, name, real(getattr(self, name), name))
        if self.across != int(self.across) or self.down != int(self.down):
            by = f"({number(self.across)}, {number(self.down)})"
            raise SettingError(f"A picture is nudged by whole pixels, not by {by}.")
        for name in ("across", "down"):
            object.__setattr__(self, name, int(getattr(self, name)))
        if not SMALLEST <= self.percent <= LARGEST:
            raise SettingError(f"A size of {number(self.percent)} % is beyond {SMALLEST} to {LARGEST} %.")

    @property
    def is_nothing(self) -> bool:
        return self == Move()

    @property
    def is_nudge(self) -> bool:
        """Whether the picture only goes along, by at least a pixel: what a convolution's map can follow."""
        return not self.is_nothing and (self.turn, self.percent) == (0, 100)


@checked
def moved(levels: ArrayLike, move: Move) -> NDArray[np.uint8]:
    """uint8 levels (H, W), moved; what comes in from outside is 0.

    Each pixel is taken from where it was, between four pixels in proportion (bilinear), and rounded to a whole level.
    Nudges alone are exact, and so are quarter turns of a square. Raises ArrayError for other arrays.
    """
    array = np.asarray(levels)
    if array.dtype != np.uint8 or array.ndim != 2 or not array.size:
        raise ArrayError(f"What is moved are uint8 levels (height, width), not {array.dtype} {array.shape}.")
    height, width = array.shape
    middle = (height - 1) / 2, (width - 1) / 2
    down, across = np.mgrid[:height, :width].astype(np.float64)
    down -= middle[0] + move.down
    across -= middle[1] + move.across
    angle, scale = math.radians(move.turn), move.percent / 100
    cos, sin = math.cos(angle), math.sin(angle)
    return _between(
        array, (cos * down - sin * across) / scale + middle[0], (cos * across + sin * down) / scale + middle[1]
    )


def _between(array: NDArray[np.uint8], down: NDArray, across: NDArray) -> NDArray[np.uint8]:
    """The levels at places between pixels; beyond them there is 0."""
    ring = np.pad(array.astype(np.float64), 1)  # what lies half outside is half 0
    y, x = (np.clip(place + 1, 0, size + 1) for place, size in zip((down, across), array.shape))
    top, left = (np.minimum(np.floor(place).astype(int), size) for place, size in zip((y, x), array.shape))
    below, right = y - top, x - left
    upper = ring[top, left] * (1 - right) + ring[top, left + 1] * right
    lower = ring[top + 1, left] * (1 - right) + ring[top + 1, left + 1] * right
    return np.rint(upper * (1 - below) + lower * below).astype(np.uint8)


@checked
def silenced(
    network: Graph, parameters: Sequence[Parameters], off: Iterable[tuple[int, int]]
) -> list[dict[str, NDArray]]:
    """The parameters with some maps switched off: what makes such a map is 0, and so it comes out as 0.

    off  (layer, map) of each, counted from 0. A layer without parameters of its own (max pooling) has nothing to set
         to 0; there it is done where its map is made, before it. Activations behind it go on: a sigmoid makes 0.5 of 0

    Raises SettingError for a map that is none, and for one that nothing can switch off, ArrayError for parameters that
    are not the network's.
    """
    network.check_parameters(parameters)
    found: list[dict[str, NDArray]] = [dict(given) for given in parameters]
    for layer, map in off:
        if not 0 <= layer < len(network.rows) or not 0 <= map < network.rows[layer].output_shape[0]:
            raise SettingError(f"There is no map {told(map)} in layer {told(layer)}, counted from 0.")
        at, own = layer, map
        while at >= 0 and not found[at] and network.rows[at].layer.by_channel:
            ((source, (own,)),) = network.rows[at].reads(own)
            at = source - 1
        if at < 0 or not found[at] or "codes" in found[at]:
            raise SettingError(f"Map {map + 1} of layer {layer + 1} is made by nothing learnt that could be set to 0.")
        for row in network.rows[at:]:
            if row.index > at and not (row.layer.belongs and row.sources == (row.index,)):
                break
            for name in row.layer.parameter_shapes(row.input_shape):
                found[row.index][name] = found[row.index][name].copy()
                found[row.index][name][own] = 0
    return found


@checked
def fitted(kernel: ArrayLike, size: int) -> NDArray[np.float32]:
    """One filter's weights, (height, width), in a square of `size`: smaller ones with zeros around them.

    Where the room on both sides cannot be the same, there is one row or column of zeros more below and on the right.
    Raises KernelError for larger ones, for other than two axes, and for numbers that float32 does not hold.
    """
    with np.errstate(over="ignore"):
        array = np.asarray(kernel).astype(np.float32)
    if array.ndim != 2 or not array.size:
        raise KernelError(f"One plane of weights fits here, (height, width), not an array of shape {array.shape}.")
    if not np.isfinite(array).all():
        raise KernelError("Some of this kernel's numbers are more than float32 holds; smaller ones fit.")
    afford((whole(size, "size", 1), size), np.float32, "The filter", "a smaller one fits")
    height, width = array.shape
    if max(height, width) > size:
        raise KernelError(
            f"This kernel is {times(height, width)}; a filter here has {times(size, size)} weights, "
            f"and one of up to {times(size, size)} fits."
        )
    above, left = (size - height) // 2, (size - width) // 2
    return np.pad(array, ((above, size - height - above), (left, size - width - left)))


@checked
def exchanged(
    parameters: Sequence[Parameters], layer: int, map: int, weight: NDArray, bias: float
) -> list[dict[str, NDArray]]:
    """The parameters with one filter of a CONV exchanged: `weight` (C, kH, kW) as that filter's.

    Raises SettingError for a filter that is none, ArrayError for weights of another shape, or for numbers that are not
    finite in the filter's precision.
    """
    found: list[dict[str, NDArray]] = [dict(given) for given in parameters]
    filters = found[layer].get("weight") if 0 <= layer < len(found) else None
    if filters is None or filters.ndim != 4 or not 0 <= map < len(filters):
        raise SettingError(f"There is no filter {told(map)} of a CONV layer {told(layer)}, both counted from 0.")
    weights = filters.copy()
    if weights[map].shape != weight.shape:
        raise ArrayError(f"The filter has weights {weights[map].shape}; these are {weight.shape}.")
    found[layer]["weight"] = weights
    if "bias" in found[layer]:
        found[layer]["bias"] = found[layer]["bias"].copy()
    with np.errstate(over="ignore"):
        weights[map] = weight
        if "bias" in found[layer]:
            found[layer]["bias"][map] = bias
    if not (np.isfinite(weights[map]).all() and np.isfinite(found[layer].get("bias", weights)[map]).all()):
        raise ArrayError(f"Some of the filter's numbers are more than {weights.dtype} holds; smaller ones fit.")
    return found


@checked
@dataclass(frozen=True)
class Compared:
    """One layer's maps for the picture as it is and moved.

    change   |moved - as it is| / |as it is|: 0 is invariant; sqrt(2) is what two maps differ by that have nothing in
             common
    follows  the same once the maps are moved along by as many cells as the picture went; 0 is equivariant. None
             where that is no whole number of cells, leaves none, or where the picture was turned or scaled
    """

    change: float
    follows: float | None


@checked
def compared(
    network: Graph, still: Sequence[NDArray], maps: Sequence[NDArray], move: Move, layers: Iterable[int]
) -> Mapping[int, Compared]:
    """How much of some layers' maps a move changes; `still` and `maps` as `Graph.forward` gives them for one picture.

    Raises ArrayError for other maps, SettingError for a layer that is none.
    """
    network.check_run(still)
    network.check_run(maps)
    found = {}
    for layer in layers:
        if not 0 <= layer < len(network.layers):
            raise SettingError(f"There is no layer {told(layer)}, counted from 0; there are {len(network.layers)}.")
        before, after = (given[layer + 1].astype(np.float64) for given in (still, maps))
        found[layer] = Compared(relative_change(after, before), _follows(network, before, after, move, layer))
    return found


def _follows(network: Graph, before: NDArray, after: NDArray, move: Move, layer: int) -> float | None:
    jumps = [axis.jump for axis in network.rows[layer].fields]
    if not move.is_nudge or before.ndim != 3 or any(by % jump for by, jump in zip((move.down, move.across), jumps)):
        return None
    down, across = (by // jump for by, jump in zip((move.down, move.across), jumps))
    _, height, width = before.shape
    if abs(down) >= height or abs(across) >= width:
        return None
    return relative_change(_overlap(after, down, across), _overlap(before, -down, -across))


def _overlap(map: NDArray, down: int, across: int) -> NDArray:
    """What of a map has a partner in one that lies so many cells further up and to the left."""
    _, height, width = map.shape
    return map[:, max(0, down) : height + min(0, down), max(0, across) : width + min(0, across)]
