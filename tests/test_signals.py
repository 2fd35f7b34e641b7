"""The named signals, and how far causal layers see: counted by Field and by trying."""

import numpy as np
import pytest

from cnnviz import conv1d
from cnnviz.experiments.signals import LENGTH, NAMED, causal, reached, seen, signal


@pytest.mark.parametrize("name", NAMED)
def test_a_signal_is_numbers_that_a_dot_can_stand_at(name):
    found = signal(name)
    assert found.shape == (LENGTH,) and np.abs(found).max() <= 1 and found.any()
    np.testing.assert_array_equal(found, np.round(found, 2))


@pytest.mark.parametrize(("kernel_size", "dilations"), [(2, (1, 2, 4, 8)), (3, (1, 2, 4)), (2, (1, 1, 1)), (3, (5, 1))])
def test_the_last_output_sees_what_it_moves_with(kernel_size, dilations):
    """Every sample nudged by itself, through layers of ones."""
    windows, length = causal(kernel_size, dilations), 40

    def run(numbers):
        for window in windows:
            numbers = conv1d(
                numbers, np.ones((1, 1, kernel_size)), padding=(window.before, window.after), dilation=window.dilation
            )
        return numbers

    outputs = run(np.eye(length)[:, np.newaxis])[:, 0]  # (sample that is nudged, output)
    moving = np.flatnonzero(outputs[:, -1])
    assert sorted(at for at in reached(windows, length - 1)[-1] if at >= 0) == moving.tolist()
    assert seen(windows).size == length - moving[0] == 1 + (kernel_size - 1) * sum(dilations)
    assert not any(outputs[sample, :sample].any() for sample in range(length))  # nothing comes before its cause


def test_dilated_twice_as_far_each_layer_doubles_what_is_seen():
    assert [seen(causal(2, [2**at for at in range(count)])).size for count in range(1, 6)] == [2, 4, 8, 16, 32]
    assert [seen(causal(2, [1] * count)).size for count in range(1, 6)] == [2, 3, 4, 5, 6]
