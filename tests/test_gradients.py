"""The gradients of operations against central differences and against PyTorch's."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.ops import (
    avg_pool2d,
    avg_pool2d_gradient,
    conv2d,
    conv2d_gradients,
    linear,
    linear_gradients,
    max_pool2d,
    max_pool2d_gradient,
    squared_distances,
    squared_distances_gradient,
)
from torch_values import cases

TORCH_CONVOLUTIONS, TORCH_POOLS = cases("conv"), [*cases("max pool"), *cases("avg pool")]
POOLS = {"max": (max_pool2d, max_pool2d_gradient), "avg": (avg_pool2d, avg_pool2d_gradient)}


def differences(loss, array, step=1e-5):
    """The gradient of loss(array) by central differences: (loss(x + step) - loss(x - step)) / (2 step)."""
    found = np.empty(array.shape)
    for place in np.ndindex(*array.shape):
        above, below = array.copy(), array.copy()
        above[place] += step
        below[place] -= step
        found[place] = (loss(above) - loss(below)) / (2 * step)
    return found


def random_convolution(seed):
    """A small convolution, asymmetric wherever one can be: (images, weight, settings)."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 2, 3]))
    kernel, stride, dilation = rng.integers(1, 4, 2), rng.integers(1, 4, 2), rng.integers(1, 4, 2)
    padding = rng.integers(0, 4, (2, 2)) * (rng.random((2, 2)) < 0.6)
    size = np.maximum(1, dilation * (kernel - 1) + 1 + rng.integers(0, 4, 2) - (padding.sum(1) > 3))
    images = rng.standard_normal((int(rng.integers(1, 3)), groups * int(rng.integers(1, 3)), *size))
    weight = rng.standard_normal((groups * int(rng.integers(1, 3)), images.shape[1] // groups, *kernel))
    settings = {
        "stride": tuple(stride.tolist()), "padding": tuple(map(tuple, padding.tolist())),
        "dilation": tuple(dilation.tolist()), "groups": groups,
    }  # fmt: skip
    return images, weight, settings


@pytest.mark.parametrize("seed", range(24))
def test_convolutions_against_central_differences(seed):
    images, weight, settings = random_convolution(seed)
    bias = np.zeros(len(weight))
    output = conv2d(images, weight, bias, **settings)
    towards = np.random.default_rng(seed).standard_normal(output.shape)  # the loss is sum(towards * output)
    found = conv2d_gradients(images, weight, towards, **settings)
    expected = (
        differences(lambda x: np.vdot(towards, conv2d(x, weight, bias, **settings)), images),
        differences(lambda w: np.vdot(towards, conv2d(images, w, bias, **settings)), weight),
        differences(lambda b: np.vdot(towards, conv2d(images, weight, b, **settings)), bias),
    )
    for mine, other in zip(found, expected, strict=True):
        assert mine.dtype == np.float64
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-8 * (1 + np.abs(other).max()))


def test_the_random_convolutions_have_what_is_hard():
    seen = [random_convolution(seed) for seed in range(24)]
    settings = [found for _, _, found in seen]
    assert any(found["groups"] == 3 for found in settings)
    assert any(top != bottom for found in settings for top, bottom in found["padding"])
    assert any(np.prod(found["stride"]) >= 6 for found in settings)
    ones = [np.ones_like(conv2d(images, weight, **found)) for images, weight, found in seen]
    for_inputs = [conv2d_gradients(*given[:2], one, **given[2])[0] for given, one in zip(seen, ones)]
    assert sum(bool((gradient == 0).any()) for gradient in for_inputs) >= 5  # pixels that no window reads


@pytest.mark.parametrize(("name", "settings", "kept"), TORCH_CONVOLUTIONS, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_convolutions_as_torch(name, settings, kept, dtype):
    given = [kept[part].astype(dtype) for part in ("input", "weight", "output_gradient")]
    copies = [array.copy() for array in given]
    found = conv2d_gradients(*given, **settings)
    for mine, part in zip(found, ("for_input", "for_weight", "for_bias"), strict=True):
        assert mine.dtype == dtype and mine.shape == kept[part].shape
        limit = (1e-12 if dtype == np.float64 else 3e-6) * np.abs(kept[part]).max()
        np.testing.assert_allclose(mine, kept[part], rtol=0, atol=limit)
    assert all((array == copy).all() for array, copy in zip(given, copies))


@pytest.mark.parametrize(("name", "settings", "kept"), TORCH_POOLS, ids=lambda value: str(value)[:12])
def test_pools_as_torch(name, settings, kept):
    found = POOLS[name[:3]][1](kept["input"], kept["output_gradient"], **settings)
    np.testing.assert_allclose(found, kept["for_input"], rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize(
    "settings",
    [
        {"kernel_size": (2, 3)},
        {"kernel_size": (3, 2), "stride": (1, 3), "padding": ((1, 0), (0, 1))},
        {"kernel_size": (4, 3), "stride": (3, 2), "padding": ((0, 2), (1, 1)), "ceil_mode": True},
    ],
)
def test_pools_against_central_differences(kind, settings):
    pool, gradient = POOLS[kind]
    rng = np.random.default_rng(1)
    images = rng.permutation(2 * 7 * 8).reshape(2, 7, 8) / 8.0  # no two alike, all further apart than a step
    towards = rng.standard_normal(pool(images, **settings).shape)
    expected = differences(lambda x: np.vdot(towards, pool(x, **settings)), images, step=2.0**-12)
    np.testing.assert_allclose(gradient(images, towards, **settings), expected, rtol=0, atol=1e-10)


def test_of_equal_numbers_the_first_takes_the_gradient():
    found = max_pool2d_gradient(np.ones((1, 4, 4)), np.full((1, 2, 2), 3.0), 2)
    assert found[0].tolist() == [[3, 0, 3, 0], [0, 0, 0, 0], [3, 0, 3, 0], [0, 0, 0, 0]]


def test_a_window_of_padding_alone_hands_nothing_on():
    images, settings = np.ones((1, 1, 2)), {"kernel_size": (1, 2), "padding": (0, 1), "dilation": (1, 3)}
    assert max_pool2d(images, **settings).tolist() == [[[-np.inf]]]
    assert max_pool2d_gradient(images, np.ones((1, 1, 1)), **settings).tolist() == [[[0, 0]]]


@pytest.mark.parametrize("leading", [(), (4,), (2, 3)])
def test_linear_against_central_differences(leading):
    rng = np.random.default_rng(0)
    given, weight, bias = rng.standard_normal((*leading, 5)), rng.standard_normal((3, 5)), np.zeros(3)
    towards = rng.standard_normal((*leading, 3))
    found = linear_gradients(given, weight, towards)
    expected = (
        differences(lambda x: np.vdot(towards, linear(x, weight, bias)), given),
        differences(lambda w: np.vdot(towards, linear(given, w, bias)), weight),
        differences(lambda b: np.vdot(towards, linear(given, weight, b)), bias),
    )
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-8)


@pytest.mark.parametrize("leading", [(), (4,), (2, 3)])
def test_distances_against_central_differences(leading):
    rng = np.random.default_rng(1)
    given, codes = rng.standard_normal((*leading, 5)), rng.standard_normal((3, 5))
    towards = rng.standard_normal((*leading, 3))
    found = squared_distances_gradient(given, codes, towards)
    expected = differences(lambda x: np.vdot(towards, squared_distances(x, codes)), given)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)
    with pytest.raises(ArrayError, match="output's gradient has shape"):
        squared_distances_gradient(given, codes, towards[..., :2])


@pytest.mark.parametrize(("given", "units"), [((2, 5), 0), ((5,), 0), ((2, 0), 3), ((0, 5), 3), ((2, 0, 5), 0)])
def test_linear_with_nothing_to_add_up_has_gradients_of_zero(given, units):
    towards = np.ones((*given[:-1], units))
    assert linear(np.ones(given), np.ones((units, given[-1]))).shape == towards.shape
    for_input, for_weight, for_bias = linear_gradients(np.ones(given), np.ones((units, given[-1])), towards)
    assert for_input.shape == given and for_weight.shape == (units, given[-1]) and for_bias.shape == (units,)
    assert for_weight.tolist() == np.zeros(for_weight.shape).tolist() and (for_input == (units > 0) * units).all()
    assert for_bias.tolist() == [math.prod(given[:-1])] * units


def test_linear_knows_its_outputs_shape_without_computing_it():
    """A million rows for a million units would be 4 TB: refused before any is computed."""
    many = np.ones((1_000_000, 1), np.float32)
    with pytest.raises(ArrayError, match=r"has shape \(2, 3\); the output has \(1000000, 1000000\)"):
        linear_gradients(many, many, np.ones((2, 3)))


def test_a_picture_is_a_batch_of_one_without_its_axis():
    name, settings, kept = TORCH_CONVOLUTIONS[2]
    found = conv2d_gradients(kept["input"][0], kept["weight"], kept["output_gradient"][0], **settings)
    np.testing.assert_allclose(found[0], kept["for_input"][0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[1], kept["for_weight"], rtol=0, atol=1e-12)


def test_an_empty_batch_has_gradients_of_zero():
    images, towards = np.zeros((0, 2, 5, 4)), np.zeros((0, 3, 3, 3))
    for_input, for_weight, for_bias = conv2d_gradients(images, np.ones((3, 2, 3, 2)), towards)
    assert for_input.shape == images.shape and not for_weight.any() and not for_bias.any()
    assert max_pool2d_gradient(images, np.zeros((0, 2, 2, 2)), 2).shape == images.shape
    assert avg_pool2d_gradient(images, np.zeros((0, 2, 2, 2)), 2).shape == images.shape


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("fff", np.float32),
        ("dff", np.float64),
        ("fdf", np.float64),
        ("ffd", np.float64),
        ("bbb", np.float32),
        ("eff", np.float32),
        ("lff", np.float64),
    ],
)
def test_the_kind_of_number_is_that_of_conv2d(kinds, expected):
    given = [np.ones(shape, kind) for shape, kind in zip(((1, 3, 4), (2, 1, 2, 2), (2, 2, 3)), kinds)]
    assert {array.dtype for array in conv2d_gradients(*given)} == {np.dtype(expected)}


