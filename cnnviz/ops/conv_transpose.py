"""Transposed convolution: the way back through a convolution, as an operation of its own.

A convolution makes one number of a window; this makes a window of one number. Each number of the input is multiplied
by the kernel, and that stamp is added up into the output, where the convolution of the same settings would have read
it: it is that convolution's gradient for its input. Its own gradient is that convolution.

Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016), chapter 4; the rules of
torch.nn.functional.conv_transpose2d.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import Window, pair, windows
from cnnviz.ops.checks import Padding, Settings, batch_ready, maps, precision
from cnnviz.ops.conv import conv2d
from cnnviz.ops.conv_gradients import conv2d_gradients, input_gradient

LESS = "more padding, a smaller stride or fewer filters need less"


def conv_transpose2d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Settings = 1,
    padding: Padding = 0,
    output_padding: Settings = 0,
    groups: int = 1,
    dilation: Settings = 1,
) -> NDArray[np.floating]:
    """Each number of the input times the kernel, added up: what deep learning calls a transposed convolution.

        output[f, i*S - P + m*D, j*S - P + n*D] += input[c, i, j] * weight[c, f, m, n]     and bias[f] everywhere

    input         (C, H, W) or (N, C, H, W); N may be 0
    weight        (C, out_channels / groups, kH, kW)
    bias          (out_channels,) or None
    stride, dilation  a whole number or (height, width), at least 1
    padding       how much is cut off the output: a whole number, (height, width) or ((top, bottom), (left, right))
    output_padding  how much less is cut off behind, or stands there more, with the bias alone: a whole number or
                  (height, width), below the stride or the dilation
    groups        into how many parts, each by itself, the channels and the output's are divided

    Returns (out_channels, Ho, Wo) or (N, out_channels, Ho, Wo), Ho = (H - 1)S - 2P + D(K - 1) + output_padding + 1. Its
    kind of number is that of `conv2d`, and so is what it raises.
    """
    given, images = maps(input)
    filters, offsets = numbers(weight, "weight"), None if bias is None else numbers(bias, "bias")
    groups = whole(groups, "groups", 1)
    shape, rows, columns = _reaches(images, filters, stride, padding, output_padding, groups, dilation)
    if offsets is not None and offsets.shape != shape[1:2]:
        raise ArrayError(
            f"The bias has shape {offsets.shape}; {shape[1]} output channels need shape ({shape[1]},), one number each."
        )
    dtype = precision(given, filters, offsets)
    with np.errstate(all="ignore"):
        images, filters = images.astype(dtype, copy=False), filters.astype(dtype, copy=False)
        output = input_gradient(shape, filters, images, rows, columns, groups)
        output = np.ascontiguousarray(output) if offsets is None else output + offsets.astype(dtype)[:, None, None]
    return output if given.ndim == 4 else output[0]


def conv_transpose2d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Settings = 1,
    padding: Padding = 0,
    output_padding: Settings = 0,
    groups: int = 1,
    dilation: Settings = 1,
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for a transposed convolution's input, weight and bias; its settings as it took them.

    output_gradient  (out_channels, Ho, Wo) or (N, out_channels, Ho, Wo)

    Returns (input gradient, weight gradient, bias gradient): shaped as input, as weight and (out_channels,).
    """
    given, images = maps(input)
    filters, groups = numbers(weight, "weight"), whole(groups, "groups", 1)
    shape, *axes = _reaches(images, filters, stride, padding, output_padding, groups, dilation)
    gradient, images, filters = batch_ready(given, np.empty((0, *shape[1:])), output_gradient, images, filters)
    # The convolution that reads the stamps again. Behind the last one there may be room for more windows; they lead to
    # no number of the input.
    ends = [
        (window.before, max(0, (many - 1) * window.stride + window.extent - window.before - size))
        for window, many, size in zip(axes, images.shape[2:], shape[2:])
    ]
    (rows, columns), padded = axes, (ends[0], ends[1])
    steps, gaps = (rows.stride, columns.stride), (rows.dilation, columns.dilation)
    with np.errstate(all="ignore"):
        read = conv2d(gradient, filters, stride=steps, padding=padded, dilation=gaps, groups=groups)
        spread = np.zeros(read.shape, gradient.dtype)
        spread[:, :, : images.shape[2], : images.shape[3]] = images
        _, for_weight, _ = conv2d_gradients(
            gradient, filters, spread, stride=steps, padding=padded, dilation=gaps, groups=groups, to_input=False
        )
        for_bias = gradient.sum((0, 2, 3))
    for_input = np.ascontiguousarray(read[:, :, : images.shape[2], : images.shape[3]])
    return for_input.reshape(given.shape), for_weight, for_bias


def _reaches(
    images: NDArray, weight: NDArray, stride: object, padding: object, output_padding: object, groups: int,
    dilation: object,
) -> tuple[tuple[int, ...], Window, Window]:  # fmt: skip
    """The output's shape, and the windows in it that the numbers of the input are stamped into."""
    if weight.ndim != 4 or 0 in weight.shape:
        raise ArrayError(
            f"The weight has shape {weight.shape}; it must be (in_channels, out_channels / groups, kH, kW), each at "
            "least 1."
        )
    channels = images.shape[1]
    if channels != len(weight):
        raise ArrayError(
            f"The input has {channels} channels, but the weight is for {len(weight)}; the numbers must agree."
        )
    if channels % groups:
        raise ArrayError(f"{channels} channels cannot be divided into {told(groups)} equal groups.")
    axes = windows(weight.shape[2:], stride, padding, dilation)
    found = [stamps(*each) for each in zip(axes, images.shape[2:], pair(output_padding, "output_padding"))]
    (rows, height), (columns, width) = found
    shape = len(images), weight.shape[1] * groups, height, width
    afford((shape[0] or 1, *shape[1:]), precision(images, weight), "The output", LESS)
    return shape, rows, columns


def stamps(window: Window, size: int, output_padding: object = 0) -> tuple[Window, int]:
    """The window that each of `size` numbers is stamped into, one after another, and how long the output is.

    Of the window what makes no difference is left out: the stride of a single number, the dilation of a kernel of one.
    Raises SettingError for an output padding that is none, DoesNotFit where nothing of the output is left.
    """
    size, more = whole(size, "the input's size", 1), whole(output_padding, "output_padding", 0)
    if more >= max(window.stride, window.dilation):
        raise SettingError(
            f"output_padding is {told(more)}; it must be below the stride, {told(window.stride)}, or the dilation, "
            f"{told(window.dilation)}."
        )
    whole_size = (size - 1) * window.stride + window.extent
    count = whole_size - window.before - window.after + more
    if count < 1:
        raise DoesNotFit(
            f"The stamps span {told(whole_size)}, and padding cuts off {told(window.before + window.after - more)}: "
            "less padding leaves something."
        )
    stride = window.stride if size > 1 else 1
    dilation = window.dilation if window.kernel_size > 1 else 1
    return replace(window, stride=stride, padding=(window.before, 0), dilation=dilation), count
