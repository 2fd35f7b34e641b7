"""Code as a reader follows it: what its names stand for, line by line. Nothing is run.

Numbers, lists and conditions are worked out within limits; layers and what they make are known by `Tensor`, `Modules`
and the text's own functions and classes; all else is Unknown, and is refused where it would matter.
"""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import named
from cnnviz.layers.flowing import CodeFlow
from cnnviz.layers.pasted import CALLS

MOST_STEPS = 50_000
LARGEST = 10**12
MOST_POWER = 20
MOST_ITEMS = 1000  # of a list
_SIGNS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.Div: operator.truediv, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, several: one in several, ast.NotIn: lambda one, several: one not in several,
}  # fmt: skip


class Unknown:
    """What only a run could say, by how it is written."""

    def __init__(self, text: str) -> None:
        self.text = text


class Tensor:
    """A value of the flow."""

    def __init__(self, at: int) -> None:
        self.at = at


class Modules:
    """A layer by its call, or several one behind the other."""

    def __init__(self, call: ast.Call | None = None, parts: Sequence[Any] = ()) -> None:
        self.call, self.parts, self.is_used = call, [*parts], False


class Function:
    """What is defined in the text; `of` the object whose method it is."""

    def __init__(self, node: ast.FunctionDef, of: Instance | None = None) -> None:
        self.node, self.of = node, of


class Made:
    def __init__(self, node: ast.ClassDef, above: Made | None) -> None:
        self.node, self.above = node, above
        self.methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}

    def method(self, name: str) -> ast.FunctionDef | None:
        return self.methods.get(name) or (self.above.method(name) if self.above else None)

    def setting(self, name: str) -> ast.expr | None:
        """What is written in the class itself: expansion = 4."""
        for one in self.node.body:
            target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
            if isinstance(one, (ast.Assign, ast.AnnAssign)) and named(target) == name:
                return one.value
        return self.above.setting(name) if self.above else None

    @property
    def forward(self) -> ast.FunctionDef | None:
        return self.method("forward") or self.method("call")


class Instance:
    """A module of a class of the text."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self.given: dict[str, Any] = {}
        self.is_used = False


class Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def node_of(value: Any) -> ast.expr:
    """A worked-out value as code again; what is not known stays as it was written, for its own sentence."""
    if isinstance(value, Unknown):
        try:
            return ast.parse(value.text, mode="eval").body
        except (SyntaxError, ValueError):
            return ast.Name("unknown")
    if isinstance(value, (list, tuple)):
        return ast.Tuple([*map(node_of, value)], ast.Load())
    if isinstance(value, (Tensor, Modules, Instance, Function, Made)):
        return ast.Name("something")
    return ast.Constant(value)


_MEETS: dict[type[ast.AST], str] = {ast.Add: "add", ast.Mult: "multiply"}
WORKED_OUT = ("len", "int", "float", "round", "max", "min", "range", "enumerate", "zip")


def worked_out(name: str, args: Sequence[Any], text: str) -> Any:
    """What one of Python's own functions gives for numbers and lists; `text` as Unknown where it does not."""
    lists = all(isinstance(one, (list, tuple)) for one in args)
    numbers = all(isinstance(one, (int, float)) and abs(one) <= LARGEST for one in args)
    try:
        if name in ("len", "enumerate", "zip") and lists:
            found = zip(*args) if name == "zip" else enumerate(*args) if name == "enumerate" else len(*args)
            return found if isinstance(found, int) else [*found]
        if name == "range" and all(type(one) is int for one in args):
            return [*range(*args)] if len(range(*args)) <= MOST_ITEMS else Unknown(text)
        if name in ("int", "float", "round", "max", "min") and numbers:
            given = {"int": int, "float": float, "round": round, "max": max, "min": min}[name]
            return given(*args)  # type: ignore[operator]
    except (TypeError, ValueError, OverflowError):
        pass
    return Unknown(text)


