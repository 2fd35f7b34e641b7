"""Small ONNX files of operators one behind the other."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def file_of(operators, version, shape=(6, 4, 5)):
    """A network of operators, each (kind, arrays that it reads behind its input, settings), on one input."""
    nodes, constants, last = [], [], "in"
    for at, (kind, arrays, settings) in enumerate(operators):
        names = [f"c{at}_{number}" for number in range(len(arrays))]
        for name, array in zip(names, arrays):
            array = np.asarray(array)
            kind_of = np.int64 if array.dtype.kind == "i" else np.float32
            constants.append(numpy_helper.from_array(array.astype(kind_of), name))
        nodes.append(helper.make_node(kind, [last, *names], [f"v{at}"], **settings))
        last = f"v{at}"
    graph = helper.make_graph(
        nodes, "chain", [helper.make_tensor_value_info("in", TensorProto.FLOAT, (1, *shape))],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)], constants,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=10)
