"""Messages between two processes, over a pipe. Nothing is pickled: what is read is data only.

    length of what follows (uint32, little-endian) | an envelope (cnnviz/envelope.py)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from numpy.typing import NDArray

from cnnviz.envelope import opened, packed
from cnnviz.errors import ArrayError
from cnnviz.numbers import grouped

LARGEST = 64_000_000  # bytes of one envelope


class Report(NamedTuple):
    """A header, whatever JSON can say, and arrays by name; those of one that was read cannot be written to."""

    header: Mapping[str, Any]
    arrays: Mapping[str, NDArray] = {}


Job = Iterator[Callable[[bool], Report]]  # see child.py


def written(report: Report) -> bytes:
    """A message as bytes. Raises what `packed` raises, and ArrayError for more than LARGEST."""
    body = packed(*report)
    if len(body) > LARGEST:
        raise ArrayError(f"A message of {grouped(len(body))} bytes is too large; it may have {grouped(LARGEST)}.")
    return len(body).to_bytes(4, "little") + body


def read(stream: BinaryIO) -> Report | None:
    """The next message of a stream, or None where it ends between two. Raises ArrayError for what is no message."""
    start = stream.read(4)
    if not start:
        return None
    length = int.from_bytes(start, "little")
    if len(start) < 4 or length > LARGEST:
        raise ArrayError(f"What was read is no message: {grouped(length)} bytes are announced.")
    return Report(*opened(stream.read(length)))
