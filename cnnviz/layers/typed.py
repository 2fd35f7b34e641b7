"""Layers as text: what a visitor types, and what a link carries. Each kind says itself how it is typed (grammar.py).

conv 6 5x5 p2; relu; max 2x2; conv 16 5x5; relu; avg 2x2; fc 120; dropout 0.5; batch norm; sigmoid
conv 8 3x3 p1; [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; relu
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from cnnviz import numbers
from cnnviz.checks import LARGEST as WRITABLE
from cnnviz.checks import amount, one_of, told
from cnnviz.errors import CnnvizError, SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers import GRAMMARS
from cnnviz.layers.code import is_code
from cnnviz.layers.grammar import Grammar, Slot
from cnnviz.layers.layer import INPUT, Layer, Node, Shape, both
from cnnviz.layers.pasted import knows, own
from cnnviz.layers.reading import is_foreign, pieces
from cnnviz.layers.same import axes_text, padded
from cnnviz.numbers import grouped, times
from cnnviz.signatures import checked, hold

LONGEST = 4000  # characters
LONGEST_CODE = 20_000  # of what PyTorch or Keras writes, which says less in more
DEEPEST = 100  # layers
LARGEST = 1_000_000  # filters or units
MOST_NAMED = 12  # kinds, where a text is none of them
LARGEST_SIDE = 4096  # of a kernel, its stride, its padding: twice the longest side of a picture

KINDS = tuple(GRAMMARS)
TOLD = tuple(dict.fromkeys(slot.name for _, grammar in GRAMMARS.values() for slot in grammar.slots if slot.is_told))

_WORDS = {kind: re.compile(rf"(?:{grammar.words})(?![a-z])") for kind, (_, grammar) in GRAMMARS.items()}
_SIGNS = str.maketrans({"×": "x", "*": "x", ",": " ", "(": " ", ")": " ", "→": ";", "\n": ";", "\r": ";",
                        **dict.fromkeys("\ufeff\u200b\u2060")})  # fmt: skip
_SIZE = r"(\d+(?:\+\d+)?(?:\s*x\s*\d+(?:\+\d+)?)?)"
_RULES = re.compile(r"[\s─━═_=]{2,}")  # room and lines between the cells of a table, which say nothing
_NUMBER = r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"
NEVER_CLOSED = "A bracket is never closed; branches end with ] and add, multiply or concat."
_MEET = "behind ] stands how the branches meet: add, multiply or concat."
_MARKS = "[|]"  # where branches begin, where the next one does, where they meet


@checked
@dataclass(frozen=True)
class Draft:
    """A layer as it is typed: its kind, and settings that need not work together yet.

    kind      one of KINDS: conv, max, avg, global avg, fc, dropout, batch norm, an activation, or where branches meet
    settings  by PyTorch's parameter names; what is not in it, or None, is as usual. A padding "same" has a stride
    """

    kind: str
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        hold(self)
        one_of(self.kind, "The kind", KINDS)
        made, grammar = GRAMMARS[self.kind]
        for name in self.settings:
            one_of(name, "A setting", [each for each in _settings(made) if each not in grammar.fixed])

    @property
    def grammar(self) -> Grammar:
        """How its kind is typed."""
        return GRAMMARS[self.kind][1]

    def layer(self, shape: Shape | None = None) -> Layer:
        """The layer that it means on an input of this shape; without one, whatever comes in.

        Raises SettingError where the settings make none, and for a "same" whose padding follows from a shape that is
        not there.
        """
        made, grammar = GRAMMARS[self.kind]
        settings = {name: value for name, value in self.settings.items() if value is not None}
        for slot in grammar.slots:
            given = both(settings.get(slot.name))
            if slot.above_0 and any(isinstance(one, int) and one == 0 for one in given):
                raise SettingError(f"{slot.above_0} is 0; it must be a whole number of at least 1.")
        if isinstance(padding := settings.get("padding"), str) and padding == "same":
            settings |= padded(self.kind, settings, shape)
        return made(**grammar.fixed, **settings)

    @property
    def chip(self) -> str:
        """It in a few letters: CONV 3 × 3, 16."""
        shown = {
            slot.name: times(*both(self.settings.get(slot.name, 1))) if slot.name == "kernel_size"
            else _shown(self.settings.get(slot.name, slot.usual), slot) if slot.one
            else numbers.number(self.settings.get(slot.name, slot.usual)) if slot.decimal
            else self.settings.get(slot.name)
            for slot in self.grammar.slots
        }  # fmt: skip
        told = {name: grouped(value) if isinstance(value, int) else value for name, value in shown.items()}
        return self.grammar.chip.format(**told)

    @property
    def text(self) -> str:
        """The shortest text that says it. Raises SettingError for a setting that no text says."""
        for name, value in self.settings.items():
            if not _has_text(value):
                raise SettingError(f"{name} is {told(value)}; it is a number, numbers in a tuple, or text.")
        return " ".join([self.kind, *_said(self.grammar, self.settings)])

    @classmethod
    def of(cls, layer: Layer) -> Draft:
        """The draft that means `layer`. Raises SettingError for a layer that cannot be typed."""
        values = {name: getattr(layer, name) for name in _settings(type(layer)) if name not in TOLD}
        for made, grammar in GRAMMARS.values():
            if type(layer) is made and grammar.fixed.items() <= values.items():
                return cls(grammar.kind, {name: values[name] for name in values if name not in grammar.fixed})
        raise SettingError(f"{layer.name} is no layer that can be typed.")


def _has_text(value: Any) -> bool:
    """Whether a text can say it: a number that is not too long for one, such numbers in tuples, or words."""
    if isinstance(value, tuple):
        return all(map(_has_text, value))
    return abs(value) < WRITABLE if isinstance(value, int) else isinstance(value, (float, str, np.number, type(None)))


def _shown(value: Any, slot: Slot) -> str:
    """A size, or a factor, of which one or both may not be told."""
    if value is None:
        return ""
    axes = ("as it is" if one is None else numbers.number(one) for one in both(value))
    return slot.written.upper() + f" {numbers.TIMES} ".join(axes)


def _settings(made: type[Layer]) -> list[str]:
    return [each.name for each in fields(made)]  # type: ignore[arg-type]


@checked
def parts(text: str) -> list[str]:
    """The layers of a text, each by itself, what PyTorch and Keras write in the words of this module as far as it goes.

    Where branches begin, part or meet, the layer's text begins with the mark of it: [, | or ]. A branch of nothing is
    the layer `same`. Raises SettingError where they are too many, and for code that is no chain of layers.
    """
    is_read = is_foreign(text[:LONGEST_CODE])
    longest = LONGEST_CODE if is_read else LONGEST
    length = len(_RULES.sub(" ", text)) if is_read else len(text)
    if length > longest:
        raise SettingError(f"The stack is written in {grouped(length)} characters; it may have {grouped(longest)}.")
    texts, are_parts = pieces(text) if is_read else ([text], False)
    found = [
        part.strip() for piece in texts for part in ([piece] if are_parts else _typed_parts(piece)) if part.strip()
    ]
    if len(found) > DEEPEST:
        raise SettingError(f"The stack has {len(found)} layers; it may have {DEEPEST}.")
    return found


def _typed_parts(text: str) -> Iterator[str]:
    """What stands between the separators of a text that is typed, each with the marks before it; layers that are called
    among it as `own` has them, if it has."""
    marks, depth = "", 0
    for sign in _cut(text):
        if sign not in _MARKS:
            for part in _called(sign.strip()):
                yield f"{marks}{part}"
                marks = ""
            continue
        if sign == "|" and not depth:  # outside of branches it has always been one more way to part layers
            continue
        if sign != "[" and marks and marks[-1] != "]":  # nothing stands between two marks
            yield f"{marks}same"
            marks = ""
        depth += (sign == "[") - (sign == "]")
        marks += sign
    if marks:
        yield marks


def _cut(text: str) -> list[str]:
    """A text's marks of branches, and what stands between these and the separators; calls in it stay whole."""
    if not is_code(text):
        return re.findall(r"[\[|\]]|[^;\[|\]]+", text.lower().replace("->", ";").translate(_SIGNS))
    found, depth = [""], 0
    for sign in text:
        depth = max(depth + (sign == "(") - (sign == ")"), 0)
        if depth or sign not in f";{_MARKS}":
            found[-1] += sign
        else:
            found += [sign, ""] if sign != ";" else [""]
    return [each if is_code(each) else each.lower().translate(_SIGNS) for each in found if each.strip()]


