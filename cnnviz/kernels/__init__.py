"""Named kernels, each with its source and what it finds, and the reading of typed ones.

Weights are written as cross-correlation applies them, without a flip, as deep learning does:
Sobel's x kernel is [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] and answers with a positive number where
the picture gets brighter to the right. `flipped` turns a kernel for true convolution.

A kernel of even size has no middle pixel. Where one is needed, it is position (K - 1) // 2, the one
that "same" padding leaves in place, so that a map does not move when K does.
"""

from cnnviz.kernels.presets import KERNELS, Kernel, Sizes, named
from cnnviz.kernels.typed import LONGEST, cell_text, formatted, parse, short_text
from cnnviz.kernels.weights import (
    DENOMINATOR,
    LARGEST,
    LIMIT,
    LUMA,
    SLICES,
    Weights,
    factor,
    fitted,
    flipped,
    over_grey,
    over_rgb,
)

__all__ = [
    "DENOMINATOR", "KERNELS", "LARGEST", "LIMIT", "LONGEST", "LUMA", "SLICES", "Kernel", "Sizes", "Weights",
    "cell_text", "factor", "fitted", "flipped", "formatted", "named", "over_grey",
    "over_rgb", "parse", "short_text",
]  # fmt: skip
