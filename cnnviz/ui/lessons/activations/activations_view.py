"""The main view: which activation, the map before and after it, what became of its numbers; and the ending."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import figures
from cnnviz.experiments.saturation import FLAT, steepest
from cnnviz.numbers import ends, grouped, plus_minus
from cnnviz.ops import ACTIVATIONS, Activation
from cnnviz.pictures import Picture
from cnnviz.ui import controls, settings
from cnnviz.ui.curve import curve
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.activations.activations_map import SignedMap, counted, live, trace, windows
from cnnviz.ui.lessons.activations.activations_stack import GradientStack
from cnnviz.ui.markup import Markup, html, part, rows, unseen
from cnnviz.ui.results import chart
from cnnviz.ui.settings import K
from cnnviz.ui.stage import place_setting, stage
from cnnviz.ui.state import one_of, put
from cnnviz.ui.words import capital, number, percent

OFFERED = ("relu", "leaky relu", "sigmoid", "tanh", "gelu")
BY_NAME = {ACTIVATIONS[key].name: ACTIVATIONS[key] for key in OFFERED}
ACTIVATION = one_of("activation", list(BY_NAME))


def choose() -> Activation:
    """The activation, and K with what the lesson does with it."""
    left, right = st.columns([2.4, 1], gap="medium")
    with left:
        found = BY_NAME[controls.choice("Activation, applied to each number of the map", ACTIVATION)]
        st.caption(controls.plain(f"{found.name}: {found.formula}. {found.source}."))
    with right:
        words = "the sidebar’s kernel, S = 1; its map goes in, the picture’s size: its border is repeated"
        controls.dial("K kernel", K, words=words)
    return found


GROUP = "activations"
PLACE = place_setting("activated-at")
NEAR = 6.0  # the curve shows at least the numbers from -6 to 6
BINS = 81  # an odd number, so that 0 lies in the middle of a bin


def remedies(picture: Picture) -> settings.Remedies:
    """The nearest K that gives a map, and the kernel that has every size."""

    def works(state: Any) -> bool:
        return not settings.refused(
            lambda: settings.filter_of(state, len(picture.pixels)), lambda: windows(state).output_size(picture)
        )

    state, first = controls.lab(), settings.START["kernel"]
    found = settings.nearest(state, {"k": "K"}, works)
    plain = {"kernel": first, "k": 3, "rect": False}
    return found or [(f"{first}, K = 3", plain)]


def view(picture: Picture, map: SignedMap, activation: Activation) -> None:
    """The stage, its two panels on one scale, and beside it the curve under the same cursor."""
    left, right = st.columns([1.9, 1])
    at_hand = live(picture, map.divisor)
    with left, st.container(key="before-after"):
        stage(trace(map, activation), key="activation-stage", group=GROUP, compact=True, link=PLACE, live=at_hand)
    with right, st.container(key="curve-room"):
        curve(
            activation,
            map.numbers,
            key="activation-curve",
            group=GROUP,
            reach=max(NEAR, map.largest),
            steepest=steepest(activation.key),
            least=FLAT,
        )


def scale(map: SignedMap, activation: Activation) -> None:
    """What the colours mean, and what the chosen values do to the activation."""
    least, most = ends(trace(map, activation).limit)
    words = f"One scale for both panels: green to {most}, purple to {least}, no colour is 0; nothing is rescaled. "
    words += f"Values {'0–255' if map.divisor == 1 else '0–1'}: this map reaches {plus_minus(map.largest)}. "
    words += _range(map, activation)
    with st.container(key="values-words", horizontal=True, vertical_alignment="center"):
        st.markdown(controls.plain(words), width="stretch")
        other = "0–1" if map.divisor == 1 else "0–255"
        st.button(f"values {other}", key="other-values", on_click=put, kwargs={"values": other})


def _range(map: SignedMap, activation: Activation) -> str:
    """What the range of the numbers is to the activation."""
    saturated = percent(counted(map, activation).saturated, map.numbers.size)
    name = capital(activation.name)
    if activation.key in ("relu", "leaky relu"):
        return f"{name} has the same shape at every size: what is not above 0, {saturated}, lies on its flat side."
    if activation.key == "gelu":
        return f"{name} bends near 0 and is all but ReLU beyond ±3; {saturated} lie where it is flat."
    flat = {"sigmoid": "±4.4", "tanh": "±2.2"}[activation.key]
    told = f"{name} is flat beyond {flat}, and {saturated} lie there."
    if map.largest > 20:
        told += f" What comes out is at most 1, next to white on a scale to {number(map.largest)}."
    return told


def histograms(map: SignedMap, activation: Activation) -> None:
    """How often which numbers come, before and after, in the same bins."""
    found = trace(map, activation)
    part(
        "The numbers before and after",
        f"Same bins for both. {capital(activation.name)} {_fate(activation)}. The scale of shares is logarithmic: "
        "without that, one bar would hide all the others.",
    )
    reach = max(found.limit, 1e-9)
    figure = figures.histogram(
        {"before": map.numbers, f"after {activation.name}": found.output},
        bins=BINS,
        range=(-reach, reach),
        log_y=True,
        x_title="the number",
        y_title="share of the map",
    )
    chart(figure, "before-after-chart")


def _fate(activation: Activation) -> str:
    return {
        "relu": "puts all that lies left of 0 into the one bin at 0, and leaves the right side as it is",
        "leaky relu": "pushes the left side to a hundredth of itself, and leaves the right side as it is",
        "sigmoid": "puts everything between 0 and 1; a 0 becomes 0.5",
        "tanh": "puts everything between −1 and 1",
        "gelu": "lets no number fall below −0.17, and leaves large ones nearly as they are",
    }[activation.key]


def table(map: SignedMap, activation: Activation) -> None:
    """All five on this map, counted."""
    size = map.numbers.size
    lines = []
    for name, other in BY_NAME.items():
        found = counted(map, other)
        lines.append([
            name,
            _of(found.zeroed, size),
            _of(found.saturated, size),
            f"{number(found.least)} to {number(found.most)}",
            number(found.slope),
        ])  # fmt: skip
    negative, zero = int(np.count_nonzero(map.numbers < 0)), int(np.count_nonzero(map.numbers == 0))
    part(
        "What each of them does to this map",
        f"{grouped(size)} numbers: {grouped(negative)} negative, {grouped(zero)} zero before anything is done. "
        f"Zeroed: not 0 before, exactly 0 after. Saturated: at a place where the slope is below {percent(FLAT)} of "
        "the largest that this activation has, so that next to nothing of a gradient comes back.",
        rows(
            [unseen("activation"), "zeroed", "saturated", "comes out", "mean slope"],
            lines,
            chosen=list(BY_NAME).index(activation.name),
        ),
    )


def _of(count: int, size: int) -> Markup:
    return html("{}<small>{}</small>", percent(count, size), grouped(count))


def ending(map: SignedMap | None, activation: Activation, stack: GradientStack) -> Ending:
    """What is seen, of the map too where there is one, and a question; HTML, without a word of the visitor's."""
    see = ""
    if map:
        found, size = counted(map, activation), map.numbers.size
        see = (
            f"{capital(activation.name)} zeroes {percent(found.zeroed, size)} of this map’s {grouped(size)} numbers; "
            f"{percent(found.saturated, size)} lie where it is saturated. "
        )
    if stack.depth > 1:
        see += (
            f"Through {stack.depth} layers ({stack.start}) sigmoid leaves {number(stack.left('sigmoid'))} of a "
            f"gradient and ReLU {number(stack.left('relu'))}. The claim holds with a condition: where it is open, ReLU "
            "does not shrink a gradient, but slope and weights decide together whether it arrives."
        )
    else:
        see += "A stack of one layer gets a gradient whole; more layers show what becomes of it."
    return Ending(
        see,
        "Take 30 layers, and let the weights start as Glorot, then as normal 0.01: does ReLU still save the gradient? "
        "And which activation keeps most of it with Glorot’s start?",
    )
