"""Weights from a file in place of those drawn at random. In the sidebar, below the seed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.formats.weights_file import MOST_BYTES, open_weights
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.pictures.names import of_file
from cnnviz.stacks import Stack
from cnnviz.ui.controls import plain, refuse
from cnnviz.ui.memory import remembered

HELP = (
    "A .safetensors file, or an .npz of arrays, whose shapes are those of the layers: a state_dict by PyTorch’s "
    "names, or what Learning gives to take away. Nothing in it is run. It stays on this server's memory only."
)


@dataclass(frozen=True)
class Brought:
    """A visitor's own weights for a stack: digest, of the file."""

    digest: str
    parameters: Sequence[Parameters]


@remembered(2, each=MOST_BYTES, by=lambda digest, network, data: (digest, repr(network)))
def _opened(digest: str, network: Graph, data: bytes) -> list[Parameters]:
    return [*open_weights(data, network)]


def brought(stack: Stack) -> Brought | None:
    """The weights of the file that lies here, if they are those of all layers; else why not."""
    file = st.file_uploader(
        "or weights from a file", type=["safetensors", "npz"], key="layer-weights", help=HELP,
        max_upload_size=MOST_BYTES // 10**6,
    )  # fmt: skip
    with st.container(key="weights-words"):
        if file is None:
            return None
        name = of_file(file.name) or "The file"
        try:
            data = file.getvalue()
            found = Brought(digest := hashlib.sha256(data).hexdigest(), _opened(digest, stack.network, data))
        except CnnvizError as problem:
            refuse(f"{name} does not fit this stack. {problem} Weights are still drawn by the seed.")
            return None
        st.caption(plain(f"The weights are those of {name}; the seed does nothing now."))
        return found
