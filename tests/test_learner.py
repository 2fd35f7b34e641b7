"""A network in training: beside PyTorch's run, the same again by its seed, and learning something real."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.experiments.learning_curves import race, reached, with_activation
from cnnviz.experiments.overfitting import overfitting
from cnnviz.experiments.shifted import moved_apart, networks, shifted
from cnnviz.layers import Linear, Rbf
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.ops import batch_statistics
from cnnviz.training import Learner, Recipe, accuracy, backward, cross_entropy, fit
from torch_values import by_layer, cases

FULL = Network((1, 9, 10), read("conv 3 3x3; batch norm; relu; max 2x2; fc 8; batch norm; relu; dropout 0.4; fc 3"))


def bars(count, seed=0, size=(9, 10)):
    """Pictures of one bright bar in noise, (N, 1, H, W): lying, standing or slanting, somewhere. And which it is."""
    rng = np.random.default_rng(seed)
    images = rng.normal(0, 0.15, (count, 1, *size)).astype(np.float32)
    labels = rng.integers(0, 3, count)
    for image, label in zip(images, labels):
        row, column = rng.integers(0, size[0] - 5), rng.integers(0, size[1] - 5)
        steps = np.arange(5)
        rows, columns = row + steps * (label != 0), column + steps * (label != 1)
        image[0, rows, columns] += 1
    return images, labels


def run(recipe, network=FULL, count=70):
    learner = Learner(network, recipe, *bars(count))
    return learner, [*fit(learner)]


def numbers_of(parameters):
    return np.concatenate([array.ravel() for given in parameters for _, array in sorted(given.items())])


@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
def test_a_run_as_torch(optimiser):
    ((_, settings, kept),) = cases(f"training {optimiser}", "torch_training")
    layers = read(settings["stack"])
    network = Network(kept["images"].shape[1:], layers)
    told = {name: value for name, value in settings.items() if name != "stack"}
    recipe = Recipe(**told, batch_size=len(kept["images"]), shift=0)
    learner = Learner(network, recipe, kept["images"], kept["labels"], by_layer(kept, len(layers)))
    losses = [batch.loss for batch in fit(learner)]
    np.testing.assert_allclose(losses, kept["losses"], rtol=2e-5)
    expected = by_layer(kept, len(layers), " after")
    for mine, other in zip(learner.parameters, expected, strict=True):
        assert mine.keys() == other.keys()
        for key, value in other.items():
            np.testing.assert_allclose(mine[key], value, rtol=0, atol=1e-4)


@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
def test_a_seed_gives_the_same_run_bit_by_bit(optimiser):
    recipe = Recipe(optimiser, 0.01, batch_size=16, epochs=2, seed=4)
    (first, one), (second, two) = run(recipe), run(recipe)
    assert [batch.loss for batch in one] == [batch.loss for batch in two]
    assert numbers_of(first.parameters).tobytes() == numbers_of(second.parameters).tobytes()
    other = run(Recipe(optimiser, 0.01, batch_size=16, epochs=2, seed=5))[0]
    assert (numbers_of(first.parameters) != numbers_of(other.parameters)).mean() > 0.9


def test_every_epoch_sees_every_input_once_in_an_order_of_its_own():
    _, batches = run(Recipe(batch_size=16, epochs=3))
    assert [len(batch.indices) for batch in batches] == [16, 16, 16, 16, 6] * 3
    epochs = [np.concatenate([batch.indices for batch in batches[first : first + 5]]) for first in (0, 5, 10)]
    assert all(sorted(epoch) == [*range(70)] for epoch in epochs)
    assert (epochs[0] != epochs[1]).any() and (epochs[1] != epochs[2]).any() and (epochs[0] != np.arange(70)).any()


def test_the_next_move_is_what_the_step_adds_and_moves_nothing():
    learner, images = Learner(FULL, Recipe(batch_size=16), *bars(50)), bars(50)[0]
    for _ in range(3):
        before, indices = learner.parameters, learner.next_indices
        moves = learner.next_move()
        assert learner.parameters is before and learner.step_number == _
        batch = learner.step()
        assert (batch.indices == indices).all()
        for old, move, new in zip(before, moves, learner.parameters, strict=True):
            assert move.keys() == new.keys() - {"running_mean", "running_var"}
            for key in move:
                assert (old[key] + move[key] == new[key]).all() and move[key].any()
    assert images.dtype == np.float32


def test_looking_at_moves_changes_no_run():
    recipe = Recipe(batch_size=16, epochs=1)
    plain, _ = run(recipe)
    learner = Learner(FULL, recipe, *bars(70))
    while not learner.done:
        learner.next_move()
        learner.step()
    assert numbers_of(learner.parameters).tobytes() == numbers_of(plain.parameters).tobytes()


def test_parameters_that_were_kept_stay_and_a_learner_can_be_carried_away():
    learner = Learner(FULL, Recipe(batch_size=16), *bars(50))
    kept = learner.parameters
    copy = numbers_of(kept).copy()
    learner.step()
    assert (numbers_of(kept) == copy).all() and (numbers_of(learner.parameters) != copy).any()
    other = pickle.loads(pickle.dumps(learner))
    assert other.step().loss == learner.step().loss
    assert numbers_of(other.parameters).tobytes() == numbers_of(learner.parameters).tobytes()


def test_the_loss_is_that_of_the_batch_before_the_step():
    network = Network((1, 9, 10), read("conv 2 3x3; relu; fc 3"))
    (images, labels), recipe = bars(40), Recipe(batch_size=40, shift=0)
    learner = Learner(network, recipe, images, labels)
    output = network.forward(images, learner.parameters)[-1]
    batch = learner.step()
    assert batch.loss == pytest.approx(cross_entropy(output, labels)[0], rel=1e-5)
    assert batch.accuracy == pytest.approx((output.argmax(1) == labels).mean())


def test_running_statistics_as_pytorch_gathers_them():
    (images, labels), recipe = bars(20), Recipe(batch_size=20, shift=0)
    learner = Learner(FULL, recipe, images, labels)
    read_there = FULL.forward(images, learner.parameters, True, np.random.default_rng(0))[1]
    mean, variance = batch_statistics(read_there)
    count = read_there.size / read_there.shape[1]
    learner.step()
    given = learner.parameters[1]
    np.testing.assert_allclose(given["running_mean"], 0.1 * mean, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(given["running_var"], 0.9 + 0.1 * variance * count / (count - 1), rtol=1e-5)


def test_the_first_layer_starts_small_and_learns_fast():
    data, network = bars(40), Network((1, 9, 10), read("conv 2 3x3; relu; fc 4; relu; fc 3"))
    plain = Learner(network, Recipe(first_layer=1), *data)
    same = Learner(network, Recipe(first_layer=4), *data, plain.parameters)
    assert (same.parameters[0]["weight"] == plain.parameters[0]["weight"]).all()
    for slow, fast, factor in zip(plain.next_move(), same.next_move(), (4, 1, 1, 1, 1)):
        for key in slow:
            np.testing.assert_allclose(fast[key], factor * slow[key], rtol=1e-6)
    small = Learner(network, Recipe(first_layer=4), *data).parameters
    np.testing.assert_allclose(4 * small[0]["weight"], plain.parameters[0]["weight"], rtol=1e-6)
    assert (small[2]["weight"] == plain.parameters[2]["weight"]).all()


def test_bars_are_learnt():
    """Three kinds of bars anywhere: from a third right to nearly all, on pictures that it has not seen."""
    learner = Learner(FULL, Recipe(batch_size=20, epochs=8, learning_rate=0.01, shift=0), *bars(300))
    held_out = bars(200, seed=1)
    before = accuracy(FULL, learner.parameters, *held_out)
    batches = [*fit(learner)]
    first, last = (np.mean([batch.loss for batch in some]) for some in (batches[:15], batches[-15:]))
    after = accuracy(FULL, learner.parameters, *held_out)
    assert before < 0.6 and after > 0.9
    assert last < 0.6 * first  # dropout keeps it from falling further


@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
def test_a_rate_that_is_too_large_is_told_in_a_sentence(optimiser):
    network = Network((1, 9, 10), read("conv 3 3x3; " + "fc 8; " * 8 + "fc 3"))
    learner = Learner(network, Recipe(optimiser, 1e6, batch_size=10, epochs=20, decay=False), *bars(40))
    with pytest.raises(SettingError, match=r"learning rate of 1e\+06 is too large for .*; 0\.\d+ works\.$"):
        for _ in fit(learner):
            kept = learner.parameters
    assert np.isfinite(numbers_of(learner.parameters)).all()
    assert learner.parameters is kept and learner.step_number < learner.steps


def test_what_a_learner_tells_of_itself():
    learner = Learner(FULL, Recipe(batch_size=16, epochs=2, learning_rate=0.1), *bars(50))
    assert (learner.steps_per_epoch, learner.steps, learner.step_number, learner.done) == (4, 8, 0, False)
    assert learner.learning_rate == pytest.approx(0.1)
    some = fit(learner)
    next(some), next(some)
    assert learner.learning_rate == pytest.approx(0.075)
    assert len([*fit(learner)]) == 6 and learner.done and learner.learning_rate == 0
    with pytest.raises(SettingError, match="All 8 steps"):
        learner.step()


IMAGES, LABELS = bars(10)
HOLED = IMAGES.copy()
HOLED[3, 0, 2, 2] = np.nan


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: Learner(FULL, Recipe(), IMAGES[:, :, 1:], LABELS), ArrayError, r"\(10, 1, 8, 10\).*\(N, 1, 9, 10\)"),
    (lambda: Learner(FULL, Recipe(), IMAGES[:0], LABELS[:0]), ArrayError, "at least 1"),
    (lambda: Learner(FULL, Recipe(), IMAGES, LABELS[1:]), ArrayError, r"\(9,\)"),
    (lambda: Learner(FULL, Recipe(), IMAGES, LABELS + 3), ArrayError, "label 5"),
    (lambda: Learner(FULL, Recipe(), HOLED, LABELS), ArrayError, "nan"),
    (lambda: Learner(FULL, Recipe(), IMAGES, LABELS, [{}] * 3), ArrayError, "3 layers"),
    (lambda: Learner(FULL, Recipe(), IMAGES, LABELS, [{}] * 9), ArrayError, "weight is missing"),
    (lambda: Learner(Network((1, 9, 10), read("conv 3 3x3")), Recipe(), IMAGES, LABELS), SettingError, "FC layer"),
    (lambda: Learner(Network((3,), ()), Recipe(), IMAGES, LABELS), SettingError, "FC layer"),
    (lambda: accuracy(FULL, FULL.initial(0), IMAGES[:0], LABELS[:0]), ArrayError, "no images"),
])  # fmt: skip
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_codes_are_kept_and_not_learnt():
    network = Network((1, 9, 10), (*read("conv 2 3x3; tanh; fc 6; tanh"), Rbf(3)))
    codes = np.sign(np.random.default_rng(0).standard_normal((3, 6))).astype(np.float32)
    start = [*network.initial(0)[:-1], {"codes": codes}]
    learner = Learner(network, Recipe(batch_size=10), IMAGES, LABELS, start)
    assert learner.next_move()[-1] == {}
    learner.step()
    assert (learner.parameters[-1]["codes"] == codes).all()


def test_inputs_in_a_row_can_be_learnt_too():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((60, 4))
    labels = (points[:, 0] > points[:, 2]).astype(int)
    network = Network((4,), (Linear(2),))
    learner = Learner(network, Recipe("sgd", 0.5, batch_size=10, epochs=20, first_layer=1), points, labels)
    for _ in fit(learner):
        pass
    assert accuracy(network, learner.parameters, points, labels) > 0.95
    maps = network.forward(points[0], learner.parameters)
    assert backward(network, maps, learner.parameters, np.ones(2)).inputs[0].shape == (4,)


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


def test_batch_norm_gathers_what_torch_gathers():
    """The batch's variance divided by the count less one."""
    ((_, settings, kept),) = cases("network normed True", "torch_training")
    layers = read(settings["stack"])
    network = Network(kept["input"].shape[1:], layers)
    learner = Learner(network, Recipe(batch_size=3, shift=0), kept["input"], [0, 1, 2], by_layer(kept, len(layers)))
    learner.step()
    expected = by_layer(kept, len(layers), " after")[1]
    for name in ("running_mean", "running_var"):
        np.testing.assert_allclose(learner.parameters[1][name], expected[name], rtol=1e-6, atol=1e-7)


