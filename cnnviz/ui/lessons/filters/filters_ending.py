"""What was seen, with the numbers of these settings, and the question that the page's own controls answer."""

from __future__ import annotations

from cnnviz.network import Network
from cnnviz.numbers import times
from cnnviz.ui import formulas
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.filters.filters_costs import product
from cnnviz.ui.lessons.filters.filters_two_layers import conv
from cnnviz.ui.words import many


def ending(network: Network) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(network), _question(network))


def _seen(network: Network) -> str:
    """The depth rule, the cost and the receptive field in this picture's numbers."""
    first, second = network.rows
    filters, after = first.output_shape[0], second.output_shape[0]
    reads = second.input_shape[0] // conv(second).groups
    down, across = second.fields
    are = "is" if after == 1 else "are each"
    return (
        f"Each filter gives one map: {many(filters, 'filter')}, {many(filters, 'map')}, stacked to a volume of depth"
        f" {filters}. So layer 2’s {many(after, 'filter')} {are} {reads} deep: {product(second)} parameters, beside"
        f" {product(first)} in layer 1. Through both, a number of layer 2 sees {times(down.size, across.size)} pixels"
        f"{formulas.read_of(network.sight(second.index))}."
    )


def _question(network: Network) -> str:
    """What doubling F does to either layer."""
    filters = network.rows[0].output_shape[0]
    other = 2 * filters if filters <= 8 else filters // 2
    change = "Double" if other > filters else "Halve"
    return (
        f"{change} layer 1’s filters, from {filters} to {other}. Which layer’s parameters change: the first’s, the"
        " second’s or both? Guess, then move F and read the two products."
    )
