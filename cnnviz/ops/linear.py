"""The fully connected layer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers
from cnnviz.errors import ArrayError
from cnnviz.ops.checks import precision, ready


def linear(input: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> NDArray:
    """What a fully connected layer computes: every unit reads every feature.

        output[..., j] = bias[j] + sum over i of weight[j, i] * input[..., i]

    input   (..., in_features)
    weight  (out_features, in_features)
    bias    (out_features,) or None

    Returns (..., out_features), float64 or float32 as `conv2d` decides it. The arrays given are never modified.
    Overflow gives inf and inf - inf gives nan, without a warning.

    Raises ArrayError for shapes and dtypes that do not belong together.

    Source: the rules of torch.nn.functional.linear.
    """
    features, matrix = numbers(input, "input"), numbers(weight, "weight")
    offsets = None if bias is None else numbers(bias, "bias")
    if matrix.ndim != 2:
        raise ArrayError(f"The weight has shape {matrix.shape}; it must be (out_features, in_features).")
    units, reads = matrix.shape
    if features.ndim == 0:
        raise ArrayError(f"The input is a single number; it must be (..., {reads}), the features last.")
    if features.shape[-1] != reads:
        raise ArrayError(f"The input has {features.shape[-1]} features, but each unit reads {reads}; they must agree.")
    if offsets is not None and offsets.shape != (units,):
        raise ArrayError(f"The bias has shape {offsets.shape}; {units} units need shape ({units},), one number each.")
    dtype = precision(features, matrix, offsets)
    afford((*features.shape[:-1], units), dtype, "The output", "fewer rows or units need less")
    with np.errstate(all="ignore"):
        output = features.astype(dtype, copy=False) @ matrix.astype(dtype, copy=False).T
        if offsets is not None:
            output += offsets.astype(dtype, copy=False)
    return output


def linear_gradients(
    input: ArrayLike, weight: ArrayLike, output_gradient: ArrayLike
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for the input, weight and bias of `linear`.

    input (..., in_features), weight (out_features, in_features), output_gradient (..., out_features)
    Returns (input gradient, weight gradient, bias gradient): shaped as the input, as the weight and (out_features,);
    the last two are sums over all leading axes.
    """
    given, matrix = numbers(input, "input"), numbers(weight, "weight")
    linear(given[np.newaxis][:0] if given.ndim else given, matrix)  # for what it refuses: of no rows, it costs nothing
    units, reads = matrix.shape
    gradient, given, matrix = ready((*given.shape[:-1], units), output_gradient, given, matrix)
    count = math.prod(given.shape[:-1])
    rows = gradient.reshape(count, units)
    with np.errstate(all="ignore"):
        return gradient @ matrix, rows.T @ given.reshape(count, reads), rows.sum(0)
