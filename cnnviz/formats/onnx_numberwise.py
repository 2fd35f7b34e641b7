"""What is done to each number by itself in ONNX, where no network is taught by it: roots, powers, parts of GELU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz import ops
from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Made
from cnnviz.formats.onnx_known import floats, worked_out
from cnnviz.layers import Elementary, Layer, Power, Same


def _function(of_known: Callable[..., np.ndarray], layer: Layer | None = None) -> Callable[[Call], Made]:
    """One input, an array or what flows; layer: what it is of the latter, None where it does not open."""

    def made(call: Call) -> Made:
        value = call.input(0)
        if isinstance(value, np.ndarray):
            return worked_out(of_known, value)
        if layer is None:
            raise NetworkError("it bends what depends on the picture into steps; of numbers of the file it opens")
        return call.kept(layer)

    return made


def _power(call: Call) -> Made:
    base, exponent = call.input(0), call.known(1, "exponent")
    if isinstance(base, np.ndarray):
        return worked_out(lambda base, exponent: np.power(base, exponent).astype(base.dtype), base, exponent)
    if exponent.size != 1:
        raise NetworkError(f"its exponent is {exponent.size} numbers; one for all opens here")
    number = float(exponent.reshape(()))
    return call.kept(Same() if number == 1 else Power(number))


OPERATORS = {
    "Abs": _function(np.abs, Elementary("abs")), "Ceil": _function(np.ceil),
    "Erf": _function(lambda array: ops.PARTS["erf"].function(floats(array)), Elementary("erf")),
    "Exp": _function(np.exp, Elementary("exp")), "Floor": _function(np.floor),
    "Log": _function(np.log, Elementary("log")), "Not": _function(np.logical_not), "Pow": _power,
    "Reciprocal": _function(np.reciprocal, Power(-1.0)),
    "Round": _function(np.round), "Sign": _function(np.sign), "Sqrt": _function(np.sqrt, Power(0.5)),
}  # fmt: skip
