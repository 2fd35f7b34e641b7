"""Transposed convolution: one number becomes a window; why that leaves a checkerboard, and which sizes it leads to."""

from cnnviz.ui.lessons.transposed.transposed_setting import OPERATION
from cnnviz.ui.lessons.transposed.transposed_sizes import back, ending, sizes
from cnnviz.ui.lessons.transposed.transposed_view import PLACE, both, dials, formula, given, kernel, made, remedies

SETTINGS = (*OPERATION, PLACE)
