"""The main view: what goes in and what slides, the dots and the stage under one cursor; what an output knows."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.errors import KernelError
from cnnviz.geometry import Window
from cnnviz.kernels import formatted
from cnnviz.pictures.photo import Original
from cnnviz.steps import ROUNDING
from cnnviz.ui import controls as shared
from cnnviz.ui import formulas, state
from cnnviz.ui.dots import dots
from cnnviz.ui.grid import grid
from cnnviz.ui.held import held
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.signal import signal_setup as setup
from cnnviz.ui.lessons.signal.signal_layers import summary
from cnnviz.ui.lessons.signal.signal_setup import (
    BOTH,
    CAUSAL,
    D1,
    ENDS,
    FILTER,
    FINDS,
    FROM,
    HAND,
    K1,
    NONE,
    OPERATION,
    ROW,
    ROW_OF_PICTURE,
    S1,
    SIDE,
    SIGNAL,
    Signal,
)
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import html, image, part, rows, show
from cnnviz.ui.panel import panel
from cnnviz.ui.settings import OWN, Windows
from cnnviz.ui.stage import place_setting, stage
from cnnviz.ui.state import put
from cnnviz.ui.words import capital, many

GROUP = "signal"
PLACE = place_setting("signal-at")
FIRST = 18  # the output to begin at, counted from 0: the first that the step reaches
SAID = "signal-refused"


def now() -> dict[str, Any]:
    """What is set."""
    return state.values(OPERATION)


def controls(picture: Original) -> None:
    """What goes in, the kernel, and how it slides, in a row; the kernel's weights to edit."""
    told = now()
    at = setup.window(told)
    bare = formulas.neighbours(at.extent, at.stride)
    row = [
        shared.choice_of("Signal", SIGNAL),
        shared.choice_of("Kernel", FILTER, take=lambda name: put(**setup.chosen(now(), name))),
        shared.dial_of("K kernel", K1, words=many(told["k1"], "weight")),
        shared.dial_of("S stride", S1, words=f"windows {bare}"),
        shared.dial_of("D dilation", D1, words=f"{at.kernel_size} taps span {at.extent}"),
        shared.choice_of("Padding", ENDS),
    ]
    left, right = st.columns([4.6, 1], gap="medium")
    with left:
        panel("signal-settings", row)
    with right, st.container(key="signal-weights"):
        _weights(told)
        st.caption(FINDS[told["filter1"]])
    with st.sidebar:
        st.caption("A row of it, in grey, can be the signal.")
    if told["signal"] == ROW_OF_PICTURE:
        _row(told, picture)


def _weights(told: Mapping[str, Any]) -> None:
    refused, *stood = state.recall(SAID, ("",))
    found = None
    with suppress(KernelError):
        found = setup.filter_of(told)
    grid(
        found, size=(1, told["k1"]), square=False, kernels=held(setup.in_sizes(told), "kernel"),
        own=told["filter1"] == OWN, key="grid", on_edit=_edited,
        refused=refused if stood == [told["filter1"], told["own1"]] else "",
    )  # fmt: skip


def _edited(typed: str) -> None:
    """Weights typed into the grid become the kernel; K follows their number."""
    state.forget(SAID)
    if not typed.strip():
        return
    try:
        weights = setup.weights_typed(typed)
    except KernelError as problem:
        state.remember(SAID, (str(problem), state.now(FILTER), state.now(setup.OWN_WEIGHTS)))
        return
    put(filter1=OWN, own1=formatted([weights]), k1=len(weights))


def _row(told: Mapping[str, Any], picture: Original) -> None:
    """Which row of the picture, and from where on it; the picture with the row marked."""
    levels = setup.working(picture).levels()[0]
    height, width = levels.shape
    row, across = setup.place_on(told, levels.shape)
    with st.sidebar, st.container(key="signal-row"):
        mark = html(
            '<i style="left: {}%; width: {}%; top: {}%; height: {}%"></i>',
            100 * across.start / width, 100 * (across.stop - across.start) / width, 100 * row / height, 100 / height,
        )  # fmt: skip
        show(html('<div class="of-row">{}{}</div>', image(levels[None], "The picture in grey"), mark))
        # What is taken, which is not what is set where the picture has no such row: the dials say the first.
        for label, setting, taken, most, words in (
            ("Row", ROW, row, height, f"row {row + 1} of {height}"),
            ("From column", FROM, across.start, width - (across.stop - across.start) + 1,
             f"columns {across.start + 1} to {across.stop} of {width}"),
        ):  # fmt: skip
            shared.bare_dial(label, setting.key, taken + 1, (1, most), _putting(setting), words=words)
        st.caption(f"Of the picture in grey, at most {SIDE} pixels a side.")


