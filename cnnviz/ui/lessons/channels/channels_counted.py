"""All kinds beside each other: their windows over the channels drawn, their weights and multiply-adds as products."""

from cnnviz.numbers import grouped, number, times
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.channels import channels_kinds as kinds
from cnnviz.ui.lessons.channels.channels_kinds import (
    CHANNELS,
    DEPTHWISE,
    EACH_PIXEL,
    FULL,
    GROUPED,
    MAPS,
    SEPARABLE,
    SIDE,
    THREE_D,
    Slide,
)
from cnnviz.ui.lessons.channels.channels_view import Convolved
from cnnviz.ui.markup import Markup, drawing, html, joined, part, rows
from cnnviz.ui.words import many, percent

LETTERS = {
    FULL: "K·K·C·O", GROUPED: "K·K·(C/G)·O", DEPTHWISE: "K·K·O", EACH_PIXEL: "C·O", SEPARABLE: "K·K·C + C·O",
    THREE_D: "K·K·K·F",
}  # fmt: skip
CELL, BAR = 14, 5  # of a drawing: a channel's width, a place's height


def windows(slides: tuple[Slide, ...]) -> Markup:
    """A drawing: the channels side by side, and below them a bar for each place of the window, over what it covers."""
    lines, top = [], 0
    for slide in slides:
        for place in range(slide.places):
            taps = slide.over.taps(place)
            box = taps.start * CELL + 1, top, len(taps) * CELL - 2, BAR - 1
            lines.append(html('<rect x="{}" y="{}" width="{}" height="{}" rx="1"/>', *box))
            top += BAR
        top += BAR - 1
    high = top - BAR + 1
    cells = joined(
        html('<rect x="{}" y="0" width="{}" height="{}"/>', at * CELL + 1, CELL - 2, high) for at in range(CHANNELS)
    )
    size = html(' width="{}" height="{}"', CHANNELS * CELL, high)
    svg = html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"{}><g fill="#7d8894" fill-opacity="0.18">{}</g>'
        '<g fill="#3f87cf">{}</g></svg>',
        CHANNELS * CELL, high, size, cells, joined(lines),
    )  # fmt: skip
    told = [f"{many(slide.places, 'place')} of {many(slide.over.kernel_size, 'channel')}" for slide in slides]
    return drawing(svg, f"of {CHANNELS} channels: {'; then '.join(told)}", size)


def weights(slides: tuple[Slide, ...]) -> str:
    """The weights as a product: 3·3·2·12; of two layers, a sum of two."""
    return " + ".join(_product(slide, slide.filters) for slide in slides)


def _product(slide: Slide, maps: int) -> str:
    parts = [slide.side, slide.side] if slide.side > 1 else []
    parts += [slide.over.kernel_size] if slide.over.kernel_size > 1 else []
    return "·".join(map(str, (*parts, maps)))


def multiply_adds(slides: tuple[Slide, ...], height: int, width: int) -> str:
    """The multiply-adds as a product: height·width·(...)."""
    inner = " + ".join(_product(slide, slide.maps) for slide in slides)
    return f"{height}·{width}·{f'({inner})' if len(slides) > 1 else inner}"


def _window(slides: tuple[Slide, ...]) -> str:
    """Rows × columns × channels."""
    return ", then ".join(times(slide.side, slide.side, slide.over.kernel_size) for slide in slides)


def table(found: Convolved) -> None:
    """A row for each kind, on this picture's size; the chosen one marked."""
    height, width = found.size
    most = kinds.multiply_adds(found.beside[FULL], height, width)
    lines: list[list[str]] = []
    for kind, slides in found.beside.items():
        done = kinds.multiply_adds(slides, height, width)
        lines.append([
            kind,
            windows(slides),
            _window(slides),
            html("{} = {} = <b>{}</b>", LETTERS[kind], weights(slides), grouped(kinds.all_weights(slides))),
            html("{} = <b>{}</b>", multiply_adds(slides, height, width), grouped(done)),
            percent(done, most),
        ])  # fmt: skip
    heads = ["kind", "its places on the channels", "window", "weights", "multiply-adds", "÷ full"]
    in_time = found.beside[THREE_D][0]
    part(
        "What each kind costs",
        f"All read C = {CHANNELS} channels of {times(height, width)} and make O = {MAPS} maps of that size, without "
        f"biases. K = {SIDE} is of rows and columns. With G = 1 a grouped one is full, with G = C depthwise. A weight "
        "is used once for each number of a map: the work is height · width · weights. In 3-D alone each of the "
        f"F = {in_time.filters} filters makes a map at every one of {in_time.places} places: the work is "
        f"{in_time.places} times that.",
        rows(heads, lines, chosen=[*found.beside].index(found.kind)),
        html(
            "<p>Separable ÷ full = (K·K·C + C·O) / (K·K·C·O) = <b>1/O + 1/K²</b> = 1/{} + 1/{} = <b>{}</b>. The more "
            "maps, the nearer to 1/K²: a ninth.</p>",
            MAPS, SIDE**2, number(1 / MAPS + 1 / SIDE**2),
        ),
    )  # fmt: skip


def ending(found: Convolved) -> Ending:
    """The picture's numbers, and what to guess before it is pressed."""
    height, width = found.size
    costs = {kind: kinds.multiply_adds(slides, height, width) for kind, slides in found.beside.items()}
    in_time = found.beside[THREE_D][0]
    return Ending(
        f"One window, three axes. Of {CHANNELS} channels it covers all (full), some (grouped) or one (depthwise), and "
        f"its places do not overlap. In 3-D they do, and the same {in_time.weights} weights serve at all "
        f"{in_time.places}. On this picture a full convolution takes {grouped(costs[FULL])} multiply-adds, a separable "
        f"one {grouped(costs[SEPARABLE])}: {percent(costs[SEPARABLE], costs[FULL])}.",
        "With G = 3, map 7 reads channels 3 and 4. Which does it read with G = 2, and how many weights are there then? "
        "Guess, choose it, click map 7. Then 3-D: the first column shows what changes from frame to frame. Why is all "
        "that stands still white?",
    )
