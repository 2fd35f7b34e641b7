"""What a layer does and why it is there, in a beginner's words, with the chosen map's own numbers."""

import math

from cnnviz.numbers import times
from cnnviz.ui.lessons.lenet.lenet_setup import BITMAP, DigitRead, bitmaps
from cnnviz.ui.markup import Markup, html
from cnnviz.ui.network_view import Column, reads
from cnnviz.ui.words import a, listed, many, number

SQUASHED = {
    "scaled tanh": "then squashed between −1.7 and 1.7",
    "tanh": "then squashed between −1 and 1",
    "sigmoid": "then squashed between 0 and 1",
    "relu": "then ReLU: below 0 becomes 0",
}

DOES = {
    "CONV": "filters", "TRANSPOSED CONV": "stamps", "POOL": "shrinks", "ACTIVATION": "squashes",
    "BATCH NORM": "evens out", "RBF": "compares",
}  # fmt: skip


def is_drawing(found: DigitRead, at: int) -> bool:
    """Whether a column is measured against codes that are bitmaps, and so is one itself."""
    return at == len(found.columns) - 2 and bitmaps(found.trained) is not None


def does(found: DigitRead, at: int) -> str:
    """What a column does, in a word or two."""
    column = found.columns[at]
    if is_drawing(found, at):
        return "draws"
    if column.row.layer.weighs and column.is_vector:
        return "scores" if at == len(found.columns) - 1 else "weighs all"
    return DOES.get(column.row.layer.kind, "")


def about(found: DigitRead) -> Markup:
    """The chosen column, in two or three sentences."""
    at, channel = found.unit.layer, found.unit.channel
    column = found.columns[at]
    before = found.columns[at - 1] if at else None
    then = SQUASHED.get(column.function, f"then {column.function}") if column.function else ""
    what, why = _said(found, column, before, channel)
    silent = ""
    if not found.off and not found.view.maps(column)[channel].any():
        silent = f" For this digit all of this {column.one} is 0."
    return html("<b>{}</b> {}{}. <i>Why?</i> {}{}", column.name, what, f", {then}" if then else "", why, silent)


def _said(found: DigitRead, column: Column, before: Column | None, channel: int) -> tuple[str, str]:
    layer, row = column.row.layer, column.row
    given = found.parameters[row.index]
    source = before.name if before else "the digit"
    size = times(*(window.kernel_size for window in layer.windows(row.input_shape)))
    if layer.kind == "RBF":
        name = found.trained.classes[channel]
        return (
            f"The output for {name} compares {source} with the code of {a(name)}: "
            f"{row.input_shape[0]} differences, squared and added up",
            "The nearest code is the answer. The codes look like the digits, so like digits have like codes.",
        )
    if layer.kind == "POOL" and row.parameters:
        return (
            f"Each number adds up a {size} block of one map, times {number(float(given['weight'][channel]), 3)}, "
            f"plus {number(float(given['bias'][channel]), 3)}",
            "Half the height and width: a stroke may lie a pixel off and still be found. Two numbers learnt a map.",
        )
    if "comparisons" in layer.operations(row.input_shape):
        return (
            f"Each number is the largest of a {size} block of one map",
            "Half the height and width, and the strongest answer goes on. Nothing to learn.",
        )
    if layer.kind == "POOL":
        return f"Each number sums up a {size} window of one map", "Fewer numbers; the exact place matters less."
    if layer.kind == "CONV":
        return _convolution(column, before, channel, source, size)
    if layer.kind == "FC":
        return _fully(found, column, channel, source)
    return f"{layer.name} of {source}", "It goes on with the same maps."


def _convolution(column: Column, before: Column | None, channel: int, source: str, size: str) -> tuple[str, str]:
    row = column.row
    maps = row.layer.reads(row.input_shape, channel)
    weights = len(maps) * row.layer.windows(row.input_shape)[0].kernel_size ** 2
    if before is None:
        return (
            f"Each number of map {channel + 1} adds up a {size} window of the digit, times this filter’s "
            f"{weights} weights, plus a bias",
            f"One filter looks for one thing everywhere: {weights + 1} numbers to learn make "
            f"{row.output_shape[1] * row.output_shape[2]}.",
        )
    if column.is_vector:
        return (
            f"Unit {channel + 1} reads all that is left: {size} of all {len(maps)} maps of {source}, "
            f"{weights} products and a bias",
            "From here on there are no places any more, only what was found.",
        )
    if reads(row)[1] and len(maps) < row.input_shape[0]:
        told = listed([of + 1 for of in maps])
        return (
            f"Map {channel + 1} reads only maps {told} of {source} (Table I): a {size} window of each, "
            f"{weights} weights",
            "Fewer links, and maps that see different things must become different.",
        )
    return (
        f"Map {channel + 1} reads all {many(len(maps), 'map')} of {source}: a {size} window of each, {weights} weights "
        "and a bias",
        "Strokes that lie together become corners, ends and arcs.",
    )


def _fully(found: DigitRead, column: Column, channel: int, source: str) -> tuple[str, str]:
    count = math.prod(column.row.input_shape)
    is_last = column is found.columns[-1] or column.layer == found.columns[-1].layer
    reads = f"reads all {count} numbers of {source}, each times a weight of its own, plus a bias"
    if is_last:
        name = found.trained.classes[channel]
        return (
            f"The score of {name} {reads}",
            "Softmax turns the scores into probabilities that add up to 1: the largest is the answer.",
        )
    if column.row.output_shape[0] == math.prod(BITMAP):
        return (
            f"Unit {channel + 1} {reads}",
            "84 is 7 × 12: in 1998 these numbers were to draw the digit, as a bitmap of 12 rows of 7 cells."
            if found.trained.distances
            else "Kept from 1998, where 84 = 7 × 12 cells drew the digit; nothing needs that number any more.",
        )
    return f"Unit {channel + 1} {reads}", "It weighs everything that was found, wherever it was."
