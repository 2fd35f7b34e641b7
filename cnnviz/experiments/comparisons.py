"""Three comparisons as jobs for a worker: what each report says is numbers only, for a page to draw and to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from cnnviz import models
from cnnviz.checks import entry
from cnnviz.experiments.learning_curves import Race, race, with_activation
from cnnviz.experiments.lenet import STACK
from cnnviz.experiments.live import trainable
from cnnviz.experiments.overfitting import RECIPE as SMALL_RECIPE
from cnnviz.experiments.overfitting import Overfitting, overfitting
from cnnviz.experiments.shifted import RECIPE as MOVED_RECIPE
from cnnviz.experiments.shifted import Shifted, shifted
from cnnviz.jobs.messages import Job, Report
from cnnviz.models.lenet5 import prepare
from cnnviz.signatures import checked
from cnnviz.training import Learner, Recipe, accuracy

RACED = 5000  # digits that ReLU and sigmoid learn from
MOVED = 500  # that CONV and FC learn from
SMALL, HELD = 200, 2000  # that dropout is tried on, and that nothing is learnt from


@checked
def relu_or_sigmoid(settings: Mapping[str, Any]) -> Job:
    """{"recipe": Recipe's settings}: LeNet-5 with either function, from the same numbers, on the same digits.

    The header has `done`, `curves`, for "ReLU" and "sigmoid" `steps`, `seconds` and `losses`, and at the end `held`.
    Here and below: SettingError for settings that are none, before anything is learnt.
    """
    train = models.digits("train")
    images, labels = train.images[:RACED], train.labels[:RACED]
    recipe = Recipe.of(entry(settings, "recipe", dict))
    learners = {
        name: Learner(with_activation(trainable(STACK), name.lower()), recipe, images, labels, prepare=prepare)
        for name in ("ReLU", "sigmoid")
    }
    return _race(learners)


def _race(learners: dict[str, Learner]) -> Job:
    held, last = models.digits("test"), Race(0.0, {})
    for last in race(learners, every=6):
        yield partial(_curves, last, held={})
    others = prepare(held.images)
    shares = {name: accuracy(one.network, one.parameters, others, held.labels) for name, one in learners.items()}
    yield partial(_curves, last, held=shares)


def _curves(found: Race | Overfitting, still: bool = False, **more: object) -> Report:
    return Report({**asdict(found), **more})


@checked
def conv_or_fc(settings: Mapping[str, Any]) -> Job:
    """{"seed"}: both learn the same few digits, and are asked about others, moved.

    The header has `done`, `doing`, `shifts` in pixels, and `sides`: for "CONV" and "FC" `parameters`, `accuracies`.
    """
    train, held = models.digits("train"), models.digits("test")
    recipe = replace(MOVED_RECIPE, seed=entry(settings, "seed", int))
    arrays = prepare(train.images[:MOVED]), train.labels[:MOVED], prepare(held.images), held.labels
    return (partial(_moved, found) for found in shifted(*arrays, recipe=recipe))


def _moved(found: Shifted, still: bool = False) -> Report:
    sides = {
        side.name: {"parameters": side.parameters, "accuracies": side.accuracies} for side in (found.conv, found.fc)
    }
    return Report({"done": found.done, "doing": found.doing, "shifts": found.shifts, "sides": sides})


@checked
def dropout_or_not(settings: Mapping[str, Any]) -> Job:
    """{"seed"}: the header has `done` and `curves`, by variant `epochs`, and `training` and `held_out` after each."""
    train, held = models.digits("train"), models.digits("test")
    recipe = replace(SMALL_RECIPE, seed=entry(settings, "seed", int))
    arrays = (
        prepare(train.images[:SMALL]), train.labels[:SMALL], prepare(held.images[:HELD]), held.labels[:HELD],
    )  # fmt: skip
    return (partial(_curves, found) for found in overfitting(*arrays, recipe=recipe))
