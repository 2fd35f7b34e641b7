"""Stride and padding: two settings side by side on the same picture, and what they do to it."""

from cnnviz.ui.lessons.stride.stride_ab import OPERATION
from cnnviz.ui.lessons.stride.stride_counted import edges, ending, left_out, table
from cnnviz.ui.lessons.stride.stride_frameworks import frameworks
from cnnviz.ui.lessons.stride.stride_padding import KC, borders, centre
from cnnviz.ui.lessons.stride.stride_view import PLACE_A, PLACE_B, dials, formulas, lecture, stages

SETTINGS = (*OPERATION, PLACE_A, PLACE_B, KC)