def _putting(setting: state.Setting[int]) -> Callable[[int], None]:
    return lambda value: put(**{setting.key: value})


def _drawn(text: str) -> None:
    numbers = setup.DRAWN.read(text)
    if numbers:
        put(signal=HAND, dots=numbers)


def view(picture: Original) -> Signal | None:
    """The dots and the stage; what cannot be is explained. Returns the signal where there is an output."""
    told = now()
    signal = setup.signal_of(told, picture)
    problem = setup.problem(told, len(signal.numbers))
    if problem:
        shared.explain(problem, setup.working(picture), setup.remedies(told, len(signal.numbers)), shown=False)
        return None
    window, kernel = setup.window(told), setup.filter_of(told)
    trace = setup.trace(signal, kernel, window)
    id, _ = setup.in_sizes(told)  # held for the weights' grid
    live = setup.live(told, signal, id)
    count = trace.output.shape[1]
    unread = len(window.unread(len(signal.numbers)))
    are = "is" if unread == 1 else "are"
    reading = f"{many(unread, 'sample')} {are} never read" if unread else "every sample is read"
    # One axis: in letters what is said of height and width alike.
    letters, filled = formulas.general(Windows(window, window)), formulas.with_numbers(window, len(signal.numbers))
    out = many(count, "number")
    line = html("<span>{} = {}</span><small>{} out · {}</small>", lettered(letters), filled, out, reading)
    dots(trace, key="signal-dots", group=GROUP, reach=signal.reach, live=live, formula=line, on_drawn=_drawn)
    stage(trace, key="signal-stage", terms=True, group=GROUP, at=(0, FIRST), link=PLACE, live=live)
    return signal


KINDS = (CAUSAL, BOTH, NONE)


def future(signal: Signal | None) -> None:
    """What an output knows of what comes after it, by the padding."""
    told = now()
    windows = [setup.window({**told, "ends": ends}) for ends in KINDS]
    lines = [
        [ends, f"{window.before}, {window.after}", _count(window, signal), *map(str, setup.around(window))]
        for ends, window in zip(KINDS, windows, strict=True)
    ]
    causal, both = windows[:2]
    part(
        "What an output knows of the future",
        "A filter that answers while a signal still arrives, of speech or of a heart, cannot wait for what is to come. "
        f"So all of its padding stands in front, D(K − 1) = {causal.before} zeros: each output is made of its own "
        "sample and of those before it, and of no other. That is called causal. Padding at both ends, as for "
        f"pictures, puts an output in the middle of its window: it knows {many(setup.around(both)[1], 'sample')} of "
        "what is still to come.",
        rows(["padding", "zeros in front, behind", "numbers out", "samples before its own", "after it"], lines,
             chosen=KINDS.index(told["ends"])),
    )  # fmt: skip


def _count(window: Window, signal: Signal | None) -> str:
    length = len(signal.numbers) if signal else 0
    return str(window.output_size(length)) if window.fits(length) else "none"


def ending(signal: Signal | None) -> Ending | None:
    """What was seen, and a question."""
    if not signal:
        return None
    told = now()
    causal, both = (_first(told, signal, ends) for ends in (CAUSAL, BOTH))
    see = "With padding in front alone no output reads a sample after its own. "
    if causal and both:
        see = (
            f"{capital(signal.name)}: with padding in front alone the output first leaves 0 at sample {causal}, with "
            f"padding at both ends at sample {both}{', before anything has happened' * (both < causal)}. "
        )
    return Ending(
        see + summary(),
        "Take the spike and “Mean”, K = 9. Where does the output answer it, with padding in front alone, and with "
        "padding at both ends? Then pull one dot far before the spike: which outputs move?",
    )


def _first(told: Mapping[str, Any], signal: Signal, ends: str) -> int | None:
    """The sample at which the output with that padding first leaves 0, counted from 1; None where none does."""
    window = setup.window({**told, "ends": ends})
    map = setup.trace(signal, setup.filter_of(told), window).output[0]
    found = np.flatnonzero(np.abs(map) > ROUNDING * signal.reach)
    return int(found[0]) * window.stride + 1 if len(found) else None
