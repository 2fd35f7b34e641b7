"""LeNet-5: a digit is read, every map seen, any number traced back; and what changes the answer."""

from typing import Any

from cnnviz.ui.lessons.lenet.lenet_answers import ending
from cnnviz.ui.lessons.lenet.lenet_desk import FORM, beside, desk, form, missing, steps, take_away, wrong
from cnnviz.ui.lessons.lenet.lenet_history import codes, table_one, what_changed
from cnnviz.ui.lessons.lenet.lenet_moves import moved_maps
from cnnviz.ui.lessons.lenet.lenet_setup import MOVES, OFF, OWN_FILTER, SHOWN, UNIT, moves
from cnnviz.ui.lessons.lenet.lenet_view import view
from cnnviz.ui.settings import FILTER
from cnnviz.ui.state import Setting

# The filter of the lab, for it can stand in the first layer.
SETTINGS: tuple[Setting[Any], ...] = (FORM, UNIT, SHOWN, OFF, OWN_FILTER, *MOVES, *FILTER)
