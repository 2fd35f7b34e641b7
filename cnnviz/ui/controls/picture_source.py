"""The picture: uploaded, photographed or a sample; its depth, its values, its working size. Kept from page to page."""

import hashlib

import streamlit as st

from cnnviz.errors import PictureError
from cnnviz.numbers import times
from cnnviz.pictures import Film, Picture, open_film
from cnnviz.pictures import sample as sample_picture
from cnnviz.pictures.photo import Original, Photo
from cnnviz.ui import cached, settings, state
from cnnviz.ui.controls.basics import choice, dial, select
from cnnviz.ui.controls.upload import Uploads
from cnnviz.ui.settings import DEPTH, DEPTHS, DIVISORS, SAMPLE, SAMPLE_NAMES, SIZE, VALUES, YOURS
from cnnviz.ui.state import put


def choose_sample(name: str) -> None:
    """Choose the sample of that name, as a callback."""
    put(sample=name)
    state.begin_another_picture()


def _how(picture: Original) -> tuple[int, str]:
    """At which longest side and depth a page takes the picture."""
    return settings.stage_side(picture, state.now(SIZE)), DEPTHS[state.now(DEPTH)]


def _kept(picture: Picture, file: bytes) -> Photo:
    """What stays of an upload: its file; and while its pixels are at hand they are made what a page shows of them."""
    photo, how = Photo.of(picture, file), _how(picture)
    state.remember(_WORKING, ((cached.identity(photo), how), picture.at(*how)))
    return photo


def _working() -> Picture:
    """The chosen picture at its working size and depth. The last one stays with the visitor, however many others
    there are: a photo would have to be decoded for it."""
    full = original()
    wanted = cached.identity(full), _how(full)
    told, picture = state.recall(_WORKING, (None, None))
    if told != wanted:
        picture = cached.at(full, *_how(full))
        state.remember(_WORKING, (wanted, picture))
    return picture


_WORKING, _FILM = "picture-working", "picture-film"
_UPLOADS = Uploads("", SAMPLE, YOURS, "picture", read=_kept, then=state.begin_another_picture)


def _choose() -> None:
    """Whose picture, and which one."""
    _UPLOADS.uploader("Picture")
    _UPLOADS.words()
    _UPLOADS.camera("Take a picture")
    select("or a sample", SAMPLE, then=state.begin_another_picture, format_func=lambda name: name.replace(" x ", " × "))
    with st.container(key="picture-words"):
        if own := _UPLOADS.own():
            st.text(f"Yours: {own.file or 'a picture'}")


def picture() -> tuple[Picture, float]:
    """The chosen picture at its working size and depth, and what its levels are divided by (1 or 255)."""
    with st.sidebar:
        _choose()
        with st.container(key="reading", horizontal=True):
            choice("Depth", DEPTH)
            values = choice("Values", VALUES)
        working = _working()
        _, height, width = working.shape
        words = " ".join((f"{times(height, width, len(working.pixels))}.", *working.notes))
        dial("Longest side", SIZE, words=words, help="The size that is shown and convolved. Never enlarged.")
    return working, DIVISORS[values]


def photo() -> Original:
    """The chosen picture at its full size, for a page that takes numbers and a size of its own; in grey or colour is
    for the page to read."""
    with st.sidebar:
        _choose()
        choice("Depth", DEPTH)
    return original()


def film(frames: int) -> Film | None:
    """So many frames of the visitor's own picture at its working size, in grey; None of one that has fewer to read.

    As of pictures the last one stays with the visitor.
    """
    full = original()
    if not isinstance(full, Photo):
        return None
    wanted = hashlib.sha256(full.file).hexdigest(), frames, _how(full)[0]
    told, found = state.recall(_FILM, (None, None))
    if told != wanted:
        try:
            found = open_film(full.file, *wanted[1:])
        except PictureError:  # sound as far as its first frame goes, which is the picture
            found = None
        state.remember(_FILM, (wanted, found))
    return found


def original() -> Original:
    """The chosen picture at its full size."""
    own = _UPLOADS.own()
    return own.thing if own else sample_picture(SAMPLE_NAMES[_UPLOADS.sample()])
