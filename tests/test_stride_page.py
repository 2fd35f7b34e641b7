"""Stride and padding: its counts against walking over every place, its page as the script and a browser meet it."""

from __future__ import annotations

import html
import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnviz.experiments.reads import reading, reads
from cnnviz.geometry import Window
from cnnviz.numbers import percent
from cnnviz.pictures import Picture
from cnnviz.ui.lessons.stride.stride_ab import BOTH, LECTURE, OPERATION, A, B, frameworks_at
from cnnviz.ui.lessons.stride.stride_counted import after_layers, positions
from cnnviz.ui.lessons.stride.stride_padding import first_row
from cnnviz.ui.state import DECLARED, starts
from lab import Lab
from oracles import convolve_by_loops, convolve_by_onnxruntime
from sent import Sent
from visitor import Visitor

START = starts(OPERATION)

NUMBERS = {"sample": "5 x 5 varied numbers", "depth": "Grey"}
BORDERS = ["zeros", "reflect", "replicate", "circular"]


def noise(height, width, depth=1):
    levels = np.random.default_rng(height * 100 + width).integers(0, 256, (depth, height, width), np.uint8)
    return Picture(levels, "RGB", (height, width))


# --- counts, against a walk over every place of the padded picture ---


def walked(k, s, ends, height, width):
    """(how often each pixel is read, how many windows there are, the padded rows and columns behind the last one)."""
    before, after = ends
    counts = np.zeros((height + before + after, width + before + after), int)
    windows = 0
    for top in range(0, counts.shape[0] - k + 1, s):
        for left in range(0, counts.shape[1] - k + 1, s):
            counts[top : top + k, left : left + k] += 1
            windows += 1
    behind = counts.shape[0] - top - k, counts.shape[1] - left - k
    return counts[before : before + height, before : before + width], windows, behind


@pytest.mark.parametrize(
    ("k", "s", "ends"),
    [(3, 1, (1, 1)), (3, 2, (1, 1)), (3, 2, (0, 0)), (2, 3, (0, 0)), (4, 1, (1, 2)), (1, 4, (0, 0)), (5, 8, (3, 4))],
)
@pytest.mark.parametrize(("height", "width"), [(5, 5), (7, 12), (16, 9)])
def test_the_counts_are_those_of_a_walk(k, s, ends, height, width):
    counts, windows, behind = walked(k, s, ends, height, width)
    window = Window(k, s, ends)
    found = reading(window, window, (height, width))
    assert (found.windows, found.dropped) == (windows, behind)
    assert found.at_stride_one == walked(k, 1, ends, height, width)[1]
    assert found.mean == pytest.approx(counts.mean(), rel=1e-12)
    assert (found.least, found.most) == (counts.min(), counts.max())
    assert found.rows == tuple(np.flatnonzero((counts == 0).all(axis=1)))
    assert found.columns == tuple(np.flatnonzero((counts == 0).all(axis=0)))
    np.testing.assert_array_equal(np.outer(reads(window, height), reads(window, width)), counts)
    # The share of a window that its neighbour reads too.
    first, second = set(range(k)), set(range(s, s + k))
    assert found.shared == pytest.approx(len(first & second) / k)


def test_the_lecture_s_counts():
    window = Window(3, 2, 1)
    found = reading(window, window, (5, 5))
    # Along a side the three windows read 2, 3 and 2 pixels: 7 reads of 5 pixels.
    assert (found.windows, found.at_stride_one, found.mean) == (9, 25, pytest.approx(49 / 25))


