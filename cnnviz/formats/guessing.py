"""What a file of a network does not say of its input, guessed from what it does say; a page asks, showing the guess."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.formats.onnx_file import Model

_COUNTS = (1, 3)  # channels that a picture has
# What scales the numbers of its input inside the network; Identity and the like stand before it at times.
_SCALING = {"Mul", "Div", "Sub", "Add", "BatchNormalization"}
_PASSING = {"Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten"}


@dataclass(frozen=True)
class Guess:
    """How a picture is likely to be given to a network.

    is_last  the channels come last;  layout_why  from what that is guessed
    colours, scale  keys of `models.preparation`;  why  from what the scale is guessed
    """

    is_last: bool
    layout_why: str
    colours: str
    scale: str
    why: str


def guess(model: Model) -> Guess:
    """The most usual way for a network of its kind."""
    dims = next(iter(model.inputs.values()), ())
    is_last = len(dims) == 4 and dims[3] in _COUNTS and dims[1] not in _COUNTS
    channels = dims[3 if is_last else 1] if len(dims) == 4 else None
    layout_why = "The file does not say."
    if channels in _COUNTS:
        layout_why = f"The {'last' if is_last else 'first'} axis behind the batch has {channels}."
    producer = model.producer.lower()
    if _scales_first(model):
        return Guess(is_last, layout_why, "RGB", "0 to 255", "The network scales its input itself.")
    if producer.startswith("pytorch") and channels != 1 and len(dims) == 4:
        return Guess(
            is_last, layout_why, "RGB", "ImageNet’s mean and deviation", "PyTorch wrote the file, for three channels."
        )
    if is_last and channels == 3:
        return Guess(is_last, layout_why, "RGB", "−1 to 1", "Channels come last, as in TensorFlow.")
    if "caffe" in producer:
        return Guess(is_last, layout_why, "BGR", "0 to 255", "Caffe’s networks take blue, green, red as levels.")
    return Guess(is_last, layout_why, "RGB", "0 to 1", "The file does not say; this is the most usual.")


def _scales_first(model: Model) -> bool:
    """Whether the first that is done to the input is to take constants off, or to multiply by them."""
    names = set(model.inputs)
    for operation in model.operations:
        if not names & set(operation.inputs):
            continue
        if operation.operator in _PASSING:
            names |= set(operation.outputs)
            continue
        return operation.operator in _SCALING
    return False
