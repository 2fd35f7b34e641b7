"""The stack as text, part by part: which parts make a layer, how far the layers follow, and what would.

No Streamlit here, so that "would this follow?" can be asked of stacks that nobody has built yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cnnviz.errors import CnnvizError, DoesNotFit
from cnnviz.geometry import same_padding
from cnnviz.graph import Graph, Row
from cnnviz.layers import GRAMMARS, Layer, Node, Shape
from cnnviz.layers.convolution import divisors
from cnnviz.layers.layer import both
from cnnviz.layers.same import both_ends
from cnnviz.layers.typed import NEVER_CLOSED, TOLD, Branches, Draft, draft, joined, marked, parts
from cnnviz.numbers import grouped, times
from cnnviz.ui import formulas
from cnnviz.ui.settings import refused
from cnnviz.ui.state.setting import DECLARED, words

START = "conv 8 3x3 p1; relu; max 2x2; conv 16 3x3 p1; relu; max 2x2; fc 10"
RESIDUAL = "conv 8 3x3 p1; relu; [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; relu; max 2x2; fc 10"
STACK = words("stack", START)  # the text is the state
FILTERS, UNITS = (1, 512), (1, 4096)  # what the dials reach; a text may say more
SLIDES = ("conv", "max", "avg")
_MENU = ("CONV", "MAX POOL", "AVERAGE POOL", "GLOBAL AVERAGE", "ACTIVATION")  # come first in it
_BEGUN = dict(grammar.begun for _, grammar in GRAMMARS.values() if grammar.begun[0])
NEW = {name: _BEGUN[name] for name in (*_MENU, *_BEGUN)}  # what can be added, by its name, and its text


@dataclass(frozen=True)
class Part:
    """One layer as it was typed. `draft` is None where it cannot be read, `layer` where its settings make none.

    marks  of branches, that stand before it: [ where they begin, | where the next one does, ] where they meet
    """

    text: str
    draft: Draft | None = None
    layer: Layer | None = None
    marks: str = ""

    def fitting(self) -> Part:
        """It, where what its text tells of its input is what comes in: that need not be said, and may change."""
        if self.draft is None or not set(TOLD) & self.draft.settings.keys():
            return self
        kept = {name: value for name, value in self.draft.settings.items() if name not in TOLD}
        draft = Draft(self.draft.kind, kept)
        return replace(self, text=draft.text, draft=draft)

    @property
    def is_meeting(self) -> bool:
        """Whether branches meet here."""
        return self.marks.endswith("]")


@dataclass(frozen=True)
class Stack:
    """What a text comes to on an input of one shape: its parts, and the network as far as its layers follow.

    shape    what the layer that cannot follow is given; where all do, what comes out
    is_open  branches begin that do not meet
    """

    parts: tuple[Part, ...]
    network: Graph
    problem: str = ""
    shape: Shape = ()
    is_open: bool = False

    @property
    def text(self) -> str:
        return _text(self.parts)

    @property
    def stuck(self) -> int | None:
        """The part that cannot follow, from 0; None where all do."""
        return len(self.network.layers) if self.problem and len(self.network.layers) < len(self.parts) else None


@lru_cache(maxsize=64)
def stack_of(text: str, shape: Shape) -> Stack:
    """The stack that a text means on an input of this shape."""
    network = Graph(shape, ())
    try:
        texts = parts(text)
    except CnnvizError as problem:
        return Stack((), network, str(problem), shape)
    if not texts:
        return Stack((), network, "The stack has no layer yet.", shape)
    found, why, tree, given = [], "", Branches(), shape
    for number, part in enumerate(texts, 1):
        made, wrong = _part(part, number, None if why else given)
        if not why and made.layer is not None:
            try:
                layer, inputs = tree.follow(made.marks, made.layer, number)
                network = Graph(shape, (*network.nodes, Node(str(number), layer, inputs)))
            except DoesNotFit as reason:
                wrong = str(reason)
            except CnnvizError as reason:
                wrong = f"Layer {number}, {reason}"
            else:
                made, following = made.fitting(), texts[number] if number < len(texts) else ""
                given = network.shapes[tree.next(marked(following)[0])]
        why = why or wrong
        found.append(made)
    is_open = not why and tree.is_open
    return Stack(tuple(found), network, NEVER_CLOSED if is_open else why, given, is_open)


def _part(text: str, number: int, shape: Shape | None) -> tuple[Part, str]:
    """A part that is given this shape, and why it makes no layer, in a sentence."""
    marks, bare = marked(text)
    try:
        found = draft(text, number)
    except CnnvizError as problem:
        return Part(bare, marks=marks), str(problem)
    try:
        return Part(found.text, found, found.layer(shape), marks), ""
    except CnnvizError as problem:
        return Part(found.text, found, marks=marks), f"Layer {number}, {problem}"


def _text(parts: Iterable[Part]) -> str:
    return joined(part.marks + part.text for part in parts)


def replaced(stack: Stack, at: int, text: str) -> str:
    """The stack's text with another part at `at`."""
    return _text(replace(part, text=text) if index == at else part for index, part in enumerate(stack.parts))


