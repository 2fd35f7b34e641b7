"""The operations of a convolutional network on NumPy arrays: arrays in, arrays out, nothing kept.

They follow PyTorch's rules, on float32 and float64.
"""

from cnnviz.ops.activations import (
    ACTIVATIONS,
    Activation,
    gelu,
    leaky_relu,
    relu,
    scaled_tanh,
    sigmoid,
    softmax,
    tanh,
)
from cnnviz.ops.conv import conv2d
from cnnviz.ops.distances import squared_distances
from cnnviz.ops.linear import linear
from cnnviz.ops.normalisation import batch_norm, batch_statistics, dropout, dropout_mask
from cnnviz.ops.pooling import avg_pool2d, max_pool2d

__all__ = [
    "ACTIVATIONS", "Activation", "avg_pool2d", "batch_norm", "batch_statistics", "conv2d", "dropout", "dropout_mask",
    "gelu", "leaky_relu", "linear", "max_pool2d", "relu", "scaled_tanh", "sigmoid", "softmax",
    "squared_distances", "tanh",
]  # fmt: skip
