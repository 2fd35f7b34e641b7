"""The network on the picture: what it costs, counted before it runs; run with the page in sight; its view."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from cnnviz.graph import BUDGET_NUMBERS, Graph
from cnnviz.numbers import grouped, number
from cnnviz.passes import Pass
from cnnviz.ui import markup, state
from cnnviz.ui.lessons.network.network_asked import NetworkSetup
from cnnviz.ui.lessons.network.network_settings import UNIT
from cnnviz.ui.markup import html
from cnnviz.ui.network_view import Column, NetworkView, columns
from cnnviz.ui.settings import MOST_NUMBERS
from cnnviz.ui.volumes import Unit

MOST_SECONDS = 15.0  # that a run may take here, as they are estimated
# In a second: products of one core, and numbers that CONV lays out and POOL compares. ResNet-18 is estimated at 0.21 s
# and took 0.12, DenseNet-121 at 0.5 and took 0.3, EfficientNet-B0 at 0.15 and took 0.12.
PRODUCTS, HANDLED = 12e9, 5e8
ROOM = 12_000_000  # numbers of maps that a visitor's run keeps, 48 MB; others are computed again when asked for
NEAR = 8  # columns that are drawn at once
GROUP = "network"


def too_much(network: Graph) -> str:
    """Why it is not run here, in a sentence; "" where it is."""
    largest = max(network.rows, key=lambda row: math.prod(row.output_shape))
    count = math.prod(largest.output_shape)
    if count > BUDGET_NUMBERS:
        return (
            f"{largest.layer.name}, layer {largest.index + 1}, makes {grouped(count)} numbers; up to "
            f"{grouped(BUDGET_NUMBERS)} are made here. A smaller picture makes fewer."
        )
    if (wanted := seconds(network)) > MOST_SECONDS:
        return (
            f"A run would take about {number(wanted, 2)} s, for {grouped(network.multiply_adds)} multiply-adds; up to "
            f"{number(MOST_SECONDS)} s are spent here. A smaller picture takes fewer."
        )
    return ""


def seconds(network: Graph) -> float:
    """About how long one run takes, told before it runs."""
    return network.multiply_adds / PRODUCTS + network.handled / HANDLED


def run(setup: NetworkSetup) -> Pass:
    """The network on the picture, as the visitor's last run or as a new one, whose progress is told where it takes
    longer than a second: the page can be used meanwhile, and begins another run where that needs one."""
    known, found = state.recall("network-run", (None, None))
    if known != setup.of:
        trained = setup.trained
        found = Pass(trained.network, trained.parameters, trained.prepare(setup.levels), room=ROOM)
        state.remember("network-run", (setup.of, found))
    with st.container(key="network-progress"):
        if seconds(setup.trained.network) > 1 and state.recall("network-ran") != setup.of:
            _in_sight(found)
    state.remember("network-ran", setup.of)
    return found


def _in_sight(run: Pass) -> None:
    """Map by map, with a bar that says how much of the work is done."""
    rows, done = run.network.rows, 0
    total = max(1, run.network.multiply_adds)
    bar = st.progress(0.0, "Running it, layer by layer ...")
    for row in rows:
        run.map(row.index + 1)
        done += row.multiply_adds
        bar.progress(done / total, f"Layer {row.index + 1} of {len(rows)}: {row.layer.name}")
    bar.empty()


def listed(network: Graph) -> list[Column]:
    """Its nodes as the page counts them, from 1: each with the activation behind it."""
    return [
        Column(
            f"{at} {column.row.layer.name}", column.row, column.last, column.function,
            drawn={"detail": ", ".join([*behind(network, column), short(network, column.name)])},
        )
        for at, column in enumerate(columns(network, network.names), 1)
    ]  # fmt: skip


def behind(network: Graph, column: Column) -> list[str]:
    """What changes a node's numbers before they are shown: its activation, by name."""
    return [row.layer.name for row in network.rows[column.row.index + 1 : column.last + 1]]


def view_of(setup: NetworkSetup, run: Pass) -> NetworkView:
    """The network on the picture."""
    nodes = listed(run.network)
    first = _first(nodes)
    start = Unit(first, strongest(run, nodes[first]))
    return NetworkView(
        run, nodes, UNIT, GROUP, start, setup.channels, "Picture, as it is received",
        peak=lambda column, channel: peak(run, column, channel), near=NEAR, scaled=True,
    )  # fmt: skip


def _first(columns: list[Column]) -> int:
    """The column that is looked into at first: the last whose maps still have places; else the first that learnt."""
    placed = [
        at for at, column in enumerate(columns)
        if min(column.row.output_shape[1:], default=1) > 1 and column.row.layer.kind != "REARRANGED"
    ]  # fmt: skip
    learnt = [at for at, column in enumerate(columns) if column.row.parameters]
    return placed[-1] if placed else learnt[0] if learnt else 0


def short(network: Graph, name: str) -> str:
    """What the file calls a node, without what nearly all of its names begin with."""
    names = network.names
    first = names[len(names) // 2].split("/")[:-1]
    while first and sum(other.startswith("/".join(first) + "/") for other in names) < 0.6 * len(names):
        first.pop()
    return name.removeprefix("/".join(first) + "/").removesuffix(":0") if first else name.removesuffix(":0")


def strongest(run: Pass, column: Column) -> int:
    """The map with the largest number."""
    maps = run.map(column.last + 1)
    return int(maps.reshape(len(maps), -1).max(1).argmax())


def peak(run: Pass, column: Column, channel: int) -> tuple[int, int]:
    """Row and column of a map's largest number."""
    map = np.atleast_2d(run.map(column.last + 1)[channel])
    row, place = divmod(int(map.argmax()), map.shape[1])
    return row, place


def arithmetic(view: NetworkView) -> None:
    """The stage: how the chosen number came about; or why it is not drawn."""
    column = view.column
    count = column.row.traced_bytes() // 4
    with st.container(key="network-stage"):
        if count > MOST_NUMBERS:
            markup.show(html(
                '<div class="told"><b>Not on the stage.</b> A map of {}, with all that it reads, is {} numbers; the '
                "stage draws up to {}.</div>", column.name, grouped(count), grouped(MOST_NUMBERS),
            ))  # fmt: skip
            return
        view.stage("network-arithmetic")
