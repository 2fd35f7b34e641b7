"""The main view: which kind, the channels and the maps that it makes of them, and the stage of the chosen map."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz import kernels
from cnnviz.errors import CnnvizError, DoesNotFit
from cnnviz.kernels import over_rgb
from cnnviz.layers import Conv2d
from cnnviz.network import Network
from cnnviz.numbers import grouped
from cnnviz.ops import conv3d
from cnnviz.passes import Pass
from cnnviz.pictures import Film, Picture, with_disc
from cnnviz.pictures.picture import proportional
from cnnviz.ui import cached, controls, formulas, settings, state
from cnnviz.ui.lessons.channels import channels_kinds as kinds
from cnnviz.ui.lessons.channels.channels_kinds import (
    CHANNELS,
    DEPTHWISE,
    EACH_PIXEL,
    FULL,
    GROUPED,
    GROUPS,
    IN_TIME,
    KIND,
    MAPS,
    SEPARABLE,
    SIDE,
    THREE_D,
    Slide,
)
from cnnviz.ui.markup import html, show
from cnnviz.ui.network_view import Column, NetworkView
from cnnviz.ui.settings import MOST_NUMBERS
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit, unit_setting
from cnnviz.ui.words import capital, listed, many

UNIT, GROUP = unit_setting("of-channels"), "channels"
START = (4, 3)  # the map on the stage at first, of channels and of frames: its window stands in their middle
# The first layer's filters, as the lesson before has them: its maps are the channels.
FIRST = ("sobel-x", "sobel-y", "gaussian-blur", "laplacian", "gabor", "diagonal-edge")


@dataclass(frozen=True)
class Convolved:
    """One kind on one picture.

    kind    its name, one of KIND's; slides  its layers; beside  all kinds, to be compared
    shown   what stands at the left: the picture, or a film's first frame
    film    the frames that 3-D reads; None for the others. is_own  whether they are those of the visitor's own file
    view    the maps
    """

    kind: str
    slides: tuple[Slide, ...]
    beside: dict[str, tuple[Slide, ...]]
    shown: Picture
    film: Film | None
    is_own: bool
    view: NetworkView

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of every map."""
        _, height, width = self.shown.shape
        return height, width

    @property
    def slide(self) -> Slide:
        """The layer that the chosen map comes from; of a channel the first that reads it."""
        return self.slides[max(0, self.view.unit.layer - 1)]


def dials() -> None:
    """Which kind; of grouped ones, how many groups."""
    with st.container(key="channel-kinds", horizontal=True):
        kind = controls.choice("Convolution", KIND, then=_anew)
        if kind == GROUPED:
            controls.choice("G groups", GROUPS)


def _anew() -> None:
    """Where a channel stands on the stage, another kind puts a map of its own there."""
    if (unit := state.now(UNIT)) and unit.layer == 0:
        put(**{UNIT.key: UNIT.start})


def seen(picture: Picture, divisor: float) -> Convolved:
    """The chosen kind on the picture. Raises DoesNotFit for a picture with more numbers than a page draws."""
    kind, beside = state.now(KIND), kinds.kinds(int(state.now(GROUPS)))
    problem = too_many(picture.shape)
    if problem:
        raise problem
    slides = beside[kind]
    own = controls.film(CHANNELS) if kind == THREE_D else None
    film = (own or with_disc(picture, CHANNELS)) if kind == THREE_D else None
    shown = Picture(film.levels[:1], "L", film.levels.shape[1:]) if film else picture
    levels = film.levels if film else picture.levels()
    run = _passed(levels, kind, slides, divisor)
    return Convolved(kind, slides, beside, shown, film, own is not None, _view(run, kind, slides))


def too_many(shape: tuple[int, int, int]) -> DoesNotFit | None:
    """Whether the largest of all kinds, with every map, is more than a page draws."""
    depth, height, width = shape
    count = (depth + 2 * CHANNELS + MAPS) * height * width
    if count <= MOST_NUMBERS:
        return None
    return DoesNotFit(
        f"The picture and its maps are {grouped(count)} numbers; this page draws up to {grouped(MOST_NUMBERS)}. "
        "Fewer pixels fit."
    )


def explain(problem: CnnvizError, picture: Picture) -> None:
    """Why there are no maps, and what to press."""
    fits = [
        side for side in (384, 256, 192, 128, 64)
        if not too_many((picture.shape[0], *proportional(picture.shape[1:], side)))
    ]  # fmt: skip
    controls.explain(problem, picture, [(f"Longest side = {fits[0]}", {settings.SIZE.key: fits[0]})])


def _first(depth: int) -> np.ndarray:
    """The filters whose maps are the channels: the lab's, over all the depth."""
    found = [kernels.named(key, SIDE) for key in FIRST]
    return np.stack([over_rgb(kernel) if depth == 3 else kernel[np.newaxis] for kernel in found])


