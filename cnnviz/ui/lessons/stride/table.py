"""The output sizes over S and P, to click."""

from __future__ import annotations

from typing import Any

from cnnviz.errors import CnnvizError
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui.lessons.stride.main import now
from cnnviz.ui.lessons.stride.two import A, B
from cnnviz.ui.markup import part
from cnnviz.ui.sizes import Size, sizes
from cnnviz.ui.state import put
from cnnviz.ui.words import percent

STRIDES, PADDINGS = range(1, 9), range(8)


def table(picture: Picture) -> None:
    """Every output size of A's K on this picture; a click puts S and P on A."""
    state = now()
    _, height, width = picture.shape
    beyond = " A's own padding is not among these." if state[A.p] not in PADDINGS or state[A.more] else ""
    part(
        f"Output sizes of a {times(height, width)} picture at K = {state[A.k]}",
        "<p>Click a size to put its S and P on A. A dash: the window finds no room, or the border has too little to"
        f" borrow. Shaded and bold: the size of the picture is kept.{beyond}</p>",
    )
    cells = [[_cell(picture, state, stride, padding) for stride in STRIDES] for padding in PADDINGS]
    sizes(cells, STRIDES, PADDINGS, key="sizes", on_choose=_choose)


def _choose(stride: int, padding: int) -> None:
    put(**{A.s: stride, A.p: padding, A.more: False})


def _cell(picture: Picture, state: dict[str, Any], stride: int, padding: int) -> Size:
    tried = {**state, A.s: stride, A.p: padding, A.more: False}
    here = [
        setting.letter
        for setting in (A, B)
        if (state[setting.k], state[setting.s], state[setting.p], state[setting.more])
        == (state[A.k], stride, padding, False)
    ]
    mark = " ".join(here)
    try:
        size = A.windows(tried).output_size(picture)
    except CnnvizError as problem:
        return Size("", str(problem), mark)
    whole = picture.shape[1:]
    share = size[0] * size[1] / (whole[0] * whole[1])
    why = "keeps the size" if size == whole else f"{percent(share)} of the picture's numbers"
    return Size(times(size[0], size[1]), why + ".", mark, size == whole)
