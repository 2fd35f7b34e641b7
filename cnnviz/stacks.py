"""A stack as it is typed, part by part: which parts make a layer, how far the layers follow; and it with other parts.

So "would this follow?" can be asked of stacks that nobody has built yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cnnviz.checks import told
from cnnviz.errors import CnnvizError, DoesNotFit, SettingError
from cnnviz.graph import Graph
from cnnviz.layers import Layer, Node, Shape
from cnnviz.layers.typed import NEVER_CLOSED, TOLD, Branches, Draft, draft, joined, marked, parts
from cnnviz.signatures import checked, hold


@checked
@dataclass(frozen=True)
class Part:
    """One layer as it was typed. `draft` is None where it cannot be read, `layer` where its settings make none.

    marks  of branches, that stand before it: [ where they begin, | where the next one does, ] where they meet
    """

    text: str
    draft: Draft | None = None
    layer: Layer | None = None
    marks: str = ""

    def __post_init__(self) -> None:
        hold(self)
        if set(self.marks) - set("[|]"):
            raise SettingError(f"marks are {told(self.marks)}; branches are marked by [, | and ].")

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


@checked
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

    def _check(self, at: int, is_end: bool = False) -> None:
        if not 0 <= at < len(self.parts) + is_end:
            raise SettingError(f"There is no part {told(at)}, counted from 0; there are {len(self.parts)}.")

    def replaced(self, at: int, text: str) -> str:
        """The stack's text with another part at `at`. It and its like raise SettingError where no part is."""
        self._check(at)
        return _text(replace(part, text=text) if index == at else part for index, part in enumerate(self.parts))

    def changed(self, at: int, **settings: Any) -> str:
        """The stack's text with other settings of the part at `at`."""
        self._check(at)
        found = self.parts[at].draft
        if found is None:
            return self.text
        before = dict(found.settings)
        if found.kind in ("max", "avg"):  # its stride is the kernel's size where nothing is said, and stays what it was
            before.setdefault("stride", before["kernel_size"])
        return self.replaced(at, Draft(found.kind, {**before, **settings}).text)

    def inserted(self, at: int, text: str) -> str:
        """With a part more, in front of the one at `at`: in the branch that ends there, where one does."""
        self._check(at, is_end=True)
        return _text([*self.parts[:at], Part(text), *self.parts[at:]])

    def residual(self, at: int) -> str:
        """The text of a block that adds to what stands in front of the part at `at` what two CONV layers make of it."""
        self._check(at, is_end=True)
        shape = self.network.shapes[min(at, len(self.network.rows))]
        conv = f"conv {shape[0]} 3x3 p1" if len(shape) == 3 else f"fc {shape[0]}"
        return f"[{conv}; relu; {conv} | same] add"

    def removed(self, at: int) -> str:
        """Without the part at `at`; without the branches but the first, where it is their meeting."""
        self._check(at)
        part, parts = self.parts[at], [*self.parts]
        if part.is_meeting:
            return _text(self._first_branch(at))
        if part.marks and (at + 1 == len(parts) or parts[at + 1].marks[:1] in ("|", "]")):  # alone in its branch
            return self.replaced(at, "same")
        if part.marks:
            parts[at + 1] = replace(parts[at + 1], marks=part.marks + parts[at + 1].marks)
        return _text(parts[:at] + parts[at + 1 :])

    def _first_branch(self, at: int) -> list[Part]:
        """The parts without the branches that meet at `at`, but for the layers of the first of them."""
        depth, first, start = 0, at, at
        for index in range(at, -1, -1):
            for mark in reversed(self.parts[index].marks):
                depth += {"]": 1, "[": -1, "|": 0}[mark]
                if depth == 1 and mark == "|":
                    first = index
                if depth == 0:
                    start = index
                    break
            else:
                continue
            break
        begun = replace(self.parts[start], marks=self.parts[start].marks.replace("[", "", 1))
        return [*self.parts[:start], begun, *self.parts[start + 1 : first], *self.parts[at + 1 :]]

    def moved(self, at: int, to: int) -> str:
        """With the part at `at` standing at `to`; branches begin and meet where they did."""
        self._check(at)
        self._check(to)
        if self.parts[at].is_meeting or self.parts[to].is_meeting:
            return self.text
        texts = [part.text for part in self.parts if not part.is_meeting]
        places = [index for index, part in enumerate(self.parts) if not part.is_meeting]
        texts.insert(places.index(to), texts.pop(places.index(at)))
        named = dict(zip(places, texts))
        return _text(replace(part, text=named.get(index, part.text)) for index, part in enumerate(self.parts))


@checked
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
