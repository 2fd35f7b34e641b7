"""The stage in a real browser: what it says, what it paints, and what a person's hands do to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote_plus

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz.geometry import PADDING_MODES
from cnnviz.numbers import full
from cnnviz.pictures import sample
from cnnviz.ui import cached
from cnnviz.ui.settings import START, filter_of, windows
from lab import DEMO, FIND, Lab

ORANGE, BLUE = (217, 95, 2), (0, 114, 178)
ANSWERS = [4, 3, 4, 2, 4, 3, 2, 3, 4]


@pytest.fixture
def visit(warm) -> Callable[[str], Lab]:
    """Opens a view of the lab in the warm tab."""
    return lambda path: Lab(warm(path)).ready()


@pytest.fixture
def demo(visit) -> Lab:
    return visit(DEMO)


def cell_of_output(lab: Lab, row: int, column: int) -> tuple[float, float]:
    """The middle of a cell of the demo's 3 x 3 map."""
    box = lab.canvas("output").bounding_box()
    side = min((box["width"] - 4) / 3, (box["height"] - 4) / 3, 76)
    return 2 + (box["width"] - 4 - 3 * side) / 2 + (column + 0.5) * side, 2 + (row + 0.5) * side


def test_the_demo_gives_its_nine_answers_step_by_step(demo):
    demo.press("Home")
    for index, answer in enumerate(ANSWERS):
        assert demo.numbers() == (answer, answer)
        assert demo.said() == (str(answer),) * 3
        assert demo.line.inner_text().startswith(f"Row {index // 3 + 1} of 3, column {index % 3 + 1} of 3: ")
        demo.press("ArrowRight")


def test_the_first_sentence_reads_all_nine_products(demo):
    demo.press("Home")
    nine = "1×1 + 1×0 + 1×1 + 0×0 + 1×1 + 1×0 + 0×1 + 0×0 + 1×1"
    expect(demo.line).to_have_text(f"Row 1 of 3, column 1 of 3: {nine} = 4.")


def test_the_output_fills_in_as_the_steps_go(demo):
    demo.press("Home")
    corner = [cell_of_output(demo, *divmod(index, 3)) for index in range(9)]
    for index in range(9):
        filled = []
        for x, y in corner:
            red, green, blue, alpha = demo.pixels("output", x - 22, y - 22)[0]
            filled.append(alpha > 0 and green - (red + blue) / 2 > 10)
        assert filled == [at <= index for at in range(9)]
        demo.press("ArrowRight")


def test_keys_move_in_two_directions_and_to_the_ends(demo):
    demo.press("Home", "ArrowDown", "ArrowRight")
    assert "Row 2 of 3, column 2" in demo.line.inner_text()
    demo.press("ArrowUp", "ArrowLeft")
    assert "Row 1 of 3, column 1" in demo.line.inner_text()
    demo.press("End")
    assert "Row 3 of 3, column 3" in demo.line.inner_text()


def test_the_window_is_painted_where_the_sentence_says(demo):
    demo.press("Home")
    box = demo.canvas("input").bounding_box()
    side = min((box["width"] - 4) / 5, (box["height"] - 4) / 5)
    left = 2 + (box["width"] - 4 - 5 * side) / 2

    def edge(row: int, column: int) -> bool:
        """Whether the window's upper edge runs along the top of this cell."""
        found = demo.pixels("input", left + (column + 0.5) * side, max(0, 2 + row * side - 3), 1, 6)
        return any(max(abs(a - b) for a, b in zip(pixel, ORANGE)) < 30 for pixel in found)

    assert [edge(0, column) for column in range(5)] == [True, True, True, False, False]
    demo.press("ArrowRight", "ArrowDown")
    assert [edge(1, column) for column in range(5)] == [False, True, True, True, False]
    assert not any(edge(0, column) for column in range(5))


def test_play_runs_to_the_end_and_pauses(demo):
    demo.press("Home")
    demo.page.get_by_label("Speed").select_option("4")
    demo.stage.locator("button.play").click()
    expect(demo.stage.locator("button.play")).to_have_text("Pause")
    expect(demo.stage.locator(".count")).to_have_text("step 9 of 9", timeout=15_000)
    expect(demo.stage.locator("button.play")).to_have_text("Play")
    demo.stage.locator("button.play").click()  # from the end it begins again
    expect(demo.stage.locator("button.play")).to_have_text("Pause")
    demo.press(" ")
    expect(demo.stage.locator("button.play")).to_have_text("Play")


