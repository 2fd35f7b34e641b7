"""Stamps: each number of a map times the kernel, added up into a larger map; beside it how many each cell got.

    added.js   pure: the sums and counts of the first so many stamps       stamps.js   the four panels
    stamps.css

It shares a cursor, the output cell, with the stage of its group, which gathers the same map.
"""

import numpy as np
from numpy.typing import NDArray

from cnnviz.envelope import packed
from cnnviz.geometry import Axis, Window
from cnnviz.steps import narrowed
from cnnviz.ui.component import component

_component = component("stamps")
Axes = tuple[Window, Window]


def stamps(
    input: NDArray,
    whole: NDArray,
    counts: NDArray,
    weight: NDArray,
    *,
    key: str,
    group: str,
    windows: Axes,
    twin: tuple[Axis, Axis],
    size: tuple[int, int],
    divisor: float = 1.0,
    name: str = "Input",
) -> None:
    """Draw the map, one stamp, and what comes out, before and after the scissors.

    input    (H, W): uint8 levels, or a map's numbers; the operation reads `input / divisor`
    whole    the output before anything is cut off, and with what stands behind it; counts  how many stamps each got
    weight   (K, K)
    windows  what of the output each number is stamped into, rows and columns: their padding is what is cut off
    twin     the windows of the stage that gathers the same output
    size     (height, width) of the output; name  what the input is called
    """
    header = {
        "rows": _axis(windows[0]), "columns": _axis(windows[1]), "twin": [_axis(window) for window in twin],
        "size": size, "divisor": divisor, "group": group, "name": name,
    }  # fmt: skip
    arrays = {"input": input, "whole": narrowed(whole), "counts": counts.astype(np.float32), "weight": weight}
    _component(key=key, data=packed(header, {name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def _axis(window: Axis) -> dict[str, int]:
    return {
        "kernel": window.kernel_size, "stride": window.stride, "before": window.before, "after": window.after,
        "dilation": window.dilation,
    }  # fmt: skip
