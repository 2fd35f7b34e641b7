"""Windows along one axis that are not all alike: where each begins, and how many positions it reads.

`geometry.Window` is the window that slides; these are what is left: adaptive pooling where the sizes do not divide,
and enlarged maps, whose units read one number or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from cnnviz.checks import is_row, told, whole
from cnnviz.errors import DoesNotFit, SettingError


@dataclass(frozen=True, repr=False)
class Spans:
    """Windows of neighbouring positions, one for each output, in their order.

    starts  the first position that each reads, at least 0
    counts  how many each reads, at least 1

    None begins or ends before the one in front of it. It answers what `geometry.Window` does. Raises SettingError for
    rows that are none, and for windows that go back.
    """

    starts: tuple[int, ...]
    counts: tuple[int, ...]

    dilation = 1
    padding = before = after = 0

    def __post_init__(self) -> None:
        for name, least in (("starts", 0), ("counts", 1)):
            row = getattr(self, name)
            if not is_row(row) or not len(row):
                raise SettingError(f"{name} is {told(row)}; it is a row of whole numbers, such as (0, 2, 5).")
            object.__setattr__(self, name, tuple(whole(one, name, least) for one in row))
        if len(self.starts) != len(self.counts):
            raise SettingError(
                f"There are {len(self.starts)} starts and {len(self.counts)} counts; as many of each are windows."
            )
        ends = [start + count for start, count in zip(self.starts, self.counts)]
        if any(after < before for row in (self.starts, ends) for before, after in pairwise(row)):
            raise SettingError("A window begins or ends before the one in front of it; windows in their order work.")

    def __repr__(self) -> str:
        return f"Spans({len(self.starts)} of {min(self.counts)} to {self.kernel_size})"

    @classmethod
    def shared_out(cls, size: int, outputs: int) -> Spans:
        """As many windows as there are outputs, over all of `size` positions, as even as can be: output i reads from
        floor(i * size / outputs) up to ceil((i + 1) * size / outputs).

        Neighbours share a position where the sizes do not divide; more outputs than positions read some twice.
        Source: the rule of torch.nn.AdaptiveAvgPool2d.
        """
        size, outputs = whole(size, "size", 1), whole(outputs, "outputs", 1)
        starts = tuple(index * size // outputs for index in range(outputs))
        return cls(starts, tuple(-(-(index + 1) * size // outputs) - start for index, start in enumerate(starts)))

    @cached_property
    def kernel_size(self) -> int:
        """How many positions the largest reads."""
        return max(self.counts)

    @property
    def extent(self) -> int:
        """How far the largest spans."""
        return self.kernel_size

    @property
    def end(self) -> int:
        """The first position behind all of them."""
        return self.starts[-1] + self.counts[-1]

    @property
    def step(self) -> Fraction:
        """How far apart neighbours are on the average: below 1 where there are more outputs than positions."""
        return Fraction(self.end - self.starts[0], len(self.starts))

    @property
    def stride(self) -> int:
        """The same as a whole number, at least 1."""
        return max(1, round(self.step))

    def padded(self, size: int) -> int:
        """The axis: nothing is added to it."""
        return whole(size, "the input's size")

    def fits(self, size: int) -> bool:
        """Whether all of them lie on an axis of `size` positions."""
        return self.end <= size

    def output_size(self, size: int, *, ceil_mode: bool = False) -> int:
        """How many there are. Raises DoesNotFit where some reach beyond the axis."""
        if not self.fits(whole(size, "the input's size", 1)):
            raise DoesNotFit(f"The windows reach beyond the {told(size)} positions of the axis.")
        return len(self.starts)

    def taps(self, index: int) -> range:
        """The input positions that output `index` reads; those of outputs that would stand before the first, or behind
        the last, lie as far beyond as `stride` has it."""
        index = whole(index, "index")
        near = min(max(index, 0), len(self.starts) - 1)
        start = self.starts[near] + (index - near) * self.stride
        return range(start, start + self.counts[near])

    def readers(self, position: int, size: int) -> list[int]:
        """The outputs whose window reads input `position`."""
        return [index for index in range(self.output_size(size)) if position in self.taps(index)]

    def unread(self, size: int) -> list[int]:
        """The positions that no output reads."""
        read = {position for index in range(self.output_size(size)) for position in self.taps(index)}
        return [position for position in range(size) if position not in read]
