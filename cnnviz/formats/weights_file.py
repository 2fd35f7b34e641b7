"""`open_weights`: a file of arrays as the parameters of a network that is there already: .safetensors, or .npz.

Nothing in it is run: a .safetensors is a header of JSON and numbers, an .npz a zip of arrays, and objects in one, which
would be pickles, are refused. Each size is read from the file and held against the limits before an array is made.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_file import MOST_AXES, legible
from cnnviz.graph import Graph, Row
from cnnviz.layers import Parameters
from cnnviz.numbers import grouped, times
from cnnviz.signatures import checked

MOST_BYTES = 64_000_000  # of a file, and of its arrays
MOST_ARRAYS = 2_000
TOLD = ("stack", "input")  # of an .npz that says its network: the layers as text, the shape that they read
_HEADER = 1_000_000  # bytes of a .safetensors' header
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


@checked
def open_weights(data: bytes, network: Graph) -> tuple[Parameters, ...]:
    """The parameters that a file gives to a network, for each layer, float32, as `Graph.forward` takes them.

    Arrays that belong together share what stands before their last point: "features.0.weight", "features.0.bias". Such
    groups are taken in the order of their names, numbers in them by size; each layer takes the first that is left and
    has its shapes, so that layers of the same shapes take theirs in that order. Running statistics come along.

    Raises NetworkError for what is no such file, or too large, and for a layer that finds no arrays of its shapes or an
    array that no layer takes.
    Sources: the format of safetensors, huggingface.co/docs/safetensors; numpy.lib.format.
    """
    arrays = arrays_of(data)
    return parameters_from({name: array for name, array in arrays.items() if name not in TOLD}, network)


@checked
def arrays_of(data: bytes) -> dict[str, NDArray]:
    """The arrays of such a file, by their names. Raises NetworkError as `open_weights` does."""
    if len(data) > MOST_BYTES:
        raise NetworkError(f"The file has {grouped(len(data))} bytes; up to {grouped(MOST_BYTES)} open here.")
    if data.startswith(b"PK\x03\x04"):
        return _npz(data)
    if data[8:9] == b"{":
        return _safetensors(data)
    raise NetworkError("The file is neither a .safetensors nor an .npz; save_file and numpy.savez write these.")


@checked
def parameters_from(arrays: Mapping[str, NDArray], network: Graph) -> tuple[Parameters, ...]:
    """Arrays as the parameters of a network, found and refused as `open_weights` says."""
    left = _groups(arrays)
    found = tuple(_taken(row, left) for row in network.rows)
    if left:
        name, group = next(iter(left.items()))
        sizes = ", ".join(f"{part} {_by(array)}" for part, array in group.items())
        raise NetworkError(f"The file has an array that no layer takes: {name or 'without a name'} ({sizes}).")
    return found


def _taken(row: Row, left: dict[str, dict[str, NDArray]]) -> Parameters:
    """The arrays of one layer, which are taken away from those that are left."""
    wanted = row.parameter_shapes
    if not wanted:
        return {}
    for name, group in left.items():
        learnt = {part: array.shape for part, array in group.items() if not part.startswith("running_")}
        if learnt == wanted:
            shapes = {part: array.shape for part, array in row.layer.statistics(row.input_shape).items()}
            kept = {part: array for part, array in left.pop(name).items() if part in wanted or part in shapes}
            for part, array in kept.items():
                if array.shape != {**shapes, **wanted}[part]:
                    raise NetworkError(_sentence(row, {**shapes, **wanted}, name, group))
            return {part: np.array(array, np.float32) for part, array in kept.items()}
    if not left:
        raise NetworkError(f"Layer {row.index + 1}, {row.layer.name}: the file has no arrays left for it.")
    raise NetworkError(_sentence(row, wanted, *next(iter(left.items()))))


def _sentence(row: Row, wanted: Mapping[str, tuple[int, ...]], name: str, group: Mapping[str, NDArray]) -> str:
    part = next((part for part in wanted if part not in group or group[part].shape != wanted[part]), "")
    if not part:
        part = next(one for one in group if one not in wanted)
        return f"Layer {row.index + 1}, {row.layer.name}, has no {part}, and {name} in the file has one."
    has = f"is {_by(group[part])}" if part in group else "is not there"
    called = f"{name}.{part}" if name else part
    return (
        f"Layer {row.index + 1}, {row.layer.name}: its {part} is {times(*wanted[part])}, and {called}, the next in the "
        f"file, {has}."
    )


def _by(array: NDArray) -> str:
    return times(*array.shape) if array.ndim else "one number"


def _groups(arrays: Mapping[str, NDArray]) -> dict[str, dict[str, NDArray]]:
    """The arrays by what stands before the last point of their names, in the order of these."""
    found: dict[str, dict[str, NDArray]] = {}
    for key in sorted(arrays, key=_in_order):
        name, _, part = key.rpartition(".")
        if part != "num_batches_tracked":  # how often it learnt
            found.setdefault(name, {})[part] = arrays[key]
    return found


def _in_order(name: str) -> list[tuple[int, str]]:
    """A name so that layer 10 comes behind layer 9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d{1,9})", name)]


