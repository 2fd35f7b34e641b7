"""Networks from files: every value of a stranger's ONNX is ONNX Runtime's, and what does not open says why."""

import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from cnnviz import layers, models
from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats import onnx_file, open_network, write_network, writing
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, Node
from cnnviz.models import Trained
from cnnviz.network import Network
from cnnviz.ops import ACTIVATIONS
from damaged import damaged, hurt, rewritten
from light import SMALL, apart, every_value, weighted
from stacks import branched, every_kind, run, some_parameters, written

STACKS = {
    "windows": ((4, 17, 22), "conv 6 3x2 s1x2 p0+1x2 d2x1 g2; batch norm; leaky relu; max 3x2 s2x1 p1 ceil; tanh; "
                "conv 8 2x3 p1 no bias; lrn 3 alpha 0.4 k 1.5; avg 3x2 s2 p1x0; avg 2x3 s1 p1 ignore padding; relu"),
    "rows": ((4, 9, 5), "dropout 0.25; scaled tanh; fc 12; batch norm eps 0.01; sigmoid; fc 7 no bias; identity"),
    "pools": ((2, 19, 14), "max 3x2 s2x1 p1+0x0+1 d2x1; avg 3 s1x2 p0+1 ignore padding; max 3 s1 d1x2; global avg"),
    "branches": ((3, 12, 9), "conv 4 3x3 p1; [conv 4 3x3 p1; relu | same | conv 4 1x1] add; "
                 "[conv 2 1x1 | max 3x3 s1 p1] concat; [global avg; conv 6 1x1; sigmoid | same] multiply; fc 5"),
}  # fmt: skip


def made(*operations, constants=None, dims=(1, 3, 6, 5), output="out", version=17):
    """The bytes of a model of these nodes: (operator, inputs, outputs, attributes)."""
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, outputs, **told) for kind, inputs, outputs, told in operations], "small",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in (constants or {}).items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)


def agree(opened, model, input, within=1e-5):
    """Every value of the network that the file names is ONNX Runtime's; how many there are."""
    found = apart(opened, model, input)
    assert all(far <= within for far in found.values()), max(found, key=lambda name: found[name])
    return len(found)


@pytest.mark.parametrize("name", STACKS)
def test_every_value_of_a_network_from_a_file_is_that_of_onnxruntime(name):
    shape, text = STACKS[name]
    network = branched(shape, text)
    parameters = some_parameters(network, 3)
    input = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    model = written(network, parameters, input)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped and opened.network.input_shape == shape
    assert agree(opened, model, input) >= len(network.rows)


@pytest.mark.parametrize("name", SMALL)
def test_every_value_of_the_networks_that_the_onnx_package_brings_is_that_of_onnxruntime(name, monkeypatch):
    monkeypatch.setattr(onnx_file, "MOST_BYTES", 200_000_000)  # ResNet-50 has 102 MB
    rng = np.random.default_rng(2)
    model = weighted(name, rng)
    opened = open_network(graph_bytes := model.SerializeToString())
    assert not opened.stopped and len(graph_bytes) > 1e6
    assert len(opened.classes) == 1000 and opened.classes[0].startswith("tench")
    input = rng.standard_normal(opened.network.input_shape).astype(np.float32)
    assert agree(opened, model, input, 1e-4) == len(opened.network.rows) > 60


# --- operators one by one ---

