"""A padding that is called "same": whose it is, and what it comes to on the map before it.

At stride 1 PyTorch and TensorFlow agree: the size stays. With a stride PyTorch has none; TensorFlow's gives a map of
the size over the stride, rounded up, with as little padding as that takes, so that it follows from what comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.errors import SettingError
from cnnviz.geometry import same_padding
from cnnviz.layers.layer import Shape, both


def padded(kind: str, settings: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]:
    """The settings in place of the padding "same" of a conv, max or avg, on an input of this shape.

    In a mean padding takes no part, as in TensorFlow. Raises SettingError for a shape that is None where the padding
    follows from it, naming the paddings that can be meant.
    """
    if shape is not None and len(shape) != 3:
        return {"padding": 0}  # nothing slides over numbers in a row, as the layer itself will say
    axes = _axes(kind, settings)
    if shape is None and any(stride != 1 for *_, stride in axes):
        raise SettingError(
            "with a stride “same” is TensorFlow's, and its padding follows from the size that comes in; PyTorch has "
            f"none. Write the padding itself: {_paddings(axes)}."
        )
    counts = {"count_include_pad": False} if kind == "avg" else {}
    return {"padding": both_ends(kind, settings, shape or (1, 1, 1)), **counts}


def both_ends(kind: str, settings: Mapping[str, Any], shape: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
    """((top, bottom), (left, right)) of what "same" pads on an input (C, H, W)."""
    down, across = (same_padding(*axis, size) for axis, size in zip(_axes(kind, settings), shape[1:]))
    return down, across


def _axes(kind: str, settings: Mapping[str, Any]) -> list[tuple[int, int, int]]:
    """Kernel, dilation and stride of both axes."""
    kernel = settings["kernel_size"]
    stride = settings.get("stride") or (1 if kind == "conv" else kernel)
    return list(zip(both(kernel), both(settings.get("dilation") or 1), both(stride)))


def _paddings(axes: list[tuple[int, int, int]]) -> str:
    """The paddings that can be meant by "same" with a stride, as they are typed."""
    usual = axes_text(*(same_padding(kernel, dilation)[0] for kernel, dilation, _ in axes))
    divided = axes_text(*(same_padding(*axis, size=axis[2] * axis[0] * axis[1]) for axis in axes))
    return f"p{usual}, as one does in PyTorch, or p{divided}, TensorFlow's where the stride divides the size"


def axes_text(*axes: Any) -> str:
    """2x3 or, of a padding with two ends, 0+1x2+2; what both axes, or both ends, share stands there once."""
    pairs = [axis if isinstance(axis, tuple) else (axis, axis) for axis in axes]
    ends = [str(before) if before == after else f"{before}+{after}" for before, after in pairs]
    return ends[0] if len(set(ends)) == 1 else "x".join(ends)
