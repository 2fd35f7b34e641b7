"""Attention against ONNX Runtime, PyTorch and the loop that spells it out; the picture whose places attend to each
other; what mixing up the pixels does."""

import math

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.self_attention import attending, mixed_up, told_by
from cnnviz.ops import attention, attention_gradients, attention_weights, conv2d
from oracles import attention_by_loops, attention_by_onnxruntime
from torch_values import cases

PLANE = np.random.default_rng(8).integers(0, 256, (1, 5, 7), np.uint8)


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(("heads", "asking", "places", "numbers", "given"), [
    (1, 1, 1, 1, 1), (2, 5, 7, 3, 4), (1, 6, 2, 9, 1), (3, 4, 4, 2, 5),
])  # fmt: skip
@pytest.mark.parametrize("scale", [None, 0.3])
def test_as_onnxruntime_and_as_the_loops(heads, asking, places, numbers, given, scale):
    query, key = drawn(heads, asking, numbers), drawn(heads, places, numbers, seed=1)
    value = drawn(heads, places, given, seed=2)
    found, weights = attention(query, key, value, scale=scale), attention_weights(query, key, scale=scale)
    settings = {} if scale is None else {"scale": scale}
    np.testing.assert_allclose(found, attention_by_onnxruntime(query, key, value, **settings), atol=2e-6)
    for head in range(heads):
        expected = attention_by_loops(query[head], key[head], value[head], scale or 1 / math.sqrt(numbers))
        np.testing.assert_allclose(found[head], expected[0], atol=1e-13)
        np.testing.assert_allclose(weights[head], expected[1], atol=1e-13)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-14)


@pytest.mark.parametrize(("name", "settings", "kept"), cases("attention", "torch_attention"))
def test_as_pytorch_forwards_and_backwards(name, settings, kept):
    taken = [kept[one] for one in ("query", "key", "value")]
    np.testing.assert_allclose(attention(*taken, **settings), kept["output"], rtol=1e-10, atol=1e-12)
    found = attention_gradients(*taken, kept["output_gradient"], **settings)
    for one, of in zip(found, ("query", "key", "value"), strict=True):
        np.testing.assert_allclose(one, kept[f"for_{of}"], rtol=1e-9, atol=1e-11)


def test_large_scores_do_not_overflow_and_float32_stays_float32():
    query = np.float32([[300, 0], [0, 300]])
    found = attention(query, query, np.float32([[1], [5]]))
    assert found.dtype == np.float32 and found.tolist() == [[1], [5]]


def test_an_order_makes_no_difference():
    query, key, value = drawn(9, 3), drawn(9, 3, seed=1), drawn(9, 2, seed=2)
    order = np.random.default_rng(3).permutation(9)
    found = attention(query, key, value)
    np.testing.assert_allclose(attention(query, key[order], value[order]), found, atol=1e-14)
    np.testing.assert_allclose(attention(query[order], key[order], value[order]), found[order], atol=1e-14)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: attention(np.ones(3), np.ones((2, 3)), np.ones((2, 1))), r"query has shape \(3,\)"),
    (lambda: attention(np.ones((2, 3)), np.ones((2, 4)), np.ones((2, 1))), "have 3 and 4 numbers"),
    (lambda: attention(np.ones((2, 0)), np.ones((2, 0)), np.ones((2, 1))), "have 0 and 0 numbers"),
    (lambda: attention(np.ones((2, 3)), np.ones((4, 3)), np.ones((5, 1))), "of 4 and 5 places"),
    (lambda: attention_weights(np.ones((2, 3)), np.ones((0, 3))), "of 0 and 0 places"),
    (lambda: attention(np.ones((2, 2, 3)), np.ones((3, 2, 3)), np.ones((2, 1))), r"\(2, 2, 3\), \(3, 2, 3\).*differ"),
    (lambda: attention_gradients(*[np.ones((2, 3))] * 3, np.ones((2, 4))), r"\(2, 4\).*\(2, 3\)"),
    (lambda: told_by(np.ones((2, 3, 3))), r"it must be \(1, H, W\)"),
    (lambda: attending(np.ones((1, 40, 40)), 1, 0), "1,600 places; 1,024 can"),
    (lambda: mixed_up(lambda plane: plane[0, 1:], PLANE), r"makes \(4, 7\) of \(1, 5, 7\)"),
])  # fmt: skip
def test_what_is_refused_and_how(call, words):
    with pytest.raises(ArrayError, match=words):
        call()


def test_a_scale_is_a_number():
    with pytest.raises(SettingError, match="scale"):
        attention(*[np.ones((2, 3))] * 3, scale=math.nan)


# --- a picture whose places attend to each other ---


@pytest.mark.parametrize(("tone", "near"), [(1, 0), (0, 20), (3, 7)])
def test_alike_and_near_places_attend_to_each_other(tone, near):
    found = attending(PLANE, tone, near)
    levels = PLANE.ravel().astype(float)
    tones = (levels - levels.mean()) / levels.std()
    places = [divmod(place, 7) for place in range(35)]
    scores = np.array([
        [tone * tones[i] * tones[j] + near * sum(math.cos(math.pi / 7 * (a - b)) for a, b in zip(places[i], places[j]))
         for j in range(35)] for i in range(35)
    ]) / math.sqrt(5)  # fmt: skip
    expected = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    np.testing.assert_allclose(found.weights, expected, rtol=1e-9)
    np.testing.assert_allclose(found.output, (expected @ levels).reshape(5, 7), rtol=1e-9)


def test_without_likeness_each_number_is_the_mean_and_so_it_is_of_a_plain_picture():
    np.testing.assert_allclose(attending(PLANE, 0, 0).output, PLANE.mean(), rtol=1e-12)
    plain = attending(np.full((1, 3, 4), 7, np.uint8), 10, 0)
    np.testing.assert_allclose(plain.weights, 1 / 12, rtol=1e-12)


def test_mixed_up_and_put_back_attention_is_the_same_and_a_convolution_is_not():
    def blurred(plane):
        return conv2d(plane, np.full((1, 1, 3, 3), 1 / 9), padding=1)[0]

    of_attention = mixed_up(lambda plane: attending(plane, 2, 0).output, PLANE)
    of_convolution, by_place = mixed_up(blurred, PLANE), mixed_up(lambda plane: attending(plane, 2, 5).output, PLANE)
    assert (of_attention.differ, of_attention.largest) == (0, 0)
    assert of_convolution.differ > 30 and of_convolution.largest > 20
    assert by_place.differ > 30
    assert sorted(of_convolution.picture.ravel()) == sorted(PLANE.ravel())
    assert (of_convolution.picture != PLANE[0]).sum() > 25
    # A 1 x 1 convolution sees no neighbours, so it knows no place either.
    assert mixed_up(lambda plane: 3 * plane[0] + 1, PLANE).differ == 0
