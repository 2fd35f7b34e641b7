"""The attention lesson: its maps by ONNX Runtime and SciPy, its counts by hand, its two stages under one cursor."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import scipy.ndimage
from playwright.sync_api import expect

from cnnviz.experiments.self_attention import settled, told_by
from cnnviz.pictures import sample
from lab import Lab
from oracles import attention_by_onnxruntime
from visitor import Visitor

GAUSS = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16


def page(**link: str) -> Visitor:
    """The page with a grid of 8 x 12 places, if the link says nothing else."""
    return Visitor("attention", **{"places": "12", **link})


def by_hand(levels: np.ndarray, tone: float, near: float) -> np.ndarray:
    """The attention of levels (H, W), its queries and keys by hand, the rest by ONNX Runtime."""
    height, width = levels.shape
    tones = ((levels - levels.mean()) / levels.std()).ravel()
    rows, columns = (np.pi / max(height, width) * one.ravel() for one in np.mgrid[:height, :width])
    key = np.stack([tones, np.sin(rows), np.cos(rows), np.sin(columns), np.cos(columns)], axis=1)
    query = key * [tone, near, near, near, near]
    return attention_by_onnxruntime(query[None], key[None], levels.reshape(1, -1, 1))[0].reshape(height, width)


@pytest.mark.parametrize(("link", "tone", "near"), [
    ({}, 1, 0), ({"tone": "0", "near": "50"}, 0, 50), ({"tone": "4", "near": "9", "values": "0–1"}, 4, 9),
])  # fmt: skip
def test_both_maps_as_others_compute_them(link, tone, near):
    same, own = page(**link).sent_to("stage")
    divisor = 255 if "values" in link else 1
    levels = sample("chelsea").at(192, "rgb").at(12, "grey").levels()[0].astype(float)
    np.testing.assert_array_equal(own.input[0], levels)
    np.testing.assert_array_equal(same.input[0], levels)
    np.testing.assert_allclose(own.output * divisor, by_hand(levels, tone, near), rtol=2e-5)
    np.testing.assert_allclose(own.weight.sum((2, 3, 4)), 1, rtol=1e-9)
    expected = scipy.ndimage.correlate(levels, GAUSS, mode="constant")
    np.testing.assert_allclose(same.output * divisor, expected, rtol=1e-6)
    assert same.weight.shape == (1, 3, 3) and own.weight.shape == (8, 12, 1, 8, 12)
    assert same.header["options"]["group"] == own.header["options"]["group"]


def test_the_table_comes_to_the_weights_of_the_place_where_the_stages_begin():
    at = page(tone="2", near="3")
    same, own = at.sent_to("stage")
    row, column = same.header["options"]["at"]
    levels, weights = own.input[0].astype(float), own.weight[row, column, 0]
    said = at.said()
    assert f"Row {row + 1}, column {column + 1} is asking" in said
    tones = (levels - levels.mean()) / levels.std()
    turn = math.pi / 12
    scores = np.array([
        [2 * tones[row, column] * tones[y, x] + 3 * (math.cos(turn * (y - row)) + math.cos(turn * (x - column)))
         for x in range(12)] for y in range(8)
    ]) / math.sqrt(5)  # fmt: skip
    np.testing.assert_allclose(weights, np.exp(scores) / np.exp(scores).sum(), rtol=1e-9)
    others = np.where(np.arange(96).reshape(8, 12) == row * 12 + column, -np.inf, scores)
    most, least = divmod(int(others.argmax()), 12), divmod(int(scores.argmin()), 12)
    is_own = weights[row, column] > weights[most]
    names = "largest of the others" if is_own else "largest weight", "smallest weight"
    for kind, (y, x) in (("itself", (row, column)), (names[0], most), (names[1], least)):
        assert re.search(rf"{kind}(, and \d+ places? like it)?: row {y + 1}, column {x + 1} {levels[y, x]:.0f} ", said)
    assert f"{weights[row, column]:.3g}" in said


def test_the_table_is_of_the_place_that_was_chosen():
    said = page(**{"attended-at": "5.3"}).said()
    assert "Row 5, column 3 is asking" in said and "itself: row 5, column 3" in said
    assert "Row 8, column 12 is asking" in page(**{"attended-at": "16.16"}).said()  # as near as there is one


def test_where_all_weights_are_the_same_none_is_the_largest():
    said = page(tone="0").said()
    assert "Here all 96 weights are the same" in said and "largest" not in said and "smallest" not in said
    assert "weights are the same:" not in page().said()


def test_what_rounding_leaves_of_a_zero_is_0():
    """A quarter turn's cosine, and cosines that undo each other: of no place is the nearness 3.3 × 10⁻¹⁶."""
    features = told_by(np.arange(176.0).reshape(1, 11, 16))
    place = np.mgrid[:11, :16].reshape(2, -1)
    exact = 0
    for own in range(176):
        nearness = settled(features[:, 1:] * features[own, 1:])
        apart = np.abs(place - place[:, own : own + 1])
        is_zero = apart.sum(0) == 16  # cos a + cos (pi - a)
        np.testing.assert_allclose(nearness, np.cos(np.pi / 16 * apart).sum(0), atol=1e-14)
        assert not nearness[is_zero].any() and (np.abs(nearness[~is_zero]) > 1e-3).all()
        exact += is_zero.sum()
    assert exact > 100
    assert not (np.abs(features[features != 0]) < 1e-9).any()


