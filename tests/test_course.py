"""The course as a whole, in a real browser: one picture through every lesson, on a screen, a small one and a phone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.pictures import encode_png
from cnnviz.ui.course import COURSE
from door import settle
from lab import upload
from server import ROOT
from visitor import LESSONS

PAGES = {path: name for path, name in LESSONS.items() if path != "app.py"}
DIGITS = ("LeNet-5", "Learning")  # lessons on digits, which have no place for a picture
# What lessons that show no picture of their own say of it.
TAKEN = {
    "Deep CNN": "The network takes 227 × 227 pixels.", "Your network": "The network takes 128 × 128 pixels.",
    "1-D": "A row of it, in grey, can be the signal.",
}  # fmt: skip
HEIGHT, WIDTH = 90, 140  # of the picture that is carried along; no sample has its proportions

# What a reader cannot reach: text of the page, or of a component, that lies beyond the screen's right edge or is cut by
# its own box, and that no scrolling brings back.
CUT_OFF = """() => {
  const found = [];
  const scrolls = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const { overflowX } = getComputedStyle(at);
      if ((overflowX === "auto" || overflowX === "scroll") && at.scrollWidth > at.clientWidth) return true;
    }
    return false;
  };
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      if (!box.width || box.bottom < 0 || box.width <= 1) continue;
      if (box.right > innerWidth + 1 && !scrolls(element)) found.push(element.textContent.trim().slice(0, 40));
    }
  };
  look(document.querySelector("[data-testid=stMain]"));
  return found;
}"""


def ready(page: Page) -> None:
    """Wait until the page's main view is painted."""
    expect(main_view(page)).to_be_visible(timeout=30_000)
    settle(page)


def main_view(page: Page):
    return page.locator("[data-testid=stMain] [data-ready]:not(.controls, .grid)").first


def go(page: Page, name: str) -> None:
    """On to another lesson, as a visitor goes: by the row of lessons, or by the menu where it has no room."""
    menu = page.locator(".st-key-menu button")
    if menu.is_visible():
        menu.click()
        page.get_by_test_id("stPopoverBody").get_by_role("link", name=name, exact=True).click()
    else:
        page.locator(".st-key-lessons").get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(f"**/{next(lesson.slug for lesson in COURSE if lesson.name == name)}*")
    ready(page)


def own_picture() -> bytes:
    return encode_png(np.random.default_rng(4).integers(0, 256, (3, HEIGHT, WIDTH), dtype=np.uint8))


def test_one_picture_through_every_lesson_in_light_and_dark(open_page):
    page = open_page("pixels")
    ready(page)
    upload(page, "mine.png", own_picture())
    for name in [*PAGES.values(), "Pixels"]:
        go(page, name)
        if name not in DIGITS:
            sidebar = page.get_by_test_id("stSidebar")
            expect(sidebar.get_by_text("Yours: mine.png")).to_be_visible()
            taken = TAKEN.get(name, f"{HEIGHT} × {WIDTH} × 3.")
            expect(sidebar.get_by_text(taken)).to_be_visible()
        assert page.locator(".notice").count() == 1 and page.locator(".title p").inner_text().strip()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            ready(page)
            view = main_view(page).bounding_box()
            end = view["y"] + view["height"]
            assert end <= 900, f"{name}, {scheme}: its main view ends {end:.0f} px down"
            assert page.evaluate(CUT_OFF) == [], (name, scheme)


def test_the_settings_of_a_link_go_along(open_page):
    """From the first change of page on: Streamlit alone would forget them there."""
    page = open_page("convolution?k=5&s=2&depth=Grey&size=64&kernel=Box+blur")
    ready(page)
    for name in ("Stride, padding", "Activations", "Convolution"):
        go(page, name)
        assert page.locator(".dial-k input[type=range]").first.input_value() == "5", name
        expect(page.get_by_test_id("stSidebar").get_by_text("× 64 × 1.")).to_be_visible()
        expect(page).to_have_url(re.compile("k=5"))
    assert page.locator(".dial-s input[type=range]").input_value() == "2"


@pytest.mark.parametrize("size", [(1024, 768), (390, 844)], ids=["middle", "phone"])
def test_nothing_is_cut_off_on_smaller_screens(open_page, size):
    page = open_page("pixels", size)
    ready(page)
    first, *others = PAGES.values()
    for name in [*others, first]:
        go(page, name)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate(CUT_OFF) == [], name
        assert main_view(page).bounding_box()["y"] < size[1] - 200, f"{name}: its main view is not in sight"


def test_every_lesson_opens_with_a_claim_and_ends_with_a_question():
    for path in PAGES:
        lines = (ROOT / path).read_text("utf-8").splitlines()
        assert len(lines) <= 80, f"{path} is no lesson plan any more"
        text = "\n".join(lines)
        assert "with frame.lesson(course." in text and "page.end(" in text, path


def test_the_lessons_stand_in_one_row_or_in_a_menu_and_never_in_half_a_row(open_page):
    page, seen = open_page("pixels"), set()
    ready(page)
    row, menu = page.locator(".st-key-lessons"), page.locator(".st-key-menu")
    for width in range(1200, 1620, 20):
        page.set_viewport_size({"width": width, "height": 900})
        assert row.is_visible() != menu.is_visible(), width
        if row.is_visible():
            assert row.evaluate("row => row.scrollWidth <= row.clientWidth"), f"at {width} px the row has no room"
        seen.add(row.is_visible())
    assert seen == {True, False}
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(row).to_be_visible()