def _called(text: str) -> list[str]:
    if not text or not is_code(text):
        return [text] if text else []
    try:
        return own(text)
    except (SettingError, RecursionError):
        return [text]


@checked
def marked(part: str) -> tuple[str, str]:
    """One of the `parts`: the marks before it, and what is left."""
    bare = part.lstrip(_MARKS)
    return part[: len(part) - len(bare)], bare.strip()


@checked
def joined(texts: Iterable[str]) -> str:
    """`parts` as one text."""
    text = ""
    for part in texts:
        marks, bare = marked(part)
        between = "; " if text and marks[:1] not in ("|", "]") else ""
        text += f"{between}{marks.replace('|', ' | ').replace(']', '] ')}{bare}"
    return text


@checked
def draft(part: str, number: int) -> Draft:
    """What one of the `parts` means, layer `number` from 1. Raises SettingError for what cannot be read."""
    marks, part = marked(part)
    if not part:
        raise SettingError(f"Layer {number}, {_MEET}" if marks.endswith("]") else NEVER_CLOSED)
    if is_code(part):
        try:
            own(part)
        except SettingError as problem:
            typed = part.lower().translate(_SIGNS)
            is_typed = any(re.match(rf"(?:{words.pattern})\s", typed) for words in _WORDS.values())
            if knows(part) or not is_typed:  # POOL(2) is only typed with capitals
                raise SettingError(f"Layer {number}, {quoted(part)}, {str(problem) or _hint(part)}") from None
            part = typed
        except RecursionError:
            raise SettingError(f"Layer {number}, {quoted(part)}, goes too deep to be read.") from None
    found = [(kind, match) for kind, words in _WORDS.items() if (match := words.match(part))]
    if not found:
        raise SettingError(f"Layer {number}, {quoted(part)}, {_hint(part)}")
    kind, match = max(found, key=lambda one: one[1].end())  # relu6 begins as relu does
    return Draft(kind, _given(GRAMMARS[kind][1], part[match.end() :].strip(" :="), f"Layer {number}, {quoted(part)}"))


