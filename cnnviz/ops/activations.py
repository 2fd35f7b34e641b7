"""Activation functions with their derivatives, and softmax.

All take an array of any shape and return a new one of the same shape, float64 or float32 as `conv2d` decides it, and
raise ArrayError for anything but real numbers. Numbers of any size give no warning, nan stays nan, and very small
results keep their digits (sigmoid(-20) in float32 is 2.1e-9, not 0): whether a gradient vanishes depends on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers, real, told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.ops.checks import maps, precision
from cnnviz.signatures import checked

LEAK = 0.01
# LeNet-5's, so that f(1) is 1 and f(-1) is -1.
AMPLITUDE, SLOPE = 1.7159, 2 / 3


@checked
@dataclass(frozen=True)
class Activation:
    """A function that is applied to each number by itself.

    key, name           what programs and people call it
    formula, derivative_formula  for people, in plain text
    function, derivative  array -> array of the same shape
    source              who described it; where the derivative jumps, what it is taken to be there
    """

    key: str
    name: str
    formula: str
    derivative_formula: str
    function: Callable[[ArrayLike], NDArray]
    derivative: Callable[[ArrayLike], NDArray]
    source: str


def relu(x: ArrayLike) -> NDArray:
    """max(0, x).

    Source: V. Nair and G. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010), section 2.
    """
    return np.asarray(np.maximum(_floats(x), 0))


def leaky_relu(x: ArrayLike, negative_slope: float = LEAK) -> NDArray:
    """x where it is above 0, else negative_slope * x. Raises SettingError for a slope that is no finite number.

    Source: A. Maas, A. Hannun and A. Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013).
    """
    x, slope = _floats(x), real(negative_slope, "negative_slope")
    # A slope that is inf in x's precision would make nan of every 0: that one multiplies in float64.
    factor = slope if abs(slope) <= float(np.finfo(x.dtype).max) else np.float64(slope)
    with np.errstate(all="ignore"):
        below = (factor * np.minimum(x, 0)).astype(x.dtype, copy=False)
        return np.asarray(np.maximum(x, 0) + below)  # np.where takes more than twice as long


def prelu(input: ArrayLike, weight: ArrayLike) -> NDArray:
    """input where it is above 0, else weight * input: a leaky ReLU whose slope is learnt.

    input   (C, H, W) or (N, C, H, W)
    weight  (1,), one slope for all channels, or (C,)

    Raises ArrayError for an input that is none and a weight that does not belong to it.

    Source: K. He, X. Zhang, S. Ren and J. Sun, "Delving Deep into Rectifiers" (2015), equation 1; the rules of
    torch.nn.functional.prelu.
    """
    x, slopes = _with_slopes(input, weight)
    with np.errstate(all="ignore"):
        return np.where(x > 0, x, slopes * x)


def prelu_gradients(input: ArrayLike, weight: ArrayLike, output_gradient: ArrayLike) -> tuple[NDArray, NDArray]:
    """The gradients for the input and the weight of `prelu`, in their shapes.

    Raises what `prelu` raises, and ArrayError for an output gradient of another shape.
    """
    gradient = numbers(output_gradient, "output's gradient")
    x, slopes = _with_slopes(input, weight, gradient)
    if gradient.shape != x.shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {x.shape}.")
    gradient = gradient.astype(x.dtype, copy=False)
    with np.errstate(all="ignore"):
        below = np.where(x > 0, 0, gradient * x)
        others = tuple(axis for axis in range(x.ndim) if slopes.size == 1 or axis != x.ndim - 3)
        for_weight = below.sum(others, np.float64).reshape(slopes.size).astype(x.dtype)
        return np.where(x > 0, gradient, gradient * slopes), for_weight


def _with_slopes(input: ArrayLike, weight: ArrayLike, *others: NDArray) -> tuple[NDArray, NDArray]:
    """An input and its slopes, to be put beside it, in the precision that comes of both."""
    given, images = maps(input)
    slopes = numbers(weight, "weight")
    if slopes.shape not in ((1,), images.shape[1:2]):
        raise ArrayError(f"The weight has shape {slopes.shape}; {images.shape[1]} channels need as many, or one.")
    dtype = precision(given, slopes, *others)
    return given.astype(dtype, copy=False), slopes.astype(dtype, copy=False)[:, np.newaxis, np.newaxis]


def sigmoid(x: ArrayLike) -> NDArray:
    """1 / (1 + exp(-x)).

    Source: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (1986),
    equation 2.
    """
    x = _floats(x)
    with np.errstate(all="ignore"):
        # Left of 0 the same as exp(x) / (1 + exp(x)): no exp is ever above 1.
        return np.asarray(np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x))))


def tanh(x: ArrayLike) -> NDArray:
    """The hyperbolic tangent.

    Source: Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, "Efficient BackProp" (1998), section 4.4.
    """
    return np.asarray(np.tanh(_floats(x)))


def scaled_tanh(x: ArrayLike) -> NDArray:
    """1.7159 tanh(2x / 3), LeNet-5's.

    Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition"
    (1998), appendix A.
    """
    return np.asarray(AMPLITUDE * np.tanh(SLOPE * _floats(x)))


def gelu(x: ArrayLike) -> NDArray:
    """x times the share of a normal distribution below x: the exact form, with the error function.

    Source: D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units (GELUs)" (2016), section 2.
    """
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(x * _normal_share(x))


def gelu_tanh(x: ArrayLike) -> NDArray:
    """The GELU with a tanh in place of the normal distribution: x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.

    Source: D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units (GELUs)" (2016), section 2.
    """
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(x * sigmoid(2 * _in_tanh(x)[0]))  # the same, and keeps its digits far below 0


def relu6(x: ArrayLike) -> NDArray:
    """max(0, x), and at most 6.

    Source: A. Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10" (2010), section 2.2.
    """
    return np.asarray(np.clip(_floats(x), 0, 6))


def hard_sigmoid(x: ArrayLike) -> NDArray:
    """(x + 3) / 6, at least 0 and at most 1: PyTorch's, near a sigmoid.

    Source: A. Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """
    return np.asarray(relu6(_floats(x) + 3) / 6)


def hard_swish(x: ArrayLike) -> NDArray:
    """x times its hard sigmoid; 0 below -3, x above 3.

    Source: A. Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(x * hard_sigmoid(x))


