"""Whatever is wrong with what it is given, a public name answers or refuses in a sentence: nothing else leaves it."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import wrong
from cnnviz import conv2d, figures, layers, max_pool2d, models, pictures, training
from cnnviz.checks import MOST_BYTES, afford, entry, flag, numbers, one_of, real, told, whole
from cnnviz.errors import ArrayError, CnnvizError, DoesNotFit, SettingError
from cnnviz.experiments import live
from cnnviz.experiments.vanishing import vanishing
from cnnviz.geometry import Field, Window, windows
from cnnviz.layers import Conv2d, Linear, MaxPool2d
from cnnviz.layers.sliding import read_inside
from cnnviz.layers.typed import Draft, read
from cnnviz.network import Network
from cnnviz.ops import (
    avg_pool2d,
    batch_norm,
    conv2d_gradients,
    dropout_mask,
    linear,
    max_pool2d_gradient,
    squared_distances,
)
from cnnviz.pictures import Strokes
from cnnviz.signatures import checked
from cnnviz.training import backward

CALLS = 5600  # of all that are public, in a second or two; bench/wrong_types.py makes every one that there is


def test_everything_public_works_with_what_is_right():
    """So that what is made wrong below is all that is wrong."""
    for call in wrong.right():
        call.make()


def test_whatever_is_wrong_is_answered_or_refused():
    leaked, odd, seen = [], [], set()
    for call in wrong.calls(seed=9, count=CALLS):
        seen.add(call.name)
        try:
            call.make()
        except CnnvizError as refusal:
            if not wrong.is_a_sentence(str(refusal)):
                odd.append(f"{call} -> {str(refusal)[:200]}")
        except Exception as problem:
            leaked.append(f"{call} -> {type(problem).__name__}: {str(problem)[:100]}")
    assert leaked == []
    assert odd == []
    takes = {call.name for call in wrong.right() if call.arguments}
    assert seen <= takes and len(takes - seen) <= 0.02 * len(takes), sorted(takes - seen)
    assert {name.partition(".")[0] for name in takes} == {
        "geometry", "kernels", "ops", "layers", "graph", "network", "stacks", "passes", "training", "models",
        "experiments", "pictures", "envelope", "formats",
        "steps", "tracing", "figures", "export",
    }  # fmt: skip


SMALL = Network((1, 4, 4), read("conv 2 3x3; fc 3"))
START = SMALL.initial(0)
MAPS = SMALL.forward(np.ones((1, 4, 4)), START)
FIVE = np.ones((1, 5, 5), np.float32)


@pytest.mark.parametrize("call", [
    lambda: Network((1, 4, 4), None),
    lambda: Network((1, 4, 4), ["conv"]),
    lambda: Network((1, 4, 4), 3),
    lambda: SMALL.initial(-1),
    lambda: SMALL.initial(np.timedelta64(3, "s")),
    lambda: Conv2d(np.timedelta64(2), 3),
    lambda: layers.BatchNorm2d(np.timedelta64(2)),
    lambda: batch_norm(FIVE, [0.0], [1.0], eps=np.timedelta64(1)),
    lambda: SMALL.onward(range(10**12), START),
    lambda: layers.Activate("relu").forward(np.broadcast_to(1.0, (10**6, 10**6, 2)), {}),
    lambda: conv2d(np.ma.masked_array(FIVE, FIVE > 0), np.ones((1, 1, 2, 2))),
    lambda: conv2d(np.broadcast_to(1.0, (1, 10**6, 10**6)), np.ones((1, 1, 1, 1))),
    lambda: SMALL.fields("a", 0),
    lambda: SMALL.fields(0, None),
    lambda: SMALL.onward([[1, 2], "a"], START),
    lambda: backward(SMALL, MAPS, None, np.ones(3)),
    lambda: backward(SMALL, None, START, np.ones(3)),
    lambda: backward(None, MAPS, START, np.ones(3)),
    lambda: backward(SMALL, MAPS, START, np.ones(3), training="yes"),
    lambda: Window(3).taps(None),
    lambda: Window(3).readers("a", 5),
    lambda: Field().through(None),
    lambda: Field("a"),
    lambda: read(None),
    lambda: models.squeezenet().prepare([[[0]]]),
    lambda: models.lenet5().winner([]),
    lambda: Strokes(lines=((1, 2),)),
    lambda: Strokes(lines=3),
    lambda: conv2d(FIVE, np.ones((1, 1, 3, 3)), padding_mode=np.array(["zeros", "reflect"])),
    lambda: max_pool2d(FIVE, 2, ceil_mode=np.ones(3)),
    lambda: max_pool2d(FIVE, 2, return_indices="yes"),
    lambda: avg_pool2d(FIVE, 2, count_include_pad=None),
    lambda: Window(3).output_size(5, ceil_mode=np.ones(2)),
    lambda: layers.AvgPool2d(2, count_include_pad=np.ones(2)),
    lambda: batch_norm(FIVE, training=np.ones(2)),
    lambda: training.fit(None),
    lambda: pictures.sample([]),
    lambda: pictures.Picture(None, "L", (1, 1)),
    lambda: figures.lines(None, x_title="", y_title=""),
    lambda: Linear(3).forward(np.ones(4), {}),
    lambda: Conv2d(4, 3).forward(np.ones((3, 5, 5)), {"weight": np.ones((4, 3, 3, 3))}),
])  # fmt: skip
def test_what_others_found(call):
    with pytest.raises(CnnvizError) as refused:
        call()
    assert wrong.is_a_sentence(str(refused.value)), str(refused.value)


@pytest.mark.parametrize(("header", "arrays"), [
    ({"step": "a"}, {}), ({"step": 10**30}, {}), ({"curve": None}, {}), ({"curve": {"width": None}}, {}),
    ({"parameters": []}, {}), ({"seconds": []}, {}), ({"curve": {"means": 0}}, {}),
    ({"held_curve": []}, {}),
    ({}, {"before": np.ones(3)}), ({}, {"0.weight": np.ones(3)}), ({}, {"memory": np.ones(3)}),
])  # fmt: skip
def test_what_is_no_report_is_nothing_to_go_on_from(header, arrays):
    settings = {**wrong.LIVE, "before": {**wrong.REPORT.header, **header}}
    with pytest.raises(CnnvizError) as refused:
        next(live.learning(settings, {**wrong.REPORT.arrays, **arrays}))
    assert wrong.is_a_sentence(str(refused.value)), str(refused.value)


@pytest.mark.parametrize("padding", [np.ones(2), "a", ("same", 1), [1, 1, 1], 1.5, {}])
def test_a_draft_of_a_padding_that_is_none_makes_no_layer(padding):
    draft = Draft("conv", {"out_channels": 4, "kernel_size": 3, "padding": padding})
    with pytest.raises(CnnvizError):
        draft.layer((1, 8, 8))


def test_a_masked_array_of_which_nothing_is_masked_is_an_array():
    np.testing.assert_array_equal(conv2d(np.ma.masked_array(FIVE), ONES), conv2d(FIVE, ONES))


def test_maps_in_lists_are_taken_as_what_they_are():
    lists = [array.tolist() for array in MAPS]
    found, expected = (backward(SMALL, maps, START, [1, 0, 0]) for maps in (lists, MAPS))
    for one, other in zip(found.inputs, expected.inputs):
        np.testing.assert_allclose(one, other, rtol=1e-6)


# What no memory and no int64 holds

WIDE, ONES = np.arange(400.0).reshape(1, 2, 200), np.ones((1, 1, 2, 2))


@pytest.mark.parametrize(("call", "words"), [
    (lambda: conv2d(FIVE, ONES, padding=2**31), "4294967301 positions on one axis"),
    (lambda: conv2d(FIVE, ONES, padding=30_000), r"60,004 × 60,004 numbers, 28.8 GB; 2.1 GB can be made at once"),
    (lambda: conv2d(FIVE, ONES, padding=10**30, stride=10**29), "positions on one axis"),
    (lambda: conv2d(FIVE, ONES, padding=10**400), "some 401 digits positions on one axis"),
    (lambda: conv2d(FIVE, ONES, dilation=2**40, padding=2**40), "positions on one axis"),
    (lambda: conv2d(FIVE, ONES, dilation=2**29, padding=2**29, stride=2**29), "rows of a window"),
    (lambda: max_pool2d(FIVE, 2**31, padding=2**30, stride=2**31), "window of 2,147,483,648|positions on one axis"),
    (lambda: max_pool2d(FIVE, 10**30), "spans"),
    (lambda: avg_pool2d(FIVE, 2**25, padding=2**24, stride=2**25), "window of 33,554,432 positions"),
    (lambda: conv2d_gradients(FIVE, ONES, np.ones((1, 3, 3)), padding=30_000, stride=30_000), "padding"),
    (lambda: linear(np.ones((100_000, 1)), np.ones((100_000, 1))), "100,000 × 100,000 numbers, 80.0 GB"),
    (lambda: squared_distances(np.ones((100_000, 1)), np.ones((100_000, 1))), "100,000 × 100,000"),
    (lambda: dropout_mask((2**31, 2**31), 0.5, np.random.default_rng(0)), "2,147,483,648 × 2,147,483,648"),
    (lambda: Linear(10**6).initial((10**6,), np.random.default_rng(0)), "its weight would be 1,000,000 × 1,000,000"),
    (lambda: Network((10**6,), [Linear(10**6)]).initial(0), "would be"),
    (lambda: Window(3, padding=1).unread(10**9), "1,000,000,000 positions"),
    (lambda: Window(10**30, padding=10**30).readers(0, 5), "windows that reach a position"),
    (lambda: vanishing(np.ones((1, 4, 4)), 2, "relu", "He (2015)", channels=30_000), "numbers"),
])  # fmt: skip
def test_what_no_memory_holds_is_refused_before_it_is_made(call, words):
    with pytest.raises(DoesNotFit, match=words) as refused:
        call()
    assert wrong.is_a_sentence(str(refused.value)), str(refused.value)


@pytest.mark.parametrize("huge", [7, 201, 10**6, 2**31, 2**63, 10**30])
def test_a_stride_beyond_the_picture_leaves_one_window(huge):
    for operation, more in ((conv2d, (ONES,)), (max_pool2d, (2,)), (avg_pool2d, (2,))):
        one = operation(WIDE, *more, stride=(huge, 1))
        assert one.shape == (1, 1, 199) and (one == operation(WIDE, *more, stride=(1, 1))).all()
        assert operation(WIDE, *more, stride=(1, max(huge, 200))).shape == (1, 1, 1)
    assert conv2d(FIVE, np.ones((1, 1, 1, 1)), dilation=huge).shape == (1, 5, 5)
    gradient = max_pool2d_gradient(WIDE, np.ones((1, 1, 199)), 2, (huge, 1))
    assert (gradient == max_pool2d_gradient(WIDE, np.ones((1, 1, 199)), 2, 1)).all()
    found = conv2d_gradients(WIDE, ONES, np.ones((1, 1, 199)), stride=(huge, 1))
    assert all((one == other).all() for one, other in zip(found, conv2d_gradients(WIDE, ONES, np.ones((1, 1, 199)))))


def test_counting_takes_no_longer_for_large_numbers():
    """Loops over what could be 2**40 positions would be endless here."""
    large = Network((3, 2**40, 2**40), [Conv2d(10**6, 3), MaxPool2d(2), Linear(10**9)])
    assert large.multiply_adds > 2**100 and large.over_budget
    assert read_inside(Window(2**31, padding=2**30), 5, 6) == 5 * 6
    assert MaxPool2d(2**31, padding=2**30).operations((1, 5, 5))
    with pytest.raises(SettingError, match="equal groups"):
        Conv2d(10**30, 3, groups=7)


# The doors themselves

@pytest.mark.parametrize(("value", "words"), [
    (None, "None"), (True, "True"), (np.True_, "True"), (3, "3"), (np.int64(3), "3"), (np.float32(0.5), "0.5"),
    (-(10**14), "-100000000000000"), (10**30, "a whole number of some 31 digits"),
    (-(10**5000), "a whole number of some 5,001 digits"), (float("nan"), "nan"), ("a", "'a'"), (np.str_("a"), "'a'"),
    ("x" * 50, "'" + "x" * 40 + "…'"), ("\x00", r"'\x00'"), (b"ab", "a bytes"), ((1, (2, "b")), "(1, (2, 'b'))"),
    ([1], "[1]"), ((1,), "(1,)"), ((), "()"), (range(3), "a range"), ([0] * 9, "a list of 9"), ({}, "a dict of 0"),
    (((((1,),),),), "((a tuple of 1,),)"), (wrong.LOOP, "[[a list of 1]]"),
    (np.ones((2, 3)), "an array of float64 of shape (2, 3)"),
    (int, "the class int"), (wrong.Odd(), "an Odd"), (Fraction(1, 3), "a Fraction"), (Decimal(1), "a Decimal"),
    (wrong.NETWORK, "a Network"), (lambda: 0, "a function"), ((np.ones(2),) * 3, "a tuple of 3"),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_a_value_in_a_sentence(value, words):
    assert told(value) == words


def test_doors_give_the_kind_or_refuse():
    assert whole(np.uint8(3), "K") == 3 and type(whole(np.uint8(3), "K", 1)) is int
    assert real(Fraction(1, 4), "x") == 0.25 and type(real(np.float32(2), "x")) is float
    assert flag(np.True_, "f") is True and flag(0, "f") is False and flag(np.int64(1), "f") is True
    assert one_of("a", "x", ("a", "b")) == "a" and entry({"a": 1}, "a", int) == 1
    assert numbers([[1, 2]], "map").shape == (1, 2) and numbers(np.arange(3, dtype=">f4"), "map").dtype.isnative
    for call in (
        lambda: whole(2.0, "K"), lambda: whole("3", "K"), lambda: whole(True, "K"), lambda: whole(0, "K", 1),
        lambda: whole(10**2000, "K"), lambda: real("1", "x"), lambda: real(np.nan, "x"), lambda: real(2, "x", 0, 1),
        lambda: real(True, "x"), lambda: real(10**400, "x"), lambda: flag(2, "f"), lambda: flag("True", "f"),
        lambda: flag(None, "f"), lambda: one_of(["a"], "x", ("a",)), lambda: entry({}, "a", int),
        lambda: entry({"a": "1"}, "a", int),
    ):  # fmt: skip
        with pytest.raises(SettingError) as refused:
            call()
        assert wrong.is_a_sentence(str(refused.value))
    for given in (wrong.Refuses(), [[1], [1, 2]], wrong.LOOP, "a", None, [None], np.ones(2, np.longdouble), 1j):
        with pytest.raises(ArrayError):
            numbers(given, "map")
    afford((2**20, 2**8), np.float64, "It", "less fits")
    with pytest.raises(DoesNotFit, match="It would be 1,048,576 × 257 numbers"):
        afford((2**20, 2**8 + 1), np.float64, "It", "less fits")
    assert 2**31 == MOST_BYTES


def test_a_signature_is_held_to():
    @checked
    def taking(
        count: int, share: "float | None" = None, *, name: str = "a", shape: tuple[int, ...] = (), rng: object = None
    ) -> tuple:
        """Told."""
        return count, share, name, shape, rng

    assert taking(np.int64(2), 1, shape=[3, np.uint8(4)]) == (2, 1.0, "a", (3, 4), None)
    assert taking(count=2, rng="anything")[-1] == "anything" and taking.__doc__ == "Told."
    for call, words in (
        (lambda: taking("2"), "count is '2'; it must be a whole number."),
        (lambda: taking(2, "a"), "share is 'a'; it must be a number."),
        (lambda: taking(2, name=3), "name is 3; it must be text."),
        (lambda: taking(2, shape=(1, "b")), "shape[1] is 'b'; it must be a whole number."),
        (lambda: taking(2, shape=7), "shape is 7; it must be a list of values."),
    ):
        with pytest.raises(SettingError, match=re.escape(words)):
            call()
    for call in (lambda: taking(), lambda: taking(1, 2, 3), lambda: taking(1, other=2)):
        with pytest.raises(TypeError):  # a call that is none stays Python's own affair
            call()


def test_two_axes_take_one_value_or_two():
    down, across = windows([3, 2], 1, [[1, 0], 2], (2, 1))
    assert (down, across) == (Window(3, 1, (1, 0), 2), Window(2, 1, 2, 1))
    for given in ((1, 2, 3), (1,), [], ((1, 2), (3, 4), (5, 6))):
        with pytest.raises(SettingError, match="one value for both axes, or two"):
            windows(3, 1, given)
