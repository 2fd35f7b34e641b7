"""Which network: one that ships, or the visitor's own, from the files that they drop."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import streamlit as st

from cnnviz.formats.onnx_file import MOST_BYTES, Model, legible, read_model
from cnnviz.formats.opening import network_of
from cnnviz.formats.stack_file import DIGITS, is_stack, open_stack
from cnnviz.models import Trained, blazeface, digits, lenet5_1998, squeezenet
from cnnviz.numbers import grouped
from cnnviz.pictures import Picture, sample
from cnnviz.ui.controls import Uploads, select
from cnnviz.ui.lessons.network.network_settings import ASKED, BLAZEFACE, CLASS, NETWORK, SQUEEZENET, UNIT, WHAT, YOURS
from cnnviz.ui.state import put

BORDER = 2  # of the networks that read digits
HELP = (
    "An .onnx file, up to 64 MB; choose the .data file that PyTorch writes beside it together with it. Or the .npz "
    "that Learning lets you download. It is read and counted here, never executed, and stays in this server's memory."
)


@dataclass(frozen=True, eq=False)
class Opened:
    """A network, as far as its file tells of it.

    name     what it is called, plain text
    told     where it comes from, a sentence or two
    digest   what tells it from every other
    trained  the network, with what was guessed of it
    model    what its file says; None where nothing has to be asked
    example  the picture that it is shown on at first, and what that is
    outputs  how many values come out
    border   pixels of level 0 that stand around what it takes of a picture
    """

    name: str
    told: str
    digest: str
    trained: Trained
    model: Model | None = None
    example: tuple[Picture, str] | None = None
    outputs: int = 1
    border: int = 0


@cache
def _shipped(name: str) -> Opened:
    if name == BLAZEFACE:
        model = read_model(blazeface.FILE.read_bytes(), {})
        told = (
            "A detector of faces for telephones (V. Bazarevsky et al., 2019), opened from its ONNX file, "
            f"{grouped(blazeface.FILE.stat().st_size)} bytes."
        )
        example = sample("astronaut"), "the astronaut"
        return Opened(name, told, name, network_of(model), None, example, len(model.outputs))
    if name == SQUEEZENET:
        return Opened(name, squeezenet().source, name, squeezenet())
    return Opened(name, lenet5_1998().source, name, lenet5_1998(), None, _digit(), border=BORDER)


def _digit() -> tuple[Picture, str]:
    digit = digits("test").images[0]
    return Picture(digit[None], "L", digit.shape, "A test digit of MNIST"), "one of the digits for tests"


def _which(names: Sequence[str]) -> str:
    """The network among files: the last that is called as one, whatever else is chosen with it."""
    return next((name for name in reversed(names) if name.lower().endswith((".onnx", ".npz"))), names[-1])


def _open(files: Mapping[str, bytes]) -> tuple[Opened, str]:
    """The network in these files. Raises NetworkError."""
    name = _which([*files])
    shown, size = legible(name), grouped(sum(map(len, files.values())))
    digest = hashlib.sha256(b"".join(hashlib.sha256(files[key]).digest() for key in sorted(files))).hexdigest()
    if is_stack(files[name]):
        trained = open_stack(files[name])
        told = f"{size} bytes, with its layers as text."
        if trained.network.input_shape == DIGITS:  # a network of the page Learning
            return Opened(shown, told, digest, trained, None, _digit(), border=BORDER), shown
        return Opened(shown, told, digest, trained), shown
    model = read_model(files[name], {other: data for other, data in files.items() if other != name})
    trained = network_of(model)
    told = f"{size} bytes, written by {model.producer or 'a program that it does not name'}."
    if len(model.operations) > len(trained.network.rows) and not trained.stopped:
        count = grouped(len(model.operations))
        told += f" Of the file’s {count} nodes, those for shapes and constants, a turn of the input and a last softmax"
        told += " are not listed."
    return Opened(shown, told, digest, trained, model, outputs=len(model.outputs)), shown


def anew() -> None:
    """What was chosen in the network before is not there in this one: a callback."""
    put(**{setting.key: setting.start for setting in (UNIT, CLASS, *ASKED)})


_UPLOADS = Uploads("network-", NETWORK, YOURS, "network", then=anew, open=_open, which=_which, most=MOST_BYTES)


def choose() -> Opened:
    """The row that chooses it."""
    with st.container(key="network-choice"):
        left, right = st.columns([1, 2.2], gap="medium", vertical_alignment="top")
        with left:
            select("Network", NETWORK, then=anew, format_func=lambda name: f"{name}: {WHAT[name]}")
        with right:
            _UPLOADS.uploader("or drop your own, an .onnx file", help=HELP)
    _UPLOADS.words()
    own = _UPLOADS.own()
    return own.thing if own else _shipped(_UPLOADS.sample())
