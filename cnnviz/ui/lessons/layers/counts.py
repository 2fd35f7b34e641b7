"""The table: what comes out of each layer, what it has to learn, what it takes to compute, what a unit sees."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.graph import Graph, Row
from cnnviz.layers.typed import read
from cnnviz.models import ARCHITECTURES
from cnnviz.numbers import grouped
from cnnviz.ui.lessons.layers.setup import Setup
from cnnviz.ui.lessons.layers.stack import field, size
from cnnviz.ui.markup import part, rows
from cnnviz.ui.words import many, percent

HEAD = ("Layer", "Output, height × width × depth", "Parameters", "Multiply-adds", "Receptive field")


def counts(setup: Setup) -> None:
    """Every layer that follows, and the total."""
    network = setup.stack.network
    if not network.rows:
        return
    shown, written = len(network.rows), len(setup.stack.parts)
    which = "" if shown == written else f"the first {shown} of {many(written, 'layer')}"
    part(f"Counted{', ' * bool(which)}{which}", f"<p>{_sentence(network)}</p>{_published(setup)}")
    body: list[tuple[str, ...]] = [("Input", size(network.input_shape), "", "", "1 × 1")]
    body += [_row(network, row) for row in network.rows]
    total = f"Total of {which}" if which else "Total"
    body.append((total, "", f"<b>{grouped(network.parameters)}</b>", f"<b>{grouped(network.multiply_adds)}</b>", ""))
    st.html(rows(HEAD, body, chosen=setup.chosen + 1))


def _published(setup: Setup) -> str:
    """What is known of the network, where the stack is one of those that made history, on its own input."""
    for told in ARCHITECTURES.values():
        if read(told.stack) == setup.stack.network.layers and told.input_shape == setup.shape:
            return (
                f"<p><b>{escape(told.name)}</b>, {escape(told.source)}. {escape(told.told)} Published: "
                f"{grouped(told.parameters)} parameters ({escape(told.counted_by)}); "
                f"counted here: {grouped(setup.stack.network.parameters)}.</p>"
            )
    return ""


def _row(network: Graph, row: Row) -> tuple[str, ...]:
    name = f"{row.index + 1} {escape(row.layer.name)}"
    learnt = f"{row.layer.product(row.input_shape)} = <b>{grouped(row.parameters)}</b>" if row.parameters else "none"
    return name, size(row.output_shape), learnt, _work(row), _field(network, row)


def _work(row: Row) -> str:
    """Multiply-adds, or what is done instead."""
    if row.multiply_adds:
        return f"<b>{grouped(row.multiply_adds)}</b>"
    others = [f"{grouped(count)} {name}" for name, count in row.layer.operations(row.input_shape).items() if count]
    return f"none; {', '.join(others)}" if others else "none"


def _field(network: Graph, row: Row) -> str:
    """What a unit sees of the picture; units that see past its edge on all sides see all of it."""
    sides = network.input_shape[1:]
    whole = all(axis.start <= 0 and axis.start + axis.size >= side for axis, side in zip(row.fields, sides))
    told = field(network, row)
    return f"the whole picture<small>{told}</small>" if whole else told


def _sentence(network: Graph) -> str:
    """Where the parameters are and where the work is."""
    if not network.parameters:
        return "Nothing in this stack is learnt."
    most = max(row.parameters for row in network.rows)
    work = max(row.multiply_adds for row in network.rows)
    return (
        f"{percent(most, network.parameters)} of the {grouped(network.parameters)} parameters are in "
        f"{_layers([row for row in network.rows if row.parameters == most])}; "
        f"{percent(work, network.multiply_adds)} of the {grouped(network.multiply_adds)} multiply-adds in "
        f"{_layers([row for row in network.rows if row.multiply_adds == work])}."
        if network.multiply_adds
        else f"{grouped(network.parameters)} parameters, and no multiply-add."
    )


def _layers(rows: list[Row]) -> str:
    """The first of the layers that have the same count, and how many others share it."""
    first = f"layer {rows[0].index + 1}, {escape(rows[0].layer.name)}"
    return f"{first}, and {many(len(rows) - 1, 'other')}, each" if len(rows) > 1 else first
