"""The page about one dimension: what is set and comes of it, against the loop; and its dots in a browser."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bad_pictures import photo, saved
from cnnviz.errors import KernelError
from cnnviz.experiments.signals import signal
from cnnviz.ops import conv1d
from cnnviz.ui.lessons.signal import signal_setup as setup
from cnnviz.ui.settings import OWN
from cnnviz.ui.state.setting import starts
from cnnviz.ui.words import listed
from lab import Lab
from visitor import Visitor, plain, written

MEAN_OF_3 = {"filter1": "Mean", "k1": "3"}


def by_loop(numbers, weights, stride, ends, dilation):
    """Every product written out, over the signal with its zeros."""
    padded = [0.0] * ends[0] + list(numbers) + [0.0] * ends[1]
    count = (len(padded) - dilation * (len(weights) - 1) - 1) // stride + 1
    return [
        sum(weight * padded[at * stride + tap * dilation] for tap, weight in enumerate(weights)) for at in range(count)
    ]


@pytest.mark.parametrize(("link", "weights", "stride", "ends", "dilation"), [
    ({"signal": "Heartbeat", "filter1": "Mean", "k1": "4"}, [0.25] * 4, 1, (3, 0), 1),
    ({"signal": "Noisy sine", "filter1": "Outline", "k1": "3", "ends": "both ends", "d1": "3"},
     [-1, 2, -1], 1, (3, 3), 3),
    ({"signal": "Noisy sine", "filter1": "Difference", "k1": "2", "ends": "both ends"}, [-1, 1], 1, (0, 1), 1),
    ({"signal": "Spike", "filter1": "Your own numbers", "own1": "0.5 -2 0 3", "k1": "4", "s1": "3", "ends": "none"},
     [0.5, -2, 0, 3], 3, (0, 0), 1),
])  # fmt: skip
def test_the_output_is_that_of_the_loop(link, weights, stride, ends, dilation):
    at = Visitor("signal", **link)
    trace, numbers = at.stage(), signal(link["signal"])
    expected = by_loop(numbers, weights, stride, ends, dilation)
    np.testing.assert_allclose(trace.arrays["output"][0], expected, rtol=0, atol=1e-6)
    dots = at.told("dots")
    np.testing.assert_array_equal(dots.arrays["output"], trace.arrays["output"])
    assert plain(written(dots.header["options"]["formula"])).split("=")[-1].split()[0] == str(len(expected))


def test_what_is_drawn_by_hand_is_the_signal_and_stands_in_the_link():
    at = Visitor("signal", **MEAN_OF_3, signal="Drawn by hand", dots="0,0.6,-0.3,0.9")
    expected = by_loop([0, 0.6, -0.3, 0.9], [1 / 3] * 3, 1, (2, 0), 1)
    np.testing.assert_allclose(at.stage().arrays["output"][0], expected, atol=1e-7)
    assert at.link("dots") == "0,0.6,-0.3,0.9"
    for nonsense in ("a", "1,,2", "nan", "1e9", ",".join("0" * 40)):
        assert Visitor("signal", signal="Drawn by hand", dots=nonsense).stage().arrays["input"].shape == (1, 1, 36)


def test_a_row_of_the_picture_is_its_levels_as_near_as_it_has_what_is_asked_for():
    at = Visitor("signal", signal="A row of the picture", row="128", **{"from": "128"})
    levels = at.stage().arrays["input"][0, 0]
    assert len(levels) == 36 and levels.max() <= 255 and (levels == np.round(levels)).all()
    small = Visitor("signal", signal="A row of the picture", sample="The 5 x 5 binary picture")
    assert small.stage().arrays["input"].shape == (1, 1, 5)
    refused = Visitor("signal", signal="A row of the picture", sample="The 5 x 5 binary picture", k1="9", ends="none")
    assert not refused.shows("stage") and "spans 9 samples, and the signal has 5" in refused.said()
    assert refused.remedies() and refused.press(refused.remedies()[0]).shows("stage")


def test_a_kernel_that_has_no_such_size_is_explained():
    at = Visitor("signal", filter1="Outline", k1="4")
    assert not at.shows("stage") and "no 1 × 4 form" in at.said()
    assert at.press(at.remedies()[0]).shows("stage")


def test_causal_reads_nothing_after_its_own_sample():
    """Every kernel, window and dilation: what comes after an output's own sample changes nothing of it."""
    numbers = np.random.default_rng(3).uniform(-1, 1, 36)
    for k, d in ((2, 1), (5, 1), (9, 4), (4, 3)):
        state = {**starts(setup.OPERATION), "k1": k, "d1": d, "ends": setup.CAUSAL}
        window, filter = setup.window(state), setup.filter_of(state)
        assert setup.around(window) == (d * (k - 1), 0)
        outputs = setup.trace(setup.Signal(numbers, "", 1), filter, window).output[0]
        for own in (0, 17, 35):
            other = numbers.copy()
            other[own + 1 :] = 0.5
            assert setup.trace(setup.Signal(other, "", 1), filter, window).output[0][own] == outputs[own]


