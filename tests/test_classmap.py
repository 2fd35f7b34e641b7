"""The class activation map: what is averaged into a score, and its refusals."""

import numpy as np
import pytest

from cnnviz.errors import SettingError
from cnnviz.experiments.classmap import class_map, class_map_of, has_class_maps
from cnnviz.models import squeezenet
from cnnviz.pictures import sample
from tiny import TEXT, some_levels, tiny


def test_its_mean_is_the_score():
    trained = tiny()
    maps = trained.maps(some_levels())
    for number in range(5):
        found = class_map(trained, maps, number)
        assert found.shape == (7, 6)
        assert sum(float(value) for value in found.ravel()) / 42 == pytest.approx(
            float(maps[-1][number, 0, 0]), rel=1e-5
        )
    assert class_map(trained, maps, 3).min() < 0  # no ReLU in front of the mean: places may speak against a class


def test_of_squeezenet():
    trained = squeezenet()
    maps = trained.maps(sample("camera").square(227, "rgb").levels())
    tripod = trained.classes.index("tripod")
    found = class_map(trained, maps, tripod)
    assert found.shape == (13, 13) and found.min() == 0
    assert found.mean(dtype=np.float64) == pytest.approx(float(maps[-1][tripod, 0, 0]), rel=1e-6)
    # Camera and tripod stand a little to the right of the middle; a number of the map stands for 16 pixels.
    assert found[3:, 6:10].sum() > 0.6 * found.sum() and np.unravel_index(found.argmax(), (13, 13)) == (9, 8)


def test_what_is_refused():
    trained = tiny()
    maps = trained.maps(some_levels())
    with pytest.raises(SettingError, match="Tiny knows 5 classes, counted from 0; there is no class 5"):
        class_map(trained, maps, 5)
    with pytest.raises(SettingError, match="class is -1"):
        class_map(trained, maps, -1)
    other = tiny(f"{TEXT}; fc 9; relu; fc 5")
    assert not has_class_maps(other)
    with pytest.raises(SettingError, match="Tiny does not end in a global average"):
        class_map(other, other.maps(some_levels()), 0)
    with pytest.raises(SettingError, match="another network"):
        class_map_of(trained, other.passed(some_levels()), 0)


@pytest.mark.parametrize("behind", ["; fc 5", "; dropout 0.5; fc 5"])
def test_with_a_fully_connected_layer_behind_its_mean_and_the_bias_are_the_score(behind):
    trained = tiny(f"{TEXT}{behind}")
    maps, run = trained.maps(some_levels()), trained.passed(some_levels())
    assert has_class_maps(trained)
    for number in range(5):
        found = class_map(trained, maps, number)
        bias = float(trained.parameters[-1]["bias"][number])
        assert found.shape == (7, 6)
        assert float(found.mean(dtype=np.float64)) + bias == pytest.approx(float(maps[-1].ravel()[number]), rel=1e-4)
        np.testing.assert_array_equal(class_map_of(trained, run, number), found)
