"""What this digit has shown, and a question that the page's own controls answer. HTML."""

from __future__ import annotations

from cnnviz.numbers import grouped
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.lenet.lenet_answers import told
from cnnviz.ui.lessons.lenet.lenet_columns import maps_of
from cnnviz.ui.lessons.lenet.lenet_setup import Run
from cnnviz.ui.words import a, many


def ending(found: Run) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(found), _question(found))


def _seen(found: Run) -> str:
    """With this digit's numbers."""
    network = found.trained.network
    numbers = sum(maps_of(column, found.maps, found.after).size for column in found.columns)  # those that are shown
    output = found.maps[-1]
    winner = found.trained.winner(output)
    name = found.trained.classes[winner]
    how = "squared distance" if found.trained.distances else "probability"
    first, last = found.columns[0], found.columns[-1]
    if found.digit.is_empty:
        return f"{grouped(network.parameters)} learnt numbers wait for a digit. Draw one."
    sees = [" × ".join(str(axis.size) for axis in column.row.fields) for column in (first, last)]
    return (
        f"{grouped(network.parameters)} learnt numbers made {many(numbers, 'number')} of this digit’s "
        f"{grouped(network.input_shape[1] * network.input_shape[2])} pixels, and the last {len(output)} of them say "
        f"{a(name)} ({how} {told(found.trained, output, winner)}). A number of {first.name} sees {sees[0]} pixels, "
        f"one of the last layer {sees[1]}."
    )


def _question(found: Run) -> str:
    """What the controls can answer."""
    if found.move.is_nothing and not found.off:
        return (
            "Guess first: how many pixels to the right can the digit go before the answer changes? Then move the dial. "
            "And which map of C1 does this digit need most: whose switch changes the answer?"
        )
    if found.off:
        return "Switch one map after another off: how many of C1’s six can go before the digit is misread?"
    return "Turn it instead: at how many degrees is it lost? The network was never told what turning is."
