"""One click to what is worth seeing: maps on the sample photographs, and a portrait called a barbell."""

from __future__ import annotations

import streamlit as st

from cnnviz.models.squeezenet import squeezenet
from cnnviz.models.squeezenet_depths import PEOPLE, SEEN
from cnnviz.pictures import SAMPLES, sample
from cnnviz.ui import state
from cnnviz.ui.controls import choose_sample
from cnnviz.ui.lessons.deep.deep_look import Look, look_at, stops
from cnnviz.ui.lessons.deep.deep_walk import FIRST, look_into
from cnnviz.ui.markup import Markup, html, part, show
from cnnviz.ui.settings import SAMPLE, SAMPLE_NAMES
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit
from cnnviz.ui.words import listed, percent

PORTRAIT = "Astronaut Eileen Collins"


def guide() -> None:
    """The maps worth seeing on the chosen photograph; of the visitor's own, those on the cat."""
    key = SAMPLE_NAMES.get(state.now(SAMPLE), "")
    where = "" if key in SEEN else " on the sample cat"
    key = key if key in SEEN else "chelsea"
    with st.container(key="guide", horizontal=True, gap="small", vertical_alignment="center"):
        show(html("<span><b>See for yourself</b>{}, from edges to parts:</span>", where), width="content")
        for at, (words, depth, channel) in enumerate(SEEN[key]):
            st.button(
                words, key=f"guide {at}", on_click=_go, args=(key, depth, channel), help=f"Map {channel} of {depth}"
            )


def _go(key: str, name: str, channel: int) -> None:
    choose_sample(SAMPLES[key].name)  # the middle of it: there they were looked at
    look_into(look_at(sample(key)).at_peak(stops()[name], channel - 1))


def lead() -> None:
    """One click to the mistake."""
    st.button("an astronaut, called a barbell", key="barbell", on_click=_to_portrait)


def _to_portrait() -> None:
    """The portrait, and the map of the class that it is taken for."""
    choose_sample(PORTRAIT)
    put(**{"class": FIRST, "depth": "RGB", "guess-first": False})
    look_into(Unit(len(stops()) - 1, squeezenet().classes.index("barbell")))


def failure(look: Look) -> None:
    """Why a portrait is called a barbell; with its numbers where it is the picture."""
    people = listed([f"“{name}”" for name in PEOPLE])
    why = (
        "Its thousand classes are things and animals, 118 of them kinds of dog; the only people are "
        f"{people}, each with its gear. Softmax shares out a probability of 1 among them, so there is no way to say "
        "“none of these”: a person is called by whatever in the picture looks most like something it learnt. "
        "A high probability says that one class beats the other 999, not that it is right."
    )
    part("A mistake worth seeing: a portrait called a barbell", why)
    with st.container(key="failure"):
        if state.now(SAMPLE) == PORTRAIT:
            show(html('<p class="sentence">{}</p>', _numbers(look)))
        else:
            st.button("show it: an astronaut, called a barbell", key="barbell below", on_click=_to_portrait)


def _numbers(look: Look) -> Markup:
    """What this portrait is given."""
    trained, (first, second, *_) = look.trained, look.best()
    people = sum(float(look.probabilities[trained.classes.index(name)]) for name in PEOPLE)
    named = [f"{trained.classes[of]} {look.share(of)}" for of in (first, second)]
    return html(
        "Here: <b>{}</b>, then {}; the three kinds of people have {} between them. Yet fire9 has maps that light up at "
        "the face and at the collar: what it sees there, it has no name for. Slide the patch over the photo to see "
        "what its answer hangs on.",
        *named, percent(people),
    )  # fmt: skip
