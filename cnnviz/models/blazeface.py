"""BlazeFace, a detector of faces: what its 896 answers come to.

Where SqueezeNet gives one answer for the whole picture, this gives one for each of 896 places: "a face here?", and 16
numbers that say where exactly. Places and numbers are those of the network for front cameras, 128 x 128 pixels; the
file is weights/blazeface.onnx, and cnnviz.formats opens it as it does a stranger's.

Source: V. Bazarevsky, Y. Kartynnik, A. Vakunov, K. Raveendran and M. Grundmann, "BlazeFace: Sub-millisecond Neural Face
Detection on Mobile GPUs" (2019), sections 3.2 and 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.models.weights import FOLDER
from cnnviz.ops import sigmoid
from cnnviz.signatures import checked

FILE = FOLDER / "blazeface.onnx"
SIDE = 128
GRIDS = ((16, 2), (8, 6))  # places a side, answers at each: from the largest maps to the smallest
OUTPUTS = (("Identity:0", "Identity_2:0"), ("Identity_1:0", "Identity_3:0"))  # of each grid: scores, numbers
CLIPPED = 100.0  # scores beyond it are taken for it
CERTAIN = 0.75  # a face that is at least so probable is told
ALIKE = 0.3  # of two boxes, how much of both together they share, and are one face
POINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")  # as the person has them


@checked
@dataclass(frozen=True)
class Face:
    """One face, in parts of the picture's height and width.

    probability  0 to 1
    top, left, height, width  of its box
    points  (row, column) of each of POINTS
    """

    probability: float
    top: float
    left: float
    height: float
    width: float
    points: tuple[tuple[float, float], ...]


def _places() -> NDArray[np.float32]:
    """The middle (row, column) that each answer speaks of, in parts of the picture, (896, 2)."""
    found = []
    for side, each in GRIDS:
        middles = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
        rows, columns = np.meshgrid(middles, middles, indexing="ij")
        found.append(np.repeat(np.stack([rows.ravel(), columns.ravel()], 1), each, axis=0))
    return np.concatenate(found)


@checked
def faces(scores: NDArray, boxes: NDArray) -> list[Face]:
    """The faces that the answers tell, the most certain first.

    scores  (896,), before the sigmoid
    boxes   (896, 16): middle (x, y), width and height of a box, then (x, y) of six points, in pixels of the 128 x 128
            picture from the answer's place

    Answers whose boxes overlap speak of one face: their mean, weighted by how certain each is. Raises ArrayError for
    arrays of other shapes.
    """
    places = _places()
    given, told = numbers(scores, "scores"), numbers(boxes, "boxes")
    if given.shape != (len(places),) or told.shape != (len(places), 4 + 2 * len(POINTS)):
        raise ArrayError(
            f"BlazeFace gives {len(places)} scores and as many rows of {4 + 2 * len(POINTS)} numbers, not "
            f"{given.shape} and {told.shape}."
        )
    probable = sigmoid(np.clip(given, -CLIPPED, CLIPPED))
    left = [int(at) for at in np.argsort(-probable, kind="stable") if probable[at] >= CERTAIN]
    # (row, column) pairs: middle, height and width, the six points.
    pairs = told.reshape(len(places), -1, 2)[:, :, ::-1] / np.float32(SIDE)
    pairs[:, [0, *range(2, pairs.shape[1])]] += places[:, np.newaxis]
    found = []
    while left:
        alike = [at for at in left if at == left[0] or _shared(pairs[left[0]], pairs[at]) > ALIKE]
        mean = np.average(pairs[alike], axis=0, weights=probable[alike]).astype(float)
        (row, column), (height, width), *points = mean.tolist()
        certain = float(probable[left[0]])
        found.append(Face(certain, row - height / 2, column - width / 2, height, width, tuple(map(tuple, points))))
        left = [at for at in left if at not in alike]
    return found


def _shared(one: NDArray, other: NDArray) -> float:
    """How much two boxes share of what both cover together, 0 to 1."""
    starts = np.maximum(one[0] - one[1] / 2, other[0] - other[1] / 2)
    ends = np.minimum(one[0] + one[1] / 2, other[0] + other[1] / 2)
    both = float(np.prod(np.maximum(ends - starts, 0)))
    return both / max(float(np.prod(one[1]) + np.prod(other[1])) - both, 1e-12)
