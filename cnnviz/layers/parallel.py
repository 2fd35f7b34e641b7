"""PARALLEL: several layers read the same maps, and what they make stands one behind the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import told
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.geometry import Passage, Window
from cnnviz.layers.layer import Layer, Parameters, Shape, by, no_map, single
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Parallel(Layer):
    """Layers side by side on one input: (C, H, W) -> the maps of the first, then those of the second, and so on.

    branches  at least one layer; they may make different numbers of maps, all of one height and width

    Parameters are the branches' own, each name behind its branch's number from 0: "0.weight", "1.bias".
    Raises SettingError for branches that are none; `output_shape` raises DoesNotFit where sizes or strides differ.
    Source: C. Szegedy et al., "Going Deeper with Convolutions" (2015), figure 2; as SqueezeNet's expand layers, F. N.
    Iandola et al., "SqueezeNet" (2016), figure 1.
    """

    kind: ClassVar[str] = "PARALLEL"

    branches: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.branches, (tuple, list)) or not self.branches:
            raise SettingError(f"branches is {told(self.branches)}; it is a row of at least one layer.")
        for branch in self.branches:
            if not isinstance(branch, Layer):
                raise SettingError(f"A branch is {told(branch)}; each is a layer.")
        object.__setattr__(self, "branches", tuple(self.branches))

    @property
    def name(self) -> str:
        return " + ".join(branch.name for branch in self.branches)

    def output_shape(self, shape: Shape) -> Shape:
        shapes = [branch.output_shape(shape) for branch in self.branches]
        sizes = [made[1:] for made in shapes]
        for number, size in enumerate(sizes[1:], 2):
            if size != sizes[0]:
                first, other = (by(found) if len(found) == 2 else "a row of numbers" for found in (sizes[0], size))
                raise DoesNotFit(
                    f"{self.name}: branch 1 makes {first} and branch {number} makes {other}; maps of one size can "
                    "stand one behind the other, as padding of (K - 1) / 2 gives them."
                )
        if len({tuple(window.stride for window in branch.windows(shape)) for branch in self.branches}) > 1:
            raise DoesNotFit(f"{self.name}: its branches move by different strides; one stride for all fits.")
        return sum(made[0] for made in shapes), *sizes[0]

    def branch(self, shape: Shape, channel: int) -> tuple[int, int]:
        """Which branch makes map `channel` of the output, and its first map's place there, both from 0."""
        first = 0
        for number, layer in enumerate(self.branches):
            count = layer.output_shape(shape)[0]
            if 0 <= channel - first < count:
                return number, first
            first += count
        raise no_map(self, channel, first)

    def own(self, parameters: Parameters, number: int) -> Parameters:
        """The parameters of one branch, by the names that it knows."""
        if not 0 <= number < len(self.branches):
            raise SettingError(f"{self.name} has {len(self.branches)} branches; there is no branch {told(number)}.")
        mark = f"{number}."
        return {name.removeprefix(mark): value for name, value in parameters.items() if name.startswith(mark)}

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {
            f"{number}.{name}": size
            for number, branch in enumerate(self.branches)
            for name, size in branch.parameter_shapes(shape).items()
        }

    def multiply_adds(self, shape: Shape) -> int:
        return sum(branch.multiply_adds(shape) for branch in self.branches)

    def operations(self, shape: Shape) -> dict[str, int]:
        found: dict[str, int] = {}
        for branch in self.branches:
            for name, count in branch.operations(shape).items():
                found[name] = found.get(name, 0) + count
        return found

    def in_a_window(self, shape: Shape) -> int:
        return max(branch.in_a_window(shape) for branch in self.branches)

    def handled(self, shape: Shape) -> int:
        return sum(branch.handled(shape) for branch in self.branches)

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        """The windows that hold those of every branch: the widest branch's own, where it holds the others."""
        each = [branch.windows(shape) for branch in self.branches]
        return _around([down for down, _ in each]), _around([across for _, across in each])

    def passages(self, shape: Shape) -> tuple[Passage, Passage]:
        """Through every branch. Of branches that are wide on different axes this tells more than is read."""
        each = [branch.passages(shape) for branch in self.branches]
        down, across = (
            replace(axis[0], windows=tuple(window for passage in axis for window in passage.windows))
            for axis in zip(*each)
        )
        return down, across

    def maker(self, shape: Shape, channel: int) -> tuple[Layer, int]:
        number, first = self.branch(shape, channel)
        return self.branches[number].maker(shape, channel - first)

    def initial(self, shape: Shape, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        return {
            f"{number}.{name}": value
            for number, branch in enumerate(self.branches)
            for name, value in branch.initial(shape, rng).items()
        }

    def forward(
        self,
        input: NDArray,
        parameters: Parameters,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> NDArray[np.floating]:
        self.output_shape(single(input))  # for what it refuses
        made = [
            branch.forward(input, self.own(parameters, number), training, rng)
            for number, branch in enumerate(self.branches)
        ]
        return np.concatenate(made, axis=1 if input.ndim in (2, 4) else 0)


def _around(windows: list[Window]) -> Window:
    """The smallest window that holds all of these, which have one stride and visit equally many places."""
    before = max(window.before for window in windows)
    end = max(window.extent - window.before for window in windows)  # how far beyond its place a window reaches
    for window in windows:
        if (window.before, window.extent) == (before, before + end):
            return window
    some = windows[0]
    after = some.after + end - (some.extent - some.before)
    return Window(before + end, some.stride, (before, after))
