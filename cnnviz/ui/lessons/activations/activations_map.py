"""The map that goes into an activation, and what each activation does to its numbers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.experiments.saturation import Saturation, saturation
from cnnviz.geometry import Window
from cnnviz.ops import Activation
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.ui import cached, controls, settings
from cnnviz.ui.held import held_picture
from cnnviz.ui.memory import MEGAPIXEL, SMALL, remembered
from cnnviz.ui.settings import Filter, Windows


@dataclass(frozen=True)
class SignedMap:
    """A map (H, W) in float32, the largest of its numbers without sign, and what tells it from every other."""

    numbers: np.ndarray
    largest: float
    divisor: float
    digest: str


def windows(state: Mapping[str, Any]) -> Windows:
    """One number out for each pixel: stride 1, and the picture's edge repeated, so that no edge is made up."""
    kept = {**state, "d": 1, "border": "replicate"}
    return settings.windows({**kept, **settings.keeping(kept)})


def live(picture: Picture, divisor: float) -> dict[str, Any]:
    """What of the convolution before it the stage follows: the kernel's size; `source` is that convolution's input."""
    now, depth = controls.lab(), len(picture.pixels)
    id, _ = cached.kernels(*settings.kernel_in_sizes(now), depth)  # held for the sidebar's grid
    names = {"k": "k", "kw": "kw"} if now["rect"] else {"k": "k"}
    told = {"same": True, "s": 1, "p": 0, "border": "replicate", "bias": now["bias"], "flip": now["flip"]}
    source = {"held": held_picture(picture), "divisor": divisor, "channels": list(range(depth))}
    return {**settings.followed(now, names, "", **told), "kernels": id, "source": source}


def signed_map(picture: Picture, filter: Filter, divisor: float) -> SignedMap:
    """What the filter makes of the picture, at its size. What rounding left of a zero is a zero."""
    found = cached.convolve(picture, filter, windows(controls.lab()), divisor)
    reach = float(np.abs(filter.weight).sum()) * 255 / divisor + abs(filter.bias)
    numbers = cached.without_rounding(found.output, reach)
    return SignedMap(numbers, float(np.abs(numbers).max()), divisor, hashlib.sha256(numbers.data).hexdigest())


def _told(map: SignedMap, activation: Activation) -> tuple[object, ...]:
    return map.digest, map.numbers.shape, activation.key


@remembered(6, each=(4 + 4) * MEGAPIXEL + SMALL, by=_told)  # the map before and after
def trace(map: SignedMap, activation: Activation) -> Trace:
    """The activation over the map, number by number; one scale of colours for both."""
    after = activation.function(map.numbers.astype(np.float64)).astype(np.float32)
    limit = max(map.largest, float(np.abs(after).max()))
    return Trace(
        input=map.numbers[np.newaxis],
        output=after,
        rows=Window(1),
        columns=Window(1),
        channels=(0,),
        term="value",
        function=activation.key,
        outside="none",
        limit=limit,
        input_limit=limit,
        names={"input": "Before: the map", "output": f"After {activation.name}"},
    )


@remembered(64, each=SMALL, by=_told)
def counted(map: SignedMap, activation: Activation) -> Saturation:
    """What the activation does to the map."""
    return saturation(map.numbers, activation.key)
