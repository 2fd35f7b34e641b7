"""`open_network`: a stranger's file as a network that runs here, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError, CnnvizError, NetworkError
from cnnviz.formats.onnx_file import Dims, Model, Operation, read_model
from cnnviz.formats.onnx_graph import Building, Call, Flow, inner, sentence
from cnnviz.formats.onnx_operators import OPERATORS
from cnnviz.layers import INPUT, Shape
from cnnviz.models import Trained
from cnnviz.models.weights import FOLDER
from cnnviz.numbers import grouped, times
from cnnviz.signatures import checked

MOST_BYTES = 64_000_000  # of a file, and of those that come along
FREE_SIDE = 224  # pixels, where the file leaves the size open
IMAGENET = 1000


@checked
@dataclass(frozen=True)
class Scaled:
    """How levels become a network's input, as long as nobody says otherwise: from 0 to 1, in the order of the picture.

    shape  of the input, (C, H, W), or (H, W, C) where `is_last`, or (features,)
    """

    shape: Shape
    is_last: bool = False

    def __call__(self, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 levels (C, H, W) of the network's size -> float32 of `shape`. Raises ArrayError for others."""
        found = np.moveaxis(numbers(levels, "levels"), 0, -1) if self.is_last else numbers(levels, "levels")
        if found.dtype != np.uint8 or found.size != math.prod(self.shape):
            wanted = times(*self.shape)
            raise ArrayError(f"The network takes uint8 levels of {wanted}, not {found.dtype} {found.shape}.")
        return np.ascontiguousarray(found, np.float32).reshape(self.shape) / np.float32(255)


@checked
def open_network(data: bytes, files: Mapping[str, bytes] = {}) -> Trained:
    """The network of an ONNX file, with its weights: all that its outputs depend on, in the order of the file.

    data   the file
    files  what else came along, by base name: PyTorch writes the weights of a network into a file of their own

    Nothing of the file is run. What cannot be told from it is guessed: a free size is 224, levels are divided by 255,
    a thousand classes are ImageNet's. Softmax at its end is left out, for `Trained.probabilities` is it. A network that
    has a node that does not open here goes as far as that one, and `stopped` says why.

    Raises NetworkError for what is no such file or is too large, and where not even one node opens.
    Source: the Open Neural Network Exchange's specification, onnx.ai.
    """
    size = len(data) + sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise NetworkError(f"The network takes {grouped(size)} bytes; up to {grouped(MOST_BYTES)} open here.")
    model = read_model(data, files)
    name, shape, is_last = _input(model)
    building = Building(model, inner(shape))
    building.values = {**model.constants, name: Flow(INPUT, shape)}
    needed, stopped = _needed(model), ""
    for number, operation in enumerate(needed, 1):
        try:
            if operation.operator == "Softmax" and operation is needed[-1]:
                building.values[operation.outputs[0]] = building.values[operation.inputs[0]]
                continue
            if operation.operator not in OPERATORS:
                raise NetworkError("this operator does not open here")
            made = OPERATORS[operation.operator](Call(building, operation))
        except KeyError as missing:
            stopped = sentence(number, operation, NetworkError(f"it reads {missing.args[0]}, which nothing makes"))
            break
        except CnnvizError as problem:
            stopped = sentence(number, operation, problem)
            break
        for value_name, value in zip(operation.outputs, made if isinstance(made, (list, tuple)) else [made]):
            building.values[value_name] = value
    for output in () if stopped else model.outputs:
        if not isinstance(building.values.get(output), Flow):
            raise NetworkError(f"The network's output, {output}, does not depend on the picture.")
    if not building.nodes:
        raise NetworkError(stopped or f"The network's output, {model.outputs[0]}, is its input.")
    graph, parameters = building.graph()
    count = math.prod(graph.shapes[-1])
    named = (FOLDER / "imagenet_classes.txt").read_text("utf-8").splitlines() if count == IMAGENET else None
    return Trained(
        name=model.name or "network",
        network=graph,
        parameters=parameters,
        names=graph.names,
        classes=tuple(named or map(str, range(count))),
        prepare=Scaled(building.input, is_last),
        source="Opened from a file.",
        stopped=stopped,
    )


def _input(model: Model) -> tuple[str, tuple[int, ...], bool]:
    """The input's name, its axes without the batch, and whether its channels come last."""
    if len(model.inputs) != 1:
        names = ", ".join(model.inputs) or "none"
        raise NetworkError(f"The network has {len(model.inputs)} inputs ({names}); one, a picture, opens here.")
    ((name, dims),) = model.inputs.items()
    if len(dims) < 2 or (dims[0] or 1) < 1:
        raise NetworkError(f"The network's input, {name}, has {len(dims)} axes; pictures have 4, rows of numbers 2.")
    if len(dims) == 4:
        is_last = dims[3] in (1, 3) and dims[1] not in (1, 3)
        return name, _filled(dims[1:], is_last), is_last
    if None in dims[1:]:
        raise NetworkError(f"The network's input, {name}, leaves open how many numbers it takes.")
    return name, tuple(size or 1 for size in dims[1:]), False


def _filled(dims: Dims, is_last: bool) -> tuple[int, ...]:
    channels, *sides = (dims[2], *dims[:2]) if is_last else dims
    height, width = (side or FREE_SIDE for side in sides)
    return (height, width, channels or 3) if is_last else (channels or 3, height, width)


def _needed(model: Model) -> list[Operation]:
    """The operations that what comes out depends on, in their order."""
    wanted, found = {*model.outputs}, []
    for operation in reversed(model.operations):
        if wanted & set(operation.outputs):
            wanted |= set(operation.inputs)
            found.append(operation)
    return found[::-1]
