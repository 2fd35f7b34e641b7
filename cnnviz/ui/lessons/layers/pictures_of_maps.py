"""Small pictures of maps inside a line of HTML: in the signed palette, with one scale for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.numbers import times
from cnnviz.ui import cached
from cnnviz.ui.markup import signed

DRAWN = 400  # pixels of the longest side: more than a third of the page has, on any screen


def side_by_side(maps: Sequence[tuple[str, str, NDArray]]) -> None:
    """Maps (name, what is told of it, numbers) beside each other; no colour is zero, full colour the largest."""
    limit = max(float(np.abs(map).max()) for _, _, map in maps)
    # Whole numbers are left out, not averaged, so that what dropout made 0 is seen as 0.
    step = max(-(-side // DRAWN) for _, _, map in maps for side in map.shape)
    figures = "".join(_figure(name, told, map[::step, ::step], limit) for name, told, map in maps)
    st.html(f'<div class="maps">{figures}</div>')
    if step > 1:
        st.caption(f"Drawn is one number of each {times(step, step)}; the means are those of all.")


def _figure(name: str, told: str, map: NDArray, limit: float) -> str:
    levels = np.ascontiguousarray(map, np.float32)
    height, width = map.shape
    shape = "width: 100%" if width >= height else f"height: 100%; max-width: {100 * width / height:.0f}%"
    drawn = signed(*cached.pngs(levels, limit), name, style=f"{shape}; aspect-ratio: {width} / {height}")
    return f"<figure><div>{drawn}</div><figcaption><b>{name}</b>{told}</figcaption></figure>"
