"""Learning: a network is trained while one looks on, in a process of its own; the lecture's claims are measured."""

from cnnviz.ui.lessons.learning.learning_claims import claims
from cnnviz.ui.lessons.learning.learning_ending import noticed
from cnnviz.ui.lessons.learning.learning_setup import RECIPE, settings
from cnnviz.ui.lessons.learning.learning_use import use
from cnnviz.ui.lessons.learning.learning_view import view

CLAIM = "Filters start random and are learnt: press Start and watch."

SETTINGS = RECIPE

__all__ = ["SETTINGS", "CLAIM", "claims", "noticed", "settings", "use", "view"]