X, Y = np.array([0.5, -1, 2], np.float32), np.array([[[[2]], [[3]], [[-4]]]], np.float32)
WHOLE = {name: np.array(numbers, np.int64) for name, numbers in {
    "zero": 0, "one": 1, "two": 2, "ones": [1], "minus": [-1], "sides": [2, 3], "rows": [1, 15, 2], "keep": [0, -1],
    "cut": [1, 2], "parts": [1, 2], "border": [0, 0, 1, 0, 0, 0, 2, 3],
    "around": [0, 1, 1, 0, 0, 2, 0, 3], "steps": [2], "channels": [0, 2],
}.items()}  # fmt: skip
SINGLE = {
    "less": [("Sub", ["in", "y"], ["out"], {})],
    "taken from": [("Sub", ["y", "in"], ["out"], {})],
    "of two": [("Relu", ["in"], ["a"], {}), ("Sub", ["in", "a"], ["out"], {})],
    "over": [("Div", ["in", "y"], ["out"], {})],
    "times one number": [("Mul", ["half", "in"], ["out"], {})],
    "shape": [("Shape", ["in"], ["s"], {}), ("Gather", ["s", "zero"], ["n"], {"axis": 0}),
              ("Unsqueeze", ["n", "zero"], ["ns"], {}), ("Concat", ["ns", "minus"], ["to"], {"axis": 0}),
              ("Reshape", ["in", "to"], ["out"], {})],
    "reshape": [("Reshape", ["in", "keep"], ["out"], {})],
    "transposed": [("Transpose", ["in"], ["out"], {"perm": [0, 2, 3, 1]})],
    "mirrored": [("Transpose", ["in"], ["out"], {"perm": [0, 3, 2, 1]})],
    "shuffled": [("Reshape", ["in", "five"], ["a"], {}), ("Transpose", ["a"], ["b"], {"perm": [0, 2, 1, 3, 4]}),
                 ("Reshape", ["b", "four"], ["out"], {})],
    "slice": [("Slice", ["in", "ones", "rows2", "two1", "steps"], ["out"], {})],
    "maps": [("Slice", ["in", "ones", "many", "ones"], ["out"], {})],
    "split": [("Split", ["in", "parts"], ["a", "b"], {"axis": 1}), ("Mul", ["b", "half"], ["out"], {})],
    "zeros behind": [("Concat", ["in", "zeros", "zeros"], ["out"], {"axis": 1})],
    "zeros in front": [("Concat", ["zeros", "in", "in"], ["out"], {"axis": 1})],
    "gather": [("Gather", ["in", "channels"], ["out"], {"axis": 1})],
    "one of": [("Gather", ["in", "one"], ["out"], {"axis": 2})],
    "pad": [("Pad", ["in", "border"], ["out"], {})],
    "pad maps": [("Pad", ["in", "around"], ["out"], {})],
    "mirror": [("Pad", ["in", "border"], ["out"], {"mode": "reflect"})],
    "mean": [("ReduceMean", ["in"], ["out"], {"axes": [2, 3], "keepdims": 0})],
    "squeezed": [("GlobalAveragePool", ["in"], ["a"], {}), ("Squeeze", ["a", "sides"], ["out"], {})],
    "cast": [("Cast", ["in"], ["out"], {"to": 1})],
    "clip": [("Clip", ["in", "nought"], ["out"], {})],
    "matrix": [("Flatten", ["in"], ["a"], {}), ("MatMul", ["a", "m"], ["b"], {}), ("Add", ["b", "x2"], ["out"], {})],
    "gemm": [("Flatten", ["in"], ["a"], {}), ("Gemm", ["a", "m", "x2"], ["out"], {"alpha": 0.5, "beta": 2.0})],
    "gelu": [("Div", ["in", "root"], ["a"], {}), ("Erf", ["a"], ["b"], {}), ("Add", ["b", "unit"], ["c"], {}),
             ("Mul", ["in", "c"], ["d"], {}), ("Mul", ["d", "half"], ["out"], {})],
    "last axis": [("Transpose", ["in"], ["a"], {"perm": [0, 2, 3, 1]}), ("MatMul", ["a", "k"], ["b"], {}),
                  ("Add", ["b", "x2"], ["c"], {}), ("Mul", ["c", "x2"], ["d"], {}),
                  ("Transpose", ["d"], ["out"], {"perm": [0, 3, 1, 2]})],
    "last of two": [("Reshape", ["in", "tokens"], ["a"], {}), ("MatMul", ["a", "k"], ["b"], {}),
                    ("Add", ["x2", "b"], ["out"], {})],
    "places": [("Add", ["in", "plane"], ["a"], {}), ("Mul", ["a", "volume"], ["b"], {}),
               ("Sub", ["volume", "b"], ["c"], {}), ("Div", ["c", "plane"], ["out"], {})],
    "strided": [("Reshape", ["in", "minus"], ["a"], {}), ("Gather", ["a", "places"], ["b"], {}),
                ("Relu", ["b"], ["c"], {}), ("Reshape", ["c", "minus"], ["d"], {}),
                ("Reshape", ["d", "four"], ["out"], {})],
    "columns": [("Add", ["in", "across"], ["out"], {})],
    "over each other": [("Exp", ["in"], ["a"], {}), ("Div", ["in", "a"], ["b"], {}), ("Div", ["half", "a"], ["c"], {}),
                        ("Sub", ["b", "c"], ["out"], {})],
    "by hand": [("ReduceMean", ["in"], ["mm"], {"axes": [1]}), ("Sub", ["in", "mm"], ["a"], {}),
                ("Pow", ["a", "square"], ["b"], {}), ("ReduceMean", ["b"], ["v"], {"axes": [1]}),
                ("Add", ["v", "half"], ["e"], {}), ("Sqrt", ["e"], ["s"], {}), ("Div", ["a", "s"], ["n"], {}),
                ("Mul", ["n", "y"], ["out"], {})],
    "attention": [("ReduceMax", ["in"], ["mm"], {"axes": [1]}), ("ReduceMean", ["in"], ["n"], {"axes": [-3]}),
                  ("Concat", ["mm", "n"], ["a"], {"axis": 1}), ("ReduceSum", ["a", "ones"], ["b"], {}),
                  ("Sigmoid", ["b"], ["c"], {}), ("Mul", ["c", "in"], ["out"], {})],
    "largest": [("ReduceMax", ["in"], ["out"], {"axes": [2, 3], "keepdims": 0})],
    "least": [("ReduceMin", ["in"], ["out"], {"axes": [3]})],
    "long": [("ReduceL2", ["in"], ["out"], {"axes": [2, 3]})],
    "bounds": [("Max", ["half", "in", "root"], ["a"], {}), ("Min", ["a", "square"], ["b"], {}),
               ("Sub", ["b", "root"], ["c"], {}), ("Max", ["c", "nought"], ["out"], {})],
    "functions": [("Abs", ["in"], ["a"], {}), ("Log", ["a"], ["b"], {}), ("Neg", ["b"], ["c"], {}),
                  ("Reciprocal", ["c"], ["out"], {})],
    "again": [("ReduceMean", ["in"], ["mm"], {"axes": [2, 3]}), ("Shape", ["in"], ["s"], {}),
              ("Expand", ["mm", "s"], ["e"], {}), ("Add", ["e", "in"], ["out"], {})],
    "half of its size": [("Shape", ["in"], ["s"], {}), ("Slice", ["s", "two1", "four1"], ["hw"], {}),
                         ("Div", ["hw", "twos"], ["h"], {}), ("Equal", ["h", "three1"], ["t"], {}),
                         ("Where", ["t", "h", "minus"], ["ww"], {}), ("Concat", ["keep2", "ww"], ["to"], {"axis": 0}),
                         ("Slice", ["in", "noughts", "h", "axes"], ["p"], {}), ("Reshape", ["p", "to"], ["out"], {})],
    "same": [("Conv", ["in", "w"], ["out"], {"auto_pad": "SAME_UPPER", "strides": [2, 2]})],
    "same below": [("Conv", ["in", "w"], ["out"], {"auto_pad": "SAME_LOWER", "strides": [2, 1]})],
    "valid": [("MaxPool", ["in"], ["out"], {"auto_pad": "VALID", "kernel_shape": [2, 3]})],
}  # fmt: skip
CONSTANTS = {
    **WHOLE, "y": Y, "half": np.float32(0.5), "five": np.array([1, 3, 1, 6, 5]), "four": np.array([1, 3, 6, 5]),
    "many": np.array([2**62]), "rows2": np.array([6]), "two1": np.array([2]), "nought": np.float32(0),
    "m": np.random.default_rng(4).standard_normal((90, 4)).astype(np.float32), "x2": np.float32([1, 2, 3, 4]),
    "places": np.arange(90).reshape(1, 9, 2, 5), "zeros": np.zeros((1, 2, 6, 5), np.float32),
    "root": np.float32(np.sqrt(2)), "unit": np.float32(1),
    "square": np.float32(2), "tokens": np.array([1, 30, 3]), "three1": np.array([3]), "four1": np.array([4]),
    "twos": np.array([2, 2]), "keep2": np.array([0, 3]), "noughts": np.array([0, 0]), "axes": np.array([2, 3]),
    "k": np.random.default_rng(3).standard_normal((3, 4)).astype(np.float32), "across": np.arange(5, dtype=np.float32),
    "plane": np.random.default_rng(1).uniform(0.5, 2, (6, 5)).astype(np.float32),
    "volume": np.random.default_rng(2).standard_normal((1, 3, 6, 5)).astype(np.float32),
    "w": np.random.default_rng(5).standard_normal((2, 3, 3, 2)).astype(np.float32),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_an_operator_does_what_onnxruntime_does(name):
    model = made(*SINGLE[name], constants=CONSTANTS)
    opened = open_network(model.SerializeToString())
    assert not opened.stopped
    input = np.random.default_rng(6).standard_normal((3, 6, 5)).astype(np.float32)
    (expected,) = run(model, input)
    found = opened.network.output(input, opened.parameters)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-6)


