"""Filters and volumes: two CONV layers in a row, their volumes, their costs, their groups."""

from cnnviz.ui.lessons.filters.filters_costs import counts, ending, groups
from cnnviz.ui.lessons.filters.filters_two_layers import OPERATION
from cnnviz.ui.lessons.filters.filters_view import UNIT, dials, explain, passed, stage, volumes
from cnnviz.ui.volumes import SCALE

SETTINGS = (*OPERATION, UNIT, SCALE)
