"""The pages as a visitor meets them in a real browser: first screen, upload, kernel, refusals, links, files."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from door import settle, slider_shows
from lab import DEMO, FIND, Lab, upload

SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}


def png(height: int, width: int, seed: int = 0) -> bytes:
    levels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found, f"{selector} is not on the page"
    return {**found, "bottom": found["y"] + found["height"], "right": found["x"] + found["width"]}


# --- what stands in the first screen ---


@pytest.mark.parametrize(("size", "dark"), [("wide", False), ("middle", True), ("phone", False)])
def test_the_first_screen(open_page, app_url, size, dark):
    page = open_page("convolution", SIZES[size], dark=dark)
    for query in ("convolution", DEMO, "convolution?k=15&size=512&p=7&border=reflect"):
        page.goto(f"{app_url}/{query}")
        Lab(page).ready()
        check_the_first_screen(page, size)


def check_the_first_screen(page: Page, size: str) -> None:
    width, height = SIZES[size]
    stage, settings = box(page, ".stage"), box(page, ".st-key-settings")
    total, line, controls = box(page, ".stage .total"), box(page, ".stage .line"), box(page, ".stage .controls")
    if size == "phone":
        assert stage["y"] < settings["y"], "the stage comes before the settings"
        assert box(page, ".stage .input canvas")["bottom"] < height
    else:
        assert 0 <= settings["y"] and settings["bottom"] <= stage["y"] + 1
        assert total["bottom"] <= height
    if size == "wide":
        assert controls["bottom"] <= height and line["bottom"] <= height
    # Nothing is cut off, on the page or in the stage, and no part of the stage lies on another.
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert stage["x"] >= 0 and stage["right"] <= width
    for part in (".panels", ".controls", ".line"):
        inner = box(page, f".stage {part}")
        assert stage["x"] <= inner["x"] and inner["right"] <= stage["right"] + 1
    assert total["bottom"] <= controls["y"] + 1 and controls["bottom"] <= line["y"] + 1
    cut = page.locator(".stage").evaluate(
        """stage => [...stage.querySelectorAll("button, .count, .total, .line, header b, header span, header output")]
             .filter(e => e.offsetParent && getComputedStyle(e).display !== "inline")
             .filter(e => e.scrollWidth > e.clientWidth + 1)
             .map(e => `${e.className} ${e.textContent}`)"""
    )
    assert cut == []


def test_home_moves_and_leads_to_the_lab_in_one_click(open_page):
    page = open_page()
    Lab(page).ready()
    expect(page.locator(".stage .count")).to_have_text(re.compile("step [2-9] of 9"))
    expect(page.locator(".stage .count")).to_have_text("step 9 of 9", timeout=15_000)
    page.get_by_role("button", name="Open the convolution lab").click()
    expect(page.get_by_role("heading", name="Convolution")).to_be_visible()
    expect(page.locator(".stage[data-ready]")).to_be_visible()
    expect(page).to_have_url(re.compile("/convolution"))


def test_home_stands_still_for_those_who_asked_for_that(open_page):
    page = open_page(reduced_motion=True)
    lab = Lab(page).ready()
    page.wait_for_timeout(1500)
    assert lab.stage.locator(".count").inner_text() == "step 1 of 9"


# --- the picture ---


def test_an_upload_is_shown_convolved_and_kept(open_page):
    page = open_page("convolution?kernel=Identity&size=64")
    lab = Lab(page).ready()
    upload(page, "my *cat* [x](y).png", png(48, 96))
    expect(page.locator(".panel.input header span")).to_have_text(re.compile("^32 × 64 × 3"))
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Yours: my *cat* [x](y).png")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Reduced from 48 × 96 to 32 × 64.")
    page.get_by_role("slider", name="S stride").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".panel.output header span")).to_have_text("16 × 32 × 1")
    # Another page and back: the picture is still there, with its name.
    page.locator(".st-key-lessons").get_by_role("link", name="Home").click()
    expect(page.get_by_role("button", name="Open the convolution lab")).to_be_visible()
    page.locator(".st-key-lessons").get_by_role("link", name="Convolution").click()
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Yours: my *cat* [x](y).png")
    expect(page.locator(".panel.input header span")).to_have_text(re.compile("^32 × 64 × 3|^48 × 96 × 3"))
    assert lab.numbers()


def test_a_file_and_what_is_done_while_it_is_read_both_count(open_page):
    """The next act comes in the middle of the callback that reads the file: it neither ends it nor overtakes it."""
    ramp = np.add.outer(np.arange(4000) % 251, np.arange(6000) % 241).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.stack([ramp, ramp // 2, 255 - ramp], axis=-1)).save(file, "WEBP", quality=50, method=0)
    page = open_page("convolution?size=48")
    Lab(page).ready()
    page.get_by_role("slider", name="K kernel").focus()
    upload(page, "slow.webp", file.getvalue(), "image/webp")
    page.wait_for_selector("[data-test-script-state=running]")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stSidebar").get_by_text("Yours: slow.webp")).to_be_visible()
    page.wait_for_url(lambda url: "k=4" in url and "sample=Your" in url)
    slider_shows(page, "K kernel", "4")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("page.png", b"<html><script>alert(1)</script></html>", "PNG or JPEG"),
        ("empty.png", b"", ""),
        ("cut.png", png(64, 64)[:2000], "damaged"),
    ],
)
def test_a_bad_upload_is_refused_in_a_sentence_and_the_page_goes_on(open_page, name, data, words):
    page = open_page("convolution?size=32")
    lab = Lab(page).ready()
    before = lab.numbers()
    upload(page, name, data)
    alert = page.get_by_test_id("stSidebar").get_by_test_id("stAlert")
    expect(alert).to_be_visible()
    text = alert.inner_text()
    assert words in text and "0x" not in text and "Traceback" not in page.content()
    assert lab.numbers() == before
    upload(page, "good.png", png(20, 24))
    expect(page.locator(".panel.input header span")).to_have_text(re.compile("^20 × 24 × 3"))
    expect(alert).to_be_hidden()


def test_another_picture_is_begun_at_its_own_strongest_answer(open_page):
    page = open_page("convolution?size=32")
    lab = Lab(page).ready()
    lab.press("Home")
    page.wait_for_url(re.compile("at=1[.]1"))
    upload(page, "mine.png", png(20, 24))
    expect(page.locator(".panel.input header span")).to_have_text(re.compile("^20 × 24 × 3"))
    settle(page)
    again = Lab(open_page("convolution?size=32")).ready()
    upload(again.page, "mine.png", png(20, 24))
    expect(again.page.locator(".panel.input header span")).to_have_text(re.compile("^20 × 24 × 3"))
    assert lab.line.inner_text() == again.line.inner_text()
    assert "Row 1 of" not in lab.line.inner_text()


def test_a_link_to_somebodys_own_picture_opens_its_settings_on_a_sample(open_page):
    page = open_page("convolution?sample=Your+own+picture&k=5&s=2&p=2")
    Lab(page).ready()
    expect(page.get_by_test_id("stSidebar")).to_contain_text("is not kept in a link")
    expect(page.locator(".operands header")).to_contain_text("75 products")


# --- the kernel ---


def cells(page: Page) -> list[str]:
    return page.locator(".grid .cells input").evaluate_all("cells => cells.map(cell => cell.title)")


def test_a_weight_can_be_edited_and_travels_in_the_link(open_page):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    page.get_by_label("Weight in row 1, column 2").fill("1/2")
    page.keyboard.press("Enter")
    expect(lab.stage).to_have_attribute("data-ready", "2")
    lab.press("Home")
    assert lab.numbers() == (4.5, 4.5)
    assert cells(page) == ["1", "0.5", "1", "0", "1", "0", "1", "0", "1"]
    page.wait_for_function("() => location.search.includes('weights=')")
    copied = page.url.split("/", 3)[3]
    again = Lab(open_page(copied)).ready()
    again.press("Home")
    assert again.numbers() == (4.5, 4.5)


def test_a_kernel_is_pasted_and_k_follows(open_page):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    page.get_by_label("Weight in row 1, column 1").focus()
    page.evaluate(
        """() => {
          const cell = FIND(".cells input");
          const data = new DataTransfer();
          data.setData("text", "1 0 -1 2\\n−1 1/2 0 1");
          cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""".replace("FIND", f"({FIND})")
    )
    expect(lab.stage).to_have_attribute("data-ready", "2")
    expect(page.locator(".operands header")).to_contain_text("8 products")
    lab.press("Home")
    # 1 1 1 0 and 0 1 1 1 of the picture under 1 0 -1 2 and -1 1/2 0 1
    assert lab.numbers() == (1.5, 1.5)


@pytest.mark.parametrize("typed", ["a", "nan", "1e308"])
def test_a_weight_that_is_no_number_is_refused_by_its_place(open_page, typed):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    lab.press("Home")
    page.get_by_label("Weight in row 2, column 3").fill(typed)
    page.keyboard.press("Enter")
    alert = page.locator(".grid .error")
    expect(alert).to_contain_text(re.compile("[Rr]ow 2, column 3"))
    assert lab.numbers() == (4, 4)


# --- what cannot be ---


def test_what_is_impossible_is_explained_with_its_numbers_and_a_way_out(open_page):
    page = open_page("convolution?sample=The+5+x+5+binary+picture&k=3&p=0&kernel=Box+blur")
    lab = Lab(page).ready()
    slider = page.get_by_role("slider", name="K kernel")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-problem")).to_contain_text("The window spans 7, the picture has only 5.")
    settings = box(page, ".st-key-settings")
    page.locator(".st-key-problem").get_by_role("button", name="P = 1").click()
    expect(page.locator(".st-key-problem")).to_be_hidden()
    expect(page.locator(".panel.output header span")).to_have_text("1 × 1 × 1")
    assert box(page, ".st-key-settings")["y"] == settings["y"], "nothing jumps"
    assert lab.numbers()


def test_beside_a_refusal_the_picture_stands_in_its_exact_pixels(open_page):
    page = open_page("convolution?k=7&p=0")
    upload(page, "five.png", png(5, 5))
    expect(page.locator(".st-key-problem")).to_contain_text("The picture, 5 × 5")
    with Image.open(io.BytesIO(page.locator(".st-key-problem img").screenshot())) as drawn:
        painted = np.asarray(drawn.convert("RGB"))
    with Image.open(io.BytesIO(png(5, 5))) as file:
        levels = np.asarray(file)
    cell = len(painted) / 5
    assert cell > 40, "enlarged"
    for place in (0.08, 0.5, 0.92):  # as sharp at a pixel's edge as in its middle
        at = ((np.arange(5) + place) * cell).astype(int)
        np.testing.assert_array_equal(painted[at][:, at], levels)


def test_numbers_can_be_typed_beside_the_sliders(open_page):
    page = open_page("convolution?kernel=Box+blur&size=48")
    Lab(page).ready()
    page.get_by_role("spinbutton", name="K kernel, typed").fill("6")
    page.keyboard.press("Enter")
    expect(page.locator(".operands header")).to_contain_text("108 products")
    slider_shows(page, "K kernel", "6")
    page.get_by_role("button", name="keep the size").click()
    expect(page.locator(".panel.output header span")).to_have_text("32 × 48 × 1")
    expect(page.locator(".formula")).to_contain_text("(2 + 3)")
    # What is no whole number, or is one in other letters, is not cut at the first that is no digit.
    for typed, said in (("2.7", "is a whole number; 2.7 is not, so 3 stands"), ("1e3", "1,000 does not, so 15 stands")):
        box = page.get_by_role("spinbutton", name="K kernel, typed")
        box.fill(typed)
        box.press("Enter")
        expect(page.locator(".dial-k .below")).to_contain_text(said)
        expect(box).to_have_value(re.search(r"so (\d+)", said)[1])


def test_the_demos_are_one_click(open_page):
    page = open_page("convolution?k=7&s=3")
    lab = Lab(page).ready()
    page.get_by_role("button", name="5 × 5 demo").click()
    expect(page.locator(".panel.output header span")).to_have_text("3 × 3 × 1")
    expect(lab.line).to_contain_text("= 4.")
    page.get_by_role("button", name="stride and padding demo").click()
    expect(page.locator(".formula")).to_contain_text("⌊(5 − 3 + 2·1) / 2⌋ + 1 = 3")


# --- what can be taken away ---


def test_the_map_is_downloaded_as_numbers_and_as_a_picture(open_page):
    page = open_page(DEMO)
    Lab(page).ready()
    with page.expect_download() as numbers:
        page.get_by_role("button", name=".npy of this picture").click()
    with open(numbers.value.path(), "rb") as file:
        np.testing.assert_array_equal(np.load(file), [[4, 3, 4], [2, 4, 3], [2, 3, 4]])
    with page.expect_download() as picture:
        page.get_by_role("button", name=".png of this picture").click()
    with Image.open(picture.value.path()) as image:
        assert image.size == (3, 3)