def test_a_matrix_at_every_place_is_a_convolution_between_two_turns_that_are_left_out():
    opened = open_network(made(*SINGLE["last axis"], constants=CONSTANTS).SerializeToString())
    assert [layer.name for layer in opened.network.layers] == ["CONV 1 × 1", "SCALE", "SCALE"]
    assert opened.network.shapes[-1] == (4, 6, 5)


def test_what_is_worked_out_stays_within_bounds():
    """Each of these would take gigabytes, of a file of a few hundred bytes."""
    wide, high = np.zeros((1, 2**13), np.float32), np.zeros((2**13, 1), np.float32)
    for operations, sentence in (
        ([("Add", ["wide", "high"], ["a"], {})], "up to 16,777,216 open here"),
        ([("Range", ["zero", "far", "one"], ["a"], {})], "it counts more than 16,777,216 numbers"),
        ([("Expand", ["half", "sizes"], ["a"], {})], "up to 134,217,728 numbers open here"),
        ([("ConstantOfShape", ["empty"], ["a"], {})], "up to 134,217,728 numbers open here"),
        ([("ConstantOfShape", ["row"], ["r"], {}), ("Neg", ["r"], ["n"], {}), ("Neg", ["n"], ["a"], {})],
         "more than 16,777,216 numbers are worked out that the file could hold"),
    ):  # fmt: skip
        constants = {**CONSTANTS, "wide": wide, "high": high, "far": np.array(2**62), "sizes": np.array([2**40, 2]),
                     "empty": np.array([0, 2**62]), "row": np.array([2**23 + 1])}  # fmt: skip
        with pytest.raises(NetworkError, match=re.escape(sentence)):
            open_network(made(*operations, ("Mul", ["in", "a"], ["out"], {}), constants=constants).SerializeToString())


