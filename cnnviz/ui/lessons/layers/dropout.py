"""Dropout on the map that is on the stage: a draw, many draws, and that the mean stays."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import ops
from cnnviz.numbers import grouped
from cnnviz.ui import state
from cnnviz.ui.controls import dial
from cnnviz.ui.lessons.layers.pictures_of_maps import side_by_side
from cnnviz.ui.lessons.layers.run import Shown
from cnnviz.ui.lessons.layers.setup import DRAW
from cnnviz.ui.markup import part
from cnnviz.ui.memory import remembered
from cnnviz.ui.state import integer, put
from cnnviz.ui.words import number, percent

FEWEST = 16  # numbers of a map of which a share can be dropped and a mean be seen to stay
NUMBERS = 20_000_000  # at most so many are drawn at random for the mean: about a fifth of a second
DROPPED = integer("dropped", 50, 0, 95)  # per cent


def dropout(shown: Shown) -> None:
    """In training a share p of the numbers becomes 0 and the others are divided by 1 − p; in inference nothing is."""
    part(
        "Dropout",
        f"<p>In training, each number of a map becomes 0 with probability p, and those that are left are divided by "
        f"1 − p, so that the mean stays. In inference nothing happens. Here on {shown.name}; put DROPOUT into the "
        f"stack and run it in training, and the layers behind it see the gaps.</p>",
    )
    with st.container(key="dropout", gap="small"):
        boxes = st.columns([1, 3], gap="medium")
        with boxes[0]:
            share = dial("p dropped, %", DROPPED)
            p, draw = share.value / 100, state.now(DRAW)
            share.say(f"those that are left are multiplied by {number(1 / (1 - p))}")
            st.button("draw again", key="dropout-again", on_click=put, kwargs={"draw": draw + 1})
        few = shown.map.size
        if few < FEWEST:
            with boxes[1]:
                st.caption(
                    f"{'One number is' if few == 1 else f'{few} numbers are'} too few to show that the mean stays: "
                    "choose a layer with larger maps."
                )
            return
        drawn, mean, draws = _draws(shown.map, hashlib.sha256(shown.map.tobytes()).digest(), shown.map.shape, p, draw)
        zeros = float((drawn == 0).mean()) - float((shown.map == 0).mean())
        kept = 1 - float((shown.map == 0).mean())
        gone = percent(zeros, kept or 1.0)
        with boxes[1]:
            side_by_side(
                [
                    ("In inference", f"the map itself, mean {number(shown.map.mean())}", shown.map),
                    (
                        "In training, one draw",
                        f"{gone} of what was not 0 dropped, mean {number(drawn.mean())}",
                        drawn,
                    ),
                    (f"Mean of {grouped(draws)} draws", f"mean {number(mean.mean())}", mean),
                ]
            )
            off = float(np.abs(mean - shown.map).mean()), float(np.abs(drawn - shown.map).mean())
            st.caption(
                f"From the map itself, one draw is off by {number(off[1])} a number on average, "
                f"the mean of {grouped(draws)} draws by {number(off[0])}: the expectation is kept."
            )


@remembered(16, together=64_000_000)
def _draws(
    _map: NDArray, digest: bytes, shape: tuple[int, ...], p: float, draw: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """One draw, the mean of many, and how many those are."""
    map = _map.astype(np.float64)
    first = ops.dropout(map, p, rng=np.random.default_rng(draw))
    draws = int(max(10, min(1000, NUMBERS // map.size)))
    rng = np.random.default_rng((draw, 1))
    total = np.zeros_like(map)
    for _ in range(draws):
        total += ops.dropout(map, p, rng=rng)
    return first, total / draws, draws
