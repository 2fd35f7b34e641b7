"""The few controls that every lesson shares: the picture, K S P D and the border, the kernel. All of them in the URL.

Each setting has one key in `st.session_state`, which is also its name in the URL (`settings.START`).
Ranges are fixed, so nothing jumps; what cannot be is explained, with the nearest settings as buttons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz import kernels
from cnnviz.errors import CnnvizError
from cnnviz.geometry import PADDING_MODES, Window
from cnnviz.pictures import LIMITS, SAMPLES, Picture, open_picture
from cnnviz.pictures import sample as sample_picture
from cnnviz.ui import cached, formulas, settings
from cnnviz.ui.grid import grid
from cnnviz.ui.settings import KERNEL_NAMES, OWN, RANGES, START, Filter, Windows

YOURS = "Your own picture"
SAMPLE_NAMES = {told.name: key for key, told in SAMPLES.items()}
DEPTHS = {"Grey": "grey", "RGB": "rgb"}
DIVISORS = {"0–255": 1.0, "0–1": 255.0}


def put(**changes: Any) -> None:
    """Change settings, as a button's callback."""
    for key, value in changes.items():
        st.session_state[key] = value


def state() -> dict[str, Any]:
    """The settings of the operation as they stand."""
    return {key: st.session_state.get(key, start) for key, start in START.items()}


def plain(text: str) -> str:
    """Text that is shown as it is where Streamlit would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def refuse(message: str) -> None:
    """One plain sentence where something could not be had."""
    st.error(plain(message))


def choice(label: str, key: str, options: list[str], start: str) -> str:
    """One of a few, side by side."""
    chosen = st.segmented_control(label, options, key=key, default=start, required=True, bind="query-params")
    return chosen or start


# --- one number ---


@dataclass(frozen=True)
class Dial:
    """A slider's value, and the room under it for plain words on what the value does."""

    value: int
    room: DeltaGenerator

    def say(self, words: str) -> None:
        """Fill the room: once every slider is drawn, so that the words speak of the settings as they are now."""
        self.room.caption(words, width="content")


def dial(
    label: str, key: str, start: int, *, on_change: Callable[[], None] | None = None, help: str | None = None
) -> Dial:
    """A slider with its number beside it, which can be typed."""
    least, most = RANGES[key]

    def take(typed: str, before: int) -> None:
        if st.session_state[typed] == before:
            return  # nobody typed: the page is behind, and the box that it still shows reports itself
        st.session_state[key] = st.session_state[typed]
        if on_change:
            on_change()

    with st.container(key=f"dial-{key}", gap=None):
        head = st.container(key=f"head-{key}", horizontal=True, vertical_alignment="center", gap="small")
        value = st.slider(
            label,
            least,
            most,
            start,
            key=key,
            bind="query-params",
            on_change=on_change or "rerun",
            label_visibility="collapsed",
        )
        # A new box for each value. One box that the server writes to would send its old number back when keys are
        # pressed faster than the page answers, and that could not be told from typing.
        typed = f"{key}-typed-{value}"
        with head:
            st.markdown(f"**{label}**", help=help)
            st.number_input(
                f"{label}, typed",
                least,
                most,
                value,
                key=typed,
                step=1,
                on_change=take,
                args=(typed, value),
                label_visibility="collapsed",
                width=64,
            )
        room = st.container(key=f"words-{key}", horizontal=True, vertical_alignment="center", gap="small")
    return Dial(value, room)


# --- the picture ---


def _take(widget: str) -> None:
    """An upload or a photograph becomes the visitor's own picture, or one sentence why not; the old one stays then."""
    file = st.session_state.get(widget)
    st.session_state["refusal"] = ""
    if file is None:
        return
    try:
        st.session_state["own"] = open_picture(file.getvalue(), file.name if widget == "upload" else "Your photograph")
        st.session_state["sample"] = YOURS
    except CnnvizError as error:
        st.session_state["refusal"] = str(error)


