"""The map that is pooled, and what each operation makes of it: computed once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.errors import DoesNotFit
from cnnviz.experiments.invariance import DIRECTIONS, Cell, Summary, invariance
from cnnviz.geometry import Window
from cnnviz.kernels import named
from cnnviz.layers import Conv2d, GlobalAvgPool, Layer, Shape
from cnnviz.ops import relu
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui import cached
from cnnviz.ui.lessons.pooling.pooling_setting import Pool
from cnnviz.ui.memory import MEGAPIXEL, SMALL, by_digest, remembered
from cnnviz.ui.settings import Filter, Windows

# The main view is sent whole; the page's lower stages show a part of a large map, pixel for pixel: the same million
# numbers four times more would be 20 MB for each touch of a control.
SIDE = 256  # numbers down and across: 0.25 MB in float32


@dataclass(frozen=True)
class Source:
    """One map (1, H, W) to pool: levels or float32 numbers, read as numbers / divisor, and what it is called.

    is_map   whether a filter and ReLU made it; else it is a plane of the picture
    largest  of the whole map's numbers, where this is a part of it: colours are the same for both
    """

    numbers: np.ndarray
    divisor: float
    name: str
    is_map: bool
    largest: float
    digest: str

    @property
    def shape(self) -> Shape:
        return self.numbers.shape

    @property
    def values(self) -> np.ndarray:
        """The numbers that are read, float64."""
        return self.numbers.astype(np.float64) / self.divisor

    def part(self, rows: slice, columns: slice) -> Source:
        """These rows and columns of it, pixel for pixel; itself if that is all."""
        part = np.ascontiguousarray(self.numbers[:, rows, columns])
        if part.shape == self.shape:
            return self
        return replace(self, numbers=part, digest=f"{self.digest} {rows} {columns}")


@dataclass(frozen=True)
class Pooled:
    """The lesson's main view: the map, its pooling, the pooled map (h, w) and the trace for the stage."""

    source: Source
    pool: Pool
    trace: Trace

    @property
    def kind(self) -> str:
        return "max" if self.trace.reduction == "max" else "average"

    @property
    def windows(self) -> tuple[Window, Window]:
        return self.pool.windows(self.trace.input.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the pooled map."""
        height, width = self.trace.output.shape
        return height, width


def source_of_picture(picture: Picture, channel: int, divisor: float, name: str) -> Source:
    """One plane of the picture."""
    plane = picture.levels()[channel : channel + 1]
    return Source(plane, divisor, name, False, float(plane.max()), f"{picture.digest} {channel} {divisor}")


def source_of_map(picture: Picture, filter: Filter, divisor: float) -> Source:
    """What the filter and ReLU make of the picture: stride 1, no padding, so that nothing is made up at the border."""
    height, width = filter.weight.shape[1:]
    made = cached.convolve(picture, filter, Windows(Window(height), Window(width)), divisor)
    numbers = relu(made.output)[np.newaxis]
    digest = hashlib.sha256(numbers.data).hexdigest()
    return Source(numbers, 1.0, "Activation map", True, float(numbers.max()), digest)


@remembered(
    12, each=(4 + 4) * MEGAPIXEL + SMALL,  # the map before and after
    by=lambda source, layer, kind, weight, name: (source.digest, source.shape, layer, kind, name),
)  # fmt: skip
def _traced(source: Source, layer: Layer, kind: str, weight: np.ndarray | None, name: str) -> Trace:
    parameters = {} if weight is None else {"weight": weight[np.newaxis, np.newaxis]}
    output = layer.forward(source.values, parameters).astype(np.float32)
    trace = layer_trace(
        layer, source.numbers, output, parameters, 0, divisor=source.divisor, input=source.name, output=name
    )
    if not source.is_map:
        return trace
    # One scale for both panels; a convolution's own map may go beyond.
    return replace(trace, input_limit=source.largest, limit=max(source.largest, trace.largest()))


def pooled(source: Source, pool: Pool) -> Pooled:
    """The map and its pooling. Raises DoesNotFit."""
    pool.output_shape(source.shape)
    kind = type(pool).__name__
    return Pooled(source, pool, _traced(source, pool, kind, None, "Pooled map"))


MEAN, RANDOM = "1/K² each", "random"


def strided(found: Pooled, weights: str) -> tuple[Trace, Trace]:
    """The pooling, and a convolution with the same window, so that its map has the same size: of the map's middle."""
    height, width = found.source.shape[1:]
    source = found.source.part(middle(height, SIDE), middle(width, SIDE))
    pool = found.pool
    size = found.windows[0].kernel_size
    layer = Conv2d(1, size, pool.stride or size, pool.padding, bias=False)
    weight = np.full((size, size), 1 / size**2) if weights == MEAN else named("random", (size, size), seed=0)
    other = _traced(source, layer, weights, weight, "Map at a stride")
    return pooled(source, pool).trace, other


def global_average(found: Pooled) -> Trace:
    """The mean of the pooled map, or of its middle where it is large."""
    height, width = found.shape
    map = found.trace.output[np.newaxis, middle(height, SIDE), middle(width, SIDE)]
    trace = layer_trace(GlobalAvgPool(), map, _mean(map), {}, 0, input="Pooled map", output="Its mean")
    return replace(trace, input_limit=found.trace.limit, limit=found.trace.limit)


def mean(found: Pooled) -> float:
    """Of the whole pooled map."""
    return float(_mean(found.trace.output[np.newaxis])[0, 0, 0])


def _mean(map: np.ndarray) -> np.ndarray:
    return GlobalAvgPool().forward(map.astype(np.float64), {}).astype(np.float32)


@dataclass(frozen=True)
class Moved:
    """What is kept of a measured move, of each map by its name: not the maps, some 100 MB at a megapixel.

    changes  by the distance, in the order in which the maps lose sight of the place
    pooled   "max" and "average", of which the page shows numbers
    """

    changes: dict[str, tuple[float, ...]]
    pooled: dict[str, Summary]
    distances: tuple[int, ...]
    direction: str

    @property
    def of_map(self) -> tuple[float, ...]:
        """What the map changes by before it is pooled."""
        return self.changes["activation map"]

    @property
    def of_average(self) -> tuple[float, ...]:
        """What its global average changes by."""
        return self.changes["global average"]


@remembered(64, each=SMALL, by=by_digest)
def _moved(source: Source, rows: Window, columns: Window, direction: str, most: int) -> Moved:
    found = invariance(source.values, rows, columns, direction=direction, most=most)
    changes = {stage.name: stage.changes for stage in found.stages}
    pooled = {"max": found.max_pooling.summary(), "average": found.average_pooling.summary()}
    return Moved(changes, pooled, found.distances, found.direction)


def moved(found: Pooled, direction: str, most: int) -> Moved:
    """How much the map and its poolings change when what is shown moves by up to `most`, or as far as there is room.

    Raises DoesNotFit where there is not even room for one pixel.
    """
    key = found.source, *found.windows, direction
    for distance in range(most, 1, -1):
        try:
            return _moved(*key, distance)
        except DoesNotFit:
            continue
    return _moved(*key, 1)


@dataclass(frozen=True)
class Beside:
    """The pooled map as it was and after the move, for two stages: all of it, or of a large one a part.

    first     (row, column) of the pooled map, counted from 0, of the first cell that they show
    is_whole  whether they show all of it
    """

    still: Trace
    moved: Trace
    first: tuple[int, int]
    is_whole: bool


def beside(found: Pooled, measured: Moved, move: int, cell: Cell | None) -> Beside:
    """Before and after a move, around this cell of the pooled map, or its middle."""
    source, room = found.source, measured.distances[-1]
    windows = [Window(window.kernel_size, window.stride) for window in found.windows]
    pool = type(found.pool)(windows[0].kernel_size, windows[0].stride)
    axis = DIRECTIONS[measured.direction] - 1
    sizes = [size - room * (axis == at) for at, size in enumerate(source.shape[1:])]
    counts = [window.output_size(size) for window, size in zip(windows, sizes, strict=True)]
    near = (cell.row, cell.column) if cell else (counts[0] // 2, counts[1] // 2)
    shown = [around(*one) for one in zip(near, windows, sizes, strict=True)]
    traces = []
    for by, name in ((0, "Not moved"), (move, f"Moved by {move}")):
        part = source.part(*(_further(cut, by * (axis == at)) for at, (_, cut) in enumerate(shown)))
        output = pool.forward(part.values, {}).astype(np.float32)
        trace = layer_trace(pool, part.numbers, output, {}, 0, divisor=source.divisor, input=name, output="Pooled")
        traces.append(replace(trace, limit=source.largest, input_limit=source.largest) if source.is_map else trace)
    is_whole = traces[0].output.shape == tuple(counts)
    return Beside(traces[0], traces[1], (shown[0][0], shown[1][0]), is_whole)


def _further(cut: slice, by: int) -> slice:
    return slice(cut.start + by, cut.stop + by)


def middle(size: int, most: int) -> slice:
    """The middle `most` of an axis, or all of it."""
    start = max(0, (size - most) // 2)
    return slice(start, start + min(size, most))


def around(cell: int, window: Window, size: int) -> tuple[int, slice]:
    """The first output shown, counted from 0, and the part of an axis of `size` that the outputs shown read.

    They are as many as SIDE numbers make, around the output `cell`; all of them where the axis has no more numbers.
    The window has no padding: the part's outputs are then exactly those of the whole.
    """
    if size <= SIDE:
        return 0, slice(0, size)
    count, shown = window.output_size(size), window.output_size(SIDE)
    first = min(max(0, cell - shown // 2), count - shown)
    start = first * window.stride
    return first, slice(start, min(start + SIDE, size))
