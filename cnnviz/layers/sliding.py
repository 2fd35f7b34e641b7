"""What CONV and POOL share: a window that slides over a map, and why it may find no room there."""

from __future__ import annotations

from typing import Any

from cnnviz.errors import DoesNotFit
from cnnviz.geometry import Window, most_padding
from cnnviz.layers.layer import Layer, Shape, by, needs_volume


def settle(layer: Layer, windows: tuple[Window, Window], *names: str) -> None:
    """Give a layer those settings of its windows, as short as they can be written: 1, (1, 2) or ((0, 1), (2, 2))."""
    for name in names:
        down, across = (getattr(window, name) for window in windows)
        short: Any = down if down == across and isinstance(down, int) else (down, across)
        object.__setattr__(layer, name, short)


def check_room(
    layer: Layer, shape: Shape, windows: tuple[Window, Window], most: int | None = None, ceil_mode: bool = False
) -> None:
    """Raises DoesNotFit where the windows find no room on the map, with what would: a smaller kernel, more padding.

    most       how much padding may be at all (pooling: half the kernel)
    ceil_mode  a window may hang over the end by less than its stride
    """
    needs_volume(layer, shape)
    sizes = shape[1:]
    over = [window.stride - 1 if ceil_mode else 0 for window in windows]
    all_three = zip(windows, sizes, over)
    tight = [(window, size, more) for window, size, more in all_three if window.extent > window.padded(size) + more]
    if not tight:
        return
    padded = [window.padded(size) for window, size in zip(windows, sizes)]
    before = f"the map before it is only {by(tuple(sizes))}"
    if padded != list(sizes):
        before += f" ({by(tuple(padded))} with its padding)"
    reach = ""
    if any(window.dilation > 1 for window in windows):
        reach = f" and its kernel spans {by(tuple(window.extent for window in windows))}"
    kernel = min((window.padded(size) + more - 1) // window.dilation + 1 for window, size, more in tight)
    padding = max((window.extent - size - more + 1) // 2 for window, size, more in tight)
    fits = [f"a kernel of at most {kernel} fits"]
    if most is None or padding <= most:
        fits.append(f"padding of at least {padding}")
    raise DoesNotFit(f"{layer.name}: {before}{reach}; {', or '.join(fits)}.")


def check_border(layer: Layer, shape: Shape, windows: tuple[Window, Window], padding_mode: str) -> None:
    """Raises DoesNotFit where a border that borrows has too little to borrow from."""
    for window, size in zip(windows, shape[1:]):
        limit, largest = most_padding(size, padding_mode), max(window.before, window.after)
        if limit is not None and largest > limit:
            raise DoesNotFit(
                f"{layer.name}: its padding of {largest} is more than a {padding_mode} border can borrow from {size} "
                f"positions; at most {limit} fits, or a border of zeros."
            )


def read_inside(window: Window, size: int, outputs: int) -> int:
    """How many positions, padding not counted, `outputs` windows read in all."""
    # One of the window's positions after another, each going along with all windows: from window to window it moves on
    # by the stride, and is inside from the first window that takes it to 0 or beyond until one takes it to `size`.
    # Looked at are those that come to be inside at all, which are few where most of a window lies in the padding.
    taps, inside = window.taps(0), 0
    skipped = max(0, -((taps.start + (outputs - 1) * window.stride) // window.dilation))
    for start in range(taps.start + skipped * window.dilation, min(taps.stop, size), window.dilation):
        enters, leaves = (max(0, -((start - border) // window.stride)) for border in (0, size))
        inside += max(0, min(leaves, outputs) - enters)
    return inside
