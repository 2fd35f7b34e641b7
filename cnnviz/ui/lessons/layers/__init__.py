"""Layers: a stack is built, counted, run on the picture, and any of its units looked into.

stack.py       the stack as text: its parts, what cannot follow and what would; no Streamlit
setup.py       what is run: stack, input, weights, training or inference
builder.py     the row in which the stack is built; dials.py  the settings of one layer
run.py         run once and kept; the volumes, and the chosen unit on the stage
counts.py      the table of shapes and costs
dropout.py     batch_norm.py  on the map that is on the stage; pictures_of_maps.py  such maps side by side
why_not_fc.py  FC against CONV between the same two volumes
seen.py        what this picture and this stack showed
words.py       lengths and bytes in sentences
"""

from cnnviz.ui.lessons.layers.batch_norm import BETA, GAMMA, batch_norm
from cnnviz.ui.lessons.layers.builder import builder, explain, presets
from cnnviz.ui.lessons.layers.counts import counts
from cnnviz.ui.lessons.layers.dropout import DROPPED, dropout
from cnnviz.ui.lessons.layers.run import view
from cnnviz.ui.lessons.layers.seen import question, seen
from cnnviz.ui.lessons.layers.setup import DRAW, INPUT, MODE, NET, UNIT, setup
from cnnviz.ui.lessons.layers.stack import STACK
from cnnviz.ui.lessons.layers.why_not_fc import why_not_fc
from cnnviz.ui.volumes import SCALE

SETTINGS = (STACK, INPUT, NET, MODE, DRAW, UNIT, DROPPED, GAMMA, BETA, SCALE)

__all__ = [
    "SETTINGS", "batch_norm", "builder", "counts", "dropout", "explain", "presets", "question", "seen", "setup", "view",
    "why_not_fc",
]  # fmt: skip
