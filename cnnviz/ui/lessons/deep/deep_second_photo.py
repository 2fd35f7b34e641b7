"""Two photos side by side: what the same maps make of another one."""

from __future__ import annotations

import streamlit as st

from cnnviz.models.squeezenet_depths import map_name
from cnnviz.pictures import SAMPLES, Picture, sample
from cnnviz.ui import markup, overlay
from cnnviz.ui.controls import Uploads, select
from cnnviz.ui.lessons.deep.deep_look import Look, look_at
from cnnviz.ui.lessons.deep.deep_walk import Chosen
from cnnviz.ui.markup import Markup, html, joined
from cnnviz.ui.overlay import Panel
from cnnviz.ui.state import one_of
from cnnviz.ui.words import percent

ANOTHER = "Another picture of yours"
NAMES = {told.name: key for key, told in SAMPLES.items() if told.file}
SECOND = one_of("second", [*NAMES, ANOTHER], "Coffee cup")
MAPS = 4
_UPLOADS = Uploads("second-", SECOND, ANOTHER, "picture", read=lambda picture: picture)


def _second() -> Picture:
    """The second picture; where the link speaks of an upload that is not here, the start."""
    with st.container(key="second-row", horizontal=True, gap="medium", vertical_alignment="bottom"):
        select("The other photo", SECOND, width=260)
        _UPLOADS.uploader("or upload one", width=320)
    _UPLOADS.words()
    own = _UPLOADS.own()
    return own.thing if own else sample(NAMES[_UPLOADS.sample()])


def two(look: Look, at: Chosen) -> None:
    """The chosen map and the strongest others of its depth, on both photos; what each of them is called."""
    markup.part(
        "Two photos, the same maps",
        "The filters are the same whatever they are shown. The first row is your photo, the second the other one; "
        "each map has one scale for both.",
    )
    other = look_at(_second())
    channels = [at.channel, *(channel for channel in look.strongest(at.depth) if channel != at.channel)][:MAPS]
    limits = {channel: max(float(seen.at(at.depth)[channel].max()) for seen in (look, other)) for channel in channels}
    for name, seen in (("first", look), ("second", other)):
        markup.show(_answers(seen))
        row = [_panel(seen, at, channel, limits[channel]) for channel in channels]
        overlay.panels(row, key=f"photo-{name}")


def _panel(seen: Look, at: Chosen, channel: int, limit: float) -> Panel:
    map = seen.at(at.depth)[channel]
    fields = seen.trained.network.fields(at.depth.shown, channel)
    title = map_name(seen.trained, at.depth, channel)
    return Panel(f"{title} of {at.depth.name}", seen.square, map=map, fields=fields, limit=limit)


def _answers(seen: Look) -> Markup:
    """The three best classes of a photo, in a line."""
    found = [
        html("{} <span>{}</span>", seen.trained.classes[of], percent(float(seen.probabilities[of])))
        for of in seen.best(5)
    ]
    name = seen.square.name or "Your picture"
    return html('<p class="answers"><b>{}</b> {}</p>', name, joined(found, " · "))
