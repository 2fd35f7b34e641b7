"""What everybody must be able to reach: on a phone, at 200 % zoom, by keys, with a file refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from cnnviz.pictures import encode_png
from door import settle
from server import ROOT

PHONE, ZOOMED, SCREEN = (390, 844), (720, 450), (1440, 900)  # ZOOMED: 1440x900 at 200 %
# Nothing is on its way any more.
MOVED = """() => document.getAnimations()
  .every(({ timeline, playState }) => timeline !== document.timeline || playState !== "running")"""
STILL = "* { transition: none !important; animation: none !important; }"
# Every control that the tab key can get to -> what does not look otherwise once it has the focus.
UNSEEN = r"""async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const around = (element) => {
    const above = [];
    for (let at = element; at && above.length < 4; at = at.parentElement) above.push(at);
    const own = /radio|switch|checkbox/.test(`${element.role}${element.type}`) ? above.at(-1) : element;
    return [...above, ...own.querySelectorAll("*")];
  };
  const looks = (element) => around(element).map((one) => {
    const { outline, boxShadow, backgroundColor, border, color } = getComputedStyle(one);
    return [outline, boxShadow, backgroundColor, border, color].join();
  }).join();
  const found = [];
  const look = async (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) await look(element.shadowRoot);
      if (element.tabIndex < 0 || element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) continue;
      if (element.role === "radio" && element.ariaChecked === "false") continue; // the arrow keys lead there
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      at?.blur();
      await frame();
      const before = looks(element);
      element.focus({ focusVisible: true, preventScroll: true });
      await frame();
      const is = element.getRootNode().activeElement === element && looks(element) !== before;
      if (!is) found.push(element.outerHTML.slice(0, 150));
    }
  };
  await look(document);
  return found;
}"""


@pytest.fixture
def at(warm: Callable[[str], Page]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app at a size: `at("layers", PHONE)`."""
    page = None

    def go(path: str, size: tuple[int, int] = SCREEN) -> Page:
        nonlocal page
        page = warm("")
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")  # whether the sidebar was open
        page.set_viewport_size({"width": size[0], "height": size[1]})
        return ready(warm(path))

    yield go
    if page:
        page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
        page.emulate_media(color_scheme="light")


def ready(page: Page) -> Page:
    expect(page.locator("main [data-ready]:not(.controls)").first).to_be_visible(timeout=30_000)
    settle(page)
    return page


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found
    return found


def apart(one: FloatRect, other: FloatRect) -> bool:
    """Whether two boxes do not lie on each other."""
    return (
        one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    )  # fmt: skip


def test_the_style_has_nothing_that_could_be_taken_for_a_tag():
    """st.html cleans what it is given: one "<" in the style, and the page has none at all."""
    for path in (ROOT / "cnnviz" / "ui" / "style").iterdir():
        assert "<" not in path.read_text("utf-8"), path.name


# --- the sidebar, and the way to it ---


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
def test_the_way_to_the_sidebar_and_that_to_the_lessons_lie_beside_each_other(at, size):
    page = at("convolution", size)
    aside = page.get_by_role("button", name="Picture, kernel")
    menu = page.get_by_role("button", name="Lessons: Convolution")
    expect(aside).to_be_visible()
    expect(menu).to_be_visible()
    assert apart(box(aside), box(menu))
    assert abs(box(aside)["y"] - box(menu)["y"]) < 6
    aside.click()
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Upload", exact=True)).to_be_in_viewport()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Close the sidebar").click()
    expect(aside).to_be_visible()


def test_on_a_screen_the_row_of_lessons_makes_room_for_the_way_to_the_sidebar(at):
    page = at("convolution")
    row = page.get_by_role("navigation", name="Lessons")
    page.get_by_test_id("stSidebar").hover()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Close the sidebar").click()
    aside = page.get_by_role("button", name="Picture, kernel")
    expect(aside).to_be_visible()
    page.wait_for_function(MOVED)
    assert apart(box(aside), box(row.get_by_role("link", name="Home")))
    aside.click()
    expect(row.get_by_role("link", name="Deep CNN")).to_be_in_viewport(ratio=1)


# --- on a phone ---


