"""Why not FC: the weights of an FC and of a CONV layer between the same two volumes, to the same scale."""

from __future__ import annotations

import math

import streamlit as st

from cnnviz.graph import Row
from cnnviz.layers import Linear
from cnnviz.numbers import grouped, number
from cnnviz.ui.lessons.layers.setup import Setup
from cnnviz.ui.lessons.layers.stack import size
from cnnviz.ui.lessons.layers.words import bytes_of, distance
from cnnviz.ui.markup import part


def why_not_fc(setup: Setup) -> None:
    """Both counted on the chosen CONV of the stack, or on its first; without one nothing is compared."""
    convolutions = [row for row in setup.stack.network.rows if row.layer.kind == "CONV"]
    row = next((row for row in convolutions if row.index == setup.chosen), convolutions[0] if convolutions else None)
    if row is None:
        part("Why not FC?", "<p>Put a CONV layer into the stack, and it is compared with an FC here.</p>")
        return
    fully = Linear(math.prod(row.output_shape))
    shared, single = row.parameters, fully.parameters(row.input_shape)
    part(
        "Why not FC?",
        f"<p>Layer {row.index + 1}, {row.layer.name}, makes {size(row.output_shape)} of {size(row.input_shape)}. An FC "
        "between the same two volumes has a weight of its own from every number to every number. In CONV each unit "
        "reads a small window, and all units of a map share their weights.</p>",
    )
    st.html(_bars(row, fully, shared, single))


SCREEN = 30  # centimetres: a longer bar is cut at the page's edge


def _bars(row: Row, fully: Linear, shared: int, single: int) -> str:
    ratio = single / shared
    is_off = ratio > SCREEN
    shape = row.input_shape
    lines = (
        ("CONV", row.layer, shared, "short", "width: 1cm", "1 cm"),
        ("FC", fully, single, "long off" if is_off else "long", f"width: {'100%' if is_off else f'{ratio:.2f}cm'}", ""),
    )
    bars = []
    for name, layer, count, kind, style, length in lines:
        goes_on = f"goes on to the right: {distance(ratio)} in all →" if is_off else distance(ratio)
        bars.append(
            f'<div class="row"><b>{name}</b><span>{layer.product(shape)} = <b>{grouped(count)}</b> parameters, '
            f"{bytes_of(count)}; {grouped(layer.multiply_adds(shape))} multiply-adds</span>"
            f'<div class="{kind}" style="{style}"><i>{length or goes_on}</i></div></div>'
        )
    off = " It does not fit on any screen." if is_off else ""
    return (
        f'<div class="against">{"".join(bars)}<p>If CONV’s bar is 1 cm long, FC’s is <b>{distance(ratio)}</b> long: '
        f"{number(ratio, 2)} times as many weights to learn, to keep and to multiply.{off}</p></div>"
    )
