"""How much each pixel matters: against small changes of each pixel, and nothing outside the receptive field."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.effective import EffectiveField, effective_field
from cnnviz.models import squeezenet
from cnnviz.pictures import sample
from tiny import TEXT, some_levels, tiny


def by_differences(trained, layer, unit, step=1e-5):
    """The sum over the colours of |change of the unit's number / change of the pixel|, pixel by pixel, in float64."""
    picture = trained.prepare(some_levels()).astype(np.float64)
    parameters = [{name: array.astype(np.float64) for name, array in given.items()} for given in trained.parameters]
    steps = step * np.eye(picture.size).reshape(-1, *picture.shape)  # one picture for each number that is moved
    up, down = (trained.network.forward(picture + way * steps, parameters)[layer + 1][:, *unit] for way in (1, -1))
    return (np.abs(up - down) / (2 * step)).reshape(picture.shape).sum(0)


@pytest.mark.parametrize(
    ("layer", "unit"),
    [(0, (2, 14, 0)), (4, (1, 3, 3)), (6, (1, 3, 3)), (7, (3, 4, 2)), (8, (4, 6, 5)), (9, (1, 0, 0)), (11, (3,))],
)
def test_against_small_changes(layer, unit):
    trained = tiny(f"{TEXT}; tanh; fc 5")
    maps = trained.maps(some_levels())
    assert layer != 7 or maps[8][unit] > 0
    found = effective_field(trained, maps, layer, unit)
    expected = by_differences(trained, layer, unit)
    assert expected.max() > 0
    np.testing.assert_allclose(found.map, expected, atol=2e-5 * expected.max())
    outside = found.map.copy()
    outside[found.down.start : found.down.stop, found.across.start : found.across.stop] = 0
    assert not outside.any() and found.map.any() and not found.silent


def test_a_unit_that_relu_cut_off_is_silent():
    trained = tiny()
    maps = trained.maps(some_levels())
    unit = tuple(int(at) for at in np.argwhere(maps[8] == 0)[0])
    found = effective_field(trained, maps, 7, unit)
    assert found.silent and found.pixels_for(0.9) == 0


def test_in_squeezenet_most_lies_in_few_pixels():
    """On chelsea: a unit of fire5 at the eye. Its box is 63 x 63, or 47 x 47 where its branch is the narrow one."""
    trained = squeezenet()
    maps = trained.maps(sample("chelsea").square(227, "rgb").levels())
    layer = trained.names.index("fire5 expand ReLU")
    for channel, side in ((195, 63), (5, 47)):
        row, column = np.unravel_index(maps[layer + 1][channel, 5:20, 5:20].argmax(), (15, 15))
        found = effective_field(trained, maps, layer, (channel, row + 5, column + 5))
        assert (len(found.down), len(found.across)) == (side, side)
        outside = found.map.copy()
        outside[found.down.start : found.down.stop, found.across.start : found.across.stop] = 0
        assert not outside.any() and found.map.any()
        assert found.pixels_for(0.5) < found.pixels_for(0.9) < side * side / 2


def test_pixels_for_a_share():
    found = EffectiveField(np.array([[0.0, 4.0], [1.0, 5.0]]), range(2), range(2))
    assert [found.pixels_for(share) for share in (0, 0.5, 0.6, 0.9, 0.95, 1)] == [0, 1, 2, 2, 3, 3]
    with pytest.raises(SettingError, match="share is 90"):
        found.pixels_for(90)


def test_what_is_refused():
    trained = tiny()
    maps = trained.maps(some_levels())
    with pytest.raises(ArrayError, match="Tiny has 10 layers, counted from 0; asked is layer 10 with 11 maps"):
        effective_field(trained, maps, 10, (0, 0, 0))
    with pytest.raises(ArrayError, match=r"shape \(4, 15, 12\); there is no unit \(0, 15, 0\), counted from 0"):
        effective_field(trained, maps, 0, (0, 15, 0))
    with pytest.raises(ArrayError, match=r"there is no unit \(0,\)"):
        effective_field(trained, maps, 0, (0,))
