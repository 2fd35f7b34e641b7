"""Where one weight comes from, what mixing up the pixels does, what both cost; and the ending."""

import numpy as np

from cnnviz.experiments.self_attention import FEATURES, ROUNDING, Mixed, settled
from cnnviz.numbers import MINUS, grouped, many, times
from cnnviz.ui import cached, markup
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.attention.attention_both import NEAR, TONE, Both
from cnnviz.ui.markup import Markup, bold, html, part, rows, unseen
from cnnviz.ui.settings import K
from cnnviz.ui.state import now
from cnnviz.ui.words import number

PHOTO = 224  # pixels a side of what networks usually take
WIDE = "min(120px, 24vw)"  # of a small map on the page


def one_weight(both: Both) -> None:
    """How the place that was clicked, or where the stages begin, comes to its weights: of itself, the largest and the
    smallest of the others."""
    (row, column), (_, _, width) = both.asking, both.picture.shape
    own, tone, near = row * width + column, now(TONE), now(NEAR)
    found, weights = both.attention.features, both.attention.weights[own]
    tones, nearness = found[:, 0], settled(found[:, 1:] * found[own, 1:])
    products = settled(np.stack([tone * tones[own] * tones, near * nearness], axis=1))
    scores = products / np.sqrt(FEATURES)
    kinds = {"itself": own, **_ends(weights, own)}
    lines = [
        [
            f"{kind}: row {place // width + 1}, column {place % width + 1}",
            str(both.picture.levels()[0].ravel()[place]),
            f"{tone} × {signed(tones[own])} × {signed(tones[place])} + {near} × {signed(nearness[place])}"
            f" = {number(products[place])}",
            number(scores[place]),
            number(np.exp(scores[place])),
            bold(number(weights[place], 3)),
        ]
        for kind, place in kinds.items()
    ]
    part(
        "Where a weight comes from",
        f"Here nothing is learnt. Each place is told by {FEATURES} numbers: its tone (less the mean of all, divided by "
        "their standard deviation), and its row and its column as sine and cosine. These are its key k. Its query q is "
        f"the same, tone times {tone} and position times {near}. So q · k is tone × tone, large where both are dark or "
        "both light, and nearness, from 2 for the same place downwards. A place need not give itself the most: a "
        "product grows with both of its numbers, so a tone further from the mean gets more than its own. In a network "
        "three matrices make queries, keys and values of such numbers, and those are learnt; there can be many such "
        "heads.",
        html(
            "<p>Row {}, column {} is asking; click another place and that one asks. softmax divides each e to the "
            "power of q · k / √{} by the sum of all {}, which is {}{}:</p>",
            row + 1, column + 1, FEATURES, both.places, number(float(np.exp(scores).sum())),
            "" if len(kinds) > 1 else f". Here all {both.places} weights are the same",
        ),
        rows(
            ["place", "pixel", "q · k: tone, nearness", f"q · k / √{FEATURES}", "e to that", "weight"],
            lines,
        ),
    )  # fmt: skip


def _ends(weights: np.ndarray, own: int) -> dict[str, int]:
    """Where a place's weights are largest and smallest, itself left out, by what is said of that; nothing where all are
    the same."""
    others = np.delete(np.arange(weights.size), own)
    if np.ptp(weights) <= ROUNDING * weights.max():
        return {}
    found = {}
    for name, end in (("largest", weights[others].max()), ("smallest", weights[others].min())):
        places = others[np.abs(weights[others] - end) <= ROUNDING * end]
        whose = " of the others" if name == "largest" and weights[own] > end * (1 + ROUNDING) else " weight"
        more = f", and {many(len(places) - 1, 'place')} like it" if len(places) > 1 else ""
        found[f"{name}{whose}{more}"] = int(places[0])
    return found


def signed(value: float) -> str:
    """In brackets where it is negative."""
    text = number(value, 3)
    return f"({text})" if text.startswith(MINUS) else text


