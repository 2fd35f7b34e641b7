"""The 64 filters that conv1 has learnt, as small pictures; any of them goes to the lab."""

from __future__ import annotations

from functools import cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.models.squeezenet import squeezenet
from cnnviz.ui.controls import to_lab, typed_number
from cnnviz.ui.markup import Markup, drawing, html, joined, part, show
from cnnviz.ui.state import integer
from cnnviz.ui.words import number

ACROSS = 16
COUNT = 64
WIDE, HIGH = ACROSS * 4 - 1, COUNT // ACROSS * 4 - 1  # weights, a gap of one between filters
CHOSEN = integer("filter", 1, 1, COUNT)


def filter_of(channel: int) -> NDArray:
    """A filter of conv1 in the lab's order: (3, 3, 3), red, green and blue."""
    return squeezenet().parameters[0]["weight"][channel, ::-1].astype(np.float64)


@cache
def _mosaic() -> Markup:
    """All filters, each on its own scale around grey, a weight a square."""
    squares = []
    for channel in range(COUNT):
        weight = filter_of(channel)
        levels = np.rint(127.5 + 127.5 * weight / np.abs(weight).max()).astype(int)
        top, left = channel // ACROSS * 4, channel % ACROSS * 4
        for row in range(3):
            for column in range(3):
                colour = "".join(f"{level:02x}" for level in levels[:, row, column])
                squares.append(html('<path fill="#{}" d="M{} {}h1v1h-1z"/>', colour, left + column, top + row))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" shape-rendering="crispEdges">{}</svg>'
    return drawing(html(svg, WIDE, HIGH, joined(squares)), f"The {COUNT} filters of conv1")


def filters() -> None:
    """The filters, and one of them sent to the lab on the visitor's own picture."""
    part(
        "What conv1 has learnt: 64 filters of 3 × 3 × 3",
        "Grey is 0; brighter adds, darker takes away, in each colour. They began as noise: edges, colours and "
        "stripes are what a million photographs made of them. Take one to the lab.",
    )
    with st.container(key="conv1-filters"):
        picture, choice = st.columns([2.4, 1], gap="medium")
        with choice, st.container(key="filter-choice"):
            chosen = typed_number("Filter", CHOSEN)
            weight = filter_of(chosen - 1)
            to_lab(f"filter {chosen} in the lab, on your picture", weight, "filter to the lab")
            most = float(weight.flat[np.abs(weight).argmax()])
            st.caption(
                f"Its 27 weights add up to {number(float(weight.sum()), 3)}; farthest from 0 is "
                f"{number(most, 3)}. In the lab: rounded to three digits, stride 1, bias 0."
            )
        with picture:
            row, column = divmod(chosen - 1, ACROSS)
            place = (
                f"left:{100 * column * 4 / WIDE:.2f}%;top:{100 * row * 4 / HIGH:.2f}%;"
                f"width:{300 / WIDE:.2f}%;height:{300 / HIGH:.2f}%"
            )
            show(html('<div class="mosaic">{}<i style="{}"></i></div>', _mosaic(), place))
