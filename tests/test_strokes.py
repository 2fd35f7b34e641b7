"""Drawings as lines: their text, what is refused, and the ink that they leave."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.errors import CnnvizError, PictureError, SettingError
from cnnviz.pictures import Strokes, normalised
from cnnviz.pictures.ready import PHOTOS, drawing, photo
from cnnviz.pictures.strokes import MOST_LINK, MOST_POINTS, MOST_STROKES
from paper import DRAWINGS
from paper import drawing as of_the_tests


def told(strokes: object, thickness: object = 0.1) -> str:
    return json.dumps({"thickness": thickness, "strokes": strokes})


def covered(strokes: Strokes, side: int, finer: int = 4) -> np.ndarray:
    """The share of each pixel nearer to a line than half the pen's width: many points of each, the slow way."""
    row, column = (np.indices((side * finer, side * finer)) + 0.5) / (side * finer)
    near = np.full(row.shape, np.inf)
    for line in strokes.lines:
        for (x, y), (to_x, to_y) in zip(line, line[1:] or line):
            along = np.array([to_x - x, to_y - y])
            length = along @ along
            at = ((column - x) * along[0] + (row - y) * along[1]) / length if length else np.zeros_like(row)
            at = np.clip(at, 0, 1)
            near = np.minimum(near, np.hypot(column - x - at * along[0], row - y - at * along[1]))
    inside = near <= strokes.thickness / 2
    return inside.reshape(side, finer, side, finer).mean(axis=(1, 3))


@pytest.mark.parametrize(
    "strokes",
    [
        Strokes((((0.2, 0.3), (0.8, 0.45)),), 0.1),
        Strokes((((0.7, 0.1), (0.3, 0.5), (0.55, 0.9)), ((0.1, 0.9),)), 0.06),
        Strokes((((0.0, 0.0), (1.0, 1.0)),), 0.2),
    ],
    ids=["a line", "an angle and a dot", "over the pad's corners"],
)
def test_ink_covers_what_the_pen_covers(strokes):
    ink, wanted = strokes.ink(112) / 255, covered(strokes, 112)
    assert np.abs(ink - wanted).max() < 0.4  # where an edge lies within a pixel; a line a pixel off is 1 off
    assert ink.sum() == pytest.approx(wanted.sum(), rel=0.03)


def test_ink_is_the_right_way_round():
    ink = Strokes((((0.75, 0.25),),), 0.1).ink(40)
    rows, columns = np.nonzero(ink)
    assert (rows.mean(), columns.mean()) == (pytest.approx(9.5, abs=0.5), pytest.approx(29.5, abs=0.5))
    assert ink[9:11, 29:31].min() == 255
    assert ink.dtype == np.uint8
    assert Strokes().ink(40).max() == 0
    assert Strokes().is_empty


@pytest.mark.parametrize("side", [1, 2, 28, 225])
def test_any_size_of_ink(side):
    assert Strokes((((0.5, 0.5), (0.6, 0.9)),)).ink(side).shape == (side, side)


