"""A run of training as a job for a worker: a batch at a time, and at each report all that a page shows of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz import models
from cnnviz.checks import entry, real, whole
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.graph import Graph
from cnnviz.jobs.messages import Job, Report
from cnnviz.jobs.worker import Words
from cnnviz.layers import Parameters
from cnnviz.layers.typed import nodes
from cnnviz.models.lenet5 import prepare
from cnnviz.numbers import grouped
from cnnviz.signatures import checked, hold
from cnnviz.training import Learner, Recipe, accuracy

INPUT = (1, 32, 32)
CLASSES = 10

# What a visitor may train here: LeNet-5 has 61,706 parameters, 416,520 multiply-adds and 12,000 numbers a digit.
MOST_PARAMETERS = 300_000
MOST_MULTIPLY_ADDS = 3_000_000
MOST_NUMBERS = 60_000
MOST_HANDLED = 6_000_000

# Every fifth held-out digit is looked at while it learns, at the end all of them; fewer where somebody waits:
GLANCES = (5, 10, 20, 50, 100)
SIGHT = 0.1  # seconds, by `nanoseconds`, that such a look may take, and the step which foresees the first move
AT_ONCE = 100  # of held-out digits, those that are run together: their maps are all kept meanwhile
LOOK_EVERY = 0.3  # seconds of learning to the first such look, then between two, or as many times what one takes:
LOOK_SHARE = 6
POINTS = 240  # of a curve
SMOOTH = 7  # a point of a curve is the mean over this part of an epoch: 45 batches of 32
SHOWN = 8  # filters whose moves are told
WORDS = Words(
    too_many="{most} networks are being trained on this server just now, as many as it takes; one of them will soon be "
    "done, so press again in a moment.",
    no_room="Training cannot start now, for the server has no room for another process; when another visitor’s "
    "training has ended there will be, so press again in a moment.",
    ended="The process that trained ended before its time (code {code}); start it again.",
    no_memory="There is not enough memory to train this network; a smaller one needs less.",
)


@checked
def trainable(stack: str) -> Graph:
    """The network of a stack of layers as text, if it can learn the digits here.

    Raises SettingError for what cannot be read, DoesNotFit for a network that does not take a digit, does not end in
    ten scores, or is too large.
    """
    network = Graph(INPUT, nodes(stack))
    if not network.rows:
        raise SettingError("The stack has no layer yet; “conv 6 5x5; relu; max 2x2; fc 10” is a small one.")
    if network.shapes[-1] != (CLASSES,):
        told = " × ".join(grouped(size) for size in (*network.shapes[-1][1:], network.shapes[-1][0]))
        raise DoesNotFit(
            f"What comes out of the last layer, {network.layers[-1].name}, is {told} numbers; for the ten digits it "
            "must be 10, so end with “fc 10”."
        )
    if network.layers[-1].kind == "SOFTMAX":
        raise DoesNotFit("This network ends in softmax, which learning takes of the ten scores itself: leave it out.")
    if not any(layer.weighs for layer in network.layers):
        raise DoesNotFit("This network has no CONV and no FC layer, so there is nothing to learn; add “fc 10”.")
    of_maps = network.numbers - network.parameters
    for count, most, what in (
        (network.parameters, MOST_PARAMETERS, "parameters"),
        (network.multiply_adds, MOST_MULTIPLY_ADDS, "multiply-adds for each digit"),
        (of_maps, MOST_NUMBERS, "numbers in the maps of each digit"),
        (network.handled, MOST_HANDLED, "numbers to lay out, compare or add for each digit"),
        (network.widest, 2 * MOST_NUMBERS, "numbers in the maps before one layer, with their padding"),
    ):
        if count > most:
            raise DoesNotFit(
                f"This network has {grouped(count)} {what}; to learn while you look on, it may have {grouped(most)}. "
                "Fewer filters, fewer units, less padding or larger strides make it smaller."
            )
    if network.over_budget:
        raise DoesNotFit(network.over_budget)
    return network


@checked
def nanoseconds(network: Graph) -> float:
    """What a digit takes at most to go through a network, from its counts; measured, a fifth of that or all.

    A step of learning takes at most three times as long for each digit.
    """
    return network.multiply_adds / 4 + network.handled / 4 + 5 * (network.numbers - network.parameters)


@checked
def first_layer(network: Graph) -> int:
    """The place of the first layer that weighs what it reads. Raises SettingError for a network without one."""
    for at, layer in enumerate(network.layers):
        if layer.weighs:
            return at
    raise SettingError("This network has no CONV and no FC layer, so nothing in it weighs what it reads.")


@checked
def filters(network: Graph, arrays: Sequence[Parameters]) -> NDArray[np.float32]:
    """The first layer's weights as pictures, (F, kH, kW): a filter's, or all that an FC unit has for its input.

    arrays  the network's parameters, else an ArrayError; copied, for whoever keeps a few filters keeps nothing else
    """
    network.check_parameters(arrays)
    at = first_layer(network)
    weight = arrays[at]["weight"]
    shape = weight.shape[-2:] if weight.ndim == 4 else network.shapes[at][-2:]
    return weight.reshape(len(weight), -1)[:, : int(np.prod(shape))].reshape(len(weight), *shape)[:SHOWN].copy()


@checked
@dataclass
class Curve:
    """Loss and accuracy by step, in at most POINTS means over equally many steps each."""

    width: int = 1
    means: list[tuple[float, float, float]] = field(default_factory=list)  # the last step, loss, accuracy
    waiting: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        hold(self)
        whole(self.width, "width", 1)

    def add(self, step: int, loss: float, share: float) -> None:
        real(step, "step", 0)
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
        real(steps, "steps", 0)
        with np.errstate(over="ignore"):  # a loss beyond float32 is inf in it
            points = np.array(self.means).astype(np.float32).reshape(-1, 3)
        window = max(1, min(round(steps / self.width), len(points)))
        if len(points) < 2:
            return points[:, 0], points[:, 1], points[:, 2]
        added = np.vstack([np.zeros(2), np.cumsum(points[:, 1:], 0, np.float64)])
        last = np.arange(1, len(points) + 1)
        first = np.maximum(0, last - window)
        means = ((added[last] - added[first]) / (last - first)[:, np.newaxis]).astype(np.float32)
        return points[:, 0], means[:, 0], means[:, 1]


@checked
@dataclass(frozen=True, eq=False)
class Progress:
    """Where a network in training stands: all that is told of it, and all that is needed to go on from there.

    step, steps    how many are made, and how many there are in all
    epoch, epochs  in which epoch that is, from 1, and how many there are in all
    digits         how many it learns from
    seconds, left  of computing so far; on the clock until it is done
    foreseen       whether the move is known; else it is all 0
    before, now    the first layer's `filters`, (F, h, w), at the start and by now
    move           what the next step will add to them; behind the last step, what that has added
    curve          of the batches
    held_curve     the step at which digits held out were looked at, the share that was right, and of how many
    memory         what the optimiser keeps from step to step
    parameters     for each layer, as `Network.forward` takes them
    paused         whether no step follows until somebody asks for it
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    digits: int
    seconds: float
    left: float
    foreseen: bool
    before: NDArray
    now: NDArray
    move: NDArray
    curve: Curve
    held_curve: tuple[tuple[int, float, int], ...]
    memory: tuple[NDArray, ...]
    parameters: list[dict[str, NDArray]]
    paused: bool = False

    def smooth(self) -> tuple[NDArray, NDArray, NDArray]:
        """Steps, loss and share right by step, (n,) float32: running means over a part of an epoch."""
        return self.curve.smooth(self.steps / self.epochs / SMOOTH)

    def report(self) -> Report:
        """The same as a header and arrays; `of` reads them."""
        named = {f"{at}.{name}": value for at, own in enumerate(self.parameters) for name, value in own.items()}
        told = {**vars(self), "curve": vars(self.curve), "parameters": [[*own] for own in self.parameters]}
        arrays = {name: np.array(told.pop(name)) for name in ("before", "now", "move", "memory")}
        return Report(told, {**arrays, **named})

    @classmethod
    def of(cls, header: Mapping[str, Any], arrays: Mapping[str, NDArray]) -> Progress:
        """What a report tells. Raises ArrayError and SettingError for a header and arrays that are none."""
        told = {**header, **arrays}
        try:
            named = [{name: told.pop(f"{at}.{name}") for name in own} for at, own in enumerate(told["parameters"])]
            return cls(**{**told, "curve": Curve(**told["curve"]), "parameters": named})
        except (KeyError, TypeError):
            raise ArrayError("These arrays and their header are not those of a report to go on from.") from None


