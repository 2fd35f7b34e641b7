"""What goes to the browser: photos, maps that lie over them, and what is said of them, in one envelope."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.envelope import packed
from cnnviz.errors import ArrayError
from cnnviz.geometry import Field
from cnnviz.numbers import times
from cnnviz.pictures import Picture

Fields = tuple[Field, Field]
Box = tuple[int, int, int, int]  # top, left, height, width, in pixels of the photo


@dataclass(frozen=True)
class Laid:
    """One map that lies over the photo: its channel, its numbers (H, W), where they lie, its names; `peak` is the row
    and column of its strongest unit."""

    channel: int
    map: NDArray
    fields: Fields
    name: str
    short: str
    peak: tuple[int, int]


@dataclass(frozen=True)
class Stop:
    """One depth of a walk, with the maps of it that are shown, strongest first.

    at     its place among all that can be chosen
    sees   how much of the photo a unit sees, at most: height × width
    words  what its maps answer to
    note   how the maps were chosen
    """

    at: int
    name: str
    sees: str
    words: str
    maps: Sequence[Laid]
    note: str


@dataclass(frozen=True)
class Bar:
    """One class, its share of 1, that share in words, and its number."""

    name: str
    share: float
    text: str
    id: int


@dataclass(frozen=True)
class Panel:
    """A photo, with what is laid over it.

    map    numbers (H, W) over it, where `fields` tell
    signed whether they may be negative
    limit  drawn in the ramp's last colour; 0: the largest without its sign
    light  (H, W) of the photo's own size, 0 to 1: where a unit looks
    sight  the rectangle that it can see
    patch  a square of the grey `level` that lies on the photo
    asks   what a click says in front of the unit's row and column; "": nothing is clicked
    at     the row and column that were clicked, from which the arrow keys go on
    """

    title: str
    photo: Picture
    words: str = ""
    map: NDArray | None = None
    fields: Fields = (Field(), Field())
    signed: bool = False
    limit: float = 0.0
    light: NDArray | None = None
    sight: Box | None = None
    patch: Box | None = None
    level: int = 128
    asks: str = ""
    at: tuple[int, int] = (0, 0)


def _told(fields: Fields) -> list[list[int]]:
    return [[field.size, field.jump, field.start] for field in fields]


def _largest(map: NDArray) -> float:
    limit = float(np.abs(map).max(initial=0))
    if not np.isfinite(limit):
        raise ArrayError("A map to lay over a photo has numbers that are not finite.")
    return limit


def walk(
    photo: Picture,
    whole: Picture,
    size: tuple[int, int],
    start: int,
    stops: Sequence[Stop],
    bars: Sequence[Bar],
    verdict: str,
    selected: str,
    count: int,
) -> bytes:
    """A walk through the depths of a network.

    photo     the square that the network takes; `whole` the picture that it was cut from, small
    size      (height, width) of that picture at its full size; `start`: how many of its columns, or rows where it is
              tall, lie in front of the square
    bars      the strongest classes, none while the visitor is to guess them; `verdict` what is said below them
    selected  the unit that Python chooses, "stop.map.row.column" counted from 1, for the `count`th time
    """
    told, arrays = [], {"photo": photo.levels(), "whole": whole.levels()}
    for stop in stops:
        told.append({
            "at": stop.at, "name": stop.name, "sees": stop.sees, "words": stop.words, "note": stop.note,
            "channels": [laid.channel for laid in stop.maps], "fields": [_told(laid.fields) for laid in stop.maps],
            "limits": [_largest(laid.map) for laid in stop.maps],
            "names": [laid.name for laid in stop.maps], "shorts": [laid.short for laid in stop.maps],
            "peaks": [laid.peak for laid in stop.maps],
        })  # fmt: skip
        arrays[f"stop {stop.at}"] = np.stack([laid.map for laid in stop.maps]).astype(np.float32)
    header = {
        "kind": "walk", "stops": told, "size": size, "start": start, "cut": " ".join(photo.notes),
        "selected": selected, "token": f"{photo.digest[:16]} {count}", "sizes": times(photo.shape[1], photo.shape[2]),
        "verdict": verdict, "guess": not bars, "bars": [vars(bar) for bar in bars],
    }  # fmt: skip
    return packed(header, arrays)


def panels(row: Sequence[Panel], more: bool = False) -> bytes:
    """Photos in a row, each with what lies over it; a photo that stands there twice is sent once.

    more  there is more to come: the browser says "more" once it has drawn these
    """
    told, arrays = [], {}
    names: dict[str, str] = {}
    for at, panel in enumerate(row):
        name = names.setdefault(panel.photo.digest, f"photo {len(names)}")
        arrays[name] = panel.photo.levels()
        described = {
            "title": panel.title, "words": panel.words, "photo": name, "signed": panel.signed,
            "sight": panel.sight, "patch": panel.patch, "level": panel.level, "asks": panel.asks,
            "at": panel.at, "fields": _told(panel.fields),
        }  # fmt: skip
        if panel.map is not None:
            described["limit"] = panel.limit or _largest(panel.map)
            arrays[f"map {at}"] = panel.map.astype(np.float32)
        if panel.light is not None:
            arrays[f"light {at}"] = np.rint(np.clip(panel.light, 0, 1) * 255).astype(np.uint8)
        told.append(described)
    return packed({"kind": "panels", "panels": told, "more": more}, arrays)


def sheet(maps: NDArray, order: Sequence[int], names: Sequence[str], chosen: int) -> bytes:
    """Every map of a layer, (C, H, W), in this order, each on its own scale from 0; a byte a number."""
    limits = maps.reshape(len(maps), -1).max(axis=1)
    scaled = np.maximum(maps, 0) * (255 / np.where(limits > 0, limits, 1))[:, np.newaxis, np.newaxis]
    header = {
        "kind": "sheet", "order": [int(channel) for channel in order], "chosen": chosen,
        "names": [names[channel] for channel in order], "limits": [float(limits[channel]) for channel in order],
    }  # fmt: skip
    return packed(header, {"maps": np.rint(scaled[list(order)]).astype(np.uint8)})
