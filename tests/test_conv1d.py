"""conv1d against ONNX Runtime, the onnx package's own cases and the loop that spells it out; what it refuses."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnviz import Window, conv1d, open_network
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES
from cnnviz.ops import conv1d_gradients
from oracles import NUMPY_MODES, by_onnxruntime

CASES = sorted((Path(onnx.__file__).parent / "backend/test/data/pytorch-converted").glob("test_Conv1d*"))


def random_signals(seed):
    """Signals, weight, bias and settings, asymmetric wherever they can be."""
    rng = np.random.default_rng(seed)
    groups, kernel = int(rng.choice([1, 1, 2, 3])), int(rng.integers(1, 6))
    stride, dilation = (int(rng.choice([1, 1, 2, 3])) for _ in range(2))
    length = dilation * (kernel - 1) + 1 + int(rng.integers(0, 80))
    padding = tuple(map(int, rng.integers(0, min(9, length), 2)))
    signals = rng.standard_normal((int(rng.integers(1, 4)), groups * int(rng.integers(1, 4)), length))
    weight = rng.standard_normal((groups * int(rng.integers(1, 4)), signals.shape[1] // groups, kernel))
    bias = rng.standard_normal(len(weight)) if rng.random() < 0.5 else None
    return signals, weight, bias, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def by_loops(signals, weight, bias, stride, padding, dilation, groups, padding_mode):
    """Every product written out."""
    padded = np.pad(signals, [(0, 0), (0, 0), padding], NUMPY_MODES[padding_mode])
    filters, channels, kernel = weight.shape
    count = len(range(0, padded.shape[2] - dilation * (kernel - 1), stride))
    output = np.zeros((len(signals), filters, count))
    for n, f, i in np.ndindex(*output.shape):
        first = f // (filters // groups) * channels
        output[n, f, i] = 0.0 if bias is None else bias[f]
        for c, k in np.ndindex(channels, kernel):
            output[n, f, i] += weight[f, c, k] * padded[n, first + c, i * stride + k * dilation]
    return output


@pytest.mark.parametrize("seed", range(60))
def test_random_signals_as_onnxruntime(seed):
    signals, weight, bias, settings = random_signals(seed)
    arrays = [signals, weight] if bias is None else [signals, weight, bias]
    expected = by_onnxruntime(
        "Conv", *arrays, strides=[settings["stride"]], pads=list(settings["padding"]), group=settings["groups"],
        dilations=[settings["dilation"]], kernel_shape=[weight.shape[2]],
    )  # fmt: skip
    found = conv1d(*(array.astype(np.float32) for array in arrays), **settings)
    assert found.dtype == np.float32 and found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=3e-6 * np.abs(expected).max(initial=1))


@pytest.mark.parametrize("padding_mode", PADDING_MODES)
@pytest.mark.parametrize("seed", range(8))
def test_random_signals_as_the_obvious_loop(seed, padding_mode):
    signals, weight, bias, settings = random_signals(seed)
    expected = by_loops(signals, weight, bias, **settings, padding_mode=padding_mode)
    found = conv1d(signals, weight, bias, **settings, padding_mode=padding_mode)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    alone = conv1d(signals[0], weight, bias, **settings, padding_mode=padding_mode)
    np.testing.assert_allclose(alone, expected[0], rtol=0, atol=1e-12)
    assert found.shape[2] == Window(
        weight.shape[2], settings["stride"], settings["padding"], settings["dilation"]
    ).output_size(signals.shape[2])


def test_a_causal_output_reads_nothing_that_comes_after_it():
    rng = np.random.default_rng(2)
    signal, weight = rng.standard_normal((1, 20)), rng.standard_normal((1, 1, 3))
    found = conv1d(signal, weight, padding=(4, 0), dilation=2)
    for place in range(20):
        other = signal.copy()
        other[:, place + 1 :] += 1
        changed = conv1d(other, weight, padding=(4, 0), dilation=2)
        assert (changed[:, : place + 1] == found[:, : place + 1]).all() and found.shape == (1, 20)


@pytest.mark.parametrize("seed", range(16))
def test_gradients_against_central_differences(seed):
    signals, weight, _, settings = random_signals(seed)
    signals = signals[..., : Window(weight.shape[2], dilation=settings["dilation"]).extent + 5]
    bias = np.zeros(len(weight))
    towards = np.random.default_rng(seed).standard_normal(conv1d(signals, weight, bias, **settings).shape)
    found = conv1d_gradients(signals, weight, towards, **settings)
    for array, mine in zip((signals, weight, bias), found, strict=True):
        for place in list(np.ndindex(*array.shape))[:: max(1, array.size // 20)]:
            kept, sides = array[place], []
            for step in (1e-5, -1e-5):
                array[place] = kept + step
                sides.append(np.vdot(towards, conv1d(signals, weight, bias, **settings)))
            array[place] = kept
            assert mine[place] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-7)
        assert mine.shape == array.shape
    alone = conv1d_gradients(signals[0], weight, towards[0], **settings, to_input=False)
    assert alone[0] is None and alone[1].shape == weight.shape


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_onnx_packages_own_cases(folder):
    """Each by itself, and opened as the file that it is."""
    model = onnx.load(folder / "model.onnx")
    (node,) = (one for one in model.graph.node if one.op_type == "Conv")
    told = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    kept = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    read = [
        numpy_helper.to_array(onnx.load_tensor(folder / f"test_data_set_0/{end}_0.pb")) for end in ("input", "output")
    ]
    weight, bias = kept[node.input[1]], kept.get(node.input[2]) if len(node.input) > 2 else None
    found = conv1d(
        read[0], weight, bias, stride=tuple(told["strides"]), padding=tuple(told["pads"]),
        dilation=tuple(told["dilations"]), groups=told["group"],
    )  # fmt: skip
    np.testing.assert_allclose(found, read[1], rtol=1e-5, atol=1e-6)
    opened = open_network((folder / "model.onnx").read_bytes())
    assert not opened.stopped
    assert opened.network.input_shape == (*read[0].shape[1:], 1)
    for one, expected in zip(*read, strict=True):
        *_, map = opened.network.forward(one[..., np.newaxis], opened.parameters)
        np.testing.assert_allclose(map[..., 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_a_file_of_signals_with_auto_pad_is_as_onnxruntime(mode):
    rng = np.random.default_rng(4)
    signal, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((1, 2, 11), (3, 2, 4)))
    node = helper.make_node("Conv", ["in", "w"], ["out"], auto_pad=mode, strides=[3])
    graph = helper.make_graph(
        [node], "signal", [helper.make_tensor_value_info("in", TensorProto.FLOAT, signal.shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)], [numpy_helper.from_array(weight, "w")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    opened = open_network(model.SerializeToString())
    *_, map = opened.network.forward(signal[0][..., np.newaxis], opened.parameters)
    expected = by_onnxruntime("Conv", signal, weight, auto_pad=mode, strides=[3])[0]
    np.testing.assert_allclose(map[..., 0], expected, rtol=0, atol=1e-5)


def test_the_onnx_package_has_such_cases():
    assert len(CASES) == 8


SIGNAL, WEIGHT = np.ones((2, 9)), np.ones((4, 2, 3))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: conv1d(SIGNAL[0], WEIGHT), ArrayError, r"input has shape \(9,\); it must be \(C, L\) or \(N, C, L\)"),
    (lambda: conv1d(SIGNAL[None, None], WEIGHT), ArrayError, r"input has shape \(1, 1, 2, 9\)"),
    (lambda: conv1d(SIGNAL, WEIGHT[0]), ArrayError, r"weight has shape \(2, 3\); .*\(out_channels, .*, K\)"),
    (lambda: conv1d(SIGNAL, WEIGHT[:, :, :0]), ArrayError, r"weight has shape \(4, 2, 0\)"),
    (lambda: conv1d(SIGNAL, WEIGHT[:, :1]), ArrayError, "2 channels, but the filters read 1"),
    (lambda: conv1d(SIGNAL, WEIGHT, np.ones(3)), ArrayError, r"bias has shape \(3,\)"),
    (lambda: conv1d(SIGNAL, WEIGHT, stride=(1, 2)), SettingError, r"stride is \(1, 2\)"),
    (lambda: conv1d(SIGNAL, WEIGHT, stride=0), SettingError, "stride is 0"),
    (lambda: conv1d(SIGNAL, WEIGHT, padding=(1, 2, 3)), SettingError, r"padding is \(1, 2, 3\).*\(before, after\)"),
    (lambda: conv1d(SIGNAL, WEIGHT, padding=(0, -1)), SettingError, "padding is -1"),
    (lambda: conv1d(SIGNAL, WEIGHT, dilation=5), DoesNotFit, "spans 11, the picture has only 9"),
    (lambda: conv1d_gradients(SIGNAL, WEIGHT, np.ones((4, 6))), ArrayError, r"shape \(4, 6\); the output has \(4, 7\)"),
    (lambda: conv1d_gradients(SIGNAL, WEIGHT, np.ones((1, 4, 7))), ArrayError, r"shape \(1, 4, 7\)"),
])  # fmt: skip
def test_what_is_refused_and_how(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_row_of_one_is_a_setting_as_pytorch_has_it():
    one = conv1d(SIGNAL, WEIGHT, stride=2, padding=1, dilation=2)
    assert (one == conv1d(SIGNAL, WEIGHT, stride=(2,), padding=[1], dilation=(2,))).all()
    assert conv1d(np.ones((0, 2, 9)), WEIGHT).shape == (0, 4, 7)
