"""What pages share: a setting of one name, in the link and in the session, means the same on each of them."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from cnnviz.ui.frame import LESSONS
from server import ROOT

# Links beside the plain page, which bring out the widgets that come and go.
LINKS: dict[str, list[dict[str, str]]] = {
    "pages/convolution.py": [{"rect": "true"}, {"kernel": "Your own numbers"}, {"kernel": "Gabor"}],
    "pages/lenet.py": [{"digit": "Photo"}, {"digit": "Test digit"}],
    "pages/learning.py": [{"digit": "Photo"}, {"digit": "Test digit"}],
    "pages/layers.py": [{"stack": "conv 4 3x3; dropout 0.5", "mode": "training", "unit": "2.1"}],
}


def opened(path: str, **link: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"size": "24", **link}.items():
        at.query_params[name] = value
    return go(at, path)


def go(at: AppTest, path: str) -> AppTest:
    if path != "app.py":
        at.switch_page(path)
    at = at.run()
    assert [error.message for error in at.exception] == [], path
    return at


def keyed(at: AppTest) -> dict[str, tuple[Any, ...]]:
    """Of each widget with a key: its kind, its range or its options, and whether it stands in the link."""
    found = {}
    for element in at:
        key, proto = getattr(element, "key", None), getattr(element, "proto", None)
        if not key or proto is None:
            continue
        told = {name: getattr(proto, name, None) for name in ("min", "max", "step")}
        options = [str(getattr(option, "content", option)) for option in getattr(proto, "options", [])]
        linked = getattr(proto, "query_param_key", "")
        if linked:
            assert linked == key
        found[key] = (type(element).__name__, *told.values(), tuple(options), bool(linked))
    return found


def test_a_key_is_one_setting_on_all_pages():
    first: dict[str, tuple[str, tuple[Any, ...]]] = {}
    wrong = []
    bound = set()
    for path in LESSONS:
        for link in ({}, *LINKS.get(path, [])):
            for key, told in keyed(opened(path, **link)).items():
                bound |= {key} if told[-1] else set()
                where, known = first.setdefault(key, (path, told))
                if told != known:
                    wrong.append(f"{key}: {told[0]} on {path}, {known[0]} on {where}, or another range or options")
    assert not wrong
    assert {"size", "stack", "k", "s", "p", "kernel", "input", "net", "f", "g", "pk", "depth"} <= bound


def test_from_layers_with_a_stack_to_activations_and_back():
    at = opened("pages/layers.py")
    at = at.button(key="preset LeNet-5").click().run()
    stack = at.session_state["stack"]
    assert stack.startswith("conv 6 5x5;")
    at = go(at, "pages/activations.py")
    at = at.slider(key="deep").set_value(7).run()
    assert [error.message for error in at.exception] == []
    at = go(at, "pages/layers.py")
    assert at.session_state["stack"] == stack == at.text_area(key="stack").value
    assert go(at, "pages/activations.py").slider(key="deep").value == 7
