"""From maps to classes: where it looks, a patch that asks at every place, the average; and the ending."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.experiments.classmap import class_map
from cnnviz.layers import Linear
from cnnviz.numbers import grouped, times
from cnnviz.ui import markup, overlay, questions, state
from cnnviz.ui.controls import select
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.deep.deep_look import Look, stops
from cnnviz.ui.lessons.deep.deep_walk import CLASS, FIRST, is_covered
from cnnviz.ui.overlay import Panel
from cnnviz.ui.questions import Asking
from cnnviz.ui.settings import DEPTH
from cnnviz.ui.state import put
from cnnviz.ui.words import number, percent


def where(look: Look) -> None:
    """The class, its map, and the questions."""
    markup.part(
        "Where it looks",
        "conv10 makes one map for each class, and the class’s score is that map’s average: so the map tells which "
        "places speak for it. The patch asks differently: cover a place, and see how much of the probability is lost. "
        "It slides like a window, 51 × 51 by 16: a convolution of questions.",
    )
    trained = look.trained
    with st.container(key="class-row", horizontal=True, gap="small", vertical_alignment="bottom"):
        name = select("Class, of 1,000", CLASS, [FIRST, *trained.classes], width=260)
        for of in look.best():
            label = trained.classes[of]
            st.button(label, key=f"class {of}", on_click=put, kwargs={"class": label})
    index = look.best(1)[0] if name == FIRST else trained.classes.index(name)
    with st.container(key="where"):
        left, right = st.columns([1, 2], gap="medium")
        with left:
            overlay.panels([_map(look, index)], key="class-map")
        with right:
            questions.panels(Asking(trained, look.square, look.probabilities, look.square.digest), index)


def _map(look: Look, index: int) -> Panel:
    """The class activation map."""
    trained = look.trained
    map = class_map(trained, look.maps, index)
    limit = float(np.max(look.maps[-2]))  # one scale for all classes: who is weak looks weak
    score, share = float(look.maps[-1].ravel()[index]), look.share(index)
    words = (
        f"The average of its {map.size} numbers, {number(score, 3)}, is the score; softmax over 1,000 scores makes "
        f"{share} of it. One scale for all classes."
        if map.any()
        else f"All {map.size} numbers are 0: nothing here speaks for it, and its share is {share}."
    )
    row = trained.network.rows[-2]
    return Panel(
        f"Where “{trained.classes[index]}” is seen", look.square, words, map=map, fields=row.fields, limit=limit
    )


def average(look: Look) -> None:
    """From maps to classes: three classes' numbers, and what a fully connected layer would cost instead."""
    rows = look.trained.network.rows
    conv, pool = rows[-3], rows[-1]
    classes, height, width = pool.input_shape
    instead = Linear(classes).parameters(conv.input_shape)
    whole = look.trained.network.parameters
    markup.part(
        "At the end an average, no fully connected layer",
        f"conv10’s {times(height, width, classes)} numbers become {grouped(classes)} scores: each map’s average. "
        f"conv10 has {grouped(conv.parameters)} parameters; a fully connected layer that read the same "
        f"{times(height, width, conv.input_shape[0])} numbers would have {grouped(instead)}, "
        f"{number(instead / conv.parameters, 2)} times as many, and {number(instead / whole, 2)} times what the whole "
        "network has.",
    )
    markup.show(
        markup.rows(
            ("class", f"largest of {height * width}", "average = score", "softmax"),
            (
                (
                    look.trained.classes[of],
                    number(float(class_map(look.trained, look.maps, of).max()), 4),
                    number(float(look.maps[-1].ravel()[of]), 4),
                    look.share(of),
                )
                for of in look.best(5)
            ),
        )
    )


def ending(look: Look) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(look), _question(look))


def _seen(look: Look) -> str:
    """What was seen, with this photo's numbers: how much of each map is above 0 tells that deep ones answer to less."""
    depths = stops()["conv1"], stops()["fire9"]
    near, far = (times(depth.row.fields[0].size, depth.row.fields[1].size) for depth in depths)
    early, late = (float((look.at(depth) > 0).mean()) for depth in depths)
    first, second = (f"{look.trained.classes[of]} {look.share(of)}" for of in look.best(2))
    return (
        f"A unit of conv1 sees {near} pixels and can tell an edge; one of fire9 sees {far} and answers to parts. "
        f"Of conv1’s numbers {percent(early)} are above 0 on this photo, of fire9’s {percent(late)}"
        f"{': deep maps answer to less, and mean more.' if late < early else '.'}"
    ) + ("" if is_covered(look) else f" The last maps’ averages say: {first}, {second}.")


def _question(look: Look) -> str:
    """What the controls can answer on this photo."""
    if is_covered(look):
        return "What will it say? The maps above tell what it found; guess, then press “Show it”: the rest appears."
    name = look.trained.classes[look.best(1)[0]]
    other = "RGB" if state.now(DEPTH) == "Grey" else "Grey"
    return (
        f"Does it need the colours? Switch Depth to {other} in the sidebar and see whether “{name}” stands. And which "
        "one place does the answer hang on: guess, then slide the patch."
    )