class Program(ABC):
    """The names of a text, and the values that its layers make."""

    def __init__(self) -> None:
        self.flow = CodeFlow()
        self._defined: dict[str, Any] = {}  # the names of the text's outermost level
        self._steps = 0
        self._line = ""

    @abstractmethod
    def _call(self, node: ast.Call, names: dict[str, Any]) -> Any:
        """What a call gives back."""

    # --- what is refused ---

    def _refuse(self, why: str, node: ast.AST | None = None) -> SettingError:
        line = quoted(ast.unparse(node)) if node is not None else quoted(self._line)
        return SettingError(f"{line} {why}")

    # --- statements ---

    def _define(self, node: ast.stmt, names: dict[str, Any]) -> bool:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = Function(node)
        elif isinstance(node, ast.ClassDef):
            above = next((found for base in node.bases if isinstance(found := names.get(named(base)), Made)), None)
            names[node.name] = Made(node, above)
        else:
            return False
        return True

    def _run(self, body: Sequence[ast.stmt], names: dict[str, Any]) -> None:
        for node in body:
            self._statement(node, names)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise SettingError("The code takes more steps than are followed here; paste a part of it, or a Sequential.")

    def _statement(self, node: ast.stmt, names: dict[str, Any]) -> None:
        self._step()
        self._line = ast.unparse(node).split("\n")[0]
        match node:
            case ast.Assign(targets=targets, value=value):
                made = self._value(value, names)
                for target in targets:
                    self._assign(target, made, names)
            case ast.AnnAssign(target=target, value=value) if value:
                self._assign(target, self._value(value, names), names)
            case ast.AugAssign(target=target, op=op, value=value):
                load = ast.parse(ast.unparse(target), mode="eval").body
                self._assign(target, self._value(ast.BinOp(load, op, value), names), names)
            case ast.Expr(value=value):
                self._value(value, names)
            case ast.Return(value=value):
                raise Returned(self._value(value, names) if value else None)
            case ast.If(test=test, body=body, orelse=other):
                self._run(body if self._is_so(test, names) else other, names)
            case ast.For(iter=ast.Call(func=ast.Attribute(attr="modules" | "named_modules" | "parameters"))):
                return  # how weights begin, or which of them learn
            case ast.For(target=target, iter=items, body=body):
                for item in self._items(self._value(items, names), items):
                    self._assign(target, item, names)
                    self._run(body, names)
            case ast.With(body=body):
                self._run(body, names)
            case ast.FunctionDef() | ast.ClassDef():
                self._define(node, names)
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert() | ast.AnnAssign() | ast.Global():
                return
            case _:
                raise self._refuse("is not followed here; a forward that calls one layer after the other is.")

    def _assign(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        match target:
            case ast.Name(id=name):
                names[name] = value
            case ast.Attribute(value=of, attr=name):
                holder = self._value(of, names)
                if isinstance(holder, Instance):
                    holder.given[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if isinstance(value, (list, tuple)) and len(value) == len(targets):
                    for one, part in zip(targets, value):
                        self._assign(one, part, names)
                else:
                    for one in targets:
                        self._assign(one, Unknown(ast.unparse(one)), names)

    def _is_so(self, test: ast.expr, names: dict[str, Any]) -> bool:
        if named(test) == "training":
            return False
        if ast.unparse(test).startswith("__name__"):
            return False
        value = self._value(test, names)
        if isinstance(value, (Unknown, Tensor)):
            raise self._refuse("hangs on what only a run could say; write what it comes to.", test)
        return bool(value)

    def _items(self, value: Any, node: ast.expr) -> list[Any]:
        if isinstance(value, Modules) and value.call is None:
            return value.parts
        if isinstance(value, (list, tuple, range)):
            return [*value]
        raise self._refuse("is gone through one by one, and only a run could say what it holds.", node)

    # --- expressions ---

    def _value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        self._step()
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return names.get(name, self._defined.get(name, Unknown(name)))
            case ast.Attribute():
                return self._attribute(node, names)
            case ast.Call():
                return self._call(node, names)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                found = [*self._spread(items, names)]
                return tuple(found) if isinstance(node, ast.Tuple) else found
            case ast.Dict(values=items):
                return [self._value(item, names) for item in items]
            case ast.BinOp(op=op):
                return self._together(op, node, names)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._worked_out(op, self._value(left, names), self._value(right, names), node)
            case ast.BoolOp(op=op, values=values):
                return self._either(isinstance(op, ast.Or), values, names)
            case ast.UnaryOp(op=op, operand=operand):
                value = self._value(operand, names)
                if isinstance(value, (Unknown, Tensor)):
                    return Unknown(ast.unparse(node))
                return not value if isinstance(op, ast.Not) else -value if type(value) in (int, float) else value
            case ast.IfExp(test=test, body=body, orelse=other):
                return self._value(body if self._is_so(test, names) else other, names)
            case ast.Subscript(value=of, slice=at):
                return self._taken_out(self._value(of, names), self._value(at, names), node)
            case ast.ListComp(elt=one, generators=[each]) | ast.GeneratorExp(elt=one, generators=[each]):
                inner = {**names}
                found = []
                for item in self._items(self._value(each.iter, names), each.iter):
                    self._assign(each.target, item, inner)
                    if all(self._is_so(test, inner) for test in each.ifs):
                        found.append(self._value(one, inner))
                return found
        return Unknown(ast.unparse(node))

    def _spread(self, items: Sequence[ast.expr], names: dict[str, Any]) -> Iterator[Any]:
        for item in items:
            if isinstance(item, ast.Starred):
                yield from self._items(self._value(item.value, names), item.value)
            else:
                yield self._value(item, names)

    def _attribute(self, node: ast.Attribute, names: dict[str, Any]) -> Any:
        of = self._value(node.value, names)
        made = of.made if isinstance(of, Instance) else of
        if isinstance(of, Instance):
            if node.attr in of.given:
                return of.given[node.attr]
            if method := of.made.method(node.attr):
                return Function(method, of)
        if isinstance(made, Made) and (value := made.setting(node.attr)):
            return self._value(value, self._defined)
        return Unknown(f"{of.text}.{node.attr}" if isinstance(of, Unknown) else ast.unparse(node))

    def _taken_out(self, of: Any, at: Any, node: ast.expr) -> Any:
        of = of.parts if isinstance(of, Modules) and of.call is None else of
        if isinstance(of, (list, tuple)) and type(at) is int and -len(of) <= at < len(of):
            return of[at]
        return Unknown(ast.unparse(node))

    def _either(self, is_or: bool, values: Sequence[ast.expr], names: dict[str, Any]) -> Any:
        found: Any = None
        for value in values:
            found = self._value(value, names)
            if isinstance(found, Unknown):
                return found
            if bool(found) is is_or:
                return found
        return found

    def _together(self, op: ast.operator, node: ast.expr, names: dict[str, Any]) -> Any:
        """What becomes of values with the same sign between them: a + b + c meet in one place."""
        parts: list[ast.expr] = []
        while isinstance(node, ast.BinOp) and type(node.op) is type(op):
            parts.append(node.right)
            node = node.left
        found, *values = [self._value(part, names) for part in (node, *reversed(parts))]
        kind = _MEETS.get(type(op))
        if kind and isinstance(found, Tensor) and all(isinstance(value, Tensor) for value in values):
            return Tensor(self.flow.meet(kind, [found.at, *(value.at for value in values)]))
        for value, part in zip(values, reversed(parts)):
            found = self._joined(op, found, value, part)
        return found

    def _joined(self, op: ast.operator, left: Any, right: Any, node: ast.expr) -> Any:
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            raise self._refuse("is no way in which branches meet here; they are added, multiplied or put together.")
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            raise self._refuse("changes the numbers without a layer; a layer that does so is read.")
        return self._worked_out(op, left, right, node)

    def _worked_out(self, op: ast.AST, left: Any, right: Any, node: ast.expr) -> Any:
        plain = (int, float, str, bool, type(None), list, tuple)
        if isinstance(left, Unknown) and right is None and left.text.rpartition(".")[2] in CALLS:  # nn.BatchNorm2d
            return isinstance(op, (ast.IsNot, ast.NotEq))
        is_same = isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
        if isinstance(left, Unknown) or isinstance(right, Unknown) or type(op) not in _SIGNS:
            return Unknown(ast.unparse(node))
        if not is_same and not (isinstance(left, plain) and isinstance(right, plain)):
            return Unknown(ast.unparse(node))
        sizes = [len(side) for side in (left, right) if isinstance(side, (list, tuple, str))]
        numbers = [side for side in (left, right) if isinstance(side, (int, float))]
        if any(abs(number) > LARGEST for number in numbers) or sizes and max([*numbers, *sizes]) > 1000:
            return Unknown(ast.unparse(node))
        if isinstance(op, ast.Pow) and (not numbers or abs(right) > MOST_POWER):
            return Unknown(ast.unparse(node))
        try:
            return _SIGNS[type(op)](left, right)
        except (TypeError, ZeroDivisionError, OverflowError):
            return Unknown(ast.unparse(node))
