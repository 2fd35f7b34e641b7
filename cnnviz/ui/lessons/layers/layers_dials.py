"""The settings of one layer: F, K, S and P as dials, the rarer ones behind "more". Each writes another text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnnviz import ops
from cnnviz.layers import GRAMMARS
from cnnviz.layers.typed import Draft
from cnnviz.numbers import grouped, number
from cnnviz.ui.controls import bare_dial, one_of_many, switch
from cnnviz.ui.lessons.layers import layers_stack as stacks
from cnnviz.ui.lessons.layers.layers_setup import UNIT
from cnnviz.ui.lessons.layers.layers_stack import FILTERS, UNITS, Stack, size
from cnnviz.ui.settings import PADDING_MODES
from cnnviz.ui.state import DECLARED, put
from cnnviz.ui.volumes import Unit, choose

FUNCTIONS = {told.name: key for key, told in ops.ACTIVATIONS.items()}
POOLS = {"max": "max", "average": "avg"}


def change(text: str, at: int) -> None:
    """Another stack, with the layer at `at` chosen."""
    put(stack=text)
    choose(UNIT, Unit(max(at, 0), 0))


def dials(stack: Stack, at: int, found: Draft, boxes: list[Any]) -> None:
    """F, K, S and P, as many of them as the layer has, each with what it does."""
    row = stack.network.rows[at] if at < len(stack.network.rows) else None
    become = f"gives {size(row.output_shape)}" if row else "cannot follow: see below"
    if found.kind == "conv":
        with boxes[0]:
            count = found.settings["out_channels"]
            words = "one map" if count == 1 else f"{grouped(count)} filters, {grouped(count)} maps"
            _dial("F filters", "f", "out_channels", FILTERS, stack, at, words)
    elif found.kind in stacks.SLIDES:
        with boxes[0]:
            names = list(POOLS)
            _choice(
                "Of each window the",
                "pool",
                names,
                names[found.kind == "avg"],
                lambda name: _kind(stack, at, POOLS[name]),
            )
    if found.kind in stacks.SLIDES:
        slides = (("K kernel", "k", "kernel_size"), ("S stride", "s", "stride"), ("P padding", "p", "padding"))
        told = (kernel_words(found), stride_words(found), become)
        for box, (label, key, name), words in zip(boxes[1:4], slides, told, strict=True):
            with box:
                _dial(label, key, name, None, stack, at, words)
    elif found.kind == "fc":
        with boxes[0]:
            _dial("F outputs", "f", "out_features", UNITS, stack, at, become)
    elif found.kind == "dropout":
        with boxes[0]:
            _dial("p dropped, %", "drop", "p", (0, 95), stack, at, "in training; in inference nothing", scale=100)
    elif found.kind in FUNCTIONS.values():
        with boxes[0]:
            name = next(name for name, key in FUNCTIONS.items() if key == found.kind)
            _choice("Function", "function", list(FUNCTIONS), name, lambda name: _kind(stack, at, FUNCTIONS[name]))
    else:
        _others(stack, at, found, boxes, become)


def _others(stack: Stack, at: int, found: Draft, boxes: list[Any], become: str) -> None:
    """A dial for each whole number that the layer is typed with, and the numbers with decimals as they are typed."""
    slots = [slot for slot in GRAMMARS[found.kind][1].slots if not slot.is_told]
    counts = [slot for slot in slots if not slot.decimal][: len(boxes) - 2]
    for box, slot in zip(boxes, counts):
        with box:
            _dial(slot.name.replace("_", " ").capitalize(), slot.name, slot.name, (1, 64), stack, at, become)
    typed = [f"{slot.name} {number(found.settings.get(slot.name, slot.usual))}" for slot in slots if slot.decimal]
    said = f"In the text: {', '.join(typed)}" if typed else "Nothing to set"
    with boxes[len(counts)]:
        if typed or not counts:
            st.caption(f"{said}; {become}.")


def _kind(stack: Stack, at: int, kind: str) -> str:
    """The stack's text with the layer of another kind, its settings kept where it has them."""
    found = stack.parts[at].draft
    settings = dict(found.settings) if found and kind in stacks.SLIDES else {}
    if kind == "max":
        settings.pop("count_include_pad", None)
    return stacks.replaced(stack, at, Draft(kind, settings).text)


