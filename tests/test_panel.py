"""A dial in a real browser: the page hears of every move, Python once; no answer moves it under the finger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from door import settle, slider_shows
from lab import Lab
from visitor import Visitor

LAB = "convolution?kernel=Box+blur&size=32&k=3"
# What goes over to Python from now on, and what the page is told of settings: [name, value, isLive].
LISTEN = """() => {
  const { send } = WebSocket.prototype;
  Object.assign(window, { sent: 0, told: [] });
  WebSocket.prototype.send = function (...all) { window.sent += 1; return send.apply(this, all); };
  addEventListener("cnnviz-set", ({ detail }) => window.told.push([detail.name, detail.value, detail.isLive]));
}"""
TELL = "(told) => dispatchEvent(new CustomEvent('cnnviz-set', { detail: told }))"
# Set as whatever reads a page aloud sets it.
SET = """(slider, value) => {
  slider.value = value;
  for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name));
}"""
# Every value that the slider shows from now on, as `window.shown`.
WATCH = """(slider) => {
  window.shown = [];
  new MutationObserver(() => window.shown.push(slider.value)).observe(slider, { attributeFilter: ["style"] });
}"""


@pytest.fixture
def lab(open_page) -> Page:
    page = open_page(LAB)
    Lab(page).ready()
    settle(page)
    page.evaluate(LISTEN)
    return page


def slider(page: Page, name: str = "K kernel") -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def box(page: Page, name: str = "K kernel") -> Locator:
    return page.get_by_role("spinbutton", name=f"{name}, typed")


def answered(page: Page, k: int) -> None:
    """Wait until the page shows Python's map of this K, and nothing is on its way any more."""
    expect(page.locator(".operands header")).to_contain_text(f"{3 * k * k} products")
    expect(page.locator(".stage")).not_to_have_attribute("data-preview", "")
    settle(page)


def sent(page: Page) -> int:
    return page.evaluate("window.sent")


def told(page: Page) -> list[list[object]]:
    return page.evaluate("window.told")


def press(page: Page, element: Locator) -> Callable[[float], None]:
    """Press on the left end of an element; what is returned moves the pointer so many pixels from there."""
    place = element.bounding_box()
    assert place
    x, y = place["x"] + 8, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return lambda by: page.mouse.move(x + by, y, steps=4)


def live(*values: int) -> list[list[object]]:
    return [*(["k", value, True] for value in values), ["k", values[-1], False]]


# --- one act, one message ---


def test_while_it_is_dragged_the_page_hears_and_python_does_once_it_is_let_go(lab):
    move = press(lab, slider(lab))
    move(90)
    value = int(slider(lab).input_value())
    assert value > 4 and box(lab).input_value() == str(value)
    assert told(lab)[-1] == ["k", value, True] and len(told(lab)) > 3
    assert sent(lab) == 0
    lab.mouse.up()
    answered(lab, value)
    assert sent(lab) == 1 and told(lab)[-1] == ["k", value, False]
    assert [one for one in told(lab) if not one[2]] == [["k", value, False]]


def test_dragged_and_brought_back_it_says_so_and_python_hears_nothing(lab):
    move = press(lab, slider(lab))
    move(90)
    assert int(slider(lab).input_value()) > 3
    for by in range(60, 0, -1):
        move(by)
        if slider(lab).input_value() == "3":
            break
    lab.mouse.up()
    lab.wait_for_function("() => window.told.at(-1)[2] === false")
    assert told(lab)[-1] == ["k", 3, False] and sent(lab) == 0


def test_a_key_that_is_held_is_one_message(lab):
    slider(lab).focus()
    for _ in range(10):
        lab.keyboard.down("ArrowRight")
    assert sent(lab) == 0
    lab.keyboard.up("ArrowRight")
    answered(lab, 13)
    assert sent(lab) == 1 and told(lab) == live(*range(4, 14))