def test_mixed_up_the_stages_show_the_same_pixels_elsewhere_and_say_what_differs():
    plain, mixed = page(), page(mix="true")
    (_, own), (mixed_same, mixed_own) = plain.sent_to("stage"), mixed.sent_to("stage")
    assert (mixed_own.input != own.input).mean() > 0.8
    np.testing.assert_array_equal(np.sort(mixed_own.input, axis=None), np.sort(own.input, axis=None))
    np.testing.assert_array_equal(mixed_same.input, mixed_own.input)
    # Pixels of one level have one number in attention, wherever they are.
    number = dict(zip(own.input.ravel().tolist(), own.output.ravel().tolist(), strict=True))
    for level, found in zip(mixed_own.input.ravel().tolist(), mixed_own.output.ravel().tolist(), strict=True):
        assert found == pytest.approx(number[level], rel=1e-6)
    assert "Put back in order, all 96 numbers are those of before the mixing." in mixed.said()
    assert "of 96 numbers are others than before the mixing, by up to" in mixed.said()
    assert "Put back in order" not in plain.said() and "none of 96 numbers" in plain.said()
    assert "none of 96 numbers" not in page(near="5").said()


def test_the_counts_by_hand():
    said = page(k="5").said()
    for count in ("K² = 25", "96² = 9,216", f"96 × 25 = {96 * 25:,}", f"96² × (5 + 1) = {96 * 96 * 6:,}",
                  f"{224 * 224 * 25:,}", f"{224**4 * 6:,}", "all 96 places"):  # fmt: skip
        assert count in said, count


@pytest.mark.parametrize("link", [
    {"sample": "The 5 x 5 binary picture"}, {"places": "4", "k": "15"}, {"size": "8", "tone": "10", "near": "50"},
    {"tone": "0", "near": "0"},
])  # fmt: skip
def test_every_setting_gives_two_maps_and_an_ending(link):
    at = page(**link)
    same, own = at.sent_to("stage")
    assert same.output.shape == own.output.shape == own.input.shape[1:]
    assert np.isfinite(own.output).all() and "Your turn" in at.said()
    if link.get("tone") == "0":
        np.testing.assert_allclose(own.output, own.input.mean(), rtol=1e-6)


# --- in a browser ---


def test_the_table_follows_the_place_that_is_clicked(open_page):
    tab = open_page("attention?places=8", (1440, 900))
    own = Lab(tab, ".st-key-attention-own ").ready()
    canvas = own.canvas("input")
    box = canvas.bounding_box()
    for x, y in ((0.35, 0.3), (0.7, 0.6)):
        canvas.click(position={"x": box["width"] * x, "y": box["height"] * y})
        own.painted()
        row, column = re.match(r"Row (\d+) of \d+, column (\d+)", own.line.inner_text()).groups()
        expect(tab.get_by_text(f"Row {row}, column {column} is asking")).to_be_visible()


def test_one_cursor_and_the_weights_that_change_only_on_the_right(open_page):
    tab = open_page("attention?places=8&tone=4", (1440, 900))
    same, own = (Lab(tab, f".st-key-attention-{name} ").ready() for name in ("same", "own"))
    for lab in (same, own):
        box = lab.line.bounding_box()
        assert box and box["y"] + box["height"] <= 900

    def greens(lab: Lab) -> np.ndarray:
        """How much greener than grey each pixel of the picture is painted."""
        image = lab.image("input").astype(int)
        return image[..., 1] - (image[..., 0] + image[..., 2]) / 2

    seen = []
    for keys in (("Home",), ("ArrowDown", "ArrowRight", "ArrowRight"), ("End",)):
        same.press(*keys)
        own.painted()
        assert same.line.inner_text().partition(":")[0] == own.line.inner_text().partition(":")[0]
        for lab in (same, own):
            written, output = lab.numbers()
            assert written == pytest.approx(output, rel=1e-5)
            assert len({*lab.said()}) == 1
        seen.append(greens(own))
        # Most is painted where most of the weight is: the window of 3 x 3 is a small part of the picture.
        assert 0 < (greens(same) > 20).mean() < 0.25 and (seen[-1] > 20).mean() > 0.02
    assert all((np.abs(one - other) > 20).mean() > 0.05 for one, other in zip(seen, seen[1:]))
    # A weight says whose it is.
    for lab, words in ((same, "always the same"), (own, "of this place alone")):
        lab.stage.locator(".unfold").click()
        canvas = lab.canvas("operands")
        expect(canvas).to_be_visible()
        lab.painted()
        box = canvas.bounding_box()
        said = set()
        for share in np.linspace(0.05, 0.95, 40):
            lab.hover("operands", box["width"] * share, 40 if lab is own else box["height"] / 2)
            said.add(lab.tip.partition("\n")[2])
        assert any(words in one for one in said), said
    # A place of the picture is read at every place.
    own.hover("input", 60, 60)
    assert own.tip.endswith("read at every place")
