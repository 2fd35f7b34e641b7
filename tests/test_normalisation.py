"""batch_norm against ONNX Runtime and the statistics module; local response normalisation against ONNX Runtime and
PyTorch; dropout against chance; what they refuse."""

import math
import statistics
import sys

import numpy as np
import pytest
import scipy.stats

from cnnviz.errors import ArrayError, SettingError
from cnnviz.layers import BatchNorm2d, LocalResponseNorm, Scale
from cnnviz.layers.typed import read, written
from cnnviz.network import Network
from cnnviz.ops import (
    batch_norm,
    batch_norm_gradients,
    batch_statistics,
    dropout,
    dropout_mask,
    local_response_norm,
    local_response_norm_gradient,
)
from cnnviz.tracing import layer_trace
from oracles import by_onnxruntime
from torch_values import cases


def layer(seed, shape=(2, 5, 4, 7)):
    """Images of channels that differ in mean and spread, and running_mean, running_var, weight, bias."""
    rng = np.random.default_rng(seed)
    channels = shape[-3]
    images = rng.standard_normal(shape) * rng.uniform(0.1, 9, (channels, 1, 1)) + rng.uniform(-9, 9, (channels, 1, 1))
    mean, variance = rng.standard_normal(channels), rng.uniform(0.1, 5, channels)
    weight, bias = rng.standard_normal(channels), rng.standard_normal(channels)
    return images, mean, variance, weight, bias


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 5, 4, 7), (1, 3, 9, 2)])
@pytest.mark.parametrize("eps", [1e-5, 0.0, 0.3])
def test_given_statistics_as_onnxruntime(shape, eps):
    images, mean, variance, weight, bias = (array.astype(np.float32) for array in layer(1, shape))
    output = batch_norm(images, mean, variance, weight, bias, eps=eps)
    expected = by_onnxruntime("BatchNormalization", images, weight, bias, mean, variance, epsilon=eps)
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-5)


def test_own_statistics_as_onnxruntimes_instance_normalisation():
    # Of one image the two are the same: over its height and width.
    images, _, _, weight, bias = (array.astype(np.float32) for array in layer(2, (1, 4, 6, 9)))
    expected = by_onnxruntime("InstanceNormalization", images, weight, bias, epsilon=1e-3)
    np.testing.assert_allclose(batch_norm(images, None, None, weight, bias, eps=1e-3), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(batch_norm(images[0], None, None, weight, bias, eps=1e-3), expected[0], atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 5, 4, 7), (5, 4, 7), (2, 1, 1, 1), (1, 2, 1)])
def test_statistics_run_over_images_rows_and_columns(shape):
    images, mean, variance, weight, bias = layer(3, shape)
    own = batch_statistics(images)
    output = batch_norm(images, mean, variance, weight, bias, training=True)
    assert np.array_equal(output, batch_norm(images, None, None, weight, bias))
    for channel in range(shape[-3]):
        numbers = images[..., channel, :, :]
        centre = statistics.fmean(numbers.ravel())
        spread = statistics.pvariance(numbers.ravel().tolist(), centre)  # the biased one
        assert own[0][channel] == pytest.approx(centre, rel=1e-12)
        assert own[1][channel] == pytest.approx(spread, rel=1e-12)
        expected = (numbers - centre) / (spread + 1e-5) ** 0.5 * weight[channel] + bias[channel]
        np.testing.assert_allclose(output[..., channel, :, :], expected, rtol=0, atol=1e-12)


