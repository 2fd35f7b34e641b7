"""A stack of layers as text: what a visitor types, and what a link carries.

conv 6 5x5 p2; relu; max 2x2; conv 16 5x5; relu; avg 2x2; fc 120; dropout 0.5; batch norm; sigmoid
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from cnnviz.checks import amount, one_of
from cnnviz.errors import CnnvizError, SettingError
from cnnviz.geometry import PADDING_MODES
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import is_code
from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.elementwise import Activate, BatchNorm2d, Dropout
from cnnviz.layers.layer import Layer, Shape, both
from cnnviz.layers.linear import Linear
from cnnviz.layers.pasted import knows, own, pieces
from cnnviz.layers.pooling import AvgPool2d, GlobalAvgPool, MaxPool2d
from cnnviz.layers.same import axes_text, padded
from cnnviz.numbers import grouped
from cnnviz.signatures import checked, hold

LONGEST = 4000  # characters
DEEPEST = 100  # layers
LARGEST = 1_000_000  # filters or units
LARGEST_SIDE = 4096  # of a kernel, its stride, its padding: twice the longest side of a picture

_SIGNS = str.maketrans({"×": "x", "*": "x", ",": " ", "(": " ", ")": " ", "→": ";", "|": ";", "\n": ";", "\r": ";",
                        **dict.fromkeys("\ufeff\u200b\u2060")})  # fmt: skip
_POOL = r"[\s-]*pool(?:ing)?(?:[\s-]*2d)?"
_WORDS = {
    kind: re.compile(rf"(?:{words})(?![a-z])")
    for kind, words in {
        "conv": r"conv(?:olution(?:al)?)?(?:[\s-]*2d)?",
        "global avg": rf"global[\s-]*(?:avg|average|mean)(?:{_POOL})?|gap|adaptive[\s-]*avg{_POOL}",
        "max": rf"max(?:{_POOL})?|pool(?:ing)?",
        "avg": rf"(?:avg|average|mean)(?:{_POOL})?",
        "fc": r"fc|fully[\s-]*connected|dense|linear",
        "dropout": r"drop[\s-]*out",
        "batch norm": r"batch[\s-]*norm(?:ali[sz]ation)?(?:[\s-]*[12]d)?|bn",
        "relu": r"relu",
        "leaky relu": r"leaky[\s-]*relu|lrelu",
        "sigmoid": r"sigmoid|logistic",
        "scaled tanh": r"scaled[\s-]*tanh",
        "tanh": r"tanh",
        "gelu": r"gelu",
        "identity": r"identity",
    }.items()
}
KINDS = tuple(_WORDS)
_MAKERS: dict[str, Callable[..., Layer]] = {
    "conv": Conv2d,
    "max": MaxPool2d,
    "avg": AvgPool2d,
    "global avg": GlobalAvgPool,
    "fc": Linear,
    "dropout": Dropout,
    "batch norm": BatchNorm2d,
}
_EXAMPLES = {
    "conv": "conv 16 3x3 s1 p1 (16 filters of 3 × 3, stride 1, padding 1)",
    "max": "max 2x2 s2",
    "avg": "avg 2x2 s2",
    "global avg": "global avg",
    "fc": "fc 120",
    "dropout": "dropout 0.5",
    "batch norm": "batch norm",
}
_SETTINGS = {  # name: (which kinds have it, how it may be called)
    "out_channels": ("conv", r"f|filters|out[\s_-]*channels"),
    "out_features": ("fc", r"units|outputs|out[\s_-]*features"),
    "kernel_size": ("conv, max, avg", r"k|kernel(?:[\s_-]*size)?"),
    "stride": ("conv, max, avg", r"s|strides?"),
    "padding": ("conv, max, avg", r"p|pad(?:ding)?"),
    "dilation": ("conv", r"d|dilation"),
    "groups": ("conv", r"g|groups"),
    "in_channels": ("conv", r"in(?:[\s_-]*channels)?"),
    "in_features": ("fc", r"in(?:[\s_-]*features)?"),
    "num_features": ("batch norm", r"in|num[\s_-]*features"),
}
TOLD = ("in_channels", "in_features", "num_features")  # what comes in, as PyTorch's text tells it
_READ_AS = {  # what a visitor calls the settings that cannot be 0
    "out_channels": "the number of filters F",
    "out_features": "the number of outputs",
    "kernel_size": "the kernel's size K",
    "stride": "the stride S",
    "dilation": "the dilation D",
    "groups": "the number of groups",
    **dict.fromkeys(TOLD, "what comes in"),
}
_SINGLE = {
    "out_channels": "number of filters",
    "out_features": "number of outputs",
    "groups": "number of groups",
    **dict.fromkeys(TOLD, "count of what comes in"),
}
_NEEDED = {
    "conv": {"out_channels": "number of filters", "kernel_size": "kernel's size"},
    "max": {"kernel_size": "kernel's size"},
    "avg": {"kernel_size": "kernel's size"},
    "fc": {"out_features": "number of outputs"},
}
_SAME: dict[str, dict[str, Any]] = {r"same": {"padding": "same"}, r"valid": {"padding": 0}}
_FLAGS: dict[str, dict[str, dict[str, Any]]] = {  # what is said in a word, and what it means
    "conv": {
        r"no[\s-]*bias|bias[\s=:]*(?:false|no|off|0)": {"bias": False},
        **{rf"(?:border\s*)?{mode}": {"padding_mode": mode} for mode in PADDING_MODES},
        **_SAME,
    },
    "fc": {r"no[\s-]*bias|bias[\s=:]*(?:false|no|off|0)": {"bias": False}},
    "max": {r"ceil(?:[\s_-]*mode)?": {"ceil_mode": True}, **_SAME},
    "avg": {
        **_SAME,
        r"ceil(?:[\s_-]*mode)?": {"ceil_mode": True},
        r"(?:ignore|without)[\s-]*padding": {"count_include_pad": False},
    },
}
_SIZE = r"(\d+(?:\+\d+)?(?:\s*x\s*\d+(?:\+\d+)?)?)"
_NUMBER = r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"


@checked
@dataclass(frozen=True)
class Draft:
    """A layer as it is typed: its kind, and settings that need not work together yet.

    kind      one of KINDS: conv, max, avg, global avg, fc, dropout, batch norm, or an activation
    settings  by PyTorch's parameter names; what is not in it, or None, is as usual. A padding "same" has a stride
    """

    kind: str
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        hold(self)
        one_of(self.kind, "The kind", KINDS)
        make = _MAKERS.get(self.kind)
        for name in self.settings:
            one_of(name, "A setting", [each.name for each in fields(make)] if make else ())  # type: ignore[arg-type]

    def layer(self, shape: Shape | None = None) -> Layer:
        """The layer that it means on an input of this shape; without one, whatever comes in.

        Raises SettingError where the settings make none, and for a "same" whose padding follows from a shape that is
        not there.
        """
        settings = {name: value for name, value in self.settings.items() if value is not None}
        for name, value in settings.items():
            if name in _READ_AS and any(isinstance(one, int) and one == 0 for one in both(value)):
                raise SettingError(f"{_READ_AS[name]} is 0; it must be a whole number of at least 1.")
        if isinstance(padding := settings.get("padding"), str) and padding == "same":
            settings |= padded(self.kind, settings, shape)
        if self.kind in ("max", "avg") and any(isinstance(axis, tuple) for axis in both(settings.get("padding"))):
            raise SettingError("the padding P of POOL is the same at both ends; write one number, such as p1.")
        make = _MAKERS.get(self.kind)
        return make(**settings) if make else Activate(self.kind)

    @property
    def text(self) -> str:
        """The shortest text that says it."""
        return " ".join([self.kind, *_said(self.kind, self.settings)])

    @classmethod
    def of(cls, layer: Layer) -> Draft:
        """The draft that means `layer`. Raises SettingError for a layer that cannot be typed."""
        if isinstance(layer, Activate):
            return cls(layer.function, {})
        kind = next((kind for kind, make in _MAKERS.items() if type(layer) is make), None)
        if kind is None:
            raise SettingError(f"{layer.name} is no layer that can be typed.")
        names = (each.name for each in fields(layer) if each.name not in TOLD)  # type: ignore[arg-type]
        return cls(kind, {name: getattr(layer, name) for name in names})


@checked
def parts(text: str) -> list[str]:
    """The layers of a text, each by itself, what PyTorch and Keras write in the words of this module as far as it goes.

    Raises SettingError where they are too many, and for code that is no chain of layers.
    """
    if len(text) > LONGEST:
        raise SettingError(f"The stack is written in {grouped(len(text))} characters; it may have {grouped(LONGEST)}.")
    found = [
        part.strip()
        for piece in (pieces(text) if is_code(text) else [text])
        for part in ([piece] if is_code(piece) else piece.lower().replace("->", ";").translate(_SIGNS).split(";"))
        if part.strip()
    ]
    if len(found) > DEEPEST:
        raise SettingError(f"The stack has {len(found)} layers; it may have {DEEPEST}.")
    return found


@checked
def draft(part: str, number: int) -> Draft:
    """What one of the `parts` means, layer `number` from 1. Raises SettingError for what cannot be read."""
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
    found = next(((kind, match) for kind, words in _WORDS.items() if (match := words.match(part))), None)
    if found is None:
        raise SettingError(f"Layer {number}, {quoted(part)}, {_hint(part)}")
    kind, match = found
    return Draft(kind, _given(kind, part[match.end() :].strip(" :="), f"Layer {number}, {quoted(part)}"))


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
    counted from 1.
    """
    layers = []
    for number, part in enumerate(parts(text), 1):
        found = draft(part, number)
        try:
            layers.append(found.layer())
        except CnnvizError as problem:
            raise SettingError(f"Layer {number}, {problem}") from None
    return tuple(layers)


