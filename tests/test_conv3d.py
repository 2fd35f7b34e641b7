"""conv3d and its gradients against ONNX Runtime, the loop that spells it out, and differences; what it refuses."""

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from cnnviz import conv3d
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES
from cnnviz.ops import conv2d, conv3d_gradients
from oracles import NUMPY_MODES, by_onnxruntime


def random_layer(seed, largest=12, small=False):
    """Volumes, weight, bias and settings, asymmetric wherever a layer can be; `small`: to be gone through slowly."""
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 2, 3]))
    channels, filters = (int(groups * rng.integers(1, 3)) for _ in range(2))
    kernel, stride, dilation = (rng.integers(1, 4, 3) for _ in range(3))
    if small:
        kernel, dilation = np.minimum(kernel, 2), np.minimum(dilation, 2)
    size = dilation * (kernel - 1) + 1 + rng.integers(0, 3 if small else largest, 3)
    padding = rng.integers(0, np.minimum(5, size)[:, np.newaxis], (3, 2)) * (rng.random((3, 2)) < 0.6)
    volumes = rng.standard_normal((int(rng.integers(1, 3)), channels, *size))
    weight = rng.standard_normal((filters, channels // groups, *kernel))
    bias = rng.standard_normal(filters) if rng.random() < 0.5 else None
    return volumes, weight, bias, {
        "stride": tuple(stride.tolist()), "padding": tuple(map(tuple, padding.tolist())),
        "dilation": tuple(dilation.tolist()), "groups": groups,
    }  # fmt: skip


def by_loops(volumes, weight, bias, stride, padding, dilation, groups):
    """Every product written out."""
    padded = np.pad(volumes, [(0, 0), (0, 0), *padding])
    filters, channels, *kernel = weight.shape
    sizes = [len(range(0, size - d * (k - 1), s)) for size, k, s, d in zip(padded.shape[2:], kernel, stride, dilation)]
    output = np.zeros((len(volumes), filters, *sizes))
    for n, f, *at in itertools.product(*map(range, output.shape)):
        first = f // (filters // groups) * channels
        total = 0.0 if bias is None else bias[f]
        for c, *tap in itertools.product(range(channels), *map(range, kernel)):
            place = [i * s + m * d for i, s, m, d in zip(at, stride, tap, dilation)]
            total += weight[f, c, *tap] * padded[n, first + c, *place]
        output[n, f, *at] = total
    return output


@pytest.mark.parametrize("seed", range(80))
def test_random_layers_as_onnxruntime(seed):
    volumes, weight, bias, settings = random_layer(seed)
    mode = PADDING_MODES[seed % len(PADDING_MODES)]
    sides = settings["padding"]
    padded = volumes if mode == "zeros" else np.pad(volumes, [(0, 0), (0, 0), *sides], NUMPY_MODES[mode])
    pads = [end for ends in zip(*sides) for end in ends] if mode == "zeros" else [0] * 6
    arrays = (padded, weight) if bias is None else (padded, weight, bias)
    more = {"strides": settings["stride"], "dilations": settings["dilation"], "group": settings["groups"], "pads": pads}
    expected = by_onnxruntime("Conv", *arrays, **more)
    largest = by_onnxruntime("Conv", *map(abs, arrays), **more)  # the sum of the absolute products
    single = [None if array is None else array.astype(np.float32) for array in (volumes, weight, bias)]
    found = conv3d(*single, **settings, padding_mode=mode)
    assert found.dtype == np.float32 and found.shape == expected.shape
    assert (np.abs(found - expected) <= 2e-6 * largest + 1e-30).all()


@pytest.mark.parametrize("seed", range(100, 112))
def test_float64_as_the_obvious_loop(seed):
    volumes, weight, bias, settings = random_layer(seed, largest=4)
    found = conv3d(volumes, weight, bias, **settings)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, by_loops(volumes, weight, bias, **settings), rtol=0, atol=1e-12)


CASES = sorted((Path(onnx.__file__).parent / "backend/test/data/pytorch-converted").glob("test_Conv3d*"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cases_that_onnx_took_over_from_pytorch(case):
    graph = onnx.load(case / "model.onnx").graph
    (node,) = graph.node
    told = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    arrays = {array.name: numpy_helper.to_array(array) for array in graph.initializer}
    files = (case / "test_data_set_0" / f"{which}put_0.pb" for which in ("in", "out"))
    given, expected = (numpy_helper.to_array(onnx.TensorProto.FromString(file.read_bytes())) for file in files)
    pads = told.get("pads", [0] * 6)
    found = conv3d(
        given, *(arrays[name] for name in node.input[1:]), stride=(*told["strides"],),
        padding=(*zip(pads[:3], pads[3:]),), dilation=(*told.get("dilations", [1] * 3),), groups=told.get("group", 1),
    )  # fmt: skip
    assert given.ndim == 5 and found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)


def test_the_random_layers_have_what_is_hard():
    settings = [random_layer(seed)[3] for seed in range(80)]
    assert {found["groups"] for found in settings} == {1, 2, 3}
    assert sum(front != back for found in settings for front, back in found["padding"][:1]) > 20
    assert sum(found["stride"][0] > 1 and found["dilation"][0] > 1 for found in settings) > 20


@pytest.mark.parametrize("seed", range(200, 216))
def test_gradients_against_differences(seed):
    """The loss is linear in each array alone, so a difference of any size is the gradient."""
    volumes, weight, _, settings = random_layer(seed, small=True)
    bias = np.zeros(len(weight))
    towards = np.random.default_rng(seed).standard_normal(conv3d(volumes, weight, **settings).shape)

    def differences(loss, array):
        found = np.empty(array.shape)
        for place in np.ndindex(*array.shape):
            one = np.zeros(array.shape)
            one[place] = 1
            found[place] = np.vdot(towards, loss(one))
        return found

    expected = (
        differences(lambda x: conv3d(x, weight, **settings), volumes),
        differences(lambda w: conv3d(volumes, w, **settings), weight),
        differences(lambda b: conv3d(volumes, weight * 0, b, **settings), bias),
    )
    given = [array.copy() for array in (volumes, weight, towards)]
    found = conv3d_gradients(*given, **settings)
    for mine, other in zip(found, expected, strict=True):
        assert mine.dtype == np.float64 and mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-11 * (1 + np.abs(other).max()))
    for array, before in zip(given, (volumes, weight, towards)):
        np.testing.assert_array_equal(array, before)
    assert conv3d_gradients(*given, **settings, to_input=False)[0] is None
    alone = conv3d_gradients(volumes[0], weight, towards[0], **settings)
    np.testing.assert_allclose(alone[0], expected[0][0], rtol=0, atol=1e-11 * (1 + np.abs(expected[0]).max()))


def test_one_plane_deep_it_is_conv2d_of_each_plane():
    rng = np.random.default_rng(3)
    volume, weight = rng.standard_normal((2, 5, 7, 6)), rng.standard_normal((3, 2, 1, 3, 2))
    found = conv3d(volume, weight, padding=(0, 1, (2, 0)))
    for at in range(5):
        np.testing.assert_array_equal(found[:, at], conv2d(volume[:, at], weight[:, :, 0], padding=(1, (2, 0))))


def test_no_axis_is_another_than_the_others():
    volume, weight, bias, settings = random_layer(5)
    settings["groups"] = 1
    weight = np.random.default_rng(1).standard_normal((3, volume.shape[1], *weight.shape[2:]))
    expected = conv3d(volume, weight, **settings)
    order = (2, 0, 1)
    turned = {name: tuple(settings[name][at] for at in order) for name in ("stride", "padding", "dilation")}
    axes = (0, 1, *(2 + at for at in order))
    np.testing.assert_allclose(
        conv3d(volume.transpose(axes), weight.transpose(axes), **turned), expected.transpose(axes), atol=1e-12
    )


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [("fff", np.float32), ("dff", np.float64), ("ffd", np.float64), ("bbb", np.float32), ("lff", np.float64)],
)
def test_the_kind_of_number_is_that_of_conv2d(kinds, expected):
    volume, weight, bias = (np.ones(shape, kind) for shape, kind in zip(((1, 3, 4, 5), (2, 1, 2, 2, 2), 2), kinds))
    assert conv3d(volume, weight, bias).dtype == expected
    assert {one.dtype for one in conv3d_gradients(volume, weight, np.ones((2, 2, 3, 4), "f"))} == {
        np.result_type(np.float32, volume.dtype, weight.dtype)
    }


