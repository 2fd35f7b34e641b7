"""Activations: what they make of a map, what they leave of a gradient, what they cost."""

from cnnviz.ui.lessons.activations.before_after import histograms, remedies, scale, table, view
from cnnviz.ui.lessons.activations.choose import CLAIM, choose
from cnnviz.ui.lessons.activations.counts import signed_map
from cnnviz.ui.lessons.activations.floats import tiny
from cnnviz.ui.lessons.activations.seen import noticed
from cnnviz.ui.lessons.activations.stack import gradients
from cnnviz.ui.lessons.activations.timing import cost

__all__ = [
    "CLAIM", "choose", "cost", "gradients", "histograms", "noticed", "remedies", "scale", "signed_map", "table", "tiny",
    "view",
]  # fmt: skip
