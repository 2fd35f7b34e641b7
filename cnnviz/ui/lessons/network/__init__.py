"""Your network: a visitor's ONNX file on the visitor's picture, every node of it."""

from cnnviz.ui.lessons.network.network_asked import asked, in_sidebar, setup
from cnnviz.ui.lessons.network.network_classes import where
from cnnviz.ui.lessons.network.network_maps import all_maps, trace_back
from cnnviz.ui.lessons.network.network_opened import choose
from cnnviz.ui.lessons.network.network_run import arithmetic, run, view_of
from cnnviz.ui.lessons.network.network_settings import SETTINGS
from cnnviz.ui.lessons.network.network_told import counted, ending, facts, overview, refused

__all__ = [
    "SETTINGS", "all_maps", "arithmetic", "asked", "choose", "counted", "ending", "facts", "in_sidebar", "overview",
    "refused", "run", "setup", "trace_back", "view_of", "where",
]  # fmt: skip
