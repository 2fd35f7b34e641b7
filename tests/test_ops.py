"""conv2d against ONNX Runtime, SciPy and the loop that spells it out; what it refuses; what it costs."""

import math
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES, Window
from cnnviz.ops import conv2d, tiling
from oracles import convolve_by_loops, convolve_by_onnxruntime

SMALL_BLOCKS = {"BLOCK_BYTES": 3000, "WIDE_ENOUGH": 20, "MOST_BYTES": 6000}


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks so small that a picture of a few pixels takes many, with borders inside and seams between them."""
    for name, value in SMALL_BLOCKS.items():
        monkeypatch.setattr(tiling, name, value)


def random_layer(seed, largest=90):
    """Images, weight, bias and settings of a layer that is asymmetric wherever a layer can be."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 1, 2, 3]))
    channels, filters = (int(groups * rng.choice([1, 1, 2, 3])) for _ in range(2))
    kernel = rng.integers(1, 6, 2)
    stride, dilation = rng.choice([1, 1, 1, 2, 3, 4], 2), rng.choice([1, 1, 1, 2, 3, 4], 2)
    extent = dilation * (kernel - 1) + 1
    size = extent + rng.integers(0, [largest // 3, largest])
    padding_mode = str(rng.choice(PADDING_MODES))
    padding = rng.integers(0, np.minimum(6, size)[:, np.newaxis], (2, 2))
    if rng.random() < 0.3:
        padding[:, rng.integers(2)] = 0
    images = rng.standard_normal((int(rng.choice([1, 1, 2, 3])), channels, *size))
    weight = rng.standard_normal((filters, channels // groups, *kernel))
    bias = rng.standard_normal(filters) if rng.random() < 0.5 else None
    options = {
        "stride": tuple(stride.tolist()), "padding": tuple(map(tuple, padding.tolist())),
        "dilation": tuple(dilation.tolist()), "groups": groups, "padding_mode": padding_mode,
    }
    return images, weight, bias, options


def cast(arrays, dtype):
    return [None if array is None else array.astype(dtype) for array in arrays]


def check_against_onnxruntime(seed):
    *arrays, options = random_layer(seed)
    images, weight, bias = cast(arrays, np.float32)
    expected = convolve_by_onnxruntime(images, weight, bias, **options)
    unsigned = [None if array is None else abs(array) for array in (images, weight, bias)]
    sizes = convolve_by_onnxruntime(*unsigned, **options)  # the sum of the absolute products
    output = conv2d(images, weight, bias, **options)
    assert output.dtype == np.float32 and output.shape == expected.shape
    worst = np.max(np.abs(output - expected) / (sizes + 1e-30))
    assert worst < 2e-6, (worst, images.shape, weight.shape, options)


@pytest.mark.parametrize("seed", range(200))
def test_random_layers_as_onnxruntime(seed):
    check_against_onnxruntime(seed)


@pytest.mark.parametrize("seed", range(200, 500))
def test_random_layers_as_onnxruntime_in_many_blocks(seed, small_blocks):
    check_against_onnxruntime(seed)


@pytest.mark.parametrize(("images", "filters", "options"), [
    ((1, 40, 100), 1, {"stride": (3, 1), "dilation": (2, 1)}),  # row sets that share no stride
    ((2, 41, 100), 1, {"stride": (2, 3), "dilation": (6, 2)}),  # 3 sets of rows, one filter, columns thinned out
    ((3, 37, 100), 1, {"padding": ((4, 0), (0, 5)), "padding_mode": "reflect"}),
    ((2, 35, 90), 5, {"padding": ((0, 5), (6, 1)), "padding_mode": "circular", "stride": (1, 2)}),
    ((1, 6, 300), 2, {"padding": ((6, 6), (40, 70)), "padding_mode": "circular"}),
    ((1, 6, 300), 1, {"padding": ((5, 5), (3, 3)), "padding_mode": "replicate", "dilation": (3, 7)}),
    ((4, 300, 12), 6, {"groups": 2, "padding": ((2, 1), (0, 3)), "padding_mode": "replicate"}),
    ((1, 70, 400), 1, {"stride": (9, 11)}),  # windows that leave pixels between them unread
])
@pytest.mark.parametrize("blocks", [{}, SMALL_BLOCKS])
def test_chosen_layers_as_onnxruntime(images, filters, options, blocks, monkeypatch):
    for name, value in blocks.items():
        monkeypatch.setattr(tiling, name, value)
    rng = np.random.default_rng(7)
    settings = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1, "padding_mode": "zeros"}
    settings |= options
    pictures = rng.standard_normal((2, *images), dtype=np.float32)
    weight = rng.standard_normal((filters, images[0] // settings["groups"], 3, 4), dtype=np.float32)
    expected = convolve_by_onnxruntime(pictures, weight, None, **settings)
    np.testing.assert_allclose(conv2d(pictures, weight, **settings), expected, atol=2e-5, rtol=0)


@pytest.mark.parametrize(("groups", "reads", "makes"), [(40, 1, 1), (7, 1, 3), (5, 3, 1), (6, 2, 4)])
@pytest.mark.parametrize("size", [(5, 6), (19, 40), (30, 90), (140, 260)])
@pytest.mark.parametrize(("options", "blocks"), [
    ({"padding": ((1, 0), (0, 2))}, {}),
    ({"padding": ((1, 0), (0, 2))}, {**SMALL_BLOCKS, "BLOCK_BYTES": 9000}),
    ({"stride": (2, 1), "dilation": (1, 2), "padding": ((0, 2), (1, 1)), "padding_mode": "replicate"}, {}),
    ({"stride": (1, 2), "padding": ((2, 1), (0, 0)), "padding_mode": "circular"}, SMALL_BLOCKS),
])
def test_many_groups_as_onnxruntime(groups, reads, makes, size, options, blocks, monkeypatch):
    for name, value in blocks.items():
        monkeypatch.setattr(tiling, name, value)
    rng = np.random.default_rng(groups)
    settings = {"stride": (1, 1), "dilation": (1, 1), "padding_mode": "zeros", **options, "groups": groups}
    images = rng.standard_normal((2, groups * reads, *size), dtype=np.float32)[:, :, ::-1]
    weight = rng.standard_normal((groups * makes, reads, 2, 3), dtype=np.float32)
    bias = rng.standard_normal(groups * makes, dtype=np.float32)
    expected = convolve_by_onnxruntime(images, weight, bias, **settings)
    np.testing.assert_allclose(conv2d(images, weight, bias, **settings), expected, atol=1e-5, rtol=0)


def test_threads_do_not_share_their_room():
    rng = np.random.default_rng(2)
    sizes = range(20, 90, 7)
    layers = [(rng.standard_normal((2, size, size + 9)), rng.standard_normal((3, 2, 4, 3))) for size in sizes]
    expected = [conv2d(*layer, padding=1) for layer in layers]
    with ThreadPoolExecutor(4) as pool:
        for found, same in zip(pool.map(lambda at: conv2d(*layers[at % 10], padding=1), range(400)), expected * 40):
            assert np.array_equal(found, same)


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_float64_as_the_obvious_loop(seed, small_blocks):
    images, weight, bias, options = random_layer(seed, largest=18)
    for narrow in (0, 1000):  # the same layer by both ways
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tiling, "NARROW", narrow)
            output = conv2d(images, weight, bias, **options)
        assert output.dtype == np.float64
        np.testing.assert_allclose(output, convolve_by_loops(images, weight, bias, **options), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("padding_mode", "scipys"), [
    ("zeros", "constant"), ("reflect", "mirror"), ("replicate", "nearest"), ("circular", "grid-wrap"),
])
@pytest.mark.parametrize("shape", [(61, 83), (40, 47), (7, 200)])
def test_one_plane_as_scipy_filters_it(padding_mode, scipys, shape):
    rng = np.random.default_rng(3)
    picture, kernel = rng.standard_normal(shape), rng.standard_normal((5, 9))
    expected = scipy.ndimage.correlate(picture, kernel, mode=scipys, cval=0.0)
    output = conv2d(picture[np.newaxis], kernel[np.newaxis, np.newaxis], padding=(2, 4), padding_mode=padding_mode)
    np.testing.assert_allclose(output[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel_size", [(1, 1), (2, 3), (4, 6), (15, 2), (31, 31)])
def test_one_plane_as_scipy_correlates_it(kernel_size):
    rng = np.random.default_rng(4)
    picture, kernel = rng.standard_normal((70, 101)), rng.standard_normal(kernel_size)
    for mode, padding in (("valid", 0), ("full", (kernel_size[0] - 1, kernel_size[1] - 1))):
        expected = scipy.signal.correlate(picture, kernel, mode=mode, method="direct")
        output = conv2d(picture[np.newaxis], kernel[np.newaxis, np.newaxis], padding=padding)
        np.testing.assert_allclose(output[0], expected, rtol=0, atol=1e-11)


def test_the_demo_by_hand():
    picture = [[[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]]
    filters = [[[[1, 0, 1], [0, 1, 0], [1, 0, 1]]]]
    assert conv2d(picture, filters).tolist() == [[[4, 3, 4], [2, 4, 3], [2, 3, 4]]]
    assert conv2d(picture, filters, [0.5]).tolist() == [[[4.5, 3.5, 4.5], [2.5, 4.5, 3.5], [2.5, 3.5, 4.5]]]


def test_filters_are_not_flipped_and_rows_come_first():
    picture = np.arange(12.0).reshape(1, 3, 4)
    assert conv2d(picture, [[[[0.0, 1.0]]]]).tolist() == [[[1, 2, 3], [5, 6, 7], [9, 10, 11]]]
    assert conv2d(picture, [[[[0.0], [1.0]]]]).tolist() == [[[4, 5, 6, 7], [8, 9, 10, 11]]]
    assert conv2d(picture, [[[[1.0]]]], stride=(1, 4)).tolist() == [[[0], [4], [8]]]  # of each row the first alone
    assert conv2d(picture, [[[[1.0]]]], stride=(3, 1)).tolist() == [[[0, 1, 2, 3]]]
    assert conv2d(picture, [[[[1.0]]]], stride=(1, 3)).tolist() == [[[0, 3], [4, 7], [8, 11]]]
    assert conv2d(picture, [[[[1.0]]]], stride=(2, 3), padding=(1, 0)).tolist() == [[[0, 0], [4, 7], [0, 0]]]
    assert conv2d(picture, [[[[1.0, 1.0]]]], dilation=(9, 3)).tolist() == [[[3], [11], [19]]]
    assert conv2d(picture[:, :1, :2], [[[[2.0]]]], padding=((1, 0), (0, 2))).tolist() == [[[0, 0, 0, 0], [0, 2, 0, 0]]]
    assert conv2d(picture[:, :1, :2], [[[[2.0]]]], padding=(0, (1, 0))).tolist() == [[[0, 0, 2]]]


def test_one_picture_is_a_batch_of_one():
    rng = np.random.default_rng(5)
    for width, kernel in ((20, 1), (20, 3), (100, 1), (100, 3)):
        pictures, weight = rng.standard_normal((3, 2, 20, width)), rng.standard_normal((4, 2, kernel, kernel))
        batch = conv2d(pictures, weight)
        assert batch.shape == (3, 4, 21 - kernel, width + 1 - kernel)
        for picture, output in zip(pictures, batch, strict=True):
            alone = conv2d(picture, weight)
            assert alone.shape == output.shape
            np.testing.assert_allclose(alone, output, rtol=0, atol=1e-13)
        empty = conv2d(pictures[:0], weight, np.zeros(4))
        assert empty.shape == (0, *batch.shape[1:])


def test_a_window_of_one_position_is_one_product_whatever_lies_in_memory():
    rng = np.random.default_rng(6)
    images, weight, bias = rng.standard_normal((2, 6, 9, 13)), rng.standard_normal((4, 3, 1, 1)), rng.standard_normal(4)
    matrix = np.zeros((4, 6))
    matrix[:2, :3], matrix[2:, 3:] = weight[:2, :, 0, 0], weight[2:, :, 0, 0]  # two groups
    expected = np.einsum("fc,nchw->nfhw", matrix, images) + bias[:, np.newaxis, np.newaxis]
    for given in (images, np.asfortranarray(images)):
        np.testing.assert_allclose(conv2d(given, weight, bias, groups=2), expected, atol=1e-13)
        one = np.einsum("fc,nchw->nfhw", matrix[:1, :3], images[:, :3]) + bias[0]
        np.testing.assert_allclose(conv2d(given[:, :3], weight[:1], bias[:1]), one, atol=1e-13)
    for given in (images, images[:1]):  # which the groups leave in pieces, and in one
        wide = conv2d(given, weight, bias, groups=2, stride=(2, 3), padding=(1, 0))
        assert wide.shape == (len(given), 4, 6, 5)
        np.testing.assert_allclose(wide[:, :, 1:5], expected[: len(given), :, 1::2, ::3], atol=1e-13)


@pytest.mark.parametrize(("image", "weight", "result"), [
    ("float32", "float32", "float32"), ("float64", "float32", "float64"), ("float32", "float64", "float64"),
    ("float16", "float32", "float32"), (">f4", "<f4", "float32"), (">f8", "<f4", "float64"),
    ("uint8", "float32", "float32"), ("uint8", "uint8", "float32"), ("bool", "bool", "float32"),
    ("int16", "float32", "float32"), ("int32", "float32", "float64"), ("int64", "uint8", "float64"),
    ("float32", "uint64", "float64"), ("uint8", "float64", "float64"),
])
@pytest.mark.parametrize("width", [9, 90])
def test_kinds_of_numbers(image, weight, result, width):
    rng = np.random.default_rng(6)
    numbers = rng.integers(0, 2, (3, 8, width)) * (1 if image == "bool" else 255)
    filters = rng.integers(0, 2, (2, 3, 3, 3)) * (1 if weight == "bool" else 200)
    output = conv2d(numbers.astype(image), filters.astype(weight))
    assert output.dtype == np.dtype(result) and output.dtype.isnative
    settings = ((1, 1), ((0, 0), (0, 0)), (1, 1), 1, "zeros")
    assert np.array_equal(output, convolve_by_loops(numbers[np.newaxis], filters, None, *settings)[0])  # nothing wraps
    assert conv2d(numbers.astype(image), filters.astype(weight), np.zeros(2)).dtype == np.float64


@pytest.mark.parametrize("filters", [1, 3])
@pytest.mark.parametrize("width", [30, 90])
def test_any_layout_of_memory_and_nothing_given_is_changed(filters, width):
    rng = np.random.default_rng(8)
    picture = rng.standard_normal((2, 20, width))
    weight, bias = rng.standard_normal((filters, 2, 3, 4)), rng.standard_normal(filters)
    expected = conv2d(picture, weight, bias, padding=1)
    before = [array.copy() for array in (picture, weight, bias)]
    pixels = np.ascontiguousarray(picture.transpose(1, 2, 0)).transpose(2, 0, 1)  # as pictures are read: H, W, C
    spread = np.zeros((2, 40, width * 3))
    spread[:, ::2, ::3] = picture
    for same in (np.asfortranarray(picture), pixels, spread[:, ::2, ::3], picture[:, ::-1, ::-1].copy()[:, ::-1, ::-1]):
        assert np.array_equal(conv2d(same, np.asfortranarray(weight), bias[::-1].copy()[::-1], padding=1), expected)
    for array in (picture, weight, bias):
        array.flags.writeable = False
    output = conv2d(picture, weight, bias, padding=1)
    assert np.array_equal(output, expected) and output.flags.writeable and output.flags.c_contiguous
    for array, old in zip((picture, weight, bias), before, strict=True):
        assert np.array_equal(array, old)
    assert not np.shares_memory(conv2d(picture[:1], np.ones((1, 1, 1, 1))), picture)


@pytest.mark.parametrize("filters", [1, 2])
@pytest.mark.parametrize("width", [40, 120])
@pytest.mark.parametrize("bad", [np.inf, np.nan, 3e38])
def test_an_infinite_pixel_reaches_only_the_windows_that_read_it(filters, width, bad):
    picture = np.ones((1, 30, width), np.float32)
    picture[0, 13, 25] = bad
    output = conv2d(picture, np.full((filters, 1, 3, 2), 2, np.float32))  # 2 * 3e38 is inf: no warning
    hit = np.zeros(output.shape, bool)
    hit[:, 11:14, 24:26] = True
    assert not np.isfinite(output[hit]).any()
    assert (output[~hit] == 12).all()


IMAGE, WEIGHT = np.zeros((3, 6, 7), np.float32), np.zeros((4, 3, 3, 5), np.float32)


@pytest.mark.parametrize(("image", "weight", "options", "error", "words"), [
    (IMAGE[0], WEIGHT, {}, ArrayError, r"input has shape \(6, 7\).*\(C, H, W\)"),
    (IMAGE[None, None], WEIGHT, {}, ArrayError, r"input has shape \(1, 1, 3, 6, 7\)"),
    (5.0, WEIGHT, {}, ArrayError, r"input has shape \(\)"),
    (IMAGE, WEIGHT[0], {}, ArrayError, r"weight has shape \(3, 3, 5\)"),
    (IMAGE, WEIGHT[:0], {}, ArrayError, r"weight has shape \(0, 3, 3, 5\)"),
    (IMAGE, WEIGHT[:, :, :0], {}, ArrayError, r"weight has shape \(4, 3, 0, 5\)"),
    (IMAGE[:2], WEIGHT, {}, ArrayError, "input has 2 channels, but the filters read 3;"),
    (IMAGE[:0], WEIGHT, {}, ArrayError, "input has 0 channels, but the filters read 3;"),
    (IMAGE, WEIGHT, {"groups": 2}, ArrayError, "input has 3 channels.* 3 in each of 2 groups, 6 in all"),
    (IMAGE, WEIGHT[:, :1], {"groups": 3}, ArrayError, "4 filters cannot be divided into 3"),
    (IMAGE, WEIGHT, {"groups": 0}, SettingError, "groups is 0"),
    (IMAGE, WEIGHT, {"groups": True}, SettingError, "groups is True"),
    (IMAGE, WEIGHT, {"groups": 1.0}, SettingError, "groups is 1.0"),
    (IMAGE, WEIGHT, {"bias": np.zeros(3)}, ArrayError, r"bias has shape \(3,\); 4 filters need shape \(4,\)"),
    (IMAGE, WEIGHT, {"bias": 0.0}, ArrayError, r"bias has shape \(\); 4 filters"),
    (IMAGE.astype(complex), WEIGHT, {}, ArrayError, "input holds complex128"),
    (IMAGE, WEIGHT.astype(object), {}, ArrayError, "weight holds object"),
    (IMAGE, WEIGHT, {"bias": ["a"] * 4}, ArrayError, "bias holds <U1"),
    (IMAGE.astype("m8[s]"), WEIGHT, {}, ArrayError, "input holds timedelta64"),
    ([[[1], [2, 3]]], WEIGHT, {}, ArrayError, "input is no array"),
    (None, WEIGHT, {}, ArrayError, "input holds object"),
    (IMAGE, WEIGHT, {"stride": 0}, SettingError, "stride is 0; .* at least 1"),
    (IMAGE, WEIGHT, {"stride": (1, 2, 3)}, SettingError, r"stride is \(1, 2, 3\); .*\(height, width\)"),
    (IMAGE, WEIGHT, {"stride": (2, 1.5)}, SettingError, "stride is 1.5"),
    (IMAGE, WEIGHT, {"dilation": -1}, SettingError, "dilation is -1"),
    (IMAGE, WEIGHT, {"dilation": (1,)}, SettingError, r"dilation is \(1,\)"),
    (IMAGE, WEIGHT, {"padding": -1}, SettingError, "padding is -1; .* at least 0"),
    (IMAGE, WEIGHT, {"padding": (1, 2, 3, 4)}, SettingError, r"padding is \(1, 2, 3, 4\)"),
    (IMAGE, WEIGHT, {"padding": ((0, 1), (0, -2))}, SettingError, "padding is -2"),
    (IMAGE, WEIGHT, {"padding": "same"}, SettingError, "padding is 'same'"),
    (IMAGE, WEIGHT, {"padding_mode": "mirror"}, SettingError, "'mirror'.*zeros, reflect, replicate, circular"),
    (IMAGE, WEIGHT, {"dilation": (1, 2)}, DoesNotFit, "spans 9, the picture has only 7"),
    (IMAGE, WEIGHT, {"dilation": (4, 1), "padding": ((2, 0), 0)}, DoesNotFit, "spans 9, the padded picture has only 8"),
    (IMAGE, WEIGHT, {"padding": (6, 1), "padding_mode": "reflect"}, DoesNotFit, "padding of 6 .* at most 5 "),
    (IMAGE, WEIGHT, {"padding": (0, (0, 8)), "padding_mode": "circular"}, DoesNotFit, "padding of 8 .* at most 7 "),
    (IMAGE[:, :0], WEIGHT, {"padding": 3}, SettingError, "size is 0"),
])
def test_what_is_refused_and_how(image, weight, options, error, words):
    with pytest.raises(error, match=words):
        conv2d(image, weight, options.pop("bias", None), **options)


def test_longer_floats_are_refused_rather_than_rounded():
    with pytest.raises(ArrayError, match="input holds .*float32, float64"):
        conv2d(IMAGE.astype(np.longdouble), WEIGHT)


def megabytes_beyond_the_output(image, weight, **options):
    """The most memory that NumPy held at a time during the convolution, less what it returned."""
    tracemalloc.start()
    try:
        output = conv2d(image, weight, **options)
        return (tracemalloc.get_traced_memory()[1] - output.nbytes) / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("shape", "dtype", "filters", "kernel", "options"), [
    ((3000, 4000), "float32", 1, (3, 3), {"padding": 1}),
    ((3000, 4000), "float32", 1, (15, 15), {"padding": 7, "padding_mode": "reflect"}),
    ((3000, 4000), "float32", 1, (2, 4), {"padding": ((1, 0), (0, 3)), "padding_mode": "circular"}),
    ((3000, 4000), "uint8", 1, (3, 3), {"padding": 1, "padding_mode": "replicate"}),
    ((1080, 1920), "float64", 1, (5, 5), {"padding": 2}),
    ((1080, 1920), "float32", 3, (5, 5), {"padding": 2, "stride": 2}),
    ((1080, 1920), "float32", 1, (7, 7), {"dilation": (3, 2)}),
    ((40000, 60), "float32", 2, (3, 3), {"padding": ((0, 0), (0, 1))}),
    ((3000, 4000), "float32", 1, (3, 3), {"stride": 90}),
    ((64, 1, 900, 4000), "float32", 1, (3, 3), {"stride": 90}),
])
def test_a_large_picture_is_never_laid_out_whole(shape, dtype, filters, kernel, options):
    image = np.broadcast_to(np.ones((), dtype), shape if len(shape) == 4 else (1, *shape))
    weight = np.full((filters, 1, *kernel), 1 / math.prod(kernel), np.float32)
    assert megabytes_beyond_the_output(image, weight, **options) < 4


@pytest.mark.parametrize("shape", [(3, 515, 515), (700, 61, 70)])
def test_large_windows_are_laid_out_in_parts(shape):
    kernel = tuple(size - 15 for size in shape[1:])
    image = np.broadcast_to(np.ones((), np.float32), shape)
    weight = np.broadcast_to(np.ones((), np.float32), (1, shape[0], *kernel))
    assert megabytes_beyond_the_output(image, weight) < 9 + 4 * math.prod(shape) * 1e-6 * 1.2  # what a window spans


@pytest.mark.parametrize("most", [40, 700, 3000])
@pytest.mark.parametrize("groups", [1, 2])
def test_windows_in_parts_are_the_obvious_loop(most, groups, monkeypatch):
    rng = np.random.default_rng(most)
    images, weight, bias = rng.random((2, 4, 13, 17)), rng.random((6, 4 // groups, 5, 4)), rng.random(6)
    settings = {"stride": (2, 1), "padding": ((1, 2), (0, 3)), "dilation": (1, 2), "groups": groups}
    expected = convolve_by_loops(images, weight, bias, **settings, padding_mode="reflect")
    monkeypatch.setattr(tiling, "MOST_BYTES", most)
    np.testing.assert_allclose(conv2d(images, weight, bias, **settings, padding_mode="reflect"), expected, rtol=1e-12)


def test_what_is_laid_out_is_what_is_copied():
    """The estimate against the numbers that NumPy is told to copy, counted."""
    for shape, filters, kernel, window in [((3, 40, 30), 5, 3, Window(3)), ((2, 90, 100), 4, 5, Window(5))]:
        outputs = tuple(window.output_size(size) for size in shape[1:])
        told = tiling.laid_out((filters, shape[0], kernel, kernel), 1, window, window, outputs)
        taken = shape[0] * math.prod(outputs) * (kernel * kernel if outputs[1] < tiling.NARROW else kernel)
        assert taken <= told < 4 * taken + 100 * tiling.CALL
    one, many = (tiling.laid_out((groups, 1, 3, 3), groups, Window(3), Window(3), (20, 20)) for groups in (1, 64))
    assert 64 * 20 * 20 * 3 <= many < 64 * one  # numbers group by group, and calls of NumPy for all groups at once
