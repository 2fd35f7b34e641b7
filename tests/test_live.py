"""Under the finger, in a real browser: the stage shows what comes of a setting before it is let go, and asks nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.export import PRGN
from cnnviz.pictures import sample
from cnnviz.steps import Trace
from cnnviz.ui import cached
from cnnviz.ui.settings import START, filter_of, windows
from door import settle, slider_shows
from lab import Lab

LAB = {"kernel": "Random", "size": 40, "depth": "RGB", "sample": "Chelsea the cat"}
SENT = """() => {
  const { send } = WebSocket.prototype;
  window.sent = 0;
  WebSocket.prototype.send = function (...all) { window.sent += 1; return send.apply(this, all); };
}"""


@pytest.fixture
def visit(open_page) -> Callable[..., Lab]:
    def go(page: str = "convolution", where: str = "", **settings: object) -> Lab:
        link = "&".join(f"{key}={str(value).replace(' ', '+')}" for key, value in {**LAB, **settings}.items())
        lab = Lab(open_page(f"{page}?{link}"), where).ready()
        lab.page.evaluate(SENT)
        return lab

    return go


def trace(**settings: object) -> Trace:
    state = {**START, **LAB, **settings}
    picture = sample("chelsea").at(40, "rgb")
    return cached.trace(picture, filter_of(state, 3), windows(state), 1.0)


def sent(page: Page) -> int:
    return page.evaluate("window.sent")


def grab(page: Page, handle: Locator) -> tuple[float, float]:
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def hold(page: Page, name: str, value: int, *, is_held: bool = False) -> None:
    """Drag a dial to a value, and hold it there."""
    slider = page.get_by_role("slider", name=name, exact=True)
    if not is_held:
        grab(page, slider)
    box = slider.bounding_box()
    least, most = (int(slider.get_attribute(end)) for end in ("min", "max"))
    share = (value - least) / (most - least)
    page.mouse.move(box["x"] + 9 + share * (box["width"] - 18), box["y"] + box["height"] / 2, steps=4)
    slider_shows(page, name, str(value))


def shows(lab: Lab, expected: Trace) -> None:
    """Every cell of the output is painted in the colour of Python's number, and the one at the cursor is said."""
    height, width = expected.output.shape
    expect(lab.page.locator(".output header")).to_contain_text(f"{height} × {width} × 1")
    # The current cell and its frame hide what lies under them: it is sent to the corner.
    lab.painted()
    image = lab.image("output").astype(int)
    high, wide = image.shape[0] - 4, image.shape[1] - 4
    cell = min(high / height, wide / width, 76)
    left = 2 + (wide - width * cell) / 2
    limit = np.abs(expected.output).max()
    said = re.match(r"Row (\d+) of \d+, column (\d+) of", lab.line.inner_text())
    at = int(said[1]) - 1, int(said[2]) - 1
    places = [(row, column) for row in range(0, height, 3) for column in range(0, width, 2)]
    seen = 0
    for row, column in places:
        if abs(row - at[0]) < 3 and abs(column - at[1]) < 3:
            continue
        colour = PRGN[127 + round(float(np.clip(expected.output[row, column] / limit, -1, 1)) * 127)]
        y, x = round(2 + (row + 0.3) * cell), round(left + (column + 0.3) * cell)
        near = image[y - 1 : y + 2, x - 1 : x + 2, :3].reshape(-1, 3)
        assert np.abs(near - colour).max(axis=1).min() <= 6, (row, column, near.tolist(), colour)
        seen += 1
    assert seen > 20
    assert lab.numbers()[0] == pytest.approx(expected.step(*at).result, rel=1e-9)
    assert lab.numbers()[1] == expected.output[at].astype(np.float32)


@pytest.mark.parametrize(("name", "key", "value"), [
    ("K kernel", "k", 6), ("S stride", "s", 2), ("P padding", "p", 4), ("D dilation", "d", 3),
])  # fmt: skip
def test_while_a_dial_is_dragged_the_map_is_that_of_python_and_nothing_is_asked(visit, name, key, value):
    lab = visit()
    hold(lab.page, name, value)
    expect(lab.stage).to_have_attribute("data-preview", "")
    shows(lab, trace(**{key: value}))
    assert sent(lab.page) == 0
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")  # Python's map has taken its place
    settle(lab.page)
    shows(lab, trace(**{key: value}))


