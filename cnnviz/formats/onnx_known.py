"""What is known before there is a picture, in ONNX: constants, sizes, and what is worked out of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_file import MOST_AXES
from cnnviz.formats.onnx_graph import MOST_KNOWN, Call, Made
from cnnviz.layers import Same
from cnnviz.numbers import grouped


def _shape(call: Call) -> Made:
    value = call.input(0)
    dims = value.shape if isinstance(value, np.ndarray) else (1, *call.flow().dims)
    return np.array(dims[call.attribute("start", 0) : call.attribute("end", len(dims))], np.int64)


def _identity(call: Call) -> Made:
    value = call.input(0)
    return value if isinstance(value, np.ndarray) else call.kept(Same())


def _cast(call: Call) -> Made:
    value = call.input(0)
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}
    kind = kinds.get(call.attribute("to", 1))
    if kind is None:
        raise NetworkError("it makes numbers of another kind")
    if not isinstance(value, np.ndarray):
        if np.dtype(kind).kind != "f":
            raise NetworkError("it makes whole numbers of what depends on the picture; floats, such as they are, open")
        return call.kept(Same())
    return worked_out(lambda array: array.astype(kind), value)


def _constant(call: Call) -> Made:
    for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if name in call.operation.attributes:
            found = np.asarray(call.operation.attributes[name])
            return found.astype(np.float32) if name.startswith("value_f") else found
    raise NetworkError("it holds something else than numbers")


def _constant_of_shape(call: Call) -> Made:
    shape = call.whole(0, "shape")
    value = np.asarray(call.operation.attributes.get("value", np.zeros(1, np.float32)))
    count = math.prod(max(1, size) for size in shape)
    if min(shape, default=0) < 0 or len(shape) > MOST_AXES or count > 8 * MOST_KNOWN:
        raise NetworkError(f"it makes an array of the shape {shape}; up to {grouped(8 * MOST_KNOWN)} numbers open here")
    if value.size != 1:
        raise NetworkError(f"it fills an array with {value.size} numbers; with one it opens")
    return np.broadcast_to(value.reshape(()), shape)


def worked_out(function: Callable[..., NDArray], *arrays: NDArray) -> NDArray:
    """An array of others, if all are small."""
    if sum(array.size for array in arrays) > MOST_KNOWN:
        raise NetworkError(f"it works out an array of more than {grouped(MOST_KNOWN)} numbers that the file could hold")
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(*arrays))
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError):
        raise NetworkError(f"arrays of {', '.join(str(array.shape) for array in arrays)} do not go together") from None


def met(function: Callable[..., NDArray], *arrays: NDArray) -> NDArray:
    """An array of others that meet number by number, if it is small too."""
    try:
        count = math.prod(np.broadcast_shapes(*(array.shape for array in arrays)))
    except ValueError:
        count = 0  # `worked_out` says which do not
    if count > MOST_KNOWN:
        raise NetworkError(f"it makes an array of {grouped(count)} numbers; up to {grouped(MOST_KNOWN)} open here")
    return worked_out(function, *arrays)


def floats(array: NDArray) -> NDArray[np.float32]:
    return array.astype(np.float32, copy=False)


def for_each(array: NDArray, count: int) -> NDArray[np.float32]:
    """A number for each of `count`; one for all counts."""
    found = floats(np.ravel(array))
    if found.size not in (1, count):
        raise NetworkError(f"it has {found.size} numbers for {count} maps or units")
    return np.broadcast_to(found, (count,)).copy() if found.size != count else found


def _compared(function: Callable[..., NDArray]) -> Callable[[Call], Made]:
    """What is asked of arrays, number by number: of shapes, mostly."""

    def made(call: Call) -> Made:
        return met(function, *(call.known(at, f"input {at + 1}") for at in range(len(call.inputs))))

    return made


def _range(call: Call) -> Made:
    start, limit, step = (call.known(at, name) for at, name in enumerate(("start", "limit", "step")))
    if any(one.size != 1 for one in (start, limit, step)) or not np.all(step):
        raise NetworkError("it counts from one number to another, by a step that is not 0; here it does not")
    first, last, by = (one.reshape(()).item() for one in (start, limit, step))
    if not abs(last - first) / abs(by) <= MOST_KNOWN:
        raise NetworkError(f"it counts more than {grouped(MOST_KNOWN)} numbers, as many open here")
    return worked_out(lambda: np.arange(first, last, by, dtype=start.dtype))


OPERATORS = {
    "And": _compared(np.logical_and), "Cast": _cast, "Constant": _constant, "ConstantOfShape": _constant_of_shape,
    "Equal": _compared(np.equal), "Greater": _compared(np.greater), "GreaterOrEqual": _compared(np.greater_equal),
    "Identity": _identity, "Less": _compared(np.less), "LessOrEqual": _compared(np.less_equal),
    "Or": _compared(np.logical_or), "Range": _range, "Shape": _shape, "Where": _compared(np.where),
}  # fmt: skip
