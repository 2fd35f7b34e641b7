"""What every page has around its lesson: the tab's title, the row of lessons, the order of its parts, the style."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

LESSONS = {
    "app.py": "Home",
    "pages/pixels.py": "Pixels",
    "pages/convolution.py": "Convolution",
    "pages/stride.py": "Stride, padding",
    "pages/filters.py": "Filters",
    "pages/pooling.py": "Pooling",
    "pages/activations.py": "Activations",
    "pages/layers.py": "Layers",
}
_STYLE = files("cnnviz.ui").joinpath("frame.css").read_text("utf-8")


def page(title: str) -> None:
    """Open a page: its title in the browser's tab, the style, and the lessons in one row; on a phone, in a menu."""
    st.set_page_config(page_title=f"{title} · cnnviz", page_icon="▦", layout="wide", initial_sidebar_state=276)
    style()
    with st.container(key="lessons", horizontal=True, gap="small"):
        _links()
    with st.container(key="menu"), st.popover(f"Lessons: {title}", width="stretch"):
        _links()


def _links() -> None:
    for path, name in LESSONS.items():
        st.page_link(path, label=name)


def style() -> None:
    """The one style block."""
    st.html(f"<style>{_STYLE}</style>")


def title(name: str, claim: str) -> DeltaGenerator:
    """The lesson's name and, in one sentence, what it claims; and the room to its right, for what leads into it."""
    with st.container(key="title", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="title"><h1>{name}</h1><p>{claim}</p></div>', width="stretch")
        return st.container(key="lead", horizontal=True, gap="small", width="content")


def main() -> DeltaGenerator:
    """Settings, formula and stage. On a phone the stage comes first, whatever the order on the page."""
    return st.container(key="main", gap="small")


def settings() -> DeltaGenerator:
    """The row of sliders."""
    return st.container(key="settings")


def stage() -> DeltaGenerator:
    """The room of the stage: a keyed container, in which it survives what is inserted above it."""
    return st.container(key="stage")


def notice(see: str, try_: str) -> None:
    """Under the main view: what is to be seen there, and a question that the controls can answer.

    Both are HTML: what comes from a visitor must be escaped before.
    """
    st.html(f'<div class="notice"><p><b>What is seen</b> {see}</p><p><b>Your turn</b> {try_}</p></div>')


def hero(claim: str, offer: str) -> None:
    """What the project is, in two sentences."""
    st.html(f'<div class="title hero"><h1>{claim}</h1><p>{offer}</p></div>')


def open_lesson(path: str, label: str) -> None:
    """The one click that leads on."""
    if st.button(label, type="primary", key="open"):
        st.switch_page(path)
