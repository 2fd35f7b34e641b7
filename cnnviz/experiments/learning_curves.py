"""Which learns faster? Two learners step in turn: their losses against steps, and against seconds of computing.

A function that is cheaper to compute saves seconds and no steps; one whose gradient does not vanish saves both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cnnviz.checks import whole
from cnnviz.errors import SettingError
from cnnviz.graph import Graph
from cnnviz.layers import Activate
from cnnviz.signatures import checked
from cnnviz.training import Learner


@checked
@dataclass(frozen=True)
class LearningCurve:
    """What one learner has come to, a point for every few steps.

    steps       how many it had made
    seconds     the processor time that they took: not that which others took of the machine meanwhile
    losses      the mean over the batches since the point before
    accuracies  likewise, as shares
    """

    name: str
    steps: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    accuracies: tuple[float, ...] = ()


@checked
@dataclass(frozen=True)
class Race:
    """How far the learners are. done  0 to 1; curves  by name."""

    done: float
    curves: dict[str, LearningCurve]


@checked
def race(learners: Mapping[str, Learner], every: int = 10) -> Iterator[Race]:
    """Let the learners step in turn until all are done; a report after every `every` steps of each, the last is whole.

    They take turns at single steps, so that whatever else the machine does slows them alike.
    Raises SettingError for no learners, and what `Learner.step` raises.
    """
    every = whole(every, "every", 1)
    if not learners:
        raise SettingError("There are no learners; a race takes at least one, each by a name.")
    curves = {name: LearningCurve(name) for name in learners}
    taken = dict.fromkeys(learners, 0.0)
    batches: dict[str, list] = {name: [] for name in learners}
    total = sum(learner.steps - learner.step_number for learner in learners.values())
    made = 0
    while any(not learner.done for learner in learners.values()):
        for name, learner in learners.items():
            if learner.done:
                continue
            start = time.thread_time()
            batches[name].append(learner.step())
            taken[name] += time.thread_time() - start
            made += 1
            if len(batches[name]) == every or learner.done:
                curves[name] = _further(curves[name], learner.step_number, taken[name], batches[name])
                batches[name] = []
        if made == total or any(not batches[name] for name, learner in learners.items() if not learner.done):
            yield Race(made / total, {**curves})


def _further(curve: LearningCurve, step: int, seconds: float, batches: list) -> LearningCurve:
    return replace(
        curve,
        steps=(*curve.steps, step),
        seconds=(*curve.seconds, seconds),
        losses=(*curve.losses, sum(batch.loss for batch in batches) / len(batches)),
        accuracies=(*curve.accuracies, sum(batch.accuracy for batch in batches) / len(batches)),
    )


@checked
def with_activation(network: Graph, function: str) -> Graph:
    """The same network with `function`, a key of `ops.ACTIVATIONS`, wherever it has one. Raises SettingError."""
    nodes = (
        replace(node, layer=Activate(function)) if node.layer.kind == Activate.kind else node for node in network.nodes
    )
    return Graph(network.input_shape, tuple(nodes))


@checked
def reached(curve: LearningCurve, loss: float) -> tuple[int, float] | None:
    """(steps, seconds) after which the loss was first at most `loss`; None where it never was."""
    for step, seconds, found in zip(curve.steps, curve.seconds, curve.losses):
        if found <= loss:
            return step, seconds
    return None
