"""The browser's side of the link: one act, one entry in its history. Every page mounts it."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

_component = st.components.v2.component(
    "cnnviz_address", js=files("cnnviz.ui.state").joinpath("address.js").read_text("utf-8")
)


def address() -> None:
    """Mount it; it shows nothing."""
    _component(key="address", height=0)
