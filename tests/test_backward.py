"""Backwards through networks: beside PyTorch's values, and beside central differences."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.layers import (
    Activate,
    AvgPool2d,
    Conv2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    Linear,
    MaxPool2d,
    PartialConv2d,
    Rbf,
    Subsample,
)
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.ops import batch_norm_gradients
from cnnviz.training import backward
from stacks import branched
from torch_values import by_layer, cases

KEPT = {name: (settings, arrays) for name, settings, arrays in cases("network", "torch_training")}
TANH = Activate("scaled tanh")


def in_1998(table):
    """The kinds of layers that LeNet-5 had, few of each."""
    table = tuple(tuple(maps) for maps in table)
    return (
        Conv2d(3, 3), TANH, Subsample(2), TANH, PartialConv2d(table, 3), TANH, Subsample(2), TANH, Linear(6), TANH,
        Rbf(3),
    )  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_network_as_torch(name):
    settings, kept = KEPT[name]
    shape, training = kept["input"].shape[1:], settings.get("training", False)
    network = branched(shape, settings["stack"]) if "stack" in settings else Network(shape, in_1998(settings["table"]))
    layers = network.layers
    parameters = by_layer(kept, len(layers))
    chance = [np.random.default_rng(settings.get("seed", 0)) for _ in range(2)]
    maps = network.forward(kept["input"], parameters, training, chance[0])
    np.testing.assert_allclose(maps[-1], kept["output"], rtol=0, atol=1e-11)
    found = backward(network, maps, parameters, kept["output_gradient"], training=training, rng=chance[1])
    np.testing.assert_allclose(found.inputs[0], kept["for_input"], rtol=0, atol=1e-11)
    assert [array.shape for array in found.inputs] == [array.shape for array in maps]
    expected = by_layer(kept, len(layers), " gradient")
    for index, (mine, other) in enumerate(zip(found.parameters, expected, strict=True)):
        assert mine.keys() == other.keys(), index
        for key, value in other.items():
            np.testing.assert_allclose(mine[key], value, rtol=0, atol=1e-10, err_msg=f"{index} {key}")


def slopes(function, array, places, step=1e-6):
    """Central differences of a number for some places of an array."""
    found = []
    for place in places:
        ends = []
        for sign in (1, -1):
            moved = array.copy()
            moved[place] += sign * step
            ends.append(function(moved))
        found.append((ends[0] - ends[1]) / (2 * step))
    return np.array(found)


LENET = "conv 6 5x5; relu; max 2x2; conv 16 5x5; relu; max 2x2; fc 120; relu; fc 84; relu; fc 10"
STACKS = {
    "LeNet-5": ((1, 32, 32), read(LENET), False),
    "batch norm, dropout, GAP": (
        (2, 8, 7), read("conv 4 3x3; batch norm; relu; dropout 0.3; conv 5 2x2; sigmoid; global avg; fc 3"), True,
    ),
    "1998": ((1, 14, 14), in_1998(((0, 1), (1, 2), (0, 2), (0, 1, 2))), False),
    "parallel": (
        (2, 6, 7),
        "conv 3 1x1; [conv 2 1x1 | conv 4 3x3 p1 | dropout 0.5 | gelu] concat; fc 3",
        True,
    ),
    "parallel rows": ((5,), "fc 4; [fc 2 | tanh] concat; fc 2", False),
    "residual": ((2, 7, 6), "conv 4 3x3 p1; [conv 4 3x3 p1; relu; conv 4 3x3 p1 | same] add; relu; global avg", False),
    "residual with a stride": (
        (2, 7, 6), "conv 4 3x3 p1; [conv 6 3x3 s2 p1; batch norm; tanh | conv 6 1x1 s2 no bias] add; relu; fc 2", True,
    ),
    "gated": ((3, 6, 5), "[global avg; conv 2 1x1; relu; conv 3 1x1; sigmoid | same] multiply; conv 2 3x3", False),
    "branches in branches": (
        (2, 6, 7),
        "[conv 3 1x1; [same | conv 3 3x3 p1; tanh] add | [max 3x3 s1 p1 | avg 3x3 s1 p1] concat] concat; fc 2",
        False,
    ),
    "a branch that the input goes round": ((3,), "[fc 3; tanh | same | fc 3] multiply; [same | same] add; fc 2", False),
    "pools": (
        (2, 9, 9),
        (MaxPool2d(3, 2, 1), Conv2d(2, (2, 3), (2, 1), (1, 0), 1), AvgPool2d(2, 1, ceil_mode=True), GlobalAvgPool()),
        False,
    ),
    "dropout twice": ((6,), (Dropout(0.5), Linear(9), Dropout(0.2), Activate("leaky relu"), Linear(2)), True),
}  # fmt: skip


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("name", STACKS)
def test_a_network_against_central_differences(name, single):
    shape, layers, training = STACKS[name]
    if single and name.startswith("batch"):
        layers = layers[:-2]  # one number a channel has no spread; there is none behind the average anyway
    network = branched(shape, layers) if isinstance(layers, str) else Network(shape, layers)
    rng = np.random.default_rng(3)
    parameters = [{key: array.astype(np.float64) for key, array in given.items()} for given in network.initial(5)]
    for given in parameters:
        for key in given.keys() - {"codes"}:
            given[key] = given[key] + rng.normal(0, 0.1, given[key].shape)  # biases and gammas away from 0 and 1
    images = rng.standard_normal(shape if single else (3, *shape))

    def output(images, parameters):
        return network.forward(images, parameters, training, np.random.default_rng(8))

    maps = output(images, parameters)
    towards = rng.standard_normal(maps[-1].shape)
    found = backward(network, maps, parameters, towards, training=training, rng=np.random.default_rng(8))
    for index, given in enumerate(parameters):
        assert found.parameters[index].keys() == given.keys() - {"codes", "running_mean", "running_var"}
        for key in found.parameters[index]:
            places = [*np.ndindex(given[key].shape)]
            some = [places[i] for i in rng.permutation(len(places))[:4]]

            def moved(array, index=index, key=key):
                changed = [*parameters]
                changed[index] = {**changed[index], key: array}
                return np.vdot(towards, output(images, changed)[-1])

            expected = slopes(moved, given[key], some)
            mine = np.array([found.parameters[index][key][place] for place in some])
            np.testing.assert_allclose(mine, expected, rtol=2e-6, atol=2e-7, err_msg=f"{index} {key}")
    places = [*np.ndindex(images.shape)]
    some = [places[i] for i in rng.permutation(len(places))[:12]]
    expected = slopes(lambda array: np.vdot(towards, output(array, parameters)[-1]), images, some)
    np.testing.assert_allclose([found.inputs[0][place] for place in some], expected, rtol=2e-6, atol=2e-7)


def test_a_map_in_between_has_the_gradient_of_what_is_behind_it():
    network = Network((1, 6, 6), read("conv 2 3x3; relu; fc 3; tanh; fc 2"))
    parameters, rng = network.initial(1), np.random.default_rng(0)
    maps = network.forward(rng.standard_normal((2, 1, 6, 6)), parameters)
    found = backward(network, maps, parameters, np.ones((2, 2)))
    behind = Network((2, 4, 4), network.layers[2:])
    later = backward(behind, maps[2:], parameters[2:], np.ones((2, 2)))
    np.testing.assert_array_equal(found.inputs[2], later.inputs[0])


def test_what_dropout_dropped_is_known_where_the_input_is_0():
    """0 comes out of what is kept and of what is dropped alike; only what is kept hands its gradient on."""
    network, zeros = Network((1000,), (Dropout(0.25),)), np.zeros((1, 1000), np.float32)
    maps = network.forward(zeros, [{}], True, np.random.default_rng(6))
    found = backward(network, maps, [{}], np.ones((1, 1000)), training=True, rng=np.random.default_rng(6)).inputs[0]
    kept = network.forward(zeros + 1, [{}], True, np.random.default_rng(6))[-1]
    np.testing.assert_allclose(found, kept, rtol=1e-6)
    assert 650 < np.count_nonzero(found) < 850
    inferred = backward(network, maps, [{}], np.full((1, 1000), 3.0)).inputs[0]
    assert (inferred == 3).all()


def test_nothing_is_learnt_where_no_link_is():
    layer = PartialConv2d(((0,), (1, 2)), 2)
    network = Network((3, 4, 4), (layer,))
    parameters = [{"weight": np.ones((2, 3, 2, 2)), "bias": np.zeros(2)}]
    maps = network.forward(np.ones((1, 3, 4, 4)), parameters)
    found = backward(network, maps, parameters, np.ones((1, 2, 3, 3)))
    assert (found.parameters[0]["weight"][:, :, 0, 0] == [[9, 0, 0], [0, 9, 9]]).all()
    assert (found.inputs[0][0, :, 1, 1] == [4, 4, 4]).all()  # each map is read by one filter


@pytest.mark.parametrize(
    ("layers", "left_out"),
    [
        (read("conv 2 3x3; relu; conv 2 3x3; fc 2"), 1),
        (read("max 3x3 s1 p1; tanh; conv 2 3x3; fc 2"), 3),
        (read("batch norm; max 2x2; fc 2"), 1),
        (read("fc 2"), 1),
        ((Subsample(2), TANH, Rbf(2)), 1),
        ((MaxPool2d(2), Rbf(2)), 2),
    ],
)
def test_without_the_input_nothing_before_what_learns_is_worked_out(layers, left_out):
    network, rng = Network((1, 9, 9), layers), np.random.default_rng(2)
    parameters = network.initial(0)
    maps = network.forward(rng.standard_normal((3, 1, 9, 9)).astype(np.float32), parameters)
    towards = np.ones((3, 2), np.float32)
    whole, less = (backward(network, maps, parameters, towards, to_input=wanted) for wanted in (True, False))
    assert [array.size for array in less.inputs[:left_out]] == [0] * left_out
    for mine, other in zip(less.inputs[left_out:], whole.inputs[left_out:], strict=True):
        np.testing.assert_array_equal(mine, other)
    for mine, other in zip(less.parameters, whole.parameters, strict=True):
        assert mine.keys() == other.keys() and all((mine[key] == other[key]).all() for key in other)
    assert {array.dtype for array in whole.inputs} == {np.dtype(np.float32)}


def test_of_branches_what_leads_to_something_learnt_is_worked_out():
    network, rng = branched((1, 9, 9), "[conv 2 3x3 p1 | max 3x3 s1 p1] concat; fc 2"), np.random.default_rng(2)
    parameters = network.initial(0)
    maps = network.forward(rng.standard_normal((3, 1, 9, 9)).astype(np.float32), parameters)
    whole, less = (backward(network, maps, parameters, np.ones((3, 2)), to_input=wanted) for wanted in (True, False))
    assert [array.size > 0 for array in less.inputs] == [False, True, False, True, True]
    for mine, other in zip(less.parameters, whole.parameters, strict=True):
        assert mine.keys() == other.keys() and all((mine[key] == other[key]).all() for key in other)


def test_what_is_too_large_is_inf_without_a_warning():
    network = Network((2,), (Linear(2), Linear(1)))
    parameters = [{key: array * np.float32(1e30) for key, array in given.items()} for given in network.initial(0)]
    found = backward(
        network, [np.ones(2, np.float32)] * 2 + [np.ones(1, np.float32)], parameters, np.ones(1, "f") * 1e30
    )
    assert not np.isfinite(found.inputs[0]).all()


SMALL = Network((1, 4, 4), read("conv 1 3x3; dropout 0.5"))
MAPS = SMALL.forward(np.ones((1, 4, 4)), SMALL.initial(0))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: backward(SMALL, MAPS, SMALL.initial(0), np.ones((1, 3, 3))), ArrayError, r"\(1, 3, 3\).*\(1, 2, 2\)"),
    (lambda: backward(SMALL, MAPS[:2], SMALL.initial(0), np.ones((1, 2, 2))), ArrayError, "2 maps"),
    (lambda: backward(SMALL, MAPS, [{}], np.ones((1, 2, 2))), ArrayError, "1 layers"),
    (lambda: backward(SMALL, MAPS, SMALL.initial(0), np.ones((1, 2, 2)), training=True), SettingError, "rng"),
    (lambda: batch_norm_gradients(np.ones((2, 3, 3)), np.ones((2, 3, 2))), ArrayError, r"\(2, 3, 2\).*\(2, 3, 3\)"),
    (lambda: batch_norm_gradients(np.ones((2, 1, 1)), np.ones((2, 1, 1)), training=True), ArrayError, "at least 2"),
])  # fmt: skip
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_layer_says_how_it_is_gone_through_backwards():
    class Stranger(Layer):
        name = "ODD"

        def forward(self, input, parameters, training=False, rng=None):
            return input

    with pytest.raises(TypeError, match="backward"):
        Stranger()
