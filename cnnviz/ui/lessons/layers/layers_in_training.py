"""What training adds, on the map that is on the stage: dropout, draw by draw, and batch norm."""

import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import figures, ops
from cnnviz.numbers import grouped, times
from cnnviz.ui import cached, state
from cnnviz.ui.controls import dial, slider
from cnnviz.ui.lessons.layers.layers_run import Shown
from cnnviz.ui.lessons.layers.layers_setup import DRAW
from cnnviz.ui.markup import Markup, html, joined, part, show, signed
from cnnviz.ui.memory import remembered
from cnnviz.ui.results import chart
from cnnviz.ui.state import integer, put, real
from cnnviz.ui.words import number, percent

FEWEST = 16  # numbers of a map of which a share can be dropped and a mean be seen to stay
NUMBERS = 20_000_000  # at most so many are drawn at random for the mean: about a fifth of a second
DROPPED = integer("dropped", 50, 0, 95)  # per cent


def dropout(shown: Shown) -> None:
    """In training a share p of the numbers becomes 0 and the others are divided by 1 − p; in inference nothing is."""
    part(
        "Dropout",
        "In training, each number of a map becomes 0 with probability p, and those that are left are divided by "
        f"1 − p, so that the mean stays. In inference nothing happens. Here on {shown.name}; put DROPOUT into the "
        f"stack and run it in training, and the layers behind it see the gaps.",
    )
    with st.container(key="dropout"):
        boxes = st.columns([1, 3], gap="medium")
        with boxes[0]:
            p, draw = state.now(DROPPED) / 100, state.now(DRAW)
            dial("p dropped, %", DROPPED, words=f"those that are left are multiplied by {number(1 / (1 - p))}")
            st.button("draw again", key="dropout-again", on_click=put, kwargs={"draw": draw + 1})
        few = shown.map.size
        if few < FEWEST:
            with boxes[1]:
                st.caption(
                    f"{'One number is' if few == 1 else f'{few} numbers are'} too few to show that the mean stays: "
                    "choose a layer with larger maps."
                )
            return
        drawn, mean, draws = _draws(shown.map, p, draw)
        zeros = float((drawn == 0).mean()) - float((shown.map == 0).mean())
        kept = 1 - float((shown.map == 0).mean())
        gone = percent(zeros, kept or 1.0)
        with boxes[1]:
            side_by_side(
                [
                    ("In inference", f"the map itself, mean {number(shown.map.mean())}", shown.map),
                    ("In training, one draw", f"{gone} of what was not 0 dropped, mean {number(drawn.mean())}", drawn),
                    (f"Mean of {grouped(draws)} draws", f"mean {number(mean.mean())}", mean),
                ]
            )
            off = float(np.abs(mean - shown.map).mean()), float(np.abs(drawn - shown.map).mean())
            st.caption(
                f"From the map itself, one draw is off by {number(off[1])} a number on average, "
                f"the mean of {grouped(draws)} draws by {number(off[0])}: the expectation is kept."
            )


@remembered(
    16, together=64_000_000, by=lambda map, *others: (hashlib.sha256(map.tobytes()).digest(), map.shape, *others)
)
def _draws(map: NDArray, p: float, draw: int) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """One draw, the mean of many, and how many those are."""
    map = map.astype(np.float64)
    first = ops.dropout(map, p, rng=np.random.default_rng(draw))
    draws = int(max(10, min(1000, NUMBERS // map.size)))
    rng = np.random.default_rng((draw, 1))
    total = np.zeros_like(map)
    for _ in range(draws):
        total += ops.dropout(map, p, rng=rng)
    return first, total / draws, draws


DRAWN = 400  # pixels of the longest side: more than a third of the page has, on any screen


def side_by_side(maps: Sequence[tuple[str, str, NDArray]]) -> None:
    """Maps (name, what is told of it, numbers) beside each other; no colour is zero, full colour the largest."""
    limit = max(float(np.abs(map).max()) for _, _, map in maps)
    # Whole numbers are left out, not averaged, so that what dropout made 0 is seen as 0.
    step = max(-(-side // DRAWN) for _, _, map in maps for side in map.shape)
    drawn = joined(_figure(name, told, map[::step, ::step], limit) for name, told, map in maps)
    show(html('<div class="maps">{}</div>', drawn))
    if step > 1:
        st.caption(f"Drawn is one number of each {times(step, step)}; the means are those of all.")


def _figure(name: str, told: str, map: NDArray, limit: float) -> Markup:
    levels = np.ascontiguousarray(map, np.float32)
    height, width = map.shape
    shape = "width: 100%" if width >= height else f"height: 100%; max-width: {100 * width / height:.0f}%"
    drawn = signed(*cached.pngs(levels, limit), name, style=f"{shape}; aspect-ratio: {width} / {height}")
    return html("<figure><div>{}</div><figcaption><b>{}</b>{}</figcaption></figure>", drawn, name, told)


GAMMA, BETA = real("gamma", 1.0, -3.0, 3.0), real("beta", 0.0, -3.0, 3.0)


def batch_norm(shown: Shown) -> None:
    """Less the mean, over the deviation, times gamma, plus beta."""
    map = shown.map.astype(np.float64)
    height, width = map.shape
    part(
        "Batch norm",
        "Each map loses its mean and is divided by its deviation; then it is multiplied by γ (gamma) and β (beta) "
        f"is added, two numbers a map that are learnt. Here on {shown.name}. The statistics run over everything that "
        "a channel holds: with a batch of pictures over all of them, with this one picture over the height and the "
        f"width of its map, {times(height, width)} = {grouped(map.size)} numbers.",
    )
    with st.container(key="batch-norm"):
        boxes = st.columns([1, 1.5, 1.5], gap="medium")
        with boxes[0]:
            gamma = slider("γ gamma", GAMMA, 0.1)
            beta = slider("β beta", BETA, 0.1)
        if map.size == 1:
            st.caption("One number has no spread: choose a map of a layer before the FC layers.")
            return
        after = ops.batch_norm(map[np.newaxis], weight=[gamma], bias=[beta], training=True)[0]
        told = [("Before", map), ("After", after)]
        for box, (name, numbers) in zip(boxes[1:], told, strict=True):
            with box:
                st.markdown(
                    f"**{name}**: mean {number(_near(numbers.mean(), numbers))}, deviation {number(numbers.std())}"
                )
                figure = figures.histogram({name: numbers}, x_title="number", marks={"mean": float(numbers.mean())})
                chart(figure, f"norm {name}")
        st.caption(
            "The shape of the distribution stays; only its place and its width change: the mean becomes β, the "
            "deviation |γ|. In inference the statistics are those gathered in training; an untrained network has "
            "none, so its batch norm takes mean 0 and variance 1 there and changes nothing but by γ and β."
        )


def _near(value: float, numbers: np.ndarray) -> float:
    """0 where rounding is all that is left of it."""
    return 0.0 if abs(value) < 1e-9 * max(1.0, float(np.abs(numbers).max())) else float(value)