IMAGES, WEIGHT = np.ones((2, 4, 5, 6)), np.ones((3, 4, 3, 3))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: conv2d_gradients(IMAGES, WEIGHT, np.ones((2, 3, 5, 6))), ArrayError, r"\(2, 3, 5, 6\).*\(2, 3, 3, 4\)"),
    (lambda: conv2d_gradients(IMAGES[0], WEIGHT, np.ones((1, 3, 3, 4))), ArrayError, r"\(3, 3, 4\)"),
    (lambda: conv2d_gradients(IMAGES, WEIGHT[:, :2], np.ones((2, 3, 3, 4))), ArrayError, "channels"),
    (lambda: conv2d_gradients(IMAGES, WEIGHT, np.ones((2, 3, 3, 4)), stride=0), SettingError, "stride"),
    (lambda: conv2d_gradients(IMAGES, np.ones((3, 4, 6, 1)), np.ones((2, 3, 1, 6))), DoesNotFit, "6"),
    (lambda: conv2d_gradients(IMAGES, WEIGHT, np.ones((2, 3, 3, 4), complex)), ArrayError, "complex"),
    (lambda: conv2d_gradients(np.ones((5, 6)), WEIGHT, np.ones((3, 3, 4))), ArrayError, r"\(5, 6\)"),
    (lambda: max_pool2d_gradient(IMAGES, np.ones((2, 4, 2, 2)), 2), ArrayError, r"\(2, 4, 2, 3\)"),
    (lambda: avg_pool2d_gradient(IMAGES, np.ones((2, 4, 2, 3)), 2, ceil_mode=True), ArrayError, r"\(2, 4, 3, 3\)"),
    (lambda: avg_pool2d_gradient(IMAGES, np.ones((2, 4, 2, 3)), 2, padding=2), SettingError, "half"),
    (lambda: linear_gradients(np.ones((2, 5)), np.ones((3, 5)), np.ones((2, 4))), ArrayError, r"\(2, 4\).*\(2, 3\)"),
    (lambda: linear_gradients(np.ones((2, 5)), np.ones((3, 4)), np.ones((2, 3))), ArrayError, "features"),
    (lambda: linear_gradients(np.ones(5), np.ones((3, 5)), np.ones((1, 3))), ArrayError, r"\(1, 3\).*\(3,\)"),
    (lambda: linear_gradients(2.0, np.ones((3, 5)), np.ones(3)), ArrayError, "single number"),
    (lambda: linear_gradients(np.ones((1, 1, 2, 5)), np.ones((3, 5)), np.ones((1, 2, 3))), ArrayError,
     r"\(1, 2, 3\).*\(1, 1, 2, 3\)"),
])  # fmt: skip
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_groups_are_convolutions_side_by_side():
    rng = np.random.default_rng(8)
    images, weight = rng.standard_normal((2, 6, 7, 5)), rng.standard_normal((9, 2, 3, 2))
    towards = rng.standard_normal((2, 9, 5, 4))
    found = conv2d_gradients(images, weight, towards, groups=3)
    for group in range(3):
        ins, outs = slice(2 * group, 2 * group + 2), slice(3 * group, 3 * group + 3)
        alone = conv2d_gradients(images[:, ins], weight[outs], towards[:, outs])
        for whole, part in zip((found[0][:, ins], found[1][outs], found[2][outs]), alone, strict=True):
            np.testing.assert_allclose(whole, part, rtol=0, atol=1e-12)


