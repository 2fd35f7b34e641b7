"""What settings mean: held against conv2d, which takes or refuses them, and against rules written down once more."""

import re

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cnnviz import kernels
from cnnviz.errors import CnnvizError, KernelError, SettingError
from cnnviz.geometry import Window
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture
from cnnviz.ui.settings import (
    KERNEL_NAMES,
    OWN,
    START,
    Windows,
    filter_of,
    keeping,
    kernel_size,
    remedies,
    sides,
    sliced,
    windows,
    works,
)
from cnnviz.ui.state import DECLARED
from oracles import pad

SECONDS = settings(derandomize=True, deadline=None, max_examples=300)
TYPED = [
    "1 0 -1; 2 0 -2; 1 0 -1",
    "1/9 * 1 1 1; 1 1 1; 1 1 1",
    "1 2",
    "1; 2; 3",
    "1 2; 3 4 | 5 6; 7 8 | 9 1; 2 3",
    "1 2 | 3 4",
    "",
    "1 2; 3",
    "a",
    "nan",
    "1e308",
]


def blank(height, width, depth=1):
    return Picture(np.zeros((depth, height, width), np.uint8), "L", (height, width))


def noise(height, width, depth):
    levels = np.random.default_rng(height * 100 + width).integers(0, 256, (depth, height, width), np.uint8)
    return Picture(levels, "RGB", (height, width))


def among(key):
    return st.integers(*DECLARED[key].range)


def states():
    """Settings as sliders and the URL can hold them, among them many that make no sense together."""
    four = st.tuples(*[st.integers(0, 60)] * 4).map(lambda ends: ", ".join(map(str, ends)))
    return st.fixed_dictionaries(
        {
            "k": among("k"),
            "rect": st.booleans(),
            "kw": among("kw"),
            "s": among("s"),
            "p": among("p"),
            "d": among("d"),
            "sides": st.one_of(st.just(""), four, st.sampled_from(["1, 2", "1, 2, 3, x", "61, 0, 0, 0", "-1 0 0 0"])),
            "border": st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
            "bias": st.floats(-1e6, 1e6),
            "kernel": st.sampled_from([*KERNEL_NAMES, OWN, OWN, OWN]),
            "weights": st.sampled_from(TYPED),
            "angle": st.integers(0, 175),
            "seed": st.integers(0, 9999),
            "flip": st.booleans(),
            "each": st.booleans(),
        }
    )


def pictures(least):
    return st.builds(noise, st.integers(least, 40), st.integers(least, 40), st.sampled_from([1, 3]))


def conv2d_answers(state, picture):
    """The map's (height, width), from settings read once more by other code; None where conv2d or a kernel refuses."""
    height, width = state["k"], state["kw"] if state["rect"] else state["k"]
    if state["sides"]:
        if not re.fullmatch(r"(\d+, ){3}\d+", state["sides"]):
            return None
        top, bottom, left, right = (int(end) for end in state["sides"].split(", "))
        if max(top, bottom, left, right) > 60:
            return None
    else:
        top = bottom = left = right = state["p"]
    try:
        if state["kernel"] == OWN:
            if np.ndim(kernel := kernels.parse(state["weights"])) == 3 and len(kernel) != 3:
                return None
        else:
            kernels.named(KERNEL_NAMES[state["kernel"]], (height, width))
        weight = np.ones((1, len(picture.pixels), height, width))
        map = conv2d(
            picture.levels(),
            weight,
            stride=state["s"],
            padding=((top, bottom), (left, right)),
            dilation=state["d"],
            padding_mode=state["border"],
        )
    except CnnvizError:
        return None
    return map.shape[1:]


@SECONDS
@given(states(), pictures(1))
def test_works_is_true_exactly_where_there_is_a_map(state, picture):
    answer = conv2d_answers(state, picture)
    assert works(state, picture) is (answer is not None)
    if answer:
        assert windows(state).output_size(picture) == answer


