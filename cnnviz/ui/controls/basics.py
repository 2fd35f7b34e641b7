"""What every control is made of: settings that change, plain words, one of a few, one number."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.numbers import number
from cnnviz.ui import panel, state
from cnnviz.ui.letters import LETTERS, lettered, together
from cnnviz.ui.panel import Control
from cnnviz.ui.state import Setting, put

Then = Callable[[], None]
Act = tuple[str, Then]  # what a button says, its callback


def plain(text: str) -> str:
    """Text that is shown as it is where Streamlit would read Markdown, and nothing in it is made a link."""
    # Streamlit makes links of what looks like an address, guarded or not: a mark that nobody sees parts it.
    text = re.sub(r"(?<=www)(?=\.)|(?<=:)(?=//)|(?<=@)", "\u2060", text, flags=re.IGNORECASE)
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def refuse(message: str) -> None:
    """One plain sentence where something could not be had."""
    st.error(plain(message))


# --- any widget that shows one value ---


def _shown(
    widget: Callable[..., Any],
    label: str,
    *args: Any,
    name: str,
    value: Any,
    take: Callable[[Any], None],
    start: str = "value",
    starts_at: Any = None,
    **options: Any,
) -> None:
    """Draw a widget that shows `value`; `take` is called with what the visitor chooses instead.

    start, starts_at  how the widget is told what to show, where that is not value=value
    """
    key = state.widget_key(name, value)
    told = {start: value if starts_at is None else starts_at}
    said = {what: lettered(options.pop(what)) for what in ("help", "placeholder") if options.get(what)}
    widget(lettered(label), *args, key=key, on_change=state.hear, args=(name, key, take), **told, **said, **options)


def _putting(setting: Setting[Any], then: Then | None = None) -> Callable[[Any], None]:
    def take(value: Any) -> None:
        put(**{setting.key: value})
        if then:
            then()

    return take


def choice(label: str, setting: Setting[str], options: Sequence[str] = (), *, then: Then | None = None) -> str:
    """One of a few, side by side. `options`, of the setting's: those that there are now."""
    names = list(options or setting.options)
    chosen = state.now(setting) if state.now(setting) in names else names[0]
    take = _putting(setting, then)
    _shown(
        st.segmented_control, label, names, name=setting.key, value=chosen, take=take, start="default", required=True
    )
    return chosen


def select(
    label: str, setting: Setting[str], options: Sequence[str] = (), *, then: Then | None = None, **of_widget: Any
) -> str:
    """One of many, in a box. `options` where the setting itself does not know them."""
    names = list(options or setting.options)
    return one_of_many(label, setting.key, names, state.now(setting), _putting(setting, then), **of_widget)


def one_of_many(
    label: str, name: str, options: list[str], value: str, take: Callable[[str], None], **of_widget: Any
) -> str:
    """As `select`, of what is no setting by itself; the first where `value` is none of the options."""
    chosen = value if value in options else options[0]
    at = options.index(chosen)
    _shown(st.selectbox, label, options, name=name, value=chosen, take=take, start="index", starts_at=at, **of_widget)
    return chosen


def toggle(
    label: str, setting: Setting[bool], *, widget: Callable[..., Any] = st.toggle, **of_widget: Any
) -> bool:
    """On or off."""
    is_on = state.now(setting)
    switch(label, setting.key, is_on, _putting(setting), widget=widget, **of_widget)
    return is_on


def switch(
    label: str, name: str, is_on: bool, take: Callable[[bool], None], *, widget: Callable[..., Any] = st.toggle,
    **of_widget: Any,
) -> None:  # fmt: skip
    """As `toggle`, of what is no setting by itself."""
    _shown(widget, label, name=name, value=is_on, take=take, **of_widget)


def text(label: str, setting: Setting[str], *, then: Then | None = None, height: int = 0, **of_widget: Any) -> str:
    """Text as it is typed: one line, or an area of so many pixels."""
    value = state.now(setting)
    widget = partial(st.text_area, height=height) if height else st.text_input
    _shown(widget, label, name=setting.key, value=value, take=_putting(setting, then), **of_widget)
    return value


# --- numbers ---


def _said(name: str) -> str:
    """What is said of the number that was typed last, if it was typed here and could not be."""
    of, sentence = state.recall("typed", ("", ""))
    return sentence if of == name else ""


def _typed(
    name: str, label: str, range: tuple[Any, Any], is_whole: bool, take: Callable[[Any], None], told: float | None
) -> None:
    """A number was typed. Where it cannot be the nearest takes its place, and a sentence says so until the next act."""
    if told is None:  # emptied
        return
    least, most = range
    nearest = min(max(told, least), most)
    if is_whole:
        nearest = math.floor(nearest + 0.5)
    take(nearest)
    if nearest != told:
        is_within = least <= told <= most
        rule, fails = ("is a whole number", "is not") if is_within else (_reach(range), "does not")
        _refused(name, f"{label} {rule}; {number(told, 15)} {fails}", nearest)