def shuffled(both: Both) -> None:
    """Both operations of the picture, and of its pixels mixed up, put back in order."""
    names = f"convolution, {times(now(K), now(K))}", "attention"
    lines = [
        [name, _map(found.map, "its map"), _map(found.back, "its map after the mixing, put back"), _told(found, both)]
        for name, found in zip(names, both.mixing, strict=True)
    ]
    near = (
        "Without nearness attention knows no place, only what is there: it does to a picture what it would do to a bag "
        "of pixels. A convolution lives on what lies beside what."
        if not now(NEAR)
        else "With nearness a place is told by where it is, too, so the order counts. Without it, it would not."
    )
    part(
        "Mix up the pixels",
        html("<p>{} The same picture with its {} pixels in another order:</p>", near, both.places),
        html('<p class="mixed">{}</p>', _plane(both.mixing[0].picture)),
        rows([unseen("operation"), "of the picture", "of the mixed one, put back in order", "what differs"], lines),
    )


def _plane(plane: np.ndarray) -> Markup:
    return markup.image(plane[np.newaxis].astype(np.uint8), "The picture, mixed up", style=f"width: {WIDE}")


def _map(map: np.ndarray, alt: str) -> Markup:
    return markup.signed(*cached.pngs(map, 255.0), alt, style=f"width: {WIDE}")


def _told(found: Mixed, both: Both) -> str:
    if not found.differ:
        return f"none of {both.places} numbers"
    return f"{found.differ} of {both.places} numbers, by up to {number(found.largest, 3)} of 255"


def counted(both: Both) -> None:
    """What is learnt, what is seen, what is computed, and how it grows."""
    taps, places = both.filter.weight.size, both.places
    large = PHOTO**2
    each = FEATURES + 1
    lines = [
        ["weights learnt", html("K² = <b>{}</b>", taps),
         f"none here; with three matrices {times(3, FEATURES, FEATURES)} = {3 * FEATURES**2}, on any picture"],
        ["weights at one place", html("<b>{}</b>, the same at all", taps), html("<b>{}</b>, its own", grouped(places))],
        ["on this picture", html("<b>{}</b> weights", taps), html("{}² = <b>{}</b>", places, grouped(places**2))],
        ["one output sees", f"{times(now(K), now(K))} places", f"all {places} places"],
        ["multiply-adds", html("{} × {} = <b>{}</b>", places, taps, grouped(places * taps)),
         html("{}² × ({} + 1) = <b>{}</b>", places, FEATURES, grouped(places**2 * each))],
        ["with twice the rows and columns", "4 times as many", "16 times as many"],
        [f"at {times(PHOTO, PHOTO)}", grouped(large * taps), grouped(large**2 * each)],
    ]  # fmt: skip
    part(
        "Counted",
        "A convolution costs N places times K² weights. Attention compares each place with each: N². That is why "
        "networks attend over patches of a picture, or over the small maps of deep layers, and not over its pixels.",
        rows([unseen("what is counted"), "convolution", "attention"], lines),
    )


def ending(both: Both) -> Ending:
    """What is seen, with this picture's numbers."""
    levels, weights = both.picture.levels().ravel(), both.attention.weights
    largest_first = (np.sort(weights[int(place)])[::-1] for place in (levels.argmax(), levels.argmin()))
    half = [int(np.searchsorted(np.cumsum(one), 0.5 - 1e-9) + 1) for one in largest_first]
    convolution, attention = both.mixing
    differ = "none" if not attention.differ else str(attention.differ)
    see = (
        f"The convolution’s {both.filter.weight.size} weights are the same at all {both.places} places. Attention has "
        f"{both.places} at each: for the brightest pixel half of the weight lies on {half[0]} of them, for the darkest "
        f"on {half[1]}. With the pixels mixed up and put back, {convolution.differ} of {both.places} numbers of the "
        f"convolution are others, and {differ} of the attention."
    )
    return Ending(
        see,
        "Set tone to 0 and nearness to 50: what do the weights look like now, wherever you point, and of which "
        "convolution do they remind you? Then set both to 0: what is each number of the map?",
    )
