"""Learning: a network is trained while one looks on, in a process of its own; and what the lecture claims is measured.

networks.py   the networks and plans that can be trained
run.py        a visitor's run: its worker, its state
setup.py      the settings, the buttons
view.py       the view, and its update while something trains
use.py        the LeNet page and the download
claims.py     three of the lecture's claims, measured; verdicts.py  what came of them
seen.py       what this run showed
"""

from cnnviz.ui.lessons.learning.claims import claims
from cnnviz.ui.lessons.learning.seen import noticed
from cnnviz.ui.lessons.learning.setup import RECIPE, settings
from cnnviz.ui.lessons.learning.use import use
from cnnviz.ui.lessons.learning.view import view

CLAIM = "Filters start random and are learnt: press Start and watch."

SETTINGS = RECIPE

__all__ = ["SETTINGS", "CLAIM", "claims", "noticed", "settings", "use", "view"]
