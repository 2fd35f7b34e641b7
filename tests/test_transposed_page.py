"""The lesson on transposed convolution: what it is told, and in a browser what is painted and said."""

from __future__ import annotations

import re

import numpy as np
import pytest
import scipy.signal
from playwright.sync_api import Page, expect

from cnnviz.pictures import sample
from door import Door
from visitor import Visitor

SMALL = {"given": "your picture", "size": "24", "stamp": "random"}


def canvas(at: Visitor) -> tuple[np.ndarray, np.ndarray]:
    """All stamps added up by loops, and how many each cell got, of what the browser was told."""
    told = at.told("stamps")
    kernel, stride = len(told["weight"]), told.header["rows"]["stride"]
    sums, counts = np.zeros(told["whole"].shape), np.zeros(told["whole"].shape)
    for (row, column), value in np.ndenumerate(told["input"] / told.header["divisor"]):
        at_rows, at_columns = (slice(place * stride, place * stride + kernel) for place in (row, column))
        sums[at_rows, at_columns] += value * told["weight"]
        counts[at_rows, at_columns] += 1
    return sums, counts


@pytest.mark.parametrize("link", [
    {}, {"tk": "4"}, {"tk": "4", "tp": "1", "op": "1"}, {"tk": "3", "tp": "0", "op": "1"},
    {"tk": "1", "ts": "3", "op": "2"}, SMALL,
    {**SMALL, "tk": "5", "ts": "3", "tp": "2", "op": "2"}, {**SMALL, "values": "0–1", "tk": "2"},
    {"given": "its map", "size": "24", "tk": "3", "tp": "1", "op": "1", "opw": "0"},
])  # fmt: skip
def test_stamps_and_twin_are_told_the_same_output_and_it_is_that_of_the_loops(link):
    at = Visitor("transposed", **link)
    stamps, stage = at.told("stamps"), at.stage()
    sums, counts = canvas(at)
    np.testing.assert_allclose(stamps["whole"], sums, rtol=1e-6, atol=1e-4)
    np.testing.assert_array_equal(stamps["counts"], counts)
    cut, (height, width) = stamps.header["rows"]["before"], stamps.header["size"]
    np.testing.assert_allclose(stage.output, sums[cut : cut + height, cut : cut + width], rtol=1e-6, atol=1e-4)
    # The twin is an ordinary convolution of what it is told, with the kernel turned.
    rows, columns = stage.axes
    around = [(axis["before"], axis["after"]) for axis in (rows, columns)]
    padded = np.pad(stage.input[0] / stage.header["divisor"], around)
    gathered = scipy.signal.correlate(padded, stamps["weight"][::-1, ::-1], mode="valid", method="direct")
    np.testing.assert_allclose(stage.output, gathered, rtol=1e-6, atol=1e-4)
    assert {rows["stride"], columns["stride"]} == {1}


def test_the_first_state_shows_the_checkerboard_and_one_click_takes_it_away():
    at = Visitor("transposed")
    assert np.unique(at.told("stamps")["input"]).tolist() == [100]
    assert at.told("stamps")["counts"][2:7, 2:9].tolist()[:2] == [[4, 2, 4, 2, 4, 2, 4], [2, 1, 2, 1, 2, 1, 2]]
    assert "a cell gets 1, 2 or 4 of the 20 stamps, for 3 is no multiple of 2" in at.said()
    at.press("tk-act")
    assert at.setting("tk") == 4 and set(at.told("stamps")["counts"][3:7, 3:9].ravel()) == {4}
    assert "a cell gets 4 of the 20 stamps everywhere" in at.said()
    assert np.unique(at.stage().output[3:7, 3:9]).tolist() == [400]


def test_the_formula_has_the_numbers_put_in():
    said = Visitor("transposed", tk="4", ts="3", tp="1", op="2").said()
    assert "height (4 − 1)·3 − 2·1 + 1·(4 − 1) + 2 + 1 = 13" in said and "width (5 − 1)·3 − 2·1" in said
    assert "4 × 5 → 13 × 16" in said and "a padding of K − 1 − P = 2" in said


