"""The two settings that stand side by side, A and B, as plain values. No Streamlit: "would this work?" can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cnnviz.errors import CnnvizError
from cnnviz.geometry import Window, same_padding
from cnnviz.pictures import Picture
from cnnviz.ui import settings
from cnnviz.ui.controls import DEMOS
from cnnviz.ui.settings import Filter, Windows
from cnnviz.ui.state.setting import flag, integer

BLUR = "Box blur"  # the mean of the window: it has every size, and its map looks like the picture
DEMO = "stride and padding demo"


_BLUR = {**settings.START, "kernel": BLUR}


def blur_in_sizes() -> tuple[settings.Told, settings.Sizes]:
    """The blur and all sizes that K can give it."""
    return settings.kernel_in_sizes(_BLUR)


@dataclass(frozen=True)
class Variant:
    """One of the two: its letter, and the keys of its settings in the session and the URL.

    k, s, p  as everywhere, on both axes alike
    more     whether there is one padding more below and on the right: what an even K needs to keep the size
    same     whether its padding is TensorFlow's SAME instead, which follows from the picture's size
    """

    letter: str
    k: str
    s: str
    p: str
    more: str
    same: str

    def windows(self, state: Mapping[str, Any], picture: Picture) -> Windows:
        """Its window, down and across: the same, where the padding does not follow from the picture's size."""
        k, s, p = state[self.k], state[self.s], state[self.p]
        if state[self.same]:
            return same_windows(k, s, picture, state["border"])
        window = Window(k, s, (p, p + state[self.more]))
        return Windows(window, window, state["border"])

    def filter(self, state: Mapping[str, Any], depth: int) -> Filter:
        """A box blur of its K."""
        return settings.filter_of({**_BLUR, "k": state[self.k]}, depth)

    def live(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """What of it its stage follows."""
        names = {self.k: "k", self.s: "s", self.p: "p", self.more: "more", "border": "border"}
        return settings.followed(state, names, f'.formula[data-of="{self.letter}"]')

    def keeping(self, k: int) -> dict[str, Any]:
        """The changes that give it this K and keep the size: stride 1 and K - 1 of padding in all."""
        before, after = same_padding(k)
        return {self.k: k, self.s: 1, self.p: before, self.more: after > before, self.same: False}

    def works(self, state: Mapping[str, Any], picture: Picture) -> bool:
        """Whether it gives a map of this picture."""
        return self.problem(state, picture) is None

    def problem(self, state: Mapping[str, Any], picture: Picture) -> CnnvizError | None:
        """Why it gives no map of this picture, or None where it does."""
        return settings.refused(lambda: self.windows(state, picture).output_size(picture))

    def remedies(self, state: Mapping[str, Any], picture: Picture) -> settings.Remedies:
        """What to press where it does not work: labels and changes, one setting at a time where that is enough."""
        works = partial(self.works, picture=picture)
        found = settings.nearest(state, {self.k: "K", self.p: "P"}, works)
        if state["border"] != "zeros" and works({**state, "border": "zeros"}):
            found.append(("border: zeros", {"border": "zeros"}))
        if not found:
            found = [("K = 3, S = 1, P = 1, zeros", {**self.keeping(3), "border": "zeros"})]
        return found


def same_windows(k: int, s: int, picture: Picture, border: str = "zeros") -> Windows:
    """TensorFlow's SAME: as many windows as the size over S, rounded up, and the least padding for them."""
    down, across = (Window(k, s, same_padding(k, 1, s, side)) for side in picture.shape[1:])
    return Windows(down, across, border)


A = Variant("A", "k", "s", "p", "more", "same")
B = Variant("B", "kb", "sb", "pb", "moreb", "sameb")
BOTH = (A, B)
KB, SB, PB = integer("kb", 3, 1, 15), integer("sb", 2, 1, 8), integer("pb", 1, 0, 15)
MORE, MORE_B, SAME, SAME_B = flag("more"), flag("moreb"), flag("same"), flag("sameb")
OPERATION = (settings.K, settings.S, settings.P, settings.BORDER, MORE, SAME, KB, SB, PB, MORE_B, SAME_B)
# The lecture's own case on A; on B the same window without stride, to compare it with.
LECTURE: dict[str, Any] = {
    **{key: value for key, value in DEMOS[DEMO].items() if key not in ("kernel", "d")},
    "border": "zeros", "more": False, "same": False, **B.keeping(3),
}  # fmt: skip


def frameworks_at(k: int, s: int) -> dict[str, Any]:
    """The changes that put PyTorch's (K - 1) / 2 on A and TensorFlow's SAME on B, both with this K and S."""
    return {
        A.k: k, A.s: s, A.p: (k - 1) // 2, A.more: False, A.same: False, B.k: k, B.s: s, B.same: True,
        "border": "zeros",
    }  # fmt: skip
