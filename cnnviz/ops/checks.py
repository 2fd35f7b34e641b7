"""What the operations ask of what they are given, and the kind of number that they answer in."""

from __future__ import annotations

import math
import numbers as kinds

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import ArrayError, SettingError


def numbers(value: ArrayLike, name: str) -> NDArray:
    """`value` as an array of real numbers, long doubles excepted; anything else is an ArrayError."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ArrayError(f"The {name} is no array: its rows differ in length.") from None
    if array.dtype.kind not in "biuf" or array.dtype.type is np.longdouble:
        raise ArrayError(
            f"The {name} holds {array.dtype} values; "
            "it must hold real numbers: float32, float64, whole numbers or booleans."
        )
    # Bytes in another machine's order, as a file may hold them, would stay so through every operation.
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def maps(value: ArrayLike) -> tuple[NDArray, NDArray]:
    """The input of a layer, as it was given and as a batch: (C, H, W) becomes (1, C, H, W)."""
    given = numbers(value, "input")
    if given.ndim not in (3, 4):
        raise ArrayError(f"The input has shape {given.shape}; it must be (C, H, W) or (N, C, H, W).")
    return given, given if given.ndim == 4 else given[np.newaxis]


def one_map(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """`value` as one map or picture to measure: float64 (C, H, W), not empty, all of it finite; else an ArrayError."""
    array = numbers(value, name).astype(np.float64, copy=False)
    if array.ndim != 3 or not array.size:
        raise ArrayError(f"The {name} has shape {array.shape}; it must be (C, H, W).")
    if not np.isfinite(array).all():
        raise ArrayError(f"The {name} holds nan or inf; all its numbers must be finite.")
    return array


def precision(*arrays: NDArray | None) -> np.dtype:
    """float64 if NumPy's promotion of the arrays and float32 is, else float32: the kind of an operation's result."""
    return np.result_type(np.float32, *(array.dtype for array in arrays if array is not None))


def real(value: object, name: str, least: float = -math.inf, most: float = math.inf) -> float:
    """`value` as a finite float from `least` to `most`; anything else is a SettingError."""
    told = None
    if isinstance(value, kinds.Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # a whole number that float64 does not hold, with hundreds of digits to show
            number, told = math.inf, "a number that float64 does not hold"
        if math.isfinite(number) and least <= number <= most:
            return number
    bounds = f" from {least:g} to {most:g}" if most < math.inf else f" of at least {least:g}" * (least > -math.inf)
    raise SettingError(f"{name} is {told or repr(value)}; it must be a finite number{bounds}.")
