"""Layers: a stack is built, counted, run on the picture, and any of its units looked into."""

from cnnviz.ui.lessons.layers.layers_builder import builder, explain, presets
from cnnviz.ui.lessons.layers.layers_counted import counts, ending, why_not_fc
from cnnviz.ui.lessons.layers.layers_in_training import BETA, DROPPED, GAMMA, batch_norm, dropout
from cnnviz.ui.lessons.layers.layers_run import view
from cnnviz.ui.lessons.layers.layers_setup import DRAW, INPUT, MODE, NET, UNIT, setup
from cnnviz.ui.lessons.layers.layers_stack import STACK
from cnnviz.ui.lessons.layers.layers_take import take_away
from cnnviz.ui.volumes import SCALE

SETTINGS = (STACK, INPUT, NET, MODE, DRAW, UNIT, DROPPED, GAMMA, BETA, SCALE)
