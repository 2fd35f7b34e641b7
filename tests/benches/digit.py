"""A bench with nothing but the digit's controls, to draw on. It tells what the digit is, and what LeNet-5 reads."""

import json

import streamlit as st

from cnnviz import models
from cnnviz.ui import controls, frame, state
from cnnviz.ui.controls.digit_source import DRAWN


def main() -> None:
    st.set_page_config(layout="wide")
    state.open_page("digit", controls.DIGIT)
    frame.style()
    with frame.main():
        left, right = st.columns([1, 3])
        with left:
            digit = controls.digit(wrong=(3, 17, 1999))
            controls.digit_pad(digit)
        with right, st.container(key="steps-room"):
            controls.digit_steps(digit)
    network = models.lenet5()
    strokes = state.now(DRAWN)
    told = {
        "name": digit.name,
        "label": digit.label,
        "digest": digit.digest,
        "empty": digit.is_empty,
        "strokes": [len(line) for line in strokes.lines] if strokes else None,
        "count": len(strokes.lines) if strokes else None,
        "read": network.winner(network.maps(digit.levels)[-1].ravel()),
        "thickness": strokes.thickness if strokes else None,
    }
    st.html(f'<pre id="told">{json.dumps(told)}</pre>')
