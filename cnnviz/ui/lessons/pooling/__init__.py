"""Pooling: what it leaves of a map and of the layers behind it, and how much of a move it hides."""

from cnnviz.ui.lessons.pooling.pooling_counted import BESIDE, MAPS, WEIGHTS, fewer, last, strided
from cnnviz.ui.lessons.pooling.pooling_moves import LOOK, MOVE, WAY, ending, moved
from cnnviz.ui.lessons.pooling.pooling_setting import OPERATION
from cnnviz.ui.lessons.pooling.pooling_view import PLACE, PLANE, dials, formula, live, pooled, remedies

SETTINGS = (*OPERATION, PLACE, PLANE, BESIDE, MAPS, WEIGHTS, MOVE, WAY, LOOK)
