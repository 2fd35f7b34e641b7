"""`write_network`: a network and its weights as an ONNX file, for Netron, ONNX Runtime and `open_network`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.formats.onnx_file import legible
from cnnviz.graph import Row
from cnnviz.layers.layer import Operator
from cnnviz.models import Trained
from cnnviz.numbers import grouped
from cnnviz.signatures import checked

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

INPUT = "picture"
VERSION, IR_VERSION = 17, 8  # of ONNX's operators, and of its files
NEWER, NEWER_IR = 20, 9  # where one is written that they did not have yet: Gelu is of 20, the border wrap of 19
MOST_NUMBERS = 2**29 - 2**20  # of all arrays together: protobuf ends at 2 GB
MOST_TITLE = 150  # characters of a name: with what is told of a part, less than are read


@checked
def write_network(trained: Trained) -> bytes:
    """The bytes of an ONNX file: the network on a batch of one, with its parameters as float32, as in inference.

    Its input is (1, *network.input_shape), prepared already, and called "picture"; each other value is called as the
    node of the Graph that makes it, "conv1", and what stands between as its part, "conv1, padded". Graph and
    documentation are named by `name` and `source`. How a picture is prepared, what the classes are called, and that
    outputs are distances, the file does not say.

    Raises NetworkError for what no file holds: a network without layers, settings that ONNX has no operator for, more
    than 2 GB; ArrayError for parameters that are not the network's.
    Source: the Open Neural Network Exchange's specification, onnx.ai.
    """
    from onnx import TensorProto, helper  # half a second, and few need it

    network = trained.network
    network.check_parameters(trained.parameters)
    if not network.rows:
        raise NetworkError("The network has no layers; one with at least one can be written.")
    names = _Names()
    titles = [names.free(row.name or str(row.index + 1)) for row in network.rows]
    titles.insert(0, names.free(INPUT))
    writing = _Writing(names)
    for row, parameters in zip(network.rows, trained.parameters):
        try:
            operators = row.layer.written(row.input_shape, parameters, len(row.sources))
            writing.layer(row, operators, titles)
        except CnnvizError as problem:
            raise NetworkError(f"Layer {row.index + 1} cannot be written: {problem}") from None
    told = [
        helper.make_tensor_value_info(title, TensorProto.FLOAT, (1, *shape))
        for title, shape in zip(titles, network.shapes)
    ]
    graph = helper.make_graph(
        writing.nodes, _text(trained.name) or "network", told[:1], told[-1:], writing.constants, value_info=told[1:-1]
    )
    version, ir_version = (NEWER, NEWER_IR) if writing.is_newer else (VERSION, IR_VERSION)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", version)],
        ir_version=ir_version,
        producer_name="cnnviz",
        doc_string=trained.source.encode("utf-8", "replace").decode(),
    )
    return model.SerializeToString()


class _Names:
    """The names of a file's values, arrays among them: each has one of its own, that is read as it is written."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, wanted: str) -> str:
        text = _text(wanted)[:MOST_TITLE] or "value"
        name = next(name for number in count(1) if (name := _numbered(text, number)) not in self._taken)
        self._taken.add(name)
        return name


class _Writing:
    """The file as far as it goes."""

    def __init__(self, names: _Names) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self.is_newer = False
        self._left = MOST_NUMBERS
        self._names = names

    def layer(self, row: Row, operators: Sequence[Operator], titles: Sequence[str]) -> None:
        """The operators of one layer. titles: of the input, then of each layer's output."""
        from onnx import helper

        own, inputs = titles[row.index + 1], [titles[source] for source in row.sources]
        made: dict[int | str, str] = dict(enumerate(inputs))
        reads = inputs
        for operator in operators:
            if operator.reads is not None:
                reads = [made[read] for read in operator.reads]
            kept = [self._constant(f"{own}.{name}", value) for name, value in operator.constants.items()]
            is_last = operator is operators[-1]
            output = own if is_last else self._names.free(f"{own}, {operator.name}")
            settings = {name: _setting(value) for name, value in operator.attributes.items()}
            node = helper.make_node(operator.kind, [*reads, *kept], [output], output, **settings)
            self.nodes.append(node)
            self.is_newer |= operator.kind == "Gelu" or operator.attributes.get("mode") == "wrap"
            made[operator.name], reads = output, [output]

    def _constant(self, name: str, value: NDArray | tuple[int, ...] | float) -> str:
        """An array more: whole numbers as int64, all others as float32."""
        from onnx import numpy_helper

        self._left -= np.size(value)
        if self._left < 0:
            raise NetworkError(f"the network has more numbers than a file holds, {grouped(MOST_NUMBERS)}.")
        name = self._names.free(name)
        array = np.array(_setting(value), np.int64) if isinstance(value, tuple) else _float32(value)
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def _float32(value: NDArray | float) -> NDArray[np.float32]:
    with np.errstate(all="ignore"):
        found = np.asarray(value, np.float32)
    if (np.isinf(found) & np.isfinite(value)).any():
        raise NetworkError("one of its numbers is too large for float32.")
    return found


def _setting(value: Any) -> Any:
    """A setting, or several. Raises NetworkError where the file's kinds of numbers do not hold it."""
    if isinstance(value, tuple):
        return tuple(map(_setting, value))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise NetworkError("one of its settings is larger than a file's whole numbers.")
    return float(_float32(value)) if isinstance(value, float) else value


def _numbered(text: str, number: int) -> str:
    return text if number == 1 else f"{text} ({number})"


def _text(given: str) -> str:
    """A name as protobuf takes it, and as `open_network` reads it."""
    return legible(given.encode("utf-8", "replace"))
