"""A picture that is a digit of MNIST already: 28 x 28, bright on black. It is taken as it is."""

from __future__ import annotations

import numpy as np

from cnnviz.pictures.digit import INK, SIDE, Levels, Prepared
from cnnviz.pictures.picture import Picture
from cnnviz.signatures import checked

EMPTY = 32  # levels by which an empty pixel may miss black, or white, after a JPEG
RIM = 0.75  # of the outermost pixels: so many are empty. Of MNIST's digits, moved by their mass, 1 in 90 reaches there
AWAY = 2.0  # pixels of the centre of mass from the middle; of MNIST's digits 1.1 at the most
MOST = 0.5  # of all pixels can be ink; MNIST's have 0.4 at the most
WORDS = "taken as it is: 28 × 28, white on black"
TURNED = "its levels turned: 28 × 28, black on white before"


@checked
def as_it_is(picture: Picture) -> Prepared | None:
    """The digit that a picture of 28 x 28 is, neither cut out nor moved; None for every other picture.

    A bright figure in the middle of black, as the outermost pixels tell; or a dark one on white, then turned.
    """
    if picture.size != (SIDE, SIDE) or picture.shape[1:] != picture.size:
        return None
    came = picture.at(SIDE, "grey").levels()[0]
    step = ("as it came", picture.levels())
    for levels, words in ((came, WORDS), (255 - came, TURNED)):
        if _is_digit(levels):
            return Prepared(levels.copy(), (step, (words, levels)))
    return None


def _is_digit(levels: Levels) -> bool:
    inked = levels >= INK
    rim = np.ones(levels.shape, bool)
    rim[1:-1, 1:-1] = False
    if not 0 < inked.mean() < MOST or (levels[rim] <= EMPTY).mean() < RIM:
        return False
    mass = levels.astype(np.float64)
    centre = [float(mass.sum(axis=axis) @ np.arange(SIDE) / mass.sum()) for axis in (0, 1)]
    return max(abs(along - (SIDE - 1) / 2) for along in centre) <= AWAY
