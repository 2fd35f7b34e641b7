"""Stable arithmetic where the numbers are tiny: two ways to write sigmoid, in float32."""

import math

import numpy as np
import streamlit as st

from cnnviz import figures
from cnnviz.experiments.vanishing import FLOAT32_SMALLEST
from cnnviz.ops import ACTIVATIONS
from cnnviz.ui import controls
from cnnviz.ui.markup import part, rows, show, told
from cnnviz.ui.results import chart
from cnnviz.ui.state import integer
from cnnviz.ui.words import number, percent

LEAST = -40
TINY = integer("tiny", -20, LEAST, 0)
PASSED = 3  # layers
SIGMOID = ACTIVATIONS["sigmoid"]


def naive(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sigmoid as 0.5 tanh(x/2) + 0.5 and its slope as s (1 - s), in float32: fast, and wrong far below 0."""
    half = np.float32(0.5)
    value = half * np.tanh(half * x) + half
    return value, value * (np.float32(1) - value)


def stable(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sigmoid and its slope from exp(-|x|), which is never above 1, in float32."""
    return SIGMOID.function(x), SIGMOID.derivative(x)


def tiny() -> None:
    """A number to move from 0 to -40, and what both forms make of it."""
    part(
        "Where numbers are tiny",
        "To mathematics 0.5·tanh(x/2) + 0.5 and 1 / (1 + e⁻ˣ) are the same. In float32, with about seven digits, "
        "they are not: far below 0 tanh rounds to −1, so the sum is 0, and so is the slope. The stable form, "
        "eˣ / (1 + eˣ) left of 0, adds nothing that could swallow a small number.",
    )
    left, right = st.columns([1.15, 1.3], gap="medium")
    with left:
        at = controls.dial("x, the number that goes in", TINY)
        one = np.array([at], np.float32)
        lines = [_line("with tanh", *naive(one)), _line("stable", *stable(one))]
        show(rows(["float32", "sigmoid(x)", "slope", f"left of a gradient after {PASSED} such layers"], lines))
        told(said(at))
    with right:
        x = np.linspace(LEAST, 0, 161, dtype=np.float32)
        figure = figures.lines(
            {"stable form": (x, stable(x)[0]), "0.5·tanh(x/2) + 0.5": (x, naive(x)[0])},
            x_title="x",
            y_title="sigmoid(x), float32",
            log_y=True,
            marks={f"x = {number(at)}": at},
            height=280,
        )
        chart(figure, "tiny-chart")


def _line(name: str, value: np.ndarray, slope: np.ndarray) -> list[str]:
    passed = np.prod(np.repeat(slope, PASSED), dtype=np.float32)
    return [name, number(float(value[0])), number(float(slope[0])), number(float(passed))]


def said(x: int) -> str:
    """What the two forms do to a gradient at x."""
    one = np.array([x], np.float32)
    rough, exact = float(naive(one)[1][0]), float(stable(one)[1][0])
    shown = number(x)
    layers = math.ceil(math.log(FLOAT32_SMALLEST) / math.log(exact))
    holds = (
        f"With the stable one it goes on, {number(exact)} of it a layer; after {layers} such layers it too is below "
        f"{number(FLOAT32_SMALLEST)}, where float32 drops digits."
    )
    if rough == 0:
        return f"At x = {shown} the first form stops every gradient: its slope is exactly 0. {holds}"
    error = abs(rough / exact - 1)
    if error > 0.005:
        return f"At x = {shown} the slope by the first form is {percent(error)} off: few digits are left. {holds}"
    return f"At x = {shown} both forms still agree to two digits or more. Move x to −20."