def _passed(levels: np.ndarray, kind: str, slides: tuple[Slide, ...], divisor: float) -> Pass:
    """The channels, and what a kind makes of them; what rounding leaves of a zero is one. Frames are channels as they
    are: a window of one pixel and one weight, which is 1. Not kept: it takes some ten milliseconds."""
    is_film, depth = kind == THREE_D, len(levels)
    side, groups = (1, CHANNELS) if is_film else (SIDE, 1)
    # With zeros around the picture its frame would be the strongest of all edges.
    before = Conv2d(CHANNELS, side, padding=side // 2, groups=groups, bias=False, padding_mode="replicate")
    own = [np.ones((CHANNELS, 1, 1, 1)) if is_film else _first(depth), *kinds.weights(kind, slides)]
    network = Network(levels.shape, (before, *(slide.layer for slide in slides)))
    given = [slide.parameters(weight) for slide, weight in zip(slides, own[1:], strict=True)]
    parameters = [{"weight": own[0]}, *given]
    maps, scale = [levels], divisor
    for layer, of_layer, weight in zip(network.layers, parameters, own, strict=True):
        read = maps[-1].astype(np.float64) / scale
        if is_film and len(maps) > 1:  # as it is: the frames are a depth, and filters slide over it
            moved = conv3d(read[np.newaxis], weight[:, np.newaxis], padding=(0, SIDE // 2, SIDE // 2))
            found = moved.swapaxes(0, 1).reshape(MAPS, *moved.shape[2:])
        else:
            found = layer.forward(read, of_layer)
        reach = np.abs(of_layer["weight"]).sum(axis=(1, 2, 3)) * np.abs(read).max()
        maps.append(cached.without_rounding(found, reach[:, np.newaxis, np.newaxis]).astype(np.float32))
        scale = 1.0
    return Pass(network, parameters, levels, maps=maps[1:], divisor=divisor)


def _view(run: Pass, kind: str, slides: tuple[Slide, ...]) -> NetworkView:
    is_film = kind == THREE_D
    names = ["Frames" if is_film else "Channels"]
    names += ["Depthwise", "Then 1 × 1"] if kind == SEPARABLE else [capital(kind)]
    as_pictures = {"grey": True, "limit": 255 / run.divisor} if is_film else {}
    of = "the depth" if is_film else "of layer 1"
    drawn: list[dict[str, object]] = [{"stacked": True, "detail": of, **as_pictures}]
    for slide in slides:  # each row of maps stands where the window over the channels does
        drawn.append({"across": slide.each if slide.shares else 2, "detail": f"{grouped(slide.weights)} weights"})
    if kind == SEPARABLE:
        drawn[1]["stacked"] = True
    columns = [
        Column(name, row, row.index, drawn=more)
        for name, row, more in zip(names, run.network.rows, drawn, strict=True)
    ]

    def called(column: Column, channel: int) -> str:
        if column.layer == 0:
            return f"Frame {channel + 1}" if is_film else f"Channel {channel + 1}: {FIRST[channel]}"
        if is_film:
            return f"Map {channel + 1}: {[*IN_TIME][channel % len(IN_TIME)]}"
        return f"Map {channel + 1}" + (", depthwise" if kind == SEPARABLE and column.layer == 1 else "")

    colours = [f"frame {at + 1}" for at in range(CHANNELS)] if is_film else cached.CHANNELS[run.shown.shape[0]]
    return NetworkView(
        run, columns, UNIT, GROUP, Unit(len(slides), START[is_film]), colours, entry="Frame" if is_film else "Picture",
        scaled=True, called=called, peak=(lambda column, channel: _loudest(run, column, channel)) if is_film else None,
    )  # fmt: skip


def _loudest(run: Pass, column: Column, channel: int) -> tuple[int, int]:
    """Row and column of a map's number that is furthest from 0: where something moves."""
    map = np.abs(run.map(column.last + 1)[channel])
    row, place = divmod(int(map.argmax()), map.shape[1])
    return row, place


def words(found: Convolved) -> None:
    """The window over the channels in a sentence, and the formula by which it slides, which is that of every window."""
    slide = found.slide
    formula = html(
        "<b>Over the {}</b>, K<sub>C</sub> = {}, S<sub>C</sub> = {}: {} {}, {} {}.",
        "frames" if found.film else "channels", slide.over.kernel_size, slide.over.stride,
        formulas.with_numbers(slide.over, CHANNELS), "place" if slide.places == 1 else "places",
        f"the same {many(slide.filters, 'filter')}" if slide.shares else many(slide.each, "filter"),
        "there" if slide.places == 1 else "at each",
    )  # fmt: skip
    show(html('<p class="hint">{}</p><p class="hint said">{}</p>', formula, _said(found)))


def _said(found: Convolved) -> str:
    """What there is to see of this kind."""
    return {
        FULL: "The window covers every channel, so it has nowhere to slide: each map is made from all six.",
        GROUPED: "The window moves on by all that it covers, to filters of its own: no map mixes two groups.",
        DEPTHWISE: "The window covers one channel: six places, two filters at each, and nothing is mixed.",
        EACH_PIXEL: "The window covers every channel, and of rows and columns one pixel: it mixes channels and sees no "
        "neighbour.",
        SEPARABLE: "Depthwise sees neighbours and mixes no channels; 1 × 1 behind it mixes channels and sees no "
        "neighbour.",
        THREE_D: f"The window slides over the frames, with the same weights at each place. {_frames(found)}",
    }[found.kind]


def _frames(found: Convolved) -> str:
    """Which frames these are."""
    if found.film and found.is_own:
        return f"They are frames {listed(found.film.numbers)} of your file’s {found.film.total}."
    return f"Here a disc moves over the picture; a GIF, WebP or APNG of {CHANNELS} or more moves by itself."


def volumes(found: Convolved) -> None:
    """The picture, the channels one below the other, the maps; a click puts a map on the stage."""
    found.view.volumes(found.shown, flat=True)


def stage(found: Convolved) -> None:
    """The chosen map: its window goes through the channels that it covers."""
    trace, unit = found.view.trace(), found.view.unit
    if unit.layer:
        word = "frame" if found.film else "channel"
        read = found.slide.reads(unit.channel)
        names = [f"{'map' if unit.layer > 1 else word} {channel + 1}" for channel in read]
        trace = replace(trace, names={**trace.names, "channels": names})
    if found.film:
        trace = replace(trace, input_limit=0.0)  # pictures, drawn in grey
    found.view.stage("channels-stage", trace)
