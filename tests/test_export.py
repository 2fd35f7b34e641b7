"""What a visitor takes away: read back by Pillow and by NumPy; the palette against Plotly's copy of ColorBrewer's."""

from __future__ import annotations

import io
import tomllib

import numpy as np
import pytest
from PIL import Image
from plotly.colors import diverging

from cnnviz.errors import ArrayError, SettingError
from cnnviz.export import PRGN, PRGN_DARK, npy, signed_png
from server import ROOT


def places(file: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(file))
    assert image.format == "PNG" and image.mode == "P"
    return np.asarray(image)


def colours(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


def test_the_palette_is_colorbrewers_with_white_in_the_middle() -> None:
    brewer = [tuple(int(part) for part in colour[4:-1].split(",")) for colour in diverging.PRGn]
    assert len(PRGN) == 255 and len(brewer) == 11
    assert PRGN[127] == (255, 255, 255)
    for stop, colour in enumerate(brewer):
        if stop != 5:  # 254 / 10 is not whole: the nearest places lie within half a place of the stop
            near = PRGN[round(stop * 25.4)]
            steps = [abs(a - b) for a, b in zip(near, colour, strict=True)]
            assert max(steps) <= 2, (stop, near, colour)
    assert (PRGN[0], PRGN[254]) == (brewer[0], brewer[10])
    assert all(red > green and blue > green for red, green, blue in PRGN[:126]), "negative is purple"
    assert all(green > red and green > blue for red, green, blue in PRGN[129:]), "positive is green"
    lightness = [sum(colour) for colour in PRGN]
    assert lightness[:128] == sorted(lightness[:128]) and lightness[127:] == sorted(lightness[127:], reverse=True)
    assert all(isinstance(part, int) for colour in PRGN for part in colour)


def test_on_a_dark_page_zero_is_the_page_and_large_numbers_are_light() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]["dark"]
    assert len(PRGN_DARK) == 255 and "#" + bytes(PRGN_DARK[127]).hex() == theme["backgroundColor"]
    assert all(red > green and blue > green for red, green, blue in PRGN_DARK[:121]), "negative is purple"
    assert all(green > red and green > blue for red, green, blue in PRGN_DARK[134:]), "positive is green"
    for side in (PRGN_DARK[127::-1], PRGN_DARK[127:]):
        light = [luminance(colour) for colour in side]
        assert light == sorted(light) and light[-1] > 0.6
        assert all(abs(luminance(a) - luminance(b)) < 0.06 for a, b in zip(PRGN_DARK, reversed(PRGN_DARK)))
    map = np.array([[-2.0, 0.0, 2.0]])
    assert places(signed_png(map, 2.0, dark=True)).tolist() == places(signed_png(map, 2.0)).tolist()
    assert colours(signed_png(map, 2.0, dark=True))[0].tolist() == [[*PRGN_DARK[at]] for at in (0, 127, 254)]


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative, as WCAG 2 has it."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_signed_png_by_hand() -> None:
    file = signed_png(np.array([[-2.0, -1.0, 0.0], [0.004, 1.0, 2.0]]), 2.0)
    assert places(file).tolist() == [[1, 64, 128], [128, 192, 255]]  # 63.5 goes to the even 64, on either side
    drawn = colours(file)
    assert drawn[0, 0].tolist() == [0x40, 0, 0x4B] and drawn[1, 2].tolist() == [0, 0x44, 0x1B]
    assert drawn[0, 2].tolist() == [255, 255, 255]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_signed_png_places_every_value(dtype: type) -> None:
    values = np.random.default_rng(1).normal(size=(300, 17)).astype(dtype)
    limit = 1.7
    file = signed_png(values, limit)
    drawn, shown = places(file), colours(file)
    assert drawn.shape == (300, 17)
    for row, column in [(0, 0), (255, 3), (256, 16), (299, 8), *np.argwhere(np.abs(values) > limit)[:5].tolist()]:
        place = 128 + round(max(-1.0, min(1.0, float(values[row, column]) / limit)) * 127)
        assert drawn[row, column] == place
        assert tuple(shown[row, column]) == PRGN[place - 1]
    mirrored = places(signed_png(-values, limit)).astype(int)
    np.testing.assert_array_equal(mirrored - 128, 128 - drawn.astype(int))


def test_a_limit_of_zero_is_white() -> None:
    assert (colours(signed_png(np.array([[-5.0, 0.0, 7.0]]), 0)) == 255).all()


def test_the_smallest_and_largest_numbers_do_not_overflow() -> None:
    assert places(signed_png(np.array([[1e308, -1e308, 0]]), 5e-324)).tolist() == [[255, 1, 128]]
    assert places(signed_png(np.array([[1e308, -1e308, 0]]), 1e308)).tolist() == [[255, 1, 128]]
    assert places(signed_png([[True, False]], 1)).tolist() == [[255, 128]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    values = np.zeros((300, 4), np.float32)
    values[270, 2] = bad
    for limit in (1.0, 0.0):
        with pytest.raises(ArrayError, match="row 271, column 3"):
            signed_png(values, limit)


@pytest.mark.parametrize("limit", [-1, np.nan, np.inf])
def test_a_senseless_limit_is_refused(limit: float) -> None:
    with pytest.raises(SettingError, match="at least 0"):
        signed_png(np.zeros((2, 3)), limit)


@pytest.mark.parametrize(
    "values", [np.zeros(3), np.zeros((1, 2, 3)), np.zeros((0, 3)), np.array([["a"]]), np.zeros((2, 2), complex)]
)
def test_what_is_no_map_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ArrayError, match="height, width"):
        signed_png(values, 1)


def test_npy_comes_back_as_it_was() -> None:
    for values in (np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1], np.ones((2, 1, 3), np.int16)):
        again = np.load(io.BytesIO(npy(values)), allow_pickle=False)
        assert again.dtype == values.dtype
        np.testing.assert_array_equal(again, values)
    with pytest.raises(ArrayError, match="object"):
        npy(np.array([None]))
