"""Transposed convolution: beside PyTorch's own samples, the onnx package's cases, ONNX Runtime and stamps by loops."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import convtranspose as backend

from cnnviz import Window, conv_transpose2d
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.formats import open_network
from cnnviz.geometry import Field, Passage
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, ConvTranspose2d, Node
from cnnviz.layers.typed import nodes, read, written
from cnnviz.ops import conv2d, conv_transpose2d_gradients
from cnnviz.tracing import layer_trace
from oracles import by_onnxruntime, stamped_by_loops
from torch_values import cases

TORCH = cases("sample", "torch_transposed")
WITHOUT_BIAS = ("input", "weight")


def random_layer(seed: int, dilated: bool = True):
    """(images, weight, bias, settings), asymmetric wherever they can be, of which something is left.

    dilated  whether an output padding may be as large as the stride, below the dilation: ONNX Runtime refuses that
    """
    rng = np.random.default_rng(seed)
    while True:
        groups = int(rng.choice([1, 1, 2, 3]))
        kernel, stride, dilation = (tuple(map(int, rng.integers(1, 5, 2))) for _ in range(3))
        padding = tuple(tuple(map(int, rng.integers(0, 4, 2) * (rng.random(2) < 0.6))) for _ in range(2))
        more = tuple(int(rng.integers(0, max(one) if dilated else one[0])) for one in zip(stride, dilation))
        images = rng.standard_normal((2, groups * int(rng.integers(1, 3)), *rng.integers(1, 6, 2)))
        weight = rng.standard_normal((images.shape[1], int(rng.integers(1, 4)), *kernel))
        settings = {
            "stride": stride, "padding": padding, "output_padding": more, "dilation": dilation, "groups": groups,
        }  # fmt: skip
        sizes = [(size - 1) * s + d * (k - 1) + 1 - sum(ends) + op for size, s, d, k, ends, op in
                 zip(images.shape[2:], stride, dilation, kernel, padding, more)]  # fmt: skip
        if min(sizes) > 0:
            return images, weight, rng.standard_normal(weight.shape[1] * groups), settings


def test_the_random_layers_have_what_is_hard():
    seen = [random_layer(seed)[3] for seed in range(40)]
    assert any(given["groups"] == 3 for given in seen)
    assert any(top != bottom for given in seen for top, bottom in given["padding"])
    assert any(given["output_padding"][0] >= given["stride"][0] for given in seen)  # below the dilation
    assert any(k < s for k, s in ((w.shape[2], g["stride"][0]) for _, w, _, g in map(random_layer, range(40))))


# --- the operation ---


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "settings", "kept"), TORCH, ids=[name for name, *_ in TORCH])
def test_pytorchs_own_samples_forwards_and_backwards(name, settings, kept, dtype):
    given = {part: kept[part].astype(dtype) for part in ("input", "weight", "bias") if part in kept}
    copies = {part: array.copy() for part, array in given.items()}
    found = [conv_transpose2d(**given, **settings)]
    towards = kept["output_gradient"].astype(dtype)
    found += conv_transpose2d_gradients(*(given[part] for part in WITHOUT_BIAS), towards, **settings)
    for mine, part in zip(found, ("output", "for_input", "for_weight", "for_bias"), strict=True):
        if part in kept:
            assert mine.dtype == dtype and mine.shape == kept[part].shape
            limit = (1e-12 if dtype == np.float64 else 3e-6) * np.abs(kept[part]).max()
            np.testing.assert_allclose(mine, kept[part], rtol=0, atol=limit)
    assert all((given[part] == copies[part]).all() for part in given)


def test_pytorch_has_twelve_samples():
    assert len(TORCH) == 12 and any("groups" in given and given["groups"] == 4 for _, given, _ in TORCH)


@pytest.mark.parametrize("seed", range(40))
def test_stamps_by_loops(seed):
    images, weight, bias, settings = random_layer(seed)
    expected = stamped_by_loops(images, weight, bias, **settings)
    np.testing.assert_allclose(conv_transpose2d(images, weight, bias, **settings), expected, rtol=0, atol=1e-11)
    alone = conv_transpose2d(images[0], weight, bias, **settings)
    assert alone.shape == expected.shape[1:]
    np.testing.assert_allclose(alone, expected[0], rtol=0, atol=1e-11)


@pytest.mark.parametrize("seed", range(40))
def test_it_is_a_convolution_the_other_way_round(seed):
    """<conv(x), y> = <x, transposed(y)>: the definition of a transpose, which both directions and all settings have."""
    images, weight, _, settings = random_layer(seed)
    given = {**settings, "padding": settings["padding"]}
    made = conv_transpose2d(images, weight, **given)
    towards = np.random.default_rng(seed).standard_normal(made.shape)
    for_input, for_weight, for_bias = conv_transpose2d_gradients(images, weight, towards, **given)
    whole = np.vdot(made, towards)
    assert np.vdot(for_input, images) == pytest.approx(whole) and np.vdot(for_weight, weight) == pytest.approx(whole)
    np.testing.assert_allclose(for_bias, towards.sum((0, 2, 3)), rtol=1e-12)


def test_an_infinite_number_reaches_its_own_stamp_alone():
    numbers = np.ones((1, 3, 4), np.float32)
    numbers[0, 1, 2] = np.inf
    made = conv_transpose2d(numbers, np.ones((1, 1, 3, 2)), stride=(4, 3))
    assert np.argwhere(np.isinf(made[0])).tolist() == [[row, column] for row in (4, 5, 6) for column in (6, 7)]
    assert not np.isnan(made).any()


def test_no_image_and_other_kinds_of_numbers():
    none = np.zeros((0, 2, 3, 4))
    assert conv_transpose2d(none, np.ones((2, 3, 2, 2)), stride=2).shape == (0, 3, 6, 8)
    for_input, for_weight, for_bias = conv_transpose2d_gradients(none, np.ones((2, 3, 2, 2)), np.ones((0, 3, 4, 5)))
    assert for_input.shape == none.shape and not for_weight.any() and for_bias.tolist() == [0, 0, 0]
    for given, expected in (("float32", "f4"), ("uint8", "f4"), ("int64", "f8"), (">f8", "f8")):
        assert conv_transpose2d(np.full((1, 2, 2), 200, given), np.full((1, 1, 2, 2), 200, "u1")).max() == 160_000
        assert conv_transpose2d(np.ones((1, 2, 2), given), np.ones((1, 1, 2, 2), "f4")).dtype == np.dtype(expected)


IMAGE, WEIGHT = np.ones((4, 3, 5)), np.ones((4, 3, 2, 2))
REFUSED = [
    (IMAGE, WEIGHT, {"output_padding": 1}, SettingError, "output_padding is 1; it must be below the stride, 1, or the"),
    (IMAGE, WEIGHT, {"output_padding": (0, 3), "stride": 3}, SettingError, "output_padding is 3"),
    (IMAGE, WEIGHT, {"output_padding": -1}, SettingError, "output_padding is -1"),
    (IMAGE, WEIGHT, {"output_padding": (1, 1, 1), "stride": 2}, SettingError, "output_padding is"),
    (IMAGE, WEIGHT, {"padding": 2}, DoesNotFit, "The stamps span 4, and padding cuts off 4: less padding"),
    (IMAGE, WEIGHT, {"padding": -1}, SettingError, "padding is -1"),
    (IMAGE, WEIGHT, {"stride": 0}, SettingError, "stride is 0"),
    (IMAGE, WEIGHT, {"groups": 3}, ArrayError, "4 channels cannot be divided into 3"),
    (IMAGE, WEIGHT[:3], {}, ArrayError, "The input has 4 channels, but the weight is for 3;"),
    (IMAGE, WEIGHT[0], {}, ArrayError, r"weight has shape \(3, 2, 2\)"),
    (IMAGE, WEIGHT, {"bias": np.ones(4)}, ArrayError, r"bias has shape \(4,\); 3 output channels need shape \(3,\)"),
    (IMAGE[0], WEIGHT, {}, ArrayError, r"input has shape \(3, 5\)"),
    (IMAGE[:, :0], WEIGHT, {}, SettingError, "size is 0"),
    (IMAGE, WEIGHT, {"stride": 10**9}, DoesNotFit, "The output would be"),
    (IMAGE, WEIGHT, {"dilation": 10**30}, DoesNotFit, "The output would be"),
    (IMAGE, WEIGHT, {"dilation": 10**12, "padding": 5 * 10**11}, DoesNotFit, "would be"),
]


@pytest.mark.parametrize(("image", "weight", "settings", "error", "words"), REFUSED)
def test_what_is_refused(image, weight, settings, error, words):
    settings = {**settings}
    with pytest.raises(error, match=words):
        conv_transpose2d(image, weight, settings.pop("bias", None), **settings)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ArrayError, match=r"\(3, 4, 5\); the output has \(3, 4, 6\)"):
        conv_transpose2d_gradients(IMAGE, WEIGHT, np.ones((3, 4, 5)))


# --- files ---


def opened(node: onnx.NodeProto, shape: tuple[int, ...], constants: dict[str, np.ndarray]):
    """The network of a file with one node, which reads `in` and those."""
    graph = helper.make_graph(
        [node], "one", [helper.make_tensor_value_info(node.input[0], TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    found = open_network(model.SerializeToString())
    assert not found.stopped
    return found


def told_cases(monkeypatch) -> dict[str, tuple]:
    """The onnx package's own cases of the operator: node, what goes in, what comes out."""
    found = {}

    def expect(node, inputs, outputs, name):
        found[name] = node, inputs, outputs

    monkeypatch.setattr(backend, "expect", expect)
    for name in dir(backend.ConvTranspose):
        if name.startswith("export"):
            getattr(backend.ConvTranspose, name)()
    return found


