"""What changed since 1998 and why; Table I; the codes."""

import numpy as np
from numpy.typing import NDArray

from cnnviz import models
from cnnviz.numbers import grouped
from cnnviz.ops import ACTIVATIONS
from cnnviz.ui.lessons.lenet.lenet_setup import BITMAP, DigitRead, bitmaps, columns_of
from cnnviz.ui.markup import Markup, bold, html, image, joined, part, rows, show
from cnnviz.ui.network_view import Column, reads
from cnnviz.ui.words import number

# Percent of the 10,000 test digits read right: models/weights/README.md; scripts/score_lenet5.py counts them again.
SCORED = {"LeNet-5 (1998)": 99.23, "LeNet-5 (modern)": 99.49}
WHY = {
    "S2": "A largest number needs no coefficient, and lets the strongest answer through.",
    "C3": "Table I left links out to save arithmetic; now every map reads all six.",
    "S4": "As S2.",
    "C5": "The same 48,120 numbers: a convolution over all of the map is a fully connected layer.",
    "F6": "The same 10,164, but no longer forced to draw a bitmap.",
    "output": "Ten scores with weights of their own, in place of distances to codes drawn by hand.",
    "C1": "The same filters; ReLU in place of the squashing tanh, for its slope does not fade.",
}


def what_changed(found: DigitRead) -> None:
    """Both forms layer by layer, and a sentence of why for each change."""
    old, new = models.lenet5_1998(), models.lenet5()
    part(
        "1998 and today",
        "The same seven layers. Four things changed: trainable averaging became max pooling, Table I all links, the "
        "scaled tanh ReLU, and the distances to codes ten scores with softmax. After Y. LeCun, L. Bottou, Y. Bengio "
        "and P. Haffner, “Gradient-Based Learning Applied to Document Recognition” (1998), section II; both "
        "learnt anew here from 55,000 of MNIST’s digits.",
    )
    body = [_line(*forms) for forms in zip(columns_of(old), columns_of(new), strict=True)]
    total = [bold(grouped(network.network.parameters)) for network in (old, new)]
    body.append(("all", *total, "Numbers that are learnt."))
    scores = [bold(f"{SCORED[network.name]} %") for network in (old, new)]
    body.append(
        ("read right", scores[0], scores[1], "Of 10,000 test digits that neither learnt from; the paper: 99.05\u00a0%.")
    )
    chosen = found.unit.layer if found.trained.name in SCORED else None  # a network of one’s own has other layers
    show(rows(("layer", "1998, learnt", "modern, learnt", "what changed, and why"), body, chosen=chosen))


def _line(before: Column, after: Column) -> tuple[str, ...]:
    counts = "{} <small>{}</small>"
    names = [html(counts, grouped(column.row.parameters), _kind(column)) for column in (before, after)]
    return before.name, names[0], names[1], WHY.get(before.name, "")


def _kind(column: Column) -> str:
    name = column.row.layer.name.lower().replace("rbf", "distances to codes:").replace("subsample", "sum, scaled")
    name = name.replace("conv", "convolution").replace("fc", "fully connected")
    return f"{name}{f', {ACTIVATIONS[column.function].name}' if column.function else ''}"


def table_one(found: DigitRead) -> None:
    """Which maps of S2 each map of C3 reads, as the paper prints it; the map on the stage is lit."""
    for at, column in enumerate(found.columns):
        _, table = reads(column.row)
        if table:
            lit = found.unit.channel if found.unit.layer == at else None
            part(
                "Table I: what each map of C3 reads",
                f"{sum(map(len, table))} of {6 * len(table)} links. The first six maps read "
                "three neighbours, the next nine four, the last one all: no two see the same.",
                _dots(table, column.row.input_shape[0], lit),
            )


def _dots(table: tuple[tuple[int, ...], ...], count: int, lit: int | None) -> Markup:
    mark = [Markup(' class="lit"') if map == lit else "" for map in range(len(table))]
    head = joined(html('<th scope="col"{}>{}</th>', mark[map], map + 1) for map in range(len(table)))
    lines = []
    for source in range(count):
        dots = ["●" if source in reads else "" for reads in table]
        cells = joined(html("<td{}>{}</td>", *cell) for cell in zip(mark, dots, strict=True))
        lines.append(html('<tr><th scope="row">S2 map {}</th>{}</tr>', source + 1, cells))
    return html(
        '<div class="wide"><table class="links-table"><thead><tr><th>C3 map</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        joined(lines),
    )


def codes(found: DigitRead) -> None:
    """F6 as a bitmap, beside the ten codes that it is compared with."""
    given = bitmaps(found.trained)
    if given is None:
        return
    output = found.maps[-1]
    winner = found.trained.winner(output)
    figures = [_figure("F6", found.maps[-2], "this digit", " own")]
    for at, name in enumerate(found.trained.classes):
        mark = " wins" if at == winner else ""
        figures.append(_figure(name, given[at], number(float(output[at]), 3), mark))
    part(
        "What the ten outputs measure",
        "F6 has 84 units: 12 rows of 7. Each output is the sum of 84 squared differences between this drawing and a "
        "code of −1 and 1 that was drawn by hand. The smallest sum wins.",
        html('<div class="codes">{}</div>', joined(figures)),
    )


def _figure(name: str, values: NDArray, words: str, mark: str = "") -> Markup:
    # Drawn as the volumes draw a bitmap: paper at -1, ink at 1.
    levels = np.rint(137 - 114 * np.clip(values.reshape(1, *BITMAP), -1, 1)).astype(np.uint8)
    figure = '<figure class="code{}">{}<figcaption><b>{}</b>{}</figcaption></figure>'
    return html(figure, mark, image(levels, name), name, words)
