"""The places that wake a map most, against loops over every number of every map."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError
from cnnviz.experiments.patches import patches
from cnnviz.models import squeezenet
from tiny import some_levels, tiny

PICTURES = {"one": some_levels(1), "two": some_levels(2), "three": some_levels(3) // 3}


def by_loops(trained, layer, channel):
    """(value, picture, row, column) of at most three places a picture, none near a larger one; the largest first."""
    fields, found = trained.network.rows[layer].fields, []
    for name, levels in PICTURES.items():
        map = np.atleast_3d(trained.maps(levels)[layer + 1][channel])[..., 0]
        edge = 1 if min(map.shape) >= 5 else 0
        cells = [
            (float(map[row, column]), row, column)
            for row in range(edge, map.shape[0] - edge)
            for column in range(edge, map.shape[1] - edge)
        ]
        kept = []
        for value, row, column in sorted(cells, key=lambda cell: (-cell[0], cell[1], cell[2])):
            near = [
                abs(row - other[1]) * fields[0].jump < fields[0].size / 2
                and abs(column - other[2]) * fields[1].jump < fields[1].size / 2
                for other in kept
            ]
            if len(kept) < 3 and not any(near):
                kept.append((value, row, column))
        found += [(value, name, row, column) for value, row, column in kept if value > 0]
    return sorted(found, key=lambda place: -place[0])


@pytest.mark.parametrize("layer", range(10))
def test_against_loops(layer):
    trained = tiny()
    table = patches(trained, PICTURES)
    for channel in range(trained.network.shapes[layer + 1][0]):
        found = table.best(layer, channel, 20)
        expected = by_loops(trained, layer, channel)
        assert [(patch.value, patch.picture, patch.row, patch.column) for patch in found] == expected
        assert table.best(layer, channel, 2) == found[:2]


def test_a_patch_is_what_its_unit_sees():
    table = patches(tiny(), PICTURES)
    for channel, size in ((0, (4, 3)), (4, (8, 7))):  # the two branches: conv 3 x 2, pool 2, then 1 x 1 or 3 x 3
        down, across = tiny().network.fields(7, channel)
        assert (down.size, across.size) == size
        for patch in table.best(7, channel, 9):
            start = patch.row * 2 - 1 - (2 if channel == 4 else 0)
            assert patch.down == range(max(0, start), min(15, start + size[0]))
            assert 0 <= patch.across.start < patch.across.stop <= 11


def test_it_keeps_no_maps():
    blank = {"blank": np.full((3, 227, 227), 90, np.uint8)}
    table = patches(squeezenet(), blank)
    kept = sum(array.nbytes for arrays in (table.values, table.rows, table.columns) for array in arrays)
    assert kept < 0.3e6 and table.pictures == ("blank",)


def test_what_is_refused():
    with pytest.raises(ArrayError, match="SqueezeNet takes uint8"):
        patches(squeezenet(), {"small": np.zeros((3, 5, 5), np.uint8)})
    table = patches(tiny(), PICTURES)
    for layer, channel in ((10, 0), (0, 4)):
        with pytest.raises(ArrayError, match=f"no map {channel} of a layer {layer}"):
            table.best(layer, channel, 1)
