"""Code that says how layers follow each other: a class with __init__ and forward, functions, layers on variables.

    class Net(nn.Module):                                   x = layers.Conv2D(16, 3)(inputs)
        def forward(self, x): return self.fc(F.relu(...))   x = layers.Add()([x, inputs])

It is followed line by line, as far as a reader could, and never run: no name means anything but what the text itself
makes of it, and layers' names. What hangs on anything else is refused in a sentence.
"""

from __future__ import annotations

import ast
import operator
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import CHAINS, as_keras, is_keras, named, value_of
from cnnviz.layers.flowing import WITH_WEIGHTS, Flow
from cnnviz.layers.grammar import PADDED_BY
from cnnviz.layers.pasted import CALLS

MOST_STEPS = 50_000
DEEPEST_CALL = 30
LARGEST = 10**12
JOINS = {
    "add": "add", "Add": "add", "concatenate": "concat", "Concatenate": "concat", "cat": "concat", "concat": "concat",
    "multiply": "multiply", "Multiply": "multiply", "mul": "multiply",
}  # fmt: skip
# What a tensor's own methods, and functions, leave as it is, or lay out in a row.
_AS_IT_IS = {"contiguous", "clone", "float", "to", "relu_", "stop_gradient", "identity", "cuda", "detach"}
_IN_A_ROW = {"view", "reshape", "flatten", "squeeze"}
# How functions call what modules are called: relu, max_pool2d, leaky_relu ...
_AS_MODULE = {name.lower(): name for name in (*CALLS, "LogSoftmax", "Softmax", "SELU", "Mish") if not name.endswith("2D")}
_SETTINGS_OF = {"dropout": {"training"}, "max_pool2d": {"return_indices"}}
_LISTS = {"ModuleList", "list", "tuple", "OrderedDict", "reversed"}
_SIGNS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Div: operator.truediv, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, several: one in several, ast.NotIn: lambda one, several: one not in several,
}  # fmt: skip


class _Unknown:
    """What only a run could say, by how it is written."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Tensor:
    """A value of the flow."""

    def __init__(self, at: int) -> None:
        self.at = at


class _Module:
    """A layer by its call, or several one behind the other."""

    def __init__(self, call: ast.Call | None = None, parts: Sequence[Any] = ()) -> None:
        self.call, self.parts, self.is_used = call, [*parts], False


class _Function:
    """What is defined in the text; `of` the object whose method it is."""

    def __init__(self, node: ast.FunctionDef, of: _Object | None = None) -> None:
        self.node, self.of = node, of


class _Class:
    def __init__(self, node: ast.ClassDef, above: _Class | None) -> None:
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


class _Object:
    """A module of a class of the text."""

    def __init__(self, made: _Class) -> None:
        self.made = made
        self.given: dict[str, Any] = {}
        self.is_used = False


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def _tree(text: str) -> ast.Module | None:
    if "\\" in text.replace("\\\n", ""):
        return None
    try:
        return ast.parse(textwrap.dedent(text.expandtabs()).strip("\n"))
    except (SyntaxError, ValueError, MemoryError):
        return None


def is_followed(text: str) -> bool:
    """Whether a text is code of a class, of functions, or of layers that are called on variables."""
    tree = _tree(text)
    if tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and {"forward", "call"} & {getattr(one, "name", "") for one in node.body}:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
            return True
    return False


def of_program(text: str) -> list[str]:
    """The layers that a text's network uses, as `typed` has them. Raises SettingError where it cannot be followed."""
    tree = _tree(text)
    assert tree is not None
    follower = _Follower(is_keras(text))
    try:
        return follower.flow.parts(follower.network(tree))
    except _Returned:
        raise SettingError("There is a return outside of a function; paste the whole of it.") from None


