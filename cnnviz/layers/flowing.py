"""What code makes of what: values, each made by a layer of those before it; and the same with branches in brackets.

flow = CodeFlow()
at = flow.layer(call, 0)            the value that a layer's call makes of value 0, which is what comes in
at = flow.meet("add", [at, 0])
flow.parts(at)                      what leads to a value, as `typed` has it: ["[conv 8 3x3 p1", "| same", "] add"]
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers import GRAMMARS, Layer
from cnnviz.layers.code import named, value_of
from cnnviz.layers.grammar import PADDED_BY
from cnnviz.layers.pasted import channels_of, own
from cnnviz.layers.same import axes_text

MOST_VALUES = 2000  # of one text
NOT_BELOW_0 = ("relu", "relu6", "sigmoid", "hard sigmoid", "softplus")  # behind them a zero is never the largest number
HANDED_ON = ("max", "avg", "global", "dropout", "same", "add", "concat", "multiply")  # behind which it stays so
LEAST = "least"  # a border of what no maximum takes
WITH_WEIGHTS = {kind for kind, (made, _) in GRAMMARS.items() if made.parameter_shapes is not Layer.parameter_shapes}


class Order:
    """What a layer means by what is before it: whether a volume is flat, and the channels that an Input speaks of."""

    def __init__(self) -> None:
        self.is_all_code = True  # what is typed here needs no Flatten
        self.flat = ""  # what has made a row of numbers of the volume
        self.channels = 0

    def follow(self, call: ast.Call, texts: list[str], where: str) -> list[str]:
        """The texts of a call behind those before it. Raises SettingError for an order that means something else."""
        name, kind = named(call), texts[0].split()[0] if texts else ""
        if name == "Dense" and self.is_all_code and not self.flat:
            raise SettingError(
                f"{where}: without Flatten() before it Keras applies it at every position of the map; put Flatten() "
                "before it, or write a conv of 1x1."
            )
        if self.flat == "Flatten" and kind in ("conv", "tconv", "max", "avg", "global", "batch"):
            raise SettingError(f"{where}: behind Flatten() nothing is left of height and width; put it before.")
        if channels := channels_of(call):
            self.channels = channels
        if self.channels and kind in ("conv", "tconv"):
            texts = [texts[0] if " in " in texts[0] else f"{texts[0]} in {self.channels}", *texts[1:]]
        if kind:
            self.channels = 0
        flat = dict.fromkeys(("conv", "tconv", "max", "avg"), "") | {"global": "average", "fc": "fc"}
        self.flat = flat.get(kind, self.flat)
        if name == "Flatten":
            self.flat = name
        return texts


class Value(NamedTuple):
    """One value: the layer that makes it, in the words of `typed` or as the call that it is, and what that reads."""

    part: str = ""
    reads: tuple[int, ...] = ()
    order: Order = Order()


class CodeFlow:
    """Values and what makes them; the first is what comes in."""

    def __init__(self) -> None:
        self.values = [Value(order=Order())]

    def layer(self, call: ast.Call, at: int) -> int:
        """What a layer, by the call of it, makes of a value: its number. That of the value for Flatten."""
        if named(call) in PADDED_BY:
            return self._put(_pad(call), (at,), at)
        written = ast.unparse(call)
        try:
            texts = own(written)
        except SettingError:
            return self._put(written, (at,), at)
        order = copy(self.values[at].order)
        texts = order.follow(call, texts, f"Layer {len(self.values)}, {quoted(written)}")
        self.values[at] = self.values[at]._replace(order=order) if not texts else self.values[at]
        for text in texts:
            text, at = self._with_padding(text, at)
            at = self._put(text, (at,), at, order)
        return at

    def text(self, part: str, at: int) -> int:
        """What a layer in the words of `typed` makes of a value."""
        part, at = self._with_padding(part, at)
        return self._put(part, (at,), at)

    def meet(self, kind: str, ats: Sequence[int]) -> int:
        """What becomes of values that are joined."""
        return self._put(kind, tuple(ats), ats[0]) if len(ats) > 1 else ats[0]

    def _put(self, part: str, reads: tuple[int, ...], like: int, order: Order | None = None) -> int:
        if len(self.values) > MOST_VALUES:
            raise SettingError(f"The code has more than {MOST_VALUES} layers; paste a part of it.")
        self.values.append(Value(part, reads, order or copy(self.values[like].order)))
        return len(self.values) - 1

    def _with_padding(self, text: str, at: int) -> tuple[str, int]:
        """A layer behind a layer of padding as one that pads by itself: its text, and what it reads."""
        before = self.values[at]
        if not before.part.startswith("pad "):
            return text, at
        _, padding, *border = before.part.split()
        words = [word for word in text.split() if word != "p0"]
        takes = {
            "conv": border != [LEAST],
            "avg": not border,
            "max": border == [LEAST] or not border and self._is_not_below_0(before.reads[0]),
        }
        if not takes.get(words[0]) or any(re.match(r"same|p\d", word) for word in words):
            return text, at
        end = words.index("in") if "in" in words else len(words)  # what comes in is said last
        words[end:end] = [padding, *(word for word in border if word != LEAST)]
        return " ".join(words), before.reads[0]

    def _is_not_below_0(self, at: int) -> bool:
        value = self.values[at]
        if value.part.split(" ")[0] in HANDED_ON and value.reads:
            return all(map(self._is_not_below_0, value.reads))
        return value.part in NOT_BELOW_0

    # --- as text ---

    def parts(self, last: int) -> list[str]:
        """All that leads to a value, branches in brackets. Raises SettingError for those that brackets cannot say."""
        self._above = self._dominators()
        self._written: set[int] = set()
        return self._between(0, last)

    def _dominators(self) -> list[int]:
        """Of each value the last one before it that all ways to it go through."""
        above = [0]
        for value in self.values[1:]:
            found = value.reads[0]
            for other in value.reads[1:]:
                while found != other:  # a value's number is larger than those of what it comes from
                    if found > other:
                        found = above[found]
                    else:
                        other = above[other]
            above.append(found)
        return above

    def _between(self, start: int, end: int) -> list[str]:
        """The parts that make the value `end` of the value `start`."""
        found: list[list[str]] = []
        while end != start:
            value = self.values[end]
            if value.part.startswith("pad "):
                raise SettingError(
                    "A layer of padding is read in front of a conv or a pool that has none of its own; in front of a "
                    "max pool zeros are, where no number is below 0, as behind a ReLU. Give the padding to the layer."
                )
            if end in self._written:
                raise SettingError(
                    f"What {quoted(value.part)} makes is read in two branches that do not begin there; typed branches "
                    "begin together and meet once. Paste the part before it, or the part behind it."
                )
            self._written.add(end)
            if len(value.reads) == 1:
                found.append([value.part])
                end = value.reads[0]
                continue
            above = self._above[end]
            found.append([*self._branches(above, value.reads), f"] {value.part}"])
            end = above
        return [part for piece in reversed(found) for part in piece]

    def _branches(self, start: int, ends: Sequence[int]) -> list[str]:
        parts: list[str] = []
        for end in ends:
            first, *others = self._between(start, end) or ["same"]
            parts += [("| " if parts else "[") + first, *others]
        return parts


def _pad(call: ast.Call) -> str:
    """A layer of padding as text: pad p0+1x2; with the border that it makes."""
    name, given = named(call), [value_of(node) for node in (*call.args, *(word.value for word in call.keywords))]
    border = PADDED_BY[name]
    if border == "value":
        number = given[1] if len(given) > 1 else None
        border = "" if number == 0 else LEAST
        if number not in (0, float("-inf")):
            raise SettingError(f"{quoted(ast.unparse(call))} pads with a number of its own; 0 is read, and a border.")
    return f"pad p{_sides(given[0] if given else 1, name.endswith('2D'))} {border}".strip()


def _sides(padding: Any, is_keras: bool) -> str:
    """PyTorch's (left, right, top, bottom), Keras' ((top, bottom), (left, right)) or (height, width), or a number."""
    ends: Sequence[Any] = ()
    if isinstance(padding, int):
        ends = ((padding, padding), (padding, padding))
    elif isinstance(padding, tuple) and len(padding) == 4:
        ends = (padding[2:], padding[:2])
    elif isinstance(padding, tuple) and len(padding) == 2 and is_keras:
        ends = [axis if isinstance(axis, tuple) else (axis, axis) for axis in padding]
    if not ends or not all(len(axis) == 2 and all(type(end) is int and end >= 0 for end in axis) for axis in ends):
        raise SettingError(f"A padding of {quoted(padding)} is not read; it is whole numbers, one for each side.")
    return axes_text(*ends)