def test_the_onnx_packages_cases_in_two_dimensions(monkeypatch):
    compared = []
    for name, (node, (images, weight, *others), (expected,)) in told_cases(monkeypatch).items():
        if images.ndim != 4:
            continue
        constants = dict(zip(node.input[1:], (weight, *others)))
        for image, answer in zip(images, expected):
            network = opened(node, (1, *images.shape[1:]), constants)
            found = network.network.output(image, network.parameters)
            np.testing.assert_allclose(found, answer, rtol=1e-6, atol=1e-6, err_msg=name)
        compared.append(name)
    assert len(compared) >= 9 and {"test_convtranspose_output_shape", "test_convtranspose_autopad_same"} <= {*compared}


@pytest.mark.parametrize("seed", range(25))
def test_onnxruntime_and_its_file(seed):
    images, weight, bias, settings = random_layer(seed + 100, dilated=False)
    images, weight, bias = (array.astype(np.float32) for array in (images, weight, bias))
    (top, bottom), (left, right) = settings["padding"]
    attributes = {
        "strides": settings["stride"], "dilations": settings["dilation"], "group": settings["groups"],
        "pads": [top, left, bottom, right], "output_padding": settings["output_padding"],
    }  # fmt: skip
    expected = by_onnxruntime("ConvTranspose", images, weight, bias, **attributes)
    limit = 1e-5 * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(conv_transpose2d(images, weight, bias, **settings), expected, rtol=0, atol=limit)
    node = helper.make_node("ConvTranspose", ["in", "w", "b"], ["out"], **attributes)
    network = opened(node, (1, *images.shape[1:]), {"w": weight, "b": bias})
    np.testing.assert_allclose(network.network.output(images[0], network.parameters), expected[0], rtol=0, atol=limit)


