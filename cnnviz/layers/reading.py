"""Layers as PyTorch and Keras write and print them, in the words of `typed`: what kind of text it is, who reads it.

a chain of calls, as code or printed     code.py
a network with modules, as printed       printed.py
a model's summary, a table               summary.py
a class, functions, layers on variables  followed.py
"""

from __future__ import annotations

import ast

from cnnviz.errors import SettingError
from cnnviz.kernels.weights import quoted
from cnnviz.layers.code import calls, cleaned, is_code
from cnnviz.layers.flowing import CodeFlow, Order
from cnnviz.layers.followed import is_followed, of_program
from cnnviz.layers.pasted import own
from cnnviz.layers.printed import is_printed, of_print
from cnnviz.layers.summary import is_table, of_table, taken

__all__ = ["is_foreign", "left_open", "pieces"]


def is_foreign(text: str) -> bool:
    """Whether a text is code, or printed, and not typed here."""
    return is_code(text) or is_table(text)


def left_open(text: str) -> str:
    """What a foreign text does not say, and how it is taken, in a sentence; "" where it says all."""
    found = taken(text) if is_table(text) else ""
    return f"Keras’ summary does not say everything. Taken here: {found}." if found else ""


def pieces(text: str) -> tuple[list[str], bool]:
    """The layers of a foreign text, each in the words of `typed` or as the call that it is; and whether these are parts
    already, with the marks of branches before them, or texts that are still to be cut at what is typed there.

    What stands between the calls and calls nothing is handed on as it is. Raises SettingError for code of which only a
    run could say which layers follow each other, and where Keras or PyTorch would run them otherwise than here.
    """
    try:
        if is_table(text):
            return of_table(text), True
        text = cleaned(text)
        if is_printed(text):
            return of_print(text), True
        if is_followed(text):
            return of_program(text), True
        return _chain(text)
    except RecursionError:
        raise SettingError("The code goes too deep; paste the layers one behind the other.") from None


def _chain(text: str) -> tuple[list[str], bool]:
    called = [*calls(text)]
    if not any(isinstance(piece, str) for piece in called):
        flow, at = CodeFlow(), 0
        for piece in called:
            assert isinstance(piece, ast.Call)
            at = flow.layer(piece, at)
        return flow.parts(at), True
    found: list[str] = []
    order = Order()
    order.is_all_code = False  # what is typed here needs no Flatten
    for piece in called:
        if isinstance(piece, str):
            found.append(piece)
            continue
        written = ast.unparse(piece)
        try:
            texts = own(written)
        except SettingError:
            found.append(written)
        else:
            found += order.follow(piece, texts, f"Layer {len(found) + 1}, {quoted(written)}")
    return found, False