def test_while_a_dial_is_dragged_what_speaks_of_the_map_before_steps_back_and_what_follows_stays(visit):
    lab = visit()
    full = """(element) => { let all = 1;
      for (let at = element; at; at = at.parentElement) all *= getComputedStyle(at).opacity;
      return all; }"""
    row, files, figures = (lab.page.locator(name) for name in (".st-key-compare", ".st-key-take", ".figures"))
    hold(lab.page, "K kernel", 6)
    assert [element.evaluate(full) for element in (row, files, figures)] == [1, 0.35, 0.35]
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    assert [element.evaluate(full) for element in (row, files, figures)] == [1, 1, 1]


# K is told as a handle tells it; how often the colour then changes along a row of the output in the first frame, before
# anything more is computed.
FIRST_FRAME = """(canvas) => new Promise((done) => {
  dispatchEvent(new CustomEvent("cnnviz-set", { detail: { name: "k", value: 15, isLive: true } }));
  requestAnimationFrame(() => setTimeout(() => {
    const { data } = canvas.getContext("2d").getImageData(0, Math.round(canvas.height / 4), canvas.width, 1);
    done(new Uint32Array(data.buffer).filter((colour, at, all) => at && colour !== all[at - 1]).length);
  }));
})"""


def test_of_a_map_that_is_zoomed_what_is_looked_at_comes_first(visit):
    """Of the whole map only every eighth number of every eighth row is there by then: a handful of those in sight."""
    lab = visit(size=400)
    for _ in range(2):
        lab.button("Zoom in").click()
    lab.painted()
    assert lab.canvas("output").evaluate(FIRST_FRAME) > 22  # 28; 15 where the whole map is begun alike
    assert sent(lab.page) == 0


def test_the_formula_follows_the_finger_and_is_given_back(visit):
    lab = visit()
    formula = lab.page.locator(".formula > span")
    before = formula.inner_text()
    hold(lab.page, "K kernel", 7)
    expect(formula).to_contain_text("height ⌊(27 − 7 + 2·1) / 1⌋ + 1 = 23")
    hold(lab.page, "K kernel", 3, is_held=True)  # where it was: nothing is to be asked
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    assert formula.inner_text() == before and sent(lab.page) == 0


def test_what_cannot_be_is_said_under_the_finger(visit):
    lab = visit(p=0, d=4)
    hold(lab.page, "K kernel", 9)
    expect(lab.line).to_have_text("A window 33 pixels high does not fit the padded picture, 27: K can be 7 at most.")
    expect(lab.stage).to_have_class(re.compile("is-refused"))
    hold(lab.page, "K kernel", 4, is_held=True)
    expect(lab.stage).not_to_have_class(re.compile("is-refused"))
    shows(lab, trace(p=0, d=4, k=4))


def test_keys_that_are_held_ask_once(visit):
    lab = visit()
    slider = lab.page.get_by_role("slider", name="K kernel", exact=True)
    slider.focus()
    for _ in range(6):
        lab.page.keyboard.down("ArrowRight")
    shows(lab, trace(k=9))
    assert sent(lab.page) == 0
    lab.page.keyboard.up("ArrowRight")
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    settle(lab.page)
    assert sent(lab.page) == 1


def test_the_sidebars_kernel_is_the_one_of_the_size_that_is_set(visit):
    lab = visit(kernel="Box blur")
    grid = lab.page.locator(".st-key-kernel-grid")
    hold(lab.page, "K kernel", 5)
    expect(grid.get_by_role("group", name="The kernel's weights, 5 by 5")).to_be_visible()
    expect(grid.get_by_label("Weight in row 5, column 5")).to_have_value("0.04")
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    cell = grid.get_by_label("Weight in row 1, column 1")
    cell.fill("3")
    cell.press("Enter")
    lab.page.wait_for_url(re.compile(r"weights=1%2F25\+%2A\+75\+1"))  # all five rows became the visitor's own
    expect(lab.page.locator(".operands header")).to_contain_text("75 products")


# --- what Streamlit's own widgets set ---

