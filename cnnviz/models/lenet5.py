"""LeNet-5, which read the amounts on bank cheques: as published in 1998, and in the form that is taught today.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998),
section II.B and figure 2. weights/README.md tells how both forms learnt, and how well.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import Activate, Conv2d, Layer, Linear, MaxPool2d, PartialConv2d, Rbf, Subsample
from cnnviz.models import codes, weights
from cnnviz.models.trained import Trained
from cnnviz.network import Network
from cnnviz.numbers import times
from cnnviz.signatures import checked

SIDE = 32
DIGIT = 28  # a digit's own height and width; two empty pixels around make it 32
BACKGROUND, INK = -0.1, 1.175  # the levels of 1998: their mean is about 0 and their variance about 1
_LETTERS = {"CONV": "C", "FC": "F"}

# The paper's table I: for each of C3's 16 filters the maps of S2 that it reads. 60 of the 96 links there could be.
TABLE_I = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip


def _layers_1998() -> dict[str, Layer]:
    squashed = Activate("scaled tanh")
    return {
        "C1": Conv2d(6, 5), "C1 squashed": squashed,
        "S2": Subsample(2), "S2 squashed": squashed,
        "C3": PartialConv2d(TABLE_I, 5), "C3 squashed": squashed,
        "S4": Subsample(2), "S4 squashed": squashed,
        "C5": Conv2d(120, 5), "C5 squashed": squashed,
        "F6": Linear(84), "F6 squashed": squashed,
        "output": Rbf(10),
    }  # fmt: skip


def _layers_today() -> dict[str, Layer]:
    relu = Activate("relu")
    return {
        "C1": Conv2d(6, 5), "C1 ReLU": relu, "S2": MaxPool2d(2),
        "C3": Conv2d(16, 5), "C3 ReLU": relu, "S4": MaxPool2d(2),
        "C5": Linear(120), "C5 ReLU": relu,
        "F6": Linear(84), "F6 ReLU": relu,
        "output": Linear(10),
    }  # fmt: skip


def prepare(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the modern form reads: 0 for no ink to 1.

    levels  uint8 (28, 28), ink bright on 0, or (32, 32) with the empty border already; or (N, ...), a batch of such

    Returns float32 (1, 32, 32) or (N, 1, 32, 32). Raises ArrayError for anything else.
    """
    levels = numbers(levels, "levels")
    sides = levels.shape[-2:]
    if levels.dtype != np.uint8 or levels.ndim not in (2, 3) or sides not in ((DIGIT, DIGIT), (SIDE, SIDE)):
        raise ArrayError(
            f"LeNet-5 takes uint8 levels of {times(DIGIT, DIGIT)} or {times(SIDE, SIDE)}, not {levels.dtype} "
            f"{levels.shape}."
        )
    border = (SIDE - sides[0]) // 2
    padded = np.pad(levels, [(0, 0)] * (levels.ndim - 2) + [(border, border)] * 2)
    return np.expand_dims(padded, -3).astype(np.float32) / np.float32(255)


def prepare_1998(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the form of 1998 reads: -0.1 for no ink to 1.175. Levels as `prepare` takes them."""
    return prepare(levels) * np.float32(INK - BACKGROUND) + np.float32(BACKGROUND)


@cache
def lenet5_1998() -> Trained:
    """The network of the paper: 60,000 numbers learnt, ten squared distances; read once, then kept: 0.25 MB.

    Its codes are those of `models.codes`, drawn in the style of the paper's figure 3.
    """
    layers = _layers_1998()
    network = Network((1, SIDE, SIDE), tuple(layers.values()), tuple(layers))
    arrays = {**weights.read("lenet5_1998"), "output.codes": codes.DIGITS}
    return Trained(
        name="LeNet-5 (1998)",
        network=network,
        parameters=weights.by_layer(network, tuple(layers), arrays),
        names=tuple(layers),
        classes=tuple("0123456789"),
        prepare=prepare_1998,
        distances=True,
        first=(2, 0, 4, 4),
        source="Learnt from 55,000 of MNIST’s digits, by the paper’s loss; 99.23 % of the 10,000 test digits right.",
    )


@cache
def lenet5() -> Trained:
    """The form that is taught today: ReLU, max pooling, every link of C3, ten scores for softmax; 61,706 numbers."""
    layers = _layers_today()
    network = Network((1, SIDE, SIDE), tuple(layers.values()), tuple(layers))
    return Trained(
        name="LeNet-5 (modern)",
        network=network,
        parameters=weights.by_layer(network, tuple(layers), weights.read("lenet5_modern")),
        names=tuple(layers),
        classes=tuple("0123456789"),
        prepare=prepare,
        source="Learnt from 55,000 of MNIST’s digits, by cross entropy; 99.49 % of the 10,000 test digits right.",
        first=(2, 9, 1, 7),
    )


@checked
def layer_names(network: Graph) -> tuple[str, ...]:
    """What each layer's output is called: C, S and F with their number among these, as in the paper of LeNet-5."""
    found: list[str] = []
    number = 0
    for layer in network.layers:
        if layer.belongs:
            before = next((name for name in reversed(found) if " " not in name), "input")
            found.append(f"{before} {layer.name}")
        else:
            number += 1
            found.append(f"{_LETTERS.get(layer.kind, 'S')}{number}")
    return tuple(found)
