"""A run of training as a job for a worker: a batch at a time, and at each report all that a page shows of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz import models
from cnnviz.errors import DoesNotFit, SettingError
from cnnviz.layers import Conv2d, Linear, Parameters
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.training import Learner, Recipe, accuracy
from cnnviz.training.child import Report

INPUT = (1, 32, 32)
CLASSES = 10
MARGIN = 2  # pixels of nothing around a digit of 28 x 28

# What a visitor may train here: LeNet-5 has 61,706 parameters, 416,520 multiply-adds and 12,000 numbers a digit.
MOST_PARAMETERS = 300_000
MOST_MULTIPLY_ADDS = 3_000_000
MOST_NUMBERS = 60_000

GLANCE = 5  # every fifth held-out digit is looked at while it learns; at the end it is all of them
LOOK_EVERY = 0.3  # seconds of learning between two such looks, or as many times what a look takes:
LOOK_SHARE = 6
POINTS = 240  # of a curve
SMOOTH = 7  # a point of a curve is the mean over this part of an epoch: 45 batches of 32
SHOWN = 8  # filters whose moves are told


def prepared(levels: ArrayLike) -> NDArray[np.float32]:
    """Digits as a network takes them: uint8 (..., 28, 28), ink bright -> float32 (..., 1, 32, 32), 0 to 1."""
    given = np.asarray(levels)
    *batch, height, width = given.shape
    found = np.zeros((*batch, 1, height + 2 * MARGIN, width + 2 * MARGIN), np.float32)
    found[..., 0, MARGIN:-MARGIN, MARGIN:-MARGIN] = given
    found /= 255
    return found


def trainable(stack: str) -> Network:
    """The network of a stack of layers as text, if it can learn the digits here.

    Raises SettingError for what cannot be read, DoesNotFit for a network that does not take a digit, does not end in
    ten scores, or is too large.
    """
    network = Network(INPUT, read(stack))
    if not network.rows:
        raise SettingError("The stack has no layer yet; “conv 6 5x5; relu; max 2x2; fc 10” is a small one.")
    if network.shapes[-1] != (CLASSES,):
        told = " × ".join(f"{size:,}" for size in (*network.shapes[-1][1:], network.shapes[-1][0]))
        raise DoesNotFit(
            f"What comes out of the last layer, {network.layers[-1].name}, is {told} numbers; for the ten digits it "
            "must be 10, so end with “fc 10”."
        )
    if not any(isinstance(layer, (Conv2d, Linear)) for layer in network.layers):
        raise DoesNotFit("This network has no CONV and no FC layer, so there is nothing to learn; add “fc 10”.")
    of_maps = network.numbers - network.parameters
    for count, most, what in (
        (network.parameters, MOST_PARAMETERS, "parameters"),
        (network.multiply_adds, MOST_MULTIPLY_ADDS, "multiply-adds for each digit"),
        (of_maps, MOST_NUMBERS, "numbers in the maps of each digit"),
        (network.handled, 5 * MOST_MULTIPLY_ADDS, "numbers to lay out, compare or add for each digit"),
    ):
        if count > most:
            raise DoesNotFit(
                f"This network has {count:,} {what}; to learn while you look on, it may have {most:,}. "
                "Fewer filters, fewer units or larger strides make it smaller."
            )
    return network


def first_layer(network: Network) -> int:
    """The place of the first layer that weighs what it reads."""
    return next(at for at, layer in enumerate(network.layers) if isinstance(layer, (Conv2d, Linear)))


def filters(network: Network, arrays: Sequence[Parameters]) -> NDArray[np.float32]:
    """The first layer's weights as pictures, (F, kH, kW): a filter's, or all that an FC unit has for its input."""
    at = first_layer(network)
    weight = arrays[at]["weight"]
    shape = weight.shape[-2:] if weight.ndim == 4 else network.shapes[at][-2:]
    return weight.reshape(len(weight), -1)[:, : int(np.prod(shape))].reshape(len(weight), *shape)[:SHOWN]


@dataclass
class Curve:
    """Loss and accuracy by step, in at most POINTS means over equally many steps each."""

    width: int = 1
    means: list[tuple[float, float, float]] = field(default_factory=list)  # the last step, loss, accuracy
    waiting: list[tuple[float, float]] = field(default_factory=list)

    def add(self, step: int, loss: float, share: float) -> None:
        self.waiting.append((loss, share))
        if len(self.waiting) < self.width:
            return
        self.means.append((step, *np.mean(self.waiting, axis=0)))
        self.waiting = []
        if len(self.means) > POINTS:
            pairs = self.means[: len(self.means) // 2 * 2]
            rest = self.means[len(pairs) :]
            self.means = [
                (second[0], (first[1] + second[1]) / 2, (first[2] + second[2]) / 2)
                for first, second in zip(pairs[::2], pairs[1::2])
            ]
            self.waiting = [rest[0][1:]] * self.width if rest else []
            self.width *= 2

    def smooth(self, steps: float) -> tuple[NDArray, NDArray, NDArray]:
        """Steps, loss and accuracy as running means over about `steps` steps, float32."""
        points = np.array(self.means, np.float32).reshape(-1, 3)
        window = max(1, min(round(steps / self.width), len(points)))
        if len(points) < 2:
            return points[:, 0], points[:, 1], points[:, 2]
        added = np.vstack([np.zeros(2), np.cumsum(points[:, 1:], 0, np.float64)])
        last = np.arange(1, len(points) + 1)
        first = np.maximum(0, last - window)
        means = ((added[last] - added[first]) / (last - first)[:, np.newaxis]).astype(np.float32)
        return points[:, 0], means[:, 0], means[:, 1]


class Run:
    """A network that learns the digits, and what is told of it."""

    def __init__(self, settings: Mapping[str, Any]):
        train, held = models.digits("train"), models.digits("test")
        many = settings.get("digits") or len(train.labels)
        self.network = trainable(settings["stack"])
        self.learner = Learner(
            self.network, Recipe(**settings["recipe"]), prepared(train.images[:many]), train.labels[:many]
        )
        self.held = prepared(held.images), held.labels
        self.before = self.previous = filters(self.network, self.learner.parameters)
        self.curve = Curve()
        self.held_curve: list[tuple[int, float, int]] = []  # step, share, of how many digits
        self.seconds = 0.0  # of computing, which is what a busy machine does not change
        self.next_look = 0.0  # in seconds of computing
        self.rate = 0.0  # seconds on the clock a step, lately

    def __iter__(self) -> Iterator[Callable[[], Report]]:
        yield self.report
        while not self.learner.done:
            clock, computing = time.perf_counter(), time.process_time()
            self.previous = filters(self.network, self.learner.parameters)
            batch = self.learner.step()
            self.seconds += time.process_time() - computing
            taken = time.perf_counter() - clock
            self.rate = 0.98 * self.rate + 0.02 * taken if self.rate else taken
            self.curve.add(self.learner.step_number, batch.loss, batch.accuracy)
            yield self.report

    def report(self) -> Report:
        """Where it stands; what is right of the held-out digits is counted if the last count is old."""
        learner = self.learner
        last = self.held_curve[-1][0] if self.held_curve else -1  # where it was counted last
        if last != learner.step_number and (learner.done or self.seconds >= self.next_look):
            self._look(1 if learner.done else GLANCE)
        steps, loss, share = self.curve.smooth(learner.steps_per_epoch / SMOOTH)
        header = {
            "step": learner.step_number,
            "steps": learner.steps,
            "epoch": min(learner.step_number // learner.steps_per_epoch + 1, learner.recipe.epochs),
            "epochs": learner.recipe.epochs,
            "digits": len(learner.labels),
            "seconds": self.seconds,
            "left": self.rate * (learner.steps - learner.step_number),
            "rate": learner.learning_rate,
            "held": self.held_curve[-1][1],
            "held_of": self.held_curve[-1][2],
            "over": learner.done,
        }
        now = filters(self.network, learner.parameters)
        arrays = {
            "before": self.before,
            "now": now,
            # Behind the last step there is none to come: told is what that one did.
            "move": now - self.previous if learner.done else filters(self.network, learner.next_move()),
            "curve_steps": steps,
            "curve_loss": loss,
            "curve_train": share,
            "held_steps": np.array([at for at, _, _ in self.held_curve], np.float32),
            "held_share": np.array([found for _, found, _ in self.held_curve], np.float32),
        }
        for number, parameters in enumerate(learner.parameters):
            arrays |= {f"{number}.{name}": value for name, value in parameters.items()}
        return header, arrays

    def _look(self, every: int) -> None:
        images, labels = self.held[0][::every], self.held[1][::every]
        start = time.process_time()
        found = accuracy(self.network, self.learner.parameters, images, labels)
        self.held_curve.append((self.learner.step_number, found, len(labels)))
        self.next_look = self.seconds + max(LOOK_EVERY, LOOK_SHARE * (time.process_time() - start))


def learning(settings: Mapping[str, Any]) -> Iterator[Callable[[], Report]]:
    """The job: {"stack": text, "recipe": Recipe's settings, "digits": how many of them, or none for all}."""
    return iter(Run(settings))


def parameters_of(network: Network, arrays: Mapping[str, NDArray]) -> list[dict[str, NDArray]]:
    """The parameters for each layer among the arrays of a report."""
    found: list[dict[str, NDArray]] = [{} for _ in network.layers]
    for name, value in arrays.items():
        number, _, own = name.partition(".")
        if own:
            found[int(number)][own] = value
    return found
