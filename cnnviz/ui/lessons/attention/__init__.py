"""Convolution against attention: one picture, under one set of weights, and under a set of its own at each place."""

from cnnviz.ui.lessons.attention.attention_both import PLACE, both
from cnnviz.ui.lessons.attention.attention_both import SETTINGS as OPERATION
from cnnviz.ui.lessons.attention.attention_counted import counted, ending, one_weight, shuffled
from cnnviz.ui.lessons.attention.attention_view import dials, stages

SETTINGS = (*OPERATION, PLACE)