# --- files ---


def _safetensors(data: bytes) -> dict[str, NDArray]:
    length = int.from_bytes(data[:8], "little")
    if length > min(_HEADER, len(data) - 8):
        raise NetworkError(f"The file is no .safetensors: it says that its header has {grouped(length)} bytes.")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise NetworkError("The file is no .safetensors: its header cannot be read.") from None
    body, found = memoryview(data)[8 + length :], {}
    if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
        raise NetworkError(f"The file is no .safetensors of up to {grouped(MOST_ARRAYS)} arrays.")
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        name = legible(key)
        match entry:
            case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(start), int(end)]}:
                pass
            case _:
                raise NetworkError(f"{name} is not described as a .safetensors does.")
        if kind not in _KINDS:
            raise NetworkError(f"{name} holds {legible(kind)}; F64, F32, F16 and whole numbers open here.")
        if len(shape) > MOST_AXES or not all(type(size) is int and 0 <= size <= MOST_BYTES for size in shape):
            raise NetworkError(f"{name} has the shape {told(tuple(shape))}; up to {MOST_AXES} axes open here.")
        dtype = np.dtype(_KINDS[kind])
        if not 0 <= start <= end <= len(body) or end - start != math.prod(shape) * dtype.itemsize:
            raise NetworkError(f"{name} has the shape {told(tuple(shape))}, and {grouped(abs(end - start))} bytes.")
        found[name] = np.frombuffer(body[start:end], dtype).reshape(shape)
    return found


def _npz(data: bytes) -> dict[str, NDArray]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = file.infolist()
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ARRAYS or size > MOST_BYTES:
                raise NetworkError(
                    f"The file's {grouped(len(entries))} arrays have {grouped(size)} bytes; up to "
                    f"{grouped(MOST_BYTES)} open here."
                )
            return {legible(entry.filename).removesuffix(".npy"): _npy(file, entry) for entry in entries}
    except NetworkError:
        raise
    except Exception:  # whatever zipfile and zlib say of bytes that are none of theirs
        raise NetworkError("The file is no .npz: it cannot be read.") from None


def _npy(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray:
    """One array, of no more bytes than the zip says that it has. Raises NetworkError for objects."""
    name = legible(entry.filename)
    with file.open(entry) as opened:
        raw = opened.read(entry.file_size)
    stream = io.BytesIO(raw)
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(stream, max_header_size=10_000)
    except (ValueError, TypeError, EOFError):
        raise NetworkError(f"{name} is no array as NumPy writes it.") from None
    if dtype.hasobject or dtype.kind not in "fiubU" or len(shape) > MOST_AXES:
        raise NetworkError(f"{name} holds {told(str(dtype))}; arrays of numbers open here, and nothing that is run.")
    rest = raw[stream.tell() :]
    if len(rest) != math.prod(shape) * dtype.itemsize:
        raise NetworkError(f"{name} has the shape {told(tuple(shape))}, and {grouped(len(rest))} bytes.")
    return np.frombuffer(rest, dtype).reshape(shape, order="F" if by_columns else "C")
