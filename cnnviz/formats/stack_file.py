"""`open_stack`: an .npz that says its layers as text beside their arrays, as Learning gives it, as a network."""

from __future__ import annotations

import io
import math
import zipfile

from numpy.typing import NDArray

from cnnviz.errors import NetworkError
from cnnviz.formats.onnx_graph import MOST_MAP
from cnnviz.formats.weights_file import TOLD, arrays_of, parameters_from
from cnnviz.models import Preparation, Trained
from cnnviz.models.lenet5 import SIDE, layer_names
from cnnviz.numbers import grouped
from cnnviz.signatures import checked
from cnnviz.stacks import stack_of

DIGITS = (1, SIDE, SIDE)  # what such a file reads that does not say


@checked
def is_stack(data: bytes) -> bool:
    """Whether these are the bytes of such a file: a zip with a text of that name in it, and no other."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return f"{TOLD[0]}.npy" in file.namelist()
    except Exception:  # whatever zipfile says of bytes that are none of its
        return False


@checked
def open_stack(data: bytes) -> Trained:
    """The network of an .npz that has "stack", its layers as text, and "input", the shape of the picture that it reads.

    It reads levels over 255. Nothing of the file is run; `open_weights` says how arrays find their layers.

    Raises NetworkError for what is no such file, or too large, for a stack that is none, and for arrays that are not
    those of its layers.
    """
    arrays = arrays_of(data)
    text, shape = (arrays.pop(name, None) for name in TOLD)
    stack = stack_of(_text(text), _shape(shape))
    if stack.problem:
        raise NetworkError(f"The stack in the file: {stack.problem}")
    network = stack.network
    largest = max(map(math.prod, network.shapes))
    if largest > MOST_MAP:
        raise NetworkError(f"A layer makes {grouped(largest)} numbers of one picture; up to {grouped(MOST_MAP)} open.")
    last = network.shapes[-1]
    return Trained(
        name="network",
        network=network,
        parameters=parameters_from(arrays, network),
        names=layer_names(network),
        classes=tuple(map(str, range(last[0]))) if math.prod(last[1:]) == 1 else (),
        prepare=Preparation(network.input_shape),
        source="Opened from a file.",
    )


def _text(text: NDArray | None) -> str:
    if text is None or text.size != 1 or text.dtype.kind != "U":
        raise NetworkError("The file has no text called “stack” that says its layers, as the .npz of Learning has.")
    return str(text.reshape(()))


def _shape(shape: NDArray | None) -> tuple[int, ...]:
    if shape is None:
        return DIGITS
    sizes = tuple(int(size) for size in shape.ravel()[:4]) if shape.dtype.kind in "iu" else ()
    if len(sizes) != 3 or min(sizes) < 1 or math.prod(sizes) > MOST_MAP:
        raise NetworkError("The file’s “input” is no shape of a picture: channels, height and width.")
    return sizes
