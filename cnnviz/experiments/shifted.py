"""Do shared weights help to recognise what has moved? A CONV and an FC network of equal parameters, measured.

Both learn the same few digits, where they stand. Then they are asked about other digits, moved by 0, 1, 2, ... pixels:
a quarter of them to each side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.checks import whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.lenet import stack_for
from cnnviz.layers import Activate, Linear
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.signatures import checked
from cnnviz.training import Learner, Recipe, accuracy

RECIPE = Recipe(epochs=20, first_layer=1, shift=0)
MOVES = ((0, 1), (0, -1), (1, 0), (-1, 0))
EVERY = 8  # steps between two reports


@checked
@dataclass(frozen=True)
class Side:
    """One of the two networks.

    parameters  how many numbers it learns
    loss        of its last batch; None before the first
    accuracies  on the digits that it has not seen, moved by each of the shifts; empty until it has learnt
    """

    name: str
    network: Network
    parameters: int
    loss: float | None = None
    accuracies: tuple[float, ...] = ()


@checked
@dataclass(frozen=True)
class Shifted:
    """How far the experiment is. done  0 to 1; doing  what is being done, for people; shifts  in pixels."""

    done: float
    doing: str
    shifts: tuple[int, ...]
    conv: Side
    fc: Side


@checked
def shifted(
    images: ArrayLike,
    labels: ArrayLike,
    others: ArrayLike,
    their_labels: ArrayLike,
    *,
    shifts: Sequence[int] = (0, 1, 2, 3, 4),
    recipe: Recipe = RECIPE,
) -> Iterator[Shifted]:
    """Train both networks on `images`, then test them on `others`, moved; a report every few steps, the last is whole.

    images, others  (N, 1, H, W), ink bright on 0, such as 500 digits of 32 x 32 and 2,000 that they have not seen
    labels          (N,) whole numbers; there are as many classes as the largest label plus 1
    shifts          in pixels, each at least 0

    Raises what `Learner` and `Network` raise, SettingError for shifts that are none.
    """
    pixels, seen = _images(images), np.asarray(labels)
    distances = tuple(whole(shift, "a shift", 0) for shift in shifts)
    if not distances:
        raise SettingError("There are no shifts to test; 0, 1, 2, 3, 4 are some.")
    sides = [Side(name, network, network.parameters) for name, network in networks(pixels.shape[1:], seen).items()]
    learners = [Learner(side.network, recipe, pixels, seen) for side in sides]
    tests = len(distances) * len(sides)
    # A test runs forwards through the images only, which takes about a third of what learning takes.
    weight = len(_images(others)) / 3 / recipe.batch_size
    total = sum(learner.steps for learner in learners) + weight * tests

    def report(work: float, doing: str) -> Shifted:
        return Shifted(min(1.0, work / total), doing, distances, *sides)

    work = 0.0
    for number, learner in enumerate(learners):
        while not learner.done:
            batch = learner.step()
            work += 1
            if learner.step_number % EVERY == 0 or learner.done:
                sides[number] = replace(sides[number], loss=batch.loss)
                yield report(work, f"{sides[number].name} learns")
    for shift in distances:
        moved = moved_apart(others, shift)
        for number, learner in enumerate(learners):
            found = accuracy(learner.network, learner.parameters, moved, their_labels)
            sides[number] = replace(sides[number], accuracies=(*sides[number].accuracies, found))
            work += weight
            yield report(work, f"digits moved by {shift}")


@checked
def networks(shape: Sequence[int], labels: NDArray) -> dict[str, Network]:
    """LeNet-5's modern form, and FC layers over the same pixels with as many units as give as many parameters."""
    conv = Network(tuple(shape), read(stack_for(labels)))
    classes, pixels = conv.shapes[-1][0], int(np.prod(shape))
    units = round((conv.parameters - classes) / (pixels + 1 + classes))
    return {"CONV": conv, "FC": Network(tuple(shape), (Linear(units), Activate("relu"), Linear(classes)))}


@checked
def moved_apart(images: ArrayLike, shift: int) -> NDArray:
    """(N, C, H, W) with each fourth image moved right, left, down and up by `shift` pixels; what comes in is 0.

    Raises ArrayError for images that are none, SettingError for a shift below 0.
    """
    given = _images(images)
    whole(shift, "shift", 0)
    found = np.zeros(given.shape, given.dtype)
    for number, (down, across) in enumerate(MOVES):
        rows, columns = (_overlap(step * shift, size) for step, size in zip((down, across), given.shape[2:]))
        found[number::4, :, rows[1], columns[1]] = given[number::4, :, rows[0], columns[0]]
    return found


def _images(images: ArrayLike) -> NDArray:
    given = np.asarray(images)
    if given.ndim != 4:
        raise ArrayError(f"The images have shape {given.shape}; they must be (N, channels, height, width).")
    return given


def _overlap(shift: int, size: int) -> tuple[slice, slice]:
    """(where what stays in sight stood, where it stands) on an axis moved by `shift`."""
    kept = max(0, size - abs(shift))
    start, end = max(0, -shift), max(0, shift)
    return slice(start, start + kept), slice(end, end + kept)
