"""One act of the visitor is one entry in the browser's history, and Back gives a state that was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from door import settle, slider_shows


@dataclass
class Visit:
    """A page and where its browser's history began."""

    page: Page
    start: int

    @property
    def entries(self) -> int:
        """How many entries have come since."""
        return self.page.evaluate("navigation.currentEntry.index") - self.start

    def says(self, **settings: str | None) -> None:
        """Wait until the link says so, None for what it is not to say, and the page stands still."""
        for key, value in settings.items():
            self.page.wait_for_url(lambda url, k=key, v=value: parse_qs(urlsplit(url).query).get(k) == (v and [v]))
        settle(self.page)

    def keys(self, slider: str, *keys: str) -> None:
        self.page.get_by_role("slider", name=slider).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def shows(self, slider: str, value: str) -> None:
        slider_shows(self.page, slider, value)


@pytest.fixture
def visit(open_page):
    def go(path: str) -> Visit:
        page = open_page(path)
        page.locator("[data-testid=stMain] [data-ready]:not(.controls)").first.wait_for()
        settle(page)
        return Visit(page, page.evaluate("navigation.currentEntry.index"))

    return go


def test_a_preset_is_one_entry_and_back_gives_the_stack_of_before(visit):
    """Case 1.5: LeNet-5 changes the stack and the picture's size, and Back once mixed the two. The step is the same."""
    at = visit("layers")
    line = at.page.locator(".st-key-stage .stage .line")
    before = line.inner_text()
    at.page.get_by_role("button", name="LeNet-5", exact=True).click()
    expect(line).not_to_have_text(before)
    at.page.wait_for_url(re.compile("stack="))
    settle(at.page)
    assert at.entries == 1
    at.page.go_back()
    expect(line).to_have_text(before)
    assert at.entries == 0 and urlsplit(at.page.url).query == ""


def test_each_setting_is_an_entry_and_back_takes_back_one(visit):
    """Case 1.6; keys that follow each other within a second are one act, the next control is another."""
    at = visit("convolution?size=32")
    at.keys("K kernel", "ArrowRight", "ArrowRight", "ArrowRight")
    at.says(k="6")
    at.keys("S stride", "ArrowRight")
    at.says(k="6", s="2")
    assert at.entries == 2
    at.page.go_back()
    at.says(k="6", s=None)
    at.shows("S stride", "1")
    at.shows("K kernel", "6")
    at.page.go_back()
    at.says(k=None)
    at.shows("K kernel", "3")
    at.page.go_forward()
    at.says(k="6")
    at.shows("K kernel", "6")


def test_a_demo_that_changes_many_settings_is_one_entry(visit):
    at = visit("convolution?k=7&s=3")
    at.page.get_by_role("button", name="5 × 5 demo").click()
    at.says(k=None, s=None, depth="Grey")
    assert at.entries == 1
    at.page.go_back()
    at.says(k="7", s="3", depth=None)
    at.shows("K kernel", "7")


def test_a_lesson_reached_by_its_link_in_the_row_is_one_entry(visit):
    """Case 1.7: its settings are in the link already."""
    at = visit("convolution?size=40&k=5&s=2")
    at.page.locator(".st-key-lessons").get_by_role("link", name="Pooling").click()
    at.page.wait_for_url(re.compile("/pooling"))
    at.page.locator(".st-key-stage .stage[data-ready]").first.wait_for()
    at.says(size="40", k="5")
    assert at.entries == 1
    at.page.go_back()
    at.page.wait_for_url(re.compile("/convolution"))
    at.says(size="40", k="5", s="2")
    assert at.entries == 0
    at.shows("S stride", "2")


def test_the_unit_that_was_clicked_is_the_one_that_the_link_opens(visit, open_page):
    """Case 1.8."""
    at = visit("layers?size=48")
    volumes = at.page.locator(".st-key-stage .volumes")
    stack = volumes.get_by_text("2 ReLU").bounding_box()  # its name stands over its maps
    line = at.page.locator(".st-key-stage .stage .line")
    before = line.inner_text()
    at.page.mouse.click(stack["x"] + stack["width"] / 2, stack["y"] + 100)
    expect(line).not_to_have_text(before)
    at.page.wait_for_url(re.compile("unit="))
    settle(at.page)
    at.page.mouse.move(2, 2)
    said = line.inner_text()
    again = open_page(at.page.url.split("/", 3)[3])
    expect(again.locator(".st-key-stage .stage .line")).to_have_text(said)
