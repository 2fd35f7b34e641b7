"""A pad to draw a digit on, with mouse, finger or pen. It draws by itself and tells Python when a line ends.

lines.js    pure: a line that grows point by point, the text that Python reads, what can be undone
drawpad.js  elements, pointer and keys, painting
"""

from collections.abc import Callable

from cnnviz.errors import PictureError
from cnnviz.pictures import Strokes
from cnnviz.pictures.strokes import MOST_POINTS, MOST_STROKES
from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("drawpad")


def drawpad(strokes: Strokes, *, fill: object, ready: bool, key: str, on_drawn: Callable[[Strokes], None]) -> None:
    """Show the pad with `strokes` on it; `on_drawn(strokes)` is called with all of them whenever they change.

    fill   what Python last put on the pad itself: only where this differs from before, the pad takes `strokes` over.
           Else what the visitor draws stands, however late the answer to an earlier line comes
    ready  whether `strokes` are an example: the first line drawn then takes their place
    """
    said = f"{key}-refused"

    def drawn() -> None:
        state.forget(said)
        try:
            on_drawn(Strokes.read(state.component_state(key, "drawn")))
        except PictureError as error:  # the pad itself sends nothing that is refused
            state.remember(said, str(error))

    _component(
        key=key,
        data={
            "fill": str(fill),
            "ready": ready,
            "drawing": strokes.text(),
            "points": MOST_POINTS,
            "strokes": MOST_STROKES,
            "refused": state.recall(said, ""),
        },
        on_drawn_change=drawn,
    )
