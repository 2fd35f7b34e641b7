"""The main view: which pooling of which map, K S P, the formula, the stage."""

from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import controls, formulas, results, settings
from cnnviz.ui import state as session
from cnnviz.ui.cached import CHANNELS
from cnnviz.ui.lessons.pooling import pooling_maps, pooling_setting
from cnnviz.ui.lessons.pooling.pooling_maps import Pooled, Source
from cnnviz.ui.lessons.pooling.pooling_setting import MAX, OF, OPERATION, PICTURE, PK, POOL, PP, PS
from cnnviz.ui.markup import Markup
from cnnviz.ui.settings import Windows
from cnnviz.ui.stage import place_setting
from cnnviz.ui.state import one_of

PLACE = place_setting("pooled-at")
PLANE = one_of("plane", [name for names in CHANNELS.values() for name in names])


def state() -> dict[str, Any]:
    """The settings of the lesson as they stand."""
    return session.values(OPERATION)


def live() -> dict[str, Any]:
    """What of it the stage follows while it is changed."""
    return pooling_setting.live(state())


def dials(picture: Picture) -> None:
    """Which pooling of what, and K, S, P with what each does."""
    boxes = st.columns([1.75, 1, 1, 1], gap="medium")
    with boxes[0], st.container(key="pool-what", horizontal=True):
        controls.choice("Pooling", POOL)
        controls.choice("of the", OF)
    now = state()
    window = pooling_setting.window(now)
    words = (
        f"{times(now['pk'], now['pk'])} = {now['pk'] ** 2} numbers become one",
        formulas.overlap(window, window),
        _padding_words(now, picture),
    )
    controls.dials(boxes[1:], {"K kernel": PK, "S stride": PS, "P padding": PP}, words)


def _padding_words(now: dict[str, Any], picture: Picture) -> str:
    if not pooling_setting.works(now, picture):
        return "gives no map: see below"
    if now["pp"] == 0:
        return "none, as pooling usually has"
    return "never the largest" if now["pool"] == MAX else "zeros that count in the mean"


def pooled(picture: Picture, divisor: float) -> Pooled:
    """The map of the visitor's choice and its pooling. Raises CnnvizError."""
    return pooling_maps.pooled(_source(picture, divisor), pooling_setting.layer(state()))


def _source(picture: Picture, divisor: float) -> Source:
    names, of_picture = CHANNELS[len(picture.pixels)], state()["of"] == PICTURE
    with st.sidebar:
        with st.container(key="plane-room"):
            chosen = of_picture and len(names) > 1
            plane = controls.choice("Plane that is pooled", PLANE, names) if chosen else names[0]
        st.markdown("**The filter of the activation map**" + ", not used now" * of_picture)
        controls.dial("K of the filter", settings.K)
    problem = None
    try:
        filter = controls.kernel(picture)
    except CnnvizError as found:
        problem = found
    if of_picture:
        return pooling_maps.source_of_picture(picture, names.index(plane), divisor, f"Picture, {plane}")
    if problem:
        raise problem
    return pooling_maps.source_of_map(picture, filter, divisor)


def remedies(picture: Picture) -> settings.Remedies:
    """The nearest settings that work."""
    return pooling_setting.remedies(state(), picture)


def formula(found: Pooled) -> Markup:
    """The output-size formula with the numbers put in, and what is left unread."""
    rows, columns = (len(window.unread(size)) for window, size in zip(found.windows, found.source.shape[1:]))
    unread = formulas.rows_and_columns(rows, columns)
    reading = f"{unread} never read" if unread else "every number is read"
    return results.formula_of(Windows(*found.windows), found.source, found.shape, reading)
