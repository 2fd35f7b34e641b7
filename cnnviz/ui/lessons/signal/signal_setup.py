"""The signal, the kernel and the window of one dimension, as plain values: what is set, and what comes of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz import kernels
from cnnviz.errors import CnnvizError, KernelError
from cnnviz.experiments.signals import LENGTH, NAMED
from cnnviz.experiments.signals import signal as named
from cnnviz.geometry import Window, same_padding
from cnnviz.ops import conv1d
from cnnviz.pictures import Picture
from cnnviz.pictures.photo import Original
from cnnviz.steps import Trace
from cnnviz.ui import cached, settings
from cnnviz.ui.settings import OWN, START, Filter
from cnnviz.ui.state.setting import Setting, integer, one_of, words

ROW_OF_PICTURE, HAND = "A row of the picture", "Drawn by hand"
SIDE = 128  # pixels of the longest side of the picture whose row is taken
MOST = 255  # the largest number of a signal, without its sign


def _read(text: str) -> tuple[float, ...] | None:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    if len(numbers) > LENGTH or not all(math.isfinite(number) and abs(number) <= MOST for number in numbers):
        return None
    return tuple(round(number, 2) + 0.0 for number in numbers)


def _write(numbers: tuple[float, ...]) -> str:
    return ",".join(str(number).removesuffix(".0") for number in numbers)


SIGNAL = one_of("signal", [*NAMED, ROW_OF_PICTURE, HAND])
DRAWN: Setting[tuple[float, ...]] = Setting("dots", (0.0,) * LENGTH, _read, _write)
ROW, FROM = integer("row", 64, 1, SIDE), integer("from", 47, 1, SIDE)

# By the names that they have for a signal: those of the lab's that have a meaning in one row.
FILTERS = {"Mean": "Box blur", "Gaussian": "Gaussian blur", "Difference": "Sobel, left to right", "Outline": "Outline"}
FINDS = {
    "Mean": "every weight 1/K: quick ups and downs are smoothed away",
    "Gaussian": "a mean that trusts its middle",
    "Difference": "right less left: how fast it rises",
    "Outline": "the middle against the others",
    OWN: "click a weight and type",
}
FILTER = one_of("filter1", [*FILTERS, OWN])
OWN_WEIGHTS = words("own1")
K1, S1, D1 = integer("k1", 5, 2, 9), integer("s1", 1, 1, 4), integer("d1", 1, 1, 4)
NONE, BOTH, CAUSAL = "none", "both ends", "causal"
ENDS = one_of("ends", [CAUSAL, BOTH, NONE])
OPERATION = (SIGNAL, DRAWN, ROW, FROM, FILTER, OWN_WEIGHTS, K1, S1, D1, ENDS)


@dataclass(frozen=True, eq=False)
class Signal:
    """numbers (L,), float64; name; reach: how far its dots can be pulled, 1 or 255."""

    numbers: np.ndarray
    name: str
    reach: int


def working(picture: Original) -> Picture:
    """The picture whose row is taken: in grey, at a size of which a row is soon gone along."""
    return cached.at(picture, SIDE, "grey")


def place_on(state: Mapping[str, Any], shape: tuple[int, int]) -> tuple[int, slice]:
    """Which row of a picture of that size is taken, and where on it: as near as it has what is asked for."""
    height, width = shape
    start = min(state["from"] - 1, max(0, width - LENGTH))
    return min(state["row"], height) - 1, slice(start, min(width, start + LENGTH))


def signal_of(state: Mapping[str, Any], picture: Original) -> Signal:
    """The signal that is set; of a picture's row the levels, 0 to 255."""
    name = state["signal"]
    if name == HAND:
        numbers = np.array(state["dots"])
        return Signal(numbers, name, MOST if np.abs(numbers).max() > 1 else 1)
    if name == ROW_OF_PICTURE:
        levels = working(picture).levels()[0]
        row, across = place_on(state, levels.shape)
        return Signal(levels[row, across].astype(np.float64), f"row {row + 1} of the picture", MOST)
    return Signal(named(name), name, 1)


def window(state: Mapping[str, Any]) -> Window:
    """The window on the signal. Both kinds of padding keep its size where it moves by one."""
    k, d = state["k1"], state["d1"]
    padding = {NONE: (0, 0), BOTH: same_padding(k, d), CAUSAL: (d * (k - 1), 0)}[state["ends"]]
    return Window(k, state["s1"], padding, d)


