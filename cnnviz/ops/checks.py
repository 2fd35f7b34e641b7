"""What the operations ask of what they are given, and the kind of number that they answer in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import FLOAT32, numbers, told
from cnnviz.errors import ArrayError, DoesNotFit
from cnnviz.geometry import Window
from cnnviz.numbers import grouped

Settings = int | tuple[int, int]  # of both axes, or (height, width)
Padding = int | tuple[int | tuple[int, int], int | tuple[int, int]]

LONGEST = 2**31  # positions of an axis with its padding: places on it never leave an int64


def maps(value: ArrayLike, axes: str = "C, H, W") -> tuple[NDArray, NDArray]:
    """The input of a layer, as it was given and as a batch: (C, H, W), or other `axes`, becomes (1, C, H, W)."""
    given, count = numbers(value, "input"), axes.count(",") + 1
    if given.ndim not in (count, count + 1):
        raise ArrayError(f"The input has shape {given.shape}; it must be ({axes}) or (N, {axes}).")
    return given, given if given.ndim > count else given[np.newaxis]


def one_map(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """`value` as one map or picture to measure: float64 (C, H, W), not empty, all of it finite; else an ArrayError."""
    array = numbers(value, name).astype(np.float64, copy=False)
    if array.ndim != 3 or not array.size:
        raise ArrayError(f"The {name} has shape {array.shape}; it must be (C, H, W).")
    if not np.isfinite(array).all():
        raise ArrayError(f"The {name} holds nan or inf; all its numbers must be finite.")
    return array


def visits(window: Window, size: int, ceil_mode: bool = False) -> tuple[Window, int]:
    """The window as it goes over an axis of `size`, and how many places it visits (`Window.output_size`).

    What makes no difference is left out of it, the stride of a window with one place and the dilation of a kernel of
    one: so no number that an int64 does not hold reaches NumPy. Raises DoesNotFit where it finds no room, and for
    padding that no memory holds.
    """
    count = window.output_size(size, ceil_mode=ceil_mode)
    if window.padded(size) > LONGEST:
        raise DoesNotFit(
            f"With its padding the picture would have {told(window.padded(size))} positions on one axis; "
            f"at most {grouped(LONGEST)} can be: less padding fits."
        )
    stride = window.stride if count > 1 else 1
    dilation = window.dilation if window.kernel_size > 1 else 1
    if (stride, dilation) != (window.stride, window.dilation):
        window = Window(window.kernel_size, stride, window.padding, dilation)
    return window, count


def precision(*arrays: NDArray | None) -> np.dtype:
    """float64 if NumPy's promotion of the arrays and float32 is, else float32: the kind of an operation's result."""
    kinds = [array.dtype for array in arrays if array is not None]
    return FLOAT32 if all(kind is FLOAT32 for kind in kinds) else np.result_type(FLOAT32, *kinds)


def ready(shape: tuple[int, ...], output_gradient: ArrayLike, *arrays: NDArray) -> tuple[NDArray, ...]:
    """The output's gradient and the arrays, all of one dtype; ArrayError if its shape is not `shape`, the output's."""
    gradient = numbers(output_gradient, "output's gradient")
    if gradient.shape != shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {shape}.")
    dtype = precision(gradient, *arrays)
    return tuple(array.astype(dtype, copy=False) for array in (gradient, *arrays))


def batch_ready(given: NDArray, output: NDArray, output_gradient: ArrayLike, *arrays: NDArray) -> tuple[NDArray, ...]:
    """The same for maps, the gradient as a batch as `output` is one, which may be that of no images."""
    is_batch = given.ndim == output.ndim
    gradient, *others = ready((*given.shape[:is_batch], *output.shape[1:]), output_gradient, *arrays)
    return gradient if is_batch else gradient[np.newaxis], *others


def places(tap: int, window: Window, count: int) -> slice:
    """Where one tap of `count` outputs reads, on the padded axis."""
    start = tap * window.dilation
    return slice(start, start + (count - 1) * window.stride + 1, window.stride)
