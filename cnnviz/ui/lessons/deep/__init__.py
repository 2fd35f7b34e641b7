"""Deep CNN: SqueezeNet on the visitor's photo, from its pixels to its answer and back.

look.py        one look at one picture, kept: the square and where it lies, every map, what it says
depths.py      where one can stop on the way, and what is answered to there
main.py        the walk; which unit is looked into, in the link
guide.py       maps worth seeing, one click away        failure.py  a portrait called a barbell
trace_back.py  one unit: what it sees, what wakes it (patches.py), its arithmetic; all maps of its layer
where_it_looks.py  class activation maps, and the grey patch that asks at every place
two.py         another photo beside it                  average.py  the end: an average, counted
filters.py     conv1's filters, to the lab              seen.py     what this photo showed
"""

from cnnviz.ui.lessons.deep.average import average
from cnnviz.ui.lessons.deep.failure import failure, lead
from cnnviz.ui.lessons.deep.filters import CHOSEN, filters
from cnnviz.ui.lessons.deep.guide import guide
from cnnviz.ui.lessons.deep.look import SQUARE, look
from cnnviz.ui.lessons.deep.main import CLASS, GUESS_FIRST, STEP, UNIT, in_sidebar, is_covered, unit_of, walk
from cnnviz.ui.lessons.deep.seen import question, seen
from cnnviz.ui.lessons.deep.trace_back import all_maps, arithmetic, trace_back
from cnnviz.ui.lessons.deep.two import SECOND, two
from cnnviz.ui.lessons.deep.where_it_looks import where

SETTINGS = (SQUARE, UNIT, STEP, CLASS, GUESS_FIRST, SECOND, CHOSEN)

__all__ = [
    "SETTINGS", "all_maps", "arithmetic", "average", "failure", "filters", "guide", "in_sidebar", "is_covered", "lead",
    "look", "question", "seen", "trace_back", "two", "unit_of", "walk", "where",
]  # fmt: skip
