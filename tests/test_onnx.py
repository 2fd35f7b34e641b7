"""Networks from files: every value of a stranger's ONNX is ONNX Runtime's, and what does not open says why."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats import open_network, opening
from cnnviz.graph import Graph
from cnnviz.layers.typed import nodes
from stacks import branched, run, some_parameters, written

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"
# Those whose weights, which their files make by ConstantOfShape, are small enough for a test.
NETWORKS = ("squeezenet", "shufflenet", "inception_v1", "inception_v2", "resnet50", "densenet121")

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


def every_value(model, input):
    """What each node makes of an input, by the name of its value: ONNX Runtime's."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    there = {told.name for told in model.graph.output}
    named = [name for node in model.graph.node for name in node.output if name and name not in there]
    known = {one.name for one in model.graph.initializer}
    for name in named:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    return dict(zip((told.name for told in model.graph.output), run(model, input), strict=True))


def agree(opened, model, input, within=1e-5):
    """Every value of the network that the file names is ONNX Runtime's."""
    expected = every_value(model, input)
    maps = opened.network.forward(input.reshape(opened.network.input_shape), opened.parameters)
    compared = 0
    for name, map in zip(opened.network.names, maps[1:], strict=True):
        if name in expected:
            largest = max(np.abs(expected[name]).max(), 1e-30)
            assert np.abs(map.reshape(-1) - expected[name].reshape(-1)).max() <= within * largest, name
            compared += 1
    return compared


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


@pytest.mark.parametrize("name", NETWORKS)
def test_every_value_of_the_networks_that_the_onnx_package_brings_is_that_of_onnxruntime(name, monkeypatch):
    monkeypatch.setattr(opening, "MOST_BYTES", 200_000_000)  # ResNet-50 has 102 MB
    model, rng = onnx.load(LIGHT / f"light_{name}.onnx"), np.random.default_rng(2)
    graph = model.graph
    shapes = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    variances = {node.input[4] for node in graph.node if node.op_type == "BatchNormalization"}
    for node in [node for node in graph.node if node.op_type == "ConstantOfShape"]:  # random weights in place of ones
        shape = [int(size) for size in shapes[node.input[0]]]
        fan = max(1, int(np.prod(shape[1:])))
        values = rng.standard_normal(shape) * np.sqrt(2 / fan) if len(shape) > 1 else rng.uniform(-0.3, 1, shape)
        if node.output[0] in variances:
            values = rng.uniform(0.5, 1.5, shape)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), node.output[0]))
        graph.node.remove(node)
    read = {name for node in graph.node for name in node.input}
    for one in [one for one in graph.initializer if one.name not in read]:
        graph.initializer.remove(one)
    model.ir_version = 8
    for told in [told for told in graph.input if not told.name.split("/")[-1].startswith("data")]:
        graph.input.remove(told)
    opened = open_network(graph_bytes := model.SerializeToString())
    assert not opened.stopped and len(graph_bytes) > 1e6
    assert len(opened.classes) == 1000 and opened.classes[0].startswith("tench")
    input = rng.standard_normal(opened.network.input_shape).astype(np.float32)
    assert agree(opened, model, input, 1e-4) == len(opened.network.rows) > 60


# --- operators one by one ---

X, Y = np.array([0.5, -1, 2], np.float32), np.array([[[[2]], [[3]], [[-4]]]], np.float32)
WHOLE = {name: np.array(numbers, np.int64) for name, numbers in {
    "zero": 0, "one": 1, "two": 2, "ones": [1], "minus": [-1], "places": [2, 3], "rows": [1, 15, 2], "keep": [0, -1],
    "cut": [1, 2], "parts": [1, 2], "border": [0, 0, 1, 0, 0, 0, 2, 3], "steps": [2], "channels": [0, 2],
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
    "mirror": [("Pad", ["in", "border"], ["out"], {"mode": "reflect"})],
    "mean": [("ReduceMean", ["in"], ["out"], {"axes": [2, 3], "keepdims": 0})],
    "squeezed": [("GlobalAveragePool", ["in"], ["a"], {}), ("Squeeze", ["a", "places"], ["out"], {})],
    "cast": [("Cast", ["in"], ["out"], {"to": 1})],
    "clip": [("Clip", ["in", "nought"], ["out"], {})],
    "matrix": [("Flatten", ["in"], ["a"], {}), ("MatMul", ["a", "m"], ["b"], {}), ("Add", ["b", "x2"], ["out"], {})],
    "gemm": [("Flatten", ["in"], ["a"], {}), ("Gemm", ["a", "m", "x2"], ["out"], {"alpha": 0.5, "beta": 2.0})],
    "same": [("Conv", ["in", "w"], ["out"], {"auto_pad": "SAME_UPPER", "strides": [2, 2]})],
    "same below": [("Conv", ["in", "w"], ["out"], {"auto_pad": "SAME_LOWER", "strides": [2, 1]})],
    "valid": [("MaxPool", ["in"], ["out"], {"auto_pad": "VALID", "kernel_shape": [2, 3]})],
}  # fmt: skip
CONSTANTS = {
    **WHOLE, "y": Y, "half": np.float32(0.5), "five": np.array([1, 3, 1, 6, 5]), "four": np.array([1, 3, 6, 5]),
    "many": np.array([2**62]), "rows2": np.array([6]), "two1": np.array([2]), "nought": np.float32(0),
    "m": np.random.default_rng(4).standard_normal((90, 4)).astype(np.float32), "x2": np.float32([1, 2, 3, 4]),
    "zeros": np.zeros((1, 2, 6, 5), np.float32),
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
    last = made(("Transpose", ["in"], ["out"], {"perm": [0, 3, 1, 2]}), dims=(1, 6, 5, 3))
    opened = open_network(last.SerializeToString())
    assert opened.network.input_shape == (6, 5, 3)
    np.testing.assert_allclose(opened.maps(levels)[-1], levels / 255, rtol=1e-6)
    with pytest.raises(CnnvizError, match="6 × 5 × 3"):
        opened.prepare(levels[:, :5])


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


def test_a_thousand_damaged_files_open_or_are_refused_in_a_sentence():
    """Bytes changed, cut away and put in twice, in files of every operator."""
    rng = np.random.default_rng(10)
    shape, text = STACKS["branches"]
    network = Graph(shape, nodes(text))
    whole = written(network, some_parameters(network, 1), np.zeros(shape, np.float32))
    small = [made(*operations, constants=CONSTANTS).SerializeToString() for operations in SINGLE.values()]
    files, opened = [whole.SerializeToString(), *small], 0
    for number in range(1000):
        data = bytearray(files[number % len(files)])
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(len(data)))
            match rng.integers(4):
                case 0:
                    data[at] = int(rng.integers(256))
                case 1:
                    data[at] ^= 1 << int(rng.integers(8))
                case 2:
                    del data[at : at + int(rng.integers(1, 40))]
                case _:
                    data[at:at] = data[at : at + int(rng.integers(1, 40))]
        try:
            open_network(bytes(data))
            opened += 1
        except CnnvizError as refused:
            assert str(refused) and "Traceback" not in str(refused)
    assert 0 < opened < 1000
