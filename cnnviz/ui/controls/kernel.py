"""The kernel: a preset or numbers of one's own, bias and flip."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.errors import CnnvizError
from cnnviz.pictures import Picture
from cnnviz.ui import settings
from cnnviz.ui.controls.basics import dial, kept, plain, put, state
from cnnviz.ui.grid import grid
from cnnviz.ui.settings import KERNEL_NAMES, OWN, START, Filter


def _edited(widget: str) -> None:
    """Numbers typed into the grid or the text box become the kernel; K follows their size."""
    text = st.session_state[widget] if widget == "weights" else st.session_state[widget].edited
    error = f"{'grid' if widget == 'weights' else widget}-error"
    st.session_state[error] = ""
    if not text:
        return
    try:
        kernel = kernels.parse(text)
    except CnnvizError as problem:
        st.session_state[error] = str(problem)
        return
    height, width = kernel.shape[-2:]
    put(kernel=OWN, weights=kernels.formatted(kernel), k=height, rect=height != width, kw=width)


def _start() -> None:
    """A preset is chosen: its numbers replace one's own, which are the start if none have been typed yet."""
    now = state()
    if now["kernel"] == OWN and not now["weights"]:
        put(weights=kernels.formatted(np.eye(*settings.kernel_size(now))))
    st.session_state["grid-error"] = ""


def kernel(picture: Picture) -> Filter:
    """The filter: a preset or numbers of one's own, bias, flip. Raises KernelError for a size that it does not have."""
    with st.sidebar:
        name = kept(
            st.selectbox,
            "Kernel",
            [*KERNEL_NAMES, OWN],
            index=list(KERNEL_NAMES).index(START["kernel"]),
            key="kernel",
            on_change=_start,
        )
        preset = kernels.KERNELS.get(KERNEL_NAMES.get(name, ""))
        takes, drawing = st.container(key="kernel-takes"), st.container(key="kernel-grid")
        with takes:
            if preset and "angle" in preset.takes:
                dial("Angle, degrees", "angle", START["angle"])
            if preset and "seed" in preset.takes:
                kept(st.number_input, "Seed", 0, 9999, START["seed"], key="seed")
        with st.container(key="kernel-words"):
            if preset:
                spread = len(picture.pixels) == 3 and "channels" not in preset.takes
                shared = " In colour, times 0.299 on red, 0.587 on green, 0.114 on blue." if spread else ""
                st.caption(plain(preset.finds + shared), help=plain(f"{preset.scales} After {preset.source}."))
        with st.expander("Paste numbers, bias, flip"):
            kept(
                st.text_area,
                "Numbers",
                key="weights",
                on_change=_edited,
                args=("weights",),
                height=80,
                placeholder="1 0 -1; 2 0 -2; 1 0 -1",
                help="Rows end with ; or a new line, slices with |. 1/9 works.",
            )
            kept(st.number_input, "Bias", -1e6, 1e6, START["bias"], key="bias", step=1.0, format="%g")
            kept(st.toggle, "flip the kernel", key="flip")
            st.caption(
                "True convolution turns the kernel by 180° first. Deep learning does not: "
                "what it calls convolution is cross-correlation."
            )
        # Now that every control is drawn: before, a link's numbers, bias and flip are not in the session yet.
        found = settings.filter_of(state(), len(picture.pixels))
        with drawing:
            grid(found.drawn, len(found.weight), own=found.name == OWN, key="grid", on_edit=lambda: _edited("grid"))
    return found
