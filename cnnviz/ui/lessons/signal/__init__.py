"""One dimension: a signal, the window on it, what an output may know of the future, and how far layers see."""

from cnnviz.ui.lessons.signal.signal_layers import STACK, layers
from cnnviz.ui.lessons.signal.signal_setup import OPERATION
from cnnviz.ui.lessons.signal.signal_view import PLACE, controls, ending, future, view

SETTINGS = (*OPERATION, PLACE, *STACK)
