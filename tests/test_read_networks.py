"""Networks as people have them: printed by PyTorch, summed up by Keras, as a class, as layers on variables.

data/printed holds what torchvision 0.28 and Keras 3.15 print; keras_old.txt is as Keras 2 did.
"""

from pathlib import Path

import pytest

from cnnviz.errors import SettingError
from cnnviz.layers.summary import taken
from cnnviz.layers.typed import LONGEST_CODE, read
from cnnviz.stacks import Stack, stack_of
from pace import loops

PRINTED = Path(__file__).parent / "data" / "printed"


def printed(name: str) -> str:
    return (PRINTED / f"{name}.txt").read_text("utf-8")


def stack(text: str, shape=(3, 16, 24)) -> Stack:
    """What a text means, which what is shown of it means as well."""
    found = stack_of(text, shape)
    again = stack_of(found.text, shape)
    assert again.network == found.network and again.text == found.text and again.problem == found.problem
    return found


# --- printed by PyTorch ---


def test_a_resnet_is_read_as_it_is_printed_with_its_branches():
    found = stack(printed("resnet18"), (3, 224, 224))
    assert found.problem == "" and found.shape == (1000,)
    assert found.network.parameters == 11_689_512  # torchvision's
    assert "; [conv 64 3x3 p1 no bias; batch norm; relu; conv 64 3x3 p1 no bias; batch norm | same] add; relu; " in (
        found.text
    )
    assert "batch norm | conv 512 1x1 s2 no bias; batch norm] add; relu; " in found.text


def test_a_squeezenet_is_read_as_it_is_printed():
    found = stack(printed("squeezenet1_1"), (3, 224, 224))
    assert found.problem == "" and found.network.parameters == 1_235_496  # torchvision's
    assert "conv 16 1x1; relu; [conv 64 1x1; relu | conv 64 3x3 p1; relu] concat" in found.text


BLOCK = """BasicBlock(
  (conv1): Conv2d(3, 3, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
  (bn1): BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  (relu): ReLU(inplace=True)
  (conv2): Conv2d(3, 3, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
  (bn2): BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
)"""


def test_a_block_alone_is_read_and_one_with_other_parts_is_refused():
    plain = "[conv 3 3x3 p1 no bias; batch norm; relu; conv 3 3x3 p1 no bias; batch norm | same] add; relu"
    assert stack(BLOCK).text == plain
    with pytest.raises(SettingError, match="has not the parts of torchvision's .conv1, bn1, relu, conv2, bn2."):
        read(BLOCK.replace("(relu)", "(act)"))
    repeated = f"Sequential(\n  (0-2): 3 x {BLOCK}\n  (3): ReLU()\n)"
    assert stack(repeated).text == f"{plain}; {plain}; {plain}; relu"


def test_a_module_of_ones_own_says_what_would_be_read():
    with pytest.raises(SettingError) as refused:
        read("Net(\n  (conv1): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))\n)")
    assert str(refused.value) == (
        "“Net” is a module of its own: PyTorch prints its layers and not how it joins them. Paste its class, with "
        "__init__ and forward, or a Sequential."
    )


# --- summed up by Keras ---


def test_a_summary_is_read_where_one_kernel_alone_has_its_counts():
    found = stack(printed("keras_sequential"), (1, 28, 28))
    assert found.text == "conv 32 3x3; max 2x2; conv 64 3x3; max 2x2; dropout 0.5; fc 10"
    assert found.problem == "" and found.network.parameters == 34_826
    assert taken(printed("keras_sequential")) == (
        "kernels as square; no activation inside a layer, where a Conv2D may have one: put relu behind it; 28 × 28 "
        "as what comes in; windows of a pool as large as their stride; dropout 0.5"
    )


def test_what_a_summary_is_connected_to_are_branches():
    found = stack(printed("keras_functional"), (3, 32, 32))
    assert found.text == (
        "conv 16 3x3 p1; [same | batch norm eps 0.001; relu; conv 16 3x3 p1] add; relu; [conv 8 1x1 | conv 8 3x3 p1] "
        "concat; conv 32 3x3 s2 same no bias; global avg; fc 10"
    )
    assert found.network.parameters == 9_034  # Keras' own count of what is trained


def test_a_summary_of_before_is_read():
    found = stack(printed("keras_old"), (3, 112, 112))
    assert found.text == (
        "conv 64 7x7 s2 p3; batch norm eps 0.001; relu; [same | conv 64 3x3 p1 no bias; batch norm eps 0.001] add; "
        "max 2x2; global avg; fc 10"
    )
    assert found.network.parameters == 47_242


