"""What the network is: its sentence, its list with the graph, where parameters and work lie, what it answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from cnnviz.models import blazeface
from cnnviz.models.blazeface import Face
from cnnviz.numbers import grouped, many, number, percent, times
from cnnviz.passes import Pass
from cnnviz.pictures.photo import whole
from cnnviz.ui import markup, state
from cnnviz.ui.cached import identity
from cnnviz.ui.formulas import size
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.network.network_asked import NetworkSetup, on_example, takes
from cnnviz.ui.lessons.network.network_run import behind as names_behind
from cnnviz.ui.lessons.network.network_run import listed as nodes_of
from cnnviz.ui.lessons.network.network_run import seconds, short, strongest, too_much
from cnnviz.ui.lessons.network.network_settings import BLAZEFACE, UNIT
from cnnviz.ui.markup import Markup, bold, html, image, joined, show
from cnnviz.ui.memory import remembered
from cnnviz.ui.network_view import NetworkView
from cnnviz.ui.nodes import Listed, nodes
from cnnviz.ui.settings import SAMPLE
from cnnviz.ui.state import put
from cnnviz.ui.volumes import Unit
from cnnviz.ui.words import listed

SHOWN = 360  # pixels a side of the photo on which faces are framed
BEST = 5
ASTRONAUT = "Astronaut Eileen Collins"


def facts(setup: NetworkSetup) -> None:
    """One sentence of it; and, where it opens in part, why."""
    network, opened = setup.trained.network, setup.opened
    gives = size(network.shapes[-1]) if opened.outputs == 1 else many(opened.outputs, "output")
    show(html(
        '<p class="network-facts"><b>{}</b> takes {}, gives {}: {}, {} parameters, {} multiply-adds a picture, about '
        "{} here. <span>{}</span></p>",
        opened.name, takes(setup), gives, many(len(network.rows), "node"), bold(grouped(network.parameters)),
        bold(grouped(network.multiply_adds)), f"{number(max(0.1, seconds(network)), 1)} s", opened.told,
    ))  # fmt: skip
    if setup.trained.stopped:
        show(html(
            '<div class="told"><b>Open as far as it goes.</b> {} What comes before it is here.</div>',
            setup.trained.stopped,
        ))  # fmt: skip


def refused(setup: NetworkSetup) -> bool:
    """Whether it is too much to be run; then it says so."""
    if why := too_much(setup.trained.network):
        show(html('<div class="told"><b>Counted, not run.</b> {}</div>', why))
    return bool(why)


def overview(setup: NetworkSetup, view: NetworkView) -> None:
    """The picture with the answer, and the network beside it."""
    with st.container(key="network-overview"):
        left, right = st.columns([1, 2.1], gap="medium")
        with left:
            answer(setup, view.run)
        with right:
            graph(setup, view)


# --- the list ---


def graph(setup: NetworkSetup, view: NetworkView) -> None:
    """Every node, to be chosen."""
    network = view.run.network
    rows = []
    for column in view.columns:
        behind = network.rows[column.row.index + 1 : column.last + 1]
        sources = {view.columns.index(of) if (of := view.of(source)) else -1 for source in column.row.sources}
        rows.append(Listed(
            ", ".join([column.name, *names_behind(network, column)]), short(network, network.names[column.layer]),
            column.row.layer.kind, size(network.rows[column.last].output_shape),
            column.row.parameters + sum(row.parameters for row in behind),
            column.row.multiply_adds + sum(row.multiply_adds for row in behind), tuple(sorted(sources)),
        ))  # fmt: skip

    def choose(place: int) -> None:
        put(**{UNIT.key: Unit(place, strongest(view.run, view.columns[place]))})

    nodes(rows, key="nodes", given=takes(setup), chosen=view.unit.layer, on_choose=choose, of=setup.opened.digest)


def counted(setup: NetworkSetup) -> None:
    """Where the parameters and the work lie, by kind."""
    network = setup.trained.network
    markup.part("Where it learns, where it works", _where(setup))
    found: dict[str, list[int]] = {}
    for row in network.rows:
        entry = found.setdefault(row.layer.kind, [0, 0, 0])
        for at, count in enumerate((1, row.parameters, row.multiply_adds)):
            entry[at] += count
    body = [
        (kind, grouped(count), _share(learnt, network.parameters), _share(work, network.multiply_adds))
        for kind, (count, learnt, work) in sorted(found.items(), key=lambda item: -item[1][2])
    ]
    total = ("Together", grouped(len(network.rows)), bold(grouped(network.parameters)),
             bold(grouped(network.multiply_adds)))  # fmt: skip
    show(markup.rows(("Kind", "Nodes", "Parameters", "Multiply-adds"), [*body, total]))


def _share(part: int, all: int) -> Markup | str:
    return html("{}<small>{}</small>", grouped(part), percent(part, all)) if part and all else "none"


def _where(setup: NetworkSetup) -> str:
    columns = nodes_of(setup.trained.network)
    learns = max(columns, key=lambda column: column.row.parameters)
    works = max(columns, key=lambda column: column.row.multiply_adds)
    if not works.row.multiply_adds:
        return "No node of it multiplies by what it has learnt."
    return (
        f"Most is learnt in {learns.name}: {grouped(learns.row.parameters)} numbers. Most work is done by "
        f"{works.name}: {grouped(works.row.multiply_adds)} multiply-adds."
    )


# --- the answer ---


def answer(setup: NetworkSetup, run: Pass) -> None:
    """The picture, and what the network says of it."""
    over, words = html(""), html("")
    if setup.opened.name == BLAZEFACE:
        found = found_faces(run)
        over, words = _framed(found), _counted_faces(found)
    elif setup.trained.classes and not setup.trained.stopped:
        words = _classes(setup, run)
    else:
        last = run.network.rows[-1]
        words = html(
            "<p>Its last node, {}, gives {}. Choose a node in the list: its maps are below.</p>", last.layer.name,
            size(last.output_shape),
        )  # fmt: skip
    example = on_example(setup.opened)
    told = html("<p>Shown on {}, until you choose a picture.</p>", example[1]) if example else html("")
    show(html('<div class="network-says">{}<div>{}{}</div></div>', _photo(setup, over), words, told))
    if setup.opened.name == BLAZEFACE and not found and state.now(SAMPLE) != ASTRONAUT:
        st.button("show it the astronaut", key="astronaut", on_click=put, kwargs={"sample": ASTRONAUT})


@remembered(4, each=3 * SHOWN**2, by=lambda setup: (identity(setup.whole), setup.picture.shape))
def _shown(setup: NetworkSetup) -> np.ndarray:
    """The piece that the network takes, large enough to be looked at, and no larger than the picture is."""
    height, width = setup.picture.shape[1:]
    with whole(setup.whole) as pixels:
        scale = SHOWN / max(height, width)
        sides = max(1, round(height * scale)), max(1, round(width * scale))
        return pixels.taken(sides, "rgb").levels() if max(pixels.shape[1:]) >= SHOWN else setup.picture.levels()


def _photo(setup: NetworkSetup, over: Markup) -> Markup:
    levels = _shown(setup)
    alt = f"The picture as it is taken: {setup.whole.name or 'yours'}"
    return html('<div class="network-photo">{}{}</div>', image(levels, alt, sharp=levels.shape[1] < 100), over)


def _classes(setup: NetworkSetup, run: Pass) -> Markup:
    output = run.map(len(run.network.rows)).ravel()
    trained = setup.trained
    shares = trained.probabilities(output)
    best = np.argsort(-shares, kind="stable")[:BEST]
    bars = joined(
        html(
            '<div class="answer-bar"><span>{}</span><em>{}</em><u><i style="{}"></i></u></div>',
            trained.classes[of], percent(float(shares[of])), _style(width=float(shares[of])),
        )
        for of in best
    )  # fmt: skip
    of = "distances, the smallest first" if trained.distances else "scores"
    return html("<b>What it says</b>{}<small>Softmax of its {} {}.</small>", bars, grouped(len(shares)), of)


def found_faces(run: Pass) -> list[Face]:
    """The faces that BlazeFace finds."""
    places = {name: at for at, name in enumerate(run.network.names, 1)}
    scores = [run.map(places[score]).ravel() for score, _ in blazeface.OUTPUTS]
    boxes = [run.map(places[box]).reshape(-1, 16) for _, box in blazeface.OUTPUTS]
    return blazeface.faces(np.concatenate(scores), np.concatenate(boxes))


def _framed(found: list[Face]) -> Markup:
    """Each face's box, how certain it is, and its points, to lie over the picture."""
    return joined(
        html(
            '<i class="face" style="{}"><b>{}</b></i>{}',
            _style(top=face.top, left=face.left, height=face.height, width=face.width), percent(face.probability),
            joined(html('<i class="point" style="{}"></i>', _style(top=row, left=at)) for row, at in face.points),
        )
        for face in found
    )  # fmt: skip


