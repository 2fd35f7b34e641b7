"""How long work takes beside a plain loop, on the same machine in the same moment: a machine's own pace cancels out."""

from __future__ import annotations

import time
from collections.abc import Callable

SIGNS = "1" * 100_000


def loops(work: Callable[[], object], enough: float) -> float:
    """The processor time of `work`, in loops of Python over 100,000 signs that do nothing.

    The least of at most five tries, each beside a loop of its own; the first under `enough` will do. The time is this
    process's alone: others may keep the machine busy.
    """
    least = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in SIGNS:
            pass
        between = time.process_time()
        work()
        least = min(least, (time.process_time() - between) / (between - begun))
        if least < enough:
            break
    return least
