"""What holds a network in training in check: batch, layer, group and local response normalisation, and dropout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, flag, numbers, real, told, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.numbers import grouped
from cnnviz.ops.checks import maps, precision

MOST_AXES = 64  # of an array, in NumPy
TOGETHER = 2**17  # numbers whose deviations are taken at a time: 1 MB as float64


def batch_norm(
    input: ArrayLike,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    *,
    training: bool = False,
    eps: float = 1e-5,
) -> NDArray:
    """Each channel moved to mean 0 and variance 1, then scaled by its weight (gamma) and moved by its bias (beta).

        output[n, c] = (input[n, c] - mean[c]) / sqrt(variance[c] + eps) * weight[c] + bias[c]

    input          (C, H, W) or (N, C, H, W)
    running_mean, running_var  (C,): the statistics to use; both or none
    weight, bias   (C,); 1 and 0 where they are None
    training       use the statistics of this input (`batch_statistics`) instead, as where none are given. The running
                   ones are never modified.
    eps            at least 0, and above 0 where the statistics are the input's own

    Returns the input's shape, float64 or float32 as `conv2d` decides it. Overflow, and a variance of 0 with eps 0, give
    inf or nan without a warning.

    Raises ArrayError for shapes and dtypes that do not belong together, and for a channel of a single number that is to
    be normalised by itself; SettingError for eps.

    Source: S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift" (2015), algorithms 1 and 2; the rules of torch.nn.functional.batch_norm.
    """
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    settled = Settled.of(input, named, training, eps)
    given, arrays, dtype = settled.given, settled.arrays, settled.dtype
    if given.size == 0:
        return np.empty(given.shape, dtype)
    mean, variance = settled.statistics()
    with np.errstate(all="ignore"):
        scale = arrays.get("weight", 1) / np.sqrt(variance + settled.eps)
        # The mean goes first: scale * input + (bias - scale * mean) would be the difference of two large numbers
        # where a channel lies far from 0.
        output = np.subtract(settled.images, each(mean, dtype), dtype=dtype)
        output *= each(scale, dtype)
        if "bias" in arrays:
            output += each(arrays["bias"], dtype)
    return output if given.ndim == 4 else output[0]


class Settled(NamedTuple):
    """What batch norm was given, once it has been looked through: forwards and backwards ask for the same.

    given, images  the input, and it as a batch
    arrays         those of running_mean, running_var, weight and bias that there are
    own            whether the statistics are the input's own
    dtype          of what comes out
    """

    given: NDArray
    images: NDArray
    arrays: dict[str, NDArray]
    own: bool
    eps: float
    dtype: np.dtype

    @classmethod
    def of(
        cls, input: ArrayLike, named: Mapping[str, ArrayLike | None], training: bool, eps: float, *others: NDArray
    ) -> Settled:
        """Raises what `batch_norm` raises. `others` count in the dtype too."""
        given, images = maps(input)
        channels = images.shape[1]
        arrays = {name: numbers(value, name) for name, value in named.items() if value is not None}
        for name, array in arrays.items():
            if array.shape != (channels,):
                raise ArrayError(f"The {name} has shape {array.shape}; {channels} channels need shape ({channels},).")
        if ("running_mean" in arrays) != ("running_var" in arrays):
            raise ArrayError("The running_mean and the running_var belong together: give both, or none.")
        own = flag(training, "training") or "running_mean" not in arrays
        eps = real(eps, "eps", 0)
        if own and eps == 0:
            raise SettingError("eps is 0; it must be above 0 where a channel may be constant.")
        return cls(given, images, arrays, own, eps, precision(given, *arrays.values(), *others))

    def statistics(self) -> tuple[NDArray, NDArray[np.float64]]:
        """The mean and the variance of each channel. Raises what `batch_statistics` raises."""
        if self.own:
            return batch_statistics(self.images)
        return self.arrays["running_mean"], self.arrays["running_var"].astype(np.float64)


def batch_statistics(input: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean and the variance of each channel, (C,) each, over all images, rows and columns.

    input  (C, H, W) or (N, C, H, W), of more than one number a channel

    Both are computed in float64. The variance is the biased one: divided by the count, not by one less.

    Raises ArrayError for an input that is none, or that has a single number a channel.

    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    _, images = maps(input)
    count = images.size // max(1, images.shape[1])
    if count < 2:
        raise ArrayError(f"The input has {count} number a channel; a variance needs at least 2.")
    with np.errstate(all="ignore"):
        mean = images.mean((0, 2, 3), dtype=np.float64)
        # A few channels at a time: the deviations are a float64 copy of what they are taken of.
        few = max(1, TOGETHER // count)
        pieces = [images[:, first : first + few] for first in range(0, images.shape[1], few)]
        variance = np.concatenate([piece.var((0, 2, 3), dtype=np.float64) for piece in pieces])
    return mean, variance


def each(values: NDArray, dtype: np.dtype) -> NDArray:
    """A value a channel, to be put beside (N, C, H, W)."""
    return values.astype(dtype)[:, np.newaxis, np.newaxis]


def dropout(input: ArrayLike, p: float = 0.5, *, training: bool = True, rng: np.random.Generator | None) -> NDArray:
    """In training each number is dropped (made 0) with probability p, and the others are divided by 1 - p.

    input     an array of any shape
    p         the share to drop, 0 to 1; 1 drops everything
    training  if not, nothing is dropped and nothing is scaled
    rng       where chance comes from; it draws `dropout_mask`. May be None if not in training.

    Since what stays is scaled up ("inverted" dropout), the expected value of each number is the number itself, and
    inference needs no change. Returns a new array of the input's shape, float64 or float32 as `conv2d` decides it. What
    is dropped is 0 even where it was inf or nan.

    Raises ArrayError for an input that is none, SettingError for a p that is none or a missing rng.

    Source: N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting" (2014), sections 4 and 10; the rules of torch.nn.functional.dropout.
    """
    given = numbers(input, "input")
    p = real(p, "p", 0, 1)
    output = given.astype(precision(given))
    if not flag(training, "training"):
        return output
    kept = dropout_mask(given.shape, p, rng)
    if p < 1:
        with np.errstate(all="ignore"):
            output *= 1 / (1 - p)
    output[~kept] = 0
    return output


def dropout_mask(shape: int | tuple[int, ...], p: float, rng: np.random.Generator | None) -> NDArray[np.bool_]:
    """Which numbers dropout keeps, True for each with probability 1 - p: the mask of `dropout` with the same rng.

    Raises SettingError for a shape or a p that is none or a missing rng, DoesNotFit for a shape that takes too much
    memory.
    """
    p = real(p, "p", 0, 1)
    sides = shape if isinstance(shape, (tuple, list)) else (shape,)
    shape = tuple(whole(side, "a size of the shape", 0) for side in sides)
    if len(shape) > MOST_AXES:
        raise SettingError(f"The shape has {grouped(len(shape))} axes; an array has at most {MOST_AXES}.")
    afford(shape, np.float64, "What is drawn", "a smaller shape needs less")
    if not isinstance(rng, np.random.Generator):
        raise SettingError(f"rng is {told(rng)}; dropping at random needs a numpy.random.Generator.")
    return np.asarray(rng.random(shape) >= p)  # from 0 up to, but not including, 1: p = 0 keeps all, p = 1 none


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


def layer_norm(
    input: ArrayLike,
    normalized_shape: int | tuple[int, ...],
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
) -> NDArray:
    """The numbers of the last axes moved together to mean 0 and variance 1, each then scaled and moved by its own.

        output = (input - mean) / sqrt(variance + eps) * weight + bias

    input             an array whose last sizes are `normalized_shape`; what stands in front is normalised apart
    normalized_shape  those sizes; a number is one of them
    weight, bias      in that shape; 1 and 0 where they are None
    eps               above 0

    The mean and the variance, the biased one, are computed in float64. Returns the input's shape, float64 or float32 as
    `conv2d` decides it. Overflow gives inf or nan without a warning.

    Raises ArrayError for shapes and dtypes that do not belong together, SettingError for a shape or eps that is none.

    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer Normalization" (2016), section 3; the rules of
    torch.nn.functional.layer_norm.
    """
    return _Standardised.of_layers(input, normalized_shape, weight, bias, eps).output()


def layer_norm_gradients(
    input: ArrayLike,
    normalized_shape: int | tuple[int, ...],
    output_gradient: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for the input, weight and bias of `layer_norm`, given what it was given.

    Returns (input gradient, weight gradient, bias gradient): shaped as the input, and twice as `normalized_shape`.

    Raises what `layer_norm` raises, and ArrayError for an output gradient of another shape.
    """
    gradient = numbers(output_gradient, "output's gradient")
    return _Standardised.of_layers(input, normalized_shape, weight, None, eps, gradient).gradients(gradient)


