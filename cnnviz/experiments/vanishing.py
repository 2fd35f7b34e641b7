"""Do gradients vanish? Measured on a real stack of CONV layers, beside the product that explains it.

On its way back from the loss to the picture a gradient passes every layer: it is multiplied by the derivative of the
layer's activation, then goes through its weights. If weights and gradients are independent, and the weights have mean
0 and variance v, a step through the weights multiplies a gradient's rms (root mean square) by

    sqrt(K K C v)        K x K the kernel, C the filters: a number takes part in K K C numbers of the layer's output

so that what reaches layer l of a stack is about the product, over the layers behind l, of

    rms of the activation's derivative  x  sqrt(K K C v)

Below 1 at every layer it vanishes, above 1 it explodes. A sigmoid's derivative is at most 1/4.

Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010),
equations 5 and 6; K. He, X. Zhang, S. Ren and J. Sun, "Delving Deep into Rectifiers" (2015), section 2.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import afford, one_of, told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.geometry import Window
from cnnviz.ops import ACTIVATIONS, conv2d, conv2d_gradients
from cnnviz.ops.checks import one_map
from cnnviz.signatures import checked

MOST_LAYERS = 30
KERNEL = Window(3, padding=1)

# The smallest number that float32 holds with all its digits.
FLOAT32_SMALLEST = float(np.finfo(np.float32).smallest_normal)


@checked
@dataclass(frozen=True)
class Initialisation:
    """How weights are drawn: with mean 0 and a variance that depends on how many numbers each takes part with.

    formula   of the variance; fan_in = K K x input channels, fan_out = K K x filters
    variance  (fan_in, fan_out) -> the variance
    uniform   drawn evenly between -sqrt(3 variance) and +sqrt(3 variance); else from a normal distribution
    """

    name: str
    formula: str
    variance: Callable[[int, int], float]
    source: str
    uniform: bool = False

    def draw(self, shape: tuple[int, int, int, int], rng: np.random.Generator) -> NDArray[np.float64]:
        """Weights (filters, channels, kH, kW). Raises SettingError for sizes below 1."""
        afford(shape, np.float64, "The weights", "fewer filters fit")
        deviation = math.sqrt(self.variance(*fans(shape)))
        if self.uniform:
            return rng.uniform(-deviation * math.sqrt(3), deviation * math.sqrt(3), shape)
        return rng.normal(0, deviation, shape)


@checked
def fans(shape: tuple[int, int, int, int]) -> tuple[int, int]:
    """(fan_in, fan_out) of weights (filters, channels, kH, kW). Raises SettingError for sizes below 1."""
    filters, channels, height, width = (whole(size, "a size of the weights", 1) for size in shape)
    return channels * height * width, filters * height * width


INITIALISATIONS = {
    found.name: found
    for found in (
        Initialisation(
            "He (2015)",
            "variance = 2 / fan_in",
            lambda fan_in, fan_out: 2 / fan_in,
            "K. He, X. Zhang, S. Ren and J. Sun, Delving Deep into Rectifiers (2015), equation 10",
        ),
        Initialisation(
            "Glorot (2010)",
            "variance = 2 / (fan_in + fan_out)",
            lambda fan_in, fan_out: 2 / (fan_in + fan_out),
            "X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks "
            "(2010), equation 16",
            uniform=True,
        ),
        Initialisation(
            "normal 0.01",
            "variance = 0.01 × 0.01, whatever the layer's size",
            lambda fan_in, fan_out: 0.01**2,
            "A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural "
            "Networks (2012), section 5",
        ),
    )
}


@checked
@dataclass(frozen=True)
class LayerGradient:
    """What was measured at one layer, and what the product says.

    forward          rms of the numbers that leave the layer, behind its activation
    derivative       rms of its activation's derivative
    weights          what its weights multiply a gradient by on the way back, from theory: sqrt(K K C v)
    gradient         rms of the loss's gradient that reaches its output
    weight_gradient  rms of the loss's gradient for its weights: what training would move them by
    predicted        the product of derivative x weights over all layers behind this one; beside `gradient`
    """

    forward: float
    derivative: float
    weights: float
    gradient: float
    weight_gradient: float
    predicted: float

    @property
    def below_float32(self) -> bool:
        """Whether float32, in which networks are trained, would lose digits of one of the two gradients or all of it.

        A gradient of exactly 0, as behind a ReLU that never answers, is not lost: float32 holds it as it is.
        """
        return any(0 < size < FLOAT32_SMALLEST for size in (self.gradient, self.weight_gradient))


@checked
@dataclass(frozen=True)
class Vanishing:
    """The layers of a stack, the one nearest to the picture first, and how it was drawn."""

    layers: tuple[LayerGradient, ...]
    activation: str
    initialisation: Initialisation

    @property
    def below_float32(self) -> int:
        """How many layers have a gradient that float32 would lose digits of."""
        return sum(layer.below_float32 for layer in self.layers)


@checked
def vanishing(
    input: ArrayLike, depth: int, activation: str, initialisation: str, *, channels: int = 8, seed: int = 0
) -> Vanishing:
    """Run a stack of `depth` CONV layers forwards on `input` and the loss's gradient backwards through it.

    input           (C, H, W), such as a picture of about 32 x 32 with values from 0 to 1
    depth           1 to 30 layers of 3 x 3 with padding 1, without bias, each with the activation behind it
    activation      a key of ops.ACTIVATIONS
    initialisation  a key of INITIALISATIONS
    channels        C, the filters of each layer
    seed            at least 0, of the weights and of the loss's signs; fewer layers are the first ones of more

    The loss is the sum of the last layer's numbers, each with a sign drawn at random and kept. So what enters at the
    end is +1 or -1 everywhere, its rms is 1, and every gradient reads as a share of it. Computed in float64, which
    holds gradients down to 1e-308.

    Raises SettingError for settings that are none, ArrayError for an input of another shape, or of other than finite
    numbers.
    """
    depth = whole(depth, "depth", 1)
    if depth > MOST_LAYERS:
        raise SettingError(f"A stack of {told(depth)} layers is too deep here; at most {MOST_LAYERS} work.")
    one_of(activation, "activation", ACTIVATIONS)
    one_of(initialisation, "initialisation", INITIALISATIONS)
    image = one_map(input, "input")
    drawn = INITIALISATIONS[initialisation]
    rng = np.random.default_rng(whole(seed, "seed", 0))
    room = whole(channels, "channels", 1), max(len(image), channels), max(KERNEL.kernel_size**2, image[0].size)
    afford(room, np.float64, "The filters and the maps", "fewer channels fit")
    signs = rng.choice([-1.0, 1.0], (channels, *image.shape[1:]))
    depths = [len(image), *[channels] * (depth - 1)]
    shapes = [(channels, reads, KERNEL.kernel_size, KERNEL.kernel_size) for reads in depths]
    weights = [drawn.draw(shape, rng) for shape in shapes]
    factors = [math.sqrt(fans(shape)[1] * drawn.variance(*fans(shape))) for shape in shapes]
    return Vanishing(through(image, weights, factors, signs, activation), activation, drawn)


@checked
def through(
    image: NDArray, weights: list[NDArray], factors: list[float], signs: NDArray, activation: str
) -> tuple[LayerGradient, ...]:
    """Forwards and backwards through a given stack; `signs` is the gradient that enters at its end.

    Raises what `conv2d` raises, SettingError for an activation that is none, ArrayError for signs of another shape than
    the stack's output.
    """
    one_of(activation, "activation", ACTIVATIONS)
    with np.errstate(all="ignore"):
        return _through(image, weights, factors, signs, activation)


def _through(
    image: NDArray, weights: list[NDArray], factors: list[float], signs: NDArray, activation: str
) -> tuple[LayerGradient, ...]:
    function, derivative = ACTIVATIONS[activation].function, ACTIVATIONS[activation].derivative
    padding = (KERNEL.before, KERNEL.before)
    maps, slopes = [image], []
    for weight in weights:
        sums = conv2d(maps[-1], weight, padding=padding)
        slopes.append(derivative(sums))
        maps.append(function(sums))
    if signs.shape != maps[-1].shape:
        raise ArrayError(f"The signs have shape {signs.shape}; what comes out of the stack has {maps[-1].shape}.")
    layers, gradient, predicted = [], signs, 1.0
    for read, written, weight, slope, factor in reversed(list(zip(maps, maps[1:], weights, slopes, factors))):
        steepness = rms(slope)
        reached = rms(gradient)
        gradient, for_weight, _ = conv2d_gradients(read, weight, gradient * slope, padding=padding)
        layers.append(LayerGradient(rms(written), steepness, factor, reached, rms(for_weight), predicted))
        predicted *= steepness * factor
    return tuple(reversed(layers))


@checked
def rms(array: NDArray) -> float:
    """The root of the mean of the squares, of numbers so small that their squares would be 0; inf or nan where one is.

    Raises ArrayError for an array without numbers.
    """
    if not array.size:
        raise ArrayError("There are no numbers to take the mean of; it takes at least one.")
    largest = float(np.abs(array).max())
    if not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(np.mean((array / largest) ** 2))) if largest else 0.0
