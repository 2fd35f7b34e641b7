"""What a layer does and why it is there, in a beginner's words, with the chosen map's own numbers. HTML."""

from __future__ import annotations

from cnnviz.layers import Conv2d, Linear, MaxPool2d, PartialConv2d, Subsample
from cnnviz.layers.layer import both
from cnnviz.numbers import times
from cnnviz.ui.lessons.lenet.lenet_columns import Column, maps_of, read_by
from cnnviz.ui.lessons.lenet.lenet_setup import Run
from cnnviz.ui.words import a, listed, many, number
from cnnviz.ui.written_html import escape

SQUASHED = {
    "scaled tanh": "then squashed between −1.7 and 1.7",
    "tanh": "then squashed between −1 and 1",
    "sigmoid": "then squashed between 0 and 1",
    "relu": "then ReLU: below 0 becomes 0",
}

DOES = {"CONV": "filters", "POOL": "shrinks", "ACTIVATION": "squashes", "BATCH NORM": "evens out", "RBF": "compares"}
BITMAP = 84  # numbers of F6: 12 rows of 7, as the codes are drawn


def is_drawing(found: Run, at: int) -> bool:
    """Whether a column is measured against codes that are bitmaps, and so is one itself."""
    codes = found.trained.parameters[-1].get("codes")
    return at == len(found.columns) - 2 and codes is not None and codes.shape[1] == BITMAP


def does(found: Run, at: int) -> str:
    """What a column does, in a word or two."""
    column = found.columns[at]
    if is_drawing(found, at):
        return "draws"
    if isinstance(column.row.layer, (Linear, Conv2d)) and column.is_vector:
        return "scores" if at == len(found.columns) - 1 else "weighs all"
    return DOES.get(column.row.layer.kind, "")


def about(found: Run) -> str:
    """The chosen column, in two or three sentences."""
    at, channel = found.unit.layer, found.unit.channel
    column = found.columns[at]
    before = found.columns[at - 1] if at else None
    then = SQUASHED.get(column.function, f"then {column.function}") if column.function else ""
    what, why = _said(found, column, before, channel)
    silent = ""
    if not found.off and not maps_of(column, found.maps, found.after)[channel].any():
        silent = f" For this digit all of this {column.one} is 0."
    return f"<b>{escape(column.name)}</b> {what}{f', {escape(then)}' if then else ''}. <i>Why?</i> {why}{silent}"


def _said(found: Run, column: Column, before: Column | None, channel: int) -> tuple[str, str]:
    layer, row = column.row.layer, column.row
    given = found.parameters[row.index]
    source = escape(before.name) if before else "the digit"
    windows = [window.kernel_size for window in layer.windows(row.input_shape)]
    size = " × ".join(str(side) for side in windows)
    if layer.kind == "RBF":
        name = found.trained.classes[channel]
        return (
            f"The output for {name} compares {source} with the code of {a(name)}: "
            f"{row.input_shape[0]} differences, squared and added up",
            "The nearest code is the answer. The codes look like the digits, so like digits have like codes.",
        )
    if isinstance(layer, Subsample):
        return (
            f"Each number adds up a {size} block of one map, times {number(float(given['weight'][channel]), 3)}, "
            f"plus {number(float(given['bias'][channel]), 3)}",
            "Half the height and width: a stroke may lie a pixel off and still be found. Two numbers learnt a map.",
        )
    if isinstance(layer, MaxPool2d):
        rows, columns = both(layer.kernel_size)
        return (
            f"Each number is the largest of a {times(rows, columns)} block of one map",
            "Half the height and width, and the strongest answer goes on. Nothing to learn.",
        )
    if layer.kind == "POOL":
        return f"Each number sums up a {size} window of one map", "Fewer numbers; the exact place matters less."
    if layer.kind == "CONV":
        return _convolution(column, before, channel, source, size)
    if isinstance(layer, Linear):
        return _fully(found, column, channel, source)
    return f"{escape(layer.name)} of {source}", "It goes on with the same maps."


def _convolution(column: Column, before: Column | None, channel: int, source: str, size: str) -> tuple[str, str]:
    row = column.row
    maps = read_by(column, channel)
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
    if isinstance(row.layer, PartialConv2d) and len(maps) < row.input_shape[0]:
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


def _fully(found: Run, column: Column, channel: int, source: str) -> tuple[str, str]:
    shape = column.row.input_shape
    count = 1
    for side in shape:
        count *= side
    is_last = column is found.columns[-1] or column.layer == found.columns[-1].layer
    reads = f"reads all {count} numbers of {source}, each times a weight of its own, plus a bias"
    if is_last:
        name = found.trained.classes[channel]
        return (
            f"The score of {name} {reads}",
            "Softmax turns the scores into probabilities that add up to 1: the largest is the answer.",
        )
    if column.row.output_shape[0] == BITMAP:
        return (
            f"Unit {channel + 1} {reads}",
            "84 is 7 × 12: in 1998 these numbers were to draw the digit, as a bitmap of 12 rows of 7 cells."
            if found.trained.distances
            else "Kept from 1998, where 84 = 7 × 12 cells drew the digit; nothing needs that number any more.",
        )
    return f"Unit {channel + 1} {reads}", "It weighs everything that was found, wherever it was."
