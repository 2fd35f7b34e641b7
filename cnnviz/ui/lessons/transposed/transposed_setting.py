"""What this lesson's controls mean, as plain values. No Streamlit here: "would this work?" can be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DoesNotFit
from cnnviz.geometry import Window
from cnnviz.layers import ConvTranspose2d
from cnnviz.numbers import grouped, times
from cnnviz.ops import conv2d, conv_transpose2d
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui import settings
from cnnviz.ui.settings import MOST_NUMBERS
from cnnviz.ui.state.setting import integer, one_of

CONSTANT, OWN, MAP = "a constant", "your picture", "its map"
ONES, TENT, RANDOM = "ones", "bilinear", "random"
GIVEN = one_of("given", [CONSTANT, OWN, MAP])
STAMP = one_of("stamp", [ONES, TENT, RANDOM])
TK, TS, TP = integer("tk", 3, 1, 10), integer("ts", 2, 1, 5), integer("tp", 0, 0, 9)
OP = integer("op", 0, 0, 4)
OPW = integer("opw", -1, -1, 4)  # the output padding across, where it is another than down; -1: as down
OPERATION = (GIVEN, STAMP, TK, TS, TP, OP, OPW)
LEVEL, SIDES = 100, (4, 5)  # of the constant picture


@dataclass(frozen=True, eq=False)
class Transposed:
    """What came of it.

    input    (1, H, W): uint8 levels, or a map's numbers, which were read divided by `divisor`
    windows  of the convolution that it is the way back of: what of the output each number is stamped into
    more     the output padding, down and across
    whole    the output before padding cuts it, (H, W); counts  how many stamps each of its cells got
    trace    the ordinary convolution that gathers the same output
    """

    input: NDArray
    divisor: float
    weight: NDArray[np.float64]
    windows: tuple[Window, Window]
    more: tuple[int, int]
    whole: NDArray[np.float64]
    counts: NDArray[np.int64]
    trace: Trace

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the output."""
        height, width = self.trace.output.shape
        return height, width

    @property
    def kept(self) -> NDArray[np.int64]:
        """How many stamps each cell of the output got."""
        cut = self.windows[0].before
        return self.counts[cut : cut + self.size[0], cut : cut + self.size[1]]

    @property
    def inner(self) -> NDArray[np.int64]:
        """The same of the cells that are further from every end than a stamp reaches; empty where there are none."""
        rows, columns = (self._inner(axis) for axis in (0, 1))
        return self.counts[rows, columns]

    def _inner(self, axis: int) -> slice:
        reach, stride = self.windows[axis].extent - 1, self.windows[axis].stride
        return slice(reach, max(reach, (self.input.shape[1 + axis] - 1) * stride + 1))


def kernel(name: str, size: int) -> NDArray[np.float64]:
    """The kernel of that name, (size, size).

    The bilinear one after J. Long, E. Shelhamer and T. Darrell, "Fully Convolutional Networks for Semantic
    Segmentation" (2015), section 3.3; the random one as a layer has it before it has learnt anything, always the same.
    """
    if name == ONES:
        return np.ones((size, size))
    if name == RANDOM:
        return np.round(np.random.default_rng(3).standard_normal((size, size)) * math.sqrt(2) / size, 2)
    half = (size + 1) // 2
    rise = 1 - np.abs(np.arange(size) - (size - 1) / 2) / half
    return np.outer(rise, rise)


def layer(state: Mapping[str, Any]) -> ConvTranspose2d:
    """The layer that these settings mean. Raises SettingError."""
    return ConvTranspose2d(1, state["tk"], state["ts"], state["tp"], more(state), bias=False)


def more(state: Mapping[str, Any]) -> tuple[int, int]:
    """The output padding, down and across."""
    return state["op"], state["op"] if state["opw"] < 0 else state["opw"]


def cut(state: Mapping[str, Any]) -> tuple[int, tuple[int, int]]:
    """How many rows and columns of all that is stamped are cut off: in front, alike of both; behind, down and across,
    where output padding leaves that much more."""
    padding = state["tp"]
    down, across = (max(0, padding - size) for size in more(state))
    return padding, (down, across)


def window(state: Mapping[str, Any]) -> Window:
    """That of the convolution whose way back it is."""
    return Window(state["tk"], state["ts"], state["tp"])


