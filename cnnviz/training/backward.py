"""Backwards through a whole network: from the loss's gradient for its output to that for every map and parameter.

Source: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.layers.layer import Given, read_by, run_back
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Backward:
    """The loss's gradient for everything.

    inputs      for each map of `Network.forward`, in its shape: the input first, then each layer's output
    parameters  for each layer, those of the arrays that are learnt, by name; sums over the batch
    """

    inputs: list[NDArray]
    parameters: list[dict[str, NDArray]]


@checked
def backward(
    network: Graph,
    maps: Sequence[NDArray],
    parameters: Sequence[Parameters],
    gradient: ArrayLike,
    *,
    training: bool = False,
    rng: np.random.Generator | None = None,
    to_input: bool = True,
) -> Backward:
    """The gradients of a loss for every map and every parameter.

    maps        all of them, as `network.forward` gave them for `parameters`, of one input or a batch
    gradient    the loss's gradient for the last of them, in its shape
    training    whether `forward` ran in training
    rng         in training with dropout: a generator in the state in which `forward` was given its own. The same
                masks are drawn from it again; the maps alone do not tell whether a 0 was dropped.
    to_input    False leaves out what training has no use for: the gradients for the input and for all maps before the
                first layer that learns are empty

    float64 or float32 as the operations decide it; overflow gives inf or nan without a warning. Raises ArrayError for
    maps or a gradient that do not belong to the network, SettingError for dropout in training without an rng.
    """
    last = np.asarray(gradient)
    if len(maps) != len(network.layers) + 1 or len(parameters) != len(network.layers):
        raise ArrayError(
            f"There are {len(maps)} maps and parameters for {len(parameters)} layers; "
            f"the network has {len(network.layers)} layers, and one map more than that."
        )
    network.check_maps(maps)
    network.check_parameters(parameters)
    if last.shape != maps[-1].shape:
        raise ArrayError(f"The output's gradient has shape {last.shape}; the output has {maps[-1].shape}.")
    # Forwards, for that is the order in which `forward` drew them.
    masks = [row.layer.drawn(row.given(maps).shape, rng) if training and row.layer.is_random else None
             for row in network.rows]  # fmt: skip
    # Of each map, what has reached it so far from those made of it; and whether anything before it learns.
    reached: list[NDArray | None] = [*[None] * len(network.rows), last]
    wanted = [to_input]
    for row in network.rows:
        wanted.append(to_input or row.parameters > 0 or any(wanted[source] for source in row.sources))
    learnt: list[dict[str, NDArray]] = [{} for _ in network.rows]
    with np.errstate(all="ignore"):
        for row in reversed(network.rows):
            arrived, onward = reached[row.index + 1], any(wanted[source] for source in row.sources)
            if arrived is None:  # a branch that leads nowhere
                sizes = row.layer.parameter_shapes(row.input_shape).items()
                learnt[row.index] = {name: np.zeros(size, last.dtype) for name, size in sizes}
            if arrived is None or not wanted[row.index + 1]:
                continue
            given = Given(parameters[row.index], training, None, masks[row.index], onward)
            read = read_by(row.layer, maps, row.sources, row.shapes, row.input_shape)
            for_given, learnt[row.index] = run_back(row.layer, read, arrived, given)
            if onward:
                for source, part in zip(row.sources, row.shared(for_given)):
                    before = reached[source]
                    reached[source] = part if before is None else before + part
    inputs = [
        np.zeros(map.shape, last.dtype) if is_wanted and found is None  # a branch that leads nowhere
        else found if found is not None and (is_wanted or found is last)
        else np.empty(0, last.dtype)
        for found, map, is_wanted in zip(reached, maps, wanted)
    ]  # fmt: skip
    return Backward(inputs, learnt)