@checked
def read(text: str) -> tuple[Layer, ...]:
    """The layers that a text means, one after another.

    Layers are separated by ; or new lines or arrows. Case, spaces and the field's other names do not matter: `conv`,
    `max`, `avg`, `global avg`, `fc`, `dropout`, `batch norm`, and the activations `relu`, `leaky relu`, `sigmoid`,
    `tanh`, `scaled tanh`, `gelu`, `identity`. CONV takes its number of filters, then its kernel; POOL its kernel; then
    in any order s stride, p padding, d dilation, g groups, each one number or height x width (p0+1x2+2: top, bottom,
    left, right); `same`, `no bias`, `ceil`, `ignore padding`, and a border: reflect, replicate, circular; `in` and what
    comes in, to be held against it. PyTorch's and Keras' code and printed layers are read as well (pasted.py).

    At most 100 layers and 4,000 characters; an empty text is no layer. Raises SettingError, naming the layer's number
    counted from 1, and for branches, which `nodes` reads.
    """
    found: list[Node] = []
    for node in nodes(text):
        if node.layer.joins or node.inputs != (found[-1].name if found else INPUT,):
            raise SettingError(f"Layer {node.name} belongs to branches; layers one after another have none.")
        found.append(node)
    return tuple(node.layer for node in found)


@checked
def nodes(text: str) -> tuple[Node, ...]:
    """The layers that a text means, with branches: what each of them reads, by their numbers from 1.

    Branches stand in brackets, parted by |, and each begins with what stands before the bracket; behind it stands how
    they meet: `add`, `multiply` or `concat`. `same` is the branch in which nothing happens:

        conv 8 3x3 p1; [conv 8 3x3 p1; relu; conv 8 3x3 p1 | same] add; relu

    Otherwise as `read`.
    """
    found: list[Node] = []
    tree = Branches()
    for number, part in enumerate(parts(text), 1):
        meant = draft(part, number)
        try:
            layer, inputs = tree.follow(marked(part)[0], meant.layer(), number)
        except CnnvizError as problem:
            raise SettingError(f"Layer {number}, {problem}") from None
        found.append(Node(str(number), layer, inputs))
    if tree.is_open:
        raise SettingError(NEVER_CLOSED)
    return tuple(found)


