"""What was seen, with the numbers of this picture and these settings; and one question."""

from __future__ import annotations

from cnnviz.numbers import grouped
from cnnviz.ops import Activation
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.activations.activations_map import SignedMap, counted
from cnnviz.ui.lessons.activations.activations_stack import GradientStack
from cnnviz.ui.words import capital, number, percent


def ending(map: SignedMap | None, activation: Activation, stack: GradientStack) -> Ending:
    """What is seen, of the map too where there is one, and a question; HTML, without a word of the visitor's."""
    see = ""
    if map:
        found, size = counted(map, activation), map.numbers.size
        see = (
            f"{capital(activation.name)} zeroes {percent(found.zeroed, size)} of this map’s {grouped(size)} numbers; "
            f"{percent(found.saturated, size)} lie where it is saturated. "
        )
    if stack.depth > 1:
        see += (
            f"Through {stack.depth} layers ({stack.start}) sigmoid leaves {number(stack.left('sigmoid'))} of a "
            f"gradient and ReLU {number(stack.left('relu'))}. The claim holds with a condition: where it is open, ReLU "
            "does not shrink a gradient, but slope and weights decide together whether it arrives."
        )
    else:
        see += "A stack of one layer gets a gradient whole; more layers show what becomes of it."
    return Ending(
        see,
        "Take 30 layers, and let the weights start as Glorot, then as normal 0.01: does ReLU still save the gradient? "
        "And which activation keeps most of it with Glorot’s start?",
    )
