"""The gradients of a deep stack: against PyTorch's, central differences and stacks whose gradients are known."""

import math

import numpy as np
import pytest
import scipy.ndimage
import scipy.special

from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments import vanishing as module
from cnnviz.experiments.vanishing import INITIALISATIONS, fans, rms, through, vanishing
from cnnviz.geometry import Window
from cnnviz.ops import ACTIVATIONS, conv2d
from cnnviz.pictures import sample
from torch_values import cases

(_, _, SHARED), *TORCH_STACKS = cases("stack")


def picture(height=32, width=28):
    return np.random.default_rng(4).random((3, height, width))


@pytest.mark.parametrize(("name", "settings", "kept"), TORCH_STACKS, ids=lambda value: str(value)[:60])
def test_stacks_as_torch(name, settings, kept):
    weights = [settings["deviation"] * weight for weight in (SHARED["first"], *SHARED["weights"])][: settings["depth"]]
    found = through(SHARED["image"], weights, [1.0] * len(weights), SHARED["signs"], settings["activation"])
    for part, expected in kept.items():
        np.testing.assert_allclose([getattr(layer, part) for layer in found], expected, rtol=1e-9, atol=0)


def test_torch_has_stacks_of_all_activations_and_gradients_that_float32_loses():
    assert {settings["activation"] for _, settings, _ in TORCH_STACKS} == set(ACTIVATIONS)
    assert min(kept["gradient"].min() for _, _, kept in TORCH_STACKS) < 1e-50


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_one_layer_against_central_differences(activation):
    rng = np.random.default_rng(0)
    image, weight = rng.random((2, 5, 4)), rng.standard_normal((3, 2, 3, 3))
    signs = rng.choice([-1.0, 1.0], (3, 5, 4))

    def loss(weight):
        return np.vdot(signs, ACTIVATIONS[activation].function(conv2d(image, weight, padding=1)))

    slopes = np.empty(weight.shape)
    for place in np.ndindex(*weight.shape):
        step = np.zeros(weight.shape)
        step[place] = 1e-6
        slopes[place] = (loss(weight + step) - loss(weight - step)) / 2e-6
    (layer,) = through(image, [weight], [1.0], signs, activation)
    assert layer.gradient == layer.predicted == 1
    assert layer.weight_gradient == pytest.approx(math.sqrt(np.mean(slopes**2)), rel=1e-6)


def test_identity_is_the_weights_alone():
    found = vanishing(picture(), 12, "identity", "normal 0.01", channels=4)
    for layer in found.layers:
        assert layer.derivative == 1
        assert layer.weights == pytest.approx(math.sqrt(9 * 4) * 0.01)
    assert [layer.predicted for layer in found.layers] == pytest.approx([0.06**k for k in reversed(range(12))])


def test_weights_that_copy_leave_the_gradient_as_it_is():
    """A kernel of one 1 in its middle, a channel to itself: identity at any depth; a half of it halves the gradient."""
    copy = np.zeros((3, 3, 3, 3))
    copy[range(3), range(3), 1, 1] = 1
    signs = np.ones((3, 6, 5))
    for share in (1, 0.5):
        found = through(picture(6, 5), [share * copy] * 10, [share] * 10, signs, "identity")
        assert [layer.gradient for layer in found] == [share**k for k in reversed(range(10))]
        assert [layer.gradient for layer in found] == [layer.predicted for layer in found]


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_a_sigmoid_multiplies_by_at_most_a_quarter_of_what_the_weights_bring(name):
    first, *rest = vanishing(picture(), 20, "sigmoid", name).layers
    assert all(0 < layer.derivative <= 0.25 for layer in (first, *rest))
    assert 0 < first.predicted <= math.prod(layer.weights / 4 for layer in rest)


