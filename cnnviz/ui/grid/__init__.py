"""The kernel as a grid to edit: signed colours, one cell a weight, a tab a slice. Typed text is read by Python."""

from collections.abc import Callable

import numpy as np

from cnnviz.kernels import cell_text, short_text
from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("grid")


def grid(
    drawn: np.ndarray, slices: np.ndarray, *, own: bool, key: str, refused: str, on_edit: Callable[[str], None]
) -> None:
    """Show a kernel, and let it be edited.

    drawn    as it was chosen or typed, (kH, kW) or (3, kH, kW)
    slices   what it comes to on the picture's channels, (1 or 3, kH, kW), before any flip, since what is typed is
             flipped again. Of three each has a tab, and a kernel of one slice another, "all", which edits them together
    own      its numbers are the visitor's, and stand in their cells to the last digit, for an edit of one cell leaves
             the others as they are
    on_edit  called after each edit with the whole kernel as text
    refused  why the last edit could not be, or "": shown, with the refused text to correct
    """
    write = cell_text if own else short_text

    def tab(slice_: np.ndarray) -> dict[str, object]:
        values = slice_.tolist()
        return {"text": [[write(weight) for weight in row] for row in values], "values": values}

    if len(slices) == 1:
        tabs = {"": tab(slices[0])}
    else:
        tabs = {"all": tab(drawn)} if drawn.ndim == 2 else {}
        tabs |= {name: tab(slice_) for name, slice_ in zip("RGB", slices, strict=True)}

    def edited() -> None:
        # Told to the grid with the next answer: so it knows whether that answer speaks of its last edit yet.
        text = state.component_state(key, "edited")
        state.remember(f"{key}-read", text)
        if isinstance(text, str):
            on_edit(text)

    _component(
        key=key,
        data={
            "tabs": tabs,
            "error": refused,
            "read": state.recall(f"{key}-read"),
        },
        on_edited_change=edited,
    )
