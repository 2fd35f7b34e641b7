"""One click to a whole view of the lab: a demo, or a learnt filter as the visitor's own numbers."""

import math
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from cnnviz import kernels
from cnnviz.pictures import SAMPLES
from cnnviz.ui import state
from cnnviz.ui.settings import OWN
from cnnviz.ui.state import put

_PLAIN = {"rect": False, "sides": "", "border": "zeros", "bias": 0.0, "flip": False}


def _demo(sample: str, values: str, kernel: str, s: int, p: int) -> dict[str, Any]:
    name = SAMPLES[sample].name
    return {"sample": name, "depth": "Grey", "values": values, "kernel": kernel, "k": 3, "s": s, "p": p, "d": 1}


DEMOS = {
    "5 × 5 demo": _demo("binary", "0–1", "Diagonal cross", s=1, p=0),
    "stride and padding demo": _demo("numbers", "0–255", "Box blur", s=2, p=1),
}


def demos() -> None:
    """The two demos of the lesson, each one click away."""
    with st.container(key="demos", horizontal=True):
        for name, changes in DEMOS.items():
            st.button(name, key=f"demo {name}", on_click=show_demo, kwargs={**_PLAIN, **changes})


def show_demo(**changes: Any) -> None:
    """Change settings to a whole view, seen from its beginning: a button's callback."""
    put(**changes)
    state.begin_another_picture()


DIGITS = 3  # of the largest weight: more are hard to read, and change no map that an eye could tell apart


def readable(weight: ArrayLike) -> NDArray[np.float64]:
    """Weights rounded to as many decimals as show three digits of the largest; all 0 stay so."""
    exact = np.asarray(weight, np.float64)
    largest = float(np.abs(exact).max(initial=0))
    return exact if largest == 0 else np.round(exact, DIGITS - 1 - math.floor(math.log10(largest))) + 0.0


def lab_settings(weight: ArrayLike) -> dict[str, Any]:
    """The lab's settings that show this filter, (1 or 3, kH, kW), 3 as red, green and blue, at every pixel.

    Its numbers rounded as `readable`, on levels from 0 to 255, bias 0, a stride of 1, and the padding that keeps the
    size. Raises KernelError for weights that the lab does not take.
    """
    rounded = readable(weight)
    height, width = rounded.shape[-2:]
    return {
        "kernel": OWN, "weights": kernels.formatted(rounded), "k": height, "rect": height != width, "kw": width,
        "s": 1, "p": (height - 1) // 2, "sides": "", "d": 1, "border": "zeros", "bias": 0.0, "flip": False,
        "each": False, "depth": "RGB" if len(rounded) == 3 else "Grey", "values": "0–255",
    }  # fmt: skip


def to_lab(label: str, weight: ArrayLike, key: str) -> None:
    """A button that opens the lab with this filter, (1 or 3, kH, kW), on the picture that is chosen."""
    if st.button(label, key=key, icon=":material/science:", on_click=put, kwargs=lab_settings(weight)):
        st.switch_page("pages/convolution.py")
