"""Stride and padding: two settings side by side on the same picture, and what they do to it."""

from cnnviz.ui.lessons.stride.borders import borders
from cnnviz.ui.lessons.stride.centre import KC, centre
from cnnviz.ui.lessons.stride.left_out import edges, left_out
from cnnviz.ui.lessons.stride.main import PLACE_A, PLACE_B, dials, formulas, lecture, stages
from cnnviz.ui.lessons.stride.seen import question, seen
from cnnviz.ui.lessons.stride.table import table
from cnnviz.ui.lessons.stride.two import OPERATION

SETTINGS = (*OPERATION, PLACE_A, PLACE_B, KC)

__all__ = [
    "SETTINGS", "borders", "centre", "dials", "edges", "formulas", "lecture", "left_out", "question", "seen", "stages",
    "table",
]  # fmt: skip
