"""What a file does not say of a network's input: guessed, set, and done to a picture."""

import numpy as np
import pytest

from cnnviz.errors import ArrayError, CnnvizError, SettingError
from cnnviz.formats.guessing import guess
from cnnviz.formats.onnx_file import Model, Operation
from cnnviz.models.preparation import SCALES, Preparation
from cnnviz.pictures import Picture, sample

LEVELS = np.random.default_rng(3).integers(0, 256, (3, 6, 5)).astype(np.uint8)
PUBLISHED = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}  # torchvision's, of numbers from 0 to 1


def test_imagenet_s_scale_is_torchvision_s():
    expected = [(LEVELS[at] / 255 - PUBLISHED["mean"][at]) / PUBLISHED["std"][at] for at in range(3)]
    found = Preparation((3, 6, 5), scale="ImageNet’s mean and deviation")(LEVELS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(("scale", "ends"), [("0 to 255", (0, 255)), ("0 to 1", (0, 1)), ("−1 to 1", (-1, 1))])
def test_black_and_white_are_the_ends_of_the_scale(scale, ends):
    levels = np.array([[[0, 255]]] * 3, np.uint8)
    np.testing.assert_allclose(Preparation((3, 1, 2), scale=scale)(levels), [[ends]] * 3, atol=1e-6)


def test_colours_are_put_in_order_after_each_has_its_own_mean():
    for scale in SCALES:
        rgb, bgr = (Preparation((3, 6, 5), colours=of, scale=scale)(LEVELS) for of in ("RGB", "BGR"))
        np.testing.assert_array_equal(bgr, rgb[::-1])
    assert Preparation((3, 6, 5), colours="BGR").channels == ("blue", "green", "red")


def test_channels_that_come_last_are_the_same_numbers_elsewhere():
    first, last = Preparation((3, 6, 5)), Preparation((6, 5, 3), is_last=True)
    assert first.takes == last.takes == (3, 6, 5)
    np.testing.assert_array_equal(np.moveaxis(last(LEVELS), -1, 0), first(LEVELS))


@pytest.mark.parametrize(
    ("shape", "takes"), [((784,), (1, 28, 28)), ((3072,), (3, 32, 32)), ((10,), (1, 1, 10)), ((2, 4, 6), (1, 4, 6))]
)
def test_other_inputs_take_grey_or_the_pixels_in_a_row(shape, takes):
    prepare = Preparation(shape)
    assert prepare.takes == takes
    levels = np.random.default_rng(1).integers(0, 256, takes).astype(np.uint8)
    found = prepare(levels)
    assert found.shape == shape
    np.testing.assert_allclose(found.reshape(-1)[: levels.size], levels.ravel() / 255, atol=1e-6)


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(ArrayError, match="uint8 levels of 3 × 6 × 5"):
        Preparation((3, 6, 5))(LEVELS[:1])
    with pytest.raises(SettingError):
        Preparation((3, 6, 5), scale="0 to 2")
    with pytest.raises(CnnvizError):
        Preparation((3, 6, 5), colours="CMYK")


# --- guesses ---


def file(dims, *operations, producer=""):
    made = tuple(Operation("", kind, inputs, outputs, {}) for kind, inputs, outputs in operations)
    return Model("net", 17, producer, {"in": dims}, ("out",), {}, made)


FIRST, LAST = (1, 3, 224, 224), (1, 128, 128, 3)


@pytest.mark.parametrize(
    ("model", "is_last", "colours", "scale"),
    [
        (file(FIRST, producer="pytorch"), False, "RGB", "ImageNet’s mean and deviation"),
        (file((1, 1, 28, 28), producer="pytorch"), False, "RGB", "0 to 1"),
        (file(LAST, producer="tf2onnx"), True, "RGB", "−1 to 1"),
        (file(FIRST, producer="onnx-caffe2"), False, "BGR", "0 to 255"),
        (file(LAST, ("Cast", ("in",), ("a",)), ("Mul", ("a", "c"), ("out",))), True, "RGB", "0 to 255"),
        (file((None, None, None, 3)), True, "RGB", "−1 to 1"),
        (file((None, None, None, None)), False, "RGB", "0 to 1"),
        (file((1, 784)), False, "RGB", "0 to 1"),
    ],
)
def test_a_guess_is_the_usual_way_for_such_a_network(model, is_last, colours, scale):
    found = guess(model)
    assert (found.is_last, found.colours, found.scale) == (is_last, colours, scale)
    assert found.why.endswith(".") and found.layout_why.endswith(".")


# --- the piece of a picture that a network takes ---


@pytest.mark.parametrize("sides", [(9, 14), (14, 9), (7, 7), (300, 400), (1, 60)])
def test_a_piece_has_the_proportion_and_the_size_that_was_asked_for(sides):
    picture = sample("chelsea")  # 300 x 451
    taken = picture.taken(sides, "rgb")
    assert taken.shape == (3, *sides) and taken.size == sides
    cut = next(note for note in taken.done if note.startswith("Cut"))
    height, width = (int(side) for side in cut.split(", ")[1].split(" of ")[0].split(" × "))
    assert (height == 300 or width == 451) and abs(height * sides[1] - width * sides[0]) <= max(sides)


def test_a_piece_of_whole_cells_is_their_means():
    levels = np.arange(6 * 8, dtype=np.uint8).reshape(1, 6, 8) * 5
    taken = Picture(levels, "L", (6, 8)).taken((3, 2)).levels()
    cells = levels[0, :, 2:6].reshape(3, 2, 2, 2).mean((1, 3))  # 6 x 4 in the middle
    assert np.abs(taken[0] - cells).max() <= 0.5
    picture = Picture(levels, "L", (6, 8))
    assert np.array_equal(picture.taken((6, 6)).pixels, picture.square(6).pixels)
