"""Weights as arrays: their limits, what is refused, and what can be done to them."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import amount, number_of, numbers, told, whole
from cnnviz.errors import ArrayError, KernelError
from cnnviz.geometry import pair, same_padding
from cnnviz.numbers import times

LARGEST = 15  # rows and columns of a kernel, named or typed
SLICES = 3  # slices of a typed kernel
LIMIT = 1e9  # the largest weight, without its sign; Sobel of 15 x 15 needs almost 2e6
DENOMINATOR = 4096  # the largest denominator that counts as simple

LUMA = (0.299, 0.587, 0.114)  # the share of red, green and blue in brightness: ITU-R BT.601 (1982)

Weights = NDArray[np.float64]


# What is refused

def checked(weights: ArrayLike) -> Weights:
    """Weights as float64 (kH, kW) or (C, kH, kW), or ArrayError."""
    array = numbers(weights, "kernel")
    if array.ndim not in (2, 3) or array.size == 0:
        raise ArrayError(f"Weights of shape {array.shape} are no kernel; it is (kH, kW) or (C, kH, kW).")
    return array.astype(np.float64)


def checked_size(kernel_size: int | tuple[int, int]) -> tuple[int, int]:
    """(height, width) of a kernel_size as PyTorch takes it."""
    height, width = pair(kernel_size, "kernel_size")
    return whole(height, "kernel_size", 1), whole(width, "kernel_size", 1)


def quoted(value: object) -> str:
    """A stranger's input in a message: its beginning only, control characters spelled out."""
    shown = value if isinstance(value, str) else told(value)
    beginning = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in shown[:20])
    return f"“{beginning}{'…' if len(shown) > 20 else ''}”"


# What can be done to weights

def over_rgb(kernel: ArrayLike) -> Weights:
    """ONE filter of three slices for a colour picture: kernel (kH, kW) -> float64 (3, kH, kW).

    The slices are the kernel times 0.299, 0.587 and 0.114 (LUMA, ITU-R BT.601), so the one map it
    gives is the map of the picture's brightness. Each product is rounded once, from the number that was
    meant: a third on red is 299/3000, where 0.299 times the float nearest to a third is 0.09966666666666665.
    Raises ArrayError for anything but two axes.
    """
    weights = checked(kernel)
    if weights.ndim != 2:
        raise ArrayError(f"A kernel of shape {weights.shape} cannot be spread over RGB; it must be (kH, kW).")
    return np.array([_shares(weight) for weight in weights.ravel().tolist()]).T.reshape(3, *weights.shape)


def over_grey(slices: ArrayLike) -> Weights:
    """What slices do to a picture of equal planes: (C, kH, kW) -> float64 (kH, kW), their sum.

    Rounded once, so that 0.299, 0.587 and 0.114 of a number are that number again. Raises ArrayError for anything
    but three axes.
    """
    weights = checked(slices)
    if weights.ndim != 3:
        raise ArrayError(f"Weights of shape {weights.shape} are no slices; they must be (C, kH, kW).")
    if not np.isfinite(weights).all():
        return weights.sum(axis=0)
    columns = weights.reshape(len(weights), -1).T.tolist()
    return np.array([number_of(sum(map(meant, column))) for column in columns]).reshape(weights.shape[1:])


@lru_cache(maxsize=4096)
def _shares(weight: float) -> tuple[float, ...]:
    """A weight on red, green and blue."""
    if not math.isfinite(weight):
        return tuple(weight * share for share in LUMA)
    return tuple(float(meant(weight) * Fraction(str(share))) for share in LUMA)


def flipped(weights: ArrayLike) -> Weights:
    """Each slice turned by 180 degrees: (kH, kW) or (C, kH, kW) -> float64 of the same shape.

    True convolution is cross-correlation, which deep learning calls convolution, with the kernel turned
    this way. Raises ArrayError for other shapes.
    """
    return checked(weights)[..., ::-1, ::-1].copy()


def fitted(weights: ArrayLike, kernel_size: int | tuple[int, int]) -> Weights:
    """The same kernel in another window: cropped, or padded with zeros, around its middle.

    weights (kH, kW) or (C, kH, kW) -> float64 with the height and width of `kernel_size` (1 to 15 each).
    Position (K - 1) // 2 stays the middle. So from odd to even the odd row or column is added behind
    (below, on the right) and taken from the front; from even to odd it is added in front and taken
    from behind. Raises ArrayError for other shapes, KernelError beyond 15, SettingError for what is no size.
    """
    source = checked(weights)
    size = checked_size(kernel_size)
    if max(size) > LARGEST:
        height, width = size
        asked = f"{amount(height)} × {amount(width)}"
        raise KernelError(f"A kernel of {asked} is too large; at most {times(LARGEST, LARGEST)} works.")
    result = np.zeros(source.shape[:-2] + size)
    (from_rows, to_rows), (from_columns, to_columns) = (
        _overlap(old, new) for old, new in zip(source.shape[-2:], size, strict=True))
    result[..., to_rows, to_columns] = source[..., from_rows, from_columns]
    return result


def _overlap(old: int, new: int) -> tuple[slice, slice]:
    """What is kept of an axis of `old` positions, and where it lies among `new` ones."""
    shift = same_padding(new)[0] - same_padding(old)[0]
    start = max(0, shift)
    stop = min(new, old + shift)
    return slice(start - shift, stop - shift), slice(start, stop)


def factor(weights: ArrayLike) -> tuple[NDArray[np.int64], Fraction] | None:
    """Weights as whole numbers times one simple fraction to draw outside: (numerators, 1/d), or None.

    (kH, kW) or (C, kH, kW) -> int64 of the same shape, and Fraction(1, d) with the smallest d, at most
    4096; numerators / d are exactly the weights. Whole weights give 1/1. None where there is no such d,
    or a weight is not finite or beyond 1e9. Raises ArrayError for other shapes.
    """
    array = checked(weights)
    if not np.all(np.abs(array) <= LIMIT):
        return None
    fractions = []
    common = 1
    for weight in array.flat:
        fraction = simple_fraction(float(weight))
        if fraction is None:
            return None
        common = math.lcm(common, fraction.denominator)
        if common > DENOMINATOR:
            return None
        fractions.append(fraction)
    numerators = np.array([int(fraction * common) for fraction in fractions], dtype=np.int64)
    return numerators.reshape(array.shape), Fraction(1, common)


@lru_cache(maxsize=4096)
def meant(weight: float) -> Fraction:
    """The number that was meant by a finite float: the simple fraction whose division gives it, or its decimals."""
    return simple_fraction(weight) or Fraction(repr(weight))


@lru_cache(maxsize=4096)  # a page asks for the same few hundred at every rerun; a search takes some 8 microseconds
def simple_fraction(weight: float) -> Fraction | None:
    """The fraction with a denominator up to 4096 whose division gives exactly `weight`."""
    fraction = Fraction(weight).limit_denominator(DENOMINATOR)
    return fraction if fraction.numerator / fraction.denominator == weight else None


@lru_cache(maxsize=4096)
def share(weight: float) -> Fraction | None:
    """A simple fraction or a thousandth of one, as `over_rgb` makes them, whose division gives exactly `weight`."""
    fraction = simple_fraction(weight)
    if fraction is None:
        fraction = (1000 * Fraction(weight)).limit_denominator(DENOMINATOR) / 1000
    return fraction if fraction.numerator / fraction.denominator == weight else None
