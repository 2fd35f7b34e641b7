"""The output-size formula with the numbers put in, as HTML and as words. Sizes come from Window alone."""

from functools import lru_cache
from typing import Protocol

from cnnviz.geometry import Window
from cnnviz.graph import Sight
from cnnviz.numbers import grouped, times, up_to
from cnnviz.ui.markup import Markup, html
from cnnviz.ui.settings import Windows
from cnnviz.ui.words import many


class Shaped(Protocol):
    """What a window slides over: a picture, or a map."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, height, width)."""


def _quotient(value: float) -> str:
    # Not words.number: all that stands before the point, and eighths (S = 8) exactly, for the floor is taken of it.
    return up_to(value, 3)


def _padding(window: Window) -> str:
    return f"2·{window.before}" if window.before == window.after else f"({window.before} + {window.after})"


def _span(window: Window) -> str:
    """What stands for K: K itself, or what a dilated window spans."""
    size = window.kernel_size
    return str(size) if window.dilation == 1 else f"[{window.dilation}·({size} − 1) + 1]"


def size(shape: tuple[int, ...]) -> str:
    """Height × width × depth, or how many numbers in a row."""
    return times(*shape[1:], shape[0])


def general(windows: Windows) -> Markup:
    """The formula in letters."""
    dilated = windows.rows.dilation > 1
    uneven = windows.rows.before != windows.rows.after or windows.columns.before != windows.columns.after
    span = "[D(K − 1) + 1]" if dilated else "K"
    padding = Markup("(P<sub>1</sub> + P<sub>2</sub>)") if uneven else "2P"
    return html("O = ⌊(W − {} + {}) / S⌋ + 1", span, padding)


def with_numbers(window: Window, size: int) -> Markup:
    """One axis: the numbers put in, the floor made visible where it takes something away, and the result."""
    quotient = (window.padded(size) - window.extent) / window.stride
    text = html("⌊({} − {} + {}) / {}⌋ + 1", size, _span(window), _padding(window), window.stride)
    if window.unused(size):
        text += html(" = ⌊<em>{}</em>⌋ + 1", _quotient(quotient))
    return html("{} = <b>{}</b>", text, window.output_size(size))


def output_size(windows: Windows, picture: Shaped) -> Markup:
    """The whole line: in letters, then for height and width; once where both are the same."""
    sign = "=" if _alike(windows, picture) else ":"
    return html("{} {} {}", general(windows), sign, filled(windows, picture))


def filled(windows: Windows, picture: Shaped) -> Markup:
    """The numbers put in, for height and width; once where both are the same."""
    _, height, width = picture.shape
    if _alike(windows, picture):
        return with_numbers(windows.rows, height)
    return html(
        "<span>height {},</span> <span>width {}</span>",
        with_numbers(windows.rows, height),
        with_numbers(windows.columns, width),
    )


def _alike(windows: Windows, picture: Shaped) -> bool:
    _, height, width = picture.shape
    return windows.rows == windows.columns and height == width


def reading(windows: Windows, picture: Shaped) -> str:
    """What the windows leave unread, in a sentence. A border that borrows may still read it, but from the padding."""
    rows, columns = _unread(windows, *picture.shape[1:])
    unread = rows_and_columns(rows, columns)
    are = "is" if rows + columns == 1 else "are"
    there = "" if windows.border == "zeros" else " in place"
    return f"{unread} {are} never read{there} (shaded)" if unread else "every pixel is read"


@lru_cache(256)
def _unread(windows: Windows, height: int, width: int) -> tuple[int, int]:
    return len(windows.rows.unread(height)), len(windows.columns.unread(width))


def rows_and_columns(rows: int, columns: int) -> str:
    """2 rows and 1 column; of nothing, nothing."""
    return " and ".join(many(count, word) for count, word in ((rows, "row"), (columns, "column")) if count)


def kernel(height: int, width: int | None = None) -> str:
    """What a kernel's size means; of a square one the side alone."""
    if width is not None:
        return f"{height} high, {width} wide"
    return "odd sizes have a centre" if height % 2 else "even: no pixel is the centre"


def neighbours(extent: int, stride: int) -> str:
    """What windows that span `extent` do to each other, to be said after "windows"."""
    if stride < extent:
        return f"overlap by {extent - stride} of {extent}"
    return "touch and do not overlap" if stride == extent else f"leave {stride - extent} between them"


def overlap(rows: Window, columns: Window) -> str:
    """What the stride does to neighbouring windows."""
    down, across = (neighbours(window.extent, window.stride) for window in (rows, columns))
    return f"windows {down}" if rows == columns else f"down, windows {down}; across, they {across}"


def span(rows: Window, columns: Window) -> str:
    """How far the dilated window reaches."""
    if rows == columns:
        return f"{rows.kernel_size} taps span {rows.extent}" if rows.kernel_size > 1 else "1 tap, at any dilation"
    return f"the window spans {times(rows.extent, columns.extent)}"


def read_of(sight: Sight) -> str:
    """How much of what a unit sees it reads, to be said after it: "", or ", of which it reads 3 of 5 rows and ..."."""
    if sight.is_whole:
        return ""
    axes = zip(sight.reads, sight.spans, ("row", "column"))
    return f", of which it reads {' and '.join(_some(*axis) for axis in axes)}"


def _some(reads: int, spans: int, word: str) -> str:
    return f"every {word}" if reads == spans else f"{grouped(reads)} of {many(spans, word)}"