def test_playing_asks_nothing_of_the_server(demo):
    asked: list[str] = []
    demo.page.on("request", lambda request: asked.append(request.url))
    demo.page.evaluate(
        """() => { const send = WebSocket.prototype.send; window.sent = 0;
                   WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"""
    )
    demo.press("Home")
    demo.page.get_by_label("Speed").select_option("30")
    demo.stage.locator("button.play").click()
    expect(demo.stage.locator(".count")).to_have_text("step 9 of 9")
    demo.press("Home", "ArrowRight", "End")
    assert demo.page.evaluate("() => window.sent") == 0 and asked == []


def test_reduced_motion_steps_instead_of_sliding(open_page):
    """Between two stops a sliding window is painted in places where no step puts it."""
    for reduced in (False, True):
        lab = Lab(open_page(DEMO, reduced_motion=reduced)).ready()
        lab.press("Home")
        lab.page.get_by_label("Speed").select_option("2")
        between = lab.page.evaluate(
            """async () => {
              const root = FIND(".stage");
              const canvas = root.querySelector(".input canvas"), context = canvas.getContext("2d");
              const stroke = CanvasRenderingContext2D.prototype.strokeRect, seen = new Set();
              CanvasRenderingContext2D.prototype.strokeRect = function (x, y, w, h) {
                if (this.canvas === canvas && this.lineWidth === 3.5) seen.add(Math.round(x * 10));
                return stroke.call(this, x, y, w, h);
              };
              root.querySelector("button.play").click();
              for (let frame = 0; frame < 120; frame += 1) await new Promise(requestAnimationFrame);
              CanvasRenderingContext2D.prototype.strokeRect = stroke;
              return seen.size;
            }""".replace("FIND", f"({FIND})")
        )
        assert (between <= 4) == reduced, f"{between} places with reduced motion {reduced}"


# What the window's outline on the input does in the page, as `window.places`: [left, top] of each that was painted.
WATCH = """() => {
  const canvas = (FIND)(".stage .input canvas"), stroke = CanvasRenderingContext2D.prototype.strokeRect;
  window.places = [];
  CanvasRenderingContext2D.prototype.strokeRect = function (...a) {
    if (this.canvas === canvas && this.lineWidth === 3.5) window.places.push([a[0], a[1]]);
    return stroke.apply(this, a);
  };
}""".replace("FIND", FIND)


def test_playing_again_begins_where_the_window_stands(demo):
    demo.page.evaluate(WATCH)
    demo.page.get_by_label("Speed").select_option("2")
    for _ in range(2):
        demo.press("Home")
        home = demo.page.evaluate("() => window.places.at(-1)")
        demo.page.evaluate("() => { window.places = []; }")
        demo.stage.locator("button.play").click()
        expect(demo.stage.locator(".count")).to_have_text(re.compile("step [3-9] of 9"))
        places = demo.page.evaluate("() => window.places")
        assert places[0] == home and places[-1] != home


def test_play_pause_and_play_within_a_frame_run_one_clock(demo):
    demo.press("Home")
    demo.page.evaluate(WATCH)
    frames, painted = demo.page.evaluate(
        """async () => {
          const play = (FIND)(".stage button.play");
          for (let press = 0; press < 5; press += 1) play.click();
          window.places = [];
          const frames = 12;
          for (let frame = 0; frame < frames; frame += 1) await new Promise(requestAnimationFrame);
          const painted = window.places.length;
          play.click();
          return [frames, painted];
        }""".replace("FIND", FIND)
    )
    assert frames - 2 <= painted <= frames + 1


def test_hovering_an_output_shows_its_own_sum_and_every_digit(demo):
    demo.press("Home")
    demo.hover("output", *cell_of_output(demo, 1, 0))
    assert demo.numbers() == (2, 2) and "Row 2 of 3, column 1" in demo.line.inner_text()
    assert demo.tip.split("\n")[-1] == "2"
    demo.hover("operands", 2, 2)
    assert demo.numbers() == (4, 4), "the stage goes back to its own step"


def test_pointing_says_the_digits_that_are_meant_and_none_that_float32_left(visit):
    """Case 3.3: 20.984, not 20.983999252319336."""
    lab = visit("convolution?size=24")
    map = cached.convolve(sample("chelsea").at(24, "rgb"), filter_of(START, 3), windows(START), 1.0).output
    longest = 0
    for x, y in ((40, 40), (60, 40), (90, 60), (120, 80)):
        lab.hover("output", x, y)
        place, said = lab.tip.split("\n")
        row, column = map_place(place)
        assert said == full(map[row - 1, column - 1])
        longest = max(longest, len(repr(float(map[row - 1, column - 1]))))
    assert longest > 12, "a number that float32 does not hold"