def test_taps_that_follow_each_other_are_gathered(lab):
    slider(lab).focus()
    for _ in range(5):
        lab.keyboard.press("ArrowRight")
    answered(lab, 8)
    assert sent(lab) == 1 and told(lab) == live(*range(4, 9))


def test_what_is_tapped_counts_at_once_where_the_focus_goes_on(lab):
    slider(lab).focus()
    lab.keyboard.press("ArrowRight")
    slider(lab, "S stride").focus()
    assert sent(lab) == 1
    answered(lab, 4)


def test_the_name_is_dragged_and_the_box_has_arrow_keys(lab):
    move = press(lab, lab.locator(".dial-k b"))
    move(20)
    lab.mouse.up()
    answered(lab, 5)
    assert sent(lab) == 1 and told(lab) == live(4, 5)
    box(lab).press("ArrowDown")
    answered(lab, 4)
    assert sent(lab) == 2 and told(lab)[3:] == live(4)


# --- the box ---


@pytest.mark.parametrize(("typed", "stands", "said"), [
    ("40", 15, "K kernel goes from 1 to 15; 40 does not, so 15 stands there."),
    ("2,7", 3, "K kernel is a whole number; 2.7 is not, so 3 stands there."),
    ("five", 3, "K kernel goes from 1 to 15; “five” is no number, so 3 stands there."),
])  # fmt: skip
def test_what_is_typed_and_cannot_be_is_said(lab, typed, stands, said):
    box(lab).fill(typed)
    box(lab).press("Enter")
    expect(lab.locator(".dial-k .below")).to_have_text(said)
    expect(box(lab)).to_have_value(str(stands))
    slider_shows(lab, "K kernel", str(stands))
    assert sent(lab) == 1 and told(lab)[-1] == ["k", stands, False]
    slider(lab, "S stride").press("ArrowRight")
    expect(lab.locator(".dial-k .below")).to_have_text("odd sizes have a centre")


def test_what_is_typed_shows_while_it_is_a_value_and_goes_with_escape(lab):
    box(lab).fill("7")
    slider_shows(lab, "K kernel", "7")
    assert told(lab) == [["k", 7, True]]
    box(lab).press("Escape")
    slider_shows(lab, "K kernel", "3")
    expect(box(lab)).to_have_value("3")
    box(lab).fill("")
    box(lab).blur()
    expect(box(lab)).to_have_value("3")
    assert sent(lab) == 0 and told(lab)[-1] == ["k", 3, False]


# --- who has the say ---


def test_it_follows_what_others_tell_of_its_setting_and_tells_python(lab):
    lab.evaluate(TELL, {"name": "k", "value": 99, "isLive": True})
    slider_shows(lab, "K kernel", "15")
    slider_shows(lab, "S stride", "1")
    assert sent(lab) == 0
    lab.evaluate(TELL, {"name": "k", "value": 5, "isLive": False})
    answered(lab, 5)
    slider_shows(lab, "K kernel", "5")
    assert sent(lab) == 1 and "k=5" in lab.url
    assert told(lab) == [["k", 99, True], ["k", 5, False]], "it says nothing itself"


class Gate:
    """What the server answers, held back while the gate is shut."""

    def __init__(self, page: Page):
        self.is_shut, self.held = False, []
        page.route_web_socket(re.compile("stream"), self._open)

    def _open(self, browser: WebSocketRoute) -> None:
        self.browser, server = browser, browser.connect_to_server()
        server.on_message(lambda message: self.held.append(message) if self.is_shut else browser.send(message))

    def is_answered(self) -> bool:
        """Whether an answer that is held back is complete."""
        return any(ForwardMsg.FromString(message).WhichOneof("type") == "script_finished" for message in self.held)

    def open(self) -> None:
        self.is_shut = False
        for message in self.held:
            self.browser.send(message)


@pytest.fixture
def gated(open_page) -> Iterator[tuple[Page, Gate]]:
    page = open_page()
    gate = Gate(page)
    page.goto(f"{open_page.url}/{LAB}")
    Lab(page).ready()
    settle(page)
    yield page, gate
    gate.open()


