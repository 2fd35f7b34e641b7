"""The architectures against what was published of them: tables of parameters, sizes and receptive fields."""

import pytest

from cnnviz.models import ARCHITECTURES
from cnnviz.network import Network

# AlexNet's is that of Caffe's bvlc_alexnet, which has the paper's two groups; torchvision's alexnet has none.
TOTALS = {"LeNet-5": 61_706, "AlexNet": 60_965_224, "VGG-16": 138_357_544}


@pytest.mark.parametrize("name", TOTALS)
def test_published_totals(name):
    told = ARCHITECTURES[name]
    assert told.network.parameters == told.parameters == TOTALS[name]
    assert told.network.shapes[-1] == ((10,) if name == "LeNet-5" else (1000,))
    assert told.source and told.told.endswith(".")


@pytest.mark.parametrize(("name", "papers", "counted_by"), [
    ("LeNet-5", "60,000", "modern form"), ("AlexNet", "60 million", "Caffe"), ("VGG-16", "138 million", "torchvision"),
])  # fmt: skip
def test_whose_total_it_is_and_what_the_paper_says(name, papers, counted_by):
    """LeCun et al., section II B; Krizhevsky et al., abstract; Simonyan and Zisserman, table 2: none to the digit."""
    told = ARCHITECTURES[name]
    assert papers in told.counted_by and counted_by in told.counted_by


def test_titles_are_quoted_whole():
    assert "“ImageNet Classification with Deep Convolutional Neural Networks” (2012)" in ARCHITECTURES["AlexNet"].source


def counted(name):
    """(output shape, parameters) of the layers that learn, and the output shapes of the pools."""
    rows = ARCHITECTURES[name].network.rows
    learning = [(row.output_shape, row.parameters) for row in rows if row.parameters]
    return learning, [row.output_shape for row in rows if row.layer.kind == "POOL"]


def test_lenet_layer_by_layer():
    """C1, S2, C5 and F6 as in LeCun et al. (1998), section II B; C3 with all 6 maps: 16 (6 x 25 + 1)."""
    learning, pools = counted("LeNet-5")
    assert learning == [
        ((6, 28, 28), 156), ((16, 10, 10), 2_416), ((120,), 48_120), ((84,), 10_164), ((10,), 850),
    ]  # fmt: skip
    assert pools == [(6, 14, 14), (16, 5, 5)]
    assert [row.multiply_adds for row in ARCHITECTURES["LeNet-5"].network.rows if row.parameters] == [
        117_600, 240_000, 48_000, 10_080, 840,
    ]  # fmt: skip


def test_alexnet_layer_by_layer():
    """Sizes of Krizhevsky et al. (2012), figure 2, and the parameters of Caffe's bvlc_alexnet, which has its groups."""
    learning, pools = counted("AlexNet")
    assert learning == [
        ((96, 55, 55), 34_944), ((256, 27, 27), 307_456), ((384, 13, 13), 885_120), ((384, 13, 13), 663_936),
        ((256, 13, 13), 442_624), ((4096,), 37_752_832), ((4096,), 16_781_312), ((1000,), 4_097_000),
    ]  # fmt: skip
    assert pools == [(96, 27, 27), (256, 13, 13), (256, 6, 6)]
    assert ARCHITECTURES["AlexNet"].network.multiply_adds == 724_406_816  # "724M" in many tables


def test_vgg_layer_by_layer():
    """Table 1, configuration D, and the counts of CS231n's notes on VGGNet, which leave out the biases."""
    learning, pools = counted("VGG-16")
    weights = [
        1_728, 36_864, 73_728, 147_456, 294_912, 589_824, 589_824, 1_179_648, 2_359_296, 2_359_296, 2_359_296,
        2_359_296, 2_359_296, 102_760_448, 16_777_216, 4_096_000,
    ]  # fmt: skip
    assert [parameters - shape[0] for shape, parameters in learning] == weights
    sides = [(64, 224)] * 2 + [(128, 112)] * 2 + [(256, 56)] * 3 + [(512, 28)] * 3 + [(512, 14)] * 3
    assert [shape for shape, _ in learning[:13]] == [(depth, side, side) for depth, side in sides]
    assert pools == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]
    assert ARCHITECTURES["VGG-16"].network.multiply_adds == 15_470_264_320  # "15.5 G" in many tables


def test_receptive_fields():
    """Araujo et al., Distill (2019), table 1: AlexNet v2 195 and VGG-16 212, both with an effective stride of 32."""
    last = [row for row in ARCHITECTURES["VGG-16"].network.rows if row.layer.kind == "POOL"][-1]
    assert {(field.size, field.jump) for field in last.fields} == {(212, 32)}
    last = [row for row in ARCHITECTURES["AlexNet"].network.rows if row.layer.kind == "POOL"][-1]
    assert {(field.size, field.jump) for field in last.fields} == {(195, 32)}
    lenet = [(field.size, field.jump) for field, _ in (row.fields for row in ARCHITECTURES["LeNet-5"].network.rows)]
    assert lenet[:7] == [(5, 1), (5, 1), (6, 2), (14, 2), (14, 2), (16, 4), (32, 4)]


def test_only_lenet_is_within_the_budget():
    assert [name for name, told in ARCHITECTURES.items() if not told.network.over_budget] == ["LeNet-5"]


def test_a_model_counts_on_other_pictures_too():
    told = ARCHITECTURES["LeNet-5"]
    assert Network((3, 40, 28), told.network.layers).shapes[6] == (16, 7, 4)
