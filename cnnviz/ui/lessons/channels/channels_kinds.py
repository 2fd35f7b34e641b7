"""The kinds of convolution as plain values: a window over rows and columns, and a third one over the channels.

    full         K = C, one place          1 × 1        the same, and one row and column
    grouped      K = S = C / G, G places   3-D          K = 3, S = 1: it really slides, with the same weights everywhere
    depthwise    K = S = 1, C places       separable    depthwise, then 1 × 1

All read the same input, of CHANNELS channels, and make as many maps. No Streamlit here.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.geometry import Window
from cnnviz.kernels import named
from cnnviz.layers import Conv2d, Layer, PartialConv2d
from cnnviz.ui.state import one_of

CHANNELS, MAPS, SIDE = 6, 12, 3  # C, O, and K of the rows and the columns
FULL, GROUPED, DEPTHWISE, EACH_PIXEL, SEPARABLE, THREE_D = "full", "grouped", "depthwise", "1 × 1", "separable", "3-D"
KIND = one_of("kind", [FULL, GROUPED, DEPTHWISE, EACH_PIXEL, SEPARABLE, THREE_D], GROUPED)
GROUPS = one_of("groups", ["2", "3"], "3")  # 1 is a full convolution, 6 a depthwise one
SEED = 3  # of the weights that nobody has learnt

# What the filters of 3-D are, over three frames one after another, each frame's weights a share of a kernel of rows and
# columns. The first gives no number where nothing moves: what it takes of one frame it gives to another.
IN_TIME = {
    "what changes": ("box-blur", (-1.0, 0.0, 1.0)),
    "mean of three": ("box-blur", (1 / 3, 1 / 3, 1 / 3)),
    "edges, mean of three": ("sobel-x", (1 / 3, 1 / 3, 1 / 3)),
}


@dataclass(frozen=True)
class Slide:
    """One layer: filters through a window of `side` rows and columns and through one over the channels.

    over    the window over the channels
    maps    how many maps it makes, the same number at each place of that window
    shares  whether the filters are the same at each of its places
    """

    over: Window
    side: int = SIDE
    maps: int = MAPS
    shares: bool = False

    @property
    def places(self) -> int:
        """How many places the window over the channels visits."""
        return self.over.output_size(CHANNELS)

    @property
    def each(self) -> int:
        """Maps, and filters, at one of its places."""
        return self.maps // self.places

    @property
    def filters(self) -> int:
        """How many there are that differ."""
        return self.each if self.shares else self.maps

    def reads(self, map: int) -> tuple[int, ...]:
        """The channels that a map comes from."""
        return tuple(self.over.taps(map // self.each))

    @property
    def weights(self) -> int:
        """Of all filters; biases are left out."""
        return self.filters * self.over.kernel_size * self.side**2

    def multiply_adds(self, height: int, width: int) -> int:
        """Each number of each map is a sum over a window; products with the zeros of padding count too."""
        return height * width * self.maps * self.over.kernel_size * self.side**2

    @cached_property
    def layer(self) -> Layer:
        """As a layer of a network: groups, where the windows over the channels do not overlap."""
        if self.over.stride >= self.over.kernel_size or self.places == 1:
            return Conv2d(self.maps, self.side, padding=self.side // 2, groups=self.places, bias=False)
        return PartialConv2d(tuple(map(self.reads, range(self.maps))), self.side, self.side // 2)

    def parameters(self, weight: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """The layer's, of filters (filters, K over the channels, side, side)."""
        if isinstance(weight, np.ndarray) and not self.shares:
            return {"weight": weight}
        laid = np.zeros((self.maps, CHANNELS, self.side, self.side))
        for map in range(self.maps):
            laid[map, list(self.reads(map))] = weight[map % self.each]
        return {"weight": laid, "bias": np.zeros(self.maps)}


ALL = Window(CHANNELS)


def kinds(groups: int) -> dict[str, tuple[Slide, ...]]:
    """Each kind by its name: one layer, or two in a row. `groups`: those of the grouped one."""
    share = CHANNELS // groups
    return {
        FULL: (Slide(ALL),),
        GROUPED: (Slide(Window(share, share)),),
        DEPTHWISE: (Slide(Window(1)),),
        EACH_PIXEL: (Slide(ALL, side=1),),
        SEPARABLE: (Slide(Window(1), maps=CHANNELS), Slide(ALL, side=1)),
        THREE_D: (Slide(Window(3), shares=True),),
    }


def weights(kind: str, slides: tuple[Slide, ...]) -> list[NDArray[np.float64]]:
    """The filters of each layer of a kind, float64 (filters, K over the channels, side, side).

    Those of a full convolution are drawn at random, as learning would begin with them (He et al. 2015); the others are
    what is left of the same filters in a smaller window, so maps differ by the window alone. Those of 3-D are IN_TIME.
    """
    if kind == THREE_D:
        return [np.stack([_in_time(*told) for told in IN_TIME.values()])]
    drawn = np.random.default_rng(SEED).standard_normal((MAPS, CHANNELS, SIDE, SIDE))
    drawn *= math.sqrt(2 / (CHANNELS * SIDE * SIDE))
    found = []
    for slide in slides:
        inset = (SIDE - slide.side) // 2
        around = slice(inset, inset + slide.side)
        found.append(np.stack([drawn[map, list(slide.reads(map))][:, around, around] for map in range(slide.maps)]))
    return found


def _in_time(kernel: str, shares: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(shares)[:, np.newaxis, np.newaxis] * named(kernel, SIDE)


def multiply_adds(slides: tuple[Slide, ...], height: int, width: int) -> int:
    return sum(slide.multiply_adds(height, width) for slide in slides)


def all_weights(slides: tuple[Slide, ...]) -> int:
    return sum(slide.weights for slide in slides)
