"""`checked`: what a signature says of its arguments is held to, at the door.

    @checked
    def fields(self, index: int, channel: int) -> tuple[Field, Field]: ...

`fields("a", 0)` is then refused with "index is 'a'; it must be a whole number.", and np.int64(2) arrives as 2. On a
class it does so for all its public methods and for the values that it is made of, unless it looks at those itself, in
__post_init__ (where `hold` does it). So a kind is declared once, where
people and mypy read it; only what a kind cannot say, such as a range or two shapes that must agree, is checked inside.

    bool, int, float, str   the doors of checks.py; a float may be nan or inf here
    arrays, ArrayLike       an array of real numbers, whatever rows of numbers were given
    tuple, list, Sequence, Mapping, Iterable   of what they say, in new containers
    X | Y, Literal          any of them
    Annotated[X, door]      what door(value, name) makes of it
    any other class         an instance of it
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union

import numpy as np
from numpy.typing import ArrayLike

from cnnviz import checks
from cnnviz.errors import ArrayError, CnnvizError, SettingError

Thing = TypeVar("Thing", bound=Callable[..., Any])
Door = Callable[[Any, str], Any]


def checked(thing: Thing) -> Thing:
    """A function whose arguments are held to its signature, or a class with such an __init__ and such public methods.

    What is missing or not among the parameters stays Python's own TypeError.
    """
    if not isinstance(thing, type):
        return _guarded(thing)
    for name, member in list(vars(thing).items()):
        if not name.startswith("_") or (name == "__init__" and not hasattr(thing, "__post_init__")):
            if isinstance(member, (classmethod, staticmethod)):
                setattr(thing, name, type(member)(_guarded(member.__func__)))
            elif inspect.isfunction(member):
                setattr(thing, name, _guarded(member))
    return thing


def hold(value: Any, *names: str) -> None:
    """Hold fields of a dataclass, or all, to what it says of them: for a `__post_init__`, before it looks further."""
    doors = _fields(type(value))  # type: ignore[arg-type]
    for name in names or doors:
        object.__setattr__(value, name, doors[name](getattr(value, name), name))


@functools.cache
def _fields(kind: Any) -> dict[str, Door]:
    return _doors(kind.__init__)[1]


def _guarded(function: Callable[..., Any]) -> Any:
    """The function behind its doors, which are made at its first call: an import pays nothing for them."""
    doors: tuple[list[tuple[int, str, Door]], dict[str, Door]] | None = None

    @functools.wraps(function)
    def guarded(*given: Any, **more: Any) -> Any:
        nonlocal doors
        if doors is None:
            doors = _doors(function)
        placed, named = doors
        arguments = [*given]
        for at, name, door in placed:
            if at >= len(arguments):
                break
            arguments[at] = door(arguments[at], name)
        for name in more:
            if name in named:
                more[name] = named[name](more[name], name)
        return function(*arguments, **more)

    return guarded


def _doors(function: Callable[..., Any]) -> tuple[list[tuple[int, str, Door]], dict[str, Door]]:
    """The doors of a function's parameters: by place, where they may be given by their place, and by name."""
    placed, named = [], {}
    for at, (name, parameter) in enumerate(inspect.signature(function).parameters.items()):
        hint = parameter.annotation
        if isinstance(hint, str):  # of our own source, as typing.get_type_hints does it, but not of what is returned
            hint = eval(hint, inspect.unwrap(function).__globals__)
        door = door_of(hint)
        if door is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY:
            placed.append((at, name, door))
        if parameter.kind is not parameter.POSITIONAL_ONLY:
            named[name] = door
    return placed, named


