"""The network that a visitor has trained, kept for the session so that another page can run it; nobody else sees it."""

from typing import Protocol

from cnnviz.models import Trained
from cnnviz.ui import state

RUN = "learning-run"  # the visitor's run on the Learning page
_KEPT, _FROM = "own-network", "own-network-from"  # and which step of which run it is


class _Run(Protocol):
    number: int

    @property
    def step(self) -> int: ...

    def trained(self) -> Trained: ...


def own() -> Trained | None:
    """The visitor's own, as the run on the Learning page last told of it; a run that has not begun leaves the one
    before. None where nothing has been trained."""
    run: _Run | None = state.recall(RUN)
    if run is not None and run.step and state.recall(_FROM) != (run.number, run.step):
        state.remember(_FROM, (run.number, run.step))
        state.remember(_KEPT, run.trained())
    return state.recall(_KEPT)