def shut_until_answered(page: Page, gate: Gate, act: Callable[[], object]) -> None:
    gate.is_shut = True
    act()
    while not gate.is_answered():
        page.wait_for_timeout(20)  # lets the messages in


def test_the_answer_to_an_older_act_moves_nothing(gated):
    page, gate = gated
    shut_until_answered(page, gate, lambda: slider(page).evaluate(SET, "5"))
    slider(page).evaluate(SET, "9")
    slider(page).evaluate(WATCH)
    gate.open()
    answered(page, 9)
    slider_shows(page, "K kernel", "9")
    assert set(page.evaluate("window.shown")) <= {"9"}


def test_no_answer_moves_it_under_the_finger(gated):
    page, gate = gated
    shut_until_answered(page, gate, lambda: slider(page).evaluate(SET, "5"))
    move = press(page, slider(page))
    move(120)
    value = slider(page).input_value()
    slider(page).evaluate(WATCH)
    gate.open()
    page.wait_for_url(re.compile(r"k=5\b"))
    settle(page)
    assert slider(page).input_value() == value != "5"
    page.mouse.up()
    answered(page, int(value))
    assert set(page.evaluate("window.shown")) <= {value}


def test_a_button_a_demo_and_back_are_shown_at_once(lab):
    slider(lab, "P padding").press("ArrowRight")
    lab.wait_for_url(re.compile("p=2"))
    lab.get_by_role("button", name="keep the size").click()
    slider_shows(lab, "P padding", "1")
    lab.go_back()
    slider_shows(lab, "P padding", "2")
    expect(box(lab, "P padding")).to_have_value("2")
    lab.get_by_role("button", name="5 × 5 demo").click()
    slider_shows(lab, "P padding", "0")


# --- everywhere ---


def test_it_goes_on_after_another_page_and_a_reload(lab):
    slider(lab).press("ArrowRight")
    answered(lab, 4)
    lab.locator(".st-key-lessons").get_by_role("link", name="Activations").click()
    lab.wait_for_url(re.compile("/activations"))
    slider_shows(lab, "K kernel", "4")
    slider(lab).press("ArrowRight")
    lab.wait_for_url(re.compile("k=5"))
    settle(lab)
    lab.reload()
    slider_shows(lab, "K kernel", "5")
    slider(lab).press("ArrowRight")
    lab.wait_for_url(re.compile("k=6"))


def test_in_a_popover_it_works_as_well(lab):
    lab.get_by_role("button", name="rectangle, sides").click()
    slider(lab, "K’s width").press("ArrowRight")
    lab.wait_for_url(re.compile("kw=4"))
    slider_shows(lab, "K’s width", "4")


def test_its_help_is_read_by_whoever_points_at_it_or_comes_by_keys(lab):
    words = "The size that is shown and convolved. Never enlarged."
    asks, tip = lab.locator(".dial-size .help"), lab.locator(".dial-size .told")
    expect(asks).to_have_accessible_description(words)
    expect(tip).to_be_hidden()
    asks.focus()
    expect(tip).to_be_visible()
    lab.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(slider(lab, "Longest side")).to_have_accessible_description(re.compile(r"^21\s×\s32\s×\s3\."))


# --- what Python makes of it ---


