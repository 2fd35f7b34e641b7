"""An activation's curve and its slope, with the number under a stage's cursor as a point on both, written out."""

import numpy as np

from cnnviz.envelope import packed
from cnnviz.ops import Activation
from cnnviz.ui.component import component

BINS = 61  # an odd number, so that 0 lies in the middle of a bin

_component = component("curve")


def curve(
    activation: Activation, map: np.ndarray, *, key: str, group: str, reach: float, steepest: float, least: float
) -> None:
    """Draw the function over its slope, from -reach to reach, and on both the number under the cursor.

    map       (H, W), what the activation reads: drawn is how many of its numbers lie where. The number under the
              cursor is told by the group's stage, which has the map
    group     whose cursor is followed
    steepest  the largest slope, without its sign; where it is below the share `least` of that, the curve is shaded
    """
    header = {
        "key": activation.key, "name": activation.name, "formula": activation.formula,
        "slope": activation.derivative_formula, "group": group, "reach": reach, "flat": least * steepest,
    }  # fmt: skip
    counts = np.histogram(np.clip(map, -reach, reach), BINS, (-reach, reach))[0]
    _component(key=key, data=packed(header, {"counts": counts}))