def test_a_whole_vgg_is_read_from_its_summary():
    found = stack(printed("keras_vgg16"), (3, 224, 224))
    assert found.problem == "" and found.network.parameters == 138_357_544


HEAD = "│ Layer (type) │ Output Shape │ Param # │ Connected to │"
INPUT = "│ a (InputLayer) │ (None, 32, 32, 3) │ 0 │ - │"


def table(*rows: str) -> str:
    return "\n".join([HEAD, INPUT, *(f"│ {row} │" for row in rows)])


@pytest.mark.parametrize(("row", "words"), [
    ("b (Conv2D) │ (None, 32, 32, 8) │ 176 │ a[0][0]", "b (Conv2D) has 176 parameters, which no square kernel has"),
    ("b (Conv2D) │ (None, 9, 9, 8) │ 224 │ a[0][0]", "makes 9 × 9 of 32 × 32, which no stride does with"),
    ("b (MaxPooling2D) │ (None, 15, 15, 3) │ 0 │ a[0][0]", "its window does not follow from that"),
    ("b (Activation) │ (None, 32, 32, 3) │ 0 │ a[0][0]", "b (Activation): the summary does not say which function"),
    ("b (LeakyReLU) │ (None, 32, 32, 3) │ 0 │ a[0][0]", "does not say its slope"),
    ("b (Conv2D) │ (None, 32, 32, 8) │ 224 │ c[0][0]", "b (Conv2D) is connected to “c”, which is no one line"),
    ("b (Functional) │ (None, 4) │ 224 │ a[0][0]", "b (Functional) is a model of its own"),
    ("b (InputLayer) │ (None, 4) │ 0 │ - ", "b (InputLayer) is a second input"),
    ("b (Dense) │ (None, 5) │ 99 │ a[0][0]", "b (Dense) has 99 parameters; from 3,072 numbers to 5 it would"),
    ("b (Dense) │ (None, 32, 32, 5) │ 20 │ a[0][0]", "is applied at every position of the map"),
])  # fmt: skip
def test_what_a_summary_leaves_open_is_asked_for_by_its_line(row, words):
    with pytest.raises(SettingError) as refused:
        read(table(row))
    message = str(refused.value)
    assert words in message and message.endswith(".") and "\n" not in message and len(message) < 300


def test_a_summary_that_is_cut_off_asks_for_a_wider_one():
    with pytest.raises(SettingError, match="cut off at its right"):
        read("│ Layer (type) │ Output Shape \n│ a (InputLayer) │ (None, 32, 32")
    rows = ("norm_1 (ReLU) │ (None, 32, 32, 3) │ 0 │ a[0][0]", "norm_2 (ReLU) │ (None, 32, 32, 3) │ 0 │ a[0][0]")
    with pytest.raises(SettingError, match="is connected to “nor…”, which is no one line before it.*line_length=160"):
        read(table(*rows, "b (ReLU) │ (None, 32, 32, 3) │ 0 │ nor…[0][0]"))


# --- classes ---

RESNET = """
import torch.nn as nn
import torch.nn.functional as F

class Block(nn.Module):
    widening: int = 1

    def __init__(self, coming, going, stride=1, norm=None):
        super().__init__()
        norm = nn.BatchNorm2d if norm is None else norm
        self.first = nn.Conv2d(coming, going, 3, stride=stride, padding=1, bias=False)
        self.norms = nn.ModuleList([norm(going) for _ in range(2)])
        self.second = nn.Conv2d(going, going, 3, padding=1, bias=False)
        self.past = None
        if stride != 1 or coming != going * self.widening:
            self.past = nn.Sequential(nn.Conv2d(coming, going, 1, stride=stride, bias=False), nn.BatchNorm2d(going))

    def forward(self, x):
        y = F.relu(self.norms[0](self.first(x)))
        y = self.norms[1](self.second(y))
        if self.past is not None:
            x = self.past(x)
        y += x
        return F.relu(y, inplace=True)

class Network(nn.Module):
    def __init__(self, counts, classes: int = 10) -> None:
        super(Network, self).__init__()
        self.begin = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.coming = 64
        self.stages = nn.Sequential(*[self.stage(64 * 2**at, count, 1 + (at > 0)) for at, count in counts])
        self.end = nn.Linear(512, classes)

    def stage(self, going, count, stride):
        blocks = []
        for step in [stride] + [1] * (count - 1):
            blocks.append(Block(self.coming, going, step))
            self.coming = going
        return nn.Sequential(*blocks)

    def forward(self, x: "Tensor") -> "Tensor":
        x = self.stages(self.begin(x))
        x = F.adaptive_avg_pool2d(x, 1)
        return self.end(x.view(x.size(0), -1))

model = Network(enumerate([2, 2, 2, 2])).to("cpu")
"""