def test_what_is_set_less_often_stands_behind_a_word_and_all_of_it_is_reached_by_keys(lab):
    """The width, live as K is; sides that cannot be read are said, and the word is still there to mend them."""
    word = lab.get_by_role("button", name="rectangle, sides")
    word.focus()
    lab.keyboard.press("Enter")
    expect(word).to_have_attribute("aria-expanded", "true")
    differ = lab.get_by_role("switch", name="K’s height and width differ")
    lab.keyboard.press("Tab")
    expect(differ).to_be_focused()
    lab.keyboard.press("Space")
    lab.wait_for_url(re.compile("rect=true"))
    settle(lab)
    slider(lab, "K’s width").focus()
    lab.keyboard.press("ArrowRight")
    expect(lab.locator(".operands header")).to_contain_text(f"{3 * 3 * 4} products")
    lab.wait_for_url(re.compile("kw=4"))
    settle(lab)
    sides = lab.get_by_role("textbox", name="Padding: top, bottom, left, right")
    sides.fill("1 2 3")
    sides.press("Enter")
    expect(lab.locator(".st-key-problem")).to_be_visible()
    settle(lab)
    expect(sides).to_be_visible()
    sides.fill("0 2 1 3")
    sides.press("Enter")
    lab.wait_for_url(re.compile("sides=0"))
    expect(lab.locator(".formula")).to_contain_text("= 33")
    lab.keyboard.press("Escape")
    expect(word).to_have_attribute("aria-expanded", "false")
    expect(sides).to_be_hidden()


def test_an_answer_to_something_else_takes_nothing_away_that_is_being_typed(lab):
    lab.get_by_role("button", name="rectangle, sides").click()
    sides = lab.get_by_role("textbox", name="Padding: top, bottom, left, right")
    sides.press_sequentially("0 1")
    lab.evaluate(TELL, {"name": "k", "value": 5, "isLive": False})
    answered(lab, 5)
    expect(sides).to_have_value("0 1")
    sides.press("Escape")
    expect(lab.locator("input.typed")).to_have_value("")


def test_a_choice_is_seen_at_once_and_told_once(lab):
    border = lab.get_by_role("combobox", name="Border")
    border.focus()
    before = sent(lab)
    lab.keyboard.press("r")  # a key picks what begins with it, as in every box
    lab.wait_for_url(re.compile("border=re"))
    settle(lab)
    assert sent(lab) == before + 1 and told(lab)[-1][0] == "border"
    expect(border).to_have_value(re.compile("^re"))


def lab_of_python() -> Visitor:
    return Visitor("convolution", size="24", kernel="Box blur", k="4")


def test_of_several_acts_in_one_message_each_counts_once():
    """A message that overtakes another brings what was done before it as well."""
    at = lab_of_python()
    dial = at.control("p")
    dial.do(None)
    dial.do(4)
    acts = list(dial.panel.acts)
    assert (at.run().setting("p"), at.setting("s"), at.setting("sides")) == (4, 1, "")
    at.set(p=2).control("p").panel.acts.extend(acts)
    assert at.run().setting("p") == 2


@pytest.mark.parametrize("what", [None, [5], {}, ["5"], False])
@pytest.mark.parametrize("key", ["k", "border", "rect", "sides", "nothing of the panel's"])
def test_what_no_control_tells_is_no_act(key, what):
    at = lab_of_python()
    before = at.setting("k"), at.setting("border"), at.setting("rect"), at.setting("sides")
    at.control("k").panel.do(key, what)
    at.run()
    assert before == (at.setting("k"), at.setting("border"), at.setting("rect"), at.setting("sides"))


@pytest.mark.parametrize(
    ("key", "what", "link"), [("border", "reflect", "reflect"), ("rect", True, "true"), ("sides", "1 2 3 4", "1 2 3 4")]
)
def test_the_other_controls_of_a_panel_set_what_they_say(key, what, link):
    at = lab_of_python().set({key: what})
    assert (at.setting(key), at.link(key), at.control(key).value) == (what, link, what)


def test_a_choice_takes_nothing_that_it_does_not_offer():
    at = lab_of_python()
    at.control("border").panel.do("border", "mirror")
    assert at.run().setting("border") == "zeros"


def test_a_text_that_is_no_number_is_said_as_it_is():
    at = lab_of_python()
    at.control("k-typed").set_value("**<b>" + "x" * 99)
    assert "“**<b>xxxxxxxxxxxxxxx” is no number, so 4 stands there." in at.run().source()
    assert at.setting("k") == 4