def silu(x: ArrayLike) -> NDArray:
    """x times its sigmoid; also called Swish.

    Source: S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation
    in Reinforcement Learning" (2018), equation 5; P. Ramachandran, B. Zoph and Q. Le (2017).
    """
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(x * sigmoid(x))


def elu(x: ArrayLike) -> NDArray:
    """x where it is above 0, else exp(x) - 1.

    Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
    Linear Units (ELUs)" (2016), equation 15 with alpha 1.
    """
    x = _floats(x)
    return np.asarray(np.maximum(x, 0) + np.expm1(np.minimum(x, 0)))


def softplus(x: ArrayLike) -> NDArray:
    """log(1 + exp(x)).

    Source: C. Dugas et al., "Incorporating Second-Order Functional Knowledge for Better Option Pricing" (2001).
    """
    x = _floats(x)
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def softmax(x: ArrayLike, axis: int = -1) -> NDArray:
    """exp(x) / the sum of exp(x) along `axis`: numbers above 0 that add up to 1.

    The largest is taken off first, which changes nothing but keeps exp from overflowing. An infinite x, or nothing but
    -inf, gives nan, as in PyTorch.

    Raises ArrayError for an x that is none or a single number, SettingError for an axis that it does not have.

    Source: J. Bridle, "Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships
    to Statistical Pattern Recognition" (1990); Goodfellow, Bengio and Courville, "Deep Learning" (2016), equation 6.29.
    """
    x = _floats(x)
    if x.ndim == 0:
        raise ArrayError("The input is a single number; a softmax goes along an axis of numbers.")
    if whole(axis, "axis", -x.ndim) >= x.ndim:
        raise SettingError(f"axis is {told(axis)}; the input has {x.ndim}, counted from 0, or from -1 backwards.")
    with np.errstate(all="ignore"):
        output = x - x.max(axis, keepdims=True, initial=-np.inf)
        np.exp(output, out=output)
        output /= output.sum(axis, keepdims=True)
    return output


