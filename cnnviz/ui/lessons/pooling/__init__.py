"""Pooling: what it leaves of a map and of the layers behind it, and how much of a move it hides."""

from cnnviz.ui.lessons.pooling.counts import BESIDE, MAPS, WEIGHTS, fewer, last, strided
from cnnviz.ui.lessons.pooling.main import CLAIM, PLACE, PLANE, dials, formula, pooled, remedies
from cnnviz.ui.lessons.pooling.moves import LOOK, MOVE, WAY, moved
from cnnviz.ui.lessons.pooling.seen import noticed
from cnnviz.ui.lessons.pooling.setting import OPERATION

SETTINGS = (*OPERATION, PLACE, PLANE, BESIDE, MAPS, WEIGHTS, MOVE, WAY, LOOK)

__all__ = [
    "CLAIM", "PLACE", "SETTINGS", "dials", "fewer", "formula", "last", "moved", "noticed", "pooled", "remedies",
    "strided",
]  # fmt: skip
