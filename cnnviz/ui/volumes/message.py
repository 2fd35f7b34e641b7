"""What goes to the browser: the picture and the maps in one envelope, within a budget of bytes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.envelope import packed
from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import Field, Passage
from cnnviz.numbers import number
from cnnviz.pictures import Picture
from cnnviz.spans import Spans
from cnnviz.ui.volumes.answer import Answer
from cnnviz.ui.volumes.unit import Unit

EACH_MAP, EACH_LAYER = "each map", "each layer"  # what full colour is the largest number of
BUDGET = 2_500_000  # bytes of one envelope
LARGEST = float(np.finfo(np.float32).max)
MAPS = 64  # maps of a layer that are sent, unless all of them together are no more numbers than
NUMBERS = 4096
Reads = int | tuple[tuple[int, ...], ...]  # in how many groups, or which maps each map reads
Told = tuple[tuple[int, ...], Reads, tuple[tuple[int, Reads, int | None], ...]]
PICTURE_SIDE = 256  # the picture is drawn about 170 pixels high: twice that is more than any screen shows


@dataclass(frozen=True)
class Branch:
    """What a layer reads of another, where that is not just the one before it.

    at     the place of the volume that it reads; -1: the picture
    reads  in how many groups, or which of its maps each map reads, () for none
    rows, columns  through what its units read it; None: as both fields tell, for what lies between is not drawn
    first  where each map reads one: the map that reads its first, from 0; None: as `reads` says
    """

    at: int
    reads: Reads
    rows: Passage | None
    columns: Passage | None
    first: int | None = None


@dataclass(frozen=True)
class Volume:
    """One layer's output, to be drawn.

    name    what it is called: "Layer 1: 6 filters"
    maps    (C, H, W), or (features,) for a vector; finite real numbers, sent as float32
    fields  the receptive fields of its units, rows and columns, on the picture: a `Row.fields` of a Network
    groups  in how many groups its maps read those of the layer before: 1 where each map reads all of them (CONV,
            FC), C where each reads only its own (pooling, activations, depthwise)
    reads   which maps of the layer before each map reads, counted from 0, where that is no matter of groups (C3 of
            LeNet-5); None: as `groups` says
    sources where branches part or meet: all that it reads; else it reads the volume before it, as `reads` says
    limit   the value drawn in the palette's full colour; 0: the largest number of the maps, without its sign
    detail  a line below the name, plain text: "5 × 5 × 6 weights each"
    note    side by side: what is told below the maps in place of their number: "156 learnt"
    across  side by side (`volumes(flat=True)`): how many maps, or numbers of a vector, stand in a row; 0: as fits
    grey    its maps are pictures, drawn in grey: black is 0 and white the limit
    stacked side by side: its maps stand one below the other, and what of them a unit reads is framed together: a window
            over the channels
    ink     side by side: a vector that is a bitmap, drawn as one: the largest numbers dark, the smallest light
    off     side by side: maps that are crossed out, for they are switched off

    Raises ArrayError for other arrays, SettingError for a limit or groups that make no sense.
    """

    name: str
    maps: np.ndarray
    fields: tuple[Field, Field]
    groups: int = 1
    limit: float = 0.0
    detail: str = ""
    reads: tuple[tuple[int, ...], ...] | None = None
    across: int = 0
    ink: bool = False
    stacked: bool = False
    grey: bool = False
    off: tuple[int, ...] = ()
    note: str = ""
    sources: tuple[Branch, ...] = ()

    @property
    def source(self) -> Reads:
        """How its maps read those of the layer before."""
        return self.groups if self.reads is None else self.reads

    @property
    def told(self) -> Told:
        """Its shape, and what it reads: all that decides which maps are sent."""
        return self.maps.shape, self.source, tuple((source.at, source.reads, source.first) for source in self.sources)

    def __post_init__(self) -> None:
        if self.maps.ndim not in (1, 3) or not self.maps.size or self.maps.dtype.kind not in "biuf":
            raise ArrayError(
                f"A volume is an array of numbers (C, H, W) or (features,), not {self.maps.dtype} {self.maps.shape}."
            )
        if not (-LARGEST <= self.maps.min() and self.maps.max() <= LARGEST):
            raise ArrayError(
                f"A volume’s numbers must be finite and at most {number(LARGEST)} in size; these go from "
                f"{number(self.maps.min())} to {number(self.maps.max())}."
            )
        if not (self.limit >= 0 and math.isfinite(self.limit)):
            raise SettingError(f"limit is {self.limit:g}; it must be a finite number of at least 0.")
        if self.groups < 1 or len(self.maps) % self.groups:
            raise SettingError(f"{len(self.maps)} maps do not fall into {self.groups} equal groups.")
        if self.reads is not None and (len(self.reads) != len(self.maps) or not all(self.reads)):
            raise SettingError(
                f"reads has {len(self.reads)} rows, {sum(map(bool, self.reads))} of them with maps; "
                f"each of the {len(self.maps)} maps reads at least one."
            )


@dataclass
class _Sending:
    """How a layer's maps go over: which of them, every how many rows and columns, exact or as palette places."""

    maps: np.ndarray
    step: int = 1
    exact: bool = True

    @property
    def bytes(self) -> int:
        count, height, width = self.maps.shape
        return count * -(-height // self.step) * -(-width // self.step) * (4 if self.exact else 1)

    @property
    def is_least(self) -> bool:
        """Whether there is no smaller way: one number of each map."""
        return not self.exact and self.step >= max(self.maps.shape[1:])

    def shrink(self) -> None:
        """The next smaller way."""
        if self.exact:
            self.exact = False
        else:
            self.step += 1

    def array(self, limits: np.ndarray) -> np.ndarray:
        """As they go over, with what each map is drawn in full colour at."""
        maps = self.maps[:, :: self.step, :: self.step].astype(np.float32)
        if self.exact:
            return maps
        maps /= np.where(limits, limits, 1).astype(np.float32)[:, np.newaxis, np.newaxis]
        np.clip(maps, -1, 1, out=maps)
        # As `signedIndex` of ui/drawing/palette.js: zero is the middle of 255 colours.
        return np.floor(maps * 127 + 127.5, out=maps).astype(np.uint8)


def _most(shape: tuple[int, ...]) -> int:
    """How many maps of a layer are sent."""
    return min(shape[0], max(MAPS, NUMBERS // math.prod(shape[1:])))


def _wanted(layers: Sequence[Told], selected: Unit) -> list[int]:
    """Of each layer, a map that must be sent: the chosen one, or the first that it reads."""
    wanted: dict[int, int] = {}
    unit = selected.within([shape for shape, *_ in layers])
    if unit:
        wanted[unit.layer] = unit.channel
        for at in range(unit.layer, 0, -1):
            shape, reads, sources = layers[at]
            for before, how, offset in (sources or ((at - 1, reads, None),)) if at in wanted else ():
                if before < 0:
                    continue
                if offset is not None:
                    first = wanted[at] - offset
                    if not 0 <= first < layers[before][0][0]:
                        continue  # that map comes from another branch
                elif isinstance(how, int):
                    first = wanted[at] // (shape[0] // how) * (layers[before][0][0] // how)
                else:
                    first = min(how[wanted[at]], default=0)
                wanted.setdefault(before, first)
    return [wanted.get(at, 0) for at in range(len(layers))]


def _lasts(layers: Sequence[Told], selected: Unit) -> list[int]:
    """Of each layer the last map that is sent: the others are the first ones, and it may be the one that must be."""
    return [max(_most(shape) - 1, map) for (shape, *_), map in zip(layers, _wanted(layers, selected), strict=True)]


def holds(layers: Sequence[Told], sent: Unit, selected: Unit) -> bool:
    """Whether what is sent for one choice has the map of another, and what that reads; layers as `Volume.told`."""
    found = zip(layers, _lasts(layers, sent), _wanted(layers, selected), strict=True)
    return all(map < _most(shape) - 1 or map == last for (shape, *_), last, map in found)


def _sent(maps: np.ndarray, last: int) -> np.ndarray:
    """The maps of a layer that are sent, (c, H, W)."""
    most = _most(maps.shape)
    volume = maps if maps.ndim == 3 else maps[:, np.newaxis, np.newaxis]
    return volume[:most] if last == most - 1 else volume[[*range(most - 1), last]]


def _chain(field: Field) -> tuple[Passage, ...]:
    """All passages on the one way to a field, from the picture on."""
    found: list[Passage] = []
    while field.ways:
        field, passage = field.ways[0]
        found.append(passage)
    return tuple(found[::-1])


def _path(field: Field, before: tuple[Passage, ...]) -> dict[str, object] | None:
    """A field's path for the browser: only what comes after that of the layer before. None where it is not known."""
    path = _chain(field)
    if not path and field != Field():
        return None
    same = len(before) if path[: len(before)] == before else 0
    return {"same": same, "more": [_passage(passage) for passage in path[same:]]}


def _passage(passage: Passage) -> list[object]:
    window = passage.window
    told: list[object] = [window.kernel_size, window.stride, window.before, window.dilation]
    if isinstance(window, Spans):
        told += [window.starts, window.counts]
    return [told, passage.size, passage.padding_mode, passage.offset, passage.spacing]


def _branch(source: Branch) -> dict[str, object]:
    is_groups = isinstance(source.reads, int)
    return {
        "at": source.at, "groups": source.reads if is_groups else 1, "reads": None if is_groups else source.reads,
        "first": source.first, "rows": source.rows and [_passage(source.rows)],
        "columns": source.columns and [_passage(source.columns)],
    }  # fmt: skip


def envelope(
    picture: Picture,
    layers: Sequence[Volume],
    selected: Unit,
    group: str | None,
    flat: bool = False,
    answer: Answer | None = None,
    scale: str = EACH_LAYER,
    scaled: bool = False,
    places: Sequence[int] = (),
) -> bytes:
    """The picture and the layers in one `bytes`: float32 as long as that fits the budget.

    scale   EACH_MAP: each map's own largest number is its full colour, where its Volume says no limit
    scaled  whether the visitor is offered the choice
    places  which layer of the network each is, from 0, where not all are drawn; `selected` is among those that are

    Beyond it the largest layer becomes places in the palette, a byte a number, then every second row and
    column of it, until all fits or nothing can be made smaller: the exact numbers are the stage's.
    """
    step = -(-max(picture.shape[1:]) // PICTURE_SIDE)
    levels = picture.levels()[:, ::step, ::step]
    lasts = _lasts([layer.told for layer in layers], selected)
    sendings = [_Sending(_sent(layer.maps, last)) for layer, last in zip(layers, lasts, strict=True)]
    while levels.nbytes + sum(sending.bytes for sending in sendings) > BUDGET:
        larger = [sending for sending in sendings if not sending.is_least]
        if not larger:
            break
        max(larger, key=lambda sending: sending.bytes).shrink()
    told: list[dict[str, object]] = []
    before: tuple[tuple[Passage, ...], ...] = ((), ())
    arrays: dict[str, np.ndarray] = {"picture": levels}
    for at, (layer, sending) in enumerate(zip(layers, sendings, strict=True)):
        limit = float(layer.limit or np.abs(layer.maps).max())
        limits = np.full(len(sending.maps), limit)
        by_map = scale == EACH_MAP and not layer.limit and layer.maps.ndim == 3
        if by_map:
            limits = np.abs(sending.maps).max(axis=(1, 2)).astype(np.float64)
        told.append({
            "name": layer.name, "detail": layer.detail, "shape": layer.maps.shape, "groups": layer.groups,
            "fields": [[field.size, field.jump, field.start] for field in layer.fields],
            "paths": [_path(field, known) for field, known in zip(layer.fields, before)],
            "limit": limit, "limits": limits.tolist() if by_map else None,
            "step": sending.step, "exact": sending.exact, "last": lasts[at],
            "reads": layer.reads, "across": 1 if layer.stacked else layer.across, "stacked": layer.stacked,
            "grey": layer.grey, "ink": layer.ink, "off": layer.off,
            "note": layer.note, "sources": [_branch(source) for source in layer.sources],
        })  # fmt: skip
        before = tuple(_chain(field) for field in layer.fields)
        arrays[f"maps {at}"] = sending.array(limits)
    header = {
        "image": picture.shape, "step": step, "layers": told, "group": group, "selected": selected.text,
        "flat": flat, "answer": answer and answer.header, "scale": scale if scaled else "", "places": [*places] or None,
    }  # fmt: skip
    if answer and answer.codes is not None:
        arrays["codes"] = answer.codes.astype(np.float32)
    return packed(header, arrays)
