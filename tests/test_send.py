"""A learnt filter sent to the lab: its numbers, rounded so that they can be read, on the picture that was chosen."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import kernels
from cnnviz.models import squeezenet
from cnnviz.pictures import sample
from cnnviz.ui.controls.send import lab_settings, readable
from oracles import convolve_by_onnxruntime
from server import ROOT


def run(at: AppTest) -> AppTest:
    at = at.run()
    assert [error.message for error in at.exception] == []
    return at


def deep(**link: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.switch_page("pages/deep.py")
    for name, value in link.items():
        at.query_params[name] = value
    return run(at)


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
    at = deep(sample="Coffee cup", size="40", filter="19", k="7", s="3", kernel="Box blur", flip="true", depth="Grey")
    at = at.button(key="filter to the lab").click().run()
    assert [error.message for error in at.exception] == []
    assert at.get("bidi_component")[0] is not None and at.session_state["kernel"] == "Your own numbers"
    learnt = squeezenet().parameters[0]["weight"][18][[2, 1, 0]]
    np.testing.assert_allclose(kernels.parse(at.session_state["weights"]), learnt, atol=6e-4)
    stages = [e.proto.bytes for e in at.get("bidi_component") if e.proto.component_name.endswith("cnnviz_stage")]
    length = int.from_bytes(stages[0][:4], "little")
    header = json.loads(stages[0][4 : 4 + length])
    told = header["arrays"]["output"]
    shown = np.frombuffer(stages[0], told["dtype"], np.prod(told["shape"]), 4 + length + told["offset"])
    levels = sample("coffee").at(40, "rgb").levels()[np.newaxis].astype(np.float32)
    weight = readable(learnt)[np.newaxis].astype(np.float32)
    same = (1, 1)
    expected = convolve_by_onnxruntime(levels, weight, None, same, (same, same), same, 1, "zeros")
    np.testing.assert_allclose(shown.reshape(told["shape"]), expected[0, 0], rtol=1e-4, atol=1e-2)


def test_what_was_sent_stands_in_the_link_and_stays():
    at = deep(size="24", filter="2")
    at = run(at.button(key="filter to the lab").click())
    link = {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}
    assert link["kernel"] == "Your own numbers" and kernels.parse(link["weights"]).shape == (3, 3, 3)
    at.switch_page("pages/stride.py")
    at = run(at)
    at.switch_page("pages/convolution.py")
    assert run(at).session_state["weights"] == link["weights"]