def test_weight_and_bias_may_be_missing_one_by_one():
    images, mean, variance, weight, bias = layer(4)
    plain = batch_norm(images, mean, variance)
    scaled = plain * weight[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(batch_norm(images, mean, variance, weight), scaled, atol=1e-12)
    moved = plain + bias[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(batch_norm(images, mean, variance, None, bias), moved, atol=1e-12)


def test_a_channel_far_from_zero_keeps_its_digits():
    pattern = np.random.default_rng(5).integers(0, 4, (1, 8, 9))
    far = (pattern + 100_000).astype(np.float32)  # exact in float32, and so is what is left after the mean
    np.testing.assert_allclose(batch_norm(far), batch_norm(pattern.astype(np.float64)), rtol=0, atol=0.01)
    mean, variance = batch_statistics(far)
    assert mean == pytest.approx(pattern.mean() + 100_000, rel=1e-14)
    assert variance == pytest.approx(pattern.var(), rel=1e-12)


def test_a_constant_channel_becomes_its_bias_and_an_empty_batch_stays_one():
    assert batch_norm(np.full((1, 2, 3), 7.0), bias=[2.0]).tolist() == [[[2] * 3] * 2]
    assert np.isnan(batch_norm(np.ones((1, 2, 2)), [1.0], [0.0], eps=0)).all()
    assert batch_norm(np.zeros((0, 3, 4, 5))).shape == (0, 3, 4, 5)
    assert np.isnan(batch_norm([[[np.inf, 1.0]]])).all()


@pytest.mark.parametrize(
    ("image", "weight", "result"),
    [
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("uint8", "float32", "float32"),
        ("bool", "bool", "float32"),
        ("int32", "float32", "float64"),
        (">f4", ">f4", "float32"),
    ],
)
def test_kinds_of_numbers_and_nothing_given_is_changed(image, weight, result):
    given = np.array([[[0, 1, 1], [1, 0, 1]]]).astype(image)
    ones = np.ones(1, weight)
    for array in (given, ones):
        array.flags.writeable = False
    for output in (batch_norm(given, ones, ones, ones, ones), batch_norm(given, weight=ones)):
        assert output.dtype == np.dtype(result) and output.dtype.isnative and output.flags.writeable
    np.testing.assert_allclose(batch_norm(given), batch_norm(given.astype(float)), rtol=0, atol=1e-6)


IMAGES, THREE = np.zeros((2, 3, 4, 5)), np.ones(3)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((IMAGES[0, 0],), {}, ArrayError, r"input has shape \(4, 5\); .*\(C, H, W\)"),
        ((IMAGES, THREE[:2], THREE), {}, ArrayError, r"running_mean has shape \(2,\); 3 channels need shape \(3,\)"),
        ((IMAGES, THREE, 1.0), {}, ArrayError, r"running_var has shape \(\)"),
        ((IMAGES, None, None, IMAGES), {}, ArrayError, r"weight has shape \(2, 3, 4, 5\)"),
        ((IMAGES, None, None, None, THREE[:1]), {}, ArrayError, r"bias has shape \(1,\)"),
        ((IMAGES, THREE), {}, ArrayError, "running_mean and the running_var belong together"),
        ((IMAGES, None, THREE), {"training": True}, ArrayError, "belong together"),
        ((IMAGES * 1j,), {}, ArrayError, "input holds complex128"),
        ((IMAGES[:1, :, :1, :1],), {}, ArrayError, "has 1 number a channel; a variance needs at least 2"),
        (
            (IMAGES, THREE, THREE),
            {"eps": -1e-5},
            SettingError,
            "eps is -1e-05; it must be a finite number of at least 0",
        ),
        ((IMAGES, THREE, THREE), {"eps": "a"}, SettingError, "eps is 'a'"),
        ((IMAGES,), {"eps": 0}, SettingError, "eps is 0; it must be above 0"),
    ],
)
def test_what_batch_norm_refuses_and_how_forwards_and_backwards(arguments, options, error, words):
    with pytest.raises(error, match=words):
        batch_norm(*arguments, **options)
    image, *others = arguments
    if len(others) < 4:  # the bias takes no part in the gradients
        with pytest.raises(error, match=words):
            batch_norm_gradients(image, np.ones(np.shape(image)), *others, **options)


@pytest.mark.parametrize("name", ["running_mean", "running_var", "weight"])
@pytest.mark.parametrize("wrong", [np.ones(1), np.ones(2), np.ones((3, 1)), 1.0, "many", ["a", "b", "c"], [None] * 3])
@pytest.mark.parametrize("training", [False, True])
def test_statistics_and_weights_are_one_number_a_channel_backwards_too(name, wrong, training):
    rest = {"running_mean": THREE, "running_var": THREE, "weight": THREE, name: wrong}
    for call in (batch_norm, lambda image, **more: batch_norm_gradients(image, np.ones(image.shape), **more)):
        with pytest.raises(ArrayError, match=name):
            call(IMAGES, training=training, **rest)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("shape", [(0, 3, 4, 5), (2, 3, 0, 5), (3, 4, 0)])
