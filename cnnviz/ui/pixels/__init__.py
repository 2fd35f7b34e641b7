"""A picture as numbers: true size, enlarged pixels and numbers under one cursor, and its planes as a volume.

Python hands over the levels once, a byte each; moving the cursor, splitting the planes and switching
lights happen in the browser:

    places.js   pure: places, regions, numbers and words     volume.js    pure: where the planes lie
    bitmaps.js  planes and lights, a pixel a place           truesize.js  the picture, pixel for pixel
    glass.js    the region as pixels and as numbers          planes.js    the volume, together or split
    hand.js     pointer and keys                             pixels.js    elements, cursor, what stands where
"""

from cnnviz.envelope import packed
from cnnviz.pictures import Picture
from cnnviz.ui.component import component

_component = component("pixels")


def pixels(picture: Picture, divisor: float, *, key: str) -> None:
    """Show `picture` as numbers: its levels divided by `divisor`, which is 1 (0 to 255) or 255 (0 to 1).

    The same `key` keeps cursor, lights and split when another picture comes.
    """
    _component(key=key, data=packed({"divisor": divisor}, {"levels": picture.levels()}))