def test_an_empty_batch_stays_one():
    volumes, weight = np.zeros((0, 2, 5, 4, 3)), np.ones((3, 2, 3, 2, 1))
    assert conv3d(volumes, weight).shape == (0, 3, 3, 3, 3)
    for_input, for_weight, for_bias = conv3d_gradients(volumes, weight, np.zeros((0, 3, 3, 3, 3)))
    assert for_input.shape == volumes.shape and not for_weight.any() and not for_bias.any()


VOLUME, WEIGHT = np.ones((2, 5, 6, 7)), np.ones((4, 2, 3, 3, 3))


@pytest.mark.parametrize(("volume", "weight", "options", "error", "words"), [
    (VOLUME[0], WEIGHT, {}, ArrayError, r"\(5, 6, 7\); it must be \(C, D, H, W\) or \(N, C, D, H, W\)"),
    (VOLUME, WEIGHT[0], {}, ArrayError, r"weight has shape \(2, 3, 3, 3\).*kD, kH, kW"),
    (VOLUME, WEIGHT[:, :1], {}, ArrayError, "input has 2 channels, but the filters read 1"),
    (VOLUME, WEIGHT[:3], {"groups": 2}, ArrayError, "3 filters .* 2 equal groups"),
    (VOLUME, WEIGHT, {"bias": np.zeros(3)}, ArrayError, r"\(3,\)"),
    (VOLUME, WEIGHT, {"stride": (1, 2)}, SettingError, r"stride is \(1, 2\); .*\(depth, height, width\)"),
    (VOLUME, WEIGHT, {"stride": 0}, SettingError, "stride is 0"),
    (VOLUME, WEIGHT, {"dilation": (1, 1, 0)}, SettingError, "dilation is 0"),
    (VOLUME, WEIGHT, {"padding": (0, (0, -1), 0)}, SettingError, "padding is -1"),
    (VOLUME, WEIGHT, {"dilation": (3, 1, 1)}, DoesNotFit, "spans 7, the picture has only 5"),
    (VOLUME, WEIGHT, {"dilation": (1, 1, 4)}, DoesNotFit, "spans 9, the picture has only 7"),
    (VOLUME, WEIGHT, {"padding": (5, 0, 0), "padding_mode": "reflect"}, DoesNotFit, "at most 4 "),
    (VOLUME, WEIGHT, {"padding": 10**5}, DoesNotFit, "at once"),
])  # fmt: skip
def test_what_is_refused_and_how(volume, weight, options, error, words):
    with pytest.raises(error, match=words):
        conv3d(volume, weight, options.pop("bias", None), **options)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ArrayError, match=r"\(4, 3, 4, 6\); the output has \(4, 3, 4, 5\)"):
        conv3d_gradients(VOLUME, WEIGHT, np.ones((4, 3, 4, 6)))


def test_no_more_is_laid_out_than_one_plane_reads():
    """A film of 64 frames of 128 x 128, 8.4 MB: three frames are 0.4 MB."""
    film, weight = np.ones((1, 64, 128, 128)), np.ones((1, 1, 3, 3, 3))
    conv3d(film, weight, padding=1)  # rooms that are kept
    tracemalloc.start()
    try:
        output = conv3d(film, weight, padding=1)
        beyond = tracemalloc.get_traced_memory()[1] - output.nbytes
    finally:
        tracemalloc.stop()
    assert beyond < 2e6
