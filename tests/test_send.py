"""A learnt filter sent to the lab: its numbers, rounded so that they can be read, on the picture that was chosen."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import kernels
from cnnviz.models import squeezenet
from cnnviz.pictures import sample
from cnnviz.ui.controls.one_click import lab_settings, readable
from cnnviz.ui.settings import SIZE
from oracles import convolve_by_onnxruntime
from visitor import Visitor


def deep(**link: str) -> Visitor:
    return Visitor("deep", **link)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ([[[0.67849, -0.0123, 0.00049]]], [[[0.678, -0.012, 0.0]]]),
        ([[[1234.5, -9.4, 0.4]]], [[[1230, -10, 0]]]),
        ([[[2.04e-7, -1e-9]]], [[[2.04e-7, -1e-9]]]),
        ([[[0.0, -0.0]]], [[[0.0, 0.0]]]),
    ],
)
def test_weights_keep_three_digits_of_the_largest(weight, expected):
    np.testing.assert_allclose(readable(weight), expected, atol=1e-15, rtol=1e-12)


def test_a_sent_text_reads_back_as_the_rounded_weights():
    weight = np.random.default_rng(5).normal(0, 0.2, (3, 5, 3))
    told = lab_settings(weight)
    assert (told["k"], told["kw"], told["rect"], told["p"], told["depth"]) == (5, 3, True, 2, "RGB")
    np.testing.assert_array_equal(kernels.parse(told["weights"]), readable(weight))
    assert lab_settings(weight[:1])["depth"] == "Grey"


def test_one_click_and_the_lab_shows_the_learnt_filter_on_the_chosen_picture():
    """Held against ONNX Runtime on the picture's own levels, red first; the network itself reads blue first."""
    at = deep(sample="Coffee cup", filter="19", k="7", s="3", kernel="Box blur", flip="true", depth="Grey")
    at.press("filter to the lab")
    assert at.setting("kernel") == "Your own numbers"
    learnt = squeezenet().parameters[0]["weight"][18][[2, 1, 0]]
    np.testing.assert_allclose(kernels.parse(at.setting("weights")), learnt, atol=6e-4)
    levels = sample("coffee").at(SIZE.start, "rgb").levels()[np.newaxis].astype(np.float32)
    weight = readable(learnt)[np.newaxis].astype(np.float32)
    same = (1, 1)
    expected = convolve_by_onnxruntime(levels, weight, None, same, (same, same), same, 1, "zeros")
    np.testing.assert_allclose(at.stage().output, expected[0, 0], rtol=1e-4, atol=1e-2)


def test_what_was_sent_stands_in_the_link_and_stays():
    at = deep(filter="2")
    at.press("filter to the lab")
    weights = at.link("weights")
    assert at.link("kernel") == "Your own numbers" and kernels.parse(weights).shape == (3, 3, 3)
    assert at.go("stride").go("convolution").setting("weights") == weights
