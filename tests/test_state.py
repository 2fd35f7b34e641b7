"""What a visitor has set has one owner: declared once, changed through one door, always the same as the link."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui import state
from cnnviz.ui.course import COURSE, HOME
from cnnviz.ui.settings import YOURS
from cnnviz.ui.state import DECLARED, Setting, flag, integer, one_of, real, words
from server import ROOT
from visitor import Visitor

DOOR = ROOT / "cnnviz" / "ui" / "state"
MAKERS = ("Setting", "flag", "integer", "one_of", "real", "unit_setting", "words")
APP = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "cnnviz").rglob("*.py")]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [path for path in APP if DOOR not in path.parents], ids=lambda path: path.stem)
def test_nothing_else_touches_streamlits_state(path):
    names = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    names |= {node.arg for node in ast.walk(tree(path)) if isinstance(node, ast.keyword) and node.arg}
    assert not names & {"session_state", "bind", "persist_state"}
    # A link may carry settings: those that the door itself says.
    said = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.keyword) and node.arg == "query_params"
    ]
    assert all("state.link(" in ast.unparse(keyword.value) for keyword in said)
    assert "st.query_params" not in path.read_text("utf-8")


def test_each_setting_is_declared_once():
    keys = [
        node.args[0].value
        for path in APP
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS
        and node.args and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    assert {key for key, count in Counter(keys).items() if count > 1} == set()
    assert set(keys) >= {"k", "sample", "stack", "unit", "filters", "gamma"}


@pytest.mark.parametrize("lesson", [HOME, *COURSE], ids=lambda lesson: lesson.name)
def test_what_a_page_draws_is_among_its_settings(lesson):
    """Else a link to it would not say it."""
    at, own = Visitor(lesson.path), {setting.key for setting in lesson.settings}
    assert at.drawn() & set(DECLARED) <= own
    assert len(own) == len({*lesson.settings})


# --- a setting and its text ---


def check(setting: Setting, value: object) -> None:
    text = setting.text(value)
    assert (text is None) == (value == setting.start)
    assert setting.of(text) == value


@given(st.integers(-40, 40))
def test_whole_numbers_come_back(value):
    check(integer("test-integer", 3, -40, 40), value)


@given(st.floats(-1e6, 1e6))
def test_numbers_come_back(value):
    check(real("test-real", 0.0, -1e6, 1e6), value)


@given(st.booleans(), st.booleans())
def test_flags_come_back(start, value):
    check(flag("test-flag", start), value)


@given(st.text(max_size=200))
def test_words_come_back(value):
    check(words("test-words", "at first"), value)


@given(st.text(max_size=30))
def test_a_link_that_says_nothing_sensible_means_the_start(text):
    setting = one_of("test-one", ["a", "b"], "b")
    assert setting.of(text) == (text if text in ("a", "b") else "b")
    number = integer("test-number", 7, 1, 9)
    assert number.of(text) in range(1, 10)
    assert real("test-decimal", 0.5, 0, 1).of(text) >= 0


def test_a_link_that_is_too_long_means_the_start():
    assert words("test-long").of("x" * 8001) == "" and words("test-long").of("x" * 8000) != ""


# --- the door ---


def test_a_value_that_something_else_has_changed_does_not_come_back():
    """Cases 1.1 and 1.3: the box that was open before still tells its old number."""
    at = Visitor("convolution", size="24")
    at.set(rect=True).set({"kw-typed": 5}).set({"s-typed": 2})
    assert at.setting("kw") == 5 and at.link("kw") == "5"
    at.set(weights="1 2 3; 4 5 6; 7 8 9")
    assert (at.setting("rect"), at.setting("kw"), at.setting("k")) == (False, 3, 3)
    assert at.control("kw").value == 3 == at.control("kw-typed").value
    at.set({"s-typed": 1})
    assert (at.setting("rect"), at.setting("kw")) == (False, 3) and at.link("kw") is None


def test_a_pasted_kernel_keeps_its_width_whatever_was_seen_of_it_before():
    """Case 1.1: the switch and the width have been on the screen, and repeat themselves with every later act."""
    at = Visitor("convolution").set(weights="1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5").set({"s-typed": 2})
    assert (at.setting("k"), at.setting("rect"), at.setting("kw")) == (3, True, 5)
    assert at.control("rect").value and at.control("kw").value == 5 == at.control("kw-typed").value
    assert (at.link("rect"), at.link("kw")) == ("true", "5")
    assert at.stage().weight.shape == (3, 3, 5) and at.stage().output.shape == (64, 95)


def test_what_a_widget_repeats_after_it_has_been_made_anew_is_no_act(monkeypatch):
    """Keys so fast that a run answers the first while the browser still shows the box of before, and tells its 3."""
    session: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", session)
    old = state.widget_key("test-box", 3)
    new = state.widget_key("test-box", 5)
    assert new != old
    taken = []
    session |= {old: 3, new: 5}
    state.hear("test-box", old, taken.append)
    assert taken == []
    session[old] = 4  # chosen on it, late: an act
    state.hear("test-box", old, taken.append)
    state.hear("test-box", old, taken.append)  # and repeated
    assert taken == [4]
    assert state.widget_key("test-box", 4) not in (old, new)


def test_a_demo_empties_the_sides():
    """Case 1.2."""
    at = Visitor("convolution", size="24").set(sides="2 2 2 2").press("demo 5 × 5 demo").set({"s-typed": 2})
    assert at.stage().output.shape == (2, 2)
    assert at.link("sides") is None and at.control("sides").value == ""


@pytest.mark.parametrize(
    ("key", "typed", "nearest"), [("k", 99, 15), ("d", 9, 4), ("s", 0, 1), ("size", 5, 8), ("p", -1, 0)]
)
def test_a_number_beyond_the_range_is_said_and_the_nearest_stands_there(key, typed, nearest):
    """Case 1.4: one sentence with the range, gone with the next act."""
    at = Visitor("convolution", size="24", kernel="Box blur").set({f"{key}-typed": typed})
    least, most = DECLARED[key].range
    told = f"goes from {least:,} to {most:,}; {typed} does not, so {nearest} stands there.".replace("-", "−")
    assert told in at.said()
    assert at.setting(key) == nearest == at.control(key).value == at.control(f"{key}-typed").value
    assert told not in at.set(depth="Grey").said()


@pytest.mark.parametrize(("page", "key", "typed", "nearest"), [
    ("convolution", "bias", 1e9, 1e6), ("filters", "seed", 10_000, 9_999), ("layers", "net", -1, 0),
    ("learning", "learn-seed", 12_345, 9_999), ("deep", "filter", 65, 64),
])  # fmt: skip
def test_so_is_a_number_without_a_slider(page, key, typed, nearest):
    at = Visitor(page, size="24").set({key: typed})
    assert "stands there." in at.said() and at.setting(key) == nearest == at.control(key).value


@pytest.mark.parametrize(("page", "key", "typed", "nearest"), [
    ("convolution", "k-typed", 2.7, 3), ("convolution", "p-typed", 0.5, 1), ("convolution", "size-typed", 24.2, 24),
    ("learning", "learn-seed", 2.5, 3), ("deep", "filter", 9.4, 9), ("deep", "deep-map", 2.7, 3),
])  # fmt: skip
def test_of_a_fraction_where_a_whole_number_goes_the_nearest_is_taken_and_said(page, key, typed, nearest):
    at = Visitor(page, size="24").set({key: typed})
    assert f"is a whole number; {typed} is not, so {nearest} stands there." in at.said()
    assert at.control(key).value == nearest
    assert "stands there." not in at.set({key: nearest + 1}).said()


def test_a_refused_kernel_is_forgotten_with_the_next_one():
    at = Visitor("convolution", size="24").set(weights="1 2; 3")
    assert at.told("grid").header["error"]
    assert at.press("demo 5 × 5 demo").told("grid").header["error"] == ""


def test_the_row_of_lessons_carries_the_settings():
    """In the session, so that a change need not write the row anew; test_history.py has what other tabs are told."""
    at = Visitor("convolution", size="24").set({"k-typed": 5})
    assert {link.proto.query_string for link in at.app.get("page_link")} == {""}
    at.leave_link().go("filters")
    assert at.link("size") == "24" and at.link("k") == "5"


def test_a_picture_of_ones_own_is_not_in_a_link_and_that_is_said():
    assert "is not kept in a link" in Visitor("convolution", sample=YOURS).said()


def a_page_with_a_place():
    import streamlit as st

    from cnnviz.ui import state
    from cnnviz.ui.state import Setting

    place = Setting("place", "start", str, str, is_live=True)
    state.open_page("a page", [place])
    st.button("put", on_click=state.put, kwargs={"place": "put"})
    st.text(f"{state.now(place)} {state.is_from_browser(place)}")


def test_what_the_browser_changed_is_its_own_until_something_else_changes_it():
    """The browser is not told again of a place that it said itself, and is told of one that a button put there."""
    try:
        app = AppTest.from_function(a_page_with_a_place)
        app.query_params["place"] = "linked"
        assert app.run().text[0].value == "linked False"
        app.query_params["place"] = "moved"
        assert app.run().text[0].value == "moved True"
        assert app.button[0].click().run().text[0].value == "put False"
        assert app.query_params["place"] in ("put", ["put"])
    finally:
        DECLARED.pop("place", None)
