"""The picture: uploaded, photographed or a sample; its depth, its values, its working size. Kept from page to page."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.numbers import times
from cnnviz.pictures import LIMITS, Picture, open_picture
from cnnviz.pictures import sample as sample_picture
from cnnviz.ui import cached, settings, state
from cnnviz.ui.controls.basics import choice, dial, plain, refuse, select
from cnnviz.ui.settings import DEPTH, DEPTHS, DIVISORS, SAMPLE, SAMPLE_NAMES, SIZE, VALUES, YOURS
from cnnviz.ui.state import put

_OWN, _REFUSED = "picture-own", "picture-refused"


def _take(widget: str) -> None:
    """An upload or a photograph becomes the visitor's own picture, or one sentence why not; the old one stays then."""
    file = state.uploaded(widget)
    state.forget(_REFUSED)
    if file is None:
        return
    try:
        found = open_picture(file.getvalue(), file.name if widget == "upload" else "Your photograph")
        state.remember(_OWN, found)
        put(sample=YOURS)
        _another()
    except CnnvizError as error:
        state.remember(_REFUSED, (str(error), state.now(SAMPLE)))


def _another() -> None:
    """What was chosen in the picture before is not there in this one."""
    put(**state.starts(setting for setting in state.DECLARED.values() if setting.of_picture))


def picture() -> tuple[Picture, float]:
    """The chosen picture at its working size and depth, and what its levels are divided by (1 or 255)."""
    with st.sidebar:
        st.file_uploader(
            "Picture",
            key="upload",
            on_change=_take,
            args=("upload",),
            max_upload_size=LIMITS.file_bytes >> 20,
            help="PNG, JPEG, WebP, GIF or BMP. It stays on this server's memory only.",
        )
        # What comes and goes has a room that stays: what lies below would otherwise be drawn anew.
        with st.container(key="refusal-room"):
            if state.uploaded("upload") is None and state.uploaded("photograph") is None:
                state.forget(_REFUSED)  # another page, or the file was taken away
            sentence, stood = state.recall(_REFUSED, ("", ""))
            if sentence and stood == state.now(SAMPLE):  # until another picture is chosen in any way
                refuse(sentence)
        if st.toggle("use the camera", key="camera-on"):
            st.camera_input(
                "Take a picture", key="photograph", on_change=_take, args=("photograph",), label_visibility="collapsed"
            )
        chosen = select("or a sample", SAMPLE, then=_another, format_func=lambda name: name.replace(" x ", " × "))
        with st.container(key="picture-words"):
            _say_whose(chosen)
        with st.container(key="reading", horizontal=True, gap="small"):
            depth = choice("Depth", DEPTH)
            values = choice("Values", VALUES)
        longest = dial("Longest side", SIZE, help="The size that is shown and convolved. Never enlarged.")
        full = original()
        working = cached.at(full, settings.stage_side(full, longest.value), DEPTHS[depth])
        _, height, width = working.shape
        longest.say(plain(" ".join((f"{times(height, width, len(working.pixels))}.", *working.notes))))
    return working, DIVISORS[values]


def _say_whose(chosen: str) -> None:
    if chosen != YOURS:
        return
    own = state.recall(_OWN)
    if own:
        st.text(f"Yours: {own.name or 'a picture'}")
    else:
        st.info(
            "One's own picture is not kept in a link or over a reload: here are the same settings on a sample. "
            "Upload it, and it stands here."
        )


def original() -> Picture:
    """The chosen picture at its full size."""
    chosen, own = state.now(SAMPLE), state.recall(_OWN)
    if chosen == YOURS and own:
        return own
    return sample_picture(SAMPLE_NAMES.get(chosen, next(iter(SAMPLE_NAMES.values()))))
