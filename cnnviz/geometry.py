"""Where windows lie: output sizes, taps, receptive fields. One axis at a time, standard library only.

Every size, highlight and count of the project follows from `Window`; nothing computes a size a
second time. A rectangle is two Windows, rows first.

Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016),
relations 6, 14 and 15; receptive fields after A. Araujo, W. Norris and J. Sim, "Computing
Receptive Fields of Convolutional Neural Networks", Distill (2019), equations 1 to 3.
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from dataclasses import dataclass, field

from cnnviz.errors import DoesNotFit, SettingError

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def whole(value: object, name: str, least: int) -> int:
    """`value` as an int of at least `least`; booleans, fractions and text are refused with SettingError."""
    if not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"):
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
        else:
            if number >= least:
                return number
    raise SettingError(f"{name} is {value!r}; it must be a whole number of at least {least}.")


@dataclass(frozen=True, repr=False)
class Window:
    """A window that slides along one axis.

    kernel_size  K, how many positions it reads (at least 1)
    stride       S, how far it moves at a time (at least 1)
    padding      P, positions added at the two ends: an int, or (before, after) (at least 0)
    dilation     D, the distance between neighbouring positions that it reads (at least 1)

    Raises SettingError for anything else, booleans and fractions included.
    """

    kernel_size: int
    stride: int = 1
    padding: int | tuple[int, int] = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            object.__setattr__(self, name, whole(getattr(self, name), name, 1))
        ends = self.padding if isinstance(self.padding, (tuple, list)) else (self.padding, self.padding)
        if len(ends) != 2:
            raise SettingError(f"padding is {self.padding!r}; on one axis it is a number or (before, after).")
        before, after = (whole(end, "padding", 0) for end in ends)
        object.__setattr__(self, "padding", before if before == after else (before, after))

    def __repr__(self) -> str:
        parts = [f"kernel_size={self.kernel_size}"]
        parts += [f"{name}={getattr(self, name)}" for name, usual in
                  (("stride", 1), ("padding", 0), ("dilation", 1)) if getattr(self, name) != usual]
        return f"Window({', '.join(parts)})"

    @property
    def before(self) -> int:
        """Padding in front of position 0."""
        return self.padding if isinstance(self.padding, int) else self.padding[0]

    @property
    def after(self) -> int:
        """Padding behind the last position."""
        return self.padding if isinstance(self.padding, int) else self.padding[1]

    @property
    def extent(self) -> int:
        """How far the window spans: D(K - 1) + 1."""
        return self.dilation * (self.kernel_size - 1) + 1

    def padded(self, size: int) -> int:
        """The axis with its padding."""
        return size + self.before + self.after

    def fits(self, size: int) -> bool:
        """Whether the window finds room at least once on an axis of `size` positions."""
        return size >= 1 and self.extent <= self.padded(size)

    def output_size(self, size: int, *, ceil_mode: bool = False) -> int:
        """How many places the window visits: floor((size + before + after - extent) / S) + 1.

        With `ceil_mode` the division rounds up, so that a last window may hang over the end, as PyTorch's pooling
        allows; one that would start in the padding behind is dropped.

        Raises DoesNotFit where it finds no room, instead of the 0 or 1 that the formula would say.
        """
        size = whole(size, "the input's size", 1)
        steps, rest = divmod(self.padded(size) - self.extent, self.stride)
        if ceil_mode and rest and (steps + 1) * self.stride < self.before + size:
            steps += 1
        if steps < 0:
            padded = "padded " if self.before + self.after else ""
            raise DoesNotFit(f"The window spans {self.extent}, the {padded}picture has only {self.padded(size)}.")
        return steps + 1

    def unused(self, size: int) -> int:
        """Positions at the end of the padded axis that the floor throws away (0 to S - 1)."""
        return self.padded(size) - self.extent - (self.output_size(size) - 1) * self.stride

    def taps(self, index: int) -> range:
        """The input positions that output `index` reads; negative ones, and those past the end, are padding.

        The range's start, length and step are the window's offset, K and D.
        """
        start = index * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def readers(self, position: int, size: int) -> list[int]:
        """The outputs whose window reads input `position`."""
        first = position + self.before - self.extent + 1
        low = max(0, -(-first // self.stride))
        high = min(self.output_size(size) - 1, (position + self.before) // self.stride)
        return [index for index in range(low, high + 1) if position in self.taps(index)]

    def unread(self, size: int) -> list[int]:
        """The positions, padding not counted, that no output reads."""
        read: set[int] = set()
        for index in range(self.output_size(size)):
            read.update(self.taps(index))
        return [position for position in range(size) if position not in read]


def pair(value: object, name: str) -> tuple:
    """A setting for (height, width): two values as they are, one for both axes twice. Raises SettingError."""
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise SettingError(f"{name} is {value!r}; it is one value for both axes, or two: (height, width).")
    return value[0], value[1]


def windows(kernel_size: object, stride: object, padding: object, dilation: object = 1) -> tuple[Window, Window]:
    """The Windows of the two axes, rows first, of settings as PyTorch takes them: one value, or two in a tuple or list.

    Raises SettingError for settings that are none.
    """
    down, across = zip(
        pair(kernel_size, "kernel_size"), pair(stride, "stride"), pair(padding, "padding"), pair(dilation, "dilation")
    )
    return Window(*down), Window(*across)


def same_padding(kernel_size: int, dilation: int = 1, stride: int = 1, size: int = 1) -> tuple[int, int]:
    """(before, after) of padding that is "same", the odd one behind.

    At stride 1 it keeps the size, whatever that is: D(K - 1) in all, as in PyTorch. With a stride it gives
    ceil(size / S) outputs with as little padding as that takes, as in TensorFlow; PyTorch has none.
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + Window(kernel_size, dilation=dilation).extent - size, 0)
    return total // 2, total - total // 2