@SECONDS
@given(states(), pictures(1))
@example({**START, "kernel": OWN, "weights": "1 2 | 3 4", "k": 1}, noise(8, 5, 3))  # no single setting is enough
@example({**START, "kernel": OWN, "weights": "", "k": 1}, noise(1, 1, 1))
@example({**START, "kernel": "Diagonal cross", "k": 15, "sides": "x", "d": 4}, noise(2, 40, 1))
@example({**START, "border": "reflect", "p": 9}, noise(1, 1, 3))
def test_there_is_always_something_to_press_and_it_works(state, picture):
    assume(not works(state, picture))
    offered = remedies(state, picture)
    assert offered
    labels = [label for label, _ in offered]
    assert len(set(labels)) == len(labels)  # each is the key of a button
    for _, changes in offered:
        assert changes.keys() <= START.keys()
        ranges = {key: DECLARED[key] for key in changes if DECLARED[key].least is not None}
        assert all(setting.least <= changes[key] <= setting.most for key, setting in ranges.items())
        after = {**state, **changes}
        assert after != state
        assert conv2d_answers(after, picture) is not None


@SECONDS
@given(states(), pictures(1))
def test_a_remedy_is_the_nearest_value_of_its_setting_and_says_it(state, picture):
    assume(not works(state, picture))
    names = {"K": "k", "K’s width": "kw", "P": "p", "D": "d"}
    for label, changes in remedies(state, picture):
        name, _, value = label.partition(" = ")
        if name not in names or "," in label:
            continue
        key = names[name]
        assert value in (str(changes[key]), f"{changes[key]} × {changes[key]}")
        nearer = [
            other
            for other in range(DECLARED[key].least, DECLARED[key].most + 1)
            if abs(other - state[key]) < abs(changes[key] - state[key])
        ]
        assert not any(conv2d_answers({**state, **changes, key: other}, picture) for other in nearer)


def test_the_remedies_of_a_window_that_is_too_large():
    state = {**START, "k": 7, "p": 0, "kernel": "Box blur"}
    assert remedies(state, blank(5, 6)) == [
        ("K = 5", {"k": 5}),
        ("P = 1", {"p": 1, "sides": ""}),
        ("keep the size", {"s": 1, "p": 3, "sides": ""}),
    ]


def test_the_remedies_of_a_preset_that_has_no_such_size():
    smallest = kernels.KERNELS["sobel-x"].nearest(1)[0][0]
    assert remedies({**START, "k": 1}, blank(9, 8)) == [(f"K = {smallest}", {"k": smallest})]
    rectangle = {**START, "kernel": "Diagonal cross", "k": 5, "rect": True, "kw": 3}
    assert remedies(rectangle, blank(9, 8)) == [("K = 3", {"k": 3}), ("K’s width = 5", {"kw": 5})]
    column = {**rectangle, "kw": 1}  # no height goes with a width of 1
    assert remedies(column, blank(9, 8)) == [("K = 5 × 5", {"k": 5, "rect": False}), ("K’s width = 5", {"kw": 5})]


def test_of_two_values_that_are_as_near_both_are_offered():
    state = {**START, "kernel": "Outline", "k": 4}
    with pytest.raises(KernelError, match="Nearest: 3 × 3 or 5 × 5"):
        filter_of(state, 1)
    assert [label for label, _ in remedies(state, blank(9, 8))] == ["K = 3", "K = 5"]


def test_the_remedies_of_a_border_that_borrows_too_much():
    state = {**START, "border": "reflect", "p": 9, "kernel": "Identity"}
    assert [label for label, _ in remedies(state, blank(8, 5))] == ["P = 4", "keep the size", "border: zeros"]


@pytest.mark.parametrize("d", range(1, 5))
def test_keeping_keeps_the_size_the_odd_one_behind(d):
    picture = blank(5, 7)
    for k in range(1, 16):
        for kw in range(1, 16):
            before = {
                **START,
                "kernel": "Box blur",
                "k": k,
                "rect": True,
                "kw": kw,
                "d": d,
                "s": 3,
                "p": 2,
                "sides": "9, 0, 3, 4",
            }
            after = {**before, **keeping(before)}
            assert conv2d_answers(after, picture) == (5, 7), (k, kw)
            ends = windows(after).padding
            assert [sum(pair) for pair in ends] == [d * (k - 1), d * (kw - 1)]
            assert all(behind - front in (0, 1) for front, behind in ends), (k, kw, ends)


