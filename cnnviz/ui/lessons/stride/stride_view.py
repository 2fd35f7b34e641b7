"""The main view: the dials of A and B, their formulas, their stages under one cursor."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.experiments.reads import reading
from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import cached, controls, state
from cnnviz.ui import formulas as written
from cnnviz.ui.held import held, held_picture
from cnnviz.ui.lessons.stride.stride_ab import BOTH, LECTURE, OPERATION, Variant, blur_in_sizes, frameworks_at
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, html, show
from cnnviz.ui.panel import panel
from cnnviz.ui.settings import BORDER
from cnnviz.ui.stage import place_setting, stage
from cnnviz.ui.state import DECLARED, put
from cnnviz.ui.words import number, percent

PLACE_A, PLACE_B = place_setting("at-a"), place_setting("at-b")
PLACES = {"A": PLACE_A, "B": PLACE_B}


def now() -> dict[str, Any]:
    """The settings of A and B as they stand."""
    return state.values(OPERATION)


def lecture() -> None:
    """The lecture's own case, one click away."""
    st.button(lettered("demo: W = 5, K = 3, S = 2, P = 1"), key="lecture", on_click=controls.show_demo, kwargs=LECTURE)
    st.button("as TensorFlow", key="frameworks", on_click=put, kwargs=frameworks_at(3, 2))


def dials(picture: Picture) -> None:
    """K, S and P of A and of B, and the border of both, with what each does."""
    boxes = st.columns([3, 3, 0.8], gap="medium")
    for setting, box in zip(BOTH, boxes[:2], strict=True):
        with box, st.container(key=f"setting-{setting.letter}"):
            _three(setting, now(), picture)
    with boxes[2]:
        panel("border-box", [controls.choice_of("Border", BORDER, help="What stands in the padding.")])


def _three(setting: Variant, state: Mapping[str, Any], picture: Picture) -> None:
    boxes, size = st.columns(3), state[setting.k]
    bare = Window(size, state[setting.s])
    words = "odd: has a centre" if size % 2 else "even: no pixel is the centre", written.overlap(bare, bare)
    both = {f"{setting.letter}: K kernel": DECLARED[setting.k], f"{setting.letter}: S stride": DECLARED[setting.s]}
    controls.dials(boxes[:2], both, words)
    with boxes[2]:
        if state[setting.same]:
            _same(setting, state, picture)
            return
        keep = ("keep the size", partial(put, **setting.keeping(size)))
        controls.dial(f"{setting.letter}: P padding", DECLARED[setting.p], act=keep)
        controls.toggle(
            "+1 below, right",
            DECLARED[setting.more],
            widget=st.checkbox,
            help="One row more below and one column more on the right: what an even K needs to keep the size.",
        )


def _same(setting: Variant, state: Mapping[str, Any], picture: Picture) -> None:
    """A padding that nobody sets: what it comes to, and the way back."""
    (top, bottom), (left, right) = setting.windows(state, picture).padding
    show(html(
        '<div class="same"><b>{}: P padding</b>{} above, {} below,<br>{} left, {} right</div>',
        setting.letter, top, bottom, left, right,
    ))  # fmt: skip
    controls.toggle("SAME", DECLARED[setting.same], widget=st.checkbox, help="TensorFlow’s. Off: P is yours to set.")


def formulas(picture: Picture) -> None:
    """For A and for B: the formula with the numbers put in, the size, how much its windows overlap."""
    with st.container(key="formulas"):
        for setting, box in zip(BOTH, st.columns(2, gap="medium"), strict=True):
            line = _formula(setting, now(), picture)
            with box:
                of = setting.letter
                show(html('<div class="formula of-two" data-of="{0}"><b class="letter">{0}</b>{1}</div>', of, line))


def _formula(setting: Variant, state: Mapping[str, Any], picture: Picture) -> Markup:
    problem = setting.problem(state, picture)
    if problem:
        return html("<span>gives no map: see below</span>")
    windows = setting.windows(state, picture)
    height, width = windows.output_size(picture)
    counted = reading(windows.rows, windows.columns, picture.shape[1:])
    shared = f" ({percent(counted.shared)})" if counted.shared else ""
    return html(
        "<span>{}</span><small><b>{}</b> · {}{} · a pixel is read {} times on average</small>",
        written.filled(windows, picture), times(height, width), written.overlap(windows.rows, windows.columns), shared,
        number(counted.mean, 3),
    )  # fmt: skip


def stages(picture: Picture, divisor: float) -> None:
    """The two stages under one cursor. A setting that gives no map says why; the other one stays."""
    told = now()
    input, blurs = held_picture(picture), held(cached.kernels(*blur_in_sizes(), len(picture.pixels)), "kernel")
    for setting, box in zip(BOTH, st.columns(2, gap="medium"), strict=True):
        with box, st.container(key=f"stage-{setting.letter}"):
            try:
                windows = setting.windows(told, picture)
                filter = setting.filter(told, len(picture.pixels))
                trace = cached.convolve(picture, filter, windows, divisor)
            except CnnvizError as problem:
                controls.explain(
                    f"{setting.letter} gives no map. {problem}",
                    picture,
                    setting.remedies(told, picture),
                    key=f"problem-{setting.letter}",
                    shown=False,
                )
            else:
                names = {**trace.names, "input": f"{setting.letter}: picture", "output": f"{setting.letter}: box blur"}
                # Where the borrowed pixels are tied to their origins.
                corner = None if windows.border == "zeros" else (0, 0)
                named, place = replace(trace, names=names), PLACES[setting.letter]
                # SAME pads anew with each K and S: under the finger the browser does not know it.
                live = None if told[setting.same] else {**setting.live(told), "kernels": blurs}
                stage(
                    named, key=setting.letter.lower(), group="stride", compact=True, at=corner, link=place, held=input,
                    live=live,
                )  # fmt: skip
