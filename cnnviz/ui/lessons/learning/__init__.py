"""Learning: a network is trained while one looks on, in a process of its own; the lecture's claims are measured."""

from cnnviz.ui.lessons.learning.learning_claims import claims
from cnnviz.ui.lessons.learning.learning_setup import RECIPE, settings
from cnnviz.ui.lessons.learning.learning_verdicts import ending
from cnnviz.ui.lessons.learning.learning_view import use, view

SETTINGS = RECIPE
