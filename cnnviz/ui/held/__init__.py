"""What the browser is sent once and several components use: a picture, a kernel in all its sizes.

Streamlit sends a component's data again with any change of it; what stays the same while a slider moves stands in an
element of its own, which draws nothing, and those who need it name its id (drawing/held.js).
"""

import hashlib
import json
from collections.abc import Mapping

import numpy as np

from cnnviz.envelope import packed
from cnnviz.pictures import Picture
from cnnviz.ui.component import component
from cnnviz.ui.memory import MEGAPIXEL, SMALL, remembered

_component = component("held")


def packet(kind: str, header: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> tuple[str, bytes]:
    """What is to be held, one of a kind, and its id, which nothing else has."""
    digest = hashlib.sha256(json.dumps(header).encode())
    for name, array in arrays.items():
        digest.update(f"{name}{array.dtype}{array.shape}".encode() + array.tobytes())
    id = digest.hexdigest()[:16]
    return id, packed({**header, "kind": kind, "id": id}, arrays)


def held(packet: tuple[str, bytes], kind: str) -> str:
    """Have the browser hold it, in place of what was held of its kind; returns its id."""
    id, data = packet
    _component(key=f"held-{kind}", data=data, height=0)
    return id


@remembered(16, each=3 * MEGAPIXEL + SMALL, by=lambda picture: (picture.digest, picture.mode, picture.shape))
def _levels(picture: Picture) -> tuple[str, bytes]:
    return packet("picture", {}, {"input": picture.levels()})


def held_picture(picture: Picture) -> str:
    """Have the browser hold a picture's levels, as the input of traces; returns its id."""
    return held(_levels(picture), "picture")
