"""The onnx package's own cases of each operator that opens: what opens gives what they say, what does not says why."""

import warnings
from collections import Counter

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnviz.errors import NetworkError
from cnnviz.formats import open_network
from cnnviz.formats.onnx_operators import OPERATORS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

WITHIN = 1e-4  # of the largest number


def cases():
    """Those of one operator that is read here, by the operator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = collect_testcases(None)
    for case in found:
        kinds = {node.op_type for node in case.model.graph.node}
        if len(kinds) == 1 and case.data_sets and kinds <= OPERATORS.keys():
            yield kinds.pop(), case


def opened(model, arrays, picture=None):
    """A case with its first input as the picture, all others as arrays of the file: its last output.

    picture  of a batch, the one alone; what is as large as the batch is of it too
    """
    model = onnx.ModelProto.FromString(model.SerializeToString())
    first, *others = model.graph.input
    given, *constants = arrays
    if picture is not None:
        cut = slice(picture, picture + 1)
        constants = [array[cut] if array.shape == given.shape else array for array in constants]
        given = given[cut]
        first.type.tensor_type.shape.dim[0].dim_value = 1
    return ran(model, others, constants, given)


def known(model, arrays, count):
    """A case with all of its inputs as arrays of the file: what comes out of it, added to a row of zeros."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = model.graph
    inputs, made = [*graph.input], graph.output[-1].name
    graph.input.append(helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, count)))
    graph.initializer.append(numpy_helper.from_array(np.array([1, count]), "row"))
    graph.node.extend([
        helper.make_node("Cast", [made], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["numbers", "row"], ["in a row"]),
        helper.make_node("Add", ["picture", "in a row"], ["sum"]),
    ])  # fmt: skip
    del graph.output[:]
    graph.output.append(onnx.ValueInfoProto(name="sum"))
    return ran(model, inputs, arrays, np.zeros((1, count)))


def ran(model, inputs, arrays, picture):
    """The last output of a network whose inputs but the picture are arrays of the file."""
    for told, array in zip(inputs, arrays, strict=True):
        model.graph.initializer.append(numpy_helper.from_array(array, told.name))
        model.graph.input.remove(told)
    net = open_network(model.SerializeToString())
    if net.stopped:
        raise NetworkError(net.stopped)
    return net.network.output(picture.astype(np.float32).reshape(net.network.input_shape), net.parameters)


def outcomes(case):
    """For what flows and for what is known: "opened", or the sentence that says why it is not."""
    (arrays, expected), *_ = case.data_sets
    expected = np.asarray(expected[-1])
    if any(not isinstance(array, np.ndarray) for array in arrays) or not expected.size or expected.dtype.kind not in "fiub":
        return ["It is about no numbers."]
    found = [tried(case.name, expected, lambda: known(case.model, arrays, expected.size))]
    if not arrays or arrays[0].dtype.kind != "f" or arrays[0].ndim < 2:
        return found
    if (count := len(arrays[0])) == 1:
        return [*found, tried(case.name, expected, lambda: opened(case.model, arrays))]
    if not expected.ndim or len(expected) != count:
        return found
    return [*found, tried(case.name, expected, lambda: [opened(case.model, arrays, one) for one in range(count)])]


def tried(name, expected, run):
    try:
        found = np.asarray(run(), np.float64).reshape(expected.shape)
    except NetworkError as refused:
        assert str(refused).endswith(".")
        return str(refused)
    expected = expected.astype(np.float64)
    assert (np.isnan(found) == np.isnan(expected)).all(), name
    with np.errstate(invalid="ignore"):
        far = np.where(found == expected, 0, np.abs(found - expected))
    assert np.nanmax(far, initial=0) <= WITHIN * np.nanmax(np.abs(expected), initial=0), name
    return "opened"
