"""How a layer is typed: what each kind says of itself, for `typed` to read and write, and `pasted` to recognise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cnnviz.geometry import PADDING_MODES


@dataclass(frozen=True)
class Slot:
    """One setting of a layer, as it is typed.

    name     PyTorch's name
    words    how it may be called: a pattern
    written  what stands before its value where it is written: "s" of s2; "" where the value stands alone
    noun     what a sentence calls it: "number of filters"
    above_0  what a sentence calls it where it is 0 and must not be: "the number of filters F"; "" where it may be
    usual    what it is where nothing is said; a name: as that other setting
    bare     its value may stand without a word, in the order of a layer's slots
    needed   it has to be said
    single   one number, where others are one or height x width
    decimal  a number with a point, or in percent, where others are whole
    ends     it may differ at the two ends of an axis: 0+1
    one      a pattern of one of its numbers, where that need not be a whole one: 1.5, or keep for None
    behind   what may stand behind its value, and does where it is written: the x of 2x
    is_told  what comes in, which the text only tells: it is no part of what the layer computes, and is written last
    """

    name: str
    words: str = ""
    written: str = ""
    noun: str = ""
    above_0: str = ""
    usual: Any = None
    bare: bool = False
    needed: bool = False
    single: bool = False
    decimal: bool = False
    ends: bool = False
    one: str = ""
    behind: str = ""
    is_told: bool = False


@dataclass(frozen=True)
class Flag:
    """What is said in a word: the pattern of it, and the setting and the value that it means; how it is written, ""
    where the value of a slot says it."""

    words: str
    name: str
    value: Any
    written: str = ""


@dataclass(frozen=True)
class Grammar:
    """One kind of layer as text.

    kind     what it is called in a text: "max"
    words    the ways to call it: a pattern
    example  how it is written, for whoever wrote it otherwise
    slots    its settings, the bare ones in their order
    flags    what is said in a word
    fixed    settings that the kind itself says: the function of an activation
    calls    what PyTorch and Keras call it, each with its parameters in their order
    chip     a few letters for it, with its settings put in: "CONV {kernel_size}, {out_channels}"
    begun    its text when it is new, and what it is called in a list of what can be added; "" where it is none of that
    """

    kind: str
    words: str
    example: str = ""
    slots: tuple[Slot, ...] = ()
    flags: tuple[Flag, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    chip: str = ""
    begun: tuple[str, str] = ("", "")


POOLING = r"[\s-]*pool(?:ing)?(?:[\s-]*2d)?"
KERAS_POOL = "pool_size strides padding data_format"

# Layers of nothing but padding, and what border each makes: "value" as it is told.
PADDED_BY = {
    "ZeroPad2d": "", "ZeroPadding2D": "", "ConstantPad2d": "value", "ReflectionPad2d": "reflect",
    "ReplicationPad2d": "replicate", "CircularPad2d": "circular",
}  # fmt: skip

KERNEL = Slot(
    "kernel_size", r"k|kernel(?:[\s_-]*size)?", noun="kernel's size", above_0="the kernel's size K", bare=True,
    needed=True,
)  # fmt: skip
STRIDE = Slot("stride", r"s|strides?", "s", above_0="the stride S", usual=1)
POOL_STRIDE = replace(STRIDE, usual="kernel_size", bare=True)
PADDING = Slot("padding", r"p|pad(?:ding)?", "p", usual=0, ends=True)
DILATION = Slot("dilation", r"d|dilation", "d", above_0="the dilation D", usual=1)


def outputs(name: str, words: str, noun: str, letter: str = "") -> Slot:
    """How many maps or numbers a layer makes."""
    return Slot(name, words, noun=noun, above_0=f"the {noun}{letter}", bare=True, needed=True, single=True)


def told_in(name: str, words: str) -> Slot:
    """What comes in, as PyTorch's text tells it."""
    return Slot(name, words, "in ", "count of what comes in", "what comes in", single=True, is_told=True)


NO_BIAS = Flag(r"no[\s-]*bias|bias[\s=:]*(?:false|no|off|0)", "bias", False, "no bias")
BORDERS = tuple(
    Flag(rf"(?:border\s*)?{mode}", "padding_mode", mode, mode if mode != "zeros" else "") for mode in PADDING_MODES
)
SAME = (Flag("same", "padding", "same"), Flag("valid", "padding", 0))
CEIL = Flag(r"ceil(?:[\s_-]*mode)?", "ceil_mode", True, "ceil")