def around(window: Window) -> tuple[int, int]:
    """How many samples lie in an output's window before its own and after it, those left out by the dilation too. Its
    own is the one at its place; without padding the last that it reads, for it cannot be known any earlier."""
    before = window.before if window.before + window.after else window.extent - 1
    return before, window.extent - 1 - before


def _of_lab(state: Mapping[str, Any]) -> dict[str, Any]:
    """The kernel as the lab has it: one row. One's own is the mean's until there is a number in it."""
    name = FILTERS.get(state["filter1"], OWN if _has_numbers(state["own1"]) else FILTERS["Mean"])
    return {**START, "kernel": name, "weights": state["own1"], "k": 1, "kw": state["k1"], "rect": True}


def _has_numbers(text: str) -> bool:
    return any(map(str.isdigit, text))


def chosen(state: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What choosing a kernel changes. One's own begins with the weights that stood, if none have been typed yet."""
    if name != OWN or _has_numbers(state["own1"]) or settings.refused(lambda: filter_of(state)):
        return {"filter1": name}
    return {"filter1": name, "own1": kernels.formatted(filter_of(state).weight[0])}


def filter_of(state: Mapping[str, Any]) -> Filter:
    """The kernel, a row of weights. Raises KernelError for a size that it does not have."""
    return settings.filter_of(_of_lab(state), 1)


def in_sizes(state: Mapping[str, Any]) -> tuple[str, bytes]:
    """The kernel in every size that K can give it, for the browser to hold."""
    asked, _ = settings.kernel_in_sizes(_of_lab(state))
    return cached.kernels(asked, tuple((1, size) for size in range(K1.least, K1.most + 1)), 1)


def weights_typed(text: str) -> tuple[float, ...]:
    """Weights in one row, as they were typed or pasted. Raises KernelError for what is none."""
    if not _has_numbers(text):
        raise KernelError(f"There are no numbers here; write {K1.least} to {K1.most} weights, such as -1 0 1.")
    kernel = kernels.parse(text)
    if kernel.size not in kernel.shape or not K1.least <= kernel.size <= K1.most:
        raise KernelError(f"A kernel of one dimension is a row of {K1.least} to {K1.most} weights.")
    return tuple(kernel.ravel().tolist())


def trace(signal: Signal, filter: Filter, window: Window) -> Trace:
    """The convolution of the signal, ready for the stage. Raises DoesNotFit."""
    map = conv1d(
        signal.numbers[np.newaxis],
        filter.weight[np.newaxis, :, 0],
        stride=window.stride,
        padding=(window.before, window.after),
        dilation=window.dilation,
    )
    return Trace(
        input=signal.numbers[np.newaxis, np.newaxis],
        output=map,
        rows=Window(1),
        columns=window,
        channels=(0,),
        weight=filter.weight,
        factor=filter.factor,
        input_limit=signal.reach,
        names={"input": f"Signal: {signal.name}", "output": "Output", "place": "Output"},
    )


def live(state: Mapping[str, Any], signal: Signal, kernels: str) -> dict[str, Any]:
    """What of it is followed under the finger; `kernels`: the id under which the browser holds the kernel."""
    names = {"k1": "kw", "s1": "s", "d1": "d", "ends": "padding"}
    told = settings.followed(state, names, k=1, p=0, input=signal.numbers.tolist())
    return {**told, "names": {**names, "dots": "input", "cell": "cell"}, "kernels": kernels}


def works(state: Mapping[str, Any], length: int) -> bool:
    """Whether these settings give an output of a signal so long."""
    return not settings.refused(lambda: window(state).output_size(length), lambda: filter_of(state))


def remedies(state: Mapping[str, Any], length: int) -> settings.Remedies:
    """What to press where they do not."""
    found = settings.nearest(state, {"k1": "K", "d1": "D"}, lambda tried: works(tried, length))
    plain = {"filter1": "Mean", "k1": 3, "s1": 1, "d1": 1, "ends": CAUSAL}
    return found or [("Mean, K = 3, causal", plain)]


def problem(state: Mapping[str, Any], length: int) -> str:
    """Why these settings give no output; "" where they do."""
    found: CnnvizError | None = settings.refused(lambda: filter_of(state))
    if found:
        return str(found)
    at = window(state)
    if at.fits(length):
        return ""
    return f"The window spans {at.extent} samples, and the signal has {length}."
