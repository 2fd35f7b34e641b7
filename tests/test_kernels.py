"""Kernels against published tables, SciPy, least squares and what they must answer on a ramp, a step and a grating."""

import math
import re
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from cnnviz.errors import ArrayError, CnnvizError, KernelError, SettingError
from cnnviz.geometry import same_padding
from cnnviz.kernels import (
    KERNELS,
    LUMA,
    cell_text,
    factor,
    fitted,
    flipped,
    formatted,
    named,
    over_grey,
    over_rgb,
    parse,
    short_text,
)
from cnnviz.kernels.weights import simple_fraction
from pace import loops

SIZES = [(height, width) for height in range(1, 16) for width in range(1, 16)]


def impulse(height, width):
    """A 1 in the middle of zeros."""
    picture = np.zeros((height, width))
    picture[height // 2, width // 2] = 1
    return picture


def meaningful(key, height, width):
    """At which sizes a kernel should have a meaning, written down once more from its definition."""
    if key in ("identity", "box-blur", "gaussian-blur", "random"):
        return True
    if key in ("scharr-x", "scharr-y", "emboss", "gabor", "laplacian"):
        return height >= 3 and width >= 3
    if key in ("sobel-x", "prewitt-x"):
        return width >= 2
    if key in ("sobel-y", "prewitt-y"):
        return height >= 2
    if key == "diagonal-edge":
        return height >= 2 and width >= 2
    if key in ("sharpen", "outline"):
        return height % 2 == 1 and width % 2 == 1 and (height, width) != (1, 1)
    assert key == "diagonal-cross"
    return height == width >= 2


# Published tables

TABLES = [
    # I. Sobel and G. Feldman (1968)
    ("sobel-x", 3, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    ("sobel-y", 3, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    # Intel IPP, FilterSobelVert and FilterSobelHoriz with a 5 x 5 mask (signs as for cross-correlation)
    ("sobel-x", 5, [[-1, -2, 0, 2, 1], [-4, -8, 0, 8, 4], [-6, -12, 0, 12, 6], [-4, -8, 0, 8, 4], [-1, -2, 0, 2, 1]]),
    ("sobel-y", 5, [[-1, -4, -6, -4, -1], [-2, -8, -12, -8, -2], [0] * 5, [2, 8, 12, 8, 2], [1, 4, 6, 4, 1]]),
    # OpenCV, Sobel with ksize=1: a plain central difference
    ("sobel-x", (1, 3), [[-1, 0, 1]]),
    ("sobel-y", (3, 1), [[-1], [0], [1]]),
    # by hand: 1 1 and 1 3 3 1 along the edge, the differences of 1 and of 1 2 1 across it
    ("sobel-x", 2, [[-1, 1], [-1, 1]]),
    ("sobel-y", 2, [[-1, -1], [1, 1]]),
    ("sobel-x", 4, [[-1, -1, 1, 1], [-3, -3, 3, 3], [-3, -3, 3, 3], [-1, -1, 1, 1]]),
    ("sobel-y", 4, [[-1, -3, -3, -1], [-1, -3, -3, -1], [1, 3, 3, 1], [1, 3, 3, 1]]),
    ("sobel-x", (3, 2), [[-1, 1], [-2, 2], [-1, 1]]),
    ("sobel-y", (2, 1), [[-1], [1]]),
    # H. Scharr (2000), as in OpenCV's Scharr
    ("scharr-x", 3, [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]),
    ("scharr-y", 3, [[-3, -10, -3], [0, 0, 0], [3, 10, 3]]),
    ("scharr-y", (3, 5), [[0, -3, -10, -3, 0], [0] * 5, [0, 3, 10, 3, 0]]),
    # J. M. S. Prewitt (1970)
    ("prewitt-x", 3, [[-1, 0, 1]] * 3),
    ("prewitt-y", 3, [[-1] * 3, [0] * 3, [1] * 3]),
    # R. A. Fisher and F. Yates (1938), the linear orthogonal polynomials of 4 and 6 values; 2 by hand
    ("prewitt-x", 2, [[-1, 1]] * 2),
    ("prewitt-y", 2, [[-1] * 2, [1] * 2]),
    ("prewitt-x", 4, [[-3, -1, 1, 3]] * 4),
    ("prewitt-y", 4, [[-3] * 4, [-1] * 4, [1] * 4, [3] * 4]),
    ("prewitt-x", (1, 6), [[-5, -3, -1, 1, 3, 5]]),
    ("prewitt-y", (4, 3), [[-3] * 3, [-1] * 3, [1] * 3, [3] * 3]),
    # G. S. Robinson (1977), the south-east mask of five levels
    ("diagonal-edge", 3, [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]),
    # L. G. Roberts (1963), his cross with the sign turned
    ("diagonal-edge", 2, [[-1, 0], [0, 1]]),
    # by hand: columns right of the middle plus rows below it
    ("diagonal-edge", 4, [[-3, -2, -1, 0], [-2, -1, 0, 1], [-1, 0, 1, 2], [0, 1, 2, 3]]),
    ("diagonal-edge", (2, 3), [[-1.5, -0.5, 0.5], [-0.5, 0.5, 1.5]]),
    # R. C. Gonzalez and R. E. Woods (2002), figures 3.39 and 3.41
    ("laplacian", 3, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    ("sharpen", 3, [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    # V. Powell, Image Kernels
    ("outline", 3, [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    ("emboss", 3, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    # UFLDL Tutorial (2011)
    ("diagonal-cross", 3, [[1, 0, 1], [0, 1, 0], [1, 0, 1]]),
    ("diagonal-cross", 5, [[1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 1]]),
    ("diagonal-cross", 2, [[1, 1], [1, 1]]),
    ("diagonal-cross", 4, [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]]),
    ("identity", 1, [[1]]),
    ("identity", 3, [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    ("identity", (2, 4), [[0, 1, 0, 0], [0, 0, 0, 0]]),
]
BINOMIAL_5 = [[1, 4, 6, 4, 1], [4, 16, 24, 16, 4], [6, 24, 36, 24, 6], [4, 16, 24, 16, 4], [1, 4, 6, 4, 1]]
SCALED_TABLES = [
    ("box-blur", 3, 9, [[1, 1, 1]] * 3),
    ("box-blur", (2, 3), 6, [[1, 1, 1]] * 2),
    # P. J. Burt and E. H. Adelson (1983) with a = 0.375; OpenCV's getGaussianKernel for 3 and 5
    ("gaussian-blur", 3, 16, [[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
    ("gaussian-blur", 5, 256, BINOMIAL_5),
    ("gaussian-blur", (2, 4), 16, [[1, 3, 3, 1]] * 2),
    # by hand: 0 1 0; 1 -4 1; 0 1 0 laid four times, one pixel apart, and over a row of 1 1
    ("laplacian", 4, 4, [[0, 1, 1, 0], [1, -2, -2, 1], [1, -2, -2, 1], [0, 1, 1, 0]]),
    ("laplacian", (3, 4), 2, [[0, 1, 1, 0], [1, -3, -3, 1], [0, 1, 1, 0]]),
    # Wikipedia, Kernel (image processing): unsharp masking 5 x 5
    ("sharpen", 5, 256, [[-1, -4, -6, -4, -1], [-4, -16, -24, -16, -4], [-6, -24, 476, -24, -6],
                         [-4, -16, -24, -16, -4], [-1, -4, -6, -4, -1]]),
]


@pytest.mark.parametrize(("key", "size", "table"), TABLES)
def test_a_preset_equals_its_published_table(key, size, table):
    weights = named(key, size)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(weights, table)


@pytest.mark.parametrize(("key", "size", "denominator", "table"), SCALED_TABLES)
def test_a_preset_with_a_common_factor_equals_its_published_table(key, size, denominator, table):
    weights = named(key, size)
    np.testing.assert_array_equal(weights, np.array(table) / denominator)
    numerators, common = factor(weights)
    assert common == Fraction(1, denominator)
    np.testing.assert_array_equal(numerators, table)


# Every preset at every size

@pytest.mark.parametrize("key", KERNELS)
def test_every_size_is_either_right_or_refused_in_a_sentence(key):
    for height, width in SIZES:
        if meaningful(key, height, width):
            weights = named(key, (height, width))
            assert weights.shape == (height, width)
            assert weights.dtype == np.float64
            assert np.isfinite(weights).all() and weights.any()
            assert not np.signbit(weights[weights == 0]).any(), "a page would show -0"
            np.testing.assert_array_equal(parse(formatted(weights)), weights)
            assert KERNELS[key].allows((height, width))
        else:
            assert not KERNELS[key].allows((height, width))
            near = KERNELS[key].nearest((height, width))
            assert near and all(meaningful(key, *size) for size in near)
            with pytest.raises(KernelError) as refusal:
                named(key, (height, width))
            message = str(refusal.value)
            assert f"{height} × {width}" in message and KERNELS[key].sizes.needs in message
            assert all(f"{rows} × {columns}" in message for rows, columns in near)


@pytest.mark.parametrize("key", KERNELS)
def test_one_number_means_a_square(key):
    np.testing.assert_array_equal(named(key, 7), named(key, (7, 7)))


SUMS = {
    0: ("sobel-x", "sobel-y", "scharr-x", "scharr-y", "prewitt-x", "prewitt-y", "diagonal-edge", "laplacian", "outline",
        "gabor"),
    1: ("identity", "box-blur", "gaussian-blur", "sharpen", "emboss"),
}


@pytest.mark.parametrize(("total", "key"), [(total, key) for total, keys in SUMS.items() for key in keys])
def test_weights_sum_to_0_or_1_at_every_size(total, key):
    for size in SIZES:
        if meaningful(key, *size):
            weights = named(key, size)
            assert weights.sum() == pytest.approx(total, abs=1e-14 * np.abs(weights).sum()), size


@pytest.mark.parametrize("key", ["box-blur", "gaussian-blur", "sharpen", "laplacian", "outline", "diagonal-cross"])
def test_what_looks_in_no_direction_is_symmetric_at_every_size(key):
    for height, width in SIZES:
        if meaningful(key, height, width):
            weights = named(key, (height, width))
            np.testing.assert_array_equal(weights, weights[::-1])
            np.testing.assert_array_equal(weights, weights[:, ::-1])
            np.testing.assert_array_equal(weights, named(key, (width, height)).T)


@pytest.mark.parametrize("family", ["sobel", "scharr", "prewitt"])
def test_y_is_x_on_its_side_and_x_is_odd_across_and_even_down(family):
    for height, width in SIZES:
        grows = family != "scharr"  # Scharr's 3 × 3 in a window of even size stands beside its middle
        if meaningful(f"{family}-x", height, width) and (grows or height % 2 == width % 2 == 1):
            across = named(f"{family}-x", (height, width))
            np.testing.assert_array_equal(named(f"{family}-y", (width, height)), across.T)
            np.testing.assert_array_equal(across[:, ::-1], -across)
            np.testing.assert_array_equal(across[::-1], across)


# Against SciPy, which correlates, as deep learning does

@pytest.mark.parametrize(("key", "theirs"), [
    ("sobel-x", lambda picture: ndimage.sobel(picture, axis=1)),
    ("sobel-y", lambda picture: ndimage.sobel(picture, axis=0)),
    ("prewitt-x", lambda picture: ndimage.prewitt(picture, axis=1)),
    ("prewitt-y", lambda picture: ndimage.prewitt(picture, axis=0)),
    ("laplacian", ndimage.laplace),
])
def test_3x3_answers_as_scipys_filter_does(key, theirs):
    picture = np.random.default_rng(1).normal(size=(7, 11))
    np.testing.assert_allclose(ndimage.correlate(picture, named(key, 3)), theirs(picture), atol=1e-12)


@pytest.mark.parametrize(("height", "width"), [(7, 7), (9, 9), (11, 11), (13, 13), (15, 15), (7, 15), (13, 9)])
def test_gaussian_from_7_on_is_scipys_with_the_sigma_it_states(height, width):
    sigmas = [0.3 * ((size - 1) / 2 - 1) + 0.8 for size in (height, width)]
    theirs = ndimage.gaussian_filter(impulse(31, 33), sigmas, mode="constant", radius=[height // 2, width // 2])
    up, left = 15 - height // 2, 16 - width // 2  # the impulse is at (15, 16)
    ours = np.pad(named("gaussian-blur", (height, width)), ((up, 31 - height - up), (left, 33 - width - left)))
    np.testing.assert_allclose(ours, theirs, atol=1e-15)


@pytest.mark.parametrize("size", [6, 8, 10, 12, 14])
def test_even_gaussian_from_6_on_is_the_bell_sampled_between_pixels(size):
    sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    bell = [math.exp(-0.5 * ((k - (size - 1) / 2) / sigma) ** 2) for k in range(size)]
    expected = [[a * b / sum(bell) ** 2 for b in bell] for a in bell]
    np.testing.assert_allclose(named("gaussian-blur", size), expected, rtol=1e-13)


def test_gaussian_blurs_more_the_larger_it_is():
    spreads = []
    for size in range(1, 16):
        offsets = np.arange(size) - (size - 1) / 2
        spreads.append(float(offsets**2 @ named("gaussian-blur", (1, size))[0]))
    assert spreads == sorted(set(spreads))
    np.testing.assert_allclose(spreads[:5], [0, 0.25, 0.5, 0.75, 1])  # a binomial's variance


@pytest.mark.parametrize(("height", "width"), [(5, 5), (7, 7), (9, 9), (15, 15), (5, 9), (4, 4), (8, 8), (6, 3)])
def test_larger_laplacian_is_scipys_laplacian_of_pascals_triangle(height, width):
    blurred = np.zeros((height, width))
    rows, columns = ([math.comb(size - 3, k) / 2 ** (size - 3) for k in range(size - 2)] for size in (height, width))
    blurred[1:-1, 1:-1] = np.outer(rows, columns)
    np.testing.assert_allclose(named("laplacian", (height, width)),
                               ndimage.laplace(blurred, mode="constant"), atol=1e-15)


@pytest.mark.parametrize("size", [3, 4, 5, 6, 9, 14, 15])
def test_the_fourth_moment_of_a_larger_laplacian_tells_the_sigma_of_its_blur(size):
    # 12 sigma^2 for the Laplacian of a Gaussian, and 2 for 1 -2 1 itself, as (x + 1)^4 - 2 x^4 + (x - 1)^4 = 12 x^2 + 2
    assert answer("laplacian", size, size, lambda x, y: x**4) == pytest.approx(12 * (size - 3) / 4 + 2, rel=1e-12)


def test_laplacians_come_the_closer_to_that_of_a_true_gaussian_the_larger_they_are():
    """1 -2 1 is the second derivative seen through a hat of variance 1/6, so the two agree only roughly."""
    errors = []
    for size in (5, 7, 9, 11, 13, 15):
        sigma = math.sqrt((size - 3) / 4 + 1 / 6)
        true = ndimage.gaussian_laplace(impulse(size, size), sigma, mode="constant", truncate=8)
        errors.append(np.abs(named("laplacian", size) - true).max() / np.abs(true).max())
    assert errors == sorted(errors, reverse=True) and errors[-1] < 0.1


def binomial_by_hand(size):
    row = [1]
    while len(row) < size:
        row = [a + b for a, b in zip([0, *row], [*row, 0], strict=True)]
    return row


@pytest.mark.parametrize(("height", "width"), [(7, 7), (9, 9), (15, 15), (3, 7), (1, 5), (6, 6), (14, 14), (8, 3)])
def test_larger_sobel_is_pascals_triangle_times_its_differences(height, width):
    down, before = binomial_by_hand(height), binomial_by_hand(width - 1)
    expected = [[weight * (a - b) for a, b in zip([0, *before], [*before, 0], strict=True)] for weight in down]
    np.testing.assert_array_equal(named("sobel-x", (height, width)), expected)


# What they answer on pictures whose answer is known

def answer(key, height, width, picture):
    """The number that a kernel gives in the middle of picture(x, y), x to the right and y down."""
    y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    return float(np.sum(named(key, (height, width)) * picture(x, y)))


def test_gradients_on_a_ramp():
    for height, width in SIZES:
        if meaningful("sobel-x", height, width):
            # 2^(kH-1) of smoothing times 2^(kW-2) of slope, twice the pixel's step
            assert answer("sobel-x", height, width, lambda x, y: x + 5 * y) == 2 ** (height - 1) * 2 ** (width - 2)
        if meaningful("prewitt-x", height, width):
            middle, step = (width - 1) / 2, 1 if width % 2 else 2  # from one weight to the next
            squares = height * sum(step * (k - middle) ** 2 for k in range(width))
            assert answer("prewitt-x", height, width, lambda x, y: 3 * x - 7 * y) == 3 * squares
        if meaningful("sobel-y", height, width):
            assert answer("sobel-y", height, width, lambda x, y: 5 * x + y) == 2 ** (width - 1) * 2 ** (height - 2)
        if meaningful("scharr-x", height, width) and height % 2 == width % 2 == 1:
            assert answer("scharr-x", height, width, lambda x, y: x + 5 * y) == 32
            assert answer("scharr-y", height, width, lambda x, y: x + 5 * y) == 160


# Half of the window bright: what the weights of that half sum to
STEPS = [
    ("sobel", 3, 4), ("scharr", 3, 16), ("prewitt", 3, 3),
    ("sobel", 2, 2), ("sobel", 4, 16), ("sobel", (3, 4), 8),
    ("prewitt", 2, 2), ("prewitt", 4, 16), ("prewitt", (1, 4), 4),
]


@pytest.mark.parametrize(("family", "size", "gain"), STEPS)
def test_gradients_on_a_step(family, size, gain):
    height, width = size if isinstance(size, tuple) else (size, size)
    assert answer(f"{family}-x", height, width, lambda x, y: 1.0 * (x > 0)) == gain  # brighter to the right: positive
    assert answer(f"{family}-x", height, width, lambda x, y: 1.0 * (x < 0)) == -gain
    assert answer(f"{family}-x", height, width, lambda x, y: 1.0 * (y > 0)) == 0
    assert answer(f"{family}-y", width, height, lambda x, y: 1.0 * (y > 0)) == gain  # brighter downwards: positive
    assert answer(f"{family}-y", width, height, lambda x, y: 1.0 * (x > 0)) == 0


def test_at_even_sizes_the_answer_belongs_to_the_corner_between_four_pixels():
    """x^2 slopes by nothing at the corner, and by 1 at the pixels beside it."""
    for height, width in SIZES:
        if height % 2 == width % 2 == 0:
            for key in ("sobel-x", "prewitt-x"):
                assert answer(key, height, width, lambda x, y: x**2 + y**2) == 0
                assert answer(key, height, width, lambda x, y: (x + 0.5) ** 2 + y**2) > 0
    for key in ("sobel-x", "sobel-y", "prewitt-x", "prewitt-y", "diagonal-edge", "laplacian", "diagonal-cross"):
        assert "at even sizes the answer belongs to the corner between four pixels" in KERNELS[key].scales


@pytest.mark.parametrize(("height", "width"), [(3, 3), (5, 5), (3, 7), (15, 15), (2, 2), (4, 4), (6, 3), (5, 8)])
def test_prewitt_and_diagonal_measure_the_plane_that_fits_best(height, width):
    values = np.random.default_rng(2).normal(size=(height, width))
    y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    plane = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], axis=1)
    slope_x, slope_y, _ = np.linalg.lstsq(plane, values.ravel(), rcond=None)[0]
    across, down = slope_x * (x**2).sum(), slope_y * (y**2).sum()
    whole_x, whole_y = (1 if size % 2 else 2 for size in (width, height))  # Prewitt's weights are whole numbers
    assert (named("prewitt-x", (height, width)) * values).sum() == pytest.approx(whole_x * across)
    assert (named("prewitt-y", (height, width)) * values).sum() == pytest.approx(whole_y * down)
    assert (named("diagonal-edge", (height, width)) * values).sum() == pytest.approx(across + down)


def test_laplacian_gives_the_second_derivatives_of_a_parabola_and_nothing_on_a_plane():
    for height, width in SIZES:
        if meaningful("laplacian", height, width):
            assert answer("laplacian", height, width, lambda x, y: 3 * x - 2 * y + 7) == pytest.approx(0, abs=1e-12)
            assert answer("laplacian", height, width, lambda x, y: x**2 + 10 * y**2) == pytest.approx(22, rel=1e-12)


def test_sharpen_is_twice_the_pixel_minus_its_blur_and_outline_the_pixel_against_the_mean():
    for height, width in SIZES:
        if meaningful("outline", height, width):
            values = np.random.default_rng(height * 16 + width).normal(size=(height, width))
            middle = values[height // 2, width // 2]
            outline = (named("outline", (height, width)) * values).sum()
            assert outline == pytest.approx(values.size * (middle - values.mean()))
            if (height, width) != (3, 3):
                blur = (named("gaussian-blur", (height, width)) * values).sum()
                assert (named("sharpen", (height, width)) * values).sum() == pytest.approx(2 * middle - blur)


def test_box_blur_gives_the_mean_and_identity_the_pixel_that_same_padding_leaves_in_place():
    for height, width in SIZES:
        values = np.random.default_rng(height * 16 + width).normal(size=(height, width))
        assert (named("box-blur", (height, width)) * values).sum() == pytest.approx(values.mean())
        middle = same_padding(height)[0], same_padding(width)[0]
        assert (named("identity", (height, width)) * values).sum() == values[middle]


def test_emboss_and_diagonal_light_up_towards_the_lower_right():
    assert answer("emboss", 3, 3, lambda x, y: x + y) == 12
    assert answer("diagonal-edge", 3, 3, lambda x, y: x + y) == 12
    assert answer("diagonal-edge", 3, 3, lambda x, y: x - y) == 0


def test_the_demo():
    picture = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
    whole = ndimage.correlate(picture, named("diagonal-cross", 3))
    np.testing.assert_array_equal(whole[1:-1, 1:-1], [[4, 3, 4], [2, 4, 3], [2, 3, 4]])


# Gabor

def gabor_by_the_formula(height, width, degrees):
    """Daugman's equation position by position, brought to zero mean and to positive weights of sum 1."""
    turn, side = math.radians(degrees), min(height, width)
    sigma, wavelength = side / 4, 2 * side / 3
    envelope, wave = {}, {}
    for row in range(height):
        for column in range(width):
            right, up = column - (width - 1) / 2, (height - 1) / 2 - row
            along = right * math.cos(turn) + up * math.sin(turn)
            across = right * math.sin(turn) - up * math.cos(turn)
            envelope[row, column] = math.exp(-across**2 / (2 * sigma**2) - along**2 / (2 * (2 * sigma) ** 2))
            wave[row, column] = math.cos(2 * math.pi * across / wavelength)
    mean = sum(envelope[at] * wave[at] for at in wave) / sum(envelope.values())
    raw = {at: envelope[at] * (wave[at] - mean) for at in wave}
    gain = sum(value for value in raw.values() if value > 0)
    return [[raw[row, column] / gain for column in range(width)] for row in range(height)]


@pytest.mark.parametrize(("height", "width", "degrees"), [(3, 3, 45), (4, 4, 0), (7, 7, 20), (15, 15, 110), (5, 9, 70)])
def test_gabor_is_daugmans_formula(height, width, degrees):
    np.testing.assert_allclose(named("gabor", (height, width), angle=degrees),
                               gabor_by_the_formula(height, width, degrees), atol=1e-14)


def grating(height, width, wavelength, degrees):
    """Stripes that run at `degrees` counter-clockwise from level, as a wave of both phases."""
    y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    normal = math.radians(degrees + 90)
    return np.exp(2j * math.pi / wavelength * (x * math.cos(normal) - y * math.sin(normal)))


@pytest.mark.parametrize("size", range(3, 16))
def test_gabor_answers_most_to_stripes_at_its_own_angle(size):
    tolerance = {3: 15, 4: 5}.get(size, 0)  # in so small a window the pixel grid pulls
    for angle in range(0, 180, 15):
        weights = named("gabor", size, angle=angle)
        answers = {degrees: abs(np.sum(weights * grating(size, size, 2 * size / 3, degrees)))
                   for degrees in range(0, 180, 5)}
        strongest = max(answers, key=answers.__getitem__)
        assert abs((strongest - angle + 90) % 180 - 90) <= tolerance, angle
        assert answers[angle] > 2 * answers[(angle + 90) % 180], angle


def test_gabor_bars_lie_at_0_stand_at_90_and_rise_to_the_right_at_45():
    lying, standing, rising = (named("gabor", 9, angle=angle) for angle in (0, 90, 45))
    assert (lying[4] > 0).all() and lying[1, 4] < 0
    np.testing.assert_allclose(standing, lying.T, atol=1e-15)
    assert (np.diag(rising[::-1]) > 0).all() and rising[2, 2] < 0
    np.testing.assert_allclose(named("gabor", 9, angle=200), named("gabor", 9, angle=20), atol=1e-15)
    np.testing.assert_array_equal(named("gabor", 9), rising)


def test_gabor_answers_within_1_on_pictures_between_0_and_1():
    for size in SIZES:
        if meaningful("gabor", *size):
            weights = named("gabor", size, angle=37)
            assert weights[weights > 0].sum() == pytest.approx(1)
            assert weights[weights < 0].sum() == pytest.approx(-1)


@pytest.mark.parametrize("angle", [math.nan, math.inf, "45", True, None, 1j])
def test_an_angle_that_is_none_is_refused(angle):
    with pytest.raises(SettingError, match="angle"):
        named("gabor", 5, angle=angle)


# Random

def test_random_is_fixed_by_its_seed():
    np.testing.assert_array_equal(named("random", 5, seed=3), named("random", 5, seed=3))
    assert (named("random", 5, seed=3) != named("random", 5, seed=4)).any()
    assert (named("random", (3, 5)) != named("random", (5, 3)).T).any()


def test_random_is_the_frozen_stream_of_the_mersenne_twister():
    # 0.5488135 0.71518937 0.60276338 are the best-known draws of seed 0; in +-1/sqrt(3), to four decimals
    drawn = (np.array([0.5488135, 0.71518937, 0.60276338]) * 2 - 1) / math.sqrt(3)
    np.testing.assert_array_equal(named("random", (1, 3), seed=0), [[round(value, 4) for value in drawn]])


def test_random_spreads_evenly_over_the_range_it_states():
    draws = np.concatenate([named("random", 5, seed=seed).ravel() for seed in range(200)])
    assert 0.199 < draws.max() <= 0.2 and -0.2 <= draws.min() < -0.199
    assert abs(draws.mean()) < 0.006 and draws.std() == pytest.approx(0.2 / math.sqrt(3), rel=0.02)
    np.testing.assert_array_equal(draws, np.round(draws, 4))
    zeros = [weight for weight in named("random", 15, seed=7).flat if weight == 0]  # rounded up from just below 0
    assert zeros and not np.signbit(zeros).any()


def test_random_in_colour_has_three_slices_of_its_own_in_the_range_of_all_its_weights():
    # the same best-known draws as above: in RGB the filter has 3 x 1 x 3 weights, and the range is that of nn.Conv2d
    weights = named("random", (1, 3), seed=0, channels=3)
    draws = np.array([0.5488135, 0.71518937, 0.60276338, 0.54488318, 0.4236548, 0.64589411, 0.43758721, 0.891773,
                      0.96366276])  # fmt: skip
    np.testing.assert_array_equal(weights.ravel(), np.round((draws * 2 - 1) / 3, 4))
    slices = [named("random", 5, seed=seed, channels=3) for seed in range(100)]
    assert slices[0].shape == (3, 5, 5) and slices[0].dtype == np.float64
    red, green, blue = np.array(slices).transpose(1, 0, 2, 3).reshape(3, -1)
    assert np.abs(np.corrcoef([red, green, blue]) - np.eye(3)).max() < 0.05  # no slice is another's multiple
    bound = 1 / math.sqrt(3 * 25)
    assert 0.98 * bound < np.abs(slices).max() <= bound + 5e-5  # to four decimals


@pytest.mark.parametrize("key", [key for key in KERNELS if key != "random"])
def test_every_other_preset_is_one_slice_for_any_picture(key):
    np.testing.assert_array_equal(named(key, 3, channels=3), named(key, 3))


@pytest.mark.parametrize("channels", [0, 2, 4, "3", True, None])
def test_a_picture_has_one_channel_or_three(channels):
    with pytest.raises(SettingError, match="channels"):
        named("random", 3, channels=channels)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "0"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(SettingError, match="seed"):
        named("random", 3, seed=seed)


# The entries

def test_entries_can_be_shown_and_put_in_a_url():
    assert list(KERNELS)[:2] == ["identity", "box-blur"]
    for key, kernel in KERNELS.items():
        assert kernel.key == key and key == "".join(c for c in key.lower() if c.isascii() and (c.isalpha() or c == "-"))
        for line in (kernel.finds, kernel.scales):
            assert line.endswith(".") and "\n" not in line
        assert kernel.name and kernel.source and kernel.sizes.needs
        with pytest.raises(FrozenInstanceError):
            kernel.key = "other"
    assert repr(KERNELS["identity"]) == "Kernel('identity': Nothing: it copies the picture.)"
    assert [key for key, kernel in KERNELS.items() if kernel.takes] == ["gabor", "random"]


@pytest.mark.parametrize(("key", "size", "near"), [
    ("outline", 4, [(3, 3), (5, 5)]),
    ("sharpen", (4, 7), [(3, 7), (5, 7)]),
    ("sobel-x", 1, [(2, 2)]),
    ("sobel-x", (3, 1), [(3, 2)]),
    ("laplacian", 2, [(3, 3)]),
    ("diagonal-cross", (3, 5), [(3, 3), (4, 4), (5, 5)]),
    ("diagonal-cross", 1, [(2, 2)]),
    ("gabor", (2, 9), [(3, 9)]),
    ("identity", (16, 40), [(15, 15)]),
])
def test_the_nearest_sizes_that_work(key, size, near):
    assert KERNELS[key].nearest(size) == near


def test_a_line_on_what_a_kernel_finds_is_true_of_any_picture():
    cross, picture = named("diagonal-cross", 3), np.array([[255.0, 1, 0], [9, 8, 7], [100, 3, 128]])
    assert (cross * picture).sum() == 255 + 0 + 8 + 100 + 128  # a sum, and no number of bright pixels
    finds = KERNELS["diagonal-cross"].finds
    assert "adds up" in finds and "where they are 0 and 1" in finds


def test_what_is_refused_says_what_would_work():
    with pytest.raises(KernelError, match="“Outline” has no 4 × 4 form.*Nearest: 3 × 3 or 5 × 5"):
        named("outline", 4)
    with pytest.raises(KernelError, match="“Sobel, left to right” has no 1 × 1 form.*Nearest: 2 × 2"):
        named("sobel-x", 1)
    with pytest.raises(KernelError, match="at most 15 rows and columns. Nearest: 15 × 3"):
        named("box-blur", (16, 3))
    with pytest.raises(KernelError, match="no kernel called “sobel”; there are identity, .*sobel-x"):
        named("sobel", 3)


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "3", (3, 0), (3, 3, 3), None])
def test_what_is_no_size_is_refused(size):
    for call in (lambda: named("identity", size), lambda: fitted([[1.0]], size), lambda: KERNELS["gabor"].allows(size)):
        with pytest.raises(SettingError, match="kernel_size"):
            call()


# What can be done to weights

def test_over_rgb_is_one_filter_that_sees_brightness():
    kernel = np.array([[1.0, 2, 3], [-4, 5, 0.5]])
    filters = over_rgb(kernel)
    assert filters.shape == (3, 2, 3) and filters.dtype == np.float64
    assert LUMA == (0.299, 0.587, 0.114)  # ITU-R BT.601
    picture = np.random.default_rng(4).random((3, 2, 3))
    grey = 0.299 * picture[0] + 0.587 * picture[1] + 0.114 * picture[2]
    assert (filters * picture).sum() == pytest.approx((kernel * grey).sum())
    with pytest.raises(ArrayError, match=r"\(3, 2, 3\)"):
        over_rgb(filters)


@pytest.mark.parametrize("key", [key for key in KERNELS if key not in ("gabor", "random")])
def test_a_presets_slices_are_rounded_once_so_that_they_can_be_written_short(key):
    for size in range(1, 16):
        if not KERNELS[key].allows(size) or (found := factor(named(key, size))) is None:
            continue  # from 6 on a Gaussian is no fraction
        numerators, common = found
        slices = over_rgb(named(key, size))
        for share, slice_ in zip((299, 587, 114), slices):
            exact = [Fraction(int(n) * share, 1000 * common.denominator) for n in numerators.flat]
            assert slice_.ravel().tolist() == [fraction.numerator / fraction.denominator for fraction in exact]
        cells = re.split(r"[ ;|*]+", formatted(slices))
        assert max(map(len, cells)) <= 18 and not [cell for cell in cells if re.search(r"(9|0){6}\d?$", cell)]


def test_numbers_typed_for_all_three_slices_keep_their_digits():
    assert formatted(over_rgb([[1 / 3, 0.2871, 3]])) == (
        "299/3000 0.0858429 0.897 | 587/3000 0.1685277 1.761 | 0.038 0.0327294 0.342"
    )  # 0.299 * (1 / 3) is 0.09966666666666665


def test_slices_on_grey_are_their_sum_to_the_last_digit():
    slices = over_rgb([[-1, 1 / 3, 0.2871], [0, 7, 1e-7]])
    np.testing.assert_array_equal(over_grey(slices), [[-1, 1 / 3, 0.2871], [0, 7, 1e-7]])
    np.testing.assert_array_equal(over_grey([[[1, 2]], [[30, 40]], [[500, 600]]]), [[531, 642]])
    with pytest.raises(ArrayError, match=r"\(2, 3\)"):
        over_grey([[1, 2, 3], [4, 5, 6]])


def test_flipped_turns_each_slice_and_makes_correlation_convolution():
    weights = np.arange(24.0).reshape(2, 3, 4)
    turned = flipped(weights)
    for channel in range(2):
        for row in range(3):
            for column in range(4):
                assert turned[channel, row, column] == weights[channel, 2 - row, 3 - column]
    picture = np.random.default_rng(5).normal(size=(8, 9))
    kernel = np.random.default_rng(6).normal(size=(3, 5))
    np.testing.assert_allclose(ndimage.correlate(picture, flipped(kernel)), ndimage.convolve(picture, kernel))


@pytest.mark.parametrize(("old", "new", "expected"), [
    ([1, 2, 3], 4, [1, 2, 3, 0]),
    ([1, 2, 3], 5, [0, 1, 2, 3, 0]),
    ([1, 2, 3], 2, [2, 3]),
    ([1, 2, 3], 1, [2]),
    ([1, 2, 3, 4], 5, [0, 1, 2, 3, 4]),
    ([1, 2, 3, 4], 3, [1, 2, 3]),
    ([1, 2, 3, 4], 6, [0, 1, 2, 3, 4, 0]),
    ([1, 2, 3, 4], 2, [2, 3]),
    ([1, 2], 7, [0, 0, 0, 1, 2, 0, 0]),
])
def test_fitted_keeps_the_middle_in_the_middle(old, new, expected):
    np.testing.assert_array_equal(fitted([old], (1, new)), [expected])
    np.testing.assert_array_equal(fitted([[value] for value in old], (new, 1)), [[value] for value in expected])


def test_fitted_works_on_slices_and_gives_back_what_it_padded():
    weights = np.random.default_rng(7).normal(size=(3, 4, 3))
    for height, width in SIZES:
        other = fitted(weights, (height, width))
        assert other.shape == (3, height, width)
        if height >= 4 and width >= 3:
            np.testing.assert_array_equal(fitted(other, (4, 3)), weights)
            assert np.count_nonzero(other) == weights.size
    assert fitted([[1, 2]], 1).dtype == np.float64
    with pytest.raises(KernelError, match="16 × 3"):
        fitted(weights, (16, 3))


@pytest.mark.parametrize(("key", "size"), [("scharr-x", 4), ("emboss", (3, 6)), ("scharr-y", 7), ("emboss", 15)])
def test_what_does_not_grow_gives_the_same_map_in_a_larger_window(key, size):
    height, width = size if isinstance(size, tuple) else (size, size)
    picture = np.random.default_rng(8).normal(size=(9, 10))
    padded = np.pad(picture, (same_padding(height), same_padding(width)))
    weights = named(key, size)
    ours = [[(padded[row : row + height, column : column + width] * weights).sum() for column in range(10)]
            for row in range(9)]
    np.testing.assert_allclose(ours, ndimage.correlate(picture, named(key, 3), mode="constant"), atol=1e-12)


@pytest.mark.parametrize("weights", [[1, 2], 3, [[[[1]]]], [[]], [["a"]], [[1j]], [[1], [2, 3]]])
def test_what_is_no_array_of_weights_is_refused(weights):
    for call in (flipped, over_rgb, factor, formatted, lambda array: fitted(array, 3)):
        with pytest.raises(ArrayError):
            call(weights)


@pytest.mark.parametrize(("weights", "numerators", "common"), [
    ([[1 / 3, 0.5]], [[2, 3]], Fraction(1, 6)),
    ([[-0.25, 2]], [[-1, 8]], Fraction(1, 4)),
    ([[4, -6]], [[4, -6]], Fraction(1)),
    ([[0, 0]], [[0, 0]], Fraction(1)),
    ([[[1 / 4096]], [[-1]]], [[[1]], [[-4096]]], Fraction(1, 4096)),
    ([[0.1, 0.2, 0.3]], [[1, 2, 3]], Fraction(1, 10)),
])
def test_factor(weights, numerators, common):
    ours, fraction = factor(weights)
    assert fraction == common and ours.dtype == np.int64
    np.testing.assert_array_equal(ours, numerators)


@pytest.mark.parametrize("weights", [[[1 / 4097]], [[1 / 64, 1 / 81]], [[math.pi]], [[0.1 + 0.2]], [[math.nan]],
                                     [[1, -math.inf]], [[1e300]]])
def test_factor_gives_none_where_there_is_no_simple_one(weights):
    assert factor(weights) is None


def test_the_presets_that_have_a_common_factor():
    have = {key: factor(named(key, 5)) for key in KERNELS}
    assert {key for key, found in have.items() if found is None} == {"gabor", "random"}
    assert have["box-blur"][1] == Fraction(1, 25) and have["laplacian"][1] == Fraction(1, 16)
    assert have["sobel-x"][1] == 1


# Typed kernels

@pytest.mark.parametrize(("text", "expected"), [
    ("1", [[1]]),
    ("1 2\n3 4", [[1, 2], [3, 4]]),
    ("1 2; 3 4", [[1, 2], [3, 4]]),
    ("1 2;\r\n3 4;\r\n", [[1, 2], [3, 4]]),
    ("1\t2\r3\t4", [[1, 2], [3, 4]]),
    ("\n\n  1,2 ,3\n 4 , 5,6  \n\n", [[1, 2, 3], [4, 5, 6]]),
    ("1, 2,\n3, 4,\n", [[1, 2], [3, 4]]),
    ("0,5 0,25", [[0.5, 0.25]]),
    ("(1 2)", [[1, 2]]),
    ("[[[[1]]]]", [[1]]),
    ("1\u00a02", [[1, 2]]),
    (".125 -.25e-10", [[0.125, -0.25e-10]]),
    ("1/9 -1/16 .5 1e-3 +2 3. 1E2 -0 2/-4 0.5/0.25", [[1 / 9, -1 / 16, 0.5, 0.001, 2, 3, 100, 0, -0.5, 2]]),
    ("1 / 9, -1 /16", [[1 / 9, -1 / 16]]),
    ("1\u20449 1\u22159", [[1 / 9, 1 / 9]]),
    ("\u22121 \u20111 \u20131/2 \u20141 \uff0d1 1e\u22123 \ufe631", [[-1, -1, -0.5, -1, -1, 0.001, -1]]),
    ("[[1,0],[0,1]]", [[1, 0], [0, 1]]),
    ("[[1, 0],\n [0, 1],]", [[1, 0], [0, 1]]),
    ("[1 0; 0 1]", [[1, 0], [0, 1]]),
    ("[1 0\n 0 1]", [[1, 0], [0, 1]]),
    ("[1,0],[0,1]", [[1, 0], [0, 1]]),
    ("[[ 1.  0.\n  2.]\n [-1.  0.5 3.]]", [[1, 0, 2], [-1, 0.5, 3]]),  # NumPy breaks long rows like this
    ("[\n  [\n    1,\n    0\n  ],\n  [\n    0,\n    1\n  ]\n]", [[1, 0], [0, 1]]),
    ("1 2 | 3 4", [[[1, 2]], [[3, 4]]]),
    ("1 2; 3 4 | 5 6; 7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    ("1 2\n3 4\n|\n5 6\n7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    ("1 2\n3 4\n \t \n5 6\n7 8\n\n\n9 10\n11 12", [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]]),
    ("1\n\n|\n\n2", [[[1]], [[2]]]),
    ("[[[1, 2], [3, 4]],\n\n [[5, 6], [7, 8]]]", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    ("[[1, 2]] [[3, 4]]", [[[1, 2]], [[3, 4]]]),
    ("[[1, 2]] | [[3, 4]]", [[[1, 2]], [[3, 4]]]),
    ("[1 2] | [3 4]", [[[1, 2]], [[3, 4]]]),
    ("[[[1, 2]]]", [[1, 2]]),
    ("1/9 * [[1,2],[3,4]]", [[1 / 9, 2 / 9], [3 / 9, 4 / 9]]),
    ("1/9 x 1 2", [[1 / 9, 2 / 9]]),
    ("1/9x[1 2]", [[1 / 9, 2 / 9]]),
    ("1/9 \u00d7\n1 2\n3 4", [[1 / 9, 2 / 9], [3 / 9, 4 / 9]]),
    ("\u22121 / 16 * 1/3 2 | 3 4", [[[-1 / 48, -2 / 16]], [[-3 / 16, -4 / 16]]]),
    ("1e-400", [[0]]),
    ("1e9 -1e9", [[1e9, -1e9]]),
])
def test_parse(text, expected):
    weights = parse(text)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(weights, expected)
    assert weights.shape == np.shape(expected)
    assert not np.signbit(weights[weights == 0]).any()


@pytest.mark.parametrize(("text", "message"), [
    ("", "no numbers"),
    (" \n\t\n ", "no numbers"),
    ("1/9 *", "no numbers"),
    ("1 2\n3", "Row 2 ends at column 1; the first row ends at column 2"),
    ("1\n2 3", "Row 2 ends at column 2; the first row ends at column 1"),
    ("1 2 | 3", "Slice 2, row 1 ends at column 1"),
    ("1; 2 | 3", "Slice 2 ends at row 1; the first slice ends at row 2"),
    ("1 2\n3 a", "Row 2, column 2: “a” is not a number"),
    ("1 | 2 b", "Slice 2, row 1, column 2: “b”"),
    ("1 nan", "Row 1, column 2: “nan” is not a number"),
    ("inf 1", "Row 1, column 1: “inf” is not a number"),
    ("1 -Infinity", "Row 1, column 2"),
    ("1_000", "Row 1, column 1"),
    ("0x10", "Row 1, column 1"),
    ("\u0663", "Row 1, column 1"),
    ("1j", "Row 1, column 1"),
    ("1 - 2", "Row 1, column 2: “-”"),
    ("3x3", "Row 1, column 1: “3x3”"),
    ("1/2/3", "Row 1, column 1: “1/2/3”"),
    ("1 2 * 3", "Row 1, column 3: “\\*”"),
    ("__import__('os').system('true')", "Row 1, column 1: “__import__"),
    ("1;2;3 1e308", "Row 3, column 2: “1e308” is too large; weights go up to 1,000,000,000"),
    ("1 -1000000001", "Row 1, column 2: “-1000000001” is too large"),
    ("1e999", "Row 1, column 1: “1e999” is too large"),
    ("1e999999999999", "too large"),
    ("1/1e-300", "Row 1, column 1: “1/1e-300” is too large"),
    ("1e999/1e999", "too large"),
    ("1000 * 1 10000000", "Row 1, column 2: “10000000” is too large"),
    ("1 2/0", "Row 1, column 2: “2/0” divides by zero"),
    ("0/0.0", "divides by zero"),
    ("1/0 * 1 2", "The common factor: “1/0” divides by zero"),
    ("1/1e-400", "divides by zero"),
    ("1e-200/1e-200 * 1/1e-200", "Row 1, column 1: “1/1e-200” is too large"),
    ("1,,2", "Row 1, column 2 is empty"),
    (",1", "Row 1, column 1 is empty"),
    ("1 2\n,3", "Row 2, column 1 is empty"),
    ("1;;2", "Row 2, column 1 is empty"),
    (";1", "Row 1, column 1 is empty"),
    ("[]", "Row 1, column 1 is empty"),
    ("[[1], []]", "Row 2, column 1 is empty"),
    ("|1", "Slice 1 is empty"),
    ("1||2", "Slice 2 is empty"),
    ("1 2 |", "Slice 2 is empty"),
    ("[1 2", r"There is a \[ that is never closed"),
    ("1 2]", r"There is a \] without"),
    ("]1[", r"There is a \] without"),
    ("[[[[[1]]]]]", "three deep"),
    ("[1]" * 50, "more brackets than 3 slices of 15 rows can have"),
    ("[[1, 2], 3]", "Row 2, column 1: “3” stands outside"),
    ("[1 2] 3", "Row 2, column 1: “3” stands outside"),
    ("1 " * 16, "Row 1, column 16 is too much: a kernel has at most 15 columns"),
    ("1;" * 16, "Row 16, column 1 is too much: a kernel has at most 15 rows"),
    ("1 | 1 | 1 | 1", "Slice 4, row 1, column 1 is too much: a kernel has at most 3 slices"),
    ("a" * 100, "“aaaaaaaaaaaaaaaaaaaa…”"),
    ("a\x00b", r"“a\\x00b”"),
])
def test_what_cannot_be_read_is_refused_with_its_place(text, message):
    with pytest.raises(KernelError, match=message):
        parse(text)


@pytest.mark.parametrize("text", [None, b"1 2", 3, ["1"]])
def test_only_text_is_read(text):
    with pytest.raises(KernelError, match="typed as text"):
        parse(text)


def test_the_largest_kernel_written_out_in_full_fits():
    weights = np.full((3, 15, 15), -2.2250738585072014e-308)
    text = formatted(weights)
    assert len(text) > 16_000
    np.testing.assert_array_equal(parse(text), weights)


MEGABYTES = {
    "numbers": "1 " * 500_000, "rows": "1\n" * 500_000, "spaces": " " * 1_000_000, "lines": "\n" * 1_000_000,
    "digits": "1" * 1_000_000, "decimals": "0." + "1" * 1_000_000, "exponent": "1e" + "9" * 1_000_000,
    "brackets": "[" * 1_000_000, "pairs": "[]" * 500_000, "full brackets": "[1]" * 350_000, "slashes": "1/" * 500_000,
    "spaced slashes": "1 /" * 350_000, "digits, gap, slash": "1" + " " * 19_000 + "/" * 1_000_000,
    "minus": "-" * 1_000_000, "commas": "," * 1_000_000, "bars": "1|" * 500_000, "a number, then spaces":
    "1" + " " * 1_000_000, "factor": "1 * " * 250_000, "gaps": ("1" + " " * 1000) * 1000,
}


# What looks like code is taken apart before it is refused; anything that is done again at each sign takes a second.
MEGABYTES_OF_CODE = {
    "parentheses": "(" * 1_000_000, "pairs of them": "()" * 500_000, "braces": "{" * 1_000_000,
    "calls": "array(" * 200_000, "tuples": "(1, 2), " * 150_000, "one call": "array(1" + " 1" * 500_000,
    "settings": "array([1], a" + " " * 1_000_000, "given": "a = " * 250_000, "names": "a" * 1_000_000,
    "quotes": "'" * 1_000_000, "keys": "'a'    " * 200_000, "comments": "# " * 500_000,
    "blanks, comment": " " * 19_000 + "#" * 100_000, "more than": "> " * 500_000, "less than": "<tf." * 250_000,
    "backslashes": "\\" * 1_000_000, "fractions": "\\frac{1}{2}" * 100_000, "half fractions": "\\frac{" * 200_000,
    "ands": "1 & " * 250_000, "begins": "\\begin{a} " * 100_000, "backslash, blanks": "\\" + " " * 1_000_000,
    "new": "new a " * 200_000, "suffixes": "1.0f " * 200_000, "decimal commas": "0,5 " * 250_000,
    "thousands": "1,000" * 200_000, "a table": "1;2\n" * 250_000, "bars in lines": "|1|2|\n" * 200_000,
    "rules": "|-|-|\n" * 200_000, "divisions": "]/" * 500_000, "bracket, blanks": "]" + " " * 1_000_000,
    "mats": "Mat_<" * 200_000, "new lines": "a\n" * 500_000, "dots": "." * 1_000_000, "gap": "1 000 " * 200_000,
}


@pytest.mark.parametrize("text", [
    pytest.param(text, id=kind) for kind, text in {**MEGABYTES, **MEGABYTES_OF_CODE}.items()
])
def test_a_megabyte_is_refused_at_once(text):
    """In what 50 loops over a tenth of it take; done again at each sign it would be hundreds."""
    def refused():
        with pytest.raises(KernelError):
            parse(text)

    assert loops(refused, enough=50) < 50


def test_a_text_that_is_only_too_long_is_refused_with_both_numbers():
    with pytest.raises(KernelError, match="20,001 characters; a kernel takes at most 20,000"):
        parse("1" + " " * 20_000)
    np.testing.assert_array_equal(parse("1" + " " * 19_999), [[1]])


# Writing

@pytest.mark.parametrize(("weights", "text"), [
    ([[1, -2], [0.5, 0]], "1 -2; 0.5 0"),
    ([[0.25, 0.1]], "1/4 0.1"),
    ([[1 / 9] * 3] * 3, "1/9 * 1 1 1; 1 1 1; 1 1 1"),
    ([[[1, 2]], [[3, 4]]], "1 2 | 3 4"),
    ([[-0.0, 1e-5]], "0 1e-5"),
    ([[1e9, -1234567.5]], "1000000000 -1234567.5"),
    ([[math.pi]], "3.141592653589793"),
    ([[-1 / 16]], "-1/16"),
])
def test_formatted(weights, text):
    assert formatted(np.array(weights)) == text
    np.testing.assert_array_equal(parse(text), weights)


@pytest.mark.parametrize(("weight", "text"), [
    (1 / 9, "1/9"), (-2 / 3, "-2/3"), (0.1, "0.1"), (0.125, "1/8"), (1e-7, "1e-7"), (7.0, "7"),
    (math.pi, "3.141592653589793"),
])
def test_cell_text(weight, text):
    assert cell_text(weight) == text
    assert cell_text(weight) == text  # once more, from memory


@pytest.mark.parametrize(("weight", "text"), [
    (299 / 3000, "299/3000"), (-299 / 9000, "-299/9000"), (587 / 225_000, "587/225000"), (299 / 64_000, "299/64000"),
])
def test_a_share_of_a_fraction_is_written_as_a_fraction(weight, text):
    assert cell_text(weight) == text
    assert parse(text) == weight


@pytest.mark.parametrize(("weight", "text"), [
    (-0.01136391427905298, "-0.0113639"), (1.7821788787841796e-8, "1.78218e-8"), (299 / 3000, "299/3000"),
    (2714321.037, "2714321.037"), (0.0, "0"), (0.9999999999999999, "1"), (math.pi, "3.14159"), (1e9, "1000000000"),
])
def test_what_no_fraction_says_is_six_digits_in_a_cell_to_edit(weight, text):
    assert short_text(weight) == text
    assert parse(text) == pytest.approx(weight, rel=1e-5, abs=0)


def test_a_kernel_written_before_costs_no_search():
    weights = over_rgb(named("gabor", 15, angle=37))
    text = formatted(weights)
    searched = simple_fraction.cache_info().misses
    assert formatted(weights) == text
    assert simple_fraction.cache_info().misses == searched


def test_the_largest_kernel_reads_back_from_brackets():
    weights = np.arange(3 * 15 * 15.0).reshape(3, 15, 15)
    np.testing.assert_array_equal(parse(str(weights.tolist())), weights)


def test_a_single_slice_reads_back_without_its_axis():
    np.testing.assert_array_equal(parse(formatted(np.array([[[1, 2]]]))), [[1, 2]])


def test_float32_weights_read_back_exactly():
    weights = np.random.default_rng(9).normal(size=(3, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(parse(formatted(weights)).astype(np.float32), weights)


@pytest.mark.parametrize(("weights", "message"), [
    ([[1, math.nan]], "Slice 1, row 1, column 2: nan"),
    ([[[1]], [[-math.inf]]], "Slice 2, row 1, column 1: -inf"),
    ([[1], [2e9]], "row 2, column 1: 2000000000.0"),
    (np.zeros((16, 1)), "16"),
    (np.zeros((4, 3, 3)), "at most 3 slices"),
])
def test_what_parse_would_refuse_is_not_written(weights, message):
    with pytest.raises(KernelError, match=message):
        formatted(weights)


fractions = st.builds(lambda over, under: over / under, st.integers(-10_000, 10_000), st.integers(1, 5000))
cells = st.floats(-1e9, 1e9) | fractions | st.integers(-20, 20).map(float)
shapes = array_shapes(min_dims=2, max_dims=2, max_side=15) | array_shapes(min_dims=3, max_dims=3, max_side=3).filter(
    lambda shape: shape[0] > 1)


@settings(max_examples=150, deadline=None)
@given(arrays(np.float64, shapes, elements=cells))
def test_every_kernel_reads_back_exactly(weights):
    text = formatted(weights)
    np.testing.assert_array_equal(parse(text), weights)
    assert formatted(parse(text)) == text


@settings(max_examples=300, deadline=None)
@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=fractions))
def test_numerators_times_the_factor_are_exactly_the_weights(weights):
    found = factor(weights)
    simple = [Fraction(float(weight)).limit_denominator(4096) for weight in weights.flat]
    exact = all(float(fraction) == weight for fraction, weight in zip(simple, weights.flat, strict=True))
    lowest = math.lcm(*(fraction.denominator for fraction in simple))
    assert (found is not None) == (exact and lowest <= 4096)
    if found:
        numerators, common = found
        assert common == Fraction(1, lowest)
        np.testing.assert_array_equal(numerators / common.denominator, weights)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="0123456789.,;|/[]+-*xe \n\ta\u2212", max_size=60))
def test_any_text_gives_a_kernel_or_a_refusal(text):
    try:
        weights = parse(text)
    except CnnvizError as refusal:
        assert isinstance(refusal, KernelError) and str(refusal).endswith(".")
    else:
        assert weights.ndim in (2, 3) and np.isfinite(weights).all()
        np.testing.assert_array_equal(parse(formatted(weights)), weights)
