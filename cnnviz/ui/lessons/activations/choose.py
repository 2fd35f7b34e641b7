"""Which activation, and the kernel's size."""

from __future__ import annotations

import streamlit as st

from cnnviz.ops import ACTIVATIONS, Activation
from cnnviz.ui import controls
from cnnviz.ui.settings import K
from cnnviz.ui.state import one_of

CLAIM = (
    "ReLU zeroes negative numbers. Sigmoid squashes all into 0 to 1, and gradients through it can vanish. "
    "ReLU is cheaper, and its slope above 0 is 1."
)
OFFERED = ("relu", "leaky relu", "sigmoid", "tanh", "gelu")
BY_NAME = {ACTIVATIONS[key].name: ACTIVATIONS[key] for key in OFFERED}
ACTIVATION = one_of("activation", list(BY_NAME))


def choose() -> Activation:
    """The activation, and K with what the lesson does with it."""
    left, right = st.columns([2.4, 1], gap="medium")
    with left:
        found = BY_NAME[
            controls.choice("Activation, applied to each number of the map", ACTIVATION)
        ]
        st.caption(controls.plain(f"{found.name}: {found.formula}. {found.source}."))
    with right:
        k = controls.dial("K kernel", K)
        k.say("the sidebar’s kernel, S = 1; its map goes in, the picture’s size: its border is repeated")
    return found
