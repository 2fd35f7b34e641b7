"""What changes each number of maps where it stands, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made, inner
from cnnviz.formats.onnx_known import floats, for_each
from cnnviz.layers import (
    Activate,
    BatchNorm2d,
    Dropout,
    GroupNorm,
    InstanceNorm2d,
    Layer,
    LayerNorm,
    LocalResponseNorm,
)
from cnnviz.layers.elementwise import LEAST_EPS


def _batch_norm(call: Call) -> Made:
    flow = call.flow()
    if len(call.operation.outputs) > 1 and any(call.operation.outputs[1:]) and call.attribute("training_mode", 0):
        raise NetworkError("it is in training; export the network after model.eval()")
    count = flow.dims[0]
    names = ("weight", "bias", "running_mean", "running_var")
    arrays = {name: for_each(call.known(at, name), count) for at, name in enumerate(names, 1)}
    return call.kept(BatchNorm2d(call.attribute("epsilon", 1e-5)), **arrays)


def _instance_norm(call: Call) -> Made:
    count = call.flow().dims[0]
    learnt = _learnt(*(for_each(call.known(at, name), count) for at, name in ((1, "scale"), (2, "bias"))))
    return call.kept(InstanceNorm2d(call.attribute("epsilon", 1e-5), bool(learnt)), **learnt)


def _group_norm(call: Call) -> Made:
    count, groups = call.flow().dims[0], call.attribute("num_groups", 1)
    arrays = []
    for at, name in ((1, "scale"), (2, "bias")):
        array = call.known(at, name).ravel()
        if call.building.model.version < 21 and groups > 0 and count % groups == 0 and array.size == groups:
            array = np.repeat(array, count // groups)  # it had one for each group
        arrays.append(for_each(array, count))
    learnt = _learnt(*arrays)
    return call.kept(GroupNorm(groups, call.attribute("epsilon", 1e-5), bool(learnt)), **learnt)


def _mean_variance_norm(call: Call) -> Made:
    """Its axes tell what it is; with the one of the batch it means the same of one picture."""
    flow = call.flow()
    axes = {call.axis(axis, flow) for axis in call.attribute("axes", (0, 2, 3)) if axis not in (0, -len(flow.dims) - 1)}
    if axes == set(range(1, len(flow.dims))):
        return call.kept(InstanceNorm2d(LEAST_EPS))
    if axes == set(range(len(flow.dims))):
        return call.kept(GroupNorm(1, LEAST_EPS, affine=False))
    raise NetworkError("it normalises over other axes than all of a map, or of all maps")


def _learnt(weight: NDArray[np.float32], bias: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """The weight and the bias of a norm, or none where they change nothing."""
    return {"weight": weight, "bias": bias} if (weight != 1).any() or bias.any() else {}


def _layer_norm(call: Call) -> Made:
    flow, dims = call.flow(), call.flow().dims
    if any(call.operation.outputs[1:]):
        raise NetworkError("it gives its mean and its deviation too; what it normalises opens here")
    axis = call.axis(call.attribute("axis", -1), flow)
    over, places = dims[axis:], dims[:axis]
    count = math.prod(over)
    arrays = [call.known(1, "scale")] + ([call.known(2, "bias")] if call.input(2) is not None else [])
    try:
        weight, bias, *_ = [*(np.broadcast_to(floats(array), over).reshape(-1) for array in arrays), np.zeros(count)]
    except ValueError:
        raise NetworkError(f"its scale and its bias do not have the shape {over} of what it normalises") from None
    learnt = _learnt(weight, floats(bias))
    layer = LayerNorm(call.attribute("epsilon", 1e-5), bool(learnt))
    building = call.building
    if not places:
        row = building.seen(flow, (count,))
        return call.reshaped(building.layer(layer, [row], (count,), call.title, **learnt), dims)
    # It goes over the channels here: what stands last is put in front.
    ones = (*places, count)
    turned = building.last_in_front(Flow(building.seen(flow, inner(ones)).name, ones))
    normal = building.layer(layer, [turned], turned.dims, f"{call.title}, maps in front", **learnt)
    return call.reshaped(building.front_at_last(normal, ones, call.title), dims)


def _lrn(call: Call) -> Made:
    usual = {"alpha": 1e-4, "beta": 0.75, "bias": 1.0}
    alpha, beta, k = (call.attribute(name, value) for name, value in usual.items())
    size = call.attribute("size", 0)
    if not size % 2:
        raise NetworkError(f"it looks at {size} maps; an odd number opens here")
    return call.kept(LocalResponseNorm(size, alpha, beta, k))


def _dropout(call: Call) -> Made:
    if call.input(2) is not None and call.known(2, "training_mode").any():
        raise NetworkError("it is in training; export the network after model.eval()")
    return call.kept(Dropout(min(call.number(1, "ratio", 0.5), 0.99)))


def _gelu(call: Call) -> Made:
    if call.attribute("approximate", "none") != "none":
        raise NetworkError("it is the form with tanh; the exact one opens here")
    return call.kept(Activate("gelu"))


def _clip(call: Call) -> Made:
    least, most = call.number(1, "min", -math.inf), call.number(2, "max", math.inf)
    if least == 0 and (most == 6 or most > 1e30):
        return call.kept(Activate("relu6" if most == 6 else "relu"))
    raise NetworkError(f"it keeps numbers between {least:g} and {most:g}; from 0 on, or from 0 to 6, it opens")


def _only(function: str, alpha: float) -> Callable[[Call], Made]:
    """An activation whose one setting is as it is here."""

    def made(call: Call) -> Made:
        if abs(call.attribute("alpha", alpha) - alpha) > 1e-6:
            raise NetworkError(f"its alpha is {call.attribute('alpha', alpha):g}; {alpha:g} opens here")
        return call.kept(Activate(function))

    return made


def _hard_sigmoid(call: Call) -> Made:
    alpha, beta = call.attribute("alpha", 0.2), call.attribute("beta", 0.5)
    if abs(alpha - 1 / 6) > 1e-6 or abs(beta - 0.5) > 1e-6:
        raise NetworkError(f"it is {alpha:g} x + {beta:g}; x / 6 + 0.5 opens here")
    return call.kept(Activate("hard sigmoid"))


def _as(layer: Layer) -> Callable[[Call], Made]:
    return lambda call: call.kept(layer)


OPERATORS = {
    "BatchNormalization": _batch_norm, "Clip": _clip, "Dropout": _dropout, "Elu": _only("elu", alpha=1.0),
    "Gelu": _gelu, "GroupNormalization": _group_norm, "HardSigmoid": _hard_sigmoid,
    "HardSwish": _as(Activate("hard swish")), "InstanceNormalization": _instance_norm, "LRN": _lrn,
    "LayerNormalization": _layer_norm, "LeakyRelu": _only("leaky relu", alpha=0.01),
    "MeanVarianceNormalization": _mean_variance_norm, "Relu": _as(Activate("relu")),
    "Sigmoid": _as(Activate("sigmoid")), "Softplus": _as(Activate("softplus")), "Tanh": _as(Activate("tanh")),
}  # fmt: skip
