"""A stack of layers as Python code, or as PyTorch prints it: which layers are called, in their order.

The code is parsed, never run: what only a run could say is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted

_LAYER = re.compile(r"\b[A-Z]\w*\s*\(")
_LABEL = re.compile(r"(?:\A|\n)[ \t]*\([\w.-]+\):[ \t]*")  # (0): of a printed Sequential
_SILENT = re.compile(r"(?:import|from)\b")
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)", re.M)
_COMMENT = re.compile(r"#[^\n]*")

_KERAS = re.compile(r"keras|\btf\.|\b(?:Conv2D|Dense|\w+Pool(?:ing)?2D|BatchNormalization)\b")

# What holds layers one behind the other. Of any other module only its code says how its layers are used; those of
# torchvision that are named here use them in the order in which they print them, and flatten before the classifier.
_CHAINS = {"Sequential", "OrderedDict", "add", "append", "AlexNet", "VGG"}
_NO_LAYERS = ("compile", "summary", "build", "fit", "to", "eval", "train", "print", "cuda", "cpu", "manual_seed")
_OTHER = re.compile(rf"(?:[\w.]+\.)?(?:{'|'.join(_NO_LAYERS)})\s*\(")


def is_code(text: str) -> bool:
    """Whether a text calls layers as PyTorch and Keras do: by a capital letter and brackets."""
    return _LAYER.search(text) is not None


def calls(text: str) -> Iterator[str | ast.Call]:
    """The calls of layers in a text, in their order; and what stands between them and calls none, as it is.

    Raises SettingError for code that is no chain of layers, and RecursionError for what is nested too deep.
    """
    keras = _KERAS.search(text) is not None
    for statement in _statements(text):
        yield from _of_statement(statement, keras)


def _statements(text: str) -> list[str]:
    """What stands between new lines, semicolons and arrows outside all brackets."""
    text = _COMMENT.sub("", _PROMPT.sub("", text)).replace("->", ";")
    found, start, depth = [], 0, 0
    for sign in re.finditer(r"[()\[\]{};\n\r|→]", text):
        if sign[0] in "([{":
            depth += 1
        elif sign[0] in ")]}":
            depth = max(depth - 1, 0)
        elif not depth:
            found.append(text[start : sign.start()])
            start = sign.end()
    if depth:
        raise SettingError(f"A bracket is never closed in {quoted(text[start:].strip())}.")
    return [statement for statement in (*found, text[start:]) if statement.strip()]


def _of_statement(statement: str, keras: bool) -> Iterator[str | ast.Call]:
    """The calls of layers in one statement; the statement itself where it calls none."""
    told = statement.strip()
    if _SILENT.match(told):
        return
    if re.match(r"(?:class|def)\b", told):
        raise SettingError(
            f"{quoted(told)} is code of a module: only running it says how its layers follow each other. Paste a "
            "Sequential."
        )
    if not _LAYER.search(told):
        if not _OTHER.match(told):
            yield told
        return
    node = parsed(re.sub(r"\(\s*,", "(", _LABEL.sub(",", told).lstrip(",")))
    if node is None:  # no Python: MaxPool2d(2x2)
        yield told
        return
    for call in _calls(node):
        if keras and named(call) == "LeakyReLU" and not (call.args or call.keywords):
            call.keywords.append(ast.keyword("negative_slope", ast.Constant(0.3)))  # Keras' own
        call.func = ast.Name(named(call))
        yield call


def parsed(code: str) -> ast.expr | None:
    """The expression, or what is assigned; None for what is no Python."""
    if "\\" in code:
        return None
    try:
        (statement,) = ast.parse(code).body
    except (SyntaxError, ValueError, MemoryError):
        return None
    value = getattr(statement, "value", None)
    return value if isinstance(value, ast.expr) else None


def _calls(node: ast.expr) -> Iterator[ast.Call]:
    """The layers' calls in an expression, in their order."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from _calls(item)
        case ast.Constant(value=str()):  # a layer's name
            return
        case ast.Call(func=ast.Call()):
            raise SettingError(
                f"{quoted(ast.unparse(node))} calls a layer on a variable: how such layers follow each other is not "
                "read here. Paste a Sequential."
            )
        case ast.Call() if named(node) in _CHAINS:
            for item in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "layers")):
                yield from _calls(item)
        case ast.Call(func=ast.Attribute(value=ast.Call() as before)) if named(node) in _NO_LAYERS:
            yield from _calls(before)  # Sequential(...).to(device)
        case ast.Call() if named(node) in _NO_LAYERS:
            return
        case ast.Call() if any(isinstance(item, ast.Call) and _LAYER.match(named(item) + "(") for item in node.args):
            raise SettingError(
                f"{quoted(named(node))} is a module of its own: only its code says how its layers follow each other. "
                "Paste a Sequential."
            )
        case ast.Call():
            yield node
        case _:
            told = quoted(ast.unparse(node))
            raise SettingError(f"{told} is no layer, and code is not run here. Paste a Sequential.")


def named(node: ast.expr | None) -> str:
    """Conv2d of nn.Conv2d(...)."""
    called = node.func if isinstance(node, ast.Call) else node
    return getattr(called, "attr", getattr(called, "id", ""))


def value_of(node: ast.expr) -> Any:
    """A number, a truth, None, some of these, or the last name of what else there is: relu of tf.nn.relu."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return named(node)
    return tuple(value) if isinstance(value, list) else value
