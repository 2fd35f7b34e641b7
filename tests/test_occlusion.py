"""The grey patch: where it lies, the order in which it is laid, and the answer asked for each place by itself."""

import itertools

import numpy as np
import pytest

from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.experiments.occlusion import GREY, Occlusion, filled
from cnnviz.models import squeezenet
from tiny import some_levels, tiny


def test_each_place_by_itself():
    trained, levels = tiny(), some_levels()
    occlusion = Occlusion(trained, levels, size=4, stride=3)
    assert occlusion.shape == (4, 3)
    probes = list(occlusion.probes())
    assert [(probe.row, probe.column) for probe in probes] == occlusion.places
    for probe in probes:
        covered = levels.copy()
        for channel, down, across in itertools.product(range(3), range(4), range(4)):
            covered[channel, 3 * probe.row + down, 3 * probe.column + across] = GREY[channel]
        np.testing.assert_array_equal(occlusion.covered(probe.row, probe.column), covered)
        scores = trained.maps(covered)[-1].ravel().astype(np.float64)
        expected = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(probe.probabilities, expected, rtol=1e-5)
    grid = occlusion.grid(probes, 2)
    assert (
        grid.shape == (4, 3) and grid[3, 1] == next(p for p in probes if (p.row, p.column) == (3, 1)).probabilities[2]
    )
    assert (levels == some_levels()).all()


def test_coarse_first_each_place_once():
    occlusion = Occlusion(tiny(), some_levels(), size=3, stride=1)
    rows, columns = occlusion.shape
    assert (rows, columns) == (13, 9)
    places = occlusion.places
    assert sorted(places) == sorted(itertools.product(range(rows), range(columns)))
    first = [(row, column) for row in (0, 4, 8, 12) for column in (0, 4, 8)]
    assert places[: len(first)] == first
    second = {(row, column) for row in range(0, 13, 2) for column in range(0, 9, 2)}
    assert set(places[: len(second)]) == second


def test_half_done_and_taken_up_again():
    occlusion = Occlusion(tiny(), some_levels(), size=5, stride=5)
    assert occlusion.shape == (3, 2)
    some = list(itertools.islice(occlusion.probes(), 2))
    grid = occlusion.grid(some, 0)
    assert np.isnan(grid).sum() == 4 and np.isfinite(grid[some[1].row, some[1].column])
    rest = list(occlusion.probes(since=2))
    assert not np.isnan(occlusion.grid([*some, *rest], 0)).any()
    assert occlusion.box(2, 1) == (slice(10, 15), slice(5, 10))


def test_to_squeezenet_the_patch_is_nearly_nothing():
    trained = squeezenet()
    occlusion = Occlusion(trained, np.full((3, 227, 227), 255, np.uint8))
    image = trained.prepare(occlusion.covered(1, 2))
    assert np.abs(image[:, 16:67, 32:83]).max() < 0.4 and (np.abs(image) > 100).sum() == 3 * (227**2 - 51**2)


def test_squeezenets_grid_is_square():
    occlusion = Occlusion(squeezenet(), np.zeros((3, 227, 227), np.uint8))
    assert occlusion.shape == (12, 12) and occlusion.box(11, 11) == (slice(176, 227),) * 2
    assert len(occlusion.places) == 144 and occlusion.places[8] == (8, 8)


def test_what_is_refused():
    trained, levels = tiny(), some_levels()
    with pytest.raises(DoesNotFit, match="spans 12, the picture has only 11"):
        Occlusion(trained, levels, size=12, stride=1)
    with pytest.raises(SettingError, match="stride is 0"):
        Occlusion(trained, levels, size=3, stride=0)
    with pytest.raises(ArrayError, match=r"takes uint8 levels of shape \(3, 15, 11\), not float64"):
        Occlusion(trained, levels / 255)
    with pytest.raises(SettingError, match="there is no class 5"):
        Occlusion(trained, levels, 3, 3).grid([], 5)


def test_the_coarse_answers_stand_in_for_the_fine_ones():
    grid = np.full((6, 5), np.nan)
    grid[::4, ::4] = [[1, 2], [3, 4]]
    grid[2, 2] = 9
    found = filled(grid)
    assert found[0, 0] == found[1, 1] == found[0, 3] == 1 and found[3, 3] == 9 and found[5, 4] == 4
