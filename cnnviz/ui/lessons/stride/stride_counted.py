"""Counted: what stride throws away, how often the border is read, the sizes to click; and the ending."""

from collections.abc import Sequence
from typing import Any

from cnnviz.errors import CnnvizError
from cnnviz.experiments.reads import Reading, reading, reads
from cnnviz.geometry import Window, same_padding
from cnnviz.numbers import grouped, times
from cnnviz.pictures import Picture
from cnnviz.ui import formulas
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.stride.stride_ab import BOTH, A, Variant
from cnnviz.ui.lessons.stride.stride_view import now
from cnnviz.ui.markup import part, rows, unseen
from cnnviz.ui.sizes import Size, sizes
from cnnviz.ui.state import put
from cnnviz.ui.words import listed, many, number, percent

LAYERS = 10
NO_MAP = ["no map", *["–"] * 5]  # a column of either table


def left_out(picture: Picture) -> None:
    """A and B beside each other: the windows kept, how they overlap, what no window reads."""
    state = now()
    columns = [_column(setting, state, picture) for setting in BOTH]
    labels = (
        "Windows, and so numbers out",
        "Kept, of stride 1's windows",
        "Neighbouring windows",
        "Windows that read a pixel",
        "The floor drops, at the end of the padded picture",
        "Pixels that no window reads",
    )
    part("What stride throws away", rows([unseen("what is counted"), "A", "B"], [*zip(labels, *columns, strict=True)]))


def _column(setting: Variant, state: dict, picture: Picture) -> list[str]:
    if setting.problem(state, picture):
        return NO_MAP
    windows = setting.windows(state, picture)
    counted = reading(windows.rows, windows.columns, picture.shape[1:])
    height, width = windows.output_size(picture)
    return [
        f"{times(height, width)} = {grouped(counted.windows)}",
        f"{grouped(counted.windows)} of {grouped(counted.at_stride_one)}: "
        f"{percent(counted.windows, counted.at_stride_one)}",
        formulas.overlap(windows.rows, windows.columns) + (f" ({percent(counted.shared)})" if counted.shared else ""),
        f"{number(counted.mean, 3)} on average, {counted.least} to {counted.most}",
        formulas.rows_and_columns(*counted.dropped) or "nothing",
        _unread(counted, picture),
    ]


def _unread(counted: Reading, picture: Picture) -> str:
    _, height, width = picture.shape
    if not counted.rows and not counted.columns:
        return "none"
    never = height * width - (height - len(counted.rows)) * (width - len(counted.columns))
    parts = [positions(found, word) for found, word in ((counted.rows, "row"), (counted.columns, "column")) if found]
    return f"{grouped(never)} of {grouped(height * width)} ({percent(never / (height * width))}): {'; '.join(parts)}"


def positions(found: Sequence[int], word: str, most: int = 4) -> str:
    """Positions, counted from 0, as a person counts them: "rows 4 and 8", "96 columns: 2, 4, 6, 8, …"."""
    names = [str(position + 1) for position in found]
    if len(names) > most:
        return f"{many(len(names), word)}: {', '.join(names[:most])}, …"
    return f"{word}{'' if len(names) == 1 else 's'} {listed(names)}"


