"""The row in which the stack is built: its layers side by side, the chosen one's settings below. The text is the state.

The text stands in the URL; every button and dial here writes another text. One choice serves all: the layer that is
changed here is the layer whose unit is on the stage.
"""

import streamlit as st

from cnnviz.layers.typed import parts
from cnnviz.models import ARCHITECTURES
from cnnviz.stacks import Part, Stack, stack_of
from cnnviz.ui import controls
from cnnviz.ui.lessons.layers import layers_stack as stacks
from cnnviz.ui.lessons.layers.layers_dials import change, dials, more
from cnnviz.ui.lessons.layers.layers_setup import INPUTS, OWN_SIZE, UNIT, Setup
from cnnviz.ui.lessons.layers.layers_stack import NEW, RESIDUAL, START
from cnnviz.ui.markup import html, show
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit, choose


def presets() -> None:
    """One click to a network that made history, to one with branches, or back to the small one."""
    with st.container(key="demos", horizontal=True):
        for name, told in ARCHITECTURES.items():
            _, height, width = told.input_shape
            input = next(key for key, value in INPUTS.items() if value and value[0] == height == width)
            st.button(name, key=f"preset {name}", on_click=_begin, args=(told.stack, input))
        st.button("small stack", key="preset small", on_click=_begin, args=(START, OWN_SIZE))
        st.button("branches", key="preset branches", on_click=_begin, args=(RESIDUAL, OWN_SIZE))


def _begin(text: str, input: str) -> None:
    put(stack=text, input=input)
    choose(UNIT, Unit(0, 0))


def builder(setup: Setup) -> None:
    """The layers, one of them chosen, and its settings."""
    stack, at = setup.stack, setup.chosen
    with st.container(key="stack-row", horizontal=True, vertical_alignment="center"):
        with st.container(key="chips", horizontal=True, vertical_alignment="center"):
            for index, part in enumerate(stack.parts):
                st.button(
                    f"{index + 1} {chip(part)}",
                    key=f"chip {index}",
                    type="primary" if index == at else "secondary",
                    on_click=choose,
                    args=(UNIT, Unit(index, 0)),
                )
        with st.popover("add a layer", key="add", type="secondary"):
            behind = f"Behind layer {at + 1}:" if stack.parts else "The first layer:"
            st.caption(behind)
            to = min(at + 1, len(stack.parts))
            for name, text in (*NEW.items(), ("RESIDUAL BLOCK", stack.residual(to))):
                st.button(
                    name,
                    key=f"add {name}",
                    on_click=change,
                    args=(stack.inserted(to, text), to + len(parts(text)) - 1),  # of a block its end
                    width="stretch",
                )
    with st.container(key="layer-settings"):
        if stack.parts:
            _settings(stack, at)
        if words := stacks.same_words(stack, at):
            st.caption(controls.plain(words))
        if not setup.is_own_size:
            st.caption(
                f"This stack reads a square of its own, {setup.reads}: “Depth” and “Longest side” in the sidebar "
                f"do nothing now. They do again with “The stack reads” set to “{OWN_SIZE}”."
            )


def chip(part: Part) -> str:
    """A layer in a few letters, as plain text."""
    name = part.draft.chip if part.draft else f"“{part.text[:14]}”?"
    return controls.plain(f"{part.marks} {name}".strip())


def _settings(stack: Stack, at: int) -> None:
    """The dials of the chosen layer, then what can be done with it as a whole."""
    found = stack.parts[at].draft
    boxes = st.columns([1, 1, 1, 1, 1.05], gap="medium")
    if found is not None:
        dials(stack, at, found, boxes)
    with boxes[4], st.container(key="whole-layer", gap=None):
        last = len(stack.parts) - 1
        with st.container(key="moves", horizontal=True):
            for name, icon, to, off in (
                ("earlier", ":material/arrow_back:", at - 1, at == 0),
                ("later", ":material/arrow_forward:", at + 1, at == last),
            ):
                text = stack.text if off else stack.moved(at, to)
                off = off or (text == stack.text and stack.parts[at] != stack.parts[to])
                st.button(
                    "", key=f"move {name}", icon=icon, help=f"Move layer {at + 1} {name}", disabled=off,
                    on_click=change, args=(text, to),
                )  # fmt: skip
            st.button(
                "", key="remove", icon=":material/delete:", help=f"Remove layer {at + 1}",
                on_click=change, args=(stack.removed(at), min(at, last - 1)),
            )  # fmt: skip
        with st.popover("more", type="tertiary", key="layer-more"):
            if found is not None:
                more(stack, at, found)


def explain(setup: Setup) -> None:
    """Where a layer cannot follow: why, and what would, to press. An empty room where all do."""
    stack = setup.stack
    with st.container(key="stuck"):
        if not stack.problem:
            return
        with st.container(key="stuck-box", border=True):
            show(html("<b>{}</b>", stack.problem))
            with st.container(horizontal=True):
                if depth := _other_depth(setup):
                    st.button(f"the picture in {depth}", key="remedy depth", on_click=put, kwargs={"depth": depth})
                for label, text in stacks.remedies(stack):
                    at = stack.stuck or 0
                    st.button(label, key=f"remedy {label}", on_click=change, args=(text, at))


def _other_depth(setup: Setup) -> str:
    """The picture's other depth, where the layer that cannot follow can with it; else ""."""
    stack, (channels, *size) = setup.stack, setup.shape
    if stack.stuck is None or not setup.is_own_size:
        return ""
    depth, shape = ("Grey", (1, *size)) if channels == 3 else ("RGB", (3, *size))
    return "" if stack_of(stack.text, shape).stuck == stack.stuck else depth
