"""Vanishing gradients: what reaches each layer of a real stack, beside the product that explains it."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz import figures
from cnnviz.experiments.vanishing import FLOAT32_SMALLEST, INITIALISATIONS, MOST_LAYERS, Vanishing, vanishing
from cnnviz.numbers import times
from cnnviz.ops import ACTIVATIONS, Activation
from cnnviz.pictures import Picture
from cnnviz.ui import cached, controls
from cnnviz.ui.markup import html, part, rows, told, unseen
from cnnviz.ui.memory import SMALL, by_digest, remembered
from cnnviz.ui.results import chart
from cnnviz.ui.state import integer, one_of
from cnnviz.ui.words import number

SIDE = 32
ALWAYS = ("sigmoid", "relu")
LAYERS = integer("layers", 20, 1, MOST_LAYERS)
WEIGHTS_START = one_of("start", list(INITIALISATIONS), "He (2015)")
BALANCE = 0.9, 1.1  # what a layer leaves of a gradient that neither shrinks nor grows to speak of
ALL_TICKS = 12  # up to so many layers, each has its tick


@dataclass(frozen=True)
class GradientStack:
    """What was measured: of each activation, by its key, the layers of a stack of this depth and initialisation."""

    found: dict[str, Vanishing]
    depth: int
    start: str

    def left(self, key: str) -> float:
        """The gradient that reaches the first layer, as a share of what enters at the last."""
        return self.found[key].layers[0].gradient

    def foretold(self, key: str) -> float:
        """The same by the product."""
        return self.found[key].layers[0].predicted

    def each(self, key: str) -> float:
        """What one layer leaves of it, in the geometric mean."""
        return self.left(key) ** (1 / max(1, self.depth - 1))


@remembered(256, each=SMALL, by=by_digest)
def _measured(picture: Picture, depth: int, key: str, start: str) -> Vanishing:
    return vanishing(picture.pixels, depth, key, start)


def gradients(picture: Picture, activation: Activation) -> GradientStack:
    """The controls, the chart, the sentence and the table."""
    part(
        "Do gradients vanish?",
        "A stack of CONV layers (3 × 3, padding 1, 8 filters, random weights), each followed by its activation, "
        f"runs forwards on this picture, {SIDE} pixels at its longest side, values 0–1. Then a gradient of size 1 "
        "enters at the last layer and goes backwards, in float64: each layer multiplies it by the activation’s slope "
        "and sends it through the weights. How much of it gets to the layers next to the picture, "
        "which learn from it?",
    )
    left, right = st.columns([1, 1.4], gap="medium")
    with left:
        dial = st.container()
    with right:
        start = controls.choice("How the weights start", WEIGHTS_START)
        chosen = INITIALISATIONS[start]
        st.caption(controls.plain(f"{chosen.formula}. {chosen.source}."))
    depth = "grey" if len(picture.pixels) == 1 else "rgb"
    small = cached.at(controls.original(), SIDE, depth)
    _, height, width = small.shape
    with dial:
        words = f"on {times(height, width, len(small.pixels))} numbers; the same seed each time"
        layers = controls.dial("Layers in the stack", LAYERS, words=words)
    keys = dict.fromkeys((*ALWAYS, activation.key))
    stack = GradientStack(
        {key: _measured(small, layers, key, start) for key in keys},
        layers,
        start,
    )
    _draw(stack)
    told(verdict(stack))
    _table(stack)
    return stack


def _draw(stack: GradientStack) -> None:
    series, expected = {}, set()
    layers = np.arange(1, stack.depth + 1)
    for key, found in stack.found.items():
        name = ACTIVATIONS[key].name
        series[name] = layers, np.array([layer.gradient for layer in found.layers])
        series[f"{name}, foretold"] = layers, np.array([layer.predicted for layer in found.layers])
        expected.add(f"{name}, foretold")
    sizes = np.concatenate([y for _, y in series.values()])
    sizes = sizes[sizes > 0]
    figure = figures.lines(
        series,
        x_title="layer: 1 reads the picture",
        y_title="gradient that reaches it",
        log_y=True,
        # A room of some powers of ten, so that a line that stays looks level.
        y_range=(min(1e-4, sizes.min() / 3), max(10.0, sizes.max() * 3)),
        x_range=(1, max(2, stack.depth)),
        expected=expected,
        height=340,
    )
    every = range(1, stack.depth + 1)
    figure.update_xaxes(tickvals=[*every] if stack.depth <= ALL_TICKS else [1, *every[4::5]])  # no layer 2.5
    chart(figure, "gradients-chart")


def verdict(stack: GradientStack) -> str:
    """What was measured, in a sentence or two; whoever wins."""
    if stack.depth == 1:
        return "One layer: what reaches it is what enters, 1. Give the stack more layers."
    sentence = html(
        "Through {} layers that start as {}, the first layer gets of a gradient of 1: <b>{}</b>. ",
        stack.depth,
        stack.start,
        "; ".join(f"{ACTIVATIONS[key].name} {_left(stack, key)}" for key in stack.found),
    )
    sigmoid, relu = stack.left("sigmoid"), stack.left("relu")
    factor = stack.each("relu")
    if factor < BALANCE[0]:
        sentence += (
            f"With this start ReLU’s gradient shrinks too, to {number(factor)} of itself at each layer, so it vanishes "
            "with depth, though its slope is 1 where it is open: where it is shut it is 0, and these weights do not "
            "make up for that. The activation alone does not decide it. "
        )
    elif factor > BALANCE[1]:
        sentence += (
            f"With this start ReLU’s gradient grows, to {number(factor)} times itself at each layer: these weights "
            "more than make up for the places where its slope is 0. "
        )
    else:
        sentence += "With this start ReLU’s gradient does not vanish: its slope of 1 or 0 and the weights balance. "
    if relu > sigmoid > 0:
        sentence += f"ReLU leaves {number(relu / sigmoid)} times what sigmoid leaves."
    return sentence


def _left(stack: GradientStack, key: str) -> str:
    return f"{number(stack.left(key))} (× {number(stack.each(key))} a layer)"


def _table(stack: GradientStack) -> None:
    if stack.depth == 1:
        return
    lines = []
    for key, found in stack.found.items():
        behind = found.layers[1:]  # what a gradient passes on its way to the first layer
        slope = math.exp(np.mean([math.log(layer.derivative) if layer.derivative else -math.inf for layer in behind]))
        weights = behind[0].weights
        lost = found.below_float32
        lines.append([
            ACTIVATIONS[key].name,
            number(slope),
            number(weights),
            number(slope * weights),
            number(stack.each(key)),
            number(stack.left(key)),
            number(stack.foretold(key)),
            f"{lost} of {stack.depth}" if lost else "none",
        ])  # fmt: skip
    head = [
        unseen("activation"), "slope", "× weights", "= a layer, foretold", "a layer, measured", "at layer 1, measured",
        "foretold", "layers lost in float32",
    ]  # fmt: skip
    part(
        "The product that explains it",
        "Slope: what the activation’s derivative amounts to over a layer (root mean square). Weights: √(K·K·C·v), "
        "with K = 3, C = 8 and v the variance of the weights. Their product, once for each layer passed, is the dotted "
        "line. It holds as far as weights and gradients are independent of each other, so it is near and not exact. "
        f"Lost: smaller than {number(FLOAT32_SMALLEST)}, below which float32, in which networks are trained, drops "
        "digits.",
        rows(head, lines),
    )
