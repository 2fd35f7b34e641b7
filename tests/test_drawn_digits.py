"""Every drawing of tests/data/strokes replayed on the pad in a real browser, with the pointer that its file names.

What is counted is what a visitor would see: the pad's own lines, made 28 x 28, read by the modern LeNet-5.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from door import Door
from pad import Pad
from paper import DRAWINGS
from server import ROOT, Server

PENS = {"Thin pen": 0.05, "Medium pen": 0.075, "Thick pen": 0.105}
TWENTY = [f"{digit}{which}" for digit in range(10) for which in "ab"]  # each digit twice; the others come on top


@pytest.fixture(scope="module")
def pad(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pad]:
    quiet = ("--server.address=localhost", "--server.headless=true", "--browser.gatherUsageStats=false")
    with Server(ROOT / "tests" / "digit_page.py", tmp_path_factory.mktemp("drawn"), quiet) as server:
        door = Door(browser, server.url)
        yield Pad(door(viewport=(900, 700), has_touch=True)).ready()
        door.close()
        assert (door.errors, door.outside) == ([], [])


def replayed(pad: Pad, name: str) -> int:
    """What the network reads once the drawing is on the pad."""
    told = DRAWINGS[name]
    strokes, thickness = told["drawing"]["strokes"], told["drawing"]["thickness"]
    pad.clear()
    pad.told(count=0)
    pad.button(min(PENS, key=lambda pen: abs(PENS[pen] - thickness))).click()
    draw = pad.draw_by_mouse if told["pointer"] == "mouse" else pad.draw_by_touch
    for line in strokes:
        draw([*line[:-1:3], line[-1]])  # every third place: the browser answers each only with its next frame
    return int(pad.told(count=len(strokes))["read"])


def test_digits_drawn_with_mouse_and_finger_are_read_right(pad):
    read = {name: replayed(pad, name) for name in DRAWINGS}
    wrong = {name: digit for name, digit in read.items() if digit != DRAWINGS[name]["digit"]}
    of_twenty = sum(name not in wrong for name in TWENTY)
    print(f"{of_twenty} of 20 read right, {len(read) - len(wrong)} of all {len(read)}; wrong: {wrong}")
    assert set(TWENTY) <= set(DRAWINGS)
    assert of_twenty >= 18, wrong
    assert len(read) - len(wrong) >= 0.9 * len(read), wrong
