"""How far numbers are from codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers
from cnnviz.errors import ArrayError
from cnnviz.ops.checks import precision, ready


def squared_distances(input: ArrayLike, codes: ArrayLike) -> NDArray:
    """The squared Euclidean distance to each code.

        output[..., j] = sum over i of (input[..., i] - codes[j, i])²

    input  (..., features)
    codes  (out_features, features)

    Returns (..., out_features), float64 or float32 as `conv2d` decides it. The arrays given are never modified.
    Overflow gives inf and inf - inf gives nan, without a warning.

    Raises ArrayError for shapes and dtypes that do not belong together.

    Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), equation 7.
    """
    features, points = numbers(input, "input"), numbers(codes, "codes")
    if points.ndim != 2:
        raise ArrayError(f"The codes have shape {points.shape}; they must be (out_features, features).")
    if features.ndim == 0 or features.shape[-1] != points.shape[1]:
        found = f"{features.shape[-1]} features" if features.ndim else "a single number"
        raise ArrayError(f"The input has {found}, and each code {points.shape[1]}; they must agree.")
    dtype = precision(features, points)
    features, points = features.astype(dtype, copy=False), points.astype(dtype, copy=False)
    afford((*features.shape[:-1], len(points)), dtype, "The output", "fewer rows or codes need less")
    output = np.empty((*features.shape[:-1], len(points)), dtype)
    with np.errstate(all="ignore"):
        for unit, code in enumerate(points):  # one after another: a batch times all codes need not fit in memory
            output[..., unit] = np.square(features - code).sum(-1)
    return output


def squared_distances_gradient(input: ArrayLike, codes: ArrayLike, output_gradient: ArrayLike) -> NDArray:
    """The gradient for the input of `squared_distances`, in its shape: d/dx of (x - code)² is 2 (x - code)."""
    given, points = numbers(input, "input"), numbers(codes, "codes")
    squared_distances(given[np.newaxis][:0] if given.ndim else given, points)  # for what it refuses
    gradient, given, points = ready((*given.shape[:-1], len(points)), output_gradient, given, points)
    with np.errstate(all="ignore"):
        return np.asarray(2 * (given * gradient.sum(-1, keepdims=True) - gradient @ points))
