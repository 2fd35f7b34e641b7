"""The one door to what a visitor has set: it reads, changes, links and forgets. Nothing else touches Streamlit's.

Everything lies in one dict in Streamlit's session; in it, among others:

    settings  what is set, by key; the truth. Widgets show it, and only a visitor's own act on a widget changes it
    widgets   under which key each widget is drawn now: see `widget_key`
    memory    what no link says: an uploaded picture, a refusal, a network in training

The link follows the settings, once a run, before anything is drawn; only Back, Forward and the arrival on a page
make the settings follow the link. So a link always says what the page shows, and Back gives a state that was.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.ui.state.setting import DECLARED, Setting, starts

T = TypeVar("T")


class _Reached(threading.local):
    """The session that was reached last on this thread, and in which run."""

    context: object = None
    session: dict[str, Any]


_reached = _Reached()


def _session() -> dict[str, Any]:
    """All that the door keeps for this visitor; reached once a run."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or _reached.context is not context:
        session = _in_session("cnnviz")
        if session is None:
            session = st.session_state["cnnviz"] = {}  # as the first page begins, before anything can be done
        _reached.context, _reached.session = context, session
    return _reached.session


def _in_session(key: str) -> Any:
    """What Streamlit keeps under a key, ours or a widget's, or None.

    At every `st.session_state[...]` Streamlit may break off for the visitor's next act, even in the middle of a
    callback: then half of what they did was lost (a file that lay in the uploader and was not shown). What lies within
    is not broken off. `to_dict` is not either, but makes a class anew for every component of the page: a fifth of what
    a change in the lab cost the server. Runs follow each other: see fastReruns in .streamlit/config.toml.
    """
    context = get_script_run_ctx(suppress_warning=True)
    try:
        return (context.session_state._state if context else st.session_state)[key]
    except KeyError:
        return None


def everything() -> dict[str, Any]:
    """All that is kept for this visitor, for whoever forgets them."""
    return _session()


def _part(name: str) -> dict[str, Any]:
    return _session().setdefault(name, {})


# --- settings ---


def now(setting: Setting[T]) -> T:
    """The value as it stands."""
    return _part("settings").get(setting.key, setting.start)


def values(settings: Iterable[Setting[Any]]) -> dict[str, Any]:
    """The values as they stand, by key."""
    return {setting.key: now(setting) for setting in settings}


def at_call(settings: Iterable[Setting[Any]]) -> Callable[[], dict[str, Any]]:
    """What tells the values, by key, as they stand when it is called: by anybody, after the page has run."""
    found, settings = _part("settings"), tuple(settings)
    return lambda: {setting.key: found.get(setting.key, setting.start) for setting in settings}


def put(**changes: Any) -> None:
    """Change settings, by key: a button's callback. Whatever widget shows one of them shows the new value."""
    forget("typed")  # what was said of a number that could not be
    for key, value in changes.items():
        _part("settings")[DECLARED[key].key] = value
        _part("from-browser").pop(key, None)


def link(settings: Iterable[Setting[Any]]) -> dict[str, str]:
    """What a link to a page with these settings says: all of them that are not as at the start."""
    said = {setting.key: setting.text(now(setting)) for setting in settings}
    return {key: text for key, text in said.items() if text is not None}


def open_page(name: str, settings: Iterable[Setting[Any]]) -> None:
    """A page begins: take over what its link says, or let the link say what is set. `settings` are all of the page's.

    Arriving, a link has the say for what it says, and all else stays as it was on other pages. After Back and
    Forward it has the say for everything: what it leaves out was at its start.
    """
    session = _session()
    session["page-settings"] = tuple(settings)
    is_back, is_new = _is_back(), session.get("page") != name
    session["page"], session["is-arrival"] = name, is_new
    if is_back:
        _anew()
    if is_back or is_new:
        for setting in session["page-settings"]:
            if is_back or setting.key in st.query_params:
                _part("settings")[setting.key] = _linked(setting)
                _part("from-browser").pop(setting.key, None)
    else:
        _hear_the_browser()
    if is_new:  # its widgets are not those of the page before, though they have the same names
        for drawn in _part("widgets").values():
            drawn.pop("value", None)
    write_link()


# Of forty who change something at once as many are answered as without it; but the loop that serves all of them, which
# had to wait behind forty threads, says within 10 ms that it is well, and not after 300 (bench/visitors.py).
_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_turns = threading.BoundedSemaphore(_cores)


def by_itself(
    part: Callable[..., None], *args: Any, own: Iterable[Setting[Any]], still: Callable[[], bool] = lambda: True
) -> None:
    """Draw a part of the page that runs alone when one of its `own` settings changes: what a change costs is then what
    is drawn in it. When its controls have changed another setting, or what the rest of the page rests on is not so
    any more, the whole page runs.
    """
    others = [setting for setting in _session()["page-settings"] if setting not in tuple(own)]
    drawn = values(others)

    def run() -> None:
        context = get_script_run_ctx()
        if context and context.fragment_ids_this_run:
            if values(others) != drawn or not still():
                st.rerun()
            _session()["is-arrival"] = False
            _hear_the_browser()
            write_link()
        _session()["by-itself"] = True
        try:
            with _turns:
                part(*args)
        finally:
            _session()["by-itself"] = False

    st.fragment(run)()


