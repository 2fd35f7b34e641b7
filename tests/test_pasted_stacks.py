"""Stacks as PyTorch and Keras write and print them: read as the layers that they are there, or refused in a sentence.

The printed forms are PyTorch's own (2.13), and torchvision's (0.28).
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import CnnvizError, DoesNotFit, SettingError
from cnnviz.geometry import same_padding
from cnnviz.layers import (
    ELU,
    Activate,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    PReLU,
    Softmax,
)
from cnnviz.layers.typed import DEEPEST, draft, parts, read, written
from cnnviz.models import ARCHITECTURES
from cnnviz.network import Network
from cnnviz.stacks import stack_of
from cnnviz.ui.lessons.layers.layers_stack import remedies
from pace import loops

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=300)
RGB = (3, 16, 24)
RELU = Activate("relu")

LAYERS = [
    # as PyTorch prints them
    ("Conv2d(3, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))", [Conv2d(64, 3, padding=1)]),
    ("Conv2d(3, 12, kernel_size=(5, 3), stride=(2, 1), padding=(2, 1), dilation=(2, 1), groups=3, bias=False, "
     "padding_mode=reflect)", [Conv2d(12, (5, 3), (2, 1), (2, 1), (2, 1), 3, False, "reflect")]),
    ("Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=same)", [Conv2d(8, 3, padding=1)]),
    ("MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=True)", [MaxPool2d(3, 2, ceil_mode=True)]),
    ("MaxPool2d(kernel_size=(3, 2), stride=(3, 2), padding=(1, 0), dilation=(1, 1), ceil_mode=False)",
     [MaxPool2d((3, 2), padding=(1, 0))]),
    ("AvgPool2d(kernel_size=2, stride=2, padding=0)", [AvgPool2d(2)]),
    ("BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)", [BatchNorm2d()]),
    ("BatchNorm1d(3, eps=0.001, momentum=None, affine=True, track_running_stats=True)", [BatchNorm2d(0.001)]),
    ("ReLU(inplace=True)", [RELU]), ("ReLU()", [RELU]), ("ReLU(True)", [RELU]),
    ("Dropout(p=0.5, inplace=False)", [Dropout(0.5)]),
    ("Linear(in_features=1152, out_features=10, bias=True)", [Linear(10)]),
    ("Linear(in_features=1152, out_features=10, bias=False)", [Linear(10, False)]),
    ("AdaptiveAvgPool2d(output_size=(1, 1))", [GlobalAvgPool()]),
    ("AdaptiveAvgPool2d(output_size=1)", [GlobalAvgPool()]),
    ("Flatten(start_dim=1, end_dim=-1)", []),
    ("Sigmoid()", [Activate("sigmoid")]), ("Tanh()", [Activate("tanh")]), ("Identity()", [Activate("identity")]),
    ("ReLU6(inplace=True)", [Activate("relu6")]), ("Hardswish()", [Activate("hard swish")]),
    ("Hardsigmoid()", [Activate("hard sigmoid")]), ("SiLU(inplace=True)", [Activate("silu")]),
    ("ELU(alpha=1.0)", [Activate("elu")]), ("Softplus(beta=1.0, threshold=20.0)", [Activate("softplus")]),
    ("MaxPool2d(3, stride=2, dilation=2)", [MaxPool2d(3, 2, dilation=2)]),
    ("GELU(approximate='none')", [Activate("gelu")]), ("LeakyReLU(negative_slope=0.01)", [Activate("leaky relu")]),
    ("LeakyReLU(negative_slope=0.01, inplace=True)", [Activate("leaky relu")]),
    ("LeakyReLU(0.2)", [LeakyReLU(0.2)]), ("layers.LeakyReLU(0.3)", [LeakyReLU(0.3)]), ("ELU(alpha=0.5)", [ELU(0.5)]),
    ("GELU(approximate='tanh')", [Activate("gelu tanh")]), ("tanh gelu", [Activate("gelu tanh")]),
    ("PReLU(num_parameters=3)", [PReLU(3)]), ("nn.Softmax(dim=1)", [Softmax()]),
    # as they are written in code
    ("nn.Conv2d(3, 64, 3, padding=1)", [Conv2d(64, 3, padding=1)]),
    ("torch.nn.Conv2d(in_channels=3, out_channels=64, kernel_size=3, stride=2, bias=False)",
     [Conv2d(64, 3, 2, bias=False)]),
    ("nn.Conv2d(3, 64, 3, 1, 1, 1, 1, True, 'circular', device=None)",
     [Conv2d(64, 3, padding=1, padding_mode="circular")]),
    ("nn.LazyConv2d(8, 5)", [Conv2d(8, 5)]), ("nn.Conv2d(8, 5)", [Conv2d(8, 5)]),
    ("nn.MaxPool2d(2)", [MaxPool2d(2)]), ("nn.MaxPool2d(3, 2, 1)", [MaxPool2d(3, 2, 1)]),
    ("nn.AvgPool2d(2, count_include_pad=False, padding=1)", [AvgPool2d(2, padding=1, count_include_pad=False)]),
    ("nn.AdaptiveAvgPool2d(1)", [GlobalAvgPool()]), ("nn.AdaptiveAvgPool2d((1, 1))", [GlobalAvgPool()]),
    ("nn.LazyLinear(10)", [Linear(10)]), ("nn.Linear(1152, 10, bias=False)", [Linear(10, False)]),
    ("nn.LazyBatchNorm2d()", [BatchNorm2d()]), ("nn.Dropout()", [Dropout()]), ("nn.Dropout(0.2)", [Dropout(0.2)]),
    ("nn.GELU()", [Activate("gelu")]), ("nn.Flatten()", []),
    # Keras
    ('Conv2D(64, 3, padding="same", activation="relu")', [Conv2d(64, 3, padding=1), RELU]),
    ('layers.Conv2D(filters=64, kernel_size=(3, 5), strides=(2, 1), padding="valid", use_bias=False, name="first")',
     [Conv2d(64, (3, 5), (2, 1), bias=False)]),
    ("tf.keras.layers.Conv2D(8, (3, 3), activation=tf.nn.relu, kernel_initializer='zeros', input_shape=(16, 24, 3))",
     [Conv2d(8, 3), RELU]),
    ("keras.layers.Conv2D(12, 3, groups=3, dilation_rate=2, activation='linear')",
     [Conv2d(12, 3, dilation=2, groups=3)]),
    ("MaxPooling2D((2, 2))", [MaxPool2d(2)]), ("MaxPooling2D(pool_size=3, strides=2)", [MaxPool2d(3, 2)]),
    ("layers.MaxPool2D()", [MaxPool2d(2)]),
    ("layers.AveragePooling2D(2)", [AvgPool2d(2)]), ("GlobalAveragePooling2D()", [GlobalAvgPool()]),
    ("BatchNormalization()", [BatchNorm2d(0.001)]), ("BatchNormalization(epsilon=1e-5, momentum=0.9)", [BatchNorm2d()]),
    ("layers.Dropout(rate=0.25)", [Dropout(0.25)]), ("layers.Activation('tanh')", [Activate("tanh")]),
    ("layers.Flatten(), layers.Dense(10, activation='sigmoid')", [Linear(10), Activate("sigmoid")]),
    ("keras.Input(shape=(16, 24, 3))", []), ("layers.InputLayer(input_shape=(16, 24, 3))", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), LAYERS)
def test_a_layer_is_read(text, meant):
    assert read(text) == tuple(meant)
    stack = stack_of(text, RGB)
    assert stack.network.layers == tuple(meant)
    # What is shown is the page's own text, which says the same.
    assert "(" not in stack.text and stack.text == written(meant) and read(stack.text) == tuple(meant)


ALEXNET = """AlexNet(
  (features): Sequential(
    (0): Conv2d(3, 64, kernel_size=(11, 11), stride=(4, 4), padding=(2, 2))
    (1): ReLU(inplace=True)
    (2): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    (3): Conv2d(64, 192, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    (4): ReLU(inplace=True)
    (5): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    (6): Conv2d(192, 384, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (7): ReLU(inplace=True)
    (8): Conv2d(384, 256, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (9): ReLU(inplace=True)
    (10): Conv2d(256, 256, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (11): ReLU(inplace=True)
    (12): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (avgpool): AdaptiveAvgPool2d(output_size=(6, 6))
  (classifier): Sequential(
    (0): Dropout(p=0.5, inplace=False)
    (1): Linear(in_features=9216, out_features=4096, bias=True)
    (2): ReLU(inplace=True)
    (3): Dropout(p=0.5, inplace=False)
    (4): Linear(in_features=4096, out_features=4096, bias=True)
    (5): ReLU(inplace=True)
    (6): Linear(in_features=4096, out_features=1000, bias=True)
  )
)"""


def test_a_printed_network_is_read_to_its_last_parameter():
    """Its pooling to 6 × 6 too, which on such a picture changes nothing and on others does."""
    whole = stack_of(ALEXNET, (3, 224, 224))
    assert whole.problem == "" and whole.shape == (1000,)
    assert whole.network.parameters == 61_100_840  # of torchvision's alexnet
    other = stack_of("; ".join(part.text for part in whole.parts), (3, 301, 260))
    assert other.network.shapes[13:15] == ((256, 8, 7), (256, 6, 6)) and other.shape == (1000,)
    parts = [part.text for part in whole.parts]
    assert "adaptive avg 6" in parts


def test_a_layer_that_tells_of_another_input_is_named():
    stack = stack_of("Conv2d(1, 8, 3); ReLU(); Conv2d(9, 4, 3)", RGB)
    assert stack.problem == (
        "Layer 1, CONV 3 × 3: it is written for 1 channel, and 3 come in; without that number it takes what comes."
    )
    stack = stack_of(dict(remedies(stack))["take the 3 that come in"], RGB)
    assert "Layer 3, CONV 3 × 3: it is written for 9 channels, and 8 come in" in stack.problem
    assert stack.text == "conv 8 3x3; relu; conv 4 3x3 in 9"
    assert stack_of(dict(remedies(stack))["take the 8 that come in"], RGB).problem == ""
    stack = stack_of("Conv2d(3, 8, 3); Flatten(); Linear(512, 10)", RGB)
    assert "Layer 2, FC 10: it is written for 512 numbers, and 2,464 come in" in stack.problem
    assert stack_of(dict(remedies(stack))["take the 2,464 that come in"], RGB).text == "conv 8 3x3; fc 10"
    stack = stack_of("Conv2d(3, 8, 3); BatchNorm2d(16)", RGB)
    assert "Layer 2, BATCH NORM: it is written for 16 channels, and 8 come in" in stack.problem
    assert remedies(stack)[0][0] == "take the 8 that come in"
    stack = stack_of("fc 1; Linear(2, 3)", RGB)
    assert "2 numbers, and 1 comes in" in stack.problem and remedies(stack)[0][0] == "take the 1 that comes in"


def test_the_core_holds_what_is_told_against_what_comes():
    layers = read("nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(32, 10, 3)")
    with pytest.raises(DoesNotFit, match="Layer 3, CONV 3 × 3: it is written for 32 channels, and 64 come in"):
        Network((3, 32, 32), layers)
    for make in (lambda told: Conv2d(4, 3, in_channels=told), lambda told: Linear(4, in_features=told),
                 lambda told: BatchNorm2d(num_features=told)):  # fmt: skip
        assert make(None) == make(3) and hash(make(None)) == hash(make(3))
        for told in (0, -1, 2.5, True, "3"):
            with pytest.raises(SettingError):
                make(told)


def test_code_of_a_sequential_is_read_whole():
    code = """
    >>> import torch.nn as nn
    >>> # two stages
    >>> model: nn.Module = nn.Sequential(
    ...     nn.Sequential(nn.Conv2d(3, 6, kernel_size=5), nn.Tanh(), nn.AvgPool2d(2)),  # first
    ...     nn.Sequential(OrderedDict([("conv2", nn.Conv2d(6, 16, 3)), ("act", nn.Tanh())])),
    ...     nn.Flatten(), nn.Linear(16 , 84),
    ... ).to("cpu")
    >>> print(model)
    """
    expected = (Conv2d(6, 5), Activate("tanh"), AvgPool2d(2), Conv2d(16, 3), Activate("tanh"), Linear(84))
    assert read(code) == expected
    assert read("Conv2d(3, 6, 5)\nReLU()\nMaxPool2d(2)\n") == (Conv2d(6, 5), RELU, MaxPool2d(2))
    assert read("(0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n(1): ReLU()\r\n") == (Conv2d(6, 5), RELU)
    assert read("conv 8 3x3; ReLU(); max 2x2 -> Dropout(0.1) → fc 10") == (
        Conv2d(8, 3), RELU, MaxPool2d(2), Dropout(0.1), Linear(10))  # fmt: skip
    assert read("[nn.Conv2d(3, 6, 5), nn.ReLU()]") == (Conv2d(6, 5), RELU)
    assert read("POOL(2); CONV(8, 3x3)") == (MaxPool2d(2), Conv2d(8, 3))  # typed, with capitals


@pytest.mark.parametrize("text", [
    "self.conv1 = nn.Conv2d(3, 2**3, 2 + 1)\nself.relu = nn.ReLU(inplace)\nself.fc = nn.Linear(8 * (30 // 2) * 15, 10)",
    "super(Net, self).__init__()\nself.a = nn.Conv2d(3, 8, 3)\nself.b = nn.ReLU()\nself.c = nn.Linear(6 * 300, 10)",
    "net = nn.Sequential()\nnet.add_module('a', nn.Conv2d(3, 8, 3))\nnet.extend([nn.ReLU(), nn.Linear(1800, 10)])",
    "nn.Sequential(OrderedDict({'a': nn.Conv2d(3, 8, 3), 'b': nn.ReLU(), 'c': nn.Linear(1800, 10)}))",
    "```python\nnn.Conv2d(3, 8, 3)\nnn.ReLU()\nnn.Linear(1800, 10)\n```",
    "- Conv2d(3, 8, 3)\n- ReLU()\n- Linear(1800, 10)",
    "1. Conv2d(3, 8, 3)\n2. ReLU()\n3. Linear(1800, 10)",
    "\ufeffnn.Conv2d(3, 8, 3, padding=‘valid’)\n\u00a0nn.ReLU()\nnn.Linear(1800,\u00a010)",
    "\ufeffconv 8 3x3; relu; fc 10",
])  # fmt: skip
def test_code_as_it_is_shown_and_pasted_is_read(text):
    told = [(layer.name, getattr(layer, "out_channels", getattr(layer, "out_features", 0))) for layer in read(text)]
    assert told == [("CONV 3 × 3", 8), ("ReLU", 0), ("FC 10", 10)]


def test_where_some_is_typed_dense_needs_no_flatten_before_it():
    assert read("conv 8 3x3; Dense(10)") == (Conv2d(8, 3), Linear(10))


def test_what_changes_nothing_is_left_out():
    assert read("nn.Dropout(0.5, True)") == (Dropout(0.5),)
    text = "layers.Conv2D(8, 3, gamma_regularizer=None, kernel_constraint=unit, bias_initializer='zeros')"
    assert read(text) == (Conv2d(8, 3),)


def test_what_is_worked_out_is_held_against_what_comes():
    text = "nn.Conv2d(3, 6, 5), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2, 2), nn.Linear(16 * 5 * 5, 120)"
    assert stack_of(text, (3, 32, 32)).problem == ""
    assert "it is written for 400 numbers, and 784 come in" in stack_of(text, (3, 40, 40)).problem


KERAS = """
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(10, activation="softmax"),
])
model.summary()
"""


def test_a_keras_model_is_read_with_its_softmax():
    whole = stack_of(KERAS, (1, 28, 28))
    assert whole.text == "conv 32 3x3; relu; max 2x2; conv 64 3x3; relu; max 2x2; dropout 0.5; fc 10; softmax"
    assert whole.network.parameters == 34_826  # as Keras counts this network of its own tutorial
    assert "Layer 1, CONV 3 × 3: it is written for 1 channel, and 3 come in" in stack_of(KERAS, (3, 28, 28)).problem
    added = ("model = Sequential()\nmodel.add(Input((28, 28, 1)))\nmodel.add(Conv2D(8, 3))\nmodel.add(Flatten())\n"
             "model.add(Dense(10))\nmodel.compile(optimizer='adam', loss=keras.losses.MeanSquaredError())")  # fmt: skip
    assert stack_of(added, (1, 28, 28)).network.layers == (Conv2d(8, 3), Linear(10))
    assert "for 1 channel" in stack_of("Sequential([Conv2D(8, 3, input_shape=(28, 28, 1))])", RGB).problem


REFUSED = [
    ("AvgPool2d(3, dilation=2)", "has dilation 2; a pooling window here has none. Leave it out."),
    ("Softplus(beta=2)", "has beta 2; here it is 1."),
    ("MaxPool2d(3, return_indices=True)", "has return_indices True; here it is False."),
    ("AvgPool2d(3, divisor_override=2)", "has divisor_override 2; here it is None."),
    ("AdaptiveAvgPool2d((7.5, 7))", "has “7.5 × 7” where the output's size belongs."),
    ("BatchNorm2d(3, affine=False)", "has affine False; here it has its weight and its bias"),
    ("BatchNorm2d(3, track_running_stats=False)", "has track_running_stats False; here it is True."),
    ("ReLU(6.0)", "has a largest value; ReLU here has none."),
    ("layers.ReLU(max_value=6)", "has max_value 6; here it is None."),
    ("Softmax(dim=2)", "has dim 2; here it is 1."), ("LogSoftmax(dim=1)", "is not here: it keeps the order"),
    ("Dropout2d(0.5)", "drops whole maps; dropout here drops single numbers."),
    ("Flatten(start_dim=2)", "has start_dim 2; FC reads a whole volume"),
    ("SELU(inplace=True)", "Layer 1, “SELU(inplace=True)”, is no layer that can be typed here; there are conv,"),
    ("nn.ConvTranspose3d(3, 8, 3)", "“ConvTranspose3d(3, 8…”, is no layer that can be typed here; there are conv,"),
    ("Conv1d(3, 8, 3)", "Layer 1, “Conv1d(3, 8, 3)”, is no layer that can be typed here; there are conv,"),
    ("nn.Conv2d(3, 8, 3, colour=2)", "has the setting “colour”, which is not here."),
    ("nn.Conv2d(3, 8, 3, kernel_size=3)", "is given kernel_size twice."),
    ("nn.Conv2d(3, n, 3)", "has “n” where a whole number belongs."),
    ("nn.Conv2d(3, 2 * n, 3)", "has “2 * n” where a whole number belongs."),
    ("nn.Conv2d(3, 8 // 0, 3)", "has “8 // 0” where a whole number belongs."),
    ("nn.Conv2d(3, 2**99999, 3)", "has “2 ** 99999” where a whole number belongs."),
    ("nn.Conv2d(3, 9**9**9**9, 3)", "has “9 ** 9 ** 9 ** 9” where a whole number belongs."),
    ("nn.Conv2d(3, 3 - 5, 3)", "has “-2” where a whole number belongs."),
    ("nn.Conv2d(3, 10**12, 3)", "up to 1,000,000; 1,000,000,000,000 is more."),
    ("'Conv2d(3, 8, 3)'", "Layer 1, “'Conv2d(3, 8, 3)'”, is no layer that can be typed here"),
    ("nn.Sequential(\n  nn.Conv2d(3, 8, 3)\n  nn.ReLU()\n)", "“nn.Conv2d(3, 8, 3)” is no Python: a comma or"),
    ("nn.Conv2d(3, 8, (3, 3, 3))", "has “3 × 3 × 3” where a whole number or (height, width) belongs."),
    ("nn.Conv2d(3, 8, 3, padding=-1)", "has “-1” where a whole number or (height, width) belongs."),
    ("nn.Conv2d(3, 8, 3, padding='full')", "has the padding “full”; it is a number, same or valid."),
    ("nn.Conv2d(3, 8, 3, bias=0)", "has “0” where True or False belongs."),
    ("nn.Conv2d(3, 8, kernel_size=True)", "has “True” where a whole number"),
    ("nn.Conv2d(3, 8, 3, padding_mode='mirror')", "“mirror” says nothing there"),
    ("nn.Conv2d(3, 6, 3, groups=4)", "6 filters cannot be divided into 4 equal groups"),
    ("nn.Conv2d(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", "is given 10 settings without a name; it has 9."),
    ("nn.Dropout(float('nan'))", "where a number belongs."),
    ("layers.Conv2D(8, 3, activation='mish')", "Layer 2, “Activation('mish')”, is no function here; there are relu,"),
    ("layers.Conv2D(8, 3); layers.Dense(10)", "Layer 2, “Dense(10)”: without Flatten() before it Keras applies it at"),
    ("nn.Flatten(), nn.Conv2d(3, 8, 3)", "behind Flatten() nothing is left of height and width"),
    ("nn.Flatten(), nn.BatchNorm1d(1152)", "behind Flatten() nothing is left"),
    ("Net(\n  (conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n)", "“Net” is a module of its own"),
    ("class Net(nn.Module):\n    pass", "“class Net(nn.Module)…” is code of a module"),
    ("nn.Sequential(*[nn.ReLU()])", "is no layer, and code is not run here"),
    ("nn.Sequential(nn.ReLU() for _ in range(3))", "is no layer, and code is not run here"),
    ("nn.Sequential(nn.ReLU(), __import__('os'))", "Layer 2, “__import__"),
    ("nn.Sequential(nn.ReLU(", "A bracket is never closed in “nn.Sequential(nn.ReL…”."),
    (f"nn.Sequential({'nn.ReLU(), ' * (DEEPEST + 1)})", "The stack has 101 layers; it may have 100."),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_cannot_be_read_is_one_sentence(text, words):
    with pytest.raises(SettingError) as refused:
        read(text)
    message = str(refused.value)
    assert words in message and message.endswith((".", ")")) and "\n" not in message and len(message) < 250
    stack = stack_of(text, RGB)
    assert words in stack.problem and remedies(stack)


def test_what_could_not_be_read_stays_and_says_the_same_again():
    for text, words in REFUSED:
        stack = stack_of(text, RGB)
        if stack.parts:
            assert words in stack_of(stack.text, RGB).problem, text


PIECES = (
    "Conv2d( Conv2D( nn. Sequential( Dense( Flatten() ReLU() (0): 3 , ( ) [ ] { } * = 'a' \" \\ \n ; -> lambda x: "
    "1e999 \0 # in same s2 conv fc 10 kernel_size= activation= class def import"
).split(" ")


@repeatable
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_read_or_refused(text):
    try:
        assert all(isinstance(layer, Layer) for layer in read(text))
    except CnnvizError as refused:
        assert str(refused)
    stack_of(text, RGB)


@pytest.mark.parametrize("text", [
    "A(" * 1900, "Sequential(" * 360, "Sequential(" * 90 + ")" * 90, "ReLU(" + "-" * 3900 + "1)",
    "ReLU(" + "1+" * 1900 + "1)", "ReLU(" + "[" * 1900 + "]" * 1900 + ")", "ReLU()" + ".a" * 1900 + "()",
    "(A):" * 900, "ReLU(" + "(" * 90 + ")" * 90 + ")", "ReLU(a=" + "not " * 900 + "1)", "A(\n(0):" * 500,
])  # fmt: skip
def test_a_long_text_without_sense_is_refused_at_once(text):
    def refused():
        with pytest.raises(SettingError):
            assert read(text) == ()
            raise SettingError("read as nothing")

    assert loops(refused, enough=500) < 500


def test_a_layer_that_goes_too_deep_is_refused_by_itself():
    for part in ("ReLU(" + "-" * 3900 + "1)", "ReLU(" + "1+" * 1900 + "1)"):
        with pytest.raises(SettingError, match="goes too deep"):
            draft(part, 1)


# --- "same" ---


def by_hand(size, kernel, stride, dilation=1):
    """TensorFlow's SAME, as its guide states it: ceil(size / stride) outputs, the odd one behind."""
    extent = (kernel - 1) * dilation + 1
    total = max(extent - stride, 0) if size % stride == 0 else max(extent - size % stride, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize("kernel", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_same_pads_as_tensorflow_does(kernel, stride):
    for size in range(1, 14):
        for dilation in (1, 2):
            assert same_padding(kernel, dilation, stride, size) == by_hand(size, kernel, stride, dilation)
        text = f"conv 8 {kernel}x{kernel} s{stride} same"
        stack = stack_of(text, (3, size, size + 1))
        down, across = by_hand(size, kernel, stride), by_hand(size + 1, kernel, stride)
        assert stack.network.layers == (Conv2d(8, kernel, stride, (down, across)),), text
        assert stack.shape == (8, -(-size // stride), -(-(size + 1) // stride))


def test_same_stays_said_with_a_stride_and_is_what_it_is_without():
    assert stack_of("conv 8 3x3 s2 same", RGB).text == "conv 8 3x3 s2 same"
    assert stack_of("conv 8 3x3 same", RGB).text == "conv 8 3x3 p1"
    assert read("conv 8 4x4 same") == (Conv2d(8, 4, padding=((1, 2), (1, 2))),)
    with pytest.raises(SettingError) as refused:
        read("relu; conv 8 3x3 s2 same")
    assert str(refused.value) == (
        "Layer 2, with a stride “same” is TensorFlow's, and its padding follows from the size that comes in; PyTorch "
        "has none. Write the padding itself: p1, as one does in PyTorch, or p0+1, TensorFlow's where the stride "
        "divides the size."
    )
    for padding in ("p1", "p0+1"):
        assert read(f"conv 8 3x3 s2 {padding}")
    assert draft("conv 8 3x3 s2 same", 1).layer(RGB) == Conv2d(8, 3, 2, ((0, 1), (0, 1)))


def pooled_by_hand(map, kernel, stride, reduce):
    """A window's numbers inside the map alone, over windows that lie as TensorFlow's SAME lays them."""
    sides = [(by_hand(size, kernel, stride)[0], -(-size // stride)) for size in map.shape]
    (top, down), (left, across) = sides
    rows = [range(max(0, i * stride - top), min(map.shape[0], i * stride - top + kernel)) for i in range(down)]
    columns = [range(max(0, i * stride - left), min(map.shape[1], i * stride - left + kernel)) for i in range(across)]
    return [[reduce([map[r, c] for r in row for c in column]) for column in columns] for row in rows]


@pytest.mark.parametrize("kernel", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_same_pools_as_tensorflow_does(kernel, stride):
    for size in (5, 6, 7, 8):
        map = np.random.default_rng(size).normal(size=(1, size, size + 3))
        for kind, reduce in (("max", max), ("avg", np.mean)):
            stack = stack_of(f"{kind} {kernel}x{kernel} s{stride} same", map.shape)
            assert stack.problem == "" and "same" in stack.text
            answer = stack.network.forward(map, [{}])[-1][0]
            np.testing.assert_allclose(answer, pooled_by_hand(map[0], kernel, stride, reduce))
    assert read(f"max {kernel} s1 same")  # whatever comes in


def test_keras_same_is_read():
    text = 'Conv2D(8, 3, strides=2, padding="same"), MaxPooling2D(3, strides=2, padding="same")'
    assert parts(text) == ["conv 8 3 s2 same", "max 3 s2 same"]
    assert stack_of(text, (3, 15, 20)).shape == (8, 4, 5)


def test_the_architectures_are_as_they_were():
    for told in ARCHITECTURES.values():
        assert written(read(told.stack)) == re.sub(r"; $", "", told.stack)
