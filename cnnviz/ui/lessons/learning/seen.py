"""What this run has shown, and a question."""

from __future__ import annotations

import numpy as np

from cnnviz.numbers import grouped
from cnnviz.ui.lessons.learning.run import Run
from cnnviz.ui.words import many, number, percent

QUESTION = (
    "With SGD and its usual rate, how many passes does it take to what Adam reaches in one? And with sigmoid, does SGD "
    "learn at all? Train “FC only” too: do its 32 × 32 weights come to look like anything?"
)


def noticed(run: Run | None) -> tuple[str, str]:
    """What is seen, with the numbers of this run, and the question."""
    if run is None:
        return "A network learns the digits if it takes one and ends in ten scores.", QUESTION
    told = run.latest
    _, held, held_of = told.held_curve[-1]
    if told.step == 0:
        return (
            f"Before any training, {run.plan.name} gets {percent(held)} of {grouped(held_of)} held-out "
            f"digits right: {grouped(run.plan.network.parameters)} random numbers can only guess. Start it.",
            QUESTION,
        )
    alike = float(np.corrcoef(told.before.ravel(), told.now.ravel())[0, 1])
    moved = float(np.linalg.norm(told.now - told.before) / np.linalg.norm(told.before))
    see = (
        f"After {many(told.step, 'step')} and {number(told.seconds, 3)} s of computing, {percent(held)} "
        f"of {grouped(held_of)} digits that it has never seen are right. The filters of {run.plan.layer} have "
        f"moved by {number(moved, 2)} times their length at the start and agree with it to {number(alike, 2)} (1 is "
        "the same pattern, 0 is none of it). "
    )
    _, _, train = told.smooth()
    if run.state == "done" and len(train):
        gap = float(train[-1]) - held
        see += (
            f"On what it learns from it is right {percent(float(train[-1]))} of the time"
            + (": more, which is overfitting, if only a little." if 0.003 < gap < 0.03 else
               ": much more, which is overfitting." if gap >= 0.03 else ".")
        )  # fmt: skip
    return see, QUESTION
