"""Steps as pages show them, thousands: every preset, border, depth and scale, and every layer of every network.

tests/js/sums.test.mjs reads their numbers as they are displayed and adds them up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from cnnviz import models
from cnnviz.errors import CnnvizError
from cnnviz.experiments.self_attention import attending
from cnnviz.geometry import Window
from cnnviz.layers import Activate
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.ops import ACTIVATIONS
from cnnviz.passes import Pass
from cnnviz.pictures import Picture, sample
from cnnviz.steps import Trace
from cnnviz.ui import cached
from cnnviz.ui.settings import KERNEL_NAMES, OWN, START, filter_of, windows
from stacks import branched, every_kind, some_parameters

BORDERS = ("zeros", "reflect", "replicate", "circular")
# Kernels of one's own: thirds, many decimals, a number among others a thousand times as large, sums of next to nothing.
TYPED = (
    "1/3 1/3 1/3; 0 -1 0; 2/7 0.5 0.25", "0.1234567 -0.1234566; 0.0001 1000", "0.00001 0.00002; -0.00003 0.00001",
    "1e6 -999999.5; 250000 -250000.25", "0.5", "-0.3333 0.1; 0.7 -0.4669", "1 1 1; 1 -8 1; 1 1 1",
)  # fmt: skip
STACKS = (
    "conv 3 3x3 s2; relu; max 2x2; conv 4 2x3 p1 g1; leaky relu; avg 3x3 s2 p1 ceil; fc 5",
    "avg 2x2; conv 3 1x1; batch norm; sigmoid; max 3x3 s2 ceil; gelu; global avg; fc 3 no bias; tanh",
    "conv 2 3x3 p1 circular; dropout 0.4; scaled tanh; avg 2x2 s3 ignore padding; fc 4; relu",
)
# With branches that meet in every way.
BRANCHED = (
    "conv 4 3x3 p1; [conv 4 3x3 p1; relu; conv 4 3x3 p1 | same] add; relu; max 2x2",
    "conv 6 3x3; [global avg; conv 2 1x1; relu; conv 6 1x1; sigmoid | same] multiply; "
    "[conv 2 1x1 | avg 3x3 s1 p1] concat",
    "[conv 3 1x1 | same | tanh] multiply; [fc 4; sigmoid | fc 4 | fc 4; tanh] multiply",
)


def picture(height: int, width: int, depth: int) -> Picture:
    """Levels of every kind, black and white among them, no row like another."""
    levels = np.random.default_rng(height * width).integers(0, 256, (depth, height, width), np.uint8)
    levels[:, :2, :2] = 0
    levels[:, -2:, -3:] = 255
    return Picture(levels, "RGB" if depth == 3 else "L", (height, width))


def convolved(state: dict[str, object], given: Picture, divisor: int) -> Trace | None:
    """As the lab does it, or None where it refuses."""
    try:
        return cached.trace(
            given, filter_of({**START, **state}, len(given.pixels)), windows({**START, **state}), divisor
        )
    except CnnvizError:
        return None


def presets() -> Iterator[tuple[str, Trace]]:
    """Every preset under every border, of grey and of colours, 0 to 1 and 0 to 255."""
    for name in KERNEL_NAMES:
        for border in BORDERS:
            for depth in (1, 3):
                for divisor in (1, 255):
                    for k, more in ((3, {"p": 2}), (5, {"p": 1, "s": 2, "bias": 0.5})):
                        state = {"kernel": name, "k": k, "border": border, **more}
                        if found := convolved(state, picture(9, 11, depth), divisor):
                            yield f"{name}, {k}, {border}, depth {depth}, / {divisor}", found
        for k, bias in ((2, -1 / 3), (4, 1e-4), (12, 0), (15, -7.25)):
            for depth in (1, 3):
                state = {"kernel": name, "k": k, "p": 1, "d": 1 + (k < 4), "bias": bias, "flip": k == 4}
                if found := convolved(state, picture(17, 19, depth), 1 + 254 * (k % 2)):
                    yield f"{name}, {k}, bias {bias}, depth {depth}", found


def typed() -> Iterator[tuple[str, Trace]]:
    """Numbers of one's own, and the pictures that are small enough to add up in one's head."""
    for text in TYPED:
        for depth in (1, 3):
            for divisor in (1, 255):
                for bias in (0, 0.1, 12345.678, -1e-6):
                    rows = [row.split() for row in text.split(";")]
                    state = {
                        "kernel": OWN,
                        "weights": text,
                        "k": len(rows),
                        "kw": len(rows[0]),
                        "rect": True,
                        "bias": bias,
                    }
                    if found := convolved(state, picture(6, 7, depth), divisor):
                        yield f"{text}, bias {bias}, depth {depth}, / {divisor}", found
    for name in ("binary", "numbers"):
        for kernel in KERNEL_NAMES:
            for divisor in (1, 255):
                if found := convolved({"kernel": kernel, "p": 0}, sample(name), divisor):
                    yield f"{name}, {kernel}, / {divisor}", found


def layers_of(run: Pass, most: int) -> Iterator[tuple[str, Trace]]:
    """Some maps of every layer, and of one with an activation behind it the two in one step. Only what each reads."""
    rows = run.network.rows
    for row in rows:
        behind = next((other for other in rows if other.sources == (row.index + 1,)), None)
        count = row.output_shape[0]
        for channel in sorted({round(part) for part in np.linspace(0, count - 1, min(most, count))}):
            trace = run.trace(row.index, channel)
            yield f"layer {row.index + 1}, {row.layer.name}, map {channel + 1}", trace
            if behind and behind.index == row.index + 1 and behind.layer.function and trace.is_open:
                both = run.trace(row.index, channel, through=behind.index)
                yield f"layer {row.index + 1} and {behind.layer.name}, map {channel + 1}", both


def networks() -> Iterator[tuple[str, Trace]]:
    """LeNet-5 as it was and as it would be, SqueezeNet, stacks of every kind of layer."""
    digits = models.digits("test").images
    for trained in (models.lenet5_1998(), models.lenet5()):
        for number in (0, 7):
            for name, trace in layers_of(trained.passed(digits[number]), 16):
                yield f"{trained.name}, digit {number}, {name}", trace
    squeezenet = models.squeezenet()
    photo = sample("chelsea").at(227, "rgb").levels()
    square = np.zeros((3, 227, 227), np.uint8)
    square[:, : photo.shape[1], : photo.shape[2]] = photo[:, :227, :227]
    for name, trace in layers_of(squeezenet.passed(square), 2):
        yield f"SqueezeNet, {name}", cut(trace)
    shapes = [*every_kind(), *(((3, 17, 14), read(text)) for text in STACKS)]
    networks = [*(Network(*given) for given in shapes), *(branched((3, 17, 14), text) for text in BRANCHED)]
    for number, network in enumerate(networks):
        shape = network.input_shape
        levels = np.random.default_rng(number).integers(0, 256, shape, np.uint8)
        for divisor in (1, 255):
            for training in (False, True)[: 1 + (number > 1)]:  # what has batch norm behind FC cannot learn from one
                parameters = some_parameters(network, number)
                values = (levels / np.float64(divisor)).astype(np.float32)
                run = Pass(network, parameters, values, training=training, draw=5, shown=levels, divisor=divisor)
                for name, trace in layers_of(run, 3):
                    yield f"stack {number}, / {divisor}, training {training}, {name}", trace


def bent() -> Iterator[tuple[str, Trace]]:
    """Sums of squares raised to a power, and multiplied by a number of their own place: what normalises a response."""
    rng = np.random.default_rng(8)
    for exponent, scale, bias in ((-0.75, 2e-5, 1.0), (-0.5, 0.3, 2.0), (0.5, 1.0, 0.0), (-1.5, 1 / 3, 0.01)):
        for divisor in (1, 255):
            levels = rng.integers(0, 256, (5, 6, 7), np.uint8)
            values = levels / np.float64(divisor)
            for gate in (None, values[2]):
                output = (scale * (values[1:4] ** 2).sum(0) + bias) ** exponent * (1 if gate is None else gate)
                yield f"to the power of {exponent}, / {divisor}, gated {gate is not None}", Trace(
                    levels, output, Window(1), Window(1), (1, 2, 3), divisor=divisor, term="square", scale=scale,
                    bias=bias, exponent=exponent, gate=gate, outside="none",
                )  # fmt: skip


def attended() -> Iterator[tuple[str, Trace]]:
    """Places that attend to each other: to few, to many, to all alike."""
    for height, width in ((2, 3), (4, 4), (11, 16)):
        for tone, near in ((0, 0), (1, 0), (10, 0), (0, 50), (3, 7)):
            found = attending(picture(height, width, 1).levels(), tone, near)
            for divisor in (1, 255):
                yield f"attention, {height} x {width}, {tone}, {near}, / {divisor}", found.trace(divisor)


def cut(trace: Trace, most: int = 40) -> Trace:
    """The upper left corner of a large map, with what it reads: the whole would be megabytes."""
    rows, columns = min(most, trace.output.shape[0]), min(most, trace.output.shape[1])
    read = [
        max(window.taps(count - 1)) + 1 + window.after
        for window, count in ((trace.rows, rows), (trace.columns, columns))
    ]  # fmt: skip
    input = trace.input[:, : read[0], : read[1]]
    if (rows, columns) == trace.output.shape:
        return trace
    return replace(trace, input=np.ascontiguousarray(input), output=trace.output[: rows - 1, : columns - 1])


def functions() -> Iterator[tuple[str, Trace]]:
    """Every activation over maps of every size."""
    rng = np.random.default_rng(8)
    for key in ACTIVATIONS:
        for size in (1e-5, 0.03, 1, 40, 3e4):
            network = Network((1, 5, 6), (Activate(key),))
            map = (rng.standard_normal((1, 5, 6)) * size).astype(np.float32)
            for name, trace in layers_of(Pass(network, [{}], map), 1):
                yield f"{name} of {size}", trace


def write(folder: Path) -> int:
    """All envelopes in one file, one behind the other, and shown.json: [name, start, length]. Returns how many."""
    told, start = [], 0
    with (folder / "shown.bin").open("wb") as file:
        for source in (presets, typed, functions, bent, attended, networks):
            for name, trace in source():
                envelope = trace.envelope()
                told.append([name, start, file.write(envelope)])
                start += len(envelope)
    (folder / "shown.json").write_text(json.dumps(told), "utf-8")
    return len(told)
