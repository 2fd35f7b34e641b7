"""Maps worth seeing on the sample photographs, each looked at before it was named; one click leads there."""

from __future__ import annotations

import streamlit as st

from cnnviz.pictures import SAMPLES, sample
from cnnviz.ui import state
from cnnviz.ui.controls import choose_sample
from cnnviz.ui.lessons.deep.depths import depths
from cnnviz.ui.lessons.deep.look import look_at
from cnnviz.ui.lessons.deep.main import look_into
from cnnviz.ui.settings import SAMPLE
from cnnviz.ui.volumes import Unit

# Of each photograph: what is seen, at which depth, in which map from 1.
SEEN = {
    "chelsea": (
        ("upright edges", "conv1", 56), ("strokes of fur", "fire3", 116), ("the pupils", "fire5", 235),
        ("both eyes", "fire7", 131), ("the muzzle", "fire9", 489),
    ),
    "coffee": (
        ("edges of the rim", "conv1", 1), ("arcs", "fire3", 85), ("left bends", "fire5", 150),
        ("the lower bows", "fire7", 353), ("the coffee", "fire9", 444),
    ),
    "camera": (
        ("slanted edges", "conv1", 61), ("strokes one way", "fire3", 19), ("the tripod’s legs", "fire5", 204),
        ("the tripod", "fire7", 291), ("the face", "fire9", 261),
    ),
    "astronaut": (
        ("outlines", "conv1", 50), ("upright stripes", "fire3", 90), ("the ring’s arc", "fire5", 167),
        ("the chin", "fire7", 231), ("the face", "fire9", 233),
    ),
}  # fmt: skip
NAMES = {told.name: key for key, told in SAMPLES.items()}


def guide() -> None:
    """The maps worth seeing on the chosen photograph; of the visitor's own, those on the cat."""
    key = NAMES.get(state.now(SAMPLE), "")
    where = "" if key in SEEN else " on the sample cat"
    key = key if key in SEEN else "chelsea"
    with st.container(key="guide", horizontal=True, gap="small", vertical_alignment="center"):
        st.html(f"<span><b>See for yourself</b>{where}, from edges to parts:</span>", width="content")
        for at, (words, depth, channel) in enumerate(SEEN[key]):
            st.button(
                words, key=f"guide {at}", on_click=_go, args=(key, depth, channel), help=f"Map {channel} of {depth}"
            )


def _go(key: str, name: str, channel: int) -> None:
    choose_sample(SAMPLES[key].name)  # the middle of it: there they were looked at
    depth = next(depth for depth in depths() if depth.name == name)
    seen = look_at(sample(key))
    look_into(Unit(depth.at, channel - 1, *seen.peak(depth, channel - 1)))
