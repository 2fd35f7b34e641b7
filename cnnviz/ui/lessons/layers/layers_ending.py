"""What this picture and this stack have shown, and a question."""

from __future__ import annotations

from cnnviz.layers import GlobalAvgPool
from cnnviz.numbers import grouped
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.layers.layers_setup import Setup
from cnnviz.ui.lessons.layers.layers_stack import field, size
from cnnviz.ui.words import percent


def ending(setup: Setup) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(setup), _question(setup))


def _seen(setup: Setup) -> str:
    """In two sentences, with the numbers of this stack."""
    network = setup.stack.network
    if not network.rows:
        return "A network is its layers, one behind the other; each reads what the one before it made."
    volumes = [row for row in network.rows if len(row.output_shape) == 3]
    parts = [
        f"{len(network.rows)} layers make {size(network.shapes[-1])} numbers of the picture’s "
        f"{size(network.input_shape)}, with {grouped(network.parameters)} parameters."
    ]
    if volumes:
        first, last = volumes[0], volumes[-1]
        parts.append(f"A unit of layer 1 sees {field(network, first, ' of the picture')}")
        if last.fields == first.fields:
            parts[-1] += "; behind it no layer widens that."
        else:
            parts[-1] += f", one of layer {last.index + 1} sees {field(network, last)}: deeper units see more."
    fully = sum(row.parameters for row in network.rows if row.layer.kind == "FC")
    if fully and network.parameters:
        parts.append(
            f"{percent(fully, network.parameters)} of the parameters are in FC layers, where nothing is shared."
        )
    return " ".join(parts)


def _question(setup: Setup) -> str:
    """What the controls can answer on this stack."""
    layers = setup.stack.network.layers
    kinds = [layer.kind for layer in layers]
    if "CONV" not in kinds:
        return "Put a CONV layer first: how many parameters has it, and how many has an FC in its place?"
    asked = "what becomes of FC’s parameters, of CONV’s, and" if "FC" in kinds else "what becomes"
    asked += " of what a unit of the last map sees?"
    is_global = [isinstance(layer, GlobalAvgPool) for layer in layers]
    if any(kind == "POOL" and not whole for kind, whole in zip(kinds, is_global)):
        then = " Then put “global average” before the FC." if "FC" in kinds and not any(is_global) else ""
        return f"Remove the POOL layers one by one: {asked}{then}"
    return f"No POOL layer is left that slides. Put a max pool behind the first CONV: {asked}"
