"""What every page has around its lesson: the tab's title, the row of lessons, the order of its parts, the style."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# The lessons in their order: the name of each, and what it is about.
COURSE = {
    "pages/pixels.py": ("Pixels", "A picture is numbers: see each of them, and the planes that they stand in."),
    "pages/convolution.py": (
        "Convolution",
        "A filter slides over it, multiplies and adds up: one operation, every number.",
    ),
    "pages/stride.py": ("Stride, padding", "How far it moves, and what stands outside: two settings side by side."),
    "pages/filters.py": ("Filters", "Many filters make a volume; the next layer reads all of it."),
    "pages/pooling.py": ("Pooling", "A block of numbers becomes one: what is saved, and what it is worth."),
    "pages/activations.py": ("Activations", "ReLU, sigmoid and others: what they do to a map, and to gradients."),
    "pages/layers.py": ("Layers", "Build a whole network, count it, run it, and look into any unit."),
    "pages/lenet.py": ("LeNet-5", "Draw a digit, and see the network of 1998 read it: every map, every number."),
    "pages/learning.py": ("Learning", "Filters start random and are learnt: train a network and watch it learn."),
    "pages/deep.py": ("Deep CNN", "Edges, shapes, parts: what a network trained on photographs sees in yours."),
}
LESSONS = {"app.py": "Home", **{path: name for path, (name, _) in COURSE.items()}}
# What every page has, the parts under their headings, then what single lessons need.
STYLES = ("frame", "tables", "stride", "activations", "filters", "layers", "digit", "lenet", "learning", "deep")
_STYLE = "\n".join(files("cnnviz.ui").joinpath("style", f"{name}.css").read_text("utf-8") for name in STYLES)


def page(title: str) -> None:
    """Open a page: its title in the browser's tab, the style, and the lessons in one row; on a phone, in a menu."""
    st.set_page_config(page_title=f"{title} · cnnviz", page_icon="▦", layout="wide", initial_sidebar_state=276)
    if "link" not in st.session_state:  # what the visitor came with
        st.session_state["link"] = st.query_params.to_dict()
    st.session_state["arriving"] = st.session_state.get("page", title) != title
    st.session_state["page"] = title
    style()
    with st.container(key="lessons", horizontal=True, gap="small"):
        _links()
    with st.container(key="menu"), st.popover(f"Lessons: {title}", width="stretch"):
        _links()


def _links() -> None:
    for path, name in LESSONS.items():
        st.page_link(path, label=name)


def style() -> None:
    """The one style block: all files of style/, in their order."""
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


def notice(see: str, try_: str, then: str = "") -> None:
    """At the end: what was seen, a question that the controls can answer, and the lesson to go to `then`.

    The first two are HTML: what comes from a visitor must be escaped before.
    """
    st.html(f'<div class="notice"><p><b>What is seen</b> {see}</p><p><b>Your turn</b> {try_}</p></div>')
    if then:
        st.page_link(then, label=f"Next: {LESSONS[then]}", icon=":material/arrow_forward:")


def course() -> None:
    """The way to each lesson, and what it is about."""
    with st.container(key="course"):
        for path, (name, about) in COURSE.items():
            with st.container(key=f"course-{path[6:-3]}", gap=None):
                st.page_link(path, label=f"**{name}**")
                st.caption(about)


def hero(claim: str, offer: str) -> None:
    """What the project is, in two sentences."""
    st.html(f'<div class="title hero"><h1>{claim}</h1><p>{offer}</p></div>')


def open_lesson(path: str, label: str) -> None:
    """The one click that leads on."""
    if st.button(label, type="primary", key="open"):
        st.switch_page(path)