# How often the stage has shown a preview from now on.
PREVIEWS = """(stage) => {
  window.previews = 0;
  window.watched?.disconnect();
  window.watched = new MutationObserver(() => { window.previews += stage.hasAttribute("data-preview"); });
  window.watched
    .observe(stage, { attributeFilter: ["data-preview"] });
}"""


def test_a_bias_is_seen_while_it_is_typed(visit):
    lab = visit()
    lab.page.get_by_text("Paste numbers, bias, flip").click()
    box = lab.page.get_by_label("Bias", exact=True)
    box.press("Control+a")
    box.press_sequentially("250.5")
    expect(lab.stage).to_have_attribute("data-preview", "")
    shows(lab, trace(bias=250.5))
    assert sent(lab.page) == 0
    box.press("Enter")
    lab.page.wait_for_url(re.compile(r"bias=250\.5"))
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    shows(lab, trace(bias=250.5))


def test_a_weight_is_seen_while_it_is_typed_and_can_be_taken_back(visit):
    lab = visit(kernel="Box blur")
    cell = lab.page.get_by_label("Weight in row 1, column 3")
    before = lab.line.inner_text()
    cell.press("Control+a")
    cell.press_sequentially("2")
    own = trace(kernel="Your own numbers", weights="1/9 1/9 2; 1/9 1/9 1/9; 1/9 1/9 1/9")
    expect(lab.stage).to_have_attribute("data-preview", "")
    shows(lab, own)
    cell.press("Escape")
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    assert lab.line.inner_text() == before and sent(lab.page) == 0
    cell.press("Control+a")
    cell.press_sequentially("2")
    cell.press("Enter")
    lab.page.wait_for_url(re.compile("kernel=Your"))
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    settle(lab.page)
    shows(lab, own)


def test_flip_and_border_are_seen_at_once(visit):
    lab = visit(p=4)
    lab.stage.evaluate(PREVIEWS)
    lab.page.get_by_role("combobox", name="Border").select_option("reflect")
    lab.page.wait_for_function("window.previews > 0")
    lab.page.wait_for_url(re.compile("border=reflect"))
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    settle(lab.page)
    shows(lab, trace(p=4, border="reflect"))
    lab.page.get_by_text("Paste numbers, bias, flip").click()
    seen = lab.page.evaluate("window.previews")
    lab.page.get_by_text("flip the kernel").click()
    lab.page.wait_for_function("(seen) => window.previews > seen", arg=seen)
    lab.page.wait_for_url(re.compile("flip=true"))
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    settle(lab.page)
    shows(lab, trace(p=4, border="reflect", flip=True))


# --- by hand on the picture ---

def test_the_border_of_both_is_seen_at_once(open_page):
    page = open_page("stride?size=32&p=2&pb=2")
    stages = page.locator(".stage[data-ready]")
    expect(stages).to_have_count(2)
    for stage in stages.all():
        stage.evaluate(PREVIEWS)
        before = page.evaluate("window.previews")
        page.get_by_role("combobox", name="Border").select_option("reflect")
        page.wait_for_function("(before) => window.previews > before", arg=before)
        page.wait_for_url(re.compile("border=reflect"))
        settle(page)
        page.get_by_role("combobox", name="Border").select_option("zeros")
        page.wait_for_url(lambda url: "border" not in url)
        settle(page)


GRIPS = {"K, the window’s corner": ("k", 3, "K kernel"), "P, the picture’s border": ("p", 1, "P padding")}


@pytest.mark.parametrize("name", GRIPS)
def test_a_handle_is_pulled_its_dial_follows_and_python_hears_of_it_once(visit, name):
    key, value, dial = GRIPS[name]
    lab = visit()
    handle = lab.page.get_by_role("slider", name=name)
    x, y = grab(lab.page, handle)
    by = 40 if key == "k" else -40
    lab.page.mouse.move(x + by, y + abs(by), steps=5)
    pulled = int(handle.get_attribute("aria-valuenow"))
    assert pulled > value and handle.get_attribute("aria-valuetext") == f"{key.upper()} = {pulled}"
    slider_shows(lab.page, dial, str(pulled))
    shows(lab, trace(**{key: pulled}))
    assert sent(lab.page) == 0
    lab.page.mouse.up()
    lab.page.wait_for_url(re.compile(rf"[?&]{key}={pulled}\b"))
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    assert sent(lab.page) == 1


