"""What each lesson adds to the controls and the stage that all of them share: a room a lesson."""

from typing import NamedTuple


class Ending(NamedTuple):
    """How a lesson ends.

    see   what was seen, with the numbers of this picture and these settings
    try_  a question that the lesson's own controls can answer
    """

    see: str
    try_: str
