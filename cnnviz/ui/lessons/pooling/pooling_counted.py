"""What pooling leaves, counted: numbers, the next layer's parameters; what else would shrink a map, at what cost."""

import math
from dataclasses import dataclass

import streamlit as st

from cnnviz.layers import AvgPool2d, Conv2d, Layer, Linear, MaxPool2d, Shape
from cnnviz.numbers import grouped, times
from cnnviz.ui import controls
from cnnviz.ui.formulas import size
from cnnviz.ui.lessons.pooling import pooling_maps
from cnnviz.ui.lessons.pooling.pooling_maps import MEAN, RANDOM, SIDE, Pooled
from cnnviz.ui.markup import Markup, bold, html, part, rows, show, unseen
from cnnviz.ui.stage import place_setting, stage
from cnnviz.ui.state import integer, one_of
from cnnviz.ui.words import number, percent

FILTERS, CLASSES = 16, 10  # of the CONV and the FC that would come next
MAPS = integer("maps", 8, 1, 64)
WEIGHTS = one_of("cw", [MEAN, RANDOM])
BESIDE = place_setting("beside-at")


@dataclass(frozen=True)
class Savings:
    """What was counted, for the closing words: numbers and FC parameters, without pooling and behind it."""

    maps: int
    numbers: tuple[int, int]
    fully: tuple[int, int]


def _volume(shape: Shape) -> Markup:
    return html("{} = <b>{}</b>", size(shape), grouped(math.prod(shape)))


def fewer(found: Pooled) -> Savings:
    """Numbers before and behind, and the parameters of a CONV and of an FC that would come next."""
    part(
        "Fewer numbers. Fewer parameters?",
        "A pooling layer learns nothing and works map by map, so F maps stay F maps. "
        "What it leaves is read by the next layer. A CONV’s filters do not ask how large a map is; an FC has a weight "
        "for each number, and with fewer of them less to learn by heart.",
    )
    left, right = st.columns([1, 3.2], gap="medium")
    with left:
        depth = controls.dial("F maps", MAPS, words="as many filters as the layer before has")
    before: Shape = (depth, *found.source.shape[1:])
    after: Shape = (depth, *found.shape)
    convolution, full = Conv2d(FILTERS, 3, padding=1), Linear(CLASSES)
    counted = Savings(
        depth, (math.prod(before), math.prod(after)), (full.parameters(before), full.parameters(after))
    )
    lines = [
        ["numbers", *(_volume(shape) for shape in (before, after)), percent(*counted.numbers[::-1])],
        [
            f"parameters of a next CONV, {FILTERS} filters 3 × 3",
            *(_of_convolution(convolution, shape) for shape in (before, after)),
            "the same",
        ],
        [
            "its multiply-adds",
            *(bold(grouped(convolution.multiply_adds(shape))) for shape in (before, after)),
            percent(convolution.multiply_adds(after), convolution.multiply_adds(before)),
        ],
        [
            f"parameters of a next FC, {CLASSES} outputs",
            *(_of_full(full, shape) for shape in (before, after)),
            percent(*counted.fully[::-1]),
        ],
    ]  # fmt: skip
    with right:
        show(rows([unseen("what is counted"), "without pooling", "behind the pooling", "left"], lines))
    return counted


def _of_convolution(layer: Conv2d, shape: Shape) -> Markup:
    return html("(3 × 3 × {} + 1) × {} = <b>{}</b>", shape[0], FILTERS, grouped(layer.parameters(shape)))


def _of_full(layer: Linear, shape: Shape) -> Markup:
    return html("({} + 1) × {} = <b>{}</b>", size(shape), CLASSES, grouped(layer.parameters(shape)))


def strided(found: Pooled, counted: Savings) -> None:
    """A convolution of the same window beside the pooling: maps of one size under one cursor, and what both cost."""
    window = found.windows[0]
    k, s, p = window.kernel_size, window.stride, window.before
    height, width = found.shape
    height_in, width_in = found.source.shape[1:]
    shown = times(min(height_in, SIDE), min(width_in, SIDE))
    cut = f" Below, the middle {shown} numbers of the map, pixel for pixel." if max(height_in, width_in) > SIDE else ""
    part(
        "A convolution with a stride shrinks a map too",
        html(
            "<p>Same window, K = {}, S = {}, P = {}, so the same size, {}. A pooling’s rule is fixed, a convolution’s "
            "weights are learnt. With 1/K² everywhere it <i>is</i> average pooling.{}</p>",
            k, s, p, times(height, width), cut,
        ),
    )
    with st.container(key="strided-weights"):
        weights = controls.choice("The convolution’s weights", WEIGHTS)
    for box, trace, name, link in zip(
        st.columns(2, gap="medium"), pooling_maps.strided(found, weights), ("pool", "conv"), (BESIDE, None), strict=True
    ):
        with box, st.container(key=f"beside-{name}"):
            stage(trace, key=f"beside-{name}-stage", group="beside", compact=True, link=link)
    shape: Shape = (counted.maps, *found.source.shape[1:])
    layers: list[tuple[str, Layer]] = [
        ("max pooling", MaxPool2d(k, s, p)),
        ("average pooling", AvgPool2d(k, s, p)),
        ("CONV, one filter a map (depthwise)", Conv2d(counted.maps, k, s, p, groups=counted.maps)),
        (f"CONV, {counted.maps} filters over all maps", Conv2d(counted.maps, k, s, p)),
    ]
    body = [
        [name, size(layer.output_shape(shape)), grouped(layer.parameters(shape)), _work(layer, shape)]
        for name, layer in layers
    ]
    show(rows([f"on {size(shape)}", "comes out", "parameters", "work"], body))


def _work(layer: Layer, shape: Shape) -> str:
    return " and ".join(f"{grouped(count)} {name}" for name, count in layer.operations(shape).items())


def last(found: Pooled, counted: Savings) -> None:
    """Global average pooling at the end: each map becomes one number, whatever its size."""
    shape: Shape = (counted.maps, *found.shape)
    full, behind = Linear(CLASSES).parameters(shape), Linear(CLASSES).parameters((counted.maps, 1, 1))
    part(
        "Average pooling at the end, in place of fully connected layers",
        "The mean of a whole map is one number: how much of its feature there is, wherever it is. "
        f"With F maps that is F numbers, enough for {CLASSES} classes to be read from.",
    )
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        height, width = found.shape
        lines = [
            [f"FC on {size(shape)}", _of_full(Linear(CLASSES), shape)],
            [
                "global average, then FC",
                html("({} + 1) × {} = <b>{}</b>, {}", counted.maps, CLASSES, grouped(behind), percent(behind, full)),
            ],
            [f"{CLASSES} maps, one a class: global average alone", bold(0)],
        ]
        show(rows([f"to {CLASSES} classes", "parameters"], lines))
    with right, st.container(key="global-average"):
        trace = pooling_maps.global_average(found)
        stage(trace, key="global-average-stage", compact=True)
        if trace.input.shape[1:] != found.shape:
            shown = times(*trace.input.shape[1:])
            mean = number(pooling_maps.mean(found))
            st.caption(f"The middle {shown} of the pooled map, pixel for pixel; the mean of all is {mean}.")
