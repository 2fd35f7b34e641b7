"""A sheet of paper on a table is found, and the digit on it; what is no sheet is taken for none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz import models
from cnnviz.errors import PictureError
from cnnviz.pictures import SAMPLES, Picture, Seen, Strokes, found, sample
from cnnviz.pictures.sheet import sheet_on
from paper import TABLES, USUAL, drawing, in_a_row, on_a_table, photo

LIES = {
    "a little turned": {},
    "turned the other way, and large": {"turned": -12, "long": 0.85},
    "small": {"turned": 3, "long": 0.45},
    "far turned": {"turned": 20},
    "at the side": {"moved": (0.2, 0.08)},
    "over the picture's edge": {"turned": 4, "long": 1.1, "moved": (0.1, 0.2)},
    "across": {"turned": -9, "long": 0.5, "wide": 1.4},
}


def read(seen: Seen) -> list[int]:
    network = models.lenet5()
    return [network.winner(network.maps(digit.levels)[-1].ravel()) for digit in seen.digits]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lies", LIES)
def test_the_digit_on_a_sheet_is_found_where_it_is(lies, table):
    name = ["5a", "2c", "4b", "7b", "3a"][list(TABLES).index(table)]
    picture, ink = on_a_table(replace(drawing(name), thickness=0.06), table, seed=len(lies), **LIES[lies])
    seen = found(picture)
    assert read(seen) == [int(name[0])]
    digit = seen.best
    rows, columns = np.nonzero(ink > 0.5)
    top, left, height, width = digit.box
    for start, length, places, side in ((top, height, rows, 675), (left, width, columns, 900)):
        more = 10 + 0.25 * max(np.ptp(rows), np.ptp(columns))  # the frame of a turned digit stands upright
        assert places.min() - more < start * side < places.min() + 6
        assert places.max() - 6 < (start + length) * side < places.max() + more
    assert digit.steps[0][0] == "photo" and digit.steps[-1][0] == "28 × 28, centred by mass"
    np.testing.assert_array_equal(digit.steps[0][1], picture.at(480).levels())


def test_what_is_done_is_told():
    words = [words for words, _ in found(on_a_table(drawing("5a"))[0]).best.steps]
    assert words[:4] == ["photo", "the sheet alone", "light made even", "ink"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lies", ["a little turned", "small", "at the side"])
def test_on_a_blank_sheet_on_a_table_nothing_is_written(lies, table):
    with pytest.raises(PictureError, match="^Nothing is written there"):
        found(on_a_table(Strokes(), table, seed=3, **LIES[lies])[0])


def test_several_digits_on_a_sheet_are_told_apart():
    picture, _ = on_a_table(in_a_row(("4b", "8a"), 0.5), turned=5, long=0.85)
    assert read(found(picture)) == [4, 8]


@pytest.mark.parametrize("turned", [-20, 0, 8])
def test_the_corners_are_a_little_inside_of_the_sheets(turned):
    picture, _ = on_a_table(Strokes(), turned=turned, long=0.6)
    sheet = sheet_on(picture.at(480))
    angle = np.deg2rad(turned)
    for (x, y), down, across in zip(sheet.corners, (-1, 1, 1, -1), (-1, -1, 1, 1)):
        y, x = (y - 0.5) * 675, (x - 0.5) * 900
        along = y * np.cos(angle) - x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)
        half = 0.3 * 675, 0.3 * 675 * 0.7
        for place, end, side in zip(along, half, (down, across)):
            assert 0.86 * end < place * side < 0.99 * end
    assert sheet.size == (pytest.approx(0.6 * 0.75, rel=0.13), pytest.approx(0.6 * 0.75 * 0.7, rel=0.13))


def thick(name: str, width: float, paper: int, pen: int) -> Picture:
    ink = replace(drawing(name), thickness=width).ink(400) / 255
    levels = np.pad(paper + (pen - paper) * ink, 40, constant_values=paper).astype(np.uint8)
    return Picture(levels[np.newaxis], "L", levels.shape)


@pytest.mark.parametrize("name", ["0a", "1a", "1c", "8a", "7a"])
@pytest.mark.parametrize(("paper", "pen"), [(235, 20), (25, 240)])
def test_a_thick_digit_is_no_sheet(name, paper, pen):
    assert sheet_on(thick(name, 0.2, paper, pen)) is None


@pytest.mark.parametrize("key", [key for key in SAMPLES if key not in ("step", "binary", "numbers")])
def test_other_pictures_have_no_sheet(key):
    assert sheet_on(sample(key).at(480)) is None


@pytest.mark.parametrize("sheet", [USUAL, replace(USUAL, shadow=0.7), replace(USUAL, table=0.12, pad=260)])
def test_paper_that_fills_the_picture_is_no_sheet(sheet):
    assert sheet_on(photo(drawing("5a"), sheet).at(480)) is None
