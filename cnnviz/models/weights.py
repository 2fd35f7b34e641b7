"""What networks have learnt, as .npz: reading the files of the folder `weights`, and packing a network for a download.

An array is called by its layer's name and its own: "C1.weight", "fire2 expand.0.bias".
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import one_of
from cnnviz.errors import ArrayError
from cnnviz.graph import Graph
from cnnviz.layers import Parameters
from cnnviz.models.trained import Trained
from cnnviz.signatures import checked

FOLDER = Path(__file__).parent / "weights"


@checked
def read(name: str) -> dict[str, NDArray[np.float32]]:
    """The arrays of one of the packaged files, as float32, not to be written to; models keep what they read.

    Raises SettingError for another name.
    """
    one_of(name, "name", sorted(path.stem for path in FOLDER.glob("*.npz")))
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        arrays = {key: file[key].astype(np.float32, copy=False) for key in file.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


@checked
def by_layer(network: Graph, names: Sequence[str], arrays: Mapping[str, NDArray]) -> tuple[Parameters, ...]:
    """Arrays by "layer.array" as `Graph.forward` takes them: a dict for each layer.

    Raises ArrayError where one is missing, or a name.
    """
    if len(names) != len(network.rows):
        raise ArrayError(f"There are {len(names)} names for the {len(network.rows)} layers of the network.")
    wanted = [
        {part: f"{name}.{part}" for part in row.layer.parameter_shapes(row.input_shape)}
        for name, row in zip(names, network.rows)
    ]
    for key in (key for keys in wanted for key in keys.values()):
        if key not in arrays:
            raise ArrayError(f"The network needs an array {key}; there are {', '.join(arrays) or 'none'}.")
    return tuple({part: arrays[key] for part, key in keys.items()} for keys in wanted)


@checked
def pack(given: Trained | Sequence[Parameters], stack: str = "") -> bytes:
    """A network's parameters as the bytes of an .npz, float32: `numpy.load` opens it.

    Bare parameters have no names, so their layers go by number from 0, as in PyTorch's Sequential: "0.weight".
    Where there is a `stack`, the layers as text, it goes first, and behind it "input", the shape that a network reads.
    """
    parameters = given.parameters if isinstance(given, Trained) else given
    names = given.names if isinstance(given, Trained) else [str(index) for index in range(len(parameters))]
    told = {"stack": np.array(stack)} if stack else {}
    if stack and isinstance(given, Trained):
        told["input"] = np.array(given.network.input_shape)
    arrays = {
        f"{name}.{part}": np.asarray(value, np.float32)
        for name, arrays in zip(names, parameters)
        for part, value in arrays.items()
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **told, **arrays)
    return file.getvalue()
