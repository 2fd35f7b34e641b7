"""`open_network`: a stranger's file as a network that runs here, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats.guessing import guess
from cnnviz.formats.onnx_file import Model, Operation, read_model
from cnnviz.formats.onnx_graph import Building, Call, Flow, inner, sentence
from cnnviz.formats.onnx_operators import OPERATORS
from cnnviz.formats.stack_file import is_stack, open_stack
from cnnviz.layers import INPUT
from cnnviz.models import Preparation, Trained
from cnnviz.models.weights import FOLDER
from cnnviz.signatures import checked

FREE_SIDE = 224  # pixels, where the file leaves the size open
IMAGENET = 1000
MOST_TURNED = 2**22  # numbers of a picture whose channels come last, of which it is asked whether they are turned
_PASSING = {"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"}


@checked
def open_network(data: bytes, files: Mapping[str, bytes] = {}) -> Trained:
    """The network of an ONNX file, with its weights: all that its outputs depend on, in the order of the file.

    data   the file; or an .npz as Learning gives it (`open_stack`)
    files  what else came along, by base name: PyTorch writes the weights of a network into a file of their own

    Nothing of the file is run. What cannot be told from it is guessed (`guess`); a free size is 224, and a thousand
    classes are ImageNet's. Softmax of a row of scores at its end is left out, for `Trained.probabilities` is it. A
    network that has a node that does not open here goes as far as that one, and `stopped` says why. Where it gives
    anything but one row of numbers it has no classes.

    Raises NetworkError for what is no such file or is too large, and where not even one node opens.
    Source: the Open Neural Network Exchange's specification, onnx.ai.
    """
    return open_stack(data) if is_stack(data) else network_of(read_model(data, files))


def network_of(model: Model, side: int = FREE_SIDE, is_last: bool | None = None) -> Trained:
    """As `open_network`, of what a file says.

    side     pixels, where the file leaves the size open
    is_last  whether the channels of its input come last; None: as is guessed
    """
    guessed = guess(model)
    name, shape = _input(model, side, guessed.is_last if is_last is None else is_last)
    is_last = len(shape) == 3 and (guessed.is_last if is_last is None else is_last)
    building = Building(model, inner(shape))
    building.values = {**model.constants, name: Flow(INPUT, shape)}
    stopped = _built(model, building)
    if not stopped:
        building.needed([_flowing(building, output) for output in model.outputs])
    if not building.nodes:
        raise NetworkError(stopped or f"The network's output, {model.outputs[0]}, is its input.")
    is_turned = is_last and _turned(building)
    graph, parameters = building.graph()
    last = graph.shapes[-1]
    classes: tuple[str, ...] = ()
    if not stopped and len(model.outputs) == 1 and math.prod(last[1:]) == 1:
        named = (FOLDER / "imagenet_classes.txt").read_text("utf-8").splitlines() if last[0] == IMAGENET else None
        classes = tuple(named or map(str, range(last[0])))
    return Trained(
        name=model.name or "network",
        network=graph,
        parameters=parameters,
        names=graph.names,
        classes=classes,
        prepare=Preparation(building.input, is_last and not is_turned, guessed.colours, guessed.scale),
        source="Opened from a file.",
        stopped=stopped,
    )


def _flowing(building: Building, output: str) -> Flow:
    found = building.values.get(output)
    if not isinstance(found, Flow):
        raise NetworkError(f"The network's output, {output}, does not depend on the picture.")
    return found


def _built(model: Model, building: Building) -> str:
    """Every operation as nodes of the Graph, as far as that goes; why it goes no further, or ""."""
    needed = _needed(model)
    for number, operation in enumerate(needed, 1):
        try:
            if _is_shares(operation, needed[number:], building):
                building.values[operation.outputs[0]] = building.values[operation.inputs[0]]
                continue
            if operation.operator not in OPERATORS:
                raise NetworkError("this operator does not open here")
            found = OPERATORS[operation.operator](Call(building, operation))
            made = [found] if isinstance(found, (Flow, np.ndarray)) else found
            if operation.operator != "Constant":
                building.afford(sum(one.size for one in made if isinstance(one, np.ndarray) and one.base is None))
        except KeyError as missing:
            return sentence(number, operation, NetworkError(f"it reads {missing.args[0]}, which nothing makes"))
        except CnnvizError as problem:
            return sentence(number, operation, problem)
        for value_name, value in zip(operation.outputs, made):
            building.values[value_name] = value
    return ""


def _is_shares(operation: Operation, behind: Sequence[Operation], building: Building) -> bool:
    """Whether it makes probabilities of a row of scores at the end, which `Trained.probabilities` does too."""
    if operation.operator not in ("Softmax", "LogSoftmax") or any(one.operator not in _PASSING for one in behind):
        return False
    value = building.values[operation.inputs[0]]
    return isinstance(value, Flow) and max(value.dims, default=1) == math.prod(value.dims)


def _turned(building: Building) -> bool:
    """Whether all that reads the input turned its height x width x channels into channels x height x width first: then
    the picture is given so, and the nodes that did it are left out. What a unit sees of it is told the better."""
    height, width, channels = building.input
    if height * width * channels > MOST_TURNED:
        return False
    numbered = np.arange(height * width * channels, dtype=np.float32).reshape(building.input)
    found: NDArray = numbered
    name = INPUT
    left = building.nodes[:-1]
    while left:
        node = left.pop(0)
        readers = [other for other in building.nodes if name in other.inputs]
        if node.layer.kind != "REARRANGED" or readers != [node]:
            return False
        found, name = node.layer.forward(found, {}), node.name
        if found.shape == (channels, height, width) and np.array_equal(found, np.moveaxis(numbered, -1, 0)):
            break
    else:
        return False
    building.input = found.shape
    kept = len(left) + 1
    building.parameters = building.parameters[-kept:]
    building.nodes = [
        replace(node, inputs=tuple(INPUT if of == name else of for of in node.inputs))
        for node in building.nodes[-kept:]
    ]
    return True


def _input(model: Model, side: int, is_last: bool) -> tuple[str, tuple[int, ...]]:
    """The input's name, and its axes without the batch."""
    if len(model.inputs) != 1:
        names = ", ".join(model.inputs) or "none"
        raise NetworkError(f"The network has {len(model.inputs)} inputs ({names}); one, a picture, opens here.")
    ((name, dims),) = model.inputs.items()
    if len(dims) < 2 or (dims[0] or 1) < 1:
        raise NetworkError(f"The network's input, {name}, has {len(dims)} axes; pictures have 4, rows of numbers 2.")
    if len(dims) == 4:
        channels, *sides = (dims[3], *dims[1:3]) if is_last else dims[1:]
        height, width = (one or side for one in sides)
        return name, (height, width, channels or 3) if is_last else (channels or 3, height, width)
    if None in dims[1:]:
        raise NetworkError(f"The network's input, {name}, leaves open how many numbers it takes.")
    return name, tuple(size or 1 for size in dims[1:])


def _needed(model: Model) -> list[Operation]:
    """The operations that what comes out depends on, in their order."""
    wanted, found = {*model.outputs}, []
    for operation in reversed(model.operations):
        if wanted & set(operation.outputs):
            wanted |= set(operation.inputs)
            found.append(operation)
    return found[::-1]
