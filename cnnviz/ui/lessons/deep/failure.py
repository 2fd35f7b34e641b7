"""A mistake that tells how the network works: it knows a thousand things, and a person is none of them."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.models.squeezenet import squeezenet
from cnnviz.ui import markup, state
from cnnviz.ui.controls import choose_sample
from cnnviz.ui.lessons.deep.depths import depths
from cnnviz.ui.lessons.deep.look import Look
from cnnviz.ui.lessons.deep.main import FIRST, look_into
from cnnviz.ui.settings import SAMPLE
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit
from cnnviz.ui.words import listed, percent

PORTRAIT = "Astronaut Eileen Collins"
PEOPLE = ("ballplayer", "groom", "scuba diver")  # all the people that there are among the 1,000 classes


def lead() -> None:
    """One click to the mistake."""
    st.button("an astronaut, called a barbell", key="barbell", on_click=_to_portrait)


def _to_portrait() -> None:
    """The portrait, and the map of the class that it is taken for."""
    choose_sample(PORTRAIT)
    put(**{"class": FIRST, "depth": "RGB", "guess-first": False})
    classes = squeezenet().classes
    look_into(Unit(depths()[-1].at, classes.index("barbell")))


def failure(look: Look) -> None:
    """Why a portrait is called a barbell; with its numbers where it is the picture."""
    people = listed([f"“{name}”" for name in PEOPLE])
    why = (
        "Its thousand classes are things and animals, 118 of them kinds of dog; the only people are "
        f"{people}, each with its gear. Softmax shares out a probability of 1 among them, so there is no way to say "
        "“none of these”: a person is called by whatever in the picture looks most like something it learnt. "
        "A high probability says that one class beats the other 999, not that it is right."
    )
    markup.part("A mistake worth seeing: a portrait called a barbell", f"<p>{why}</p>")
    with st.container(key="failure"):
        if state.now(SAMPLE) == PORTRAIT:
            st.html(f'<p class="sentence">{_numbers(look)}</p>')
        else:
            st.button("show it: an astronaut, called a barbell", key="barbell below", on_click=_to_portrait)


def _numbers(look: Look) -> str:
    """What this portrait is given."""
    trained, (first, second, *_) = look.trained, look.best()
    people = sum(float(look.probabilities[trained.classes.index(name)]) for name in PEOPLE)
    return (
        f"Here: <b>{escape(trained.classes[first])} {percent(float(look.probabilities[first]))}</b>, then "
        f"{escape(trained.classes[second])} {percent(float(look.probabilities[second]))}; the three kinds of people "
        f"have {percent(people)} between them. Yet fire9 has maps that light up at the face and at the collar: what it "
        "sees there, it has no name for. Slide the patch over the photo to see what its answer hangs on."
    )
