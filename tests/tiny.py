"""A trained network small enough to be checked number by number: 3 x 15 x 11 in, five classes out."""

import numpy as np

from cnnviz.layers import Activate, Conv2d, GlobalAvgPool, MaxPool2d, Parallel
from cnnviz.models import Trained
from cnnviz.network import Network
from stacks import some_parameters

LAYERS = (
    Conv2d(4, (3, 2), stride=1, padding=1),
    Activate(),
    MaxPool2d(2),
    Conv2d(3, 1),
    Parallel((Conv2d(2, 1), Conv2d(3, 3, padding=1))),
    Activate(),
    Conv2d(5, 1),
    GlobalAvgPool(),
)


def tiny(layers=LAYERS, seed=3):
    """It reads levels / 100 - 1."""
    network = Network((3, 15, 11), layers)
    return Trained(
        "Tiny", network, some_parameters(network, seed), tuple(f"layer {number}" for number in range(len(layers))),
        ("ant", "bee", "cat", "dog", "eel"), lambda levels: (levels / 100 - 1).astype(np.float32),
    )  # fmt: skip


def some_levels(seed=4):
    return np.random.default_rng(seed).integers(0, 256, (3, 15, 11), np.uint8)