@pytest.mark.parametrize(
    ("window", "size", "layers", "left"),
    [
        (Window(3), 28, 1, 26),
        (Window(5), 32, 1, 28),  # LeNet-5's C1
        (Window(3), 28, 13, 2),
        (Window(3), 28, 14, None),
        (Window(3, 1, 1), 5, 10, 5),
        (Window(4, 1, (1, 2)), 5, 10, 5),
        (Window(3, 2, 1), 224, 5, 7),
    ],
)
def test_what_is_left_after_layers(window, size, layers, left):
    assert after_layers(window, size, layers) == left


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(
    ("k", "s", "p", "more"), [(3, 1, 1, False), (4, 2, 1, True), (2, 3, 3, False), (5, 1, 0, False)]
)
@pytest.mark.parametrize("depth", [1, 3])
def test_the_first_row_is_the_map_s(border, k, s, p, more, depth):
    picture = noise(6, 9, depth)
    state = {**START, "k": k, "s": s, "p": p, "more": more, "border": border}
    filter, windows = A.filter(state, depth), A.windows(state, picture)
    ends = (p, p + more)
    images = picture.levels()[np.newaxis] / 255
    weight = np.full((1, depth, k, k), 1 / k**2) * ([[[[0.299]], [[0.587]], [[0.114]]]] if depth == 3 else 1)
    answer = convolve_by_loops(images, weight, None, (s, s), (ends, ends), (1, 1), 1, border)[0, 0, 0]
    np.testing.assert_allclose(first_row(picture, filter, windows, 255.0), answer, rtol=1e-12)


# --- A and B as plain values ---


def test_the_lecture_s_case_gives_three_and_its_companion_keeps_the_size():
    state = {**START, **LECTURE}
    assert A.windows(state, noise(5, 5)).output_size(noise(5, 5)) == (3, 3)
    assert B.windows(state, noise(5, 5)).output_size(noise(5, 5)) == (5, 5)
    assert [state[key] for key in ("k", "s", "p", "sample", "border")] == [3, 2, 1, "5 x 5 varied numbers", "zeros"]


@pytest.mark.parametrize("setting", BOTH, ids=["A", "B"])
@pytest.mark.parametrize("k", range(1, 16))
def test_keeping_keeps_the_size_of_every_k(setting, k):
    changes = setting.keeping(k)
    assert setting.windows({**START, **changes}, noise(16, 20)).output_size(noise(16, 20)) == (16, 20)
    assert changes[setting.more] is (k % 2 == 0)
    assert changes.keys() <= {setting.k, setting.s, setting.p, setting.more, setting.same}


@pytest.mark.parametrize("setting", BOTH, ids=["A", "B"])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 5), (3, 9)])
def test_there_is_always_something_to_press_and_it_works(setting, height, width):
    picture = noise(height, width)
    for k, p, more, border in itertools.product((1, 2, 9, 15), (0, 1, 4, 15), (False, True), BORDERS):
        state = {**START, setting.k: k, setting.p: p, setting.more: more, "border": border}
        if setting.works(state, picture):
            assert setting.problem(state, picture) is None
            continue
        found = setting.remedies(state, picture)
        assert found
        for label, changes in found:
            assert setting.works({**state, **changes}, picture), (state, label)
            assert changes.keys() <= {setting.k, setting.s, setting.p, setting.more, setting.same, "border"}
        for key in (setting.k, setting.p):  # nothing nearer would have done
            near = [changes[key] for _, changes in found if [*changes] == [key]]
            least, most = DECLARED[key].range
            away = [v for v in range(least, most + 1) if setting.works({**state, key: v}, picture)]
            assert [abs(v - state[key]) for v in near] == ([min(abs(v - state[key]) for v in away)] if away else [])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((3,), "row 4"),
        ((3, 7), "rows 4 and 8"),
        ((0, 1, 2), "rows 1, 2 and 3"),
        (tuple(range(1, 99, 2)), "49 rows: 2, 4, 6, 8, …"),
    ],
)
def test_positions_as_a_person_counts_them(found, words):
    assert positions(found, "row") == words


# --- the page without a browser ---


def page_of(**link: str) -> Visitor:
    return Visitor("stride", **link)


def stages(at: Visitor) -> dict[str, Sent]:
    """What each stage was sent, by its letter."""
    return {sent.header["names"]["output"][0]: sent for sent in at.sent_to("stage")}