def test_a_class_is_followed_through_its_blocks():
    found = stack(RESNET, (3, 32, 32))
    assert found.problem == "" and found.network.parameters == 11_173_962  # as this form of ResNet-18 is counted
    assert found.text.count("] add; relu") == 8 and found.text.count("| same]") == 5


NET = """
class Net(nn.Module):
    def __init__(self, filters=4):
        super().__init__()
        self.conv = nn.Conv2d(3, filters, 3, padding=1)
        self.other = nn.Conv2d(3, filters, 1)
        self.fc = nn.LazyLinear(2)

    def forward(self, x):
        {}
"""


@pytest.mark.parametrize(("lines", "text"), [
    ("return torch.cat([self.conv(x), x, F.relu(self.other(x))], dim=1)",
     "[conv 4 3x3 p1 | same | conv 4 1x1; relu] concat"),
    ("return self.conv(x) + self.other(x) + self.conv.bias", None),
    ("return torch.sigmoid(self.conv(x)) * self.other(x)", "[conv 4 3x3 p1; sigmoid | conv 4 1x1] multiply"),
    ("x = F.max_pool2d(self.conv(x), 2); return self.fc(torch.flatten(x, 1))", "conv 4 3x3 p1; max 2x2; fc 2"),
    ("x = self.conv(x).relu().mean([2, 3]); return self.fc(x)", "conv 4 3x3 p1; relu; global avg; fc 2"),
    ("x = F.dropout(self.conv(x), p=0.25, training=self.training); return F.leaky_relu(x)",
     "conv 4 3x3 p1; dropout 0.25; leaky relu"),
    ("for f in (self.conv, nn.ReLU()): x = f(x)\n        return x", "conv 4 3x3 p1; relu"),
    ("return x + x.add(self.conv(x))" , None),
])  # fmt: skip
def test_what_a_forward_does_is_followed(lines, text):
    code = NET.format(lines)
    if text is None:
        assert stack_of(code, (3, 8, 9)).problem
    else:
        assert stack(code, (3, 8, 9)).text == stack(text, (3, 8, 9)).text


@pytest.mark.parametrize(("lines", "words"), [
    ("return self.conv(x) - self.other(x)", "is no way in which branches meet here"),
    ("return self.conv(x) / 2", "changes the numbers without a layer"),
    ("return self.other(self.conv(x)[:, :3])", "“self.other(self.conv…” is not given what layers before it make."),
    ("return torch.fft.fft(self.conv(x))", "does what is not read here; layers are, and relu, max_pool2d"),
    ("return self.conv(x), self.other(x)", "Net.forward gives several values back"),
    ("print(x)", "Net.forward gives back nothing that layers have made"),
    ("return self.missing(x)", "“self.missing(x)” "),
    ("y = self.conv(x); return self.conv(y)", "uses a layer a second time, with the same weights"),
    ("if x.mean() > 0: x = self.conv(x)\n        return x", "hangs on what only a run could say"),
    ("while True: x = self.conv(x)", "is not followed here"),
    ("for i in range(x.size(0)): x = self.conv(x)\n        return x", "only a run could say what it holds"),
    ("return self.conv(x).view(-1, 2, 4, 4)", "lays numbers out anew"),
    ("return self.forward(x)", "calls itself"),
    ("return self.conv(y)", "is not given what layers before it make"),
    ("for i in range(999):\n            for j in range(999): x = x", "takes more steps than are followed here"),
    ("a = self.conv(x); b = F.relu(a); c = F.relu(self.other(x)); return torch.cat([b + c, torch.tanh(c)], 1)",
     "is read in two branches that do not begin there"),
])  # fmt: skip
def test_what_a_forward_cannot_mean_here_is_a_sentence(lines, words):
    with pytest.raises(SettingError) as refused:
        read(NET.format(lines))
    message = str(refused.value)
    assert words in message and message.endswith(".") and "\n" not in message and len(message) < 250