def test_one_click_leads_there_and_back_to_the_size_of_the_picture():
    at = Visitor("transposed", size="25", tk="4", ts="3", tp="1")
    _, height, width = sample("chelsea").at(25, "grey").shape
    at.press("there-and-back")
    assert at.setting("given") == "its map" and at.stage().output.shape == (height, width)
    assert "no inverse" in at.said() and at.remedies() == []
    at.set(op=0)
    assert at.setting("opw") == -1 and at.stage().output.shape != (height, width)


@pytest.mark.parametrize(("link", "words"), [
    ({"tp": "5"}, "P = 5 would cut off whole stamps of K = 3"),
    ({"op": "3"}, "output_padding is 3; it must be below the stride, 2"),
    ({"given": "its map", "size": "8", "tk": "10"}, "The window spans 10, the picture has only"),
])  # fmt: skip
def test_what_cannot_be_says_why_and_what_would(link, words):
    at = Visitor("transposed", **link)
    assert words in at.said() and not at.shows("stamps") and at.remedies()
    for remedy in at.remedies():
        other = Visitor("transposed", **link)
        other.press(remedy)
        assert other.shows("stamps") and other.shows("stage"), remedy


# --- in a browser ---


def ready(page: Page) -> None:
    for name in (".stamps", ".stage"):
        expect(page.locator(f"[data-testid=stMain] {name}[data-ready]")).to_be_visible(timeout=30_000)


def test_one_cursor_leads_both_halves(open_page: Door):
    page = open_page("transposed")
    ready(page)
    line, stage = page.locator(".stamps .stamps-line"), page.locator(".st-key-twin-room .stage")
    expect(stage.locator(".line")).to_contain_text("Row 3 of 9, column 3 of 11")
    expect(line).to_have_attribute("data-at", "2.2")
    expect(line).to_have_attribute("data-got", "4")
    # The twin leads: two cells on, fewer stamps.
    stage.focus()
    page.keyboard.press("ArrowRight")
    expect(line).to_have_attribute("data-at", "2.3")
    expect(line).to_contain_text("Row 3, column 4 of the output gets 2 stamps")
    # A number of the input leads: the twin goes to the middle of its stamp, and says the same sum.
    box = page.locator(".stamps-input canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.1)
    expect(line).to_have_attribute("data-stamp", "0.2")
    expect(line).to_contain_text("added to rows 1 to 3, columns 5 to 7")
    expect(stage.locator(".line")).to_contain_text("Row 2 of 9, column 6 of 11")
    # And a cell of the output.
    box = page.locator(".stamps-output canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 2 + (box["height"] - 4) * 4.5 / 9)
    expect(line).to_have_attribute("data-at", "4.5")
    expect(stage.locator(".line")).to_contain_text("Row 5 of 9, column 6 of 11")
    expect(stage.locator(".output .value")).to_have_text("200")


def painted(page: Page, name: str) -> list[int]:
    """The colours of some cells of a panel's seventh row of nine, beside their numbers."""
    return page.locator(f".stamps-{name} canvas").evaluate("""(canvas) => {
      const ratio = devicePixelRatio, context = canvas.getContext("2d");
      const [width, height] = [canvas.width / ratio, canvas.height / ratio];
      const cell = Math.min((width - 4) / 11, (height - 4) / 9, 56), left = (width - 11 * cell) / 2;
      return [4, 5, 6, 7].map((column) => {
        const [x, y] = [left + (column + 0.15) * cell, 2 + 6.8 * cell];
        const [r, g, b] = context.getImageData(x * ratio, y * ratio, 1, 1).data;
        return (r << 16) | (g << 8) | b;
      });
    }""")


def test_the_checkerboard_is_painted_and_fills_stamp_by_stamp(open_page: Door):
    page = open_page("transposed", dark=True)
    ready(page)
    full = painted(page, "counts")
    assert full[0] == full[2] != full[1] == full[3] and painted(page, "output")[0] != painted(page, "output")[1]
    page.locator(".stamps-controls input").focus()
    page.keyboard.press("Home")
    expect(page.locator(".stamps-done")).to_have_text("0 of 20 stamps")
    empty = painted(page, "counts")
    assert len({*empty}) == 1 and empty[0] not in full
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stamps-done")).to_have_text("1 of 20 stamps")
    expect(page.locator(".stamps .stamps-line")).to_have_attribute("data-stamp", "0.0")
    page.get_by_role("button", name="K = 2S").click()
    expect(page.locator(".formula.of-stamps")).to_contain_text(re.compile(r"4 × 5 → 10 × 12"))
