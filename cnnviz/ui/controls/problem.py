"""What cannot be: one sentence, and the nearest settings that work, to press."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.pictures import Picture
from cnnviz.ui import cached, settings
from cnnviz.ui.controls.basics import put, state


def explain(problem: CnnvizError, picture: Picture, remedies: list[tuple[str, dict[str, Any]]] | None = None) -> None:
    """Why these settings give no map, and the nearest that do, to press: (label, changes) each, or the lab's own."""
    if remedies is None:
        remedies = settings.remedies(state(), picture)
    with st.container(key="problem", border=True):
        st.html(f"<b>{escape(str(problem))}</b>")
        with st.container(horizontal=True):
            for label, changes in remedies:
                st.button(label, key=f"remedy {label}", on_click=put, kwargs=changes)
        st.image(cached.shown(picture), caption=f"The picture, {picture.shape[1]} × {picture.shape[2]}", width=320)
