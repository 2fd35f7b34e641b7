"""Maps made larger, or smaller, by taking over the nearest number or by going from one to the next in a straight line.

On one axis output i looks at a place between two positions of the input: where it lies is a matter of how the two axes
are laid over each other, and of nothing else. What is read there, and with which weights, is told once, by `looks`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, flag, number_of, one_of, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import pair
from cnnviz.ops.adaptive import handed_back
from cnnviz.ops.checks import LONGEST, Settings, batch_ready, maps, precision
from cnnviz.spans import Spans

MODES = ("nearest", "bilinear")
# How the axes are laid over each other, by ONNX's names: the corners of the first pixels; the middles of the pixels;
# the same, but an output of one looks at 0; the middles of the first pixels and of the last; or, of nearest, the
# middles of those that come out over the corners. "" is PyTorch's own.
LAID = ("", "asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners", "tf_half_pixel_for_nn")
_ROUNDINGS: dict[str, Callable[[NDArray[np.floating]], NDArray[np.floating]]] = {
    "floor": np.floor,
    "ceil": np.ceil,
    "round_prefer_floor": lambda place: np.ceil(place - 0.5),
    "round_prefer_ceil": lambda place: np.floor(place + 0.5),
}
ROUNDED = tuple(_ROUNDINGS)
Factors = float | tuple[float, float]
LESS = "a smaller output needs less"


class Looks(NamedTuple):
    """What the outputs read on one axis: the windows, and the weights of each, (outputs, 1 or 2), 0 where there is no
    second."""

    spans: Spans
    weights: NDArray[np.float64]


@lru_cache(maxsize=64)
def looks(
    size: int, outputs: int, factor: float | None = None, mode: str = "nearest", align_corners: bool = False,
    laid: str = "", rounded: str = "floor",
) -> Looks:  # fmt: skip
    """What each of `outputs` reads on an axis of `size`.

    factor  the axis became so many times as long; None: outputs / size
    laid    one of LAID; rounded  one of ROUNDED, how a place becomes the nearest position

    A place before the first position or behind the last is that position.
    Source: the rules of torch.nn.functional.interpolate, and ONNX's operator Resize, versions 10 to 19.
    """
    place = _by_onnx(size, outputs, factor, laid) if laid else _by_pytorch(size, outputs, factor, mode, align_corners)
    if mode == "nearest":
        starts = np.clip(_ROUNDINGS[rounded](place), 0, size - 1).astype(np.int64)
        return Looks(Spans(tuple(starts.tolist()), (1,) * outputs), np.ones((outputs, 1)))
    place = np.clip(place.astype(np.float64), 0, size - 1)
    starts = np.floor(place).astype(np.int64)
    second = place - starts
    spans = Spans(tuple(starts.tolist()), tuple((1 + (second > 0)).tolist()))
    weights = np.stack([1 - second, second], 1)[:, : spans.kernel_size]
    weights.flags.writeable = False  # it is kept
    return Looks(spans, weights)


def _by_pytorch(size: int, outputs: int, factor: float | None, mode: str, align_corners: bool) -> NDArray[np.floating]:
    """Where each output looks: of nearest in float32, as PyTorch has it. An axis of the same size stays as it is, and
    nearest doubles one of twice the size, whatever the factor."""
    index = np.arange(outputs)
    if align_corners:
        return index * ((size - 1) / (outputs - 1) if outputs > 1 else 0.0)
    if factor is None or outputs == size or (mode == "nearest" and outputs == 2 * size):
        by, single = size / outputs, np.float32(size) / np.float32(outputs)
    else:
        by, single = 1 / factor, np.float32(1 / factor)
    return index.astype(np.float32) * single if mode == "nearest" else (index + 0.5) * by - 0.5


def _by_onnx(size: int, outputs: int, factor: float | None, laid: str) -> NDArray[np.floating]:
    """The same in float32, as ONNX Runtime has it."""
    index, half = np.arange(outputs, dtype=np.float32), np.float32(0.5)
    by = np.float32(outputs) / np.float32(size) if factor is None else np.float32(factor)
    if laid == "align_corners":
        return index * np.float32(size - 1) / np.float32(max(1, outputs - 1))
    if laid == "asymmetric":
        return index / by
    if laid == "tf_half_pixel_for_nn":
        return (index + half) / by
    return (index + half) / by - half if outputs > 1 or laid == "half_pixel" else index


def upsample(
    input: ArrayLike,
    size: Settings | None = None,
    scale_factor: Factors | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    *,
    laid: str = "",
    rounded: str = "floor",
) -> NDArray:
    """The maps in another size, mostly a larger one.

    input         (C, H, W) or (N, C, H, W); N may be 0
    size          of the output, a whole number or (height, width); or
    scale_factor  how many times as large it is, a number or two above 0, rounded down
    mode          "nearest" takes a number over, "bilinear" weighs up to four
    align_corners  bilinear: the corners' middles stay where they are; else the maps' edges do
    laid, rounded  otherwise than PyTorch does: see `looks`

    Returns (C, Ho, Wo) or (N, C, Ho, Wo); float64 or float32 as `conv2d` decides it. The array given is never modified.

    Raises ArrayError for an input that is none, SettingError for settings that are none, DoesNotFit where nothing is
    left or no memory holds it.

    Source: the rules of torch.nn.functional.interpolate.
    """
    given, images = maps(input)
    rows, columns = _axes(images.shape, size, scale_factor, mode, align_corners, laid, rounded)
    with np.errstate(all="ignore"):
        wide = _weighed(images.astype(precision(given), copy=False), rows)
        found = np.ascontiguousarray(_weighed(wide.swapaxes(2, 3), columns).swapaxes(2, 3))
    return found if given.ndim == 4 else found[0]


def upsample_gradient(
    input: ArrayLike,
    output_gradient: ArrayLike,
    size: Settings | None = None,
    scale_factor: Factors | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    *,
    laid: str = "",
    rounded: str = "floor",
) -> NDArray:
    """The gradient for the input of `upsample`, in its shape: each output hands its own back as it weighed. Of the
    input only the shape and dtype matter."""
    given, images = maps(input)
    axes = _axes(images.shape, size, scale_factor, mode, align_corners, laid, rounded)
    output = np.broadcast_to(np.float32(0), (*images.shape[:2], *(len(one.weights) for one in axes)))
    gradient, images = batch_ready(given, output, output_gradient, images)
    found = gradient
    for (spans, weights), length in zip(axes, images.shape[2:]):  # rows first, columns then
        starts, counts = np.array(spans.starts), np.array(spans.counts)
        back = np.zeros((*found.shape[:2], length, found.shape[3]), found.dtype)
        for tap, weight in enumerate(weights.T.astype(found.dtype)):
            some = np.flatnonzero(counts > tap)
            handed_back(back, found[:, :, some] * weight[some, np.newaxis], starts[some] + tap)
        found = back.swapaxes(2, 3)
    return np.ascontiguousarray(found).reshape(given.shape)


def _axes(
    shape: tuple[int, ...], size: object, factor: object, mode: str, align_corners: bool, laid: str, rounded: str
) -> tuple[Looks, Looks]:
    """What is read on both axes of images (N, C, H, W)."""
    if 0 in shape[1:]:
        raise ArrayError(f"The input has shape {shape}; no numbers cannot be made more.")
    check_mode(mode, align_corners, laid, rounded)
    sizes, factors = scaled_to(shape[2:], size, factor)
    afford((*shape[:2], *sizes), np.float64, "The output", LESS)
    rows, columns = (looks(*axis, mode, align_corners, laid, rounded) for axis in zip(shape[2:], sizes, factors))
    return rows, columns


def check_mode(mode: str, align_corners: bool, laid: str = "", rounded: str = "floor") -> None:
    """Raises SettingError for settings that are none, or do not go together."""
    one_of(mode, "mode", MODES)
    one_of(laid, "laid", LAID)
    one_of(rounded, "rounded", ROUNDED)
    if flag(align_corners, "align_corners") and mode == "nearest":
        raise SettingError("align_corners is of bilinear alone; nearest takes over one number and has no corners.")


def settled(size: object, scale_factor: object) -> tuple[tuple[int, int] | None, tuple[float, float] | None]:
    """The output's size and the factor of both axes, of which one is told. Raises SettingError for both, and for none
    of them."""
    if (size is None) == (scale_factor is None):
        what = "Neither a size nor a scale_factor is" if size is None else "A size and a scale_factor are both"
        raise SettingError(f"{what} told; one of them works: scale_factor=2 doubles a map.")
    if size is not None:
        down, across = (whole(one, "size", 1) for one in pair(size, "size"))
        return (down, across), None
    factors = [number_of(one) for one in pair(scale_factor, "scale_factor")]
    if any(one is None or not 1 / LONGEST < one < LONGEST for one in factors):
        raise SettingError(f"scale_factor is {told(scale_factor)}; it is a number above 0 or two, such as 2 or 1.5.")
    return None, (factors[0], factors[1])  # type: ignore[return-value]


def scaled_to(
    sides: tuple[int, ...], size: object, scale_factor: object
) -> tuple[tuple[int, int], tuple[float | None, float | None]]:
    """The output's size, and the factors if they are told. Raises DoesNotFit where nothing is left."""
    wanted, factors = settled(size, scale_factor)
    if factors is not None:
        down, across = (math.floor(side * factor) for side, factor in zip(sides, factors))
        if min(down, across) < 1:
            raise DoesNotFit(f"Of {' x '.join(map(str, sides))} nothing would be left; a larger factor leaves some.")
        wanted = (down, across)
    assert wanted is not None
    if max(wanted) > LONGEST:
        raise DoesNotFit(f"The output would have {told(max(wanted))} positions on one axis; {LESS}.")
    return wanted, factors or (None, None)


def _weighed(images: NDArray, along: Looks) -> NDArray:
    """The rows of (N, C, rows, columns) as they are weighed."""
    (starts, counts), weights = (np.array(row) for row in (along.spans.starts, along.spans.counts)), along.weights
    found = images[:, :, starts]
    if weights.shape[1] > 1:
        both = np.flatnonzero(counts > 1)
        first, second = weights[both].T.astype(images.dtype)[..., np.newaxis]
        found[:, :, both] = images[:, :, starts[both]] * first + images[:, :, starts[both] + 1] * second
    return found
