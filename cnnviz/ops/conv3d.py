"""Convolution over depth, rows and columns, as a convolution over rows and columns of more channels; and its gradients.

A number at depth t of the output reads KD planes of each channel. Put behind one another as channels of their own,
they are what `conv2d` takes, and so are the filters, without a number moved in memory:

    (C, KD, H, W) read at depth t      -> C KD channels of H x W
    (O, C / groups, KD, kH, kW)        -> O filters that read C KD / groups channels

So the products are those of conv2d, plane by plane of the output, and beyond it no more is laid out than one plane
reads. Backwards it is the same: what conv2d_gradients finds for those channels goes back to the planes they came from.

Source: I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), equation 9.6, over one axis more; the rules
of torch.nn.functional.conv3d.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, flag, numbers, told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import Window, check_padding, windows
from cnnviz.ops.checks import batch_ready, maps, precision, visits
from cnnviz.ops.conv import LESS, Runs, check_channels, conv2d, origins
from cnnviz.ops.conv_gradients import conv2d_gradients

Three = int | tuple[int, int, int]
_Ends = int | tuple[int, int]
Padding3 = int | tuple[_Ends, _Ends, _Ends]


def conv3d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Three = 1,
    padding: Padding3 = 0,
    dilation: Three = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> NDArray[np.floating]:
    """The cross-correlation of a volume with filters that slide over its depth too: the frames of a film, the slices of
    a scan.

        output[f, t, i, j] = bias[f] + sum over c, l, m, n of
                             weight[f, c, l, m, n] * padded[c, t*S + l*D, i*S + m*D, j*S + n*D]

    input         (C, D, H, W) or (N, C, D, H, W); N may be 0
    weight        (out_channels, C / groups, kD, kH, kW)
    bias          (out_channels,) or None
    stride, dilation  a whole number or (depth, height, width), at least 1
    padding       a whole number, (depth, height, width) or ((front, back), (top, bottom), (left, right)), at least 0
    groups, padding_mode  as in `conv2d`

    Returns (out_channels, Do, Ho, Wo) or (N, out_channels, Do, Ho, Wo), sizes by `Window.output_size`, of the kind of
    number that `conv2d` answers in. The arrays given are never modified.

    Raises what `conv2d` raises.
    """
    given, images = maps(input, "C, D, H, W")
    filters, offsets = _filters(weight), None if bias is None else numbers(bias, "bias")
    groups = whole(groups, "groups", 1)
    check_channels(images.shape[1], filters.shape, None if offsets is None else offsets.shape, groups)
    along = _Depth.of(filters.shape[2:], images.shape[2], stride, padding, dilation)
    check_padding(along.window, images.shape[2], padding_mode)
    sizes = [
        window.output_size(size)
        for window, size in zip(windows(filters.shape[3:], **along.plane), images.shape[3:], strict=True)
    ]
    dtype = precision(given, filters, offsets)
    shape = len(images), len(filters), along.outputs, *sizes
    afford((len(images) or 1, *shape[1:]), dtype, "The output", LESS)
    output = np.empty(shape, dtype)
    for at, read, _ in _planes(images, along, padding_mode):
        output[:, :, at] = conv2d(
            read, _as_channels(filters), offsets, **along.plane, groups=groups, padding_mode=padding_mode
        )
    return output if given.ndim == 5 else output[0]


def conv3d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Three = 1,
    padding: Padding3 = 0,
    dilation: Three = 1,
    groups: int = 1,
    to_input: bool = True,
) -> tuple[NDArray | None, NDArray, NDArray]:
    """The gradients for the input, weight and bias of `conv3d`, as `conv2d_gradients` gives those of `conv2d`.

    input            (C, D, H, W) or (N, C, D, H, W)
    weight           (out_channels, C / groups, kD, kH, kW)
    output_gradient  (out_channels, Do, Ho, Wo) or (N, out_channels, Do, Ho, Wo)
    stride, padding, dilation, groups  as `conv3d` took them; the padding is of zeros
    to_input         whether the input's gradient is wanted

    Returns (input gradient or None, weight gradient, bias gradient): shaped as input, as weight and (out_channels,).
    """
    given, images = maps(input, "C, D, H, W")
    filters, is_wanted = _filters(weight), flag(to_input, "to_input")
    output = conv3d(images[:0], filters, stride=stride, padding=padding, dilation=dilation, groups=groups)
    gradient, images, filters = batch_ready(given, output, output_gradient, images, filters)
    along = _Depth.of(filters.shape[2:], images.shape[2], stride, padding, dilation)
    for_input = np.zeros(images.shape, images.dtype) if is_wanted else None
    for_weight, for_bias = np.zeros(filters.shape, images.dtype), np.zeros(len(filters), images.dtype)
    with np.errstate(all="ignore"):
        for at, read, taken in _planes(images, along, "zeros"):
            for_read, for_these, for_those = conv2d_gradients(
                read, _as_channels(filters), gradient[:, :, at], **along.plane, groups=groups, to_input=is_wanted
            )
            for_weight += for_these.reshape(filters.shape)
            for_bias += for_those
            if for_input is not None and for_read is not None:
                back = for_read.reshape(*images.shape[:2], filters.shape[2], *images.shape[3:])
                for taps, positions in taken:
                    if positions is not None:
                        for_input[:, :, positions] += back[:, :, taps]
    return None if for_input is None else for_input.reshape(given.shape), for_weight, for_bias


class _Depth(NamedTuple):
    """The window along the depth, how many places it visits, and the settings of the two axes of a plane."""

    window: Window
    outputs: int
    plane: dict[str, Any]

    @classmethod
    def of(cls, kernel: tuple[int, ...], size: int, stride: Any, padding: Any, dilation: Any) -> _Depth:
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        axes = {name: _three(value, name) for name, value in settings.items()}
        window, outputs = visits(Window(kernel[0], **{name: value[0] for name, value in axes.items()}), size)
        return cls(window, outputs, {name: value[1:] for name, value in axes.items()})


def _three(value: Any, name: str) -> tuple[Any, Any, Any]:
    """A setting for (depth, height, width): three values as they are, one for all axes thrice."""
    if not isinstance(value, (tuple, list)):
        return value, value, value
    if len(value) != 3:
        raise SettingError(
            f"{name} is {told(value)}; it is one value for all axes, or three: (depth, height, width)."
        )
    return value[0], value[1], value[2]


def _filters(weight: ArrayLike) -> NDArray:
    filters = numbers(weight, "weight")
    if filters.ndim != 5 or 0 in filters.shape:
        raise ArrayError(
            f"The weight has shape {filters.shape}; it must be (out_channels, in_channels / groups, kD, kH, kW), "
            "each at least 1."
        )
    return filters


def _as_channels(array: NDArray) -> NDArray:
    """(A, B, KD, ...) as (A, B KD, ...): the planes of each channel, or of each filter's part for one, put in a row."""
    return array.reshape(len(array), array.shape[1] * array.shape[2], *array.shape[3:])


def _planes(images: NDArray, along: _Depth, padding_mode: str) -> Iterator[tuple[int, NDArray, Runs]]:
    """For each depth of the output: it, the planes that it reads as channels (N, C KD, H, W), and which those are."""
    size = images.shape[2]
    for at in range(along.outputs):
        taken = origins(along.window.taps(at), size, padding_mode)
        shape = *images.shape[:2], along.window.kernel_size, *images.shape[3:]
        afford(shape, images.dtype, "The planes that a window spans", LESS)
        read = np.empty(shape, images.dtype)
        for taps, positions in taken:
            read[:, :, taps] = 0 if positions is None else images[:, :, positions]
        yield at, _as_channels(read), taken
