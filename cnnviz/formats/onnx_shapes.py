"""What only moves numbers, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import MOST_KNOWN, Call, Flow, Made, inner
from cnnviz.formats.onnx_known import worked_out
from cnnviz.layers import Pad, PadMaps, Repeat, Same, Slice
from cnnviz.numbers import grouped


def _flatten(call: Call) -> Made:
    flow = call.flow()
    if call.attribute("axis", 1) not in (1, -len(flow.dims)):
        raise NetworkError("it puts other axes in a row than those behind the batch")
    return call.reshaped(flow, (math.prod(flow.dims),))


def _reshape(call: Call) -> Made:
    target = call.known_or(1, "shape", "shape", ())
    value = call.input(0)
    if isinstance(value, np.ndarray):
        return worked_out(lambda array: array.reshape(_target(target, array.shape)), value)
    flow = call.flow()
    whole = _target(target, flow.dims if flow.is_bare else (1, *flow.dims))
    if len(whole) == 1 and whole[0] > 1:
        return replace(call.reshaped(flow, whole), is_bare=True)
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


def _expand(call: Call) -> Made:
    target, value = call.whole(1, "shape"), call.input(0)
    if isinstance(value, np.ndarray):
        if math.prod(max(1, size) for size in (*target, *value.shape)) > 8 * MOST_KNOWN:
            raise NetworkError(
                f"it repeats {value.shape} to {target}; up to {grouped(8 * MOST_KNOWN)} numbers open here"
            )
        return worked_out(lambda array: np.broadcast_to(array, np.broadcast_shapes(array.shape, target)), value)
    flow = call.flow()
    if len(target) > len(flow.dims) + 1 or (len(target) == len(flow.dims) + 1 and target[0] != 1):
        raise NetworkError(f"it repeats {(1, *flow.dims)} to {target}; a batch of one stays in front where it opens")
    behind = (1,) * (len(flow.dims) - len(target)) + target[-len(flow.dims) :]
    dims = [max(size, wanted) for size, wanted in zip(flow.dims, behind)]
    layer = Repeat(inner(dims))
    return flow if tuple(dims) == flow.dims else call.add(layer, [flow], dims)


def _unsqueeze(call: Call) -> Made:
    axes, value = call.known_or(1, "axes", "axes", ()), call.input(0)
    if isinstance(value, np.ndarray):
        return worked_out(lambda array: np.expand_dims(array, tuple(axes)), value)
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
        return worked_out(lambda array: np.squeeze(array, tuple(axes) or None), value)
    flow = call.flow()
    places = {call.axis(axis, flow) for axis in axes} or {at for at, size in enumerate(flow.dims) if size == 1}
    if any(flow.dims[at] != 1 for at in places):
        raise NetworkError("it takes away an axis of more than one number")
    return call.reshaped(flow, [size for at, size in enumerate(flow.dims) if at not in places])


def _transpose(call: Call) -> Made:
    value = call.input(0)
    if isinstance(value, np.ndarray):
        order = call.attribute("perm", tuple(reversed(range(value.ndim))))
        return worked_out(lambda array: array.transpose(order), value)
    flow = call.flow()
    order = call.attribute("perm", tuple(reversed(range(len(flow.dims) + 1))))
    if sorted(order) != list(range(len(flow.dims) + 1)) or order[0] != 0:
        raise NetworkError(f"it puts the axes in the order {tuple(order)}; the batch stays in front where it opens")
    dims = [flow.dims[axis - 1] for axis in order[1:]]
    if len(dims) == 3 and order[1:] != (1, 2, 3):
        return call.building.turned(flow, (order[1] - 1, order[2] - 1, order[3] - 1), dims, call.title)
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
    return call.building.turned(seen, (axes[0], axes[1], axes[2]), dims, call.title)


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
        return worked_out(lambda array: array[tuple(parts)], value)
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
    value, sizes, count = call.input(0), call.known_or(1, "split", "split", ()), len(call.operation.outputs)
    axis = call.attribute("axis", 0)
    if isinstance(value, np.ndarray):
        whole = dict(enumerate(value.shape)).get(axis % max(1, value.ndim), 0)
    else:
        axis = call.axis(axis, call.flow())
        whole = call.flow().dims[axis]
    if not sizes:
        each = -(-whole // count)
        sizes = (*(each,) * (count - 1), whole - each * (count - 1))
    if sum(sizes) != whole or min(sizes) < 1 or len(sizes) != count:
        raise NetworkError(f"it divides {whole} into {tuple(sizes)} for {count} outputs")
    ends = [sum(sizes[: at + 1]) for at in range(count)]
    if isinstance(value, np.ndarray):
        return np.split(value, ends[:-1], axis)
    return [_part(call, call.flow(), axis, end - size, end, 1) for end, size in zip(ends, sizes)]


def _gather(call: Call) -> Made:
    places, value = call.whole(1, "indices"), call.input(0)
    if isinstance(value, np.ndarray):
        at = call.known(1, "indices")
        return worked_out(lambda array, at: np.take(array, at, call.attribute("axis", 0)), value, at)
    flow = call.flow()
    if flow.is_bare:
        dims = call.known(1, "indices").shape
        if dims[:1] != (1,) or places != tuple(range(flow.dims[0])):
            raise NetworkError("it takes numbers of a row in an order of its own; all of them, as they stand, open")
        return call.reshaped(flow, dims[1:])
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
        return flow if any(maps) else call.kept(Same())
    if len(sides) != 2:
        raise NetworkError(f"it pads {len(sides)} axes of each map; height and width are two")
    layer = Pad((sides[0], sides[1]), _BORDERS[mode])
    return call.add(layer, [flow], call.sizes(layer, flow))


_BORDERS = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


OPERATORS = {
    "Expand": _expand, "Flatten": _flatten, "Gather": _gather, "Pad": _pad, "Reshape": _reshape, "Slice": _slice,
    "Split": _split, "Squeeze": _squeeze, "Transpose": _transpose, "Unsqueeze": _unsqueeze,
}  # fmt: skip
