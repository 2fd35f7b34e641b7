"""What is costly for the browser comes once somebody is about to look at it.

Plotly is 4.7 MB of script, which the browser runs for most of a second before it draws anything else: a page with a
chart far down showed its stage after three seconds, and shows it after half of them (bench/pages.py first).
"""

from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("later")


def is_due(key: str, height: int) -> bool:
    """Whether to draw a chart now: one was nearly in sight before. Else its place is kept, `height` pixels high."""
    if not state.recall("charts-seen"):
        _component(key=f"later-{key}", data={"height": height}, on_seen_change=_seen)
    return state.recall("charts-seen", False)


def _seen() -> None:
    state.remember("charts-seen", True)