@pytest.mark.parametrize("attributes", [
    {"auto_pad": "SAME_UPPER", "strides": [2, 3]}, {"auto_pad": "SAME_LOWER", "strides": [3, 2]},
    {"auto_pad": "SAME_LOWER", "strides": [1, 4]}, {"auto_pad": "VALID", "strides": [2, 2]},
    {"output_shape": [8, 9], "strides": [3, 2]}, {"output_shape": [9, 8], "strides": [3, 2], "auto_pad": "SAME_UPPER"},
    {"output_shape": [11, 10], "strides": [3, 2], "output_padding": [1, 0]},
])  # fmt: skip
def test_what_is_cut_off_may_follow_from_the_size_that_is_asked_for(attributes):
    rng = np.random.default_rng(4)
    images, weight = rng.standard_normal((1, 2, 3, 4)), rng.standard_normal((2, 3, 4, 3)).astype(np.float32)
    images = images.astype(np.float32)
    expected = by_onnxruntime("ConvTranspose", images, weight, **attributes)
    network = opened(helper.make_node("ConvTranspose", ["in", "w"], ["out"], **attributes), (1, 2, 3, 4), {"w": weight})
    found = network.network.output(images[0], network.parameters)
    np.testing.assert_allclose(found, expected[0], rtol=0, atol=1e-5)


# --- the layer ---


