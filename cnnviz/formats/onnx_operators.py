"""What each operator of ONNX comes to: a function of a Call, which gives the values of its outputs.

Source: the ONNX operator specification, by the versions 1 to 24 of its default domain. What an operator leaves open
where it is older (`auto_pad`, axes as an attribute) is taken as its version has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import MOST_KNOWN, Call, Flow, Value, joined
from cnnviz.geometry import same_padding
from cnnviz.layers import (
    Activate,
    Add,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    GlobalAvgPool,
    Layer,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Multiply,
    Pad,
    PadMaps,
    Same,
    Scale,
    Slice,
    Transpose,
)
from cnnviz.numbers import grouped

Made = Value | Sequence[Value]
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


def _sizes(layer: Layer, call: Call, flow: Flow) -> tuple[int, ...]:
    return layer.output_shape(call.building.shapes[flow.name])


def _kept(call: Call, layer: Layer, **parameters: NDArray) -> Flow:
    """A layer that keeps the shape."""
    flow = call.flow()
    return call.add(layer, [flow], flow.dims, **parameters)


# --- windows ---


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
    each = None if bias is None else _each(bias, len(weight))
    dims = _sizes(layer, call, flow)[: len(flow.dims)]
    return call.add(layer, [flow], dims, weight=_floats(weight), bias=each)


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
    each = None if bias is None else _each(bias, filters)
    return call.add(layer, [flow], _sizes(layer, call, flow), weight=_floats(weight), bias=each)


def _max_pool(call: Call) -> Made:
    if len(call.operation.outputs) > 1:
        raise NetworkError("it also says where its numbers were found; that does not open here")
    flow, kernel, (stride, padding, dilation), ceil_mode = _pool(call)
    layer = MaxPool2d(kernel, stride, padding, ceil_mode, dilation=dilation)
    return call.add(layer, [flow], _sizes(layer, call, flow))


def _average_pool(call: Call) -> Made:
    flow, kernel, (stride, padding, dilation), ceil_mode = _pool(call)
    if dilation != (1, 1):
        raise NetworkError("it takes the mean of numbers that are not neighbours; with dilations of 1 it opens")
    layer = AvgPool2d(kernel, stride, padding, ceil_mode, bool(call.attribute("count_include_pad", 0)))
    return call.add(layer, [flow], _sizes(layer, call, flow))


def _pool(call: Call) -> tuple[Flow, Two, tuple[Two, Ends, Two], bool]:
    """What is pooled, the kernel's size, what `_windows` says of it, and whether a window may hang over the end."""
    flow, kernel = call.maps(), _pair(call, "kernel_shape", (0, 0))
    return flow, kernel, _windows(call, kernel, flow.dims), bool(call.attribute("ceil_mode", 0))


def _global_average(call: Call) -> Made:
    flow = call.maps()
    return call.add(GlobalAvgPool(), [flow], (flow.dims[0], 1, 1))


def _reduce_mean(call: Call) -> Made:
    flow = call.maps()
    axes = call.known_or(1, "axes", "axes", ())
    if sorted(call.axis(axis, flow) for axis in axes) != [1, 2]:
        raise NetworkError("it takes the mean over other axes than height and width")
    made = call.add(GlobalAvgPool(), [flow], (flow.dims[0], 1, 1))
    return made if call.attribute("keepdims", 1) else call.reshaped(made, flow.dims[:1])


# --- products ---


def _gemm(call: Call) -> Made:
    flow, weight = call.flow(), call.known(1, "weight")
    if len(flow.dims) != 1 or weight.ndim != 2 or call.attribute("transA", 0):
        raise NetworkError("it multiplies other things than a row of numbers by a matrix")
    if not call.attribute("transB", 0):
        weight = weight.T
    weight = _floats(weight) * np.float32(call.attribute("alpha", 1.0))
    bias = None
    if call.input(2) is not None:
        bias = np.float32(call.attribute("beta", 1.0)) * _each(call.known(2, "bias"), len(weight))
    return _fully_connected(call, flow, weight, bias)


