"""A network as PyTorch prints it: modules in modules, with the names of their parts.

    ResNet(
      (conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)
      (layer1): Sequential(
        (0): BasicBlock(

What is printed says which layers there are, not how they are joined: that is known of a Sequential, and of those of
torchvision's modules that are named here, if all their parts are there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import CHAINS, named, parsed
from cnnviz.layers.flowing import CodeFlow

_BEGIN = re.compile(r"\s*[A-Z]\w*\([ \t]*\n[ \t]*\([\w.-]+\):[ \t]")
_LABEL = re.compile(r"(?m)^[ \t]*\(([\w.-]+)\):[ \t]*(?:([0-9]{1,3}) x )?")

# How a module uses its parts; those with a ? may be missing. ReLU() is one that its forward calls by itself.
# Source: torchvision 0.28, torchvision/models: resnet.py, squeezenet.py, googlenet.py, alexnet.py, vgg.py, and
# torchvision/ops/misc.py; all flatten before what they call fc or classifier.
_KNOWN = {
    "BasicBlock": ("conv1 bn1 relu conv2 bn2 downsample?", "[ conv1 bn1 relu conv2 bn2 | downsample ] add relu"),
    "Bottleneck": (
        "conv1 bn1 conv2 bn2 conv3 bn3 relu downsample?",
        "[ conv1 bn1 relu conv2 bn2 relu conv3 bn3 | downsample ] add relu",
    ),
    "ResNet": ("conv1 bn1 relu maxpool layer1 layer2 layer3 layer4 avgpool fc",) * 2,
    "Fire": (
        "squeeze squeeze_activation expand1x1 expand1x1_activation expand3x3 expand3x3_activation",
        "squeeze squeeze_activation [ expand1x1 expand1x1_activation | expand3x3 expand3x3_activation ] concat",
    ),
    "SqueezeNet": ("features classifier",) * 2,
    "BasicConv2d": ("conv bn", "conv bn ReLU()"),
    "Inception": ("branch1 branch2 branch3 branch4", "[ branch1 | branch2 | branch3 | branch4 ] concat"),
    "SqueezeExcitation": (
        "avgpool fc1 fc2 activation scale_activation",
        "[ same | avgpool fc1 activation fc2 scale_activation ] multiply",
    ),
    "AlexNet": ("features avgpool classifier",) * 2,
    "VGG": ("features avgpool classifier",) * 2,
}
_CHAINS = {*CHAINS, "Conv2dNormActivation", "ConvNormActivation", "ConvBNReLU", "ConvBNActivation"}


class _Module(NamedTuple):
    """What is printed of one module: the call of it without its parts, and these by name, in their order."""

    call: ast.Call
    parts: list[tuple[str, _Module]]


def is_printed(text: str) -> bool:
    """Whether a text is a module with named parts, as PyTorch prints it."""
    return _BEGIN.match(text) is not None


def of_print(text: str) -> list[str]:
    """The layers that a printed network uses, as `typed` has them. Raises SettingError where that is not known."""
    count = iter(range(len(text)))

    def named_so(label: re.Match) -> str:
        name = re.sub(r"\W", "_", label[1])
        return f", _{next(count)}_{label[2] or 1}_{name}="

    code = re.sub(r"\(\s*,", "(", _LABEL.sub(named_so, text))
    node = parsed(code.strip())
    if not isinstance(node, ast.Call):
        beginning = quoted(text.strip().split("\n")[0].strip())
        raise SettingError(
            f"What begins with {beginning} is not as PyTorch prints it; paste all of it, or a Sequential."
        )
    flow = CodeFlow()
    return flow.parts(_through(_module(node), flow, 0))


def _module(node: ast.Call) -> _Module:
    parts, settings = [], []
    for keyword in node.keywords:
        label = re.fullmatch(r"_\d+_(\d+)_(\w+)", keyword.arg or "")
        if not label or not isinstance(keyword.value, ast.Call):
            settings.append(keyword)
            continue
        parts += [(label[2], _module(keyword.value))] * int(label[1])
    return _Module(ast.Call(ast.Name(named(node)), node.args, settings), parts)


def _through(module: _Module, flow: CodeFlow, at: int) -> int:
    """What a module makes of a value."""
    name = named(module.call)
    if not module.parts:
        return at if name in _CHAINS else flow.layer(module.call, at)
    if name in _CHAINS:
        for _, part in module.parts:
            at = _through(part, flow, at)
        return at
    if name not in _KNOWN:
        raise SettingError(
            f"{quoted(name)} is a module of its own: PyTorch prints its layers and not how it joins them. Paste its "
            "class, with __init__ and forward, or a Sequential."
        )
    wanted, used = _KNOWN[name]
    parts = dict(module.parts)
    every = [part.removesuffix("?") for part in wanted.split()]
    needed = [part for part in wanted.split() if not part.endswith("?")]
    if len(parts) < len(module.parts) or not {*needed} <= parts.keys() <= {*every}:
        raise SettingError(
            f"{quoted(name)} has not the parts of torchvision's ({', '.join(needed)}), so how it joins them is not "
            "known. Paste its class, with __init__ and forward."
        )
    return _used(iter(used.split()), parts, flow, at)


def _used(words: Iterator[str], parts: dict[str, _Module], flow: CodeFlow, at: int) -> int:
    """What the words make of a value, up to where their branches end."""
    start, ends = at, []
    for word in words:
        if word == "[":
            at = _used(words, parts, flow, at)
        elif word in "|]":
            ends.append(at)
            if word == "]":
                return flow.meet(next(words), ends)
            at = start
        elif word.endswith("()"):
            at = flow.layer(ast.Call(ast.Name(word[:-2]), [], []), at)
        elif word in parts:
            at = _through(parts[word], flow, at)
    return at
