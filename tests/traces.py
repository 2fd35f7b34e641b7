"""Traces of every operation of a network, small and asymmetric, each with the output that an oracle computed.

Both languages take the same ones: tests/test_steps.py compares `Trace.step` with the oracle's output, and `write` hands
the envelopes with what `Trace.step` says of them to the JavaScript tests (tests/js).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy.ndimage
import scipy.spatial.distance
import scipy.special

from cnnviz import numbers
from cnnviz.geometry import PADDING_MODES, Axis, Window, origin
from cnnviz.layers import Upsample
from cnnviz.spans import Spans
from cnnviz.steps import Trace
from oracles import attention_by_loops, attention_by_onnxruntime, by_onnxruntime, convolve_by_loops

COLOURS = {3: ["red", "green", "blue"]}


def pooled(operation: str, image: np.ndarray, rows: Window, columns: Window, **attributes: object) -> np.ndarray:
    """One channel (H, W), pooled by ONNX Runtime."""
    if operation == "MaxPool":
        attributes["dilations"] = [rows.dilation, columns.dilation]
    return by_onnxruntime(
        operation, image[np.newaxis, np.newaxis],
        kernel_shape=[rows.kernel_size, columns.kernel_size], strides=[rows.stride, columns.stride],
        pads=[rows.before, columns.before, rows.after, columns.after], **attributes,
    )[0, 0]  # fmt: skip


def resized(image: np.ndarray, factors: tuple[float, float], **attributes: object) -> np.ndarray:
    """One channel (H, W), resized by ONNX Runtime."""
    scales = np.array((1, 1, *factors), np.float32)
    empty = np.zeros(0, np.float32)
    return by_onnxruntime("Resize", image[np.newaxis, np.newaxis], empty, scales, **attributes)[0, 0]


def convolution(seed: int) -> tuple[Trace, np.ndarray, np.ndarray, dict]:
    """A random convolution's map, and the whole layer it is of: (trace, input, weight, options).

    Every third one reads uint8 levels; channels, padding mode and divisor go round with the seed.
    """
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 2, 3]))
    reads = (1, 3, 2)[seed // 4 % 3]
    kernel, stride, dilation = rng.integers(1, 5, 2), rng.integers(1, 4, 2), rng.integers(1, 4, 2)
    size = dilation * (kernel - 1) + 1 + rng.integers(1, 6, 2)
    size[1] += size[0] == size[1]
    mode = PADDING_MODES[seed % 4]
    padding = rng.integers(0, np.minimum(4, size)[:, np.newaxis], (2, 2))
    padding[rng.integers(2), rng.integers(2)] = 0
    if seed % 3 == 0:
        image = rng.integers(0, 256, (reads * groups, *size), np.uint8)
        divisor = 255.0 if seed % 2 else 1.0
    else:
        image = rng.standard_normal((reads * groups, *size)).astype(np.float32)
        divisor = 7.0 if seed % 2 else 1.0
    weight = rng.standard_normal((2 * groups, reads, *kernel))
    bias = rng.standard_normal(2 * groups) * (seed % 5 > 1)
    options = {
        "bias": bias, "stride": tuple(stride.tolist()), "padding": tuple(map(tuple, padding.tolist())),
        "dilation": tuple(dilation.tolist()), "groups": groups, "padding_mode": mode,
    }  # fmt: skip
    number = int(rng.integers(2 * groups))
    first = number // 2 * reads
    maps = convolve_by_loops(image[np.newaxis] / np.float64(divisor), weight, **options)
    rows, columns = (Window(*map(int, axis[:2]), axis[2], int(axis[3])) for axis in zip(
        kernel, stride, options["padding"], dilation))  # fmt: skip
    trace = Trace(
        image, maps[0, number], rows, columns, tuple(range(first, first + reads)), weight[number], divisor=divisor,
        bias=bias[number], outside=mode, names={"channels": COLOURS[3]} if reads == 3 and groups == 1 else {},
    )  # fmt: skip
    return trace, image, weight, options


# (kernel, stride, padding, dilation) on each axis, and the size of the input
POOLS = (
    ((2, 2), (2, 2), (0, 0), (1, 1), (6, 9)),
    ((3, 2), (2, 3), (1, 1), (1, 1), (7, 10)),
    ((3, 3), (2, 2), ((1, 0), (0, 1)), (1, 1), (8, 6)),
    ((2, 3), (1, 1), (1, 1), (2, 3), (5, 9)),
    ((3, 2), (3, 4), (1, 0), (2, 1), (11, 8)),
    ((3, 3), (2, 2), (0, 0), (1, 1), (6, 14)),  # with ceil_mode, SqueezeNet's: the last window hangs over
    ((2, 2), (2, 2), (1, 1), (1, 1), (5, 7)),  # with ceil_mode, a window would start in the padding behind: dropped
)


def pools() -> Iterator[tuple[str, Trace]]:
    """Max and average pooling, with both roundings, counting the padding or not."""
    rng = np.random.default_rng(11)
    for number, (kernel, stride, padding, dilation, size) in enumerate(POOLS):
        image = rng.standard_normal((3, *size)).astype(np.float32) - 1  # the zeros of padding would be the largest
        rows, columns = (Window(*axis) for axis in zip(kernel, stride, padding, dilation))
        for ceil in (0, 1):
            output = pooled("MaxPool", image[2], rows, columns, ceil_mode=ceil)
            common = {"term": "value", "rows": rows, "columns": columns, "channels": (2,), "input": image}
            yield f"max pool {number} ceil {ceil}", Trace(**common, output=output, reduction="max", outside="none")
            if dilation != (1, 1):
                continue
            for counted in (0, 1):
                output = pooled("AveragePool", image[2], rows, columns, ceil_mode=ceil, count_include_pad=counted)
                yield f"average pool {number} ceil {ceil} counting {counted}", Trace(
                    **common, output=output, reduction="mean", outside="zeros" if counted else "none")  # fmt: skip
    levels = rng.integers(0, 256, (1, 9, 12), np.uint8)
    rows, columns = Window(5, 2), Window(6, 3)
    yield "max pool of levels", Trace(
        levels, pooled("MaxPool", levels[0], rows, columns), rows, columns, (0,), term="value", reduction="max",
        outside="none")  # fmt: skip
    features = rng.standard_normal((4, 7, 5)).astype(np.float32)
    yield "global average", Trace(
        features, by_onnxruntime("GlobalAveragePool", features[np.newaxis])[0, 3], Window(7), Window(5), (3,),
        term="value", reduction="mean", outside="none")  # fmt: skip


def layers() -> Iterator[tuple[str, Trace]]:
    """LeNet's S2, C5 and output units, a 1x1 layer over 512 channels, a linear layer, batch norm, a local response."""
    rng = np.random.default_rng(5)
    maps = rng.standard_normal((6, 8, 12)).astype(np.float32)
    means = maps[4].astype(np.float64).reshape(4, 2, 6, 2).mean((1, 3))
    yield "LeNet's S2", Trace(
        maps, 1.7159 * np.tanh(2 / 3 * (1.37 * means - 0.21)), Window(2, 2), Window(2, 2), (4,), term="value",
        reduction="mean", scale=1.37, bias=-0.21, function="scaled tanh", outside="none")  # fmt: skip

    maps, weight = rng.standard_normal((16, 5, 5)).astype(np.float32), rng.standard_normal((16, 5, 5))
    yield "400 terms", Trace(
        maps, np.array([[np.vdot(weight, maps) + 0.5]]), Window(5), Window(5), tuple(range(16)), weight, bias=0.5)

    maps, weight = rng.standard_normal((512, 3, 4)).astype(np.float32), rng.standard_normal((512, 1, 1))
    yield "512 channels of 1x1", Trace(
        maps, np.einsum("chw,c->hw", maps.astype(np.float64), weight[:, 0, 0]), Window(1), Window(1),
        tuple(range(512)), weight)  # fmt: skip

    code, units = np.sign(rng.standard_normal(84)), rng.uniform(-1.7, 1.7, 84)
    distance = scipy.spatial.distance.sqeuclidean(units, code)
    yield "RBF unit", Trace(
        units.reshape(84, 1, 1), np.array([[distance]]), Window(1), Window(1), tuple(range(84)),
        code.reshape(84, 1, 1), term="squared difference")  # fmt: skip

    flat, matrix = rng.standard_normal((1, 10)).astype(np.float32), rng.standard_normal((4, 10)).astype(np.float32)
    bias = rng.standard_normal(4).astype(np.float32)
    answers = by_onnxruntime("Gemm", flat, matrix, bias, transB=1)
    yield "linear unit", Trace(
        flat.reshape(1, 1, 10), answers[:, 2:3], Window(1), Window(10), (0,), matrix[2].reshape(1, 1, 10), bias=bias[2])
    yield "linear unit over channels", Trace(
        flat.reshape(10, 1, 1), np.maximum(answers[:, 1:2], 0), Window(1), Window(1), tuple(range(10)),
        matrix[1].reshape(10, 1, 1), bias=bias[1], function="relu")  # fmt: skip

    maps, norm = rng.standard_normal((3, 4, 6)).astype(np.float32), rng.uniform(0.5, 2, (4, 3)).astype(np.float32)
    gamma, beta, mean, variance = norm[:, 1].astype(float)
    scale = gamma / math.sqrt(variance + 1e-5)
    output = by_onnxruntime("BatchNormalization", maps[np.newaxis], *norm, epsilon=1e-5)[0, 1]
    yield "batch norm", Trace(
        maps, output, Window(1), Window(1), (1,), term="value", scale=scale, bias=beta - mean * scale)

    edge, box = np.tile(np.array([0, 0, 255, 255, 0], np.uint8), (4, 1)), np.full((3, 3), 1 / 9)
    yield "box blur", Trace(
        edge[np.newaxis], scipy.ndimage.correlate(edge.astype(float), box, mode="constant"), Window(3, padding=1),
        Window(3, padding=1), (0,), box[np.newaxis], factor=Fraction(1, 9))  # fmt: skip

    maps = rng.standard_normal((6, 5, 7)).astype(np.float32)
    output = by_onnxruntime("LRN", maps[np.newaxis], size=5, alpha=0.9, beta=0.75, bias=1.5)[0, 2]
    yield "local response", Trace(
        maps, output, Window(1), Window(1), tuple(range(5)), term="square", scale=0.9 / 5, bias=1.5, exponent=-0.75,
        gate=maps[2], outside="none")  # fmt: skip

    maps = rng.standard_normal((2, 7, 10)).astype(np.float32)
    rows, columns = Spans.shared_out(7, 3), Spans.shared_out(10, 4)
    for reduction, reduced in (("mean", np.mean), ("max", np.max)):
        output = np.array([[reduced(maps[1][np.ix_(rows.taps(row), columns.taps(column))].astype(float))
                            for column in range(4)] for row in range(3)])  # fmt: skip
        yield f"{reduction} of windows that are not all alike", Trace(
            maps, output, rows, columns, (1,), term="value", reduction=reduction, outside="none")
    sizes = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    output = resized(maps[1], (2.0, 4.0), **sizes)
    layer = Upsample(scale_factor=(2, 4), mode="bilinear")
    made = layer.forward(maps, {})
    yield "bilinear", Trace(maps, output, *layer.windows(maps.shape), **layer.terms(maps, made, {}, 1))

    query, key = rng.standard_normal((12, 2)), rng.standard_normal((12, 2))
    levels = rng.integers(0, 256, (1, 3, 4), np.uint8)
    _, weights = attention_by_loops(query, key, np.zeros((12, 1)), 0.5)
    values = levels.reshape(12, 1) / 255
    yield "attention", Trace(
        levels, attention_by_onnxruntime(query[None], key[None], values[None], scale=0.5).reshape(3, 4), Window(3),
        Window(4), (0,), weights.reshape(3, 4, 1, 3, 4), divisor=255)  # fmt: skip