def test_every_window_is_counted_by_hand():
    """Ones everywhere: each input's gradient is how many windows read it, each weight's how many inputs it meets."""
    shape, kernel, stride, padding = (5, 7), (2, 3), (3, 2), ((1, 0), (0, 2))
    reads, meets = np.zeros(shape), np.zeros(kernel)
    for top, left in itertools.product(range(-1, shape[0] - 1, 3), range(0, shape[1], 2)):
        for row, column in itertools.product(range(2), range(3)):
            y, x = top + row, left + column
            if 0 <= y < shape[0] and 0 <= x < shape[1]:
                reads[y, x] += 1
                meets[row, column] += 1
    images, weight = np.ones((1, *shape)), np.ones((1, 1, *kernel))
    towards = np.ones_like(conv2d(images, weight, stride=stride, padding=padding))
    for_input, for_weight, for_bias = conv2d_gradients(images, weight, towards, stride=stride, padding=padding)
    assert towards.shape == (1, 2, 4)
    np.testing.assert_array_equal(for_input[0], reads)
    np.testing.assert_array_equal(for_weight[0, 0], meets)
    assert for_bias.tolist() == [8]


def test_a_batch_has_the_sum_of_its_images_gradients():
    """So many that their windows are laid out in several goes, the last one smaller."""
    rng = np.random.default_rng(4)
    images, weight = rng.standard_normal((21, 2, 40, 41)), rng.standard_normal((3, 2, 5, 4))
    towards = rng.standard_normal((21, 3, 36, 38))
    for_input, for_weight, for_bias = conv2d_gradients(images, weight, towards)
    each = [conv2d_gradients(image, weight, one) for image, one in zip(images, towards)]
    np.testing.assert_allclose(for_input, [found[0] for found in each], rtol=0, atol=1e-10)
    np.testing.assert_allclose(for_weight, sum(found[1] for found in each), rtol=0, atol=1e-9)
    np.testing.assert_allclose(for_bias, sum(found[2] for found in each), rtol=0, atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_no_number_goes_to_the_winner_alone(bad):
    images, towards = np.arange(16.0).reshape(1, 4, 4), np.ones((1, 2, 2))
    towards[0, 1, 0] = bad
    found = max_pool2d_gradient(images, towards, 2)
    assert np.argwhere(~np.isfinite(found)).tolist() == [[0, 3, 1]] and found.sum(where=np.isfinite(found)) == 3


def test_small_maps_and_large_ones_have_the_same_gradients(monkeypatch):
    """The two ways to compute them, beside each other."""
    from cnnviz.ops import conv_gradients

    rng = np.random.default_rng(4)
    images, weight = rng.standard_normal((3, 4, 9, 11)), rng.standard_normal((6, 2, 3, 2))
    settings = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (1, 2), "groups": 2}
    towards = rng.standard_normal(conv2d(images, weight, **settings).shape)
    small = conv2d_gradients(images, weight, towards, **settings)
    monkeypatch.setattr(conv_gradients, "BLOCK_BYTES", 0)
    large = conv2d_gradients(images, weight, towards, **settings)
    for mine, other in zip(small, large, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-12)
    assert conv2d_gradients(images, weight, towards, **settings, to_input=False)[0] is None


@pytest.mark.parametrize(("padding", "dilation"), [(100, 1), (300, 1), (300, 600)])
def test_padding_takes_memory_for_a_few_images_at_a_time(padding, dilation):
    """Small maps in a wide border: 40 of them at once would take 14 to 118 MB."""
    rng = np.random.default_rng(6)
    images = rng.standard_normal((40, 2, 6, 7)).astype(np.float32)
    weight = rng.standard_normal((3, 2, *((2, 2) if dilation > 1 else (1, 1)))).astype(np.float32)
    settings = {"stride": padding if dilation == 1 else 1, "padding": padding, "dilation": dilation}
    towards = rng.standard_normal(conv2d(images, weight, **settings).shape).astype(np.float32)
    tracemalloc.start()
    try:
        found = conv2d_gradients(images, weight, towards, **settings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (3e6 if padding == 100 else 24e6)
    each = [conv2d_gradients(image, weight, one, **settings) for image, one in zip(images, towards)]
    np.testing.assert_allclose(found[0], [one[0] for one in each], rtol=0, atol=1e-5)
    np.testing.assert_allclose(found[1], sum(one[1] for one in each), rtol=0, atol=1e-4)