def changed(stack: Stack, at: int, **settings: Any) -> str:
    """The stack's text with other settings of the part at `at`."""
    found = stack.parts[at].draft
    if found is None:
        return stack.text
    before = dict(found.settings)
    if found.kind in ("max", "avg"):  # its stride is the kernel's size where nothing is said, and stays what it was
        before.setdefault("stride", before["kernel_size"])
    return replaced(stack, at, Draft(found.kind, {**before, **settings}).text)


def inserted(stack: Stack, at: int, text: str) -> str:
    """With a part more, in front of the one at `at`: in the branch that ends there, where one does."""
    return _text([*stack.parts[:at], Part(text), *stack.parts[at:]])


def residual(stack: Stack, at: int) -> str:
    """The text of a block that adds to what stands in front of the part at `at` what two CONV layers make of it."""
    shape = stack.network.shapes[min(at, len(stack.network.rows))]
    conv = f"conv {shape[0]} 3x3 p1" if len(shape) == 3 else f"fc {shape[0]}"
    return f"[{conv}; relu; {conv} | same] add"


def removed(stack: Stack, at: int) -> str:
    """Without the part at `at`; without the branches but the first, where it is their meeting."""
    part, parts = stack.parts[at], [*stack.parts]
    if part.is_meeting:
        return _text(_first_branch(stack, at))
    if part.marks and (at + 1 == len(parts) or parts[at + 1].marks[:1] in ("|", "]")):  # alone in its branch
        return replaced(stack, at, "same")
    if part.marks:
        parts[at + 1] = replace(parts[at + 1], marks=part.marks + parts[at + 1].marks)
    return _text(parts[:at] + parts[at + 1 :])


def _first_branch(stack: Stack, at: int) -> list[Part]:
    """The parts without the branches that meet at `at`, but for the layers of the first of them."""
    depth, first, start = 0, at, at
    for index in range(at, -1, -1):
        for mark in reversed(stack.parts[index].marks):
            depth += {"]": 1, "[": -1, "|": 0}[mark]
            if depth == 1 and mark == "|":
                first = index
            if depth == 0:
                start = index
                break
        else:
            continue
        break
    begun = replace(stack.parts[start], marks=stack.parts[start].marks.replace("[", "", 1))
    return [*stack.parts[:start], begun, *stack.parts[start + 1 : first], *stack.parts[at + 1 :]]


def moved(stack: Stack, at: int, to: int) -> str:
    """With the part at `at` standing at `to`; branches begin and meet where they did."""
    if stack.parts[at].is_meeting or stack.parts[to].is_meeting:
        return stack.text
    texts = [part.text for part in stack.parts if not part.is_meeting]
    places = [index for index, part in enumerate(stack.parts) if not part.is_meeting]
    texts.insert(places.index(to), texts.pop(places.index(at)))
    named = dict(zip(places, texts))
    return _text(replace(part, text=named.get(index, part.text)) for index, part in enumerate(stack.parts))


def remedies(stack: Stack) -> list[tuple[str, str]]:
    """What to press where a layer cannot follow: labels and the stack's text with it, the nearest value of each."""
    at = stack.stuck
    if at is None:
        begun = [("the stack at the start", START)] if stack.problem else []
        return [("end the branches with ] concat", f"{stack.text} ] concat"), *begun] if stack.is_open else begun
    found = [(label, changed(stack, at, **settings)) for label, settings in _fitting(stack, at)]
    first_fc = next((index for index, part in enumerate(stack.parts) if part.draft and part.draft.kind == "fc"), at)
    if first_fc < at:
        text = moved(stack, at, first_fc)
        if text != stack.text and stack_of(text, stack.network.input_shape).stuck != first_fc:
            found.append((f"put it before layer {first_fc + 1}, FC", text))
    return [*found, (f"leave layer {at + 1} out", removed(stack, at))]


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
