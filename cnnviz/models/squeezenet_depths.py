"""The depths of SqueezeNet at which one can stop, and what each answers to: each layer with weights, behind its ReLU,
and each pool."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cnnviz.models.squeezenet import squeezenet
from cnnviz.models.trained import Trained
from cnnviz.signatures import checked

# What each depth of the walk answers to, as its strongest maps show it on photographs.
WORDS = {
    "conv1": "Edges: a map lights up where bright meets dark, or one colour another, in one direction.",
    "fire2": "Strokes and outlines: a few edges in a row. Some maps answer to a colour or a brightness.",
    "fire3": "Longer strokes and textures: a rim, hairs, one side of a thing.",
    "fire4": "Curves and corners: where strokes bend, meet or end.",
    "fire5": "Small shapes: something round, a bow, a dark spot beside a bright one.",
    "fire6": "Shapes: several curves together, and the first details of things.",
    "fire7": "Details of things: small shapes that belong to one kind of thing.",
    "fire8": "Parts: whole regions of a thing light up together.",
    "fire9": "Parts of things. By such parts the last layer tells classes apart.",
    "conv10": "One map for each of the 1,000 classes: where it is seen. Its average is the score of the class.",
}
# What they are on a sample. Of another picture nobody has looked.
ON_SAMPLES = {
    "chelsea": {"fire7": "Here: the cat’s eyes.", "fire9": "Here: its muzzle."},
    "coffee": {"fire7": "Here: the cup’s bows and rim.", "fire9": "Here: the coffee in its cup."},
}
# Maps worth seeing, of each sample photograph: what is seen, each looked at before it was named; depth; map, from 1.
SEEN = {
    "chelsea": (
        ("upright edges", "conv1", 56), ("strokes of fur", "fire3", 116), ("the pupils", "fire5", 235),
        ("both eyes", "fire7", 131), ("the muzzle", "fire9", 489),
    ),
    "coffee": (
        ("edges of the rim", "conv1", 1), ("arcs", "fire3", 85), ("left bends", "fire5", 150),
        ("the lower bows", "fire7", 353), ("the coffee", "fire9", 444),
    ),
    "camera": (
        ("slanted edges", "conv1", 61), ("strokes one way", "fire3", 19), ("the tripod’s legs", "fire5", 204),
        ("the tripod", "fire7", 291), ("the face", "fire9", 261),
    ),
    "astronaut": (
        ("outlines", "conv1", 50), ("upright stripes", "fire3", 90), ("the ring’s arc", "fire5", 167),
        ("the chin", "fire7", 231), ("the face", "fire9", 233),
    ),
}  # fmt: skip
PEOPLE = ("ballplayer", "groom", "scuba diver")  # all the people that there are among the 1,000 classes


@checked
@dataclass(frozen=True)
class Depth:
    """One stop of the walk.

    at     its place among all stops, from 0
    made   the layer whose arithmetic makes its maps: a convolution or a pool
    shown  the layer whose output is shown: the ReLU behind it, or itself
    """

    at: int
    name: str
    made: int
    shown: int

    @property
    def is_main(self) -> bool:
        """Whether it stands in the walk: squeezes and pools are found in the list of all layers."""
        return self.name in WORDS

    @property
    def is_last(self) -> bool:
        """Whether its maps are the classes'."""
        return self.name == "conv10"

    def words(self, sample: str = "") -> str:
        """What it answers to; on the `sample` of that key, what that is there."""
        if self.is_main:
            return " ".join(filter(None, (WORDS[self.name], ON_SAMPLES.get(sample, {}).get(self.name))))
        if "squeeze" in self.name:
            return "A squeeze: 1 × 1 filters mix many maps into few, which the next layer can then afford to read."
        return "A pool: of each 3 × 3 numbers the largest goes on, every second row and column."


@cache
def depths() -> tuple[Depth, ...]:
    """All stops, in order."""
    names = squeezenet().names
    found: list[Depth] = []
    for layer, name in enumerate(names):
        if name.endswith((" ReLU", " × 1", " × 3")) or name == "global average":
            continue
        shown = layer + 1 if names[layer + 1] == f"{name} ReLU" else layer
        found.append(Depth(len(found), name.removesuffix(" expand"), layer, shown))
    return tuple(found)


@checked
def map_name(trained: Trained, depth: Depth, channel: int) -> str:
    """What a map is called: of the last layer by its class."""
    return trained.classes[channel] if depth.is_last else f"map {channel + 1}"