@pytest.mark.parametrize("name", INITIALISATIONS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_product_predicts_what_is_measured(activation, name):
    """Within a factor of 3 after 29 layers, over ratios down to 1e-49: the weights are few, and chance is left."""
    x = sample("chelsea").at(32, "rgb").values
    for layer in vanishing(x, 30, activation, name).layers:
        assert 1 / 3 < layer.gradient / layer.predicted < 3


def test_sigmoid_vanishes_where_relu_does_not():
    x = sample("chelsea").at(32, "rgb").values
    sigmoid, relu = (vanishing(x, 30, activation, "He (2015)").layers[0] for activation in ("sigmoid", "relu"))
    assert sigmoid.gradient < 1e-12 and sigmoid.weight_gradient < 1e-12
    assert 0.05 < relu.gradient < 20


def test_what_float32_would_lose_is_said():
    found = vanishing(picture(), 30, "sigmoid", "normal 0.01")
    with np.errstate(under="ignore"):
        lost = [bool(np.float32(layer.gradient) < np.finfo(np.float32).smallest_normal) for layer in found.layers]
    assert any(lost) and not all(lost)
    assert [layer.below_float32 for layer in found.layers] == lost and found.below_float32 == sum(lost)
    assert all(layer.gradient > 0 and layer.weight_gradient > 0 for layer in found.layers)
    assert vanishing(picture(), 30, "relu", "He (2015)").below_float32 == 0


def test_what_is_nothing_is_not_lost():
    """A black picture: every ReLU rests at 0, where its slope is 0, and float32 holds 0 as well as float64."""
    found = vanishing(np.zeros((3, 6, 5)), 4, "relu", "He (2015)")
    assert [layer.gradient for layer in found.layers] == [0, 0, 0, 1]
    assert not any(layer.weight_gradient for layer in found.layers) and found.below_float32 == 0


def test_the_weights_gradient_may_be_lost_alone():
    """Each is a product of a gradient near 1 and of numbers of a picture that is all but black."""
    dark = vanishing(1e-41 * picture(6, 5), 3, "identity", "He (2015)")
    assert min(layer.gradient for layer in dark.layers) > 0.1
    assert max(layer.weight_gradient for layer in dark.layers) < 1e-38
    assert [layer.below_float32 for layer in dark.layers] == [True] * 3 and dark.below_float32 == 3


def test_the_product_against_one_multiplied_out():
    """Slopes by differences of a sigmoid of SciPy's correlations; a layer's own slope and weights are not among its."""
    rng = np.random.default_rng(9)
    image, factors = rng.random((2, 7, 6)), [2.0, 3.0, 5.0, 7.0]
    weights = [rng.standard_normal((3, reads, 3, 3)) for reads in (2, 3, 3, 3)]
    maps, slopes = image, []
    for weight in weights:
        sums = np.array([
            sum(scipy.ndimage.correlate(of, kernel, mode="constant") for of, kernel in zip(maps, filter, strict=True))
            for filter in weight
        ])  # fmt: skip
        maps = scipy.special.expit(sums)
        difference = (scipy.special.expit(sums + 1e-5) - scipy.special.expit(sums - 1e-5)) / 2e-5
        slopes.append(math.sqrt((difference**2).mean()))
    found = through(image, weights, factors, np.ones((3, 7, 6)), "sigmoid")
    assert [layer.derivative for layer in found] == pytest.approx(slopes, rel=1e-7)
    assert [layer.predicted for layer in found] == pytest.approx([
        3 * slopes[1] * 5 * slopes[2] * 7 * slopes[3], 5 * slopes[2] * 7 * slopes[3], 7 * slopes[3], 1,
    ], rel=1e-7)  # fmt: skip


def test_the_weights_part_is_the_formula_with_the_layers_own_numbers():
    """sqrt(K K C v) by hand, with 3 channels read by the first layer and 5 by the others."""
    for name, expected in (
        ("He (2015)", [math.sqrt(45 * 2 / 27), math.sqrt(2), math.sqrt(2)]),
        ("Glorot (2010)", [math.sqrt(45 * 2 / 72), 1, 1]),
        ("normal 0.01", [math.sqrt(45) * 0.01] * 3),
    ):
        found = vanishing(picture(6, 5), 3, "tanh", name, channels=5)
        assert [layer.weights for layer in found.layers] == pytest.approx(expected, rel=1e-12)


def test_squares_that_underflow_are_still_measured():
    assert rms(np.array([3e-200, -4e-200])) == pytest.approx(math.sqrt(12.5) * 1e-200)
    assert rms(np.zeros(3)) == 0


@pytest.mark.parametrize(("name", "shape", "variance"), [
    ("He (2015)", (8, 3, 3, 3), 2 / 27), ("He (2015)", (16, 8, 3, 3), 2 / 72),
    ("Glorot (2010)", (8, 3, 3, 3), 2 / (27 + 72)), ("Glorot (2010)", (16, 8, 3, 3), 2 / (72 + 144)),
    ("normal 0.01", (8, 3, 3, 3), 1e-4),
])  # fmt: skip
def test_weights_are_drawn_as_the_papers_say(name, shape, variance):
    drawn = INITIALISATIONS[name]
    assert drawn.variance(*fans(shape)) == pytest.approx(variance)
    weights = np.stack([drawn.draw(shape, np.random.default_rng(seed)) for seed in range(200)])
    assert weights.mean() == pytest.approx(0, abs=5 * math.sqrt(variance / weights.size))
    assert weights.var() == pytest.approx(variance, rel=0.03)
    if drawn.uniform:
        assert np.abs(weights).max() < math.sqrt(3 * variance)


def test_a_stack_is_seeded_and_grows_at_its_end():
    def gradients(depth, seed):
        return [layer.forward for layer in vanishing(picture(), depth, "tanh", "He (2015)", seed=seed).layers]

    assert gradients(6, 1) == gradients(6, 1) != gradients(6, 2)
    assert gradients(9, 1)[:6] == gradients(6, 1)


@pytest.mark.parametrize(("change", "words"), [
    ({"depth": 0}, "depth is 0"), ({"depth": 31}, "31.*at most 30"), ({"depth": 2.5}, "depth"),
    ({"activation": "step"}, "step.*relu"), ({"initialisation": "zeros"}, "zeros.*He"), ({"channels": 0}, "channels"),
    ({"seed": -1}, "seed is -1.*at least 0"), ({"seed": 1.5}, "seed is 1.5"), ({"activation": ["relu"]}, "relu"),
])  # fmt: skip
def test_settings_that_are_none_are_refused(change, words):
    settings = {"depth": 3, "activation": "relu", "initialisation": "He (2015)", **change}
    with pytest.raises(SettingError, match=words):
        vanishing(picture(), **settings)


@pytest.mark.parametrize(("input", "words"), [
    (np.ones((4, 5)), r"\(4, 5\)"), ("picture", "input holds <U7 values"), ([[[1, 2], [3]]], "input is no array"),
    (None, "input holds object values"), (np.full((3, 4, 5), np.nan), "input holds nan or inf.*finite"),
    ([[[1, np.inf]]], "input holds nan or inf"),
])  # fmt: skip
def test_an_input_that_is_no_picture_is_refused(input, words):
    with pytest.raises(ArrayError, match=words):
        vanishing(input, 3, "relu", "He (2015)")


def test_the_kernel_keeps_the_size():
    assert module.KERNEL == Window(3, padding=1) and module.KERNEL.output_size(17) == 17