def test_dropout_draws_anew_in_every_step():
    network = Network((1, 9, 10), read("conv 2 3x3; dropout 0.5; fc 3"))
    losses = {batch.loss for batch in fit(Learner(network, Recipe("sgd", 1e-30, 1, 4, shift=0), *bars(1)))}
    assert len(losses) == 4


def test_a_shift_moves_every_image_to_each_place_and_loses_nothing_else():
    network = Network((1, 7, 8), (Linear(2),))
    images = np.zeros((60, 1, 7, 8), np.float32)
    images[:, 0, 3, 4] = 1
    learner = Learner(network, Recipe("sgd", 1.0, 60, 1, first_layer=1, shift=1), images, np.zeros(60, int))
    seen = learner.next_move()[0]["weight"][0].reshape(7, 8)  # a weight moves by how often its pixel is bright
    assert (seen[2:5, 3:6] > 0).all() and np.count_nonzero(seen) == 9
    still = Learner(network, Recipe("sgd", 1.0, 60, 1, first_layer=1, shift=0), images, np.zeros(60, int))
    assert np.count_nonzero(still.next_move()[0]["weight"][0]) == 1


def test_a_shift_is_drawn_anew_in_every_step():
    network = Network((1, 9, 10), (Linear(3),))
    learner = Learner(network, Recipe("sgd", 1e-30, 1, 12, shift=3), *bars(1))
    assert len({batch.loss for batch in fit(learner)}) > 6