def _reach(range: tuple[Any, Any]) -> str:
    least, most = range
    return f"goes from {number(least, 15)} to {number(most, 15)}"


def _refused(name: str, why: str, value: Any) -> None:
    state.remember("typed", (name, f"{why}, so {number(value, 15)} stands there."))


def typed_number(label: str, setting: Setting[Any], **of_widget: Any) -> Any:
    """A number that is typed. What is beyond its range is said below."""
    value = state.now(setting)
    number_of_many(label, setting.key, value, setting.range, _putting(setting), **of_widget)
    return value


def number_of_many(
    label: str, name: str, value: Any, range: tuple[Any, Any], take: Callable[[Any], None], **of_widget: Any
) -> None:
    """As `typed_number`, of what is no setting by itself."""
    typed = partial(_typed, name, label, range, isinstance(value, int), take)
    # As a fraction: a widget for whole numbers cuts 2.7 to 2 and 1e3 to 1, and tells nobody. Without the widget's own
    # limits: beyond those it turns red, says its range to a pointer only, and tells nobody.
    _shown(st.number_input, label, name=name, value=float(value), take=typed, step=1.0, format="%g", **of_widget)
    if _said(name):
        st.caption(plain(_said(name)))


def slider(label: str, setting: Setting[float], step: float) -> float:
    """A number between two ends."""
    value = state.now(setting)
    _shown(st.slider, label, *setting.range, name=setting.key, value=value, take=_putting(setting), step=step)
    return value


def dial(label: str, setting: Setting[int], **of_dial: Any) -> int:
    """A slider with its number beside it, which can be typed: by itself in its place; as `dial_of`."""
    panel.panel(f"dial-{setting.key}", [dial_of(label, setting, **of_dial)])
    return state.now(setting)


def dials(boxes: Iterable[DeltaGenerator], settings: Mapping[str, Setting[int]], words: Iterable[str]) -> None:
    """A dial in each box, by its label, with its words."""
    for box, (label, setting), said in zip(boxes, settings.items(), words, strict=True):
        with box:
            dial(label, setting, words=said)


def bare_dial(
    label: str, name: str, value: int, range: tuple[int, int], take: Callable[[int], None], *, words: str = ""
) -> None:
    """As `dial`, of what is no setting by itself: one number of a typed stack. `take` is given the new value."""
    panel.panel(f"dial-{name}", [_dial(label, name, value, range, take, words=words)])


# --- several controls in one element of the page: `panel.panel` shows them ---


def dial_of(label: str, setting: Setting[int], *, then: Then | None = None, **of_dial: Any) -> Control:
    """A slider with its number beside it, which can be typed, and below it `words`, plain, on what the value does.

    act  what else can be done there: what a button after the words says, and its callback
    """
    return _dial(label, setting.key, state.now(setting), setting.range, _putting(setting, then), **of_dial)


def _dial(
    label: str, name: str, value: int, range: tuple[int, int], take: Callable[[int], None], *, words: str = "",
    help: str = "", act: Act | None = None,
) -> Control:  # fmt: skip
    label = lettered(label)
    said, done = act or ("", None)

    def set_to(told: float | str) -> None:
        if isinstance(told, str):
            _refused(name, f"{label} {_reach(range)}; “{told[:20]}” is no number", value)
        else:
            _typed(name, label, range, True, take, told)

    below = together(_said(name) or lettered(words))
    return panel.dial(
        name, label, value, range, words=below, help=lettered(help), act=lettered(said), on_set=set_to, on_act=done
    )


def choice_of(
    label: str, setting: Setting[str], *, help: str = "", take: Callable[[str], None] | None = None
) -> Control:
    """One of a few, in a box. take: what is called with what was chosen, where it changes more than the setting."""
    value, take = state.now(setting), take or _putting(setting)
    return panel.choice(setting.key, lettered(label), value, setting.options, help=lettered(help), on_set=take)


def switch_of(label: str, setting: Setting[bool]) -> Control:
    """On or off."""
    return panel.switch(setting.key, lettered(label), state.now(setting), on_set=_putting(setting))


def line_of(label: str, setting: Setting[str], *, placeholder: str = "", help: str = "") -> Control:
    """A line of text, as it is typed."""
    said = {"placeholder": lettered(placeholder), "help": lettered(help)}
    return panel.line(setting.key, lettered(label), state.now(setting), **said, on_set=_putting(setting))


_MEAN = """Here **K** is the kernel's size, **S** the stride, **P** the padding, **D** the dilation, **W** the input's
side (its height or width), **O** the output's, **C** channels, **F** filters."""
_ELSEWHERE = """CS231n calls the kernel's size F; others call the number of filters K."""


def letters() -> None:
    """A word to press: behind it the letters, and how others write them."""
    with st.popover("letters", type="tertiary"):
        choice("Letters differ between courses", LETTERS)
        st.markdown(f"{lettered(_MEAN)} {_ELSEWHERE}")
