"""What is computed once and kept, for all visitors: keyed by the picture's digest and the settings.

Streamlit's own hash of a large array samples it, so arrays are passed unhashed (a leading
underscore) beside a digest of the whole content.
"""

from __future__ import annotations

import hashlib
from threading import Lock

import numpy as np
import streamlit as st

from cnnviz.export import npy, signed_png
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture, sample
from cnnviz.steps import Trace
from cnnviz.ui.settings import START, Filter, Windows, filter_of, windows

CHANNELS = {1: ["grey"], 3: ["red", "green", "blue"]}


@st.cache_resource(max_entries=32, show_spinner=False)
def _at(_picture: Picture, digest: str, told: tuple[object, ...], longest: int, depth: str) -> Picture:
    return _picture.at(longest, depth)


def at(picture: Picture, longest: int, depth: str) -> Picture:
    """The picture at a working size and depth."""
    # The same pixels may have come in another way: what was done to a picture belongs to it alone.
    told = (picture.name, picture.mode, picture.size, picture.done)
    return _at(picture, picture.digest, told, longest, depth)


def _map(
    picture: Picture, weight: np.ndarray, bias: float, windows: Windows, divisor: float, dtype: type[np.floating]
) -> np.ndarray:
    """One feature map, (outH, outW). In float64 it is right to the last digit that the stage can show."""
    rows, columns = windows.rows, windows.columns
    levels = picture.levels().astype(dtype)
    return conv2d(
        levels if divisor == 1 else levels / dtype(divisor),
        weight[np.newaxis].astype(dtype),
        np.array([bias], dtype),
        stride=(rows.stride, columns.stride),
        padding=windows.padding,
        dilation=(rows.dilation, columns.dilation),
        padding_mode=windows.border,
    )[0]


@st.cache_resource(max_entries=16, show_spinner=False)
def _convolve(
    _picture: Picture,
    digest: str,
    weight: bytes,
    shape: tuple[int, ...],
    bias: float,
    windows: Windows,
    divisor: float,
    _filter: Filter,
) -> Trace:
    return Trace(
        input=_picture.levels(),
        output=_map(_picture, _filter.weight, bias, windows, divisor, np.float64).astype(np.float32),
        rows=windows.rows,
        columns=windows.columns,
        channels=tuple(range(len(_picture.pixels))),
        weight=_filter.weight,
        divisor=divisor,
        bias=bias,
        outside=windows.border,
        factor=_filter.factor,
        names={"input": "Picture", "output": "Feature map", "channels": CHANNELS[len(_picture.pixels)]},
    )


def convolve(picture: Picture, filter: Filter, windows: Windows, divisor: float) -> Trace:
    """One filter over the picture, ready for the stage. Raises DoesNotFit."""
    windows.output_size(picture)
    weight = np.ascontiguousarray(filter.weight)
    return _convolve(picture, picture.digest, weight.tobytes(), weight.shape, filter.bias, windows, divisor, filter)


@st.cache_data(max_entries=64, show_spinner=False)
def _png(_map: np.ndarray, digest: bytes, shape: tuple[int, ...], limit: float) -> bytes:
    return signed_png(_map, limit)


def png(map: np.ndarray, limit: float) -> bytes:
    """A map as a picture in the signed palette."""
    return _png(map, hashlib.sha256(map.data).digest(), map.shape, limit)


_one_at_a_time = Lock()  # a map of 25 megapixels takes some 400 MB while it is made


def file(
    original: Picture, longest: int, depth: str, filter: Filter, windows: Windows, divisor: float, kind: str
) -> bytes:
    """The map of a picture of any size as a file to take away: "png" or "npy"."""
    with _one_at_a_time:
        picture = original.at(longest, depth)
        map = _map(picture, filter.weight, filter.bias, windows, divisor, np.float32)
        return npy(map) if kind == "npy" else signed_png(map, float(np.abs(map).max()))


def demo() -> Trace:
    """The 5 x 5 binary picture under the diagonal cross: small enough to add up in one's head."""
    state = {**START, "kernel": "Diagonal cross", "p": 0}
    return convolve(sample("binary"), filter_of(state, 1), windows(state), divisor=255)


def shown(picture: Picture) -> np.ndarray:
    """The picture as Streamlit draws one: (H, W) or (H, W, 3)."""
    levels = picture.levels()
    return levels[0] if len(levels) == 1 else np.moveaxis(levels, 0, -1)