def check(at: Visitor) -> dict[str, tuple[int, int]]:
    """The size of each map, once it is found to be what ONNX Runtime makes of the same mean over the same picture."""
    sizes = {}
    for letter, sent in stages(at).items():
        header = sent.header
        rows, picture = header["rows"], sent.input[np.newaxis].astype(np.float32)
        assert rows == header["columns"] and rows["dilation"] == 1
        k, ends = rows["kernel"], (rows["before"], rows["after"])
        weight = np.ones((1, 1, k, k), np.float32) / k**2
        if picture.shape[1] == 3:
            weight = weight * np.array([0.299, 0.587, 0.114], np.float32)[:, np.newaxis, np.newaxis]
        answer = convolve_by_onnxruntime(
            picture / header["divisor"], weight, None, (rows["stride"],) * 2, (ends, ends), (1, 1), 1, header["outside"]
        )[0, 0]
        np.testing.assert_allclose(sent.output, answer, atol=1e-3)
        assert header["options"]["compact"] and header["options"]["group"] == "stride"
        sizes[letter] = sent.output.shape
    return sizes



def cells(at: Visitor) -> list[list[dict]]:
    return at.told("sizes").header["cells"]


def table_of(at: Visitor, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, as texts."""
    return texts(next(body for body in at.markup() if f"<h2>{heading}" in body))


def texts(table: str) -> list[list[str]]:
    """A table's rows, each cell without its tags."""
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", table)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]
    return [[html.unescape(re.sub(r"<[^>]*>", " ", cell)).strip() for cell in line] for line in found]


def test_it_opens_with_two_settings_on_the_same_picture():
    at = page_of()
    assert check(at) == {"A": (128, 192), "B": (64, 96)}
    assert "⌊(128 − 3 + 2·1) / 2⌋ + 1 = ⌊63.5⌋ + 1 = 64" in at.said()
    a, b = (stages(at)[letter] for letter in "AB")
    np.testing.assert_array_equal(a.input, b.input)
    assert at.app.error.len == at.app.info.len == at.app.warning.len == 0


def test_the_demo_is_the_lecture_s():
    at = page_of(k="7", s="5", border="circular", kb="9", moreb="true").press("lecture")
    assert check(at) == {"A": (3, 3), "B": (5, 5)}
    assert "⌊(5 − 3 + 2·1) / 2⌋ + 1 = 3" in at.said()
    assert [sent.header["outside"] for sent in stages(at).values()] == ["zeros", "zeros"]


@pytest.mark.parametrize("border", BORDERS)
def test_a_link_opens_both_settings(border):
    at = page_of(size="24", k="4", s="1", p="1", more="true", kb="5", sb="3", pb="4", border=border)
    assert check(at) == {"A": (16, 24), "B": (7, 10)}
    rows = {letter: sent.header["rows"] for letter, sent in stages(at).items()}
    assert rows["A"] == {"kernel": 4, "stride": 1, "before": 1, "after": 2, "dilation": 1}
    assert rows["B"] == {"kernel": 5, "stride": 3, "before": 4, "after": 4, "dilation": 1}
    # The window goes to the corner, where the ties of a border that borrows are.
    assert {tuple(sent.header["options"].get("at", ())) for sent in stages(at).values()} == (
        {()} if border == "zeros" else {(0, 0)}
    )


def test_a_link_that_makes_no_sense_is_ignored():
    at = page_of(k="0", kb="99", sb="x", pb="-1", more="2", moreb="", border="moebius", kc="9")
    assert check(at) == {"A": (128, 192), "B": (64, 96)}


def test_what_one_cannot_the_other_still_can():
    at = page_of(**NUMBERS, k="9", p="0")
    assert [*stages(at)] == ["B"]
    assert "A gives no map. The window spans 9, the picture has only 5." in at.said()
    assert at.remedies() == [
        "remedy-A K = 5",
        "remedy-A P = 2",
    ]
    assert check(at.press("remedy-A P = 2")) == {"A": (1, 1), "B": (3, 3)}


def test_neither_can_and_each_says_so():
    at = page_of(**NUMBERS, k="3", p="6", kb="8", pb="0", sb="1", border="reflect")
    assert stages(at) == {}
    assert "A gives no map. The padding of 6 is more than a reflect border can borrow from 5 pixels" in at.said()
    assert "B gives no map. The window spans 8, the picture has only 5." in at.said()
    assert {*at.remedies()} == {
        "remedy-A P = 4", "remedy-A border: zeros", "remedy-B K = 5", "remedy-B P = 2",
    }  # fmt: skip
    assert check(at.press("remedy-A border: zeros").press("remedy-B P = 2")) == {"A": (15, 15), "B": (2, 2)}


def test_keep_the_size_is_for_each_setting_by_itself():
    at = page_of(size="24", k="6", s="3", p="0", kb="7", sb="2", pb="0").press("pb-act")
    assert check(at) == {"A": (4, 7), "B": (16, 24)}
    assert check(at.press("p-act")) == {"A": (16, 24), "B": (16, 24)}


# --- the table of sizes ---


@pytest.mark.parametrize(
    ("k", "border"), [("3", "zeros"), ("1", "reflect"), ("9", "zeros"), ("4", "reflect"), ("4", "circular")]
)
def test_the_table_has_what_a_walk_finds(k, border):
    at = page_of(**NUMBERS, k=k, border=border, s="2", p="1", kb=k, sb="3", pb="1")
    limit = {"reflect": 4, "circular": 5}.get(border, 99)
    for padding, row in enumerate(cells(at)):
        for stride, cell in enumerate(row, start=1):
            places = range(0, 5 + 2 * padding - int(k) + 1, stride)
            fits = len(places) > 0 and padding <= limit
            assert cell["text"] == (f"{len(places)} × {len(places)}" if fits else "")
            assert cell["kept"] is (fits and len(places) == 5)
            assert cell["mark"] == {(2, 1): "A", (3, 1): "B"}.get((stride, padding), "")
            assert cell["why"].endswith(".")
    assert [len(cells(at)), len(cells(at)[0])] == [8, 8]


def test_a_setting_that_is_not_in_the_table_marks_nothing():
    assert {cell["mark"] for row in cells(page_of(size="24", p="9", kb="5")) for cell in row} == {""}
    at = page_of(size="24", more="true", kb="3", sb="1", pb="1")
    assert {cell["mark"] for row in cells(at) for cell in row} == {"", "B"}
    assert "A's own padding is not among these" in at.said()


# --- what is told below ---


def test_what_stride_throws_away_is_what_a_walk_finds():
    at = page_of(**NUMBERS, k="2", s="3", p="0", kb="3", sb="2", pb="1")
    told = {name: (a, b) for name, a, b in table_of(at, "What stride throws away")[1:]}
    assert told["Windows, and so numbers out"] == ("2 × 2 = 4", "3 × 3 = 9")
    assert told["Kept, of stride 1's windows"] == ("4 of 16: 25\u00a0%", "9 of 25: 36\u00a0%")
    assert told["Neighbouring windows"] == ("windows leave 1 between them", "windows overlap by 1 of 3 (33.3\u00a0%)")
    assert told["Windows that read a pixel"] == ("0.64 on average, 0 to 1", "1.96 on average, 1 to 4")
    assert told["The floor drops, at the end of the padded picture"] == ("nothing", "nothing")
    assert told["Pixels that no window reads"] == ("9 of 25 (36\u00a0%): row 3; column 3", "none")
    at = page_of(**NUMBERS, k="2", s="2", p="0")
    told = {name: a for name, a, _ in table_of(at, "What stride throws away")[1:]}
    assert told["The floor drops, at the end of the padded picture"] == "1 row and 1 column"
    assert told["Pixels that no window reads"] == "9 of 25 (36\u00a0%): row 5; column 5"


def test_only_an_odd_k_has_a_centre_and_every_k_can_be_put_on_a():
    at = page_of(**NUMBERS)
    for k in range(1, 9):
        at.set(kc=str(k))
        bodies = [body for body in at.markup() if 'class="strip"' in body]
        first, last = re.findall(r"<div><small>(?:first|last) window</small>(.*?)</div>", bodies[0])
        for line in (first, last):
            marks = re.findall(r'<i class="([^"]*)">(\d)</i>', line)
            assert sum("in" in mark.split() for mark, _ in marks) == k
            middle = [number for mark, number in marks if "middle" in mark]
            assert middle == ([] if k % 2 == 0 else ["1" if line is first else "7"])
            assert len(marks) == 7 + k - 1
        assert check(at.press("centre-on-a"))["A"] == (5, 5)
        assert stages(at)["A"].header["rows"]["kernel"] == k


def test_the_padding_that_keeps_the_size_is_tabled():
    at = page_of(**NUMBERS)
    body = next(body for body in at.markup() if "padding that keeps the size" in body)
    lines = texts(body)[1:]
    assert [line[1] for line in lines] == ["yes", "no"] * 4
    for k, line in enumerate(lines, start=1):
        for padding, height, width in re.findall(r"P = (\d): (\d) × (\d)", line[3]):
            size = len(range(0, 5 + 2 * int(padding) - k + 1))
            assert (int(height), int(width)) == (size, size)
        assert len(re.findall("P = ", line[3])) == (1 if k % 2 else 2)


def test_the_border_is_read_more_often_with_padding():
    at = page_of(**NUMBERS)
    told = {name: (without, padded) for name, without, padded in table_of(at, "Padding keeps")[1:]}
    assert told["A corner pixel is read by"] == ("1 window", "4 windows")
    assert told["A pixel in the middle of the first row"] == ("3 windows", "6 windows")
    assert told["A pixel in the middle of the picture"] == ("9 windows", "9 windows")
    assert told["Pixels that are the centre of a window"] == ("36\u00a0%", "100\u00a0%")
    assert told["Size after one layer"] == ("3 × 3", "5 × 5")
    assert told["Size after 10 such layers in a row"] == ("nothing is left", "5 × 5")


@pytest.mark.parametrize("values", ["0–255", "0–1"])
def test_each_border_s_numbers_and_where_they_come_from(values):
    at = page_of(**NUMBERS, p="2", values=values)
    row = np.array([0, 51, 153, 255, 102])
    scale = 1 if values == "0–255" else 255
    table = table_of(at, "What stands in the padding")
    assert table[0][1:-1] == ["pad", "pad", "1", "2", "3", "4", "5", "pad", "pad"]
    modes = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    picture = np.array([[0, 1, 3, 5, 2], [4, 2, 0, 1, 5], [1, 5, 4, 2, 0], [3, 0, 2, 5, 1], [2, 4, 1, 3, 5]]) * 51
    for line, (mode, name) in zip(table[1:], modes.items(), strict=True):
        assert line[0].startswith(mode)
        numbers, origins = np.pad(row, 2, name) / scale, np.pad(np.arange(1, 6), 2, name)
        for place, cell in enumerate(line[1:-1]):
            number, _, come = cell.partition(" ")
            assert float(number) == pytest.approx(numbers[place], rel=0.01)
            borrowed = place not in range(2, 7) and mode != "zeros"
            assert come.strip() == (f"from {origins[place]}" if borrowed else "")
        padded = np.pad(picture, 2, name) / scale
        mean = np.mean([padded[:3, left : left + 3].mean() for left in range(7)])
        assert float(line[-1]) == pytest.approx(mean, rel=0.01)


def test_what_is_seen_names_this_picture_and_these_settings():
    told = page_of(size="24", kb="4", sb="4").said()
    assert "A, S = 1: windows overlap by 2 of 3; 16 × 24 becomes 16 × 24, 100\u00a0% of the numbers." in told
    assert "B, S = 4: windows touch and do not overlap; 16 × 24 becomes 4 × 6, 6.25\u00a0% of the numbers." in told


# --- the page in a browser ---

LINK = "stride?sample=5+x+5+varied+numbers&depth=Grey"


def ready(page: Page, stages: int = 2) -> Page:
    expect(page.locator(".stage[data-ready]")).to_have_count(stages, timeout=20_000)
    expect(page.locator(".sizes[data-ready]")).to_be_visible(timeout=20_000)
    return page


def lab(page: Page, letter: str) -> Lab:
    return Lab(page, f".st-key-stage-{letter} ")


def test_both_stages_stand_whole_in_the_first_screen_and_share_a_cursor(warm):
    page = ready(warm(LINK))
    boxes = [lab(page, letter).stage.bounding_box() for letter in "AB"]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
    assert max(box["y"] + box["height"] for box in boxes) <= 900
    a, b = lab(page, "A"), lab(page, "B")
    a.press("End")
    expect(b.stage.locator(".count")).to_have_text("step 9 of 9")
    assert a.numbers()[0] == pytest.approx(a.numbers()[1], rel=1e-5)
    b.press("Home")
    expect(a.stage.locator(".count")).to_have_text("step 1 of 25")


def test_each_stage_stands_where_the_link_says_until_the_visitor_moves_one(warm):
    places = "at-a=4.2&at-b=1.1"  # after a change of padding neither is the nearest to the other
    page = ready(warm(f"{LINK}&p=2&{places}"))
    a, b = lab(page, "A"), lab(page, "B")
    for stage, where in ((a, "Row 4, column 2"), (b, "Row 1, column 1")):
        stage.painted()
        expect(stage.stage.locator(".operands header b")).to_have_text(where)
    assert places in page.url
    a.press("End")
    expect(b.stage.locator(".operands header b")).not_to_have_text("Row 1, column 1")


def test_a_size_of_the_table_is_put_on_a_by_pointer_and_by_keys(warm):
    page = ready(warm(LINK + "&k=6&p=1"))
    table = page.get_by_role("grid", name="Output sizes by stride and padding")
    current = table.locator("[aria-current]")
    expect(current).to_have_text("2 × 2A")
    cell = table.get_by_label("3 × 3, S = 2, P = 3.")
    cell.click()
    expect(current).to_have_text("3 × 3A")
    expect(lab(page, "A").stage.locator(".count")).to_have_text(re.compile("of 9$"))
    page.wait_for_function("() => location.search.includes('s=2') && location.search.includes('p=3')")
    # From there with the keys: two to the right, and chosen.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(current).to_have_attribute("aria-label", re.compile("^2 × 2 A, S = 3, P = 2[.] "))
    expect(page.locator(".st-key-formulas .formula").first).to_contain_text("⌊(5 − 6 + 2·2) / 3⌋ + 1 = 2")
    # An impossible one is told why, and does nothing.
    impossible = table.get_by_label("–, S = 4, P = 0. The window spans 6, the picture has only 5.")
    expect(impossible).to_have_attribute("aria-disabled", "true")
    before = table.get_attribute("data-ready")
    impossible.click(force=True)
    lab(page, "A").painted()
    assert (table.get_attribute("data-ready"), current.inner_text()) == (before, "2 × 2\nA")


def test_b_stays_while_a_is_impossible_and_nothing_jumps(warm):
    page = ready(warm(LINK + "&k=5&p=0"))
    below = page.locator(".sizes").bounding_box()["y"]
    slider = page.get_by_role("slider", name="A: K kernel")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-problem-A")).to_contain_text("A gives no map. The window spans 6")
    expect(page.locator(".stage[data-ready]")).to_have_count(1)
    assert abs(page.locator(".sizes").bounding_box()["y"] - below) <= 3
    page.get_by_role("button", name="P = 1", exact=True).click()
    ready(page)
    expect(page.locator(".st-key-problem-A")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (390, 844)])