EXTREMES = np.array([[0, -0.0, 1e-9, -1e-9], [800, -800, 40, -40], [2.5, -2.5, 3.6, -3.6]])
ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: by_onnxruntime("Relu", x),
    "leaky relu": lambda x: by_onnxruntime("LeakyRelu", x, alpha=0.01),
    "sigmoid": scipy.special.expit,
    "tanh": np.tanh,
    "scaled tanh": lambda x: 1.7159 * (rise := np.expm1(np.minimum(4 * x / 3, 700))) / (rise + 2),
    "gelu": lambda x: x * scipy.special.ndtr(x),
    "gelu tanh": lambda x: x * scipy.special.expit(np.sqrt(8 / np.pi) * (x + 0.044715 * x**3)),
    "relu6": lambda x: by_onnxruntime("Clip", x, np.float64(0), np.float64(6)),
    "hard sigmoid": lambda x: by_onnxruntime("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    "hard swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "silu": lambda x: x * scipy.special.expit(x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(0, x),
}

PARTS = {"erf": scipy.special.erf, "exp": np.exp, "log": np.log, "abs": np.abs}  # where they have a finite value


def activations() -> Iterator[tuple[str, Trace]]:
    """Each function as a 1x1 window over bare values: ordinary ones, and ones that overflow a careless formula."""
    ordinary = np.random.default_rng(2).standard_normal((3, 4)) * 3
    for name, function in ACTIVATIONS.items():
        for kind, values in (("ordinary", ordinary), ("extreme", EXTREMES)):
            values = values[np.newaxis].astype(np.float32)
            output = np.asarray(function(values.astype(np.float64)[np.newaxis])[0, 0])
            yield f"{name} of {kind} values", Trace(
                values, output, Window(1), Window(1), (0,), term="value", function=name, outside="none")
    for name, function in PARTS.items():
        values = (np.abs(ordinary) if name == "log" else ordinary)[np.newaxis].astype(np.float32)
        yield name, Trace(
            values, function(values[0].astype(np.float64)), Window(1), Window(1), (0,), term="value", function=name,
            outside="none")


def every_trace() -> dict[str, Trace]:
    """All of them by name."""
    convolutions = {f"convolution {seed}": convolution(seed)[0] for seed in range(36)}
    return {**convolutions, **dict(pools()), **dict(layers()), **dict(activations())}


def some_cells(trace: Trace, most: int = 12) -> list[tuple[int, int]]:
    """The four corners of the output and others, in no order."""
    height, width = trace.output.shape
    cells = [(row, column) for row in range(height) for column in range(width)]
    if len(cells) <= most:
        return cells
    corners = {(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)}
    others = [cell for cell in cells if cell not in corners]
    chosen = np.random.default_rng(len(cells)).permutation(len(others))[: most - len(corners)]
    return [*corners, *(others[number] for number in chosen)]


def write(folder: Path) -> None:
    """The traces' envelopes (a .bin each) and cases.json, what Python says of them: nan becomes null."""
    said = []
    for number, (name, trace) in enumerate(every_trace().items()):
        (folder / f"{number}.bin").write_bytes(trace.envelope())
        said.append({
            "name": name, "file": f"{number}.bin", "steps": [_step(trace, *cell) for cell in some_cells(trace)],
            "axes": [_axis(*axis, trace.outside, trace.has_own_weights and isinstance(axis[0], Window)) for axis in zip(
                (trace.rows, trace.columns), trace.input.shape[1:], trace.output.shape)],
        })  # fmt: skip
    places = [*np.linspace(-6, 6, 241).tolist(), 0.0, 1e-300, 2.4999999, 2.5, 27.0, 1e300]
    erf = [[x, math.erf(x)] for x in places]
    told = {"traces": said, "erf": erf, "numbers": list(said_numbers())}
    (folder / "cases.json").write_text(json.dumps(told, allow_nan=False), "utf-8")


def said_numbers(count: int = 3000) -> Iterator[list]:
    """Numbers of every size, many of them halves of some place or float32, with what Python says of each."""
    rng = np.random.default_rng(3)
    for at in range(count):
        value = float(rng.choice([-1, 1]) * 10 ** rng.uniform(-13, 13))
        if at % 3 == 0:
            value = float(rng.integers(-(10**5), 10**5) * 10 + 5) / 10 ** int(rng.integers(1, 7))
        if at % 2:
            value = float(np.float32(value))
        digits, decimals = int(rng.integers(2, 8)), int(rng.integers(-3, 10))
        yield [
            value, digits, decimals, numbers.number(value, digits), numbers.fixed(value, decimals),
            numbers.up_to(value, decimals), numbers.percent(abs(value)), numbers.decimals_for(value, digits),
        ]  # fmt: skip


def _step(trace: Trace, row: int, column: int) -> dict:
    step = trace.step(row, column)
    sums = [float(np.nansum(channel)) for channel in step.terms]
    return {
        "row": row, "column": column, "values": _flat(step.values), "terms": _flat(step.terms), "sums": sums,
        "reduced": step.reduced, "result": step.result, "magnitude": step.magnitude,
        "output": float(np.float32(trace.output[row, column])),
    }  # fmt: skip


def _flat(array: np.ndarray) -> list[float | None]:
    return [None if math.isnan(number) else float(number) for number in array.flat]


def _axis(window: Axis, size: int, outputs: int, outside: str, is_still: bool) -> dict:
    """By brute force from `Window.taps`: who reads each position, padding included, and where its value stands.
    `is_still`: all outputs read what the first one does."""
    positions = range(-window.before, size + window.after)
    taps = [window.taps(0 if is_still else index) for index in range(outputs)]
    readers = [[index for index in range(outputs) if position in taps[index]] for position in positions]
    mode = outside if outside in PADDING_MODES else "zeros"
    origins = [origin(position, size, mode) for position in positions]
    return {
        "first": positions.start, "size": size, "outputs": outputs, "readers": readers,
        "origins": [-1 if place is None else place for place in origins],
    }  # fmt: skip
