"""Small pictures of maps inside a line of HTML: in the signed palette, with one scale for all of them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.ui import cached


def side_by_side(maps: Sequence[tuple[str, str, NDArray]]) -> None:
    """Maps (name, what is told of it, numbers) beside each other; white is zero, and full colour the largest of all."""
    limit = max(float(np.abs(map).max()) for _, _, map in maps)
    figures = "".join(_figure(name, told, map, limit) for name, told, map in maps)
    st.html(f'<div class="maps">{figures}</div>')


def _figure(name: str, told: str, map: NDArray, limit: float) -> str:
    levels = np.ascontiguousarray(map, np.float32)
    data = base64.b64encode(cached.png(levels, limit)).decode()
    height, width = map.shape
    shape = "width: 100%" if width >= height else f"height: 100%; max-width: {100 * width / height:.0f}%"
    return (
        f'<figure><div><img src="data:image/png;base64,{data}" alt="{name}" style="{shape}"></div>'
        f"<figcaption><b>{name}</b>{told}</figcaption></figure>"
    )
