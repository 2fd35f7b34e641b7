"""Learning: Filters start random and are learnt: watch them learn."""

from cnnviz.ui import frame

frame.page("Learning")
frame.title("Learning", "Filters start random and are learnt: watch them learn.")