@checked
class LiveTraining:
    """A network that learns the digits, and what is told of it.

    settings  as `learning` takes them
    arrays    those of a report, to go on from there; `settings["before"]` is then that report's header
    glance    the report before the first step is for somebody who waits, on a server that has others to serve: it
              takes at most a tenth of a second on one core. Of a network that takes long for a digit fewer of those
              held out are looked at, and the first move is left out: it is all 0, and `foreseen` is False
    """

    def __init__(
        self, settings: Mapping[str, Any], arrays: Mapping[str, NDArray] | None = None, *, glance: bool = False
    ):
        train, self.held = models.digits("train"), models.digits("test")
        many = whole(settings.get("digits") or len(train.labels), "digits", 1)
        self.network = trainable(entry(settings, "stack", str))
        recipe = Recipe.of(entry(settings, "recipe", dict))
        told = Progress.of(entry(settings, "before", dict), arrays) if arrays else None
        self.learner = Learner(
            self.network, recipe, train.images[:many], train.labels[:many], told.parameters if told else None, prepare
        )
        a_digit = nanoseconds(self.network) / 1e9
        fits = [every for every in GLANCES if not glance or len(self.held.labels) / every * a_digit <= SIGHT]
        self.every = [*fits, GLANCES[-1]][0]
        self.foreseen = not glance or 3 * a_digit * min(many, recipe.batch_size) <= SIGHT
        self.before = self.previous = filters(self.network, self.learner.parameters)
        self.curve = Curve()
        self.held_curve: list[tuple[int, float, int]] = []  # step, share, of how many digits
        self.seconds = 0.0  # of computing, which is what a busy machine does not change
        self.next_look = 0.0  # in seconds of computing
        self.rate = 0.0  # seconds on the clock a step, lately
        if told:
            self._go_on(told)

    def _go_on(self, told: Progress) -> None:
        """Stand where that was told."""
        if told.before.shape != self.before.shape or not told.held_curve:
            raise ArrayError("These arrays are of a report on another network, or on none that was looked at.")
        self.learner.resume(told.step, told.memory)
        self.before, self.seconds = told.before, told.seconds
        self.curve, self.held_curve = told.curve, [*told.held_curve]
        self.next_look = self.seconds + LOOK_EVERY

    def __iter__(self) -> Job:
        def report(still: bool) -> Report:
            return self.progress(still).report()

        yield report
        while not self.learner.done:
            clock, computing = time.perf_counter(), time.process_time()
            self.previous = filters(self.network, self.learner.parameters)
            batch = self.learner.step()
            self.seconds += time.process_time() - computing
            taken = time.perf_counter() - clock
            self.rate = 0.98 * self.rate + 0.02 * taken if self.rate else taken
            self.curve.add(self.learner.step_number, batch.loss, batch.accuracy)
            yield report

    def progress(self, still: bool = False) -> Progress:
        """Where it stands; what is right of the held-out digits is counted if the last count is old.

        still  no step follows for now, so that even a count that is a step old is too old
        """
        learner = self.learner
        last = self.held_curve[-1][0] if self.held_curve else -1  # where it was counted last
        if last != learner.step_number and (still or learner.done or self.seconds >= self.next_look):
            self._look(1 if learner.done else self.every)
        now = filters(self.network, learner.parameters)
        if learner.done:  # there is no step to come: told is what the last one did
            move = now - self.previous
        else:
            move = filters(self.network, learner.next_move()) if self.foreseen else np.zeros_like(now)
        return Progress(
            step=learner.step_number, steps=learner.steps,
            epoch=min(learner.step_number // learner.steps_per_epoch + 1, learner.recipe.epochs),
            epochs=learner.recipe.epochs, digits=len(learner.labels),
            seconds=self.seconds, left=self.rate * (learner.steps - learner.step_number),
            foreseen=self.foreseen or learner.done, before=self.before, now=now, move=move,
            curve=replace(self.curve), held_curve=tuple(self.held_curve),
            memory=learner.memory, parameters=learner.parameters,
        )  # fmt: skip

    def _look(self, every: int) -> None:
        images, labels = self.held.images[::every], self.held.labels[::every]
        start = time.process_time()
        right = 0.0
        for first in range(0, len(labels), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            share = accuracy(self.network, self.learner.parameters, prepare(images[some]), labels[some])
            right += share * len(labels[some])
        self.held_curve.append((self.learner.step_number, right / len(labels), len(labels)))
        rest = LOOK_SHARE * (time.process_time() - start) if self.learner.step_number else 0.0
        self.next_look = self.seconds + max(LOOK_EVERY, rest)


@checked
def learning(settings: Mapping[str, Any], arrays: Mapping[str, NDArray] | None = None) -> Job:
    """The job: {"stack": text, "recipe": Recipe's settings, "digits": how many of them, or none for all}; to go on from
    a report, its arrays, and its header as "before"."""
    return iter(LiveTraining(settings, arrays))
