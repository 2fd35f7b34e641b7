"""Layers: what they refuse, and a stack as text, both ways. What they compute is held in test_network.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import CnnvizError, SettingError
from cnnviz.geometry import PADDING_MODES
from cnnviz.layers import (
    Activate,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    Linear,
    MaxPool2d,
    PartialConv2d,
    Subsample,
)
from cnnviz.layers.typed import DEEPEST, LONGEST, read, written
from cnnviz.ops import ACTIVATIONS, conv2d

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=120)

sizes = st.integers(1, 12)
pairs = st.one_of(sizes, st.tuples(sizes, sizes))
ends = st.one_of(st.integers(0, 9), st.tuples(st.integers(0, 9), st.integers(0, 9)))
bits = st.booleans()


@st.composite
def convolution(draw):
    groups, each = draw(st.integers(1, 6)), draw(sizes)
    padding = draw(st.one_of(st.integers(0, 9), st.tuples(ends, ends)))
    around = draw(pairs), draw(pairs), padding, draw(pairs)
    return Conv2d(groups * each, *around, groups, draw(bits), draw(st.sampled_from(PADDING_MODES)))


pools = st.tuples(
    st.tuples(st.integers(4, 12), st.integers(4, 12)), st.one_of(st.none(), pairs), st.integers(0, 2), bits
)
layers = st.one_of(
    convolution(),
    pools.map(lambda given: MaxPool2d(*given)),
    st.tuples(pools, bits).map(lambda given: AvgPool2d(*given[0], given[1])),
    st.just(GlobalAvgPool()),
    st.sampled_from(sorted(ACTIVATIONS)).map(Activate),
    st.builds(Linear, st.integers(1, 1_000_000), bits),
    st.floats(0, 1, exclude_max=True).map(Dropout),
    st.floats(1e-12, 1e3).map(BatchNorm2d),
)


@repeatable
@given(st.lists(layers, max_size=6))
def test_what_is_written_is_read_back(stack):
    text = written(stack)
    assert read(text) == tuple(stack)
    assert read(text.upper().replace("; ", " \n ").replace(" ", "  ")) == tuple(stack)
    assert written(read(text)) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("conv 6 5x5 p2", Conv2d(6, 5, padding=2)),
        ("CONV2D 6 5", Conv2d(6, 5)),
        ("conv 5×3 6 filters, stride 2", Conv2d(6, (5, 3), 2)),
        ("convolution filters=8 kernel_size=3 stride=2 padding=1 dilation=2 groups=4", Conv2d(8, 3, 2, 1, 2, 4)),
        ("conv f8 k3 s 2 p:1 d=2 g4", Conv2d(8, 3, 2, 1, 2, 4)),
        ("conv 8 3x3 same", Conv2d(8, 3, padding=1)),
        ("conv 8 4x3 d1x2 same", Conv2d(8, (4, 3), padding=((1, 2), (2, 2)), dilation=(1, 2))),
        ("conv 8 3x3 valid no-bias border circular", Conv2d(8, 3, bias=False, padding_mode="circular")),
        ("conv 8 3x3 bias=false", Conv2d(8, 3, bias=False)),
        ("conv 8 3x3 p0+1", Conv2d(8, 3, padding=((0, 1), (0, 1)))),
        ("max 2", MaxPool2d(2)),
        ("MaxPool2d(2, 2)", MaxPool2d(2)),
        ("max pooling 3x3 stride 2 ceil_mode", MaxPool2d(3, 2, ceil_mode=True)),
        ("pool 2 2", MaxPool2d(2)),
        ("average pool 3 x 2 s1", AvgPool2d((3, 2), 1)),
        ("mean 2x2 p1 without padding", AvgPool2d(2, padding=1, count_include_pad=False)),
        ("Global Average Pooling", GlobalAvgPool()),
        ("gap", GlobalAvgPool()),
        ("dense 10", Linear(10)),
        ("fully connected 10 units no bias", Linear(10, bias=False)),
        ("dropout", Dropout(0.5)),
        ("drop-out 25%", Dropout(0.25)),
        ("dropout p=.1", Dropout(0.1)),
        ("BatchNorm2d", BatchNorm2d()),
        ("bn eps=1e-3", BatchNorm2d(0.001)),
        ("Leaky-ReLU", Activate("leaky relu")),
        ("logistic", Activate("sigmoid")),
        ("scaled tanh", Activate("scaled tanh")),
    ],
)
def test_other_ways_of_saying_it(text, meant):
    assert read(text) == (meant,)


def test_layers_are_separated_by_semicolons_lines_and_arrows():
    expected = (Conv2d(4, 3), Activate("relu"), MaxPool2d(2), Linear(5))
    assert read("conv 4 3; relu;\nmax 2\r\n\n -> fc 5;") == expected
    assert read("conv 4 3 → relu -> max 2 | fc 5") == expected
    assert read(" ;; \n") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("relu; foo 3", "Layer 2, “foo 3”, is no layer that can be typed here; there are conv, tconv, max, avg,"),
        ("convex 3 3x3", "Layer 1, “convex 3 3x3”, is no layer that can be typed here"),
        ("conv 3x3", "Layer 1, “conv 3x3”, needs its number of filters; write it like conv 16 3x3 s1 p1"),
        ("conv 8", "Layer 1, “conv 8”, needs its kernel's size; write it like"),
        ("relu; max", "Layer 2, “max”, needs its kernel's size; write it like max 2x2 s2."),
        ("fc", "needs its number of outputs; write it like fc 120."),
        ("conv 8 3x3 q2 s2", "“q2 s2” says nothing there"),
        ("relu 3", "Layer 1, “relu 3”: “3” says nothing there; write it like relu."),
        ("max 2x2 g2", "“g2” says nothing there"),
        ("conv 8 3x3x3", "“3x3x3” says nothing there"),
        ("conv 8 3.5", "“3.5” says nothing there"),
        ("conv 8 -3", "“-3” says nothing there"),
        ("max 2 s2 stride 3", "says its stride twice"),
        ("conv 8 3x3 f4", "says its number of filters twice"),
        ("conv 8 3 3", "“3” says nothing there"),
        ("relu; conv 0 3x3", "Layer 2, the number of filters F is 0; it must be a whole number of at least 1."),
        ("conv 6 3x3 s0", "Layer 1, the stride S is 0; it must be a whole number of at least 1."),
        ("max 0", "Layer 1, the kernel's size K is 0; it must be a whole number of at least 1."),
        ("conv 6 3x0", "Layer 1, the kernel's size K is 0;"),
        ("conv 6 3x3 d0", "the dilation D is 0;"),
        ("conv 6 3x3 g0", "the number of groups is 0;"),
        ("fc 0", "the number of outputs is 0;"),
        ("conv 6 3x3 g4", "Layer 1, CONV 3 × 3: 6 filters cannot be divided into 4 equal groups; 1, 2, 3 or 6 can be."),
        ("conv 5040 3x3 g11", "5040 filters cannot be divided into 11 equal groups; 1, 2, 3, 4, 5, 6, 7, … or 5040 "
         "(52 more in between) can be."),
        ("batch norm eps 1e-300", "Layer 1, eps is 1e-300; it is a small number above 0, such as 0.00001"),
        ("max 3x4 p2", "Layer 1, MAX POOL 3 × 4: its padding of 2 is more than half the kernel of 3; at most 1 works"),
        ("max 3 p0+2", "Layer 1, MAX POOL 3 × 3: its padding of 2 is more than half the kernel of 3; at most 1 works"),
        ("dropout 1.5", "Layer 1, p is 1.5; the share to drop is a number from 0 to below 1"),
        ("batch norm eps 0", "Layer 1, eps is 0.0; it is a small number above 0"),
        ("fc 1000001", "up to 1,000,000; 1,000,001 is more."),
        ("relu;" * (DEEPEST + 1), f"The stack has {DEEPEST + 1} layers; it may have {DEEPEST}."),
        ("x" * (LONGEST + 1), "The stack is written in 4,001 characters; it may have 4,000."),
        ("<script>alert(1)</script>", "Layer 1, “<script>alert 1 </sc…”, is no layer that can be typed here"),
    ],
)
def test_what_cannot_be_read_names_the_layer_and_what_works(text, words):
    with pytest.raises(SettingError) as refused:
        read(text)
    message = str(refused.value)
    assert words in message
    assert message.endswith((".", ")")) and "\n" not in message and len(message) < 250


@repeatable
@given(st.text(alphabet="convmaxfg pdkrelu0123456789x+;.=%\n×→", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        assert all(isinstance(layer, Layer) for layer in read(text))
    except CnnvizError as refused:
        assert str(refused)


def test_a_long_text_without_sense_is_refused_at_once():
    for text in ("conv " + "1+" * 1900, "global " * 500, "conv 1 " + "1x" * 1900, "max 2 " + " " * 3900 + "s"):
        with pytest.raises(SettingError):
            read(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv2d(2.5, 3), lambda: Conv2d(8, (3, 3, 3)), lambda: Conv2d(8, 3, padding=-1),
        lambda: Conv2d(8, 3, padding_mode="mirror"), lambda: Conv2d(True, 3), lambda: Conv2d(8, 3, groups=0),
        lambda: MaxPool2d(0), lambda: MaxPool2d(2, 0), lambda: AvgPool2d(3, padding=(1, 2)),
        lambda: Linear(0), lambda: Linear("10"), lambda: Dropout(1), lambda: Dropout("x"),
        lambda: Dropout(float("nan")),
        lambda: Dropout(10**400), lambda: Dropout(10**5000), lambda: Dropout(True), lambda: BatchNorm2d(10**400),
        lambda: BatchNorm2d(1e-300), lambda: BatchNorm2d(9.9e-13), lambda: BatchNorm2d([1]),
        lambda: BatchNorm2d(-1), lambda: BatchNorm2d(float("inf")), lambda: Activate("softmax"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(make):
    with pytest.raises(SettingError) as refused:
        make()
    assert len(str(refused.value)) < 250


def test_a_setting_for_both_axes_is_the_same_written_once_or_twice():
    assert Conv2d(8, (3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)) == Conv2d(8, 3, 2, 1)
    assert MaxPool2d((2, 2)) == MaxPool2d(2, 2) == MaxPool2d(2, (2, 2))
    assert AvgPool2d((3, 2)).stride == (3, 2)
    assert len({Conv2d(8, 3, padding=(1, 1)), Conv2d(8, 3, padding=1)}) == 1
    assert Conv2d(8, 3, padding=(1, (0, 1))).padding == (1, (0, 1))


SLIDING = {
    "Conv2d": lambda **given: Conv2d(4, **{"kernel_size": 2, **given}),
    "MaxPool2d": lambda **given: MaxPool2d(**{"kernel_size": (4, 5), **given}),
    "AvgPool2d": lambda **given: AvgPool2d(**{"kernel_size": (4, 5), **given}),
    "Subsample": lambda **given: Subsample(**given),
    "PartialConv2d": lambda **given: PartialConv2d(((0, 2), (1,)), **{"kernel_size": 2, **given}),
}
TAKES = {
    name: ("kernel_size", *(("stride", "padding") if "Pool" in name else ()),
           *(("padding",) if name == "PartialConv2d" else ()),
           *(("stride", "padding", "dilation") if name == "Conv2d" else ()))
    for name in SLIDING
}  # fmt: skip


@pytest.mark.parametrize(("name", "setting"), [(name, setting) for name, found in TAKES.items() for setting in found])
def test_a_setting_is_a_number_or_two_in_a_tuple_or_a_list(name, setting):
    make, size = SLIDING[name], (3, 9, 11)
    for down, across in ((1, 2), (2, 1), (1, 1)):
        as_tuple, as_list = make(**{setting: (down, across)}), make(**{setting: [down, across]})
        assert as_tuple == as_list and hash(as_tuple) == hash(as_list)
        assert as_list.output_shape(size) == as_tuple.output_shape(size)
        assert [getattr(window, setting) for window in as_list.windows(size)] == [down, across]
        if down == across:
            assert make(**{setting: down}) == as_tuple
    for wrong in ((1, 2, 3), [1, 2, 3], (1,), [1], (), [], "same", (1, None), ((1,), 1), (((1, 2), 1), 1), {1: 2}):
        with pytest.raises(SettingError, match=setting):
            make(**{setting: wrong})


def test_padding_in_a_list_is_what_torch_makes_of_it():
    """torch.nn.Conv2d(3, 4, 2, padding=[1, 2]) makes (4, 7, 10) of (3, 6, 7)."""
    image, weight = np.ones((3, 6, 7), np.float32), np.ones((4, 3, 2, 2), np.float32)
    layer = Conv2d(4, 2, padding=[1, 2], bias=False)
    assert layer.output_shape((3, 6, 7)) == (4, 7, 10)
    assert layer.forward(image, {"weight": weight}).shape == (4, 7, 10)
    assert Conv2d(4, 2, padding=[[1, 0], [0, 2]]).padding == ((1, 0), (0, 2))
    for padding in ([1, 2], (1, 2), [[1, 1], [2, 2]]):
        assert (conv2d(image, weight, padding=padding) == layer.forward(image, {"weight": weight})).all()


def test_names_and_kinds():
    told = [(layer.kind, layer.name) for layer in read(
        "conv 8 3x5; max 2; avg 2x3; global avg; fc 10; dropout 0.25; batch norm; leaky relu")]  # fmt: skip
    assert told == [
        ("CONV", "CONV 3 × 5"), ("POOL", "MAX POOL 2 × 2"), ("POOL", "AVERAGE POOL 2 × 3"),
        ("POOL", "GLOBAL AVERAGE POOL"), ("FC", "FC 10"), ("DROPOUT", "DROPOUT 0.25"), ("BATCH NORM", "BATCH NORM"),
        ("ACTIVATION", ACTIVATIONS["leaky relu"].name),
    ]  # fmt: skip
