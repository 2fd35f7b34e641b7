"""A trained network small enough to be checked number by number: 3 x 15 x 11 in, five classes out."""

import io

import numpy as np
from PIL import Image

from cnnviz.graph import Graph
from cnnviz.layers.typed import nodes
from cnnviz.models import Trained
from stacks import some_parameters, written

TEXT = "conv 4 3x2 p1; relu; max 2x2; conv 3 1x1; [conv 2 1x1 | conv 3 3x3 p1] concat; relu; conv 5 1x1; global avg"


def tiny(text=TEXT, seed=3):
    """It reads levels / 100 - 1."""
    network = Graph((3, 15, 11), nodes(text))
    names = tuple(f"layer {number}" for number in range(len(network.layers)))
    return Trained(
        "Tiny", network, some_parameters(network, seed), names,
        ("ant", "bee", "cat", "dog", "eel"), lambda levels: (levels / 100 - 1).astype(np.float32),
    )  # fmt: skip


def onnx_file():
    """The bytes of a network's file."""
    network = Graph((2, 4, 3), nodes("conv 3 2x2; relu"))
    return written(network, some_parameters(network, 1), np.zeros((2, 4, 3), np.float32)).SerializeToString()


def some_levels(seed=4):
    return np.random.default_rng(seed).integers(0, 256, (3, 15, 11), np.uint8)


def tiny_film(frames, format="GIF", height=9, width=14, **settings):
    """A film's file: a white square of 3 x 3 goes from left to right over black, a column a frame."""
    levels = np.zeros((frames, height, width), np.uint8)
    for at in range(frames):
        levels[at, 2:5, at : at + 3] = 255
    images = [Image.fromarray(level) for level in levels]
    file = io.BytesIO()
    images[0].save(file, format, save_all=True, append_images=images[1:], **settings)
    return file.getvalue()
