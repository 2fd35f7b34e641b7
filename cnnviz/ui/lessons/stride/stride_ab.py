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
    """

    letter: str
    k: str
    s: str
    p: str
    more: str

    def windows(self, state: Mapping[str, Any]) -> Windows:
        """Its window, the same down and across."""
        p = state[self.p]
        window = Window(state[self.k], state[self.s], (p, p + state[self.more]))
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
        return {self.k: k, self.s: 1, self.p: before, self.more: after > before}

    def works(self, state: Mapping[str, Any], picture: Picture) -> bool:
        """Whether it gives a map of this picture."""
        return self.problem(state, picture) is None

    def problem(self, state: Mapping[str, Any], picture: Picture) -> CnnvizError | None:
        """Why it gives no map of this picture, or None where it does."""
        return settings.refused(lambda: self.windows(state).output_size(picture))

    def remedies(self, state: Mapping[str, Any], picture: Picture) -> settings.Remedies:
        """What to press where it does not work: labels and changes, one setting at a time where that is enough."""
        works = partial(self.works, picture=picture)
        found = settings.nearest(state, {self.k: "K", self.p: "P"}, works)
        if state["border"] != "zeros" and works({**state, "border": "zeros"}):
            found.append(("border: zeros", {"border": "zeros"}))
        if not found:
            found = [("K = 3, S = 1, P = 1, zeros", {**self.keeping(3), "border": "zeros"})]
        return found


A = Variant("A", "k", "s", "p", "more")
B = Variant("B", "kb", "sb", "pb", "moreb")
BOTH = (A, B)
KB, SB, PB = integer("kb", 3, 1, 15), integer("sb", 2, 1, 8), integer("pb", 1, 0, 15)
MORE, MORE_B = flag("more"), flag("moreb")
OPERATION = (settings.K, settings.S, settings.P, settings.BORDER, MORE, KB, SB, PB, MORE_B)
# The lecture's own case on A; on B the same window without stride, to compare it with.
LECTURE: dict[str, Any] = {
    **{key: value for key, value in DEMOS[DEMO].items() if key not in ("kernel", "d")},
    "border": "zeros", "more": False, **B.keeping(3),
}  # fmt: skip