@checked
class Branches:
    """Which layers a text has read so far, and which the next one reads."""

    def __init__(self) -> None:
        self._last = INPUT
        self._open: list[tuple[str, list[str]]] = []  # where each bracket began, and the ends of its branches so far

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def next(self, marks: str) -> int:
        """The number of the map, 0 the input, that a layer behind these marks would read; of several, the last."""
        name = self._open[-1][0] if marks[:1] == "|" and self._open else self._last
        return 0 if name == INPUT else int(name)

    def follow(self, marks: str, layer: Layer, number: int) -> tuple[Layer, tuple[str, ...]]:
        """The layer behind these marks, and the names of what it reads. Raises SettingError for marks out of place."""
        inputs: tuple[str, ...] = (self._last,)
        for at, mark in enumerate(marks):
            if mark == "[":
                self._open.append((self._last, []))
                inputs = (self._last,)
                continue
            if not self._open:
                raise SettingError(f"{mark} stands outside of branches, which begin with [.")
            start, ends = self._open[-1]
            ends.append(self._last)
            if mark == "|":
                self._last, inputs = start, (start,)
                continue
            self._open.pop()
            inputs = tuple(ends)
            if at < len(marks) - 1:
                raise SettingError(_MEET)
        if bool(layer.joins) != marks.endswith("]"):
            is_alone = f"{layer.name} stands behind the ] of branches, as in [relu | same] add."
            raise SettingError(is_alone if layer.joins else _MEET)
        if layer.joins == "alike":
            layer = replace(layer, branches=len(inputs))  # type: ignore[type-var]
        self._last = str(number)
        return layer, inputs


_COMMON = ("conv", "tconv", "max", "avg", "global avg", "fc", "dropout", "batch norm", "add", "concat", "relu")


def _hint(text: str) -> str:
    more = len(GRAMMARS) - len(_COMMON)
    return f"is no layer that can be typed here; there are {', '.join(_COMMON)} and {more} others."


def _given(grammar: Grammar, rest: str, where: str) -> dict[str, Any]:
    """The settings that stand behind a layer's kind."""
    given: dict[str, Any] = {}
    example = f"write it like {grammar.example}."
    slots = {slot.name: slot for slot in grammar.slots}
    while rest:
        for name, value, length in _readings(grammar, rest, given):
            slot = slots.get(name) or Slot(name)
            if name in given:
                noun = slot.noun if slot.single else name.replace("_", " ")
                raise SettingError(f"{where}, says its {noun} twice; {example}")
            if slot.single and isinstance(value, tuple):
                raise SettingError(f"{where}: its {slot.noun} is one number; {example}")
            if name != "padding" and isinstance(value, tuple) and any(isinstance(axis, tuple) for axis in value):
                raise SettingError(f"{where}: only padding differs at the two ends of an axis; {example}")
            given[name] = value
            rest = rest[length:].strip()
            break
        else:
            raise SettingError(f"{where}: {quoted(rest)} says nothing there; {example}")
    for slot in grammar.slots:
        if slot.needed and slot.name not in given:
            raise SettingError(f"{where}, needs its {slot.noun}; {example}")
    if given.get("padding") == "same" and grammar.kind == "conv" and both(given.get("stride", 1)) == (1, 1):
        given |= padded(grammar.kind, given, None)  # the same whatever comes in
    return given


