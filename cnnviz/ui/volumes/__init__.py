"""A network on one picture: the picture at the left, then each layer's maps as a volume, drawn as a stack of planes.

    UNIT = unit_setting("unit")
    shapes = [volume.maps.shape for volume in layers]
    unit = chosen(UNIT, shapes, start=Unit(0, 0))           # from the link, or the last click
    volumes(picture, layers, choice=UNIT, selected=unit, group="filters")
    stage(trace of layer unit.layer, channel unit.channel, key=..., group="filters", at=unit.at, unit=unit.map)

Pointing at a number of a map shows its value, its receptive field on the picture and what it sees of every layer on
the way there. A click on a map that is not on the stage puts it there: it becomes the choice, which a link says under
its key ("unit=2.5.10.12": layer, map, row, column, counted from 1), and the page runs once. On the map
that is on the stage it moves the stage's cursor and asks the server for nothing. Where the stage's cursor goes, the
volumes follow, as it plays too.

A network small enough is drawn `flat`: every map of every layer side by side, and the `Answer` beside the last.

    unit.py      which number is meant, was sent  message.py  what goes to the browser, within a budget
    answer.py    what the last numbers come to    answer.js   its bars, words and codes
    units.js     pure: what a unit sees           reading.js  pure: what a unit really reads
    words.js     pure: both in words              layout.js   pure: where each volume stands; flat.js  side by side
    planes.js    the maps and stacks              sight.js    what the shown unit sees, drawn over them
    pointing.js  the pointer and the keys         volumes.js  the elements, the current unit; volumes.css
"""

from collections.abc import Sequence
from dataclasses import replace

from cnnviz.pictures import Picture
from cnnviz.ui import state
from cnnviz.ui.component import component
from cnnviz.ui.state import Setting, one_of
from cnnviz.ui.volumes.answer import Answer
from cnnviz.ui.volumes.message import EACH_LAYER, EACH_MAP, Branch, Volume, envelope, holds
from cnnviz.ui.volumes.unit import Unit, choose, chosen, clicked, sent, unit_setting

__all__ = [
    "EACH_LAYER", "SCALE", "Answer", "Branch", "Unit", "Volume", "choose", "chosen", "clicked", "sent", "unit_setting",
    "volumes",
]  # fmt: skip


SCALE = one_of("colours", [EACH_MAP, EACH_LAYER])  # a visitor's choice, where a page offers it

_component = component("volumes")


def volumes(
    picture: Picture,
    layers: Sequence[Volume],
    *,
    choice: Setting[Unit | None],
    selected: Unit,
    group: str | None = None,
    flat: bool = False,
    answer: Answer | None = None,
    scaled: bool = False,
    places: Sequence[int] = (),
) -> None:
    """Draw the picture and the layers' volumes, `selected` in front.

    choice     what a click changes, and a page reads with `chosen(choice, ...)`; its key is the component's
    selected   the unit that is on the stage; without a row and column the middle of its map is shown until the stage
               tells where it stands
    group      the name that a stage shares: both then have one cursor
    flat       every map side by side, instead of a stack for each layer: for networks of few and small maps
    answer     side by side: what the numbers of the last layer come to; it must be a vector
    scaled     whether the visitor chooses what the colours are scaled to, SCALE: each map, or each layer
    places     which layer of the network each is, from 0, where not all are drawn: `choice` counts all of them

    The maps are sent once, of many only some: choosing another unit among them sends them no second time.
    """
    key, told = choice.key, [layer.told for layer in layers]
    all_of = tuple(places) or tuple(range(len(layers)))

    def drawn(unit: Unit) -> Unit:
        return replace(unit, layer=all_of.index(unit.layer))

    unit, _ = sent(
        choice, selected,
        lambda before: before.layer in all_of and holds(told, drawn(before), drawn(selected)), all_of,
    )  # fmt: skip

    def taken() -> None:
        unit = Unit.read(state.component_state(key, "selected"))
        if unit:  # from this component
            clicked(choice, unit)

    def rescaled() -> None:
        state.put(**{SCALE.key: SCALE.of(state.component_state(key, "scaled"))})

    scale = state.now(SCALE) if scaled else EACH_LAYER
    data = envelope(picture, layers, drawn(unit), group, flat, answer, scale, scaled, places)
    _component(key=key, data=data, on_selected_change=taken, on_scaled_change=rescaled)
