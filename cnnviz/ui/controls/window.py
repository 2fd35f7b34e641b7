"""K, S, P, D and the border, with what each does to the picture."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import cached, formulas, settings, state
from cnnviz.ui.controls.basics import dial, dials, select, text, toggle
from cnnviz.ui.held import held
from cnnviz.ui.letters import lettered
from cnnviz.ui.settings import BORDER, FILTER, KW, RECT, SIDES, SLIDING, D, K, P, S, Windows
from cnnviz.ui.state import put


def lab() -> dict[str, Any]:
    """The settings of filter and window as they stand."""
    return state.values((*FILTER, *SLIDING))


def sliders(picture: Picture) -> None:
    """K, S, P, D and the border in one row, with what each does to this picture."""
    boxes = st.columns([1, 1, 1, 1, 0.9], gap="medium")
    k, s, d = dials([boxes[0], boxes[1], boxes[3]], {"K kernel": K, "S stride": S, "D dilation": D})
    with boxes[2]:
        p = dial("P padding", P, then=lambda: put(sides=""))
    with boxes[4], st.container(key="border-box", gap=None):
        select("Border", BORDER, help="What stands in the padding.")
        with st.popover("rectangle, sides", type="tertiary"):
            toggle("K's height and width differ", RECT)
            kw = dial("K's width", KW)
            text(
                "Padding: top, bottom, left, right",
                SIDES,
                placeholder="P on all four",
                help="Padding for each side. Empty: P on all four.",
            )
    now = lab()
    kw.say("K is then the height." if now["rect"] else "Switch it on to give the kernel a width of its own.")
    k.say(formulas.kernel(now["k"], now["kw"] if now["rect"] else None))
    s.say(formulas.overlap(_window(now, 0), _window(now, 1)))
    p.say(_padding_words(now, picture))
    keep = "keep the size" if now["s"] == 1 else lettered("keep the size (S = 1)")
    p.room.button(keep, key="keep", type="tertiary", on_click=_keep)
    d.say(formulas.span(_window(now, 0), _window(now, 1)))


def _window(now: Mapping[str, Any], axis: int) -> Window:
    """The window down (0) or across (1), without its padding."""
    return Window(settings.kernel_size(now)[axis], now["s"], 0, now["d"])


def live(depth: int) -> dict[str, Any]:
    """What of the lab can be changed under the finger, on a picture of `depth` channels: as `stage` takes it."""
    now = lab()
    kernels = cached.kernels(*settings.kernel_in_sizes(now), depth)
    return {**settings.live(now), "kernels": held(kernels, "kernel")}


def windows() -> Windows:
    """The windows that the sliders mean. Raises SettingError for sides that cannot be read."""
    return settings.windows(lab())


def _keep() -> None:
    put(**settings.keeping(lab()))


def _padding_words(now: Mapping[str, Any], picture: Picture) -> str:
    _, height, width = picture.shape
    if not settings.works(now, picture):
        return "gives no map: see below"
    out = settings.windows(now).output_size(picture)
    told = f"keeps {times(*out)}" if out == (height, width) else f"{times(height, width)} becomes {times(*out)}"
    return f"by sides, {now['sides']}: {told}" if now["sides"].strip() else told
