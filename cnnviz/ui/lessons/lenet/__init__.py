"""LeNet-5: a digit is read, every map seen, any number traced back; and what changes the answer.

nets.py     which network reads: 1998, modern, the visitor's own; desk.py  the rooms of the page
columns.py  a network as columns of maps, and any of them as a trace; no Streamlit
setup.py    the run: digit moved, maps off, first filter exchanged
view.py     every map and the answer, the stage; words.py  a layer in plain words; answers.py  the answer
moves.py    what a move changes, measured
changed.py  1998 and today, Table I, the codes
seen.py     what this digit showed
"""

from typing import Any

from cnnviz.ui.lessons.lenet.changed import codes, table_one, what_changed
from cnnviz.ui.lessons.lenet.desk import beside, desk, steps
from cnnviz.ui.lessons.lenet.moves import moved_maps
from cnnviz.ui.lessons.lenet.nets import FORM, form, missing, wrong
from cnnviz.ui.lessons.lenet.seen import question, seen
from cnnviz.ui.lessons.lenet.setup import MOVES, OFF, OWN_FILTER, SHOWN, UNIT, moves
from cnnviz.ui.lessons.lenet.view import view
from cnnviz.ui.settings import FILTER
from cnnviz.ui.state import Setting

# The filter of the lab, for it can stand in the first layer.
SETTINGS: tuple[Setting[Any], ...] = (FORM, UNIT, SHOWN, OFF, OWN_FILTER, *MOVES, *FILTER)

__all__ = [
    "SETTINGS", "beside", "codes", "desk", "form", "missing", "moved_maps", "moves", "question", "seen", "steps",
    "table_one", "view", "what_changed", "wrong",
]  # fmt: skip
