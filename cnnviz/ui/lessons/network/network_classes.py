"""A network that names classes: which places speak for one, by its map and by a patch that covers them."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.experiments.classmap import class_map_of, has_class_maps
from cnnviz.models import Preparation
from cnnviz.numbers import number, percent
from cnnviz.passes import Pass
from cnnviz.ui import markup, overlay, questions
from cnnviz.ui.controls import select
from cnnviz.ui.lessons.network.network_asked import NetworkSetup
from cnnviz.ui.lessons.network.network_run import seconds
from cnnviz.ui.lessons.network.network_settings import CLASS
from cnnviz.ui.overlay import Panel
from cnnviz.ui.questions import Asking

FIRST = "what it says first"
LEAST_SIDE = 32  # pixels of a picture on which a patch can lie
SLOWEST = 1.0  # seconds of one run, of which a patch takes over a hundred


def where(setup: NetworkSetup, run: Pass) -> None:
    """The class, its map, and the questions; nothing of a network that has no classes."""
    trained = setup.trained
    has_map, can_ask = has_class_maps(trained), _can_ask(setup)
    if not trained.classes or trained.stopped or not (has_map or can_ask):
        return
    markup.part("Where it looks", _told(has_map, can_ask))
    output = run.map(len(run.network.rows)).ravel()
    shares = trained.probabilities(output)
    names = list(dict.fromkeys(trained.classes))
    name = select("Class", CLASS, [FIRST, *names], width=260)
    index = int(shares.argmax()) if name not in names else trained.classes.index(name)
    with st.container(key="where"):
        left, right = st.columns([1, 2], gap="medium")
        if has_map:
            with left:
                overlay.panels([_map(setup, run, output, shares, index)], key="class-map")
        if can_ask:
            with right:
                height, width = setup.picture.shape[1:]
                size = max(4, round(0.22 * min(height, width)))
                asking = Asking(trained, setup.picture, shares, setup.of, size, max(1, size // 3))
                questions.panels(asking, index)


def _told(has_map: bool, can_ask: bool) -> str:
    maps = "The network ends in an average of maps: so each class has a map that tells which places speak for it. "
    patch = (
        "The patch asks: cover a place, and see how much of the probability is lost. It slides like a window, and at "
        "each place the whole network runs again."
    )
    return maps * has_map + patch * can_ask


def _can_ask(setup: NetworkSetup) -> bool:
    """Whether a patch can be slid over the picture, and answers come while somebody looks."""
    shape = setup.trained.network.input_shape
    is_picture = setup.picture.levels().shape == shape
    prepares = isinstance(setup.trained.prepare, Preparation) or shape[0] == 3
    is_quick = seconds(setup.trained.network) < SLOWEST
    return is_picture and prepares and min(shape[1:]) >= LEAST_SIDE and is_quick and len(setup.trained.classes) > 1


def _map(setup: NetworkSetup, run: Pass, output: NDArray, shares: NDArray, index: int) -> Panel:
    """The class activation map."""
    trained = setup.trained
    map = class_map_of(trained, run, index)
    row = next(row for row in reversed(trained.network.rows) if row.layer.is_global)
    before = trained.network.rows[row.sources[0] - 1]
    mean = number(float(np.mean(map, dtype=np.float64)), 3)
    score = number(float(output[index]), 3)
    words = (
        f"Its numbers’ average, {mean}, {'is' if mean == score else 'and a bias make'} the score"
        f"{'' if mean == score else f' {score}'}; softmax makes {percent(float(shares[index]))} of it."
    )
    return Panel(
        f"Where “{trained.classes[index]}” is seen", setup.picture, words, map=map, fields=before.fields,
        signed=bool(map.min() < 0),
    )  # fmt: skip
