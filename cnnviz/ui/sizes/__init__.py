"""A table of output sizes over stride and padding, to click: the impossible ones cannot be, the current one is marked.

One cell of the table is in the tab order; the arrow keys go from cell to cell, as in any grid.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.letters import lettered

_component = component("sizes")


@dataclass(frozen=True)
class Size:
    """One cell of the table.

    text  the size, or "" where there is none
    why   what a pointer or a screen reader is told: what the size is to the picture, or why there is none
    mark  whose setting this is ("A", "B", "A B"), or ""
    kept  whether it is the size of the picture
    """

    text: str
    why: str
    mark: str = ""
    kept: bool = False


def sizes(
    cells: Sequence[Sequence[Size]],
    strides: Sequence[int],
    paddings: Sequence[int],
    *,
    key: str,
    on_choose: Callable[[int, int], None],
) -> None:
    """The table `cells`, a row for each of `paddings`, a column for each of `strides`.

    on_choose(stride, padding) is called before the rerun that a click brings.
    """

    def chosen() -> None:
        # From the browser, where anything can be typed: only what the table offers counts.
        told = state.component_state(key, "chosen")
        for padding, row in zip(paddings, cells, strict=True):
            for stride, cell in zip(strides, row, strict=True):
                if cell.text and told == f"{stride} {padding}":
                    on_choose(stride, padding)

    _component(
        key=key,
        data={
            "letters": lettered("S P").split(),
            "strides": list(strides),
            "paddings": list(paddings),
            "cells": [[asdict(cell) for cell in row] for row in cells],
        },
        on_chosen_change=chosen,
    )