def test_nothing_is_cut_off_on_smaller_screens(open_page, width, height):
    page = ready(open_page("stride?k=8&p=5&more=true&sb=3", (width, height), dark=width < 500))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    cut = page.locator(".st-key-main").evaluate(
        """main => [...main.querySelectorAll(".formula, .formula > *, .stMarkdown p, label, button")]
             .filter(e => e.offsetParent && getComputedStyle(e).display !== "inline")
             .filter(e => e.scrollWidth > e.clientWidth + 1)
             .map(e => e.textContent)"""
    )
    assert cut == []
    stage = lab(page, "A").stage.bounding_box()
    assert stage["y"] < height / 2 + 100 and stage["x"] + stage["width"] <= width


# --- as PyTorch, as TensorFlow ---


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("s", range(1, 5))
@pytest.mark.parametrize(("height", "width"), [(7, 12), (8, 9)])
def test_same_gives_tensorflows_numbers(k, s, height, width):
    """Its guide's own rule: ceil(size / S) windows, the padding in all by the remainder, the odd one behind."""
    picture = noise(height, width)
    state = {**START, **frameworks_at(k, s)}
    ends = []
    for size in (height, width):
        total = max(k - s, 0) if size % s == 0 else max(k - size % s, 0)
        ends.append((total // 2, total - total // 2))
    windows = B.windows(state, picture)
    assert windows.padding == tuple(ends)
    assert windows.output_size(picture) == (-(-height // s), -(-width // s))
    if k % 2:
        assert A.windows(state, picture).output_size(picture) == windows.output_size(picture)
    images, weight = picture.levels()[np.newaxis] / 255, np.full((1, 1, k, k), 1 / k**2)
    answer = convolve_by_loops(images, weight, None, (s, s), tuple(ends), (1, 1), 1, "zeros")[0, 0, 0]
    np.testing.assert_allclose(first_row(picture, B.filter(state, 1), windows, 255.0), answer, rtol=1e-12)


def test_one_click_puts_pytorch_beside_tensorflow():
    at = page_of(size="24").press("frameworks")
    assert check(at) == {"A": (8, 12), "B": (8, 12)}
    a, b = (stages(at)[letter] for letter in "AB")
    assert (a.header["rows"]["before"], a.header["rows"]["after"]) == (1, 1)
    assert (b.header["rows"]["before"], b.header["rows"]["after"]) == (0, 1)
    share = (np.abs(a.output - b.output) > 0).mean()
    assert "0 above, 1 below,<br>0 left, 1 right" in "".join(at.markup())
    assert share > 0.9 and f"{percent(share)} of the numbers differ, by up to" in at.said()
    assert "⌈24/2⌉ = 12" in at.said() and "max((O − 1)S + K − W, 0) = 1 in all" in at.said()
    at.press("frameworks")  # still there; a size in the table leaves B as it is
    assert at.link("sameb") == "true" and "live" not in b.header["options"]


def test_where_the_stride_leaves_one_more_both_are_the_same():
    at = page_of(size="15", k="3", s="2", p="1").press("frameworks-on-ab")
    assert "every number is the same" in at.said() or "numbers differ" in at.said()
    a, b = (stages(at)[letter] for letter in "AB")
    assert (a.input.shape[1:], b.header["columns"]["before"]) == ((10, 15), 1)
    rows = b.header["rows"]
    assert (rows["before"], rows["after"]) == (0, 1) and "Down, 10 high, it is 0 above and 1 below." in at.said()


def test_where_both_pad_alike_a_press_leads_to_where_they_differ():
    at = page_of(size="24", k="3", s="1", p="1")
    assert "every number is the same" in at.said()
    at.press("frameworks-apart")
    assert at.setting("s") == 2 and "of the numbers differ" in at.said()
    assert "frameworks-apart" not in at.controls("frameworks")
