"""What every page has around its lesson: the tab's title, the row of lessons, the order of its parts, the style."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.ui import leaving, markup, state
from cnnviz.ui.component import scripts
from cnnviz.ui.course import COURSE, HOME, Lesson
from cnnviz.ui.landmarks import landmarks
from cnnviz.ui.lessons import Ending
from cnnviz.ui.letters import lettered, together
from cnnviz.ui.markup import html

# What every page has, the parts under their headings, then what single lessons need.
STYLES = ("frame", "uploads", "tables", *(name for lesson in COURSE for name in lesson.style))
_STYLE = "\n".join(files("cnnviz.ui").joinpath("style", f"{name}.css").read_text("utf-8") for name in STYLES)


@dataclass
class Page:
    """An open lesson.

    lead  the room beside its title, for what leads into it
    """

    lesson: Lesson
    lead: DeltaGenerator
    _is_ended: bool = False

    def end(self, ending: Ending | None = None) -> None:
        """What was seen and what to try; without them where there is nothing to see. Then the way on; once."""
        if ending:
            notice(ending)
        if self.lesson.next and not self._is_ended:
            _link(self.lesson.next, f"Next: {self.lesson.next.name}", icon=":material/arrow_forward:")
        self._is_ended = True


@contextmanager
def lesson(of: Lesson) -> Iterator[Page]:
    """A lesson from its title to the way on, which stands at the end where the page itself has not ended before."""
    page(of)
    opened = Page(of, title(of.heading, of.claim))
    yield opened
    opened.end()


def page(lesson: Lesson) -> None:
    """Open a page: what is set on it, its title in the browser's tab, the style, and the lessons in one row; where
    that has no room, in a menu."""
    st.set_page_config(page_title=f"{lesson.title} · cnnviz", page_icon="🔲", layout="wide", initial_sidebar_state=276)
    leaving.here()
    state.open_page(lesson.path, lesson.settings)
    style()
    scripts()
    state.address()
    with st.container(key="ways", gap=None):
        landmarks(lesson.name, lesson.sidebar)
        with st.container(key="lessons", horizontal=True):
            _links()
        with st.container(key="menu"), st.popover(f"Lessons: {lesson.title}", width="stretch"):
            with st.container(key="menu-lessons", gap=None):
                _links()


def _links() -> None:
    for lesson in (HOME, *COURSE):
        _link(lesson, lesson.name)


def _link(lesson: Lesson, label: str, icon: str | None = None) -> None:
    """The way to a lesson. What is set goes along in the session; into another tab, in the link (landmarks.js)."""
    st.page_link(lesson.path, label=label, icon=icon)


def style() -> None:
    """The one style block: all files of style/, in their order."""
    markup.style(_STYLE)


def title(name: str, claim: str) -> DeltaGenerator:
    """A lesson's name and, in one sentence, what it claims; and the room to its right, for what leads into it."""
    with st.container(key="title", horizontal=True, vertical_alignment="center"):
        told = html('<div class="title"><h1>{}</h1><p>{}</p></div>', name, together(lettered(claim)))
        markup.show(told, width="stretch")
        return st.container(key="lead", horizontal=True, width="content")


def main() -> DeltaGenerator:
    """Settings, formula and stage. On a phone the stage comes first, whatever the order on the page."""
    return st.container(key="main")


def settings() -> DeltaGenerator:
    """The row of sliders."""
    return st.container(key="settings")


def stage() -> DeltaGenerator:
    """The room of the stage: a keyed container, in which it survives what is inserted above it."""
    return st.container(key="stage")


def notice(ending: Ending) -> None:
    """What was seen, and a question that the controls can answer."""
    see, try_ = (together(lettered(text)) for text in ending)
    said = '<div class="notice"><p><b>What is seen</b> {}</p><p><b>Your turn</b> {}</p></div>'
    markup.show(html(said, see, try_))


def course() -> None:
    """The way to each lesson, and what it is about."""
    with st.container(key="course"):
        for lesson in COURSE:
            with st.container(key=f"course-{lesson.slug}", gap=None):
                _link(lesson, f"**{lesson.name}**")
                st.caption(lesson.about)


def hero(claim: str, offer: str) -> None:
    """What the project is, in two sentences."""
    markup.show(html('<div class="title hero"><h1>{}</h1><p>{}</p></div>', claim, offer))


def open_lesson(lesson: Lesson, label: str) -> None:
    """The one click that leads on."""
    if st.button(label, type="primary", key="open"):
        st.switch_page(lesson.path)