def test_groups_of_maps_are_shuffled():
    constants = {"five": np.array([1, 2, 3, 4, 5]), "four": np.array([1, 6, 4, 5])}
    model = made(*SINGLE["shuffled"], constants=constants, dims=(1, 6, 4, 5))
    opened = open_network(model.SerializeToString())
    input = np.arange(120, dtype=np.float32).reshape(6, 4, 5)
    np.testing.assert_array_equal(opened.network.output(input, opened.parameters), run(model, input)[0])
    assert opened.network.rows[-1].output_shape == (6, 4, 5)


# --- what is told of it ---


def test_levels_become_numbers_from_0_to_1_as_the_network_takes_them():
    levels = np.random.default_rng(7).integers(0, 256, (3, 6, 5)).astype(np.uint8)
    usual = open_network(made(("Relu", ["in"], ["out"], {})).SerializeToString())
    np.testing.assert_allclose(usual.prepare(levels), levels / 255, rtol=1e-6)
    with pytest.raises(CnnvizError, match="3 × 6 × 5"):
        usual.prepare(levels[:, :5])
    # What comes last stays so where it does not turn first: levels from -1 to 1, as TensorFlow has them.
    last = made(("Identity", ["in"], ["a"], {}), ("Relu", ["a"], ["out"], {}), dims=(1, 6, 5, 3))
    opened = open_network(last.SerializeToString())
    assert opened.network.input_shape == (6, 5, 3)
    np.testing.assert_allclose(opened.maps(levels)[0], np.moveaxis(levels, 0, -1) / 127.5 - 1, atol=1e-6)


TURNS = {
    "a transpose": [("Transpose", ["in"], ["t"], {"perm": [0, 3, 1, 2]})],
    "three steps": [("Reshape", ["in", "rows"], ["r"], {}), ("Transpose", ["r"], ["s"], {"perm": [0, 2, 1]}),
                    ("Reshape", ["s", "back"], ["t"], {})],
}  # fmt: skip


@pytest.mark.parametrize("name", TURNS)
def test_a_picture_that_is_turned_at_the_door_is_given_turned(name):
    """Its units' receptive fields are then told on the picture, and its numbers are those of ONNX Runtime."""
    arrays = {"rows": np.array([1, 30, 3], np.int64), "back": np.array([1, 3, 6, 5], np.int64)}
    pool = ("AveragePool", ["t"], ["out"], {"kernel_shape": [3, 2]})
    model = made(*TURNS[name], pool, dims=(1, 6, 5, 3), constants=arrays)
    opened = open_network(model.SerializeToString())
    assert opened.network.input_shape == (3, 6, 5) and len(opened.network.rows) == 1
    assert [field.size for field in opened.network.rows[0].fields] == [3, 2]
    levels = np.random.default_rng(7).integers(0, 256, (3, 6, 5)).astype(np.uint8)
    expected = run(model, np.moveaxis(levels, 0, -1).astype(np.float32) / 127.5 - 1)[0]
    np.testing.assert_allclose(opened.maps(levels)[-1], expected.reshape(3, 4, 4), atol=1e-5)


