"""Components as AppTest's widgets: what is done on them is told to Python as the browser tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from streamlit.testing.v1 import element_tree
from streamlit.testing.v1.element_tree import Element, ElementTree, Widget

Unknown = element_tree.UnknownElement


def triggered(proto: Any, name: str, value: object) -> WidgetState:
    """The message that the browser sends for a trigger of a component."""
    trigger = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{proto.id}{EVENT_DELIM}events"
    return WidgetState(id=trigger, json_trigger_value=json.dumps([{"event": name, "value": value}]))


class Row(Widget):
    """The row of filters that are compared: what is pressed in it."""

    type = "bidi_component"

    def __init__(self, proto: Any, root: ElementTree):
        super().__init__(proto, root)
        self.key, self.done = "compare", None

    value = None

    def set_value(self, done: tuple[str, str]) -> Row:
        """What was pressed: ("add", "Emboss"); "remove", "show", "scale"."""
        self.done = done
        return self

    @property
    def _widget_state(self) -> WidgetState | None:
        return triggered(self.proto, "act", self.done) if self.done else None


class Panel(Widget):
    """One panel of a page: the controls in it, and what is done on them."""

    type = "bidi_component"

    def __init__(self, proto: Any, root: ElementTree):
        super().__init__(proto, root)
        told = json.loads(proto.json)
        self.key, self.heard = None, told["heard"]
        self.acts: list[tuple[int, str, object]] = []
        within = [one for control in told["controls"] for one in (control.get("controls") or [control])]
        self.controls = [(Dial if one["kind"] == "dial" else Other)(one, self) for one in within]
        self.labels = [control["label"] for control in told["controls"] if control["kind"] == "more"]

    value = None

    def set_value(self, value: object) -> None:
        raise NotImplementedError

    def do(self, name: str, what: object) -> None:
        self.acts.append((self.heard + 1 + len(self.acts), name, what))

    @property
    def _widget_state(self) -> WidgetState | None:
        return triggered(self.proto, "acts", self.acts) if self.acts else None


class Dial:
    """One dial of a panel, by the name of its setting.

    told    what its component was sent
    parts   of the dial "k": its box, "k-typed", takes anything that can be typed; its button, "k-act", can be pressed
    """

    def __init__(self, told: dict[str, Any], panel: Panel):
        self.told, self.panel = told, panel
        self.key, self.label, self.disabled = told["name"], told["label"], False
        self.min, self.max = told["range"]
        self.parts = {f"{self.key}-typed": Part(self.value, f"{self.label}, typed", self.do)}
        if self.told["act"]:
            self.parts[f"{self.key}-act"] = Part(None, self.told["act"], self.do)

    @property
    def value(self) -> int:
        return self.told["value"]

    def set_value(self, value: int) -> Dial:
        assert isinstance(value, int) and self.min <= value <= self.max, f"the slider of {self.key} has no {value}"
        self.do(value)
        return self

    def do(self, what: object) -> None:
        self.panel.do(self.key, what)

    def said(self) -> list[str]:
        """All that is read on it."""
        return [f"**{self.label}**", *filter(None, (self.told["words"], self.told["act"]))]


class Other:
    """A choice, a switch or a line of a panel, by the name of its setting."""

    parts: dict[str, Part] = {}
    disabled = False

    def __init__(self, told: dict[str, Any], panel: Panel):
        self.told, self.panel = told, panel
        self.key, self.label, self.value = told["name"], told["label"], told["value"]
        self.options = told.get("options")

    def set_value(self, value: object) -> Other:
        assert not self.options or value in self.options, f"{self.key} offers no {value}"
        self.panel.do(self.key, value)
        return self

    def said(self) -> list[str]:
        return [self.label]


class Part:
    """What is done on a part of a dial is done on the dial."""

    def __init__(self, value: int | None, label: str, do: Callable[[object], None]):
        self.value, self.label, self.set_value = value, label, do

    def click(self) -> None:
        self.set_value(None)


def _element(proto: Any, root: ElementTree) -> Element:
    """What AppTest has no name for may be the component of one of these."""
    of_component = getattr(proto, "bidi_component", None)
    name = of_component.component_name.rpartition("cnnviz_")[2] if of_component else ""
    kind = {"panel": Panel, "compare": Row}.get(name)
    return kind(of_component, root) if kind else Unknown(proto, root)


element_tree.UnknownElement = _element
