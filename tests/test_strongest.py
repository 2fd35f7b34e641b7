"""The ranking of maps, against loops and maps made by hand."""

import statistics

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.strongest import strongest
from cnnviz.models import squeezenet
from cnnviz.pictures import sample


def by_loops(volume, count):
    """(channels in order, left out)."""
    ranked, left_out = [], []
    for channel, map in enumerate(volume.tolist()):
        inside = [value for line in map[1:-1] for value in line[1:-1]]
        largest = max(max(line) for line in map)
        if largest > 0 and largest > 2 * max(inside):
            left_out.append((-largest, channel))
        elif max(inside) > 0:
            ranked.append((-(max(inside) - statistics.median(inside)), channel))
    return [channel for _, channel in sorted(ranked)][:count], [channel for _, channel in sorted(left_out)]


@pytest.mark.parametrize("shift", [0.0, -1.5])
def test_against_loops(shift):
    rng = np.random.default_rng(3)
    volume = rng.standard_normal((40, 6, 9)) + shift
    volume[::3, 0] *= rng.uniform(1, 4, 9)
    volume[::4] *= 3
    ranking = strongest([None, None, volume], 1, 12)
    ranked, left_out = by_loops(volume, 12)
    assert [found.channel for found in ranking.maps] == ranked and list(ranking.left_out) == left_out
    assert left_out and len(ranked) == 12
    for found in ranking.maps:
        inside = volume[found.channel, 1:-1, 1:-1]
        assert found.value == inside.max() == volume[found.channel, found.row, found.column]
        assert found.above == pytest.approx(inside.max() - np.median(inside))


def test_by_hand():
    volume = np.zeros((5, 7, 6))
    volume[0, 3, 2] = 5
    volume[1] = 100  # alike everywhere
    volume[2, 0, 4], volume[2, 2, 2] = 9, 4  # more than twice as strong on the border
    volume[3, 6, 5], volume[3, 5, 4] = 8, 4  # just twice
    ranking = strongest([None, volume], 0, 5)
    assert [(found.channel, found.row, found.column) for found in ranking.maps] == [(0, 3, 2), (3, 5, 4), (1, 1, 1)]
    assert ranking.left_out == (2,) and ranking.border == 1
    assert [found.above for found in ranking.maps] == [5, 4, 0]


def test_small_maps_have_no_border():
    ranking = strongest([None, np.array([1.0, -2.0, 7.0]).reshape(3, 1, 1)], 0, 3)
    assert [(found.channel, found.value) for found in ranking.maps] == [(2, 7), (0, 1)]
    assert ranking.border == 0 and ranking.left_out == ()


def test_squeezenets_border_channels_are_left_out():
    """Some channels of its middle answer to the edge of any picture, an even grey one too."""
    trained = squeezenet()
    maps = trained.maps(sample("chelsea").square(227, "rgb").levels())
    layer = trained.names.index("fire4 expand ReLU")
    ranking = strongest(maps, layer, 256)
    assert 0 < len(ranking.left_out) < 26 and len(ranking.maps) + len(ranking.left_out) <= 256
    blank = trained.maps(np.full((3, 227, 227), 128, np.uint8))[layer + 1]
    for channel in ranking.left_out[:4]:
        inside = blank[channel, 4:-4, 4:-4].max()
        assert blank[channel].max() > 2 * inside


def test_what_is_refused():
    volume = np.zeros((2, 5, 5))
    with pytest.raises(ArrayError, match="maps of 1 layers, counted from 0; layer 1 has none"):
        strongest([volume, volume], 1, 3)
    with pytest.raises(ArrayError, match="layer 0 has none to rank"):
        strongest([volume, volume[:, 0, 0]], 0, 3)
    with pytest.raises(SettingError, match="count is 0"):
        strongest([volume, volume], 0, 0)
