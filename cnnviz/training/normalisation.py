"""Backwards through batch norm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.ops.normalisation import Settled, each


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
    `conv2d` decides it; of an empty batch, which `batch_norm` takes, nothing and zeros.

    Raises what `batch_norm` raises, and ArrayError for an output gradient of another shape.

    Source: S. Ioffe and C. Szegedy, "Batch Normalization" (2015), section 3.
    """
    gradient = numbers(output_gradient, "output's gradient")
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight}
    settled = Settled.of(input, named, training, eps, gradient)
    images, dtype, axes = settled.images, settled.dtype, (0, 2, 3)
    if gradient.shape != settled.given.shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {settled.given.shape}.")
    gradient = gradient.reshape(images.shape).astype(dtype, copy=False)
    if gradient.size == 0:
        nothing = np.zeros(images.shape[1], dtype)
        return np.empty(settled.given.shape, dtype), nothing, nothing.copy()
    mean, variance = settled.statistics()
    with np.errstate(all="ignore"):
        inverse = 1 / np.sqrt(variance + settled.eps)
        normal = np.subtract(images, each(mean, dtype), dtype=dtype)
        normal *= each(inverse, dtype)
        # Added up in float64, as the statistics are: what is left of a gradient without its mean may be very small.
        for_bias = gradient.sum(axes, np.float64)
        for_weight = (gradient * normal).sum(axes, np.float64)
        found = gradient
        if settled.own:
            count = images.size // images.shape[1]
            normal *= each(for_weight / count, dtype)
            found = gradient - each(for_bias / count, dtype)
            found -= normal
        scale = inverse * settled.arrays.get("weight", 1)
        found = (found * each(scale, dtype)).reshape(settled.given.shape)
        return found, for_weight.astype(dtype), for_bias.astype(dtype)
