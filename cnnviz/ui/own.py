"""The network that a visitor has trained, kept for the session so that another page can run it; nobody else sees it."""

from __future__ import annotations

from cnnviz.models import Trained
from cnnviz.ui import state

_KEY = "own-network"


def keep(trained: Trained) -> None:
    """Keep it, in the place of the one before."""
    state.remember(_KEY, trained)


def own() -> Trained | None:
    """The visitor's own, or None."""
    return state.recall(_KEY)
