"""What is known before there is a picture, in ONNX: constants, sizes, and what is worked out of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
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
    if not isinstance(value, np.ndarray):
        return call.kept(Same())
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}
    kind = kinds.get(call.attribute("to", 1))
    if kind is None:
        raise NetworkError("it makes numbers of another kind")
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
    if min(shape, default=0) < 0 or math.prod(shape) > 8 * MOST_KNOWN:
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


def floats(array: NDArray) -> NDArray[np.float32]:
    return array.astype(np.float32, copy=False)


def for_each(array: NDArray, count: int) -> NDArray[np.float32]:
    """A number for each of `count`; one for all counts."""
    found = floats(np.ravel(array))
    if found.size not in (1, count):
        raise NetworkError(f"it has {found.size} numbers for {count} maps or units")
    return np.broadcast_to(found, (count,)).copy() if found.size != count else found


OPERATORS = {
    "Cast": _cast, "Constant": _constant, "ConstantOfShape": _constant_of_shape, "Identity": _identity,
    "Shape": _shape,
}  # fmt: skip
