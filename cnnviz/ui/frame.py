"""What every page has around its lesson: the tab's title, the row of lessons, the order of its parts, the style."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.ui import state
from cnnviz.ui.component import scripts
from cnnviz.ui.course import COURSE, HOME, Lesson
from cnnviz.ui.landmarks import landmarks
from cnnviz.ui.letters import lettered, together

# What every page has, the parts under their headings, then what single lessons need.
STYLES = (
    "frame", "uploads", "tables", "stride", "pooling", "activations", "filters", "layers", "digit", "lenet", "learning",
    "deep",
)  # fmt: skip
_STYLE = "\n".join(files("cnnviz.ui").joinpath("style", f"{name}.css").read_text("utf-8") for name in STYLES)


def page(lesson: Lesson) -> None:
    """Open a page: what is set on it, its title in the browser's tab, the style, and the lessons in one row; where
    that has no room, in a menu."""
    st.set_page_config(page_title=f"{lesson.title} · cnnviz", page_icon="🔲", layout="wide", initial_sidebar_state=276)
    state.open_page(lesson.path, lesson.settings)
    style()
    scripts()
    state.address()
    with st.container(key="ways", gap=None):
        landmarks(lesson.name, lesson.sidebar)
        with st.container(key="lessons", horizontal=True, gap="small"):
            _links()
        with st.container(key="menu"), st.popover(f"Lessons: {lesson.title}", width="stretch"):
            with st.container(key="menu-lessons", gap=None):
                _links()


def _links() -> None:
    for lesson in (HOME, *COURSE):
        _link(lesson, lesson.name)


def _link(lesson: Lesson, label: str, icon: str | None = None) -> None:
    """The way to a lesson, its settings as they stand in the link itself."""
    st.page_link(lesson.path, label=label, query_params=state.link(lesson.settings), icon=icon)


def style() -> None:
    """The one style block: all files of style/, in their order."""
    st.html(f"<style>{_STYLE}</style>")


def title(name: str, claim: str) -> DeltaGenerator:
    """The lesson's name and, in one sentence, what it claims; and the room to its right, for what leads into it."""
    with st.container(key="title", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="title"><h1>{name}</h1><p>{together(lettered(claim))}</p></div>', width="stretch")
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


def notice(see: str, try_: str, then: Lesson | None = None) -> None:
    """At the end: what was seen, a question that the controls can answer, and the lesson to go to `then`.

    The first two are HTML: what comes from a visitor must be escaped before. Where there is nothing to see, because
    a setting was refused, they are empty.
    """
    said = {"What is seen": see, "Your turn": try_}
    parts = "".join(f"<p><b>{name}</b> {together(lettered(text))}</p>" for name, text in said.items() if text)
    if parts:
        st.html(f'<div class="notice">{parts}</div>')
    if then:
        _link(then, f"Next: {then.name}", icon=":material/arrow_forward:")


def course() -> None:
    """The way to each lesson, and what it is about."""
    with st.container(key="course"):
        for lesson in COURSE:
            with st.container(key=f"course-{lesson.path[6:-3]}", gap=None):
                _link(lesson, f"**{lesson.name}**")
                st.caption(lesson.about)


def hero(claim: str, offer: str) -> None:
    """What the project is, in two sentences."""
    st.html(f'<div class="title hero"><h1>{claim}</h1><p>{offer}</p></div>')


def open_lesson(lesson: Lesson, label: str) -> None:
    """The one click that leads on."""
    if st.button(label, type="primary", key="open"):
        st.switch_page(lesson.path)