def test_a_drawing_comes_back_from_its_text():
    for name in DRAWINGS:
        text = json.dumps(DRAWINGS[name]["drawing"])
        strokes = Strokes.read(text)
        assert [[list(point) for point in line] for line in strokes.lines] == DRAWINGS[name]["drawing"]["strokes"]
        assert Strokes.read(strokes.text()) == strokes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "list of strokes"),
        ("null", "list of strokes"),
        ('{"thickness": 0.1}', "list of strokes"),
        (told(3), "list of strokes"),
        (told([3]), "list of strokes"),
        (told([[3]]), "list of strokes"),
        (told([["ab"]]), "list of strokes"),
        (told([[]]), "Stroke 1 has no points"),
        (told([[[0.1, 0.2]], []]), "Stroke 2 has no points"),
        (told([[[0.1]]]), r"Stroke 1 has a point at \(0.1,\)"),
        (told([[[0.1, 0.2, 0.3]]]), "Stroke 1 has a point at"),
        (told([[[0.1, 0.2], [0.3, "0.4"]]]), "Stroke 1 has a point at"),
        (told([[[0.1, True]]]), "True"),
        (told([[[0.1, None]]]), "None"),
        (told([[[-0.001, 0.2]]]), "-0.001"),
        (told([[[0.5, 1.001]]]), "1.001"),
        (told([[[0.5, math.nan]]]), "nan"),
        (told([[[0.5, math.inf]]]), "inf"),
        (told([[[10**400, 0.5]]]), "from 0 to 1"),
        (told([[[0.5, 0.5]]], None), "thickness of None"),
        (told([[[0.5, 0.5]]], 0), "thickness of 0"),
        (told([[[0.5, 0.5]]], 0.3), "0.01 to 0.25"),
        (told([[[0.5, 0.5]]], math.nan), "thickness of nan"),
        (told([[[0.5, 0.5]]], "0.1"), "thickness of '0.1'"),
        (told([[[0.5, 0.5]]] * (MOST_STROKES + 1)), "101 strokes; at most 100"),
        (told([[[0.5, 0.5]] * (MOST_POINTS + 1)]), "4,001 points; at most 4,000"),
        (" " * 200_000 + "{}", "160,000 characters"),
    ],
)
def test_what_is_no_drawing_is_refused(text, words):
    with pytest.raises(PictureError, match=words) as refused:
        Strokes.read(text)
    assert len(str(refused.value)) < 160


def test_as_much_as_is_allowed_is_read():
    assert len(Strokes.read(told([[[0.5, 0.5]]] * MOST_STROKES)).lines) == MOST_STROKES
    assert Strokes.read(told([[[0.1234, 0.5678]] * MOST_POINTS])).ink(28).any()


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NESTED = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.builds(told, NESTED, LEAVES) | st.builds(json.dumps, NESTED))
def test_any_text_is_a_drawing_or_a_refusal(text):
    try:
        strokes = Strokes.read(text)
    except PictureError as refused:
        assert str(refused).strip() and "\n" not in str(refused)
    else:
        assert strokes.ink(28).shape == (28, 28)


PLACE = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=5), max_size=4), st.floats(0.01, 0.25))
@example([[(0.9375, 0.1875)]], 0.21545993378328485)  # to four decimals another thousandth
def test_any_drawing_keeps_its_ink_through_its_text(lines, thickness):
    strokes = Strokes(tuple(map(tuple, lines)), thickness)
    again = Strokes.read(strokes.text())
    assert [len(line) for line in again.lines] == [len(line) for line in lines]
    assert again == strokes
    np.testing.assert_array_equal(again.ink(28), strokes.ink(28))


def test_the_drawn_digits_are_what_their_readme_says():
    digits = [one["digit"] for one in DRAWINGS.values()]
    assert all(digits.count(digit) >= 2 for digit in range(10)) and len(digits) >= 24
    assert {one["pointer"] for one in DRAWINGS.values()} == {"mouse", "touch"}
    assert all(name.startswith(str(one["digit"])) for name, one in DRAWINGS.items())


def test_the_ready_digits():
    drawn = {drawing(digit) for digit in range(10)}
    assert len(drawn) == 10
    tested = {Strokes.read(json.dumps(one["drawing"])) for one in DRAWINGS.values()}
    assert not drawn & tested
    assert all(max(photo(name).shape) <= 640 for name in PHOTOS)
    for wrong in (10, -1, "3"):
        with pytest.raises(SettingError, match="0 to 9"):
            drawing(wrong)
    with pytest.raises(SettingError, match="lined paper"):
        photo("A 9 on sand")


# --- in a link ---

LINK = re.compile(r"[A-Za-z0-9_-]*")


