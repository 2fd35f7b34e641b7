"""Where in the picture does the evidence for a class lie?

A network that ends in a global average gives each class a map of its own, and the class's score is that map's mean. So
the map, laid over the picture, tells what each place adds to the score: a class activation map, for free. Where a fully
connected layer stands behind the average, a class's map is the sum of all maps, each times the class's weight for it:
its mean and the class's bias are the score.

In SqueezeNet a ReLU stands between the filters of conv10 and the mean. What would speak against a class, a negative
number, counts as 0: the map has none, and no place can take anything off a score.

Source: B. Zhou et al., "Learning Deep Features for Discriminative Localization" (2016), section 2; M. Lin, Q. Chen and
S. Yan, "Network In Network" (2014), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import amount, whole
from cnnviz.errors import SettingError
from cnnviz.models import Trained
from cnnviz.numbers import grouped
from cnnviz.passes import Pass
from cnnviz.signatures import checked


@checked
def class_map(trained: Trained, maps: Sequence[NDArray], class_index: int) -> NDArray:
    """The map whose mean, and the class's bias where there is one, is the class's score: (13, 13) of SqueezeNet's.

    maps         of one picture, as `Trained.maps` gives them
    class_index  from 0

    Raises SettingError for a network that does not end in a global average, alone or with one fully connected layer
    behind it, and for a class that it does not know, ArrayError for other maps.
    """
    trained.network.check_run(maps)
    return _map(trained, maps.__getitem__, class_index)


@checked
def class_map_of(trained: Trained, run: Pass, class_index: int) -> NDArray:
    """As `class_map`, of a run that computes a map when it is asked for."""
    if run.network is not trained.network:
        raise SettingError(f"The run is one of another network than {trained.name}.")
    return _map(trained, run.map, class_index)


@checked
def has_class_maps(trained: Trained) -> bool:
    """Whether the network ends so that each class has a map."""
    return bool(trained.classes) and _averaged(trained) is not None


def _averaged(trained: Trained) -> tuple[int, int | None] | None:
    """The number of the maps that are averaged, and the place of the fully connected layer behind, if there is one."""
    rows = trained.network.rows
    fully, at = None, len(rows) - 1
    while at >= 0 and len(rows[at].sources) == 1:
        layer, source = rows[at].layer, rows[at].sources[0]
        if layer.is_global:
            return source, fully
        is_last = fully is None and layer.kind == "FC"
        if not is_last and (layer.kind not in _PASSING or layer.function):
            return None
        fully, at = at if is_last else fully, source - 1
    return None


_PASSING = {"REARRANGED", "DROPOUT", "FLATTEN"}  # kinds of layers that leave the numbers as they are


def _map(trained: Trained, map: Callable[[int], NDArray], class_index: int) -> NDArray:
    found = _averaged(trained)
    if found is None:
        raise SettingError(f"{trained.name} does not end in a global average, so no map's mean is a class's score.")
    number, fully = found
    maps, index = map(number), known_class(trained, class_index)
    if fully is None:
        return maps[index]
    weight = trained.parameters[fully]["weight"][index]
    return np.tensordot(weight.astype(maps.dtype, copy=False), maps, 1)


@checked
def known_class(trained: Trained, class_index: int) -> int:
    """The class as an int. Raises SettingError for one that the network does not know."""
    number, count = whole(class_index, "class", 0), len(trained.classes)
    if number >= count:
        known = f"{trained.name} knows {grouped(count)} classes, counted from 0"
        raise SettingError(f"{known}; there is no class {amount(number)}.")
    return number
