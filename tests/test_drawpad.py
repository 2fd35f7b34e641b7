"""The pad drawn on in a real browser with mouse and finger; the digit's other sources: a photograph, a test digit."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnnviz import models
from cnnviz.pictures import Strokes, encode_png, normalised
from cnnviz.pictures.ready import drawing
from cnnviz.ui.controls import Digit
from door import Door, settle
from pad import Pad
from paper import DRAWINGS, USUAL, jpeg
from paper import drawing as drawn_as
from visitor import Visitor


@pytest.fixture(scope="module")
def tab(open_bench: Door) -> Page:
    return open_bench("digit", (900, 700))


@pytest.fixture
def pad(tab: Page) -> Pad:
    """An empty pad, the one before cleared away."""
    pad = Pad(tab).ready()
    pad.clear()
    pad.told(strokes=[])
    return pad


def bright(pad: Pad) -> np.ndarray:
    """Where the pad shows ink, as it is painted."""
    ink = np.array(Image.open(io.BytesIO(pad.canvas.screenshot())).convert("L")) > 200
    for corner in (ink[:14, :14], ink[:14, -14:], ink[-14:, :14], ink[-14:, -14:]):
        corner[:] = False  # round: the page shows there
    for edge in (ink[:2], ink[-2:], ink[:, :2], ink[:, -2:]):
        edge[:] = False  # the pad may end within a pixel of the screen: the page shows through the rest of it
    return ink


# What has the focus, within whatever shadow it is.
ACTIVE = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}"""
LINE = [(0.2, 0.3), (0.5, 0.35), (0.8, 0.75)]


def test_a_line_is_painted_where_the_mouse_went_and_told_to_python(pad):
    pad.draw_by_mouse(LINE)
    told = pad.told(strokes=[3])
    assert told["name"] == "your digit" and not told["empty"]
    ink = bright(pad)
    height, width = ink.shape
    assert all(ink[int(y * height), int(x * width)] for x, y in LINE)
    wanted = Strokes((tuple(LINE),), told["thickness"]).ink(256) > 128
    shown = np.asarray(Image.fromarray(ink).resize((256, 256)))
    assert (wanted & shown).sum() / (wanted | shown).sum() > 0.85


