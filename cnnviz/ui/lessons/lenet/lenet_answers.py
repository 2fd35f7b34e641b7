"""What the ten last numbers come to, in words and bars; and how the lesson ends."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.models import Trained
from cnnviz.numbers import grouped, times
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.lenet.lenet_setup import DigitRead, bitmaps
from cnnviz.ui.volumes import Answer
from cnnviz.ui.words import a, many, number, percent

# Beyond these an answer is in doubt: a squared distance to the nearest code, a probability.
SURE_WITHIN, SURE_FROM = 10.0, 0.95


def told(trained: Trained, output: NDArray, at: int) -> str:
    """How sure the network is of one class: its probability, or its distance."""
    if trained.distances:
        return number(float(output[at]), 3)
    return percent(float(_shares(trained, output)[at]))


def answer(trained: Trained, output: NDArray, before: NDArray | None, label: int | None, is_empty: bool) -> Answer:
    """The answer for the digit as it stands now; `before` any change, where there was one."""
    winner = trained.winner(output)
    name = trained.classes[winner]
    order = np.argsort(output) if trained.distances else np.argsort(-output)
    second = int(order[1])
    if is_empty:
        verdict = "Draw a digit, and it is read."
        more = f"An empty square it takes for {a(name)}: some answer always wins."
    else:
        is_sure = _is_sure(trained, output)
        verdict = f"It reads {a(name)}." if is_sure else f"Perhaps {a(name)}: it is not sure."
        if trained.distances:
            more = f"The code of {a(name)} is nearest, squared distance {told(trained, output, winner)}; next "
            more += f"{a(trained.classes[second])}, {told(trained, output, second)}."
        else:
            more = f"Probability {told(trained, output, winner)}; next {a(trained.classes[second])}, "
            more += f"{told(trained, output, second)}."
        if label is not None and trained.classes[winner] != str(label):
            more += f" Its writer meant {a(str(label))}: the network is wrong."
        elif label is None and not is_sure and trained.distances:
            more += " Half of all test digits come within 3."
    if before is not None and not is_empty:
        was = trained.winner(before)
        too = " too" if was == winner else ""
        kept = f"{a(trained.classes[was])}{too} ({told(trained, before, was)})"
        more += f" As drawn, with all that was learnt, it is {kept}."
    return Answer(verdict, more, _rows(trained, output), winner, bitmaps(trained))


def _is_sure(trained: Trained, output: NDArray) -> bool:
    """Of the 2,000 packaged test digits it doubts 3 in 100 of those that it reads right, and most of the others."""
    if trained.distances:
        return float(output.min()) <= SURE_WITHIN
    return float(_shares(trained, output).max()) >= SURE_FROM


def _rows(trained: Trained, output: NDArray) -> list[tuple[str, float, str]]:
    bars = output.astype(np.float64) / (float(output.max()) or 1.0) if trained.distances else _shares(trained, output)
    named = enumerate(zip(trained.classes, bars, strict=True))
    return [(name, float(bar), told(trained, output, at)) for at, (name, bar) in named]


def _shares(trained: Trained, output: NDArray) -> NDArray:
    # In float32 a share just below 1 is 1.
    return trained.probabilities(output.astype(np.float64))


def ending(found: DigitRead) -> Ending:
    """What was seen, with this digit's numbers, and the question."""
    network = found.trained.network
    numbers = sum(found.view.maps(column).size for column in found.columns)  # those that are shown
    output = found.maps[-1]
    winner = found.trained.winner(output)
    name = found.trained.classes[winner]
    how = "squared distance" if found.trained.distances else "probability"
    first, last = found.columns[0], found.columns[-1]
    if found.digit.is_empty:
        return Ending(f"{grouped(network.parameters)} learnt numbers wait for a digit. Draw one.", _question(found))
    sees = [times(*(axis.size for axis in column.row.fields)) for column in (first, last)]
    return Ending(
        f"{grouped(network.parameters)} learnt numbers made {many(numbers, 'number')} of this digit’s "
        f"{grouped(network.input_shape[1] * network.input_shape[2])} pixels, and the last {len(output)} of them say "
        f"{a(name)} ({how} {told(found.trained, output, winner)}). A number of {first.name} sees {sees[0]} pixels, "
        f"one of the last layer {sees[1]}.",
        _question(found),
    )


def _question(found: DigitRead) -> str:
    """What the controls can answer."""
    if found.move.is_nothing and not found.off:
        return (
            "Guess first: how many pixels to the right can the digit go before the answer changes? Then move the dial. "
            "And which map of C1 does this digit need most: whose switch changes the answer?"
        )
    if found.off:
        return "Switch one map after another off: how many of C1’s six can go before the digit is misread?"
    return "Turn it instead: at how many degrees is it lost? The network was never told what turning is."
