"""K, S, P, D and the border, with what each does to the picture."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.geometry import Window
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import cached, formulas, settings, state
from cnnviz.ui.controls.basics import choice_of, dial_of, line_of, switch_of
from cnnviz.ui.panel import more, panel
from cnnviz.ui.settings import BORDER, FILTER, KW, RECT, SIDES, SLIDING, D, K, P, S, Windows
from cnnviz.ui.state import Setting, put


def of_window() -> tuple[Setting[Any], ...]:
    """What in the row of sliders changes nothing beside it. The sidebar's kernel hears of its size by itself; where
    height and width differ it has not all of them at hand."""
    return SLIDING if state.now(RECT) else (K, KW, *SLIDING)


def lab() -> dict[str, Any]:
    """The settings of filter and window as they stand."""
    return state.values((*FILTER, *SLIDING))


def lab_at_call() -> Callable[[], dict[str, Any]]:
    """What tells the same as they stand when it is called."""
    return state.at_call((*FILTER, *SLIDING))


def sliders(picture: Picture) -> None:
    """K, S, P, D and the border in one row, with what each does to this picture."""
    now = lab()
    window = _window(now, 0), _window(now, 1)
    keep = ("keep the size" if now["s"] == 1 else "keep the size (S = 1)", _keep)
    of_width = "K is then the height." if now["rect"] else "Switch it on to give the kernel a width of its own."
    less_often = (
        switch_of("K’s height and width differ", RECT),
        dial_of("K’s width", KW, words=of_width),
        line_of(
            "Padding: top, bottom, left, right",
            SIDES,
            placeholder="P on all four",
            help="Padding for each side. Empty: P on all four.",
        ),
    )
    row = (
        dial_of("K kernel", K, words=formulas.kernel(now["k"], now["kw"] if now["rect"] else None)),
        dial_of("S stride", S, words=formulas.overlap(*window)),
        dial_of("P padding", P, words=_padding_words(now, picture), then=lambda: put(sides=""), act=keep),
        dial_of("D dilation", D, words=formulas.span(*window)),
        choice_of("Border", BORDER, help="What stands in the padding."),
        more("rectangle, sides", less_often),
    )
    panel("settings", row)


def _window(now: Mapping[str, Any], axis: int) -> Window:
    """The window down (0) or across (1), without its padding."""
    return Window(settings.kernel_size(now)[axis], now["s"], 0, now["d"])


def live(depth: int) -> dict[str, Any]:
    """What of the lab can be changed under the finger, on a picture of `depth` channels: as `stage` takes it."""
    now = lab()
    id, _ = cached.kernels(*settings.kernel_in_sizes(now), depth)  # held for the sidebar's grid
    return {**settings.live(now), "kernels": id}


def gives_a_map(picture: Picture) -> bool:
    """Whether the lab as it is set gives a map of this picture."""
    return settings.works(lab(), picture)


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
