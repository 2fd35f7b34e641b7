"""The volumes: which unit a link means, what is sent within the budget, and what a person's hands do in a browser."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benches import volumes as bench
from cnnviz.envelope import opened
from cnnviz.errors import ArrayError, SettingError
from cnnviz.export import PRGN
from cnnviz.geometry import Field, Window
from cnnviz.numbers import number
from cnnviz.pictures import Picture, sample
from cnnviz.ui.volumes import Answer, Unit, Volume, clicked, message, sent
from cnnviz.ui.volumes.message import BUDGET, EACH_MAP, envelope, holds
from door import Door, settle
from lab import Lab

ORANGE = (217, 95, 2)
HERE = (Field(), Field())


# --- which unit ---


@pytest.mark.parametrize(
    ("unit", "text"),
    [(Unit(1, 4, 9, 11), "2.5.10.12"), (Unit(0, 0, 0, 0), "1.1.1.1"), (Unit(8, 119), "9.120")],
)
def test_a_unit_in_a_link(unit, text):
    assert unit.text == text
    assert Unit.read(text) == unit
    assert unit.at == (None if unit.row is None else (unit.row, unit.column))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "3",
        "1.2.3",
        "0.1",
        "1.0.1.1",
        "1.1.1.1.1",
        "a.b",
        "1.1.-1.1",
        "1 .1",
        "1.1\n",
        "1.9999999",
        5,
        "²2.1",
        "१.१",
    ],
)
def test_what_is_no_unit(text):
    assert Unit.read(text) is None


def test_the_nearest_unit_that_there_is():
    shapes = [(6, 4, 9), (10,)]
    assert Unit(0, 7, 9, 3).within(shapes) == Unit(0, 5, 3, 3)
    assert Unit(0, 7).within(shapes) == Unit(0, 5)
    assert Unit(1, 3, 4, 4).within(shapes) == Unit(1, 3, 0, 0)
    assert Unit(2, 0).within(shapes) is None


# --- what is sent ---


def picture_of(height: int, width: int) -> Picture:
    return sample("chelsea").at(max(height, width), "rgb")


def random_maps(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=shape).astype(np.float32)


def test_small_maps_go_over_as_they_are():
    maps, vector, picture = random_maps(5, 7, 9), random_maps(200), sample("chelsea").at(24, "rgb")
    fields = Field().through(Window(3, 2, 1)), Field().through(Window(2))
    sent, arrays = opened(envelope(picture, [Volume("a", maps, fields, 5), Volume("b", vector, HERE)], Unit(0, 3), "g"))
    np.testing.assert_array_equal(arrays["maps 0"], maps)
    np.testing.assert_array_equal(arrays["maps 1"].ravel(), vector)
    np.testing.assert_array_equal(arrays["picture"], picture.levels())
    assert sent["layers"][0]["fields"] == [[3, 2, -1], [2, 1, 0]]
    assert sent["layers"][0]["limit"] == float(np.abs(maps).max())
    assert (sent["layers"][0]["groups"], sent["selected"], sent["group"]) == (5, "1.4", "g")


def test_what_stands_one_below_the_other_stands_in_one_column():
    maps, layers = random_maps(6, 7, 9), []
    layers.append(Volume("a", maps, HERE, stacked=True, grey=True, limit=255, across=3))
    layers.append(Volume("b", maps, HERE, across=3))
    first, second = opened(envelope(sample("chelsea").at(24, "rgb"), layers, Unit(0, 3), "g"))[0]["layers"]
    assert (first["across"], first["stacked"], first["grey"], first["limit"]) == (1, True, True, 255)
    assert (second["across"], second["stacked"], second["grey"]) == (3, False, False)


@pytest.mark.parametrize("name", ["small", "deep"])
def test_whatever_is_drawn_fits_the_budget_and_says_how_it_was_cut(name):
    layers = bench.stack(name, 192)
    data = envelope(picture_of(192, 192), layers, Unit(0, 0), None)
    assert len(data) <= BUDGET + 10_000
    sent, arrays = opened(data)
    for at, (layer, told) in enumerate(zip(layers, sent["layers"], strict=True)):
        maps, step = arrays[f"maps {at}"], told["step"]
        assert tuple(told["shape"]) == layer.maps.shape
        if layer.maps.ndim == 1:
            continue
        assert len(maps) == min(64, len(layer.maps))
        drawn = layer.maps[: len(maps), ::step, ::step]
        if told["exact"]:
            np.testing.assert_array_equal(maps, drawn.astype(np.float32))
        else:
            places = np.rint(np.clip(drawn / told["limit"], -1, 1) * 127) + 127
            assert maps.max() < len(PRGN) and np.abs(maps.astype(int) - places).max() <= 1


def test_a_cut_layer_keeps_zero_white_and_the_limit_at_the_ends():
    maps = np.zeros((64, 300, 300), np.float32)
    maps[:, 0, :3] = 5, -5, 9
    sent, arrays = opened(envelope(picture_of(20, 30), [Volume("a", maps, HERE, limit=5)], Unit(0, 0), None))
    assert list(arrays["maps 0"][0, 0, :3]) in ([254, 0, 254], [254, 254, 127])
    assert arrays["maps 0"][9, 5, 5] == 127
    _, flat = opened(envelope(picture_of(20, 30), [Volume("a", maps * 0, HERE)], Unit(0, 0), None))
    assert (flat["maps 0"] == 127).all()


def test_the_chosen_map_is_sent_and_what_it_reads():
    layers = bench.stack("wide", 24)  # 128 filters, ReLU, 128 filters in 4 groups
    for unit, lasts in (
        (Unit(0, 99), [99, 63, 63]), (Unit(1, 99, 2, 3), [99, 99, 63]), (Unit(2, 127), [96, 96, 127]),
        (Unit(0, 5), [63, 63, 63]), (Unit(1, 63), [63, 63, 63]), (Unit(9, 500), [63, 63, 63]),
        (Unit(0, 500), [127, 63, 63]),
    ):  # fmt: skip
        sent, arrays = opened(envelope(picture_of(24, 24), layers, unit, None))
        assert [told["last"] for told in sent["layers"]] == lasts
        for at, (layer, last) in enumerate(zip(layers, lasts, strict=True)):
            np.testing.assert_array_equal(
                arrays[f"maps {at}"], layer.maps[[*range(63), last]].astype(np.float32)
            )
    # What was sent for one choice holds another, or does not.
    shapes = [layer.told for layer in layers]
    assert holds(shapes, Unit(1, 99), Unit(0, 99)) and holds(shapes, Unit(1, 99), Unit(1, 62))
    assert not holds(shapes, Unit(1, 99), Unit(1, 63)) and not holds(shapes, Unit(0, 99), Unit(1, 99))
    assert holds([((64, 9, 9), 1, ())], Unit(0, 99), Unit(0, 63))
    assert holds([((4096,), 1, ())], Unit(0, 0), Unit(0, 4095))
    assert holds([((2, 1, 9), 1, ())], Unit(7, 3), Unit(0, 1))


def test_what_cannot_be_made_smaller_is_sent_as_it_is():
    layers = [Volume("a", random_maps(4096), HERE)] * (BUDGET // 4096 + 9)
    sent, arrays = opened(envelope(picture_of(20, 30), layers, Unit(0, 0), None))
    assert not any(told["exact"] for told in sent["layers"]) and {told["step"] for told in sent["layers"]} == {1}


def test_a_large_picture_is_thinned_out():
    picture = sample("rocket")
    sent, arrays = opened(envelope(picture, [Volume("a", random_maps(2, 3, 3), HERE)], Unit(0, 0), None))
    assert max(arrays["picture"].shape) <= 256
    assert tuple(sent["image"]) == picture.shape


def test_each_map_may_have_a_scale_of_its_own():
    maps = np.zeros((64, 300, 300), np.float32)
    maps[:, 0, 0] = np.arange(64) - 20.0
    layers = [Volume("a", maps, HERE), Volume("b", random_maps(5, 6, 7), HERE), Volume("c", random_maps(9), HERE)]
    layers.append(Volume("d", random_maps(2, 3, 3), HERE, limit=9))
    sent, arrays = opened(envelope(picture_of(20, 30), layers, Unit(0, 0), None, scale=EACH_MAP, scaled=True))
    told = sent["layers"]
    assert sent["scale"] == EACH_MAP and not told[0]["exact"] and told[1]["exact"]
    np.testing.assert_allclose(told[0]["limits"], np.abs(np.arange(64) - 20.0))
    np.testing.assert_allclose(told[1]["limits"], np.abs(layers[1].maps).max(axis=(1, 2)), rtol=1e-6)
    assert told[2]["limits"] is None and told[3]["limits"] is None, "a vector's numbers and a limit that is given"
    first = arrays["maps 0"][:, 0, 0]
    assert (first[:20] == 0).all() and first[20] == 127 and (first[21:] == 254).all(), "each in its own full colour"
    assert told[0]["limit"] == 43.0, "the layer's own is told besides"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"maps": np.zeros((2, 2))}, ArrayError, "(2, 2)"),
        ({"maps": np.zeros((0,))}, ArrayError, "(0,)"),
        ({"maps": np.array(["a"])}, ArrayError, "<U1"),
        ({"maps": np.array([1.0, np.nan])}, ArrayError, "finite"),
        ({"maps": np.array([[[1.0, -np.inf]]])}, ArrayError, "finite"),
        ({"maps": np.array([1e39])}, ArrayError, "finite"),  # as float32 it would be no number
        ({"limit": -1.0}, SettingError, "-1"),
        ({"limit": float("nan")}, SettingError, "nan"),
        ({"groups": 4}, SettingError, "6 maps do not fall into 4"),
        ({"groups": 0}, SettingError, "0 equal groups"),
        ({"reads": ((0,),) * 5}, SettingError, "reads has 5 rows, 5 of them with maps; each of the 6"),
        ({"reads": ((0,),) * 5 + ((),)}, SettingError, "6 rows, 5 of them"),
    ],
)
def test_what_is_no_volume(changes, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Volume(**{"name": "a", "maps": random_maps(6, 2, 2), "fields": HERE, **changes})


def test_a_table_of_what_each_map_reads_goes_over_and_says_which_must_be_sent():
    table = tuple((map, 90 + map % 3) for map in range(6))
    layers = [Volume("a", random_maps(99, 9, 9), HERE), Volume("b", random_maps(6, 5, 5), HERE, reads=table)]
    sent, arrays = opened(envelope(picture_of(9, 9), layers, Unit(1, 4), None))
    assert [tuple(row) for row in sent["layers"][1]["reads"]] == [*table]
    assert sent["layers"][0]["reads"] is None
    table = tuple((70 + map, 98) for map in range(6))
    layers[1] = Volume("b", random_maps(6, 5, 5), HERE, reads=table)
    assert opened(envelope(picture_of(9, 9), layers, Unit(1, 4), None))[0]["layers"][0]["last"] == 74
    shapes = [layer.told for layer in layers]
    assert holds(shapes, Unit(1, 4), Unit(0, 74)) and not holds(shapes, Unit(1, 4), Unit(1, 5))


def test_a_choice_is_told_anew_unless_the_browser_made_it_and_has_its_maps(monkeypatch):
    monkeypatch.setattr("streamlit.session_state", {"cnnviz": (session := {"is-arrival": False})})
    first, other = Unit(0, 0, 1, 1), Unit(0, 1, 2, 2)
    assert sent(bench.UNIT, first, lambda before: True) == (first, 1)
    clicked(bench.UNIT, other)
    assert sent(bench.UNIT, other, lambda before: True) == (first, 1)
    assert sent(bench.UNIT, first, lambda before: True) == (first, 2), "a button's choice, after a click"
    clicked(bench.UNIT, other)
    assert sent(bench.UNIT, other, lambda before: False) == (other, 3), "maps that were not sent"
    assert sent(bench.UNIT, other, lambda before: True, "another picture") == (other, 4)
    assert sent(bench.UNIT, other, lambda before: True, "another picture") == (other, 4)
    session["is-arrival"] = True
    assert sent(bench.UNIT, other, lambda before: True, "another picture") == (other, 5), "on coming back to the page"


def test_an_answer_goes_over_with_its_codes():
    codes = np.where(np.arange(24).reshape(2, 4, 3) % 5, 1.0, -1.0)
    answer = Answer("It reads a b.", "97 %", [("a", 0.03, "3 %"), ("b", 0.97, "97 %")], 1, codes)
    layers = [
        Volume("x", random_maps(84), HERE, across=7, ink=True, off=(3,), note="n"),
        Volume("y", random_maps(2), HERE),
    ]
    sent, arrays = opened(envelope(picture_of(9, 9), layers, Unit(1, 1), "g", flat=True, answer=answer))
    told = sent["layers"][0]
    assert sent["flat"] and (told["across"], told["ink"], told["off"], told["note"]) == (7, True, [3], "n")
    assert sent["answer"] == {
        "verdict": "It reads a b.", "more": "97 %", "rows": [["a", 0.03, "3 %"], ["b", 0.97, "97 %"]], "winner": 1,
    }  # fmt: skip
    np.testing.assert_array_equal(arrays["codes"], codes)
    with pytest.raises(SettingError, match="row 2 of 2"):
        Answer("", "", answer.rows, 2)
    with pytest.raises(ArrayError, match="2 rows have a code each"):
        Answer("", "", answer.rows, 0, codes[0])


# --- in a browser ---


class Tab:
    """The page of volumes in a tab, and what the server has sent since `quiet`."""

    def __init__(self, page: Page, url: str):
        self.page, self.url, self.sent, self.door = page, url, [], None
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.sent.append(len(frame))))

    def go(self, query: str = "") -> Tab:
        self.page.mouse.move(1, 1)
        self.page.goto(f"{self.url}?{query}")
        expect(self.volumes).to_have_attribute("data-ready", "1", timeout=20_000)
        settle(self.page)
        return self.quiet()

    def quiet(self) -> Tab:
        self.sent.clear()
        return self

    @property
    def volumes(self):
        return self.page.locator(".volumes")

    @property
    def line(self):
        return self.page.locator(".volumes .line")

    def says(self, start: str) -> None:
        expect(self.line).to_have_text(re.compile("^" + re.escape(start)))

    def ran(self, text: str) -> None:
        expect(self.page.get_by_text(text, exact=True)).to_be_visible()

    def place(self, layer: int, row: int, column: int) -> tuple[float, float]:
        """A point of a cell of a front map; rows and columns from 1."""
        return self.volumes.evaluate(WHERE, [layer, row, column])

    def point(self, layer: int, row: int, column: int, click: bool = False) -> None:
        x, y = self.place(layer, row, column)
        self.page.mouse.move(x, y)
        if click:
            self.page.mouse.click(x, y)


# Looks for a cell by going over the drawing: what is under the pointer says so itself.
WHERE = """(root, [layer, row, column]) => {
  const area = root.querySelectorAll(".area")[layer - 1], { left, top, right, bottom } = area.getBoundingClientRect();
  const tip = root.querySelector(".tip"), wanted = `, row ${row}, column ${column}\\n`;
  const isThere = (text) => text.startsWith(`Layer ${layer},`) && text.includes(wanted);
  for (let y = top; y < bottom; y += 4) {
    for (let x = left; x < right; x += 4) {
      area.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true, composed: true }));
      if (tip.style.visibility === "visible" && isThere(tip.textContent)) return [x + 1, y + 1];
    }
  }
  throw new Error(`no cell ${row}, ${column} in layer ${layer}`);
}"""


@pytest.fixture(scope="module")
def tab(open_bench: Door) -> Tab:
    tab = Tab(open_bench("volumes", wait=False), f"{open_bench.url}/volumes")
    tab.door = open_bench
    return tab


@pytest.fixture(scope="module")
def layers() -> list[Volume]:
    return bench.stack("small", bench.SIDE)


def test_pointing_at_a_number_says_it_its_place_and_its_field(tab, layers):
    tab.go("unit=1.2")
    tab.point(1, 3, 8)
    value = number(float(layers[0].maps[1, 2, 7]))
    # K = 3 x 4, S = 2 x 1, one row of padding above and two columns on the left: rows 4 to 6, columns 6 to 9.
    tab.says(f"Layer 1, map 2 of 6, row 3, column 8: {value}; sees 3 × 4 pixels: rows 4 to 6, columns 6 to 9.")
    assert tab.sent == [], "the server was asked"


def test_the_picture_is_dimmed_but_for_the_field(tab):
    tab.go("unit=1.2.3.8")
    lab = Lab(tab.page)
    lab.painted()
    levels = np.moveaxis(sample("chelsea").at(bench.SIDE, "rgb").levels(), 0, -1).astype(int)
    address = tab.page.locator(".picture canvas").evaluate("canvas => canvas.toDataURL()")
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as drawn:
        image = np.asarray(drawn.convert("RGBA")).astype(int)
    painted = np.argwhere(image[..., 3] > 200)
    (top, left), bottom = painted.min(axis=0) + 1, painted[:, 0].max()  # without the border
    cell = (bottom - top) / len(levels)

    def at(row: float, column: float) -> np.ndarray:
        return image[round(top + (row - 0.5) * cell), round(left + (column - 0.5) * cell), :3]

    assert np.abs(at(5, 7) - levels[4, 6]).max() <= 3
    assert np.abs(at(2, 20) - levels[1, 19]).max() > 20
    assert (np.abs(image[..., :3] - ORANGE) < 30).all(axis=-1).sum() > 30


def test_a_click_chooses_runs_the_page_once_and_sends_no_map_again(tab):
    tab.go("unit=1.2")
    tab.ran("1.2 in run 1")
    tab.point(3, 2, 5, click=True)
    tab.ran("3.1.2.5 in run 2")
    assert "unit=3.1.2.5" in tab.page.url
    assert sum(tab.sent) < 8_000, "the maps were sent again"
    # Another widget's run leaves the choice, the link and the maps alone.
    tab.page.mouse.move(1, 1)
    tab.page.get_by_role("slider", name="other").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.ran("3.1.2.5 in run 3")
    assert "unit=3.1.2.5" in tab.page.url and "other=1" in tab.page.url
    assert sum(tab.sent) < 16_000
    tab.says("Layer 3, map 1 of 8, row 2, column 5:")
    expect(tab.volumes).to_have_attribute("data-ready", "1")


def test_on_the_map_of_the_stage_a_click_moves_the_cursor_and_asks_nothing(tab):
    tab.go("unit=3.1")
    tab.page.evaluate(
        "() => addEventListener('cnnviz-cursor', ({ detail }) => { if (detail.place.unit) window.told = detail; })"
    )
    tab.point(3, 2, 5, click=True)
    told = tab.page.evaluate("() => window.told")
    assert told["group"] == "stack"
    # K = 3, P = 1, S = 1: the window's middle is the same place of the layer before.
    assert told["place"] == {"unit": [2, 0], "row": 1, "column": 4, "y": 1, "x": 4}
    tab.page.mouse.move(1, 1)
    tab.says("Layer 3, map 1 of 8, row 2, column 5:")
    assert tab.sent == []


TELL = """place => dispatchEvent(new CustomEvent("cnnviz-cursor", { detail: { group: "stack", from: {}, place } }))"""


def test_the_volumes_follow_the_stage(tab):
    tab.go("unit=3.1")
    tab.page.evaluate(TELL, {"unit": [0, 3], "row": 0, "column": 0, "y": 0.5, "x": 0, "isHidden": True})
    tab.says("Layer 1, map 4 of 6, row 1, column 1: ?; sees")
    expect(tab.line).to_have_text(re.compile("rows 1 to 2 and 1 of padding, columns 1 to 2 and 2 of padding"))
    expect(tab.line).to_have_attribute("aria-live", "off")
    expect(tab.page.locator(".steps span").first).to_have_text("map 4 of 6")
    for place in ({"pixel": None}, {"unit": [40, 0], "row": 0, "column": 0}, {"asks": True}):
        tab.page.evaluate(TELL, place)
    for column in range(9):  # as a stage that plays
        tab.page.evaluate(TELL, {"unit": [0, 3], "row": 2, "column": column, "y": 0, "x": 0})
    tab.says("Layer 1, map 4 of 6, row 3, column 9: ")
    expect(tab.line).not_to_contain_text("?")
    assert tab.sent == []


def test_what_the_stage_hides_is_told_nowhere(tab):
    tab.go("unit=3.1")
    tab.page.evaluate(TELL, {"unit": [2, 0], "row": 1, "column": 4, "y": 1, "x": 4, "isHidden": True})
    tab.says("Layer 3, map 1 of 8, row 2, column 5: ?; sees")
    tip = tab.volumes.locator(".tip")
    tab.point(3, 2, 5)
    expect(tip).to_have_text("Layer 3, map 1 of 8, row 2, column 5\n?")
    tab.point(3, 2, 6)
    expect(tip).to_have_text(re.compile("column 6\n−?[0-9.]+$"))
    # A stage that hides the next cell too says so only when it is asked.
    tab.page.evaluate(TELL, {"unit": [2, 0], "row": 1, "column": 4, "y": 1, "x": 4, "isHidden": False})
    tab.says("Layer 3, map 1 of 8, row 2, column 6:")
    tab.page.evaluate(
        """tell => addEventListener("cnnviz-cursor", ({ detail: { place } }) => {
          if (place.asks) eval(tell)({ unit: [2, 0], row: 1, column: 5, y: 1, x: 5, isHidden: true });
        })""",
        TELL,
    )
    tab.point(3, 2, 6, click=True)
    tab.says("Layer 3, map 1 of 8, row 2, column 6: ?; sees")


def test_until_the_stage_has_the_chosen_map_its_old_one_is_not_followed(tab):
    tab.go("unit=1.2")
    tab.point(3, 2, 5, click=True)
    tab.page.mouse.move(1, 1)
    tab.page.evaluate(TELL, {"unit": [0, 1], "row": 0, "column": 0, "y": 0, "x": 0})  # a stage that plays
    tab.ran("3.1.2.5 in run 2")
    tab.says("Layer 3, map 1 of 8, row 2, column 5:")
    tab.page.evaluate(TELL, {"unit": [2, 0], "row": 1, "column": 5, "y": 1, "x": 5})
    tab.says("Layer 3, map 1 of 8, row 2, column 6:")
    tab.page.evaluate(TELL, {"unit": [0, 1], "row": 0, "column": 0, "y": 0, "x": 0})
    tab.says("Layer 1, map 2 of 6, row 1, column 1:")


def test_a_chosen_map_beyond_those_that_are_sent_is_the_one_in_front(tab):
    tab.go("stack=wide&unit=2.100.3.4")
    value = number(float(bench.stack("wide", 24)[1].maps[99, 2, 3]))
    tab.says(f"Layer 2, map 100 of 128, row 3, column 4: {value}; sees")
    feet = tab.page.locator(".steps span")
    expect(feet).to_have_text(["map 100 of 128 · 64 here", "map 100 of 128 · 64 here", "map 1 of 128 · 64 here"])
    assert tab.page.locator(".steps").first.get_attribute("title") == "drawn: the first 63 of 128 maps and map 100"
    tab.point(2, 5, 5)
    tab.says("Layer 2, map 100 of 128, row 5, column 5:")
    tab.page.mouse.move(1, 1)
    for name, map in (("the next map", 1), ("the map before", 100), ("the map before", 63)):
        tab.page.get_by_role("button", name=f"Layer 2: {name}").click()
        tab.says(f"Layer 2, map {map} of 128")


def test_keys_move_change_the_map_and_choose(tab):
    tab.go("unit=1.2.3.8")
    area = tab.page.get_by_role("group", name=re.compile("^1 CONV"))
    area.focus()
    for key, start in (
        ("ArrowDown", "Layer 1, map 2 of 6, row 4, column 8:"), ("ArrowLeft", "Layer 1, map 2 of 6, row 4, column 7:"),
        ("PageDown", "Layer 1, map 3 of 6, row 4, column 7:"), ("PageUp", "Layer 1, map 2 of 6, row 4, column 7:"),
        ("PageUp", "Layer 1, map 1 of 6, row 4, column 7:"), ("PageUp", "Layer 1, map 6 of 6, row 4, column 7:"),
    ):  # fmt: skip
        tab.page.keyboard.press(key)
        tab.says(start)
    assert tab.sent == []
    tab.page.keyboard.press("Enter")
    tab.ran("1.6.4.7 in run 2")


def test_buttons_and_the_wheel_go_through_the_maps(tab):
    tab.go("unit=3.3.2.5")
    tab.page.get_by_role("button", name="Layer 2: the next map").click()
    # Map 3 of layer 3 reads the first three of the six maps; layer 2 is looked at by itself.
    tab.says("Layer 2, map 2 of 6")
    area = tab.page.get_by_role("group", name=re.compile("^2 MAX"))
    area.hover(position={"x": 5, "y": 5})
    tab.page.mouse.wheel(0, 100)
    tab.says("Layer 2, map 2 of 6")
    area.focus()
    tab.page.mouse.wheel(0, 100)
    tab.says("Layer 2, map 3 of 6")
    # What a pool of one map reads comes to the front in the layer before it.
    expect(tab.page.locator(".steps span").first).to_have_text("map 3 of 6")
    assert tab.sent == []


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)])
def test_it_is_low_and_scrolls_inside_itself(tab, size):
    tab.page.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        tab.go("stack=deep&side=64&unit=9.7")
        box = tab.volumes.bounding_box()
        assert box["height"] <= 345 and (size[0] < 1000 or box["height"] <= 330)
        assert tab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        tab.says("Layer 9, number 7 of 120:")
        # The chosen layer is in sight, and the picture stays beside it.
        for name in ("9 FC 120", "The picture"):
            head = tab.page.locator("header", has_text=name).bounding_box()
            assert box["x"] <= head["x"] and head["x"] + head["width"] <= box["x"] + box["width"], name
        cut = tab.volumes.evaluate(
            """root => [...root.querySelectorAll(".foot *, header *")]
              .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
              .map(e => e.textContent)"""
        )
        assert cut == []
    finally:
        tab.page.set_viewport_size({"width": 1440, "height": 900})


def test_the_map_that_is_read_is_sent_where_another_branch_is_read_by_none():
    """Behind `conv 600; [relu | same] concat`, of more maps than are sent."""
    shape, both = (600, 40, 40), ((1, 1, 0), (0, 1, 600))  # (volume, reads, the map that reads its first)
    layers = [(shape, 1, ()), (shape, 600, ()), ((1200, 40, 40), 1, both)]
    assert message.holds(layers, Unit(2, 550), Unit(1, 550))  # the ReLU's map, and the convolution's that it reads
    assert message.holds(layers, Unit(2, 1150), Unit(0, 550))
    assert not message.holds(layers, Unit(2, 1150), Unit(1, 550))
