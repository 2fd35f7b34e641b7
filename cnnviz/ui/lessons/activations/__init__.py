"""Activations: what they make of a map, what they leave of a gradient, what they cost."""

from cnnviz.ui.lessons.activations.activations_floats import TINY, tiny
from cnnviz.ui.lessons.activations.activations_map import signed_map
from cnnviz.ui.lessons.activations.activations_stack import LAYERS, WEIGHTS_START, gradients
from cnnviz.ui.lessons.activations.activations_timing import cost
from cnnviz.ui.lessons.activations.activations_view import (
    ACTIVATION,
    PLACE,
    choose,
    ending,
    histograms,
    remedies,
    scale,
    table,
    view,
)
from cnnviz.ui.settings import FILTER

SETTINGS = (*FILTER, ACTIVATION, PLACE, LAYERS, WEIGHTS_START, TINY)
