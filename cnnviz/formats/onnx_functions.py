"""What changes each number of maps where it stands, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Made
from cnnviz.formats.onnx_known import for_each
from cnnviz.layers import Activate, BatchNorm2d, Dropout, Layer, LocalResponseNorm


def _batch_norm(call: Call) -> Made:
    flow = call.flow()
    if len(call.operation.outputs) > 1 and any(call.operation.outputs[1:]) and call.attribute("training_mode", 0):
        raise NetworkError("it is in training; export the network after model.eval()")
    count = flow.dims[0]
    names = ("weight", "bias", "running_mean", "running_var")
    arrays = {name: for_each(call.known(at, name), count) for at, name in enumerate(names, 1)}
    return call.kept(BatchNorm2d(call.attribute("epsilon", 1e-5)), **arrays)


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
    "Gelu": _gelu, "HardSigmoid": _hard_sigmoid, "HardSwish": _as(Activate("hard swish")), "LRN": _lrn,
    "LeakyRelu": _only("leaky relu", alpha=0.01), "Relu": _as(Activate("relu")),
    "Sigmoid": _as(Activate("sigmoid")), "Softplus": _as(Activate("softplus")), "Tanh": _as(Activate("tanh")),
}  # fmt: skip
