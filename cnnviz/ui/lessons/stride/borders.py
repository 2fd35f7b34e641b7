"""The border modes: what stands in the padding of this picture's first row, where each number comes from."""

from __future__ import annotations

from cnnviz.errors import CnnvizError
from cnnviz.geometry import PADDING_MODES, Window, most_padding, origin
from cnnviz.pictures import Picture
from cnnviz.ui.lessons.stride.counts import first_row
from cnnviz.ui.lessons.stride.main import now
from cnnviz.ui.lessons.stride.two import A, Setting
from cnnviz.ui.markup import part
from cnnviz.ui.settings import Windows
from cnnviz.ui.words import number

SHOWN = 3  # cells of padding and of the picture at each end
TOLD = {
    "zeros": "nothing is borrowed: 0",
    "reflect": "the picture mirrored at its outermost pixel, which is not repeated",
    "replicate": "the outermost pixel again and again",
    "circular": "the picture goes on from its other side",
}


def borders(picture: Picture, divisor: float) -> None:
    """For each mode the ends of row 1 with their padding, tied to their origins, and what comes of it in the map."""
    state = now()
    k, p = state[A.k], state[A.p]
    wide = min(SHOWN, max(p, 1))
    _, _, width = picture.shape
    colour = "" if len(picture.pixels) == 1 else " of the red plane"
    ends = [*range(-wide, min(SHOWN, width)), *range(max(width - SHOWN, SHOWN), width + wide)]
    if width <= 2 * SHOWN:
        ends = [*range(-wide, width + wide)]
    head = "".join(_heading(position, width, ends) for position in ends)
    body = "".join(_line(mode, ends, picture, divisor, state) for mode in PADDING_MODES)
    part(
        "What stands in the padding",
        f"<p>The ends of row 1{colour}, with {wide} of padding. Below each borrowed number stands the column that"
        " it copies; on the stages above, lines tie it to its origin. Last, the average of the first row of A's map"
        f" (K = {k}, P = {p}): {_without(picture, divisor, state)}</p>"
        f'<div class="wide"><table class="facts ends"><thead><tr><th>border</th>{head}<th>map, row 1</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
    )


def _heading(position: int, width: int, ends: list[int]) -> str:
    name = str(position + 1) if 0 <= position < width else "pad"
    gap = ' class="gap"' if position - 1 not in ends and position != ends[0] else ""
    return f"<th{gap}>{name}</th>"


def _line(mode: str, ends: list[int], picture: Picture, divisor: float, state: dict) -> str:
    _, height, width = picture.shape
    row = picture.levels()[0, 0]
    limit = most_padding(width, mode)
    cells = []
    for position in ends:
        outside = max(-position, position - width + 1)
        marks = ["padding"] if outside > 0 else []
        if position - 1 not in ends and position != ends[0]:
            marks.append("gap")
        if limit is not None and outside > limit:
            text = "–"
        else:
            found = origin(position, width, mode)
            text = number(0 if found is None else float(row[found]) / divisor)
            if outside > 0 and found is not None:
                text += f"<small>from {found + 1}</small>"
        cells.append(f'<td class="{" ".join(marks)}">{text}</td>')
    chosen = ' class="chosen"' if mode == state["border"] else ""
    return (
        f'<tr{chosen}><th scope="row">{mode}<small>{TOLD[mode]}</small></th>{"".join(cells)}'
        f"<td>{_average(A, mode, picture, divisor, state)}</td></tr>"
    )


def _average(setting: Setting, mode: str, picture: Picture, divisor: float, state: dict) -> str:
    tried = {**state, "border": mode}
    try:
        filter = setting.filter(tried, len(picture.pixels))
        return number(float(first_row(picture, filter, setting.windows(tried), divisor).mean()))
    except CnnvizError:
        return "no map"


def _without(picture: Picture, divisor: float, state: dict) -> str:
    """What the first row of the map is without any padding, to compare with."""
    window = Window(state[A.k], state[A.s])
    try:
        filter = A.filter(state, len(picture.pixels))
        bare = first_row(picture, filter, Windows(window, window), divisor).mean()
    except CnnvizError:
        return "without padding there is no map."
    return f"without any padding it would be {number(float(bare))}."