def origin(position: int, size: int, padding_mode: str) -> int | None:
    """The position whose value stands at `position`: itself inside, a borrowed one in the padding, None for zeros."""
    if 0 <= position < size:
        return position
    if padding_mode == "zeros":
        return None
    if padding_mode == "replicate":
        return 0 if position < 0 else size - 1
    if padding_mode == "circular":
        return position % size
    return -position if position < 0 else 2 * (size - 1) - position  # reflect: the border itself is not repeated


def check_padding(window: Window, size: int, padding_mode: str) -> None:
    """Refuse a mode that is none (SettingError), or padding that has too little to borrow from (DoesNotFit)."""
    if padding_mode not in PADDING_MODES:
        raise SettingError(f"padding_mode is {padding_mode!r}; it is one of {', '.join(PADDING_MODES)}.")
    limit = most_padding(size, padding_mode)
    largest = max(window.before, window.after)
    if limit is not None and largest > limit:
        raise DoesNotFit(
            f"The padding of {largest} is more than a {padding_mode} border can borrow from {size} "
            f"pixels; at most {limit} fits."
        )


def most_padding(size: int, padding_mode: str) -> int | None:
    """The most padding that `padding_mode` allows on `size` positions; None where there is no limit."""
    return {"reflect": size - 1, "circular": size}.get(padding_mode)


@dataclass(frozen=True)
class Passage:
    """One layer on one axis, as receptive fields are traced back through it.

    windows       what a unit reads the axis through: several where layers stand side by side
    size          positions of the axis that is read; None: it has no ends
    padding_mode  one of PADDING_MODES; padding that is not borrowed is no position of the axis
    """

    windows: tuple[Window, ...]
    size: int | None = None
    padding_mode: str = "zeros"

    def back(self, units: Collection[int]) -> Collection[int]:
        """The positions that these units read: a range of them where they are one and nothing is left out."""
        window = self.windows[0]
        is_gapless = window.stride <= window.kernel_size and window.dilation == 1 and self.padding_mode == "zeros"
        if isinstance(units, range) and units and len(self.windows) == 1 and is_gapless:
            first, end = window.taps(units[0])[0], window.taps(units[-1])[-1] + 1
            return range(first, end) if self.size is None else range(max(0, first), min(self.size, end))
        taps = {tap for window in self.windows for unit in units for tap in window.taps(unit)}
        if self.size is None:
            return taps
        found = {origin(tap, self.size, self.padding_mode) for tap in taps}
        return {position for position in found if position is not None}


@dataclass(frozen=True)
class Field:
    """The receptive field of the units of a layer, on one axis of the picture: its span, and what is read of it.

    size   how many pixels it spans
    jump   how many pixels lie between the fields of neighbouring units (the product of the strides)
    start  the first pixel of that of unit 0; negative where that is padding
    path   the layers between; two Fields that span the same are equal, however they came about

    `Field()` is a pixel itself; each layer goes `.through` its Window. A stride that is larger than its window, or a
    dilation, leaves pixels out, between those that are read: `read` tells which are.
    """

    size: int = 1
    jump: int = 1
    start: int = 0
    path: tuple[Passage, ...] = field(default=(), repr=False, compare=False)

    def through(self, window: Window, passage: Passage | None = None) -> Field:
        """The field of the units behind one more window; `passage`: what is known of it besides, as its axis's size."""
        return Field(
            size=self.size + (window.extent - 1) * self.jump,
            jump=self.jump * window.stride,
            start=self.start - window.before * self.jump,
            path=(*self.path, passage or Passage((window,))),
        )

    def pixels(self, index: int) -> range:
        """The pixels that the field of unit `index` spans, positions in the padding included."""
        start = self.start + index * self.jump
        return range(start, start + self.size)

    def read(self, index: int) -> list[int]:
        """The pixels of its field that unit `index` is really made from; all of them, where `path` is not told."""
        if not self.path and self != Field():
            return list(self.pixels(index))
        found: Collection[int] = range(index, index + 1)
        for passage in reversed(self.path):
            found = passage.back(found)
        return sorted(found)
