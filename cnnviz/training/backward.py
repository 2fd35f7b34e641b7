"""Backwards through a whole network: from the loss's gradient for its output to that for every map and parameter.

Source: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (1986).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import Window, origin
from cnnviz.layers import (
    Activate,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    Linear,
    MaxPool2d,
    Parallel,
    Parameters,
    PartialConv2d,
    Rbf,
    Subsample,
)
from cnnviz.layers.layer import both, single
from cnnviz.network import Network
from cnnviz.ops import ACTIVATIONS, avg_pool2d, dropout_mask
from cnnviz.signatures import checked
from cnnviz.training.gradients import conv2d_gradients, linear_gradients
from cnnviz.training.normalisation import batch_norm_gradients
from cnnviz.training.pooling import avg_pool2d_gradient, max_pool2d_gradient

Found = tuple[NDArray, dict[str, NDArray]]  # the gradient for a layer's input, and those for its parameters by name
Mask = NDArray[np.bool_] | list | None  # what dropout kept; of parallel layers, for each


@checked
@dataclass(frozen=True)
class Backward:
    """The loss's gradient for everything.

    inputs      for each map of `Network.forward`, in its shape: the input first, then each layer's output
    parameters  for each layer, those of the arrays that are learnt, by name; sums over the batch
    """

    inputs: list[NDArray]
    parameters: list[dict[str, NDArray]]


@checked
def backward(
    network: Network,
    maps: Sequence[NDArray],
    parameters: Sequence[Parameters],
    gradient: ArrayLike,
    *,
    training: bool = False,
    rng: np.random.Generator | None = None,
    to_input: bool = True,
) -> Backward:
    """The gradients of a loss for every map and every parameter.

    maps        all of them, as `network.forward` gave them for `parameters`, of one input or a batch
    gradient    the loss's gradient for the last of them, in its shape
    training    whether `forward` ran in training
    rng         in training with dropout: a generator in the state in which `forward` was given its own. The same
                masks are drawn from it again; the maps alone do not tell whether a 0 was dropped.
    to_input    False leaves out what training has no use for: the gradients for the input and for all maps before the
                first layer that learns are empty

    float64 or float32 as the operations decide it; overflow gives inf or nan without a warning. Raises ArrayError for
    maps or a gradient that do not belong to the network, SettingError for dropout in training without an rng.
    """
    last = np.asarray(gradient)
    if len(maps) != len(network.layers) + 1 or len(parameters) != len(network.layers):
        raise ArrayError(
            f"There are {len(maps)} maps and parameters for {len(parameters)} layers; "
            f"the network has {len(network.layers)} layers, and one map more than that."
        )
    network.check_maps(maps)
    network.check_parameters(parameters)
    if last.shape != maps[-1].shape:
        raise ArrayError(f"The output's gradient has shape {last.shape}; the output has {maps[-1].shape}.")
    # Forwards, for that is the order in which `forward` drew them.
    masks = [_mask(layer, read, rng) if training else None for layer, read in zip(network.layers, maps)]
    first = next((row.index for row in network.rows if row.parameters), len(network.rows))  # that learns
    nothing = np.empty(0, last.dtype)
    inputs, learnt = [last], []
    with np.errstate(all="ignore"):
        for index, layer in reversed(list(enumerate(network.layers))):
            onward, reached = to_input or index > first, nothing
            found: dict[str, NDArray] = {}
            if onward or index == first:
                reached, found = _through(
                    layer, maps[index], parameters[index], inputs[-1], masks[index], training, onward
                )
            inputs.append(reached if onward else nothing)
            learnt.append(found)
    return Backward(inputs[::-1], learnt[::-1])


def _mask(layer: Layer, input: NDArray, rng: np.random.Generator | None) -> Mask:
    """What a layer of dropout kept."""
    if isinstance(layer, Parallel):
        return [_mask(branch, input, rng) for branch in layer.branches]
    return dropout_mask(input.shape, layer.p, rng) if isinstance(layer, Dropout) else None


def _through(
    layer: Layer,
    input: NDArray,
    given: Parameters,
    gradient: NDArray,
    mask: Mask,
    training: bool,
    to_input: bool,
) -> Found:
    """Backwards through one layer."""
    match layer:
        case Conv2d():
            return _conv(layer, input, given, gradient, to_input)
        case PartialConv2d():
            links = layer.links(given["weight"].shape[1])
            linked = np.where(links, given["weight"], 0)
            reached, for_weight, for_bias = conv2d_gradients(input, linked, gradient, to_input=to_input)
            return _or_empty(reached, gradient), _named(given, np.where(links, for_weight, 0), for_bias)
        case Linear():
            rows = input.reshape(*gradient.shape[:-1], -1)
            for_input, for_weight, for_bias = linear_gradients(rows, given["weight"], gradient)
            return for_input.reshape(input.shape), _named(given, for_weight, for_bias)
        case MaxPool2d():
            settings = layer.kernel_size, layer.stride, layer.padding
            return max_pool2d_gradient(input, gradient, *settings, ceil_mode=layer.ceil_mode), {}
        case AvgPool2d():
            settings = layer.kernel_size, layer.stride, layer.padding
            return avg_pool2d_gradient(input, gradient, *settings, layer.ceil_mode, layer.count_include_pad), {}
        case Subsample():
            return _subsample(layer, input, given, gradient)
        case GlobalAvgPool():
            share = gradient / np.array(input.shape[-2] * input.shape[-1], gradient.dtype)
            return np.broadcast_to(share, input.shape).copy(), {}
        case Activate():
            return ACTIVATIONS[layer.function].derivative(input) * gradient, {}
        case Dropout():
            if mask is None:
                return gradient, {}
            return np.where(mask, gradient / np.array(1 - layer.p, gradient.dtype), np.zeros(1, gradient.dtype)), {}
        case BatchNorm2d():
            return _batch_norm(layer, input, given, gradient, training)
        case Rbf():  # d/dx of the sum of (x - code)²; the codes are not learnt
            rows = input.reshape(*gradient.shape[:-1], -1)
            reached = 2 * (rows * gradient.sum(-1, keepdims=True) - gradient @ given["codes"])
            return reached.reshape(input.shape), {}
        case Parallel():
            return _parallel(layer, input, given, gradient, mask, training, to_input)
    raise SettingError(f"{layer!r} is none of the layers that can learn.")


def _named(given: Parameters, weight: NDArray, bias: NDArray) -> dict[str, NDArray]:
    """The gradients of a weight and, where the layer has one, of its bias."""
    return {"weight": weight, "bias": bias} if "bias" in given else {"weight": weight}


def _or_empty(found: NDArray | None, like: NDArray) -> NDArray:
    return np.empty(0, like.dtype) if found is None else found


def _conv(layer: Conv2d, input: NDArray, given: Parameters, gradient: NDArray, to_input: bool) -> Found:
    read, padding = input, layer.padding
    borrows = layer.padding_mode != "zeros"
    if borrows:
        down, across = (
            _borrowed(*axis, layer.padding_mode) for axis in zip(layer.windows(single(input)), input.shape[-2:])
        )
        read, padding = input[..., down[:, np.newaxis], across], 0
    for_input, for_weight, for_bias = conv2d_gradients(
        read,
        given["weight"],
        gradient,
        stride=layer.stride,
        padding=padding,
        dilation=layer.dilation,
        groups=layer.groups,
        to_input=to_input,
    )
    if borrows and for_input is not None:  # a number gets the gradients of all places that borrow it
        rows, columns = (
            np.eye(size, dtype=for_input.dtype)[places] for size, places in zip(input.shape[-2:], (down, across))
        )
        for_input = rows.T @ for_input @ columns
    return _or_empty(for_input, gradient), _named(given, for_weight, for_bias)


def _borrowed(window: Window, size: int, padding_mode: str) -> NDArray[np.intp]:
    """Where each position of a padded axis gets its number from."""
    places = range(-window.before, size + window.after)
    return np.array([origin(place, size, padding_mode) for place in places], np.intp)


def _batch_norm(layer: BatchNorm2d, input: NDArray, given: Parameters, gradient: NDArray, training: bool) -> Found:
    volume = input.ndim >= 3
    read, reached = (a if volume else a[..., np.newaxis, np.newaxis] for a in (input, gradient))
    channels = read.shape[-3]
    for_input, for_weight, for_bias = batch_norm_gradients(
        read,
        reached,
        given.get("running_mean", np.zeros(channels, np.float32)),
        given.get("running_var", np.ones(channels, np.float32)),
        given["weight"],
        training=training,
        eps=layer.eps,
    )
    return for_input.reshape(input.shape), {"weight": for_weight, "bias": for_bias}


def _subsample(layer: Subsample, input: NDArray, given: Parameters, gradient: NDArray) -> Found:
    """A block's sum is its mean times the numbers in it."""
    block = math.prod(both(layer.kernel_size))
    sums = avg_pool2d(input, layer.kernel_size) * np.array(block, gradient.dtype)
    scaled = gradient * (given["weight"] * np.array(block, gradient.dtype))[:, np.newaxis, np.newaxis]
    over = tuple(axis for axis in range(gradient.ndim) if axis != gradient.ndim - 3)
    learnt = {"weight": (gradient * sums).sum(over), "bias": gradient.sum(over)}
    return avg_pool2d_gradient(input, scaled, layer.kernel_size), learnt


def _parallel(
    layer: Parallel,
    input: NDArray,
    given: Parameters,
    gradient: NDArray,
    mask: Mask,
    training: bool,
    to_input: bool,
) -> Found:
    """Each branch takes the gradient for its own maps; what reaches the input adds up."""
    axis = 1 if input.ndim in (2, 4) else 0  # in front of the channels stands N, or nothing
    ends = np.cumsum([branch.output_shape(single(input))[0] for branch in layer.branches])
    parts = np.split(gradient, ends[:-1], axis)
    reached, learnt = [], {}
    for number, (branch, part) in enumerate(zip(layer.branches, parts)):
        own = mask[number] if isinstance(mask, list) else None
        for_input, found = _through(branch, input, layer.own(given, number), part, own, training, to_input)
        reached.append(for_input)
        learnt.update({f"{number}.{name}": array for name, array in found.items()})
    return sum(reached[1:], reached[0]) if to_input else np.empty(0, gradient.dtype), learnt
