"""What this lesson's controls mean, as plain values. No Streamlit here: "would this work?" can be asked."""

from collections.abc import Mapping
from typing import Any

from cnnviz.geometry import Window
from cnnviz.layers import AvgPool2d, Conv2d, MaxPool2d, Shape
from cnnviz.pictures import Picture
from cnnviz.ui import settings
from cnnviz.ui.state.setting import integer, one_of

PICTURE, MAP = "picture", "activation map"
MAX, AVERAGE = "max", "average"
POOL = one_of("pool", [MAX, AVERAGE])
OF = one_of("of", [MAP, PICTURE])
PK, PS, PP = integer("pk", 2, 1, 15), integer("ps", 2, 1, 8), integer("pp", 0, 0, 7)
OPERATION = (*settings.FILTER, POOL, OF, PK, PS, PP)

Pool = MaxPool2d | AvgPool2d


def layer(state: Mapping[str, Any]) -> Pool:
    """The pooling layer that these settings mean. Raises SettingError."""
    window = state["pk"], state["ps"], state["pp"]
    return MaxPool2d(*window) if state["pool"] == MAX else AvgPool2d(*window)


def live(state: Mapping[str, Any]) -> dict[str, Any]:
    """What of it the stage follows, and what it rests on."""
    return {**settings.followed(state, {"pk": "k", "ps": "s", "pp": "p"}), "rests": ["k"] if state["of"] == MAP else []}


def source_shape(state: Mapping[str, Any], picture: Picture) -> Shape:
    """The shape of the one map that is pooled. Raises KernelError and DoesNotFit."""
    _, height, width = picture.shape
    if state["of"] == PICTURE:
        return 1, height, width
    filter = settings.filter_of(state, len(picture.pixels))
    return Conv2d(1, filter.weight.shape[1:]).output_shape(picture.shape)


def works(state: Mapping[str, Any], picture: Picture) -> bool:
    """Whether these settings give a pooled map of this picture."""
    return not settings.refused(lambda: layer(state).output_shape(source_shape(state, picture)))


def remedies(state: Mapping[str, Any], picture: Picture) -> settings.Remedies:
    """What to press when they do not: labels and changes, the nearest of one setting where that is enough."""
    letters = {"pk": "K", "pp": "P", "k": "the kernel's K"}
    found = settings.nearest(state, letters, lambda tried: works(tried, picture))
    if state["of"] == MAP and works({**state, "of": PICTURE}, picture):
        found.append(("pool the picture itself", {"of": PICTURE}))
    if found:
        return found
    small = {"of": PICTURE, "pk": 2, "ps": 2, "pp": 0}
    size = small if works({**state, **small}, picture) else {**small, "pk": 1, "ps": 1}
    return [(f"the picture itself, K = {size['pk']}, S = {size['ps']}, P = 0", size)]


def window(state: Mapping[str, Any]) -> Window:
    """The window, the same down and across."""
    return Window(state["pk"], state["ps"], state["pp"])