def softmax_gradient(x: ArrayLike, output_gradient: ArrayLike, axis: int = -1) -> NDArray:
    """The gradient for the input of `softmax`: what is left of the output's where its mean, by shares, is taken off.

    Raises what `softmax` raises, and ArrayError for an output gradient of another shape.
    """
    gradient, given = numbers(output_gradient, "output's gradient"), numbers(x, "input")
    shares = softmax(given.astype(precision(given, gradient), copy=False), axis)
    if gradient.shape != shares.shape:
        raise ArrayError(f"The output's gradient has shape {gradient.shape}; the output has {shares.shape}.")
    with np.errstate(all="ignore"):
        return np.asarray(shares * (gradient - (shares * gradient).sum(axis, keepdims=True)), shares.dtype)


def _floats(x: ArrayLike) -> NDArray:
    """The input as float32 or float64."""
    given = numbers(x, "input")
    return given.astype(precision(given), copy=False)


def _normal_share(x: NDArray) -> NDArray:
    """The share of a standard normal distribution that lies below x, exact far below 0 too, unlike 1 + erf."""
    from scipy.special import ndtr  # here, for SciPy takes longer to import than all of cnnviz

    return np.asarray(ndtr(x))


def _identity(x: ArrayLike) -> NDArray:
    return _floats(x).copy()


def _identity_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    return np.ones(x.shape, x.dtype)


def _relu_slope(x: ArrayLike) -> NDArray:
    """At the kink, 0, PyTorch takes the slope on the left, here and in the leaky one."""
    x = _floats(x)
    return np.asarray(~(x <= 0)).astype(x.dtype)


def _leaky_relu_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    return np.where(x > 0, 1, LEAK).astype(x.dtype)


def _sigmoid_slope(x: ArrayLike) -> NDArray:
    """exp(-|x|) / (1 + exp(-|x|))²: the same as s(1 - s), which is 0 from 17 up in float32, where 1 - s is."""
    x = _floats(x)
    with np.errstate(all="ignore"):
        fall = np.exp(-np.abs(x))
        return np.asarray(fall / np.square(1 + fall))


def _tanh_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    with np.errstate(all="ignore"):
        return np.asarray(4 * _sigmoid_slope(2 * x))  # the same as 1 - tanh², which is 0 from 10 up in float32


def _scaled_tanh_slope(x: ArrayLike) -> NDArray:
    return np.asarray(AMPLITUDE * SLOPE * _tanh_slope(SLOPE * _floats(x)))


def _gelu_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    with np.errstate(all="ignore"):
        density = np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)
        return np.asarray(_normal_share(x) + x * density)


def _in_tanh(x: NDArray) -> tuple[NDArray, NDArray]:
    """What GELU's tanh is taken of, and its slope; beyond 30 the tanh is 1, and what it is taken of stays as it is."""
    near = np.clip(x, -30, 30)
    root = math.sqrt(2 / math.pi)
    return root * (near + 0.044715 * near**3), root * (1 + 3 * 0.044715 * near**2)


def _gelu_tanh_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    inner, slope = _in_tanh(x)
    return np.asarray(sigmoid(2 * inner) + np.clip(x, -30, 30) * 2 * slope * _sigmoid_slope(2 * inner))


def _relu6_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    return np.asarray(~((x <= 0) | (x >= 6))).astype(x.dtype)


def _hard_sigmoid_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    return np.where((x <= -3) | (x >= 3), 0, 1 / 6).astype(x.dtype)


def _hard_swish_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    return np.where(x <= -3, 0, np.where(x >= 3, 1, x / 3 + 0.5)).astype(x.dtype)


def _silu_slope(x: ArrayLike) -> NDArray:
    x = _floats(x)
    with np.errstate(all="ignore"):
        # Far out x times the slope of its sigmoid is 0, also where x is infinite.
        return np.asarray(sigmoid(x) + np.where(np.isinf(x), 0, x) * _sigmoid_slope(x))