def test_the_page_says_how_far_layers_see():
    at = Visitor("signal", layers1="5", kl="3")
    assert "= 1 + 2 · 31 = 63 samples" in at.said() and "1 + 2 · 5 = 11 samples" in at.said()
    assert "at sample 19" in at.said() and "at sample 17, before anything has happened" in at.said()


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("layers", range(1, 6))
def test_every_sentence_about_layers_follows_what_is_set(layers, k):
    """What the last output moves with, counted by nudging each sample."""
    dilations, length = [2**at for at in range(layers)], 80
    seen = []
    for at in range(layers + 1):
        numbers = np.eye(length)[:, np.newaxis]
        for dilation in dilations[:at]:
            numbers = conv1d(numbers, np.ones((1, 1, k)), padding=((k - 1) * dilation, 0), dilation=dilation)
        seen.append(int(np.count_nonzero(numbers[:, 0, -1])))
    said = Visitor("signal", layers1=str(layers), kl=str(k)).said()
    name = f"layers dilated by {listed(dilations)} see" if layers > 1 else "a layer dilated by 1 sees"
    assert f"{name} {seen[-1]} samples with {k} weights each." in said
    assert f"sees {seen[-1]} samples:" in said and f"here {listed(list(np.diff(seen)))}; without dilation" in said
    assert name.rpartition(" ")[0].capitalize() in said and f"each adds K − 1 = {k - 1} and no more" in said


def test_numbers_of_ones_own_begin_with_the_weights_that_stood():
    at = Visitor("signal", filter1="Difference", k1="3")
    before = at.stage().arrays["weight"].ravel().tolist()
    at.set(filter1="Your own numbers")
    assert at.stage().arrays["weight"].ravel().tolist() == before == [-1, 0, 1]
    assert at.link("own1") and "There are no numbers" not in at.said()
    at.set(filter1="Mean", k1=5).set(filter1="Your own numbers")  # those that were typed are not lost
    assert at.stage().arrays["weight"].ravel().tolist() == [0, -1, 0, 1, 0]
    for nothing in ("", ";", "[[]]"):
        link = Visitor("signal", filter1="Your own numbers", k1="4", own1=nothing)
        np.testing.assert_allclose(link.stage().arrays["weight"].ravel(), [0.25] * 4)


def test_a_weight_stands_on_the_stage_as_it_was_typed():
    """No common factor makes another number of a decimal: of -1.5 beside 0.2 not -15 times 1/10."""
    own = {"filter1": "Your own numbers"}
    for typed, factor in (("0.2 -1.5 0.2", (1, 1)), ("0.5 0.7", (1, 1)), ("1/3 1/3 1/3", (1, 3)), ("1/3 -1.5", (1, 1))):
        trace = Visitor("signal", **own, own1=typed, k1=str(len(typed.split()))).stage()
        assert tuple(trace.header["factor"]) == factor, typed
        at = setup.filter_of({**starts(setup.OPERATION), "filter1": OWN, "own1": typed, "k1": len(typed.split())})
        assert at.factor == Fraction(*factor)


def test_what_is_no_row_of_numbers_is_told_of_by_a_row():
    with pytest.raises(KernelError, match="write 2 to 9 weights, such as -1 0 1"):
        setup.weights_typed(";")


def test_the_dials_of_a_row_show_what_is_taken_of_a_small_picture():
    at = Visitor("signal", signal="A row of the picture", row="64", sample="The 5 x 5 binary picture", **{"from": "47"})
    at.upload("small.png", saved(photo(30, 40), "PNG"))
    assert "row 30 of 30" in at.said() and "columns 5 to 40 of 40" in at.said()
    assert (at.control("row").value, at.control("from").value) == (30, 5)
    at.set(row=4)
    assert at.setting("row") == 4 and "row 4 of 30" in at.said()


# --- in a browser ---


