"""The Learning page: settings, the run that a session has, its end, what can be done with it; that it moves."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import open_network, write_network
from cnnviz.experiments.plans import NETWORKS, composed
from cnnviz.jobs import worker
from cnnviz.models import digits
from cnnviz.models.lenet5 import layer_names, prepare
from cnnviz.numbers import percent
from cnnviz.ui.lessons.learning import learning_run
from cnnviz.ui.lessons.learning import learning_verdicts as verdicts
from cnnviz.ui.lessons.learning.learning_run import LearningRun
from visitor import Visitor

QUICK = {"trains": "One CONV", "batch": "128", "passes": "1", "learn-seed": "3"}


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    worker.end_all()
    assert worker.living() == 0


def page(**link: str) -> Visitor:
    return Visitor("learning", **link)


def of(at: Visitor) -> LearningRun:
    return at.remembered("learning-run")


def view(at: Visitor) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the view was sent."""
    sent = at.told("learning")
    return sent.header, sent.arrays


def until(at: Visitor, true: Callable[[], object], seconds: float = 60) -> None:
    """Look on, as a browser does, until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it did not come to pass: {of(at).state}, {of(at).problem}"
        of(at).beat()
        time.sleep(0.02)


# --- before ---


def test_before_training_the_view_stands_and_nothing_is_at_work():
    at = page()
    header, arrays = view(at)
    assert header["state"] == "untrained" and header["step"] == 0 and header["layer"] == "C1" and header["of"] == 6
    assert worker.living() == 0 and 2 < float(header["held"].removesuffix("\u00a0%")) < 30
    assert arrays["now"].shape == arrays["before"].shape == arrays["move"].shape == (6, 5, 5)
    np.testing.assert_array_equal(arrays["now"], arrays["before"])
    assert arrays["own_maps"].shape == (6, 28, 28) and abs(arrays["own_shares"].sum() - 1) < 1e-5
    held = digits("test")
    assert [answer["label"] for answer in header["answers"]] == list(range(10))
    for picture, answer in zip(arrays["digits"], header["answers"]):
        assert held.labels[(held.images == picture).all((1, 2))].tolist() == [answer["label"]]
    assert at.control("use-own").disabled and at.control("learn-reset").disabled


def test_every_setting_is_in_the_link_and_in_the_plan():
    at = page(**{**QUICK, "function": "tanh", "optimiser": "momentum", "rate": "0.01", "drop": "true", "norm": "true"})
    plan = of(at).plan
    assert plan.stack == "conv 8 5x5; batch norm; tanh; max 4x4; dropout 0.5; fc 10"
    recipe = plan.recipe
    assert (recipe.optimiser, recipe.learning_rate, recipe.batch_size, recipe.epochs, recipe.seed) == (
        "momentum", 0.01, 128, 1, 3,
    )  # fmt: skip
    at.set(optimiser="SGD")
    at.set(rate="usual")
    assert (of(at).plan.recipe.optimiser, of(at).plan.recipe.learning_rate) == ("sgd", 0.1)


def test_the_networks_are_what_they_say():
    assert composed("LeNet-5", "relu", False, False) == NETWORKS["LeNet-5"].format("relu")
    found = of(page()).plan
    assert found.network.parameters == 61_706
    assert layer_names(found.network) == (
        "C1", "C1 ReLU", "S2", "C3", "C3 ReLU", "S4", "F5", "F5 ReLU", "F6", "F6 ReLU", "F7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stack", "said_of_it", "button"),
    [
        ("conv 4 5x5; relu", "end with “fc 10”", "add-fc-10"),
        ("conv 4 99x99", "Layer 1", "back-to-lenet"),
        ("fc 4000; fc 10", "it may have 300,000", "back-to-lenet"),
        ("<b>x</b>", "Layer 1", "back-to-lenet"),
        (
            "conv 2 1x1; conv 2 1x1 s4000 p2000; fc 10",
            "32,514,048 numbers in the maps before one layer",
            "back-to-lenet",
        ),
        ("", "no layer yet", "back-to-lenet"),
    ],
)
def test_a_stack_of_ones_own_that_cannot_learn_is_refused_with_what_would(stack, said_of_it, button):
    at = page(trains="Yours, from Layers", stack=stack)
    assert said_of_it in at.said() and worker.living() == 0
    at.press(button)
    assert view(at)[0]["state"] == "untrained"


def test_a_dear_networks_first_move_waits_for_the_start():
    at = page(trains="Yours, from Layers", stack="conv 3 16x16 p8; conv 2 15x15 p7; fc 10", batch="128")
    header, arrays = view(at)
    assert header["foreseen"] is False and not arrays["move"].any() and " of 40 held-out" in header["words"]["held"]
    at.press("learn-step")
    until(at, lambda: of(at).step == 1)
    assert of(at).latest.foreseen and of(at).latest.move.any()


def test_without_memory_for_the_first_picture_it_is_told(monkeypatch):
    def progress(self):
        raise MemoryError

    monkeypatch.setattr("cnnviz.experiments.live.LiveTraining.progress", progress)
    at = page(trains="One CONV", **{"learn-seed": "4711"})
    assert "not enough memory to train this network; a smaller one needs less." in at.said()


def test_a_stack_from_layers_comes_along():
    at = Visitor("layers", stack="conv 3 7x7; relu; max 2x2; fc 10")
    at.go("learning").set(trains="Yours, from Layers")
    assert of(at).plan.stack == "conv 3 7x7; relu; max 2x2; fc 10"
    assert view(at)[1]["now"].shape == (3, 7, 7)


# --- a run ---


def test_a_run_from_start_to_use():
    at = page(**QUICK).press("learn")
    until(at, lambda: of(at).step > 0)
    at.run()
    until(at, lambda: of(at).state == "done")
    at.run()
    header, arrays = view(at)
    assert header["state"] == "done" and header["step"] == header["steps"] == 79
    _, share, _ = of(at).latest.held_curve[-1]
    assert share > 0.5 and header["held"] == percent(share)
    assert np.abs(arrays["now"] - arrays["before"]).max() > 0.05 and worker.living() == 0
    held = digits("test")
    trained = of(at).trained()
    right = [trained.winner(trained.maps(image)[-1]) == label for image, label in zip(held.images[:300], held.labels)]
    assert abs(np.mean(right) - share) < 0.1
    assert f"{header['held']} of 2,000" in at.said()

    from cnnviz.ui.lessons.learning.learning_view import npz

    with np.load(io.BytesIO(npz(of(at))), allow_pickle=False) as file:
        assert str(file["stack"]) == of(at).plan.stack == "conv 8 5x5; relu; max 4x4; fc 10"
        np.testing.assert_array_equal(file["C1.weight"][:, 0], arrays["now"])
        assert {*file.files} == {"stack", "input", "C1.weight", "C1.bias", "F3.weight", "F3.bias"}
    for taken in (write_network(of(at).trained()), npz(of(at))):
        opened = open_network(taken)
        np.testing.assert_array_equal(opened.parameters[0]["weight"][:, 0], arrays["now"])
    at.press("use-own")
    kept = at.remembered("own-network")
    assert kept.name == "Yours: One CONV" and kept.network == of(at).plan.network
    np.testing.assert_array_equal(kept.parameters[0]["weight"][:, 0], arrays["now"])
    np.testing.assert_array_equal(kept.prepare(held.images[0]), prepare(held.images[0]))


def test_a_step_a_pause_and_settings_that_wait(monkeypatch):
    monkeypatch.setattr(learning_run, "ANSWER", 60)  # however busy the machine is
    at = page(**QUICK).press("learn-step")
    assert of(at).state == "paused" and view(at)[0]["step"] == 1  # at once, not at the next look
    before = of(at).first
    np.testing.assert_array_equal(of(at).latest.now, before.now + before.move)
    at.run().set(batch="64")
    assert of(at).step == 1 and of(at).plan.recipe.batch_size == 128 and "wait for “Reset”" in at.said()
    at.press("learn-reset")
    assert of(at).step == 0 and of(at).plan.recipe.batch_size == 64
    until(at, lambda: worker.living() == 0)


def test_each_session_sees_its_own_and_what_is_left_ends():
    one, two = page(**QUICK).press("learn-step"), page(**{**QUICK, "learn-seed": "4"}).press("learn-step")
    until(one, lambda: of(two).beat() or (of(one).step == of(two).step == 1))
    assert worker.living() == 2 and of(one).worker.pid != of(two).worker.pid
    assert not np.array_equal(view(one.run())[1]["now"], view(two.run())[1]["now"])
    of(two).worker.leave()  # as its watch does, seven seconds after its visitor has gone
    until(one, lambda: not of(two).is_alive)
    header, arrays = view(two.run())
    assert header["words"]["state"] == "Paused" and header["step"] == 1 and worker.living() == 1  # a pause waits
    assert of(one).state == "paused"
    assert not two.control("use-own").disabled
    for at in (one, two):
        at.press("learn-step")
    until(one, lambda: of(two).beat() or (of(one).step == of(two).step == 2))
    again = page(**{**QUICK, "learn-seed": "4"}).press("learn-step")
    until(again, lambda: of(again).step == 1)
    again.press("learn-step")
    until(again, lambda: of(again).step == 2)
    paused = of(two).latest.report().arrays
    for name, array in of(again).latest.report().arrays.items():  # the one without a pause of its process
        np.testing.assert_array_equal(paused[name], array, err_msg=name)


def test_a_run_that_nobody_looked_at_goes_on_from_where_it_was():
    at = page(trains="LeNet-5").press("learn")
    until(at, lambda: of(at).step > 3)
    of(at).worker.leave()
    until(at, lambda: of(at).state == "left")
    stood, step = of(at), of(at).step
    header, _ = view(at.run())
    assert header["words"]["state"] == "Stopped while you were away" and header["step"] == step
    assert at.control("learn").label == "Go on"
    at.press("learn-step")
    until(at, lambda: of(at).step > step)
    assert of(at) is stood and of(at).step == step + 1
    assert len(of(at).latest.held_curve) >= 2, "its curves go on too"


def test_what_was_trained_is_there_on_the_lenet_page_after_a_pause():
    at = page(**QUICK).press("learn-step")
    until(at, lambda: of(at).step == 1)
    weight = of(at).latest.parameters[0]["weight"]
    at.go("lenet").set(form="Yours")
    assert "You have not trained a network yet" not in at.said()
    np.testing.assert_array_equal(at.remembered("own-network").parameters[0]["weight"], weight)
    at.go("learning").press("learn-reset")
    assert at.go("lenet").setting("form") == "Yours" and "You have not trained" not in at.said()


def test_a_run_at_its_end_makes_no_other_step():
    at = page(**QUICK).press("learn")
    until(at, lambda: of(at).state == "done")
    ended = of(at.run())
    assert at.control("learn-step").disabled and ended.step == 79


def test_too_many_and_a_crash_are_sentences(monkeypatch):
    monkeypatch.setattr(worker, "MOST", 0)
    at = page(**QUICK).press("learn")
    assert "0 networks are being trained on this server" in at.said() and of(at).state == "failed"
    monkeypatch.setattr(worker, "MOST", 8)
    at.press("learn-step")
    until(at, lambda: of(at).step == 1)
    os.kill(of(at).worker.pid, signal.SIGKILL)
    until(at, lambda: of(at).state == "failed")
    at.run()
    assert "ended before its time" in at.said() and view(at)[0]["step"] == 1


# --- the claims ---


def race_of(relu: list[float], sigmoid: list[float], cost: float = 1.0) -> dict[str, Any]:
    def curve(losses: list[float], seconds: float) -> dict[str, Any]:
        steps = [10 * number for number in range(1, len(losses) + 1)]
        return {"steps": steps, "seconds": [seconds * step for step in steps], "losses": losses}

    return {"curves": {"ReLU": curve(relu, 0.01), "sigmoid": curve(sigmoid, 0.01 * cost)}, "held": {}}


def test_the_race_is_told_whoever_wins():
    told = verdicts.race(race_of([1, 0.5, 0.1], [2, 2, 2, 2, 0.4], cost=1.5))
    assert "ReLU 20 steps and 0.20 s; sigmoid 50 steps and 0.75 s" in told and "1.5 times as long" in told
    assert "the claim holds here, and most of it is the gradient" in told
    assert "sigmoid never, here" in verdicts.race(race_of([0.3], [2, 2]))
    assert verdicts.race(race_of([1, 1, 0.5], [0.5])).endswith("With these settings the claim does not hold.")


def moved_of(conv: list[float], fc: list[float]) -> str:
    sides = {name: {"parameters": 9, "accuracies": one} for name, one in (("CONV", conv), ("FC", fc))}
    return verdicts.moved({"shifts": [0, 1, 2, 3, 4], "sides": sides})


def test_moved_digits_are_told_whoever_wins():
    told = moved_of([0.94, 0.93, 0.88, 0.7, 0.3], [0.88, 0.8, 0.67, 0.4, 0.2])
    assert "survives a move better" in told and "moved by 4 both fail" not in told and "both fail" in told
    assert "of no clear use" in moved_of([0.9, 0.8, 0.7, 0.6, 0.6], [0.95, 0.9, 0.8, 0.7, 0.7])


def test_overfitting_is_told_whoever_wins():
    def one(train: float, held: float) -> dict[str, list[float]]:
        return {"training": [0.1, train], "held_out": [0.1, held]}

    told = verdicts.small({"curves": {"plain": one(1, 0.88), "dropout": one(0.98, 0.9), "no pooling": one(1, 0.87)}})
    assert "plain 100\u00a0% and 88\u00a0%, a gap of 12.0" in told
    assert "Dropout narrowed the gap and got more of the others right (2.0 in a hundred)" in told
    told = verdicts.small({"curves": {"plain": one(0.9, 0.88), "dropout": one(0.98, 0.8), "no pooling": one(1, 0.99)}})
    assert "Dropout widened the gap and got fewer" in told and "Pooling widened the gap and got fewer" in told


def test_a_claim_is_measured_at_the_press_of_a_button_and_can_be_stopped():
    at = page().press("measure-conv_or_fc")
    at.run()
    measuring = at.remembered("learning-claims")["conv_or_fc"]
    assert measuring.is_alive and "Being measured" in at.said()
    at.press("measure-conv_or_fc")
    assert measuring.wait(10)
    assert "Not measured to the end" in at.run().said()


# --- in a browser ---


def test_it_moves_by_itself_and_goes_with_its_visitor(warm):
    page = warm("learning?trains=One+CONV&passes=20&batch=8")
    view = page.locator(".learning")
    expect(view).to_have_attribute("data-state", "untrained", timeout=20_000)
    box = view.bounding_box()
    assert box["y"] + box["height"] <= 900
    canvas = view.locator("canvas")
    before = canvas.screenshot()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function(
        """() => [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".learning"))
           .some((view) => view && Number(view.dataset.step) > 0 && Number(view.dataset.ready) > 3)""",
        timeout=30_000,
    )
    assert canvas.screenshot() != before
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(view).to_have_attribute("data-state", "paused", timeout=10_000)
    # What stands under the view follows a step too, without another act.
    step = int(view.get_attribute("data-step"))
    for _ in range(2):
        step += 1
        page.get_by_role("button", name="Step a batch", exact=True).click()
        expect(view).to_have_attribute("data-step", str(step))
        expect(page.locator(".notice")).to_contain_text(f"After {step} steps")
    canvas.click(position={"x": 239, "y": 120})
    expect(view).to_have_attribute("data-chosen", "2")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(view).to_have_attribute("data-state", "untrained", timeout=10_000)
