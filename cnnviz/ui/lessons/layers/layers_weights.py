"""Weights from a file in place of those drawn at random. In the sidebar, below the seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.formats.weights_file import MOST_BYTES, open_weights
from cnnviz.layers import Parameters
from cnnviz.pictures.names import of_file
from cnnviz.stacks import Stack
from cnnviz.ui.controls import plain, refuse

HELP = (
    "A .safetensors file, or an .npz of arrays, whose shapes are those of the layers: a state_dict by PyTorch’s "
    "names, or what Learning gives to take away. Nothing in it is run. It stays on this server's memory only."
)


@dataclass(frozen=True)
class Brought:
    """A visitor's own weights for a stack, with what tells their file apart."""

    id: str
    parameters: Sequence[Parameters]


def brought(stack: Stack) -> Brought | None:
    """The weights of the file that lies here, if they are those of all layers; else why not."""
    file = st.file_uploader(
        "Weights from a file", type=["safetensors", "npz"], key="layer-weights", help=HELP,
        max_upload_size=MOST_BYTES // 10**6,
    )  # fmt: skip
    with st.container(key="weights-words"):
        if file is None:
            return None
        name = of_file(file.name) or "The file"
        try:
            found = Brought(file.file_id, open_weights(file.getvalue(), stack.network))
        except CnnvizError as problem:
            refuse(f"{name} does not fit this stack. {problem} Weights are still drawn by the seed.")
            return None
        st.caption(plain(f"The weights are those of {name}; the seed does nothing now."))
        return found
