"""Deep CNN: SqueezeNet on the visitor's photo, from its pixels to its answer and back."""

from cnnviz.ui.lessons.deep.deep_classes import average, ending, where
from cnnviz.ui.lessons.deep.deep_filters import CHOSEN, filters
from cnnviz.ui.lessons.deep.deep_guide import failure, guide, lead
from cnnviz.ui.lessons.deep.deep_look import SQUARE, look
from cnnviz.ui.lessons.deep.deep_second_photo import SECOND, two
from cnnviz.ui.lessons.deep.deep_trace_back import all_maps, arithmetic, trace_back
from cnnviz.ui.lessons.deep.deep_walk import CLASS, GUESS_FIRST, STEP, UNIT, in_sidebar, is_covered, view_of, walk

SETTINGS = (SQUARE, UNIT, STEP, CLASS, GUESS_FIRST, SECOND, CHOSEN)
