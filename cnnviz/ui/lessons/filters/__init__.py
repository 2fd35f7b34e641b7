"""Filters and volumes: two CONV layers in a row, their volumes, their costs, their groups."""

from cnnviz.ui.lessons.filters.costs import counts, groups
from cnnviz.ui.lessons.filters.main import UNIT, dials, explain, run, stage, volumes
from cnnviz.ui.lessons.filters.seen import question, seen
from cnnviz.ui.lessons.filters.two_layers import OPERATION
from cnnviz.ui.volumes import SCALE

SETTINGS = (*OPERATION, UNIT, SCALE)

__all__ = ["SETTINGS", "counts", "dials", "explain", "groups", "question", "run", "seen", "stage", "volumes"]
