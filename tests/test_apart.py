"""Several digits in one picture are told apart; one digit in pieces stays one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz import models
from cnnviz.errors import ArrayError, CnnvizError, PictureError
from cnnviz.pictures import Picture, Prepared, Seen, Strokes, drawn, found, normalised
from cnnviz.pictures.ready import drawing as ready
from paper import DRAWINGS, USUAL, drawing, in_a_row, photo


def read(digits: tuple[Prepared, ...]) -> list[int]:
    network = models.lenet5()
    return [network.winner(network.maps(digit.levels)[-1].ravel()) for digit in digits]


def dotted(start: tuple[float, float], end: tuple[float, float], count: int) -> list:
    """Dots on the way from one place to another."""
    return [[tuple(place)] for place in np.linspace(start, end, count)]


def arc(x: float, y: float, wide: float, high: float, start: float = 0, end: float = 2 * np.pi) -> list:
    return [(x + wide * np.cos(t), y + high * np.sin(t)) for t in np.linspace(start, end, 24)]


HOOK = [(0.35, 0.27), (0.34, 0.45), (0.5, 0.42), (0.62, 0.55), (0.6, 0.7), (0.45, 0.78), (0.32, 0.72)]
IN_PIECES = {
    "a 5 and its bar": (5, [HOOK, [(0.45, 0.22), (0.68, 0.2)]]),
    "a 5 and its bar, aslant": (5, [HOOK, [(0.46, 0.25), (0.68, 0.12)]]),
    "a 4 whose lines do not touch": (4, [[(0.4, 0.2), (0.3, 0.55), (0.52, 0.56)], [(0.62, 0.3), (0.6, 0.85)]]),
    "a 7 in dots, with a bar": (
        7, [*dotted((0.3, 0.2), (0.7, 0.2), 5), *dotted((0.7, 0.2), (0.45, 0.85), 8), [(0.42, 0.52), (0.7, 0.52)]],
    ),
    "a 7 with its bar apart": (7, [[(0.3, 0.2), (0.7, 0.2), (0.5, 0.8)], [(0.35, 0.52), (0.48, 0.52)]]),
    "an 8 of two rings": (8, [arc(0.5, 0.33, 0.12, 0.11), arc(0.5, 0.62, 0.15, 0.12)]),
    "a 1 and its foot": (1, [[(0.4, 0.3), (0.5, 0.2), (0.5, 0.75)], [(0.38, 0.86), (0.62, 0.86)]]),
}  # fmt: skip


@pytest.mark.parametrize("thickness", [0.03, 0.05, 0.075, 0.105])
@pytest.mark.parametrize("what", IN_PIECES)
def test_a_digit_in_pieces_is_one(what, thickness):
    digit, lines = IN_PIECES[what]
    strokes = Strokes(tuple(map(tuple, lines)), thickness)
    seen = drawn(strokes.ink())
    np.testing.assert_array_equal(seen.best.levels, normalised(strokes.ink()).levels)  # all of the ink
    assert len(seen.digits) == 1 and read(seen.digits) == [digit]


@pytest.mark.parametrize("name", [*DRAWINGS, *range(10)])
def test_every_drawing_is_one(name):
    strokes = ready(name) if isinstance(name, int) else drawing(name)
    for thickness in (strokes.thickness, 0.02, 0.05, 0.105):
        ink = replace(strokes, thickness=thickness).ink()
        seen = drawn(ink)
        assert len(seen.digits) == 1
        np.testing.assert_array_equal(seen.best.levels, normalised(ink).levels)


def test_every_test_digit_of_mnist_is_one():
    images = models.digits("test").images[:400]
    large = np.kron(images, np.ones((1, 5, 5), np.uint8))
    several = [at for at, ink in enumerate(large) if len(drawn(ink).digits) > 1]
    assert len(several) <= 1, several


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("names", [("4a", "2a"), ("4b", "8a", "1a"), ("1a", "1b"), ("0a", "0b"), ("7b", "7a", "9a")])
@pytest.mark.parametrize("gap", [0.25, 0.5, 1.0])
def test_several_on_the_pad_are_told_apart_and_read_in_order(names, down, gap):
    seen = drawn(in_a_row(names, gap, down=down).ink())
    assert len(seen.digits) == len(names)
    assert np.mean(np.array(read(seen.digits)) == [int(name[0]) for name in names]) >= 0.5
    starts = [digit.box[0 if down else 1] for digit in seen.digits]
    assert starts == sorted(starts)
    alone = [normalised(replace(drawing(name), thickness=0.05 * 2).ink()).levels for name in names]
    for digit, other in zip(seen.digits, alone):  # none has a part of its neighbour's
        assert np.abs(digit.levels.astype(int) - other).mean() < 30


def test_four_and_two_are_both_read():
    seen = drawn(in_a_row(("4a", "2a"), 0.3).ink())
    assert read(seen.digits) == [4, 2]
    (top, left, height, width), (_, next_left, *_) = (digit.box for digit in seen.digits)
    assert 0 <= top and 0 <= left and left + width < next_left and top + height <= 1


def test_two_lines_of_two_are_read_line_by_line():
    upper, lower = (in_a_row(names, 0.5).ink(300) for names in (("4b", "2a"), ("7a", "3a")))
    seen = drawn(np.vstack([upper[60:240], lower[60:240]]))
    assert read(seen.digits) == [4, 2, 7, 3]


def test_of_too_many_none_is_read():
    bars = np.kron(np.tile([1, 0, 0, 0], 9), np.full((60, 5), 255)).astype(np.uint8)
    assert len(drawn(bars[:, : 8 * 20]).digits) == 8
    with pytest.raises(PictureError, match="There are 9 things that could be a digit: .* up to 8"):
        drawn(bars)


def test_ink_that_is_none_is_refused_as_ever():
    with pytest.raises(PictureError, match="draw one digit"):
        drawn(np.zeros((20, 20), np.uint8))
    with pytest.raises(ArrayError, match="uint8"):
        drawn(np.zeros((3, 20, 20), np.uint8))
    one = Prepared(np.zeros((28, 28), np.uint8), ())
    for digits, first in (((), 0), ((one,) * 9, 0), ((one,), 1), ((one,), -1)):
        with pytest.raises(CnnvizError):
            Seen(digits, first)


# --- photographs ---


def sheet_with(names: tuple[str, ...], gap: float, *, down: bool = False, seed: int = 0) -> Picture:
    """A photograph of several digits, a hand's noise and a shadow over them."""
    ink = in_a_row(names, gap, thickness=0.035, down=down).ink(480) / 255
    rows, columns = np.nonzero(ink)
    cover = np.pad(ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], 40)
    row, column = np.indices(cover.shape)
    light = 1 - 0.3 * (0.6 * column / cover.shape[1] + 0.4 * row / cover.shape[0])
    levels = 230 * (1 - 0.8 * cover) * light + np.random.default_rng(seed).normal(0, 3, cover.shape)
    levels = np.clip(levels, 0, 255).astype(np.uint8)
    return Picture(levels[np.newaxis], "L", levels.shape)


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("gap", [0.3, 0.8])
@pytest.mark.parametrize("names", [("4b", "8a", "1a"), ("4a", "2a"), ("1a", "7a")])
def test_each_digit_of_a_photograph_is_found(names, gap, down):
    seen = found(sheet_with(names, gap, down=down))
    assert read(seen.digits) == [int(name[0]) for name in names]
    starts = [digit.box[0 if down else 1] for digit in seen.digits]
    assert starts == sorted(starts)
    words = [[words for words, _ in digit.steps] for digit in seen.digits]
    assert all(told[0] == "photo" and told[-1] == "28 × 28, centred by mass" for told in words)
    if len(names) == 3:
        assert seen.first == 1  # nearest to the middle


def test_a_page_of_many_digits_is_refused_with_their_number():
    names = [f"{at % 10}a" for at in range(9)]
    upper, lower = (sheet_with(tuple(some), 0.3).pixels[0] for some in (names[:5], names[5:]))
    wide = max(upper.shape[1], lower.shape[1])
    padded = [np.pad(levels, ((0, 0), (0, wide - levels.shape[1])), mode="edge") for levels in (upper, lower)]
    many = np.vstack(padded)
    with pytest.raises(PictureError, match="There are 9 things that could be a digit, and at most 8"):
        found(Picture(many[np.newaxis], "L", many.shape))


@pytest.mark.parametrize("kind", [USUAL, replace(USUAL, ruling="squared", pitch=0.16), replace(USUAL, board=True)])
@pytest.mark.parametrize("name", ["4b", "5b", "7b"])
def test_one_digit_on_paper_is_one(name, kind):
    assert len(found(photo(drawing(name), kind)).digits) == 1
