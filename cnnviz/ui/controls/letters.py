"""What the letters of the formulas mean, and the switch between large ones and small ones."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui.controls.basics import choice
from cnnviz.ui.letters import LETTERS, lettered

_MEAN = """Here **K** is the kernel's size, **S** the stride, **P** the padding, **D** the dilation, **W** the input's
side (its height or width), **O** the output's, **C** channels, **F** filters."""
_ELSEWHERE = """CS231n calls the kernel's size F; others call the number of filters K."""


def letters() -> None:
    """A word to press: behind it the letters, and how others write them."""
    with st.popover("letters", type="tertiary"):
        choice("Letters differ between courses", LETTERS)
        st.markdown(f"{lettered(_MEAN)} {_ELSEWHERE}")
