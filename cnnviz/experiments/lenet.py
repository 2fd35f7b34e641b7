"""LeNet-5's modern form for whatever is to be told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.errors import ArrayError
from cnnviz.models import ARCHITECTURES
from cnnviz.signatures import checked

STACK = ARCHITECTURES["LeNet-5"].stack


@checked
def stack_for(labels: ArrayLike, stack: str = STACK) -> str:
    """`stack` with a score for each class at its end, in place of ten: as many as the largest label plus 1.

    Raises ArrayError for labels that are none, (N,) whole numbers, N at least 1.
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "iu" or array.ndim != 1 or not len(array) or array.min() < 0:
        raise ArrayError(
            f"The labels are {array.dtype} of shape {array.shape}; they are whole numbers from 0, (N,), at least one."
        )
    return f"{stack.removesuffix('10')}{int(array.max()) + 1}"
