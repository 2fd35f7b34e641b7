"""What a layer is: shapes, parameters, multiply-adds, and how arrays go through it.

layer.py        what every layer answers
sliding.py      what CONV and POOL share
convolution.py  pooling.py  linear.py  elementwise.py
partial.py  subsample.py  rbf.py   as LeNet-5 had them in 1998
parallel.py     several layers on one input
typed.py        a stack of layers as text, both ways
"""

from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.elementwise import Activate, BatchNorm2d, Dropout
from cnnviz.layers.layer import Layer, Parameters, Shape
from cnnviz.layers.linear import Linear
from cnnviz.layers.parallel import Parallel
from cnnviz.layers.partial import PartialConv2d
from cnnviz.layers.pooling import AvgPool2d, GlobalAvgPool, MaxPool2d
from cnnviz.layers.rbf import Rbf
from cnnviz.layers.subsample import Subsample

__all__ = [
    "Activate", "AvgPool2d", "BatchNorm2d", "Conv2d", "Dropout", "GlobalAvgPool", "Layer", "Linear", "MaxPool2d",
    "Parallel", "Parameters", "PartialConv2d", "Rbf", "Shape", "Subsample",
]  # fmt: skip
