"""A bench of volumes: a stack on a small picture, what is chosen, how often the page has run."""

import streamlit as st

from cnnviz.layers import Activate, Conv2d, Linear, MaxPool2d
from cnnviz.network import Network
from cnnviz.pictures import sample
from cnnviz.ui import controls, state
from cnnviz.ui.state import integer
from cnnviz.ui.volumes import Unit, Volume, chosen, unit_setting, volumes

UNIT, OTHER = unit_setting("unit"), integer("other", 0, 0, 9)
SIDE = 24
STACKS = {
    "wide": (Conv2d(128, 1), Activate("tanh"), Conv2d(128, 3, groups=4)),
    "small": (Conv2d(6, (3, 4), (2, 1), ((1, 0), (2, 1))), MaxPool2d(2), Conv2d(8, 3, 1, 1, groups=2), Linear(10)),
    "deep": (
        Conv2d(16, 3, 1, 1), Activate("relu"), Conv2d(80, 3, 1, 1), MaxPool2d(2), Conv2d(32, 3, 1, 1), MaxPool2d(2),
        Conv2d(64, 3, 1, 1), MaxPool2d(2), Linear(120), Linear(10),
    ),
}  # fmt: skip


def stack(name: str, side: int, seed: int = 3) -> list[Volume]:
    """The volumes of a stack on the cat, with random weights."""
    picture = sample("chelsea").at(side, "rgb")
    network = Network(picture.shape, STACKS[name])
    maps = network.forward(picture.levels() / 255.0, network.initial(seed))
    found = []
    for row, map in zip(network.rows, maps[1:], strict=True):
        own = row.layer.kind in ("POOL", "ACTIVATION")
        groups = row.output_shape[0] if own else getattr(row.layer, "groups", 1)
        found.append(Volume(f"{row.index + 1} {row.layer.name}", map, row.fields, groups))
    return found


def main() -> None:
    st.set_page_config(layout="wide")
    state.open_page("volumes", (UNIT, OTHER))
    side = int(st.query_params.get("side", SIDE))
    layers = stack(st.query_params.get("stack", "small"), side, int(st.query_params.get("seed", 3)))
    unit = chosen(UNIT, [layer.maps.shape for layer in layers], Unit(2, 4, 3, 6))
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    volumes(sample("chelsea").at(side, "rgb"), layers, choice=UNIT, selected=unit, group="stack")
    st.text(f"{unit.text} in run {st.session_state['runs']}")
    # Another setting: it must leave the choice in the link alone.
    controls.slider("other", OTHER, 1)
