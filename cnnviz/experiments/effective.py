"""How much does each pixel matter to a unit? Less and less away from the middle of what it sees.

The receptive field says which pixels a unit can see at all. How much each of them matters to its number on this very
picture is the gradient of that number for the pixel. Most of it lies in the middle: there are many ways from a pixel in
the middle through the layers to the unit, and few from one at the edge.

Source: W. Luo, Y. Li, R. Urtasun and R. Zemel, "Understanding the Effective Receptive Field in Deep Convolutional
Neural Networks" (2016), section 2; as a picture, K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional
Networks" (2014), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.patches import seen_of
from cnnviz.graph import Graph
from cnnviz.models import Trained
from cnnviz.signatures import checked
from cnnviz.training import backward


@checked
@dataclass(frozen=True, eq=False)
class EffectiveField:
    """What one unit sees of the picture, and how much of it matters.

    map     float64 (H, W): the absolute gradient of the unit's number for each pixel, the colours added up; 0 outside
            the box, and everywhere where a ReLU has cut the unit off
    down, across  the receptive field in pixels, what lies in the padding cut off
    """

    map: NDArray[np.float64]
    down: range
    across: range

    @property
    def silent(self) -> bool:
        """Whether no pixel matters: a ReLU gave 0, and gives 0 for any small change of the picture."""
        return not self.map.any()

    def pixels_for(self, share: float) -> int:
        """How many pixels, the ones that matter most, have this share, 0 to 1, of all that matters."""
        if not 0 <= share <= 1:
            raise SettingError(f"The share is {told(share)}; it is a number from 0 to 1, such as 0.9.")
        if self.silent:
            return 0
        added = np.cumsum(np.sort(self.map, axis=None)[::-1])
        return int(np.searchsorted(added, share * added[-1])) + 1 if share else 0


@checked
def effective_field(trained: Trained, maps: Sequence[NDArray], layer: int, unit: Sequence[int]) -> EffectiveField:
    """The gradient of one unit of layer `layer`, from 0, for the picture that gave these maps.

    maps  of one picture, the input first, as `Trained.maps` gives them
    unit  (channel, row, column), or (feature,) behind a fully connected layer, from 0

    One run backwards through the layers up to this one. Raises ArrayError for a layer or a unit that is none.
    """
    layers, layer = trained.network.layers, whole(layer, "layer", 0)
    if layer >= len(layers) or len(maps) != len(layers) + 1:
        raise ArrayError(
            f"{trained.name} has {len(layers)} layers, counted from 0; asked is layer {told(layer)} with {len(maps)} "
            "maps."
        )
    trained.network.check_run(maps)
    place, shape = tuple(whole(at, "a unit's place", 0) for at in unit), maps[layer + 1].shape
    if len(place) != len(shape) or any(at >= size for at, size in zip(place, shape)):
        raise ArrayError(f"The layer's output has shape {shape}; there is no unit {told(place)}, counted from 0.")
    gradient = np.zeros(shape, maps[layer + 1].dtype)
    gradient[place] = 1
    part = Graph(trained.network.input_shape, trained.network.nodes[: layer + 1])
    reached = backward(part, maps[: layer + 2], trained.parameters[: layer + 1], gradient).inputs[0]
    fields = trained.network.fields(layer, place[0])
    _, *sides = trained.network.input_shape
    at = place[1:] if len(place) == 3 else (0, 0)
    down, across = (seen_of(*axis) for axis in zip(fields, at, sides))
    return EffectiveField(np.abs(reached).sum(0, dtype=np.float64), down, across)
