"""UPSAMPLE: maps made larger, or smaller, each by itself. Nothing is learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.checks import text, told
from cnnviz.errors import CnnvizError, DoesNotFit, SettingError
from cnnviz.geometry import Axis
from cnnviz.layers.grammar import Flag, Grammar, Slot
from cnnviz.layers.layer import (
    Found,
    Given,
    Layer,
    Operator,
    Pair,
    Parameters,
    Shape,
    both,
    by,
    call_of,
    needs_volume,
)
from cnnviz.numbers import TIMES, number
from cnnviz.ops.tiling import CALL
from cnnviz.ops.upsample import Looks, check_mode, looks, scaled_to, settled
from cnnviz.signatures import checked
from cnnviz.steps import Terms

Factor = float | tuple[float, float]


@checked
class _Resized(Layer):
    """Maps in another size: (C, H, W) -> (C, Ho, Wo)."""

    kind: ClassVar[str] = "UPSAMPLE"
    by_channel: ClassVar[bool] = True
    size: Pair | None
    scale_factor: Factor | None
    mode: str

    def _settle(self, align_corners: bool = False, laid: str = "", rounded: str = "floor") -> None:
        check_mode(self.mode, align_corners, laid, rounded)
        for name, axes in zip(("size", "scale_factor"), settled(self.size, self.scale_factor)):
            if axes is not None:
                down, across = (int(one) if one == int(one) else one for one in axes)
                object.__setattr__(self, name, down if down == across else (down, across))

    @property
    def name(self) -> str:
        if self.size is not None:
            return f"UPSAMPLE TO {by(self.size)}"
        down, across = both(self.scale_factor)
        return f"UPSAMPLE {number(down)} {TIMES}" + ("" if down == across else f" {number(across)}")

    def _how(self) -> dict[str, Any]:
        """How the axes are laid over each other, as `ops.upsample` is told it."""
        raise NotImplementedError

    def _settings(self) -> dict[str, Any]:
        return {"size": self.size, "scale_factor": self.scale_factor, "mode": self.mode, **self._how()}

    def output_shape(self, shape: Shape) -> Shape:
        needs_volume(self, shape)
        try:
            (down, across), _ = scaled_to(shape[1:], self.size, self.scale_factor)
        except CnnvizError as problem:
            raise DoesNotFit(f"{self.name}: {problem}") from None
        return shape[0], down, across

    def _looks(self, shape: Shape, **how: Any) -> tuple[Looks, Looks]:
        """What is read on both axes; by other rules than its own where they are told."""
        self.output_shape(shape)  # for what it refuses
        sizes, factors = scaled_to(shape[1:], self.size, self.scale_factor)
        rows, columns = (
            looks(*axis, mode=self.mode, **(how or self._how())) for axis in zip(shape[1:], sizes, factors)
        )
        return rows, columns

    def windows(self, shape: Shape) -> tuple[Axis, Axis]:
        rows, columns = self._looks(shape)
        return rows.spans, columns.spans

    def in_a_window(self, shape: Shape) -> int:
        return math.prod(window.kernel_size for window in self.windows(shape))

    def handled(self, shape: Shape) -> int:
        """Rows first, columns then; and as much again where two are weighed."""
        channels, down, across = self.output_shape(shape)
        return 2 * channels * down * (shape[2] + across) + 4 * CALL

    def operations(self, shape: Shape) -> dict[str, int]:
        """The products of what it weighs; of a number that is taken over, none."""
        if self.mode == "nearest":
            return {}
        rows, columns = self.windows(shape)
        return {"products": shape[0] * sum(rows.counts) * sum(columns.counts)}  # type: ignore[union-attr]

    def _forward(self, input: NDArray, given: Given) -> NDArray[np.floating]:
        return ops.upsample(input, **self._settings())

    def _backward(self, input: NDArray, gradient: NDArray, given: Given) -> Found:
        return ops.upsample_gradient(input, gradient, **self._settings()), {}

    def _terms(self, input: NDArray, output: NDArray, channel: int, given: Given) -> Terms:
        """One number, or up to four with the weights of their place."""
        if self.mode == "nearest":
            return {"channels": (channel,), "term": "value", "outside": "none"}
        down, across = (along.weights for along in self._looks(input.shape))
        weight = down[:, np.newaxis, np.newaxis, :, np.newaxis] * across[np.newaxis, :, np.newaxis, np.newaxis, :]
        return {"channels": (channel,), "weight": weight, "outside": "none"}

    def _written(self, shape: Shape, parameters: Parameters, inputs: int) -> tuple[Operator, ...]:
        told: dict[str, Any] = {"region": np.zeros(0, np.float32), "scales": np.zeros(0, np.float32)}
        _, factors = settled(self.size, self.scale_factor)
        if factors is None:
            told["sizes"] = (1, *self.output_shape(shape))
        else:
            told["scales"] = np.array((1, 1, *factors), np.float32)
        return (Operator("Resize", told, self._attributes(shape)),)

    def _attributes(self, shape: Shape) -> dict[str, str]:
        """How an operator of ONNX lays the axes over each other."""
        raise NotImplementedError


@checked
@dataclass(frozen=True)
class Upsample(_Resized):
    """Each map larger, or smaller, by nearest neighbours or bilinear. PyTorch's parameter names and rules.

    size          of the output, a whole number or (height, width); or
    scale_factor  how many times as large it becomes, a number or two above 0
    mode          "nearest", "bilinear"
    align_corners  bilinear: the middles of the corner pixels stay where they are; else the maps' edges do

    Raises SettingError for settings that make no sense; `output_shape` raises DoesNotFit.
    Source: torch.nn.Upsample.
    """

    grammars: ClassVar[tuple[Grammar, ...]] = (
        Grammar(
            kind="upsample",
            words=r"up[\s-]*sampl(?:e|ing)(?:[\s-]*2d)?|interpolate|resize",
            example="upsample 2x (or 2x bilinear, or to 32x48)",
            slots=(
                Slot("scale_factor", r"by|x|scale(?:[\s_-]*factor)?", noun="factor", bare=True, one=r"\d+\.?\d*|\.\d+",
                     behind="x"),
                Slot("size", r"to|size", "to ", one=r"\d+", above_0="the size"),
            ),
            flags=(
                Flag("bilinear|linear", "mode", "bilinear", "bilinear"),
                Flag("nearest(?:[\\s-]*neighbou?r)?", "mode", "nearest"),
                Flag(r"align[\s_-]*corners", "align_corners", True, "align corners"),
            ),
            calls={
                "Upsample": "size scale_factor mode align_corners recompute_scale_factor",
                "UpsamplingNearest2d": "size scale_factor",
                "UpsamplingBilinear2d": "size scale_factor",
                "UpSampling2D": "scale_factor data_format interpolation",
            },
            chip="UPSAMPLE {scale_factor}{size}",
            begun=("UPSAMPLE", "upsample 2x"),
        ),
    )  # fmt: skip

    size: Pair | None = None
    scale_factor: Factor | None = None
    mode: str = "nearest"
    align_corners: bool = False

    def __post_init__(self) -> None:
        self._settle(self.align_corners)

    def _how(self) -> dict[str, Any]:
        return {"align_corners": self.align_corners}

    def _attributes(self, shape: Shape) -> dict[str, str]:
        laid = "align_corners" if self.align_corners else "asymmetric" if self.mode == "nearest" else "half_pixel"
        if not alike(self._looks(shape), self._looks(shape, laid=laid)):
            raise SettingError(
                f"{self.name}: on {by(tuple(shape[1:]))} PyTorch rounds otherwise than ONNX's operator does; a whole "
                "factor is written."
            )
        return _attributes(self.mode, laid, "floor")

    def _as_torch(self, shape: Shape) -> tuple[str, ...]:
        settings: dict[str, tuple[object, object]] = {
            "size": (self.size, None), "scale_factor": (self.scale_factor, None), "mode": (self.mode, "nearest"),
            "align_corners": (self.align_corners, False),
        }  # fmt: skip
        return (call_of("nn.Upsample", **settings),)

    def _as_keras(self, shape: Shape, not_below_0: bool) -> tuple[str, ...]:
        sizes = self.output_shape(shape)[1:]
        if any(out % size for out, size in zip(sizes, shape[1:])) or self.align_corners:
            raise SettingError(f"{self.name}: Keras enlarges by whole factors alone, and aligns no corners.")
        factor = tuple(out // size for out, size in zip(sizes, shape[1:]))
        return (call_of("layers.UpSampling2D", repr(factor), interpolation=(self.mode, "nearest")),)


@checked
@dataclass(frozen=True)
class Resize(_Resized):
    """The same as ONNX's operator Resize has it, where that is not as PyTorch does.

    laid     how the axes are laid over each other: one of `ops.upsample.LAID`
    rounded  how a place becomes the nearest position: one of `ops.upsample.ROUNDED`

    Source: the ONNX operator specification, Resize.
    """

    size: Pair | None = None
    scale_factor: Factor | None = None
    mode: str = "nearest"
    laid: str = "half_pixel"
    rounded: str = "round_prefer_floor"

    def __post_init__(self) -> None:
        if text(self.laid, "laid") == "":
            raise SettingError(f"laid is {told(self.laid)}; PyTorch's own is a layer by itself, Upsample.")
        self._settle(False, self.laid, self.rounded)

    def _how(self) -> dict[str, Any]:
        return {"laid": self.laid, "rounded": self.rounded}

    def _attributes(self, shape: Shape) -> dict[str, str]:
        return _attributes(self.mode, self.laid, self.rounded)


def _attributes(mode: str, laid: str, rounded: str) -> dict[str, str]:
    found = {"mode": "nearest" if mode == "nearest" else "linear", "coordinate_transformation_mode": laid}
    return {**found, "nearest_mode": rounded} if mode == "nearest" else found


def alike(some: tuple[Looks, Looks], others: tuple[Looks, Looks]) -> bool:
    """Whether the same is read on both axes, to the rounding of float32."""
    return all(
        one.weights.shape == other.weights.shape
        and np.allclose(_places(one), _places(other), rtol=0, atol=1e-5 * max(1, one.spans.end))
        and (one.weights.shape[1] > 1 or one.spans == other.spans)
        for one, other in zip(some, others)
    )


def read_on(layer: _Resized, shape: Shape) -> tuple[Looks, Looks]:
    """What a layer reads on both axes of an input of this shape."""
    return layer._looks(shape)


def _places(along: Looks) -> NDArray[np.float64]:
    """Where each output looks."""
    second = along.weights[:, 1] if along.weights.shape[1] > 1 else 0
    return np.array(along.spans.starts) + second