def is_by_itself() -> bool:
    """Whether what is drawn now belongs to a part of the page that runs by itself."""
    return _session().get("by-itself", False)


def is_arrival() -> bool:
    """Whether this run is the first of the page: the browser has nothing of it yet."""
    return _session().get("is-arrival", True)


def beginnings() -> int:
    """How often everything has begun anew: with another picture, Back or Forward. What a cursor has found is past."""
    return _session().get("beginnings", 0)


def _anew() -> None:
    _session()["beginnings"] = beginnings() + 1


def begin_another_picture() -> None:
    """What was chosen in the picture before is not there in this one: its settings are as at the start, or `anew`."""
    settings = [setting for setting in DECLARED.values() if setting.of_picture]
    put(**starts(settings) | {setting.key: setting.anew for setting in settings if setting.anew is not None})
    _anew()


def is_from_browser(setting: Setting[Any]) -> bool:
    """Whether the browser changed it by itself, and so knows of it: nobody else has changed it since."""
    return setting.key in _part("from-browser")


def _hear_the_browser() -> None:
    """Take over what the browser has changed in the link by itself since the last run.

    A run can be asked for before the link that the last one wrote has arrived; so only a text counts that the link
    said neither then nor when it was written.
    """
    known = _part("live-texts")
    for setting in _session()["page-settings"]:
        text = st.query_params.get(setting.key)
        if setting.is_live and text is not None and text not in known.get(setting.key, ()):
            _part("settings")[setting.key] = _linked(setting)
            _part("from-browser")[setting.key] = True


def write_link() -> None:
    """Let the link say what is set on this page; one message, and none where it says so already.

    `open_page` does it, and what runs by itself for its own runs.
    """
    settings: tuple[Setting[Any], ...] = _session()["page-settings"]
    for setting in settings:
        if setting.is_live:
            said = st.query_params.get(setting.key), setting.text(now(setting))
            _part("live-texts")[setting.key] = said
    if any(_linked(setting) != now(setting) for setting in settings):
        st.query_params.from_dict(link(settings))


def _linked(setting: Setting[T]) -> T:
    """What the page's link means. What it says several times, it says in one: "filters=Emboss&filters=Outline"."""
    said = st.query_params.get_all(setting.key)
    return setting.of("|".join(said) if said else None)


def _is_back() -> bool:
    """Whether this run is the answer to the browser's Back or Forward."""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


# --- widgets ---


def widget_key(name: str, value: Any) -> str:
    """The key under which to draw the widget `name`, which is to show `value`: give it as the widget's start.

    A widget keeps in the browser what was chosen on it, and sends it again with every later act, shown or not. So one
    whose value has been changed by anything but itself gets another key: the browser makes it anew, as a widget
    that nobody has touched, and what the old one still sends belongs to nothing.
    """
    drawn = _part("widgets").setdefault(name, {"told": {}})
    if "value" not in drawn or drawn["value"] != value:
        drawn["count"] = drawn.get("count", -1) + 1
    drawn["value"] = value
    drawn["key"] = f"{name}~{drawn['count']}" if drawn["count"] else name
    drawn["told"][drawn["key"]] = value
    return drawn["key"]


def hear(name: str, key: str, take: Callable[[Any], None]) -> None:
    """The callback of the widget `name`, drawn as `key`: `take` what the visitor chose. It stays the widget's own.

    A widget that has been made anew is still on the screen until a run reaches it: what is chosen on it counts, what
    it only repeats does not.
    """
    value, drawn = _in_session(key), _part("widgets")[name]
    if drawn["key"] != key and drawn["told"].get(key) == value:
        return
    drawn["told"][key] = value
    stays(name, key, value)
    take(value)


def stays(name: str, key: str, value: Any) -> None:
    """In the callback of the widget `name`, drawn as `key`: its own act made it show `value`, so it stays."""
    drawn = _part("widgets")[name]
    if drawn["key"] == key:  # else it was done to a widget that has been made anew since
        drawn["value"] = value


def component_state(key: str, name: str) -> Any:
    """In the callback of a component: its state or trigger `name`. None of one whose page has been left meanwhile."""
    return getattr(_in_session(key), name, None)


def uploaded(key: str) -> Any:
    """The file that lies in an uploader or a camera, or None."""
    return _in_session(key)


# --- memory ---


def recall(name: str, start: Any = None) -> Any:
    """What is remembered under this name, or `start`."""
    return _part("memory").get(name, start)


def remember(name: str, value: Any) -> None:
    """Remember it for this session; no link says it. Names are those of the room, with a dash: "picture-own"."""
    _part("memory")[name] = value


def forget(*names: str) -> None:
    """No longer remember."""
    for name in names:
        _part("memory").pop(name, None)
