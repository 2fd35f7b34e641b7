"""SqueezeNet v1.1, which learnt a thousand classes from the million photographs of ImageNet.

Source: F. N. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size"
(2016), section 3 and figure 1; v1.1 as its authors published it: conv1 of 64 filters of 3 x 3, pools behind conv1,
fire3 and fire5. A fire module squeezes many maps into few by 1 x 1 filters, then expands them by 1 x 1 and 3 x 3
filters side by side.

conv1 pads by 1 and the pools leave out what does not divide, as in the package that carries the weights; the authors'
own form has no padding there and pools that round up, which gives 14 x 14 where 13 x 13 stand here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers
from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, Activate, Concat, Conv2d, GlobalAvgPool, Layer, MaxPool2d, Node
from cnnviz.models.trained import Trained
from cnnviz.models.weights import FOLDER, by_layer, read

SIDE = 227
INPUTS = ("blue", "green", "red")  # in the order in which it reads them
# The mean blue, green and red of the training photographs, levels, as Caffe's models take it off.
MEAN = np.array([104.006, 116.669, 122.679], np.float32)

FIRES = {2: (16, 128), 3: (16, 128), 4: (32, 256), 5: (32, 256), 6: (48, 384), 7: (48, 384), 8: (64, 512), 9: (64, 512)}
_POOL_BEHIND = {3: "pool3", 5: "pool5"}


def _nodes() -> tuple[Node, ...]:
    """In order: a fire module is a squeeze, two branches that expand what it gives, and their maps side by side."""
    relu, pool, found = Activate("relu"), MaxPool2d(3, 2), [Node("conv1", Conv2d(64, 3, stride=2, padding=1), (INPUT,))]

    def then(name: str, layer: Layer, *inputs: str) -> None:
        found.append(Node(name, layer, inputs or (found[-1].name,)))

    then("conv1 ReLU", relu)
    then("pool1", pool)
    for number, (squeezed, expanded) in FIRES.items():
        fire = f"fire{number}"
        then(f"{fire} squeeze", Conv2d(squeezed, 1))
        then(f"{fire} squeeze ReLU", relu)
        then(f"{fire} expand 1 × 1", Conv2d(expanded // 2, 1), f"{fire} squeeze ReLU")
        then(f"{fire} expand 3 × 3", Conv2d(expanded // 2, 3, padding=1), f"{fire} squeeze ReLU")
        then(f"{fire} expand", Concat(), f"{fire} expand 1 × 1", f"{fire} expand 3 × 3")
        then(f"{fire} expand ReLU", relu)
        if number in _POOL_BEHIND:
            then(_POOL_BEHIND[number], pool)
    then("conv10", Conv2d(1000, 1))
    then("conv10 ReLU", relu)
    then("global average", GlobalAvgPool())
    return tuple(found)


def prepare(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Levels of red, green and blue, uint8 (3, 227, 227) -> float32 blue, green and red, each less its mean.

    The order and the mean are those of the photographs that it learnt from. Raises ArrayError for anything else.
    """
    levels = numbers(levels, "levels")
    if levels.dtype != np.uint8 or levels.shape != (3, SIDE, SIDE):
        raise ArrayError(
            f"SqueezeNet takes uint8 levels of shape (3, {SIDE}, {SIDE}), not {levels.dtype} {levels.shape}."
        )
    return levels[::-1].astype(np.float32) - MEAN[:, np.newaxis, np.newaxis]


@cache
def squeezenet() -> Trained:
    """SqueezeNet v1.1 with its weights as float32; read once, then kept: 5 MB.

    They are stored as float16, which changes no probability of the sample photographs by more than 0.0003.
    """
    network = Graph((3, SIDE, SIDE), _nodes())
    # In the file a fire module's two branches are expand.0 and expand.1.
    arrays = {
        name.replace("expand.0", "expand 1 × 1").replace("expand.1", "expand 3 × 3"): array
        for name, array in read("squeezenet1_1").items()
    }
    return Trained(
        name="SqueezeNet v1.1",
        network=network,
        parameters=by_layer(network, network.names, arrays),
        names=network.names,
        classes=tuple((FOLDER / "imagenet_classes.txt").read_text("utf-8").splitlines()),
        prepare=prepare,
        source="Learnt from the 1.2 million photographs of ImageNet (F. N. Iandola et al., 2016).",
    )
