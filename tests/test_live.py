"""A run of training as a job, and the three comparisons: what is told is what was done."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from itertools import islice

import numpy as np
import pytest

from cnnviz import models
from cnnviz.errors import CnnvizError, DoesNotFit, SettingError
from cnnviz.experiments import comparisons, live
from cnnviz.experiments.lenet import STACK
from cnnviz.experiments.live import Curve, LiveTraining, Progress, filters, trainable
from cnnviz.models.lenet5 import prepare
from cnnviz.ops import conv2d
from cnnviz.training import Learner, Recipe, fit

SMALL = "conv 3 5x5 s2; relu; max 2x2; batch norm; fc 10"
RECIPE = asdict(Recipe(batch_size=16, epochs=2, seed=5))


@pytest.mark.parametrize(
    ("stack", "error", "said"),
    [
        ("", SettingError, "no layer yet"),
        ("conv 6 5x5; relu", DoesNotFit, r"ReLU, is 28 × 28 × 6 numbers.*must be 10, so end with “fc 10”\.$"),
        ("fc 11", DoesNotFit, "is 11 numbers"),
        ("global avg; fc 3; fc 10; dropout; fc 12", CnnvizError, "12 numbers"),
        ("conv 10 32x32; relu; max 2x2; fc 10", DoesNotFit, "Layer 3"),
        ("fc 2000; fc 10", DoesNotFit, r"2,070,010 parameters; .* it may have 300,000\."),
        ("conv 40 5x5 p2; conv 40 5x5 p2; global avg; fc 10", DoesNotFit, "multiply-adds for each digit"),
        ("conv 50 1x1; relu; max 2x2; max 2x2; fc 10", DoesNotFit, "numbers in the maps of each digit"),
        (
            "conv 2 1x1; conv 2 1x1 s1000 p1000; fc 10",
            DoesNotFit,
            "8,258,048 numbers in the maps before one layer, with",
        ),
        ("conv 2 1x1; conv 2 1x1 s4000 p2000; fc 10", DoesNotFit, "less padding"),
        ("max 400x400 p200 s400; fc 10", DoesNotFit, "with their padding; .* it may have 120,000"),
        ("conv 2 1x1; max 31x31 s1 p15; max 31x31 s1 p15; fc 10", DoesNotFit, "lay out, compare or add"),
        ("nonsense", SettingError, "Layer 1"),
    ],
)
def test_what_cannot_learn_the_digits_is_refused_in_a_sentence(stack, error, said):
    with pytest.raises(error, match=said):
        trainable(stack)


def test_what_the_app_would_not_run_is_not_trained(monkeypatch):
    monkeypatch.setattr("cnnviz.graph.BUDGET_WINDOW", 20)
    with pytest.raises(DoesNotFit, match="25 numbers in one window .the budget is 20."):
        trainable("conv 6 5x5; fc 10")


def test_the_first_filters_as_pictures():
    network = trainable("max 2x2; conv 11 3x5; relu; fc 10")
    start = network.initial(1)
    np.testing.assert_array_equal(filters(network, start), start[1]["weight"][:8, 0])
    network = trainable("avg 2x2; fc 9; relu; fc 10")
    start = network.initial(1)
    np.testing.assert_array_equal(filters(network, start)[6, 2], start[1]["weight"][6, 32:48])
    assert filters(network, start).shape == (8, 16, 16)


def test_a_run_tells_what_a_learner_does():
    train, held = models.digits("train"), models.digits("test")
    settings = {"stack": SMALL, "recipe": RECIPE, "digits": 40}
    run = LiveTraining(settings)
    learner = Learner(trainable(SMALL), Recipe(**RECIPE), prepare(train.images[:40]), train.labels[:40])
    reports = [Progress.of(*report(False)) for report in run]
    batches = [None, *fit(learner)]
    assert len(reports) == len(batches) == 7
    first, last = reports[0], reports[-1]
    for number, told in enumerate(reports):
        assert (told.step, told.steps, told.digits) == (number, 6, 40)
        assert told.epoch == [1, 1, 1, 2, 2, 2, 2][number]
        np.testing.assert_array_equal(told.before, first.now)
        np.testing.assert_array_equal(told.smooth()[0], range(1, number + 1))
    for before, after in zip(reports[:-1], reports[1:]):
        np.testing.assert_array_equal(after.now, before.now + before.move)
    np.testing.assert_array_equal(last.move, last.now - reports[-2].now)
    assert np.abs(last.move).max() > 0
    # A window of one batch, for an epoch has three: nothing is smoothed.
    np.testing.assert_allclose(last.smooth()[1], [batch.loss for batch in batches[1:]], rtol=1e-6)
    for own, theirs in zip(last.parameters, learner.parameters, strict=True):
        assert own.keys() == theirs.keys()
        for name, value in own.items():
            np.testing.assert_array_equal(value, theirs[name])
    scores = [learner.network.forward(image, learner.parameters)[-1].argmax() for image in prepare(held.images[::7])]
    right = np.array(scores) == held.labels[::7]
    at, share, of = last.held_curve[-1]
    assert abs(share - right.mean()) < 4 * np.sqrt(0.25 / len(right))
    assert (at, of) == (6, 2000) and first.held_curve[-1][2] == 400
    assert share == pytest.approx(_held(learner, held), abs=1e-9)


DEAR = "conv 3 16x16 p8; batch norm; conv 2 15x15 p7; fc 10"  # 2.3 million multiply-adds, and maps with wide borders


@pytest.mark.parametrize(
    ("stack", "batch", "of", "foreseen"),
    [(STACK, 32, 400, True), (STACK, 128, 400, True), ("fc 10", 128, 400, True), (DEAR, 128, 40, False),
     ("conv 16 1x1; max 31x31 s1 p15; fc 10", 32, 40, False), ("max 31x31 s1 p15; fc 10", 1, 100, True)],
)  # fmt: skip
def test_a_first_glance_costs_the_server_little(stack, batch, of, foreseen):
    """By counts, so the same setting gives the same picture; the seconds are loose, for machines differ."""
    settings = {"stack": stack, "recipe": {**RECIPE, "batch_size": batch}}
    start = time.thread_time()
    told = LiveTraining(settings, glance=True).progress()
    assert time.thread_time() - start < 0.5
    assert (told.held_curve[-1][2], told.foreseen) == (of, foreseen) and bool(told.move.any()) is foreseen
    learner = Learner(trainable(stack), Recipe(**settings["recipe"]), np.zeros((9, 1, 32, 32)), np.arange(9))
    for number, own in enumerate(told.parameters):
        for name, value in own.items():
            np.testing.assert_array_equal(value, learner.parameters[number][name])


def test_a_glance_is_what_the_run_reports_first():
    settings = {"stack": SMALL, "recipe": RECIPE, "digits": 40}
    glance, seen = LiveTraining(settings, glance=True).progress().report()
    header, arrays = LiveTraining(settings).progress().report()
    assert glance == header
    for name, value in arrays.items():
        np.testing.assert_array_equal(seen[name], value)


@pytest.mark.parametrize("stack", [SMALL, "fc 120; relu; fc 10"])
def test_a_report_that_is_kept_keeps_no_more_than_it_shows(stack):
    """A few filters are told, of all that they were, are and will be: the rest of those is not kept with them."""
    run = LiveTraining({"stack": stack, "recipe": RECIPE, "digits": 40})
    first, *_, last = [run.progress() for _ in run]
    for told in (first, last):
        for array in (told.before, told.now, told.move):
            assert array.base is None or array.base.nbytes == array.nbytes


def test_a_dear_networks_run_foresees_what_the_glance_left_out():
    settings = {"stack": DEAR, "recipe": {**RECIPE, "batch_size": 64}, "digits": 64}
    glance, run = LiveTraining(settings, glance=True), LiveTraining(settings)
    assert not glance.progress().foreseen and run.foreseen and run.every < glance.every


def _held(learner: Learner, held: models.Digits) -> float:
    """Layer by layer, with the convolution over all digits at once."""
    maps = prepare(held.images)
    for index, layer in enumerate(learner.network.layers):
        own = learner.parameters[index]
        maps = conv2d(maps, own["weight"], own["bias"], stride=2) if index == 0 else layer.forward(maps, own)
    return float((maps.argmax(1) == held.labels).mean())


def test_a_curve_keeps_its_room_and_its_means():
    rng, curve = np.random.default_rng(0), Curve()
    values = rng.random((3001, 2))
    for step, (loss, share) in enumerate(values, 1):
        curve.add(step, loss, share)
        assert len(curve.means) <= live.POINTS
    width = curve.width
    assert width & (width - 1) == 0 and len(curve.means) > live.POINTS / 2 - 1
    for number, (step, loss, share) in enumerate(curve.means):
        assert step == (number + 1) * width
        np.testing.assert_allclose((loss, share), values[number * width : (number + 1) * width].mean(0))
    steps, losses, _ = curve.smooth(3 * width)
    assert len(steps) == len(losses) == len(curve.means)
    np.testing.assert_allclose(losses[5], values[3 * width : 6 * width, 0].mean(), rtol=1e-6)
    np.testing.assert_allclose(losses[0], values[:width, 0].mean(), rtol=1e-6)


def test_a_rate_that_is_too_large_ends_in_a_sentence():
    recipe = {**RECIPE, "optimiser": "sgd", "learning_rate": 1e5}
    with pytest.raises(SettingError, match="is too large for SGD"):
        for _ in LiveTraining({"stack": "fc 30; fc 30; fc 10", "recipe": recipe, "digits": 200}):
            pass


# --- the comparisons ---


@pytest.fixture
def few(monkeypatch):
    """Few digits, and few of those held out."""
    held = models.digits("test")
    few = models.Digits(held.images[:20], held.labels[:20])
    train = models.digits("train")
    monkeypatch.setattr(models, "digits", lambda part: few if part == "test" else train)
    for name, value in {"RACED": 40, "MOVED": 30, "SMALL": 30, "HELD": 20}.items():
        monkeypatch.setattr(comparisons, name, value)


def test_the_race_tells_both_curves_and_who_was_right(few):
    reports = [report()[0] for report in comparisons.relu_or_sigmoid({"recipe": {**RECIPE, "first_layer": 1}})]
    assert [one["done"] for one in reports] == sorted(one["done"] for one in reports)
    last = reports[-1]
    assert last["done"] == 1 and last["held"].keys() == {"ReLU", "sigmoid"} and not reports[0]["held"]
    for curve in last["curves"].values():
        assert curve["steps"][-1] == 6 and len(curve["seconds"]) == len(curve["losses"]) == len(curve["steps"])
        assert list(curve["seconds"]) == sorted(curve["seconds"])


def test_the_others_tell_their_accuracies(few, monkeypatch):
    for name in ("MOVED_RECIPE", "SMALL_RECIPE"):
        monkeypatch.setattr(comparisons, name, replace(getattr(comparisons, name), epochs=2))
    last = [report()[0] for report in comparisons.conv_or_fc({"seed": 1})][-1]
    assert last["done"] == pytest.approx(1) and list(last["shifts"]) == [0, 1, 2, 3, 4]
    assert last["sides"]["CONV"]["parameters"] == 61_706
    assert abs(last["sides"]["FC"]["parameters"] / 61_706 - 1) < 0.01
    assert all(len(side["accuracies"]) == 5 for side in last["sides"].values())
    last = [report()[0] for report in comparisons.dropout_or_not({"seed": 1})][-1]
    assert last["curves"].keys() == {"plain", "dropout", "no pooling"}
    for one in last["curves"].values():
        assert len(one["training"]) == len(one["held_out"]) == len(one["epochs"]) > 0


def test_a_run_goes_on_from_its_report():
    settings = {"stack": SMALL, "recipe": RECIPE, "digits": 200}
    *_, last = LiveTraining(settings)
    header, arrays = next(islice(LiveTraining(settings), 7, None))(True)
    *_, again = LiveTraining({**settings, "before": header}, {name: np.array(array) for name, array in arrays.items()})
    found, expected = Progress.of(*again(True)), Progress.of(*last(True))
    for name, array in expected.report().arrays.items():
        np.testing.assert_array_equal(found.report().arrays[name], array, err_msg=name)
    np.testing.assert_array_equal(found.smooth(), expected.smooth())
    assert found.step == expected.step and found.seconds >= header["seconds"]
