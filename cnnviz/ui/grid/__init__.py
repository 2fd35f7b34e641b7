"""The kernel as a grid to edit: signed colours, one cell a weight, a tab a slice. Typed text is read by Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files

import numpy as np
import streamlit as st

from cnnviz.export import PRGN
from cnnviz.kernels import cell_text

_HERE = files("cnnviz.ui.grid")
_component = st.components.v2.component(
    "cnnviz_grid",
    js=f"const PRGN = {json.dumps(PRGN)};\n" + _HERE.joinpath("grid.js").read_text("utf-8"),
    css=_HERE.joinpath("grid.css").read_text("utf-8"),
)


def _cells(slice_: np.ndarray) -> list[list[str]]:
    return [[cell_text(weight) for weight in row] for row in slice_.tolist()]


def grid(drawn: np.ndarray, weight: np.ndarray, *, key: str, on_edit: Callable[[], None]) -> None:
    """Draw a kernel (kH, kW) or (3, kH, kW) and let it be edited.

    `weight` (channels, kH, kW) is what it comes to on the picture. With three channels there is a tab
    for each slice, and for a kernel of one slice another, "all", which edits the three together.
    After an edit `st.session_state[key].edited` is the whole kernel as text and `on_edit` is called.
    """
    tabs: dict[str, dict[str, object]] = {}
    if drawn.ndim == 2:
        tabs["all" if len(weight) == 3 else ""] = {"text": _cells(drawn), "values": drawn.tolist()}
    if len(weight) == 3:
        slices = weight if drawn.ndim == 2 else drawn
        for name, values in zip("RGB", slices, strict=True):
            tabs[name] = {"text": _cells(values), "values": values.tolist()}
    elif drawn.ndim == 3:
        tabs[""] = {"text": _cells(weight[0]), "values": weight[0].tolist()}
    _component(
        key=key, data={"tabs": tabs, "error": st.session_state.get(f"{key}-error", "")}, on_edited_change=on_edit
    )
