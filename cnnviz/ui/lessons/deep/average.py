"""The end of the network: an average instead of fully connected layers, in numbers."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.experiments.classmap import class_map
from cnnviz.layers import Linear
from cnnviz.numbers import grouped, times
from cnnviz.ui import markup
from cnnviz.ui.lessons.deep.look import Look
from cnnviz.ui.words import number, percent


def average(look: Look) -> None:
    """From maps to classes: three classes' numbers, and what a fully connected layer would cost instead."""
    rows = look.trained.network.rows
    conv, pool = rows[-3], rows[-1]
    classes, height, width = pool.input_shape
    instead = Linear(classes).parameters(conv.input_shape)
    whole = look.trained.network.parameters
    markup.part(
        "At the end an average, no fully connected layer",
        f"<p>conv10’s {times(height, width, classes)} numbers become {grouped(classes)} scores: each map’s average. "
        f"conv10 has {grouped(conv.parameters)} parameters; a fully connected layer that read the same "
        f"{times(height, width, conv.input_shape[0])} numbers would have {grouped(instead)}, "
        f"{number(instead / conv.parameters, 2)} times as many, and {number(instead / whole, 2)} times what the whole "
        "network has.</p>",
    )
    st.html(
        markup.rows(
            ("class", f"largest of {height * width}", "average = score", "softmax"),
            (
                (
                    escape(look.trained.classes[of]),
                    number(float(class_map(look.trained, look.maps, of).max()), 4),
                    number(float(look.maps[-1].ravel()[of]), 4),
                    percent(float(look.probabilities[of])),
                )
                for of in look.best(5)
            ),
        )
    )