def _hint(text: str) -> str:
    if text.startswith("softmax"):
        return "is not here: it makes shares of 1 of the last numbers and keeps their order. Leave it out."
    if text.startswith("flatten"):
        return "is not needed: FC reads a whole volume. Leave it out."
    return f"is no layer that can be typed here; there are {', '.join(KINDS)}."


def _given(kind: str, rest: str, where: str) -> dict[str, Any]:
    """The settings that stand behind a layer's kind."""
    given: dict[str, Any] = {}
    example = f"write it like {_EXAMPLES.get(kind, kind)}."
    while rest:
        for name, value, length in _readings(kind, rest, given):
            if name in given:
                raise SettingError(f"{where}, says its {_SINGLE.get(name, name.replace('_', ' '))} twice; {example}")
            _check(name, value, where, example)
            given[name] = value
            rest = rest[length:].strip()
            break
        else:
            raise SettingError(f"{where}: {quoted(rest)} says nothing there; {example}")
    for name, words in _NEEDED.get(kind, {}).items():
        if name not in given:
            raise SettingError(f"{where}, needs its {words}; {example}")
    if given.get("padding") == "same" and kind == "conv" and both(given.get("stride", 1)) == (1, 1):
        given |= padded(kind, given, None)  # the same whatever comes in
    return given


