"""The row below the lab's stage: the maps of several filters on the same picture, without a browser and in one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.kernels import LUMA, named
from cnnviz.pictures import sample
from cnnviz.ui import cached
from cnnviz.ui.compare import COMPARED, MOST_COMPARED
from cnnviz.ui.settings import KERNEL_NAMES, START, filter_of, windows
from door import Door, settle
from lab import DEMO, Lab
from visitor import Visitor

OWN = "Sobel, left to right"  # on the stage at first
DEFAULT = [OWN, *COMPARED.start]


# --- what Python is told, and tells ---


def test_three_filters_stand_beside_the_stages_own_at_first():
    assert Visitor("convolution", size="24").filters() == DEFAULT


def test_filters_are_added_and_taken_out():
    at = Visitor("convolution", size="24").set(compare=("add", "Emboss"))
    assert at.filters() == [*DEFAULT, "Emboss"]
    at.set(compare=("remove", "Laplacian"))
    assert at.setting("filters") == ("Sobel, top to bottom", "Box blur", "Emboss")
    for name in KERNEL_NAMES:
        at.set(compare=("add", name))
    assert len(at.setting("filters")) == MOST_COMPARED and at.told("compare").header["others"] == []


def test_an_emptied_row_stays_empty_by_its_link():
    at = Visitor("convolution", size="24")
    for name in COMPARED.start:
        at.set(compare=("remove", name))
    assert at.filters() == [OWN] and at.link("filters") == "none"
    assert at.run().filters() == [OWN] == Visitor("convolution", size="24", filters="none").filters()


def test_a_link_opens_several_filters():
    at = Visitor("convolution", filters=["Box blur", "no filter", "Emboss"], scale="all maps")
    assert at.filters() == [OWN, "Box blur", "Emboss"]
    assert at.told("compare").header["scale"] == "all maps"


def test_one_click_shows_a_filter_on_the_stage_and_one_more_the_one_before():
    at = Visitor("convolution", size="24").set(compare=("show", "Laplacian"))
    np.testing.assert_array_equal(at.stage().weight[1], LUMA[1] * named("laplacian", 3))
    assert at.filters() == ["Laplacian", "Sobel, top to bottom", OWN, "Box blur"]
    assert at.set(compare=("show", OWN)).filters() == DEFAULT
    # Numbers of one's own have no name to come back by: what goes on the stage only leaves the row.
    at = Visitor("convolution", size="24", kernel="Your own numbers", weights="1 2; 3 4", k="2")
    assert at.set(compare=("show", "Laplacian"), k=3).filters()[0] == "Laplacian"


def test_filters_stay_chosen_while_a_setting_is_impossible():
    at = Visitor("convolution", size="24").set(compare=("add", "Emboss")).set(k=1)
    assert not at.shows("compare")
    assert at.set(k=3).filters() == [*DEFAULT, "Emboss"]


@pytest.mark.parametrize("told", [
    None, "show", ["show"], ["show", 3], ["show", ["Emboss"]], ["show", "nothing"], ["add", "Laplacian"],
    ["scale", "no"], ["drop", "Laplacian"], {"show": "Emboss"},
])  # fmt: skip
def test_what_the_row_does_not_offer_changes_nothing(told):
    at = Visitor("convolution", size="24")
    before = at.told("compare").header
    assert at.set(compare=told).told("compare").header == before


# --- in a browser ---


def row_of(page: Page) -> Locator:
    """The row, all of it computed: each of its tiles has a number or says why not."""
    row = page.locator(".compare")
    expect(row).to_have_attribute("data-ready", re.compile(r"\d"))
    row.locator(".tile").last.scroll_into_view_if_needed()
    page.wait_for_function(
        """() => {
          const look = (root) => [...root.querySelectorAll("*")].flatMap((one) =>
            (one.shadowRoot ? look(one.shadowRoot) : one.matches(".tile:not([hidden])") ? [one] : []));
          const tiles = look(document);
          const isThere = (one) => one.matches(".is-refused") || one.querySelector(".value").textContent;
          return tiles.length && tiles.every(isThere);
        }"""
    )
    return row


def tile_of(row: Locator, name: str) -> Locator:
    return row.locator(f'.tile[data-name="{name}"]')


def numbers_of(row: Locator) -> dict[str, str]:
    """The number at the cursor of each map."""
    shown = [one for one in row.locator(".tile").all() if one.is_visible()]
    return {str(one.get_attribute("data-name")): one.locator(".value").inner_text() for one in shown}


def at_place(row: Locator, text: str) -> None:
    expect(row.locator(".where")).to_have_text(text)


def number_by_python(name: str, row: int, column: int, **changed: object) -> float:
    """The number of a filter's map of Chelsea at 48 pixels, as Python computes it."""
    state = {**START, "kernel": name, **changed}
    trace = cached.trace(sample("chelsea").at(48, "rgb"), filter_of(state, 3), windows(state), 1)
    return float(trace.output[row, column])


