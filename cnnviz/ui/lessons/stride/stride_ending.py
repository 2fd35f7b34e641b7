"""What was seen, with the numbers of this picture and these settings; and one question."""

from __future__ import annotations

from cnnviz.experiments.reads import reading
from cnnviz.geometry import same_padding
from cnnviz.numbers import times
from cnnviz.pictures import Picture
from cnnviz.ui import formulas
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.stride.stride_ab import BOTH, A
from cnnviz.ui.lessons.stride.stride_view import now
from cnnviz.ui.words import percent


def ending(picture: Picture) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(picture), _question())


def _seen(picture: Picture) -> str:
    """For A and for B: the size, the overlap and the share of the picture's numbers that are left."""
    state = now()
    _, height, width = picture.shape
    parts = []
    for setting in BOTH:
        if setting.problem(state, picture):
            parts.append(f"{setting.letter} gives no map.")
            continue
        windows = setting.windows(state)
        size = windows.output_size(picture)
        counted = reading(windows.rows, windows.columns, (height, width))
        parts.append(
            f"{setting.letter}, S = {windows.rows.stride}: {formulas.overlap(windows.rows, windows.columns)};"
            f" {times(height, width)} becomes {times(size[0], size[1])},"
            f" {percent(counted.windows / (height * width))} of the numbers."
        )
    before, after = same_padding(state[A.k])
    keeps = f"P = {before}" if before == after else f"{before} before and {after} behind"
    parts.append(f"At S = 1, K = {state[A.k]} keeps the size with {keeps}.")
    return (
        "A small stride overlaps and gives a large map, a large one overlaps less and gives a small map. "
        + " ".join(parts)
    )


def _question() -> str:
    """A question that the dials can answer."""
    return (
        "Set K = 4 and S = 1 on A. Which P keeps the size? Try every P, then “+1 below, right”. And with K = 3: from"
        " which S on are there pixels that no window reads?"
    )
