"""How the lesson ends: what was seen, with this picture's numbers, and a question that its controls can answer."""

from __future__ import annotations

from cnnviz.numbers import grouped
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.pooling.pooling_counted import Savings
from cnnviz.ui.lessons.pooling.pooling_maps import Moved, Pooled
from cnnviz.ui.lessons.pooling.pooling_moves import by
from cnnviz.ui.words import percent


def ending(found: Pooled, counted: Savings, measured: Moved | None) -> Ending:
    """What is seen, and the question."""
    before, after = counted.numbers
    whole, left = counted.fully
    seen = (
        f"{found.kind.capitalize()} pooling leaves {grouped(after)} of {grouped(before)} numbers "
        f"({percent(after, before)}: {percent(before - after, before)} fewer). A next CONV keeps all its parameters; a "
        f"next FC needs {grouped(left)} instead of {grouped(whole)}. "
    )
    if measured:
        one = measured.pooled[found.kind].changes[1]
        seen += (
            f"A move by one pixel changes the map by {by(measured.of_map[1])}, the pooled map by "
            f"{by(one)}, the global average by {by(measured.of_average[1])}."
        )
    return Ending(
        seen,
        "Move by 2 pixels with K = 2, S = 2, and again with K = 8, S = 8: which pooled map changes less, and how many "
        "numbers are left to pay for it?",
    )
