"""In a browser: every number of a step can be read on every screen, by looking, by a tap, or part by part."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from cnnviz.export import PRGN_DARK
from cnnviz.pictures import sample
from cnnviz.ui import cached
from cnnviz.ui.settings import START, filter_of, windows
from door import Door, settle
from lab import Lab, Text
from server import Server

LEGIBLE = 11  # CSS pixels of a digit
PHONE, TABLET, LAPTOP, ZOOMED = (390, 844), (1024, 768), (1440, 900), (720, 900)
PADDING, DARK_PADDING = (219, 229, 246), (44, 60, 92)


def numbers_of(lab: Lab, panel: str = "operands") -> list[Text]:
    """The numbers painted on a panel, each large enough, whole inside it, and none on another."""
    box = lab.canvas(panel).bounding_box()
    found = [text for text in lab.texts(panel) if text.number is not None]
    for text in found:
        assert text.size >= LEGIBLE - 0.01, text
        assert 0 <= text.left and text.left + text.width <= box["width"] + 0.5, (text, box)
        assert 0 <= text.top and text.top + text.height <= box["height"] + 0.5, (text, box)
    for a, b in combinations(found, 2):
        apart = (
            a.left + a.width <= b.left or b.left + b.width <= a.left or a.top + a.height <= b.top
            or b.top + b.height <= a.top
        )  # fmt: skip
        assert apart, (a, b)
    return found


def step_of(row: int, column: int, divisor: float = 1.0):
    """A step of the lab as it opens: rows and columns from 1."""
    picture, state = sample("chelsea").at(192, "rgb"), {**START}
    return cached.convolve(picture, filter_of(state, 3), windows(state), divisor).step(row - 1, column - 1)


def all_near(texts: list[Text], numbers: np.ndarray) -> None:
    """The texts say these numbers, in any order, rounded."""
    said, right = sorted(text.number for text in texts), sorted(np.ravel(numbers).tolist())
    assert len(said) == len(right)
    for a, b in zip(said, right, strict=True):
        assert abs(a - b) <= max(0.51, 0.005 * abs(b)), (a, b)


def place(lab: Lab) -> tuple[int, int]:
    """The step that the stage shows, from 1."""
    found = re.match(r"Row ([\d,]+) of [\d,]+, column ([\d,]+)", lab.line.inner_text())
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


@pytest.fixture(scope="module")
def go(browser: Browser, app_server: Server) -> Iterator[Callable[..., Lab]]:
    """Opens views on one page that knows both a mouse and fingers, at any size: go("convolution", PHONE, dark=True)."""
    door = Door(browser, app_server.url)
    page = door("convolution", has_touch=True)

    def go(path: str, size: tuple[int, int], *, dark: bool = False, where: str = "") -> Lab:
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.mouse.move(1, 1)
        page.goto(f"{app_server.url}/{path}")
        settle(page)
        return Lab(page, where).ready()

    yield go
    door.close()
    assert (door.errors, door.outside) == ([], []), app_server.output()[-2000:]


@pytest.mark.parametrize("size", [LAPTOP, TABLET, ZOOMED, PHONE])
def test_the_lab_as_it_opens_shows_all_27_times_3_numbers(go, size):
    lab = go("convolution", size)
    step = step_of(*place(lab))
    if size == PHONE:  # a channel at a time
        found = [text for part in all_parts(lab) for text in part]
        cells = [text for text in found if not text.text.startswith(("Σ", "+", "="))]
        parts = [np.concatenate(each) for each in zip(step.values, step.weights, strict=True)]
        all_near(cells, np.concatenate(parts))
        return
    found = numbers_of(lab)
    assert len(found) == 27 * 3 + 3, "values, weights and products, and what each channel adds up to"
    cells = [text for text in found if not text.text.startswith(("Σ", "+"))]
    all_near(cells, np.concatenate([step.values, step.weights, step.terms]))
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def all_parts(lab: Lab, most: int = 400) -> list[list[Text]]:
    """What each part shows, from the one that shows now round to it again."""
    words, after = lab.stage.locator(".parts span"), lab.stage.get_by_title("The next numbers")
    first, parts = words.inner_text(), []
    while not parts or words.inner_text() != first:
        parts.append(numbers_of(lab))
        assert len(parts) <= most
        after.click()
        lab.painted()
    return parts


def test_on_a_phone_numbers_too_wide_for_all_at_once_come_a_channel_at_a_time(go):
    lab = go("convolution?values=0%E2%80%931", (360, 740))
    step = step_of(*place(lab), 255.0)
    parts = all_parts(lab)
    assert len(parts) == 3
    for channel, texts in enumerate(parts):
        operands = [text for text in texts if not text.text.startswith("=")]
        all_near(operands, np.concatenate([step.values[channel], step.weights[channel]]))
    expect(lab.stage.locator(".parts span")).to_have_text("red, 1 of 3")


@pytest.mark.parametrize(("link", "size", "terms"), [
    ("convolution?k=5", TABLET, 75), ("convolution?k=7&depth=Grey", PHONE, 49),
    ("convolution?k=15&depth=Grey", LAPTOP, 225), ("pooling?pk=12", PHONE, 144),
])  # fmt: skip
def test_a_window_too_large_is_gone_through_in_parts_and_tapped(go, link, size, terms):
    lab = go(link, size, where=".st-key-stage " if "pooling" in link else "")
    parts = all_parts(lab)
    assert sum(map(len, parts)) >= terms * (1 if "pooling" in link else 3)


def test_a_tap_on_a_small_cell_brings_its_numbers(go):
    lab = go("convolution?k=15&depth=Grey", PHONE)
    words = lab.stage.locator(".parts span")
    expect(words).to_contain_text("rows 1–")
    before = numbers_of(lab)
    low = 50  # in the window's cells, which begin below the words over them
    left = next(x for x in range(4, 300, 4) if lab.hover("operands", x, low) or lab.stage.locator(".tip").is_visible())
    lab.tap("operands", left + 16, low)
    expect(words).not_to_contain_text("rows 1–")
    assert lab.tip.split("\n")[0].count("×") == 1
    assert [text.text for text in numbers_of(lab)] != [text.text for text in before]


# --- a finger ---


def test_a_tap_does_what_pointing_does(go):
    lab = go("convolution", PHONE)
    tip = lab.stage.locator(".tip")
    before = lab.line.inner_text()
    lab.tap("input", 60, 40)
    expect(tip).to_be_visible()
    assert re.match(r"row \d+, column \d+: \d+, \d+, \d+\nread by 9 windows", lab.tip)
    row, column = (int(number) for number in re.findall(r"\d+", lab.tip)[:2])
    assert place(lab) == (row, column) and lab.line.inner_text() != before
    lab.tap("output", 90, 30)
    assert lab.tip.startswith("Row ") and lab.line.inner_text().startswith(lab.tip.split("\n")[0])
    assert float(lab.tip.split("\n")[1].replace("−", "-")) == pytest.approx(lab.numbers()[1], rel=1e-3)
    # A product, a weight: each cell of the blocks says itself.
    texts = [text for text in lab.texts("operands") if text.number is not None]
    weight = next(text for text in texts if text.text.startswith("−0.598"))
    lit = lab.image("input")
    lab.tap("operands", weight.left + weight.width / 2, weight.top + weight.height / 2)
    assert "weight −0.598" in lab.tip and "red" in lab.tip
    assert not np.array_equal(lit, lab.image("input")), "all that it multiplies lights up"
    expect(tip).to_be_visible()
    lab.page.touchscreen.tap(200, 20)  # somewhere else
    expect(tip).to_be_hidden()


def test_a_mouse_still_points_without_pressing(go):
    lab = go("convolution", TABLET)
    before = lab.line.inner_text()
    lab.hover("input", 60, 40)
    assert "read by 9 windows" in lab.tip and lab.line.inner_text() == before
    lab.hover("operands", 2, 2)
    expect(lab.stage.locator(".tip")).to_be_hidden()


# --- padding ---


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("link", "cells"), [
    ("depth=Grey", 5), ("depth=RGB", 15), ("depth=Grey&k=15&p=7", 10), ("depth=Grey&border=replicate", 0),
])  # fmt: skip
def test_padding_in_the_sum_looks_as_it_does_on_the_picture(go, link, cells, dark):
    lab = go(f"convolution?kernel=Box+blur&p=1&{link}", LAPTOP, dark=dark)
    lab.press("Home")
    colour = DARK_PADDING if dark else PADDING
    in_the_corner = lab.count("operands", colour, near=3)
    lab.press("ArrowDown", "ArrowRight", *["ArrowDown", "ArrowRight"] * 7)
    inside = lab.count("operands", colour, near=3)
    if cells:
        assert in_the_corner - inside > cells * 100
    else:
        assert in_the_corner == inside == 0, "borrowed pixels have their own colour, and the outline of padding"


def test_borrowed_pixels_in_the_sum_are_outlined_as_padding(go):
    lab = go("convolution?kernel=Box+blur&p=1&depth=Grey&border=replicate", LAPTOP)
    lab.press("Home")
    line = lab.count("operands", (90, 127, 192), near=12)
    lab.press("ArrowDown", "ArrowRight")
    assert line > 150 and lab.count("operands", (90, 127, 192), near=12) == 0


# --- very wide and very tall ---


def slit(height: int, width: int) -> bytes:
    levels = np.random.default_rng(4).integers(0, 256, (height, width), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("size", [TABLET, PHONE])
@pytest.mark.parametrize(("height", "width"), [(40, 2000), (2000, 40)])
def test_a_slit_of_a_picture_can_be_read_zoomed_in(go, height, width, size):
    lab = go("convolution?depth=Grey&size=2000&k=3", size)
    lab.page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(
        {"name": "slit.png", "mimeType": "image/png", "buffer": slit(height, width)}
    )
    note = lab.stage.locator(".panel.input header span")
    expect(note).to_have_text(re.compile(f"^{height:,} × {width:,} × 1".replace(",", ",?")))
    lab.painted()
    # It opens so that its shorter side can be seen; zoomed out it is whole.
    opaque = lab.image("input")[..., 3] > 0
    assert min(np.ptp(np.nonzero(opaque.any(axis=1 - axis))) for axis in (0, 1)) >= 40
    for _ in range(6):
        lab.stage.get_by_title("Zoom in").click()
    lab.painted()
    for panel in ("input", "output"):
        box = lab.canvas(panel).bounding_box()
        texts = [text for text in numbers_of(lab, panel) if not text.text.startswith("×")]
        assert len(texts) >= 12, panel
        opaque = np.argwhere(lab.image(panel)[..., 3] > 0)
        (top, left), (bottom, right) = opaque.min(axis=0), opaque.max(axis=0)
        assert right - left > 0.6 * box["width"] or bottom - top > 0.6 * box["height"]
        for text in texts:  # no cell is cut through
            assert left <= text.left and text.left + text.width <= right + 1, text
            assert top <= text.top and text.top + text.height <= bottom + 1, text
    lab.press("ArrowRight", "ArrowDown")
    assert numbers_of(lab)


# --- the words around the numbers ---


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
@pytest.mark.parametrize(("path", "last"), [
    ("stride", ".sizes"), ("filters", ".stage"), ("pooling", ".st-key-moved-moved .stage"), ("layers", ".stage"),
    ("channels", ".stage"),
])  # fmt: skip
def test_no_name_or_sentence_of_a_stage_is_cut_off_or_tiny(go, path, last, size):
    page = go(path, size, where=".st-key-stage-A " if path == "stride" else ".st-key-stage ").page
    page.locator(f"{last}[data-ready]").first.wait_for()
    found = page.evaluate(
        """least => {
          const found = [];
          const within = e => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e];
          const all = root => [...root.querySelectorAll("*")].flatMap(within);
          const hasWords = e => [...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
          for (const part of all(document)) {
            if (!part.closest(".stage, .sizes") || !part.checkVisibility() || !hasWords(part)) continue;
            const { fontSize, overflowX, overflowY } = getComputedStyle(part), words = part.textContent.slice(0, 60);
            if (parseFloat(fontSize) < least) found.push(`${fontSize}: ${words}`);
            if (overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1) found.push(`cut: ${words}`);
            if (overflowY !== "visible" && part.scrollHeight > part.clientHeight + 3) found.push(`cut: ${words}`);
          }
          return found;
        }""",
        LEGIBLE,
    )
    assert found == []


def test_a_size_in_the_table_stays_in_its_line_and_no_mark_lies_on_it(go):
    page = go("stride", PHONE, where=".st-key-stage-A ").page
    table = page.locator(".sizes[data-ready]")
    table.wait_for()
    lines = table.evaluate(
        """table => [...table.querySelectorAll("button")].map(button => {
          const range = document.createRange();
          range.selectNodeContents(button.firstChild);
          const words = range.getBoundingClientRect(), mark = button.lastChild.getBoundingClientRect();
          const isOn = mark.width > 0 && mark.bottom > words.top + 2 && mark.left < words.right;
          return [range.getClientRects().length, isOn];
        })"""
    )
    assert len(lines) == 64 and all(line == [1, False] for line in lines)


# --- the whole screen ---


@pytest.mark.parametrize(("link", "where", "size"), [
    ("convolution", "", PHONE), ("convolution", "", TABLET), ("convolution", "", (844, 390)),
    ("lenet?lenet=4.1", "", LAPTOP),
    ("stride", ".st-key-stage-A ", PHONE),
])  # fmt: skip
def test_the_whole_screen_shows_the_whole_step(go, link, where, size):
    lab = go(link, size, where=where)
    lab.stage.evaluate("stage => stage.querySelector('[title^=\"Full screen\"]').click()")
    lab.page.wait_for_function("() => document.fullscreenElement !== null")
    lab.painted()
    cut = lab.stage.evaluate(
        """root => {
          const parts = [".input canvas", ".operands canvas", ".output canvas", ".total", ".controls", ".line"];
          return parts.map((name) => [name, root.querySelector(name)]).filter(([, part]) => {
            const box = part.getBoundingClientRect();
            const isCut = part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1;
            return box.top < 0 || box.left < 0 || box.bottom > innerHeight + 0.5 || box.right > innerWidth + 0.5
              || box.width < 40 || box.height < 12 || (part.tagName !== "CANVAS" && isCut);
          }).map(([name, part]) => `${name} ${JSON.stringify(part.getBoundingClientRect())}`);
        }"""
    )
    lab.page.evaluate("() => document.exitFullscreen()")
    assert cut == []


# --- dark ---


def test_on_a_dark_page_zero_is_the_pages_own_colour(go):
    lab = go("convolution?kernel=Sobel,+left+to+right", LAPTOP, dark=True)
    background = lab.stage.evaluate("stage => getComputedStyle(stage).backgroundColor")
    assert background == f"rgb{PRGN_DARK[127]}"
    painted = lab.image("output")[40:160, 40:240, :3].astype(int)
    light = painted.sum(axis=-1)
    assert (light < 200).mean() > 0.5 and light.mean() < 250, "most of it is near 0, and as dark as the page"
    palette = lab.stage.evaluate("stage => getComputedStyle(stage).getPropertyValue('--palette')")
    assert "rgb(" + ",".join(map(str, PRGN_DARK[127])) + ")" in palette
    lab.page.emulate_media(color_scheme="light")
    expect(lab.stage).to_have_css("background-color", "rgb(255, 255, 255)")
    lab.painted()
    assert lab.image("output")[40:160, 40:240, :3].mean() > 200