def test_a_picture_that_is_turned_and_read_unturned_too_stays_as_the_file_has_it():
    model = made(*TURNS["a transpose"], ("Relu", ["t"], ["r"], {}), ("Transpose", ["r"], ["b"], {"perm": [0, 2, 3, 1]}),
                 ("Add", ["in", "b"], ["out"], {}), dims=(1, 6, 5, 3))  # fmt: skip
    opened = open_network(model.SerializeToString())
    assert opened.network.input_shape == (6, 5, 3) and len(opened.network.rows) > 2


def test_a_size_that_is_free_is_guessed():
    opened = open_network(made(("Relu", ["in"], ["out"], {}), dims=("N", 3, "height", "width")).SerializeToString())
    assert opened.network.input_shape == (3, 224, 224)


def test_softmax_at_the_end_is_what_probabilities_are():
    model = made(("Flatten", ["in"], ["a"], {}), ("Softmax", ["a"], ["out"], {"axis": 1}))
    opened = open_network(model.SerializeToString())
    input = np.random.default_rng(8).standard_normal((3, 6, 5)).astype(np.float32)
    found = opened.probabilities(opened.network.output(input, opened.parameters))
    np.testing.assert_allclose(found, run(model, input)[0], rtol=1e-5)


# --- files that come along ---


def outside(folder, location="weights.bin"):
    """A convolution whose weights lie in a file of their own, as PyTorch writes it: the file, and the other."""
    weight = np.random.default_rng(9).standard_normal((4, 3, 3, 3)).astype(np.float32)
    model = made(("Conv", ["in", "weight"], ["out"], {}), constants={"weight": weight})
    external_data_helper.convert_model_to_external_data(model, location="weights.bin", size_threshold=0)
    onnx.save(model, folder / "model.onnx")
    model = onnx.load(folder / "model.onnx", load_external_data=False)
    (tensor,) = model.graph.initializer
    next(entry for entry in tensor.external_data if entry.key == "location").value = location
    return model, (folder / "weights.bin").read_bytes(), weight


@pytest.mark.parametrize("location", ["weights.bin", "../../etc/weights.bin", "C:\\models\\weights.bin"])
def test_weights_in_a_file_of_their_own_are_found_by_its_base_name(tmp_path, location):
    model, data, weight = outside(tmp_path, location)
    opened = open_network(model.SerializeToString(), {"weights.bin": data, "other.bin": b"1234"})
    np.testing.assert_array_equal(opened.parameters[0]["weight"], weight)


def test_weights_that_did_not_come_along_are_asked_for(tmp_path):
    model, data, _ = outside(tmp_path, "../../etc/hostname")
    with pytest.raises(NetworkError, match=r"file of their own, hostname: choose both files together"):
        open_network(model.SerializeToString())
    with pytest.raises(NetworkError, match=r"hostname has 431 bytes, and weight is said to end behind them"):
        open_network(model.SerializeToString(), {"hostname": data[:-1]})


# --- what does not open ---

