"""What is computed once and kept, for all visitors: keyed by the picture's digest and the settings."""

import hashlib
from threading import Lock

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.export import npy, signed_png
from cnnviz.kernels import LUMA
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture, sample
from cnnviz.pictures.photo import Original, whole
from cnnviz.steps import ROUNDING, Trace, narrowed
from cnnviz.ui.held import packet
from cnnviz.ui.memory import MEGAPIXEL, SMALL, remembered
from cnnviz.ui.settings import KERNEL_NAMES, START, Filter, Sizes, Told, Windows, filter_of, windows

CHANNELS = {1: ["grey"], 3: ["red", "green", "blue"]}


def identity(picture: Original) -> tuple[object, ...]:
    """What tells a picture from every other. The same pixels may have come in another way: what was done to a picture
    belongs to it alone."""
    return picture.digest, picture.name, picture.mode, picture.size, picture.done


@remembered(16, each=3 * MEGAPIXEL + SMALL, by=lambda picture, longest, depth: (identity(picture), longest, depth))
def at(picture: Original, longest: int, depth: str) -> Picture:
    """The picture at a working size and depth."""
    with whole(picture) as pixels:
        return pixels.at(longest, depth)


def trace(picture: Picture, filter: Filter, windows: Windows, divisor: float) -> Trace:
    """One filter over the picture, not kept.

    Computed in float64, so that it is right to the last digit that the stage can show; the levels go in as they
    are, 8 bits each, and what they are divided by goes into the weights: no second copy of the picture is made.
    """
    rows, columns = windows.rows, windows.columns
    levels = picture.levels()
    map = conv2d(
        levels,
        filter.weight[np.newaxis] / divisor,
        np.array([filter.bias]),
        stride=(rows.stride, columns.stride),
        padding=windows.padding,
        dilation=(rows.dilation, columns.dilation),
        padding_mode=windows.border,
    )[0]
    return Trace(
        input=levels,
        output=narrowed(map),
        rows=rows,
        columns=columns,
        channels=tuple(range(len(levels))),
        weight=filter.weight,
        divisor=divisor,
        bias=filter.bias,
        outside=windows.border,
        factor=filter.factor,
        names={"input": "Picture", "output": "Feature map", "channels": CHANNELS[len(levels)]},
    )


def without_rounding(map: np.ndarray, reach: float | np.ndarray) -> np.ndarray:
    """A map with 0 where only rounding is left of one; `reach` is what its terms could add up to. Same shape, dtype."""
    return np.where(np.abs(map) > ROUNDING * reach, map, map.dtype.type(0))


def _key(filter: Filter) -> tuple[object, ...]:
    """What tells a filter from every other."""
    return filter.weight.tobytes(), filter.weight.shape, filter.bias


@remembered(
    8, each=(3 + 4) * MEGAPIXEL + SMALL,  # levels and map
    by=lambda picture, filter, *others: repr((picture.digest, _key(filter), *others)),  # in one go: 0.2 ms less
)  # fmt: skip
def convolve(picture: Picture, filter: Filter, windows: Windows, divisor: float) -> Trace:
    """One filter over the picture, ready for the stage. Raises DoesNotFit."""
    windows.output_size(picture)
    return trace(picture, filter, windows, divisor)


@remembered(64, together=8_000_000, by=lambda *told: repr(told))
def kernels(asked: Told, sizes: Sizes, depth: int) -> tuple[str, bytes]:
    """A kernel in several sizes, for the browser to hold: see `settings.kernel_in_sizes`.

    A size is told by its weights as they are applied, its factor as a fraction, and as it was drawn where that is one
    slice; or by why the kernel does not have it. `shares`: what a number of one slice is multiplied by on each channel.
    """
    told: list[dict[str, object]] = []
    weights, drawn = [np.zeros(0)], [np.zeros(0)]
    for height, width in sizes:
        try:
            found = filter_of({**dict(asked), "k": height, "kw": width, "rect": True}, depth)
        except CnnvizError as problem:
            told.append({"size": [height, width], "refused": str(problem)})
        else:
            has_slices = found.drawn.ndim == 3
            factor = found.factor.as_integer_ratio()
            told.append({"size": [height, width], "factor": factor, "slices": has_slices})
            weights.append(found.weight.ravel())
            if not has_slices:
                drawn.append(found.drawn.ravel())
    now = dict(asked)
    shares = LUMA if depth == 3 and not now["each"] else (1,) * depth
    header = {"sizes": told, "depth": depth, "flip": now["flip"], "shares": shares}
    kind = f"kernel-{KERNEL_NAMES.get(now['kernel'], 'own')}"  # of each filter one is held, and the one before
    return packet(kind, header, {"weights": np.concatenate(weights), "drawn": np.concatenate(drawn)})


@remembered(64, together=32_000_000, by=lambda map, limit: (hashlib.sha256(map.data).digest(), map.shape, limit))
def pngs(map: np.ndarray, limit: float) -> tuple[bytes, bytes]:
    """A map as pictures in the signed palette, for a light page and for a dark one: what `markup.signed` takes."""
    return signed_png(map, limit), signed_png(map, limit, dark=True)


_one_at_a_time = Lock()  # a map of 25 megapixels takes some 300 MB while it is made


@remembered(
    4, together=100_000_000,
    by=lambda original, longest, depth, filter, *others: (original.digest, longest, depth, _key(filter), *others),
)  # fmt: skip
def file(
    original: Original, longest: int, depth: str, filter: Filter, windows: Windows, divisor: float, kind: str
) -> bytes:
    """The map of a picture of any size as a file to take away: "png" or "npy"."""
    with _one_at_a_time, whole(original) as pixels:
        found = trace(pixels.at(longest, depth), filter, windows, divisor)
        return npy(found.output) if kind == "npy" else signed_png(found.output, found.largest())


def demo() -> Trace:
    """The 5 x 5 binary picture under the diagonal cross: small enough to add up in one's head."""
    state = {**START, "kernel": "Diagonal cross", "p": 0}
    return convolve(sample("binary"), filter_of(state, 1), windows(state), 255)
