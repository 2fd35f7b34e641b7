"""The settings of an operation as plain values: what the sliders and the URL hold, and what that comes to.

No Streamlit here, so that "would this work?" can be asked of settings that nobody has chosen yet.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from cnnviz import kernels
from cnnviz.checks import whole
from cnnviz.errors import CnnvizError, KernelError, SettingError
from cnnviz.geometry import PADDING_MODES as PADDING_MODES  # the borders to choose from
from cnnviz.geometry import Window, check_padding, same_padding
from cnnviz.numbers import times
from cnnviz.pictures import SAMPLES, Picture
from cnnviz.pictures.photo import Original
from cnnviz.ui.state.setting import DECLARED, flag, integer, one_of, real, starts, words

MEGAPIXEL = 2**20  # what the stage takes at most
# Maps beyond this many numbers take a page too long to draw: about 16 MB on their way to the browser.
MOST_NUMBERS = 4_000_000
OWN = "Your own numbers"
KERNEL_NAMES = {kernel.name: kernel.key for kernel in kernels.KERNELS.values()}
YOURS = "Your own picture"
SAMPLE_NAMES = {told.name: key for key, told in SAMPLES.items()}
DEPTHS = {"Grey": "grey", "RGB": "rgb"}
DIVISORS = {"0–255": 1.0, "0–1": 255.0}

# The picture of every page; PHOTO where neither its numbers nor its working size matter.
SAMPLE = one_of("sample", [*SAMPLE_NAMES, YOURS])
DEPTH = one_of("depth", list(DEPTHS), "RGB")
VALUES = one_of("values", list(DIVISORS))
SIZE = integer("size", 192, 8, 2048)
PICTURE = (SAMPLE, DEPTH, VALUES, SIZE)
PHOTO = (SAMPLE, DEPTH)

# The filter.
K = integer("k", 3, 1, 15)
RECT = flag("rect")
KW = integer("kw", 3, 1, 15)
KERNEL = one_of("kernel", [*KERNEL_NAMES, OWN], "Sobel, left to right")
WEIGHTS = words("weights")
ANGLE = integer("angle", 45, 0, 179)
SEED = integer("seed", 0, 0, 9999)
BIAS = real("bias", 0.0, -1e6, 1e6)
FLIP = flag("flip")
EACH = flag("each")  # one slice stands on each channel as it is, and not by its share of the brightness
_SHAPELESS = (KERNEL, WEIGHTS, ANGLE, SEED, BIAS, FLIP, EACH)
FILTER = (K, RECT, KW, *_SHAPELESS)
SHARES = "times {} on red, {} on green, {} on blue".format(*kernels.LUMA)

# How it slides.
S = integer("s", 1, 1, 8)
P = integer("p", 1, 0, 15)
SIDES = words("sides")
D = integer("d", 1, 1, 4)
BORDER = one_of("border", PADDING_MODES)
SLIDING = (S, P, SIDES, D, BORDER)

START = starts((*FILTER, *SLIDING))

Works = Callable[[Mapping[str, Any]], bool]  # whether settings work
Remedies = list[tuple[str, dict[str, Any]]]  # what to press where they do not: labels and changes


@dataclass(frozen=True)
class Windows:
    """The two axes of a sliding window, and what stands in its padding."""

    rows: Window
    columns: Window
    border: str = "zeros"

    @property
    def padding(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((top, bottom), (left, right)), as `conv2d` takes it."""
        return (self.rows.before, self.rows.after), (self.columns.before, self.columns.after)

    def output_size(self, picture: Picture) -> tuple[int, int]:
        """(height, width) of the map. Raises DoesNotFit where there is none."""
        _, height, width = picture.shape
        size = self.rows.output_size(height), self.columns.output_size(width)
        check_padding(self.rows, height, self.border)
        check_padding(self.columns, width, self.border)
        return size


@dataclass(frozen=True)
class Filter:
    """One filter.

    weight  as it is applied, (channels, kH, kW)
    slices  the same before any flip
    drawn   what was chosen or typed, before it was spread over the channels: (kH, kW) or (C, kH, kW)
    """

    weight: np.ndarray
    slices: np.ndarray
    drawn: np.ndarray
    bias: float
    name: str

    @property
    def factor(self) -> Fraction:
        """The common factor to draw outside the sum: 1/9 for a box blur of 3 x 3; 1 where there is none to speak of.

        Of one's own numbers a decimal stands as it was typed: -1.5, and not 1/2 times -3.
        """
        if self.name == OWN and any(part and "/" not in kernels.cell_text(part) for part in self.weight.flat):
            return Fraction(1)
        found = kernels.factor(self.weight) if len(self.weight) == 1 else None
        parts = np.abs(self.weight)
        has_wholes = bool(((parts >= 1) & (parts == np.rint(parts))).any())  # 1/9 0 -1 reads best as it is
        return found[1] if found and found[1].denominator <= 256 and not has_wholes else Fraction(1)


