"""What does a unit answer to? Look through many pictures for the places where its map is largest.

For each map of each layer the largest few numbers of each picture are kept, with their places; the maps themselves are
not. What a unit there sees of the picture, its receptive field, is the patch. The border takes no part, as in
`strongest`.

Source: R. Girshick et al., "Rich feature hierarchies for accurate object detection and semantic segmentation" (2014),
section 3.1; M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks" (2014), figure 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told, whole
from cnnviz.errors import ArrayError
from cnnviz.experiments.strongest import border_of
from cnnviz.geometry import Field
from cnnviz.graph import Graph
from cnnviz.models import Trained
from cnnviz.signatures import checked

PLACES = 3  # of each map on each picture


@checked
@dataclass(frozen=True)
class Patch:
    """What one unit, row and column from 0, sees of a picture: its pixels down and across, cut off at the edges."""

    picture: str
    value: float
    row: int
    column: int
    down: range
    across: range


@checked
@dataclass(frozen=True, eq=False)
class Patches:
    """Of each layer: values (pictures, channels, places), the largest first, and rows and columns alike; read-only."""

    network: Graph
    pictures: tuple[str, ...]
    values: tuple[NDArray[np.float32], ...]
    rows: tuple[NDArray[np.int16], ...]
    columns: tuple[NDArray[np.int16], ...]

    def best(self, layer: int, channel: int, count: int) -> list[Patch]:
        """At most `count` patches that wake this map most, of all pictures, the largest number first.

        Raises ArrayError for a map that is none, SettingError for a count below 1.
        """
        layer, channel = whole(layer, "layer", 0), whole(channel, "channel", 0)
        if layer >= len(self.values) or channel >= self.values[layer].shape[1]:
            raise ArrayError(
                f"There is no map {told(channel)} of a layer {told(layer)}, both counted from 0, in this network."
            )
        values = self.values[layer][:, channel]
        down, across = self.network.fields(layer, channel)
        _, height, width = self.network.input_shape
        found = []
        for index in np.argsort(-values, axis=None, kind="stable")[: whole(count, "count", 1)]:
            picture, place = np.unravel_index(index, values.shape)
            value = float(values[picture, place])
            if value <= 0:
                break
            row, column = (int(at[layer][picture, channel, place]) for at in (self.rows, self.columns))
            seen = seen_of(down, row, height), seen_of(across, column, width)
            found.append(Patch(self.pictures[picture], value, row, column, *seen))
        return found


@checked
def seen_of(field: Field, index: int, size: int) -> range:
    """The pixels of an axis of `size` that a unit sees, what lies in the padding cut off."""
    pixels = field.pixels(index)
    return range(max(0, pixels.start), min(size, pixels.stop))


@checked
def patches(trained: Trained, pictures: Mapping[str, NDArray[np.uint8]]) -> Patches:
    """Look through all pictures, once each.

    pictures  by name: uint8 levels of the size that the network takes

    Raises what the network's `prepare` raises for levels of another size.
    """
    tables: tuple[list, list, list] = [], [], []  # values, rows and columns: [picture][layer]
    for levels in pictures.values():
        maps = trained.maps(levels)[1:]
        found = [_largest(_volume(map), _apart(row.fields)) for map, row in zip(maps, trained.network.rows)]
        for table, one in zip(tables, zip(*found)):
            table.append(one)
    return Patches(trained.network, tuple(pictures), *map(_by_layer, tables))


def _volume(map: NDArray) -> NDArray:
    return map if map.ndim == 3 else map[:, np.newaxis, np.newaxis]


def _by_layer(table: list) -> tuple:
    """[picture][layer] -> (layer)(pictures, ...), read-only."""
    found = tuple(np.stack(arrays) for arrays in zip(*table))
    for array in found:
        array.flags.writeable = False
    return found


def _apart(fields: tuple[Field, Field]) -> tuple[int, int]:
    """How many cells two places must lie apart, down or across, to share at most half of what they see."""
    down, across = (-(-field.size // (2 * field.jump)) for field in fields)
    return down, across


def _largest(
    volume: NDArray, apart: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int16], NDArray[np.int16]]:
    """The PLACES largest numbers of each map (C, H, W), no two close together, and their rows and columns; -inf where
    there are fewer."""
    border, (channels, height, width) = border_of(volume.shape), volume.shape
    left = volume[:, border : height - border, border : width - border].astype(np.float32)
    every = np.arange(channels)
    values = np.empty((channels, PLACES), np.float32)
    places = np.empty((2, channels, PLACES), np.int16)
    for place in range(PLACES):
        at = left.reshape(channels, -1).argmax(1)
        rows, columns = np.divmod(at, left.shape[2])
        values[:, place] = left[every, rows, columns]
        places[:, :, place] = rows + border, columns + border
        near_rows = np.abs(np.arange(left.shape[1]) - rows[:, np.newaxis]) < apart[0]
        near_columns = np.abs(np.arange(left.shape[2]) - columns[:, np.newaxis]) < apart[1]
        left[near_rows[:, :, np.newaxis] & near_columns[:, np.newaxis]] = -np.inf
    return values, places[0], places[1]
