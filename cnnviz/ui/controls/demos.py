"""One click to a whole view."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.pictures import SAMPLES
from cnnviz.ui import state
from cnnviz.ui.state import put

DEMOS = {
    "5 × 5 demo": {
        "sample": SAMPLES["binary"].name,
        "depth": "Grey",
        "values": "0–1",
        "kernel": "Diagonal cross",
        "k": 3,
        "s": 1,
        "p": 0,
        "d": 1,
    },
    "stride and padding demo": {
        "sample": SAMPLES["numbers"].name,
        "depth": "Grey",
        "values": "0–255",
        "kernel": "Box blur",
        "k": 3,
        "s": 2,
        "p": 1,
        "d": 1,
    },
}
_PLAIN = {"rect": False, "sides": "", "border": "zeros", "bias": 0.0, "flip": False}


def demos() -> None:
    """The two demos of the lesson, each one click away."""
    with st.container(key="demos", horizontal=True, gap="small"):
        for name, changes in DEMOS.items():
            st.button(name, key=f"demo {name}", on_click=show_demo, kwargs={**_PLAIN, **changes})


def show_demo(**changes: Any) -> None:
    """Change settings to a whole view, seen from its beginning: a button's callback."""
    put(**changes)
    state.begin_another_picture()
