"""Numbers that stay as they are and stand elsewhere: reshaped, transposed, padded, cut out. Nothing is learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import is_row, one_of, told, whole
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import PADDING_MODES, Passage, Window, windows
from cnnviz.layers.grammar import Grammar
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Parameters,
    Shape,
    Sides,
    alone,
    border,
    cut,
    needs_volume,
    sides,
    single,
)
from cnnviz.layers.sliding import check_border, settle
from cnnviz.numbers import grouped, times
from cnnviz.ops.checks import precision
from cnnviz.signatures import checked
from cnnviz.steps import Terms


@checked
class _Rearranged(Layer):
    """Numbers moved about. What `_moved` does with the numbers it does with their places, which tells the way back."""

    kind: ClassVar[str] = "REARRANGED"

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        """The input rearranged, behind `lead` axes that stay."""
        raise NotImplementedError

    def _places(self, shape: Shape) -> NDArray[np.intp]:
        """Of each number of the output, where in the input it stood, from 1; 0 for padding."""
        return self._moved(np.arange(1, 1 + math.prod(shape)).reshape(shape), 0)

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        shape = single(input)
        self.output_shape(shape)  # for what it refuses
        return np.ascontiguousarray(self._moved(input.astype(precision(input), copy=False), input.ndim - len(shape)))

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        """A number gets the gradients of all places that it came to."""
        shape = single(input)
        places = self._places(shape).reshape(-1)
        many = gradient.reshape(-1, places.size)
        found = np.zeros((len(many), 1 + math.prod(shape)), gradient.dtype)
        np.add.at(found.T, places, many.T)
        return found[:, 1:].reshape(input.shape), {}

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """Any unit may read any place: windows that reach all of the map from everywhere."""
        down, across = (
            Window(size + count - 1, padding=count - 1)
            for size, count in zip(sides(shape), sides(self.output_shape(shape)))
        )
        return down, across

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        super().reads(shape, channel)
        found = np.ravel(self._places(shape)[channel])
        return tuple(sorted({(int(place) - 1) // math.prod(shape[1:]) for place in found if place}))

    def reads_in(self, shape: Shape) -> int:
        return 0

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """The numbers where they stand now: where they came from is no matter of windows."""
        map = np.atleast_2d(output[channel])[np.newaxis] * given.divisor
        one = Window(1)
        return {"input": map, "rows": one, "columns": one, "channels": (0,), "term": "value", "outside": "none"}


@checked
@dataclass(frozen=True)
class Reshape(_Rearranged):
    """The numbers in their order, in another shape: (C, H, W) or (features,), of as many numbers.

    Raises SettingError for a shape that is none; `output_shape` raises DoesNotFit for another count.
    """

    shape: Shape

    @property
    def name(self) -> str:
        return f"RESHAPE {times(*self.shape)}"

    def output_shape(self, shape: Shape) -> Shape:
        if math.prod(shape) != math.prod(self.shape):
            raise DoesNotFit(
                f"{self.name}: {times(*shape)} is {grouped(math.prod(shape))} numbers; a shape of as many fits."
            )
        return self.shape

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Reshape", {"shape": (1, *self.shape)})

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        return input.reshape(*input.shape[:lead], *self.shape)


@checked
@dataclass(frozen=True)
class Flatten(_Rearranged):
    """All numbers in a row, channel by channel, each row by row: (C, H, W) -> (C x H x W,). FC does it by itself."""

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(kind="flatten", words="flatten", example="flatten", chip="FLATTEN", begun=("FLATTEN", "flatten")),
    )

    @property
    def name(self) -> str:
        return "FLATTEN"

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        Layer.reads(self, shape, channel)  # for what it refuses
        return (channel // math.prod(shape[1:]),)

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Flatten")

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        return ("nn.Flatten()",)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        return ("layers.Flatten()",)

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        return input.reshape(*input.shape[:lead], -1)


@checked
@dataclass(frozen=True)
class Transpose(_Rearranged):
    """The three axes in another order: axes (2, 0, 1) makes (W, C, H) of (C, H, W).

    Raises SettingError for axes that are none; `output_shape` raises DoesNotFit behind an FC layer.
    """

    axes: tuple[int, int, int]

    def __post_init__(self) -> None:
        axes = tuple(whole(axis, "an axis", 0) for axis in self.axes) if is_row(self.axes) else ()
        if sorted(axes) != [0, 1, 2]:
            raise SettingError(f"axes is {told(self.axes)}; it is 0, 1 and 2 in some order.")
        object.__setattr__(self, "axes", axes)

    @property
    def name(self) -> str:
        return f"TRANSPOSE {', '.join(map(str, self.axes))}"

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        first, second, third = (shape[axis] for axis in self.axes)
        return first, second, third

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Transpose", perm=(0, *(1 + axis for axis in self.axes)))

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        return input.transpose(*range(lead), *(lead + axis for axis in self.axes))


@checked
@dataclass(frozen=True)
class Pad(_Rearranged):
    """More rows and columns around each map.

    padding       a whole number, (height, width) or ((top, bottom), (left, right)), at least 0
    padding_mode  what stands there: "zeros", or borrowed numbers: "reflect", "replicate", "circular"

    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    """

    by_channel: ClassVar[bool] = True

    padding: Sides
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        settle(self, self._windows, "padding")
        one_of(self.padding_mode, "padding_mode", PADDING_MODES)

    @cached_property
    def _windows(self) -> tuple[Window, Window]:
        return windows(1, 1, self.padding)

    @property
    def name(self) -> str:
        return "PAD"

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        check_border(self, shape, self._windows, self.padding_mode)
        down, across = (window.padded(size) for window, size in zip(self._windows, shape[1:]))
        return shape[0], down, across

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        down, across = super().passages(shape)
        return replace(down, padding_mode=self.padding_mode), replace(across, padding_mode=self.padding_mode)

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        return Layer.reads(self, shape, channel)

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        ends = [(window.before, window.after) for window in self._windows]
        mode = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(self.padding_mode, self.padding_mode)
        return np.pad(input, [(0, 0)] * (lead + 1) + ends, mode)  # type: ignore[call-overload]

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return (border(self.padding, self.padding_mode),)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        return {"channels": (channel,), "term": "value", "outside": self.padding_mode}


@checked
@dataclass(frozen=True)
class PadMaps(_Rearranged):
    """Maps of zeros in front of those that come in, and behind: as many as what they are added to has.

    before, after  how many, at least 0

    Raises SettingError for counts that are none.
    Source: K. He et al., "Deep Residual Learning for Image Recognition" (2016), section 3.3, option A.
    """

    before: int
    after: int

    def __post_init__(self) -> None:
        for name in ("before", "after"):
            object.__setattr__(self, name, whole(getattr(self, name), name, 0))

    @property
    def name(self) -> str:
        return "PAD MAPS"

    def output_shape(self, shape: Shape) -> Shape:
        return self.before + shape[0] + self.after, *shape[1:]

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return Window(1), Window(1)

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        """A map of zeros comes from none."""
        Layer.reads(self, shape, channel)
        return (channel - self.before,) if 0 <= channel - self.before < shape[0] else ()

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        sides = (0,) * (len(shape) - 1)
        return alone("Pad", {"pads": (0, self.before, *sides, 0, self.after, *sides)})

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        sides = input.ndim - lead - 1
        return np.pad(input, [(0, 0)] * lead + [(self.before, self.after)] + [(0, 0)] * sides)


@checked
@dataclass(frozen=True)
class Repeat(_Rearranged):
    """The same numbers again along axes that have one: (C, 1, 1) becomes (C, H, W), (1, H, W) as many maps.

    Raises SettingError for a shape that is none; `output_shape` raises DoesNotFit for one that is not made so.
    Source: ONNX's operator Expand.
    """

    shape: Shape

    @property
    def name(self) -> str:
        return f"REPEAT TO {times(*self.shape)}"

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != len(self.shape) or any(size not in (1, wanted) for size, wanted in zip(shape, self.shape)):
            raise DoesNotFit(f"{self.name}: {times(*shape)} comes in; what is repeated has a 1 where sizes differ.")
        return self.shape

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return alone("Expand", {"shape": (1, *self.shape)})

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        return np.broadcast_to(input, (*input.shape[:lead], *self.shape))


@checked
@dataclass(frozen=True)
class Slice(_Rearranged):
    """A part of one axis, every `step`-th: maps, rows or columns.

    axis         0 the maps, or the numbers of a row; 1 the rows, 2 the columns
    start, stop  from 0; stop is the first that is left out
    step         at least 1

    Raises SettingError for a part that is none; `output_shape` raises DoesNotFit for one that is not there.
    """

    by_channel: ClassVar[bool] = True

    axis: int
    start: int
    stop: int
    step: int = 1

    def __post_init__(self) -> None:
        for name, least in (("axis", 0), ("start", 0), ("stop", 1), ("step", 1)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))
        if self.axis > 2 or self.start >= self.stop:
            raise SettingError(f"{self.name}: it is some of axis 0, 1 or 2, from a start to a stop behind it.")

    @property
    def name(self) -> str:
        return f"SLICE {told(self.start)} to {told(self.stop)} of axis {told(self.axis)}"

    def output_shape(self, shape: Shape) -> Shape:
        if self.axis >= len(shape) or self.stop > shape[self.axis]:
            raise DoesNotFit(f"{self.name}: what comes in is {times(*shape)}, rows and columns behind the maps.")
        count = len(range(self.start, self.stop, self.step))
        return tuple(count if axis == self.axis else size for axis, size in enumerate(shape))

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return Window(1, self.step if self.axis == 1 else 1), Window(1, self.step if self.axis == 2 else 1)

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        down, across = super().passages(shape)
        starts = (self.start if self.axis == axis else 0 for axis in (1, 2))
        return replace(down, offset=next(starts)), replace(across, offset=next(starts))

    def reads(self, shape: Shape, channel: int) -> tuple[int, ...]:
        (own,) = Layer.reads(self, shape, channel)
        return (self.start + own * self.step if self.axis == 0 else own,)

    def _moved(self, input: NDArray, lead: int) -> NDArray:
        return input[(slice(None),) * (lead + self.axis) + (slice(self.start, self.stop, self.step),)]

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        return (cut(self.axis, self.start, self.stop, self.step),)

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        cut = [slice(self.start if self.axis == axis else 0, None) for axis in range(3)]
        own = channel * self.step if self.axis == 0 else channel
        return {"input": input[tuple(cut)], "channels": (own,), "term": "value", "outside": "none"}