@pytest.mark.parametrize("rect", [False, True])
def test_keeping_the_size_leaves_the_picture_in_place(rect):
    picture = noise(6, 9, 1)
    for k in range(1, 16):
        state = {**START, "kernel": "Identity", "k": k, "rect": rect, "kw": 16 - k}
        after = windows({**state, **keeping(state)})
        map = conv2d(picture.levels(), filter_of(state, 1).weight[np.newaxis], padding=after.padding)
        np.testing.assert_array_equal(map, picture.levels(), err_msg=str(k))


def test_keeping_uses_the_slider_where_it_can():
    assert keeping({**START, "k": 3, "d": 4, "sides": "1, 2, 3, 4"}) == {"s": 1, "p": 4, "sides": ""}
    assert keeping({**START, "k": 15, "d": 2}) == {"s": 1, "p": 14, "sides": ""}
    assert keeping({**START, "k": 9, "d": 4}) == {"s": 1, "sides": "16, 16, 16, 16"}  # the slider ends at 15
    assert keeping({**START, "k": 4}) == {"s": 1, "sides": "1, 2, 1, 2"}
    assert keeping({**START, "k": 3, "rect": True, "kw": 6}) == {"s": 1, "sides": "1, 1, 2, 3"}


def test_windows_of_a_rectangle_with_its_own_sides():
    state = {
        **START,
        "k": 3,
        "rect": True,
        "kw": 5,
        "s": 2,
        "p": 9,
        "sides": "1, 2, 3, 4",
        "d": 3,
        "border": "circular",
    }
    made = windows(state)
    assert made == Windows(Window(3, 2, (1, 2), 3), Window(5, 2, (3, 4), 3), "circular")
    assert made.padding == ((1, 2), (3, 4))
    assert kernel_size(state) == (3, 5)
    assert kernel_size({**state, "rect": False}) == (3, 3)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("  ", None),
        ("1, 2, 3, 4", ((1, 2), (3, 4))),
        ("0;0 60\t07", ((0, 0), (60, 7))),
        (" 1,2,3,4 ", ((1, 2), (3, 4))),
    ],
)
def test_sides_are_read(text, meant):
    assert sides(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "1, 2, 3",
        "1, 2, 3, 4, 5",
        "a, b, c, d",
        "1.5, 0, 0, 0",
        "-1, 0, 0, 0",
        "−1 0 0 0",
        "61, 0, 0, 0",
        "nan 1 1 1",
        "1e1 1 1 1",
        "²  1 1 1",
        "9" * 100_000,
        "1 " * 100_000,
        ",,,",
    ],
)
def test_sides_that_are_none_are_refused_with_what_works(text):
    with pytest.raises(SettingError, match="four whole numbers from 0 to 60: top, bottom, left, right"):
        sides(text)


def test_a_preset_on_rgb_is_one_filter_of_three_slices():
    state = {**START, "kernel": "Sobel, left to right", "bias": -2}
    filter = filter_of(state, 3)
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    np.testing.assert_array_equal(filter.weight, [0.299 * sobel, 0.587 * sobel, 0.114 * sobel])
    np.testing.assert_array_equal(filter.drawn, sobel)
    assert (filter.bias, filter.name) == (-2.0, "Sobel, left to right")
    np.testing.assert_array_equal(filter_of(state, 1).weight, sobel[np.newaxis])


def test_a_random_kernel_on_rgb_has_three_slices_of_its_own():
    state = {**START, "kernel": "Random", "seed": 3}
    filter = filter_of(state, 3)
    np.testing.assert_array_equal(filter.weight, kernels.named("random", 3, seed=3, channels=3))
    np.testing.assert_array_equal(filter.drawn, filter.weight)
    assert np.linalg.matrix_rank(filter.weight.reshape(3, -1)) == 3
    np.testing.assert_array_equal(filter_of(state, 1).weight[0], kernels.named("random", 3, seed=3))


