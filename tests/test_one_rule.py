"""No number is made into text by hand: the code is read for what only cnnviz/numbers.py and numbers.js may do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import ROOT

PYTHON = sorted([*(ROOT / "cnnviz").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])
JAVASCRIPT = sorted((ROOT / "cnnviz").rglob("*.js"))
RULE = {"cnnviz/numbers.py", "cnnviz/ui/drawing/numbers.js"}

# What a visitor does not read as a number, or reads as he typed it: each file with its reason.
PYTHON_ALLOWED = {
    "cnnviz/kernels/typed.py": "kernels as text that is typed, kept in links and read back",
    "cnnviz/checks.py": "the bounds that a caller's argument is held to",
    "cnnviz/ui/controls/digit_source.py": "CSS",
}
JAVASCRIPT_ALLOWED = {
    "overlay/ramp.js": "part of a colour",
    "grid/texts.js": "weights as they are typed, which Python reads back",
    "learning/layout.js": "the place of a tick, a number still",
    "stage/words.js": "a number as it is shown, to be computed with",
    "curve/curve.js": "an attribute that holds a number",
    "stage/pointer.js": "the two factors of a product, texts already",
}

CSS = re.compile(r"(?:^|[\s;\"'])(?:left|top|right|bottom|width|height|max-width)\s*:|px|cm$|%;")
SIZE = re.compile(r" [x×] ")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _raised(tree: ast.AST) -> set[ast.AST]:
    """All that stands in a `raise`: there a caller's own argument is quoted as it came."""
    return {node for raised in ast.walk(tree) if isinstance(raised, ast.Raise) for node in ast.walk(raised)}


def _in_repr(tree: ast.AST) -> set[ast.AST]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__repr__")
    return {node for function in functions for node in ast.walk(function)}


def _spec(value: ast.FormattedValue) -> str:
    return "".join(part.value for part in getattr(value.format_spec, "values", []) if isinstance(part, ast.Constant))


def by_hand(source: str) -> Iterator[str]:
    """What a Python file makes into text that is the rule's to make: the f-strings, as they are written."""
    tree = ast.parse(source)
    quoted, told = _raised(tree), _in_repr(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(r"%\{[^{}]*:[^{}]*[,.%~][^{}]*\}", node.value):
                yield f"Plotly formats a number: {node.value!r}"
            if re.fullmatch(r"%[-+0 ]?\d*\.?\d*[fgede]", node.value) and node.value != "%g":
                yield f"a format: {node.value!r}"
        if not isinstance(node, ast.JoinedStr) or node in told:
            continue
        written = ast.unparse(node)
        text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        if text.startswith("%{") and re.search(r":[,.]", text):
            yield f"Plotly formats a number: {written}"
        for at, part in enumerate(node.values):
            before = node.values[at - 1] if at else None
            after = node.values[at + 1] if at + 1 < len(node.values) else None
            if isinstance(part, ast.FormattedValue):
                spec = _spec(part)
                is_number = bool(re.search(r"[,_.]|[eEfFgGn%]$", spec)) and not re.fullmatch(r"[<>^]?\d*", spec)
                if is_number and not (spec in ("g", ".2g") and node in quoted) and not CSS.search(text):
                    yield f"a number with {spec!r}: {written}"
            elif isinstance(after, ast.FormattedValue):
                # A sign without a space before a number; ±0 and −0 come of it.
                if re.search(r"(?:^|[\s(>])[-−±]$", part.value) and not (before and part.value == "-"):
                    yield f"a sign: {written}"
                sides = [side.value for side in (before, after) if isinstance(side, ast.FormattedValue)]
                is_size = len(sides) == 2 and SIZE.fullmatch(part.value)
                if is_size and not any(isinstance(side, ast.Call) for side in sides):
                    yield f"a size: {written}"


HANDMADE = re.compile(r"\.to(?:Fixed|Precision|Exponential|LocaleString)\(|\bIntl\.|String\(Number|String\(Math")
SIGNED = re.compile(r"[-−±]\$\{")
TIMES = re.compile(r"\$\{[\w.\[\]]+\} [x×] \$\{[\w.\[\]]+\}")


def by_hand_in_javascript(source: str) -> Iterator[str]:
    """The same of a JavaScript file: the lines."""
    for line in source.splitlines():
        code = re.sub(r"(?<!:)//.*$", "", line)
        for pattern in (HANDMADE, TIMES):
            if pattern.search(code):
                yield code.strip()
        # Not in what names a thing: `remedy-${key}`, url(-${x}px).
        if any(not re.search(r"[\w.]-$|[\w/]−$", code[: found.end() - 2]) for found in SIGNED.finditer(code)):
            yield code.strip()


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_python_says_numbers_by_the_rule(path):
    if name_of(path) not in {*RULE, *PYTHON_ALLOWED}:
        assert list(by_hand(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", JAVASCRIPT, ids=name_of)
def test_javascript_says_numbers_by_the_rule(path):
    if name_of(path) not in RULE and not any(name_of(path).endswith(name) for name in JAVASCRIPT_ALLOWED):
        assert list(by_hand_in_javascript(path.read_text("utf-8"))) == []


def test_what_is_allowed_is_needed():
    for name in PYTHON_ALLOWED:
        assert list(by_hand((ROOT / name).read_text("utf-8"))), f"{name} needs no exception any more"
    for name in JAVASCRIPT_ALLOWED:
        (path,) = [path for path in JAVASCRIPT if name_of(path).endswith(name)]
        assert list(by_hand_in_javascript(path.read_text("utf-8"))), f"{name} needs no exception any more"


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('f"{count:,} windows"', True), ('f"{value:.3f}"', True), ('f"{share:.1%}"', True), ('f"{rate:g}"', True),
        ('f"{height} x {width}"', True), ('f"{height} × {width}"', True), ('f"about −{most}"', True),
        ('f"±{limit}"', True), ('hover = "%{y:.4g}"', True), ('text = f"%{{{name}:,.6~g}}"', True),
        ('slider(format="%.2f")', True),
        ('f"{times(height, width)} out"', False), ('f"{number(value)} to {number(most)}"', False),
        ('raise E(f"limit is {limit:g}")', False), ('f"left: {place:.2f}%"', False), ('f"{name:>8}"', False),
        ('f"W − {size}"', False), ('def __repr__(self):\n return f"{h} x {w}"', False), ('f"row-{at}"', False),
        ('hover = "%{x}: %{hovertext}"', False),
    ],
)  # fmt: skip
def test_python_is_read_right(source, is_found):
    assert bool(list(by_hand(source))) is is_found


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("value.toFixed(2)", True), ("count.toLocaleString('en')", True), ("String(Number(x.toPrecision(3)))", True),
        ("say(a, `${height} × ${width}`)", True), ("`${height} x ${width}`", True), ("`−${most}`", True),
        ("`±${limit}`", True), ("`(−${x})`", True),
        ("times(height, width)", False), ("`remedy-${key}`", False), ("// value.toFixed(2)", False),
        ("`${left} − ${right}`", False),
    ],
)  # fmt: skip
def test_javascript_is_read_right(source, is_found):
    assert bool(list(by_hand_in_javascript(source))) is is_found
