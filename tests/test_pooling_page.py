"""The pooling lesson: its maps against ONNX Runtime, its counts and changes by hand, its first screen."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from bad_pictures import saved
from cnnviz.geometry import Window
from cnnviz.pictures import sample
from cnnviz.ui.lessons.pooling.pooling_maps import around
from cnnviz.ui.words import number
from lab import Lab
from oracles import convolve_by_onnxruntime
from sent import Sent
from traces import by_onnxruntime
from visitor import Visitor, numbers_of

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
NAMES = ("main", "pool", "conv", "mean", "still", "moved")


def page(**link: str) -> Visitor:
    """The page on a picture of 27 x 40, if the link says nothing else."""
    return Visitor("pooling", **{"size": "40", "depth": "Grey", **link})


def stages(at: Visitor) -> dict[str, Sent]:
    """What each stage of the page was sent; the last two are missing where nothing can be moved."""
    return dict(zip(NAMES, at.sent_to("stage")))


def read(shown: Sent) -> np.ndarray:
    """(1, 1, H, W), what the stage's operation read."""
    return (shown.input[np.newaxis] / shown.header["divisor"]).astype(np.float32)


def pooled(kind: str, map: np.ndarray, k: int, s: int, p: int) -> np.ndarray:
    """(1, 1, H, W) pooled by ONNX Runtime: (h, w)."""
    settings: dict[str, Any] = {"kernel_shape": [k, k], "strides": [s, s], "pads": [p] * 4}
    if kind == "max":
        return by_onnxruntime("MaxPool", map, **settings)[0, 0]
    return by_onnxruntime("AveragePool", map, count_include_pad=1, **settings)[0, 0]


def chart(at: Visitor) -> dict[str, list[float]]:
    """The lines of the page's chart, by name."""
    (found,) = at.charts()
    return {line["name"]: numbers_of(line["y"]).tolist() for line in found["data"]}


# --- the main view ---


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("of", "k", "s", "p"), [
    ("activation map", 2, 2, 0), ("activation map", 3, 2, 1), ("activation map", 2, 3, 1), ("picture", 5, 1, 2),
    ("picture", 4, 8, 0),
])  # fmt: skip
def test_the_pooled_map_as_onnxruntime(of, kind, k, s, p):
    shown = stages(page(of=of, pool=kind, pk=str(k), ps=str(s), pp=str(p)))["main"]
    expected = pooled(kind, read(shown), k, s, p)
    np.testing.assert_allclose(shown.output, expected, rtol=1e-6, atol=1e-4)
    assert shown.header["reduction"] == {"max": "max", "average": "mean"}[kind]


def test_the_activation_map_is_a_convolution_without_padding_and_relu():
    shown = stages(page(values="0–1"))["main"]
    picture = sample("chelsea").at(40, "grey").values[np.newaxis]
    ones, zeros = (1, 1), ((0, 0), (0, 0))
    expected = convolve_by_onnxruntime(picture, SOBEL[np.newaxis, np.newaxis], None, ones, zeros, ones, 1, "zeros")
    assert shown.input.shape == (1, 25, 38)
    np.testing.assert_allclose(shown.input, np.maximum(expected[0], 0), atol=1e-5)
    assert shown.header["limit"] == shown.header["inputLimit"] == shown.input.max()


def test_any_plane_of_a_picture_is_pooled_by_itself():
    levels = sample("chelsea").at(40, "rgb").levels()
    for at, name in enumerate(("red", "green", "blue")):
        shown = stages(page(depth="RGB", of="picture", plane=name))["main"]
        np.testing.assert_array_equal(shown.input[0], levels[at])
        assert shown.header["names"]["input"] == f"Picture, {name}"


def test_the_formula_has_the_numbers_of_the_map():
    at = page(pk="3", ps="2")
    text = at.source()
    assert "⌊(25 − 3 + 2·0) / 2⌋ + 1 = <b>12</b>" in text and "⌊(38 − 3 + 2·0) / 2⌋ + 1" in text
    assert "12 × 18 out" in text and "1 column never read" in text


# --- the counts ---