def given_shape(state: Mapping[str, Any], picture: Picture) -> tuple[int, int]:
    """(height, width) of what goes in. Raises DoesNotFit."""
    if state["given"] == CONSTANT:
        return SIDES
    _, height, width = picture.shape
    if state["given"] == OWN:
        return height, width
    return window(state).output_size(height), window(state).output_size(width)


def made_shape(state: Mapping[str, Any], picture: Picture) -> tuple[int, int]:
    """(height, width) of what comes out. Raises what `layer` raises, and DoesNotFit for what a stage cannot draw."""
    if state["tp"] >= state["tk"]:
        raise DoesNotFit(f"P = {state['tp']} would cut off whole stamps of K = {state['tk']}; P is below K here.")
    _, height, width = layer(state).output_shape((1, *given_shape(state, picture)))
    if height * width > MOST_NUMBERS:
        most = grouped(MOST_NUMBERS)
        raise DoesNotFit(f"{times(height, width)} numbers come out; the page draws up to {most}: fewer pixels fit.")
    return height, width


def remedies(state: Mapping[str, Any], picture: Picture) -> settings.Remedies:
    """What to press where it does not work: labels and changes, one setting at a time where that is enough."""

    def works(tried: Mapping[str, Any]) -> bool:
        return not settings.refused(lambda: made_shape(tried, picture))

    found = settings.nearest(state, {"tk": "K", "ts": "S", "tp": "P"}, works)
    if works({**state, "op": 0, "opw": -1}):
        found.append(("output padding = 0", {"op": 0, "opw": -1}))
    start = {"given": CONSTANT, "tk": 3, "ts": 2, "tp": 0, "op": 0, "opw": -1}
    return found or [("a constant picture, K = 3, S = 2, P = 0", start)]


def made(state: Mapping[str, Any], picture: Picture, divisor: float) -> Transposed:
    """What comes out, by stamps and by its twin. Raises CnnvizError."""
    made_shape(state, picture)  # for what it refuses
    weight, of = kernel(state["stamp"], state["tk"]), window(state)
    grey = picture.at(max(picture.shape), "grey").levels()
    if state["given"] == CONSTANT:
        input: NDArray = np.full((1, *SIDES), LEVEL, np.uint8)
    elif state["given"] == OWN:
        input = grey
    else:
        kernels = weight[np.newaxis, np.newaxis]
        input, divisor = conv2d(grey / divisor, kernels, stride=of.stride, padding=of.before), 1.0
    layer_, kernels = layer(state), weight[np.newaxis, np.newaxis]
    numbers = input / divisor
    output = layer_.forward(numbers, {"weight": kernels})
    whole, counts = (
        _uncut(each, stamp, of, output.shape[1:])
        for each, stamp in ((numbers, kernels), (np.ones_like(numbers), np.ones_like(kernels)))
    )
    names = {CONSTANT: "Constant", OWN: "Your picture", MAP: called_map(state)}
    trace = layer_trace(
        layer_, input, output, {"weight": kernels}, 0, divisor=divisor, input=names[state["given"]],
        output="The same output",
    )  # fmt: skip
    return Transposed(
        input, divisor, weight, _ends(of, whole.shape, trace.output.shape), more(state), whole,
        np.rint(counts).astype(np.int64), trace,
    )  # fmt: skip


def _uncut(numbers: NDArray, weight: NDArray, of: Window, size: tuple[int, ...]) -> NDArray[np.float64]:
    """All that is stamped, and behind it what else the output has."""
    found = conv_transpose2d(numbers, weight, stride=of.stride)[0]
    lacks = [max(0, of.before + kept - there) for kept, there in zip(size, found.shape)]
    return np.pad(found, [(0, lack) for lack in lacks])


def _ends(of: Window, whole: tuple[int, ...], size: tuple[int, ...]) -> tuple[Window, Window]:
    """The window with what is really cut off in front and behind, down and across."""
    down, across = (
        Window(of.kernel_size, of.stride, (of.before, all_of - of.before - kept)) for all_of, kept in zip(whole, size)
    )
    return down, across


def called_map(state: Mapping[str, Any]) -> str:
    """The map that goes in: it is the picture's, of a convolution with this window."""
    return f"Its {times(state['tk'], state['tk'])} map"


def came_from(state: Mapping[str, Any], size: int) -> list[int]:
    """The sizes of which a convolution with this window makes `size`, the smallest first."""
    of = window(state)
    least = (size - 1) * of.stride + of.extent - of.before - of.after
    return [least + more for more in range(of.stride) if least + more >= 1]
