"""Memory that an operation works in and keeps for the next call."""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import NDArray

MOST_KEPT = 1 << 21  # bytes

_kept = threading.local()


def room(name: str, shape: tuple[int, ...], dtype: np.dtype) -> NDArray:
    """Room for a block, whatever stands in it; of one name, the same memory in every call of a thread.

    A megabyte fresh from the system takes up to half a millisecond, more than what is computed in it. What is larger
    than MOST_KEPT is fresh all the same.
    """
    size = math.prod(shape) * dtype.itemsize
    if size > MOST_KEPT:
        return np.empty(shape, dtype)
    kept: NDArray | None = getattr(_kept, name, None)
    if kept is None or kept.nbytes < size:
        kept = np.empty(size, np.uint8)
        setattr(_kept, name, kept)
    return kept[:size].view(dtype).reshape(shape)
