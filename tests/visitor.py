"""A visitor of the app's pages, without a browser: Streamlit's AppTest, as tests speak of it.

    visitor = Visitor("layers", size="24", stack="conv 4 3x3")
    visitor.set(k=5).press("p-act")
    assert visitor.setting("k") == 5 and "16 × 24" in visitor.said()
    visitor.stage().output

Settings are named by their keys, as in a link. What reads and writes the session stands in `setting` and `give` alone.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState, get_script_run_ctx
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest, app_test
from streamlit.testing.v1.element_tree import Widget

import sent
from cnnviz.ui.course import COURSE, HOME
from cnnviz.ui.state import DECLARED
from dials import Dial, Other, Panel
from sent import Sent
from server import ROOT

LESSONS = {lesson.path: lesson.name for lesson in (HOME, *COURSE)}
# Tags that stand within a word or a sentence: what is around them is read on without a space.
WITHIN = re.compile(r"</?(?:b|em|i|strong|sub|sup)>")
SECONDS = 60

# Whenever an AppTest begins, Streamlit reads the metadata of every installed package in search of components: more than
# half the time of a page's tests. What is installed does not change meanwhile.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


class Unbroken(SafeSessionState):
    """A session in which a callback is an error that Streamlit could break off for the visitor's next act."""

    def __init__(self, state: SessionState, yield_callback: Callable[[], None]):
        def may_break_off() -> None:
            if get_script_run_ctx(suppress_warning=True):
                assert ThreadState.get().run_location is not RunLocation.CALLBACK, "half of an act may be lost"
            yield_callback()

        super().__init__(state, may_break_off)


app_test.SafeSessionState = script_runner.SafeSessionState = Unbroken


# Gaps that are the numbers' own, as they are said everywhere: "> 99.9 %", "2.5 × 10⁻⁷"; then those of the page's lines.
GAPS = re.compile("((?:[<>]|&[lg]t;)\u00a0|\u00a0%|\u00a0×\u00a010(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]))|\u00a0")


def apart(text: str) -> str:
    """Plain spaces where the page lets no line break within a size, a setting or a formula: "128 × 192", "K = 3"."""
    return GAPS.sub(lambda gap: gap[1] or " ", text)