W = {"w": np.ones((2, 3, 3, 3), np.float32)}
IF = helper.make_graph([helper.make_node("Relu", ["in"], ["b"])], "branch", [], [onnx.ValueInfoProto(name="b")])
REFUSED = {
    "The file is empty.": b"",
    "The file is no ONNX network.": b"\x89PNG\r\n\x1a\n" + bytes(40),
    ".pt, .pth or .keras file": b"PK\x03\x04" + bytes(100),
    "a pickle, which can run code": b"\x80\x04\x95" + bytes(100),
    "Node 1, called out, is Det: this operator does not open here.": made(("Det", ["in"], ["out"], {})),
    "Node 1, called out, is Relu: it reads b, which nothing makes.": made(("Relu", ["b"], ["out"], {})),
    "Node 1, If, runs a network of its own": made(("If", ["in"], ["out"], {"then_branch": IF, "else_branch": IF})),
    "does not depend on the picture": made(("Constant", [], ["out"], {"value_float": 1.0})),
    "its pads are (-1, 0, 0, 0)": made(("Conv", ["in", "w"], ["out"], {"pads": [-1, 0, 0, 0]}), constants=W),
    "and 7 come in": made(("Conv", ["in", "w"], ["out"], {}), constants=W, dims=(1, 7, 6, 5)),
    "the map before it is only 2 × 2": made(("Conv", ["in", "w"], ["out"], {}), constants=W, dims=(1, 3, 2, 2)),
    "numbers of one picture; up to": made(("Conv", ["in", "w"], ["out"], {"pads": [50_000] * 4}), constants=W),
    "up to 134,217,728 numbers open here": made(
        ("ConstantOfShape", ["s"], ["a"], {}), ("Mul", ["in", "a"], ["out"], {}), constants={"s": np.array([2**40, 9])}
    ),
    "the batch stays in front": made(("Transpose", ["in"], ["out"], {"perm": [1, 0, 2, 3]})),
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_does_not_open_says_why(sentence):
    model = REFUSED[sentence]
    with pytest.raises(NetworkError, match=re.escape(sentence)) as refused:
        open_network(model if isinstance(model, bytes) else model.SerializeToString())
    assert str(refused.value).endswith((".", ")")) and "0x" not in str(refused.value)


def test_a_network_goes_as_far_as_it_opens():
    model = made(("Relu", ["in"], ["a"], {}), ("Det", ["a"], ["b"], {}), ("Relu", ["b"], ["out"], {}))
    opened = open_network(model.SerializeToString())
    assert opened.network.names == ("a",)
    assert opened.stopped == "Node 2, called b, is Det: this operator does not open here."


def test_a_ring_is_refused():
    model = made(("Add", ["in", "b"], ["a"], {}), ("Relu", ["a"], ["b"], {}), ("Relu", ["b"], ["out"], {}))
    with pytest.raises(NetworkError, match="reads b, which nothing makes"):
        open_network(model.SerializeToString())


def test_damaged_networks_open_or_are_refused_in_a_sentence():
    """Some of bench/damaged_networks.py's, and files of every operator here."""
    rng, small = np.random.default_rng(10), [made(*operations, constants=CONSTANTS) for operations in SINGLE.values()]
    files = [(data, others) for _, data, others in damaged(seed=2, first=0, count=300)]
    for number in range(900):
        data = small[number % len(small)].SerializeToString()
        files.append((hurt(data, np.arange(0), rng) if number % 3 else rewritten(data, rng), {}))
    opened = 0
    for data, others in files:
        try:
            network = open_network(data, others).network
            if not network.over_budget:
                network.forward(np.zeros(network.input_shape, np.float32), open_network(data, others).parameters)
            opened += 1
        except CnnvizError as refused:
            assert str(refused).endswith((".", ")")) and "Traceback" not in str(refused)
    assert 0.2 * len(files) < opened < 0.8 * len(files)


# --- written ---


def trained(network, seed=3, parameters=None, **told):
    """A network with parameters, the classes by number."""
    names, parameters = network.names, parameters or some_parameters(network, seed)
    classes = tuple(map(str, range(int(np.prod(network.shapes[-1])))))
    return Trained(**{"name": "Small", "network": network, "parameters": parameters, "names": names,
                      "classes": classes, "prepare": lambda levels: levels / np.float32(255), **told})  # fmt: skip


def some_input(network, seed=1):
    return np.random.default_rng(seed).standard_normal(network.input_shape).astype(np.float32)


def agrees(net, input, within=1e-5):
    """The file is one, ONNX Runtime finds every value in it as the network does, and so does the file opened."""
    data = write_network(net)
    model = onnx.ModelProto.FromString(data)
    onnx.checker.check_model(model, full_check=True)
    maps, found = net.network.forward(input, net.parameters), every_value(model, input)
    opened = open_network(data)
    assert not opened.stopped and opened.network.input_shape == net.network.input_shape
    reopened = dict(zip(opened.network.names, opened.network.forward(input, opened.parameters)[1:], strict=True))
    for name, map in zip(net.network.names, maps[1:], strict=True):
        least = within * max(np.abs(map).max(), 1e-30)
        assert found[name].shape == map.shape, name
        assert np.abs(found[name] - map).max() <= least, name
        if name in reopened:  # a part that is all there is no node of its own
            assert np.abs(reopened[name].reshape(-1) - map.reshape(-1)).max() <= least, name
    assert np.abs(opened.network.output(input, opened.parameters).reshape(-1) - maps[-1].reshape(-1)).max() <= least
    return opened


@pytest.mark.parametrize(("shape", "stack"), every_kind(), ids=lambda given: len(given))
def test_every_kind_of_layer_is_written_so_that_onnxruntime_finds_the_same(shape, stack):
    network = Network(shape, stack)
    agrees(trained(network), some_input(network))


@pytest.mark.parametrize("name", STACKS)
def test_a_network_with_branches_is_written(name):
    network = branched(*STACKS[name])
    opened = agrees(trained(network), some_input(network))
    assert {*network.names} <= {*opened.network.names}


def behind(shape, *stack):
    return Network(shape, stack)


JOINED = Node("halves", layers.Concat(), ("both", "bands"))
MAPS = (4, 9, 8)
WRITTEN = {
    **{f"border {mode}": behind(MAPS, layers.Conv2d(3, (3, 2), (1, 2), ((2, 1), (0, 3)), padding_mode=mode))
       for mode in ("zeros", "reflect", "replicate", "circular")},
    **{f"pad {mode}": behind(MAPS, layers.Pad(((2, 1), (0, 3)), mode), layers.Conv2d(2, 3))
       for mode in ("zeros", "reflect", "replicate", "circular")},
    **{key: behind(MAPS, layers.Activate(key), layers.Linear(5), layers.Activate(key)) for key in ACTIVATIONS},
    **{f"transposed {axes}": behind(MAPS, layers.Transpose(axes), layers.Conv2d(2, 3))
       for axes in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 1, 2))},
    **{f"sliced {axis}": behind(MAPS, layers.Slice(axis, 1, 4, 2), layers.Conv2d(2, 1)) for axis in range(3)},
    "reshaped": behind(MAPS, layers.Reshape((8, 12, 3)), layers.Conv2d(3, 2), layers.Reshape((66,)), layers.Linear(4)),
    "rows": behind((18,), layers.Slice(0, 2, 16, 3), layers.BatchNorm2d(0.01), layers.LocalResponseNorm(3, 0.5),
                   layers.Scale(), layers.Reshape((5, 1, 1)), layers.Conv2d(3, 1)),
    "maps of zeros": behind(MAPS, layers.PadMaps(1, 2), layers.Conv2d(2, 3), layers.Reshape((84,)),
                            layers.PadMaps(2, 0)),
    "scaled": behind(MAPS, layers.Scale(), layers.Linear(5), layers.Scale()),
    "dropped": behind(MAPS, layers.Dropout(0.3), layers.Same(), layers.Concat()),
    "beginning in the padding": behind(MAPS, layers.AvgPool2d(3, (4, 5), 1, True), layers.MaxPool2d(1, 2, 0, True)),
    "some links": behind(MAPS, layers.PartialConv2d(((0, 2), (1,), (0, 1, 2, 3)), (3, 2), ((1, 0), 2))),
    "blocks": behind(MAPS, layers.Subsample((2, 3))),
    "stamps": behind(MAPS, layers.ConvTranspose2d(6, (3, 2), (2, 3), ((1, 0), (0, 2)), (1, 2), 2),
                     layers.ConvTranspose2d(2, (1, 3), dilation=(1, 2), bias=False)),
    "parts": behind(MAPS, *map(layers.Elementary, ("erf", "abs")), layers.Offset(), layers.Elementary("exp"),
                    layers.Elementary("log"), layers.Gain(), layers.Linear(4), layers.Offset(), layers.Gain()),
    "powers": behind(MAPS, layers.Power(2), layers.Power(0.5), layers.Power(1.5), layers.Power(-1), layers.Power(3)),
    "again": behind(MAPS, layers.Slice(0, 1, 2), layers.Repeat((6, 9, 8)), layers.GlobalAvgPool(),
                    layers.Repeat((6, 3, 4))),
    "distances": behind((3, 4, 5), layers.Rbf(7)),
    "one branch": behind(MAPS, layers.Add(1), layers.Multiply(2), layers.Add(2)),
    "spread": Graph(MAPS, (
        Node("mean", layers.GlobalAvgPool(), (INPUT,)),
        Node("both", layers.Add(3), ("mean", INPUT, INPUT)),
        Node("bands", layers.Multiply(3), (INPUT, "mean", "both")),
        JOINED,
        Node("twice", layers.Multiply(2), ("halves", "halves")),
    )),
    "alike in name": Graph(MAPS, (
        Node("picture", layers.Pad(1), (INPUT,)),
        Node("a", layers.Conv2d(2, 3, padding=1, padding_mode="reflect"), ("picture",)),
        Node("a, padded", layers.Activate("relu"), ("a",)),
        Node("a.weight", layers.Conv2d(2, 3, padding=1, padding_mode="reflect"), ("a, padded",)),
        Node("×, \u2211 / conv 3 × 3", layers.Same(), ("a.weight",)),
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_every_way_to_write_a_layer(name):
    network = WRITTEN[name]
    agrees(trained(network), some_input(network))


def test_batch_norm_without_statistics_is_written_with_those_of_the_start():
    network = behind(MAPS, layers.BatchNorm2d(0.1))
    agrees(trained(network, parameters=network.initial(0)), some_input(network))


@pytest.mark.parametrize("far", [0, 1, 100])
def test_distances_keep_their_digits(far):
    """Codes at which the input nearly is: |x|² - 2 x · code + |code|² would have lost them."""
    network, rng = behind((84,), layers.Rbf(3)), np.random.default_rng(2)
    codes = (rng.choice([-1, 1], (3, 84)) + far).astype(np.float32)
    near = codes[1] + 1e-3 * rng.standard_normal(84).astype(np.float32)
    net = trained(network, parameters=[{"codes": codes[[1, 1, 1]] + np.float32([[0], [1e-3], [2e-3]])}])
    agrees(net, near)
    agrees(trained(network, parameters=[{"codes": np.abs(codes).astype(np.uint8)}]), near)


@pytest.mark.parametrize("name", ["lenet5", "lenet5_1998", "squeezenet"])
def test_the_models_are_written(name):
    net = getattr(models, name)()
    rng = np.random.default_rng(3)
    levels = rng.integers(0, 256, (28, 28) if "lenet" in name else (3, 227, 227)).astype(np.uint8)
    opened = agrees(net, net.prepare(levels))
    model = onnx.ModelProto.FromString(data := write_network(net))
    assert (model.graph.name, model.doc_string) == (net.name, net.source)
    assert [one.version for one in model.opset_import] == [17] and model.ir_version == 8
    assert model.graph.input[0].name == "picture" and [one.name for one in model.graph.output] == [net.names[-1]]
    assert [value for node in model.graph.node for value in node.output if ", " not in value] == [*net.names]
    assert opened.name == net.name and opened.classes == net.classes
    assert sum(map(len, (one.raw_data for one in model.graph.initializer))) > 0.95 * len(data)


@pytest.mark.parametrize("name", ["lenet5", "lenet5_1998"])
def test_a_lenet_written_and_opened_and_written_again_has_the_same_weights(name):
    net = getattr(models, name)()
    opened = open_network(write_network(net))
    again = open_network(write_network(opened))
    assert again.network == opened.network
    for one, other in zip(opened.parameters, again.parameters, strict=True):
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])
    named = dict(zip(opened.network.names, opened.parameters, strict=True))
    for layer, title, own in zip(net.network.layers, net.names, net.parameters, strict=True):
        for key in own if layer.kind in ("CONV", "FC") else ():
            expected = own[key]
            if key == "weight" and layer.reads_in((6, 14, 14)) == 0:  # where there is no link, nothing was read
                expected = np.where(layer.links(6), expected, 0)
            np.testing.assert_array_equal(named[title][key], expected)


