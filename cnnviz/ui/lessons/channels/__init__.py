"""Channels: every kind of convolution as a window over rows, columns and channels; what each costs."""

from cnnviz.ui.lessons.channels.channels_counted import ending, table
from cnnviz.ui.lessons.channels.channels_kinds import GROUPS, KIND
from cnnviz.ui.lessons.channels.channels_view import UNIT, dials, explain, seen, stage, volumes, words
from cnnviz.ui.volumes import SCALE

SETTINGS = (KIND, GROUPS, UNIT, SCALE)
