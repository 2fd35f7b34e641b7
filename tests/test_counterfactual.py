"""What if: moved digits, maps switched off and filters exchanged, against scipy, NumPy's own turns and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from cnnviz.errors import ArrayError, KernelError, SettingError
from cnnviz.experiments.counterfactual import Move, compared, exchanged, fitted, moved, silenced
from cnnviz.layers import Activate, BatchNorm2d, Conv2d, Linear, MaxPool2d, PartialConv2d, Rbf, Subsample
from cnnviz.network import Network
from stacks import branched


def levels(height: int = 9, width: int = 12) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width), np.uint8)


# --- moved ---


@pytest.mark.parametrize(("across", "down"), [(3, 0), (0, -2), (-4, 5), (40, 1)])
def test_a_nudge_is_exact_and_brings_in_zeros(across, down):
    array, expected = levels(), np.zeros((9, 12), np.uint8)
    for row in range(9):
        for column in range(12):
            if 0 <= row - down < 9 and 0 <= column - across < 12:
                expected[row, column] = array[row - down, column - across]
    np.testing.assert_array_equal(moved(array, Move(across, down)), expected)


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
@pytest.mark.parametrize("side", [8, 9])
def test_quarter_turns_are_exact_and_clockwise(quarters, side):
    array = levels(side, side)
    np.testing.assert_array_equal(moved(array, Move(turn=90 * quarters)), np.rot90(array, -quarters))


@pytest.mark.parametrize(
    "move", [Move(turn=17), Move(percent=130), Move(2, -1, -33.5, 71), Move(percent=50), Move(turn=359)]
)
def test_between_pixels_it_is_what_scipy_makes_of_it(move):
    array, angle = levels(11, 14), np.radians(move.turn)
    back = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / (move.percent / 100)
    middle = np.array([5.0, 6.5])
    offset = middle - back @ (middle + [move.down, move.across])
    expected = ndimage.affine_transform(array.astype(float), back, offset, order=1, mode="grid-constant", cval=0)
    # Half a level may be rounded either way.
    assert np.abs(moved(array, move) - expected).max() <= 0.5 + 1e-9


def test_nothing_moves_nothing():
    assert Move().is_nothing and not Move().is_nudge
    assert Move(1).is_nudge and not Move(1, turn=2).is_nudge and not Move(percent=99).is_nudge
    np.testing.assert_array_equal(moved(levels(), Move()), levels())
    np.testing.assert_array_equal(moved(np.full((5, 5), 200, np.uint8), Move(percent=200)), np.full((5, 5), 200))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"percent": 5}, "5 % is beyond 10 to 400"),
        ({"turn": float("nan")}, "turn is nan"),
        ({"across": 0.5}, "whole"),
        ({"across": 10**400}, "across is a number that float64 does not hold"),
        ({"down": "a"}, "down is 'a'"),
    ],
)
def test_what_is_no_move(settings, words):
    with pytest.raises(SettingError, match=words):
        Move(**settings)


@pytest.mark.parametrize("array", [np.zeros((3, 3)), np.zeros((1, 3, 3), np.uint8), np.zeros((0, 3), np.uint8)])
def test_only_levels_are_moved(array):
    with pytest.raises(ArrayError, match="uint8 levels"):
        moved(array, Move(1))


# --- switched off ---

OLD = Network(
    (1, 16, 16),
    (
        Conv2d(3, 5), Activate("scaled tanh"), Subsample(2), Activate("scaled tanh"),
        PartialConv2d(((0, 1), (1, 2), (0, 1, 2), (2,)), 3), Activate("scaled tanh"), Linear(7), Rbf(4),
    ),
)  # fmt: skip
NEW = Network(
    (1, 16, 16), (Conv2d(3, 5, bias=False), BatchNorm2d(), Activate("relu"), MaxPool2d(2), Conv2d(4, 3), Linear(5))
)


def learnt(network: Network) -> list[dict[str, np.ndarray]]:
    """Parameters none of which is 0."""
    rng = np.random.default_rng(8)
    return [
        {name: rng.uniform(0.2, 1, array.shape).astype(np.float32) for name, array in given.items()}
        for given in network.initial(1)
    ]


def picture(side: int = 16) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(1, side, side)).astype(np.float32)


@pytest.mark.parametrize(
    ("network", "layer", "map", "zero"),
    [(OLD, 0, 1, 1), (OLD, 2, 2, 3), (OLD, 4, 3, 5), (OLD, 6, 5, 6), (NEW, 0, 0, 3), (NEW, 3, 2, 3), (NEW, 4, 1, 4)],
)
def test_a_map_that_is_off_is_0_and_the_rest_follows(network, layer, map, zero):
    given = learnt(network)
    before = [{name: array.copy() for name, array in arrays.items()} for arrays in given]
    maps, off = network.forward(picture(), given), network.forward(picture(), silenced(network, given, [(layer, map)]))
    assert np.abs(maps[zero + 1][map]).max() > 0 and not off[zero + 1][map].any()
    others = [other for other in range(len(maps[zero + 1])) if other != map]
    np.testing.assert_array_equal(off[zero + 1][others], maps[zero + 1][others])
    assert len(network.layers) == zero + 1 or np.abs(off[-1] - maps[-1]).max() > 0
    for kept, arrays in zip(before, given, strict=True):
        for name in kept:
            np.testing.assert_array_equal(kept[name], arrays[name])  # the network itself is as it was


def test_a_map_that_is_off_is_as_if_nothing_read_it():
    given, cut = learnt(OLD), learnt(OLD)
    cut[4]["weight"][:, 1] = 0  # no filter of the next layer reads map 1
    off = OLD.forward(picture(), silenced(OLD, given, [(2, 1)]))
    np.testing.assert_allclose(off[-1], OLD.forward(picture(), cut)[-1], rtol=1e-6)


@pytest.mark.parametrize(("layer", "map"), [(9, 0), (0, 3), (-1, 0), (7, 1)])
def test_what_cannot_be_switched_off(layer, map):
    with pytest.raises(SettingError):
        silenced(OLD, learnt(OLD), [(layer, map)])


@pytest.mark.parametrize(("layer", "map", "made"), [(2, 1, (0, 1)), (2, 3, (1, 1)), (3, 4, (1, 2))])
def test_a_map_of_branches_is_switched_off_where_it_is_made(layer, map, made):
    network = branched((1, 8, 8), "[conv 2 1x1 | conv 3 3x3 p1] concat; relu; conv 2 1x1")
    off = silenced(network, network.initial(0), [(layer, map)])
    assert not off[made[0]]["weight"][made[1]].any() and off[made[0]]["weight"].any()
    assert not network.forward(np.ones((1, 8, 8)), off)[layer + 1][map].any()
    assert not silenced(network, network.initial(0), [(4, 1)])[4]["weight"][1].any()


def test_a_sum_is_made_by_several_layers_and_stays_on():
    network = branched((1, 8, 8), "conv 2 1x1; [conv 2 3x3 p1 | same] add; relu")
    for layer in (3, 4):
        with pytest.raises(SettingError, match=f"Map 2 of layer {layer + 1} is made by nothing learnt"):
            silenced(network, network.initial(0), [(layer, 1)])


# --- exchanged ---


def test_a_smaller_kernel_stands_in_zeros():
    np.testing.assert_array_equal(fitted([[1, 2, 3]], 5)[2], [0, 1, 2, 3, 0])
    found = fitted(np.arange(1, 9).reshape(2, 4), 5)
    np.testing.assert_array_equal(found[1:3, :4], np.arange(1, 9).reshape(2, 4))
    assert found.sum() == 36 and found.dtype == np.float32


@pytest.mark.parametrize(("kernel", "words"), [(np.ones((3, 7)), "3 × 7"), (np.ones((3, 3, 3)), "One plane")])
def test_a_kernel_that_does_not_fit_is_refused(kernel, words):
    with pytest.raises(KernelError, match=words):
        fitted(kernel, 5)


def test_an_exchanged_filter_makes_its_own_map_and_no_other():
    given, weight = learnt(OLD), np.arange(25.0).reshape(1, 5, 5)
    maps = OLD.forward(picture(), exchanged(given, 0, 2, weight, 0.5))
    expected = ndimage.correlate(picture()[0].astype(float), weight[0], mode="constant")[2:-2, 2:-2] + 0.5
    np.testing.assert_allclose(maps[1][2], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(maps[1][:2], OLD.forward(picture(), given)[1][:2])
    with pytest.raises(ArrayError, match="3, 3"):
        exchanged(given, 0, 2, np.ones((1, 3, 3)), 0)
    for layer, map in ((0, 99), (0, -1), (1, 0), (2, 0), (99, 0), (-1, 0)):  # 1 is an activation, 2 a subsampling
        with pytest.raises(SettingError, match=f"no filter {map} of a CONV layer {layer}, both counted from 0"):
            exchanged(given, layer, map, weight, 0)


# --- compared ---


def test_convolutions_go_along_exactly_and_a_pooling_only_by_whole_cells():
    array = np.zeros((16, 16), np.uint8)
    array[4:9, 5:11] = levels(5, 6)
    given = learnt(OLD)

    def change(move: Move) -> tuple:
        maps = [OLD.forward(picture[np.newaxis] / 255, given) for picture in (array, moved(array, move))]
        return compared(OLD, *maps, move, (0, 2, 4, 6)), maps

    found, (still, after) = change(Move(2, -4))
    assert [found[layer].follows for layer in (0, 2, 4)] == pytest.approx([0, 0, 0], abs=1e-6)
    assert found[6].follows is None
    expected = np.linalg.norm(after[3] - still[3]) / np.linalg.norm(still[3])
    assert found[2].change == pytest.approx(expected, rel=1e-6) and expected > 0.1
    odd = change(Move(1, 2))[0]
    assert odd[0].follows == pytest.approx(0, abs=1e-6) and odd[2].follows is None
    assert change(Move(2, turn=5))[0][0].follows is None
    assert change(Move(14))[0][0].follows is None  # nothing of a map of 12 is left


def test_a_map_that_does_not_go_along_is_told():
    network = Network((1, 8, 8), (Conv2d(1, 3, 1, 1),))  # zeros at the border take part
    maps = network.forward(picture(8), learnt(network))
    turned = [maps[0], maps[1][:, ::-1]]
    found = compared(network, maps, turned, Move(1), [0])[0]
    still, after = maps[1][0, :, :7].astype(float), turned[1][0, :, 1:].astype(float)
    assert found.follows == pytest.approx(np.linalg.norm(after - still) / np.linalg.norm(still))
