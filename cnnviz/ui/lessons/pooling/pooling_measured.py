"""What is kept of a measured move: the changes and the numbers to look at, not the maps, some 100 MB at a megapixel."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.experiments import invariance
from cnnviz.experiments.invariance import Cell, Invariance


@dataclass(frozen=True)
class Stage:
    """One of the four maps, each tuple by the distance; what they are stands at experiments.invariance.Stage.

    share_kept, most_changed, largest_kept  of the two pooled maps, which the page looks into; empty of the others
    """

    name: str
    changes: tuple[float, ...]
    shifted: tuple[float | None, ...]
    share_kept: tuple[float | None, ...] = ()
    most_changed: tuple[Cell | None, ...] = ()
    largest_kept: tuple[Cell | None, ...] = ()


@dataclass(frozen=True)
class Moves:
    """All four, for a map that moves by `distances`, across or down."""

    activation: Stage
    max_pooling: Stage
    average_pooling: Stage
    global_average: Stage
    distances: tuple[int, ...]
    direction: str

    @property
    def stages(self) -> tuple[Stage, ...]:
        """In the order in which they lose sight of the place."""
        return self.activation, self.max_pooling, self.average_pooling, self.global_average


def kept(found: Invariance) -> Moves:
    """What the page says of it."""
    return Moves(
        _changes(found.activation),
        _pooled(found.max_pooling, found.distances),
        _pooled(found.average_pooling, found.distances),
        _changes(found.global_average),
        found.distances,
        found.direction,
    )


def _changes(stage: invariance.Stage) -> Stage:
    return Stage(stage.name, stage.changes, stage.shifted)


def _pooled(stage: invariance.Stage, distances: tuple[int, ...]) -> Stage:
    return Stage(
        stage.name,
        stage.changes,
        stage.shifted,
        tuple(stage.share_kept(move) for move in distances),
        tuple(stage.most_changed(move) for move in distances),
        tuple(stage.largest_kept(move) for move in distances),
    )
