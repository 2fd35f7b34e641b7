"""Several digits on one photograph or on the pad: each has a frame; a click, a tap or a key chooses which is read."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.pictures import encode_png
from pad import Pad
from paper import drawing, in_a_row
from visitor import Visitor

BENCH = "tests/benches/pages/digit.py"
FOUR_TWO = in_a_row(("4a", "2a"), 0.35)


def several(names: tuple[str, ...], gap: float = 0.5, down: bool = False) -> bytes:
    """A PNG of a sheet with several digits."""
    ink = in_a_row(names, gap, thickness=0.035, down=down).ink(480)
    rows, columns = np.nonzero(ink)
    cut = np.pad(ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], 40)
    return encode_png((230 - 0.8 * cut).astype(np.uint8)[np.newaxis])


def read(at: Visitor) -> int:
    return int(re.search(r'"read": (\d)', at.said())[1])


def with_three(**link: str) -> Visitor:
    return Visitor(BENCH, digit="Photo", **link).upload("three.png", several(("4b", "8a", "1a")), "digit-upload")


def frames(at: Visitor) -> list[str]:
    return [at.control(key).label for key in at.controls("digit-frame-")]


# --- without a browser ---


def test_each_digit_of_a_photograph_can_be_chosen():
    at = with_three()
    where = ["1 of 3: the digit at the left", "2 of 3: the digit in the middle", "3 of 3: the digit at the right"]
    assert frames(at) == [where[0], f"{where[1]}, which is read", where[2]]
    assert "Three digits are seen; the second is read." in at.said() and read(at) == 8
    assert at.link("which-digit") is None
    for place, digit, said in ((1, 4, "first"), (3, 1, "third"), (2, 8, "second")):
        at.press(f"digit-frame-{place}")
        assert read(at) == digit and f"the {said} is read" in at.said()
        assert frames(at)[place - 1].endswith(", which is read") and at.link("which-digit") == str(place)


def test_of_two_above_each_other_each_is_named_so():
    at = Visitor(BENCH, digit="Photo").upload("two.png", several(("7a", "2a"), down=True), "digit-upload")
    assert [name.removesuffix(", which is read") for name in frames(at)] == [
        "1 of 2: the digit at the top", "2 of 2: the digit at the bottom",
    ]  # fmt: skip
    assert [read(at.press(f"digit-frame-{place}")) for place in (1, 2)] == [7, 2]


def test_with_another_photograph_or_drawing_nobody_has_chosen():
    at = with_three().press("digit-frame-3")
    at.upload("again.png", several(("4b", "0a", "1a")), "digit-upload")
    assert at.setting("which-digit") == 0 and "the second is read" in at.said()
    at.press("digit-frame-1").set({"digit-photo": "A 2 in chalk"})
    assert at.setting("which-digit") == 0 and not frames(at) and "digits are seen" not in at.said()
    at = Visitor(BENCH, drawn=FOUR_TWO.for_link()).press("digit-frame-1").set(digit="Photo")
    assert at.setting("which-digit") == 0
    at = Visitor(BENCH, drawn=FOUR_TWO.for_link()).press("digit-frame-1").press("draw-for-me")
    assert at.setting("which-digit") == 0 and not frames(at)


def test_a_link_says_which_is_read():
    at = Visitor(BENCH, drawn=FOUR_TWO.for_link())
    assert [read(at.follow(**{"which-digit": text})) for text in ("1", "2")] == [4, 2]
    best = read(at.follow(**{"which-digit": "0"}))
    for text in ("3", "8", "9", "-1", "x", "1.5"):
        assert read(at.follow(**{"which-digit": text})) == best


def test_four_and_two_on_the_pad_are_both_seen():
    at = Visitor("lenet", drawn=FOUR_TWO.for_link())
    assert "Two digits are seen; the" in at.said()
    answers = [at.press(f"digit-frame-{place}").told("volumes").header["answer"]["winner"] for place in (1, 2)]
    assert answers == [4, 2]
    at.go("learning")
    assert "Two digits are seen; the second is read." in at.said()


def test_too_many_on_the_pad_are_told_so():
    at = Visitor(BENCH, drawn=in_a_row(("1a",) * 9, 0.2, thickness=0.02).for_link())
    assert "There are 9 things that could be a digit: draw one digit, or up to 8." in at.said()
    assert '"empty": true' in at.said()


@pytest.mark.parametrize("name", ["4b", "5a", "7c"])
def test_one_digit_has_nothing_to_choose(name):
    at = Visitor(BENCH, drawn=drawing(name).for_link())
    assert not frames(at) and "digits are seen" not in at.said() and not at.app.error


# --- in a browser ---


def told(page: Page, digit: int, said: str) -> None:
    expect(page.locator("#told")).to_contain_text(f'"read": {digit},')
    expect(page.locator(".digit-several")).to_contain_text(f"the {said} is read")


def test_a_click_a_tap_or_a_key_on_a_frame_chooses_the_digit(open_bench):
    page = open_bench("digit?digit=Photo", (900, 700), has_touch=True)
    photo = {"name": "three.png", "mimeType": "image/png", "buffer": several(("4b", "8a", "1a"))}
    page.locator("input[type=file]").set_input_files(photo)
    told(page, 8, "second")
    shown = page.locator(".digit-square img").bounding_box()
    for place, digit, said, act in ((1, 4, "first", "click"), (3, 1, "third", "tap"), (2, 8, "second", "key")):
        frame = page.get_by_role("button", name=f"{place} of 3")
        box = frame.bounding_box()
        assert shown["x"] - 1 <= box["x"] and box["x"] + box["width"] <= shown["x"] + shown["width"] + 1
        assert shown["y"] - 1 <= box["y"] and box["y"] + box["height"] <= shown["y"] + shown["height"] + 1
        if act == "key":
            frame.focus()
            page.keyboard.press("Enter")
        elif act == "tap":
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        else:
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        told(page, digit, said)
        expect(page).to_have_url(re.compile(f"which-digit={place}"))


def test_on_the_pad_a_number_chooses_and_the_pen_still_draws_in_a_frame(open_bench):
    page = open_bench(f"digit?drawn={FOUR_TWO.for_link()}", (900, 700))
    pad = Pad(page).ready()
    for place, digit, said in ((1, 4, "first"), (2, 2, "second"), (1, 4, "first")):
        page.get_by_role("button", name=f"{place} of 2").locator("p").click()
        told(page, digit, said)
    frame, board = page.get_by_role("button", name="2 of 2").bounding_box(), pad.box()
    middle = (frame["x"] + frame["width"] / 2 - board["x"]) / board["width"]
    pad.draw_by_mouse([(middle, 0.5), (middle, 0.55)])
    pad.is_told(len(FOUR_TWO.lines) + 1)
