"""How much maps change when a picture moves: cases whose answer is known, and a moved picture convolved afresh."""

import math
from dataclasses import astuple

import numpy as np
import pytest
import scipy.ndimage

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.experiments.invariance import invariance, relative_change
from cnnviz.geometry import Window
from cnnviz.ops import conv2d, relu
from cnnviz.pictures import sample
from traces import by_onnxruntime

TWO = Window(2, 2)
ROOT_TWO = pytest.approx(math.sqrt(2))


def turned(array, direction):
    """An array as written, for moves across; turned about for moves down."""
    return array if direction == "across" else array.swapaxes(1, 2)


def both(function):
    return pytest.mark.parametrize("direction", ["across", "down"])(function)


@both
def test_a_constant_picture_does_not_change(direction):
    found = invariance(np.full((2, 13, 11), 3.5), Window(3, 2), TWO, direction=direction)
    assert {change for stage in found.stages for change in stage.changes} == {0.0}
    assert {change for stage in found.stages for change in stage.shifted} <= {0.0, None}


@both
def test_a_bright_dot_changes_everything_until_it_is_pooled(direction):
    """At column 7 of blocks 0-3, 4-7, ...: it moves to 6, 5 and 4 within its block, then leaves it."""
    image = np.zeros((1, 9, 16))
    image[0, 5, 7] = 9
    four = Window(4, 4)
    found = invariance(turned(image, direction), four, four, direction=direction)
    assert found.distances == (0, 1, 2, 3, 4)
    assert found.activation.changes == (0, ROOT_TWO, ROOT_TWO, ROOT_TWO, ROOT_TWO)
    assert found.max_pooling.changes == (0, 0, 0, 0, ROOT_TWO)
    assert found.average_pooling.changes == (0, 0, 0, 0, ROOT_TWO)
    assert found.global_average.changes == (0, 0, 0, 0, 0)
    assert found.max_pooling.shifted == (0, None, None, None, 0)


@both
def test_a_dot_at_its_blocks_other_end_leaves_at_once(direction):
    image = np.zeros((1, 8, 16))
    image[0, 5, 8] = 9
    found = invariance(turned(image, direction), TWO, TWO, direction=direction)
    assert found.max_pooling.changes == (0, ROOT_TWO, ROOT_TWO, ROOT_TWO, ROOT_TWO)
    image = np.roll(image, 1, axis=2)
    found = invariance(turned(image, direction), TWO, TWO, direction=direction)
    assert found.max_pooling.changes == (0, 0, ROOT_TWO, ROOT_TWO, ROOT_TWO)


@both
def test_stripes_as_wide_as_the_stride_come_back_after_a_period(direction):
    """Stripes of period 2, ones and zeros: 2 x 2 pooling sees one of each wherever they are; 1 x 1 thins them out."""
    stripes = turned(np.tile([1.0, 0.0], (1, 8, 8)), direction)
    found = invariance(stripes, TWO, TWO, direction=direction)
    assert found.activation.changes == (0, ROOT_TWO, 0, ROOT_TWO, 0)
    for stage in (found.max_pooling, found.average_pooling, found.global_average):
        assert stage.changes == (0, 0, 0, 0, 0)
    thinned = invariance(stripes, Window(1, 2), Window(1, 2), direction=direction)
    assert thinned.max_pooling.changes == (0, 1, 0, 1, 0)  # from all ones to all zeros


def test_the_global_average_of_a_periodic_picture_does_not_change():
    """The moved cut is as wide as whole periods: what leaves on one side comes in on the other."""
    period = np.random.default_rng(0).random((3, 9, 6))
    found = invariance(np.tile(period, (1, 1, 4))[:, :, : 18 + 4], Window(3, 2), TWO)
    assert found.global_average.changes == pytest.approx((0,) * 5, abs=1e-15)
    assert min(found.activation.changes[1:]) > 0.1 and min(found.max_pooling.changes[1:]) > 0.01


@both
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 3), (2, 4), (5, 1)])
def test_a_move_by_the_stride_is_a_move_by_one_cell(direction, size, stride):
    """Equivariance, on any picture: exactly nothing is left once the map is moved along."""
    image = sample("chelsea").at(40, "rgb").values
    window = Window(size, stride)
    found = invariance(image, window, window, direction=direction)
    for stage in (found.max_pooling, found.average_pooling):
        assert [change is None for change in stage.shifted] == [move % stride > 0 for move in range(5)]
        assert all(change == pytest.approx(0, abs=1e-12) for change in stage.shifted if change is not None)
    assert found.activation.shifted == (0, 0, 0, 0, 0)
    assert found.global_average.shifted == (None,) * 5


@both
def test_the_stride_that_counts_is_that_of_the_moves_direction(direction):
    image = sample("chelsea").at(40, "grey").values
    found = invariance(image, Window(2, 3), Window(2, 2), direction=direction)
    expected = [True, False, True, False, True] if direction == "across" else [True, False, False, True, False]
    assert [change is not None for change in found.max_pooling.shifted] == expected


