"""Backwards through batch norm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import ArrayError
from cnnviz.ops import batch_statistics
from cnnviz.ops.checks import maps, numbers, precision


def batch_norm_gradients(
    input: ArrayLike,
    output_gradient: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for the input, weight (gamma) and bias (beta) of `batch_norm`, given what it was given.

    output_gradient  in the input's shape, (C, H, W) or (N, C, H, W)

    In training, or where no statistics are given, they are the input's own: then they move with each number of it, and
    the input's gradient has no part along the mean and the deviation of its channel. Otherwise they are constants.

    Returns (input gradient, weight gradient, bias gradient): shaped as the input, (C,) and (C,); float64 or float32 as
    `conv2d` decides it. Raises ArrayError for an output gradient of another shape, and what `batch_statistics` raises.

    Source: S. Ioffe and C. Szegedy, "Batch Normalization" (2015), section 3.
    """
    given, images = maps(input)
    gradient = numbers(output_gradient, "output's gradient")
    if gradient.shape != given.shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {given.shape}.")
    dtype = precision(gradient, given, *(numbers(a, "weight") for a in (weight,) if a is not None))
    gradient = gradient.reshape(images.shape).astype(dtype, copy=False)
    own = training or running_mean is None or running_var is None
    mean, variance = batch_statistics(images) if own else (np.asarray(running_mean), np.asarray(running_var))
    axes = (0, 2, 3)
    with np.errstate(all="ignore"):
        inverse = 1 / np.sqrt(variance.astype(np.float64) + eps)
        normal = np.subtract(images, _each(mean, dtype), dtype=dtype)
        normal *= _each(inverse, dtype)
        for_bias = gradient.sum(axes)
        for_weight = (gradient * normal).sum(axes)
        found = gradient
        if own:
            count = images.size // images.shape[1]
            normal *= _each(for_weight / count, dtype)
            found = gradient - _each(for_bias / count, dtype)
            found -= normal
        scale = inverse if weight is None else inverse * np.asarray(weight)
        return (found * _each(scale, dtype)).reshape(given.shape), for_weight, for_bias


def _each(values: NDArray, dtype: np.dtype) -> NDArray:
    """A value a channel, to be put beside (N, C, H, W)."""
    return values.astype(dtype)[:, np.newaxis, np.newaxis]
