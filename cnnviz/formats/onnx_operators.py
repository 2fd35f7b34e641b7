"""What each operator of ONNX comes to: a function of a Call, which gives the values of its outputs.

Each module has those of one kind, and a table of them at its end.

Source: the ONNX operator specification, by the versions 1 to 24 of its default domain. What an operator leaves open
where it is older (`auto_pad`, axes as an attribute) is taken as its version has it.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.formats import (
    onnx_arithmetic,
    onnx_functions,
    onnx_known,
    onnx_matrices,
    onnx_numberwise,
    onnx_reductions,
    onnx_resize,
    onnx_shapes,
    onnx_windows,
)
from cnnviz.formats.onnx_graph import Call, Made

OPERATORS: dict[str, Callable[[Call], Made]] = {
    **onnx_windows.OPERATORS,
    **onnx_resize.OPERATORS,
    **onnx_functions.OPERATORS,
    **onnx_matrices.OPERATORS,
    **onnx_numberwise.OPERATORS,
    **onnx_reductions.OPERATORS,
    **onnx_arithmetic.OPERATORS,
    **onnx_shapes.OPERATORS,
    **onnx_known.OPERATORS,
}
