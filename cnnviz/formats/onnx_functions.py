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
    ELU,
    Activate,
    BatchNorm2d,
    Clip,
    Dropout,
    GroupNorm,
    InstanceNorm2d,
    Layer,
    LayerNorm,
    LeakyReLU,
    LocalResponseNorm,
    Multiply,
    PReLU,
    Same,
    Scale,
    Softmax,
    Transpose,
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


def _softmax(call: Call) -> Made:
    """Shares along one axis; before version 13 along all from that one on."""
    flow, dims = call.flow(), call.flow().dims
    is_old = call.building.model.version < 13
    axis = call.axis(call.attribute("axis", 1 if is_old else -1), flow)
    behind = () if is_old else dims[axis + 1 :]
    shape = (math.prod(dims[:axis]), math.prod(dims) // math.prod((*dims[:axis], *behind)), math.prod(behind))
    building = call.building
    if shape[0] == 1:  # its axis is that of the maps
        own = inner(dims) if not is_old else (shape[1], 1, 1)
        return call.reshaped(building.layer(Softmax(), [building.seen(flow, own)], own, call.title), dims)
    turned = (shape[1], shape[0], shape[2])
    first = building.layer(Transpose((1, 0, 2)), [building.seen(flow, shape)], turned, f"{call.title}, turned")
    shares = building.layer(Softmax(), [first], turned, f"{call.title}, shares")
    return call.reshaped(building.layer(Transpose((1, 0, 2)), [shares], shape, call.title), dims)


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
    return call.kept(Activate("gelu tanh" if call.attribute("approximate", "none") == "tanh" else "gelu"))


def _clip(call: Call) -> Made:
    least, most = call.number(1, "min", -math.inf), call.number(2, "max", math.inf)
    least, most = (math.copysign(math.inf, end) if abs(end) > 1e30 else end for end in (least, most))
    if least == 0 and most in (6, math.inf):
        return call.kept(Activate("relu6" if most == 6 else "relu"))
    return call.kept(Same() if most - least == math.inf and least < 0 and most > 1e30 else Clip(least, most))


def _numbered(usual: float, function: str, layer: type[LeakyReLU] | type[ELU]) -> Callable[[Call], Made]:
    """An activation with an alpha, which has a function of its own where that is the usual one."""

    def made(call: Call) -> Made:
        # What stands for it where the file does not say: in ONNX as here.
        alpha = call.attribute("alpha", usual)
        return call.kept(Activate(function) if abs(alpha - usual) <= 1e-6 else layer(alpha))

    return made


def _prelu(call: Call) -> Made:
    flow, slope = call.flow(), call.known(1, "slope")
    shape = (1,) * (len(flow.dims) - slope.ndim) + slope.shape[-len(flow.dims) :]
    if slope.ndim > len(flow.dims) + 1 or any(size != 1 for size in shape[1:]):
        raise NetworkError(f"it has slopes of the shape {slope.shape}; one for each map, or one for all, open here")
    weight = floats(slope.ravel())
    return call.kept(PReLU(len(weight)), weight=weight)


def _hard_sigmoid(call: Call) -> Made:
    alpha, beta = call.attribute("alpha", 0.2), call.attribute("beta", 0.5)
    if abs(alpha - 1 / 6) <= 1e-6 and abs(beta - 0.5) <= 1e-6:
        return call.kept(Activate("hard sigmoid"))
    return call.add(Clip(0, 1), [_scaled(call, call.flow(), alpha, beta, "line")], call.flow().dims)


def _selu(call: Call) -> Made:
    alpha, gamma = call.attribute("alpha", 1.6732632), call.attribute("gamma", 1.0507010)
    bent = call.building.layer(ELU(alpha), [call.flow()], call.flow().dims, f"{call.title}, bent")
    return _scaled(call, bent, gamma, 0)


def _celu(call: Call) -> Made:
    alpha = call.attribute("alpha", 1.0)
    if alpha <= 0:
        raise NetworkError(f"its alpha is {alpha:g}; above 0 it opens")
    narrow = _scaled(call, call.flow(), 1 / alpha, 0, "over alpha")
    bent = call.building.layer(Activate("elu"), [narrow], narrow.dims, f"{call.title}, bent")
    return _scaled(call, bent, alpha, 0)


def _mish(call: Call) -> Made:
    flow = last = call.flow()
    for function in ("softplus", "tanh"):
        last = call.building.layer(Activate(function), [last], flow.dims, f"{call.title}, {function}")
    return call.add(Multiply(2), [flow, last], flow.dims)


def _scaled(call: Call, flow: Flow, weight: float, bias: float, part: str = "") -> Flow:
    """Each number times one, plus one; a `part` of what the node does."""
    arrays = {name: np.full(flow.dims[:1], value, np.float32) for name, value in (("weight", weight), ("bias", bias))}
    title = f"{call.title}, {part}" if part else call.title
    return call.building.layer(Scale(), [flow], flow.dims, title, **arrays)


def _as(layer: Layer) -> Callable[[Call], Made]:
    return lambda call: call.kept(layer)


OPERATORS = {
    "BatchNormalization": _batch_norm, "Celu": _celu, "Clip": _clip, "Dropout": _dropout,
    "Elu": _numbered(1.0, "elu", ELU), "Gelu": _gelu, "GroupNormalization": _group_norm,
    "HardSigmoid": _hard_sigmoid, "HardSwish": _as(Activate("hard swish")), "InstanceNormalization": _instance_norm,
    "LRN": _lrn, "LayerNormalization": _layer_norm, "LeakyRelu": _numbered(0.01, "leaky relu", LeakyReLU),
    "MeanVarianceNormalization": _mean_variance_norm, "Mish": _mish, "PRelu": _prelu,
    "Relu": _as(Activate("relu")), "Selu": _selu, "Sigmoid": _as(Activate("sigmoid")), "Softmax": _softmax,
    "Softplus": _as(Activate("softplus")), "Tanh": _as(Activate("tanh")),
}  # fmt: skip