def test_of_nothing_the_gradients_are_nothing_and_zeros(shape, training):
    channels = shape[-3]
    image, ones = np.zeros(shape, np.float32), np.ones(channels, np.float32)
    assert batch_norm(image, ones, ones, ones, ones, training=training).shape == shape
    found = batch_norm_gradients(image, image, ones, ones, ones, training=training)
    assert found[0].shape == shape and all(one.tolist() == [0] * channels for one in found[1:])
    assert {one.dtype for one in found} == {np.dtype(np.float32)}


def test_gradients_are_as_exact_as_the_statistics():
    image, gradient, ones = IMAGES.astype(np.float32), np.ones(IMAGES.shape, np.float32), np.ones(3, np.float32)
    for exact in ("running_mean", "running_var", "weight"):
        rest = {"running_mean": ones, "running_var": ones, "weight": ones, exact: ones.astype(np.float64)}
        assert batch_norm(image, **rest).dtype == np.float64
        assert {one.dtype for one in batch_norm_gradients(image, gradient, **rest)} == {np.dtype(np.float64)}
    found = batch_norm_gradients(image, gradient, ones, ones, ones)
    assert {one.dtype for one in found} == {np.dtype(np.float32)}


@pytest.mark.parametrize("share", [0.1, 0.7, 1.3, -0.6])
def test_what_moves_all_of_a_channel_alike_moves_nothing_behind_it(share):
    """Its mean goes with it: a gradient that is the same everywhere has none for the input, to the last digit."""
    gradient = np.full((3, 2, 7, 9), share, np.float32)
    constant = np.full((3, 2, 7, 9), 0.3, np.float32)
    for_input, _, for_bias = batch_norm_gradients(constant, gradient, training=True)
    assert not for_input.any()
    np.testing.assert_allclose(for_bias, 3 * 7 * 9 * np.float64(gradient[0, 0, 0, 0]), rtol=1e-7)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_dropout_drops_its_share_and_keeps_the_expectation(p):
    ones = np.ones((400, 250), np.float32)
    output = dropout(ones, p, rng=np.random.default_rng(7))
    kept = int((output != 0).sum())
    assert output.dtype == np.float32 and scipy.stats.binomtest(kept, ones.size, 1 - p).pvalue > 1e-3
    if p < 1:
        assert set(np.unique(output)) <= {0, np.float32(1 / (1 - p))}
        assert output.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("shape", [(5,), (3, 4, 5), (2, 3, 4, 5), (0, 3), ()])
def test_the_mask_is_the_one_that_dropout_used(shape):
    numbers = np.random.default_rng(8).standard_normal(shape) + 9
    mask = dropout_mask(shape, 0.3, np.random.default_rng(11))
    assert mask.dtype == bool and mask.shape == shape
    output = dropout(numbers, 0.3, rng=np.random.default_rng(11))
    assert np.array_equal(output, np.where(mask, numbers * (1 / 0.7), 0))
    again = np.random.default_rng(11)
    dropout(numbers, 0.3, rng=again)
    assert not numbers.size or not np.array_equal(again.random(shape), np.random.default_rng(11).random(shape))


def test_what_is_dropped_is_zero_whatever_it_was():
    bad = np.array([np.nan, np.inf, -np.inf, -1.0])
    output = dropout(bad, 1, rng=np.random.default_rng(0))
    assert output.tolist() == [0, 0, 0, 0] and not np.signbit(output).any()
    assert np.array_equal(dropout(bad, 0, rng=np.random.default_rng(0)), bad, equal_nan=True)


