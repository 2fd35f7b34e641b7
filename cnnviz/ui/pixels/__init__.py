"""A picture as numbers: true size, enlarged pixels and numbers under one cursor, and its planes as a volume.

Python hands over the levels once, a byte each; moving the cursor, splitting the planes and switching
lights happen in the browser:

    places.js   pure: places, regions, numbers and words     volume.js    pure: where the planes lie
    bitmaps.js  planes and lights, a pixel a place           truesize.js  the picture, pixel for pixel
    glass.js    the region as pixels and as numbers          planes.js    the volume, together or split
    hand.js     pointer and keys                             pixels.js    elements, cursor, what stands where
"""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from cnnviz.envelope import packed
from cnnviz.pictures import Picture
from cnnviz.ui.drawing import DRAWING
from cnnviz.ui.javascript import joined

_HERE = files("cnnviz.ui.pixels")
_ORDER = (
    "places.js",
    "volume.js",
    "bitmaps.js",
    "glass.js",
    "truesize.js",
    "planes.js",
    "hand.js",
    "pixels.js",
)
_component = st.components.v2.component(
    "cnnviz_pixels",
    js=joined(*DRAWING, *(_HERE.joinpath(name) for name in _ORDER)),
    css=_HERE.joinpath("pixels.css").read_text("utf-8"),
)


def pixels(picture: Picture, divisor: float, *, key: str) -> None:
    """Show `picture` as numbers: its levels divided by `divisor`, which is 1 (0 to 255) or 255 (0 to 1).

    The same `key` keeps cursor, lights and split when another picture comes.
    """
    _component(key=key, data=packed({"divisor": divisor}, {"levels": picture.levels()}))
