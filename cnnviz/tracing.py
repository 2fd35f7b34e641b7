"""The map of any layer as a Trace: what the stage walks through when a unit of a network is pointed at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import ArrayError, SettingError
from cnnviz.layers import (
    Activate,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    Linear,
    MaxPool2d,
    Parallel,
    Parameters,
    PartialConv2d,
    Rbf,
    Subsample,
)
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
    output    what the layer made of it, as `Network.forward` keeps it
    training  whether it ran in training: what dropout left is taken from `output`, batch norm's statistics from `input`
    names     what the stage calls the panels: input=, output=, channels=

    A row of numbers is given as maps of 1 x 1, a channel each. Raises ArrayError for a channel that is none or a batch,
    SettingError for a layer that is none of those of cnnviz.layers.
    """
    if input.ndim not in (1, 3) or output.ndim not in (1, 3):
        raise ArrayError(f"The map of one input is traced, not a batch: {input.shape} gave {output.shape}.")
    if output.shape != layer.output_shape(input.shape):
        raise ArrayError(f"{layer.name} makes {layer.output_shape(input.shape)} of {input.shape}, not {output.shape}.")
    if not 0 <= channel < len(output):
        raise ArrayError(f"The layer gave {len(output)} maps; there is no map {told(channel)}, counted from 0.")
    layer.check_parameters(parameters, input.shape)
    if not 0 < divisor < math.inf:
        raise SettingError(f"divisor is {divisor:g}; it must be a number above 0.")
    if isinstance(layer, Parallel):
        number, first = layer.branch(input.shape, channel)
        made = output[first : first + layer.branches[number].output_shape(input.shape)[0]]
        given = layer.own(parameters, number)
        return layer_trace(
            layer.branches[number], input, made, given, channel - first, training=training, divisor=divisor, **names
        )
    volume = input if input.ndim == 3 else input[:, np.newaxis, np.newaxis]
    rows, columns = layer.windows(volume.shape)
    own = {
        "input": volume,
        "output": np.atleast_2d(output[channel]),
        "rows": rows,
        "columns": columns,
        "divisor": divisor,
        "names": names,
    }
    found = {**own, **_reads(layer, volume, output, parameters, channel, training, divisor)}
    if input.dtype != np.uint8:  # not the levels of a picture: a map, drawn as one even where none of it is negative
        found["input_limit"] = float(np.abs(found["input"][list(found["channels"])]).max()) / divisor or 1.0
    return Trace(**found)


def _reads(
    layer: Layer,
    volume: NDArray,
    output: NDArray,
    parameters: Parameters,
    channel: int,
    training: bool,
    divisor: float,
) -> dict[str, Any]:
    """What tells this layer's trace from others: channels, terms, reduction, scale, bias, function."""
    single = {"channels": (channel,), "term": "value", "outside": "none"}
    match layer:
        case Conv2d():
            weight = parameters["weight"]
            depth = weight.shape[1]
            first = channel // (len(weight) // layer.groups) * depth
            return {
                "channels": tuple(range(first, first + depth)),
                "weight": weight[channel].astype(np.float64),
                "bias": _bias(parameters, channel),
                "outside": layer.padding_mode,
            }
        case PartialConv2d():
            reads = layer.connections[channel]
            return {
                "channels": reads,
                "weight": parameters["weight"][channel, list(reads)].astype(np.float64),
                "bias": _bias(parameters, channel),
            }
        case Subsample():
            scale = float(parameters["weight"][channel])
            return {**single, "reduction": "sum", "scale": scale, "bias": _bias(parameters, channel)}
        case Rbf():
            return {
                "channels": tuple(range(len(volume))),
                "weight": parameters["codes"][channel].astype(np.float64).reshape(volume.shape),
                "term": "squared difference",
            }
        case Linear():
            return {
                "channels": tuple(range(len(volume))),
                "weight": parameters["weight"][channel].astype(np.float64).reshape(volume.shape),
                "bias": _bias(parameters, channel),
            }
        case MaxPool2d():
            return {**single, "reduction": "max"}
        case AvgPool2d():
            return {**single, "reduction": "mean", "outside": "zeros" if layer.count_include_pad else "none"}
        case GlobalAvgPool():
            return {**single, "reduction": "mean"}
        case Activate():
            return {**single, "function": layer.function}
        case Dropout():
            if not training:
                return single
            kept = np.where(output.reshape(volume.shape) != 0, volume, 0).astype(volume.dtype)
            return {**single, "input": kept, "scale": 1 / (1 - layer.p)}
        case BatchNorm2d():
            scale, bias = _normalised(layer, volume[channel] / divisor, parameters, channel, training)
            return {**single, "scale": scale, "bias": bias}
    raise SettingError(f"{layer!r} is none of the layers that can be traced.")


def _bias(parameters: Parameters, channel: int) -> float:
    return float(parameters["bias"][channel]) if "bias" in parameters else 0.0


def _normalised(
    layer: BatchNorm2d, map: NDArray, parameters: Parameters, channel: int, training: bool
) -> tuple[float, float]:
    """Batch norm as one scale and one bias: gamma / deviation, and beta - mean x that."""
    if training:
        mean, variance = float(map.mean(dtype=np.float64)), float(map.var(dtype=np.float64))
    else:
        mean = float(parameters["running_mean"][channel]) if "running_mean" in parameters else 0.0
        variance = float(parameters["running_var"][channel]) if "running_var" in parameters else 1.0
    scale = float(parameters["weight"][channel]) / math.sqrt(variance + layer.eps)
    return scale, float(parameters["bias"][channel]) - mean * scale