def test_inference_changes_nothing_and_draws_nothing():
    levels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    output = dropout(levels, 0.9, training=False, rng=None)
    assert output.dtype == np.float32 and output.tolist() == levels.tolist()
    same = np.ones(3)
    assert not np.shares_memory(dropout(same, 0.5, training=False, rng=None), same)
    dropout(same, 0.5, rng=np.random.default_rng(1))
    assert same.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((THREE, 1.5), {}, SettingError, "p is 1.5; it must be a finite number from 0 to 1"),
        ((THREE, -0.1), {}, SettingError, "p is -0.1"),
        ((THREE, np.nan), {}, SettingError, "p is nan"),
        ((THREE, True), {}, SettingError, "p is True"),
        ((THREE, "half"), {"training": False}, SettingError, "p is 'half'"),
        ((THREE, 0.5), {"rng": None}, SettingError, "rng is None; .*numpy.random.Generator"),
        ((THREE, 0.5), {"rng": 42}, SettingError, "rng is 42"),
        ((["a"], 0.5), {}, ArrayError, "input holds <U1"),
    ],
)
def test_what_dropout_refuses_and_how(arguments, options, error, words):
    with pytest.raises(error, match=words):
        dropout(*arguments, **{"rng": np.random.default_rng(0)} | options)