def value_of(found: Draft, name: str, scale: int = 1) -> Any:
    """What a dial shows of a setting: what is typed, or what is usual where nothing is; in whole parts of 1 / scale."""
    kernel = found.settings.get("kernel_size")
    usual = {"stride": 1 if found.kind == "conv" else kernel, "padding": 0, "dilation": 1, "groups": 1, "p": 0.5}
    value = found.settings.get(name, usual.get(name))
    return round(value * scale) if scale != 1 and isinstance(value, float) else value


def _dial(
    label: str,
    letter: str,
    name: str,
    range: tuple[int, int] | None,
    stack: Stack,
    at: int,
    words: str,
    scale: int = 1,
) -> None:
    """A dial of one setting of the chosen layer. What the text says beyond a dial's reach is told and left alone."""
    least, most = range or DECLARED[letter].range
    found = stack.parts[at].draft
    value = value_of(found, name, scale) if found else None
    if not isinstance(value, int) or not least <= value <= most:
        st.markdown(f"**{label}**")
        st.caption(f"as typed: {_as_typed(value)}")
        return

    def take(new: int) -> None:
        change(stacks.changed(stack, at, **{name: new / scale if scale != 1 else new}), at)

    bare_dial(label, f"layer-{letter}", value, (least, most), take).say(words)


def _as_typed(value: Any) -> str:
    if isinstance(value, tuple):
        return " × ".join("+".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    if isinstance(value, str):
        return value
    return grouped(value) if isinstance(value, int) else number(value)


def _choice(label: str, name: str, options: list[str], chosen: str, text: Callable[[str], str]) -> None:
    """One of a few kinds of the chosen layer; `text` says the stack's text with another."""
    one_of_many(label, f"layer-{name}", options, chosen, lambda other: put(stack=text(other)))


def kernel_words(found: Draft) -> str:
    kernel = found.settings["kernel_size"]
    if isinstance(kernel, tuple):
        return f"{kernel[0]} high, {kernel[1]} wide"
    return "odd sizes have a centre" if kernel % 2 else "even: no pixel is the centre"


def stride_words(found: Draft) -> str:
    kernel, stride = found.settings["kernel_size"], found.settings.get("stride")
    stride = (1 if found.kind == "conv" else kernel) if stride is None else stride
    if isinstance(kernel, tuple) or isinstance(stride, tuple):
        return "as typed"
    if stride < kernel:
        return f"windows overlap by {kernel - stride} of {kernel}"
    return "windows touch and do not overlap" if stride == kernel else f"windows leave {stride - kernel} between them"


def more(stack: Stack, at: int, found: Draft) -> None:
    """The rarer settings of the chosen layer."""
    settings = found.settings
    if found.kind == "conv":
        _dial("D dilation", "d", "dilation", None, stack, at, "distance between the positions that are read")
        groups = settings.get("groups", 1)
        words = "each filter reads all maps" if groups == 1 else f"{groups} parts, each convolved by itself"
        _dial("Groups", "g", "groups", (1, 64), stack, at, words)
        _set("Border", "border", "padding_mode", list(PADDING_MODES), settings.get("padding_mode", "zeros"), stack, at)
    if found.kind in ("conv", "fc"):
        _switch("a bias for each", "bias", "bias", settings.get("bias", True), stack, at)
    same_pool = found.kind in ("max", "avg") and settings.get("padding") == "same"  # it says both by itself
    if found.kind in ("max", "avg") and not same_pool:
        label = "a window may hang over the end (ceil_mode)"
        _switch(label, "ceil", "ceil_mode", settings.get("ceil_mode", False), stack, at)
    if found.kind == "avg" and not same_pool:
        label = "zeros of the padding count in the mean"
        _switch(label, "counted", "count_include_pad", settings.get("count_include_pad", True), stack, at)
    if found.kind not in ("conv", "fc", "max", "avg") or same_pool:
        st.caption("This layer has no other settings.")


def _switch(label: str, name: str, setting: str, value: bool, stack: Stack, at: int) -> None:
    switch(label, f"layer-{name}", value, partial(_taken, setting, stack, at))


def _set(label: str, name: str, setting: str, options: list[str], value: str, stack: Stack, at: int) -> None:
    one_of_many(label, f"layer-{name}", options, value, partial(_taken, setting, stack, at))


def _taken(setting: str, stack: Stack, at: int, value: Any) -> None:
    put(stack=stacks.changed(stack, at, **{setting: value}))
