"""Where in the picture does the evidence for a class lie?

A network that ends in a global average gives each class a map of its own, and the class's score is that map's mean. So
the map, laid over the picture, tells what each place adds to the score: a class activation map, for free.

In SqueezeNet a ReLU stands between the filters of conv10 and the mean. What would speak against a class, a negative
number, counts as 0: the map has none, and no place can take anything off a score.

Source: B. Zhou et al., "Learning Deep Features for Discriminative Localization" (2016), section 2; M. Lin, Q. Chen and
S. Yan, "Network In Network" (2014), section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import NDArray

from cnnviz.checks import amount, whole
from cnnviz.errors import SettingError
from cnnviz.models import Trained
from cnnviz.numbers import grouped
from cnnviz.signatures import checked


@checked
def class_map(trained: Trained, maps: Sequence[NDArray], class_index: int) -> NDArray:
    """The map whose mean is the class's score: (13, 13) of SqueezeNet's, in the dtype of the maps.

    maps         of one picture, as `Trained.maps` gives them
    class_index  from 0

    Raises SettingError for a network that does not end in a global average, and for a class that it does not know,
    ArrayError for other maps.
    """
    layers = trained.network.layers
    if not layers or not layers[-1].is_global:
        raise SettingError(f"{trained.name} does not end in a global average, so no map's mean is a class's score.")
    trained.network.check_run(maps)
    return maps[-2][known_class(trained, class_index)]


@checked
def known_class(trained: Trained, class_index: int) -> int:
    """The class as an int. Raises SettingError for one that the network does not know."""
    number, count = whole(class_index, "class", 0), len(trained.classes)
    if number >= count:
        known = f"{trained.name} knows {grouped(count)} classes, counted from 0"
        raise SettingError(f"{known}; there is no class {amount(number)}.")
    return number