def door_of(hint: Any) -> Door | None:
    """What a value that is said to be `hint` must go through; None where it may be anything."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint in (Any, object, inspect.Parameter.empty) or isinstance(hint, TypeVar):
        return None
    if (plain := _PLAIN.get(hint, _PLAIN.get(origin))) is not None:
        return plain
    if hint == ArrayLike or np.ndarray in (hint, origin):
        return checks.numbers
    if origin is Annotated:
        return parts[1]
    if origin is Literal:
        return lambda value, name: checks.one_of(value, name, parts)
    if origin in (Union, types.UnionType):
        return _either([door_of(part) for part in parts])
    if origin in (Mapping, dict):
        return _mapping(door_of(parts[0]), door_of(parts[1]), _holds_arrays(hint))
    if origin is tuple and parts[-1] is not Ellipsis:
        return _row([door_of(part) for part in parts])
    if origin in (tuple, list, Sequence, Collection, Iterable):
        return _rows(door_of(parts[0]), origin, _holds_arrays(hint))
    if inspect.isclass(origin or hint):
        return lambda value, name: checks.a(value, origin or hint, name)
    raise TypeError(f"there is no door for {hint!r}")


def _any_number(value: object, name: str) -> float:
    number = checks.number_of(value)
    if number is None:
        raise SettingError(f"{name} is {checks.told(value)}; it must be a number.")
    return number


def _none(value: object, name: str) -> None:
    if value is not None:
        raise SettingError(f"{name} is {checks.told(value)}; it must be None.")


def _function(value: object, name: str) -> object:
    if not callable(value):
        raise SettingError(f"{name} is {checks.told(value)}; it must be a function.")
    return value


_PLAIN: dict[Any, Door] = {
    bool: checks.flag, int: checks.whole, float: _any_number, str: checks.text, type(None): _none, Callable: _function,
}  # fmt: skip


def _either(doors: list[Door | None]) -> Door:
    """The first door that lets the value in; else what the first one says, which a signature names first for a reason,
    or of a row of values, what the door for rows says."""

    others = [each for each in doors if each is not _none]

    def door(value: Any, name: str) -> Any:
        if value is None and len(others) < len(doors):
            return None
        refusals = []
        for each in others:
            try:
                return value if each is None else each(value, name)
            except CnnvizError as refusal:
                refusals.append(refusal)
        raise refusals[-1 if isinstance(value, (tuple, list)) else 0]

    return door


def _mapping(key: Door | None, one: Door | None, of_arrays: bool) -> Door:
    def door(value: Any, name: str) -> Any:
        if type(value) is not dict and not isinstance(value, Mapping):  # the second takes ten times as long
            raise _error(of_arrays)(f"{name} is {checks.told(value)}; it must be a dict of {_WHAT[of_arrays]} by name.")
        keys = value if key is None else [key(each, f"a name in {name}") for each in value]
        values = value.values()
        return dict(zip(keys, values if one is None else [one(each, str(at)) for at, each in value.items()]))

    return door


def _rows(one: Door | None, origin: type, of_arrays: bool) -> Door:
    """Any number of values alike."""

    def door(value: Any, name: str) -> Any:
        is_other = origin in (Iterable, Collection) and isinstance(value, origin) and not isinstance(value, _NO_ROWS)
        if not (is_other or checks.is_row(value)):
            raise _error(of_arrays)(f"{name} is {checks.told(value)}; it must be a list of {_WHAT[of_arrays]}.")
        made = value if one is None else [one(each, f"{name}[{at}]") for at, each in enumerate(value)]
        return tuple(made) if origin is tuple or isinstance(value, tuple) else made

    return door


def _row(doors: list[Door | None]) -> Door:
    """As many values as there are doors."""

    def door(value: Any, name: str) -> Any:
        if not checks.is_row(value) or len(value) != len(doors):
            raise SettingError(f"{name} is {checks.told(value)}; it must be {len(doors)} values in a row.")
        parts = enumerate(zip(doors, value))
        return tuple(each if one is None else one(each, f"{name}[{at}]") for at, (one, each) in parts)

    return door


_NO_ROWS = (str, bytes, Mapping, np.ndarray)
_WHAT = {True: "arrays", False: "values"}


def _error(of_arrays: bool) -> type[CnnvizError]:
    return ArrayError if of_arrays else SettingError


def _holds_arrays(hint: Any) -> bool:
    return hint == ArrayLike or np.ndarray in (hint, typing.get_origin(hint)) or any(
        _holds_arrays(part) for part in typing.get_args(hint)
    )