def _check(name: str, value: Any, where: str, example: str) -> None:
    """Refuse two numbers where there can be but one, and two ends of an axis where there are none."""
    if name in _SINGLE and isinstance(value, tuple):
        raise SettingError(f"{where}: its {_SINGLE[name]} is one number; {example}")
    if name != "padding" and isinstance(value, tuple) and any(isinstance(axis, tuple) for axis in value):
        raise SettingError(f"{where}: only padding differs at the two ends of an axis; {example}")


def _readings(kind: str, rest: str, given: dict[str, Any]) -> Iterable[tuple[str, Any, int]]:
    """How the beginning of `rest` can be read: a setting's name, its value, and how many characters that took."""
    for words, meaning in _FLAGS.get(kind, {}).items():
        if match := re.match(rf"(?:{words})(?![a-z])", rest):
            name, value = next(iter(meaning.items()))
            yield name, value, match.end()
    for name, (kinds, words) in _SETTINGS.items():
        if kind in kinds.split(", "):
            if match := re.match(rf"(?:{words})\s*[=:]?\s*{_SIZE}(?![\w.+])", rest):
                yield name, _size(match[1], name), match.end()
            if match := re.match(rf"{_SIZE}\s*(?:{words})(?![\w.+])", rest) if name.startswith("out") else None:
                yield name, _size(match[1], name), match.end()
    if kind in ("dropout", "batch norm"):
        name, words = ("p", r"(?:p\s*[=:]?\s*)?") if kind == "dropout" else ("eps", r"eps(?:ilon)?\s*[=:]?\s*")
        if match := re.match(rf"{words}{_NUMBER}\s*(%?)(?![\w.])", rest):
            number = float(match[1] + (match[2] or ""))
            if number > LARGEST:  # infinity too
                most = f"A stack is written with numbers up to {grouped(LARGEST)}"
                raise SettingError(f"{most}; {quoted(match[0])} is more.")
            yield name, number / (100 if match[3] else 1), match.end()
    elif match := re.match(rf"{_SIZE}(?![\w.+])", rest):
        order = {"conv": ("out_channels", "kernel_size"), "fc": ("out_features",), "max": ("kernel_size", "stride")}
        names = [name for name in order.get("max" if kind == "avg" else kind, ()) if name not in given]
        if kind == "conv" and re.search(r"[x+]", match[1]):
            names = [name for name in names if name == "kernel_size"]
        if names:
            yield names[0], _size(match[1], names[0]), match.end()


