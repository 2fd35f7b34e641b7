"""Scaled dot-product attention: each place is a mean of all places, by weights that it computes from them itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, numbers, real
from cnnviz.errors import ArrayError
from cnnviz.ops.activations import softmax
from cnnviz.ops.checks import precision, ready


def attention(query: ArrayLike, key: ArrayLike, value: ArrayLike, *, scale: float | None = None) -> NDArray:
    """What one head of attention computes.

        output[..., i, :] = sum over j of weight[..., i, j] * value[..., j, :]

    query  (..., L, d)     what each of L places asks
    key    (..., S, d)     by what each of S places is found
    value  (..., S, e)     what it gives
    scale  of `attention_weights`

    Returns (..., L, e), float64 or float32 as `conv2d` decides it; what stands in front is broadcast as NumPy does it.
    Nothing in it knows an order: with keys and values in another, both alike, it is the same to the last rounding.
    Overflow gives inf or nan without a warning. The arrays given are never modified.

    Raises ArrayError for shapes and dtypes that do not belong together, SettingError for a scale that is none.

    Source: A. Vaswani et al., "Attention Is All You Need" (2017), equation 1; the rules of
    torch.nn.functional.scaled_dot_product_attention, without a mask.
    """
    queries, keys, values = given = _taken(query, key, value)
    with np.errstate(all="ignore"):
        return (_weights(queries, keys, scale) @ values.astype(np.float64)).astype(precision(*given))


def attention_weights(query: ArrayLike, key: ArrayLike, *, scale: float | None = None) -> NDArray:
    """The weights by which `attention` takes its mean: above 0, those of each query adding up to 1.

        weight[..., i, :] = softmax over j of scale * sum over c of query[..., i, c] * key[..., j, c]

    scale  None: 1 / sqrt(d), so that a query of d numbers asks no louder than one of few

    Returns (..., L, S). Otherwise as `attention`.
    """
    queries, keys, _ = _taken(query, key)
    return _weights(queries, keys, scale).astype(precision(queries, keys))


def attention_gradients(
    query: ArrayLike, key: ArrayLike, value: ArrayLike, output_gradient: ArrayLike, *, scale: float | None = None
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for the query, key and value of `attention`, shaped as these.

    A score moves the weights of all: it gets what its own weight would gain, less what the weights gain on average.
    """
    queries, keys, values = _taken(query, key, value)
    front = np.broadcast_shapes(*(array.shape[:-2] for array in (queries, keys, values)))
    shape = (*front, queries.shape[-2], values.shape[-1])
    gradient, *arrays = ready(shape, output_gradient, queries, keys, values)
    dtype = gradient.dtype
    gradient, queries, keys, values = (array.astype(np.float64) for array in (gradient, *arrays))
    with np.errstate(all="ignore"):
        weights = _weights(queries, keys, scale)
        gains = gradient @ values.swapaxes(-1, -2)
        scores = weights * (gains - (weights * gains).sum(-1, keepdims=True)) * _scale(queries, scale)
        found = scores @ keys, scores.swapaxes(-1, -2) @ queries, weights.swapaxes(-1, -2) @ gradient
        of_query, of_key, of_value = (
            _summed(one, array.shape).astype(dtype) for one, array in zip(found, arrays, strict=True)
        )
    return of_query, of_key, of_value


def _taken(query: ArrayLike, key: ArrayLike, value: ArrayLike | None = None) -> tuple[NDArray, NDArray, NDArray]:
    """The arrays, which belong together; no value: the key in its place."""
    queries, keys = numbers(query, "query"), numbers(key, "key")
    values = keys if value is None else numbers(value, "value")
    for name, array in (("query", queries), ("key", keys), ("value", values)):
        if array.ndim < 2:
            raise ArrayError(f"The {name} has shape {array.shape}; it must be (..., places, numbers of each).")
    if not queries.shape[-1] or queries.shape[-1] != keys.shape[-1]:
        each = f"{queries.shape[-1]} and {keys.shape[-1]}"
        raise ArrayError(f"A query and a key have {each} numbers; they are multiplied in pairs, so both need as many.")
    if not keys.shape[-2] or keys.shape[-2] != values.shape[-2]:
        places = f"{keys.shape[-2]} and {values.shape[-2]}"
        raise ArrayError(f"There are keys and values of {places} places; there must be as many, and one at least.")
    try:
        front = np.broadcast_shapes(*(array.shape[:-2] for array in (queries, keys, values)))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in (queries, keys, values))
        raise ArrayError(f"{shapes}: in front of their last two axes these shapes differ; they must agree.") from None
    for last in (keys.shape[-2], values.shape[-1]):
        afford((*front, queries.shape[-2], last), np.float64, "The result", "fewer places need less")
    return queries, keys, values


def _scale(queries: NDArray, scale: float | None) -> float:
    return 1 / math.sqrt(queries.shape[-1]) if scale is None else real(scale, "scale")


def _weights(queries: NDArray, keys: NDArray, scale: float | None) -> NDArray[np.float64]:
    """In float64 whatever is given: what is rounded off a large score, its weight is wrong by in proportion."""
    with np.errstate(all="ignore"):
        return softmax(queries.astype(np.float64) @ keys.astype(np.float64).swapaxes(-1, -2) * _scale(queries, scale))


def _summed(gradient: NDArray, shape: tuple[int, ...]) -> NDArray:
    """The gradient of an array that was broadcast to more: the sum over all places that read it."""
    extra = gradient.ndim - len(shape)
    axes = tuple(axis for axis in range(gradient.ndim) if axis < extra or shape[axis - extra] != gradient.shape[axis])
    return gradient.sum(axes).reshape(shape) if axes else gradient