def test_the_next_place_of_the_window_is_pulled_and_keys_do_the_same(visit):
    lab = visit()
    handle = lab.page.get_by_role("slider", name="S, the window’s next place")
    x, y = grab(lab.page, handle)
    lab.page.mouse.move(x + 30, y, steps=5)
    assert int(handle.get_attribute("aria-valuenow")) > 1
    lab.page.mouse.move(x, y, steps=5)
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    handle.focus()
    place = lab.page.evaluate("location.search")
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_url(re.compile(r"[?&]s=2\b"))
    slider_shows(lab.page, "S stride", "2")
    shows(lab, trace(s=2))
    assert "s=" not in place


def test_a_finger_pulls_it_too(open_page):
    page = open_page("convolution?size=24&kernel=Random", (390, 844), has_touch=True, is_mobile=True)
    lab = Lab(page).ready()
    box = page.get_by_role("slider", name="K, the window’s corner").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + 40, "y": y + 40}]})
    expect(lab.stage).to_have_attribute("data-preview", "")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url(re.compile(r"[?&]k=\d"))
    assert page.evaluate("scrollY") == 0  # the page has not gone with the finger


def test_while_it_plays_nothing_is_in_the_way(visit):
    lab = visit()
    handles = lab.stage.locator(".handle").first
    expect(handles).to_be_visible()
    lab.stage.get_by_role("button", name="Play").click()
    expect(handles).to_be_hidden()


# --- other pages ---


@pytest.mark.parametrize(("page", "where", "name", "value", "words"), [
    ("stride", ".st-key-stage-A ", "A: K kernel", 5, "25 × 38 × 1"),
    ("stride", ".st-key-stage-B ", "B: S stride", 3, "9 × 14 × 1"),
    ("pooling", ".st-key-stage ", "K kernel", 4, "11 × 18 × 1"),
    ("activations", ".st-key-stage ", "K kernel", 6, "27 × 40 × 1"),
])  # fmt: skip
def test_other_lessons_follow_the_finger_as_well(visit, page, where, name, value, words):
    lab = visit(page, where)
    hold(lab.page, name, value)
    expect(lab.stage).to_have_attribute("data-preview", "")
    expect(lab.stage.locator(".output header")).to_contain_text(words)
    lab.painted()
    a, b = lab.numbers()
    assert b == pytest.approx(a, rel=1e-6) and sent(lab.page) == 0
    shown = lab.canvas("output").evaluate("canvas => canvas.toDataURL()")
    line = lab.line.inner_text()
    lab.page.mouse.up()
    expect(lab.stage).not_to_have_attribute("data-preview", "")
    settle(lab.page)
    lab.painted()
    assert lab.line.inner_text() == line
    assert np.abs(lab.image("output").astype(int)).sum() > 0 and shown.startswith("data:image/png")


@pytest.mark.parametrize("wait", [0, 60])
def test_who_goes_on_at_once_finds_the_page_and_what_was_set(visit, wait):
    """Streamlit showed neither page where a part that runs by itself was overtaken by another page as it began."""
    page = visit().page
    page.get_by_role("slider", name="S stride").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(wait)
    page.locator(".st-key-lessons").get_by_role("link", name="Home").click()
    expect(page.get_by_role("button", name="Open the convolution lab")).to_be_visible()
    page.locator(".st-key-lessons").get_by_role("link", name="Convolution").click()
    slider_shows(page, "S stride", "2")
    expect(page.locator(".panel.output header span")).to_have_text("14 × 20 × 1")


def test_what_gives_no_map_steps_back_while_it_is_mended_and_no_kernel_of_another_size_stays(visit):
    page = visit(k=7, kernel="Sobel, left to right").page
    box = page.locator(".dial-k input.box")
    box.fill("1")
    box.press("Enter")
    problem = page.locator(".st-key-problem")
    expect(problem).to_contain_text("no 1 × 1 form")
    expect(page.locator(".grid .cells")).to_be_hidden()
    settle(page)
    hold(page, "K kernel", 8)
    expect(problem).to_have_css("opacity", "0.35")
    expect(page.locator(".grid .cells input")).to_have_count(64)
    page.mouse.up()
    expect(page.locator(".stage[data-ready]")).to_be_visible()
    slider_shows(page, "K kernel", "8")