def test_it_is_painted_while_the_button_is_still_down(pad):
    pad.page.mouse.move(*pad.at(0.2, 0.5))
    pad.page.mouse.down()
    pad.page.mouse.move(*pad.at(0.8, 0.5))
    ink = bright(pad)
    assert ink[ink.shape[0] // 2, ink.shape[1] // 2]
    pad.page.mouse.up()
    pad.told(strokes=[2])


def test_a_line_that_leaves_the_pad_is_held_at_its_edge(pad):
    pad.draw_by_mouse([(0.5, 0.5), (1.6, 0.5)])
    pad.told(strokes=[2])
    ink = bright(pad)
    assert ink[ink.shape[0] // 2, -4]


def test_undo_clear_and_undo_again(pad):
    pad.draw_by_mouse(LINE)
    pad.draw_by_mouse([(0.2, 0.8), (0.4, 0.8)])
    both = pad.told(strokes=[3, 2])
    pad.button("Undo").click()
    pad.told(strokes=[3])
    assert not bright(pad)[int(0.8 * bright(pad).shape[0]), int(0.3 * bright(pad).shape[1])]
    pad.draw_by_mouse([(0.2, 0.8), (0.4, 0.8)])
    assert pad.told(strokes=[3, 2])["digest"] == both["digest"]
    pad.clear()
    assert pad.told(strokes=[])["empty"]
    assert not bright(pad).any()
    expect(pad.page.locator(".hint")).to_be_visible()
    pad.canvas.focus()
    pad.page.keyboard.press("Control+z")
    assert pad.told(strokes=[3, 2])["digest"] == both["digest"]
    expect(pad.page.locator(".hint")).to_be_hidden()


def test_the_thickness_is_the_whole_drawings(pad):
    pad.draw_by_mouse(LINE)
    areas = []
    for name, thickness in (("Thin pen", 0.05), ("Medium pen", 0.075), ("Thick pen", 0.105)):
        pad.button(name).click()
        pad.told(thickness=thickness)
        expect(pad.button(name)).to_have_attribute("aria-pressed", "true")
        areas.append(bright(pad).sum())
    assert areas[0] * 1.3 < areas[1] < areas[2] / 1.25


def test_a_click_is_a_dot_and_the_right_button_none(pad):
    pad.page.mouse.click(*pad.at(0.4, 0.6))
    pad.told(strokes=[1])
    pad.page.mouse.click(*pad.at(0.7, 0.2), button="right")
    pad.page.mouse.click(*pad.at(0.8, 0.8))
    pad.told(strokes=[1, 1])
    assert bright(pad).any()


def test_lines_drawn_faster_than_the_page_answers_all_count(pad):
    for row in range(6):
        pad.draw_by_mouse([(0.1, 0.1 + 0.15 * row), (0.9, 0.1 + 0.15 * row)])
    pad.told(strokes=[2] * 6)
    assert bright(pad)[:, bright(pad).shape[1] // 2].any()


def test_every_control_is_reached_by_keys(pad):
    pad.draw_by_mouse(LINE)
    pad.told(strokes=[3])
    pad.canvas.focus()
    names = []
    for _ in range(5):
        pad.page.keyboard.press("Tab")
        names.append(pad.page.evaluate(f"() => {{ const it = ({ACTIVE})(); return it.ariaLabel ?? it.textContent; }}"))
    assert names == ["Thin pen", "Medium pen", "Thick pen", "Undo", "Clear"]
    pad.page.keyboard.press("Enter")
    pad.told(strokes=[])


def test_a_finger_draws_and_the_page_does_not_scroll(open_bench):
    page = open_bench("digit", (390, 480), has_touch=True, is_mobile=True)
    pad = Pad(page).ready()
    assert pad.box()["x"] >= 0 and pad.box()["x"] + pad.box()["width"] <= 390
    pad.button("Clear").tap()
    pad.told(strokes=[])
    before = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    pad.draw_by_touch([(0.3, 0.95), (0.31, 0.8), (0.32, 0.5), (0.3, 0.1)])  # upwards: there is more of the page below
    pad.told(strokes=[4])
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop") == before
    ink = bright(pad)
    assert ink[ink.shape[0] // 2, int(0.32 * ink.shape[1])]
    # A second finger beside the first draws nothing.
    two = [("touchStart", [(0.5, 0.5), (0.8, 0.8)]), ("touchMove", [(0.6, 0.5), (0.8, 0.2)])]
    pad.touch(("touchStart", [(0.5, 0.5)]), *two, ("touchEnd", []))
    pad.told(strokes=[4, 2])


def test_an_example_is_painted_and_gives_way_to_the_first_line(pad):
    pad.page.get_by_role("button", name="Draw one for me").click()
    told = [len(line) for line in Strokes.from_link(drawing(7).for_link()).lines]
    pad.told(strokes=told)
    wanted = np.asarray(Image.fromarray(drawing(7).ink(256)).resize(bright(pad).shape[::-1])) > 128
    shown = bright(pad)
    assert (wanted & shown).sum() / (wanted | shown).sum() > 0.85
    expect(pad.button("Undo")).to_have_attribute("aria-disabled", "true")
    pad.draw_by_mouse(LINE)
    pad.told(strokes=[3])
    pad.is_told(1)
    expect(pad.page.locator(".hint")).to_be_hidden()
    pad.button("Undo").click()
    pad.told(strokes=told)
    expect(pad.page.locator(".hint")).to_have_text("an example: draw your own over it")


def test_the_drawing_is_still_there_after_another_source(pad):
    pad.draw_by_mouse(LINE)
    told = pad.told(strokes=[3])
    ink = bright(pad)
    pad.page.get_by_role("radio", name="Test digit").or_(
        pad.page.get_by_role("button", name="Test digit")
    ).first.click()
    expect(pad.page.locator(".digit-named")).to_have_text(f"Test digit 1: a {models.digits('test').labels[0]}")
    pad.page.get_by_role("radio", name="Draw").or_(
        pad.page.get_by_role("button", name="Draw", exact=True)
    ).first.click()
    Pad(pad.page).ready()
    assert pad.told(strokes=[3], name="your digit")["digest"] == told["digest"]
    settle(pad.page)  # what stands above the pad has come, and moves it no more
    pad.canvas.click(trial=True)  # once it stands still
    again = bright(pad)
    height, width = np.minimum(ink.shape, again.shape)  # the pad may begin within a pixel: one row more, or one less
    assert (again[:height, :width] == ink[:height, :width]).mean() > 0.99


# --- the other sources, without a browser ---


def opened(**link: str) -> Visitor:
    return Visitor("tests/benches/pages/digit.py", **link)


def told(at: Visitor) -> dict[str, Any]:
    shown = next(body for body in at.markup() if 'id="told"' in body)
    return json.loads(shown.partition(">")[2].rpartition("<")[0])


def test_at_the_start_a_ready_digit_is_drawn():
    at = opened()
    wanted = normalised(drawing(5).ink()).levels
    assert told(at)["digest"] == digest(wanted)
    assert not told(at)["empty"]
    assert json.loads(at.told("drawpad").header["drawing"])["strokes"]


def digest(levels: np.ndarray) -> str:
    return Digit(levels, "").digest


def test_a_test_digit_by_number_by_steps_and_those_that_are_wrong():
    test = models.digits("test")
    at = opened(digit="Test digit", **{"test-digit": "12"})
    assert told(at)["label"] == test.labels[11] and told(at)["digest"] == digest(test.images[11])
    places = []
    for _ in range(4):  # 4, 18 and 2000 are those that the page calls wrong
        at.press("wrong-test-digit")
        places.append(at.control("test-digit").value)
    assert places == [18, 2000, 4, 18]
    assert told(at)["digest"] == digest(test.images[17])
    assert 1 <= at.press("any-test-digit").control("test-digit").value <= 2000
    assert told(opened(digit="Test digit", **{"test-digit": "99999"}))["label"] == test.labels[0]


def test_a_photograph_is_read_and_a_refused_one_leaves_the_one_before():
    at = opened(digit="Photo")
    assert told(at)["name"] == "a 4 on lined paper"
    sheet = jpeg(Strokes.read(json.dumps(DRAWINGS["7b"]["drawing"])), USUAL)
    seven = told(at.upload("<b>my [7].jpg", sheet, "digit-upload", "image/jpeg"))
    assert seven["name"] == "<b>my [7].jpg"
    assert "<b>my" not in "".join(body for body in at.markup() if 'id="told"' not in body)
    blank = io.BytesIO()
    Image.new("L", (300, 200), 240).save(blank, "PNG")
    assert "blank" in at.upload("blank.png", blank.getvalue(), "digit-upload").app.error[0].value and told(at) == seven
    assert at.upload("page.png", b"<html>", "digit-upload").app.error and told(at) == seven
    assert not at.set({"digit-photo": "A 2 in chalk"}).app.error and told(at)["name"] == "a 2 in chalk"


@pytest.mark.parametrize("name", ["several481.jpg", "Several481.jpg", "éa.JPG"])
def test_a_file_keeps_its_name_wherever_it_is_said(name):
    sheet = jpeg(Strokes.read(json.dumps(DRAWINGS["7b"]["drawing"])), USUAL)
    at = Visitor("lenet", digit="Photo").upload(name, sheet, "digit-upload", "image/jpeg")
    for page in ("learning", "lenet"):
        at.go(page)
        assert f'alt="{name}"' in on_pad(at) and f">{name}</p>" in on_pad(at)
    assert Digit(np.zeros((28, 28), np.uint8), name, is_file=True).title == name
    assert Digit(np.zeros((28, 28), np.uint8), "test digit 1").title == "Test digit 1"


def on_paper(height: int, width: int, *digits: tuple[str, int, int, int]) -> bytes:
    """A PNG of a sheet with drawings, each a name, the top and left of its pad and the pad's side, in pixels."""
    levels = np.full((height, width), 230, np.uint8)
    for name, top, left, side in digits:
        part = levels[top : top + side, left : left + side]
        np.minimum(part, 230 - (drawn_as(name).ink(side) * 0.8).astype(np.uint8), out=part)
    return encode_png(levels[np.newaxis])


@pytest.mark.parametrize(("height", "width", "top", "left"), [(1600, 900, 1100, 300), (500, 1500, 60, 1050)])
def test_the_whole_photograph_is_shown_with_a_frame_at_the_digit(open_bench, height, width, top, left):
    page = open_bench("digit?digit=Photo", (900, 700))
    photo = {"name": "a.png", "mimeType": "image/png", "buffer": on_paper(height, width, ("5a", top, left, 400))}
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator(".digit-named")).to_have_text("a.png")
    square, shown, frame = (page.locator(f".digit-square{part}").bounding_box() for part in ("", " img", " .is-framed"))
    assert square["width"] == pytest.approx(square["height"], abs=1)
    assert shown["height"] / shown["width"] == pytest.approx(height / width, rel=0.02)
    assert max(shown["height"], shown["width"]) == pytest.approx(square["width"], abs=3)  # as large as it can be
    for inner, outer in ((shown, square), (frame, shown)):
        for start, length in (("x", "width"), ("y", "height")):
            assert inner[start] >= outer[start] - 1
            assert inner[start] + inner[length] <= outer[start] + outer[length] + 1
    rows, columns = np.nonzero(drawn_as("5a").ink(400) > 128)
    middle = (top + (rows.min() + rows.max()) / 2) / height, (left + (columns.min() + columns.max()) / 2) / width
    assert (frame["y"] + frame["height"] / 2 - shown["y"]) / shown["height"] == pytest.approx(middle[0], abs=0.02)
    assert (frame["x"] + frame["width"] / 2 - shown["x"]) / shown["width"] == pytest.approx(middle[1], abs=0.02)


def test_ones_own_photograph_in_a_link_is_a_sample():
    at = opened(digit="Photo", **{"digit-photo": "Your own photo"})
    assert told(at)["name"] == "a 4 on lined paper" and "Upload" in at.app.info[0].value


def test_a_photograph_by_the_camera_is_read_as_an_upload_is():
    at = opened(digit="Photo")
    assert not at.app.camera_input
    at.set({"digit-camera-on": True})
    sheet = jpeg(Strokes.read(json.dumps(DRAWINGS["2c"]["drawing"])), USUAL)
    seen = told(at.upload("anything.jpg", sheet, "digit-camera", "image/jpeg"))
    assert (seen["name"], seen["read"]) == ("your photograph", 2)
    assert at.upload("x.jpg", b"\xff\xd8 no picture", "digit-camera", "image/jpeg").app.error and told(at) == seen


@pytest.mark.parametrize("source", ["Draw", "Photo", "Test digit"])
def test_the_digit_goes_along_from_page_to_page_and_back(source):
    link = {} if source == "Draw" else {"digit": source}  # the start of a setting stands in no link
    drawn = Strokes.read(json.dumps(DRAWINGS["8b"]["drawing"]))
    at = Visitor("lenet", {"drawn": Strokes.from_link(drawn.for_link())}, **link)
    if source == "Test digit":
        at.set({"test-digit": 42})
    elif source == "Photo":
        sheet = jpeg(Strokes.read(json.dumps(DRAWINGS["2c"]["drawing"])), USUAL)
        at.upload("mine.jpg", sheet, "digit-upload", "image/jpeg")
    before = on_pad(at)
    for page in ("learning", "lenet"):
        assert on_pad(at.go(page)) == before, page


def on_pad(at: Visitor) -> str:
    """What stands where the pad is: the drawing that it was sent, or the picture with its name."""
    if at.shows("drawpad"):
        return at.told("drawpad").header["drawing"]
    return next(body for body in at.markup() if "digit-square" in body)


def test_a_drawing_is_in_the_link_beside_what_is_switched_off():
    """Case 1.9."""
    drawn = Strokes.read(json.dumps(DRAWINGS["8b"]["drawing"]))
    at = Visitor("lenet", {"drawn": Strokes.from_link(drawn.for_link())}, off="C1.1 C1.2")
    assert at.link("drawn") == drawn.for_link()
    again = Visitor("lenet", **{name: at.link(name) for name in ("drawn", "off")})
    for name in ("picture", "maps 0", "maps 6"):
        np.testing.assert_array_equal(again.told("volumes")[name], at.told("volumes")[name])
    assert again.told("volumes").header["layers"][0]["off"] == [0, 1]
    assert again.told("drawpad").header["drawing"] == at.told("drawpad").header["drawing"]
    fill = at.told("drawpad").header["fill"]
    assert at.press("draw-for-me").told("drawpad").header["fill"] != fill, "the pad takes over what it did not draw"
    assert at.link("drawn") != drawn.for_link()


def test_a_drawing_that_no_link_can_tell_is_the_example():
    for text in ("x", "a" * 1_501, "é", "AAAA"):
        assert Visitor("lenet", drawn=text).said() == Visitor("lenet").said()
