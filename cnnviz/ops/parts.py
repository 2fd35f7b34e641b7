"""What activations and normalisations are made of, where a file has them in parts: erf, exp, log, an absolute value.

As the activations do, each takes an array of any shape and returns a new one of the same shape, float64 or float32 as
`conv2d` decides it, without a warning; nan is nan, and what no number is comes out as nan or inf.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers, real
from cnnviz.ops.activations import Activation
from cnnviz.ops.checks import precision


def error_function(x: ArrayLike) -> NDArray:
    """2 / sqrt(pi) times the integral of exp(-t²) from 0 to x: Abramowitz and Stegun (1964), 7.1.1."""
    from scipy.special import erf  # here, for SciPy takes longer to import than all of cnnviz

    return np.asarray(erf(_floats(x)))


def exponential(x: ArrayLike) -> NDArray:
    """e to the power of x."""
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(_floats(x)))


def logarithm(x: ArrayLike) -> NDArray:
    """The natural one; -inf of 0, nan below."""
    with np.errstate(all="ignore"):
        return np.asarray(np.log(_floats(x)))


def absolute(x: ArrayLike) -> NDArray:
    """x without its sign."""
    return np.asarray(np.abs(_floats(x)))


def power(x: ArrayLike, exponent: float) -> NDArray:
    """x to a power that is the same for all; nan below 0 where it is no whole one.

    Raises SettingError for an exponent that is no finite number.
    """
    x, exponent = _floats(x), real(exponent, "exponent")
    with np.errstate(all="ignore"):
        if exponent == 0.5:
            return np.asarray(np.sqrt(x))
        if exponent == -1:
            return np.asarray(1 / x)
        return np.asarray(np.square(x) if exponent == 2 else np.power(x, x.dtype.type(exponent)))


def power_slope(x: ArrayLike, exponent: float) -> NDArray:
    """exponent * x ** (exponent - 1); 0 everywhere for the exponent 0."""
    x, exponent = _floats(x), real(exponent, "exponent")
    with np.errstate(all="ignore"):
        return np.asarray(x.dtype.type(exponent) * power(x, exponent - 1)) if exponent else np.zeros_like(x)


def _floats(x: ArrayLike) -> NDArray:
    """The input as float32 or float64."""
    given = numbers(x, "input")
    return given.astype(precision(given), copy=False)


def _error_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(-np.square(x)) * x.dtype.type(2 / math.sqrt(math.pi)))


PARTS: dict[str, Activation] = {
    part.key: part
    for part in (
        Activation("erf", "erf", "2 / √π × the integral of e^(−t²) from 0 to x", "2 / √π × e^(−x²)", error_function,
                   _error_slope, "M. Abramowitz and I. Stegun (1964), 7.1.1"),
        Activation("exp", "exp", "eˣ", "eˣ", exponential, exponential, "M. Abramowitz and I. Stegun (1964), 4.2.1"),
        Activation("log", "log", "the natural logarithm of x", "1 / x", logarithm, lambda x: power(x, -1),
                   "M. Abramowitz and I. Stegun (1964), 4.1.1"),
        Activation("abs", "absolute value", "|x|", "the sign of x", absolute, lambda x: np.sign(_floats(x)),
                   "the number without its sign; 0 at x = 0, as PyTorch takes it"),
    )
}  # fmt: skip
