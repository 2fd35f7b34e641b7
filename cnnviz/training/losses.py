"""How wrong a network is, as one number, and in which direction each of its outputs is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.ops import softmax
from cnnviz.ops.checks import precision


def cross_entropy(scores: ArrayLike, labels: ArrayLike) -> tuple[float, NDArray]:
    """The softmax cross entropy: minus the logarithm of the probability given to the true class, on average.

    scores  (N, classes), or (classes,) of a single input
    labels  (N,) whole numbers from 0 to classes - 1, or one of them

    Returns (loss, its gradient for the scores), the gradient shaped as the scores: (softmax - 1 at the label) / N. It
    is float64 or float32 as `conv2d` decides it. Computed from the logarithm of the softmax, so that no probability is
    too small for it. Scores that are inf or nan give a loss that is, without a warning.

    Raises ArrayError for arrays of other shapes and for a label that is no class.

    Source: I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 6.2.2.3; the rules of
    torch.nn.functional.cross_entropy.
    """
    given = numbers(scores, "scores")
    if given.ndim not in (1, 2) or not given.size:
        raise ArrayError(f"The scores have shape {given.shape}; they must be (N, classes), each at least 1.")
    rows = np.atleast_2d(given).astype(precision(given), copy=False)
    right = checked_labels(labels, rows.shape[1], given.shape[:-1]).reshape(-1)
    places = np.arange(len(rows)), right
    with np.errstate(all="ignore"):
        moved = rows - rows.max(1, keepdims=True)
        loss = np.log(np.exp(moved).sum(1)) - moved[places]
        gradient = softmax(rows)
        gradient[places] -= 1
        gradient /= len(rows)
        return float(loss.mean(dtype=np.float64)), gradient.reshape(given.shape)


def checked_labels(labels: ArrayLike, classes: int, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The labels as whole numbers of that shape. Raises ArrayError for others, and for one that is no class."""
    given = numbers(labels, "labels")
    if given.dtype.kind not in "iu":
        raise ArrayError(f"The labels are {given.dtype} values; they must be whole numbers.")
    if given.shape != shape:
        raise ArrayError(f"The labels have shape {given.shape}; one for each input would be {shape}.")
    if given.size and not (given.min() >= 0 and given.max() < classes):
        wrong = given.min() if given.min() < 0 else given.max()
        raise ArrayError(f"There is a label {wrong}; with {classes} classes they go from 0 to {classes - 1}.")
    return given.astype(np.intp)
