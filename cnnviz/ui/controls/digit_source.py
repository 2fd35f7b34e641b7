"""The digit: drawn, photographed or one of MNIST's test digits. The same one on every page that reads digits."""

import hashlib
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnnviz import models
from cnnviz.errors import CnnvizError
from cnnviz.numbers import grouped
from cnnviz.pictures import Picture, Seen, Strokes, drawn, found
from cnnviz.pictures.digit import INK, MOST, WHOLE, Box, Step
from cnnviz.pictures.ready import PHOTOS, drawing, is_ready
from cnnviz.pictures.ready import photo as ready_photo
from cnnviz.ui import state
from cnnviz.ui.controls import upload
from cnnviz.ui.controls.basics import choice, refuse, select, typed_number
from cnnviz.ui.controls.upload import Uploads
from cnnviz.ui.drawpad import drawpad
from cnnviz.ui.markup import Markup, html, image, joined, show, style
from cnnviz.ui.memory import remembered
from cnnviz.ui.state import Setting, integer, one_of, put
from cnnviz.ui.words import a, capital

DRAW, PHOTO, TEST = "Draw", "Photo", "Test digit"
YOUR_PHOTO, BY_CAMERA = "Your own photo", "your photograph"
FIRST = 5  # what stands on the pad before anything is drawn: the page is never empty
TESTS = 2000
ROOM = 0.02  # of the photograph, around a digit in its frame
SMALL = 64  # pixels: of pictures up to here each pixel is seen
SOURCE = one_of("digit", [DRAW, PHOTO, TEST])
SAMPLE_PHOTO = one_of("digit-photo", [*PHOTOS, YOUR_PHOTO])
TEST_DIGIT = integer("test-digit", 1, 1, TESTS)
_PAD, _FILLED = "digit-pad-has", "digit-filled"  # of this session alone
NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def _linked(text: str) -> Strokes | None:
    try:
        return Strokes.from_link(text)
    except CnnvizError:
        return None


DRAWN: Setting[Strokes | None] = Setting("drawn", None, _linked, lambda strokes: strokes.for_link() if strokes else "")
WHICH = integer("which-digit", 0, 0, MOST)  # of several on one photograph or pad, from 1; 0: nobody has chosen
DIGIT = (SOURCE, SAMPLE_PHOTO, TEST_DIGIT, DRAWN, WHICH)
Levels = npt.NDArray[np.uint8]
Wrong = Collection[int] | Callable[[], Collection[int]]


def _choose(which: int) -> None:
    put(**{WHICH.key: which})


def _choose_none() -> None:
    """Another photograph, another drawing: nobody has chosen yet."""
    _choose(WHICH.start)


_UPLOADS = Uploads("digit-", SAMPLE_PHOTO, YOUR_PHOTO, "photo", read=lambda photo, _: found(photo), then=_choose_none)


@dataclass(frozen=True, eq=False)
class Digit:
    """A digit as networks take it.

    levels  uint8 (28, 28), the ink bright on 0; all 0 where nothing is drawn
    name    plain text: "your digit", "test digit 17", or what a stranger called a file
    label   what it is, where that is known
    steps   (words, uint8 (H, W) or (3, H, W)) of how it came about
    boxes   of all digits in the first step, in the order in which they are read; none where the digit is all of it
    at      the place of this one among them
    is_file whether `name` is a file's, which stays as it is wherever it stands
    """

    levels: Levels
    name: str
    label: int | None = None
    steps: tuple[tuple[str, Levels], ...] = ()
    boxes: tuple[Box, ...] = ()
    at: int = 0
    is_file: bool = False

    @property
    def title(self) -> str:
        """The name where a sentence begins."""
        return self.name if self.is_file else capital(self.name)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn yet."""
        return not self.levels.any()

    @cached_property
    def digest(self) -> str:
        """Equal levels, equal digest."""
        return hashlib.sha256(self.levels.tobytes()).hexdigest()


def digit(*, wrong: Wrong = ()) -> Digit:
    """Draw the digit's settings into the container that is open, and give the digit.

    wrong  places, from 0, in `models.digits("test")` of digits that the page's network gets wrong: then a button leads
           from one to the next. A function is asked only when it is pressed
    """
    source = choice("Digit", SOURCE, then=_choose_none)
    # What comes and goes has a room that stays: what lies below would otherwise be drawn anew.
    with st.container(key="digit-room"):
        if source == PHOTO:
            return _photographed()
        return _test_digit(wrong) if source == TEST else _drawn()


def digit_pad(digit: Digit) -> None:
    """The pad to draw on; for a photograph or a test digit, the same square with it."""
    with st.container(key="digit-pad", gap=None):
        if state.now(SOURCE) == DRAW:
            strokes = _strokes()
            drawpad(strokes, fill=_fill_of(strokes), ready=is_ready(strokes), key="pad", on_drawn=_keep)
        else:
            show(_square(digit))
        # What comes and goes has a room that stays.
        with st.container(key="digit-seen", gap=None):
            _choice_of(digit)


def digit_steps(digit: Digit) -> None:
    """How the digit came about: a small picture a step, its words under it."""
    pictures = joined(
        html("<figure>{}<figcaption>{}</figcaption></figure>", image(_small(levels, 176), ""), words)
        for words, levels in digit.steps
    )
    show(html('<div class="digit-steps">{}</div>', pictures or "Nothing is drawn yet."))


# --- drawn ---


def _strokes() -> Strokes:
    """What is drawn; where the pad sent it, with all the points that a link leaves out."""
    told = state.now(DRAWN) or drawing(FIRST)
    has, _ = state.recall(_PAD, (told, 0))
    return has if has.for_link() == told.for_link() else told


def _fill_of(strokes: Strokes) -> int:
    """How often the pad has been given a drawing that it did not send itself: a ready one, a link's, one of Back."""
    has, count = state.recall(_PAD, (Strokes(), 0))
    if has.for_link() != strokes.for_link():
        has, count = strokes, count + 1
        state.remember(_PAD, (has, count))
    return count


