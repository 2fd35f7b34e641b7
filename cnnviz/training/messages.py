"""Messages between two processes: a header, and arrays, over a pipe. Nothing is pickled: what is read is data only.

    length of what follows (uint32, little-endian) | length of the header (uint32) | header (JSON) | the arrays' bytes

The header's "arrays" tells the name, dtype and shape of each, in their order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import ArrayError
from cnnviz.numbers import grouped

LARGEST = 64_000_000  # bytes of one message
DTYPES = ("uint8", "int64", "float32", "float64")


@dataclass(frozen=True, eq=False)
class Message:
    """A header, whatever JSON can say, and arrays by name, which cannot be written to."""

    header: dict[str, Any]
    arrays: dict[str, NDArray] = field(default_factory=dict)


def written(header: Mapping[str, object], arrays: Mapping[str, NDArray] | None = None) -> bytes:
    """A message as bytes. Raises ArrayError for an array of another dtype than DTYPES, and for more than LARGEST."""
    arrays = arrays or {}
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ArrayError(f"{name} is of {array.dtype}; a message carries {', '.join(DTYPES)}.")
    told = [[name, array.dtype.name, array.shape] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": told}, separators=(",", ":")).encode()
    body = b"".join([len(text).to_bytes(4, "little"), text, *(array.tobytes() for array in arrays.values())])
    if len(body) > LARGEST:
        raise ArrayError(f"A message of {grouped(len(body))} bytes is too large; it may have {grouped(LARGEST)}.")
    return len(body).to_bytes(4, "little") + body


def read(stream: BinaryIO) -> Message | None:
    """The next message of a stream, or None where it ends between two. Raises ArrayError for what is no message."""
    start = stream.read(4)
    if not start:
        return None
    length = int.from_bytes(start, "little")
    if len(start) < 4 or not 4 <= length <= LARGEST:
        raise ArrayError(f"What was read is no message: {grouped(length)} bytes are announced.")
    body = stream.read(length)
    if len(body) < length:
        raise ArrayError(f"A message ends after {grouped(len(body))} of {grouped(length)} bytes.")
    return _message(body)


def _message(body: bytes) -> Message:
    end = 4 + int.from_bytes(body[:4], "little")
    try:
        header = json.loads(body[4:end].decode())
        told = header.pop("arrays")
        arrays, offset = {}, end
        for name, dtype, shape in told:
            if not isinstance(name, str) or dtype not in DTYPES or any(type(n) is not int or n < 0 for n in shape):
                raise ArrayError(f"A message describes no array: {dtype!r} of shape {shape!r}.")
            size = math.prod(shape)
            array = np.frombuffer(body, dtype, size, offset).reshape(shape)
            arrays[name] = array
            offset += array.nbytes
    except ArrayError:
        raise
    # OverflowError: a size with more digits than a size can have.
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as problem:
        raise ArrayError(f"What was read is no message: {problem}.") from None
    if offset != len(body):
        raise ArrayError(f"A message has {grouped(len(body))} bytes and describes {grouped(offset)}.")
    return Message(header, arrays)
