"""What meets in ONNX: sums, products and what stands one behind the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made, inner, joined
from cnnviz.formats.onnx_known import floats, met, worked_out
from cnnviz.layers import Activate, Add, Clip, Concat, Gain, Layer, Multiply, Offset, PadMaps, Power, Same, Scale


def _sum(call: Call) -> Made:
    return _met(call, np.add, Add)


def _difference(call: Call) -> Made:
    first, second = call.input(0), call.input(1)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return met(np.subtract, first, second)
    if isinstance(second, np.ndarray):
        return _moved(call, call.flow(), -floats(second))
    less = _scaled(call, call.flow(1), -1, 0, "less")
    if isinstance(first, np.ndarray):
        return _moved(call, less, first)
    return joined(call.building, call, [call.flow(), less], Add(2))


def _quotient(call: Call) -> Made:
    first, second = call.input(0), call.input(1)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return met(_divided if first.dtype.kind in "iu" else np.divide, first, second)
    if isinstance(second, np.ndarray):
        with np.errstate(all="ignore"):
            return _multiplied(call, call.flow(), 1 / floats(second))
    divisor = call.flow(1)
    over = call.building.layer(Power(-1.0), [divisor], divisor.dims, f"{call.title}, 1 / x")
    if isinstance(first, np.ndarray):
        return _multiplied(call, over, first)
    return joined(call.building, call, [call.flow(), over], Multiply(2))


def _divided(first: NDArray, second: NDArray) -> NDArray:
    """Whole numbers, without what is left over: towards 0, as C has it."""
    return (np.sign(first) * np.sign(second) * (np.abs(first) // np.abs(second))).astype(first.dtype)


def _negative(call: Call) -> Made:
    value = call.input(0)
    return met(np.negative, value) if isinstance(value, np.ndarray) else _scaled(call, call.flow(), -1, 0)


def _scaled(call: Call, flow: Flow, weight: NDArray | float, bias: NDArray | float, part: str = "") -> Flow:
    """Each map times a number, plus one."""
    call.building.afford(2 * flow.dims[0])
    weight, bias = (np.broadcast_to(np.float32(of), flow.dims[:1]).copy() for of in (weight, bias))
    title = f"{call.title}, {part}" if part else call.title
    return call.building.layer(Scale(), [flow], flow.dims, title, weight=weight, bias=bias)


def _product(call: Call) -> Made:
    return _met(call, np.multiply, Multiply)


def _met(call: Call, function: np.ufunc, kind: type[Add] | type[Multiply]) -> Made:
    known = [value for value in call.inputs if isinstance(value, np.ndarray)]
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    if not flows:
        return met(lambda *all: reduce(function, all), *known)
    if not known:
        return joined(call.building, call, flows, kind(len(flows)))
    if len(flows) > 1 or len(known) > 1:
        raise NetworkError("it joins what depends on the picture with numbers of the file, more than two in all")
    return (_multiplied if kind is Multiply else _moved)(call, flows[0], known[0])


def _moved(call: Call, flow: Flow, array: NDArray) -> Flow:
    """Plus numbers of the file."""
    return _with(call, flow, array, lambda flow, each, part: _scaled(call, flow, 1, each, part), Offset(), "bias")


def _multiplied(call: Call, flow: Flow, array: NDArray) -> Flow:
    """Times numbers of the file."""
    return _with(call, flow, array, lambda flow, each, part: _scaled(call, flow, each, 0, part), Gain(), "weight")


def _with(
    call: Call, flow: Flow, array: NDArray, by_map: Callable[[Flow, NDArray, str], Flow], each: Layer, called: str
) -> Flow:
    """A value that meets numbers of the file: one for each map or one for all, one for each number of the last axis,
    whichever map or place it is in, or one for each place. Raises NetworkError for others."""
    sizes = (1,) * (len(flow.dims) + 1 - array.ndim) + array.shape
    if len(sizes) > len(flow.dims) + 1 or any(size not in (1, own) for size, own in zip(sizes, (1, *flow.dims))):
        raise NetworkError(f"it joins numbers of the shape {array.shape} to {(1, *flow.dims)}; as many or 1 do")
    own = [axis for axis, size in enumerate(sizes[1:]) if size != 1]
    if own in ([], [0]):
        return by_map(flow, floats(array).reshape(-1), "")
    if own == [len(flow.dims) - 1]:
        found = by_map(call.building.last_in_front(flow), floats(array).reshape(-1), "maps in front")
        return call.building.front_at_last(found, flow.dims, call.title)
    call.building.afford(math.prod(flow.dims))
    whole = np.broadcast_to(floats(array).reshape(sizes[1:]), flow.dims).reshape(inner(flow.dims))
    return call.add(each, [flow], flow.dims, **{called: np.ascontiguousarray(whole)})


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


def _bounded(function: np.ufunc, of: Callable[[float], Layer]) -> Callable[[Call], Made]:
    """The least or the largest of a value and of numbers that are the same for all of it."""

    def made(call: Call) -> Made:
        known = [value for value in call.inputs if isinstance(value, np.ndarray)]
        flows = [value for value in call.inputs if isinstance(value, Flow)]
        if not flows:
            return met(lambda *all: reduce(function, all), *known)
        if len(flows) > 1 or any(array.size != 1 or np.isnan(array).any() for array in known):
            raise NetworkError("it compares what depends on the picture with other things than single numbers")
        ends = [float(array.reshape(())) for array in known]
        if not ends:
            return call.add(Same(), flows, flows[0].dims)
        return call.add(of(reduce(function, ends)), flows, flows[0].dims)

    return made


def _at_least(number: float) -> Layer:
    return Clip(number, math.inf) if number else Activate("relu")


def _at_most(number: float) -> Layer:
    return Clip(-math.inf, number)


OPERATORS = {
    "Add": _sum, "Concat": _concat, "Div": _quotient, "Max": _bounded(np.maximum, _at_least),
    "Min": _bounded(np.minimum, _at_most), "Mul": _product, "Neg": _negative, "Sub": _difference,
    "Sum": _sum,
}  # fmt: skip