def same_after_a_link(strokes: Strokes) -> Strokes:
    """The drawing that its link gives, which leaves the same ink to the last level."""
    text = strokes.for_link()
    again = Strokes.from_link(text)
    assert len(text) <= MOST_LINK and LINK.fullmatch(text)
    assert (again.ink() == strokes.ink()).all()
    assert again.for_link() == text
    return again


@pytest.mark.parametrize("name", [*DRAWINGS, *map(str, range(10))])
def test_a_link_carries_a_drawing_to_the_last_level(name):
    strokes = of_the_tests(name) if name in DRAWINGS else drawing(int(name))
    again = same_after_a_link(strokes)
    assert (normalised(again.ink()).levels == normalised(strokes.ink()).levels).all()
    assert len(strokes.for_link()) <= 400
    # The link's lines are the drawn ones, to a pixel of the pad.
    for line, drawn in zip(again.lines, strokes.lines, strict=True):
        assert max(away(point, line) for point in drawn) * 224 <= 1.3
    assert again.thickness == pytest.approx(strokes.thickness, abs=0.0005)


def away(point: tuple[float, float], line: tuple[tuple[float, float], ...]) -> float:
    """How far a point is from a line, the slow way."""
    near = [math.dist(point, line[0])]
    for (x, y), (to_x, to_y) in zip(line, line[1:]):
        steps = np.linspace(0, 1, 60)
        near.append(np.hypot(x + (to_x - x) * steps - point[0], y + (to_y - y) * steps - point[1]).min())
    return float(min(near))


def test_what_a_link_carries_is_what_the_pad_told_too():
    """The pad's text and the link's are two ways to one drawing: the same ink."""
    for name in DRAWINGS:
        strokes = of_the_tests(name)
        again = Strokes.read(Strokes.from_link(strokes.for_link()).text())
        assert (again.ink() == strokes.ink()).all()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (((0.0, 0.0),),),
        (((1.0, 1.0), (0.0, 0.0)),),
        (((0.5, 0.5), (0.5, 0.5), (0.5005, 0.5)),),
        (((0.2, 0.2), (0.8, 0.2), (0.2, 0.2)),),
        tuple(((0.01 * at, 0.0), (0.01 * at, 1.0)) for at in range(MOST_STROKES)),
        (tuple((0.5 + 0.4 * math.cos(9 * at), 0.5 + 0.4 * math.sin(5 * at)) for at in range(40)),) * MOST_STROKES,
    ],
    ids=["nothing", "a dot", "the corners", "a blot", "there and back", "a fence", "a tangle"],
)
def test_a_link_carries_any_drawing(lines):
    same_after_a_link(Strokes(lines))


def test_a_scribble_that_fills_the_pad_still_fits_a_link():
    rng = np.random.default_rng(3)
    places = np.clip(0.5 + np.cumsum(rng.normal(0, 0.02, (MOST_POINTS, 2)), axis=0), 0, 1)
    strokes = Strokes((tuple((float(x), float(y)) for x, y in places),))
    assert len(same_after_a_link(strokes).lines[0]) > 200


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=30), max_size=6), st.floats(0.01, 0.25))
def test_whatever_is_drawn_is_the_same_after_a_link(lines, thickness):
    same_after_a_link(Strokes(tuple(map(tuple, lines)), thickness))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.text("ABCDEFGHabcdefgh0123456789-_", max_size=60))
def test_any_text_in_a_link_is_a_drawing_or_a_refusal(text):
    try:
        strokes = Strokes.from_link(text)
    except PictureError as refused:
        assert len(str(refused)) < 160
    else:
        same_after_a_link(strokes)


@pytest.mark.parametrize("text", ["", "=", "é", "A", "SwEA", "x" * (MOST_LINK + 4)])
def test_what_is_no_drawing_in_a_link_is_refused(text):
    with pytest.raises(PictureError, match="draw"):
        Strokes.from_link(text)


@pytest.mark.parametrize("text", [None, 5, b"SwA"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(CnnvizError, match="text"):
        Strokes.from_link(text)
