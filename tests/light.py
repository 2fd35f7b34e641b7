"""The onnx package's light networks, whose weights their files make all alike, with random ones; every value of each.

LARGE are those whose weights take up to 575 MB: bench/light_networks.py compares them too.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from stacks import run

FOLDER = Path(onnx.__file__).parent / "backend/test/data/light"
SMALL = ("squeezenet", "shufflenet", "inception_v1", "inception_v2", "resnet50", "densenet121")
LARGE = ("bvlc_alexnet", "zfnet512", "vgg19")


def weighted(name: str, rng: np.random.Generator) -> onnx.ModelProto:
    """One of them with random weights in place of ones."""
    model = onnx.load(FOLDER / f"light_{name}.onnx")
    graph = model.graph
    shapes = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    variances = {node.input[4] for node in graph.node if node.op_type == "BatchNormalization"}
    for node in [node for node in graph.node if node.op_type == "ConstantOfShape"]:
        shape = [int(size) for size in shapes[node.input[0]]]
        if len(shape) > 1:
            values = rng.standard_normal(shape, np.float32) * np.float32(np.sqrt(2 / max(1, np.prod(shape[1:]))))
        else:
            values = rng.uniform(*(0.5, 1.5) if node.output[0] in variances else (-0.3, 1), shape).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
        graph.node.remove(node)
    read = {name for node in graph.node for name in node.input}
    for one in [one for one in graph.initializer if one.name not in read]:
        graph.initializer.remove(one)
    model.ir_version = 8
    for told in [told for told in graph.input if not told.name.split("/")[-1].startswith("data")]:
        graph.input.remove(told)
    return model


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


def in_turn(*calls: Callable[[], object], rounds: int = 10) -> list[float]:
    """The seconds of each, in turn, after one round: medians."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(1 + rounds):
        for call, taken in zip(calls, times):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[1:]) for taken in times]


def apart(opened, model, input):
    """How far each value that the file names is from ONNX Runtime's, in its largest number, by name.

    input  as the network reads it; where the file's has the channels last, it is given to ONNX Runtime so
    """
    dims = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim][1:]
    is_turned = len(dims) == 3 and input.shape == (dims[2], *dims[:2]) != tuple(dims)
    expected = every_value(model, np.moveaxis(input, 0, -1) if is_turned else input)
    maps = opened.network.forward(input.reshape(opened.network.input_shape), opened.parameters)
    found = {}
    for name, map in zip(opened.network.names, maps[1:], strict=True):
        if name in expected:
            far = np.abs(map.reshape(-1) - expected[name].reshape(-1)).max()
            found[name] = float(far / max(np.abs(expected[name]).max(), 1e-30))
    return found
