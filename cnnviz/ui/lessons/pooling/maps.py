"""The map that is pooled, and what each operation makes of it: computed once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.errors import DoesNotFit
from cnnviz.experiments.invariance import Invariance, invariance
from cnnviz.geometry import Window
from cnnviz.kernels import named
from cnnviz.layers import Conv2d, GlobalAvgPool, Layer, Shape
from cnnviz.ops import relu
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui import cached
from cnnviz.ui.lessons.pooling.setting import MAX, Pool
from cnnviz.ui.settings import Filter, Windows


@dataclass(frozen=True)
class Source:
    """One map (1, H, W) to pool: levels or float32 numbers, read as numbers / divisor, and what it is called.

    is_map  whether a filter and ReLU made it; else it is a plane of the picture
    """

    numbers: np.ndarray
    divisor: float
    name: str
    is_map: bool
    digest: str

    @property
    def shape(self) -> Shape:
        return self.numbers.shape

    @property
    def values(self) -> np.ndarray:
        """The numbers that are read, float64."""
        return self.numbers.astype(np.float64) / self.divisor


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
        return self.trace.rows, self.trace.columns

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the pooled map."""
        height, width = self.trace.output.shape
        return height, width


def source_of_picture(picture: Picture, channel: int, divisor: float, name: str) -> Source:
    """One plane of the picture."""
    return Source(
        picture.levels()[channel : channel + 1], divisor, name, False, f"{picture.digest} {channel} {divisor}"
    )


def source_of_map(picture: Picture, filter: Filter, divisor: float) -> Source:
    """What the filter and ReLU make of the picture: stride 1, no padding, so that nothing is made up at the border."""
    height, width = filter.weight.shape[1:]
    made = cached.convolve(picture, filter, Windows(Window(height), Window(width)), divisor)
    numbers = relu(made.output)[np.newaxis]
    return Source(numbers, 1.0, "Activation map", True, hashlib.sha256(numbers.data).hexdigest())


@st.cache_resource(max_entries=32, show_spinner=False)
def _traced(
    _source: Source, digest: str, shape: Shape, layer: Layer, kind: str, _weight: np.ndarray | None, name: str
) -> Trace:
    names: dict[str, Any] = {"input": _source.name, "output": name}
    parameters = {} if _weight is None else {"weight": _weight[np.newaxis, np.newaxis]}
    output = layer.forward(_source.values, parameters).astype(np.float32)
    trace = layer_trace(layer, _source.numbers, output, parameters, 0, divisor=_source.divisor, **names)
    if not _source.is_map:
        return trace
    # One scale for both panels; a convolution's own map may go beyond.
    limit = float(_source.numbers.max())
    return replace(trace, input_limit=limit, limit=max(limit, trace.largest()))


def pooled(source: Source, pool: Pool) -> Pooled:
    """The map and its pooling. Raises DoesNotFit."""
    pool.output_shape(source.shape)
    kind = type(pool).__name__
    return Pooled(source, pool, _traced(source, source.digest, source.shape, pool, kind, None, "Pooled map"))


MEAN, RANDOM = "1/K² each", "random"


def strided(found: Pooled, weights: str) -> Trace:
    """A convolution over the same map with the pooling's own window, so that its map has the same size."""
    pool = found.pool
    size = found.windows[0].kernel_size
    layer = Conv2d(1, size, pool.stride or size, pool.padding, bias=False)
    weight = np.full((size, size), 1 / size**2) if weights == MEAN else named("random", (size, size), seed=0)
    return _traced(found.source, found.source.digest, found.source.shape, layer, weights, weight, "Map at a stride")


@st.cache_resource(max_entries=16, show_spinner=False)
def _averaged(_found: Pooled, digest: str, pool: Pool, kind: str) -> Trace:
    map = _found.trace.output[np.newaxis]
    layer = GlobalAvgPool()
    output = layer.forward(map.astype(np.float64), {}).astype(np.float32)
    trace = layer_trace(layer, map, output, {}, 0, input="Pooled map", output="Its mean")
    return replace(trace, input_limit=_found.trace.limit, limit=_found.trace.limit)


def global_average(found: Pooled) -> Trace:
    """The mean of the whole pooled map."""
    return _averaged(found, found.source.digest, found.pool, found.kind)


@st.cache_resource(max_entries=16, show_spinner=False)
def _moved(_values: Source, digest: str, rows: Window, columns: Window, direction: str, most: int) -> Invariance:
    return invariance(_values.values, rows, columns, direction=direction, most=most)


def moved(found: Pooled, direction: str, most: int) -> Invariance:
    """How much the map and its poolings change when what is shown moves by up to `most`, or as far as there is room.

    Raises DoesNotFit where there is not even room for one pixel.
    """
    key = found.source, found.source.digest, *found.windows, direction
    for distance in range(most, 1, -1):
        try:
            return _moved(*key, distance)
        except DoesNotFit:
            continue
    return _moved(*key, 1)


def moved_traces(found: Pooled, measured: Invariance, move: int) -> tuple[Trace, Trace]:
    """The pooled map as it was and after the move, for two stages."""
    window, source = found.windows[0], found.source
    pool = type(found.pool)(window.kernel_size, window.stride)
    stage = measured.max_pooling if found.kind == MAX else measured.average_pooling
    traces = []
    for at, name in ((0, "not moved"), (move, f"moved by {move}")):
        cut = measured.activation.maps[at] * source.divisor
        numbers = (cut if source.is_map else np.rint(cut)).astype(source.numbers.dtype)
        names: dict[str, Any] = {"input": f"{source.name}, {name}", "output": "pooled"}
        output = stage.maps[at].astype(np.float32)
        traces.append(layer_trace(pool, numbers, output, {}, 0, divisor=source.divisor, **names))
    limit = float(max(trace.input.max() for trace in traces))
    if not found.source.is_map:
        return traces[0], traces[1]
    first, second = (replace(trace, limit=limit, input_limit=limit) for trace in traces)
    return first, second
