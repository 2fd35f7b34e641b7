"""The kernel: a preset or numbers of one's own, bias and flip."""

from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.errors import CnnvizError
from cnnviz.pictures import Picture
from cnnviz.ui import cached, settings, state
from cnnviz.ui.controls.basics import dial, plain, select, text, toggle, typed_number
from cnnviz.ui.controls.window import lab
from cnnviz.ui.grid import grid
from cnnviz.ui.held import held
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


def filter_of_lab(picture: Picture) -> Filter:
    """The filter as it is set. Raises KernelError for a size that it does not have."""
    return settings.filter_of(lab(), len(picture.pixels))


def kernel(picture: Picture) -> Filter:
    """The filter's controls and the filter. Raises KernelError for a size that it does not have."""
    show_kernel(picture)
    return filter_of_lab(picture)


def show_kernel(picture: Picture) -> None:
    """The filter's controls: a preset or numbers of one's own, bias, flip."""
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
        now = lab()
        with drawing:
            _grid(now, len(picture.pixels))


def _grid(now: dict[str, Any], depth: int) -> None:
    """The kernel's numbers to edit, where it has this size."""
    kernels = held(cached.kernels(*settings.kernel_in_sizes(now), depth), "kernel")
    found = None
    with suppress(CnnvizError):
        found = settings.filter_of(now, depth)
    grid(
        found, size=settings.kernel_size(now), square=not now["rect"],
        kernels=kernels, own=now["kernel"] == OWN, key="grid", refused=_refused(), on_edit=_edited,
    )  # fmt: skip
