"""Two CONV layers in a row as plain values: what the settings mean, whether they work, what would. No Streamlit."""

import math
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from cnnviz import kernels
from cnnviz.errors import CnnvizError, DoesNotFit
from cnnviz.graph import BUDGET_MULTIPLY_ADDS, Row
from cnnviz.kernels import KERNELS, over_rgb
from cnnviz.layers import Conv2d
from cnnviz.layers.filters import divisors
from cnnviz.network import Network
from cnnviz.numbers import grouped
from cnnviz.pictures import Picture
from cnnviz.pictures.picture import proportional
from cnnviz.ui import settings
from cnnviz.ui.settings import MOST_NUMBERS, Remedies, Works
from cnnviz.ui.state.setting import integer, one_of, starts
from cnnviz.ui.words import listed, many

LAB, RANDOM = "the lab's kernels", "random"
# f, g: filters and groups of the first layer; f2, g2: of the second. K, S and P are those of both.
F, G, F2, G2 = integer("f", 6, 1, 16), integer("g", 1, 1, 16), integer("f2", 12, 1, 16), integer("g2", 1, 1, 16)
WHICH = one_of("first", [LAB, RANDOM])
OPERATION = (settings.K, settings.S, settings.P, F, G, F2, G2, WHICH, settings.SEED, settings.SIZE)
START = starts(OPERATION)

# The first layer's filters, in this order: what finds the most different features comes first.
ORDER = (
    "sobel-x", "sobel-y", "gaussian-blur", "laplacian", "gabor", "diagonal-edge", "sharpen", "outline", "emboss",
    "prewitt-x", "prewitt-y", "scharr-x", "scharr-y", "diagonal-cross", "box-blur", "identity",
)  # fmt: skip


def layers(state: Mapping[str, Any]) -> tuple[Conv2d, Conv2d]:
    """The two layers. Raises SettingError for filters that do not fall into their groups."""
    window = {"kernel_size": state["k"], "stride": state["s"], "padding": state["p"]}
    return Conv2d(state["f"], **window, groups=state["g"]), Conv2d(state["f2"], **window, groups=state["g2"])


def conv(row: Row) -> Conv2d:
    """The layer of a row: both are CONV."""
    return cast(Conv2d, row.layer)


def network(state: Mapping[str, Any], shape: tuple[int, ...]) -> Network:
    """Both layers on a picture of this shape, counted. Raises DoesNotFit or SettingError where they cannot be run."""
    for number, (filters, groups) in enumerate(((state["f"], state["g"]), (state["f2"], state["g2"])), 1):
        depth = shape[0] if number == 1 else state["f"]
        _check_groups(number, depth, filters, groups)
    counted = Network(shape, layers(state))
    numbers = sum(math.prod(shape) for shape in counted.shapes)
    for count, most, what in (
        (counted.multiply_adds, BUDGET_MULTIPLY_ADDS, "take {} multiply-adds; this page runs up to {}."),
        (numbers, MOST_NUMBERS, "and the picture are {} numbers; this page draws up to {}."),
    ):
        if count > most:
            raise DoesNotFit(f"Both layers {what.format(grouped(count), grouped(most))} Fewer filters or pixels fit.")
    return counted


def _check_groups(number: int, depth: int, filters: int, groups: int) -> None:
    """One sentence for both ways in which groups can fail: what comes in, and what goes out."""
    if depth % groups == 0 and filters % groups == 0:
        return
    comes = many(depth, "channel" if number == 1 else "map")
    raise DoesNotFit(
        f"Layer {number}: {comes} and {many(filters, 'filter')} cannot both be divided into {groups} equal groups; "
        f"{listed(possible(depth, filters), 'or')} can be."
    )


def possible(depth: int, filters: int) -> list[int]:
    """The numbers of groups that divide both."""
    return divisors(math.gcd(depth, filters))


def problem(state: Mapping[str, Any], shape: tuple[int, ...]) -> CnnvizError | None:
    """Why these settings give no maps of a picture of this shape; None where they do."""
    return settings.refused(lambda: network(state, shape))


def remedies(state: Mapping[str, Any], picture: Picture) -> Remedies:
    """What to press when settings do not work: of each one the nearest value that does, the size of the picture too.

    Of groups, every number that the sentence names.
    """
    shape = picture.shape

    def works(tried: Mapping[str, Any]) -> bool:
        return problem(tried, shape) is None

    found = settings.nearest(state, {"k": "K", "s": "S", "p": "P", "f": "F"}, works)
    found += _groups(state, "g", "G", possible(shape[0], state["f"]), works)
    found += settings.nearest(state, {"f2": "F₂"}, works)
    found += _groups(state, "g2", "G₂", possible(state["f"], state["f2"]), works)
    for longest in (768, 512, 384, 256, 192, 128, 64):
        smaller = (shape[0], *proportional(shape[1:], longest))
        if longest < max(shape[1:]) and problem(state, smaller) is None:
            found.append((f"Longest side = {longest}", {"size": longest}))
            break
    plain = {key: START[key] for key in ("k", "s", "p", "f", "g", "f2", "g2")}
    if not found:
        found.append(("K = 3, S = 1, P = 1, 6 and 12 filters, no groups", plain | {"size": START["size"]}))
    return found


def _groups(state: Mapping[str, Any], key: str, letter: str, numbers: list[int], works: Works) -> Remedies:
    return [(f"{letter} = {groups}", {key: groups}) for groups in numbers if works({**state, key: groups})]


def names(state: Mapping[str, Any]) -> list[str]:
    """What each filter of the first layer is."""
    if state["first"] == RANDOM:
        return [f"random {at + 1}" for at in range(state["f"])]
    presets = _presets(state["k"])[: state["f"]]
    return [KERNELS[key].name for key in presets] + [f"random {at + 1}" for at in range(len(presets), state["f"])]


def _presets(k: int) -> list[str]:
    """Those of the lab's kernels that there are at this size; of two with the same weights (K = 2) the first."""
    found: dict[bytes, str] = {}
    for key in ORDER:
        if KERNELS[key].allows(k):
            found.setdefault(kernels.named(key, k).tobytes(), key)
    return list(found.values())


def parameters(state: Mapping[str, Any], counted: Network) -> list[dict[str, np.ndarray]]:
    """Weights and biases of both layers, float64, the biases 0.

    Random ones are those with which learning would begin (He et al. 2015), the same for the same seed. The lab's
    kernels reach over the whole depth, a colour by its share of the brightness; in a group of one colour they are as
    they are. Where the lab has fewer of this size than F, random ones follow.
    """
    found = [{name: array.astype(np.float64) for name, array in one.items()} for one in counted.initial(state["seed"])]
    if state["first"] == RANDOM:
        return found
    weight = found[0]["weight"]
    for at, key in enumerate(_presets(state["k"])[: len(weight)]):
        kernel = kernels.named(key, state["k"])
        weight[at] = over_rgb(kernel) if weight.shape[1] == 3 else kernel
    return found