class Dots:
    """The signal as a person has hold of it."""

    def __init__(self, page: Page):
        self.page, self.lab = page, Lab(page).ready()
        self.root, self.pull = page.locator(".dots"), page.locator(".pull")
        expect(self.root).to_have_attribute("data-ready", re.compile("[1-9]"))

    def place(self, sample: int, value: float, padded: int) -> tuple[float, float]:
        """Where a sample's dot of that value stands on the screen; `padded`: zeros in front and samples in all."""
        box = self.page.locator(".signal-room").bounding_box()
        assert box
        high = 0.47 * (box["height"] - 26)
        before, count = padded, padded + 36
        x = box["x"] + 46 + (before + sample - 0.5) * (box["width"] - 58) / count
        return x, box["y"] + 8 + high * (0.5 - value / 2)

    def numbers(self, of: str) -> list[float]:
        return [float(number) for number in self.root.get_attribute(f"data-{of}").split(",")]

    def orange(self) -> np.ndarray:
        """Where the output's part of the canvas is painted in the cursor's colour."""
        image = self.lab.picture_of(self.root.locator("canvas")).astype(int)
        near = (np.abs(image[..., :3] - (217, 95, 2)) <= 12).all(-1) & (image[..., 3] > 200)
        return near[int(0.66 * len(near)) :]  # below the taps' way


def test_a_dot_that_is_pulled_moves_the_output_under_the_finger_and_python_agrees(open_page):
    page = open_page("signal?filter1=Mean&k1=3&signal-at=1.19")
    at = Dots(page)
    expect(page.locator(".signal-result")).to_have_text("output 19 = 0.333")
    before = at.orange()
    page.mouse.move(*at.place(18, 0, 2))
    page.mouse.down()
    page.mouse.move(*at.place(18, 0.4, 2))
    page.mouse.move(*at.place(18, 0.8, 2))
    at.lab.painted()
    # Under the finger: Python has heard of nothing yet.
    expect(page.locator(".signal-result")).to_have_text(re.compile(r"output 19 = 0\.(59|60|61)"))
    expect(at.root).to_have_attribute("data-preview", "")
    pulled = at.numbers("input")[17]
    assert pulled == pytest.approx(0.8, abs=0.04) and "dots=" not in page.url
    assert at.numbers("output")[18] == pytest.approx((1 + pulled) / 3, abs=1e-6)
    tops = [np.flatnonzero(image.any(1))[0] for image in (before, at.orange())]
    shown = at.numbers("output")
    page.mouse.up()
    page.wait_for_url(re.compile("dots="))
    expect(at.root).not_to_have_attribute("data-preview", "")
    assert at.numbers("output") == shown  # Python's, where the browser's stood
    ours, python = at.lab.numbers()
    assert ours == pytest.approx(python, abs=1e-6) and python == pytest.approx((1 + pulled) / 3, abs=1e-6)
    assert page.locator(".line").inner_text().startswith("Output 19 of 36: ")
    assert tops[1] < tops[0] - 5  # the output's dot has gone up on the screen


def test_causal_the_first_output_sees_the_first_sample_alone(open_page):
    page = open_page("signal?filter1=Mean&k1=3&signal-at=1.1")
    at = Dots(page)
    sees = page.locator(".sees")
    expect(sees).to_have_text("Output 1 is made of sample 1 alone and 2 of padding; nothing of the future.")
    page.locator("select[aria-label=Padding]").select_option("both ends")
    expect(sees).to_have_text(re.compile("samples 1 and 2 and 1 of padding; 1 of them lies in its future"))
    at.lab.press("End")
    expect(sees).to_have_text(re.compile("^Output 36 is made of samples 35 and 36 and 1 of padding; nothing"))
    # By the pointer over the output, too: the stage follows.
    page.mouse.move(at.place(7, 0, 1)[0], page.locator(".walk").bounding_box()["y"] + 60)
    expect(page.locator(".line")).to_have_text(re.compile("^Output 7 of 36"))


def test_keys_pull_the_dots_and_a_finger_draws_over_them(open_page):
    page = open_page("signal?signal=Drawn+by+hand&filter1=Mean&k1=2", (390, 844))
    at = Dots(page)
    at.pull.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(at.pull).to_have_attribute("aria-valuetext", "sample 2 of 36: 0.15")
    page.wait_for_url(re.compile(r"dots=0(%2C|,)0\.15(%2C|,)0(%2C|,)"))
    page.mouse.move(*at.place(10, 0.9, 1))
    page.mouse.down()
    page.mouse.move(*at.place(14, -0.5, 1), steps=3)
    page.mouse.up()
    page.wait_for_url(re.compile(r"dots=.*0\.[89]"))
    drawn = at.numbers("input")
    assert drawn[1] == 0.15 and all(np.diff(drawn[9:14]) < -0.2) and not any(drawn[15:])
    np.testing.assert_allclose(at.numbers("output"), by_loop(drawn, [0.5, 0.5], 1, (1, 0), 1), atol=1e-6)
