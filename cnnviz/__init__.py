"""cnnviz: every number inside a convolutional network, on one's own picture.

`import cnnviz` brings NumPy and nothing else of weight; what opens pictures is imported when it is first asked for.
Arrays are (C, H, W) or (N, C, H, W); pairs are (height, width), rows first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Field, Window
from cnnviz.layers import (
    ELU,
    Activate,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    GlobalAvgPool,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    PartialConv2d,
    PReLU,
    Rbf,
    Softmax,
    Subsample,
    Upsample,
)
from cnnviz.models import ARCHITECTURES, Trained, digits, lenet5, lenet5_1998
from cnnviz.network import Network
from cnnviz.ops import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    attention,
    avg_pool2d,
    batch_norm,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose2d,
    dropout,
    gelu,
    group_norm,
    layer_norm,
    leaky_relu,
    linear,
    local_response_norm,
    max_pool2d,
    prelu,
    relu,
    scaled_tanh,
    sigmoid,
    softmax,
    squared_distances,
    tanh,
    upsample,
)
from cnnviz.steps import Step, Trace

if TYPE_CHECKING:
    from cnnviz.formats import open_network, write_network
    from cnnviz.pictures import Picture, open_picture

__all__ = [
    "ARCHITECTURES", "Activate", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "AvgPool2d", "BatchNorm2d", "CnnvizError",
    "Conv2d", "ConvTranspose2d", "Dropout", "ELU", "Field", "GlobalAvgPool", "GroupNorm", "InstanceNorm2d", "LayerNorm",
    "LeakyReLU", "Linear", "LocalResponseNorm", "MaxPool2d", "Network", "PReLU", "PartialConv2d", "Picture", "Rbf",
    "Softmax", "Step", "Subsample", "Trace", "Trained", "Upsample", "Window", "adaptive_avg_pool2d",
    "adaptive_max_pool2d", "attention", "avg_pool2d", "batch_norm", "conv1d", "conv2d", "conv3d", "conv_transpose2d",
    "digits", "dropout", "gelu", "group_norm", "layer_norm", "leaky_relu", "lenet5", "lenet5_1998", "linear",
    "local_response_norm", "max_pool2d", "open_network", "open_picture", "prelu", "relu", "scaled_tanh", "sigmoid",
    "softmax", "squared_distances", "tanh", "upsample", "write_network",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in ("Picture", "open_picture"):
        from cnnviz import pictures

        return getattr(pictures, name)
    if name in ("open_network", "write_network"):
        from cnnviz import formats

        return getattr(formats, name)
    raise AttributeError(f"module 'cnnviz' has no attribute {name!r}")
