"""What every control is made of: settings that change, plain words, one of a few, one number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.ui.settings import RANGES, START


def put(**changes: Any) -> None:
    """Change settings, as a button's callback."""
    for key, value in changes.items():
        st.session_state[key] = value


def state() -> dict[str, Any]:
    """The settings of the operation as they stand."""
    return {key: st.session_state.get(key, start) for key, start in START.items()}


def plain(text: str) -> str:
    """Text that is shown as it is where Streamlit would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def refuse(message: str) -> None:
    """One plain sentence where something could not be had."""
    st.error(plain(message))


def kept(widget: Callable[..., Any], *args: Any, key: str, **options: Any) -> Any:
    """Draw a widget whose value stands in the URL and goes along from page to page.

    Streamlit does both, except that at the first change of page after a link its widgets start anew, although the
    session still holds their values. Said once more there, a value counts as set, and stands in the URL.
    """
    if st.session_state.get("arriving") and key in st.session_state and key not in st.query_params:
        value = st.session_state[key]
        st.session_state[key] = value
        linked = st.session_state["link"].get(key, "")
        if linked.lower() == str(value).lower():
            st.query_params[key] = linked
    return widget(*args, key=key, bind="query-params", **options)


def choice(label: str, key: str, options: list[str], start: str) -> str:
    """One of a few, side by side."""
    chosen = kept(st.segmented_control, label, options, key=key, default=start, required=True)
    return chosen or start


@dataclass(frozen=True)
class Dial:
    """A slider's value, and the room under it for plain words on what the value does."""

    value: int
    room: DeltaGenerator

    def say(self, words: str) -> None:
        """Fill the room: once every slider is drawn, so that the words speak of the settings as they are now."""
        self.room.caption(words, width="content")


def dial(
    label: str,
    key: str,
    start: int,
    *,
    range: tuple[int, int] | None = None,
    on_change: Callable[[], None] | None = None,
    help: str | None = None,
    bound: bool = True,
) -> Dial:
    """A slider with its number beside it, which can be typed. Its range is fixed: `range`, or what RANGES says.

    bound  its value stands in the URL; not so where another setting there already says it
    """
    least, most = range or RANGES[key]

    def take(typed: str, before: int) -> None:
        if st.session_state[typed] == before:
            return  # nobody typed: the page is behind, and the box that it still shows reports itself
        st.session_state[key] = st.session_state[typed]
        if on_change:
            on_change()

    with st.container(key=f"dial-{key}", gap=None):
        head = st.container(key=f"head-{key}", horizontal=True, vertical_alignment="center", gap="small")
        slider = partial(kept, st.slider) if bound else st.slider
        value = slider(label, least, most, start, key=key, on_change=on_change or "rerun", label_visibility="collapsed")
        # A new box for each value. One box that the server writes to would send its old number back when keys are
        # pressed faster than the page answers, and that could not be told from typing.
        typed = f"{key}-typed-{value}"
        with head:
            st.markdown(f"**{label}**", help=help)
            st.number_input(
                f"{label}, typed",
                least,
                most,
                value,
                key=typed,
                step=1,
                on_change=take,
                args=(typed, value),
                label_visibility="collapsed",
                width=64,
            )
        room = st.container(key=f"words-{key}", horizontal=True, vertical_alignment="center", gap="small")
    return Dial(value, room)
