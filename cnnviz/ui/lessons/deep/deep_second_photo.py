"""Two photos side by side: what the same maps make of another one."""

from __future__ import annotations

import streamlit as st

from cnnviz.pictures import SAMPLES, sample
from cnnviz.pictures.photo import Original, Photo
from cnnviz.ui import markup, overlay
from cnnviz.ui.controls import Uploads, select
from cnnviz.ui.lessons.deep.deep_look import Look, look_at
from cnnviz.ui.markup import Markup, html, joined
from cnnviz.ui.network_view import NetworkView
from cnnviz.ui.overlay import Panel
from cnnviz.ui.state import one_of

ANOTHER = "Another picture of yours"
NAMES = {told.name: key for key, told in SAMPLES.items() if told.file}
SECOND = one_of("second", [*NAMES, ANOTHER], "Coffee cup")
MAPS = 4
_UPLOADS = Uploads("second-", SECOND, ANOTHER, "picture", read=Photo.of)


def _second() -> Original:
    """The second picture; where the link speaks of an upload that is not here, the start."""
    with st.container(key="second-row", horizontal=True, gap="medium", vertical_alignment="bottom"):
        select("The other photo", SECOND, width=260)
        _UPLOADS.uploader("or upload one", width=320)
    _UPLOADS.words()
    own = _UPLOADS.own()
    return own.thing if own else sample(NAMES[_UPLOADS.sample()])


def two(look: Look, view: NetworkView) -> None:
    """The chosen map and the strongest others of its depth, on both photos; what each of them is called."""
    markup.part(
        "Two photos, the same maps",
        "The filters are the same whatever they are shown. The first row is your photo, the second the other one; "
        "each map has one scale for both.",
    )
    other, depth, chosen = look_at(_second()), view.column, view.unit.channel
    channels = [chosen, *(channel for channel in look.strongest(depth) if channel != chosen)][:MAPS]
    limits = {channel: max(float(seen.at(depth)[channel].max()) for seen in (look, other)) for channel in channels}
    for name, seen in (("first", look), ("second", other)):
        markup.show(_answers(seen))
        row = [
            Panel(
                view.called(depth, channel), seen.square, map=seen.at(depth)[channel],
                fields=seen.run.fields(depth.last, channel), limit=limits[channel],
            )
            for channel in channels
        ]  # fmt: skip
        overlay.panels(row, key=f"photo-{name}")


def _answers(seen: Look) -> Markup:
    """The five best classes of a photo, in a line."""
    found = [html("{} <span>{}</span>", seen.trained.classes[of], seen.share(of)) for of in seen.best(5)]
    name = seen.square.name or "Your picture"
    return html('<p class="answers"><b>{}</b> {}</p>', name, joined(found, " · "))
