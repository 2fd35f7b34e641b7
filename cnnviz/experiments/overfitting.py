"""Do dropout and pooling hold overfitting in check? Accuracy on a small set that is learnt, and on digits held out.

Three networks of equal parameters learn the same few digits: LeNet-5's modern form as it is, with dropout before its
last FC layers, and with a stride of 2 in the CONV layers in the place of pooling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.checks import numbers, whole
from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.lenet import STACK, stack_for
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.signatures import checked, hold
from cnnviz.training import Learner, Recipe, accuracy

VARIANTS = {
    "plain": STACK,
    "dropout": STACK.replace("; fc 84", "; dropout 0.5; fc 84").replace("; fc 10", "; dropout 0.5; fc 10"),
    "no pooling": STACK.replace("5x5", "5x5 s2").replace("max 2x2; ", ""),
}
RECIPE = Recipe(epochs=80, first_layer=1, shift=0)  # with fewer, what dropout slows down has not come to its end


@checked
@dataclass(frozen=True)
class Curve:
    """One network's accuracies, as shares, after so many epochs: on what it learns from, and on what it never saw."""

    name: str
    epochs: tuple[int, ...] = ()
    training: tuple[float, ...] = ()
    held_out: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        hold(self)
        if not len(self.epochs) == len(self.training) == len(self.held_out):
            raise SettingError(f"{self.name}: each of {len(self.epochs)} epochs has two accuracies.")

    @property
    def gap(self) -> float:
        """How much better it does on what it has learnt: its overfitting, after the last epoch; 0 before the first."""
        return self.training[-1] - self.held_out[-1] if self.training else 0.0


@checked
@dataclass(frozen=True)
class Overfitting:
    """How far the experiment is. done  0 to 1; curves  by variant, as long as they are by now."""

    done: float
    curves: dict[str, Curve]


@checked
def overfitting(
    images: ArrayLike,
    labels: ArrayLike,
    others: ArrayLike,
    their_labels: ArrayLike,
    *,
    variants: Sequence[str] = tuple(VARIANTS),
    recipe: Recipe = RECIPE,
    every: int = 8,
) -> Iterator[Overfitting]:
    """Train the variants side by side, an epoch of each in turn; the last report is whole.

    images, others  (N, 1, 32, 32), ink bright on 0, such as 200 digits and 2,000 that they have not seen
    labels          (N,) whole numbers; there are as many classes as the largest label plus 1
    variants        keys of VARIANTS
    every           epochs of a variant between two reports, at least 1

    Raises what `Learner` and `Network` raise, SettingError for variants that are none.
    """
    if not variants or not {*variants} <= {*VARIANTS}:
        raise SettingError(f"The variants are {tuple(variants)!r}; they are some of {', '.join(VARIANTS)}.")
    pixels, seen = numbers(images, "images"), np.asarray(labels)
    if pixels.ndim != 4:
        raise ArrayError(f"The images have shape {pixels.shape}; they must be (N, channels, height, width).")
    every = whole(every, "every", 1)
    learners, curves = {}, {}
    for name in variants:
        network = Network(pixels.shape[1:], read(stack_for(seen, VARIANTS[name])))
        learners[name], curves[name] = Learner(network, recipe, pixels, seen), Curve(name)
    for epoch in range(1, recipe.epochs + 1):
        for number, (name, learner) in enumerate(learners.items(), 1):
            for _ in range(learner.steps_per_epoch):
                learner.step()
            if epoch % every and epoch < recipe.epochs:
                continue
            found = [
                accuracy(learner.network, learner.parameters, *those)
                for those in ((pixels, seen), (others, their_labels))
            ]
            before = curves[name]
            accuracies = (*before.training, found[0]), (*before.held_out, found[1])
            curves[name] = Curve(name, (*before.epochs, epoch), *accuracies)
            yield Overfitting((epoch - 1 + number / len(learners)) / recipe.epochs, {**curves})
