"""Which sizes a map could have come from, the way back to a picture's size, and how the lesson ends."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.numbers import grouped, times
from cnnviz.pictures import Picture
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.transposed import transposed_setting as setting
from cnnviz.ui.lessons.transposed.transposed_setting import MAP, Transposed
from cnnviz.ui.lessons.transposed.transposed_view import now
from cnnviz.ui.letters import lettered
from cnnviz.ui.markup import html, part, rows, show
from cnnviz.ui.state import put
from cnnviz.ui.words import listed, many, number, percent

ASKED, BACK = "Which sizes could this have come from?", "From a map back to its picture’s size"


def sizes(found: Transposed) -> None:
    """All sizes that a convolution makes the input's of: what output padding chooses among."""
    told = now()
    of, (height, width) = setting.window(told), found.input.shape[1:]
    down, across = (setting.came_from(told, size) for size in (height, width))
    axes = f"K = {of.kernel_size}, S = {of.stride}, P = {of.before}"
    if of.stride == 1:
        one = f"At a stride of 1 there is one: a convolution with {axes} makes {times(height, width)} of no other."
        part(ASKED, one)
        return
    body = [
        (grouped(more), times(high, wide), times(height, width), f"{more} of each" if more else "none")
        for more, (high, wide) in enumerate(zip(down, across))
    ]
    chosen = found.more[0] if found.more[0] == found.more[1] and found.more[0] < len(body) else None
    head = "output padding", "comes out here", "a convolution of that makes", "rows and columns it leaves unread"
    part(
        ASKED,
        f"A convolution with {axes} makes {times(height, width)} of each of these sizes: its stride leaves what is "
        "over at the end unread. Output padding says which of them is meant. It puts no zeros around the input: that "
        "much less is cut off behind, and where nothing is left to be cut off, cells without a stamp stand there.",
        rows(head, body, chosen=chosen),
    )


def back(found: Transposed, picture: Picture) -> None:
    """A strided convolution of the picture, and the transposed one of its map: the size comes back, the numbers not."""
    told, (_, height, width) = now(), picture.shape
    of = setting.window(told)
    axes = f"K = {of.kernel_size}, S = {of.stride}, P = {of.before}"
    try:
        small = of.output_size(height), of.output_size(width)
    except CnnvizError as problem:
        part(BACK, f"A convolution with {axes} makes no map of your picture. {problem}")
        return
    down, across = of.unused(height), of.unused(width)
    text = (
        f"A convolution with {axes} makes {times(*small)} of your picture’s {times(height, width)}. The transposed one "
        f"with the same K, S and P leads back to that size, with an output padding of {down} down and {across} across."
    )
    part(BACK, text)
    if told["given"] == MAP and found.size == (height, width):  # what the button below has led to is said in its place
        grey = picture.at(max(picture.shape), "grey").levels()[0].ravel()
        made = found.trace.output.ravel()
        alike = float(np.corrcoef(grey, made)[0, 1]) if np.ptp(grey) and np.ptp(made) else 0.0
        sizes_told = f"{times(height, width)} → {times(*small)} → {times(height, width)}"
        show(html(
            '<p class="hint"><b>There and back, shown above: {}.</b> The size is the picture’s, the '
            "numbers are not: <b>their correlation is {}</b>. It is the way back of a gradient, and no inverse.</p>",
            sizes_told, number(alike, 2),
        ))  # fmt: skip
    elif max(down, across) <= setting.OP.most:
        changes = {"given": MAP, "op": down, "opw": -1 if across == down else across}
        label = lettered(f"there and back: {times(height, width)} → {times(*small)} → {times(height, width)}")
        st.button(label, key="there-and-back", on_click=put, kwargs=changes)


def ending(found: Transposed) -> Ending:
    """What was seen, with the numbers of these settings, and the question."""
    told, inner = now(), found.inner
    k, s = told["tk"], told["ts"]
    counts = [int(count) for count in np.unique(inner if inner.size else found.kept)]
    where = "Inside, away from the border, a cell" if inner.size else "A cell"
    share = found.input.size * k * k
    see = f"{where} gets {listed(counts, 'or')} of the {many(found.input.size, 'stamp')}"
    if len(counts) > 1:
        see += f", for {k} is no multiple of {s}: a pattern that the picture has not; weights have to even it out."
    elif k % s == 0:
        see += f" everywhere, for {k} is a multiple of {s}: nothing of the strides is left to be seen but the border."
    else:
        see += "."
    real = percent(found.input.size, found.trace.input.size)
    see += (
        f" The twin makes the same numbers, of an input of which {real} are numbers and the others zeros put between. "
        f"Stamps take {many(share, 'product')}."
    )
    if k % s:
        try_ = (
            "At which K is every cell of the constant picture’s output alike, but for the border? Put in your own "
            "picture then: where do you still see the strides?"
        )
    elif told["given"] == setting.CONSTANT:
        try_ = "How much must P cut off until every cell got as many stamps? What becomes of the size then?"
    else:
        try_ = "Choose the random kernel: which patterns stay, though every cell gets as many stamps?"
    return Ending(see, try_)