def group_norm(
    input: ArrayLike,
    num_groups: int,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
) -> NDArray:
    """The channels in groups, each moved to mean 0 and variance 1, then scaled and moved channel by channel.

        output[n, c] = (input[n, c] - mean[n, group of c]) / sqrt(variance[n, group of c] + eps) * weight[c] + bias[c]

    input         (C, H, W) or (N, C, H, W); each picture is normalised by itself
    num_groups    in how many groups of as many channels, one behind the other: 1 normalises all of a picture's numbers
                  together, and C each channel by itself, which is called instance normalisation
    weight, bias  (C,); 1 and 0 where they are None
    eps           above 0

    The mean and the variance, the biased one, are computed in float64. Returns the input's shape, float64 or float32 as
    `conv2d` decides it. Overflow gives inf or nan without a warning.

    Raises ArrayError for shapes and dtypes that do not belong together, SettingError for an eps or a num_groups that is
    none, DoesNotFit for channels that do not come in so many groups.

    Source: Y. Wu and K. He, "Group Normalization" (2018), equation 7; for groups of one: D. Ulyanov, A. Vedaldi and
    V. Lempitsky, "Instance Normalization" (2016); the rules of torch.nn.functional.group_norm.
    """
    return _Standardised.of_groups(input, num_groups, weight, bias, eps).output()