def map_place(words: str) -> tuple[int, int]:
    """The row and the column that a tip names, from 1."""
    found = re.match(r"Row (\d+)\b.*, column (\d+)", words)
    assert found, words
    return int(found[1]), int(found[2])


def test_hovering_an_input_lights_the_outputs_that_read_it(demo):
    demo.press("Home")
    box = demo.canvas("input").bounding_box()
    side = min((box["width"] - 4) / 5, (box["height"] - 4) / 5)
    left = 2 + (box["width"] - 4 - 5 * side) / 2
    assert demo.count("output", BLUE) == 0
    demo.hover("input", left + 2.5 * side, 2 + 2.5 * side)
    assert "read by 9 windows" in demo.tip
    nine = demo.count("output", BLUE)
    demo.hover("input", left + 4.5 * side, 2 + 4.5 * side)
    assert "read by 1 window" in demo.tip
    one = demo.count("output", BLUE)
    assert 0 < one < nine and 6 < nine / one < 11


def test_hovering_a_weight_lights_every_pixel_that_it_multiplies(demo):
    demo.press("Home")
    before = demo.image("input")
    box = demo.canvas("operands").bounding_box()
    found = None
    for x in range(20, int(box["width"] / 3), 6):
        demo.hover("operands", x, box["height"] / 6)
        if "used at 9 places" in demo.tip:
            found = x
            break
    assert found is not None and "weight 1" in demo.tip
    after = demo.image("input")
    painted = before[..., 3] > 0
    changed = (before != after).any(axis=-1)[painted].mean()
    assert 0.33 < changed < 0.42, "nine of the 25 pixels"


@pytest.mark.parametrize("size", [40, 200])
def test_between_the_pixels_that_a_weight_multiplies_nothing_is_lit(visit, size):
    """With a stride of 2 the first weight multiplies every other pixel, on the screen five pixels wide or about one."""
    lab = visit(f"convolution?sample=Chelsea+the+cat&depth=Grey&kernel=Box+blur&k=3&s=2&p=0&size={size}")
    lab.press("Home")
    before = lab.image("input")
    operands = lab.canvas("operands").bounding_box()
    hits = (x for x in range(20, int(operands["width"] / 3), 6) if weight_under(lab, x, operands["height"] / 6))
    assert next(hits, None)
    lit = (before != lab.image("input")).any(axis=-1)
    rows, columns = sample("chelsea").at(size, "grey").pixels.shape[1:]
    width, height = before.shape[1] - 4, before.shape[0] - 4
    cell = max(  # the enlarged window stands below the picture or beside it
        min(width / columns, (height - 102) / rows), min((width - 102) / columns, height / rows)
    )
    row, column = (np.floor((np.arange(side) + 0.5 - 2) / cell).astype(int) for side in lit.shape)
    row, column = (np.where((at >= 10) & (at < most - 3), at, -1) for at, most in ((row, rows), (column, columns)))
    inside = (row >= 0)[:, None] & (column >= 0)[None, :]  # away from the window
    lattice = (row % 2 == 0)[:, None] & (column % 2 == 0)[None, :]
    # A pixel of the screen on the edge of two cells may go to either.
    assert lit[inside & lattice].mean() > 0.9
    assert lit[inside & ~lattice].mean() < 0.05


def weight_under(lab: Lab, x: float, y: float) -> bool:
    lab.hover("operands", x, y)
    return lab.tip.startswith("weight")


def test_a_pinned_cell_stays_while_the_pointer_goes_on(demo):
    demo.press("Home")
    x, y = cell_of_output(demo, 2, 1)
    demo.hover("output", x, y)
    demo.page.mouse.down()
    demo.page.mouse.up()
    demo.hover("output", *cell_of_output(demo, 0, 1))
    assert "Row 3 of 3, column 2" in demo.line.inner_text()
    demo.press("Escape")
    demo.hover("output", *cell_of_output(demo, 0, 2))
    assert "Row 1 of 3, column 3" in demo.line.inner_text()


