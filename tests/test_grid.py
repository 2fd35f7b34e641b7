"""The kernel's grid in a real browser: every edit counts, once and where it was made, and none is lost on the way.

The picture is 1 1 1 0 0; 0 1 1 1 0; 0 0 1 1 1; 0 0 1 1 0; 0 1 1 0 0, and P is 0: its sums can be done in the head.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from lab import DEMO, FIND, Lab

PICTURE = "convolution?sample=The+5+x+5+binary+picture&values=0%E2%80%931&p=0"
SOBEL = PICTURE + "&kernel=Sobel,+left+to+right"
GREY = SOBEL + "&depth=Grey"
# What is shown of the kernel: every cell's whole text.
CELLS = f"""() => [...({FIND})(".cells")?.children ?? []].map(cell => cell.title).join(" ")"""
# Type texts into cells, each time going on to the next, in one breath: no answer can come in between.
TYPE = f"""(edits) => {{
  const cells = ({FIND})(".cells").children;
  for (const [at, text] of edits) {{ cells[at].focus(); cells[at].value = text; }}
}}"""


def cell(page: Page, row: int, column: int) -> Locator:
    return page.get_by_label(f"Weight in row {row}, column {column}")


def edit(page: Page, row: int, column: int, text: str) -> None:
    cell(page, row, column).fill(text)
    page.keyboard.press("Enter")


def shows(page: Page, weights: str) -> None:
    """Wait until the grid holds these weights."""
    page.wait_for_function(f"(weights) => ({CELLS})() === weights", arg=weights, timeout=10_000)


def type_on(page: Page, *edits: tuple[int, str]) -> None:
    expect(cell(page, 1, 1)).to_be_visible()
    page.evaluate(TYPE, edits)


def sum_becomes(lab: Lab, expected: float) -> None:
    """Wait until the stage's sum, written out by the browser and computed by Python, is this number."""
    lab.page.wait_for_function(
        f"(expected) => Math.abs(({FIND})('.line').dataset.output - expected) < 1e-5", arg=expected, timeout=10_000
    )
    assert lab.numbers() == pytest.approx((expected, expected), abs=1e-5)


# --- the flip ---


def test_an_edit_of_one_slice_leaves_the_others_as_they_were_under_a_flip(open_page):
    page = open_page(SOBEL + "&depth=RGB&flip=true")
    lab = Lab(page).ready()
    lab.press("Home")
    before = -3  # the window 1 1 1; 0 1 1; 0 0 1 under Sobel turned round: 1 from the left column, 4 from the right
    sum_becomes(lab, before)
    page.get_by_role("button", name="Slice R").click()
    old = float(cell(page, 2, 1).get_attribute("title") or "")
    assert old == pytest.approx(-2 * 0.299)
    edit(page, 2, 1, "10")
    # Turned round it lies on the middle row's right pixel, a one; on the left there is a zero.
    sum_becomes(lab, before + 10 - old)


def test_three_slices_on_grey_are_edited_as_their_sum_before_the_flip(open_page):
    weights = "weights=1+2+%7C+3+4+%7C+5+6&k=1&rect=true&kw=2"
    page = open_page(f"{PICTURE}&depth=Grey&kernel=Your+own+numbers&{weights}&flip=true")
    lab = Lab(page).ready()
    lab.press("Home")
    sum_becomes(lab, 21)
    shows(page, "9 12")
    edit(page, 1, 1, "0")
    sum_becomes(lab, 12)
    shows(page, "0 12")


# --- edits faster than the page answers ---


def test_edits_in_quick_succession_all_count(open_page):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    lab.press("Home")
    type_on(page, (0, "5"), (1, "20"), (2, "300"), (3, ""))
    page.keyboard.press("Enter")
    sum_becomes(lab, 5 + 20 + 300 + 1 + 1)
    shows(page, "5 20 300 0 1 0 1 0 1")


def test_an_edit_of_all_slices_then_of_one_both_count(open_page):
    page = open_page(SOBEL + "&depth=RGB")
    lab = Lab(page).ready()
    lab.press("Home")
    sum_becomes(lab, 3)
    cell(page, 1, 1).fill("99")
    page.get_by_role("button", name="Slice R").click()
    expect(page.get_by_role("button", name="Slice R")).to_have_attribute("aria-pressed", "true")
    assert float(cell(page, 1, 1).get_attribute("title") or "") == pytest.approx(99 * 0.299)
    edit(page, 1, 2, "1000")
    sum_becomes(lab, 3 + 100 + 1000)