def _counted_faces(found: list[Face]) -> Markup:
    if not found:
        return html("<p><b>No face</b>: none of its 896 places is {} certain.</p>", percent(blazeface.CERTAIN))
    shares = listed([percent(face.probability) for face in found])
    return html(
        "<p><b>{}</b>, {} certain: framed, with eyes, nose, mouth and ears.</p>", many(len(found), "face"), shares
    )


def _style(**parts: float) -> str:
    """Where something lies, by its parts of the whole."""
    return " ".join(f"{side}: {100 * part:.2f}%;" for side, part in parts.items())


# --- the end ---


def ending(setup: NetworkSetup, view: NetworkView | None) -> Ending:
    """What was seen, and a question."""
    return Ending(" ".join(_seen(setup, view)), _question(setup))


def _seen(setup: NetworkSetup, view: NetworkView | None) -> Iterator[str]:
    network = setup.trained.network
    yield (
        f"{setup.opened.name} is {many(len(network.rows), 'node')} and {grouped(network.parameters)} numbers that were "
        "learnt; all that it says is made of them and of your picture."
    )
    if view:
        down, across = view.column.row.fields
        yield f"A unit of {view.column.name} sees {times(down.size, across.size)} pixels."
        yield f"Its largest number here is {number(float(view.maps(view.column).max()), 3)}."


def _question(setup: NetworkSetup) -> str:
    if setup.opened.model:
        return "Change “Numbers” under “As the network receives it”: does the answer stand? Why not?"
    if setup.opened.name == BLAZEFACE:
        return "Show it a face of your own, then one on its side. What does it find, and from which node on?"
    return "Choose the last node, then one in the middle: which maps still look like the picture?"