@pytest.mark.parametrize("maps", [1, 8, 13])
def test_what_is_left_counted_by_hand(maps):
    text = page(maps=str(maps), pk="2", ps="2").source()
    before, after = 25 * 38, 12 * 19
    for count in (before * maps, after * maps, (9 * maps + 1) * 16, (before * maps + 1) * 10, (after * maps + 1) * 10,
                  before * 9 * maps * 16, after * 9 * maps * 16, (maps + 1) * 10):  # fmt: skip
        assert f"<b>{count:,}</b>" in text
    assert f"(12 × 19 × {maps} + 1) × 10" in text and f"(25 × 38 × {maps} + 1) × 10" in text
    assert f"{100 * after / before:.3g}\u00a0%" in text  # 24: a row is lost to the floor


def test_two_by_two_leaves_exactly_a_quarter_where_nothing_is_lost():
    at = page(of="picture", size="32", sample="Checkerboard")
    assert stages(at)["main"].input.shape == (1, 24, 32)
    assert f"leaves {12 * 16 * 8:,} of {24 * 32 * 8:,} numbers (25\u00a0%: 75\u00a0% fewer)" in at.source()
    assert "<td>the same</td>" in at.source()


def test_the_costs_of_pooling_and_of_a_stride_counted_by_hand():
    text = page(maps="4", pk="3", ps="2").source()
    outputs = 12 * 18 * 4
    assert f"{outputs * 8:,} comparisons" in text and f"{outputs * 8:,} additions" in text
    assert f"{outputs * 9:,} multiply-adds" in text and f"{outputs * 9 * 4:,} multiply-adds" in text
    assert "<td>40</td>" in text and "<td>148</td>" in text  # (9 + 1) x 4, (9 x 4 + 1) x 4


@pytest.mark.parametrize("weights", ["1/K² each", "random"])
def test_a_strided_convolution_has_the_pooled_maps_size(weights):
    found = stages(page(cw=weights, pk="3", ps="2", pp="1"))
    shown = found["conv"]
    assert shown.output.shape == found["pool"].output.shape
    np.testing.assert_array_equal(shown.input, found["pool"].input)
    expected = convolve_by_onnxruntime(
        read(shown), shown.weight[np.newaxis].astype(np.float32), None, (2, 2), ((1, 1), (1, 1)), (1, 1), 1, "zeros"
    )
    np.testing.assert_allclose(shown.output, expected[0, 0], rtol=1e-5, atol=1e-3)
    is_average = np.allclose(shown.output, pooled("average", read(shown), 3, 2, 1), rtol=1e-5, atol=1e-3)
    assert is_average == (weights != "random")


def test_the_global_average_is_the_mean_of_the_pooled_map():
    found = stages(page(pool="average"))
    np.testing.assert_array_equal(found["mean"].input[0], found["main"].output)
    np.testing.assert_allclose(found["mean"].output, [[found["main"].output.astype(float).mean()]], rtol=1e-6)


# --- the moves ---


def differ(moved: np.ndarray, still: np.ndarray) -> float:
    return float(100 * np.sqrt(((moved - still) ** 2).sum() / (still**2).sum()))


