"""Pooling: what it leaves of a map and of the layers behind it, and how much of a move it hides."""

from cnnviz.ui.lessons.pooling.counts import fewer, last, strided
from cnnviz.ui.lessons.pooling.main import CLAIM, dials, formula, pooled, remedies
from cnnviz.ui.lessons.pooling.moves import moved
from cnnviz.ui.lessons.pooling.seen import noticed

__all__ = ["CLAIM", "dials", "fewer", "formula", "last", "moved", "noticed", "pooled", "remedies", "strided"]
