"""The picture: uploaded, photographed or a sample; its depth, its values, its working size. Kept from page to page."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.pictures import LIMITS, SAMPLES, Picture, open_picture
from cnnviz.pictures import sample as sample_picture
from cnnviz.ui import cached, settings
from cnnviz.ui.controls.basics import choice, dial, kept, plain, put, refuse

YOURS = "Your own picture"
SAMPLE_NAMES = {told.name: key for key, told in SAMPLES.items()}
DEPTHS = {"Grey": "grey", "RGB": "rgb"}
DIVISORS = {"0–255": 1.0, "0–1": 255.0}


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
        chosen = kept(st.selectbox, "or a sample", [*SAMPLE_NAMES, YOURS], key="sample", on_change=_forgive)
        with st.container(key="picture-words"):
            _say_whose(chosen)
        with st.container(key="reading", horizontal=True, gap="small"):
            depth = choice("Depth", "depth", list(DEPTHS), "RGB")
            values = choice("Values", "values", list(DIVISORS), "0–255")
        longest = dial("Longest side", "size", 192, help="The size that is shown and convolved. Never enlarged.")
        full = original()
        working = cached.at(full, settings.stage_side(full, longest.value), DEPTHS[depth])
        _, height, width = working.shape
        longest.say(plain(" ".join((f"{height} × {width} × {len(working.pixels)}.", *working.notes))))
    return working, DIVISORS[values]


def _forgive() -> None:
    put(refusal="")


def _say_whose(chosen: str) -> None:
    if chosen != YOURS:
        return
    own = st.session_state.get("own")
    if own:
        st.text(f"Yours: {own.name or 'a picture'}")
    else:
        st.info(
            "One's own picture is not kept in a link or over a reload: here are the same settings on a sample. "
            "Upload it, and it stands here."
        )


def original() -> Picture:
    """The chosen picture at its full size."""
    chosen, own = st.session_state["sample"], st.session_state.get("own")
    return own if chosen == YOURS and own else sample_picture(SAMPLE_NAMES.get(chosen, next(iter(SAMPLES))))
