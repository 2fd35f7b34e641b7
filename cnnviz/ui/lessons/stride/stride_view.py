"""The main view: the dials of A and B, their formulas, their stages under one cursor."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.experiments.reads import reading
from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import cached, controls, state
from cnnviz.ui import formulas as written
from cnnviz.ui.controls import Dial
from cnnviz.ui.held import held, held_picture
from cnnviz.ui.lessons.stride.stride_ab import BOTH, LECTURE, OPERATION, Variant, blur_in_sizes
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, html, show
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


def dials() -> None:
    """K, S and P of A and of B, and the border of both, with what each does."""
    boxes = st.columns([3, 3, 0.8], gap="medium")
    drawn = []
    for setting, box in zip(BOTH, boxes[:2], strict=True):
        with box, st.container(key=f"setting-{setting.letter}"):
            drawn.append(_three(setting))
    with boxes[2], st.container(key="border-box", gap=None):
        controls.select("Border", BORDER, help="What stands in the padding.")
    for setting, of_this in zip(BOTH, drawn, strict=True):
        _say(setting, of_this, now())


def _three(setting: Variant) -> tuple[Dial, Dial, Dial]:
    keys = {"K kernel": setting.k, "S stride": setting.s, "P padding": setting.p}
    settings = {f"{setting.letter}: {name}": DECLARED[key] for name, key in keys.items()}
    k, s, p = controls.dials(st.columns(3), settings)
    controls.toggle(
        "+1 below, right",
        DECLARED[setting.more],
        widget=p.room.checkbox,
        help="One row more below and one column more on the right: what an even K needs to keep the size.",
    )
    return k, s, p


def _say(setting: Variant, drawn: tuple[Dial, Dial, Dial], state: Mapping[str, Any]) -> None:
    k, s, p = drawn
    size = state[setting.k]
    bare = Window(size, state[setting.s])
    k.say("odd: has a centre" if size % 2 else "even: no pixel is the centre")
    s.say(written.overlap(bare, bare))
    p.room.button(
        "keep the size", key=f"keep-{setting.letter}", type="tertiary", on_click=put, kwargs=setting.keeping(size)
    )


def formulas(picture: Picture) -> None:
    """For A and for B: the formula with the numbers put in, the size, how much its windows overlap."""
    with st.container(key="formulas"):
        for setting, box in zip(BOTH, st.columns(2, gap="medium"), strict=True):
            line = _formula(setting, now(), picture)
            with box:
                told = '<div class="formula of-two" data-of="{0}"><b class="letter">{0}</b>{1}</div>'
                show(html(told, setting.letter, line))


def _formula(setting: Variant, state: Mapping[str, Any], picture: Picture) -> Markup:
    problem = setting.problem(state, picture)
    if problem:
        return html("<span>gives no map: see below</span>")
    windows = setting.windows(state)
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
                windows = setting.windows(told)
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
                live = {**setting.live(told), "kernels": blurs}
                stage(
                    named, key=setting.letter.lower(), group="stride", compact=True, at=corner, link=place, held=input,
                    live=live,
                )  # fmt: skip
