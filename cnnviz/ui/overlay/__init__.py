"""A photo, and maps laid over it: a walk through the depths of a network, a row of such photos, a sheet of all maps.

One component, three views of it, each told by its message:

    walk(message, key=...)     a strip of depths; the chosen depth's strongest maps; one of them large over the photo
    panels(row, key=...)       photos in a row: a map over each, or the light where a unit looks, or a patch
    sheet(message, key=...)    every map of a layer, to be clicked

Going about in a walk happens in the browser; Python is told the unit that was chosen, and sends no map a second time.

    message.py   what is sent                  places.js   pure: where units lie on the photo
    ramp.js      pure: colours                 messages.js pure: what was sent, words
    sheets.js    photo, map, light, outlines   square.js   the square that is taken of the photo, to be moved
    walk.js      panels.js   sheet.js          the three views
    overlay.js   one view on the page          overlay.css
"""

from collections.abc import Callable, Sequence

from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.overlay import message
from cnnviz.ui.overlay.message import Bar, Box, Fields, Laid, Panel, Stop

__all__ = ["Bar", "Box", "Fields", "Laid", "Panel", "Stop", "message", "panels", "show"]


_component = component("overlay")


def show(data: bytes, *, key: str, on_select: Callable[[str], None] | None = None) -> None:
    """Draw what `message` packed. The same `key` keeps its place, and where the visitor is in it.

    on_select  called with what was chosen, before the page runs again: text from the browser, so anything can be in it
    """

    def told() -> None:
        text = state.component_state(key, "selected")
        if on_select and isinstance(text, str):
            on_select(text)

    _component(key=key, data=data, on_selected_change=told)


def panels(
    row: Sequence[Panel], *, key: str, on_select: Callable[[str], None] | None = None, more: bool = False
) -> None:
    """Draw photos in a row, each with what lies over it; `more`: then run again, for more."""
    show(message.panels(row, more), key=key, on_select=on_select)
