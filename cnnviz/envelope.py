"""Arrays in one `bytes`: the only form that reaches a Streamlit component uncopied and unescaped, or another process.

    length of the header (uint32, little-endian) | header (JSON) | the arrays, each at a multiple of 8 bytes

The header's "arrays" tells each array's dtype, shape and offset. Two read it: `opened` here, and that of
ui/drawing/envelope.js in the browser.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.errors import ArrayError, SettingError
from cnnviz.numbers import grouped
from cnnviz.signatures import checked

# The types that the browser reads as they are; any other becomes the smallest of these that holds its numbers.
SENT = {name: np.dtype(name) for name in ("uint8", "float32", "float64")}


@checked
def packed(header: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> bytes:
    """`header`, whatever JSON can say (else a SettingError), and the arrays by name."""
    sent = {name: _sent(array) for name, array in arrays.items()}
    described, offset = {}, 0
    for name, array in sent.items():
        described[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": offset}
        offset += _aligned(array.nbytes)
    try:
        text = json.dumps({**header, "arrays": described}, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise SettingError(
            "The header holds what JSON cannot say: text, finite numbers, and lists and dicts of them work."
        ) from None
    text += b" " * (_aligned(4 + len(text)) - 4 - len(text))
    parts = [len(text).to_bytes(4, "little"), text]
    for array in sent.values():
        parts += [array.tobytes(), bytes(_aligned(array.nbytes) - array.nbytes)]
    return b"".join(parts)


@checked
def opened(envelope: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The header and the arrays by name, as `packed` was given them; the arrays are read-only views of `envelope`.

    Raises ArrayError for bytes that `packed` has not made.
    """
    start = end = 4 + int.from_bytes(envelope[:4], "little")
    arrays = {}
    try:
        header = json.loads(envelope[4:start])
        for name, told in header.pop("arrays").items():
            shape = told["shape"]
            if told["offset"] != end - start or any(type(size) is not int or size < 0 for size in shape):
                raise ValueError
            arrays[name] = np.frombuffer(envelope, SENT[told["dtype"]], math.prod(shape), end).reshape(shape)
            end += _aligned(arrays[name].nbytes)
        if end != len(envelope):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        many = grouped(len(envelope))
        raise ArrayError(f"These {many} bytes are no header and arrays as `packed` writes them.") from None
    return header, arrays


def _sent(array: np.ndarray) -> np.ndarray:
    return array if array.dtype in SENT.values() else array.astype(np.result_type(array.dtype, np.float32))


def _aligned(size: int) -> int:
    return -(-size // 8) * 8
