"""How far layers see that lie on top of each other, each dilated twice as far as the one before."""

from collections.abc import Collection, Sequence

import streamlit as st

from cnnviz.experiments.signals import causal, reached, seen
from cnnviz.geometry import Window
from cnnviz.ui import controls, state
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import Markup, drawing, html, joined, part, rows, show
from cnnviz.ui.state import integer
from cnnviz.ui.words import capital, listed, many

LAYERS, K_OF_LAYERS = integer("layers1", 4, 1, 5), integer("kl", 2, 2, 3)
STACK = (LAYERS, K_OF_LAYERS)
SHOWN = 32  # samples that are drawn at the least
WIDE, PITCH = 1000, 34  # of the drawing; from one layer to the next


def layers() -> None:
    """The tree of what the last output is made of, dilated and not, and how far it reaches, counted."""
    count, k = state.now(LAYERS), state.now(K_OF_LAYERS)
    dilations = [2**at for at in range(count)]
    far, near = causal(k, dilations), causal(k, [1] * count)
    part(
        capital(named(dilations)),
        "Each layer reads the one below it, with all of its padding in front. Where each is dilated twice as far as "
        "the one before, each adds twice as many samples as that one to what an output sees, "
        f"here {listed([(k - 1) * dilation for dilation in dilations])}; without dilation each adds K − 1 = {k - 1} "
        "and no more. WaveNet, which makes speech sample by sample, is built so (A. van den Oord and others, 2016).",
    )
    left, right = st.columns([1, 3.4], gap="medium")
    with left:
        controls.dial("Layers", LAYERS, words=f"dilated by {listed(dilations)}")
        controls.dial("K of each", K_OF_LAYERS, words=f"{k} weights a layer, {k * count} in all")
    with right:
        length = max(SHOWN, seen(far).size)
        show(tree(far, "dilated", _reach(k, dilations, seen(far).size), length))
        show(tree(near, "without dilation", _reach(k, [1] * count, seen(near).size), length))
    table = [
        [f"layer {at}", str(far[at - 1].dilation), str(seen(far[:at]).size), str(seen(near[:at]).size)]
        for at in range(1, count + 1)
    ]
    show(rows(["behind", "dilation D", "samples that an output sees", "without dilation"], table))


def named(dilations: Sequence[int]) -> str:
    """The layers by their dilations."""
    return f"{'layers' if len(dilations) > 1 else 'a layer'} dilated by {listed(dilations)}"


def summary() -> str:
    """How far the layers that are set see, in a sentence."""
    count, k = state.now(LAYERS), state.now(K_OF_LAYERS)
    dilations = [2**at for at in range(count)]
    sees = "see" if count > 1 else "sees"
    return (
        "A dilated layer reads as few samples as any other, further apart: "
        f"{named(dilations)} {sees} {seen(causal(k, dilations)).size} samples with {k} weights each."
    )


def _reach(k: int, dilations: Sequence[int], size: int) -> Markup:
    """How far the last output sees, the numbers put in."""
    added = " + ".join(map(str, dilations))
    told = html("1 + (K − 1)({}) = 1 + {} · {} = <b>{}</b> samples", added, k - 1, sum(dilations), size)
    return lettered(told)


def tree(windows: Sequence[Window], name: str, reach: Markup, length: int) -> Markup:
    """A drawing: the signal's last samples below, a row of units for each layer above them, and in blue all that the
    last unit of the last layer is made from, with the lines by which it is.
    name, reach: what is said of them below it, and how far that is; length: how many samples are drawn."""
    field = seen(windows).size
    found: list[Collection[int]] = reached(windows, length - 1)[::-1]  # from the samples up
    high = PITCH * len(windows) + 28
    pitch = WIDE / length

    def x(unit: int) -> float:
        return round((unit + 0.5) * pitch, 1)

    def y(row: int) -> float:
        return high - 14 - row * PITCH

    lines = joined(
        html('<line x1="{}" y1="{}" x2="{}" y2="{}"/>', x(tap), y(row), x(unit), y(row + 1))
        for row, window in enumerate(windows) for unit in found[row + 1] for tap in window.taps(unit)
    )  # fmt: skip
    radius = round(min(5, 0.3 * pitch), 1)
    circles = [
        joined(
            html('<circle cx="{}" cy="{}" r="{}"/>', x(unit), y(row), radius)
            for row in range(len(found)) for unit in range(length) if (unit in found[row]) == is_seen
        )
        for is_seen in (False, True)
    ]  # fmt: skip
    svg = html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"><g stroke="#3f87cf" stroke-width="1.6">{}</g>'
        '<g fill="#9aa4ae" fill-opacity="0.6">{}</g><g fill="#3f87cf">{}</g></svg>',
        WIDE, high, lines, *circles,
    )  # fmt: skip
    told = f"The last output of {many(len(windows), 'layer')}, {name}, sees {many(field, 'sample')}"
    figure = '<figure class="tree">{}<figcaption>{}: {}. The lowest row is the signal.</figcaption></figure>'
    return html(figure, drawing(svg, told), told, reach)
