"""A signal as dots that can be pulled, the window on it, and the output below: under one cursor with a stage.

    dots.js   elements, pointer and keys, what Python hears of
    plot.js   pure: where things stand, what an output sees
    lanes.js  the two rows of dots, the window, the taps' way down

The output follows the dot under the finger: it is computed in the browser as the stage's preview is (stage/preview.js),
until Python's takes its place.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.steps import Trace
from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.markup import Markup, parts

_component = component("dots")


def dots(
    trace: Trace, *, key: str, group: str, reach: int, live: Mapping[str, Any], formula: Markup,
    on_drawn: Callable[[str], None],
) -> None:  # fmt: skip
    """Draw a trace of one row.

    group     of the stage that it shares its cursor with
    reach     how far a dot can be pulled, up and down
    live      what that stage follows: `Live` of types.d.ts. The setting that is its `input` is what is drawn here
    formula   the line above it, which follows what is changed under the finger
    on_drawn  called with the numbers of the signal, parted by commas, when dots have been pulled
    """

    def drawn() -> None:
        told = state.component_state(key, "drawn")
        if isinstance(told, str):
            on_drawn(told)

    data = trace.envelope(group=group, live=live, formula=parts(formula), reach=reach)
    _component(key=key, data=data, on_drawn_change=drawn)
