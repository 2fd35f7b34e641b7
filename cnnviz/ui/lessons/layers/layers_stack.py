"""The stack of the lesson: what it starts as, what can be added to it, and what would follow where a layer cannot."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from cnnviz.geometry import same_padding
from cnnviz.graph import Graph, Row
from cnnviz.layers import GRAMMARS, Shape
from cnnviz.layers.filters import divisors
from cnnviz.layers.layer import both
from cnnviz.layers.same import both_ends
from cnnviz.layers.typed import TOLD, Draft
from cnnviz.numbers import grouped, times
from cnnviz.stacks import Stack, stack_of
from cnnviz.ui import formulas
from cnnviz.ui.settings import refused
from cnnviz.ui.state.setting import DECLARED, words

START = "conv 8 3x3 p1; relu; max 2x2; conv 16 3x3 p1; relu; max 2x2; fc 10"
RESIDUAL = "conv 8 3x3 p1; relu; [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; relu; max 2x2; fc 10"
STACK = words("stack", START)  # the text is the state
FILTERS, UNITS = (1, 512), (1, 4096)  # what the dials reach; a text may say more
FILTERED = ("conv", "tconv")  # have filters, and a stride of 1 where nothing is said
SLIDES = (*FILTERED, "max", "avg")
_MENU = ("CONV", "MAX POOL", "AVERAGE POOL", "GLOBAL AVERAGE", "ACTIVATION")  # come first in it
_BEGUN = dict(grammar.begun for _, grammar in GRAMMARS.values() if grammar.begun[0])
NEW = {name: _BEGUN[name] for name in (*_MENU, *_BEGUN)}  # what can be added, by its name, and its text


def remedies(stack: Stack) -> list[tuple[str, str]]:
    """What to press where a layer cannot follow: labels and the stack's text with it, the nearest value of each."""
    at = stack.stuck
    if at is None:
        begun = [("the stack at the start", START)] if stack.problem else []
        return [("end the branches with ] concat", f"{stack.text} ] concat"), *begun] if stack.is_open else begun
    found = [(label, stack.changed(at, **settings)) for label, settings in _fitting(stack, at)]
    first_fc = next((index for index, part in enumerate(stack.parts) if part.draft and part.draft.kind == "fc"), at)
    if first_fc < at:
        text = stack.moved(at, first_fc)
        if text != stack.text and stack_of(text, stack.network.input_shape).stuck != first_fc:
            found.append((f"put it before layer {first_fc + 1}, FC", text))
    return [*found, (f"leave layer {at + 1} out", stack.removed(at))]


def _fitting(stack: Stack, at: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Of each setting of the layer that cannot follow, the value nearest to its own with which it can."""
    found = stack.parts[at].draft
    for name in TOLD:
        if found is not None and name in found.settings and _follows(found, stack.shape, {name: None}):
            comes = stack.shape[0] if name != "in_features" else math.prod(stack.shape)
            yield f"take the {grouped(comes)} that {'comes' if comes == 1 else 'come'} in", {name: None}
    if found is None or len(stack.shape) != 3 or found.kind not in SLIDES:
        if found is not None and found.kind == "dropout":
            yield "p = 0.5", {"p": 0.5}
        return
    settings = found.settings

    def nearest(name: str, values: range, start: int) -> int | None:
        ordered = sorted(values, key=lambda value: (abs(value - start), value))
        return next((value for value in ordered if _follows(found, stack.shape, {name: value})), None)

    for letter, name, key in (("K", "kernel_size", "k"), ("S", "stride", "s"), ("P", "padding", "p")):
        start = settings.get(name, 0)
        start = start if isinstance(start, int) else 0 if start == "same" else _longest(start)
        least, most = DECLARED[key].range
        value = nearest(name, range(least, most + 1), start)
        if value is not None and value != settings.get(name):
            yield f"{letter} = {value}", {name: value}
    groups = settings.get("groups", 1)
    if groups != 1:
        for value in _groups(math.gcd(stack.shape[0], settings["out_channels"])):
            if _follows(found, stack.shape, {"groups": value}):
                yield f"groups = {value}", {"groups": value}
        value = nearest("out_channels", range(1, FILTERS[1] + 1), settings["out_channels"])
        if value is not None:
            yield f"F = {value}", {"out_channels": value}
    if settings.get("padding_mode", "zeros") != "zeros" and _follows(found, stack.shape, {"padding_mode": "zeros"}):
        yield "border: zeros", {"padding_mode": "zeros"}


def _groups(common: int, most: int = 8) -> list[int]:
    """Into how many groups so many maps can be divided; where there are many numbers, the first few and the last."""
    numbers = divisors(common)
    return numbers if len(numbers) <= most else [*numbers[: most - 1], common]


def _follows(found: Draft, shape: Shape, settings: Mapping[str, Any]) -> bool:
    return not refused(lambda: Draft(found.kind, {**found.settings, **settings}).layer(shape).output_shape(shape))


def _longest(value: Any) -> int:
    """The largest number of a setting that has several."""
    return value if isinstance(value, int) else max(map(_longest, value))


def same_words(stack: Stack, at: int) -> str:
    """Whose "same" a layer has where PyTorch has none, and what it comes to: of layer `at`, or the first with one."""
    rows = {
        row.index: (row, part)
        for row, part in zip(stack.network.rows, stack.parts)
        if part.draft and part.draft.settings.get("padding") == "same"
    }
    if not rows:
        return ""
    row, part = rows.get(at, next(iter(rows.values())))
    assert part.draft
    kind, settings = part.draft.kind, part.draft.settings
    (top, bottom), (left, right) = both_ends(kind, settings, row.input_shape)
    whose = "for PyTorch has none with a stride" if kind == "conv" else "for PyTorch’s POOL has none"
    words = (
        f"Layer {row.index + 1}: “same” is TensorFlow’s here, {whose}. On {times(*row.input_shape[1:])} it pads {top} "
        f"above and {bottom} below, {left} on the left and {right} on the right."
    )
    usual = Draft(kind, {**settings, "padding": _half(settings)})
    if kind == "conv" and usual.layer() != part.layer and _gives(usual, row):
        words += f" {usual.text}, usual in PyTorch, gives the same size and other numbers."
    return words


def _gives(found: Draft, row: Row) -> bool:
    """Whether a layer could stand in a row's place, and gave a map of the same size."""
    return _follows(found, row.input_shape, {}) and found.layer().output_shape(row.input_shape) == row.output_shape


def _half(settings: Mapping[str, Any]) -> tuple[int, int]:
    """The padding that keeps the size at stride 1, as far as it can be the same at both ends."""
    kernel, dilation = both(settings["kernel_size"]), both(settings.get("dilation", 1))
    down, across = (same_padding(*axis)[0] for axis in zip(kernel, dilation))
    return down, across


def field(network: Graph, row: Row, of: str = "") -> str:
    """What a unit sees `of` something, height × width; what is more than the picture is its padding, and is said."""
    told = times(row.fields[0].size, row.fields[1].size)
    beyond = any(axis.size > side for axis, side in zip(row.fields, network.input_shape[1:]))
    return f"{told}{of}{', padding included' if beyond else ''}{formulas.read_of(network.sight(row.index))}"
