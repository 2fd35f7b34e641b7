"""The onnx package's own cases of each operator that opens: what opens gives what they say, what does not says why."""

import warnings
from collections import Counter

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats import open_network
from cnnviz.formats.onnx_operators import OPERATORS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

WITHIN = 1e-4  # of the largest number
ACROSS = {"test_mvn"}  # what comes of a picture depends on the others of its batch
# ONNX Runtime and PyTorch align corners to the whole size that comes out, the case to the broken one before.
OTHERWISE = {"test_resize_downsample_scales_linear_align_corners"}
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad"}  # what it expects has four digits


def cases():
    """Those that are read here, by their operator; "several" for an operator that its parts stand for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = collect_testcases(None)
    for case in found:
        kinds = {node.op_type for node in case.model.graph.node}
        if case.data_sets and kinds <= OPERATORS.keys() and case.name not in OTHERWISE:
            yield kinds.pop() if len(kinds) == 1 else "several", case


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
    ((arrays, expected),) = case.data_sets[:1]
    arrays, expected = [[array_of(value) for value in values] for values in (arrays, expected[-1:])]
    if any(array is None or array.dtype.kind not in "fiub" for array in (*arrays, *expected)) or not expected[0].size:
        return ["It is about no numbers."]
    expected = expected[0]
    found = [tried(case.name, expected, lambda: known(case.model, arrays, expected.size))]
    if not arrays or arrays[0].dtype.kind != "f" or arrays[0].ndim < 2:
        return found
    if (count := len(arrays[0])) == 1:
        return [*found, tried(case.name, expected, lambda: opened(case.model, arrays))]
    if not expected.ndim or len(expected) != count or case.name in ACROSS:
        return found
    return [*found, tried(case.name, expected, lambda: [opened(case.model, arrays, one) for one in range(count)])]


def array_of(value):
    """An array of a case; None for a sequence, and for what has none."""
    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    return np.asarray(value) if isinstance(value, (np.ndarray, np.generic, float)) else None


def tried(name, expected, run):
    try:
        found = np.asarray(run(), np.float64).reshape(expected.shape)
    except CnnvizError as refused:  # an ArrayError where a case is about inf
        assert str(refused).endswith(".")
        return str(refused)
    expected = expected.astype(np.float64)
    assert (np.isnan(found) == np.isnan(expected)).all(), name
    with np.errstate(invalid="ignore"):
        far = np.where(found == expected, 0, np.abs(found - expected))
    within = 2 * WITHIN if name in ROUNDED else WITHIN
    assert np.nanmax(far, initial=0) <= within * np.nanmax(np.abs(expected), initial=0), name
    return "opened"


# How many of an operator's cases open, at least: in some way, as what flows or as what is known.
OPEN = {
    "Abs": 1, "Add": 8, "And": 8, "AveragePool": 10, "BatchNormalization": 2, "Cast": 16, "Ceil": 2, "Clip": 1,
    "Concat": 12, "Constant": 1, "ConstantOfShape": 2, "Conv": 6, "ConvTranspose": 9, "Div": 10, "Dropout": 3,
    "Elu": 1, "Equal": 8, "Erf": 1, "Exp": 2, "Expand": 2, "Flatten": 3, "Floor": 2, "Gather": 4, "Gelu": 1, "Gemm": 8,
    "GlobalAveragePool": 2, "Greater": 8, "GreaterOrEqual": 8, "GroupNormalization": 2, "HardSwish": 1, "Identity": 3,
    "InstanceNormalization": 2, "LRN": 2, "LeakyRelu": 1, "Less": 8, "LessOrEqual": 8, "Log": 2, "MatMul": 7,
    "MaxPool": 10, "Mul": 9, "Neg": 2, "Not": 3, "Or": 8, "Pow": 12, "Range": 3, "Reciprocal": 2, "ReduceL1": 9,
    "ReduceL2": 9, "ReduceMax": 9, "ReduceMean": 8, "ReduceMin": 9, "ReduceProd": 9, "ReduceSum": 9,
    "ReduceSumSquare": 9, "Relu": 1, "Reshape": 9, "Round": 1, "Shape": 10, "Sigmoid": 1, "Sign": 1, "Slice": 7,
    "Softplus": 1, "Split": 14, "Sqrt": 2, "Squeeze": 2, "Sub": 9, "Sum": 3, "Tanh": 1, "Transpose": 7, "Unsqueeze": 7,
    "Where": 2, "several": 93,
}  # fmt: skip


def test_every_case_opens_and_is_right_or_says_why_it_does_not():
    found: Counter[str] = Counter()
    for kind, case in cases():
        found[kind] += "opened" in outcomes(case)
    assert {kind: (count, found[kind]) for kind, count in OPEN.items() if found[kind] < count} == {}