def group_norm_gradients(
    input: ArrayLike,
    num_groups: int,
    output_gradient: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
) -> tuple[NDArray, NDArray, NDArray]:
    """The gradients for the input, weight and bias of `group_norm`, given what it was given.

    Returns (input gradient, weight gradient, bias gradient): shaped as the input, (C,) and (C,).

    Raises what `group_norm` raises, and ArrayError for an output gradient of another shape.
    """
    gradient = numbers(output_gradient, "output's gradient")
    return _Standardised.of_groups(input, num_groups, weight, None, eps, gradient).gradients(gradient)


class _Standardised(NamedTuple):
    """What is normalised by statistics of its own, apart for each picture, as both norms see it.

    given    the input as it came
    rows     it with an axis in front of each that is normalised apart and one behind them of the numbers in it
    laid     the shape in which weight and bias stand beside it, behind the axis of pictures; own  their own shape
    arrays   those of weight and bias that there are
    """

    given: NDArray
    rows: NDArray
    laid: tuple[int, ...]
    own: tuple[int, ...]
    arrays: dict[str, NDArray]
    eps: float
    dtype: np.dtype

    @classmethod
    def of_layers(
        cls, input: ArrayLike, shape: object, weight: ArrayLike | None, bias: ArrayLike | None, eps: object,
        *others: NDArray,
    ) -> _Standardised:  # fmt: skip
        given = numbers(input, "input")
        sides = shape if isinstance(shape, (tuple, list)) else (shape,)
        own = tuple(whole(side, "a size of normalized_shape", 1) for side in sides)
        if not own:
            raise SettingError("normalized_shape is empty; it has at least one size.")
        if given.shape[-len(own) :] != own:
            raise ArrayError(f"The input has shape {given.shape}; its last sizes must be {told(own)}.")
        count = math.prod(own)
        return cls._of(given, given.reshape(given.size // count, count), (count,), own, weight, bias, eps, others)

    @classmethod
    def of_groups(
        cls, input: ArrayLike, groups: object, weight: ArrayLike | None, bias: ArrayLike | None, eps: object,
        *others: NDArray,
    ) -> _Standardised:  # fmt: skip
        given, images = maps(input)
        groups, (pictures, channels, *sides) = whole(groups, "num_groups", 1), images.shape
        if channels % groups:
            raise DoesNotFit(
                f"{grouped(channels)} channels do not come in {told(groups)} groups of as many; a number that divides "
                f"{grouped(channels)} does."
            )
        count = channels // groups * math.prod(sides)
        rows = images.reshape(pictures, groups, count)
        laid = (channels, math.prod(sides))
        return cls._of(given, rows, laid, (channels,), weight, bias, eps, others)

    @classmethod
    def _of(
        cls, given: NDArray, rows: NDArray, laid: tuple[int, ...], own: tuple[int, ...], weight: ArrayLike | None,
        bias: ArrayLike | None, eps: object, others: tuple[NDArray, ...],
    ) -> _Standardised:  # fmt: skip
        told_of = {"weight": weight, "bias": bias}
        arrays = {name: numbers(value, name) for name, value in told_of.items() if value is not None}
        for name, array in arrays.items():
            if array.shape != own:
                raise ArrayError(f"The {name} has shape {array.shape}; this input needs shape {told(own)}.")
        eps = real(eps, "eps", 0)
        if eps == 0:
            raise SettingError("eps is 0; it must be above 0 where all numbers may be equal.")
        for other in others:
            if other.shape != given.shape:
                raise ArrayError(f"The output's gradient has shape {other.shape}; the output has {given.shape}.")
        return cls(given, rows, laid, own, arrays, eps, precision(given, *arrays.values(), *others))

    def _beside(self, array: NDArray) -> NDArray:
        """A weight or a bias, to be put beside (pictures, *laid)."""
        array = array.astype(self.dtype, copy=False)
        return array.reshape(-1) if len(self.laid) == 1 else array[:, np.newaxis]

    def _normal(self) -> tuple[NDArray, NDArray]:
        """The rows with mean 0 and variance 1, and what they were divided by, as a factor. The mean goes first, as in
        `batch_norm`."""
        mean = self.rows.mean(-1, dtype=np.float64, keepdims=True)
        inverse = 1 / np.sqrt(self.rows.var(-1, dtype=np.float64, keepdims=True) + self.eps)
        normal = np.subtract(self.rows, mean.astype(self.dtype), dtype=self.dtype)
        normal *= inverse.astype(self.dtype)
        return normal, inverse

    def output(self) -> NDArray:
        if self.given.size == 0:
            return np.empty(self.given.shape, self.dtype)
        with np.errstate(all="ignore"):
            found = self._normal()[0].reshape(-1, *self.laid)
            if "weight" in self.arrays:
                found *= self._beside(self.arrays["weight"])
            if "bias" in self.arrays:
                found += self._beside(self.arrays["bias"])
        return found.reshape(self.given.shape)

    def gradients(self, gradient: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """A number's gradient has no part along the mean and the deviation of what it is normalised with: they move
        with it."""
        if self.given.size == 0:
            nothing = np.zeros(self.own, self.dtype)
            return np.empty(self.given.shape, self.dtype), nothing, nothing.copy()
        with np.errstate(all="ignore"):
            normal, inverse = self._normal()
            laid = gradient.reshape(-1, *self.laid).astype(self.dtype, copy=False)
            over = (0,) if len(self.laid) == 1 else (0, 2)
            for_bias = laid.sum(over, np.float64)
            for_weight = (laid * normal.reshape(laid.shape)).sum(over, np.float64)
            if "weight" in self.arrays:
                laid = laid * self._beside(self.arrays["weight"])
            found = laid.reshape(self.rows.shape)
            along = (found * normal).mean(-1, dtype=np.float64, keepdims=True).astype(self.dtype)
            found = found - found.mean(-1, dtype=np.float64, keepdims=True).astype(self.dtype)
            found -= normal * along
            found *= inverse.astype(self.dtype)
        shaped = (of.reshape(self.own).astype(self.dtype) for of in (for_weight, for_bias))
        return found.reshape(self.given.shape), *shaped


def local_response_norm(
    input: ArrayLike, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> NDArray:
    """Each number divided by how loud its neighbours are: those of the same place in the maps beside its own.

        output[n, c] = input[n, c] / (k + alpha / size * sum of input[n, i]^2) ** beta
        for i from c - size // 2 to c + (size - 1) // 2, those that there are

    input  (C, H, W) or (N, C, H, W)
    size   how many maps, its own among them; what is missing at the first and the last map counts as 0
    alpha, beta, k  real numbers

    Returns the input's shape, float64 or float32 as `conv2d` decides it. Overflow, and what is divided by 0, give inf
    or nan without a warning.

    Raises ArrayError for an input that is none, SettingError for a size below 1 and for what is no finite number.

    Source: A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet Classification with Deep Convolutional Neural
    Networks" (2012), section 3.3; the rules of torch.nn.functional.local_response_norm, which divides alpha by size and
    of an even size reads one map more before than behind.
    """
    given, images = maps(input)
    size, alpha, beta, k = _response_settings(size, alpha, beta, k)
    images = images.astype(precision(given), copy=False)
    with np.errstate(all="ignore"):
        return (images * _loudness(images, size, alpha, k) ** -beta).reshape(given.shape)


def local_response_norm_gradient(
    input: ArrayLike, output_gradient: ArrayLike, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> NDArray:
    """The gradient for the input of `local_response_norm`: each number moves its own output, and by its loudness those
    of the maps that read it.

    Raises what `local_response_norm` raises, and ArrayError for an output gradient of another shape.
    """
    gradient = numbers(output_gradient, "output's gradient")
    given, images = maps(input)
    size, alpha, beta, k = _response_settings(size, alpha, beta, k)
    if gradient.shape != given.shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {given.shape}.")
    dtype = precision(given, gradient)
    images, gradient = images.astype(dtype, copy=False), gradient.reshape(images.shape).astype(dtype, copy=False)
    with np.errstate(all="ignore"):
        loudness = _loudness(images, size, alpha, k)
        own = gradient * loudness**-beta
        through = _beside(own * images / loudness, (size - 1) // 2, size // 2)
        return (own - 2 * alpha * beta / size * images * through).reshape(given.shape)


def _response_settings(size: object, alpha: object, beta: object, k: object) -> tuple[int, float, float, float]:
    return whole(size, "size", 1), real(alpha, "alpha"), real(beta, "beta"), real(k, "k")


def _loudness(images: NDArray, size: int, alpha: float, k: float) -> NDArray:
    return k + alpha / size * _beside(images**2, size // 2, (size - 1) // 2)


def _beside(images: NDArray, before: int, after: int) -> NDArray:
    """For each map the sum of those from so many before it to so many after it."""
    total, channels = images.copy(), images.shape[1]
    for away in range(1, min(before, channels - 1) + 1):
        total[:, away:] += images[:, :-away]
    for away in range(1, min(after, channels - 1) + 1):
        total[:, :-away] += images[:, away:]
    return total
