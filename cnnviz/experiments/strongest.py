"""Which maps of a layer does this picture wake most?

A map is ranked by how far its largest number stands above its median: one that answers everywhere alike has seen
nothing in particular. The outermost row and column on each side take no part, for their windows reach into the padding,
and some channels of a trained network answer to nothing but that edge between picture and padding. Maps whose largest
number stands there, and is more than twice the largest inside, are left out altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.signatures import checked

BORDER = 1  # cells on each side that take no part
LEAST_SIDE = 5  # of a map; smaller ones have no inside to speak of, and take part whole
OUTDONE = 2.0  # times the largest number inside that one on the border may be


@checked
@dataclass(frozen=True)
class Strongest:
    """One map's largest number, its place, counted from 0, and by how much it stands above the map's median."""

    channel: int
    value: float
    row: int
    column: int
    above: float


@checked
@dataclass(frozen=True)
class Ranking:
    """The maps that answer most, the first one most, and those left out because they answer to the border."""

    maps: tuple[Strongest, ...]
    left_out: tuple[int, ...]
    border: int


@checked
def border_of(shape: tuple[int, ...]) -> int:
    """How many cells on each side of a map (..., H, W) take no part. Raises SettingError for a shape without sides."""
    if not shape:
        raise SettingError("The shape is (); a map has a height and a width.")
    return BORDER if min(shape[-2:]) >= LEAST_SIDE else 0


@checked
def strongest(maps: Sequence[NDArray | None], layer: int, count: int) -> Ranking:
    """At most `count` maps of what layer `layer`, from 0, made of a picture; maps without a number above 0 never.

    maps  of one picture, the input first, as `Trained.maps` gives them; only the layer's own are looked at

    Raises ArrayError where there is no such layer or it gives no maps, SettingError for a count below 1.
    """
    count, layer = whole(count, "count", 1), whole(layer, "layer", 0)
    volume = maps[layer + 1] if layer + 1 < len(maps) else None
    if volume is None or volume.ndim != 3:
        raise ArrayError(
            f"There are maps of {len(maps) - 1} layers, counted from 0; layer {told(layer)} has none to rank."
        )
    border, (channels, _, width) = border_of(volume.shape), volume.shape
    inside = volume[:, border : volume.shape[1] - border, border : width - border]
    flat = inside.reshape(channels, -1)
    places, peaks, anywhere = flat.argmax(1), flat.max(1), volume.reshape(channels, -1).max(1)
    above = peaks if flat.shape[1] == 1 else peaks - np.median(flat, axis=1)
    at_border = (anywhere > 0) & (anywhere > OUTDONE * peaks)
    ranked = np.argsort(-np.where(at_border | (peaks <= 0), -np.inf, above), kind="stable")
    chosen = [channel for channel in ranked[:count] if peaks[channel] > 0 and not at_border[channel]]
    rows, columns = np.divmod(places, inside.shape[2])
    return Ranking(
        tuple(
            Strongest(
                int(channel),
                float(peaks[channel]),
                int(rows[channel]) + border,
                int(columns[channel]) + border,
                float(above[channel]),
            )
            for channel in chosen
        ),
        tuple(int(channel) for channel in np.argsort(-anywhere, kind="stable") if at_border[channel]),
        border,
    )
