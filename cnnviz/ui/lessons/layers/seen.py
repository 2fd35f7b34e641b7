"""What this picture and this stack have shown, and a question."""

from __future__ import annotations

from html import escape

from cnnviz.network import Row
from cnnviz.ui.lessons.layers.setup import Setup
from cnnviz.ui.lessons.layers.stack import size
from cnnviz.ui.words import percent


def seen(setup: Setup) -> str:
    """In two sentences, with the numbers of this stack."""
    network = setup.stack.network
    if not network.rows:
        return "A network is its layers, one behind the other; each reads what the one before it made."
    volumes = [row for row in network.rows if len(row.output_shape) == 3]
    parts = [
        f"{len(network.rows)} layers make {size(network.shapes[-1])} numbers of the picture’s "
        f"{size(network.input_shape)}, with {network.parameters:,} parameters."
    ]
    if volumes:
        first, last = volumes[0], volumes[-1]
        parts.append(f"A unit of layer 1 sees {_field(first)} of the picture")
        if last.fields == first.fields:
            parts[-1] += "; behind it no layer widens that."
        else:
            parts[-1] += f", one of layer {last.index + 1} sees {_field(last)}: deeper units see more."
    fully = sum(row.parameters for row in network.rows if row.layer.kind == "FC")
    if fully and network.parameters:
        parts.append(
            f"{percent(fully, network.parameters)} of the parameters are in FC layers, where nothing is shared."
        )
    return escape(" ".join(parts))


def _field(row: Row) -> str:
    return f"{row.fields[0].size} × {row.fields[1].size}"


def question() -> str:
    """What the controls can answer."""
    return (
        "Remove the POOL layers one by one: what becomes of FC’s parameters, of CONV’s, and of what a unit of the last "
        "map sees? Then put “global average” before the FC."
    )
