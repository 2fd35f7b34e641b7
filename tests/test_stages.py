"""Stages in a real browser, many on a page: every preset, every operation, and stages that share a cursor."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benches import stages
from cnnviz.geometry import PADDING_MODES
from cnnviz.kernels import KERNELS
from door import Door
from lab import Lab

BLUE = (0, 114, 178)


@pytest.fixture(scope="module")
def gallery(open_bench: Door) -> Callable[[str, int], Page]:
    """Opens the bench of stages, once as many of them as are asked for have been painted."""
    page = open_bench("stages?later=1", wait=False)

    def go(query: str, count: int) -> Page:
        page.goto(f"{open_bench.url}/stages?{query}")
        expect(page.locator(".stage[data-ready]")).to_have_count(count, timeout=30_000)
        return page

    return go


@pytest.mark.parametrize(
    ("border", "depth", "values"),
    list(zip(PADDING_MODES, ("grey", "rgb") * 2, (255.0, 1.0) * 2)),
)
def test_every_preset_adds_up_to_what_python_computed(gallery, border, depth, values):
    states = stages.preset_states(border)
    assert len(states) == len(KERNELS)
    page = gallery(f"border={border}&depth={depth}&values={values}", len(states))
    for number, state in enumerate(states):
        lab = Lab(page, f".st-key-stage-{number} ")
        trace = stages.preset_trace(state, depth, values)
        rows, columns = trace.output.shape
        for key, row, column in (("Home", 0, 0), ("ArrowRight", 0, 1), ("End", rows - 1, columns - 1)):
            lab.press(key)
            step = trace.step(row, column)
            by_browser, by_python = lab.numbers()
            assert abs(by_browser - by_python) <= 1e-5 * step.magnitude
            assert by_browser == pytest.approx(step.result, abs=1e-9 * max(1.0, step.magnitude))
            assert np.float32(by_python) == trace.output[row, column]
            assert len(set(lab.said())) == 1, f"{state['kernel']}: {lab.said()}"


def test_tiles_are_not_zoomed(gallery):
    """A place of the output is then a place in each tile: no one part of them all would show it."""
    page = gallery("later=1", len(stages.later_traces()))
    for name in ("six maps", "400 terms"):
        lab = Lab(page, f".st-key-{name.replace(' ', '-')} ")
        expect(lab.button("Zoom in")).to_be_hidden()
        lab.press("Home")
        before = lab.image("input")
        lab.press("+", "+")
        assert np.array_equal(lab.image("input"), before)
        assert lab.stage.evaluate("stage => !stage.classList.contains('is-zoomed')")


def test_every_later_operation_is_shown_without_change(gallery):
    traces = {name: stages.filled(trace) for name, trace in stages.later_traces().items()}
    page = gallery("later=1", len(traces))
    for name, trace in traces.items():
        lab = Lab(page, f".st-key-{name.replace(' ', '-').replace(',', '')} ")
        rows, columns = trace.output.shape
        for key, row, column in (("Home", 0, 0), ("End", rows - 1, columns - 1)):
            lab.press(key)
            step = trace.step(row, column)
            by_browser, by_python = lab.numbers()
            assert by_browser == pytest.approx(step.result, rel=1e-12, abs=1e-12 * step.magnitude)
            assert np.float32(by_python) == np.float32(trace.output[row, column])
            assert len(set(lab.said())) == 1, f"{name}: {lab.said()}"
    for panel in ("input", "operands", "output"):
        for name in traces:
            lab = Lab(page, f".st-key-{name.replace(' ', '-').replace(',', '')} ")
            colours = np.unique(lab.image(panel).reshape(-1, 4), axis=0)
            assert len(colours) > 5, f"{name}: nothing is painted in its {panel} panel"


# --- stages that share a cursor ---


@pytest.fixture
def linked(gallery) -> tuple[Lab, Lab, Lab, Lab]:
    """Two compact stages of one group, and two whose maps are named: (layer, channel)."""
    page = gallery("linked=1", 4)
    page.mouse.move(1, 1)
    return tuple(Lab(page, f".st-key-{name} ") for name in ("fine", "coarse", "first", "second"))


def place(lab: Lab) -> tuple[int, ...]:
    """The output that a stage shows, counted from 1."""
    return tuple(map(int, re.findall(r"(?:Row|column) (\d+) of", lab.line.inner_text())))


def test_a_stage_goes_where_its_group_is(linked):
    """K=3, S=1, P=1 beside K=5, S=2, P=0, on 8 x 12 pixels: output i has its middle at i, and at 2i + 2."""
    fine, coarse, *_ = linked
    walk = ((["End"], (8, 12), (2, 4)), (["Home"], (1, 1), (1, 1)), (["ArrowRight"] * 5, (1, 6), (1, 3)))
    for keys, at, nearest in walk:
        fine.press(*keys)
        coarse.painted()
        assert (place(fine), place(coarse)) == (at, nearest)
    coarse.press("End")
    fine.painted()
    assert (place(coarse), place(fine)) == ((2, 4), (5, 9))
    assert coarse.numbers()[0] == pytest.approx(coarse.numbers()[1], rel=1e-5)


def test_a_pixel_under_the_pointer_lights_up_in_the_whole_group(linked):
    fine, coarse, *_ = linked
    before = coarse.count("input", BLUE)
    fine.hover("input", *middle_of(fine, "input"))
    coarse.painted()
    assert before == 0 and fine.count("input", BLUE) > 20 and coarse.count("input", BLUE) > 20
    fine.page.mouse.move(1, 1)
    coarse.painted()
    assert coarse.count("input", BLUE) == 0


def middle_of(lab: Lab, panel: str) -> tuple[float, float]:
    box = lab.canvas(panel).bounding_box()
    return box["width"] / 2, box["height"] / 2


def test_playing_one_plays_the_group(linked):
    fine, coarse, *_ = linked
    coarse.press("Home")
    fine.press("Home", " ")
    expect(coarse.line).to_contain_text("Row 2 of 2", timeout=20_000)
    fine.press(" ")
    assert fine.stage.locator("button.play").inner_text().strip() == "Play"


def test_who_follows_says_nothing_aloud(linked):
    """Two voices at once would be none: only the stage that is moved is read aloud."""
    fine, coarse, *_ = linked
    fine.press("Home", "ArrowRight")
    coarse.painted()
    assert [lab.line.get_attribute("aria-live") for lab in (fine, coarse)] == ["polite", "off"]
    coarse.press("End")
    fine.painted()
    assert [lab.line.get_attribute("aria-live") for lab in (fine, coarse)] == ["off", "polite"]


def test_new_settings_of_one_do_not_move_the_other(linked):
    fine, coarse, *_ = linked
    fine.press("Home", *["ArrowRight"] * 5)
    switch(fine.page, coarse, "2")
    fine.painted()
    assert place(fine) == (1, 6)
    fine.press("End")
    coarse.painted()
    assert place(coarse) == (3, 5), "and it still follows"


def test_a_place_named_again_is_gone_to_again(linked):
    *_, second = linked
    second.press("End")
    switch(second.page, second, "2")
    assert place(second) == (8, 12), "sent nowhere, it stays"
    switch(second.page, second, "3")
    expect(second.line).to_contain_text("Row 3 of 8, column 2 of 12")


def switch(page: Page, lab: Lab, version: str) -> None:
    """Change the settings of the page, and wait until the stage has its new trace."""
    page.get_by_test_id("stCheckbox").locator("label").click()
    expect(lab.stage).to_have_attribute("data-ready", version)


def test_a_named_map_follows_only_its_own_name(linked):
    *_, first, second = linked
    before = place(second)
    assert before == (3, 2), "where Python sent it"
    first.press("End")
    second.painted()
    assert place(second) == before
    tell = """unit => window.dispatchEvent(new CustomEvent("cnnviz-cursor",
        { detail: { group: "network", from: {}, place: { unit, row: 1, column: 4, isFilling: false } } }))"""
    first.page.evaluate(tell, [2, 1])
    second.painted()
    assert place(second) == (2, 5) and place(first) == (8, 12)


def test_a_compact_stage_has_its_sum_and_is_not_cut_off(linked):
    for lab in linked[:2]:
        lab.press("Home")
        assert lab.stage.locator(".total").is_visible() and not lab.canvas("operands").is_visible()
        assert len(set(lab.said())) == 1
        wide = lab.stage.evaluate("stage => stage.scrollWidth <= stage.clientWidth")
        assert wide


def test_a_map_without_negatives_is_drawn_as_a_map_where_its_limit_is_named(linked):
    """The first's input is named a map, the second's is not: green against grey."""
    *_, first, second = linked
    greens = []
    for lab in (first, second):
        found = lab.image("input").reshape(-1, 4).astype(int)
        greens.append(int((found[:, 1] - found[:, [0, 2]].max(axis=1) > 30).sum()))
    assert greens[0] > 1000 and greens[1] == 0
