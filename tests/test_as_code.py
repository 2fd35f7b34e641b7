"""A network written as PyTorch's and as Keras' code. `bench/torch_code.py` runs the code in PyTorch; here it is held to
stored text, and to be read again as the very same network."""

from pathlib import Path

import pytest

from cnnviz.errors import NetworkError
from cnnviz.formats.as_code import keras_code, torch_code
from cnnviz.graph import Graph
from cnnviz.layers import INPUT, GlobalAvgPool, Node, Rbf, Same
from cnnviz.models import ARCHITECTURES, squeezenet
from cnnviz.network import Network
from cnnviz.stacks import stack_of
from code_stacks import STACKS

PRINTED = Path(__file__).parent / "data" / "printed"
NETWORKS = [
    *STACKS, *((told.stack, told.input_shape) for told in ARCHITECTURES.values()),
    ((PRINTED / "resnet18.txt").read_text("utf-8"), (3, 224, 224)),
    ((PRINTED / "squeezenet1_1.txt").read_text("utf-8"), (3, 224, 224)),
]  # fmt: skip


def network(text: str, shape: tuple[int, ...]) -> Graph:
    found = stack_of(text, shape)
    assert found.problem == ""
    return found.network


@pytest.mark.parametrize(("text", "shape"), NETWORKS)
def test_pytorchs_code_is_read_again_as_the_same_network(text, shape):
    written = network(text, shape)
    assert network(torch_code(written), shape) == written


# Keras has no border but zeros, no pool whose padding follows a tanh, no LRN.
@pytest.mark.parametrize(("text", "shape"), [NETWORKS[at] for at in (0, 2, 5, 6, 8, 9, 10, 11)] + [
    ("conv 6 3x2 s2 p1x0 g2 no bias; batch norm eps 0.01; leaky relu; gelu; dropout 0.25; conv 4 3x3 d2 same; silu; "
     "elu; softplus; relu6; hard swish; hard sigmoid; max 3x3 s2 p1; avg 3x3 s2 p1; sigmoid; tanh; identity; "
     "global avg; fc 4; batch norm; fc 3 no bias", (4, 25, 32)),
    ("upsample 2x3x bilinear; [max 2x2; upsample 2x | same] concat; global max; fc 3", (3, 6, 8)),
    ("relu; [max 3x3 s2 p1 | avg 3x3 s2 same] concat; dropout 0.5; max 2 p1", (3, 20, 31)),
])  # fmt: skip
def test_keras_code_is_read_again_as_the_same_network(text, shape):
    written = network(text, shape)
    assert network(keras_code(written), shape) == written


SEQUENTIAL = """# Takes pictures as (N, 3, 17, 22).
import torch
from torch import nn

model = nn.Sequential(
    nn.ZeroPad2d((0, 1, 2, 1)),
    nn.Conv2d(3, 8, kernel_size=(4, 3), stride=(1, 2)),
    nn.BatchNorm2d(8, eps=0.001),
    nn.ReLU(),
    nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
    nn.Flatten(),
    nn.Linear(432, 10, bias=False),
)
"""
FUNCTIONAL = """# Takes pictures as (N, 12, 14, 3).
import keras
from keras import layers

inputs = keras.Input(shape=(12, 14, 3))
x = layers.Conv2D(4, 3, padding='same')(inputs)
x2 = layers.ReLU()(x)
x3 = layers.Conv2D(4, 1)(x2)
x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x2)
x = layers.AveragePooling2D(3, strides=1)(x)
x = layers.Concatenate()([x3, x2, x])
x = layers.Flatten()(x)
x = layers.Dense(2)(x)
model = keras.Model(inputs, x)
"""
CLASS = """# Takes pictures as (N, 3, 12, 14).
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, kernel_size=3, padding=1)
        self.activation2 = nn.ReLU()
        self.conv3 = nn.Conv2d(4, 4, kernel_size=1)
        self.pool5 = nn.AvgPool2d(3, stride=1, padding=1)
        self.fc7 = nn.Sequential(
            nn.Flatten(),
            nn.Linear(2016, 2),
        )

    def forward(self, picture):
        x = self.conv1(picture)
        x2 = self.activation2(x)
        x3 = self.conv3(x2)
        x = self.pool5(x2)
        x = torch.cat([x3, x2, x], dim=1)
        x = self.fc7(x)
        return x


model = Net()
"""


def test_the_code_is_as_one_would_write_it():
    text = "conv 8 4x3 s1x2 p2+1x0+1; batch norm eps 0.001; relu; max 3x3 s2 p1 ceil; fc 10 no bias"
    assert torch_code(network(text, (3, 17, 22))) == SEQUENTIAL
    branches = network("conv 4 3x3 p1; relu; [conv 4 1x1 | same | avg 3x3 s1 p1] concat; fc 2", (3, 12, 14))
    assert torch_code(branches) == CLASS and keras_code(branches) == FUNCTIONAL


@pytest.mark.parametrize(("text", "write", "words"), [
    ("relu; avg 2x2 s1 same", torch_code, "Layer 2, AVERAGE POOL 2 × 2: its padding differs at the two ends and"),
    ("max 3 s2 p1+0 ceil", torch_code, "Layer 1, MAX POOL 3 × 3: its padding differs at the two ends, and a"),
    ("scaled tanh", torch_code, "PyTorch has no layer that does this"),
    ("fc 3; lrn 3", torch_code, "fits before the first"),
    ("scaled tanh", keras_code, "Keras has no layer that does this"),
    ("lrn 3", keras_code, "Keras has no layer that does"),
    ("conv 3 3x3 p1 reflect", keras_code, "Keras has no layer whose border is reflect; zeros it has."),
    ("max 2x2 s1 d2", keras_code, "Keras has no pool with a dilation."),
    ("tanh; max 3x3 s2 p1", keras_code, "zeros around the map are as its padding behind a ReLU, and “same”"),
    ("avg 3x3 s2 p1 ceil", keras_code, "a padding whose zeros count in the mean works, without ceil_mode, and “same”."),
])  # fmt: skip
def test_what_neither_has_is_refused_by_its_layer(text, write, words):
    with pytest.raises(NetworkError) as refused:
        write(network(text, (3, 16, 23)))
    assert words in str(refused.value) and str(refused.value).startswith("Layer ")


def test_every_network_has_code_or_a_sentence():
    for write in (torch_code, keras_code):
        with pytest.raises(NetworkError, match="has no layers"):
            write(Graph((3, 8, 8), ()))
        with pytest.raises(NetworkError, match="Layer 1, RBF 3: .* has no layer that does this"):
            write(Network((3, 8, 8), [Rbf(3)]))
        nodes = (Node("a", GlobalAvgPool(), (INPUT,)), Node("b", Same(), ("a",)), Node("c", Same(), (INPUT,)))
        assert write(Graph((3, 8, 8), nodes))
    assert "torch.cat" in torch_code(squeezenet().network)