def test_typed_slices_are_used_as_they_are_and_summed_on_grey():
    state = {**START, "kernel": OWN, "k": 1, "rect": True, "kw": 2, "weights": "1 2 | 30 40 | 500 600"}
    np.testing.assert_array_equal(filter_of(state, 3).weight, [[[1, 2]], [[30, 40]], [[500, 600]]])
    np.testing.assert_array_equal(filter_of(state, 1).weight, [[[531, 642]]])
    # On three equal planes the two are the same map.
    plane = noise(4, 5, 1).levels()
    three = conv2d(np.repeat(plane, 3, axis=0), filter_of(state, 3).weight[np.newaxis])
    np.testing.assert_array_equal(three, conv2d(plane, filter_of(state, 1).weight[np.newaxis]))


@pytest.mark.parametrize("depth", [1, 3])
def test_two_typed_slices_belong_to_no_picture(depth):
    with pytest.raises(KernelError, match="2 slices; it takes one, or three: red, green and blue"):
        filter_of({**START, "kernel": OWN, "weights": "1 2; 3 4 | 5 6; 7 8"}, depth)


def test_typed_numbers_are_fitted_to_k():
    state = {**START, "kernel": OWN, "weights": "1 2 3; 4 5 6; 7 8 9", "rect": True}
    np.testing.assert_array_equal(filter_of({**state, "k": 1, "kw": 3}, 1).weight, [[[4, 5, 6]]])
    np.testing.assert_array_equal(filter_of({**state, "k": 4, "kw": 1}, 1).weight, [[[2], [5], [8], [0]]])


@pytest.mark.parametrize("depth", [1, 3])
def test_flip_turns_what_is_applied_and_not_what_is_drawn(depth):
    state = {
        **START,
        "kernel": OWN,
        "k": 2,
        "rect": True,
        "kw": 3,
        "weights": "1 2 3; 4 5 6 | 7 8 9; 1 3 5 | 2 4 6; 8 9 7",
    }
    plain, turned = filter_of(state, depth), filter_of({**state, "flip": True}, depth)
    np.testing.assert_array_equal(turned.weight, plain.weight[:, ::-1, ::-1])
    np.testing.assert_array_equal(turned.drawn, plain.drawn)
    # True convolution of a single 1 writes the kernel as it stands; cross-correlation writes it turned.
    dot = pad(np.ones((depth, 1, 1)), ((1, 1), (2, 2)), "zeros")
    np.testing.assert_array_equal(conv2d(dot, turned.weight[np.newaxis])[0], plain.weight.sum(axis=0))


def test_sliced_keeps_typed_slices_apart_from_presets():
    kernel = np.arange(6.0).reshape(2, 3)
    assert sliced(kernel, 1).shape == (1, 2, 3)
    np.testing.assert_array_equal(sliced(kernel, 3), kernel * np.array([299, 587, 114])[:, None, None] / 1000)


def test_the_same_numbers_on_each_channel():
    state = {**START, "kernel": OWN, "weights": "1 2; 3 4", "k": 2, "each": True}
    np.testing.assert_array_equal(filter_of(state, 3).weight, [[[1, 2], [3, 4]]] * 3)
    np.testing.assert_array_equal(filter_of(state, 3).drawn, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(filter_of({**state, "flip": True}, 3).weight, [[[4, 3], [2, 1]]] * 3)
    np.testing.assert_array_equal(filter_of({**state, "flip": True}, 3).slices, [[[1, 2], [3, 4]]] * 3)
    np.testing.assert_array_equal(filter_of(state, 1).weight, [[[1, 2], [3, 4]]])
    slices = {**state, "weights": "1 2; 3 4 | 5 6; 7 8 | 9 1; 2 3"}
    np.testing.assert_array_equal(filter_of(slices, 3).weight, filter_of({**slices, "each": False}, 3).weight)


@pytest.mark.parametrize(
    ("state", "depth", "factor"),
    [
        ({"kernel": "Box blur"}, 1, "1/9"),
        ({"kernel": "Box blur"}, 3, "1"),
        ({"kernel": "Gaussian blur", "k": 5}, 1, "1/256"),
        ({"kernel": "Sobel, left to right"}, 1, "1"),
        ({"kernel": "Random"}, 1, "1"),
    ],
)
def test_the_factor_to_draw_outside(state, depth, factor):
    assert str(filter_of({**START, **state}, depth).factor) == factor


def test_the_settings_of_the_start_work_on_every_picture():
    for height in range(1, 41):
        assert works(START, blank(height, 41 - height, 3))
