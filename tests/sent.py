"""What a page sent to its components: the header and the arrays of each envelope, by the reader beside the writer.

That the reader is right is held against other code: test_steps.py reads an envelope by hand, tests/js in JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.envelope import opened


@dataclass(frozen=True)
class Sent:
    """One component's message. `sent["output"]` is the array of that name.

    component  the component's name, such as "stage"
    data       the bytes that go over; empty where the component gets JSON alone
    header     what the message tells beside the arrays; of a component that gets JSON, the JSON
    arrays     by name
    """

    component: str
    data: bytes
    header: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    # Of a stage.

    @property
    def input(self) -> np.ndarray:
        return self.arrays["input"]

    @property
    def output(self) -> np.ndarray:
        return self.arrays["output"]

    @property
    def weight(self) -> np.ndarray:
        return self.arrays["weight"]

    @property
    def axes(self) -> tuple[dict[str, int], dict[str, int]]:
        """The window's numbers over rows and over columns: kernel, stride, before, after, dilation."""
        return self.header["rows"], self.header["columns"]


def read(protos: Iterable[Any]) -> list[Sent]:
    """What each component of a page was sent, if anything, in the page's order; `protos`: Streamlit's descriptions.

    What a component has by the id of something held is in its arrays as if it had been sent along.
    """
    found: list[Sent] = []
    held = {}
    for proto in protos:
        component = proto.component_name.rpartition("cnnviz_")[2]
        if proto.bytes:
            one = Sent(component, proto.bytes, *opened(proto.bytes))
            if component == "held":
                held[one.header["id"]] = one.arrays
            one.arrays.update(held.get(one.header.get("held"), {}))
            found.append(one)
        elif proto.json:
            found.append(Sent(component, b"", json.loads(proto.json)))
    return found