@both
def test_a_moved_picture_convolved_afresh_gives_the_same(direction):
    """Nothing is made up at the border: cut the PICTURE out some pixels further on, convolve, pool, compare."""
    picture = sample("coffee").at(48, "rgb").values.astype(np.float64)
    weight = np.random.default_rng(1).standard_normal((2, 3, 3, 2))
    found = invariance(relu(conv2d(picture, weight)), Window(3, 2), TWO, direction=direction, most=3)
    axis = 2 if direction == "across" else 1
    maps, pooled, averaged = [], [], []
    for move in range(4):
        cut = picture.take(range(move, picture.shape[axis] - 3 + move), axis)
        maps.append(np.maximum([sum(
            scipy.ndimage.correlate(cut[channel], kernel[channel], mode="constant", origin=(0, -1))[1:-1, :-1]
            for channel in range(3)) for kernel in weight], 0))  # fmt: skip
        pool = {"kernel_shape": [3, 2], "strides": [2, 2]}
        pooled.append(by_onnxruntime("MaxPool", maps[-1][np.newaxis], **pool)[0].astype(np.float64))
        averaged.append(by_onnxruntime("AveragePool", maps[-1][np.newaxis], **pool)[0].astype(np.float64))
    means = [map.mean((1, 2)) for map in maps]
    for stage, made in zip(found.stages, (maps, pooled, averaged, means), strict=True):
        expected = [np.sqrt(((moved - made[0]) ** 2).sum() / (made[0] ** 2).sum()) for moved in made]
        np.testing.assert_allclose(stage.changes, expected, rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(found.max_pooling.maps[3], pooled[3], rtol=1e-6)


def test_the_numbers_that_hold_and_the_one_that_fails_most():
    """2 x 2 blocks of 9 5 | 3 0 | 7 7 | 0 0, one pixel on: 5 3 | 0 7 | 7 0 | 0 0."""
    row = np.array([9.0, 5, 3, 0, 7, 7, 0, 0, 0])
    found = invariance(np.tile(row, (1, 2, 1)), TWO, TWO, most=1).max_pooling
    assert found.maps[0][0, 0].tolist() == [9, 3, 7, 0] and found.maps[1][0, 0].tolist() == [5, 7, 7, 0]
    assert found.kept(1)[0, 0].tolist() == [False, False, True, True] and found.kept(0).all()
    assert astuple(found.most_changed(1)) in [(0, 0, 0, 9, 5), (0, 0, 1, 3, 7)]
    assert astuple(found.largest_kept(1)) == (0, 0, 2, 7, 7)
    assert found.share_kept(1) == pytest.approx(1 / 3) and found.share_kept(0) == 1  # of 9, 3, 7
    assert found.most_changed(0) is None
    nothing = invariance(np.zeros((2, 4, 9)), TWO, TWO).max_pooling
    assert nothing.largest_kept(1) is None and nothing.most_changed(1) is None
    assert nothing.share_kept(1) is None


def test_only_the_windows_sizes_and_strides_count():
    image = sample("chelsea").at(30, "grey").values
    plain, padded = invariance(image, TWO, TWO), invariance(image, Window(2, 2, 1), Window(2, 2, (0, 1)))
    assert plain.max_pooling.changes == padded.max_pooling.changes


def test_a_billionth_is_no_change_and_a_millionth_is_one():
    """ "Kept" is said of numbers to the reader: what differs in the seventh digit is not the same number."""
    map = np.zeros((1, 2, 3))
    map[0, 0] = 1000, 1000 + 1e-3, 1000 + 1e-3 + 1e-7
    found = invariance(map, Window(1), Window(1), most=1).activation
    assert found.kept(1)[0, 0].tolist() == [False, True]
    assert found.share_kept(1) == 0.5 and found.most_changed(1).column == 0 and found.largest_kept(1).column == 1


def test_a_maximum_that_leaves_may_be_followed_by_its_like():
    """The largest number leaves the window, an equal one comes in: max pooling stays, with nothing left in place."""
    found = invariance(np.tile([5.0, 0, 5, 0, 5], (1, 2, 1)), TWO, TWO, most=1).max_pooling
    assert found.kept(1).all() and found.changes == (0, 0)


@pytest.mark.parametrize("windows", [(Window(2, 2, dilation=2), TWO), (TWO, Window(2, 2, 0, 3))])
def test_a_dilated_pooling_is_refused(windows):
    """Rather than measured as if it were none: average pooling has no dilation."""
    with pytest.raises(SettingError, match=r"dilation [23].*1"):
        invariance(np.ones((1, 20, 20)), *windows)
    one = invariance(np.ones((1, 20, 20)), Window(1, 2, dilation=3), TWO)  # a window of one pixel has no gaps
    assert one.max_pooling.changes == (0,) * 5


def test_nothing_compared_with_nothing():
    zeros, ones = np.zeros((1, 2, 2)), np.ones((1, 2, 2))
    assert relative_change(zeros, zeros) == 0
    assert relative_change(ones, zeros) == math.inf
    assert relative_change(zeros, ones) == 1


@pytest.mark.parametrize(("map", "settings", "error", "words"), [
    (np.ones((5, 6)), {}, ArrayError, r"\(5, 6\)"),
    (np.ones((1, 9, 4)), {}, DoesNotFit, "4 pixels.*move by 4"),
    (np.ones((1, 9, 5)), {}, DoesNotFit, "spans 2"),
    (np.ones((1, 9, 9)), {"direction": "up"}, SettingError, "up.*across, down"),
    (np.ones((1, 9, 9)), {"direction": ["up"]}, SettingError, "up.*text"),
    (np.ones((1, 9, 9)), {"most": -1}, SettingError, "most is -1"),
    ("map", {}, ArrayError, "map holds <U3 values"),
    ([[[1, 2], [3]]], {}, ArrayError, "map is no array"),
    (None, {}, ArrayError, "map holds object values"),
    (np.full((1, 9, 9), np.nan), {}, ArrayError, "map holds nan or inf.*finite"),
    (np.where(np.arange(81) == 40, -np.inf, 1).reshape(1, 9, 9), {}, ArrayError, "map holds nan or inf"),
])  # fmt: skip
def test_what_is_refused(map, settings, error, words):
    with pytest.raises(error, match=words):
        invariance(map, TWO, TWO, **settings)