def _readings(grammar: Grammar, rest: str, given: dict[str, Any]) -> Iterable[tuple[str, Any, int]]:
    """How the beginning of `rest` can be read: a setting's name, its value, and how many characters that took."""
    for flag in grammar.flags:
        if match := re.match(rf"(?:{flag.words})(?![a-z])", rest):
            yield flag.name, flag.value, match.end()
    for slot in grammar.slots:
        if slot.one:
            word = rf"(?:(?:{slot.words})\s*[=:]?\s*){'?' if slot.bare else ''}"
            behind = rf"(?:\s*{slot.behind})?" if slot.behind else ""
            if match := re.match(rf"{word}({slot.one})(?:\s*x\s*({slot.one}))?{behind}(?![\w.+])", rest):
                yield slot.name, _loose(match[1], match[2] or match[1], slot), match.end()
            continue
        if slot.decimal:
            word = rf"(?:(?:{slot.words})\s*[=:]?\s*){'?' if slot.bare else ''}"
            if match := re.match(rf"{word}{_NUMBER}\s*(%?)(?![\w.])", rest):
                number = float(match[1] + (match[2] or ""))
                if number > LARGEST:  # infinity too
                    most = f"A stack is written with numbers up to {grouped(LARGEST)}"
                    raise SettingError(f"{most}; {quoted(match[0])} is more.")
                yield slot.name, number / (100 if match[3] else 1), match.end()
            continue
        if match := re.match(rf"(?:{slot.words})\s*[=:]?\s*{_SIZE}(?![\w.+])", rest):
            yield slot.name, _size(match[1], slot), match.end()
        if match := re.match(rf"{_SIZE}\s*(?:{slot.words})(?![\w.+])", rest) if slot.name.startswith("out") else None:
            yield slot.name, _size(match[1], slot), match.end()
    if match := re.match(rf"{_SIZE}(?![\w.+])", rest):
        bare = [slot for slot in grammar.slots if slot.bare and not slot.decimal]
        if re.search(r"[x+]", match[1]) and not all(slot.single for slot in bare):
            bare = [slot for slot in bare if not slot.single]
        for slot in bare:
            if slot.name not in given:
                yield slot.name, _size(match[1], slot), match.end()
                return


def _loose(down: str, across: str, slot: Slot) -> Any:
    """7, 1.5 or keep, or two of them."""
    numbers = [None if text.isalpha() else float(text) if "." in text else int(text) for text in (down, across)]
    largest = max(number or 0 for number in numbers)
    if largest > LARGEST_SIDE:
        raise SettingError(
            f"A stack is written with a {slot.name.replace('_', ' ')} up to {grouped(LARGEST_SIDE)}; "
            f"{amount(int(largest))} is more."
        )
    return numbers[0] if numbers[0] == numbers[1] else tuple(numbers)


def _size(text: str, slot: Slot) -> Any:
    """2, 2x3 or, of a padding, 0+1x2+2."""
    axes = [[int(end) for end in axis.split("+")] for axis in text.replace(" ", "").split("x")]
    largest = max(max(axis) for axis in axes)
    most, what = (LARGEST, "numbers") if slot.single else (LARGEST_SIDE, f"a {slot.name.replace('_', ' ')}")
    if largest > most:
        raise SettingError(f"A stack is written with {what} up to {grouped(most)}; {amount(largest)} is more.")
    sizes = [axis[0] if len(axis) == 1 else tuple(axis) for axis in axes]
    down, across = sizes[0], sizes[-1]
    return down if down == across and isinstance(down, int) else (down, across)


@checked
def written(layers: Iterable[Layer]) -> str:
    """The text that `read` reads back to exactly these layers. Raises SettingError for a layer that cannot be typed."""
    layers = tuple(layers)
    if any(layer.joins for layer in layers):
        raise SettingError("Layers that join branches cannot be written one behind the other.")
    return "; ".join(Draft.of(layer).text for layer in layers)


def _said(grammar: Grammar, settings: Mapping[str, Any]) -> list[str]:
    """Settings as text: what the layer needs, then what differs from the usual, at last what comes in."""
    said, told = [], []
    for slot in grammar.slots:
        usual = settings.get(slot.usual) if isinstance(slot.usual, str) else slot.usual
        value = settings.get(slot.name)
        value = usual if value is None else value
        if slot.is_told:
            told += [f"{slot.written}{value}"] if value is not None else []
        elif slot.one:
            axes = both(value) if isinstance(value, tuple) else (value,)
            text = "x".join("keep" if one is None else repr(one) for one in axes)
            said += [f"{slot.written}{text}{slot.behind}"] if value is not None and value != usual else []
        elif slot.decimal:
            said += [slot.written + repr(value).removesuffix(".0")] if slot.bare or value != usual else []
        elif slot.needed:
            said += [str(value) if slot.single else "x".join(map(str, both(value)))] if value is not None else []
        elif value != usual:
            said.append(value if isinstance(value, str) else slot.written + axes_text(*(
                value if isinstance(value, tuple) else (value,)
            )))  # fmt: skip
    flags = [flag.written for flag in grammar.flags if flag.written and settings.get(flag.name) == flag.value]
    return [*said, *flags, *told]
