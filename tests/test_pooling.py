"""max_pool2d and avg_pool2d against ONNX Runtime and loops that spell them out; what they refuse, what they cost."""

import tracemalloc

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.ops import avg_pool2d, max_pool2d, max_pool2d_gradient, pooling
from oracles import average_pool_by_loops, by_onnxruntime, max_pool_by_loops, pool_windows


def random_pool(seed, largest=20, dilated=True):
    """Images and settings of a pooling layer that is asymmetric wherever one can be."""
    rng = np.random.default_rng(seed)
    while True:
        kernel, stride = rng.integers(1, 6, 2), rng.choice([1, 1, 2, 2, 3, 4, 7], 2)
        dilation = rng.choice([1, 1, 1, 2, 3], 2) if dilated else np.ones(2, int)
        padding = rng.integers(0, kernel[:, np.newaxis] // 2 + 1, (2, 2))
        settings = {
            "kernel_size": tuple(kernel.tolist()), "stride": tuple(stride.tolist()),
            "padding": tuple(map(tuple, padding.tolist())), "dilation": tuple(dilation.tolist()),
        }  # fmt: skip
        size, ceil_mode = rng.integers(1, largest, 2).tolist(), bool(rng.integers(2))
        if all(map(pool_windows, size, *settings.values(), (ceil_mode, ceil_mode))):
            break
    images = rng.standard_normal((int(rng.choice([1, 2, 3])), int(rng.choice([1, 2, 4])), *size))
    return images, settings, ceil_mode


def of_average(settings):
    return {name: value for name, value in settings.items() if name != "dilation"}


@pytest.fixture(params=["large blocks", "small blocks"])
def blocks(request, monkeypatch):
    """Blocks so small that a picture of a few pixels takes many, and the usual ones."""
    if request.param == "small blocks":
        monkeypatch.setattr(pooling, "BLOCK_BYTES", 500)


@pytest.mark.parametrize("seed", range(60))
def test_max_pooling_as_the_obvious_loop(seed, blocks):
    images, settings, ceil_mode = random_pool(seed)
    if seed % 3 == 0:
        images = images.round()  # with equal ones
    if seed % 4 == 0:
        images[np.random.default_rng(seed).random(images.shape) < 0.2] = [np.nan, -np.inf, np.inf][seed // 4 % 3]
    expected, where = max_pool_by_loops(images, **settings, ceil_mode=ceil_mode)
    output, indices = max_pool2d(images, **settings, ceil_mode=ceil_mode, return_indices=True)
    assert output.dtype == np.float64 and indices.dtype == np.int64
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(indices, where)
    np.testing.assert_array_equal(max_pool2d(images, **settings, ceil_mode=ceil_mode), expected)


@pytest.mark.parametrize("seed", range(100, 160))
def test_average_pooling_as_the_obvious_loop(seed, blocks):
    images, settings, ceil_mode = random_pool(seed, dilated=False)
    options = {**of_average(settings), "ceil_mode": ceil_mode, "count_include_pad": seed % 2 == 0}
    output = avg_pool2d(images, **options)
    np.testing.assert_allclose(output, average_pool_by_loops(images, **options), rtol=0, atol=1e-14)


# ONNX Runtime has PyTorch's rules here but for one: it says the lowest float, not -inf, of a window over nothing but
# padding. Its indices count through all channels and images, so they are left to the loops.
@pytest.mark.parametrize("seed", range(200, 280))
def test_pooling_as_onnxruntime(seed):
    images, settings, ceil_mode = random_pool(seed, dilated=seed % 2 == 0)
    images = images.astype(np.float32)
    (top, bottom), (left, right) = settings["padding"]
    attributes = {
        "kernel_shape": settings["kernel_size"], "strides": settings["stride"], "pads": [top, left, bottom, right],
        "ceil_mode": int(ceil_mode),
    }  # fmt: skip
    largest = by_onnxruntime("MaxPool", images, dilations=settings["dilation"], **attributes)
    output = max_pool2d(images, **settings, ceil_mode=ceil_mode)
    assert output.dtype == np.float32
    lowest = np.finfo(np.float32).min
    np.testing.assert_array_equal(np.where(np.isneginf(output), lowest, output), largest)
    if settings["dilation"] == (1, 1):
        for counted in (False, True):
            mean = by_onnxruntime("AveragePool", images, count_include_pad=int(counted), **attributes)
            output = avg_pool2d(images, **of_average(settings), ceil_mode=ceil_mode, count_include_pad=counted)
            assert output.dtype == np.float32
            np.testing.assert_allclose(output, mean, rtol=0, atol=1e-6)


def test_by_hand():
    picture = [[[1, 2, 5, 0], [3, 4, 1, 1], [-7, -8, 9, 2]]]
    assert max_pool2d(picture, 2).tolist() == [[[4, 5]]]
    assert max_pool2d(picture, 2, ceil_mode=True).tolist() == [[[4, 5], [-7, 9]]]
    assert max_pool2d(picture, 2, return_indices=True)[1].tolist() == [[[5, 2]]]
    assert avg_pool2d(picture, 2).tolist() == [[[2.5, 1.75]]]
    assert avg_pool2d(picture, 2, ceil_mode=True).tolist() == [[[2.5, 1.75], [-7.5, 5.5]]]
    assert max_pool2d(picture, (3, 1), 1).tolist() == [[[3, 4, 9, 2]]]
    assert avg_pool2d(picture, (1, 2), (2, 2)).tolist() == [[[1.5, 2.5], [-7.5, 5.5]]]
    assert max_pool2d(picture, 2, (2, 1), dilation=(2, 3)).tolist() == [[[2]]]


def test_padding_is_never_the_largest_and_counts_in_a_mean_if_it_may():
    dark = np.full((1, 2, 2), -4.0)
    assert (max_pool2d(dark, 2, padding=1) == -4).all()
    assert (avg_pool2d(dark, 2, padding=1) == -1).all()
    assert (avg_pool2d(dark, 2, padding=1, count_include_pad=False) == -4).all()
    assert avg_pool2d(dark, 2, padding=((1, 0), (0, 0))).tolist() == [[[-2]]]
    assert avg_pool2d(dark, 2, 1, padding=(0, (0, 1))).tolist() == [[[-4, -2]]]
    # Of 3 columns the last hangs over: it never counts; of 3 rows the first is padding.
    assert avg_pool2d(dark, 3, 3, padding=((1, 0), 0), ceil_mode=True).tolist() == [[[-4 * 4 / 6]]]


def test_indices_find_the_number_in_its_channel():
    images = np.random.default_rng(9).integers(0, 4, (2, 3, 7, 10)).astype(np.float32)
    output, indices = max_pool2d(images, 3, 2, 1, return_indices=True)
    found = np.take_along_axis(images.reshape(2, 3, -1), indices.reshape(2, 3, -1), 2)
    assert np.array_equal(found.reshape(output.shape), output)
    flat = np.ones((1, 4, 6))
    assert max_pool2d(flat, 2, return_indices=True)[1].tolist() == [[[0, 2, 4], [12, 14, 16]]]
    low = np.array([[[0.0, 1, 0], [1, 0, 0], [0, 0, 1]]])
    assert max_pool2d(low, 3, return_indices=True)[1].tolist() == [[[1]]]  # the highest row, not the first column


def test_a_window_over_padding_alone():
    # Taps 3 apart from 1 in front of 2 pixels: both are padding.
    output, indices = max_pool2d(np.ones((1, 2, 2)), 2, 2, 1, 3, return_indices=True)
    assert output.tolist() == [[[-np.inf]]] and indices.tolist() == [[[-1]]]
    assert max_pool2d(np.ones((1, 2, 2)), 2, 2, 1, 3).tolist() == [[[-np.inf]]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
def test_nan_and_inf_reach_only_the_windows_that_read_them(pool, bad):
    picture = np.ones((2, 20, 30), np.float32)
    picture[1, 7, 9] = bad
    output = pool(picture, (3, 2), 1)
    hit = np.zeros(output.shape, bool)
    hit[1, 5:8, 8:10] = True
    assert np.array_equal(np.isfinite(output), ~hit) and (output[~hit] == 1).all()


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("float32", "float32"),
        ("float64", "float64"),
        ("float16", "float32"),
        (">f4", "float32"),
        (">f8", "float64"),
        ("uint8", "float32"),
        ("bool", "float32"),
        ("int16", "float32"),
        ("int32", "float64"),
        ("uint64", "float64"),
    ],
)
def test_kinds_of_numbers(kind, result):
    numbers = np.random.default_rng(6).integers(0, 2, (2, 8, 11)) * (1 if kind == "bool" else 255)
    for pool, oracle in ((max_pool2d, np.max), (avg_pool2d, np.mean)):
        output = pool(numbers.astype(kind), (4, 3))
        expected = oracle(numbers[:, :, :9].reshape(2, 2, 4, 3, 3), axis=(2, 4))  # nothing wraps
        assert output.dtype == np.dtype(result) and output.dtype.isnative
        np.testing.assert_allclose(output, expected, rtol=1e-6)
    output, indices = max_pool2d(numbers.astype(kind), (4, 3), return_indices=True)
    assert output.dtype == np.dtype(result) and indices.dtype == np.int64


def test_one_picture_is_a_batch_of_one_in_any_layout():
    rng = np.random.default_rng(5)
    pictures = rng.standard_normal((3, 2, 15, 21))
    pictures.flags.writeable = False
    for pool in (max_pool2d, avg_pool2d):
        batch = pool(pictures, 3, 2, 1)
        assert batch.shape == (3, 2, 8, 11) and batch.flags.c_contiguous and batch.flags.writeable
        for picture, output in zip(pictures, batch, strict=True):
            assert np.array_equal(pool(picture, 3, 2, 1), output)
            pixels = np.ascontiguousarray(picture.transpose(1, 2, 0)).transpose(2, 0, 1)  # as pictures are read
            assert np.array_equal(pool(pixels, 3, 2, 1), output)
            assert np.array_equal(pool(np.asfortranarray(picture), 3, 2, 1), output)
        assert pool(pictures[:0], 3, 2, 1).shape == (0, 2, 8, 11)
    output, indices = max_pool2d(pictures, 3, 2, 1, return_indices=True)
    assert output.flags.c_contiguous and indices.flags.c_contiguous
    alone, where = max_pool2d(pictures[1], 3, 2, 1, return_indices=True)
    assert np.array_equal(alone, output[1]) and np.array_equal(where, indices[1])
    assert not np.shares_memory(max_pool2d(pictures, 1), pictures)


IMAGE = np.zeros((3, 6, 7), np.float32)


@pytest.mark.parametrize(
    ("image", "options", "error", "words"),
    [
        (IMAGE[0], {}, ArrayError, r"input has shape \(6, 7\).*\(C, H, W\)"),
        (IMAGE * 1j, {}, ArrayError, "input holds complex64"),
        ([[[1], [2, 3]]], {}, ArrayError, "input is no array"),
        (IMAGE, {"kernel_size": 0}, SettingError, "kernel_size is 0; .* at least 1"),
        (IMAGE, {"kernel_size": (2, 2, 2)}, SettingError, r"kernel_size is \(2, 2, 2\)"),
        (IMAGE, {"stride": 0}, SettingError, "stride is 0; .* at least 1"),
        (IMAGE, {"stride": (1, 1.5)}, SettingError, "stride is 1.5"),
        (IMAGE, {"padding": -1}, SettingError, "padding is -1; .* at least 0"),
        (IMAGE, {"padding": 2}, SettingError, "padding of 2 is more than half of .* size of 3; .* at most 1 works"),
        (IMAGE, {"padding": (0, (0, 2))}, SettingError, "padding of 2 is more than half"),
        (
            IMAGE,
            {"kernel_size": 1, "padding": ((1, 0), 0)},
            SettingError,
            "padding of 1 .* size of 1; .* at most 0 works",
        ),
        (IMAGE, {"kernel_size": (7, 2)}, DoesNotFit, "spans 7, the picture has only 6"),
        (IMAGE, {"kernel_size": (2, 10), "padding": (0, 1)}, DoesNotFit, "spans 10, the padded picture has only 9"),
        (IMAGE, {"kernel_size": 9, "stride": 3, "ceil_mode": True}, DoesNotFit, "spans 9, the picture has only 6"),
        (IMAGE[:, :0], {}, SettingError, "size is 0"),
    ],
)
@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
def test_what_is_refused_and_how(pool, image, options, error, words):
    with pytest.raises(error, match=words):
        pool(image, **{"kernel_size": 3} | options)


def test_dilation_is_refused_as_it_is_elsewhere():
    with pytest.raises(SettingError, match="dilation is 0"):
        max_pool2d(IMAGE, 3, dilation=0)
    with pytest.raises(DoesNotFit, match="spans 7, the picture has only 6"):
        max_pool2d(IMAGE, 3, dilation=3)
    # Half of the kernel's size, not of what it spans.
    with pytest.raises(SettingError, match="padding of 2 .* at most 1 works"):
        max_pool2d(IMAGE, 3, padding=2, dilation=2)


@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
@pytest.mark.parametrize(("kernel_size", "stride", "padding"), [(3, 1, 1), (2, 2, 0), (15, 1, (7, 3))])
def test_a_large_picture_is_pooled_block_by_block(pool, kernel_size, stride, padding):
    image = np.broadcast_to(np.ones((), np.uint8), (2, 1500, 2000))
    tracemalloc.start()
    try:
        output = pool(image, kernel_size, stride, padding)
        beyond = tracemalloc.get_traced_memory()[1] - output.nbytes
    finally:
        tracemalloc.stop()
    # One block; and for a mean what each cell of one channel is divided by.
    assert beyond < 2.5e6 + (pool is avg_pool2d) * output[0].nbytes


def test_the_mean_of_a_large_window_keeps_its_digits():
    # One after another in float32, a million of 255 add up to a mean of 255.004.
    white = np.full((1, 1000, 1000), 255, np.float32)
    assert avg_pool2d(white, 1000).tolist() == [[[255]]] and avg_pool2d(white, 1000).dtype == np.float32
    picture = np.random.default_rng(3).random((2, 90, 70), np.float32) + 1000
    exact = picture.astype(np.float64)
    expected = [[[exact[c, i : i + 80, j : j + 66].mean() for j in (0, 3)] for i in (0, 5, 10)] for c in (0, 1)]
    np.testing.assert_allclose(avg_pool2d(picture, (80, 66), (5, 3)), expected, rtol=6e-8)


@pytest.mark.parametrize("seed", range(300, 330))
def test_a_gradient_goes_to_the_winners_that_the_loop_found(seed, blocks):
    images, settings, ceil_mode = random_pool(seed)
    if seed % 3 == 0:
        images = images.round()  # with equal ones
    if seed % 5 == 0:
        images[..., -1, 0] = np.nan
    output, where = max_pool_by_loops(images, **settings, ceil_mode=ceil_mode)
    gradient = np.random.default_rng(seed).standard_normal(output.shape)
    expected = np.zeros((*images.shape[:2], images[0, 0].size))
    for n, c, i, j in zip(*np.nonzero(where >= 0)):
        expected[n, c, where[n, c, i, j]] += gradient[n, c, i, j]
    for given in (images, np.asfortranarray(images)):
        found = max_pool2d_gradient(given, gradient, **settings, ceil_mode=ceil_mode)
        np.testing.assert_allclose(found, expected.reshape(images.shape), rtol=0, atol=1e-12)


@pytest.mark.parametrize("settings", [(2, 2), (3, 2), (3, 1, 1)])
def test_a_gradient_takes_little_more_than_itself(settings):
    images = np.random.default_rng(0).standard_normal((32, 256, 300), dtype=np.float32)
    gradient = np.ones_like(max_pool2d(images, *settings))
    tracemalloc.start()
    try:
        found = max_pool2d_gradient(images, gradient, *settings)
        assert tracemalloc.get_traced_memory()[1] - found.nbytes < 8e6
    finally:
        tracemalloc.stop()
