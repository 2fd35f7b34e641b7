"""The optimisers and the loss, beside PyTorch's values and what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.errors import ArrayError, SettingError
from cnnviz.training import OPTIMISERS, Recipe, cross_entropy
from torch_values import cases


@pytest.mark.parametrize("key", OPTIMISERS)
def test_steps_as_torch(key):
    ((_, settings, kept),) = cases(f"optimiser {key}", "torch_training")
    place, memory = kept["start"], ()
    for step, (gradient, expected) in enumerate(zip(kept["gradients"], kept["after"], strict=True), 1):
        before = [array.copy() for array in memory]
        move, after = OPTIMISERS[key].move(gradient, settings["learning_rate"], memory, step)
        assert all((array == copy).all() for array, copy in zip(memory, before))
        place, memory = place + move, after
        np.testing.assert_allclose(place, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("key", OPTIMISERS)
def test_a_rate_for_each_number(key):
    """Each number moves as it would alone with its rate; float32 stays float32."""
    gradients = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float32)
    rates = np.array([0.1, 0.2, 0.3, 0.0, 1.0], np.float32)
    together, alone, memory, memories = [], [], (), [()] * 5
    for step, gradient in enumerate(gradients, 1):
        move, memory = OPTIMISERS[key].move(gradient, rates, memory, step)
        together.append(move)
        singles = []
        for place in range(5):
            one, memories[place] = OPTIMISERS[key].move(
                gradient[place : place + 1], float(rates[place]), memories[place], step
            )
            singles.append(one[0])
        alone.append(singles)
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-12)
    assert {array.dtype for array in (move, *memory)} == {np.dtype(np.float32)}


def test_adam_moves_by_the_rate_at_first_whatever_the_gradient():
    move, _ = OPTIMISERS["adam"].move(np.array([1e-3, -7.0, 1e4]), 0.01, (), 1)
    np.testing.assert_allclose(move, [-0.01, 0.01, -0.01], rtol=1e-4)


def test_the_loss_as_torch():
    ((_, _, kept),) = cases("loss", "torch_training")
    loss, gradient = cross_entropy(kept["scores"], kept["labels"])
    assert loss == pytest.approx(float(kept["loss"]), rel=1e-13)
    np.testing.assert_allclose(gradient, kept["gradient"], rtol=0, atol=1e-15)


def test_the_loss_of_no_idea_is_the_logarithm_of_the_classes():
    loss, gradient = cross_entropy(np.zeros((2, 10), np.float32), [3, 9])
    assert loss == pytest.approx(math.log(10), rel=1e-6) and gradient.dtype == np.float32
    assert gradient[0] == pytest.approx([*[0.05] * 3, -0.45, *[0.05] * 6])


def test_one_input_alone():
    loss, gradient = cross_entropy([0.0, math.log(3)], 1)
    assert loss == pytest.approx(math.log(4 / 3)) and gradient == pytest.approx([0.25, -0.25])


@pytest.mark.parametrize(("scores", "expected"), [([0.0, 1e4], 1e4), ([0.0, -1e4], 0.0)])
def test_scores_far_apart_lose_nothing(scores, expected):
    assert cross_entropy([scores], [0])[0] == expected


def test_a_loss_that_is_none_gives_no_warning():
    assert math.isnan(cross_entropy([[np.inf, 1.0]], [1])[0])


@pytest.mark.parametrize(("call", "words"), [
    (lambda: cross_entropy(np.ones((2, 3)), [0, 3]), "label 3.*0 to 2"),
    (lambda: cross_entropy(np.ones((2, 3)), [0, -1]), "label -1"),
    (lambda: cross_entropy(np.ones((2, 3)), [0]), r"\(1,\).*\(2,\)"),
    (lambda: cross_entropy(np.ones((2, 3)), [0.0, 1.0]), "whole"),
    (lambda: cross_entropy(np.ones((2, 3, 1)), [0, 1]), r"\(2, 3, 1\)"),
    (lambda: cross_entropy(np.ones((0, 3)), []), r"\(0, 3\)"),
])  # fmt: skip
def test_what_the_loss_refuses(call, words):
    with pytest.raises(ArrayError, match=words):
        call()


@pytest.mark.parametrize(("settings", "words"), [
    ({"optimiser": "lion"}, "'lion'.*adam, momentum, sgd"),
    ({"optimiser": ["adam"]}, "adam"),
    ({"learning_rate": 0}, "above 0, such as 0.003"),
    ({"learning_rate": -1}, "learning_rate is -1"),
    ({"learning_rate": math.nan}, "finite"),
    ({"learning_rate": 1e7}, "1e"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"epochs": 1.5}, "epochs is 1.5"),
    ({"seed": -1}, "seed is -1"),
    ({"first_layer": 0.5}, "first_layer is 0.5"),
    ({"shift": -1}, "shift is -1"),
    ({"shift": 10**7}, "shift is larger than 1,000,000"),
    ({"batch_size": 10**400}, "batch_size is larger than 1,000,000"),
    ({"epochs": 10**400}, "epochs is larger than 1,000,000"),
])  # fmt: skip
def test_what_a_recipe_refuses(settings, words):
    with pytest.raises(SettingError, match=words):
        Recipe(**settings)


def test_the_rate_falls_in_a_straight_line_to_0_behind_the_last_step():
    assert [Recipe(learning_rate=0.4).rate(step, 4) for step in range(5)] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0])
    assert [Recipe(learning_rate=0.4, decay=False).rate(step, 4) for step in (0, 3)] == [0.4, 0.4]
