"""Kernels that are a column times a row: the same sums as any kernel's, whatever the numbers; and none is mistaken."""

import tracemalloc

import numpy as np
import pytest
import scipy.ndimage

from cnnviz.ops import conv2d, separable, tiling
from oracles import convolve_by_onnxruntime, pad

RNG = np.random.default_rng(11)


@pytest.fixture
def taken_apart(monkeypatch):
    """What the kernels that were convolved came to: how many of a call were taken apart."""
    found, real = [], separable.factors

    def factors(kernels):
        found.append(real(kernels) is not None)
        return real(kernels)

    monkeypatch.setattr(separable, "factors", factors)
    return found


def of_rank_1(*shape):
    *groups, height, width = shape
    return RNG.standard_normal((*groups, height, 1)) * RNG.standard_normal((*groups, 1, width))


CASES = [
    ((1, 1, 90, 130), 1, (9, 12), {}),
    ((2, 1, 61, 150), 1, (10, 31), {"padding": ((9, 0), (3, 17)), "padding_mode": "reflect"}),
    ((2, 5, 70, 100), 5, (15, 9), {"padding": ((2, 11), (0, 5)), "padding_mode": "circular"}),
    ((1, 3, 120, 99), 3, (11, 10), {"padding": ((1, 2), (3, 4)), "padding_mode": "replicate", "dilation": (3, 1)}),
    ((1, 1, 40, 300), 1, (13, 9), {"padding": ((20, 30), (40, 10))}),
]


@pytest.mark.parametrize(("shape", "groups", "kernel", "options"), CASES)
@pytest.mark.parametrize("blocks", [1 << 20, 30_000])
def test_as_the_plain_sum(shape, groups, kernel, options, blocks, monkeypatch, taken_apart):
    monkeypatch.setattr(tiling, "BLOCK_BYTES", blocks)
    settings = {"stride": (1, 1), "dilation": (1, 1), "padding_mode": "zeros", "padding": ((0, 0), (0, 0)), **options}
    images = RNG.standard_normal(shape)[:, :, ::-1]
    weight, bias = of_rank_1(groups, 1, *kernel), RNG.standard_normal(groups)
    output = conv2d(images, weight, bias, groups=groups, **settings)
    sizes = conv2d(abs(images), abs(weight), groups=groups, **settings)
    expected = np.empty_like(output)
    (down, across), middle = settings["dilation"], (0, 0)
    for n, g in np.ndindex(output.shape[:2]):
        padded = pad(images[n, g], settings["padding"], settings["padding_mode"])
        spread = np.zeros((down * (kernel[0] - 1) + 1, across * (kernel[1] - 1) + 1))
        spread[::down, ::across] = weight[g, 0]
        middle = tuple(-(size // 2) for size in spread.shape)
        found = scipy.ndimage.correlate(padded, spread, mode="constant", origin=middle)
        expected[n, g] = found[: output.shape[2], : output.shape[3]] + bias[g]
    assert (np.abs(output - expected) <= 1e-14 * (sizes + abs(bias[:, np.newaxis, np.newaxis]))).all()
    small = [array.astype(np.float32) for array in (images, weight, bias)]
    theirs = convolve_by_onnxruntime(*small, groups=groups, **settings)
    assert (np.abs(conv2d(*small, groups=groups, **settings) - theirs) <= 2e-6 * (sizes + 1)).all()
    assert taken_apart and all(taken_apart)


@pytest.mark.parametrize("change", ["one number", "a row", "a zero", "rank 2"])
def test_what_is_nearly_of_rank_1_is_not_taken_for_it(change, taken_apart):
    kernel, picture = of_rank_1(9, 11), RNG.standard_normal((1, 60, 90))
    match change:
        case "one number":
            kernel[3, 4] *= 1 + 1e-13
        case "a row":
            kernel[3] += 1e-13
        case "a zero":
            kernel[3, 4] = 0
        case "rank 2":
            kernel += of_rank_1(9, 11)
    output = conv2d(picture, kernel[np.newaxis, np.newaxis])
    expected = scipy.ndimage.correlate(picture[0], kernel, mode="constant")[4:-4, 5:-5]
    np.testing.assert_allclose(output[0], expected, rtol=0, atol=1e-12)
    assert taken_apart == [False]


BINOMIAL = np.array([1, 8, 28, 56, 70, 56, 28, 8, 1.0])


@pytest.mark.parametrize(("kernel", "apart"), [
    (np.eye(9)[[4]].T @ np.eye(11)[[3]], True),  # one pixel, moved
    (np.ones((9, 9)), True),
    (np.outer(BINOMIAL, BINOMIAL) / 2**16, True),
    (np.outer(BINOMIAL, [-4, -3, -2, -1, 0, 1, 2, 3, 4]), True),
    (np.outer([1, 1, 1, 1, 0, -1, -1, -1, -1], BINOMIAL) / 64, True),
    (np.outer(BINOMIAL, [3, 7, 3, 7, 3, 7, 3, 7, 3]), False),  # thirds and sevenths of which are not round
    (np.outer(BINOMIAL, [3, 7, 3, 7, 3, 7, 3, 7, 3]) / 2**12, False),
])
def test_a_sum_without_rounding_has_none(kernel, apart, taken_apart):
    picture = RNG.integers(0, 256, (1, 80, 110)).astype(np.float64)
    picture[0, 20:50, 30:70] = 131
    output = conv2d(picture, kernel[np.newaxis, np.newaxis])
    whole = np.rint(kernel * 2**16).astype(np.int64)
    views = np.lib.stride_tricks.sliding_window_view(picture[0].astype(np.int64), kernel.shape)
    assert np.array_equal(output[0] * 2**16, np.einsum("ijkl,kl->ij", views, whole))
    assert taken_apart == [apart]


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 3e38])
def test_a_bad_pixel_reaches_only_the_windows_that_read_it(bad, taken_apart):
    picture = np.ones((1, 60, 130), np.float32)
    picture[0, 33, 71] = bad
    output = conv2d(picture, np.full((1, 1, 9, 10), 2, np.float32))
    hit = np.zeros(output.shape, bool)
    hit[:, 25:34, 62:72] = True
    assert not np.isfinite(output[hit]).any() and (output[~hit] == 180).all() and taken_apart == [True]


def test_what_lies_between_may_overflow_where_the_sum_does_not():
    picture = np.full((1, 60, 130), 1e38, np.float32)
    kernel = np.full((1, 1, 9, 10), 1e-3, np.float32)
    np.testing.assert_allclose(conv2d(picture, kernel), 9e36, rtol=1e-5)


@pytest.mark.parametrize("value", [0, np.nan, np.inf])
def test_kernels_that_have_no_factors(value, taken_apart):
    kernel = np.full((1, 1, 9, 9), value)
    output = conv2d(np.ones((1, 40, 90)), kernel)
    np.testing.assert_array_equal(output, np.full(output.shape, value * 81))
    assert taken_apart == [False]


def test_it_is_the_room_of_a_block_that_is_taken():
    image = np.broadcast_to(np.ones((), np.float32), (1, 3000, 4000))
    weight = of_rank_1(1, 1, 31, 31).astype(np.float32)
    tracemalloc.start()
    try:
        output = conv2d(image, weight, padding=15)
        assert tracemalloc.get_traced_memory()[1] - output.nbytes < 4e6
    finally:
        tracemalloc.stop()
