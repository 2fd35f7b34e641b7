"""An ONNX file as plain values: parsed and never run, each size known before anything is allocated.

A file comes from a stranger. So nothing in it is believed that can be counted: how many bytes an array says that it has
against how many are there, how many nodes, how many numbers in all. Data that lies in other files is found among those
that came along, by their base names alone; a path in the file leads nowhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import NetworkError
from cnnviz.numbers import grouped

if TYPE_CHECKING:
    from onnx import AttributeProto, ModelProto, TensorProto

MOST_BYTES = 64 << 20  # of a file, and of those that come along
MOST_NODES = 5_000  # the largest of the onnx package's own samples has 1,746
MOST_AXES = 6
MOST_NAME = 200  # characters
MOST_NUMBERS = 2**28  # of all arrays together: 1 GB as float32

Dims = tuple[int | None, ...]  # None: of any size


@dataclass(frozen=True)
class Operation:
    """One node as the file has it.

    operator          Conv, Relu ...; with its domain in front where that is not ONNX's own
    inputs, outputs   the names of values; "" where one is left out
    """

    name: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Model:
    """What a file says.

    version   of ONNX's operators; producer  the program that wrote the file, "" where it does not say
    inputs    what is given to it, with its dimensions; outputs  what comes out
    constants   the arrays that it brings, by name
    """

    name: str
    version: int
    producer: str
    inputs: Mapping[str, Dims]
    outputs: tuple[str, ...]
    constants: Mapping[str, NDArray] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)


_BEGUN = tuple(bytes([8, version]) for version in range(3, 20))  # the version of the format, which stands in front


def read_model(data: bytes, files: Mapping[str, bytes]) -> Model:
    """What an ONNX file says; `files`: those that came along, by their names. Raises NetworkError."""
    size = len(data) + sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise NetworkError(f"The network takes {grouped(size)} bytes; up to {grouped(MOST_BYTES)} open here.")
    import onnx  # half a second, and few need it

    if not data:
        raise NetworkError("The file is empty.")
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception:  # whatever protobuf says of bytes that are none of its
        if data.startswith(_BEGUN):
            raise NetworkError("The file begins as an ONNX network does, and is cut short or damaged.") from None
        raise NetworkError(f"The file is no ONNX network{_known(data)}.") from None
    graph = model.graph
    if not graph.node or not graph.output:
        raise NetworkError(f"The file is no ONNX network{_known(data)}.")
    if model.functions:
        raise NetworkError("The file defines functions of its own; networks of ONNX's own operators open here.")
    if len(graph.node) > MOST_NODES:
        raise NetworkError(f"The network has {grouped(len(graph.node))} nodes; up to {grouped(MOST_NODES)} open here.")
    constants = _arrays(graph.initializer, files)
    operations, left = [], MOST_NUMBERS - sum(array.size for array in constants.values())
    for number, node in enumerate(graph.node, 1):
        operator, domain = legible(node.op_type), legible(node.domain)
        operator = operator if domain in ("", "ai.onnx") else f"{domain}.{operator}"
        attributes = {}
        for one in node.attribute:
            found = attributes[legible(one.name)] = _attribute(one, files, f"Node {number}, {operator},")
            if isinstance(found, np.ndarray):
                left -= found.size
                _afford(left)
        names = tuple(map(legible, node.input)), tuple(map(legible, node.output))
        operations.append(Operation(legible(node.name), operator, *names, attributes))
    return Model(
        legible(graph.name), _version(model), legible(model.producer_name),
        {legible(told.name): _dims(told) for told in graph.input if legible(told.name) not in constants},
        tuple(legible(told.name) for told in graph.output), constants, tuple(operations),
    )  # fmt: skip


def _known(data: bytes) -> str:
    """What it is instead, where its beginning says so, and what would open."""
    kinds = (
        (
            b"PK\x03\x04", "a .pt, .pth or .keras file, or an .npz that does not say its layers",
            'torch.onnx.export(model, picture, "model.onnx")',
        ),
        (b"\x89HDF", "a Keras .h5 file", 'model.export("model.onnx", format="onnx")'),
        (b"\x80", "a pickle", 'torch.onnx.export(model, picture, "model.onnx")'),
    )
    for begin, kind, line in kinds:
        if data.startswith(begin):
            return f": it is {kind}, which can run code of a stranger's and is not opened. This line makes one: {line}"
    return ""


def legible(given: str | bytes) -> str:
    """A name without what nobody can read, and not longer than a line; protobuf gives bytes where it is no text."""
    text = given if isinstance(given, str) else given.decode("utf-8", "replace")
    return re.sub(r"[^\x20-\x7e\u00a1-\U0003ffff]", "?", text)[:MOST_NAME]


def decimal(number: float) -> float:
    """A float32 as it is written, 0.01, and not as the double next to it that is as far off: 0.009999999776482582."""
    return float(str(np.float32(number)))


def _version(model: ModelProto) -> int:
    versions = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    if not versions or not 1 <= max(versions) <= 100:
        raise NetworkError("The file does not say which version of ONNX's operators it is written in.")
    return max(versions)


def _dims(value: Any) -> Dims:
    shape = value.type.tensor_type.shape
    if len(shape.dim) > MOST_AXES:
        raise NetworkError(f"{legible(value.name)} has {len(shape.dim)} axes; up to {MOST_AXES} open here.")
    return tuple(dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in shape.dim)


def _attribute(one: AttributeProto, files: Mapping[str, bytes], where: str) -> Any:
    """The value of an attribute: a number, text, numbers or an array."""
    from onnx import AttributeProto

    match one.type:
        case AttributeProto.INT:
            return one.i
        case AttributeProto.FLOAT:
            return decimal(one.f)
        case AttributeProto.STRING:
            return one.s.decode("utf-8", "replace")
        case AttributeProto.INTS:
            return tuple(one.ints)
        case AttributeProto.FLOATS:
            return tuple(map(decimal, one.floats))
        case AttributeProto.TENSOR:
            return _array(one.t, files)
        case AttributeProto.GRAPH | AttributeProto.GRAPHS:
            raise NetworkError(f"{where} runs a network of its own; If, Loop and Scan do not open here.")
        case _:
            return None


# --- arrays ---


def _arrays(tensors: Sequence[TensorProto], files: Mapping[str, bytes]) -> dict[str, NDArray]:
    left, found = MOST_NUMBERS, {}
    for tensor in tensors:
        left -= math.prod(tensor.dims)
        _afford(left)
        found[legible(tensor.name)] = _array(tensor, files)
    return found


def _afford(left: int) -> None:
    if left < 0:
        raise NetworkError(f"The file's arrays have more than {grouped(MOST_NUMBERS)} numbers; as many open here.")


def _array(tensor: TensorProto, files: Mapping[str, bytes]) -> NDArray:
    """One array. Raises NetworkError where it is not there as its sizes say."""
    from onnx import TensorProto, helper, numpy_helper

    name = legible(tensor.name) or "an array"
    if tensor.data_type not in _KINDS:
        kinds = dict(zip(TensorProto.DataType.values(), TensorProto.DataType.keys()))
        raise NetworkError(f"{name} holds {kinds.get(tensor.data_type, 'something').lower()}; numbers open here.")
    if len(tensor.dims) > MOST_AXES or any(not 0 <= size <= MOST_NUMBERS for size in tensor.dims):
        raise NetworkError(f"{name} has the shape {told(tuple(tensor.dims))}; up to {MOST_AXES} axes open here.")
    kind = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
    count = math.prod(tensor.dims)
    if tensor.data_location == TensorProto.EXTERNAL:
        raw = _elsewhere(tensor, files, count * kind.itemsize)
        return np.frombuffer(raw, kind, count).reshape(tuple(tensor.dims))
    have = len(tensor.raw_data) // kind.itemsize if tensor.HasField("raw_data") else _listed(tensor)
    if have != count or len(tensor.raw_data) % kind.itemsize:
        raise NetworkError(f"{name} has the shape {told(tuple(tensor.dims))}, and {grouped(have)} numbers in the file.")
    try:
        return numpy_helper.to_array(tensor)
    except Exception:  # counted above; whatever else may be wrong with it
        raise NetworkError(f"{name} cannot be read.") from None


_KINDS = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13}  # of TensorProto.DataType: real numbers, and true and false


def _listed(tensor: TensorProto) -> int:
    return max(
        len(getattr(tensor, name)) for name in ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")
    )


def _elsewhere(tensor: TensorProto, files: Mapping[str, bytes], count: int) -> bytes:
    """The bytes of an array that lies in another file."""
    told_of = {legible(entry.key): legible(entry.value) for entry in tensor.external_data}
    base = re.split(r"[/\\]", told_of.get("location", ""))[-1]
    if base not in files:
        others = f"; {', '.join(sorted(map(legible, files)))} came along" if files else ""
        raise NetworkError(
            f"The network's numbers lie in a file of their own, {legible(base) or 'without a name'}{others}: choose "
            "both files together, or export it with external_data=False."
        )
    start, length = told_of.get("offset", "0"), told_of.get("length", str(count))
    if not all(re.fullmatch(r"\d{1,15}", text) for text in (start, length)) or int(length) != count:
        name = legible(tensor.name)
        raise NetworkError(f"{name} has {grouped(count)} bytes, and {base} is said to hold another number of them.")
    if int(start) + count > len(files[base]):
        raise NetworkError(
            f"{legible(base)} has {grouped(len(files[base]))} bytes, and {legible(tensor.name)} is said to end behind "
            "them: it belongs to another network, or is not whole."
        )
    return files[base][int(start) : int(start) + count]
