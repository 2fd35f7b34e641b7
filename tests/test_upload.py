"""What a visitor brings: the file that lies in the uploader, the sentence under it and what is shown never disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from cnnviz.pictures import encode_png, open_picture
from cnnviz.pictures.ready import drawing
from cnnviz.ui import state
from cnnviz.ui.controls import Uploads
from cnnviz.ui.state import one_of
from paper import USUAL, jpeg
from visitor import Visitor


@dataclass(frozen=True)
class Place:
    """One of the places to which something can be brought."""

    page: str
    link: dict[str, str]
    name: str  # with which the keys of its widgets begin
    choice: str
    other: str  # a sample that is not the first
    still: str  # what a refusal says is still shown, before anything was brought
    yours: str  # what one's own is called
    good: Callable[[], bytes]
    shown: Callable[[Visitor], object]


def picture(seed: int = 0) -> bytes:
    return encode_png(np.random.default_rng(seed).integers(0, 256, (3, 40, 90), np.uint8))


LAB = Place(
    "convolution", {"size": "24"}, "", "sample", "Coffee cup", "The sample “Chelsea the cat” is still shown.",
    "picture", picture, lambda at: at.stage().input.tobytes(),
)  # fmt: skip
PHOTO = Place(
    "deep", {}, "", "sample", "Camera operator", "The sample “Chelsea the cat” is still shown.",
    "picture", picture, lambda at: at.sent_to("overlay")[0]["photo"].tobytes(),
)  # fmt: skip
SECOND = Place(
    "deep", {}, "second-", "second", "Camera operator", "The sample “Coffee cup” is still shown.", "picture",
    picture, lambda at: [body for body in at.markup() if 'class="answers"' in body][1],
)  # fmt: skip
DIGIT = Place(
    "lenet", {"digit": "Photo"}, "digit-", "digit-photo", "A 2 in chalk",
    "The sample “A 4 on lined paper” is still shown.", "photo",
    lambda: jpeg(drawing(7), USUAL), lambda at: at.told("volumes")["picture"].tobytes(),
)  # fmt: skip
PLACES = pytest.mark.parametrize("place", [LAB, PHOTO, SECOND, DIGIT], ids=["lab", "deep", "second", "digit"])
WITH_A_CAMERA = pytest.mark.parametrize("place", [LAB, DIGIT], ids=["lab", "digit"])


def opened(place: Place) -> Visitor:
    return Visitor(place.page, **place.link)


def give(at: Visitor, place: Place, name: str, data: bytes) -> Visitor:
    return at.upload(name, data, f"{place.name}upload")


def lies_there(at: Visitor, place: Place, widget: str = "upload") -> str:
    """The file in the uploader or the camera; "" where there is none."""
    file = at.control(f"{place.name}{widget}").value
    return file.name if file else ""


def errors(at: Visitor) -> list[str]:
    told = at.markdown()
    return [body for body in told if "cannot be read" in body]


def blank() -> bytes:
    return encode_png(np.full((1, 200, 300), 240, np.uint8))


def ten_digits() -> bytes:
    sheet = open_picture(jpeg(drawing(7), USUAL)).at(160, "grey").levels()
    return encode_png(np.tile(sheet, (1, 2, 5)))


@PLACES
def test_a_refusal_names_the_file_and_what_is_still_shown(place):
    at = opened(place)
    sample = place.shown(at)
    give(at, place, "notes.jpg", b"no picture at all")
    assert errors(at) == [
        "notes.jpg cannot be read. This is no picture that can be opened here: choose a PNG, JPEG, WebP, GIF or BMP "
        f"file. {place.still}"
    ]
    assert place.shown(at) == sample
    assert lies_there(give(at, place, "Five.png", place.good()), place) == "Five.png"
    own = place.shown(at)
    assert not errors(at) and own != sample
    give(at, place, "", b"")
    assert errors(at) == [
        "The file cannot be read. The file is empty: choose a PNG or JPEG picture. "
        f"Your {place.yours} Five.png is still shown."
    ]
    assert place.shown(at) == own
    at.set({place.choice: place.other})
    give(at, place, "notes.jpg", b"no picture at all")
    assert errors(at)[0].endswith(f"The sample “{place.other}” is still shown.")


@pytest.mark.parametrize(("make", "why"), [(blank, "the picture is blank"), (ten_digits, "one digit")])
def test_a_photo_without_one_digit_is_refused_as_a_file_is(make, why):
    at = give(opened(DIGIT), DIGIT, "five.jpg", DIGIT.good())
    own = DIGIT.shown(at)
    give(at, DIGIT, "sheet.png", make())
    (told,) = errors(at)
    assert told.startswith("sheet.png cannot be read. ") and why in told
    assert told.endswith("Your photo five.jpg is still shown.") and DIGIT.shown(at) == own


@PLACES
def test_another_sample_takes_the_refused_file_and_its_sentence_away(place):
    at = give(give(opened(place), place, "five.png", place.good()), place, "notes.jpg", b"no picture")
    assert lies_there(at, place) == "notes.jpg"
    at.set({place.choice: place.other})
    assert not errors(at) and lies_there(at, place) == ""
    # Back to their own: nothing of the refused one comes back.
    at.set({place.choice: at.control(place.choice).options[-1]})
    assert not errors(at) and lies_there(at, place) == ""


def test_so_does_whatever_else_chooses_another_picture():
    at = give(opened(LAB), LAB, "notes.jpg", b"no picture")
    at.press("demo 5 × 5 demo")
    assert not errors(at) and lies_there(at, LAB) == ""
    give(at, LAB, "five.png", picture())
    at.press("demo 5 × 5 demo")
    assert lies_there(at, LAB) == "", "a file is said to be shown that is not"


@PLACES
def test_a_refused_file_that_is_taken_out_takes_its_sentence_along(place):
    at = give(opened(place), place, "notes.jpg", b"no picture")
    at.set({f"{place.name}upload": []})
    assert not errors(at)


@PLACES
def test_a_refusal_does_not_wait_on_another_page(place):
    at = give(opened(place), place, "notes.jpg", b"no picture")
    at.go("layers").go(place.page)
    assert not errors(at)


@PLACES
def test_whatever_else_is_touched_a_refusal_stays(place):
    at = give(opened(place), place, "notes.jpg", b"no picture")
    told = errors(at)
    assert told and errors(at.run()) == told and lies_there(at, place) == "notes.jpg"


@WITH_A_CAMERA
def test_of_the_uploader_and_the_camera_the_last_word_counts(place):
    at = give(opened(place), place, "notes.jpg", b"no picture")
    at.set({f"{place.name}camera-on": True})
    assert errors(at)
    at.upload("x.jpg", place.good(), f"{place.name}camera", "image/jpeg")
    assert not errors(at) and lies_there(at, place) == "" and lies_there(at, place, "camera")
    photograph = place.shown(at)
    at.upload("x.jpg", b"\xff\xd8 no picture", f"{place.name}camera", "image/jpeg")
    (told,) = errors(at)
    assert told.startswith("The new photograph cannot be read. ") and place.shown(at) == photograph
    assert told.endswith(f"Your {place.yours} from before is still shown.")
    give(at, place, "notes.jpg", b"no picture")
    assert errors(at)[0].startswith("notes.jpg") and lies_there(at, place, "camera") == ""


@PLACES
def test_a_file_s_name_in_a_refusal_is_shown_as_it_is(place):
    at = give(opened(place), place, "../**<b>my [7]\u202e.jpg", b"no picture")
    assert errors(at)[0].startswith("**<b>my [7].jpg cannot be read. ")
    assert not any("<b>my" in body for body in at.markup())


def test_no_link_is_made_of_a_file_s_name():
    name = "WWW.example.com me@example.com https:x.png"
    told = errors(give(opened(LAB), LAB, name, b"no picture"))[0]
    assert told.replace("\u2060", "").startswith(name)
    assert not re.search(r"www\.|@\w|://", told, re.IGNORECASE)  # what Streamlit takes for an address


def test_a_file_that_an_uploader_repeats_after_it_has_been_made_anew_is_no_act(monkeypatch):
    """Until a run reaches it the browser still shows the uploader of before, and tells its file with the next act."""
    session: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", session)
    drawn: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.file_uploader", lambda label, **told: drawn.update(told))
    choice = one_of("test-upload-choice", ["one", "other", "yours"])
    uploads = Uploads("test-", choice, "yours", "photo", read=lambda picture, file: picture)
    uploads.uploader("Photo")
    old = dict(drawn)
    session[old["key"]] = file = UploadedFile(UploadedFileRec("1", "a.png", "image/png", picture()), FileURLs())
    old["on_change"](*old["args"])
    assert state.now(choice) == "yours"
    state.put(**{choice.key: "other"})
    uploads.uploader("Photo")
    assert drawn["key"] != old["key"]
    old["on_change"](*old["args"])
    assert state.now(choice) == "other"
    session[drawn["key"]] = UploadedFile(UploadedFileRec("2", "a.png", "image/png", file.getvalue()), FileURLs())
    drawn["on_change"](*drawn["args"])  # the same picture, brought again
    assert state.now(choice) == "yours"
