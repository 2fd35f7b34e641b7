"""The main view: K, the grid, what counts as alike; the two stages under one cursor."""

from collections.abc import Iterator

import streamlit as st

from cnnviz.experiments.self_attention import FEATURES, Mixed
from cnnviz.numbers import many, times
from cnnviz.ui import controls
from cnnviz.ui.lessons.attention.attention_both import MIX, NEAR, PLACE, SIDE, TONE, Both
from cnnviz.ui.markup import NOTHING, Markup, html, show
from cnnviz.ui.panel import panel
from cnnviz.ui.settings import K
from cnnviz.ui.stage import stage
from cnnviz.ui.state import now
from cnnviz.ui.words import number

GROUP = "attention"


def dials(both: Both) -> None:
    """K of the convolution, the grid, what the query asks for, and whether the pixels are mixed up."""
    _, height, width = both.picture.shape
    tone, near = now(TONE), now(NEAR)
    row = (
        controls.dial_of("K kernel", K, words=f"convolution: {many(both.filter.weight.size, 'weight')}"),
        controls.dial_of("Places", SIDE, words=f"{times(height, width)} = {both.places} means of patches"),
        controls.dial_of("Tone", TONE, words="dark to dark, light to light" if tone else "does not count"),
        controls.dial_of("Nearness", NEAR, words="attention to near ones" if near else "no place knows where it is"),
        controls.switch_of("Mix up pixels", MIX),
    )
    panel("attention-dials", row)


def stages(both: Both, divisor: float) -> None:
    """The convolution and the attention, each with its weights painted over the picture; above it what those are."""
    traces = both.convolution(divisor), both.attending(divisor)
    for box, name, trace, told, link, live, mixed in zip(
        st.columns(2, gap="medium"), ("same", "own"), traces, _told(both), (PLACE, None), both.live(), both.mixing,
        strict=True,
    ):  # fmt: skip
        with box, st.container(key=f"attention-{name}"):
            show(told)
            stage(
                trace, key=f"weights-{name}", group=GROUP, compact=True, weights=True, link=link,
                at=both.start if link else None, limit=255 / divisor, figures=_mixed(both, mixed), live=live,
                pins=PLACE,
            )  # fmt: skip


def _told(both: Both) -> Iterator[Markup]:
    """What the weights of either are, in a line."""
    weights, places = both.filter.weight.size, both.places
    line = '<div class="claim"><span><b>{}</b>, {}</span><small>{}</small></div>'
    yield html(line, many(weights, "weight"), f"the same at all {places} places", f"{both.filter.name}, zeros around")
    told = f"softmax(q · k / √{FEATURES}), green over the picture"
    yield html(line, many(places, "weight"), "at each place its own", told)


def _mixed(both: Both, found: Mixed) -> Markup:
    if not now(MIX):
        return NOTHING
    if not found.differ:
        return html("Put back in order, <b>all {}</b> numbers are those of before the mixing.", both.places)
    said = "Put back in order, <b>{}</b> of {} numbers are others than before the mixing, by up to {}."
    return html(said, found.differ, both.places, number(found.largest, 3))