@pytest.mark.parametrize(("way", "axis"), [("across", 3), ("down", 2)])
def test_the_chart_is_what_cutting_pooling_and_comparing_gives(way, axis):
    at = page(way=way, pk="3", ps="2")
    map = read(stages(at)["main"])
    size = map.shape[axis] - 4
    cuts = [map.take(range(move, move + size), axis) for move in range(5)]
    found = chart(at)
    for name, made in {
        "activation map": cuts,
        "max pooling": [pooled("max", cut, 3, 2, 0) for cut in cuts],
        "average pooling": [pooled("average", cut, 3, 2, 0) for cut in cuts],
        "global average": [cut.mean(dtype=float) for cut in cuts],
    }.items():
        np.testing.assert_allclose(found[name], [differ(one, made[0]) for one in made], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_the_two_stages_go_to_the_number_that_changes_most(kind):
    at = page(pool=kind, move="3", look="where it fails")
    still, moved = stages(at)["still"], stages(at)["moved"]
    np.testing.assert_array_equal(still.input[:, :, 3:], moved.input[:, :, :-3])
    for shown in (still, moved):
        np.testing.assert_allclose(shown.output, pooled(kind, read(shown), 2, 2, 0), rtol=1e-6)
    changes = np.abs(still.output - moved.output)
    row, column = still.header["options"]["at"]
    assert changes[row, column] == changes.max() > 0
    assert f"Row {row + 1}, column {column + 1} of the pooled map changes most" in at.source()


def test_the_two_stages_go_to_the_largest_number_that_stays():
    at = page(look="where it holds")
    still, moved = stages(at)["still"], stages(at)["moved"]
    row, column = still.header["options"]["at"]
    kept = still.output == moved.output
    assert kept[row, column] and still.output[row, column] == still.output[kept].max() > 0
    share = kept[still.output > 0].mean()
    assert f"Of the pooled numbers other than 0, {100 * share:.3g}\u00a0% stay exactly as before." in at.source()


def test_a_move_by_the_stride_is_told_to_be_a_move_by_a_cell():
    assert (
        "2 = 1 × S: the pooled map is the same map moved by 1 cell, and once that is undone 0\u00a0% is left"
        in page(move="2").source()
    )
    assert "the same map moved by" not in page(move="1").source()


def test_where_the_claim_holds_the_page_says_so():
    """Stripes of period 2 behind 2 x 2 max pooling: the largest is the same wherever they are."""
    assert "Not moved: nothing changes" in page(move="0").source()
    large = page(pk="15", ps="1", pool="average", move="1").source()
    assert "Pooling hides more than half of the move" in large


def test_a_picture_with_little_room_moves_less_far_and_says_so():
    at = page(sample="The 5 x 5 binary picture", kernel="Diagonal cross", move="4")
    assert len(chart(at)["max pooling"]) == 2
    assert "room for a move by 1 at most" in at.source()


# --- a large picture ---


SIDES = (900, 1024)


def large_page(**link: str) -> Visitor:
    """The page on noise of 900 x 1024 pixels, no part of which is like another."""
    noise = np.random.default_rng(0).integers(0, 240, SIDES, np.uint8)
    noise[0, 0] = 255  # the colours of a part are the whole map's
    at = page(**{"size": "1024", "k": "1", "kernel": "Identity", "pk": "3", "ps": "2", "pp": "1", "move": "3", **link})
    return at.upload("noise.png", saved(Image.fromarray(noise), "PNG"))


@pytest.fixture(scope="module")
def large() -> Visitor:
    return large_page()


def test_a_large_map_is_sent_once(large):
    sent = {name: shown.input.size for name, shown in stages(large).items()}
    assert sent.pop("main") == SIDES[0] * SIDES[1] and max(sent.values()) <= 256**2
    assert sum(len(one.data) for one in large.sent()) < 8_000_000


def test_a_part_of_a_large_map_is_pixel_for_pixel(large):
    found, text = stages(large), large.source()
    whole = read(found["main"])
    middle = whole[:, :, 322:578, 384:640]
    assert "the middle 256 × 256 numbers" in text
    for name in ("pool", "conv"):
        np.testing.assert_array_equal(read(found[name]), middle)
        assert found[name].header["inputLimit"] == found["main"].header["inputLimit"]
    np.testing.assert_allclose(found["pool"].output, pooled("max", middle, 3, 2, 1))
    np.testing.assert_array_equal(found["mean"].input[0], found["main"].output[97:353, 128:384])
    mean = number(found["main"].output.astype(float).mean())
    assert f"The middle 256 × 256 of the pooled map, pixel for pixel; the mean of all is {mean}." in text
    assert found["mean"].output == pytest.approx(found["mean"].input.astype(float).mean())
    cuts = whole[..., :-4], whole[..., 3:-1]
    before, after = (pooled("max", cut, 3, 2, 0) for cut in cuts)
    changes = np.abs(after - before)
    told = re.search(r"Row (\d+), column (\d+) of the pooled map.*it begins at row (\d+), column (\d+)", text)
    row, column, top, left = (int(place) - 1 for place in told.groups())
    assert changes[row, column] == changes.max() > 0
    assert found["still"].header["options"]["at"] == [row - top, column - left]
    for name, map in (("still", before), ("moved", after)):
        shown = found[name]
        high, wide = shown.output.shape
        assert min(high, wide) >= 120
        np.testing.assert_array_equal(shown.output, map[top : top + high, left : left + wide])
        np.testing.assert_array_equal(shown.output, pooled("max", read(shown), 3, 2, 0))


def test_at_stride_1_next_to_nothing_is_sent_beside_the_main_view():
    at = large_page(ps="1")
    main, *others = (len(one.data) for one in at.sent_to("stage"))
    assert main > 2 * 4 * 890 * 1000 and sum(others) < 2_500_000


@pytest.mark.parametrize("size", [2, 200, 256, 257, 258, 300, 1021])
@pytest.mark.parametrize(("k", "s"), [(1, 1), (2, 2), (3, 8), (15, 4)])
def test_the_part_around_a_cell_has_it_and_nothing_beyond_the_map(size, k, s):
    window = Window(min(k, size), s)
    count = window.output_size(size)
    for cell in {0, count // 3, count // 2, count - 1}:
        first, part = around(cell, window, size)
        assert 0 <= part.start < part.stop <= size and part.stop - part.start <= 256
        assert part.start == first * s
        shown = window.output_size(part.stop - part.start)
        assert first <= cell < first + shown <= count
        assert shown == min(count, window.output_size(min(size, 256)))


# --- what cannot be ---


@pytest.mark.parametrize(("link", "words"), [
    ({"pp": "5"}, "more than half"),
    ({"sample": "The 5 x 5 binary picture", "pk": "9"}, "kernel of at most 3"),
    ({"sample": "The 5 x 5 binary picture", "pk": "9", "pp": "7", "ps": "8"}, "more than half"),
    ({"size": "8", "k": "15"}, "spans 15"),
    ({"kernel": "Sharpen", "k": "4"}, "Nearest"),
    ({"size": "8", "k": "15", "pp": "7"}, ""),
])  # fmt: skip
def test_what_cannot_be_is_explained_and_every_remedy_works(link, words):
    at = page(**link)
    assert stages(at) == {}
    assert words in at.source()
    assert at.remedies()
    for remedy in at.remedies():
        mended = page(**link).press(remedy)
        assert "main" in stages(mended) and not mended.remedies()


def test_the_nearest_that_works_is_the_nearest():
    tiny = {"sample": "The 5 x 5 binary picture", "pk": "9"}
    assert page(of="picture", **tiny).remedies() == ["remedy K = 5", "remedy P = 2"]
    assert page(**tiny).remedies()[0] == "remedy K = 3"
    assert page(pk="2", pp="3").remedies() == ["remedy K = 6", "remedy P = 1"]


def test_a_filter_that_cannot_be_does_not_keep_the_picture_from_being_pooled():
    assert stages(page(of="picture", kernel="Sharpen", k="4"))["main"].input.shape == (1, 27, 40)


def test_a_link_brings_every_setting():
    link = {"pool": "average", "of": "picture", "plane": "green", "pk": "3", "ps": "1", "pp": "1", "maps": "20",
            "move": "2", "way": "down", "look": "where it holds", "cw": "random", "depth": "RGB"}  # fmt: skip
    at = page(**link)
    assert {key: str(at.setting(key)) for key in link} == link


def test_the_closing_words_have_this_pages_numbers():
    at = page(maps="2", pool="average")
    lines = chart(at)
    seen = at.source()
    assert f"leaves {12 * 19 * 2:,} of {25 * 38 * 2:,} numbers" in seen
    assert f"changes the map by {lines['activation map'][1]:.3g}\u00a0%" in seen
    assert f"the pooled map by {lines['average pooling'][1]:.3g}\u00a0%" in seen


def test_a_setting_changes_the_page_and_no_visitor_sees_an_exception():
    at = page()
    for key, value in (("pk", 3), ("ps", 5), ("pp", 1), ("maps", 64), ("move", 4)):
        assert at.set({key: value}).setting(key) == value


# --- in a browser ---


def test_the_first_screen_and_the_shared_cursor(open_page):
    tab = open_page("pooling", (1440, 900))
    lab = Lab(tab, ".st-key-stage ").ready()
    for width, height in ((1440, 900), (1024, 768), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        lab.painted()
        assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        part = ".panel.input canvas" if width == 390 else ".total"
        box = lab.stage.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= height
        if width == 1440:
            line = lab.line.bounding_box()
            assert line and line["y"] + line["height"] <= height
    tab.set_viewport_size({"width": 1440, "height": 900})
    first, second = Lab(tab, ".st-key-beside-pool "), Lab(tab, ".st-key-beside-conv ")
    expect(second.stage).to_have_attribute("data-ready", "1", timeout=20_000)
    first.press("Home", "ArrowDown", "ArrowRight")
    for one in (first, second):
        expect(one.line).to_contain_text("Row 2 of 63, column 2 of 95")
        written, output = one.numbers()
        assert written == pytest.approx(output, rel=1e-5)
    still, moved = Lab(tab, ".st-key-moved-still "), Lab(tab, ".st-key-moved-moved ")
    assert still.numbers()[1] != moved.numbers()[1]
    assert still.line.inner_text().partition(":")[0] == moved.line.inner_text().partition(":")[0]
