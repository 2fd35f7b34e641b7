"""The kernel as a grid to edit: signed colours, one cell a weight, a tab a slice. Typed text is read by Python."""

from collections.abc import Callable

import numpy as np

from cnnviz.kernels import cell_text, short_text
from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.settings import Filter

_component = component("grid")


def grid(
    filter: Filter | None,
    *,
    size: tuple[int, int],
    square: bool,
    kernels: str,
    own: bool,
    key: str,
    refused: str,
    on_edit: Callable[[str], None],
) -> None:
    """Show a kernel, and let it be edited; another size is shown as soon as it is set, by `kernels`.

    filter   None where it has no such size. Shown is what it comes to on the picture's channels, before any flip, since
             what is typed is flipped again: of three slices each has a tab, and a kernel of one slice another, "all",
             which edits them together
    size     (kH, kW); `square`: the width is the height
    kernels  the id of the kernel in all its sizes: see `ui.held`
    own      its numbers are the visitor's, and stand in their cells to the last digit, for an edit of one cell leaves
             the others as they are
    on_edit  called after each edit with the whole kernel as text
    refused  why the last edit could not be, or "": shown, with the refused text to correct
    """
    write = cell_text if own else short_text

    def tab(slice_: np.ndarray) -> dict[str, object]:
        values = slice_.tolist()
        return {"text": [[write(weight) for weight in row] for row in values], "values": values}

    tabs = {}
    if filter:
        names = "RGB" if len(filter.slices) == 3 else ("",)
        tabs = {name: tab(slice_) for name, slice_ in zip(names, filter.slices, strict=True)}
        if len(filter.slices) == 3 and filter.drawn.ndim == 2:
            tabs = {"all": tab(filter.drawn), **tabs}

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
            "size": size,
            "square": square,
            "kernels": kernels,
            "own": own,
            "error": refused,
            "read": state.recall(f"{key}-read"),
        },
        on_edited_change=edited,
    )