def test_a_class_that_needs_to_be_made_asks_for_the_line():
    with pytest.raises(SettingError, match="“Net” takes filters, and nothing in the text says what; add a line"):
        read(NET.format("return self.conv(x)").replace("filters=4", "filters"))
    with pytest.raises(SettingError, match="is code of a module that is not whole: paste it with all of its lines"):
        read("class Net(nn.Module):\n    def __init__(self):\n        self.a = nn.Conv2d(3, 8, 3)")


# --- layers on variables ---

FUNCTIONAL = """
from tensorflow.keras import layers, Model

def block(x, filters, stride=1):
    y = layers.Conv2D(filters, 3, strides=stride, padding="same")(x)
    y = layers.LeakyReLU()(y) if stride > 9 else layers.Activation("relu")(y)
    if stride != 1:
        x = layers.Conv2D(filters, 1, strides=stride)(x)
    return layers.Add()([x, y])

inputs = layers.Input(shape=(32, 32, 3))
(images, labels), _ = keras.datasets.cifar10.load_data()
x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
for filters in [8, 16]:
    x = block(x, filters, stride=filters // 8)
x = layers.concatenate([layers.MaxPooling2D(2)(x), layers.AveragePooling2D(2)(x)])
x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x)
x = layers.Conv2D(4, 3, strides=2)(x)
outputs = layers.Dense(10)(layers.Flatten()(x))
model = Model(inputs, outputs)
model.compile(optimizer="adam")
model.fit(images, labels)
"""


def test_a_functional_model_is_followed():
    found = stack(FUNCTIONAL, (3, 32, 32))
    assert found.problem == ""
    assert found.text == (
        "conv 8 3x3 p1; relu; [same | conv 8 3x3 p1; relu] add; [conv 16 1x1 s2 | conv 16 3x3 s2 same; relu] add; "
        "[max 2x2 | avg 2x2] concat; conv 4 3x3 s2 p0+1x1+0; fc 10"
    )


def test_the_middle_of_a_model_reads_what_its_variable_holds():
    assert stack("x = layers.Conv2D(8, 3)(x)\nx = layers.ReLU()(x)").text == "conv 8 3x3; relu"
    assert stack("def head(x):\n    x = layers.Flatten()(x)\n    return layers.Dense(3)(x)").text == "fc 3"


@pytest.mark.parametrize(("code", "words"), [
    ("a = Input((8, 8, 3))\nb = Input((8, 8, 3))\nc = layers.Add()([a, b])", "is a second input; a stack reads"),
    ("a = Input((8, 8, 3))\nb = layers.Conv2D(8, 3)(a)\nm = Model(a, [a, b])", "the model gives several values back"),
    ("a = Input((8, 8, 3))\nb = layers.Conv2D(8, 3)(c)", "is not given what layers before it make"),
    ("x = layers.Dense(3)(layers.Conv2D(8, 3)(x))", "without Flatten() before it Keras applies it at every position"),
    ("x = layers.BatchNormalization()(layers.ZeroPadding2D(1)(x))", "A layer of padding is read in front of a"),
    ("x = layers.MaxPooling2D(3)(layers.ZeroPadding2D(1)(x))", "zeros are, where no number is below 0"),
])  # fmt: skip
def test_what_a_functional_model_cannot_mean_here_is_a_sentence(code, words):
    with pytest.raises(SettingError) as refused:
        read(code)
    assert words in str(refused.value) and len(str(refused.value)) < 300


def test_nothing_is_run(tmp_path):
    mark = tmp_path / "run"
    code = f"open({str(mark)!r}, 'w')\n{NET.format(f'open({str(mark)!r}, chr(119)); return self.conv(x)')}"
    read(code)
    assert not mark.exists()


@pytest.mark.parametrize("unit", [
    "1+", "-", "not ", "(", "[", "a.", "lambda:", "1 if y else ", "f(", "{1:", "x=", "~", "if x:\n ", "(A):\n",
    "A(\n(a): ",
])  # fmt: skip
def test_long_code_without_sense_is_refused_at_once(unit):
    body = unit * ((LONGEST_CODE - 200) // len(unit))

    def refused():
        for text in (f"ReLU({body}", f"class A(nn.Module):\n def forward(self, x):\n  y = {body}1\n  return x"):
            with pytest.raises(SettingError):
                assert read(text) == ()
                raise SettingError("read as nothing")

    assert loops(refused, enough=3000) < 3000
