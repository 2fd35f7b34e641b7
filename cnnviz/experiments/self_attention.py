"""A picture whose places attend to each other, by weights that nobody has learnt; and what becomes of an operation when
the pixels are mixed up.

What is learnt of an attention are the matrices that make queries, keys and values of each place's numbers. Here they
are chosen: the key is the numbers, the query the same, tone and position each times a number of one's own, the value
the pixel. So dark places attend to dark ones and light ones to light ones; it is a product, not a distance as in
non-local means, so the darkest and the lightest get the most.

Source: A. Buades, B. Coll and J.-M. Morel, "A non-local algorithm for image denoising" (2005); A. Vaswani et al.,
"Attention Is All You Need" (2017), section 3.5, for positions as sines and cosines; X. Wang et al., "Non-local Neural
Networks" (2018), section 3.2, for attention over a picture by likeness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.checks import numbers, real, whole
from cnnviz.errors import ArrayError
from cnnviz.geometry import Window
from cnnviz.numbers import grouped
from cnnviz.ops import attention, attention_weights
from cnnviz.ops.checks import one_map
from cnnviz.signatures import checked
from cnnviz.steps import Trace

FEATURES = 5  # numbers that say what a place is like: its tone, then its row and its column as sine and cosine
MOST = 1024  # places: weights of 8 MB
ROUNDING = 1e-9  # of the largest number: what lies no further apart is the same


@checked
@dataclass(frozen=True)
class Attending:
    """What attention makes of a picture.

    plane     (1, H, W), the picture
    features  (places, 5), what each place is told by: tone, and row and column as sine and cosine
    weights   (places, places), each place's own, in reading order
    output    (H, W)
    """

    plane: NDArray
    features: NDArray
    weights: NDArray
    output: NDArray

    def trace(self, divisor: float = 1.0, **names: object) -> Trace:
        """Its map as it is walked through: a window over everything, at each place weights of its own. The picture's
        numbers are divided by `divisor`; `names` are what the stage calls its panels, as in `layer_trace`.
        """
        _, height, width = self.plane.shape
        weights = self.weights.reshape(height, width, 1, height, width)
        return Trace(
            self.plane, self.output / real(divisor, "divisor"), Window(height), Window(width), (0,), weights,
            divisor=divisor, names=names,
        )  # fmt: skip


@checked
def told_by(plane: NDArray) -> NDArray:
    """What each place of a picture (1, H, W) is told by, (places, 5), in reading order.

    Its tone, less the mean of all and divided by their standard deviation, then sine and cosine of its row and of its
    column, half a turn from one end of the longer side to the other: their products say how near two places are.
    Raises ArrayError for a plane that is none.
    """
    picture = _plane(plane)
    _, height, width = picture.shape
    if height * width > MOST:
        raise ArrayError(f"The plane has {grouped(height * width)} places; {grouped(MOST)} can attend to each other.")
    tones = picture.ravel() - picture.mean()
    spread = float(np.sqrt(np.mean(tones**2)))
    turn = np.pi / max(height, width)
    rows, columns = (turn * place.ravel() for place in np.indices((height, width)))
    tone = tones / spread if spread > ROUNDING * np.abs(picture).max() else np.zeros_like(tones)
    found = np.stack([tone, np.sin(rows), np.cos(rows), np.sin(columns), np.cos(columns)], axis=1)
    return np.where(np.abs(found) > ROUNDING, found, 0.0)  # a quarter turn's cosine is 0, and not 6e-17


@checked
def settled(terms: NDArray) -> NDArray:
    """The sums of terms (sums, terms), and 0 where rounding alone is left of them: of 0.6 + 0.8 - 1.4.

    Raises ArrayError for terms of other axes.
    """
    terms = numbers(terms, "terms")
    if terms.ndim != 2:
        raise ArrayError(f"The terms have the shape {terms.shape}; they are (sums, terms).")
    found = terms.sum(axis=1)
    return np.where(np.abs(found) > ROUNDING * np.abs(terms).sum(axis=1), found, 0.0)


@checked
def attending(plane: NDArray, tone: float, position: float) -> Attending:
    """Every place of a picture (1, H, W) as the mean of all, by how alike they are.

    tone, position  how much likeness in tone counts, and nearness: the query's numbers are the key's times these
    Raises ArrayError for a plane that is none, SettingError for a number that is none.
    """
    features = told_by(plane)
    query = features * np.array([real(tone, "tone")] + [real(position, "position")] * (FEATURES - 1))
    values = np.asarray(plane, np.float64).reshape(-1, 1)
    output = attention(query, features, values).reshape(plane.shape[1:])
    return Attending(plane, features, attention_weights(query, features), output)


@checked
@dataclass(frozen=True)
class Mixed:
    """An operation of a picture, and of the same picture with its pixels mixed up.

    map      (H, W), of the picture as it is
    picture  (H, W), mixed up
    back     (H, W), of the mixed picture, each number put back to where its pixel was
    differ   how many numbers of `back` are not those of `map`
    largest  the largest difference; 0 where none differs
    """

    map: NDArray
    picture: NDArray
    back: NDArray
    differ: int
    largest: float


@checked
def mixed_up(operation: Callable[[NDArray], NDArray], plane: NDArray, seed: int = 0) -> Mixed:
    """What `operation`, (1, H, W) -> (H, W), makes of a picture and of the same with its pixels in another order.

    seed  of the order, at least 0; the same gives the same order
    Raises what the operation raises, and ArrayError for a plane that is none.
    """
    given = _plane(plane)
    order = np.random.default_rng(whole(seed, "seed", 0)).permutation(given.size)
    picture = given.ravel()[order].reshape(given.shape)
    map, of_mixed = (numbers(operation(one), "operation's map") for one in (given, picture))
    if map.shape != given.shape[1:] or of_mixed.shape != map.shape:
        raise ArrayError(f"The operation makes {map.shape} of {given.shape}; a map of the same size is compared.")
    back = np.empty_like(of_mixed)
    back.ravel()[order] = of_mixed.ravel()
    apart = np.abs(back - map)
    is_other = apart > ROUNDING * max(1.0, float(np.abs(map).max()))
    largest = float(apart.max()) if is_other.any() else 0.0
    return Mixed(map, picture[0], back, int(is_other.sum()), largest)


def _plane(value: NDArray) -> NDArray[np.float64]:
    plane = one_map(value, "plane")
    if len(plane) != 1:
        raise ArrayError(f"The plane has shape {plane.shape}; it must be (1, H, W).")
    return plane