def read(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def near(text: str, value: float) -> bool:
    """Whether a number is what the text says, in its decimals."""
    return abs(read(text) - value) <= 0.51 * 10.0 ** -len(text.partition(".")[2])


def test_the_maps_are_painted_in_their_colours(open_page):
    """The 3 x 3 maps of the demo: each cell has the colour of its number on its own scale, and the number in it."""
    page = open_page(f"{DEMO}&filters=Laplacian")
    row = row_of(page)
    own = tile_of(row, "Diagonal cross")
    assert own.locator(".scale span").all_inner_texts() == ["−4", "4"]
    image = Lab(page).picture_of(own.locator("canvas")).astype(int)
    side = image.shape[0] // 3
    corner = 6  # from the edges of a cell: beside its number
    cells = image[corner :: side, corner :: side, :3][:3, :3]
    fours = np.array([[4, 3, 4], [2, 4, 3], [2, 3, 4]]) == 4
    assert len(np.unique(cells[fours], axis=0)) == 1, "all fours have one colour"
    assert (cells[~fours].sum(axis=-1) > cells[fours].sum(axis=-1).max()).all(), "and the darkest: the end of the scale"
    green = cells[..., 1] - (cells[..., 0] + cells[..., 2]) / 2
    assert (green > 10).all(), "positive is green"


def test_one_cursor_on_the_stage_and_on_every_map(open_page):
    page = open_page("convolution?size=48")
    lab = Lab(page).ready()
    row = row_of(page)
    # From a map: all others and the stage go along, and the numbers are Python's.
    canvas = tile_of(row, "Laplacian").locator("canvas")
    box = canvas.bounding_box()
    assert box
    cell = box["width"] / 48
    page.mouse.move(box["x"] + 20.5 * cell, box["y"] + 9.5 * cell)
    at_place(row, "Row 10 of 32, column 21 of 48")
    expect(lab.line).to_contain_text("Row 10 of 32, column 21 of 48")
    found = numbers_of(row)
    assert list(found) == DEFAULT
    for name, text in found.items():
        assert near(text, number_by_python(name, 9, 20)), name
    assert lab.said()[2] == found[OWN], "the stage and its tile say the same"
    cursor = tile_of(row, "Box blur").locator(".cursor").bounding_box()
    blurred = tile_of(row, "Box blur").locator("canvas").bounding_box()
    assert cursor and blurred
    assert abs(cursor["x"] + cursor["width"] / 2 - (blurred["x"] + 20.5 * cell)) < 1.5
    assert abs(cursor["y"] + cursor["height"] / 2 - (blurred["y"] + 9.5 * cell)) < 1.5
    # From the stage.
    lab.hover("output", 30, 40)
    expect(row.locator(".where")).not_to_have_text("Row 10 of 32, column 21 of 48")
    place = row.locator(".where").inner_text()
    assert lab.line.inner_text().startswith(place)
    # By keys, which are spoken; the stage keeps quiet.
    tile_of(row, "Box blur").locator(".map").focus()
    for key in ("ArrowDown", "ArrowRight"):
        before = row.locator(".where").inner_text()
        page.keyboard.press(key)
        expect(row.locator(".where")).not_to_have_text(before)
    where = row.locator(".where").inner_text()
    expect(row.locator(".spoken")).to_have_text(
        f"{where}: {'; '.join(f'{name} {text}' for name, text in numbers_of(row).items())}."
    )
    expect(lab.line).to_have_attribute("aria-live", "off")


def test_pointing_at_the_maps_asks_nothing_of_the_server(open_page):
    page = open_page("convolution?size=48")
    row = row_of(page)
    page.evaluate(
        """() => { const send = WebSocket.prototype.send; window.sent = 0;
                   WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"""
    )
    map = tile_of(row, "Laplacian").locator(".map")
    for x in range(20, 100, 10):
        map.hover(position={"x": x, "y": 30})
    map.press("ArrowLeft")
    row.get_by_role("button", name="two, large").click()
    expect(row.locator(".tile:visible")).to_have_count(2)
    assert page.evaluate("() => window.sent") == 0


def set_live(page: Page, name: str, value: object, *, is_live: bool = True) -> None:
    """As a dial says it under the finger."""
    page.evaluate(
        "detail => window.dispatchEvent(new CustomEvent('cnnviz-set', { detail }))",
        {"name": name, "value": value, "isLive": is_live},
    )


def test_the_maps_follow_the_finger_and_stand_once_it_is_let_go(open_page):
    page = open_page("convolution?size=48")
    row = row_of(page)
    for changed, high, wide in (({"k": 5}, 30, 46), ({"k": 5, "s": 2}, 15, 23), ({"k": 5, "s": 2, "p": 3}, 17, 25)):
        name, value = [*changed.items()][-1]
        set_live(page, name, value)
        size = re.compile(f"{high} × {wide} ")
        for filter in DEFAULT:
            expect(tile_of(row, filter).locator(".map")).to_have_attribute("aria-label", size)
        set_live(page, name, value, is_live=False)
        page.wait_for_url(re.compile(rf"[?&]{name}={value}(&|$)"))
        expect(tile_of(row, "Laplacian").locator(".map")).to_have_attribute("aria-label", size)
    settle(page)
    found = re.findall(r"\d+", row.locator(".where").inner_text())
    y, _, x, _ = (int(part) for part in found)
    for filter, text in numbers_of(row).items():
        assert near(text, number_by_python(filter, y - 1, x - 1, k=5, s=2, p=3)), filter


def test_a_filter_that_has_no_such_size_says_so_in_its_tile(open_page):
    page = open_page("convolution?size=48&kernel=Box+blur&k=1&filters=Laplacian")
    row = row_of(page)
    tile = tile_of(row, "Laplacian")
    expect(tile.locator(".why")).to_contain_text("“Laplacian” has no 1 × 1 form")
    expect(tile.locator(".map")).to_be_hidden()
    set_live(page, "k", 3)
    expect(tile.locator(".map")).to_be_visible()
    expect(tile.locator(".why")).to_be_hidden()


def test_one_scale_for_all_maps(open_page):
    page = open_page("convolution?size=48")
    row = row_of(page)
    scales = row.locator(".tile .scale")
    assert len({*scales.all_inner_texts()}) == 4
    row.get_by_role("button", name="all maps").click()
    largest = max((text.split("\n")[1] for text in scales.all_inner_texts()), key=read)
    expect(scales).to_have_text([re.compile(re.escape(largest))] * 4)
    assert "scale=all+maps" in page.url


def test_a_filter_goes_on_the_stage_in_one_click(open_page):
    page = open_page("convolution?filters=Laplacian&filters=Box+blur&size=48")
    lab = Lab(page).ready()
    row = row_of(page)
    row.get_by_role("button", name="show on the stage: Laplacian").click()
    expect(lab.stage).to_have_attribute("data-ready", "2")
    expect(row.locator(".tile b")).to_have_text(["Laplacian", OWN, "Box blur"])
    expect(tile_of(row, "Laplacian").locator(".map")).to_be_focused()
    settle(page)
    assert "kernel=Laplacian" in page.url
    row.get_by_role("button", name=f"Take {OWN} out of the row").click()
    expect(row.locator(".tile b")).to_have_text(["Laplacian", "Box blur"])
    expect(tile_of(row, "Box blur").locator(".map")).to_be_focused()
    row.locator(".add").select_option("Emboss")
    row.get_by_role("button", name="add it to the row").click()
    expect(row.locator(".tile b")).to_have_text(["Laplacian", "Box blur", "Emboss"])
    expect(row.locator(".add")).to_be_focused()


def test_two_large_by_keys_and_back(open_page):
    page = open_page("convolution?size=48")
    row = row_of(page)
    shown, canvas = row.locator(".tile:visible"), tile_of(row, OWN).locator("canvas")
    small = canvas.bounding_box()
    row.get_by_role("button", name="two, large").focus()
    page.keyboard.press("Enter")
    expect(shown).to_have_count(2)
    assert small
    grown = "([canvas, width]) => canvas.getBoundingClientRect().width > 1.5 * width"  # with the next frame
    page.wait_for_function(grown, arg=[canvas.element_handle(), small["width"]])
    other = row.get_by_label("Map 2 of two")
    other.select_option("Box blur")
    expect(tile_of(row, "Box blur")).to_be_visible()
    expect(tile_of(row, "Sobel, top to bottom")).to_be_hidden()
    # The one that stands on the other side already: the two change sides.
    other.select_option(OWN)
    expect(row.get_by_label("Map 1 of two")).to_have_value("Box blur")
    left, right = (tile_of(row, name).bounding_box() for name in ("Box blur", OWN))
    assert left and right and left["x"] < right["x"]
    tile_of(row, OWN).locator(".map").focus()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    expect(shown).to_have_count(2)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(4)
    expect(row.get_by_role("button", name="two, large")).to_be_focused()


@pytest.mark.parametrize(("size", "columns"), [((1440, 900), 4), ((1024, 768), 2), ((390, 844), 2)])
def test_the_row_leaves_no_width_empty_and_nothing_is_cut_off(open_page, size, columns):
    page = open_page("convolution", size)
    row = row_of(page)
    room = row.bounding_box()
    boxes = [one.bounding_box() for one in row.locator(".tile").all()]
    assert room and all(boxes)
    first = [box for box in boxes if box and box["y"] == boxes[0]["y"]]
    assert len(first) == columns
    for one in row.locator(".tile canvas").all():
        box = one.bounding_box()
        assert box and room["x"] <= box["x"] and box["x"] + box["width"] <= room["x"] + room["width"]
        assert box["width"] * columns > 0.8 * room["width"]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for part in row.locator("button:visible, select:visible, .tile header b, .value").all():
        assert part.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), part.inner_text()


def test_what_is_off_the_screen_is_not_computed(open_page: Door):
    page = open_page("convolution", (1440, 500))
    expect(page.locator(".compare")).to_have_attribute("data-ready", re.compile(r"\d"))
    Lab(page).painted()
    assert {*page.locator(".tile .value").all_inner_texts()} == {""}
    assert all(numbers_of(row_of(page)).values())


def test_a_tap_moves_the_cursor_and_is_spoken(open_page):
    page = open_page("convolution?size=48", (390, 844), has_touch=True)
    row = row_of(page)
    map = tile_of(row, "Laplacian").locator(".map")
    map.tap(position={"x": 30, "y": 30})
    expect(row.locator(".spoken")).to_contain_text("Laplacian")
    assert row.locator(".spoken").inner_text().startswith(row.locator(".where").inner_text())
