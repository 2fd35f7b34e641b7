"""The drawings of tests/data/strokes, which no network was made with: how many are read right.

Twenty as a visitor would have them: drawn on the LeNet page's pad in a real browser, each with the pointer that its
file names; what counts is what the page then says. All of them without a browser.
"""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from cnnviz import models
from cnnviz.pictures import normalised
from door import settle
from pad import Pad
from paper import DRAWINGS, drawing

TWENTY = [f"{digit}{which}" for which in "ab" for digit in range(10)]  # none after its like: an old answer is wrong
NOTE_POINTERS = """() => {
  window.pointers = [];
  const note = (event) => window.pointers.push(`${event.composedPath()[0].localName} ${event.pointerType}`);
  addEventListener("pointerdown", note, true);
}"""


@pytest.fixture
def pad(warm) -> Pad:
    page = warm("lenet")
    page.evaluate(NOTE_POINTERS)
    return Pad(page).ready()


def replayed(pad: Pad, name: str) -> str:
    """What the page says once the drawing is on the pad and read: "It reads a 4.", "Perhaps a 9: it is not sure."."""
    told = DRAWINGS[name]["drawing"]
    pad.clear()
    pad.take(told["thickness"])
    for line in told["strokes"]:
        if DRAWINGS[name]["pointer"] == "mouse":
            pad.draw_by_mouse(line)
        else:  # each place of a finger waits for the page, so every third must do
            pad.draw_by_touch([*line[:-1:3], line[-1]])
    pad.is_told(len(told["strokes"]))
    settle(pad.page)
    verdict = pad.page.locator(".verdict b")
    with suppress(AssertionError):  # what is painted last may be a frame late; what is wrong is wrong after it too
        expect(verdict).to_have_text(re.compile(name[0]), timeout=1500)
    return verdict.inner_text()


def test_twenty_digits_drawn_with_mouse_and_finger_are_read_right(pad):
    said = {name: replayed(pad, name) for name in TWENTY}
    wrong = {name: words for name, words in said.items() if re.findall(r"\d", words) != [name[0]]}
    print(f"{20 - len(wrong)} of 20 read right; wrong: {wrong}")
    assert len(wrong) <= 2, wrong
    on_pad = [pointer for pointer in pad.page.evaluate("window.pointers") if pointer.startswith("canvas")]
    assert on_pad == [
        f"canvas {DRAWINGS[name]['pointer']}" for name in TWENTY for _ in DRAWINGS[name]["drawing"]["strokes"]
    ]


@pytest.mark.parametrize(("form", "right"), [(models.lenet5, 28), (models.lenet5_1998, 28)])
def test_all_drawings_are_read_without_a_browser(form, right):
    network = form()
    read = {name: network.winner(network.maps(normalised(drawing(name).ink()).levels)[-1].ravel()) for name in DRAWINGS}
    wrong = {name: digit for name, digit in read.items() if digit != DRAWINGS[name]["digit"]}
    print(f"{len(read) - len(wrong)} of {len(read)} read right; wrong: {wrong}")
    assert len(read) - len(wrong) >= right, wrong