def test_settings_come_back_as_they_were():
    """What float32 rounds is read as it was written."""
    stack = (layers.Conv2d(4, 3, padding=1), layers.BatchNorm2d(1e-12), layers.LocalResponseNorm(3, 0.3, 0.7, 1e-12),
             layers.Dropout(0.3), layers.MaxPool2d(3, 2, (1, 0), True), layers.Linear(3))  # fmt: skip
    opened = open_network(write_network(trained(Network((2, 9, 10), stack))))
    assert opened.network.layers == (*stack[:-1], layers.Reshape((100,)), stack[-1])


REFUSED_TO_WRITE = {
    "Layer 1 cannot be written: LRN 4: a file's LRN looks at an odd number of maps; 4 is even.": (
        behind(MAPS, layers.LocalResponseNorm(4))
    ),
    "larger than a file's whole numbers": behind(MAPS, layers.MaxPool2d(2, 10**30)),
    "too large for float32": behind(MAPS, layers.LocalResponseNorm(3, 1e300)),
    "The network has no layers": Graph(MAPS, ()),
}


@pytest.mark.parametrize("sentence", REFUSED_TO_WRITE)
def test_what_cannot_be_written_says_why(sentence):
    with pytest.raises(NetworkError, match=re.escape(sentence)):
        write_network(trained(REFUSED_TO_WRITE[sentence], parameters=[{}] * len(REFUSED_TO_WRITE[sentence].rows)))


def test_no_more_is_written_than_a_file_holds(monkeypatch):
    monkeypatch.setattr(writing, "MOST_NUMBERS", 400)
    network = behind(MAPS, layers.Linear(1), layers.Linear(200))
    with pytest.raises(NetworkError, match=r"Layer 2 cannot be written: the network has more numbers than a file"):
        write_network(trained(network))
    with pytest.raises(CnnvizError, match="weight"):
        write_network(trained(network, parameters=[{}, {}]))


def test_names_that_no_file_has_become_others():
    chain = ["\ud800", "\x00", "\x01", "x" * 300, "x" * 299, "v"]
    named = zip(chain, [INPUT, *chain])
    network = Graph(MAPS, tuple(Node(name, layers.Activate("relu"), (before,)) for name, before in named))
    net = trained(network, name="", source="\ud800 first\nsecond")
    opened = open_network(data := write_network(net))
    assert len({*opened.network.names}) == len(chain) and opened.name == "network"
    assert onnx.ModelProto.FromString(data).doc_string == "? first\nsecond"
