"""Where windows lie: output sizes, taps, receptive fields. One axis at a time, in Python's whole numbers.

Every size, highlight and count of the project follows from `Window`; nothing computes a size a
second time. A rectangle is two Windows, rows first. Windows that are not all alike are Spans (spans.py).

Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016),
relations 6, 14 and 15; receptive fields after A. Araujo, W. Norris and J. Sim, "Computing
Receptive Fields of Convolutional Neural Networks", Distill (2019), equations 1 to 3.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cnnviz.checks import a, amount, flag, one_of, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.numbers import grouped, number
from cnnviz.signatures import checked
from cnnviz.spans import Spans

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
MOST_LISTED = 1_000_000  # positions, or windows, that are gone through one by one
MOST_TAPS = 30_000_000  # positions that units read, each as often as it is read: some seconds; a page's are far fewer


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
            raise SettingError(f"padding is {told(self.padding)}; on one axis it is a number or (before, after).")
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
        return whole(size, "the input's size") + self.before + self.after

    def fits(self, size: int) -> bool:
        """Whether the window finds room at least once on an axis of `size` positions."""
        return self.extent <= self.padded(size) and size >= 1

    def output_size(self, size: int, *, ceil_mode: bool = False) -> int:
        """How many places the window visits: floor((size + before + after - extent) / S) + 1.

        With `ceil_mode` the division rounds up, so that a last window may hang over the end, as PyTorch's pooling
        allows; one that would start in the padding behind is dropped.

        Raises DoesNotFit where it finds no room, instead of the 0 or 1 that the formula would say.
        """
        size = whole(size, "the input's size", 1)
        steps, rest = divmod(self.padded(size) - self.extent, self.stride)
        if flag(ceil_mode, "ceil_mode") and rest and (steps + 1) * self.stride < self.before + size:
            steps += 1
        if steps < 0:
            padded, room = "padded " if self.before + self.after else "", told(self.padded(size))
            raise DoesNotFit(f"The window spans {told(self.extent)}, the {padded}picture has only {room}.")
        return steps + 1

    def unused(self, size: int) -> int:
        """Positions at the end of the padded axis that the floor throws away (0 to S - 1)."""
        return self.padded(size) - self.extent - (self.output_size(size) - 1) * self.stride

    def taps(self, index: int) -> range:
        """The input positions that output `index` reads; negative ones, and those past the end, are padding.

        The range's start, length and step are the window's offset, K and D.
        """
        start = whole(index, "index") * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def readers(self, position: int, size: int) -> list[int]:
        """The outputs whose window reads input `position`. Raises DoesNotFit for more than a million to look at."""
        position = whole(position, "position")
        first = position + self.before - self.extent + 1
        low = max(0, -(-first // self.stride))
        high = min(self.output_size(size) - 1, (position + self.before) // self.stride)
        _check_length(high + 1 - low, "windows that reach a position")
        return [index for index in range(low, high + 1) if position in self.taps(index)]

    def unread(self, size: int) -> list[int]:
        """The positions, padding not counted, that no output reads. Raises DoesNotFit on an axis of over a million."""
        count = self.output_size(size)
        _check_length(max(size, count), "positions of an axis")
        read: set[int] = set()
        for index in range(count):
            taps = self.taps(index)
            outside = max(0, -(taps.start // self.dilation))  # taps in the padding before
            read.update(range(taps[0] + outside * self.dilation, min(taps.stop, size), self.dilation))
        return [position for position in range(size) if position not in read]


Axis = Window | Spans  # what reads one axis: a window that slides, or windows that are not all alike


def _length(units: Collection[int]) -> int:
    """How many; `len` knows no more than 2 ** 63."""
    return max(0, -((units.start - units.stop) // units.step)) if isinstance(units, range) else len(units)


def _check_length(count: int, what: str, most: int = MOST_LISTED) -> None:
    if count > most:
        works = f"at most {grouped(most)} are gone through one by one"
        raise DoesNotFit(f"There are {amount(count)} {what}; {works}.")


def pair(value: object, name: str) -> tuple:
    """A setting for (height, width): two values as they are, one for both axes twice. Raises SettingError."""
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise SettingError(f"{name} is {told(value)}; it is one value for both axes, or two: (height, width).")
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
    size, stride = whole(size, "size", 1), whole(stride, "stride", 1)
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + Window(kernel_size, dilation=dilation).extent - size, 0)
    return total // 2, total - total // 2


def origin(position: int, size: int, padding_mode: str) -> int | None:
    """The position whose value stands at `position`: itself inside, a borrowed one in the padding, None for zeros."""
    one_of(padding_mode, "padding_mode", PADDING_MODES)
    position, size = whole(position, "position"), whole(size, "size", 1)
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
    a(window, Window, "window")
    limit = most_padding(size, padding_mode)
    largest = max(window.before, window.after)
    if limit is not None and largest > limit:
        raise DoesNotFit(
            f"The padding of {told(largest)} is more than a {padding_mode} border can borrow from {size} "
            f"pixels; at most {limit} fits."
        )


def most_padding(size: int, padding_mode: str) -> int | None:
    """The most padding that `padding_mode` allows on `size` positions; None where there is no limit."""
    one_of(padding_mode, "padding_mode", PADDING_MODES)
    size = whole(size, "size", 1)
    return {"reflect": size - 1, "circular": size}.get(padding_mode)


@dataclass(frozen=True)
class Passage:
    """One layer on one axis, as receptive fields are traced back through it.

    window        what a unit reads the axis through: one that slides, or Spans
    size          positions of the axis that is read; None: it has no ends
    padding_mode  one of PADDING_MODES; padding that is not borrowed is no position of the axis
    offset        how far behind position 0 the axis begins, where its beginning is cut off
    spacing       how far apart the window has the positions of the axis: between them stand zeros, which are none. It
                  is the stride of a transposed convolution

    Raises SettingError for anything else.
    """

    window: Axis
    size: int | None = None
    padding_mode: str = "zeros"
    offset: int = 0
    spacing: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.window, Spans):
            a(self.window, Window, "window")
        if self.size is not None:
            object.__setattr__(self, "size", whole(self.size, "size", 1))
        one_of(self.padding_mode, "padding_mode", PADDING_MODES)
        object.__setattr__(self, "offset", whole(self.offset, "offset", 0))
        object.__setattr__(self, "spacing", whole(self.spacing, "spacing", 1))

    def back(self, units: Collection[int]) -> Collection[int]:
        """The positions that these units read: a range of them where they are one and nothing is left out.

        Raises SettingError for units that are none, DoesNotFit where over a million would be gone through.
        """
        if not isinstance(units, (range, set, frozenset, tuple, list)):
            raise SettingError(f"units is {told(units)}; it must be whole numbers, such as range(3).")
        window = self.window
        is_gapless = window.stride <= window.kernel_size and window.dilation == 1 and self.padding_mode == "zeros"
        is_gapless = is_gapless and self.spacing == 1 and isinstance(window, Window)
        if isinstance(units, range) and units and is_gapless:
            first, end = window.taps(units[0])[0] + self.offset, window.taps(units[-1])[-1] + self.offset + 1
            return range(first, end) if self.size is None else range(max(0, first), min(self.size, end))
        _check_length(_length(units) * window.kernel_size, "positions that these units read", MOST_TAPS)
        taps = {tap + self.offset for unit in units for tap in window.taps(unit)}
        if self.spacing > 1:
            taps = {tap // self.spacing for tap in taps if tap % self.spacing == 0}
        if self.size is None:
            return taps
        found = {origin(tap, self.size, self.padding_mode) for tap in taps}
        return {position for position in found if position is not None}

    def span(self, units: range) -> range:
        """All from the first position to the last that these units reach for, padding included; of units that read
        zeros alone the position before those.

        units  one behind the other, at least one; else a SettingError
        """
        if not isinstance(units, range) or not units or units.step != 1:
            raise SettingError(f"units is {told(units)}; it must be a range of at least one unit.")
        first, last = self.window.taps(units[0])[0] + self.offset, self.window.taps(units[-1])[-1] + self.offset
        start, end = -(-first // self.spacing), last // self.spacing + 1
        return range(min(start, end - 1), end)


@checked
@dataclass(frozen=True)
class Field:
    """The receptive field of the units of a layer, on one axis of the picture: its span, and what is read of it.

    size   how many pixels it spans
    jump   how many pixels lie between the fields of neighbouring units (the product of the strides)
    start  the first pixel of that of unit 0; negative where that is padding
    ways   the fields that it is made from, each with the Passage that leads there: several where branches meet, of
           which it is the union. Two Fields that span the same are equal, however they came about

    `Field()` is a pixel itself; each layer goes `.through` its Window; `Field.union` is where branches meet. A stride
    that is larger than its window, or a dilation, leaves pixels out, between those that are read: `read` tells which
    are. Branches whose strides differ have no one jump: size, jump and start are then those of unit 0 and of the way
    that moves on fastest, `pixels` and `read` are exact all the same, and `disagreement` says so. Behind zeros put
    between, and behind Spans, units differ too: size is then the most that one of them spans, and jump, at least 1, is
    rounded.

    Raises SettingError for anything but whole numbers, size and jump at least 1, and ways that are none.
    """

    size: int = 1
    jump: int = 1
    start: int = 0
    ways: tuple[tuple[Field, Passage], ...] = field(default=(), repr=False, compare=False)
    _depth: int = field(default=0, init=False, repr=False, compare=False)
    _is_even: bool = field(default=True, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, least in (("size", 1), ("jump", 1), ("start", None)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))
        if not isinstance(self.ways, (tuple, list)):
            raise SettingError(f"ways is {told(self.ways)}; it is pairs of a Field and a Passage.")
        for way in self.ways:
            if not isinstance(way, (tuple, list)) or len(way) != 2:
                raise SettingError(f"A way is {told(way)}; it is a Field and a Passage.")
            a(way[0], Field, "a way's field"), a(way[1], Passage, "a way's passage")
        object.__setattr__(self, "ways", tuple(map(tuple, self.ways)))
        before = [way for way, _ in self.ways]
        # How many passages lie behind it at most; and whether all of its units see as much, as far apart.
        object.__setattr__(self, "_depth", max((each._depth + 1 for each in before), default=0))
        is_even = all(each._is_even for each in before) and len({each.jump for each in before}) <= 1
        is_even &= all(way.spacing == 1 and isinstance(way.window, Window) for _, way in self.ways)
        object.__setattr__(self, "_is_even", is_even)

    def through(self, window: Axis, passage: Passage | None = None) -> Field:
        """The field of the units behind one more window; `passage`: what is known of it besides, as its axis's size."""
        passage = passage or Passage(window)
        step = round(self.jump * window.step) if isinstance(window, Spans) else self.jump * window.stride
        before = -window.taps(0).start - passage.offset
        return Field(
            size=self.size + (window.extent - 1) // passage.spacing * self.jump,
            jump=max(1, step // passage.spacing),
            start=self.start - before // passage.spacing * self.jump,
            ways=((self, passage),),
        )

    @staticmethod
    def union(fields: Sequence[Field]) -> Field:
        """The field of units that are made from all of these, of the same number each. Raises SettingError for none."""
        if not fields:
            raise SettingError("There is no field to make a union of; at least one is needed.")
        if len(fields) == 1:
            return fields[0]
        start = min(each.start for each in fields)
        end = max(each.start + each.size for each in fields)
        return Field(end - start, max(each.jump for each in fields), start, tuple((each, SAME) for each in fields))

    @property
    def disagreement(self) -> str:
        """What differs between the branches that met on the way here, in a sentence; "" where nothing does."""
        for each in self._behind():
            jumps = sorted({way.jump for way, _ in each.ways})
            middles = sorted({2 * way.start + way.size for way, _ in each.ways})
            if len(jumps) > 1:
                return (
                    f"Where branches meet they have moved by different strides: neighbouring units lie {jumps[0]} "
                    f"pixels apart by one, {jumps[-1]} by another."
                )
            if len(middles) > 1:
                apart = number((middles[-1] - middles[0]) / 2)
                return f"Where branches meet, the middles of what they see lie {apart} pixels apart."
        return ""

    def _behind(self) -> list[Field]:
        """This field and all that it is made from, each once, and none before one that is made from it."""
        found: dict[int, Field] = {}
        waiting = [self]
        while waiting:
            one = waiting.pop()
            if id(one) not in found:
                found[id(one)] = one
                waiting += [way for way, _ in one.ways]
        return sorted(found.values(), key=lambda each: each._depth, reverse=True)

    def pixels(self, index: int) -> range:
        """The pixels that the field of unit `index` spans, positions in the padding included."""
        if self._is_even:
            start = self.start + index * self.jump
            return range(start, start + self.size)
        reached: dict[int, range] = {id(self): range(index, index + 1)}
        ends = []
        for each in self._behind():
            if (units := reached.get(id(each))) is None:  # behind one that is even, which tells of all behind it
                continue
            if each._is_even:
                ends += [each.pixels(units[0]), each.pixels(units[-1])]
                continue
            for way, passage in each.ways:
                span = passage.span(units)
                other = reached.get(id(way), span)
                reached[id(way)] = range(min(span.start, other.start), max(span.stop, other.stop))
        return range(min(end.start for end in ends), max(end.stop for end in ends))

    def read(self, index: int) -> list[int]:
        """The pixels of its field that unit `index` is really made from; all of them, where no way is told."""
        reached: dict[int, Collection[int]] = {id(self): range(index, index + 1)}
        found: Collection[int] = ()
        for each in self._behind():
            units = reached.pop(id(each))
            for way, passage in each.ways:
                reached[id(way)] = _together(reached.get(id(way), ()), passage.back(units))
            if not each.ways:  # a pixel, or units of which only the span is known
                _check_length(_length(units) * each.size, "pixels that a unit reads")
                pixels = units if each == Field() else {pixel for unit in units for pixel in each.pixels(unit)}
                found = _together(found, pixels)
        return sorted(found)


SAME = Passage(Window(1))  # unit for unit


def _together(some: Collection[int], others: Collection[int]) -> Collection[int]:
    """All of both; a range where they are one."""
    if not some or not others:
        return some or others
    if isinstance(some, range) and isinstance(others, range):
        if some.step == others.step == 1 and max(some.start, others.start) <= min(some.stop, others.stop):
            return range(min(some.start, others.start), max(some.stop, others.stop))
    return {*some, *others}
