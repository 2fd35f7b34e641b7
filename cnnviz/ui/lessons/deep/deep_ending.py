"""What this photo has shown, and a question."""

from __future__ import annotations

from cnnviz.models.squeezenet_depths import Depth, depths
from cnnviz.numbers import times
from cnnviz.ui import state
from cnnviz.ui.lessons import Ending
from cnnviz.ui.lessons.deep.deep_look import Look
from cnnviz.ui.lessons.deep.deep_walk import is_covered
from cnnviz.ui.settings import DEPTH
from cnnviz.ui.words import percent


def ending(look: Look) -> Ending:
    """What was seen, and the question."""
    return Ending(_seen(look), _question(look))


def _seen(look: Look) -> str:
    """In three sentences, with this photo's numbers."""
    trained, stops = look.trained, {depth.name: depth for depth in depths()}
    size = {name: _sees(look, stops[name]) for name in ("conv1", "fire9")}
    first, second, *_ = look.best()
    names = trained.classes[first], trained.classes[second]
    shares = [percent(float(look.probabilities[of])) for of in (first, second)]
    return (
        f"A unit of conv1 sees {times(size['conv1'], size['conv1'])} pixels and can tell an edge; one of fire9 sees "
        f"{times(size['fire9'], size['fire9'])} and answers to parts. {_busy(look, stops)}"
    ) + ("" if is_covered(look) else f" The last maps’ averages say: {names[0]} {shares[0]}, {names[1]} {shares[1]}.")


def _sees(look: Look, depth: Depth) -> int:
    return look.trained.network.rows[depth.shown].fields[0].size


def _busy(look: Look, stops: dict[str, Depth]) -> str:
    """How many numbers are above 0, early and late: deep maps answer to less."""
    shares = {name: float((look.at(stops[name]) > 0).mean()) for name in ("conv1", "fire9")}
    early, late = percent(shares["conv1"]), percent(shares["fire9"])
    return f"Of conv1’s numbers {early} are above 0 on this photo, of fire9’s {late}" + (
        ": deep maps answer to less, and mean more." if shares["fire9"] < shares["conv1"] else "."
    )


def _question(look: Look) -> str:
    """What the controls can answer on this photo."""
    if is_covered(look):
        return "What will it say? The maps above tell what it found; guess, then press “Show it”: the rest appears."
    name = look.trained.classes[look.best(1)[0]]
    other = "RGB" if state.now(DEPTH) == "Grey" else "Grey"
    return (
        f"Does it need the colours? Switch Depth to {other} in the sidebar and see whether “{name}” stands. And which "
        "one place does the answer hang on: guess, then slide the patch."
    )
