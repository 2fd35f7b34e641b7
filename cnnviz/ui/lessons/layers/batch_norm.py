"""Batch norm on the map that is on the stage: its distribution before and after, gamma and beta to move."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz import figures, ops
from cnnviz.numbers import grouped, times
from cnnviz.ui.controls import slider
from cnnviz.ui.lessons.layers.run import Shown
from cnnviz.ui.markup import part
from cnnviz.ui.state import real
from cnnviz.ui.words import number

GAMMA, BETA = real("gamma", 1.0, -3.0, 3.0), real("beta", 0.0, -3.0, 3.0)


def batch_norm(shown: Shown) -> None:
    """Less the mean, over the deviation, times gamma, plus beta."""
    map = shown.map.astype(np.float64)
    height, width = map.shape
    part(
        "Batch norm",
        "<p>Each map loses its mean and is divided by its deviation; then it is multiplied by γ (gamma) and β (beta) "
        f"is added, two numbers a map that are learnt. Here on {shown.name}. The statistics run over everything that "
        "a channel holds: with a batch of pictures over all of them, with this one picture over the height and the "
        f"width of its map, {times(height, width)} = {grouped(map.size)} numbers.</p>",
    )
    with st.container(key="batch-norm", gap="small"):
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
                st.plotly_chart(figure, config={"displayModeBar": False}, key=f"norm {name}")
        st.caption(
            "The shape of the distribution stays; only its place and its width change: the mean becomes β, the "
            "deviation |γ|. In inference the statistics are those gathered in training; an untrained network has "
            "none, so its batch norm takes mean 0 and variance 1 there and changes nothing but by γ and β."
        )


def _near(value: float, numbers: np.ndarray) -> float:
    """0 where rounding is all that is left of it."""
    return 0.0 if abs(value) < 1e-9 * max(1.0, float(np.abs(numbers).max())) else float(value)