def kernel_size(state: Mapping[str, Any]) -> tuple[int, int]:
    """(height, width) of the kernel."""
    return state["k"], state["kw"] if state["rect"] else state["k"]


def windows(state: Mapping[str, Any]) -> Windows:
    """The windows that these settings mean. Raises SettingError."""
    height, width = kernel_size(state)
    vertical, horizontal = sides(state["sides"]) or ((state["p"],) * 2, (state["p"],) * 2)
    return Windows(
        Window(height, state["s"], vertical, state["d"]),
        Window(width, state["s"], horizontal, state["d"]),
        state["border"],
    )


def stage_side(picture: Original, longest: int) -> int:
    """The longest side at which the stage takes this picture: as asked for, up to one megapixel in all."""
    long, short = max(picture.size), min(picture.size)
    return min(longest, math.isqrt(MEGAPIXEL * long // short))


def sides(text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Padding typed as "top, bottom, left, right"; None for an empty text. Raises SettingError."""
    if not text.strip():
        return None
    most = 60  # what keeps the size at K = 15, D = 4 is 28
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if len(parts) != 4 or not all(re.fullmatch(r"\d{1,3}", part) and int(part) <= most for part in parts):
        raise SettingError(f"Padding by sides is four whole numbers from 0 to {most}: top, bottom, left, right.")
    top, bottom, left, right = (whole(int(part), "padding", 0) for part in parts)
    return (top, bottom), (left, right)


def keeping(state: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that keep the size: stride 1 and D(K - 1) of padding in all, the odd one below and on the right."""
    vertical, horizontal = (same_padding(size, state["d"]) for size in kernel_size(state))
    ends = {*vertical, *horizontal}
    if len(ends) == 1 and max(ends) <= P.most:
        return {"s": 1, "p": ends.pop(), "sides": ""}
    return {"s": 1, "sides": ", ".join(map(str, (*vertical, *horizontal)))}


def filter_of(state: Mapping[str, Any], depth: int) -> Filter:
    """The filter that these settings mean, for a picture of `depth` channels. Raises KernelError.

    One slice on RGB becomes ONE filter of three: the slice times 0.299, 0.587 and 0.114, or the same on each channel. A
    random one has three of its own. On grey, three typed slices act as their sum, which is what they do to a picture of
    three equal planes.
    """
    return _filter(kernel_size(state), depth, **{setting.key: state[setting.key] for setting in _SHAPELESS})


@lru_cache(64)  # asked for by each who wants to know whether there is a map: four times a run
def _filter(
    size: tuple[int, int],
    depth: int,
    *,
    kernel: str,
    weights: str,
    angle: int,
    seed: int,
    bias: float,
    flip: bool,
    each: bool,
) -> Filter:
    if kernel == OWN:
        drawn = kernels.fitted(kernels.parse(weights), size)
    else:
        drawn = kernels.named(KERNEL_NAMES[kernel], size, angle=angle, seed=seed, channels=depth)
    slices = sliced(drawn, depth, each)
    weight = kernels.flipped(slices) if flip else slices
    for shared in (weight, slices, drawn):
        shared.flags.writeable = False
    return Filter(weight, slices, drawn, float(bias), kernel)


Sizes = tuple[tuple[int, int], ...]
Told = tuple[tuple[str, Any], ...]  # settings, as what they are told apart by


def kernel_in_sizes(state: Mapping[str, Any]) -> tuple[Told, Sizes]:
    """What makes the kernel but for its size, and all (height, width) that its sliders can give it as they stand."""
    height, width = kernel_size(state)
    down, across = range(K.least, K.most + 1), range(KW.least, KW.most + 1)
    sizes = {(k, width) for k in down} | {(height, k) for k in across} if state["rect"] else {(k, k) for k in down}
    asked = {setting.key: state[setting.key] for setting in _SHAPELESS if setting is not BIAS}
    return (*asked.items(), ("bias", 0.0)), tuple(sorted(sizes))


def followed(
    state: Mapping[str, Any], names: Mapping[str, str], formula: str = "", **fixed: Any
) -> dict[str, Any]:
    """What a stage follows while it is changed: the settings, what each is to its window, by their keys, how far
    those go that are pulled on the picture, and where on the page its formula stands, if it is not
    the stage's own."""
    told = {"d": 1, "kw": None, "sides": None, **fixed, **{name: state[key] for key, name in names.items()}}
    ranges = {name: DECLARED[key].range for key, name in names.items() if name in ("k", "s", "p")}
    return {"settings": told, "names": dict(names), "ranges": ranges, "formula": formula}


def live(state: Mapping[str, Any]) -> dict[str, Any]:
    """What of the lab its stage follows."""
    names = ("k", "s", "p", "d", "border", "bias", "flip", *(("kw",) if state["rect"] else ()))
    told = followed(state, {name: name for name in names}, sides=sides(state["sides"]))
    return {**told, "names": {**told["names"], "cell": "cell"}}


def in_colour(state: Mapping[str, Any], depth: int) -> str:
    """What becomes of a kernel of one slice on a picture of `depth` channels, as an ending of a sentence.

    "" where there is nothing to say: on grey, where there are slices already, and where there is no kernel.
    """
    if depth == 1:
        return ""
    try:
        drawn = filter_of(state, depth).drawn
    except CnnvizError:
        return ""
    if drawn.ndim == 3:
        return ""
    return "the same numbers on each channel" if state["each"] else SHARES


def sliced(kernel: np.ndarray, depth: int, each: bool = False) -> np.ndarray:
    """A kernel (kH, kW) or (3, kH, kW) as a filter for `depth` channels, 1 or 3: (depth, kH, kW).

    each  one slice stands on each of three channels as it is; else by the channel's share of the brightness
    Raises KernelError for two slices, which belong to no picture.
    """
    if kernel.ndim == 2:
        if depth == 1 or each:
            return np.repeat(kernel[np.newaxis], depth, axis=0)
        return kernels.over_rgb(kernel)
    if len(kernel) != 3:
        raise KernelError(f"The kernel has {len(kernel)} slices; it takes one, or three: red, green and blue.")
    return kernel if depth == 3 else kernels.over_grey(kernel)[np.newaxis]


def refused(*attempts: Callable[[], object]) -> CnnvizError | None:
    """Why one of these cannot be; None where all can."""
    try:
        for attempt in attempts:
            attempt()
    except CnnvizError as problem:
        return problem
    return None


def works(state: Mapping[str, Any], picture: Picture) -> bool:
    """Whether these settings give a map of this picture."""
    return not refused(lambda: windows(state).output_size(picture), lambda: filter_of(state, len(picture.pixels)))


def remedies(state: Mapping[str, Any], picture: Picture) -> Remedies:
    """One setting at a time, the nearest value of each.

    Where no single setting is enough, all that could be wrong at once; so there is always something to press.
    """
    single = [
        (label, changes) for label, changes in _changes_of_one(state, picture) if works({**state, **changes}, picture)
    ]
    if single:
        return single
    small = {"k": 3, "rect": False, "s": 1, "p": 1, "sides": "", "d": 1, "border": "zeros"}
    label = "K = 3, S = 1, P = 1, D = 1"
    if works({**state, **small}, picture):
        return [(label, small)]
    return [(f"{START['kernel']}, {label}", {**small, "kernel": START["kernel"]})]


def _changes_of_one(state: Mapping[str, Any], picture: Picture) -> Iterator[tuple[str, dict[str, Any]]]:
    """The changes worth trying, of one setting each."""

    def nearest(key: str, **others: Any) -> list[int]:
        return _nearest_ones(key, state, lambda tried: works({**tried, **others}, picture))

    sizes = nearest("k")
    yield from ((f"K = {k}", {"k": k}) for k in sizes)
    if state["rect"]:
        squares = [] if sizes else nearest("k", rect=False)
        yield from ((f"K = {times(k, k)}", {"k": k, "rect": False}) for k in squares)
        yield from ((f"K’s width = {kw}", {"kw": kw}) for kw in nearest("kw"))
    yield from ((f"P = {p}", {"p": p, "sides": ""}) for p in nearest("p", sides=""))
    yield from ((f"D = {d}", {"d": d}) for d in nearest("d"))
    yield "keep the size", keeping(state)
    if state["border"] != "zeros":
        yield "border: zeros", {"border": "zeros"}
    if state["kernel"] == OWN:
        yield START["kernel"], {"kernel": START["kernel"]}


def nearest(state: Mapping[str, Any], keys: Mapping[str, str], works: Works) -> Remedies:
    """For settings that do not work: of each key the nearest value that does, or both, all others as they are.

    keys   what to try, and the letter that stands on its button: {"pk": "K"}; each a whole number
    """
    return [
        (f"{letter} = {value}", {key: value})
        for key, letter in keys.items()
        for value in _nearest_ones(key, state, works)
    ]


def _nearest_ones(key: str, state: Mapping[str, Any], works: Works) -> list[int]:
    """Of all values that this setting can have, the nearest to its own that works; two where they are as near."""
    least, most = DECLARED[key].range
    stands = state[key]
    for distance in range(most - least + 1):
        values = [value for value in sorted({stands - distance, stands + distance}) if least <= value <= most]
        if found := [value for value in values if works({**state, key: value})]:
            return found
    return []
