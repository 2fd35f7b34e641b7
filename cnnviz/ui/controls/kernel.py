"""The kernel: a preset or numbers of one's own, bias and flip."""

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.errors import CnnvizError
from cnnviz.pictures import Picture
from cnnviz.ui import settings, state
from cnnviz.ui.controls.basics import dial, plain, select, text, toggle, typed_number
from cnnviz.ui.controls.window import lab
from cnnviz.ui.grid import grid
from cnnviz.ui.settings import ANGLE, BIAS, EACH, FLIP, KERNEL, KERNEL_NAMES, OWN, SEED, WEIGHTS, Filter
from cnnviz.ui.state import put

_REFUSED = "kernel-refused"  # why what was typed last could not be, and the kernel that stood then


def _edited(typed: str) -> None:
    """Numbers typed into the grid or the text box become the kernel; K follows their size."""
    state.forget(_REFUSED)
    if not typed.strip():
        return
    try:
        kernel = kernels.parse(typed)
    except CnnvizError as problem:
        state.remember(_REFUSED, (str(problem), *_standing()))
        return
    height, width = kernel.shape[-2:]
    put(kernel=OWN, weights=kernels.formatted(kernel), k=height, rect=height != width, kw=width)


def _start() -> None:
    """A preset is chosen: its numbers replace one's own, which are the start if none have been typed yet."""
    now = lab()
    if now["kernel"] == OWN and not now["weights"]:
        put(weights=kernels.formatted(np.eye(*settings.kernel_size(now))))


def _standing() -> tuple[str, str]:
    return state.now(KERNEL), state.now(WEIGHTS)


def _refused() -> str:
    """Why what was typed last could not be; "" once another kernel has been chosen in any way."""
    sentence, *stood = state.recall(_REFUSED, ("",))
    return sentence if tuple(stood) == _standing() else ""


def kernel(picture: Picture) -> Filter:
    """The filter: a preset or numbers of one's own, bias, flip. Raises KernelError for a size that it does not have."""
    with st.sidebar:
        name = select("Kernel", KERNEL, then=_start)
        preset = kernels.KERNELS.get(KERNEL_NAMES.get(name, ""))
        takes, drawing = st.container(key="kernel-takes"), st.container(key="kernel-grid")
        with takes:
            if preset and "angle" in preset.takes:
                dial("Angle, degrees", ANGLE)
            if preset and "seed" in preset.takes:
                typed_number("Seed", SEED)
        shares = settings.in_colour(lab(), len(picture.pixels))
        with st.container(key="kernel-words"):
            words = f"{preset.finds if preset else ''} {f'In colour, {shares}.' if shares else ''}".strip()
            if words:
                told = plain(f"{preset.scales} After {preset.source}.") if preset else None
                st.caption(plain(words), help=told)
            if shares:
                toggle("the same numbers on each channel", EACH)
        with st.expander("Paste numbers, bias, flip"):
            text(
                "Numbers",
                WEIGHTS,
                then=lambda: _edited(state.now(WEIGHTS)),
                height=80,
                placeholder="1 0 -1; 2 0 -2; 1 0 -1",
                help="Rows end with ; or a new line, slices with |. 1/9 works, and what spreadsheets copy or NumPy, "
                "PyTorch and C print.",
            )
            typed_number("Bias", BIAS)
            toggle("flip the kernel", FLIP)
            st.caption(
                "True convolution turns the kernel by 180° first. Deep learning does not: "
                "what it calls convolution is cross-correlation."
            )
        found = settings.filter_of(lab(), len(picture.pixels))
        with drawing:
            own = found.name == OWN
            grid(found.drawn, found.slices, own=own, key="grid", refused=_refused(), on_edit=_edited)
    return found
