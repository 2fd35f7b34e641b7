"""What meets in ONNX: sums, products and what stands one behind the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made, joined
from cnnviz.formats.onnx_known import floats, worked_out
from cnnviz.layers import Add, Concat, Multiply, PadMaps, Same, Scale


def _sum(call: Call) -> Made:
    return _met(call, np.add, Add)


def _difference(call: Call) -> Made:
    first, second = call.input(0), call.input(1)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return worked_out(np.subtract, first, second)
    if isinstance(second, np.ndarray):
        return _scaled(call, call.flow(), 1, -_by_map(second, call.flow()))
    if isinstance(first, np.ndarray):
        return _scaled(call, call.flow(1), -1, _by_map(first, call.flow(1)))
    return joined(call.building, call, [call.flow(), _scaled(call, call.flow(1), -1, 0, "less")], Add(2))


def _quotient(call: Call) -> Made:
    first, second = call.input(0), call.known(1, "divisor")
    if isinstance(first, np.ndarray):
        return worked_out(np.floor_divide if first.dtype.kind in "iu" else np.divide, first, second)
    with np.errstate(all="ignore"):
        return _scaled(call, call.flow(), 1 / _by_map(second, call.flow()), 0)


def _scaled(call: Call, flow: Flow, weight: NDArray | float, bias: NDArray | float, prefix: str = "") -> Flow:
    """Each map times a number, plus one."""
    weight, bias = (np.broadcast_to(np.float32(of), flow.dims[:1]).copy() for of in (weight, bias))
    title = f"{call.title}, {prefix}" if prefix else call.title
    return call.building.layer(Scale(), [flow], flow.dims, title, weight=weight, bias=bias)


def _product(call: Call) -> Made:
    return _met(call, np.multiply, Multiply)


def _met(call: Call, function: np.ufunc, kind: type[Add] | type[Multiply]) -> Made:
    known = [value for value in call.inputs if isinstance(value, np.ndarray)]
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    if not flows:
        return worked_out(function, *known)
    if not known:
        return joined(call.building, call, flows, kind(len(flows)))
    if len(flows) > 1 or len(known) > 1:
        raise NetworkError("it joins what depends on the picture with numbers of the file, more than two in all")
    flow, array = flows[0], known[0]
    by_map = _by_map(array, flow)
    return _scaled(call, flow, by_map, 0) if kind is Multiply else _scaled(call, flow, 1, by_map)


def _by_map(array: NDArray, flow: Flow) -> NDArray[np.float32]:
    """A number for each map, of numbers that are the same at all of its places. Raises NetworkError for others."""
    shape = (1,) * (len(flow.dims) + 1 - array.ndim) + array.shape
    if len(shape) > len(flow.dims) + 1 or any(size != 1 for at, size in enumerate(shape) if at != 1):
        raise NetworkError(f"it takes numbers of the shape {array.shape}; one for each map, or one for all, open here")
    if shape[1] not in (1, flow.dims[0]):
        raise NetworkError(f"it takes {shape[1]} numbers for {flow.dims[0]} maps")
    return np.broadcast_to(floats(array).reshape(-1), flow.dims[:1]).copy()


def _concat(call: Call) -> Made:
    known = [value for value in call.inputs if isinstance(value, np.ndarray)]
    if len(known) == len(call.inputs):
        return worked_out(lambda *all: np.concatenate(all, call.attribute("axis", 0)), *known)
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    axis = call.axis(call.attribute("axis", 1), flows[0])
    sizes = [*(flow.dims[1:] for flow in flows), *(array.shape[2:] for array in known)]
    if axis or any(size != flows[0].dims[1:] for size in sizes):
        raise NetworkError("it puts maps beside each other; one behind the other, along the channels, opens here")
    places = [at for at, value in enumerate(call.inputs) if isinstance(value, Flow)]
    if places != list(range(places[0], places[-1] + 1)) or any(array.any() for array in known):
        raise NetworkError("it puts numbers of the file between maps; maps of zeros in front or behind open here")
    count = sum(flow.dims[0] for flow in flows)
    if not known:
        return call.add(Concat() if len(flows) > 1 else Same(), flows, (count, *flows[0].dims[1:]))
    if len(flows) > 1:
        flows = [call.building.layer(Concat(), flows, (count, *flows[0].dims[1:]), f"{call.title}, without zeros")]
    before, after = (sum(array.shape[1] for array in arrays) for arrays in (known[: places[0]], known[places[0] :]))
    return call.add(PadMaps(before, after), flows, (before + count + after, *flows[0].dims[1:]))


OPERATORS = {
    "Add": _sum, "Concat": _concat, "Div": _quotient, "Mul": _product, "Sub": _difference, "Sum": _sum,
}  # fmt: skip
