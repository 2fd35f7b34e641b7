"""The browser's side of the link: one act, one entry in its history. Every page mounts it."""

from cnnviz.ui.component import component

_component = component("address")


def address() -> None:
    """Mount it; it shows nothing."""
    _component(key="address", height=0)