def _elu_slope(x: ArrayLike) -> NDArray:
    return np.asarray(np.exp(np.minimum(_floats(x), 0)))


ACTIVATIONS: dict[str, Activation] = {
    activation.key: activation
    for activation in (
        Activation("identity", "identity", "x", "1", _identity, _identity_slope, "the number itself"),
        Activation(
            "relu", "ReLU", "max(0, x)", "1 where x > 0, else 0", relu, _relu_slope,
            "V. Nair and G. Hinton (2010), section 2; 0 at x = 0, as PyTorch takes it",
        ),
        Activation(
            "leaky relu", "leaky ReLU", f"x where x > 0, else {LEAK} × x", f"1 where x > 0, else {LEAK}", leaky_relu,
            _leaky_relu_slope,
            f"A. Maas, A. Hannun and A. Ng (2013); {LEAK} at x = 0, as PyTorch takes it",
        ),
        Activation(
            "sigmoid", "sigmoid", "1 / (1 + e⁻ˣ)", "s (1 − s), where s is the sigmoid of x", sigmoid, _sigmoid_slope,
            "D. Rumelhart, G. Hinton and R. Williams (1986), equation 2",
        ),
        Activation(
            "tanh", "tanh", "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "1 − tanh² x", tanh, _tanh_slope,
            "Y. LeCun, L. Bottou, G. Orr and K.-R. Müller (1998), section 4.4",
        ),
        Activation(
            "scaled tanh", "scaled tanh", "1.7159 tanh(2x / 3)", "1.1439 (1 − tanh²(2x / 3))", scaled_tanh,
            _scaled_tanh_slope, "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), appendix A",
        ),
        Activation(
            "gelu", "GELU", "x × (1 + erf(x / √2)) / 2",
            "(1 + erf(x / √2)) / 2 + x × e^(−x² / 2) / √(2π)", gelu, _gelu_slope,
            "D. Hendrycks and K. Gimpel (2016), section 2",
        ),
        Activation(
            "gelu tanh", "GELU by tanh", "x / (1 + e^(−2t)), where t is √(2/π) × (x + 0.044715 x³)",
            "s + 2 x s (1 − s) √(2/π) (1 + 0.134145 x²), where s is f(x) / x", gelu_tanh, _gelu_tanh_slope,
            "D. Hendrycks and K. Gimpel (2016), section 2",
        ),
        Activation(
            "relu6", "ReLU6", "min(max(0, x), 6)", "1 where 0 < x < 6, else 0", relu6, _relu6_slope,
            "A. Krizhevsky (2010), section 2.2; 0 at x = 0 and x = 6, as PyTorch takes it",
        ),
        Activation(
            "hard sigmoid", "hard sigmoid", "min(max(0, x + 3), 6) / 6", "1/6 where −3 < x < 3, else 0", hard_sigmoid,
            _hard_sigmoid_slope, "A. Howard et al. (2019), section 5.2; 0 at x = −3 and x = 3, as PyTorch takes it",
        ),
        Activation(
            "hard swish", "hard swish", "x × min(max(0, x + 3), 6) / 6",
            "0 where x ≤ −3, 1 where x ≥ 3, else x / 3 + 1/2", hard_swish, _hard_swish_slope,
            "A. Howard et al. (2019), section 5.2",
        ),
        Activation(
            "silu", "SiLU", "x / (1 + e⁻ˣ)", "s + x s (1 − s), where s is the sigmoid of x", silu, _silu_slope,
            "S. Elfwing, E. Uchibe and K. Doya (2018), equation 5",
        ),
        Activation(
            "elu", "ELU", "x where x > 0, else eˣ − 1", "1 where x > 0, else eˣ", elu, _elu_slope,
            "D.-A. Clevert, T. Unterthiner and S. Hochreiter (2016), equation 15",
        ),
        Activation(
            "softplus", "softplus", "log(1 + eˣ)", "1 / (1 + e⁻ˣ)", softplus, sigmoid, "C. Dugas et al. (2001)",
        ),
    )
}  # fmt: skip
