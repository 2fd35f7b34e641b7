"""The page's two rooms: the digit with what moves it, and beside it the network."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.models import Trained
from cnnviz.numbers import times
from cnnviz.ui import controls
from cnnviz.ui.controls import Digit
from cnnviz.ui.words import number


def desk() -> DeltaGenerator:
    """Both rooms side by side; on a phone one below the other."""
    return st.container(key="lenet-desk", horizontal=True, gap="small")


def beside() -> DeltaGenerator:
    """The digit's room."""
    return st.container(key="lenet-digit", width=262, gap="small")


def steps(digit: Digit, trained: Trained) -> None:
    """How the digit came to be the network's numbers, for who wants to know."""
    with st.expander("How your digit became the network’s input"):
        controls.digit_steps(digit)
        height, width = trained.network.input_shape[1:]
        square = np.zeros((height, width), np.uint8)
        square[0, 0] = 255
        given = trained.prepare(square)
        around = "" if height == len(digit.levels) else f"Empty pixels around it make it {times(height, width)}. "
        st.html(
            f"<p>{around}No ink is {number(float(given.min()))} for this network, full ink "
            f"{number(float(given.max()))}.</p>"
        )
