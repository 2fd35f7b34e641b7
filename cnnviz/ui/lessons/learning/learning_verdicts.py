"""What came of each comparison, told with its numbers, whichever wins; and of the run."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.experiments.learning_curves import LearningCurve, reached
from cnnviz.numbers import fixed, grouped
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.learning.learning_run import LearningRun
from cnnviz.ui.markup import html
from cnnviz.ui.words import many, number, percent

GOAL = 0.5  # a loss at which most digits are right
LITTLE = 0.01  # a difference of shares that another seed may turn round


def race(found: Mapping[str, Any]) -> str:
    """ReLU against sigmoid: steps and seconds to a loss of GOAL, and what a step costs."""
    curves = {name: LearningCurve(**{"name": name, **one}) for name, one in found["curves"].items()}
    there = {name: reached(curve, GOAL) for name, curve in curves.items()}
    told = [
        f"{name} {f'{grouped(at[0])} steps and {fixed(at[1], 2)} s' if at else 'never, here'}"
        for name, at in there.items()
    ]
    a_step = {name: 1000 * curve.seconds[-1] / curve.steps[-1] for name, curve in curves.items()}
    text = html("To a loss of {}: <b>{}</b>. ", number(GOAL), "; ".join(told))
    relu, sigmoid = there["ReLU"], there["sigmoid"]
    if relu and sigmoid:
        steps, seconds = sigmoid[0] / relu[0], sigmoid[1] / relu[1]
        text += f"ReLU took {_times(steps)} steps and {_times(seconds)} seconds of sigmoid’s. "
    held = {name: percent(share) for name, share in found["held"].items()}
    if held:
        text += f"Of 2,000 held-out digits, ReLU got {held['ReLU']} right and sigmoid {held['sigmoid']}. "
    cost = a_step["sigmoid"] / a_step["ReLU"]
    text += (
        f"A step took {number(a_step['ReLU'], 3)} ms with ReLU and {number(a_step['sigmoid'], 3)} ms with sigmoid: "
        f"{number(cost, 3)} times as long. "
    )
    if relu and sigmoid and sigmoid[0] > relu[0]:
        share = "most" if steps > cost * 1.2 else "part"
        text += f"So the claim holds here, and {share} of it is the gradient, not the cost of the function."
    elif relu and not sigmoid:
        text += "So the claim holds here: what holds sigmoid up is the gradient, not the cost of the function."
    else:
        text += "With these settings the claim does not hold."
    return text


def _times(factor: float) -> str:
    return f"1/{number(factor, 2)} of the" if factor >= 1 else f"{number(1 / factor, 2)} times the"


def moved(found: Mapping[str, Any]) -> str:
    """CONV against FC, where the digits were learnt and where they have been moved to."""
    conv, fc = found["sides"]["CONV"], found["sides"]["FC"]
    told = [
        f"{f'moved by {shift} pixels' if shift else 'where they stood'}: {percent(ours)} against {percent(theirs)}"
        for shift, ours, theirs in zip(found["shifts"], conv["accuracies"], fc["accuracies"])
        if shift in (0, 2, found["shifts"][-1])
    ]
    text = html(
        "With {} and {} parameters, CONV and FC got right, of digits <b>{}</b>. ",
        grouped(conv["parameters"]),
        grouped(fc["parameters"]),
        "; ".join(told),
    )
    lead = conv["accuracies"][0] - fc["accuracies"][0]
    far = conv["accuracies"][2] - fc["accuracies"][2]
    if lead > LITTLE and far > LITTLE:
        text += "Shared weights learn more from as many digits, and what they have learnt survives a move better. "
    elif lead > LITTLE:
        text += "Shared weights learn more from as many digits; a move they do not survive better. "
    elif far > LITTLE:
        text += "Where digits stay put neither is clearly ahead; a move CONV survives better. "
    else:
        text += "Here shared weights were of no clear use. "
    if conv["accuracies"][-1] < 0.5:
        text += (
            f"But moved by {found['shifts'][-1]} pixels both fail: the FC layers behind CONV have learnt at which "
            "places of the maps to look."
        )
    return text


def small(found: Mapping[str, Any]) -> str:
    """With and without dropout, with and without pooling: both accuracies, and the gap."""
    curves = found["curves"]
    last = {name: (one["training"][-1], one["held_out"][-1]) for name, one in curves.items()}
    told = [
        f"{name} {percent(train)} and {percent(held)}, a gap of {fixed(100 * (train - held), 1)}"
        for name, (train, held) in last.items()
    ]
    gaps = {name: train - held for name, (train, held) in last.items()}
    text = html("Right of the digits that were learnt, and of others: <b>{}</b>. ", "; ".join(told))
    text += _sentence("Dropout", gaps["plain"] - gaps["dropout"], last["dropout"][1] - last["plain"][1])
    return text + _sentence("Pooling", gaps["no pooling"] - gaps["plain"], last["plain"][1] - last["no pooling"][1])


def _sentence(what: str, narrower: float, better: float) -> str:
    moved = "narrowed the gap" if narrower > 0 else "widened the gap"
    gap = moved if abs(narrower) > LITTLE else "left the gap as it was"
    if abs(better) <= LITTLE:
        return f"{what} {gap}, and made no clear difference to the others. "
    got = "got more of the others right" if better > 0 else "got fewer of the others right"
    return f"{what} {gap} and {got} ({fixed(100 * abs(better), 1)} in a hundred). "


QUESTION = (
    "With SGD and its usual rate, how many passes does it take to what Adam reaches in one? And with sigmoid, does SGD "
    "learn at all? Train “FC only” too: do its 32 × 32 weights come to look like anything?"
)


def ending(run: LearningRun | None) -> Ending:
    """What is seen, with the numbers of this run, and the question."""
    if run is None:
        return Ending("A network learns the digits if it takes one and ends in ten scores.", QUESTION)
    told = run.latest
    _, held, held_of = told.held_curve[-1]
    if told.step == 0:
        return Ending(
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
    return Ending(see, QUESTION)
