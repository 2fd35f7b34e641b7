"""A file or a photograph becomes the visitor's own thing, or one plain sentence says why not and what is shown instead.

What lies in the uploader, what is said under it and what the page shows never disagree: an uploader or a camera whose
file is no longer the last word is emptied, and a refusal is said for as long as its file lies there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.pictures import LIMITS, Picture
from cnnviz.pictures.names import of_file
from cnnviz.pictures.photo import opened
from cnnviz.ui import state
from cnnviz.ui.controls.basics import refuse
from cnnviz.ui.state import Setting, put

T = TypeVar("T")
UPLOADER, CAMERA = "upload", "camera"
HELP = "PNG, JPEG, WebP, GIF or BMP. It stays on this server's memory only."


@dataclass(frozen=True)
class Own(Generic[T]):
    """What a visitor brought.

    thing  what was made of the picture
    file   its file's name, plain text as it is; "" for a photograph, and for a file without a name
    """

    thing: T
    file: str


@dataclass(frozen=True)
class Uploads(Generic[T]):
    """One place in the app to which visitors bring something of their own. It is kept for the session.

    name     with which the keys of its widgets begin: "digit-"
    setting  what is shown: a sample's name, or `yours`
    yours    the option of `setting` that is the visitor's own
    noun     what their own is called: "photo"
    read     (the picture as it was opened, its file) -> the thing, without the pixels of a large photograph; raises
             CnnvizError, in a sentence, where it cannot be had
    then     called once something of their own is shown
    open     where it is no picture: (all files that lie in the uploader, by their names, the last one last) -> (the
             thing, its name), likewise
    which    of several files the one that is opened, by their names; the others belong to it
    most     bytes that a file may have
    """

    name: str
    setting: Setting[str]
    yours: str
    noun: str
    read: Callable[[Picture, bytes], T] | None = None
    then: Callable[[], None] | None = None
    open: Callable[[Mapping[str, bytes]], tuple[T, str]] | None = None
    which: Callable[[Sequence[str]], str] | None = None
    most: int = LIMITS.file_bytes

    # --- what is shown ---

    def own(self) -> Own[T] | None:
        """The visitor's own, where that is shown."""
        return state.recall(f"{self.name}own") if state.now(self.setting) == self.yours else None

    def sample(self) -> str:
        """The sample that is shown where none of the visitor's own is."""
        chosen = state.now(self.setting)
        return self.setting.start if chosen == self.yours else chosen

    # --- the widgets ---

    def uploader(self, label: str, *, help: str = HELP, **of_widget: Any) -> None:
        """The uploader."""
        st.file_uploader(
            label, max_upload_size=self.most >> 20, help=help, accept_multiple_files=bool(self.open),
            **self._heard_by(UPLOADER), **of_widget,
        )  # fmt: skip

    def camera(self, label: str) -> None:
        """The camera, behind a switch: the browser asks for it only then."""
        if st.toggle("use the camera", key=f"{self.name}camera-on"):
            st.camera_input(label, label_visibility="collapsed", **self._heard_by(CAMERA))

    def words(self) -> None:
        """Why the last file was refused; or that one's own is not here, though the link speaks of it."""
        # What comes and goes has a room that stays: what lies below would otherwise be drawn anew.
        with st.container(key=f"{self.name}upload-words"):
            key, sentence = state.recall(f"{self.name}refused", ("", ""))
            lie_here = [here for here in (self._key(UPLOADER), self._key(CAMERA)) if state.uploaded(here)]
            if key in lie_here:
                refuse(sentence)
            elif state.now(self.setting) == self.yours and self.own() is None:
                st.info(
                    f"One's own {self.noun} is not kept in a link or over a reload: here is a sample. "
                    "Upload it, and it stands here."
                )

    # --- one file at a time ---

    def _heard_by(self, widget: str) -> dict[str, Any]:
        key = self._key(widget)
        return {"key": key, "on_change": self._take, "args": (widget, key)}

    def _key(self, widget: str) -> str:
        return state.widget_key(f"{self.name}{widget}", self._last_word())

    def _last_word(self) -> tuple[str, object]:
        """What is chosen, and which widget or files had the last word: once that changes, all are drawn empty."""
        return state.now(self.setting), state.recall(f"{self.name}last", "")

    def _take(self, widget: str, key: str) -> None:
        files = state.uploaded(key) or []
        files = files if isinstance(files, list) else [files]
        taken = [file.file_id for file in files]
        if files and taken == state.recall(f"{self.name}taken"):
            return  # an uploader that has been made anew repeats it: see `state.hear`
        state.forget(f"{self.name}refused")
        if not files:
            return
        state.remember(f"{self.name}taken", taken)
        is_file = widget == UPLOADER
        try:
            own = self._opened({file.name: file.getvalue() for file in files}, is_file)
        except CnnvizError as error:
            names = [file.name for file in files]
            name = of_file(self.which(names) if self.which else names[-1])
            refused = (name or "The file") if is_file else "The new photograph"
            sentence = f"{refused} cannot be read. {error} {self._shown()} is still shown."
            state.remember(f"{self.name}refused", (key, sentence))
        else:
            state.remember(f"{self.name}own", own)
            put(**{self.setting.key: self.yours})
            if self.then:
                self.then()
            if self.open:  # files that are as large as these do not stay in the uploader, which would keep them too
                state.remember(f"{self.name}last", taken)
                return
        state.remember(f"{self.name}last", widget)
        state.stays(f"{self.name}{widget}", key, self._last_word())  # the other one is drawn empty, not this one

    def _opened(self, files: Mapping[str, bytes], is_file: bool) -> Own[T]:
        """What these files are. Raises CnnvizError."""
        if self.open:
            return Own(*self.open(files))
        assert self.read
        ((name, data),) = files.items()
        with opened(data, name if is_file else "Your photograph") as picture:
            return Own(self.read(picture, data), picture.name if is_file else "")

    def _shown(self) -> str:
        """What is shown, at the beginning of a sentence."""
        own = self.own()
        if own is None:
            return f"The sample “{self.sample()}”"
        return f"Your {self.noun} {own.file}" if own.file else f"Your {self.noun} from before"
