"""The settings of one layer: F, K, S and P as dials, the rarer ones behind "more". Each writes another text."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cnnviz import ops
from cnnviz.layers import GRAMMARS
from cnnviz.layers.typed import Draft
from cnnviz.numbers import grouped, number
from cnnviz.ops.upsample import MODES
from cnnviz.stacks import Stack
from cnnviz.ui import formulas
from cnnviz.ui.controls import bare_dial, one_of_many, switch
from cnnviz.ui.formulas import size
from cnnviz.ui.lessons.layers import layers_stack as stacks
from cnnviz.ui.lessons.layers.layers_setup import UNIT
from cnnviz.ui.lessons.layers.layers_stack import FILTERS, UNITS
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
    with boxes[0]:
        if found.kind in stacks.FILTERED:
            count = found.settings["out_channels"]
            words = "one map" if count == 1 else f"{grouped(count)} filters, {grouped(count)} maps"
            _dial("F filters", "f", "out_channels", FILTERS, stack, at, words)
        elif found.kind in stacks.SLIDES:
            _choice_of_kind("Of each window the", "pool", POOLS, stack, at, found)
        elif found.kind == "fc":
            _dial("F outputs", "f", "out_features", UNITS, stack, at, become)
        elif found.kind == "dropout":
            _dial("p dropped, %", "drop", "p", (0, 95), stack, at, "in training; in inference nothing", scale=100)
        elif found.kind in FUNCTIONS.values():
            _choice_of_kind("Function", "function", FUNCTIONS, stack, at, found)
        else:
            _others(stack, at, found, boxes, become)
    if found.kind in stacks.SLIDES:
        slides = (("K kernel", "k", "kernel_size"), ("S stride", "s", "stride"), ("P padding", "p", "padding"))
        told = (kernel_words(found), stride_words(found), become)
        for box, (label, key, name), words in zip(boxes[1:4], slides, told, strict=True):
            with box:
                _dial(label, key, name, None, stack, at, words)


def _others(stack: Stack, at: int, found: Draft, boxes: list[Any], become: str) -> None:
    """A dial for each whole number that the layer is typed with, and the numbers with decimals as they are typed."""
    slots = [slot for slot in GRAMMARS[found.kind][1].slots if not slot.is_told]
    slots = [slot for slot in slots if not slot.one or found.settings.get(slot.name) is not None]
    counts = [slot for slot in slots if not slot.decimal][: len(boxes) - 2]
    for box, slot in zip(boxes, counts):
        with box:
            label = (slot.noun or slot.name.replace("_", " ")).capitalize()
            _dial(label, slot.name, slot.name, (1, 64), stack, at, become)
    decimals = {slot.name: found.settings.get(slot.name, slot.usual) for slot in slots if slot.decimal}
    typed = [f"{name.replace('_', ' ')} {number(value)}" for name, value in decimals.items()]
    said = f"In the text: {', '.join(typed)}" if typed else "Nothing to set"
    with boxes[len(counts)]:
        if typed or not counts:
            st.caption(f"{said}; {become}.")


def _choice_of_kind(label: str, name: str, kinds: Mapping[str, str], stack: Stack, at: int, found: Draft) -> None:
    """One of a few kinds, by name, for the chosen layer."""
    chosen = next(name for name, kind in kinds.items() if found.kind == kind)
    one_of_many(label, f"layer-{name}", list(kinds), chosen, lambda other: put(stack=_kind(stack, at, kinds[other])))


def _kind(stack: Stack, at: int, kind: str) -> str:
    """The stack's text with the layer of another kind, its settings kept where it has them."""
    found = stack.parts[at].draft
    settings = dict(found.settings) if found and kind in stacks.SLIDES else {}
    if kind == "max":
        settings.pop("count_include_pad", None)
    return stack.replaced(at, Draft(kind, settings).text)


def value_of(found: Draft, name: str, scale: int = 1) -> Any:
    """What a dial shows of a setting: what is typed, or what is usual where nothing is; in whole parts of 1 / scale."""
    kernel = found.settings.get("kernel_size")
    stride = 1 if found.kind in stacks.FILTERED else kernel
    usual = {"stride": stride, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "p": 0.5}
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
        change(stack.changed(at, **{name: new / scale if scale != 1 else new}), at)

    bare_dial(label, f"layer-{letter}", value, (least, most), take, words=words)


def _as_typed(value: Any) -> str:
    if isinstance(value, tuple):
        value = tuple("as it is" if part is None else part for part in value)
        return " × ".join("+".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    if isinstance(value, str):
        return value
    return grouped(value) if isinstance(value, int) else number(value)


def kernel_words(found: Draft) -> str:
    kernel = found.settings["kernel_size"]
    return formulas.kernel(*kernel) if isinstance(kernel, tuple) else formulas.kernel(kernel)


def stride_words(found: Draft) -> str:
    kernel, stride = found.settings["kernel_size"], found.settings.get("stride")
    stride = (1 if found.kind in stacks.FILTERED else kernel) if stride is None else stride
    if isinstance(kernel, tuple) or isinstance(stride, tuple):
        return "as typed"
    return f"{'stamps' if found.kind == 'tconv' else 'windows'} {formulas.neighbours(kernel, stride)}"


def more(stack: Stack, at: int, found: Draft) -> None:
    """The rarer settings of the chosen layer."""
    settings = found.settings
    if found.kind == "tconv":
        _dial("Output padding", "more", "output_padding", (0, 7), stack, at, "less that is cut off behind")
    if found.kind in stacks.FILTERED:
        _dial("D dilation", "d", "dilation", None, stack, at, "distance between the positions that are read")
        groups = settings.get("groups", 1)
        words = "each filter reads all maps" if groups == 1 else f"{groups} parts, each convolved by itself"
        _dial("Groups", "g", "groups", (1, 64), stack, at, words)
    if found.kind == "conv":
        border = settings.get("padding_mode", "zeros")
        one_of_many("Border", "layer-border", list(PADDING_MODES), border, _taking("padding_mode", stack, at))
    if found.kind in (*stacks.FILTERED, "fc"):
        _switch("a bias for each", "bias", "bias", settings.get("bias", True), stack, at)
    same_pool = found.kind in ("max", "avg") and settings.get("padding") == "same"  # it says both by itself
    if found.kind in ("max", "avg") and not same_pool:
        label = "a window may hang over the end (ceil_mode)"
        _switch(label, "ceil", "ceil_mode", settings.get("ceil_mode", False), stack, at)
    if found.kind == "avg" and not same_pool:
        label = "zeros of the padding count in the mean"
        _switch(label, "counted", "count_include_pad", settings.get("count_include_pad", True), stack, at)
    if found.kind == "upsample":
        mode = settings.get("mode", "nearest")
        corners = settings.get("align_corners", False)
        taking = _taking("mode", stack, at, align_corners=False)
        one_of_many("Between the pixels", "layer-mode", list(MODES), mode, taking)
        if mode == "bilinear":
            label = "the corners’ middles stay where they are"
            _switch(label, "corners", "align_corners", corners, stack, at)
    if found.kind not in (*stacks.SLIDES, "fc", "upsample") or same_pool:
        st.caption("This layer has no other settings.")


def _switch(label: str, name: str, setting: str, value: bool, stack: Stack, at: int) -> None:
    switch(label, f"layer-{name}", value, _taking(setting, stack, at))


def _taking(setting: str, stack: Stack, at: int, **others: Any) -> Callable[[Any], None]:
    return lambda value: put(stack=stack.changed(at, **{**others, setting: value}))