def _mat_mul(call: Call) -> Made:
    flow, weight = call.flow(), call.known(1, "matrix")
    if len(flow.dims) != 1 or weight.ndim != 2:
        raise NetworkError("it multiplies other things than a row of numbers by a matrix")
    return _fully_connected(call, flow, _floats(weight.T), None)


def _fully_connected(call: Call, flow: Flow, weight: NDArray, bias: NDArray | None) -> Flow:
    if weight.shape[1] != flow.dims[0]:
        raise NetworkError(f"its weight reads {weight.shape[1]} numbers, and {grouped(flow.dims[0])} come in")
    return call.add(Linear(len(weight), bias is not None), [flow], (len(weight),), weight=weight, bias=bias)


# --- numbers one by one ---


def _batch_norm(call: Call) -> Made:
    flow = call.flow()
    if len(call.operation.outputs) > 1 and any(call.operation.outputs[1:]) and call.attribute("training_mode", 0):
        raise NetworkError("it is in training; export the network after model.eval()")
    count = flow.dims[0]
    names = ("weight", "bias", "running_mean", "running_var")
    arrays = {name: _each(call.known(at, name), count) for at, name in enumerate(names, 1)}
    return _kept(call, BatchNorm2d(call.attribute("epsilon", 1e-5)), **arrays)


def _lrn(call: Call) -> Made:
    usual = {"alpha": 1e-4, "beta": 0.75, "bias": 1.0}
    alpha, beta, k = (call.attribute(name, value) for name, value in usual.items())
    size = call.attribute("size", 0)
    if not size % 2:
        raise NetworkError(f"it looks at {size} maps; an odd number opens here")
    return _kept(call, LocalResponseNorm(size, alpha, beta, k))


def _dropout(call: Call) -> Made:
    return _kept(call, Dropout(min(call.number(1, "ratio", 0.5), 0.99)))


def _gelu(call: Call) -> Made:
    if call.attribute("approximate", "none") != "none":
        raise NetworkError("it is the form with tanh; the exact one opens here")
    return _kept(call, Activate("gelu"))


def _clip(call: Call) -> Made:
    least, most = call.number(1, "min", -math.inf), call.number(2, "max", math.inf)
    if least == 0 and (most == 6 or most > 1e30):
        return _kept(call, Activate("relu6" if most == 6 else "relu"))
    raise NetworkError(f"it keeps numbers between {least:g} and {most:g}; from 0 on, or from 0 to 6, it opens")


def _only(function: str, alpha: float) -> Callable[[Call], Made]:
    """An activation whose one setting is as it is here."""

    def made(call: Call) -> Made:
        if abs(call.attribute("alpha", alpha) - alpha) > 1e-6:
            raise NetworkError(f"its alpha is {call.attribute('alpha', alpha):g}; {alpha:g} opens here")
        return _kept(call, Activate(function))

    return made


def _hard_sigmoid(call: Call) -> Made:
    alpha, beta = call.attribute("alpha", 0.2), call.attribute("beta", 0.5)
    if abs(alpha - 1 / 6) > 1e-6 or abs(beta - 0.5) > 1e-6:
        raise NetworkError(f"it is {alpha:g} x + {beta:g}; x / 6 + 0.5 opens here")
    return _kept(call, Activate("hard sigmoid"))


# --- what meets ---


def _sum(call: Call) -> Made:
    return _met(call, np.add, Add)


def _difference(call: Call) -> Made:
    first, second = call.input(0), call.input(1)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return _worked_out(np.subtract, first, second)
    if isinstance(second, np.ndarray):
        return _scaled(call, call.flow(), 1, -_by_map(second, call.flow()))
    if isinstance(first, np.ndarray):
        return _scaled(call, call.flow(1), -1, _by_map(first, call.flow(1)))
    return joined(call.building, call, [call.flow(), _scaled(call, call.flow(1), -1, 0, "less")], Add(2))


def _quotient(call: Call) -> Made:
    first, second = call.input(0), call.known(1, "divisor")
    if isinstance(first, np.ndarray):
        return _worked_out(np.floor_divide if first.dtype.kind in "iu" else np.divide, first, second)
    with np.errstate(all="ignore"):
        return _scaled(call, call.flow(), 1 / _by_map(second, call.flow()), 0)


