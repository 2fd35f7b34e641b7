"""Layers as PyTorch and Keras write and print them, in the words of `typed`.

    nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU())    and its printed form, with (0): before each layer
    keras.Sequential([layers.Conv2D(64, 3, padding="same", activation="relu"), ...]), model.add(...)

Here one call by itself; how they follow each other: reading.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers import GRAMMARS
from cnnviz.layers.code import is_code, named, parsed, value_of
from cnnviz.layers.grammar import Slot
from cnnviz.layers.same import axes_text

# How each is called: its kind in `typed`, and its parameters in their order.
CALLS: dict[str, tuple[str, str]] = {
    **{name: (kind, told) for kind, (_, grammar) in GRAMMARS.items() for name, told in grammar.calls.items()},
    "Flatten": ("", "start_dim end_dim"),
    "Activation": ("", "activation"),
    **dict.fromkeys(("Input", "InputLayer"), ("", "shape")),
}
# What Keras takes where nothing is said, and PyTorch does not.
_KERAS_USUAL: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("BatchNormalization", "LayerNormalization", "GroupNormalization"), {"epsilon": 0.001}),
    **dict.fromkeys(("MaxPooling2D", "MaxPool2D", "AveragePooling2D", "AvgPool2D"), {"pool_size": 2}),
    "UpSampling2D": {"scale_factor": 2},
    "UpsamplingBilinear2d": {"mode": "bilinear", "align_corners": True},
}
_FUNCTIONS = {
    **{name: name for name in ("relu", "sigmoid", "tanh", "gelu", "relu6", "silu", "elu", "softplus", "softmax")},
    "swish": "silu", "hard_sigmoid": "hard sigmoid", "hard_swish": "hard swish", "hard_silu": "hard swish",
    "linear": "",
}  # fmt: skip

# What changes nothing of a layer's shape or numbers as they are counted and run here.
_IGNORED = {
    "device", "dtype", "momentum", "data_format", "name", "trainable", "seed", "keepdims", "batch_size", "input_dim",
}  # fmt: skip
_IGNORED_ENDS = ("_initializer", "_regularizer", "_constraint", "_shape")  # of Keras' names
# What a setting must be, for there is nothing else here.
_ONLY: dict[str, tuple[Any, ...]] = {
    "return_indices": (False,), "divisor_override": (None,), "affine": (True,), "track_running_stats": (True,),
    "center": (True,), "scale": (True,), "axis": (-1, 1, 3), "approximate": ("none", False), "max_value": (None,),
    "threshold": (0,), "negative_slope": (0.01,), "alpha": (0.01,), "start_dim": (1,), "end_dim": (-1, 3),
    "recompute_scale_factor": (None, False), "dim": (1, -1),
}  # fmt: skip
_ONLY_OF: dict[str, dict[str, tuple[Any, ...]]] = {
    "GELU": {"approximate": ("none", False, "tanh")},
    "GroupNorm": {"affine": (True, False)},
    "InstanceNorm2d": {"affine": (True, False), "track_running_stats": (False,)},
    "ELU": {"alpha": (1,)}, "Softplus": {"beta": (1,), "threshold": (20,)},
}  # fmt: skip
# What is a layer of its own where its first setting is not the usual one.
_UNUSUAL: dict[str, tuple[str, Any]] = {
    "LeakyReLU": ("leaky relu slope", 0.01), "ELU": ("elu alpha", 1), "GELU": ("gelu tanh", "none"),
}  # fmt: skip
_INSTEAD = {
    "affine": "here it has its weight and its bias; leave it out.",
    "start_dim": "FC reads a whole volume; leave it out.",
}
_NOT_HERE = {
    "LogSoftmax": "is not here: it keeps the order of the last numbers. Leave it out, or write softmax.",
    "Dropout2d": "drops whole maps; dropout here drops single numbers.",
    "SpatialDropout2D": "drops whole maps; dropout here drops single numbers.",
}


def knows(call: str) -> bool:
    """Whether PyTorch or Keras has a layer of this name that is read here, if it is set so."""
    return named(parsed(call)) in CALLS


def own(call: str) -> list[str]:
    """A layer, by the call of it, in the words of `typed`: one text, none for Flatten, two with an activation.

    Raises SettingError, in words that follow the call, for what is not here; none for a name that says nothing.
    """
    node = parsed(call)
    name = named(node)
    if not isinstance(node, ast.Call) or name not in CALLS:
        raise SettingError(_NOT_HERE.get(name, ""))
    kind, parameters = CALLS[name]
    if name == "UpSampling2D":  # Keras' size is how many times as large
        for word in node.keywords:
            word.arg = {"size": "scale_factor"}.get(word.arg or "", word.arg)
    if name in _UNUSUAL and _is_unusual(node, parameters.split()[0], _UNUSUAL[name][1]):
        kind = _UNUSUAL[name][0]
    slots = {slot.name: slot for slot in GRAMMARS[kind][1].slots} if kind in GRAMMARS else {}
    given = _arguments(node, parameters.split(), slots)
    if name == "Conv2d" and list(given) == ["in_channels", "out_channels"]:  # Conv2d(16, 3), as it is typed
        given = dict(zip(("out_channels", "kernel_size"), given.values()))
    given = {**_KERAS_USUAL.get(name, {}), **given}
    if kind == "adaptive avg" and given.get("output_size") in (1, (1, 1)):
        kind, given = "global avg", {}
    if kind == "tconv" and str(given.get("padding")).lower() == "same" and given.get("output_padding") is None:
        given |= _same_transposed(given)
    if name == "ReLU" and not isinstance(given.get("inplace"), (bool, str, type(None))):  # a str: a name in the code
        raise SettingError("has a largest value; ReLU here has none.")
    said = {name: _SAID[name](value, kind) if name in _SAID else _in_slot(value, slots[name])
            for name, value in given.items() if name in _SAID or name in slots}  # fmt: skip
    needed = (name for name, slot in slots.items() if slot.needed)
    first = ("out_channels", "filters", "out_features", "units", "kernel_size", "pool_size", *needed)
    words = [said.pop(name) for name in first if name in said] + list(said.values())
    texts = [" ".join(filter(None, [kind, *words]))] if kind else []
    if given.get("activation"):
        texts.append(_function(str(given["activation"])))
    if name == "Activation" and is_code("".join(texts)):
        raise SettingError(f"is no function here; there are {', '.join(filter(None, _FUNCTIONS.values()))}.")
    return [text for text in texts if text]


def _is_unusual(node: ast.Call, parameter: str, usual: Any) -> bool:
    """Whether a call gives its first parameter another value than the usual one, and one that may be read."""
    words = {word.arg: word.value for word in node.keywords}
    told = value_of(node.args[0] if node.args else words[parameter]) if node.args or parameter in words else usual
    return told == "tanh" if usual == "none" else type(told) in (int, float) and told != usual


def _arguments(node: ast.Call, parameters: list[str], slots: Mapping[str, Slot]) -> dict[str, Any]:
    """What a call gives to its parameters, without those that change nothing here."""
    given: dict[str, Any] = {}
    if len(node.args) > len(parameters) and parameters:
        raise SettingError(f"is given {len(node.args)} settings without a name; it has {len(parameters)}.")
    pairs = [*zip(parameters, node.args), *((keyword.arg or "**", keyword.value) for keyword in node.keywords)]
    for name, value in pairs:
        if name in given:
            raise SettingError(f"is given {name} twice.")
        if name in _IGNORED or (name.endswith(_IGNORED_ENDS) and name not in _SAID):
            continue
        told = given[name] = value_of(value)
        allowed = () if name in slots else {**_ONLY, **_ONLY_OF.get(named(node), {})}.get(name, ())
        if allowed and not any(told == one and isinstance(told, bool) == isinstance(one, bool) for one in allowed):
            raise SettingError(f"has {name} {_told(told)}; {_INSTEAD.get(name, f'here it is {allowed[0]}.')}")
        if name not in {*_SAID, *_ONLY, *parameters, "inplace", "activation"}:
            raise SettingError(f"has the setting {quoted(name)}, which is not here.")
    return given


def _told(value: Any) -> str:
    return " × ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _size(value: Any, kind: str) -> str:
    """3 or (3, 5) as 3x5."""
    sides = value if isinstance(value, tuple) else (value,)
    if len(sides) not in (1, 2) or not all(type(side) is int and side >= 0 for side in sides):
        raise SettingError(f"has {quoted(_told(value))} where a whole number or (height, width) belongs.")
    return "x".join(map(str, sides))


def _count(value: Any, kind: str) -> str:
    if type(value) is not int or value < 0:
        raise SettingError(f"has {quoted(_told(value))} where a whole number belongs.")
    return str(value)


def _number(value: Any, kind: str) -> str:
    if type(value) not in (int, float) or not 0 <= value < float("inf"):
        raise SettingError(f"has {quoted(_told(value))} where a number belongs.")
    return repr(value)


def _in_slot(value: Any, slot: Slot) -> str:
    """What no other framework calls otherwise: as the layer itself says that it is typed."""
    if value is None:
        return ""
    if slot.one:
        return slot.written + _loose(value, slot) + slot.behind
    return slot.written + (_number if slot.decimal else _count if slot.single else _size)(value, "")


def _loose(value: Any, slot: Slot) -> str:
    """7, 1.5 or None, or two of them."""
    sides = value if isinstance(value, tuple) else (value,)
    texts = ["keep" if side is None else str(side) for side in sides]
    if len(sides) not in (1, 2) or not all(re.fullmatch(slot.one, text) for text in texts):
        raise SettingError(f"has {quoted(_told(value))} where the {slot.noun or slot.name} belongs.")
    return "x".join(texts)


def _stride(value: Any, kind: str) -> str:
    return "" if value is None else f"s{_size(value, kind)}"


def _padding(value: Any, kind: str) -> str:
    if isinstance(value, str):
        if value.lower() not in ("same", "valid"):
            raise SettingError(f"has the padding {quoted(value)}; it is a number, same or valid.")
        return value.lower().replace("valid", "")
    if isinstance(value, _Ends):
        return f"p{axes_text(*value)}"
    return f"p{_size(value, kind)}"


class _Ends(tuple):
    """A padding that may differ at the two ends of an axis."""


def _same_transposed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keras' "same" of a transposed convolution: an output S times as large, what is over cut off, the odd one behind,
    what is missing put there."""
    told = [given.get(name, 1) for name in ("kernel_size", "strides", "dilation_rate")]
    sides = [value if isinstance(value, tuple) else (value, value) for value in told]
    if not all(len(pair) == 2 and all(type(side) is int and side > 0 for side in pair) for pair in sides):
        return {}  # as it is, for its own refusal
    over = [d * (k - 1) + 1 - s for k, s, d in zip(*sides)]
    cut = [max(0, each) for each in over]
    return {
        "padding": _Ends((each // 2, each - each // 2) for each in cut),
        "output_padding": tuple(max(0, -each) for each in over),
    }


def _dilation(value: Any, kind: str) -> str:
    if kind in ("conv", "tconv", "max"):
        return f"d{_size(value, kind)}"
    if value not in (1, (1, 1)):
        raise SettingError(f"has dilation {_told(value)}; a pooling window here has none. Leave it out.")
    return ""


def _switch(text: str, at: bool) -> Callable[[Any, str], str]:
    """A word that is said where a switch stands so."""

    def said(value: Any, kind: str) -> str:
        if not isinstance(value, bool):
            raise SettingError(f"has {quoted(_told(value))} where True or False belongs.")
        return text if value is at else ""

    return said


def _affine(value: Any, kind: str) -> str:
    """Whether anything is learnt; each says it where it is not as usual."""
    if kind == "instance norm":
        return _switch("affine", True)(value, kind)
    return _switch("" if kind == "batch norm" else "no affine", False)(value, kind)


def _normalized(value: Any, kind: str) -> str:
    if isinstance(value, tuple) and len(value) > 1:
        raise SettingError(
            f"normalises {_told(value)} together, with a weight for each number; group norm 1 does it with one for "
            "each channel."
        )
    return f"in {_count(value[0] if isinstance(value, tuple) and value else value, kind)}"


def _mode(value: Any, kind: str) -> str:
    if value not in ("nearest", "bilinear"):
        raise SettingError(f"has the mode {quoted(_told(value))}; nearest and bilinear are here.")
    return value.replace("nearest", "")


def _function(name: str) -> str:
    """An activation by its name in Keras; as a layer of its own, to be refused there, where it is none."""
    return _FUNCTIONS.get(name.lower(), f"Activation({name!r})")


def channels_of(node: ast.Call) -> int:
    """Those of an Input(shape=(28, 28, 1)), or of an input_shape; 0 where they are not said for sure."""
    is_input = named(node) in ("Input", "InputLayer")
    told = [*(node.args if is_input else ()), *(word.value for word in node.keywords if "shape" in (word.arg or ""))]
    sizes = next((value for value in map(value_of, told) if isinstance(value, tuple) and len(value) >= 3), (0,))
    return sizes[-1] if sizes[-1] in (1, 3) else 0


_SAID: dict[str, Callable[[Any, str], str]] = {
    **dict.fromkeys(("out_channels", "filters", "out_features", "units"), _count),
    **dict.fromkeys(("kernel_size", "pool_size"), _size),
    **dict.fromkeys(("stride", "strides"), _stride),
    "padding": _padding,
    **dict.fromkeys(("dilation", "dilation_rate"), _dilation),
    "groups": lambda value, kind: f"g{_count(value, kind)}",
    **dict.fromkeys(("bias", "use_bias"), _switch("no bias", False)),
    **dict.fromkeys(("affine", "elementwise_affine"), _affine),
    "normalized_shape": _normalized,
    "padding_mode": lambda value, kind: "" if value == "zeros" else str(value),
    "ceil_mode": _switch("ceil", True),
    **dict.fromkeys(("mode", "interpolation"), _mode),
    "align_corners": lambda value, kind: "" if value is None else _switch("align corners", True)(value, kind),
    "count_include_pad": _switch("ignore padding", False),
    **dict.fromkeys(("p", "rate"), _number),
    **dict.fromkeys(("eps", "epsilon"), lambda value, kind: f"eps {_number(value, kind)}"),
    **dict.fromkeys(
        ("in_channels", "in_features", "num_features", "num_channels"), lambda value, kind: f"in {_count(value, kind)}"
    ),
}
