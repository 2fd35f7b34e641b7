"""A stack of layers as Python code, or as PyTorch prints it: which layers are called, in their order.

The code is parsed, never run: what only a run could say is refused.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted

_LAYER = re.compile(r"\b[A-Z]\w*\s*\(")
_LABEL = re.compile(r"(?:\A|\n)[ \t]*\([\w.-]+\):[ \t]*")  # (0): of a printed Sequential
_SILENT = re.compile(r"(?:import|from|super)\b")
# What stands before a line of code where it is shown: a prompt, a fence of Markdown, the mark of a list.
_BEFORE = re.compile(r"^[ \t]*(?:>>>|\.\.\.|```[ \t]*\w*[ \t]*$|(?:[-*•]|[0-9]+\.)[ \t]+(?=[\w.]+\())", re.M)
# What word processors and web pages make of the signs of code.
_SIGNS = str.maketrans({**dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("“”„‟", '"'), "\u2212": "-", "\u2013": "-",
                        "\u00a0": " ", **dict.fromkeys("\ufeff\u200b\u2060")})  # fmt: skip
_COMMENT = re.compile(r"#[^\n]*")

_KERAS = re.compile(r"keras|\btf\.|\b(?:Conv2D|Dense|\w+Pool(?:ing)?2D|BatchNormalization)\b")

# What holds layers one behind the other. Of any other module only its code says how its layers are used; those of
# torchvision that are named here use them in the order in which they print them, and flatten before the classifier.
CHAINS = {"Sequential", "OrderedDict", "add", "add_module", "append", "extend", "AlexNet", "VGG"}
_CHAIN = re.compile(rf"\b(?:{'|'.join(sorted(CHAINS))})\s*\(")
_NO_LAYERS = ("compile", "summary", "build", "fit", "to", "eval", "train", "print", "cuda", "cpu", "manual_seed")
_OTHER = re.compile(rf"(?:[\w.]+\.)?(?:{'|'.join(_NO_LAYERS)})\s*\(")


def is_code(text: str) -> bool:
    """Whether a text calls layers as PyTorch and Keras do: by a capital letter and brackets."""
    return _LAYER.search(text) is not None


def is_keras(text: str) -> bool:
    """Whether it speaks Keras."""
    return _KERAS.search(text) is not None


def cleaned(text: str) -> str:
    """Code without its comments and without what stands around it where it is shown."""
    return _COMMENT.sub("", _BEFORE.sub("", text.translate(_SIGNS)))


def calls(text: str) -> Iterator[str | ast.Call]:
    """The calls of layers in a text, in their order; and what stands between them and calls none, as it is.

    Raises SettingError for code that is no chain of layers, and RecursionError for what is nested too deep.
    """
    keras = is_keras(text)
    for statement in _statements(text):
        yield from _of_statement(statement, keras)


def _statements(text: str) -> list[str]:
    """What stands between new lines, semicolons and arrows outside all brackets."""
    text = text.replace("->", ";")
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
            f"{quoted(told)} is code of a module that is not whole: paste it with all of its lines, __init__ and "
            "forward, or paste a Sequential."
        )
    if not _LAYER.search(told):
        if not _OTHER.match(told):
            yield told
        return
    code = re.sub(r"\(\s*,", "(", _LABEL.sub(",", told).lstrip(","))
    node = parsed(code)
    if node is None and _CHAIN.search(code):
        mistake = quoted(_wrong_line(code))
        raise SettingError(f"{mistake} is no Python: a comma or a quotation mark may be missing there.")
    if node is None or isinstance(node, ast.Constant):  # no Python: MaxPool2d(2x2); or a text that speaks of a layer
        yield told
        return
    for call in _calls(node):
        if keras:
            as_keras(call)
        call.func = ast.Name(named(call))
        yield call


def as_keras(call: ast.Call) -> None:
    """Say what Keras takes where nothing is said, of a layer of which PyTorch takes something else by the same name."""
    if named(call) == "LeakyReLU" and not (call.args or call.keywords):
        call.keywords.append(ast.keyword("negative_slope", ast.Constant(0.3)))


def _wrong_line(code: str) -> str:
    """The line at which code stops being Python."""
    try:
        ast.parse(code)
    except SyntaxError as mistake:
        return code.split("\n")[max(mistake.lineno or 1, 1) - 1].strip()
    except (ValueError, MemoryError):
        pass
    return code


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
        case ast.Dict(values=items):
            for item in items:
                yield from _calls(item)
        case ast.Constant(value=str()):  # a layer's name
            return
        case ast.Call(func=ast.Call()):
            raise SettingError(
                f"{quoted(ast.unparse(node))} calls a layer on a variable: how such layers follow each other is not "
                "read here. Paste a Sequential."
            )
        case ast.Call() if named(node) in CHAINS:
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


# What tutorials leave to be worked out: Linear(16 * 5 * 5, 120).
_WORKED_OUT: dict[type[ast.operator], Callable[[int, int], int | None]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda above, below: above // below if below else None,
    ast.Pow: lambda base, power: base**power if power <= _LARGEST.bit_length() else None,
}
_LARGEST = 10**12  # of the numbers that are worked with


def value_of(node: ast.expr) -> Any:
    """A number, a truth, None, some of these, or what else there is as text: relu of tf.nn.relu, n + 1 of itself."""
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(map(value_of, items))
        case ast.Call(func=ast.Name("float"), args=[ast.Constant("-inf")]) | ast.UnaryOp(ast.USub(), ast.Name("inf")):
            return -math.inf
        case ast.BinOp(left=first, op=sign, right=second) if type(sign) in _WORKED_OUT:
            sides = value_of(first), value_of(second)
            if all(type(side) is int and 0 <= side <= _LARGEST for side in sides):
                found = _WORKED_OUT[type(sign)](*sides)
                return ast.unparse(node) if found is None else found
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return named(node) or ast.unparse(node)
