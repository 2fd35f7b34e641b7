"""What both layers cost, as products with their numbers; what groups do to that; and the ending."""

import streamlit as st

from cnnviz.graph import Graph, Row
from cnnviz.layers import Conv2d
from cnnviz.layers.layer import both
from cnnviz.numbers import grouped, times
from cnnviz.ui import formulas
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.filters.filters_two_layers import conv, possible
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, drawing, html, joined, part, rows, show, unseen
from cnnviz.ui.state import put
from cnnviz.ui.words import listed, many


def _depth(row: Row) -> str:
    """C, and what groups leave of it: "6/2"."""
    groups = conv(row).groups
    return f"{row.input_shape[0]}/{groups}" if groups > 1 else str(row.input_shape[0])


def product(row: Row) -> str:
    """(3·3·6 + 1)·12 = 660: parameters as a product."""
    layer = conv(row)
    size = f"{layer.kernel_size}·{layer.kernel_size}·{_depth(row)}"
    return f"({size} + 1)·{layer.out_channels} = {grouped(row.parameters)}"


def _products(row: Row) -> str:
    """Multiply-adds as a product."""
    layer, (_, height, width) = conv(row), row.output_shape
    return (
        f"{height}·{width}·{layer.kernel_size}·{layer.kernel_size}·{_depth(row)}·{layer.out_channels}"
        f" = {grouped(row.multiply_adds)}"
    )


def counts(network: Graph) -> None:
    """A row for each layer: the size of one filter, parameters, multiply-adds; both formulas in letters above."""
    grouped = any(conv(row).groups > 1 for row in network.rows)
    c = "C/G" if grouped else "C"
    head = [
        unseen("layer"),
        "C: depth that comes in",
        "one filter",
        f"parameters: (K·K·{c} + 1)·F",
        f"multiply-adds: height·width·K·K·{c}·F",
    ]
    lines = [
        [f"Layer {row.index + 1}", str(row.input_shape[0]), _one_filter(row), product(row), _products(row)]
        for row in network.rows
    ]
    part(
        "What the two layers cost",
        "A filter’s depth C is not chosen: it is the depth of what comes in, for layer 1 the picture’s channels, for"
        " layer 2 the number of layer 1’s filters. The 1 is the filter’s bias, 0 on this page.",
        rows(head, lines),
    )


def _one_filter(row: Row) -> str:
    layer = conv(row)
    return times(*both(layer.kernel_size), row.input_shape[0] // layer.groups)


def groups(network: Graph) -> None:
    """For each layer a card a number of groups: which channels each filter reads, and what that costs. One to press."""
    part(
        "Groups: filters that read only some of the depth",
        "With G groups, channels and filters fall into G parts, and a filter reads only its own part: G times fewer"
        " links, weights and multiply-adds. With as many groups as channels (depthwise) each filter reads one channel,"
        " and nothing mixes them.",
    )
    for row, key in zip(network.rows, ("g", "g2"), strict=True):
        with st.container(key=f"groups-{key}"):
            _cards(row, key)


def _cards(row: Row, key: str) -> None:
    depth, filters = row.input_shape[0], conv(row).out_channels
    numbers = possible(depth, filters)
    cannot = [number for number in range(1, depth + 1) if number not in numbers]
    why = f" {listed(cannot)} cannot be: G must divide C and F." if cannot else ""
    hint = '<p class="hint"><b>Layer {}:</b> C = {}, F = {}.{}</p>'
    show(html(hint, row.index + 1, depth, filters, why))
    with st.container(key=f"cards-{key}", horizontal=True):
        for number in numbers:
            with st.container(key=f"card-{key}-{number}", border=True, gap=None, width=206):
                _card(row, key, number)


def _card(row: Row, key: str, number: int) -> None:
    layer, depth = conv(row), row.input_shape[0]
    k, filters = layer.kernel_size, layer.out_channels
    tried = Conv2d(filters, k, layer.stride, layer.padding, groups=number)
    title = f"G = {number}" + (", depthwise" if number == depth > 1 else "")
    card = (
        '<div class="links"><b>{}</b>{}<span>{} links of {}</span><span>{} parameters</span>'
        "<span>{} multiply-adds</span></div>"
    )
    counted = grouped(tried.parameters(row.input_shape)), grouped(tried.multiply_adds(row.input_shape))
    drawn = links(depth, filters, number)
    show(html(card, title, drawn, depth * filters // number, depth * filters, *counted))
    isnow = number == layer.groups
    st.button(
        "chosen" if isnow else lettered(f"choose G = {number}"),
        key=f"choose-{key}-{number}",
        disabled=isnow,
        on_click=put,
        kwargs={key: number},
        width="stretch",
    )


def links(depth: int, filters: int, groups: int) -> Markup:
    """A drawing: the channels on the left, the filters on the right, a line where a filter reads a channel."""
    high, wide, left, right = 92, 180, 22, 158

    def y(at: int, count: int) -> float:
        return round(high * (at + 0.5) / count, 1)

    lines = joined(
        html('<line x1="{}" y1="{}" x2="{}" y2="{}"/>', left, y(channel, depth), right, y(filter, filters))
        for filter in range(filters)
        for channel in range(depth)
        if filter * groups // filters == channel * groups // depth
    )
    dots = joined(
        html('<circle cx="{}" cy="{}" r="3"/>', x, y(at, count))
        for x, count in ((left, depth), (right, filters))
        for at in range(count)
    )
    size = html(' width="{}" height="{}"', wide, high)
    svg = html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"{}>'
        '<g stroke="#3f87cf" stroke-opacity="0.7">{}</g><g fill="#7d8894">{}</g></svg>',
        wide, high, size, lines, dots,
    )  # fmt: skip
    return drawing(svg, f"{depth} channels, {filters} filters, {depth * filters // groups} links", size)


def ending(network: Graph) -> Ending:
    """The depth rule, the cost and the receptive field in this picture's numbers; and what doubling F does to them."""
    first, second = network.rows
    filters, after = first.output_shape[0], second.output_shape[0]
    reads = second.input_shape[0] // conv(second).groups
    down, across = second.fields
    are = "is" if after == 1 else "are each"
    other = 2 * filters if filters <= 8 else filters // 2
    change = "Double" if other > filters else "Halve"
    return Ending(
        f"Each filter gives one map: {many(filters, 'filter')}, {many(filters, 'map')}, stacked to a volume of depth"
        f" {filters}. So layer 2’s {many(after, 'filter')} {are} {reads} deep: {product(second)} parameters, beside"
        f" {product(first)} in layer 1. Through both, a number of layer 2 sees {times(down.size, across.size)} pixels"
        f"{formulas.read_of(network.sight(second.index))}.",
        f"{change} layer 1’s filters, from {filters} to {other}. Which layer’s parameters change: the first’s, the"
        " second’s or both? Guess, then move F and read the two products.",
    )
