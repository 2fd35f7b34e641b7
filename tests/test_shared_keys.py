"""What pages share: a setting of one name, in the link and in the session, means the same on each of them."""

from __future__ import annotations

from typing import Any

from cnnviz.ui.state import DECLARED
from visitor import LESSONS, Visitor

# Links beside the plain page, which bring out the widgets that come and go.
LINKS: dict[str, list[dict[str, str]]] = {
    "pages/convolution.py": [{"rect": "true"}, {"kernel": "Your own numbers"}, {"kernel": "Gabor"}],
    "pages/lenet.py": [{"digit": "Photo"}, {"digit": "Test digit"}],
    "pages/learning.py": [{"digit": "Photo"}, {"digit": "Test digit"}],
    "pages/layers.py": [{"stack": "conv 4 3x3; dropout 0.5", "mode": "training", "unit": "2.1"}],
}


def keyed(at: Visitor) -> dict[str, tuple[Any, ...]]:
    """Of each widget with a key: its kind, its range or its options, and whether it stands in the link."""
    found = {}
    for element in at.app:
        key, proto = getattr(element, "key", None), getattr(element, "proto", None)
        if not key or proto is None:
            continue
        told = {name: getattr(element, name, None) for name in ("min", "max", "step")}
        options = [str(getattr(option, "content", option)) for option in getattr(proto, "options", [])]
        found[key] = (type(element).__name__, *told.values(), tuple(options), key in DECLARED)
    for control in at.dials():  # of a panel, with what it would be among Streamlit's widgets
        kind = {"choice": "Selectbox", "switch": "Toggle", "line": "TextInput"}.get(control.told["kind"], "Dial")
        ends = (*control.told.get("range", (None, None)), None)
        found[control.key] = (kind, *ends, tuple(control.told.get("options", ())), control.key in DECLARED)
    return found


def test_a_key_is_one_setting_on_all_pages():
    first: dict[str, tuple[str, tuple[Any, ...]]] = {}
    wrong = []
    bound = set()
    for path in LESSONS:
        for link in ({}, *LINKS.get(path, [])):
            for key, told in keyed(Visitor(path, **{"size": "24", **link})).items():
                bound |= {key} if told[-1] else set()
                where, known = first.setdefault(key, (path, told))
                if told != known:
                    wrong.append(f"{key}: {told[0]} on {path}, {known[0]} on {where}, or another range or options")
    assert not wrong
    assert {"size", "stack", "k", "s", "p", "kernel", "input", "net", "f", "g", "pk", "depth"} <= bound


def test_from_layers_with_a_stack_to_activations_and_back():
    at = Visitor("layers", size="24")
    at.press("preset LeNet-5")
    stack = at.setting("stack")
    assert stack.startswith("conv 6 5x5;")
    at.go("activations")
    at.set(layers=7)
    at.go("layers")
    assert at.setting("stack") == stack == at.control("stack").value
    assert at.go("activations").control("layers").value == 7