def test_on_a_phone_the_dials_are_on_the_screen_with_the_stage(at):
    page = at("convolution", PHONE)
    for letter in "kspd":
        expect(page.locator(f".dial-{letter}")).to_be_in_viewport(ratio=1)
    stage, dials = box(page.locator(".stage")), box(page.locator(".st-key-settings"))
    assert stage["y"] < 300, "the stage comes first"
    assert dials["y"] > 0.65 * PHONE[1] and dials["y"] + dials["height"] <= PHONE[1]
    for panel in ("input", "output"):
        panel_box = box(page.locator(f".stage .{panel} canvas"))
        assert panel_box["y"] + panel_box["height"] <= dials["y"], "the dials lie on the stage's panels"
    # They stay there while the rest of the stage is read.
    page.locator(".stage .line").scroll_into_view_if_needed()
    expect(page.locator(".dial-k")).to_be_in_viewport(ratio=1)


def test_what_goes_on_sideways_says_so(at):
    page = at("filters", PHONE)
    # The first layer lies under the picture, which stays.
    expect(page.locator(".volumes .less")).to_be_visible()
    page.locator(".volumes .scroller").evaluate("scroller => scroller.scrollTo(0, 0)")
    expect(page.locator(".volumes .less")).to_be_hidden()
    expect(page.locator(".volumes .more")).to_be_visible()

    page = at("layers", PHONE)
    mask = "chips => getComputedStyle(chips).maskImage"
    chips = page.locator(".st-key-chips")
    assert chips.evaluate("chips => chips.scrollWidth > chips.clientWidth")
    assert chips.evaluate(mask).startswith("linear-gradient(to left"), "fades at its right end"
    chips.evaluate("chips => chips.scrollTo(chips.scrollWidth, 0)")
    page.wait_for_function(
        f"() => ({mask})(document.querySelector('.st-key-chips')).startsWith('linear-gradient(to right')"
    )


# --- by keys ---


def test_the_focus_is_always_seen(at):
    page = at("convolution")
    page.add_style_tag(content=STILL)
    assert page.evaluate(UNSEEN) == []


def test_the_curve_and_the_filter_that_is_learnt_go_by_keys_too(at):
    page = at("activations")
    curve = page.locator(".curve")
    slider = page.get_by_role("slider", name="Where on the curve")
    slider.focus()
    before = float(curve.get_attribute("data-x") or "nan")
    page.keyboard.press("ArrowLeft")
    expect(curve.locator("header span")).to_have_text("the pointer's number")
    assert float(curve.get_attribute("data-x") or "nan") < before
    page.keyboard.press("Escape")
    expect(curve.locator("header span")).to_contain_text("row")

    page = at("learning")
    slider = page.get_by_role("slider", name="The filter that is shown")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "filter 3 of C1")
    expect(page.locator(".learning")).to_have_attribute("data-chosen", "2")


# --- files ---


def test_a_refused_file_is_told_in_words_and_over_with_the_next_good_one(at):
    page = at("convolution")
    aside = page.get_by_test_id("stSidebar")
    files = aside.get_by_test_id("stFileUploader").locator("input[type=file]")
    good = encode_png(np.random.default_rng(8).integers(0, 256, (3, 20, 30), dtype=np.uint8))

    def give(name: str, data: bytes, kind: str = "") -> None:
        files.set_input_files([{"name": name, "mimeType": kind, "buffer": data}])

    # What the dialog offers, and why a phone offers its camera.
    expect(files).to_have_attribute("accept", "image/*")
    give("large.png", bytes(11 << 20), "image/png")
    large = aside.get_by_text("File must be 10.0MB or smaller.")
    expect(large).to_be_visible()
    assert box(large)["height"] > 10, "the words are seen, not only heard"
    give("good.png", good, "image/png")
    expect(aside.get_by_text("Yours: good.png")).to_be_visible()
    expect(large).to_be_hidden()

    # What a file is stands in it, not in its name.
    give("picture", good)
    expect(aside.get_by_text("Yours: picture")).to_be_visible()
    give("notes", b"no picture at all")
    expect(aside.get_by_text("This is no picture that can be opened here: choose a PNG")).to_be_visible()
    expect(aside.get_by_text("not allowed")).to_have_count(0)
    give("good.png", good, "image/png")
    expect(aside.get_by_text("Yours: good.png")).to_be_visible()
    expect(aside.get_by_text("This is no picture")).to_have_count(0)
