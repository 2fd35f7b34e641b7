"""The table: what comes out of each layer, what it has to learn, what it takes to compute, what a unit sees."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.layers.typed import read
from cnnviz.models import ARCHITECTURES
from cnnviz.network import Network, Row
from cnnviz.ui.lessons.layers.setup import Setup
from cnnviz.ui.lessons.layers.stack import product, size
from cnnviz.ui.markup import part, rows
from cnnviz.ui.words import percent

HEAD = ("Layer", "Output, height × width × depth", "Parameters", "Multiply-adds", "Receptive field")


def counts(setup: Setup) -> None:
    """Every layer that follows, and the total."""
    network = setup.stack.network
    if not network.rows:
        return
    part("Counted", f"<p>{_sentence(network)}</p>{_published(setup)}")
    body: list[tuple[str, ...]] = [("Input", size(network.input_shape), "", "", "1 × 1")]
    body += [_row(network, row) for row in network.rows]
    body.append(("Total", "", f"<b>{network.parameters:,}</b>", f"<b>{network.multiply_adds:,}</b>", ""))
    st.html(rows(HEAD, body, chosen=setup.chosen + 1))


def _published(setup: Setup) -> str:
    """What is known of the network, where the stack is one of those that made history, on its own input."""
    for told in ARCHITECTURES.values():
        if read(told.stack) == setup.stack.network.layers and told.input_shape == setup.shape:
            return (
                f"<p><b>{escape(told.name)}</b>, {escape(told.source)}. {escape(told.told)} Published: "
                f"{told.parameters:,} parameters ({escape(told.counted_by)}); "
                f"counted here: {setup.stack.network.parameters:,}.</p>"
            )
    return ""


def _row(network: Network, row: Row) -> tuple[str, ...]:
    name = f"{row.index + 1} {escape(row.layer.name)}"
    learnt = f"{product(row.layer, row.input_shape)} = <b>{row.parameters:,}</b>" if row.parameters else "none"
    return name, size(row.output_shape), learnt, _work(row), _field(network, row)


def _work(row: Row) -> str:
    """Multiply-adds, or what is done instead."""
    if row.multiply_adds:
        return f"<b>{row.multiply_adds:,}</b>"
    others = [f"{count:,} {name}" for name, count in row.layer.operations(row.input_shape).items() if count]
    return f"none; {', '.join(others)}" if others else "none"


def _field(network: Network, row: Row) -> str:
    """What a unit sees of the picture; units that see past its edge on all sides see all of it."""
    sides = network.input_shape[1:]
    whole = all(field.start <= 0 and field.start + field.size >= side for field, side in zip(row.fields, sides))
    told = f"{row.fields[0].size} × {row.fields[1].size}"
    return f"the whole picture<small>{told}, padding included</small>" if whole else told


def _sentence(network: Network) -> str:
    """Where the parameters are and where the work is."""
    if not network.parameters:
        return "Nothing in this stack is learnt."
    most = max(network.rows, key=lambda row: row.parameters)
    work = max(network.rows, key=lambda row: row.multiply_adds)
    return (
        f"{percent(most.parameters, network.parameters)} of the {network.parameters:,} parameters are in layer "
        f"{most.index + 1}, {escape(most.layer.name)}; {percent(work.multiply_adds, network.multiply_adds)} of the "
        f"{network.multiply_adds:,} multiply-adds in layer {work.index + 1}, {escape(work.layer.name)}."
        if network.multiply_adds
        else f"{network.parameters:,} parameters, and no multiply-add."
    )
