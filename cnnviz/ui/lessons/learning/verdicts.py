"""What came of each comparison, told with its numbers, whichever wins; HTML. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.experiments.learning_curves import LearningCurve, reached
from cnnviz.numbers import fixed, grouped
from cnnviz.ui.words import number, percent

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
    text = f"To a loss of {number(GOAL)}: <b>{'; '.join(told)}</b>. "
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
    text = (
        f"With {grouped(conv['parameters'])} and {grouped(fc['parameters'])} parameters, CONV and FC got right, of "
        f"digits <b>{'; '.join(told)}</b>. "
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
    text = f"Right of the digits that were learnt, and of others: <b>{'; '.join(told)}</b>. "
    text += _sentence("Dropout", gaps["plain"] - gaps["dropout"], last["dropout"][1] - last["plain"][1])
    return text + _sentence("Pooling", gaps["no pooling"] - gaps["plain"], last["plain"][1] - last["no pooling"][1])


def _sentence(what: str, narrower: float, better: float) -> str:
    gap = (
        "narrowed the gap"
        if narrower > LITTLE
        else "widened the gap"
        if narrower < -LITTLE
        else "left the gap as it was"
    )
    if abs(better) <= LITTLE:
        return f"{what} {gap}, and made no clear difference to the others. "
    got = "got more of the others right" if better > 0 else "got fewer of the others right"
    return f"{what} {gap} and {got} ({fixed(100 * abs(better), 1)} in a hundred). "
