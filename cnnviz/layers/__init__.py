"""What a layer is: everything that is known of it stands in its class.

layer.py        what every layer answers; a node of a graph
sliding.py      what CONV and POOL share; same.py  a padding called "same"
filters.py      what CONV and TRANSPOSED CONV share
convolution.py  transposed.py  pooling.py  pooling_to_size.py  upsampling.py  linear.py
elementwise.py  bending.py  standardising.py  numberwise.py
partial.py  subsample.py  rbf.py   as LeNet-5 had them in 1998
joining.py      where branches meet; rearranging.py  numbers that only move
grammar.py      how a layer says that it is typed; typed.py  layers as text, both ways; pasted.py, code.py  as code
"""

from cnnviz.layers.bending import ELU, Clip, LeakyReLU, PReLU
from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.elementwise import Activate, BatchNorm2d, Dropout, LocalResponseNorm, Scale
from cnnviz.layers.grammar import Grammar
from cnnviz.layers.joining import Add, Concat, Multiply, Same
from cnnviz.layers.layer import INPUT, Layer, Node, Parameters, Shape
from cnnviz.layers.linear import Linear
from cnnviz.layers.numberwise import Elementary, Gain, Offset, Power
from cnnviz.layers.partial import PartialConv2d
from cnnviz.layers.pooling import AvgPool2d, GlobalAvgPool, MaxPool2d
from cnnviz.layers.pooling_to_size import AdaptiveAvgPool2d, AdaptiveMaxPool2d
from cnnviz.layers.rbf import Rbf
from cnnviz.layers.rearranging import Flatten, Pad, PadMaps, Repeat, Reshape, Slice, Transpose
from cnnviz.layers.standardising import GroupNorm, InstanceNorm2d, LayerNorm, Softmax
from cnnviz.layers.subsample import Subsample
from cnnviz.layers.transposed import ConvTranspose2d
from cnnviz.layers.upsampling import Resize, Upsample

__all__ = [
    "Activate", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Add", "AvgPool2d", "BatchNorm2d", "Clip", "Concat", "Conv2d",
    "ConvTranspose2d", "Dropout", "ELU", "Elementary", "Flatten", "Gain", "GlobalAvgPool", "GroupNorm", "INPUT",
    "InstanceNorm2d", "Layer", "LayerNorm", "LeakyReLU", "Linear", "LocalResponseNorm", "MaxPool2d", "Multiply", "Node",
    "Offset", "PReLU", "Pad", "PadMaps", "Parameters", "PartialConv2d", "Power", "Rbf", "Repeat", "Reshape", "Resize",
    "Same", "Scale", "Shape", "Slice", "Softmax", "Subsample", "Transpose", "Upsample",
]  # fmt: skip

# Those that can be typed, in the order in which they are named where a text is none of them.
TYPED: tuple[type[Layer], ...] = (
    Conv2d, ConvTranspose2d, GlobalAvgPool, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d, Upsample,
    Linear, Dropout, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, LocalResponseNorm, LeakyReLU, ELU, PReLU,
    Softmax, Flatten, Activate, Add, Concat, Multiply, Same,
)  # fmt: skip
GRAMMARS: dict[str, tuple[type[Layer], Grammar]] = {
    grammar.kind: (layer, grammar) for layer in TYPED for grammar in layer.grammars
}
