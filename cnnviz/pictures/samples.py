"""The pictures that come with cnnviz. Where each comes from is told in full in samples/README.md."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cnnviz.checks import told
from cnnviz.errors import SettingError
from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.picture import Picture
from cnnviz.signatures import checked


@checked
@dataclass(frozen=True)
class Sample:
    """A picture that comes with cnnviz: what to call it, its licence, its author and source, its file if it has one."""

    name: str
    licence: str
    source: str
    file: str = ""


_OURS = "made by cnnviz, in a line of code"
SAMPLES: dict[str, Sample] = {
    "chelsea": Sample("Chelsea the cat", "CC0", "Stefan van der Walt, in scikit-image", "chelsea.png"),
    "coffee": Sample("Coffee cup", "CC0", "Rachel Michetti, in scikit-image", "coffee.png"),
    "camera": Sample("Camera operator", "CC0", "Lav Varshney, in scikit-image", "camera.png"),
    "astronaut": Sample("Astronaut Eileen Collins", "public domain", "NASA, in scikit-image", "astronaut.png"),
    "rocket": Sample("Falcon 9 lifting off", "public domain", "SpaceX, in scikit-image", "rocket.jpg"),
    "step": Sample("Step edge", "CC0", _OURS),
    "checkerboard": Sample("Checkerboard", "CC0", _OURS),
    "binary": Sample("The 5 x 5 binary picture", "CC0", _OURS),
    "numbers": Sample("5 x 5 varied numbers", "CC0", _OURS),
}


def sample(key: str) -> Picture:
    """The sample of that key in `SAMPLES`, at its full size. Raises SettingError for any other key."""
    if not isinstance(key, str) or key not in SAMPLES:
        raise SettingError(f"There is no sample {told(key)}; there are {', '.join(SAMPLES)}.")
    return _sample(key)


@cache  # nine small pictures that nobody can change
def _sample(key: str) -> Picture:
    said = SAMPLES[key]
    if said.file:
        return open_picture((Path(__file__).parent / "samples" / said.file).read_bytes(), said.name)
    levels = _made(key)
    return Picture(levels[np.newaxis], "L", levels.shape, said.name)


def _made(key: str) -> npt.NDArray[np.uint8]:
    row, column = np.indices((48, 64))
    if key == "step":  # dark, then bright, with room above and below for what a filter adds
        return np.where(column < 32, 51, 204).astype(np.uint8)
    if key == "checkerboard":  # squares of 8 x 8, the first one black
        return ((row // 8 + column // 8) % 2 * 255).astype(np.uint8)
    if key == "binary":
        ones = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
        return np.array(ones, np.uint8) * np.uint8(255)
    # "numbers": fifths, so that they are short in both scales (51 is 0.2), with no symmetry to hide a mistake
    fifths = [[0, 1, 3, 5, 2], [4, 2, 0, 1, 5], [1, 5, 4, 2, 0], [3, 0, 2, 5, 1], [2, 4, 1, 3, 5]]
    return np.array(fifths, np.uint8) * np.uint8(51)
