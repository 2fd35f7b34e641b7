"""Means, sums and largest numbers over axes, in ONNX: those that stand beside each other are a pool's one window."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made
from cnnviz.formats.onnx_known import worked_out
from cnnviz.layers import AdaptiveMaxPool2d, AvgPool2d, Elementary, GlobalAvgPool, Layer, MaxPool2d, Power, Scale

Step = Callable[[Call, Flow, int], Flow]  # count: how many numbers become one
Pool = type[AvgPool2d] | type[MaxPool2d]


def _reduced(function: Callable[..., np.ndarray], *steps: Step | Pool) -> Callable[[Call], Made]:
    """What is done to a value one after another; among it a pool, which stands for the axes that are told."""

    def made(call: Call) -> Made:
        value, axes = call.input(0), call.known_or(1, "axes", "axes", ())
        keeps = bool(call.attribute("keepdims", 1))
        if isinstance(value, np.ndarray):
            return worked_out(lambda array: function(array, axis=tuple(axes) or None, keepdims=keeps), value)
        if not steps:
            raise NetworkError("it multiplies numbers that depend on the picture; of numbers of the file it opens")
        flow = call.flow()
        if not axes and call.attribute("noop_with_empty_axes", 0):
            raise NetworkError("it reduces no axis; those that are told open here")
        if not axes and not keeps:
            raise NetworkError("it makes one number of all pictures of a batch; with keepdims it opens")
        over = sorted({call.axis(axis, flow) for axis in axes}) or list(range(len(flow.dims)))
        if over != list(range(over[0], over[-1] + 1)):
            raise NetworkError("it goes over axes that do not stand beside each other")
        count = math.prod(flow.dims[axis] for axis in over)
        for step in steps:
            flow = _pooled(call, flow, over, step) if isinstance(step, type) else step(call, flow, count)
        if keeps:
            return flow
        return call.reshaped(flow, [size for axis, size in enumerate(flow.dims) if axis not in over])

    return made


def _pooled(call: Call, flow: Flow, over: Sequence[int], kind: Pool) -> Flow:
    dims = [1 if axis in over else size for axis, size in enumerate(flow.dims)]
    if len(flow.dims) == 3 and list(over) == [1, 2]:
        return call.add(GlobalAvgPool() if kind is AvgPool2d else AdaptiveMaxPool2d(1), [flow], dims)
    before, after = math.prod(flow.dims[: over[0]]), math.prod(flow.dims[over[-1] + 1 :])
    window = math.prod(flow.dims[axis] for axis in over)
    return call.add(kind((window, 1)), [call.building.seen(flow, (before, window, after))], dims)


def _layer(layer: Layer) -> Step:
    return lambda call, flow, count: call.add(layer, [flow], flow.dims)


def _times_count(call: Call, flow: Flow, count: int) -> Flow:
    call.building.afford(2 * flow.dims[0])
    weight = np.full(flow.dims[:1], count, np.float32)
    return call.add(Scale(), [flow], flow.dims, weight=weight, bias=np.zeros_like(weight))


def _negated(call: Call, flow: Flow, count: int) -> Flow:
    return _times_count(call, flow, -1)


_SUM = (AvgPool2d, _times_count)
OPERATORS = {
    "ReduceL1": _reduced(lambda array, **over: np.abs(array).sum(**over), _layer(Elementary("abs")), *_SUM),
    "ReduceL2": _reduced(
        lambda array, **over: np.sqrt(np.square(array).sum(**over)), _layer(Power(2.0)), *_SUM, _layer(Power(0.5))
    ),
    "ReduceMax": _reduced(np.max, MaxPool2d), "ReduceMean": _reduced(np.mean, AvgPool2d),
    "ReduceMin": _reduced(np.min, _negated, MaxPool2d, _negated), "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum, *_SUM),
    "ReduceSumSquare": _reduced(lambda array, **over: np.square(array).sum(**over), _layer(Power(2.0)), *_SUM),
}  # fmt: skip