def test_guess_first_gives_nothing_away_until_the_question_mark_is_pressed(demo):
    demo.press("Home", "End")
    with_answer = demo.pixels("output", *(at - 20 for at in cell_of_output(demo, 2, 2)), 40, 40)
    demo.stage.get_by_text("guess first").click()
    demo.painted()
    assert demo.line.inner_text().endswith("what does it come to?")
    assert demo.stage.locator(".value").inner_text() == "?"
    hidden = demo.pixels("output", *(at - 20 for at in cell_of_output(demo, 2, 2)), 40, 40)
    assert not np.array_equal(hidden, with_answer)
    demo.stage.get_by_title("Show the answer").click()
    demo.painted()
    assert demo.said() == ("4",) * 3
    demo.press("ArrowLeft")
    assert demo.line.inner_text().endswith("what does it come to?"), "the next step asks again"


def test_scrubbing_goes_anywhere(demo):
    demo.page.get_by_label("Step", exact=True).fill("6")
    demo.painted()
    assert "Row 2 of 3, column 3" in demo.line.inner_text() and demo.numbers() == (3, 3)


def test_full_screen_and_back(demo):
    demo.press("Home")
    small = demo.canvas("input").bounding_box()
    demo.press("f")
    demo.page.wait_for_function("() => document.fullscreenElement !== null")
    demo.painted()
    large = demo.canvas("input").bounding_box()
    assert large["height"] > 1.5 * small["height"] and demo.numbers() == (4, 4)
    demo.press("f")
    demo.page.wait_for_function("() => document.fullscreenElement === null")


def test_zoom_shows_the_numbers_of_a_large_picture_and_can_be_dragged(visit):
    lab = visit("convolution?depth=Grey&size=64&kernel=Box+blur")
    whole = lab.image("input")
    for _ in range(3):
        lab.stage.get_by_title("Zoom in").click()
    lab.painted()
    near = lab.image("input")
    assert not np.array_equal(near, whole)
    box = lab.canvas("input").bounding_box()
    lab.page.mouse.move(box["x"] + 150, box["y"] + 60)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    lab.page.mouse.up()
    lab.painted()
    assert not np.array_equal(lab.image("input"), near)
    lab.press("ArrowRight")
    for _ in range(3):
        lab.stage.get_by_title("Zoom out").click()
    lab.hover("operands", 2, 2)
    assert lab.stage.evaluate("stage => !stage.classList.contains('is-zoomed')")


def test_zoomed_into_a_large_picture_only_what_shows_is_painted(visit):
    """512 x 512 from its first step: 262,000 cells are still empty, some hundreds of them in view."""
    lab = visit("convolution?sample=Camera+operator&depth=Grey&kernel=Box+blur&size=512")
    for _ in range(5):
        lab.stage.get_by_title("Zoom in").click()
    lab.press("End")
    lab.page.evaluate(
        """() => {
          const stroke = CanvasRenderingContext2D.prototype.strokeRect;
          window.strokes = 0;
          CanvasRenderingContext2D.prototype.strokeRect = function (...a) {
            window.strokes += 1;
            return stroke.apply(this, a);
          };
        }"""
    )
    lab.press("Home")
    assert 200 < lab.page.evaluate("() => window.strokes") < 5000


def columns_in_view(lab: Lab) -> int:
    """How many of the output's columns lie between the left and right edges of its panel's picture."""
    places = range(3, int(lab.canvas("output").bounding_box()["width"]), 3)

    def first(places: Iterable[int]) -> int:
        for x in places:
            lab.hover("output", x, 20)
            if found := re.search(r"^Row .* column (\d+) of", lab.tip):
                return int(found[1])
        raise AssertionError("no column is told")

    return first(reversed(places)) - first(places) + 1


def test_a_smaller_picture_is_not_left_zoomed_in_too_far(visit):
    """At 200 pixels the zoom goes to 25 times; at 16 to twice, and at 8 there is none."""
    lab = visit("convolution?sample=Camera+operator&depth=Grey&kernel=Box+blur&size=200")
    for _ in range(5):
        lab.stage.get_by_title("Zoom in").click()
    lab.painted()
    assert columns_in_view(lab) <= 10
    for size, least, is_zoomed in ((16, 7, True), (8, 6, False)):
        typed = lab.page.get_by_role("spinbutton", name="Longest side")
        typed.fill(str(size))
        typed.press("Enter")
        expect(lab.stage.locator(".panel.input header span")).to_have_text(f"{size} × {size} × 1")
        lab.painted()
        assert lab.stage.evaluate("stage => stage.classList.contains('is-zoomed')") == is_zoomed
        assert columns_in_view(lab) >= least


