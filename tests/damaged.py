"""Networks as files that something has happened to: bits flipped, bytes changed, parts cut away and put in twice.

Half of that happens among the weights, of which most bytes are, the other half in what says what they are for. Others
are whole, and say other sizes, operators and settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from cnnviz import models
from cnnviz.formats import write_network
from cnnviz.formats.onnx_operators import OPERATORS
from cnnviz.models import blazeface

OTHER = "weights.bin"
SHARES = {"BlazeFace": 0.7, "LeNet-5": 0.1, "SqueezeNet": 0.05, "two files": 0.15}


@dataclass(frozen=True)
class Whole:
    """A network's file, what comes along, and the places in it where no weights are."""

    data: bytes
    files: dict[str, bytes]
    places: np.ndarray


@cache
def whole(name: str) -> Whole:
    if name == "BlazeFace":
        return _whole(blazeface.FILE.read_bytes())
    if name == "SqueezeNet":
        return _whole(write_network(models.squeezenet()))
    data = write_network(models.lenet5())
    return _in_two(data) if name == "two files" else _whole(data)


def _whole(data: bytes) -> Whole:
    is_weight, at = np.zeros(len(data), bool), 0
    for tensor in onnx.ModelProto.FromString(data).graph.initializer:
        if len(tensor.raw_data) > 64 and (at := data.find(tensor.raw_data)) >= 0:
            is_weight[at : at + len(tensor.raw_data)] = True
    return Whole(data, {}, np.flatnonzero(~is_weight))


def _in_two(data: bytes) -> Whole:
    """The same with its arrays in a file of their own, as PyTorch writes them."""
    model, other = onnx.ModelProto.FromString(data), b""
    for tensor in model.graph.initializer:
        raw = tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", OTHER), ("offset", str(len(other))), ("length", str(len(raw)))):
            tensor.external_data.add(key=key, value=value)
        other += raw
    data = model.SerializeToString()
    return Whole(data, {OTHER: other}, np.arange(len(data)))


def damaged(seed: int, first: int, count: int) -> Iterator[tuple[str, bytes, dict[str, bytes]]]:
    """So many files from the first on: whose, the file, what comes along. The same seed and number make the same."""
    for number in range(first, first + count):
        rng = np.random.default_rng([seed, number])
        name = str(rng.choice([*SHARES], p=[*SHARES.values()]))
        intact = whole(name)
        if intact.files and rng.random() < 0.3:
            yield name, intact.data, {OTHER: hurt(intact.files[OTHER], np.arange(0), rng)}
        elif rng.random() < 0.4:
            yield name, rewritten(intact.data, rng), intact.files
        else:
            yield name, hurt(intact.data, intact.places, rng), intact.files


def hurt(data: bytes, places: np.ndarray, rng: np.random.Generator) -> bytes:
    """Bytes with one to three things done to them; half of them at one of the places, where there are any."""
    found = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        if not found:
            break
        at = int(rng.choice(places)) if len(places) and rng.random() < 0.5 else int(rng.integers(len(found)))
        at = min(at, len(found) - 1)
        match rng.integers(10):
            case 0 | 1 | 2:
                found[at] = int(rng.integers(256))
            case 3 | 4 | 5 | 6:
                found[at] ^= 1 << int(rng.integers(8))
            case 7:
                del found[at : at + int(rng.integers(1, 40))]
            case 8:
                found[at:at] = found[at : at + int(rng.integers(1, 40))]
            case _:
                if rng.random() < 0.3:
                    del found[at:]
                else:  # a whole number as large as there are
                    size = int(rng.integers(1, 10))
                    found[at : at + size] = b"\xff" * (size - 1) + b"\x7f"
    return bytes(found)


NUMBERS = (0, 1, -1, 2, 3, 7, -7, 100, 50_000, 2**20, 2**31, -(2**31), 2**62, -(2**63))


def rewritten(data: bytes, rng: np.random.Generator) -> bytes:
    """A file that is whole and says something else: other operators, inputs, sizes and settings, one to three."""
    model = onnx.ModelProto.FromString(data)
    graph = model.graph

    def one_of(row: Sequence) -> Any:
        return row[int(rng.integers(len(row)))]

    def number() -> int:
        return int(one_of(NUMBERS))

    for _ in range(rng.integers(1, 4)):
        node, tensor = one_of(graph.node), one_of(graph.initializer)
        match rng.integers(7):
            case 0:
                node.op_type = str(one_of(sorted(OPERATORS)))
            case 1:
                other = one_of(graph.node)
                node.input[int(rng.integers(len(node.input)))] = one_of([*other.output, *other.input])
            case 2 if tensor.dims:
                tensor.dims[int(rng.integers(len(tensor.dims)))] = number()
            case 3 if node.attribute:
                settings = one_of(node.attribute)
                settings.i = number()
                if settings.ints:
                    settings.ints[int(rng.integers(len(settings.ints)))] = number()
            case 4:
                array = np.array([number() for _ in range(rng.integers(0, 5))], np.int64)
                tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
            case 5:
                node.input.append(one_of(graph.initializer).name)
            case _:
                dims = graph.input[0].type.tensor_type.shape.dim
                one_of(dims).dim_value = min(abs(number()), 2**62)
    return model.SerializeToString()
