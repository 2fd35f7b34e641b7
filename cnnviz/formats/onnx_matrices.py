"""What is multiplied by a matrix, in ONNX: rows of numbers, and the last axis of maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made
from cnnviz.formats.onnx_known import floats, for_each, worked_out
from cnnviz.layers import Conv2d, Linear
from cnnviz.numbers import grouped


def _gemm(call: Call) -> Made:
    if call.attribute("transA", 0):
        raise NetworkError("it turns what it multiplies, transA, which has the pictures of a batch in front")
    flow, weight = call.flow(), call.known(1, "weight")
    if len(flow.dims) != 1 or weight.ndim != 2:
        raise NetworkError("it multiplies other things than a row of numbers by a matrix")
    if not call.attribute("transB", 0):
        weight = weight.T
    weight = _times(floats(weight), call.attribute("alpha", 1.0))
    bias = None
    if call.input(2) is not None:
        bias = _times(for_each(call.known(2, "bias"), len(weight)), call.attribute("beta", 1.0))
    return _fully_connected(call, flow, weight, bias)


def _mat_mul(call: Call) -> Made:
    first, second = call.input(0), call.input(1)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return worked_out(np.matmul, first, second)
    flow, matrix = call.flow(), call.known(1, "matrix")
    if matrix.ndim != 2 or not flow.dims:
        raise NetworkError(f"it multiplies by an array of the shape {matrix.shape}; a matrix, of two axes, opens here")
    if len(flow.dims) == 1:
        return _fully_connected(call, flow, floats(matrix.T), None)
    # The same matrix at every place: a convolution of 1 x 1, on what has the last axis in front.
    weight = np.ascontiguousarray(floats(matrix.T))[..., np.newaxis, np.newaxis]
    _fitting(weight.shape[1], flow.dims[-1])
    turned = call.building.last_in_front(flow)
    made = call.building.layer(
        Conv2d(len(weight), 1, bias=False), [turned], (len(weight), *turned.dims[1:]), f"{call.title}, maps in front",
        weight=weight,
    )  # fmt: skip
    return call.building.front_at_last(made, (*flow.dims[:-1], len(weight)), call.title)


def _times(array: NDArray[np.float32], number: float) -> NDArray[np.float32]:
    """Only where it changes anything: a file's array of one number many times takes no room as it is."""
    return array if number == 1 else array * np.float32(number)


def _fully_connected(call: Call, flow: Flow, weight: NDArray, bias: NDArray | None) -> Flow:
    _fitting(weight.shape[1], flow.dims[0])
    return call.add(Linear(len(weight), bias is not None), [flow], (len(weight),), weight=weight, bias=bias)


def _fitting(reads: int, comes: int) -> None:
    if reads != comes:
        raise NetworkError(f"its weight reads {grouped(reads)} numbers, and {grouped(comes)} come in")


OPERATORS = {"Gemm": _gemm, "MatMul": _mat_mul}
