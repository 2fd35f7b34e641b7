"""The operations of a convolutional network on NumPy arrays: arrays in, arrays out, nothing kept.

They follow PyTorch's rules, on float32 and float64. Beside each stands its gradient, which leads from a loss's
derivative for each number of the output to those for the input and the weights. It takes the arrays and settings that
the operation took, and `output_gradient`; its results are float64 if NumPy's promotion of the arrays and float32 is,
else float32; the arrays given are never modified. It raises what the operation raises, and ArrayError for an output
gradient of another shape than the output.
"""

from cnnviz.ops.activations import (
    ACTIVATIONS,
    Activation,
    elu,
    gelu,
    gelu_tanh,
    hard_sigmoid,
    hard_swish,
    leaky_relu,
    prelu,
    prelu_gradients,
    relu,
    relu6,
    scaled_tanh,
    sigmoid,
    silu,
    softmax,
    softmax_gradient,
    softplus,
    tanh,
)
from cnnviz.ops.adaptive import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_gradient,
    adaptive_max_pool2d,
    adaptive_max_pool2d_gradient,
)
from cnnviz.ops.attention import attention, attention_gradients, attention_weights
from cnnviz.ops.conv import conv2d
from cnnviz.ops.conv1d import conv1d, conv1d_gradients
from cnnviz.ops.conv3d import conv3d, conv3d_gradients
from cnnviz.ops.conv_gradients import conv2d_gradients
from cnnviz.ops.conv_transpose import conv_transpose2d, conv_transpose2d_gradients
from cnnviz.ops.distances import squared_distances, squared_distances_gradient
from cnnviz.ops.linear import linear, linear_gradients
from cnnviz.ops.normalisation import (
    batch_norm,
    batch_norm_gradients,
    batch_statistics,
    dropout,
    dropout_mask,
    group_norm,
    group_norm_gradients,
    layer_norm,
    layer_norm_gradients,
    local_response_norm,
    local_response_norm_gradient,
)
from cnnviz.ops.parts import PARTS, power, power_slope
from cnnviz.ops.pooling import avg_pool2d, avg_pool2d_gradient, max_pool2d, max_pool2d_gradient
from cnnviz.ops.upsample import upsample, upsample_gradient

__all__ = [
    "ACTIVATIONS", "Activation", "PARTS", "adaptive_avg_pool2d", "adaptive_avg_pool2d_gradient", "adaptive_max_pool2d",
    "adaptive_max_pool2d_gradient", "attention", "attention_gradients", "attention_weights", "avg_pool2d",
    "avg_pool2d_gradient", "batch_norm", "batch_norm_gradients", "batch_statistics", "conv1d", "conv1d_gradients",
    "conv2d", "conv2d_gradients", "conv3d", "conv3d_gradients", "conv_transpose2d", "conv_transpose2d_gradients",
    "dropout", "dropout_mask", "elu", "gelu", "gelu_tanh", "group_norm", "group_norm_gradients", "hard_sigmoid",
    "hard_swish", "layer_norm", "layer_norm_gradients", "leaky_relu", "linear", "linear_gradients",
    "local_response_norm", "local_response_norm_gradient", "max_pool2d", "max_pool2d_gradient", "power", "power_slope",
    "prelu", "prelu_gradients", "relu", "relu6", "scaled_tanh", "sigmoid", "silu", "softmax", "softmax_gradient",
    "softplus", "squared_distances", "squared_distances_gradient", "tanh", "upsample", "upsample_gradient",
]  # fmt: skip
