"""Code that says how layers follow each other: a class with __init__ and forward, functions, layers on variables.

    class Net(nn.Module):                                   x = layers.Conv2D(16, 3)(inputs)
        def forward(self, x): return self.fc(F.relu(...))   x = layers.Add()([x, inputs])

It is followed line by line, as far as a reader could, and never run: no name means anything but what the text itself
makes of it, and layers' names. What hangs on anything else is refused in a sentence.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import CHAINS, as_keras, is_keras, named
from cnnviz.layers.flowing import WITH_WEIGHTS
from cnnviz.layers.grammar import PADDED_BY
from cnnviz.layers.pasted import CALLS
from cnnviz.layers.program import (
    WORKED_OUT,
    Function,
    Instance,
    Made,
    Modules,
    Program,
    Returned,
    Tensor,
    Unknown,
    node_of,
    worked_out,
)

DEEPEST_CALL = 30
JOINS = {
    "add": "add", "Add": "add", "concatenate": "concat", "Concatenate": "concat", "cat": "concat", "concat": "concat",
    "multiply": "multiply", "Multiply": "multiply", "mul": "multiply",
}  # fmt: skip
# What leaves a tensor as it is, and what a module.
_AS_IT_IS = {"contiguous", "clone", "float", "to", "squeeze", "cuda", "cpu", "detach"}
_NO_LAYERS = {"to", "cuda", "cpu", "eval", "train", "apply", "requires_grad_", "compile", "summary", "build", "fit"}
# How functions call what modules are called: relu, max_pool2d, leaky_relu ...
_AS_MODULE = {
    **{name.lower(): name for name in (*CALLS, "LogSoftmax", "Softmax", "SELU", "Mish") if not name.endswith("2D")},
    "interpolate": "Upsample",
}
_LISTS = {"ModuleList", "list", "tuple", "OrderedDict", "reversed"}
_FUNCTIONS = "relu, max_pool2d, avg_pool2d, flatten, cat, + and *"


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
    follower = _Follower(is_keras(text) and "nn.Module" not in text)
    try:
        return follower.flow.parts(follower.network(tree))
    except Returned:
        raise SettingError("There is a return outside of a function; paste the whole of it.") from None


class _Follower(Program):
    def __init__(self, keras: bool) -> None:
        super().__init__()
        self._keras = keras
        self._outputs: Any = None  # of Model(inputs, outputs)
        self._input = ""  # what comes in, by its name; one that nothing in the text makes, where there is no other
        self._depth = 0

    # --- which network ---

    def network(self, tree: ast.Module) -> int:
        """The value that the text's network makes of what comes in."""
        for node in tree.body:
            self._define(node, self._defined)
        classes = [one for one in self._defined.values() if isinstance(one, Made) and one.forward]
        if classes:
            return self._of_class(tree, classes)
        self._top(tree)
        if self._outputs is None:  # a function that makes a model, and that nothing calls
            functions = [one for one in self._defined.values() if isinstance(one, Function)]
            last = self._last(self._defined)
            if last is None and functions:
                found = self._called(functions[-1], [], {}, is_begun=True)
                last = found if isinstance(found, Tensor) else self._outputs
            self._outputs = last
        return self._tensor(self._outputs, "the model").at

    def _top(self, tree: ast.Module) -> None:
        """What stands outside of all functions, without what is no business of the network."""
        for node in tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self._statement(node, self._defined)

    @staticmethod
    def _last(names: dict[str, Any]) -> Tensor | None:
        found = [value for value in names.values() if isinstance(value, Tensor)]
        return max(found, key=lambda tensor: tensor.at) if found else None

    def _of_class(self, tree: ast.Module, classes: list[Made]) -> int:
        """The network of a class: of a line that makes it, or with its own settings."""
        self._input = "forward"  # says what comes in
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
        return self._tensor(self._apply(found, [Tensor(0)], made.node), f"{made.node.name}.forward").at

    def _tensor(self, value: Any, what: str) -> Tensor:
        if isinstance(value, (list, tuple)) and len(value) == 1:
            (value,) = value
        if isinstance(value, Tensor):
            return value
        if isinstance(value, (list, tuple)):
            raise SettingError(f"{what} gives several values back; a stack has one end. Paste it up to one of them.")
        raise SettingError(f"{what} gives back nothing that layers have made of what comes in; paste the whole of it.")

    # --- calls ---

    def _call(self, node: ast.Call, names: dict[str, Any]) -> Any:
        args = [*self._spread(node.args, names)]
        words = {word.arg or "**": self._value(word.value, names) for word in node.keywords}
        if isinstance(node.func, ast.Attribute):
            of, name = self._value(node.func.value, names), node.func.attr
            if isinstance(of, Tensor):
                return self._functional(name, [of, *args], words, node)
            if isinstance(of, list) or isinstance(of, Modules) and of.call is None:
                return self._with_more(of, name, args, node)
            if isinstance(of, (Modules, Instance)) and name in _NO_LAYERS:
                return of
            if isinstance(of, Instance) and name == "add_module" and len(args) == 2:
                of.given[str(args[0])] = args[1]
                return None
        called = self._value(node.func, names)
        if isinstance(called, (Modules, Instance)):
            return self._apply(called, [*args, *words.values()], node)
        if isinstance(called, (Function, Made)):
            return self._called(called, args, words)
        if not isinstance(called, Unknown):
            return Unknown(ast.unparse(node))
        return self._named(called.text.rpartition(".")[2], node, args, words)

    def _with_more(self, of: Any, name: str, args: list[Any], node: ast.Call) -> Any:
        """What becomes of layers in a row: they are there to be added to, or used where they lie."""
        holds = of if isinstance(of, list) else of.parts
        if name in ("append", "add"):
            holds += args[:1]
        elif name == "extend" and args:
            holds += self._items(args[0], node)
        elif name == "add_module":
            holds += args[1:2]
        elif name not in _NO_LAYERS:
            raise self._refuse("does to a row of layers what is not followed; append, add and extend are.", node)
        return of

    def _called(self, called: Function | Made, args: list[Any], words: dict[str, Any], is_begun: bool = False) -> Any:
        """What a function of the text gives back, or a module of a class of the text."""
        if isinstance(called, Made):
            if called.forward is None:
                raise SettingError(
                    f"{quoted(called.node.name)} has no forward that says how its layers follow each other."
                )
            made = Instance(called)
            start = called.method("__init__")
            if start:
                self._into(start, [made, *args], words, called.node.name, False)
            return made
        if called.of is not None:
            args = [called.of, *args]
        return self._into(called.node, args, words, called.node.name, is_begun)

    def _into(self, node: ast.FunctionDef, args: list[Any], words: dict[str, Any], name: str, is_begun: bool) -> Any:
        """What a function gives back. is_begun: nothing calls it, and what it misses may be what comes in."""
        told = node.args
        wanted = [one.arg for one in (*told.posonlyargs, *told.args)]
        usual = dict(zip(wanted[len(wanted) - len(told.defaults) :], told.defaults))
        usual |= {one.arg: value for one, value in zip(told.kwonlyargs, told.kw_defaults) if value}
        names = {one: self._value(value, self._defined) for one, value in usual.items()}
        names |= {told.vararg.arg: tuple(args[len(wanted) :])} if told.vararg else {}
        names |= {told.kwarg.arg: Unknown(told.kwarg.arg)} if told.kwarg else {}
        names |= dict(zip(wanted, args)) | {word: value for word, value in words.items() if word != "**"}
        if missing := [one for one in wanted if one not in names and not is_begun]:
            raise SettingError(
                f"{quoted(name)} takes {', '.join(missing)}, and nothing in the text says what; add a line that "
                f"makes it, such as model = {name}(...)."
            )
        self._depth += 1
        if self._depth > DEEPEST_CALL:
            raise SettingError(f"{quoted(name)} calls itself; layers that follow each other are read.")
        line = self._line
        try:
            self._run(node.body, names)
        except Returned as returned:
            return returned.value
        finally:
            self._depth -= 1
            self._line = line
        return None

    def _apply(self, module: Any, args: list[Any], node: ast.AST) -> Any:
        """What a module makes of a value."""
        if isinstance(module, Function):
            return self._called(module, args, {})
        if not isinstance(module, (Modules, Instance)):
            raise self._refuse("calls what is no layer that the text makes.", node)
        if isinstance(module, Instance):
            self._once(module, self._has_weights(module), node)
            forward = module.made.forward
            assert forward is not None
            return self._called(Function(forward, module), args, {})
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
        return Tensor(self.flow.layer(module.call, given.at))

    def _has_weights(self, module: Any) -> bool:
        if isinstance(module, Instance):
            return any(map(self._has_weights, module.given.values()))
        if isinstance(module, Modules) and module.call is None:
            return any(map(self._has_weights, module.parts))
        return isinstance(module, Modules) and CALLS.get(named(module.call), ("",))[0] in WITH_WEIGHTS

    def _once(self, module: Any, has_weights: bool, node: ast.AST) -> None:
        if module.is_used and has_weights:
            raise self._refuse("uses a layer a second time, with the same weights; each layer here has its own.", node)
        module.is_used = True

    def _entering(self, value: Any, node: ast.AST) -> Tensor:
        """A tensor; a name that nothing in the text makes is what comes in, where no line says what does."""
        if isinstance(value, (list, tuple)) and len(value) == 1:
            (value,) = value
        if isinstance(value, Tensor):
            return value
        if isinstance(value, Unknown) and value.text.isidentifier() and self._input in ("", value.text):
            self._input = value.text
            return Tensor(0)
        raise self._refuse("is not given what layers before it make.", node)

    def _meet(self, kind: str, args: list[Any], node: ast.AST) -> Tensor:
        several = args and isinstance(args[0], (list, tuple))
        parts = args[0] if several else [one for one in args if isinstance(one, Tensor)]
        return Tensor(self.flow.meet(kind, [self._entering(part, node).at for part in parts]))

    def _named(self, name: str, node: ast.Call, args: list[Any], words: dict[str, Any]) -> Any:
        """A call of what the text does not define: a layer, a function of tensors, or what is no business of ours."""
        first = args[0] if args else None
        several = isinstance(first, (list, tuple)) and any(isinstance(one, Tensor) for one in first)
        if name in ("Model", "Functional"):
            self._outputs = words.get("outputs", args[1] if len(args) > 1 else None)
            return Unknown("model")
        if name in ("Input", "InputLayer"):
            if self._input == name:
                raise self._refuse("is a second input; a stack reads one picture.", node)
            self._input = name
            return Tensor(self.flow.layer(self._literal(name, args, words), 0))
        if isinstance(first, Tensor) or several:
            return self._functional(name, args, words, node)
        if name in CHAINS or name in _LISTS:
            items = self._items(words.get("layers", first), node) if "layers" in words or len(args) == 1 else args
            items = [one[-1] if isinstance(one, tuple) and one and isinstance(one[0], str) else one for one in items]
            return items[::-1] if name == "reversed" else Modules(parts=items) if name in CHAINS else items
        if name in WORKED_OUT and args and all(isinstance(one, (int, float, list, tuple)) for one in args):
            return worked_out(name, args, ast.unparse(node))
        if name in CALLS or name in PADDED_BY or name in JOINS or name[:1].isupper():
            return Modules(self._literal(name, args, words))
        return Unknown(ast.unparse(node))

    def _literal(self, name: str, args: Sequence[Any], words: dict[str, Any]) -> ast.Call:
        """The call of a layer with its settings as they are worked out."""
        keywords = [ast.keyword(None if word == "**" else word, node_of(value)) for word, value in words.items()]
        call = ast.Call(ast.Name(name), [*map(node_of, args)], keywords)
        if self._keras:
            as_keras(call)
        return call

    def _functional(self, name: str, args: list[Any], words: dict[str, Any], node: ast.AST) -> Any:
        """F.max_pool2d(x, 2), or x.max_pool2d(2), as MaxPool2d(2) of x."""
        if name in JOINS:
            return self._meet(JOINS[name], args, node)
        if name in ("size", "dim", "numel", "get_shape", "print", "len"):
            return Unknown(ast.unparse(node))
        given, settings = self._entering(args[0], node), args[1:]
        if name in _AS_IT_IS:
            return given
        if name in ("view", "reshape"):
            sizes = settings[0] if len(settings) == 1 and isinstance(settings[0], (list, tuple)) else settings
            if len(sizes) != 2:
                raise self._refuse("lays numbers out anew; in a row, as by flatten(1), is read.", node)
            return self._laid_out(given, [], {})
        if name == "flatten":
            return self._laid_out(given, settings, words)
        if name == "mean":
            over = words.get("dim", words.get("axis", settings[0] if settings else None))
            if over is None:  # one number, which no layer reads
                return Unknown(ast.unparse(node))
            sides = [{1, 2}] if self._keras else [{2, 3}, {-2, -1}]
            if not isinstance(over, (list, tuple)) or {*over} not in sides:
                raise self._refuse("is no mean over height and width, which is read, as x.mean((2, 3)).", node)
            return Tensor(self.flow.text("global avg", given.at))
        module = _AS_MODULE.get(name.replace("_", ""))
        if module is None:
            raise self._refuse(f"does what is not read here; layers are, and {_FUNCTIONS}.", node)
        settings = settings[:1] if module == "Dropout" else settings
        if module in ("ReLU", "LogSoftmax", "Softmax"):
            settings, words = [], {}
        words = {word: value for word, value in words.items() if word not in ("inplace", "training")}
        return Tensor(self.flow.layer(self._literal(module, settings, words), given.at))

    def _laid_out(self, of: Tensor, args: list[Any], words: dict[str, Any]) -> Tensor:
        return Tensor(self.flow.layer(self._literal("Flatten", args, words), of.at))
