"""The lesson on transposed convolution: what it is told, and in a browser what is painted and said."""

from __future__ import annotations

import re
from collections.abc import Callable

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
    assert "O = (W − 1)S + K − 2P + output padding:" in said
    assert "height (4 − 1)·3 + 4 − 2·1 + 2 = 13" in said and "width (5 − 1)·3 + 4 − 2·1" in said
    assert "4 × 5 → 13 × 16" in said and "a padding of K − 1 − P = 2, and 2 rows and 2 columns more behind" in said


RECIPE = re.compile(
    r"a padding of K − 1 − P = (\d+)"
    r"(?:, and (?:(\d+) rows?)?(?: and )?(?:(\d+) columns?)? more behind \(output padding\))?,"
    r" the kernel turned by 180°(?:, over the input with S − 1 = (\d) zeros? put between)?\."
)


@pytest.mark.parametrize("link", [
    {"tk": str(k), "ts": str(s), "tp": str(p), "op": str(down), "opw": str(across)}
    for k, s, p, down, across in (
        (1, 3, 0, 1, 1), (1, 1, 0, 0, -1), (3, 2, 0, 0, -1), (4, 2, 1, 1, 0), (5, 3, 1, 2, 2), (5, 3, 1, 0, 2),
        (5, 3, 2, 1, 0), (2, 5, 1, 4, 3), (10, 5, 9, 4, 0), (7, 1, 3, 0, 0), (3, 4, 2, 3, 1), (6, 3, 0, 2, 0),
    )
])  # fmt: skip
def test_the_twin_s_recipe_and_the_scissors_lead_to_the_size_that_is_shown(link):
    """Both sentences' own numbers, down and across: what is put between and around, what is cut off at each end."""
    at = Visitor("transposed", **link)
    told, stamped = at.said().replace("\u00a0", " "), at.told("stamps").header
    around, down, across, between = (int(found or 0) for found in RECIPE.search(told).groups())
    k, shown = int(link["tk"]), at.stage().output.shape
    for given, more, size, axis in zip((4, 5), (down, across), shown, at.stage().axes):
        assert (given - 1) * (between + 1) + 1 + 2 * around + more - k + 1 == size
        assert (axis["before"], axis["after"]) == (around, around + more)
    all_of = [(given - 1) * int(link["ts"]) + k for given in (4, 5)]  # without the cells that no stamp reaches
    lost = [max(0, whole - int(link["tp"]) - size) for whole, size in zip(all_of, shown)]
    words = f"{link['tp']} cut off" if link["tp"] != "0" else "apart. Its twin"
    assert words in told and ("scissors" in told) == (link["tp"] != "0")
    assert stamped["rows"]["before"] == stamped["columns"]["before"] == int(link["tp"])
    if link["tp"] != "0" and lost != [int(link["tp"])] * 2:
        alike = lost[0] == lost[1]
        behind = f"{lost[0] or 'nothing'} behind" if alike else f"behind {lost[0]} down, {lost[1]} across"
        assert f"{link['tp']} cut off in front, {behind}" in told


def test_one_click_leads_there_and_back_to_the_size_of_the_picture():
    at = Visitor("transposed", size="25", tk="4", ts="3", tp="1")
    _, height, width = sample("chelsea").at(25, "grey").shape
    at.press("there-and-back")
    assert at.setting("given") == "its map" and at.stage().output.shape == (height, width)
    # What it has led to is said where the button was, as its own paragraph.
    here = at.said().split("From a map back to its picture’s size")[1].replace("\u00a0", " ")
    assert f"There and back, shown above: {height} × {width} → 6 × 8 → {height} × {width}." in here
    made, grey = at.stage().output.ravel(), sample("chelsea").at(25, "grey").levels()[0].ravel()
    assert f"their correlation is {np.corrcoef(grey, made)[0, 1]:.2g}" in here and "no inverse" in here
    assert "there-and-back" not in at.drawn() and at.remedies() == []
    assert "makes of your picture in grey: each of its numbers is a sum of 16 products" in at.said()
    assert at.told("stamps").header["name"] == at.stage().header["names"]["input"] == "Its 4 × 4 map"
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


NUMBERED = """(canvas) => {
  const ratio = devicePixelRatio, context = canvas.getContext("2d", { willReadFrequently: true });
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  const cell = Math.min((width - 4) / 12, (height - 4) / 10), left = (width - 12 * cell) / 2;
  return [4, 5, 6, 7].every((row) => [5, 6, 7, 8].every((column) => {
    const x = Math.round((left + (column + 0.2) * cell) * ratio), y = Math.round((2 + (row + 0.2) * cell) * ratio);
    const side = Math.round(0.6 * cell * ratio), { data } = context.getImageData(x, y, side, side);
    let light = 0;
    for (let at = 0; at < data.length; at += 4) light += data[at] > 190;
    return light > 4;
  }));
}"""


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until it does, as it is painted; up to ten seconds."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never did")


def test_every_number_is_read_where_one_click_has_made_all_cells_alike(open_page: Door):
    page = open_page("transposed")
    ready(page)
    page.get_by_role("button", name="K = 2S").click()
    expect(page.locator(".formula.of-stamps")).to_contain_text(re.compile(r"4 × 5 → 10 × 12"))
    for name in (".stamps-output", ".stamps-counts", ".st-key-twin-room .stage .output"):
        expect(page.locator(f"{name} canvas")).to_be_visible()
        until(page, lambda select=f"{name} canvas": page.locator(select).evaluate(NUMBERED))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
