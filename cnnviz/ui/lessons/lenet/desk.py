"""The page's two rooms: the digit with what moves it, and beside it the network."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.ui import controls
from cnnviz.ui.controls import Digit


def desk() -> DeltaGenerator:
    """Both rooms side by side; on a phone one below the other."""
    return st.container(key="lenet-desk", horizontal=True, gap="small")


def beside() -> DeltaGenerator:
    """The digit's room."""
    return st.container(key="lenet-digit", width=262, gap="small")


def steps(digit: Digit) -> None:
    """How the digit came to be 28 × 28 numbers, for who wants to know."""
    with st.expander("How your digit became the network’s input"):
        controls.digit_steps(digit)