def _scaled(call: Call, flow: Flow, weight: NDArray | float, bias: NDArray | float, prefix: str = "") -> Flow:
    """Each map times a number, plus one."""
    weight, bias = (np.broadcast_to(np.float32(of), flow.dims[:1]).copy() for of in (weight, bias))
    title = f"{call.title}, {prefix}" if prefix else call.title
    return call.building.layer(Scale(), [flow], flow.dims, title, weight=weight, bias=bias)


def _product(call: Call) -> Made:
    return _met(call, np.multiply, Multiply)


def _met(call: Call, function: np.ufunc, kind: type[Add] | type[Multiply]) -> Made:
    known = [value for value in call.inputs if isinstance(value, np.ndarray)]
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    if not flows:
        return _worked_out(function, *known)
    if not known:
        return joined(call.building, call, flows, kind(len(flows)))
    if len(flows) > 1 or len(known) > 1:
        raise NetworkError("it joins what depends on the picture with numbers of the file, more than two in all")
    flow, array = flows[0], known[0]
    by_map = _by_map(array, flow)
    return _scaled(call, flow, by_map, 0) if kind is Multiply else _scaled(call, flow, 1, by_map)


def _by_map(array: NDArray, flow: Flow) -> NDArray[np.float32]:
    """A number for each map, of numbers that are the same at all of its places. Raises NetworkError for others."""
    shape = (1,) * (len(flow.dims) + 1 - array.ndim) + array.shape
    if len(shape) > len(flow.dims) + 1 or any(size != 1 for at, size in enumerate(shape) if at != 1):
        raise NetworkError(f"it takes numbers of the shape {array.shape}; one for each map, or one for all, open here")
    if shape[1] not in (1, flow.dims[0]):
        raise NetworkError(f"it takes {shape[1]} numbers for {flow.dims[0]} maps")
    return np.broadcast_to(_floats(array).reshape(-1), flow.dims[:1]).copy()


def _concat(call: Call) -> Made:
    known = [value for value in call.inputs if isinstance(value, np.ndarray)]
    if len(known) == len(call.inputs):
        return _worked_out(lambda *all: np.concatenate(all, call.attribute("axis", 0)), *known)
    flows = [value for value in call.inputs if isinstance(value, Flow)]
    axis = call.axis(call.attribute("axis", 1), flows[0])
    sizes = [*(flow.dims[1:] for flow in flows), *(array.shape[2:] for array in known)]
    if axis or any(size != flows[0].dims[1:] for size in sizes):
        raise NetworkError("it puts maps beside each other; one behind the other, along the channels, opens here")
    places = [at for at, value in enumerate(call.inputs) if isinstance(value, Flow)]
    if places != list(range(places[0], places[-1] + 1)) or any(array.any() for array in known):
        raise NetworkError("it puts numbers of the file between maps; maps of zeros in front or behind open here")
    count = sum(flow.dims[0] for flow in flows)
    if not known:
        return call.add(Concat() if len(flows) > 1 else Same(), flows, (count, *flows[0].dims[1:]))
    if len(flows) > 1:
        flows = [call.building.layer(Concat(), flows, (count, *flows[0].dims[1:]), f"{call.title}, without zeros")]
    before, after = (sum(array.shape[1] for array in arrays) for arrays in (known[: places[0]], known[places[0] :]))
    return call.add(PadMaps(before, after), flows, (before + count + after, *flows[0].dims[1:]))


# --- shapes ---


def _flatten(call: Call) -> Made:
    flow = call.flow()
    if call.attribute("axis", 1) not in (1, -len(flow.dims)):
        raise NetworkError("it puts other axes in a row than those behind the batch")
    return call.reshaped(flow, (math.prod(flow.dims),))


def _reshape(call: Call) -> Made:
    target = call.known_or(1, "shape", "shape", ())
    value = call.input(0)
    if isinstance(value, np.ndarray):
        return _worked_out(lambda array: array.reshape(_target(target, array.shape)), value)
    flow = call.flow()
    whole = _target(target, (1, *flow.dims))
    if not whole or whole[0] != 1:
        raise NetworkError(f"it makes {whole} of one picture; a batch of one stays in front where it opens")
    return call.reshaped(flow, whole[1:])


