"""Convolution along one axis: a signal is a picture of one row, and `conv2d` does the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.geometry import Window
from cnnviz.ops.conv import conv2d
from cnnviz.ops.conv_gradients import conv2d_gradients

Setting1d = int | tuple[int]


def conv1d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: Setting1d = 1,
    padding: Setting1d | tuple[int, int] = 0,
    dilation: Setting1d = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> NDArray[np.floating]:
    """What deep learning calls a convolution, over a signal: the cross-correlation with filters, which are not flipped.

        output[f, i] = bias[f] + sum over c, k of weight[f, c, k] * padded[c, i*S + k*D]

    input         (C, L) or (N, C, L); N may be 0
    weight        (out_channels, C / groups, K)
    bias          (out_channels,) or None
    stride, dilation  a whole number, at least 1, or (it,) as PyTorch has it
    padding       a whole number, at least 0, or (it,), the same at both ends; or (before, after). Causal, so that no
                  output reads what comes after it, is (D(K - 1), 0)
    groups, padding_mode  as `conv2d` takes them

    Returns (out_channels, Lo) or (N, out_channels, Lo), float64 or float32 as `conv2d` does. Raises what it raises.

    Source: A. van den Oord and others, "WaveNet: A Generative Model for Raw Audio" (2016), section 2.1, for causal and
    dilated ones; the rules of torch.nn.functional.conv1d.
    """
    given, filters = _signal(input), _filters(weight)
    settings = _of_one_row(_window(filters, stride, padding, dilation))
    return conv2d(given, filters, bias, groups=groups, padding_mode=padding_mode, **settings)[..., 0, :]


def conv1d_gradients(
    input: ArrayLike,
    weight: ArrayLike,
    output_gradient: ArrayLike,
    *,
    stride: Setting1d = 1,
    padding: Setting1d | tuple[int, int] = 0,
    dilation: Setting1d = 1,
    groups: int = 1,
    to_input: bool = True,
) -> tuple[NDArray | None, NDArray, NDArray]:
    """The gradients for a convolution's input, weight and bias, as `conv2d_gradients` has them, of signals.

    Returns (input gradient or None, weight gradient, bias gradient): shaped as input, as weight and (out_channels,).
    """
    given, filters = _signal(input), _filters(weight)
    window = _window(filters, stride, padding, dilation)
    towards = numbers(output_gradient, "output's gradient")
    shape = (*given.shape[:-3], len(filters), window.output_size(given.shape[-1]))
    if towards.shape != shape:
        raise ArrayError(f"The output's gradient has shape {towards.shape}; the output has {shape}.")
    for_input, for_weight, for_bias = conv2d_gradients(
        given, filters, towards[..., np.newaxis, :], groups=groups, to_input=to_input, **_of_one_row(window)
    )
    return None if for_input is None else for_input[..., 0, :], for_weight[:, :, 0], for_bias


def _signal(value: ArrayLike) -> NDArray:
    """(C, L) or (N, C, L) as maps of one row."""
    array = numbers(value, "input")
    if array.ndim not in (2, 3):
        raise ArrayError(f"The input has shape {array.shape}; it must be (C, L) or (N, C, L).")
    return array[..., np.newaxis, :]


def _filters(value: ArrayLike) -> NDArray:
    array = numbers(value, "weight")
    if array.ndim != 3 or 0 in array.shape:
        raise ArrayError(
            f"The weight has shape {array.shape}; it must be (out_channels, in_channels / groups, K), each at least 1."
        )
    return array[:, :, np.newaxis]


def _window(filters: NDArray, stride: object, padding: object, dilation: object) -> Window:
    return Window(filters.shape[-1], *map(_unpacked, (stride, padding, dilation)))


def _unpacked(value: Any) -> Any:
    """PyTorch takes a setting of one axis as a number or as a row of one."""
    return value[0] if isinstance(value, (tuple, list)) and len(value) == 1 else value


def _of_one_row(window: Window) -> dict[str, Any]:
    """The settings of `conv2d` that leave the one row alone."""
    return {
        "stride": (1, window.stride), "padding": (0, (window.before, window.after)), "dilation": (1, window.dilation),
    }  # fmt: skip
