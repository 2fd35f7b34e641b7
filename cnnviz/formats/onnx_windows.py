"""What slides over maps, in ONNX: convolutions and pools."""

from __future__ import annotations

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import Call, Flow, Made
from cnnviz.formats.onnx_known import floats, for_each
from cnnviz.geometry import same_padding
from cnnviz.layers import AdaptiveMaxPool2d, AvgPool2d, Conv2d, ConvTranspose2d, GlobalAvgPool, MaxPool2d
from cnnviz.numbers import grouped

Two = tuple[int, int]
Ends = tuple[Two, Two]


def _pair(call: Call, name: str, usual: Two = (1, 1), axes: int = 2) -> Two:
    """Two numbers, for height and width; the one of a signal, which the Graph has as maps of one column, is of their
    height."""
    found = call.attribute(name, usual[:axes])
    if len(found) != axes:
        of = "height and width are two" if axes == 2 else "a signal has one axis"
        raise NetworkError(f"its {name} has {len(found)} numbers; {of}")
    return int(found[0]), int(found[1]) if axes == 2 else 1


def _windows(call: Call, kernel: Two, dims: tuple[int, ...]) -> tuple[Two, Ends, Two]:
    """Stride, padding and dilation, with what `auto_pad` means for maps, or signals, of this size."""
    axes = len(dims) - 1
    stride, dilation = _pair(call, "strides", axes=axes), _pair(call, "dilations", axes=axes)
    mode, pads = call.attribute("auto_pad", "NOTSET"), call.attribute("pads", (0,) * 2 * axes)
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        ends = [same_padding(k, d, s, size) for k, d, s, size in zip(kernel, dilation, stride, (*dims[1:], 1))]
        (top, bottom), (left, right) = (end[::-1] if mode == "SAME_LOWER" else end for end in ends)
    elif len(pads) != 2 * axes or min(pads) < 0:
        counted = {1: "two", 2: "four"}[axes]
        raise NetworkError(f"its pads are {tuple(pads)}; {counted} numbers that are not below 0 open here")
    else:
        told = pads if mode == "NOTSET" else (0,) * 2 * axes
        top, left, bottom, right = told if axes == 2 else (told[0], 0, told[1], 0)
    return stride, ((top, bottom), (left, right)), dilation


def _conv(call: Call) -> Made:
    flow, weight = call.flow(), call.known(1, "weight")
    if weight.ndim == 3 and len(flow.dims) == 2:
        weight = weight[..., np.newaxis]  # of a signal
    else:
        flow = call.maps()
    if weight.ndim != 4:
        raise NetworkError(f"its weight has {weight.ndim} axes; filters over height and width have 4")
    bias = call.known(2, "bias") if call.input(2) is not None else None
    kernel = (weight.shape[2], weight.shape[3])
    stride, padding, dilation = _windows(call, kernel, flow.dims)
    groups = call.attribute("group", 1)
    layer = Conv2d(len(weight), kernel, stride, padding, dilation, groups, bias is not None)
    if weight.shape[1] * groups != flow.dims[0]:
        raise NetworkError(
            f"its filters read {weight.shape[1]} maps in {groups} groups, and {grouped(flow.dims[0])} come in"
        )
    each = None if bias is None else for_each(bias, len(weight))
    dims = call.sizes(layer, flow)[: len(flow.dims)]
    return call.add(layer, [flow], dims, weight=floats(weight), bias=each)


def _conv_transpose(call: Call) -> Made:
    flow, weight = call.maps(), call.known(1, "weight")
    if weight.ndim != 4 or len(weight) != flow.dims[0]:
        raise NetworkError(f"its weight has the shape {weight.shape}, and {grouped(flow.dims[0])} maps come in")
    bias = call.known(2, "bias") if call.input(2) is not None else None
    stride, dilation, more = _pair(call, "strides"), _pair(call, "dilations"), _pair(call, "output_padding", (0, 0))
    groups, kernel = call.attribute("group", 1), (weight.shape[2], weight.shape[3])
    mode, asked = call.attribute("auto_pad", "NOTSET"), call.attribute("output_shape", ())
    if asked or mode in ("SAME_UPPER", "SAME_LOWER"):
        # What is cut off follows from the size that is to come out. What is missing there stands behind, where that
        # size is asked for; "same" alone adds nothing, in ONNX Runtime.
        sizes = asked[-2:] or [size * s for size, s in zip(flow.dims[1:], stride)]
        whole = [(size - 1) * s + m + d * (k - 1) + 1
                 for size, s, m, d, k in zip(flow.dims[1:], stride, more, dilation, kernel)]  # fmt: skip
        over = [size - wanted for size, wanted in zip(whole, sizes)]
        halves = [(cut // 2, cut - cut // 2) for cut in (max(0, each) for each in over)]
        (top, bottom), (left, right) = halves if mode == "SAME_UPPER" else [half[::-1] for half in halves]
        if asked:
            more = (more[0] + max(0, -over[0]), more[1] + max(0, -over[1]))
    else:
        _, ((top, bottom), (left, right)), _ = _windows(call, kernel, flow.dims)
    filters = weight.shape[1] * groups
    padding = ((top, bottom), (left, right))
    layer = ConvTranspose2d(filters, kernel, stride, padding, more, groups, bias is not None, dilation)
    each = None if bias is None else for_each(bias, filters)
    return call.add(layer, [flow], call.sizes(layer, flow), weight=floats(weight), bias=each)


def _max_pool(call: Call) -> Made:
    if len(call.operation.outputs) > 1:
        raise NetworkError("it also says where its numbers were found; that does not open here")
    flow, kernel, (stride, padding, dilation), ceil_mode = _pool(call)
    layer = MaxPool2d(kernel, stride, padding, ceil_mode, dilation=dilation)
    return call.add(layer, [flow], call.sizes(layer, flow))


def _average_pool(call: Call) -> Made:
    flow, kernel, (stride, padding, dilation), ceil_mode = _pool(call)
    if dilation != (1, 1):
        raise NetworkError("it takes the mean of numbers that are not neighbours; with dilations of 1 it opens")
    layer = AvgPool2d(kernel, stride, padding, ceil_mode, bool(call.attribute("count_include_pad", 0)))
    return call.add(layer, [flow], call.sizes(layer, flow))


def _pool(call: Call) -> tuple[Flow, Two, tuple[Two, Ends, Two], bool]:
    """What is pooled, the kernel's size, what `_windows` says of it, and whether a window may hang over the end."""
    flow, kernel = call.maps(), _pair(call, "kernel_shape", (0, 0))
    return flow, kernel, _windows(call, kernel, flow.dims), bool(call.attribute("ceil_mode", 0))


def _global_average(call: Call) -> Made:
    flow = call.maps()
    return call.add(GlobalAvgPool(), [flow], (flow.dims[0], 1, 1))


def _global_max(call: Call) -> Made:
    flow = call.maps()
    return call.add(AdaptiveMaxPool2d(1), [flow], (flow.dims[0], 1, 1))


OPERATORS = {
    "AveragePool": _average_pool, "Conv": _conv, "ConvTranspose": _conv_transpose,
    "GlobalAveragePool": _global_average, "GlobalMaxPool": _global_max, "MaxPool": _max_pool,
}  # fmt: skip
