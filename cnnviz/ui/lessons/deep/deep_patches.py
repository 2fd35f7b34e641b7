"""What a unit answers to: the patches of all sample pictures that wake its map most."""

from __future__ import annotations

from cnnviz.experiments.patches import Patch, Patches, patches
from cnnviz.models.squeezenet import SIDE, squeezenet
from cnnviz.pictures import SAMPLES, Picture, sample
from cnnviz.ui.markup import Markup, html, image, joined, show
from cnnviz.ui.memory import remembered
from cnnviz.ui.network_view import Column
from cnnviz.ui.words import number

COUNT = 8
DRAWN = 96  # pixels of a patch's longest side
PHOTOGRAPHS = tuple(key for key, told in SAMPLES.items() if told.file)


@remembered(1, each=2_000_000)
def _all() -> Patches:
    return patches(squeezenet(), {key: _square(key).levels() for key in PHOTOGRAPHS})


def _square(key: str) -> Picture:
    return sample(key).square(SIDE, "rgb")


def woken_by(depth: Column, channel: int) -> None:
    """A row of crops, each with the number that it gives."""
    found = _all().best(depth.last, channel, COUNT)
    if not found:
        show(html('<p class="sentence">No place of the sample pictures wakes this map.</p>'))
        return
    told = '<div class="patches"><b>What wakes this map</b> most, on the {} sample photographs<div>{}</div></div>'
    show(html(told, len(PHOTOGRAPHS), joined(_figure(patch) for patch in found)))


def _figure(patch: Patch) -> Markup:
    down, across = patch.down, patch.across
    square = _square(patch.picture)
    crop = square.pixels[:, down.start : down.stop, across.start : across.stop]
    drawn = Picture(crop, "RGB", crop.shape[1:]).at(DRAWN)
    name = SAMPLES[patch.picture].name
    where = f"{name}, rows {down.start + 1} to {down.stop}, columns {across.start + 1} to {across.stop}"
    figure = '<figure title="{}">{}<figcaption>{}</figcaption></figure>'
    return html(figure, where, image(drawn.levels(), name), number(patch.value, 3))
