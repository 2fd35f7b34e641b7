"""The network that a visitor has trained, kept for the session so that another page can run it; nobody else sees it."""

from __future__ import annotations

import streamlit as st

from cnnviz.models import Trained

_KEY = "own-network"


def keep(trained: Trained) -> None:
    """Keep it, in the place of the one before."""
    st.session_state[_KEY] = trained


def own() -> Trained | None:
    """The visitor's own, or None."""
    return st.session_state.get(_KEY)