def _size(text: str, name: str) -> Any:
    """2, 2x3 or, of a padding, 0+1x2+2."""
    axes = [[int(end) for end in axis.split("+")] for axis in text.replace(" ", "").split("x")]
    largest = max(max(axis) for axis in axes)
    most, what = (LARGEST, "numbers") if name in _SINGLE else (LARGEST_SIDE, f"a {name.replace('_', ' ')}")
    if largest > most:
        raise SettingError(f"A stack is written with {what} up to {grouped(most)}; {amount(largest)} is more.")
    sizes = [axis[0] if len(axis) == 1 else tuple(axis) for axis in axes]
    down, across = sizes[0], sizes[-1]
    return down if down == across and isinstance(down, int) else (down, across)


@checked
def written(layers: Iterable[Layer]) -> str:
    """The text that `read` reads back to exactly these layers. Raises SettingError for a layer that cannot be typed."""
    return "; ".join(Draft.of(layer).text for layer in layers)


def _said(kind: str, settings: Mapping[str, Any]) -> list[str]:
    """Settings as text: what the layer needs, then what differs from the usual."""
    if kind == "dropout":
        return [f"{settings.get('p', Dropout().p)!r}"]
    told = [f"in {settings[name]}" for name in TOLD if settings.get(name) is not None]
    if kind == "batch norm":
        eps = settings.get("eps", BatchNorm2d().eps)
        return [f"eps {eps!r}"] * (eps != BatchNorm2d().eps) + told
    said = [str(settings[name]) for name in ("out_channels", "out_features") if name in settings]
    if "kernel_size" in settings:
        said.append("x".join(map(str, both(settings["kernel_size"]))))
    usual = {"stride": 1 if kind == "conv" else settings.get("kernel_size"), "padding": 0, "dilation": 1, "groups": 1}
    for name, value in usual.items():
        given = settings.get(name, value)
        if given == "same":
            said.append(given)
        elif given is not None and given != value:
            said.append(name[0] + axes_text(*(given if isinstance(given, tuple) else (given,))))
    said += ["no bias"] * (not settings.get("bias", True)) + ["ceil"] * bool(settings.get("ceil_mode"))
    said += ["ignore padding"] * (not settings.get("count_include_pad", True))
    mode = settings.get("padding_mode", "zeros")
    return said + [mode] * (mode != "zeros") + told
