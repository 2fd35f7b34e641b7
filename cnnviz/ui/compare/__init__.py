"""The row below the lab's stage: the maps of several filters on the same picture, under one cursor.

    compare.js  the row: its tiles, what is chosen, two of them large      tile.js  one map: filled, painted, read

Their maps are computed in the browser, from the picture and the kernels that it holds: they follow K, S, P, D, border,
bias and flip under the finger (stage/wanted.js), and Python is asked only for another choice.
"""

from collections.abc import Mapping
from typing import Any

from cnnviz.kernels import KERNELS
from cnnviz.pictures import Picture
from cnnviz.ui import cached, state
from cnnviz.ui.component import component
from cnnviz.ui.held import held
from cnnviz.ui.settings import FILTER, KERNEL, KERNEL_NAMES, SLIDING, kernel_in_sizes
from cnnviz.ui.state import Setting, one_of, put

_component = component("compare")

MOST_COMPARED = 8
NONE = "none"  # what the link says of a list that somebody has emptied: it stays so


def _read(text: str) -> tuple[str, ...] | None:
    names = tuple(name for name in dict.fromkeys(text.split("|")) if name in KERNEL_NAMES)[:MOST_COMPARED]
    return names if names or text == NONE else None


COMPARED: Setting[tuple[str, ...]] = Setting(
    "filters", ("Sobel, top to bottom", "Laplacian", "Box blur"), _read, lambda names: "|".join(names) or NONE
)
SCALE = one_of("scale", ["each map", "all maps"])


def _act(told: object) -> None:
    """What was pressed in the row, [what, name]. Anything can come from the browser."""
    chosen, shown = state.now(COMPARED), state.now(KERNEL)
    match told:
        case ["scale", str(name)] if name in SCALE.options:
            put(scale=name)
        case [str(), str(name)] if name not in KERNEL_NAMES:
            pass
        case ["add", str(name)] if len(chosen) < MOST_COMPARED and name not in chosen:
            put(filters=(*chosen, name))
        case ["remove", str(name)]:
            put(filters=tuple(other for other in chosen if other != name))
        case ["show", str(name)]:
            # What stood on the stage takes the place of what goes there, so the way back is one click too.
            is_free = shown in KERNEL_NAMES and shown not in chosen
            put(kernel=name, filters=tuple(shown if other == name and is_free else other for other in chosen))


def compare(
    picture: Picture, divisor: float, *, key: str, group: str, held_picture: str, live: Mapping[str, Any]
) -> None:
    """The row: the map of the filter on the stage, then those of the filters that were chosen.

    group         of the stage that it shares its cursor with
    held_picture  the id of the picture's levels, where the browser holds them: see `ui.held`
    live          what that stage follows: `Live` of types.d.ts
    """
    lab, depth = state.values((*FILTER, *SLIDING)), len(picture.pixels)
    chosen = [name for name in state.now(COMPARED) if name != lab["kernel"]]
    kernels = {lab["kernel"]: live["kernels"]} | {
        name: held(cached.kernels(*kernel_in_sizes({**lab, "kernel": name}), depth), f"kernel-{KERNEL_NAMES[name]}")
        for name in chosen
    }
    finds = {told.name: told.finds for told in KERNELS.values()}
    tiles = [{"name": name, "finds": finds.get(name, ""), "kernels": id} for name, id in kernels.items()]
    is_full = len(state.now(COMPARED)) == MOST_COMPARED
    data = {
        "picture": held_picture, "divisor": divisor, "live": live, "group": group, "tiles": tiles,
        "scale": state.now(SCALE), "others": [] if is_full else [name for name in KERNEL_NAMES if name not in kernels],
    }  # fmt: skip
    _component(key=key, data=data, on_act_change=lambda: _act(state.component_state(key, "act")))