def test_padding_and_unread_pixels_are_painted_apart(visit):
    """K = 2 and S = 3 over 5 pixels read 1, 2 and 4, 5: the third row and column are never read."""
    lab = visit("convolution?sample=5+x+5+varied+numbers&depth=Grey&kernel=Box+blur&s=3&p=0&k=2")
    expect(lab.page.locator(".formula small")).to_contain_text("1 row and 1 column are never read (shaded)")
    box = lab.canvas("input").bounding_box()
    side = min((box["width"] - 4) / 5, (box["height"] - 4) / 5)
    left = 2 + (box["width"] - 4 - 5 * side) / 2
    colours = [
        {tuple(pixel[:3]) for pixel in lab.pixels("input", left + (at + 0.1) * side, 2 + 3.08 * side, side * 0.8, 4)}
        for at in range(5)
    ]
    assert [len(found) > 1 for found in colours] == [False, False, True, False, False], "unread pixels are hatched"
    assert lab.count("input", (219, 229, 246), near=6) == 0
    padded = visit("convolution?sample=5+x+5+varied+numbers&depth=Grey&kernel=Box+blur&p=1")
    assert padded.count("input", (219, 229, 246), near=6) > 2000


def test_borrowed_pixels_are_tied_to_their_origin(visit):
    url = "convolution?sample=5+x+5+varied+numbers&depth=Grey&kernel=Box+blur&p=1&border="
    tied = {}
    for border in ("zeros", "reflect", "replicate", "circular"):
        lab = visit(url + border)
        lab.press("Home")
        tied[border] = lab.count("input", BLUE)
    assert tied["zeros"] == 0
    assert all(tied[border] > 60 for border in ("reflect", "replicate", "circular"))


def test_the_overview_stops_about_25_times_and_every_step_goes_one_by_one(visit):
    lab = visit("convolution?size=48")
    lab.press("Home")
    stops = 1
    while "step 1,536 of 1,536" not in lab.stage.locator(".count").inner_text():
        lab.stage.get_by_title("One step on").click()
        lab.painted()
        stops += 1
        assert stops < 40
    assert 20 <= stops <= 30
    lab.press("Home")
    lab.stage.get_by_text("every step").click()
    lab.stage.get_by_title("One step on").click()
    expect(lab.stage.locator(".count")).to_have_text("step 2 of 1,536")


def test_a_slider_moves_the_map_and_the_place_is_kept(visit):
    lab = visit("convolution?kernel=Box+blur&size=64")
    lab.press("Home", "ArrowDown", "ArrowRight")
    lab.page.get_by_role("slider", name="K kernel").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.stage).to_have_attribute("data-ready", "2")
    lab.painted()
    assert re.match(r"Row 2 of \d+, column 2 of", lab.line.inner_text())
    expect(lab.page.get_by_role("slider", name="K kernel")).to_have_value("4")
    expect(lab.page.locator(".operands header")).to_contain_text("red, columns")  # 48 products, in parts
    a, b = lab.numbers()
    assert b == pytest.approx(a, rel=1e-6)


def test_the_theme_can_change_under_the_stage(open_page):
    lab = Lab(open_page(DEMO)).ready()
    lab.press("Home", "End")
    lab.page.emulate_media(color_scheme="dark")
    lab.page.wait_for_function(
        """() => getComputedStyle(FIND(".stage")).backgroundColor === "rgb(15, 20, 27)" """.replace("FIND", f"({FIND})")
    )
    lab.painted()
    assert lab.numbers() == (4, 4) and "Row 3 of 3, column 3" in lab.line.inner_text()


@pytest.mark.parametrize("border", PADDING_MODES)
@pytest.mark.parametrize("depth", ["Grey", "RGB"])
def test_the_lab_shows_the_trace_of_its_settings(visit, depth, border):
    """Once for each border and depth, through the page, its sliders' link and its picture."""
    state = {"kernel": "Gabor", "k": 4, "s": 2, "p": 3, "d": 2, "border": border, "bias": -2.5, "flip": True}
    trace = cached.convolve(
        sample("chelsea").at(24, depth.lower()),
        filter_of({**START, **state}, 3 if depth == "RGB" else 1),
        windows({**START, **state}),
        255.0,
    )
    named = {**state, "depth": depth, "values": "0–1", "sample": "Chelsea the cat", "size": 24}
    lab = visit("convolution?" + "&".join(f"{key}={quote_plus(str(value))}" for key, value in named.items()))
    for key, row, column in (("Home", 0, 0), ("End", *(size - 1 for size in trace.output.shape))):
        lab.press(key)
        assert lab.numbers()[0] == pytest.approx(trace.step(row, column).result, rel=1e-9)
        assert lab.numbers()[1] == trace.output[row, column]