def picture() -> tuple[Picture, float]:
    """The chosen picture at its working size and depth, and what its levels are divided by (1 or 255)."""
    with st.sidebar:
        st.file_uploader(
            "Picture",
            type="image",
            key="upload",
            on_change=_take,
            args=("upload",),
            max_upload_size=LIMITS.file_bytes >> 20,
            help="PNG, JPEG, WebP, GIF or BMP. It stays on this server's memory only.",
        )
        # What comes and goes has a room that stays: what lies below would otherwise be drawn anew, and forget its link.
        with st.container(key="refusal-room"):
            if st.session_state.get("upload") is None and st.session_state.get("photograph") is None:
                _forgive()  # another page, or the file was taken away
            if st.session_state.get("refusal"):
                refuse(st.session_state["refusal"])
        if st.toggle("use the camera", key="camera-on"):
            st.camera_input(
                "Take a picture", key="photograph", on_change=_take, args=("photograph",), label_visibility="collapsed"
            )
        chosen = st.selectbox(
            "or a sample", [*SAMPLE_NAMES, YOURS], key="sample", bind="query-params", on_change=_forgive
        )
        with st.container(key="picture-words"):
            original = _original(chosen)
        with st.container(key="reading", horizontal=True, gap="small"):
            depth = choice("Depth", "depth", list(DEPTHS), "RGB")
            values = choice("Values", "values", list(DIVISORS), "0–255")
        longest = dial("Longest side", "size", 192, help="The size that is shown and convolved. Never enlarged.")
        working = cached.at(original, settings.stage_side(original, longest.value), DEPTHS[depth])
        _, height, width = working.shape
        longest.say(plain(" ".join((f"{height} × {width} × {len(working.pixels)}.", *working.notes))))
    return working, DIVISORS[values]


def _forgive() -> None:
    put(refusal="")


def _original(chosen: str) -> Picture:
    own = st.session_state.get("own")
    if chosen != YOURS:
        return sample_picture(SAMPLE_NAMES[chosen])
    if own is None:
        st.info(
            "One's own picture is not kept in a link or over a reload: here are the same settings on a sample. "
            "Upload it, and it stands here."
        )
        return sample_picture(next(iter(SAMPLES)))
    st.text(f"Yours: {own.name or 'a picture'}")
    return own


def original() -> Picture:
    """The chosen picture at its full size."""
    chosen, own = st.session_state["sample"], st.session_state.get("own")
    return own if chosen == YOURS and own else sample_picture(SAMPLE_NAMES.get(chosen, next(iter(SAMPLES))))


# --- the window ---


def _even() -> None:
    put(sides="")


def sliders(picture: Picture) -> None:
    """K, S, P, D and the border in one row, with what each does to this picture."""
    boxes = st.columns([1, 1, 1, 1, 0.9], gap="medium")
    with boxes[0]:
        k = dial("K kernel", "k", START["k"])
    with boxes[1]:
        s = dial("S stride", "s", START["s"])
    with boxes[2]:
        p = dial("P padding", "p", START["p"], on_change=_even)
    with boxes[3]:
        d = dial("D dilation", "d", START["d"])
    with boxes[4], st.container(key="border-box", gap=None):
        st.selectbox("Border", PADDING_MODES, key="border", bind="query-params", help="What stands in the padding.")
        with st.popover("rectangle, sides", type="tertiary"):
            st.toggle("K's height and width differ", key="rect", bind="query-params")
            kw = dial("K's width", "kw", START["kw"])
            st.text_input(
                "Padding: top, bottom, left, right",
                key="sides",
                bind="query-params",
                placeholder="P on all four",
                help="Padding for each side. Empty: P on all four.",
            )
    now = state()
    kw.say("K is then the height." if now["rect"] else "Switch it on to give the kernel a width of its own.")
    k.say(_kernel_words(now))
    s.say(formulas.overlap(_window(now, 0), _window(now, 1)))
    p.say(_padding_words(now, picture))
    p.room.button(
        "keep the size" if now["s"] == 1 else "keep the size (S = 1)", key="keep", type="tertiary", on_click=_keep
    )
    d.say(formulas.span(_window(now, 0), _window(now, 1)))


def _window(now: Mapping[str, Any], axis: int) -> Window:
    """The window down (0) or across (1), without its padding."""
    return Window(settings.kernel_size(now)[axis], now["s"], 0, now["d"])


def windows() -> Windows:
    """The windows that the sliders mean. Raises SettingError for sides that cannot be read."""
    return settings.windows(state())


def _keep() -> None:
    put(**settings.keeping(state()))


def _kernel_words(now: Mapping[str, Any]) -> str:
    if now["rect"]:
        return f"{now['k']} high, {now['kw']} wide"
    return "odd sizes have a centre" if now["k"] % 2 else "even: no pixel is the centre"


def _padding_words(now: Mapping[str, Any], picture: Picture) -> str:
    _, height, width = picture.shape
    try:
        out = settings.windows(now).output_size(picture)
    except CnnvizError:
        return "gives no map: see below"
    told = f"keeps {height} × {width}" if out == (height, width) else f"{height} × {width} becomes {out[0]} × {out[1]}"
    return f"by sides, {now['sides']}: {told}" if now["sides"].strip() else told


# --- the kernel ---


