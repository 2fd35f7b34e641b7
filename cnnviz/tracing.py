"""The map of any layer as a Trace: what the stage walks through when a unit of a network is pointed at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import ArrayError
from cnnviz.layers import Layer, Parameters
from cnnviz.signatures import checked
from cnnviz.steps import Trace


@checked
def layer_trace(
    layer: Layer,
    input: NDArray,
    output: NDArray,
    /,
    parameters: Parameters,
    channel: int,
    *,
    training: bool = False,
    divisor: float = 1.0,
    **names: object,
) -> Trace:
    """Map `channel` of what `layer` made of `input`, as it came about.

    input     (C, H, W) or (features,); the layer read `input / divisor`
    output    what the layer made of it, as `Graph.forward` keeps it
    training  whether it ran in training: what dropout left is taken from `output`, batch norm's statistics from `input`
    names     what the stage calls the panels: input=, output=, channels=

    A row of numbers is given as maps of 1 x 1, a channel each. Raises ArrayError for a batch, and what
    `Layer.terms` raises.
    """
    if input.ndim not in (1, 3) or output.ndim not in (1, 3):
        raise ArrayError(f"The map of one input is traced, not a batch: {input.shape} gave {output.shape}.")
    if output.shape != layer.output_shape(input.shape):
        raise ArrayError(f"{layer.name} makes {layer.output_shape(input.shape)} of {input.shape}, not {output.shape}.")
    volume = input if input.ndim == 3 else input[:, np.newaxis, np.newaxis]
    rows, columns = layer.windows(volume.shape)
    found: dict[str, Any] = {
        "input": volume,
        "rows": rows,
        "columns": columns,
        **layer.terms(volume, output, parameters, channel, training=training, divisor=divisor),
    }
    if input.dtype != np.uint8:  # not the levels of a picture: a map, drawn as one even where none of it is negative
        found["input_limit"] = float(np.abs(found["input"][list(found["channels"])]).max()) / divisor or 1.0
    return Trace(output=np.atleast_2d(output[channel]), divisor=divisor, names=names, **found)