class Visitor:
    """Somebody who opens a page of the app by a link, and what the page then is to them.

    app     Streamlit's AppTest, for what has no name here: `visitor.app.caption`

    Everything that acts runs the page and returns the visitor; no visitor ever sees an exception.
    """

    def __init__(
        self, page: str = "app.py", session: Mapping[str, object] | None = None, /, **link: str | list[str]
    ):
        """`page` as in a link ("layers") or as a file of the project; `session`: what is brought from before."""
        file = ROOT / (page if page.startswith("tests/") else "app.py")
        self.app = AppTest.from_file(str(file), default_timeout=SECONDS)
        if page not in ("app.py", "home") and not page.startswith("tests/"):
            self.app.switch_page(path(page))
        for key, value in {"charts-seen": True, **(session or {})}.items():  # no chart waits to be in sight
            self.give(key, value)
        for name, values in link.items():
            self.app.query_params[name] = values
        self.run()

    # --- what a visitor does ---

    def run(self) -> Visitor:
        """The page once more, as it is: what the visitor last touched counts."""
        self.app.run()
        raised = [error.message for error in self.app.exception]
        assert not raised, "\n".join(raised)
        return self

    def set(self, settings: Mapping[str, object] | None = None, /, **more: object) -> Visitor:
        """Give controls new values, whatever their kind, in one run: `set(k=5)`, `set({"test-digit": 12})`."""
        for key, value in {**(settings or {}), **more}.items():
            self.control(key).set_value(value)
        return self.run()

    def press(self, key: str) -> Visitor:
        self.control(key).click()
        return self.run()

    def upload(self, name: str, data: bytes, key: str = "upload", kind: str = "image/png") -> Visitor:
        return self.set({key: (name, data, kind)})

    def follow(self, **link: str) -> Visitor:
        """Arrive once more, by a link in which these names have other values and the others stay."""
        for name, value in link.items():
            self.app.query_params[name] = value
        self._session()["page"] = ""
        return self.run()

    def go(self, page: str) -> Visitor:
        """On to another page by the row of lessons. The link goes along, unless `leave_link` is called first."""
        self.app.switch_page(path(page))
        return self.run()

    def leave_link(self) -> Visitor:
        """Empty the page's address, as a browser does on the way to another page. The page is not run."""
        for name in list(self.app.query_params):
            del self.app.query_params[name]
        return self

    # --- settings, controls and the link ---

    def setting(self, key: str) -> Any:
        """What is set, as it stands."""
        return self._part("settings").get(key, DECLARED[key].start)

    def remembered(self, name: str) -> Any:
        """What the session remembers beside the settings, or None."""
        return self._part("memory").get(name)

    def give(self, key: str, value: object) -> None:
        """Put a setting, or what is remembered, into the session, as another page would; the page is not run."""
        self._part("settings" if key in DECLARED else "memory")[key] = value

    def _session(self) -> dict[str, Any]:
        if "cnnviz" not in self.app.session_state:
            self.app.session_state["cnnviz"] = {}
        return self.app.session_state["cnnviz"]

    def _part(self, name: str) -> dict[str, Any]:
        return self._session().setdefault(name, {})

    def control(self, key: str) -> Any:
        """The widget of that name, whatever its kind: its value, options, label, disabled; or a part of a dial.

        A widget whose value was changed by another has been drawn anew since, under its name and a number.
        """
        for dial in self.dials():
            if key in (dial.key, *dial.parts):
                return dial.parts.get(key, dial)
        drawn = self._part("widgets").get(key, {})
        return self.app.get_by_key(drawn.get("key", key))

    def filters(self) -> list[str]:
        """The filters whose maps stand in the row below the lab's stage, the stage's own first."""
        return [tile["name"] for tile in self.told("compare").header["tiles"]]

    def controls(self, start: str = "") -> list[str]:
        """The keys of the page's widgets that begin with `start`, in the page's order."""
        widgets = [element for element in self.app if isinstance(element, Widget)]
        keys = [one.key for widget in widgets for one in (widget.controls if isinstance(widget, Panel) else [widget])]
        return [key for key in keys if key and key.startswith(start)]

    def drawn(self) -> set[str]:
        """The names of the widgets that show a setting, or have on a page before, and of the dials."""
        return {*self._part("widgets"), *(dial.key for dial in self.dials())}

    def dials(self) -> list[Dial | Other]:
        """The controls of the page's panels."""
        return [control for element in self.app if isinstance(element, Panel) for control in element.controls]

    def remedies(self) -> list[str]:
        """The keys of the buttons that mend what cannot be."""
        return self.controls("remedy")

    def link(self, name: str) -> str | None:
        """What the page's address says of `name`; None where it says nothing."""
        found = self.app.query_params.get(name)
        return found[0] if isinstance(found, list) else found

    # --- what the page says ---

    def markup(self) -> list[str]:
        """The page's own HTML, block by block, the style apart; then what its stages show around them."""
        bodies = [element.proto.body for element in self.app.get("html")]
        told = [stage.header.get("options", {}) for stage in self.sent_to("stage")]
        bodies += [written(options[name]) for options in told for name in ("formula", "figures") if name in options]
        return [apart(body) for body in bodies if not body.startswith("<style>")]

    def styles(self) -> list[str]:
        bodies = [element.proto.body for element in self.app.get("html")]
        return [body for body in bodies if body.startswith("<style>")]

    def markdown(self) -> list[str]:
        """Everything that the page gives to be read as Markdown, without the backslashes that guard it."""
        app = self.app
        kinds = (app.markdown, app.caption, app.error, app.info, app.warning, app.success)
        bodies = [text for dial in self.dials() for text in dial.said()]
        bodies += [element.value for kind in kinds for element in kind] + [button.label for button in app.button]
        return [apart(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", body)) for body in bodies]

    def source(self) -> str:
        """All that can be read, with the tags and asterisks that it is written with."""
        texts = [element.value for element in self.app.text]
        return "\n".join([*self.markdown(), *map(html.unescape, self.markup()), *texts])

    def said(self) -> str:
        """All that can be read outside of the controls, without tags: a line for each block, single spaces."""
        blocks = [*map(plain, self.markup()), *self.markdown(), *(element.value for element in self.app.text)]
        return "\n".join(re.sub(r"[ \t\r\n]+", " ", block.replace("**", "")).strip() for block in blocks)

    # --- what the components were sent ---

    def sent(self) -> list[Sent]:
        """What every component of the page was sent, in the page's order."""
        return sent.read(element.proto for element in self.app.get("bidi_component"))

    def sent_to(self, component: str) -> list[Sent]:
        """What the components of that name ("stage", "volumes") were sent."""
        return [one for one in self.sent() if one.component == component]

    def told(self, component: str) -> Sent:
        """What the page's one component of that name was sent."""
        found = self.sent_to(component)
        assert len(found) == 1, f"{len(found)} of {component}; the page says {self.said()}"
        return found[0]

    def shows(self, component: str) -> bool:
        return bool(self.sent_to(component))

    def stage(self) -> Sent:
        return self.told("stage")

    def envelope(self, component: str = "stage") -> bytes | None:
        """The bytes that go over to the page's one component of that name; None where there is none."""
        found = self.sent_to(component)
        assert len(found) <= 1
        return found[0].data if found else None

    def charts(self) -> list[dict[str, Any]]:
        """The page's charts, as Plotly is sent them."""
        return [json.loads(element.proto.spec) for element in self.app.get("plotly_chart")]


def path(page: str) -> str:
    """The file of a page that is named as in a link."""
    return page if page.endswith(".py") else f"pages/{page}.py"


def written(parts: list[Any]) -> str:
    """What a component was told as parts, as HTML."""
    return "".join(
        html.escape(part) if isinstance(part, str) else f"<{part[0]}>{written(part[1])}</{part[0]}>" for part in parts
    )


def plain(markup: str) -> str:
    """What is read of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]+>", " ", WITHIN.sub("", markup)))


def numbers_of(axis: Any) -> np.ndarray:
    """The numbers of a chart's axis; Plotly sends them as a list or as base64."""
    if isinstance(axis, dict):
        return np.frombuffer(base64.b64decode(axis["bdata"]), axis["dtype"])
    return np.array(axis, float)