def _edited(widget: str) -> None:
    """Numbers typed into the grid or the text box become the kernel; K follows their size."""
    text = st.session_state[widget] if widget == "weights" else st.session_state[widget].edited
    error = f"{'grid' if widget == 'weights' else widget}-error"
    st.session_state[error] = ""
    if not text:
        return
    try:
        kernel = kernels.parse(text)
    except CnnvizError as problem:
        st.session_state[error] = str(problem)
        return
    height, width = kernel.shape[-2:]
    put(kernel=OWN, weights=kernels.formatted(kernel), k=height, rect=height != width, kw=width)


def _start_from(name: str) -> None:
    """A preset is chosen: its numbers replace one's own, which are the start if none have been typed yet."""
    now = state()
    if now["kernel"] == OWN and not now["weights"]:
        put(weights=kernels.formatted(np.eye(*settings.kernel_size(now))))
    st.session_state["grid-error"] = ""


def kernel(picture: Picture) -> Filter:
    """The filter: a preset or numbers of one's own, bias, flip. Raises KernelError for a size that it does not have."""
    with st.sidebar:
        name = st.selectbox(
            "Kernel",
            [*KERNEL_NAMES, OWN],
            index=list(KERNEL_NAMES).index(START["kernel"]),
            key="kernel",
            bind="query-params",
            on_change=_start_from,
            args=("kernel",),
        )
        preset = kernels.KERNELS.get(KERNEL_NAMES.get(name, ""))
        takes, drawing = st.container(key="kernel-takes"), st.container(key="kernel-grid")
        with takes:
            if preset and "angle" in preset.takes:
                dial("Angle, degrees", "angle", START["angle"])
            if preset and "seed" in preset.takes:
                st.number_input("Seed", 0, 9999, START["seed"], key="seed", bind="query-params")
        with st.container(key="kernel-words"):
            if preset:
                shared = (
                    " In colour, times 0.299 on red, 0.587 on green, 0.114 on blue." if len(picture.pixels) == 3 else ""
                )
                st.caption(plain(preset.finds + shared), help=plain(f"{preset.scales} After {preset.source}."))
        with st.expander("Paste numbers, bias, flip"):
            st.text_area(
                "Numbers",
                key="weights",
                bind="query-params",
                on_change=_edited,
                args=("weights",),
                height=80,
                placeholder="1 0 -1; 2 0 -2; 1 0 -1",
                help="Rows end with ; or a new line, slices with |. 1/9 works.",
            )
            st.number_input("Bias", -1e6, 1e6, START["bias"], key="bias", bind="query-params", step=1.0, format="%g")
            st.toggle("flip the kernel", key="flip", bind="query-params")
            st.caption(
                "True convolution turns the kernel by 180° first. Deep learning does not: "
                "what it calls convolution is cross-correlation."
            )
        # Now that every control is drawn: before, a link's numbers, bias and flip are not in the session yet.
        found = settings.filter_of(state(), len(picture.pixels))
        with drawing:
            grid(found.drawn, len(found.weight), key="grid", on_edit=lambda: _edited("grid"))
    return found


# --- what cannot be ---


def explain(problem: CnnvizError, picture: Picture) -> None:
    """Why these settings give no map, and the nearest that do, to press."""
    with st.container(key="problem", border=True):
        st.html(f"<b>{escape(str(problem))}</b>")
        with st.container(horizontal=True):
            for label, changes in settings.remedies(state(), picture):
                st.button(label, key=f"remedy {label}", on_click=put, kwargs=changes)
        st.image(cached.shown(picture), caption=f"The picture, {picture.shape[1]} × {picture.shape[2]}", width=320)


# --- one click to a whole view ---

DEMOS = {
    "5 × 5 demo": {
        "sample": SAMPLES["binary"].name,
        "depth": "Grey",
        "values": "0–1",
        "kernel": "Diagonal cross",
        "k": 3,
        "s": 1,
        "p": 0,
        "d": 1,
    },
    "stride and padding demo": {
        "sample": SAMPLES["numbers"].name,
        "depth": "Grey",
        "values": "0–255",
        "kernel": "Box blur",
        "k": 3,
        "s": 2,
        "p": 1,
        "d": 1,
    },
}
_PLAIN = {"refusal": "", "rect": False, "sides": "", "border": "zeros", "bias": 0.0, "flip": False}


def demos() -> None:
    """The two demos of the lesson, each one click away."""
    with st.container(key="demos", horizontal=True, gap="small"):
        for name, changes in DEMOS.items():
            st.button(name, key=f"demo {name}", on_click=put, kwargs={**_PLAIN, **changes})
