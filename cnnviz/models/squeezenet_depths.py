"""The depths of SqueezeNet at which one can stop, and what each answers to: each layer with weights, behind its ReLU,
and each pool."""

from __future__ import annotations

from functools import cache

from cnnviz.models.squeezenet import squeezenet
from cnnviz.signatures import checked

LAST = "conv10"  # its maps are the classes'
# What each depth of the walk answers to, as its strongest maps show it on photographs; squeezes and pools are found in
# the list of all depths.
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


@cache
def depths() -> dict[str, str]:
    """The layers at which one can stop, in order, and what each depth is called."""
    inside = " ReLU", " × 1", " × 3", "global average"  # what belongs to a depth, or stands behind the last
    return {name: name.removesuffix(" expand") for name in squeezenet().names if not name.endswith(inside)}


@checked
def words_of(depth: str, sample: str = "") -> str:
    """What a depth answers to; on the `sample` of that key, what that is there."""
    if depth in WORDS:
        return " ".join(filter(None, (WORDS[depth], ON_SAMPLES.get(sample, {}).get(depth))))
    if "squeeze" in depth:
        return "A squeeze: 1 × 1 filters mix many maps into few, which the next layer can then afford to read."
    return "A pool: of each 3 × 3 numbers the largest goes on, every second row and column."


@checked
def map_name(depth: str, channel: int) -> str:
    """What a map is called: of the last depth by its class."""
    return squeezenet().classes[channel] if depth == LAST else f"map {channel + 1}"