@pytest.mark.parametrize("seed", range(30))
def test_what_a_unit_reads_is_what_has_a_gradient(seed):
    images, weight, bias, settings = random_layer(seed + 200)
    padding = settings["padding"]
    layer = ConvTranspose2d(
        len(bias), weight.shape[2:], settings["stride"], padding, settings["output_padding"], settings["groups"],
        dilation=settings["dilation"],
    )  # fmt: skip
    (row,) = Graph(images.shape[1:], (Node("a", layer, (INPUT,)),)).rows
    made = conv_transpose2d(images[0], weight, bias, **settings)
    assert row.output_shape == made.shape
    assert row.parameters == weight.size + bias.size
    assert row.multiply_adds == images[0].size * weight[0].size
    for channel, *place in np.argwhere(made)[:: max(1, made.size // 25)]:
        trace = layer_trace(layer, images[0], made, {"weight": weight, "bias": bias}, int(channel))
        assert trace.step(*place).result == pytest.approx(made[channel, *place])
        towards = np.zeros_like(made)
        towards[channel, *place] = 1
        reads, _, _ = conv_transpose2d_gradients(images[0], np.abs(weight) + 1, towards, **settings)
        maps, rows, columns = ({*map(int, axis)} for axis in np.nonzero(reads))
        told = [field.read(at) for field, at in zip(row.fields, place)]
        assert maps <= {*layer.reads(images.shape[1:], int(channel))}
        if maps:
            assert told == [sorted(rows), sorted(columns)]
            spans = [field.pixels(at) for field, at in zip(row.fields, place)]
            assert all(each[0] in span and each[-1] in span for each, span in zip(told, spans))
        else:
            assert not all(told)


def test_fields_through_a_stride_and_back():
    """Down by two and up again, over the pixels one by one."""
    network = Graph((1, 12, 12), nodes("conv 2 3x3 s2 p1; tconv 1 4x4 s2 p1; conv 1 3x3 p1"))
    field = network.rows[-1].fields[0]
    for unit in range(12):
        units = range(max(0, unit - 1), min(12, unit + 2))
        small = {at for one in units for at in range(6) if 0 <= one + 1 - 2 * at < 4}
        pixels = {pixel for at in small for pixel in range(2 * at - 1, 2 * at + 2) if 0 <= pixel < 12}
        assert field.read(unit) == sorted(pixels)
        span = field.pixels(unit)
        assert span.start <= min(pixels) and max(pixels) < span.stop <= 16
    assert (field.jump, network.rows[1].fields[0].jump) == (1, 1)
    assert Field().through(Window(2), Passage(Window(2), 5, spacing=3)).read(1) == []


def test_it_is_typed_pasted_and_written():
    layer = ConvTranspose2d(8, (4, 3), 2, ((0, 1), 1), (1, 0), 4, False, (1, 2))
    text = "tconv 8 4x3 s2 p0+1x1 op1x0 d1x2 g4 no bias"
    assert written((layer,)) == text and read(text) == (layer,)
    for other in (
        "transposed conv 8 filters 4x4 stride 2 padding 1", "deconv 8 4 s2 p1", "Conv transpose 8 k4 s2 p1 op 0",
        "nn.ConvTranspose2d(3, 8, 4, 2, 1)", "tconv2d 8 4x4 output padding 0 s2 p1",
        "ConvTranspose2d(3, 8, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), output_padding=(0, 0))",
        'layers.Conv2DTranspose(8, 4, strides=2, padding="same")',
    ):  # fmt: skip
        assert read(other) == (ConvTranspose2d(8, 4, 2, 1),), other
    for call, expected in (
        ('Conv2DTranspose(8, 3, strides=2, padding="same")', ConvTranspose2d(8, 3, 2, ((0, 1), (0, 1)))),
        ('Conv2DTranspose(8, 2, (2, 3), "same", use_bias=False)', ConvTranspose2d(8, 2, (2, 3), 0, (0, 1), bias=False)),
        ("ConvTranspose2d(3, 8, 3, 2, output_padding=(1, 1))", ConvTranspose2d(8, 3, 2, 0, 1)),
    ):
        assert read(call) == (expected,)
    assert [ConvTranspose2d(8, k, (2, 3), p, op).output_shape((3, 5, 7)) for k, p, op in
            ((3, ((0, 1), 0), 0), (2, 0, (0, 1)))] == [(8, 10, 21)] * 2  # fmt: skip


def test_padding_beyond_the_kernel_and_what_a_layer_refuses():
    assert ConvTranspose2d(2, 2, 3, 2).output_shape((1, 4, 5)) == (2, 7, 10)
    with pytest.raises(SettingError, match=r"TRANSPOSED 3 × 3: output_padding is 2; it must be below the stride, 2"):
        ConvTranspose2d(2, 3, 2, output_padding=2)
    with pytest.raises(DoesNotFit, match=r"TRANSPOSED 2 × 2: The stamps span 2, and padding cuts off 2"):
        ConvTranspose2d(2, 2, padding=1).output_shape((1, 1, 1))
    with pytest.raises(DoesNotFit, match=r"5 channels come in, .* 3 equal groups; with 6 filters, 1 can be"):
        ConvTranspose2d(6, 2, groups=3).output_shape((5, 4, 4))
    with pytest.raises(SettingError, match="5 filters cannot be divided into 2"):
        ConvTranspose2d(5, 2, groups=2)


def test_a_start_keeps_the_size_of_the_numbers():
    """As He's does for a convolution: of many channels, through a stride, the spread stays about that of 2 × input."""
    layer, rng = ConvTranspose2d(32, 4, 2, 1), np.random.default_rng(3)
    start = layer.initial((64, 20, 20), rng)
    made = conv_transpose2d(rng.standard_normal((64, 20, 20)), start["weight"], start["bias"], stride=2, padding=1)
    assert made[:, 4:-4, 4:-4].var() == pytest.approx(2, rel=0.15)
    assert conv2d(made, start["weight"], stride=2, padding=1).shape == (64, 20, 20)