def _keep(strokes: Strokes) -> None:
    _, count = state.recall(_PAD, (strokes, 0))
    state.remember(_PAD, (strokes, count))
    _draw(strokes)


def _draw(strokes: Strokes) -> None:
    """Take a drawing as a link tells it, so that whoever opens the link sees the same ink."""
    put(drawn=Strokes.from_link(strokes.for_link()))
    _choose_none()


def _fill() -> None:
    """A ready drawing onto the pad, another one each time."""
    number = state.recall(_FILLED, 0) + 1
    _draw(drawing((FIRST + 2 * number + number // 5) % 10))
    state.remember(_FILLED, number)


def _drawn() -> Digit:
    st.button("Draw one for me", key="draw-for-me", on_click=_fill, icon=":material/ink_pen:", type="tertiary")
    ink = _strokes().ink()
    try:
        return _read_of(drawn(ink), "your digit", before=("drawn", ink))
    except CnnvizError as error:
        if (ink >= INK).any():  # else there is none, or it is a line so thin that no pixel is half covered
            refuse(str(error))
        return Digit(np.zeros((28, 28), np.uint8), "an empty pad")


def _read_of(seen: Seen, name: str, *, before: Step | None = None, is_file: bool = False) -> Digit:
    """The digit that is read: of several the one that is chosen."""
    which = state.now(WHICH)
    at = which - 1 if 1 <= which <= len(seen.digits) else seen.first
    prepared = seen.digits[at]
    steps = (before, *prepared.steps) if before else prepared.steps
    boxes = tuple(digit.box for digit in seen.digits)
    return Digit(prepared.levels, name, steps=steps, boxes=boxes if boxes != (WHOLE,) else (), at=at, is_file=is_file)


# --- photographed ---


@remembered(len(PHOTOS), each=8 * 480 * 480)  # a photograph in colour and its steps
def _found(name: str) -> Seen:
    return found(ready_photo(name))


def _photographed() -> Digit:
    _UPLOADS.uploader("A digit or several, on paper or a board", help=f"Lined paper will do. {upload.HELP}")
    _UPLOADS.words()
    _UPLOADS.camera("Photograph a digit")
    select("or a sample", SAMPLE_PHOTO, then=_choose_none)
    if own := _UPLOADS.own():
        return _read_of(own.thing, own.file or BY_CAMERA, is_file=bool(own.file))
    name = _UPLOADS.sample()
    return _read_of(_found(name), name[0].lower() + name[1:])


# --- one of several ---


def _choice_of(digit: Digit) -> None:
    """A frame around each of several digits, which chooses it, and what is read said in a sentence."""
    count = len(digit.boxes)
    if count < 2:
        return
    is_drawn = state.now(SOURCE) == DRAW
    with st.container(key="digit-frames-drawn" if is_drawn else "digit-frames"):
        for at in range(count):
            name = f"{at + 1} of {count}{_where(digit.boxes, at)}{', which is read' if at == digit.at else ''}"
            kind: Literal["primary", "secondary"] = "primary" if at == digit.at else "secondary"
            st.button(name, key=f"digit-frame-{at + 1}", on_click=_choose, args=(at + 1,), type=kind)
    places = [_in_square(_framed(box), digit.steps[0][1].shape[-2:]) for box in digit.boxes]
    rules = [f".st-key-digit-frame-{at} {{ {_style(place)} }}" for at, place in enumerate(places, 1)]
    style(" ".join(rules))
    show(html('<p class="digit-several" role="status">{}</p>', _told_several(count, digit.at)))


def _told_several(count: int, at: int) -> str:
    return f"{NUMBERS[count - 1]} digits are seen; the {ORDINALS[at]} is read. Choose another by its number."


def _where(boxes: Sequence[Box], at: int) -> str:
    """Where one of two or three digits is, for who does not see it: ": the digit at the left"."""
    middles = [(top + height / 2, left + width / 2) for top, left, height, width in boxes]
    spread = [max(along) - min(along) for along in zip(*middles)]
    axis = int(spread[1] >= spread[0])
    along = [middle[axis] for middle in middles]
    if len(boxes) > 3 or along != sorted(along):
        return ""
    first, last = (("at the top", "at the bottom"), ("at the left", "at the right"))[axis]
    return f": the digit {first if at == 0 else last if at == len(boxes) - 1 else 'in the middle'}"


# --- a test digit ---


def _any() -> None:
    put(**{TEST_DIGIT.key: random.randint(1, TESTS)})


def _next_wrong(wrong: Wrong) -> None:
    """On to the next one that the network gets wrong, after the last the first again."""
    places = sorted(at + 1 for at in (wrong() if callable(wrong) else wrong))
    if places:
        now = state.now(TEST_DIGIT)
        put(**{TEST_DIGIT.key: next((place for place in places if place > now), places[0])})


def _test_digit(wrong: Wrong) -> Digit:
    with st.container(key="test-digit-row", horizontal=True, vertical_alignment="bottom"):
        number = typed_number(f"Test digit, 1 to {grouped(TESTS)}", TEST_DIGIT)
        st.button("Any", key="any-test-digit", on_click=_any, help="Another one, by chance")
    if callable(wrong) or len(wrong):
        st.button(
            "One that the network gets wrong",
            key="wrong-test-digit",
            on_click=_next_wrong,
            args=(wrong,),
            icon=":material/error_outline:",
            type="tertiary",
        )
    digits = models.digits("test")
    at = int(number) - 1
    levels = digits.images[at]
    name = f"test digit {grouped(at + 1)}"
    return Digit(levels, name, label=int(digits.labels[at]), steps=((f"{name}, as it comes from MNIST", levels),))


# --- as pictures ---


def _small(levels: Levels, longest: int) -> Levels:
    planes = levels if levels.ndim == 3 else levels[np.newaxis]
    return Picture(planes, "L", (planes.shape[1], planes.shape[2])).at(longest).levels()


def _square(digit: Digit) -> Markup:
    """The whole photograph with a frame around its digit, or the test digit, in the pad's own square."""
    levels = digit.steps[0][1]
    high, wide = levels.shape[-2:]
    is_single = len(digit.boxes) == 1
    frame = html('<span class="is-framed" style="{}"></span>', _style(_framed(*digit.boxes))) if is_single else ""
    told = digit.title if digit.label is None else f"{digit.title}: {a(str(digit.label))}"
    picture = image(_small(levels, 480), told, sharp=max(high, wide) <= SMALL)
    return html(
        '<div class="digit-square"><div style="width:{:.2%};aspect-ratio:{}/{}">{}{}</div></div>'
        '<p class="digit-named">{}</p>',
        min(1, wide / high), wide, high, picture, frame, told,
    )  # fmt: skip


def _framed(box: Box) -> Box:
    """A box with some room around it, within the picture."""
    top, left, height, width = box
    top, bottom = max(top - ROOM, 0), min(top + height + ROOM, 1)
    left, right = max(left - ROOM, 0), min(left + width + ROOM, 1)
    return top, left, bottom - top, right - left


def _in_square(box: Box, size: tuple[int, ...]) -> Box:
    """Of a box in a picture of that height and width: its place in the square that the picture is shown in, whole."""
    high, wide = (side / max(size) for side in size)
    top, left, height, width = box
    return (1 - high) / 2 + top * high, (1 - wide) / 2 + left * wide, height * high, width * wide


def _style(box: Box) -> str:
    return "".join(f"{name}:{share:.2%};" for name, share in zip(("top", "left", "height", "width"), box))
