"""A panel: dials and other controls in a row, one element. The page hears of every move, Python of the last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("panel")


@dataclass(frozen=True)
class Control:
    """One control of a panel.

    told   what the browser is told of it (controls.js, dial.js)
    takes  by a control's name, what is called with what was done on it: anything can come from there
    """

    told: dict[str, Any]
    takes: Mapping[str, Callable[[Any], None]]


def dial(
    name: str,
    label: str,
    value: int,
    range: tuple[int, int],
    *,
    words: str,
    help: str,
    act: str,
    on_set: Callable[[float | str], None],
    on_act: Callable[[], None] | None,
) -> Control:
    """A name, a number to type, a slider, and words below. What others in the browser tell of `name` it follows.

    words, help  below it, and behind a question mark
    act          what the button after the words says; "" where there is none
    on_set       called with the number that was set, or typed and may not be one of the range; with text that is none
    on_act       called when the button is pressed
    """

    def take(what: object) -> None:
        if what is None and on_act:
            on_act()
        elif isinstance(what, (int, float, str)) and not isinstance(what, bool):
            on_set(what)

    shown = {"label": label, "value": value, "range": range, "words": words, "help": help, "act": act}
    return Control({"kind": "dial", "name": name, **shown}, {name: take})


def choice(
    name: str, label: str, value: str, options: Sequence[str], *, help: str, on_set: Callable[[str], None]
) -> Control:
    """One of a few, in a box."""

    def take(what: object) -> None:
        if isinstance(what, str) and what in options:
            on_set(what)

    shown = {"label": label, "value": value, "options": list(options), "help": help}
    return Control({"kind": "choice", "name": name, **shown}, {name: take})


def switch(name: str, label: str, is_on: bool, *, on_set: Callable[[bool], None]) -> Control:
    """On or off."""

    def take(what: object) -> None:
        if isinstance(what, bool):
            on_set(what)

    return Control({"kind": "switch", "name": name, "label": label, "value": is_on}, {name: take})


def line(
    name: str, label: str, value: str, *, placeholder: str, help: str, on_set: Callable[[str], None]
) -> Control:
    """A line of text."""

    def take(what: object) -> None:
        if isinstance(what, str):
            on_set(what)

    shown = {"label": label, "value": value, "placeholder": placeholder, "help": help}
    return Control({"kind": "line", "name": name, **shown}, {name: take})


def more(label: str, controls: Sequence[Control]) -> Control:
    """A word to press; behind it these controls."""
    told = {"kind": "more", "name": "more", "label": label, "controls": [control.told for control in controls]}
    return Control(told, {name: take for control in controls for name, take in control.takes.items()})


def panel(key: str, controls: Sequence[Control]) -> None:
    """Show controls in a row, and let what they show be set."""
    heard = f"{key}-heard"
    takes = {name: take for control in controls for name, take in control.takes.items()}

    def done() -> None:
        # All that the browser does not know to be heard, from the oldest on (acts.js).
        told = state.component_state(key, "acts")
        for one in told if isinstance(told, list) else ():
            match one:
                case [int(number), str(name), what] if number > state.recall(heard, 0):
                    state.remember(heard, number)
                    if name in takes:
                        takes[name](what)

    shown = {"controls": [control.told for control in controls], "alone": state.is_by_itself()}
    _component(key=key, data={**shown, "heard": state.recall(heard, 0)}, on_acts_change=done)
