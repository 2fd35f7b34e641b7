"""The small picture, what a convolution makes of it and what attention does: what is set, computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.experiments.self_attention import Attending, Mixed, attending, mixed_up
from cnnviz.geometry import Window, same_padding
from cnnviz.ops import conv2d
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.ui import cached, settings, state
from cnnviz.ui.held import held
from cnnviz.ui.settings import Filter, K, Windows
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import flag, integer

_BLUR = {**settings.START, "kernel": "Gaussian blur"}  # a mean by weights that add up to 1, as attention is one
SIDE = integer("places", 16, 4, 16)
TONE, NEAR = integer("tone", 1, 0, 10), integer("near", 0, 0, 50)
MIX = flag("mix")
PLACE = place_setting("attended-at")
SETTINGS = (K, SIDE, TONE, NEAR, MIX)


@dataclass(frozen=True)
class Both:
    """A small grey picture under both operations.

    picture   as the stages show it: mixed up where that is set
    filter, windows  of the convolution
    attention        of `picture`
    mixing    of the picture in order: what becomes of the convolution when it is mixed up, and of the attention
    start     (row, column) of its darkest pixel, in `picture`, not at the edge
    """

    picture: Picture
    filter: Filter
    windows: Windows
    attention: Attending
    mixing: tuple[Mixed, Mixed]
    start: tuple[int, int]

    @property
    def places(self) -> int:
        """How many pixels there are, and so places."""
        return self.picture.pixels.size

    @property
    def asking(self) -> tuple[int, int]:
        """(row, column) of the place that was chosen last, as near as this picture has it; else where it starts."""
        row, column = state.now(PLACE) or self.start
        _, height, width = self.picture.shape
        return min(row, height - 1), min(column, width - 1)

    def convolution(self, divisor: float) -> Trace:
        """As a stage shows it."""
        found = cached.convolve(self.picture, self.filter, self.windows, divisor)
        return replace(found, names={**found.names, "input": "Convolution: picture", "output": "Its map"})

    def live(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What of the convolution its stage follows while it is changed, and what both stages rest on."""
        kernels = held(cached.kernels(*settings.kernel_in_sizes(_BLUR), 1), "kernel")
        told: dict[str, Any] = {"same": True, "s": 1, "p": 0, "border": self.windows.border}
        followed = settings.followed(state.values(SETTINGS), {"k": "k"}, "", **told)
        own = settings.followed({}, {})
        return {**followed, "kernels": kernels, "rests": [SIDE.key]}, {**own, "rests": [SIDE.key, TONE.key, NEAR.key]}

    def attending(self, divisor: float) -> Trace:
        """The same of the attention."""
        return self.attention.trace(divisor, input="Attention: picture", output="Its map")


def both(picture: Picture) -> Both:
    """Both of the picture, grey and as small as is set. Each of its pixels is the mean of those that it stands for."""
    now = state.values(SETTINGS)
    small = picture.at(now["places"], "grey")
    plane, k = small.levels(), now["k"]
    filter = settings.filter_of({**_BLUR, "k": k}, 1)
    window = Window(k, 1, same_padding(k))
    windows = Windows(window, window)

    def convolved(plane: np.ndarray) -> np.ndarray:
        return conv2d(plane, filter.weight[np.newaxis], padding=windows.padding)[0]

    def attended(plane: np.ndarray) -> np.ndarray:
        return attending(plane, now["tone"], now["near"]).output

    mixing = mixed_up(convolved, plane), mixed_up(attended, plane)
    if now["mix"]:
        plane = mixing[0].picture[np.newaxis].astype(np.uint8)
        small = replace(small, pixels=plane, done=(*small.done, "Its pixels are mixed up."))
    found = attending(plane, now["tone"], now["near"])
    return Both(small, filter, windows, found, mixing, _darkest(plane[0]))


def _darkest(levels: np.ndarray) -> tuple[int, int]:
    """Where a picture is darkest, its edge left out where there is more than that."""
    edge = [int(size > 2) for size in levels.shape]
    inside = levels[edge[0] : levels.shape[0] - edge[0], edge[1] : levels.shape[1] - edge[1]]
    row, column = divmod(int(inside.argmin()), inside.shape[1])
    return row + edge[0], column + edge[1]
