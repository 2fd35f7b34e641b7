"""What a lesson shows around the stage: the formula above it, the map's figures and files below."""

from functools import partial
from typing import Any

import streamlit as st

from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.steps import Trace
from cnnviz.ui import cached, controls, formulas
from cnnviz.ui.compare import COMPARED, SCALE
from cnnviz.ui.later import is_due
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, html
from cnnviz.ui.settings import Windows, filter_of
from cnnviz.ui.settings import windows as windows_of
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import flag
from cnnviz.ui.words import number, percent

OWN_SIZE = flag("own-size")
PLACE = place_setting("at")
GROUP = "lab"  # of all that share the stage's cursor
RESULTS = (COMPARED, SCALE, OWN_SIZE, PLACE)


def formula(windows: Windows, picture: Picture) -> Markup:
    """The formula of a convolution of the picture."""
    return formula_of(windows, picture, windows.output_size(picture), formulas.reading(windows, picture))


def formula_of(windows: Windows, input: formulas.Shaped, size: tuple[int, int], reading: str) -> Markup:
    """The output-size formula with the numbers put in, the size that comes out, and whether every number is read."""
    line = lettered(formulas.output_size(windows, input))
    return html("<span>{}</span><small>{} out · {}</small>", line, times(*size), reading)


def chart(figure: Any, key: str) -> None:
    """A figure that values are read off, without Plotly's own buttons."""
    if is_due(key, figure.layout.height):
        st.plotly_chart(figure, config={"displayModeBar": False}, key=key)


def figures(trace: Trace) -> Markup:
    """The map's smallest and largest number and its share of negatives, in a line."""
    map = cached.without_rounding(trace.output, trace.reach)
    return html(
        "Smallest number of the map <b>{}</b>, largest <b>{}</b>, negative <b>{}</b>. "
        "No colour is zero, green positive, purple negative; the colours are scaled to this map.",
        number(map.min()), number(map.max()), percent(float((map < 0).mean())),
    )  # fmt: skip


def downloads(picture: Picture, divisor: float) -> None:
    """The map to take away, at the working size or of the original picture; computed when it is asked for, of what is
    set then."""
    original, asked = controls.original(), controls.lab_at_call()
    depth = "grey" if len(picture.pixels) == 1 else "rgb"
    sizes = {"this": picture.shape[1:], "the original": original.size}

    def file(longest: int, kind: str) -> bytes:
        now = asked()
        filter = filter_of(now, len(picture.pixels))
        return cached.file(original, longest, depth, filter, windows_of(now), divisor, kind)

    with st.container(key="take", horizontal=True, vertical_alignment="center"):
        st.markdown("**Download the map** (sizes are the picture’s)", width="content")
        for name, (height, width) in sizes.items():
            for kind, mime in (("png", "image/png"), ("npy", "application/octet-stream")):
                st.download_button(
                    f".{kind} of {name}{' picture' * (name == 'this')}, {times(height, width)}",
                    partial(file, max(height, width), kind),
                    file_name=f"feature-map-of-a-{height}x{width}-picture.{kind}",
                    mime=mime,
                    key=f"take {kind} {name}",
                    on_click="ignore",
                )


def at_own_size(picture: Picture, divisor: float) -> None:
    """The map of the original picture, here, where that is asked for."""
    if controls.toggle("show the original’s map here", OWN_SIZE):
        original, depth = controls.original(), "grey" if len(picture.pixels) == 1 else "rgb"
        filter, windows = controls.filter_of_lab(picture), controls.windows()
        whole = cached.file(original, max(original.size), depth, filter, windows, divisor, "png")
        with st.container(key="own-map"):
            st.image(whole, width="content", alt="The feature map of the picture at its own size")