def test_the_next_cell_keeps_its_focus_and_what_is_half_typed_while_the_page_answers(open_page):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    lab.press("Home")
    type_on(page, (0, "1/2"), (1, "4"))
    sum_becomes(lab, 3.5)
    page.wait_for_function(f"""() => ({CELLS})().startsWith("0.5 ")""")
    assert page.evaluate(f"""() => ({FIND})(".cells input:focus").ariaLabel""") == "Weight in row 1, column 2"
    page.keyboard.press("End")
    page.keyboard.type("0")
    expect(cell(page, 1, 2)).to_have_value("40")
    page.keyboard.press("Enter")
    sum_becomes(lab, 43.5)


def test_enter_commits_in_a_kernel_of_one_row(open_page):
    page = open_page(PICTURE + "&depth=Grey&kernel=Identity&k=1")
    lab = Lab(page).ready()
    lab.press("Home")
    edit(page, 1, 1, "7")
    sum_becomes(lab, 7)


def test_the_same_edit_counts_again_after_the_preset_is_chosen_anew(open_page):
    page = open_page(GREY)
    lab = Lab(page).ready()
    lab.press("Home")
    for _ in range(2):
        shows(page, "-1 0 1 -2 0 2 -1 0 1")
        sum_becomes(lab, 3)
        edit(page, 1, 1, "9")
        sum_becomes(lab, 13)
        shows(page, "9 0 1 -2 0 2 -1 0 1")
        page.get_by_role("combobox", name="Kernel").click()
        page.get_by_role("option", name="Sobel, left to right").click()


# --- what is refused ---


def refused(page: Page) -> Locator:
    return page.locator(".grid input[aria-invalid=true]")


def test_refused_text_stays_marked_until_it_is_corrected(open_page):
    page = open_page(DEMO)
    lab = Lab(page).ready()
    lab.press("Home")
    type_on(page, (5, "2x"), (0, "50"))
    page.keyboard.press("Enter")
    expect(page.locator(".grid .error")).to_contain_text("Row 2, column 3")
    expect(refused(page)).to_have_count(1)
    expect(cell(page, 2, 3)).to_have_value("2x")
    expect(cell(page, 2, 3)).to_have_attribute("aria-invalid", "true")
    assert lab.numbers() == (4, 4)
    # Another setting leaves it there.
    page.get_by_role("slider", name="S stride").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".panel.output header span")).to_have_text("2 × 2 × 1")
    expect(cell(page, 2, 3)).to_have_value("2x")
    edit(page, 2, 3, "2")
    # The other edit was made with it, and counts with its correction.
    sum_becomes(lab, 4 + 2 + 49)
    expect(refused(page)).to_have_count(0)
    expect(page.locator(".grid .error")).to_have_text("")


def test_refused_text_goes_with_another_edit(open_page):
    page = open_page(SOBEL + "&depth=RGB")
    lab = Lab(page).ready()
    lab.press("Home")
    page.get_by_role("button", name="Slice G").click()
    edit(page, 3, 2, "nan")
    expect(page.locator(".grid .error")).to_contain_text("Slice 2, row 3, column 2")
    expect(cell(page, 3, 2)).to_have_attribute("aria-invalid", "true")
    edit(page, 1, 2, "100")
    sum_becomes(lab, 103)
    expect(refused(page)).to_have_count(0)
    expect(cell(page, 3, 2)).to_have_value("0")


def test_refused_text_goes_with_another_kernel(open_page):
    page = open_page(GREY)
    Lab(page).ready()
    edit(page, 3, 2, "a")
    expect(refused(page)).to_have_count(1)
    page.get_by_role("combobox", name="Kernel").click()
    page.get_by_role("option", name="Sobel, top to bottom").click()
    shows(page, "-1 -2 -1 0 0 0 1 2 1")
    expect(refused(page)).to_have_count(0)
    expect(page.locator(".grid .error")).to_have_text("")