@pytest.mark.parametrize("shape", [(2, 70000, 1, 3), (1, 5, 300, 200), (3, 7, 160, 130)])
def test_statistics_of_many_channels_and_of_large_ones_are_taken_by_a_few_calls(shape):
    images = np.random.default_rng(6).standard_normal(shape) + np.arange(shape[1])[:, np.newaxis, np.newaxis]
    mean, variance = batch_statistics(images)
    for channel in (0, 1, shape[1] // 2, shape[1] - 1):
        numbers = images[:, channel].ravel().tolist()
        assert mean[channel] == pytest.approx(statistics.fmean(numbers), rel=1e-12)
        spread = math.fsum((number - mean[channel]) ** 2 for number in numbers) / len(numbers)
        assert variance[channel] == pytest.approx(spread, rel=1e-9)
    calls = count_calls(lambda: batch_statistics(images))
    assert calls < 5000  # not some for each of 70,000 channels


def count_calls(function):
    """How many functions of Python a function calls."""
    calls = 0

    def note(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


# --- local response normalisation ---


@pytest.mark.parametrize(("name", "settings", "kept"), cases("response"), ids=lambda value: str(value)[:12])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_local_responses_and_their_gradients_as_torch(name, settings, kept, dtype):
    given, towards = kept["input"].astype(dtype), kept["output_gradient"].astype(dtype)
    limit = 1e-13 if dtype == np.float64 else 2e-6
    output, gradient = local_response_norm(given, **settings), local_response_norm_gradient(given, towards, **settings)
    for mine, other in ((output, kept["output"]), (gradient, kept["for_input"])):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, other, rtol=0, atol=limit * np.abs(other).max())
    first = local_response_norm_gradient(given[0], towards[0], **settings)
    np.testing.assert_allclose(first, gradient[0], rtol=0, atol=limit * np.abs(gradient).max())


@pytest.mark.parametrize("size", [1, 3, 5, 31])  # ONNX Runtime has the odd ones
def test_local_responses_as_onnxruntime(size):
    images = 4 * np.random.default_rng(size).standard_normal((2, 7, 3, 4)).astype(np.float32)
    expected = by_onnxruntime("LRN", images, size=size, alpha=0.6, beta=0.8, bias=1.5)
    np.testing.assert_allclose(local_response_norm(images, size, 0.6, 0.8, 1.5), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [3, 4, 20])
def test_a_local_response_is_told_of_the_maps_that_it_reads(size):
    layer = LocalResponseNorm(size, 0.8, 0.7, 1.2)
    levels = np.random.default_rng(1).integers(0, 256, (6, 4, 5), np.uint8)
    network = Network((6, 4, 5), [layer])
    output = network.forward(levels / 255, [{}])[1]
    for channel in range(6):
        trace = layer_trace(layer, levels, output, {}, channel, divisor=255)
        reads = [map for map in range(6) if channel - size // 2 <= map <= channel + (size - 1) // 2]
        assert [*trace.channels] == reads == [*layer.reads((6, 4, 5), channel)]
        for row, column in np.ndindex(4, 5):
            squares = [(levels[map, row, column] / 255) ** 2 for map in reads]
            step = trace.step(row, column)
            assert step.terms.ravel() == pytest.approx(squares, abs=1e-12)
            expected = levels[channel, row, column] / 255 / (1.2 + 0.8 / size * sum(squares)) ** 0.7
            assert step.result == pytest.approx(expected, abs=1e-12) == output[channel, row, column]


@pytest.mark.parametrize("shape", [(5, 4, 3), (5,)])
def test_a_scale_is_a_batch_norm_whose_statistics_are_0_and_1(shape):
    rng = np.random.default_rng(12)
    given = {"weight": rng.standard_normal(5), "bias": rng.standard_normal(5)}
    statistics = {"running_mean": np.zeros(5), "running_var": np.ones(5)}
    input, gradient = rng.standard_normal((2, 6, *shape))
    scale, norm = Scale(), BatchNorm2d(1e-12)
    np.testing.assert_allclose(scale.forward(input, given), norm.forward(input, {**given, **statistics}), rtol=1e-9)
    found, learnt = scale.backward(input, given, gradient)
    expected, all_learnt = norm.backward(input, {**given, **statistics}, gradient)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    for name in learnt:
        np.testing.assert_allclose(learnt[name], all_learnt[name], rtol=1e-9)


def test_a_scale_is_counted_and_told():
    row = Network((5, 4, 3), [Scale()]).rows[0]
    assert (row.parameters, row.multiply_adds, row.output_shape) == (10, 0, (5, 4, 3))
    given = {"weight": np.arange(5.0), "bias": np.full(5, 0.5)}
    input = np.random.default_rng(13).standard_normal((5, 4, 3))
    output = row.layer.forward(input, given)
    step = layer_trace(row.layer, input, output, given, 3).step(2, 1)
    assert (step.terms.ravel()[0], step.result) == (input[3, 2, 1], pytest.approx(3 * input[3, 2, 1] + 0.5))


def test_a_local_response_is_counted():
    row = Network((6, 4, 5), [LocalResponseNorm(4)]).rows[0]
    added = sum(len(row.layer.reads((6, 4, 5), channel)) - 1 for channel in range(6)) * 20
    assert row.layer.operations((6, 4, 5)) == {"squares": 120, "additions": added, "powers": 120}
    assert (row.output_shape, row.parameters, row.multiply_adds) == ((6, 4, 5), 0, 0)
    assert row.fields[0].size == 1
    vector = Network((7,), [LocalResponseNorm(3)])
    expected = local_response_norm(np.arange(7.0).reshape(7, 1, 1), 3).ravel()
    assert vector.forward(np.arange(7.0), [{}])[1] == pytest.approx(expected)


def test_a_local_response_is_typed_and_pasted():
    layers = LocalResponseNorm(5), LocalResponseNorm(4, 0.001, 0.5, 2.0)
    assert written(layers) == "lrn 5; lrn 4 alpha 0.001 beta 0.5 k 2"
    assert read(written(layers)) == layers == read("local response norm size 5\nLRN 4, k=2, beta 0.5 alpha=1e-3")
    assert read("nn.LocalResponseNorm(4, alpha=0.001, beta=0.5, k=2.0)") == layers[1:]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 0}, "size is 0; it must be a whole number of at least 1"),
        ({"size": 3, "alpha": -0.1}, "alpha is -0.1; it must be a finite number of at least 0"),
        ({"size": 3, "beta": math.nan}, "beta is nan"),
        ({"size": 3, "k": 0}, "k is 0; it must be a finite number of at least 1e-12"),
    ],
)
def test_what_a_local_response_refuses(settings, words):
    with pytest.raises(SettingError, match=words):
        LocalResponseNorm(**settings)


def test_a_gradient_of_another_shape_is_none_of_a_local_response():
    with pytest.raises(ArrayError, match=r"has shape \(2, 3, 4, 4\); the output has \(2, 3, 4, 5\)"):
        local_response_norm_gradient(IMAGES, IMAGES[..., 1:], 3)
