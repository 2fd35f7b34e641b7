"""A network in training: beside PyTorch's run, the same again by its seed, and learning something real."""

from __future__ import annotations

import numpy as np
import pytest

from bars import bars
from cnnviz.errors import ArrayError, DoesNotFit, SettingError
from cnnviz.layers import BatchNorm2d, Linear, Rbf
from cnnviz.layers.typed import read
from cnnviz.network import Network
from cnnviz.ops import batch_statistics
from cnnviz.training import Learner, Recipe, accuracy, backward, cross_entropy, fit
from stacks import branched
from torch_values import by_layer, cases

FULL = Network((1, 9, 10), read("conv 3 3x3; batch norm; relu; max 2x2; fc 8; batch norm; relu; dropout 0.4; fc 3"))


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


@pytest.mark.parametrize("optimiser", ["adam", "momentum", "sgd"])
@pytest.mark.parametrize("at", [0, 1, 6])
def test_a_learner_goes_on_where_another_stopped(optimiser, at):
    recipe = Recipe(optimiser, 0.01, batch_size=16, epochs=2, seed=4)
    whole, batches = run(recipe)
    first = Learner(FULL, recipe, *bars(70))
    for _ in range(at):
        first.step()
    second = Learner(FULL, recipe, *bars(70), first.parameters)
    second.resume(first.step_number, first.memory)
    if at:  # its first layer has had its start already
        assert [batch.loss for batch in fit(second)] == [batch.loss for batch in batches[at:]]
        assert numbers_of(second.parameters).tobytes() == numbers_of(whole.parameters).tobytes()


def test_what_no_learner_can_go_on_from_is_refused():
    learner = Learner(FULL, Recipe(batch_size=16, epochs=2), *bars(70))
    with pytest.raises(SettingError, match="no step 11; this recipe makes 10"):
        learner.resume(11, ())
    with pytest.raises(SettingError):
        learner.resume(-1, ())
    with pytest.raises(ArrayError, match=r"shape \(3,\)"):
        learner.resume(2, (np.zeros(3),))


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


def test_images_are_made_ready_batch_by_batch():
    images, labels = bars(30)
    levels = np.rint(images[:, 0] * 100).astype(np.int16)
    counts = []

    def prepare(some):
        counts.append(len(some))
        return some[:, np.newaxis].astype(np.float32) / 100

    recipe = Recipe(batch_size=8, epochs=1)
    late = Learner(FULL, recipe, levels, labels, prepare=prepare)
    soon = Learner(FULL, recipe, prepare(levels), labels)
    counts.clear()
    assert [batch.loss for batch in fit(late)] == [batch.loss for batch in fit(soon)] and counts == [8, 8, 8, 6]
    with pytest.raises(ArrayError, match=r"\(1, 9, 10\); they must be \(N, 1, 9, 10\)"):
        Learner(FULL, recipe, levels, labels, prepare=lambda some: some)


def test_looking_at_moves_changes_no_run():
    recipe = Recipe(batch_size=16, epochs=1)
    plain, _ = run(recipe)
    learner = Learner(FULL, recipe, *bars(70))
    while not learner.done:
        learner.next_move()
        learner.step()
    assert numbers_of(learner.parameters).tobytes() == numbers_of(plain.parameters).tobytes()


def test_parameters_that_were_kept_stay():
    learner = Learner(FULL, Recipe(batch_size=16), *bars(50))
    kept = learner.parameters
    copy = numbers_of(kept).copy()
    learner.step()
    assert (numbers_of(kept) == copy).all() and (numbers_of(learner.parameters) != copy).any()


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


def test_the_first_layer_is_the_first_that_weighs_what_it_reads():
    """Not batch norm's scales, which start from 1 and learn as all others do."""
    data, network = bars(40), Network((1, 9, 10), read("batch norm; conv 2 3x3; fc 3"))
    plain = Learner(network, Recipe(first_layer=1), *data)
    small = Learner(network, Recipe(first_layer=4), *data)
    assert small.parameters[0]["weight"] == 1
    np.testing.assert_allclose(4 * small.parameters[1]["weight"], plain.parameters[1]["weight"], rtol=1e-6)
    same = Learner(network, Recipe(first_layer=4), *data, plain.parameters)
    for slow, fast, factor in zip(plain.next_move(), same.next_move(), (1, 4, 1)):
        for key in slow:
            np.testing.assert_allclose(fast[key], factor * slow[key], rtol=1e-6)
    alone = Learner(Network((3,), (BatchNorm2d(),)), Recipe(), np.eye(3), [0, 1, 2])
    assert alone.step().indices.size == 3 and (alone.parameters[0]["weight"] != 1).any()


def test_layers_side_by_side_learn():
    """The first of them a CONV and a pool, of which one alone has something to learn."""
    images, labels = bars(60)
    found = []
    for first in ("[conv 2 3x3 p1 | max 3x3 s1 p1] concat", "conv 2 3x3 p1"):
        learner = Learner(branched((1, 9, 10), f"{first}; relu; fc 3"), Recipe(batch_size=20), images, labels)
        before = learner.parameters[0]
        found.append([batch.loss for batch in fit(learner)])
        assert len(found[-1]) == 30 and before.keys() == learner.parameters[0].keys()
        assert all((before[key] != learner.parameters[0][key]).all() for key in before)
    assert all(np.mean(losses[-6:]) < 0.97 * np.mean(losses[:6]) for losses in found), found


def test_batch_norm_is_given_no_single_number():
    """Behind an FC a channel is one number an input: with one input there is nothing to normalise. Told beforehand."""
    network, data = Network((1, 9, 10), read("fc 4; batch norm; fc 3")), bars(10)
    for size, told in (
        (3, "10 in batches of 3 leave a batch of 1, batches of 4 fit"),
        (1, "batches of 2 fit"),
        (9, "10"),
    ):
        with pytest.raises(DoesNotFit, match=f"Layer 2, BATCH NORM, .* {told}.*\\.$"):
            Learner(network, Recipe(batch_size=size), *data)
    with pytest.raises(DoesNotFit, match=r"1 in batches of 1 leave a batch of 1\.$"):
        Learner(network, Recipe(), *bars(1))
    for size in (2, 4, 10, 99):
        assert len([*fit(Learner(network, Recipe(batch_size=size, epochs=1), *data))]) == -(-10 // size)
    maps = Network((1, 9, 10), read("conv 2 3x3; batch norm; fc 3"))
    assert len([*fit(Learner(maps, Recipe(batch_size=3, epochs=1), *data))]) == 4


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
    with pytest.raises(SettingError, match=r"learning rate of 1,000,000 is too large for .*; 0\.\d+ works\.$"):
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
    (lambda: Learner(FULL, Recipe(), IMAGES.astype(float) * 1e300, LABELS), ArrayError, "more than float32 holds"),
    (lambda: Learner(FULL, Recipe(shift=10), IMAGES, LABELS), SettingError, "shift of 10 .* 9 × 10 .*at most 9 fits"),
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