class _Follower:
    def __init__(self, keras: bool) -> None:
        self.flow = Flow()
        self._keras = keras
        self._defined: dict[str, Any] = {}  # the names of the text's outermost level
        self._outputs: Any = None  # of Model(inputs, outputs)
        self._input = ""  # a name that nothing in the text makes, taken for what comes in
        self._steps = self._depth = 0
        self._line = ""

    # --- which network ---

    def network(self, tree: ast.Module) -> int:
        """The value that the text's network makes of what comes in."""
        for node in tree.body:
            self._define(node, self._defined)
        classes = [one for one in self._defined.values() if isinstance(one, _Class) and one.forward]
        if classes:
            return self._of_class(tree, classes)
        self._top(tree)
        if self._outputs is None:  # a function that makes a model, and that nothing calls
            functions = [one for one in self._defined.values() if isinstance(one, _Function)]
            last = self._last(self._defined)
            if last is None and functions:
                self._input = ""
                found = self._called(functions[-1], [], {}, lenient=True)
                last = found if isinstance(found, _Tensor) else self._outputs
            self._outputs = last
        return self._tensor(self._outputs, "the model").at

    def _define(self, node: ast.stmt, names: dict[str, Any]) -> bool:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = _Function(node)
        elif isinstance(node, ast.ClassDef):
            above = next((found for base in node.bases if isinstance(found := names.get(named(base)), _Class)), None)
            names[node.name] = _Class(node, above)
        else:
            return False
        return True

    def _top(self, tree: ast.Module) -> None:
        """What stands outside of all functions, without what is no business of the network."""
        for node in tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self._statement(node, self._defined)

    @staticmethod
    def _last(names: dict[str, Any]) -> _Tensor | None:
        found = [value for value in names.values() if isinstance(value, _Tensor)]
        return max(found, key=lambda tensor: tensor.at) if found else None

    def _of_class(self, tree: ast.Module, classes: list[_Class]) -> int:
        """The network of a class: of a line that makes it, or with its own settings."""
        inner = {named(call) for one in classes for call in ast.walk(one.node) if isinstance(call, ast.Call)}
        inner |= {base for one in classes for base in map(named, one.node.bases)}
        wanted = [one for one in classes if one.node.name not in inner] or classes
        made = wanted[-1]
        begun = [
            call for node in tree.body if not isinstance(node, ast.ClassDef) for call in ast.walk(node)
            if isinstance(call, ast.Call) and self._defined.get(named(call)) in wanted
        ]  # fmt: skip
        if begun:
            made = self._defined[named(begun[-1])]
            found = self._value(begun[-1], self._defined)
        else:
            found = self._called(made, [], {})
        return self._tensor(self._apply(found, [_Tensor(0)], made.node), f"{made.node.name}.forward").at

    # --- what is refused ---

    def _refuse(self, why: str, node: ast.AST | None = None) -> SettingError:
        line = quoted(ast.unparse(node)) if node is not None else quoted(self._line)
        return SettingError(f"{line} {why}")

    def _tensor(self, value: Any, what: str) -> _Tensor:
        if isinstance(value, (list, tuple)) and len(value) == 1:
            (value,) = value
        if isinstance(value, _Tensor):
            return value
        if isinstance(value, (list, tuple)):
            raise SettingError(f"{what} gives several values back; a stack has one end. Paste it up to one of them.")
        raise SettingError(f"{what} gives back nothing that layers have made of what comes in; paste the whole of it.")

    # --- statements ---

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
                raise _Returned(self._value(value, names) if value else None)
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
                if isinstance(holder, _Object):
                    holder.given[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if isinstance(value, (list, tuple)) and len(value) == len(targets):
                    for one, part in zip(targets, value):
                        self._assign(one, part, names)
                else:
                    for one in targets:
                        self._assign(one, _Unknown(ast.unparse(one)), names)

    def _is_so(self, test: ast.expr, names: dict[str, Any]) -> bool:
        if named(test) == "training":
            return False
        if ast.unparse(test).startswith("__name__"):
            return False
        value = self._value(test, names)
        if isinstance(value, (_Unknown, _Tensor)):
            raise self._refuse("hangs on what only a run could say; write what it comes to.", test)
        return bool(value)

    def _items(self, value: Any, node: ast.expr) -> list[Any]:
        if isinstance(value, _Module) and value.call is None:
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
                return names.get(name, self._defined.get(name, _Unknown(name)))
            case ast.Attribute():
                return self._attribute(node, names)
            case ast.Call():
                return self._call(node, names)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                found = [*self._spread(items, names)]
                return tuple(found) if isinstance(node, ast.Tuple) else found
            case ast.Dict(values=items):
                return [self._value(item, names) for item in items]
            case ast.BinOp(left=left, op=op, right=right):
                return self._joined(op, self._value(left, names), self._value(right, names), node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._worked_out(op, self._value(left, names), self._value(right, names), node)
            case ast.BoolOp(op=op, values=values):
                return self._either(isinstance(op, ast.Or), values, names)
            case ast.UnaryOp(op=op, operand=operand):
                value = self._value(operand, names)
                if isinstance(value, (_Unknown, _Tensor)):
                    return _Unknown(ast.unparse(node))
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
        return _Unknown(ast.unparse(node))

    def _spread(self, items: Sequence[ast.expr], names: dict[str, Any]) -> Iterator[Any]:
        for item in items:
            if isinstance(item, ast.Starred):
                yield from self._items(self._value(item.value, names), item.value)
            else:
                yield self._value(item, names)

    def _attribute(self, node: ast.Attribute, names: dict[str, Any]) -> Any:
        of = self._value(node.value, names)
        made = of.made if isinstance(of, _Object) else of
        if isinstance(of, _Object):
            if node.attr in of.given:
                return of.given[node.attr]
            if method := of.made.method(node.attr):
                return _Function(method, of)
        if isinstance(made, _Class) and (value := made.setting(node.attr)):
            return self._value(value, self._defined)
        return _Unknown(f"{of.text}.{node.attr}" if isinstance(of, _Unknown) else ast.unparse(node))

    def _taken_out(self, of: Any, at: Any, node: ast.expr) -> Any:
        of = of.parts if isinstance(of, _Module) and of.call is None else of
        if isinstance(of, (list, tuple)) and type(at) is int and -len(of) <= at < len(of):
            return of[at]
        return _Unknown(ast.unparse(node))

    def _either(self, is_or: bool, values: Sequence[ast.expr], names: dict[str, Any]) -> Any:
        found: Any = None
        for value in values:
            found = self._value(value, names)
            if isinstance(found, _Unknown):
                return found
            if bool(found) is is_or:
                return found
        return found

    def _joined(self, op: ast.operator, left: Any, right: Any, node: ast.expr) -> Any:
        if isinstance(left, _Tensor) and isinstance(right, _Tensor):
            kind = "add" if isinstance(op, ast.Add) else "multiply" if isinstance(op, ast.Mult) else ""
            if not kind:
                raise self._refuse("is no way in which branches meet here; they are added, multiplied or put together.")
            return _Tensor(self.flow.meet(kind, [left.at, right.at]))
        if isinstance(left, _Tensor) or isinstance(right, _Tensor):
            raise self._refuse("changes the numbers without a layer; a layer that does so is read.", node)
        return self._worked_out(op, left, right, node)

    def _worked_out(self, op: ast.AST, left: Any, right: Any, node: ast.expr) -> Any:
        plain = (int, float, str, bool, type(None), list, tuple)
        if isinstance(left, _Unknown) and right is None and left.text.rpartition(".")[2] in CALLS:  # nn.BatchNorm2d
            return isinstance(op, (ast.IsNot, ast.NotEq))
        is_same = isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
        if isinstance(left, _Unknown) or isinstance(right, _Unknown) or type(op) not in _SIGNS:
            return _Unknown(ast.unparse(node))
        if not is_same and not (isinstance(left, plain) and isinstance(right, plain)):
            return _Unknown(ast.unparse(node))
        sizes = [len(side) for side in (left, right) if isinstance(side, (list, tuple, str))]
        numbers = [side for side in (left, right) if isinstance(side, (int, float))]
        if any(abs(number) > LARGEST for number in numbers) or sizes and max([*numbers, *sizes]) > 1000:
            return _Unknown(ast.unparse(node))
        try:
            return _SIGNS[type(op)](left, right)
        except (TypeError, ZeroDivisionError, OverflowError):
            return _Unknown(ast.unparse(node))

    # --- calls ---

    def _call(self, node: ast.Call, names: dict[str, Any]) -> Any:
        if isinstance(node.func, ast.Attribute) and named(node.func.value) == "" and ast.unparse(node.func) == "super().__init__":
            return None
        name = named(node)
        if isinstance(node.func, ast.Attribute):
            of = self._value(node.func.value, names)
            if isinstance(of, ast.AST):
                of = _Unknown("")
            if found := self._of_method(node, name, of, names):
                return found[0]
        called = self._value(node.func, names)
        args = [*self._spread(node.args, names)]
        words = {word.arg or "**": self._value(word.value, names) for word in node.keywords}
        if isinstance(called, (_Module, _Object)):
            return self._apply(called, [*args, *words.values()], node)
        if isinstance(called, (_Function, _Class)):
            return self._called(called, args, words)
        if isinstance(called, (list, tuple)) or not isinstance(called, _Unknown):
            return _Unknown(ast.unparse(node))
        return self._named(called.text.rpartition(".")[2], node, args, words)

    def _of_method(self, node: ast.Call, name: str, of: Any, names: dict[str, Any]) -> tuple[Any] | None:
        """What a method of a tensor, of a list or of a network of layers gives; None for a call that is none."""
        if isinstance(of, _Tensor):
            args = [self._value(arg, names) for arg in node.args]
            if name in _AS_IT_IS:
                if name == "relu_":
                    return (self._functional("relu", [of], {}, node),)
                return (of,)
            if name in ("size", "dim", "numel", "get_shape"):
                return (_Unknown(ast.unparse(node)),)
            if name in _IN_A_ROW:
                return (self._laid_out(of),)
            if name == "mean":
                return (self._mean(of, args, node, names),)
            if name in JOINS and args and isinstance(args[0], _Tensor):
                return (_Tensor(self.flow.meet(JOINS[name], [of.at, args[0].at])),)
            words = {word.arg or "**": self._value(word.value, names) for word in node.keywords}
            return (self._functional(name, [of, *args], words, node),)
        holds = of if isinstance(of, list) else of.parts if isinstance(of, _Module) and of.call is None else None
        if holds is not None and name in ("append", "extend", "add", "add_module", "insert", "to", "eval", "train"):
            args = [*self._spread(node.args, names)]
            if name in ("append", "add"):
                holds += args[:1]
            elif name == "extend" and args:
                holds += self._items(args[0], node.args[0])
            elif name == "add_module":
                holds += args[1:2]
            return (of,)
        if isinstance(of, (_Module, _Object)) and name in ("to", "cuda", "cpu", "eval", "train", "apply", "requires_grad_"):
            return (of,)
        if isinstance(of, _Object) and name == "add_module" and len(node.args) == 2:
            told = self._value(node.args[0], names)
            if isinstance(told, str):
                of.given[told] = self._value(node.args[1], names)
            return (None,)
        return None

    def _called(self, called: _Function | _Class, args: list[Any], words: dict[str, Any], lenient: bool = False) -> Any:
        """What a function of the text gives back, or a module of a class of the text."""
        if isinstance(called, _Class):
            if called.forward is None:
                raise SettingError(f"{quoted(called.node.name)} has no forward that says how its layers follow each other.")
            made = _Object(called)
            start = called.method("__init__")
            if start:
                self._into(start, [made, *args], words, called.node.name)
            return made
        if called.of is not None:
            args = [called.of, *args]
        return self._into(called.node, args, words, called.node.name, lenient)

    def _into(self, node: ast.FunctionDef, args: list[Any], words: dict[str, Any], name: str, lenient: bool = False) -> Any:
        told = node.args
        wanted = [one.arg for one in (*told.posonlyargs, *told.args)]
        names: dict[str, Any] = {}
        for one, value in zip(wanted[len(wanted) - len(told.defaults) :], told.defaults):
            names[one] = self._value(value, self._defined)
        for one, default in zip(told.kwonlyargs, told.kw_defaults):
            names[one.arg] = self._value(default, self._defined) if default else _Unknown(one.arg)
        if told.vararg:
            names[told.vararg.arg] = tuple(args[len(wanted) :])
        if told.kwarg:
            names[told.kwarg.arg] = _Unknown(told.kwarg.arg)
        names |= dict(zip(wanted, args)) | {word: value for word, value in words.items() if word != "**"}
        missing = [one for one in wanted if one not in names]
        if missing and not lenient:
            shown = ", ".join(missing)
            raise SettingError(
                f"{quoted(name)} takes {shown}, and nothing in the text says what; add a line that makes it, such as "
                f"model = {name}(...)."
            )
        self._depth += 1
        if self._depth > DEEPEST_CALL:
            raise SettingError(f"{quoted(name)} calls itself; layers that follow each other are read.")
        line = self._line
        try:
            self._run(node.body, names)
        except _Returned as returned:
            return returned.value
        finally:
            self._depth -= 1
            self._line = line
        return None

    def _apply(self, module: Any, args: list[Any], node: ast.AST) -> Any:
        """What a module makes of a value."""
        if isinstance(module, _Function):
            return self._called(module, args, {})
        if not isinstance(module, (_Module, _Object)):
            raise self._refuse("calls what is no layer that the text makes.", node)
        if isinstance(module, _Object):
            self._once(module, self._has_weights(module), node)
            forward = module.made.forward
            assert forward is not None
            return self._called(_Function(forward, module), args, {})
        if module.call is None:
            (given,) = args[:1] or (None,)
            for part in module.parts:
                given = self._apply(part, [given], node)
            return given
        name = named(module.call)
        if name in JOINS:
            return self._meet(JOINS[name], args, node)
        given = self._entering(args[0] if args else None, node)
        kind = CALLS.get(name, ("",))[0]
        self._once(module, kind in WITH_WEIGHTS, node)
        return _Tensor(self.flow.layer(module.call, given.at))

    def _has_weights(self, module: Any) -> bool:
        if isinstance(module, _Object):
            return any(map(self._has_weights, module.given.values()))
        if isinstance(module, _Module) and module.call is None:
            return any(map(self._has_weights, module.parts))
        return isinstance(module, _Module) and CALLS.get(named(module.call), ("",))[0] in WITH_WEIGHTS

    def _once(self, module: Any, has_weights: bool, node: ast.AST) -> None:
        if module.is_used and has_weights:
            raise self._refuse("uses a layer a second time, with the same weights; each layer here has its own.", node)
        module.is_used = True

    def _entering(self, value: Any, node: ast.AST) -> _Tensor:
        """A tensor; a name that nothing in the text makes is what comes in, if it is the only one."""
        if isinstance(value, (list, tuple)) and len(value) == 1:
            (value,) = value
        if isinstance(value, _Tensor):
            return value
        if isinstance(value, _Unknown) and value.text.isidentifier() and self._input in ("", value.text):
            self._input = value.text
            return _Tensor(0)
        raise self._refuse("is not given what layers before it make.", node)

    def _meet(self, kind: str, args: list[Any], node: ast.AST) -> _Tensor:
        parts = args[0] if args and isinstance(args[0], (list, tuple)) else [one for one in args if isinstance(one, _Tensor)]
        return _Tensor(self.flow.meet(kind, [self._entering(part, node).at for part in parts]))

    def _laid_out(self, of: _Tensor) -> _Tensor:
        return _Tensor(self.flow.layer(ast.Call(ast.Name("Flatten"), [], []), of.at))

    def _mean(self, of: _Tensor, args: list[Any], node: ast.Call, names: dict[str, Any]) -> _Tensor:
        words = {word.arg: self._value(word.value, names) for word in node.keywords}
        over = next((value for value in (*args[-1:], words.get("dim"), words.get("axis")) if value is not None), None)
        if not isinstance(over, (list, tuple)) or {*over} not in ({2, 3}, {-2, -1}, {1, 2}):
            raise self._refuse("is no mean over height and width, which is read, as x.mean((2, 3)).", node)
        return _Tensor(self.flow.text("global avg", of.at))

    def _named(self, name: str, node: ast.Call, args: list[Any], words: dict[str, Any]) -> Any:
        """A call of what the text does not define: a layer, a function of tensors, or what is no business of ours."""
        given = [one for one in args if isinstance(one, _Tensor)]
        several = next((one for one in args if isinstance(one, (list, tuple)) and any(isinstance(x, _Tensor) for x in one)), None)
        if name in ("Model", "Functional"):
            self._outputs = words.get("outputs", args[1] if len(args) > 1 else None)
            return _Unknown("model")
        if name in ("Input", "InputLayer"):
            if "Input" in self._defined.setdefault("", {}):
                raise self._refuse("is a second input; a stack reads one picture.", node)
            self._defined[""] = {"Input"}
            call = self._literal(name, args, words)
            return _Tensor(self.flow.layer(call, 0))
        if given or several is not None:
            if name in JOINS:
                return self._meet(JOINS[name], args, node)
            return self._functional(name, args, words, node)
        if name in ("Sequential",) or name in CHAINS:
            parts = args
            if len(args) == 1 and isinstance(args[0], (list, tuple)):
                parts = [*args[0]]
            if "layers" in words:
                parts = self._items(words["layers"], node)
            return _Module(parts=[one[-1] if isinstance(one, tuple) and one else one for one in parts])
        if name in _LISTS:
            found = self._items(args[0], node) if args else []
            found = [one[-1] if isinstance(one, tuple) and one and name == "OrderedDict" else one for one in found]
            return found[::-1] if name == "reversed" else found
        if name == "range" and 1 <= len(args) <= 3 and all(type(one) is int and abs(one) <= 1000 for one in args):
            return [*range(*args)] if len(args) < 3 or args[2] else []
        if name == "len" and len(args) == 1 and isinstance(args[0], (list, tuple)):
            return len(args[0])
        if name in ("int", "float", "round", "max", "min") and all(type(one) in (int, float) for one in args) and args:
            return {"int": int, "float": float, "round": round}.get(name, {"max": max, "min": min}.get(name, max))(*args)
        if name in ("enumerate", "zip") and args:
            lists = [self._items(one, node) for one in args]
            return [*enumerate(lists[0])] if name == "enumerate" else [*zip(*lists)]
        if name in CALLS or name in PADDED_BY or name in JOINS or name[:1].isupper():
            return _Module(self._literal(name, args, words))
        return _Unknown(ast.unparse(node))

    def _literal(self, name: str, args: Sequence[Any], words: dict[str, Any]) -> ast.Call:
        """The call of a layer with its settings as they are worked out."""
        keywords = [ast.keyword(None if word == "**" else word, _node(value)) for word, value in words.items()]
        call = ast.Call(ast.Name(name), [*map(_node, args)], keywords)
        if self._keras:
            as_keras(call)
        return call

    def _functional(self, name: str, args: list[Any], words: dict[str, Any], node: ast.AST) -> Any:
        """F.max_pool2d(x, 2) as MaxPool2d(2) of x."""
        words = {word: value for word, value in words.items() if word not in ("inplace", *_SETTINGS_OF.get(name, ()))}
        given = self._entering(args[0], node)
        if name in _AS_IT_IS:
            return given
        if name in _IN_A_ROW:
            return self._laid_out(given)
        if name == "mean":
            over = words.get("dim", words.get("axis", args[1] if len(args) > 1 else None))
            if isinstance(over, (list, tuple)) and {*over} in ({2, 3}, {-2, -1}, {1, 2}):
                return _Tensor(self.flow.text("global avg", given.at))
        module = _AS_MODULE.get(name.replace("_", ""))
        if module is None:
            raise self._refuse(f"does with what comes in what is not read here; layers are, and {_listed()}.", node)
        settings = args[1:2] if name == "dropout" else [] if module in ("ReLU", "LogSoftmax", "Softmax") else args[1:]
        if module in ("LogSoftmax", "Softmax"):
            words = {}
        return _Tensor(self.flow.layer(self._literal(module, settings, words), given.at))


def _listed() -> str:
    return "relu, max_pool2d, avg_pool2d, flatten, cat, + and *"


def _node(value: Any) -> ast.expr:
    """A worked-out value as code again; what is not known stays as it was written, for its own sentence."""
    if isinstance(value, _Unknown):
        try:
            return ast.parse(value.text, mode="eval").body
        except (SyntaxError, ValueError):
            return ast.Name("unknown")
    if isinstance(value, (list, tuple)):
        return ast.Tuple([*map(_node, value)], ast.Load())
    if isinstance(value, (_Tensor, _Module, _Object, _Function, _Class)):
        return ast.Name("something")
    return ast.Constant(value)
