"""The comparisons that are measured by learning: what they report, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from bars import bars
from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.learning_curves import race, reached, with_activation
from cnnviz.experiments.overfitting import overfitting
from cnnviz.experiments.shifted import moved_apart, networks, shifted
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.training import Learner, Recipe, fit

IMAGES, LABELS = bars(10)


def test_moved_pictures_stand_where_they_should():
    images = np.zeros((5, 1, 6, 7), np.float32)
    images[:, 0, 2, 3] = 1
    found = [tuple(int(i) for i in np.argwhere(image[0])[0]) for image in moved_apart(images, 2)]
    assert found == [(2, 5), (2, 1), (4, 3), (0, 3), (2, 5)]
    assert (moved_apart(images, 0) == images).all() and not moved_apart(images, 9).any()


def test_the_two_networks_have_equal_parameters():
    both = networks((1, 32, 32), np.arange(10))
    conv, fc = both["CONV"].parameters, both["FC"].parameters
    assert conv == 61_706 and abs(fc - conv) < 0.02 * conv and both["FC"].shapes[-1] == (10,)


def test_the_experiments_report_as_they_go():
    images, labels = bars(30, size=(32, 32))
    others = bars(12, seed=2, size=(32, 32))
    recipe = Recipe(batch_size=10, epochs=2)
    told = [*shifted(images, labels, *others, shifts=(0, 3), recipe=recipe)]
    assert [report.done for report in told] == sorted(report.done for report in told) and told[-1].done == 1
    assert len(told[-1].conv.accuracies) == len(told[-1].fc.accuracies) == 2 and told[0].conv.accuracies == ()
    curves = [*overfitting(images, labels, *others, recipe=recipe, every=1)]
    assert len(curves) == 6 and curves[-1].done == 1 and curves[0].curves["dropout"].training == ()
    assert all(len(curve.training) == len(curve.held_out) == 2 for curve in curves[-1].curves.values())
    rare = [*overfitting(images, labels, *others, recipe=Recipe(batch_size=30, epochs=5), every=3)]
    assert len(rare) == 6 and rare[-1].curves["plain"].epochs == (3, 5) and rare[-1].done == 1
    with pytest.raises(SettingError, match="no pooling"):
        next(overfitting(images, labels, *others, variants=("luck",)))


def test_a_race_counts_steps_and_seconds():
    network = Network((1, 9, 10), read("conv 2 3x3; relu; fc 3"))
    learners = {
        key: Learner(with_activation(network, key), Recipe(batch_size=8, epochs=2), *bars(40))
        for key in ("relu", "tanh")
    }
    reports = [*race(learners, every=4)]
    assert [round(report.done, 2) for report in reports] == [0.4, 0.8, 1.0]
    curve = reports[-1].curves["tanh"]
    assert curve.steps == (4, 8, 10) and len(curve.losses) == 3 and sorted(curve.seconds) == [*curve.seconds]
    alone = [
        batch.loss
        for batch in fit(Learner(with_activation(network, "tanh"), Recipe(batch_size=8, epochs=2), *bars(40)))
    ]
    assert curve.losses == pytest.approx([np.mean(alone[:4]), np.mean(alone[4:8]), np.mean(alone[8:])])
    assert reached(curve, 1e9) == (4, curve.seconds[0]) and reached(curve, 0) is None


def test_a_race_reports_no_oftener_once_one_has_come_to_its_end():
    network = Network((1, 9, 10), read("conv 2 3x3; fc 3"))
    learners = {str(epochs): Learner(network, Recipe(batch_size=8, epochs=epochs), *bars(40)) for epochs in (1, 6)}
    reports = [*race(learners, every=10)]
    assert [report.curves["6"].steps[-1:] for report in reports] == [(10,), (20,), (30,)]
    assert reports[0].curves["1"].steps == (5,) and reports[-1].done == 1


@pytest.mark.parametrize(("call", "words"), [
    (lambda: next(shifted(IMAGES[:0], LABELS[:0], IMAGES, LABELS)), r"shape \(0,\).*at least one"),
    (lambda: next(overfitting(IMAGES[:0], LABELS[:0], IMAGES, LABELS)), "at least one"),
    (lambda: next(overfitting(IMAGES, LABELS / 2, IMAGES, LABELS)), "float64"),
])  # fmt: skip
def test_what_is_refused(call, words):
    with pytest.raises(ArrayError, match=words):
        call()
