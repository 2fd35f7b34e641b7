"""Geometry against lists written out position by position, np.pad, and the figures of the literature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import (
    PADDING_MODES,
    Field,
    Window,
    check_padding,
    most_padding,
    origin,
    same_padding,
)
from oracles import NUMPY_MODES, pool_windows

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=300)

paddings = st.one_of(st.integers(0, 6), st.tuples(st.integers(0, 6), st.integers(0, 6)))
windows = st.builds(Window, st.integers(1, 7), st.integers(1, 5), paddings, st.integers(1, 4))
sizes = st.integers(1, 24)


def places(window, size):
    """What the window reads at each place, by sliding it along a list of all positions, padding included."""
    positions = list(range(-window.before, size + window.after))
    found = []
    while len(positions) > window.dilation * (window.kernel_size - 1):
        found.append(positions[:: window.dilation][: window.kernel_size])
        positions = positions[window.stride :]
    return found


@repeatable
@given(windows, sizes)
def test_the_window_visits_every_place_and_no_other(window, size):
    expected = places(window, size)
    assert window.fits(size) == bool(expected)
    if not expected:
        room = size + window.before + window.after
        with pytest.raises(DoesNotFit, match=rf"spans {window.extent}\b.* only {room}\b"):
            window.output_size(size)
        return
    assert window.output_size(size) == len(expected)
    assert [list(window.taps(index)) for index in range(len(expected))] == expected
    assert window.unused(size) == size + window.after - 1 - expected[-1][-1]
    assert window.unread(size) == [position for position in range(size) if not any(position in e for e in expected)]
    for position in range(-window.before, size + window.after):
        assert window.readers(position, size) == [index for index, e in enumerate(expected) if position in e]


@repeatable
@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 30))
def test_same_padding_keeps_the_size(kernel_size, dilation, size):
    before, after = same_padding(kernel_size, dilation)
    assert Window(kernel_size, padding=(before, after), dilation=dilation).output_size(size) == size
    assert after - before in (0, 1)


@pytest.mark.parametrize("padding_mode", PADDING_MODES)
@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_origin_is_where_numpy_borrows_from(padding_mode, size):
    limit = most_padding(size, padding_mode)
    reach = 5 if limit is None else limit
    borrowed = np.pad(np.arange(1, size + 1), reach, NUMPY_MODES[padding_mode])
    origins = [origin(position, size, padding_mode) for position in range(-reach, size + reach)]
    assert [0 if where is None else where + 1 for where in origins] == borrowed.tolist()


@pytest.mark.parametrize(("padding_mode", "most"), [
    ("zeros", None), ("replicate", None), ("reflect", 4), ("circular", 5),
])
def test_a_border_borrows_no_more_than_there_is(padding_mode, most):
    # The limits of PyTorch's pad: reflection up to size - 1, one time round for circular.
    assert most_padding(5, padding_mode) == most
    check_padding(Window(3, padding=(0, 100 if most is None else most)), 5, padding_mode)
    if most is not None:
        for padding in ((most + 1, 0), (0, most + 1)):
            with pytest.raises(DoesNotFit, match=rf"padding of {most + 1} .*{padding_mode}.* from 5 .*at most {most} "):
                check_padding(Window(3, padding=padding), 5, padding_mode)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
def test_the_whole_numbers_of_numpy_are_whole_numbers(kind):
    """Not of so many bits: nothing wraps around at 127, or at 0."""
    window = Window(3, 2, 1)
    assert window.readers(kind(120), 200) == window.readers(120, 200)
    assert same_padding(kind(3), kind(2), kind(2), kind(100)) == same_padding(3, 2, 2, 100)
    for position in (0, 99, 100, 127):
        for mode in PADDING_MODES:
            assert origin(kind(position), kind(100), mode) == origin(position, 100, mode)
            assert type(most_padding(kind(100), mode)) in (int, type(None))
    assert origin(np.int8(-128), 1000, "reflect") == 128


def test_an_unknown_padding_mode_is_named():
    with pytest.raises(SettingError, match="'same'.*zeros, reflect, replicate, circular"):
        check_padding(Window(3), 5, "same")


@pytest.mark.parametrize(("window", "size", "output"), [
    (Window(3), 5, 3),  # the 5x5 demo
    (Window(3, stride=2, padding=1), 5, 3),  # the demo of stride and padding
    (Window(3, stride=2, padding=1), 7, 4),
    (Window(3, stride=2, padding=1), 6, 3),  # Dumoulin and Visin (2016), figure 2.7: two sizes, one output
    (Window(3, dilation=2), 7, 3),  # figure 5.1
    (Window(11, stride=4), 227, 55),  # AlexNet, conv1
    (Window(7, stride=2, padding=3), 224, 112),  # ResNet, conv1
    (Window(5), 32, 28),  # LeNet-5, C1
])
def test_sizes_of_the_literature(window, size, output):
    assert window.output_size(size) == output


@repeatable
@given(windows, sizes)
def test_ceil_mode_lets_a_last_window_hang_over(window, size):
    before, after = window.before % window.kernel_size, window.after % window.kernel_size  # no window in padding alone
    window = Window(window.kernel_size, window.stride, (before, after), window.dilation)
    expected = pool_windows(size, window.kernel_size, window.stride, (before, after), window.dilation, True)
    if expected:
        assert window.output_size(size, ceil_mode=True) == len(expected)
        assert window.fits(size) is False or len(expected) - window.output_size(size) in (0, 1)
    else:
        with pytest.raises(DoesNotFit, match=rf"spans {window.extent}\b"):
            window.output_size(size, ceil_mode=True)


@pytest.mark.parametrize(("window", "size", "floor", "ceil"), [
    (Window(3, 2), 112, 55, 56),  # the pools of GoogLeNet (Szegedy et al. 2015, table 1): 56, 28, 14 and 7
    (Window(3, 2), 56, 27, 28),
    (Window(3, 2), 28, 13, 14),
    (Window(3, 2), 14, 6, 7),
    (Window(2, 2), 6, 3, 3),  # nothing left over
    (Window(2, 2, padding=1), 5, 3, 3),  # one more would start in the padding behind: dropped
    (Window(3, 3, padding=1), 5, 2, 2),
    (Window(3, 3, padding=(1, 0)), 5, 2, 2),
    (Window(3, 3, padding=(0, 1)), 5, 2, 2),
    (Window(3, 3, padding=1), 6, 2, 3),  # starts on the last position: kept
])
def test_the_last_window_of_ceil_mode(window, size, floor, ceil):
    assert (window.output_size(size), window.output_size(size, ceil_mode=True)) == (floor, ceil)


def test_ceil_mode_gives_room_to_a_window_that_hangs_over_from_the_start():
    assert Window(3, 2).output_size(2, ceil_mode=True) == 1
    with pytest.raises(DoesNotFit, match="spans 4, the picture has only 2"):
        Window(4, 2).output_size(2, ceil_mode=True)


@pytest.mark.parametrize(("settings_given", "words"), [
    ({"kernel_size": 0}, "kernel_size is 0; .* at least 1"),
    ({"kernel_size": 2.5}, "kernel_size is 2.5"),
    ({"kernel_size": True}, "kernel_size is True"),
    ({"kernel_size": np.True_}, "kernel_size is "),
    ({"kernel_size": "3"}, "kernel_size is '3'"),
    ({"kernel_size": 3, "stride": 0}, "stride is 0; .* at least 1"),
    ({"kernel_size": 3, "stride": None}, "stride is None"),
    ({"kernel_size": 3, "dilation": -1}, "dilation is -1; .* at least 1"),
    ({"kernel_size": 3, "padding": -1}, "padding is -1; .* at least 0"),
    ({"kernel_size": 3, "padding": (0, -2)}, "padding is -2; .* at least 0"),
    ({"kernel_size": 3, "padding": (1, 2, 3)}, r"padding is \(1, 2, 3\)"),
])
def test_settings_that_are_none_are_refused_where_they_are_made(settings_given, words):
    with pytest.raises(SettingError, match=words):
        Window(**settings_given)


def test_a_window_says_what_it_is():
    assert repr(Window(3)) == "Window(kernel_size=3)"
    assert repr(Window(3, 2, (1, 1), 4)) == "Window(kernel_size=3, stride=2, padding=1, dilation=4)"
    assert repr(Window(2, padding=(0, 1))) == "Window(kernel_size=2, padding=(0, 1))"
    window = Window(np.int64(3), stride=np.uint8(2), padding=(np.int32(1), 1))
    assert window == Window(3, 2, 1) and type(window.kernel_size) is int and type(window.padding) is int


def seen(layers, index):
    """The pixels that unit `index` of the last layer sees, by following every tap down to the picture."""
    units = {index}
    for window in reversed(layers):
        units = {position for unit in units for position in
                 range(unit * window.stride - window.before, unit * window.stride - window.before + window.extent)}
    return sorted(units)


@repeatable
@given(st.lists(windows, max_size=4), st.integers(0, 3))
def test_fields_against_following_every_tap(layers, index):
    field = Field()
    for window in layers:
        field = field.through(window)
    first, last = seen(layers, index)[0], seen(layers, index)[-1]
    assert field.pixels(index) == range(first, last + 1)
    assert field.size == last - first + 1
    assert field.jump == seen(layers, index + 1)[0] - first
    assert field.start == seen(layers, 0)[0]


def test_fields_of_the_literature():
    # The table of Araujo, Norris and Sim (2019): size, stride and padding to the last pooling of VGG-16 and AlexNet v2.
    vgg = Field()
    for convolutions in (2, 2, 3, 3, 3):
        for _ in range(convolutions):
            vgg = vgg.through(Window(3, padding=1))
        vgg = vgg.through(Window(2, stride=2))
    assert vgg == Field(size=212, jump=32, start=-90)
    alexnet = Field()
    for window in (Window(11, 4), Window(3, 2), Window(5, padding=2), Window(3, 2),
                   *[Window(3, padding=1)] * 3, Window(3, 2)):
        alexnet = alexnet.through(window)
    assert alexnet == Field(size=195, jump=32, start=-64)
