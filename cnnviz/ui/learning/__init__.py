"""A network while it learns: its first filters before and now, what the next batch does to them, curves, answers."""

from collections.abc import Mapping

import numpy as np

from cnnviz.envelope import packed
from cnnviz.ui.component import component

_component = component("learning")


def learning_view(header: Mapping[str, object], arrays: Mapping[str, np.ndarray], *, key: str) -> None:
    """Draw where a network in training stands.

    header  run (another number for another run), state ("untrained", "running", "paused", "done", "left", "failed"),
            words (state, told, held), step, steps, loss, held and trained (as text), layer, of (how many filters it
            has), batch, line, answers (label, guess and sure of each of the digits), own_name, own_label, is_empty
    arrays  before, now, move (F, h, w); curve_steps, curve_loss, curve_train (n,); held_steps, held_share (m,); digits
            (D, 28, 28) and own (28, 28), uint8; own_maps (F, H, W); own_shares (10,)
    """
    _component(key=key, data=packed(header, arrays))
