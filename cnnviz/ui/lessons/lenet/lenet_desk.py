"""The page's rooms, and which network reads the digit: that of 1998, its modern form, or the visitor's own."""

import hashlib
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import models
from cnnviz.models import Trained
from cnnviz.numbers import times
from cnnviz.ui import controls, own, state
from cnnviz.ui.controls import Digit, choice
from cnnviz.ui.markup import html, show
from cnnviz.ui.memory import remembered
from cnnviz.ui.network_view import download
from cnnviz.ui.state import one_of
from cnnviz.ui.words import number


def desk() -> DeltaGenerator:
    """Both rooms side by side; on a phone one below the other."""
    return st.container(key="lenet-desk", horizontal=True)


def beside() -> DeltaGenerator:
    """The digit's room."""
    return st.container(key="lenet-digit", width=262)


def steps(digit: Digit, trained: Trained) -> None:
    """How the digit came to be the network's numbers, for who wants to know."""
    with st.expander("How your digit became the network’s input"):
        controls.digit_steps(digit)
        height, width = trained.network.input_shape[1:]
        square = np.zeros((height, width), np.uint8)
        square[0, 0] = 255
        given = trained.prepare(square)
        around = "" if height == len(digit.levels) else f"Empty pixels around it make it {times(height, width)}. "
        ink = [number(float(end)) for end in (given.min(), given.max())]
        show(html("<p>{}No ink is {} for this network, full ink {}.</p>", around, *ink))


OLD, MODERN, YOURS = "1998", "Modern", "Yours"
FORM = one_of("form", [OLD, MODERN, YOURS])
AT_ONCE = 250  # digits: all maps of 2,000 would take 100 MB


def form() -> Trained:
    """The switch, and the network that it chooses; without one of the visitor's own, the modern form."""
    chosen = choice("Network", FORM)
    found = own.own() if chosen == YOURS else None
    return found or (models.lenet5_1998() if chosen == OLD else models.lenet5())


def missing() -> None:
    """The way to a network of one's own, where one is asked for and there is none."""
    with st.container(key="no-own"):
        if state.now(FORM) == YOURS and own.own() is None:
            with st.container(key="no-own-box", horizontal=True, border=True, vertical_alignment="center"):
                words = "You have not trained a network yet; here is the modern form. A minute is enough:"
                show(html(words), width="content")
                st.page_link(
                    "pages/learning.py", label="train one on the Learning page", icon=":material/arrow_forward:"
                )


def _learnt(trained: Trained) -> str:
    """A digest of all that a network has learnt."""
    state = hashlib.sha256(trained.name.encode())
    for given in trained.parameters:
        for array in given.values():
            state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


@remembered(16, each=8 * 2_000, by=_learnt)  # the places of all test digits at most
def _wrong(trained: Trained) -> tuple[int, ...]:
    test = models.digits("test")
    found: list[int] = []
    for start in range(0, len(test), AT_ONCE):
        images = test.images[start : start + AT_ONCE]
        outputs = trained.network.forward(trained.prepare(images), trained.parameters)[-1]
        winners = [trained.winner(output) for output in outputs]
        wrong = np.flatnonzero(np.array(winners) != test.labels[start : start + AT_ONCE])
        found.extend(start + int(place) for place in wrong)
    return tuple(found)


def wrong(trained: Trained) -> partial[tuple[int, ...]]:
    """Asked for only when it is wanted: the packaged test digits that a network reads wrong."""
    return partial(_wrong, trained)


def take_away(trained: Trained) -> None:
    """The network as a file."""
    with st.container(key="take-lenet", horizontal=True, vertical_alignment="center"):
        download(lambda: trained, "take-onnx")
        size = times(*trained.network.input_shape[1:])
        st.caption(f"Netron draws it, and ONNX Runtime runs it: what stands under Input above goes in, {size}.")