def _target(target: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that is asked for: 0 keeps a size, -1 is what is left."""
    count = math.prod(shape)
    sizes = [shape[at] if size == 0 and at < len(shape) else size for at, size in enumerate(target)]
    rest = math.prod(size for size in sizes if size != -1)
    found = tuple(count // rest if size == -1 and rest else size for size in sizes)
    if sizes.count(-1) > 1 or min(found, default=1) < 0 or math.prod(found) != count:
        raise NetworkError(f"{grouped(count)} numbers have no shape {tuple(target)}")
    return found


def _unsqueeze(call: Call) -> Made:
    axes, value = call.known_or(1, "axes", "axes", ()), call.input(0)
    if isinstance(value, np.ndarray):
        return _worked_out(lambda array: np.expand_dims(array, tuple(axes)), value)
    flow = call.flow()
    count = len(flow.dims) + 1 + len(axes)
    places = {axis + count if axis < 0 else axis for axis in axes}
    if 0 in places or not places <= set(range(count)):
        raise NetworkError("it puts an axis in front of the batch")
    left = iter(flow.dims)
    return call.reshaped(flow, [1 if at in places else next(left) for at in range(1, count)])


def _squeeze(call: Call) -> Made:
    axes, value = call.known_or(1, "axes", "axes", ()), call.input(0)
    if isinstance(value, np.ndarray):
        return _worked_out(lambda array: np.squeeze(array, tuple(axes) or None), value)
    flow = call.flow()
    places = {call.axis(axis, flow) for axis in axes} or {at for at, size in enumerate(flow.dims) if size == 1}
    if any(flow.dims[at] != 1 for at in places):
        raise NetworkError("it takes away an axis of more than one number")
    return call.reshaped(flow, [size for at, size in enumerate(flow.dims) if at not in places])


def _transpose(call: Call) -> Made:
    value = call.input(0)
    if isinstance(value, np.ndarray):
        order = call.attribute("perm", tuple(reversed(range(value.ndim))))
        return _worked_out(lambda array: array.transpose(order), value)
    flow = call.flow()
    order = call.attribute("perm", tuple(reversed(range(len(flow.dims) + 1))))
    if sorted(order) != list(range(len(flow.dims) + 1)) or order[0] != 0:
        raise NetworkError(f"it puts the axes in the order {tuple(order)}; the batch stays in front where it opens")
    dims = [flow.dims[axis - 1] for axis in order[1:]]
    # Axes that stay beside each other move as one: so three are enough for most.
    runs: list[list[int]] = []
    for axis in order[1:]:
        if runs and runs[-1][-1] == axis - 1:
            runs[-1].append(axis)
        else:
            runs.append([axis])
    if len(runs) == 1:
        return call.reshaped(flow, dims)
    if len(runs) > 3:
        raise NetworkError(f"it moves {len(runs)} axes against each other; up to 3 open here")
    before = sorted(runs)
    sizes = [math.prod(flow.dims[axis - 1] for axis in run) for run in before] + [1] * (3 - len(runs))
    axes = [before.index(run) for run in runs] + list(range(len(runs), 3))
    seen = call.building.seen(flow, (sizes[0], sizes[1], sizes[2]))
    return call.add(Transpose((axes[0], axes[1], axes[2])), [seen], dims)


def _slice(call: Call) -> Made:
    starts, ends = (call.known_or(at, name, name, ()) for at, name in ((1, "starts"), (2, "ends")))
    axes = call.known_or(3, "axes", "axes", ()) or tuple(range(len(starts)))
    steps = call.known_or(4, "steps", "steps", ()) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise NetworkError("its starts, ends, axes and steps are not as many as each other")
    value = call.input(0)
    if isinstance(value, np.ndarray):
        parts = [slice(None)] * value.ndim
        for axis, start, end, step in zip(axes, starts, ends, steps):
            if not -value.ndim <= axis < value.ndim or step == 0:
                raise NetworkError(f"it takes a part of axis {axis} of {value.ndim}, in steps of {step}")
            parts[axis] = slice(start, None if step < 0 and end < -(2**30) else end, step)
        return _worked_out(lambda array: array[tuple(parts)], value)
    flow = call.flow()
    for axis, start, end, step in zip(axes, starts, ends, steps):
        flow = _part(call, flow, call.axis(axis, flow), start, end, step)
    return flow


def _part(call: Call, flow: Flow, axis: int, start: int, end: int, step: int) -> Flow:
    if step < 1:
        raise NetworkError(f"it goes backwards, in steps of {step}")
    if axis > 1 and len(flow.dims) > 3:
        raise NetworkError(f"it takes a part of axis {axis + 1} of {len(flow.dims) + 1}; up to 4 axes open here")
    start, stop, _ = slice(start, end).indices(flow.dims[axis])
    dims = [len(range(start, stop, step)) if at == axis else size for at, size in enumerate(flow.dims)]
    if dims[axis] == 0:
        raise NetworkError("nothing is left of it")
    return flow if (start, stop, step) == (0, flow.dims[axis], 1) else call.add(
        Slice(axis, start, stop, step), [flow], dims
    )  # fmt: skip


def _split(call: Call) -> Made:
    flow, sizes = call.flow(), call.known_or(1, "split", "split", ())
    axis, count = call.axis(call.attribute("axis", 0), flow), len(call.operation.outputs)
    if not sizes:
        each = -(-flow.dims[axis] // count)
        sizes = (*(each,) * (count - 1), flow.dims[axis] - each * (count - 1))
    if sum(sizes) != flow.dims[axis] or min(sizes) < 1 or len(sizes) != count:
        raise NetworkError(f"it divides {flow.dims[axis]} into {tuple(sizes)} for {count} outputs")
    ends = [sum(sizes[: at + 1]) for at in range(count)]
    return [_part(call, flow, axis, end - size, end, 1) for end, size in zip(ends, sizes)]


def _gather(call: Call) -> Made:
    places, value = call.whole(1, "indices"), call.input(0)
    if isinstance(value, np.ndarray):
        at = call.known(1, "indices")
        return _worked_out(lambda array, at: np.take(array, at, call.attribute("axis", 0)), value, at)
    flow = call.flow()
    axis = call.axis(call.attribute("axis", 0), flow)
    wanted = [place + flow.dims[axis] * (place < 0) for place in places]
    steps = {after - before for before, after in pairwise(wanted)} or {1}
    if not wanted or len(steps) > 1 or min(steps) < 1 or not 0 <= wanted[0] <= wanted[-1] < flow.dims[axis]:
        raise NetworkError("it takes maps or places in an order of its own; every n-th one opens here")
    found = _part(call, flow, axis, wanted[0], wanted[-1] + 1, min(steps))
    if call.known(1, "indices").ndim:
        return found
    return call.reshaped(found, [size for at, size in enumerate(found.dims) if at != axis])


def _pad(call: Call) -> Made:
    flow = call.flow()
    count = len(flow.dims) + 1
    ends, mode = call.known_or(1, "pads", "pads", ()), call.attribute("mode", "constant")
    if call.input(3) is not None:
        axes = [call.axis(axis, flow) + 1 for axis in call.whole(3, "axes")]
        told = dict(zip(axes, zip(ends[: len(axes)], ends[len(axes) :])))
        both = [told.get(axis, (0, 0)) for axis in range(count)]
    else:
        both = list(zip(ends[: len(ends) // 2], ends[len(ends) // 2 :]))
    maps, *sides = both[1:] or [(0, 0)]
    if len(both) != count or any(both[0]) or call.number(2, "value", 0.0) or mode not in _BORDERS:
        raise NetworkError("it pads in front of the batch, or with other numbers than 0")
    if any(maps):
        if mode != "constant":
            raise NetworkError("it pads with maps that are there already; maps of zeros open here")
        flow = call.add(PadMaps(*maps), [flow], (maps[0] + flow.dims[0] + maps[1], *flow.dims[1:]))
    if not any(map(any, sides)):
        return flow if any(maps) else _kept(call, Same())
    if len(sides) != 2:
        raise NetworkError(f"it pads {len(sides)} axes of each map; height and width are two")
    layer = Pad((sides[0], sides[1]), _BORDERS[mode])
    return call.add(layer, [flow], _sizes(layer, call, flow))


_BORDERS = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


# --- what is known ---


def _shape(call: Call) -> Made:
    value = call.input(0)
    dims = value.shape if isinstance(value, np.ndarray) else (1, *call.flow().dims)
    return np.array(dims[call.attribute("start", 0) : call.attribute("end", len(dims))], np.int64)


def _identity(call: Call) -> Made:
    value = call.input(0)
    return value if isinstance(value, np.ndarray) else _kept(call, Same())


def _cast(call: Call) -> Made:
    value = call.input(0)
    if not isinstance(value, np.ndarray):
        return _kept(call, Same())
    kinds = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}
    kind = kinds.get(call.attribute("to", 1))
    if kind is None:
        raise NetworkError("it makes numbers of another kind")
    return _worked_out(lambda array: array.astype(kind), value)


def _constant(call: Call) -> Made:
    for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if name in call.operation.attributes:
            found = np.asarray(call.operation.attributes[name])
            return found.astype(np.float32) if name.startswith("value_f") else found
    raise NetworkError("it holds something else than numbers")


def _constant_of_shape(call: Call) -> Made:
    shape = call.whole(0, "shape")
    value = np.asarray(call.operation.attributes.get("value", np.zeros(1, np.float32)))
    if min(shape, default=0) < 0 or math.prod(shape) > 8 * MOST_KNOWN:
        raise NetworkError(f"it makes an array of the shape {shape}; up to {grouped(8 * MOST_KNOWN)} numbers open here")
    if value.size != 1:
        raise NetworkError(f"it fills an array with {value.size} numbers; with one it opens")
    return np.broadcast_to(value.reshape(()), shape)


def _worked_out(function: Callable[..., NDArray], *arrays: NDArray) -> NDArray:
    """An array of others, if all are small."""
    if sum(array.size for array in arrays) > MOST_KNOWN:
        raise NetworkError(f"it works out an array of more than {grouped(MOST_KNOWN)} numbers that the file could hold")
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(*arrays))
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError):
        raise NetworkError(f"arrays of {', '.join(str(array.shape) for array in arrays)} do not go together") from None


def _floats(array: NDArray) -> NDArray[np.float32]:
    return array.astype(np.float32, copy=False)


def _each(array: NDArray, count: int) -> NDArray[np.float32]:
    """A number for each of `count`; one for all counts."""
    found = _floats(np.ravel(array))
    if found.size not in (1, count):
        raise NetworkError(f"it has {found.size} numbers for {count} maps or units")
    return np.broadcast_to(found, (count,)).copy() if found.size != count else found


def _as(layer: Layer) -> Callable[[Call], Made]:
    return lambda call: _kept(call, layer)


OPERATORS: dict[str, Callable[[Call], Made]] = {
    "Add": _sum, "AveragePool": _average_pool, "BatchNormalization": _batch_norm, "Cast": _cast, "Clip": _clip,
    "Concat": _concat, "Constant": _constant, "ConstantOfShape": _constant_of_shape, "Conv": _conv,
    "ConvTranspose": _conv_transpose, "Div": _quotient, "Dropout": _dropout, "Elu": _only("elu", alpha=1.0),
    "Flatten": _flatten, "Gather": _gather, "Gelu": _gelu, "Gemm": _gemm, "GlobalAveragePool": _global_average,
    "HardSigmoid": _hard_sigmoid, "HardSwish": _as(Activate("hard swish")), "Identity": _identity, "LRN": _lrn,
    "LeakyRelu": _only("leaky relu", alpha=0.01), "MatMul": _mat_mul, "MaxPool": _max_pool, "Mul": _product,
    "Pad": _pad, "ReduceMean": _reduce_mean, "Relu": _as(Activate("relu")), "Reshape": _reshape, "Shape": _shape,
    "Sigmoid": _as(Activate("sigmoid")), "Slice": _slice, "Softplus": _as(Activate("softplus")), "Split": _split,
    "Squeeze": _squeeze, "Sub": _difference, "Sum": _sum, "Tanh": _as(Activate("tanh")), "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}  # fmt: skip
