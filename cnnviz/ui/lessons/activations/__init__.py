"""Activations: what they make of a map, what they leave of a gradient, what they cost."""

from cnnviz.ui.lessons.activations.before_after import PLACE, histograms, remedies, scale, table, view
from cnnviz.ui.lessons.activations.choose import ACTIVATION, CLAIM, choose
from cnnviz.ui.lessons.activations.counts import signed_map
from cnnviz.ui.lessons.activations.floats import TINY, tiny
from cnnviz.ui.lessons.activations.seen import noticed
from cnnviz.ui.lessons.activations.stack import LAYERS, WEIGHTS_START, gradients
from cnnviz.ui.lessons.activations.timing import cost
from cnnviz.ui.settings import FILTER

SETTINGS = (*FILTER, ACTIVATION, PLACE, LAYERS, WEIGHTS_START, TINY)

__all__ = [
    "CLAIM", "SETTINGS", "choose", "cost", "gradients", "histograms", "noticed", "remedies", "scale", "signed_map",
    "table", "tiny", "view",
]  # fmt: skip
