"""What makes maps larger or smaller, in ONNX: Resize, and Upsample as it was called before."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_file import decimal
from cnnviz.formats.onnx_graph import Call, Flow, Made
from cnnviz.layers import Resize, Same, Upsample
from cnnviz.layers.upsampling import alike, read_on
from cnnviz.ops.upsample import LAID, ROUNDED

Factors = tuple[float, float]


def _resize(call: Call) -> Made:
    flow = call.maps()
    is_first = call.building.model.version < 11  # its inputs are then what is resized and the scales
    mode = _mode(call)
    for name, usual in (("antialias", 0), ("exclude_outside", 0)):
        if call.attribute(name, usual) != usual:
            raise NetworkError(f"its {name} is set; without it opens")
    if call.attribute("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NetworkError("it keeps the maps' proportions; one that stretches them to the size opens")
    laid = call.attribute("coordinate_transformation_mode", "asymmetric" if is_first else "half_pixel")
    rounded = call.attribute("nearest_mode", "" if is_first else "round_prefer_floor")
    if laid not in LAID[1:] or rounded not in ("", *ROUNDED):
        what = laid if laid not in LAID[1:] else rounded
        raise NetworkError(f"it looks at its input by the rule “{what}”; {', '.join(LAID[1:])} open here")
    axes = [call.axis(axis, flow) for axis in call.attribute("axes", ())]
    if not is_first and _is_told(call, 3):
        told = [int(size) for size in call.whole(3, "sizes")]
        sizes = _sides(told, axes, flow, [1, *flow.dims], "sizes")
        return _made(call, flow, (int(sizes[0]), int(sizes[1])), None, mode, laid, rounded)
    at = 1 if is_first else 2
    if not _is_told(call, at):
        raise NetworkError("neither its scales nor its sizes lie in the file; with one of them it opens")
    return _made(call, flow, None, _scales(call, call.known(at, "scales"), flow, axes), mode, laid, rounded)


def _upsample(call: Call) -> Made:
    """Of version 9, whose scales are an input, or 7."""
    flow, mode = call.maps(), _mode(call)
    told = call.operation.attributes.get("scales")
    scales = call.known(1, "scales") if told is None else np.array(told, np.float32)
    return _made(call, flow, None, _scales(call, scales, flow, []), mode, "asymmetric", "")


def _mode(call: Call) -> str:
    mode = call.attribute("mode", "nearest")
    if mode not in ("nearest", "linear", "bilinear"):
        raise NetworkError(f"it goes from one number to the next by “{mode}”; nearest and linear open here")
    return "nearest" if mode == "nearest" else "bilinear"


def _is_told(call: Call, at: int) -> bool:
    """Whether there is an input: an empty array is none."""
    found = call.input(at)
    return isinstance(found, Flow) or found is not None and found.size > 0


def _sides(told: list[float] | list[int], axes: list[int], flow: Flow, usual: list[int], what: str) -> list[float]:
    """What is told of height and width; of the batch and the maps it is as `usual`."""
    if axes:
        every = [float(one) for one in usual]
        for axis, one in zip(axes, told, strict=False):
            every[axis + 1] = one
        told = every
    if len(told) != len(usual) or list(told[:2]) != usual[:2]:
        raise NetworkError(f"its {what} are {tuple(told)}; the batch and the maps stay as many where it opens")
    return [float(one) for one in told[2:]]


def _scales(call: Call, scales: np.ndarray, flow: Flow, axes: list[int]) -> Factors:
    found = _sides([decimal(one) for one in np.ravel(scales)], axes, flow, [1] * (len(flow.dims) + 1), "scales")
    if not all(0 < one < math.inf for one in found):
        raise NetworkError(f"its scales are {tuple(found)}; numbers above 0 are")
    return found[0], found[1]


def _made(
    call: Call, flow: Flow, size: tuple[int, int] | None, factors: Factors | None, mode: str, laid: str, rounded: str
) -> Made:
    """PyTorch's layer where it does the same, else ONNX's own. rounded: "" as version 10 does, which takes the next
    position where maps get smaller, and else the one before."""
    shape = call.building.shapes[flow.name]
    if factors == (1, 1) or size == shape[1:]:
        return call.kept(Same())
    if not rounded:
        by = factors or tuple(one / side for one, side in zip(size or (), shape[1:]))
        is_smaller = [one < 1 for one in by]
        if mode == "nearest" and any(is_smaller) and not all(one <= 1 for one in by):
            raise NetworkError("it makes one side larger and the other smaller; by itself each opens")
        rounded = "ceil" if any(is_smaller) else "floor"
    if mode == "bilinear" and laid == "tf_half_pixel_for_nn":
        raise NetworkError(f"its rule “{laid}” is of nearest neighbours; half_pixel opens")
    layer = Resize(size, factors, mode, laid, rounded)
    for same in [Upsample(size, factors, mode, corners) for corners in {False, mode == "bilinear"}]:
        if alike(read_on(same, shape), read_on(layer, shape)):
            return call.add(same, [flow], call.sizes(same, flow))
    return call.add(layer, [flow], call.sizes(layer, flow))


OPERATORS = {"Resize": _resize, "Upsample": _upsample}