def edges(picture: Picture) -> None:
    """How often pixels at the border and in the middle are read at stride 1: without padding, and with (K − 1)/2."""
    k = now()[A.k]
    _, height, width = picture.shape
    padded = Window(k, 1, same_padding(k))
    kinds = [("P = 0", Window(k)), (_named(padded), padded)]
    labels = (
        "A corner pixel is read by",
        "A pixel in the middle of the first row",
        "A pixel in the middle of the picture",
        "Pixels that are the centre of a window" if k % 2 else "Windows for each pixel",
        "Size after one layer",
        f"Size after {LAYERS} such layers in a row",
    )
    columns = []
    for _, window in kinds:
        if not (window.fits(height) and window.fits(width)):
            columns.append(NO_MAP)
            continue
        down, across = reads(window, height), reads(window, width)
        places = [(0, 0), (0, width // 2), (height // 2, width // 2)]
        centred = window.output_size(height) * window.output_size(width) / (height * width)
        columns.append([
            *(many(down[row] * across[column], "window") for row, column in places),
            percent(centred),
            _after(window, height, width, 1),
            _after(window, height, width, LAYERS),
        ])  # fmt: skip
    part(
        "Padding keeps the information at the border",
        f"K = {k}, A's, at stride 1, counted on this picture."
        " Padding does not make the border equal to the middle: part of what its windows read is padding.",
        rows([unseen("what is counted"), *(name for name, _ in kinds)], [*zip(labels, *columns, strict=True)]),
    )


def _named(window: Window) -> str:
    if window.before == window.after:
        return f"P = (K − 1)/2 = {window.before}"
    return f"P = {window.before} before, {window.after} behind"


def after_layers(window: Window, size: int, layers: int) -> int | None:
    """What is left of an axis after so many layers with this window in a row; None where one finds no room."""
    for _ in range(layers):
        if not window.fits(size):
            return None
        size = window.output_size(size)
    return size


def _after(window: Window, height: int, width: int, layers: int) -> str:
    down, across = after_layers(window, height, layers), after_layers(window, width, layers)
    return "nothing is left" if down is None or across is None else times(down, across)


STRIDES, PADDINGS = range(1, 9), range(8)


def table(picture: Picture) -> None:
    """Every output size of A's K on this picture; a click puts S and P on A."""
    state = now()
    _, height, width = picture.shape
    beyond = " A's own padding is not among these." if state[A.p] not in PADDINGS or state[A.more] else ""
    part(
        f"Output sizes of a {times(height, width)} picture at K = {state[A.k]}",
        "Click a size to put its S and P on A. A dash: the window finds no room, or the border has too little to"
        f" borrow. Shaded and bold: the size of the picture is kept.{beyond}",
    )
    cells = [[_cell(picture, state, stride, padding) for stride in STRIDES] for padding in PADDINGS]
    sizes(cells, STRIDES, PADDINGS, key="sizes", on_choose=_choose)


def _choose(stride: int, padding: int) -> None:
    put(**{A.s: stride, A.p: padding, A.more: False, A.same: False})


def _cell(picture: Picture, state: dict[str, Any], stride: int, padding: int) -> Size:
    tried = {**state, A.s: stride, A.p: padding, A.more: False, A.same: False}
    here = [
        setting.letter
        for setting in BOTH
        if (state[setting.k], state[setting.s], state[setting.p], state[setting.more], state[setting.same])
        == (state[A.k], stride, padding, False, False)
    ]
    mark = " ".join(here)
    try:
        size = A.windows(tried, picture).output_size(picture)
    except CnnvizError as problem:
        return Size("", str(problem), mark)
    whole = picture.shape[1:]
    share = size[0] * size[1] / (whole[0] * whole[1])
    why = "keeps the size" if size == whole else f"{percent(share)} of the picture's numbers"
    return Size(times(size[0], size[1]), why + ".", mark, size == whole)


def ending(picture: Picture) -> Ending:
    """For A and for B: the size, the overlap and the share of the picture's numbers that are left; and a question."""
    state = now()
    _, height, width = picture.shape
    parts = []
    for setting in BOTH:
        if setting.problem(state, picture):
            parts.append(f"{setting.letter} gives no map.")
            continue
        windows = setting.windows(state, picture)
        size = windows.output_size(picture)
        counted = reading(windows.rows, windows.columns, (height, width))
        parts.append(
            f"{setting.letter}, S = {windows.rows.stride}: {formulas.overlap(windows.rows, windows.columns)};"
            f" {times(height, width)} becomes {times(size[0], size[1])},"
            f" {percent(counted.windows / (height * width))} of the numbers."
        )
    before, after = same_padding(state[A.k])
    keeps = f"P = {before}" if before == after else f"{before} before and {after} behind"
    parts.append(f"At S = 1, K = {state[A.k]} keeps the size with {keeps}.")
    return Ending(
        "A small stride overlaps and gives a large map, a large one overlaps less and gives a small map. "
        + " ".join(parts),
        "Set K = 4 and S = 1 on A. Which P keeps the size? Try every P, then “+1 below, right”. And with K = 3: from"
        " which S on are there pixels that no window reads?",
    )
