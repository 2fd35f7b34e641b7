"""Photographs of a digit on paper, made from a drawing: ruling, shadow, noise, a turned sheet, a JPEG's blocks.

Nothing of what finds the digit is used here: the sheet is multiplied together as light is, then turned, then seen by a
camera. `digit_alone` is the same digit, turned alike, without the sheet.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from cnnviz.pictures import Picture, Strokes, open_picture

FOLDER = Path(__file__).parent / "data" / "strokes"
DRAWINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
BLUE, RED, GREY = (0.62, 0.74, 0.92), (0.93, 0.55, 0.55), (0.72, 0.72, 0.72)


def drawing(name: str) -> Strokes:
    return Strokes.read(json.dumps(DRAWINGS[name]["drawing"]))


def in_a_row(names: Sequence[str], gap: float, *, thickness: float = 0.05, down: bool = False) -> Strokes:
    """Several of the drawings, each as high as the others, on one pad: side by side, or one under another.

    gap  between the middles of the pen's lines, as a share of a digit's height
    """
    axis, end = int(down), 0.0
    lines = []
    for name in names:
        strokes = drawing(name)
        places = np.array([place for line in strokes.lines for place in line])
        corner, size = places.min(axis=0), np.ptp(places[:, 1])
        shift = np.array([0, end] if down else [end, 0])
        lines += [(np.array(line) - corner) / size + shift for line in strokes.lines]
        end += np.ptp(places[:, axis]) / size + gap
    places = np.concatenate(lines)
    scale = 0.86 / np.ptp(places, axis=0).max()
    edge = (1 - np.ptp(places, axis=0) * scale) / 2
    return Strokes(tuple(tuple((x, y) for x, y in line * scale + edge) for line in lines), thickness)


@dataclass(frozen=True)
class Sheet:
    """A sheet and the light it is seen in.

    ruling  "lined", "squared" or "plain"; `lines` its colour, as a share of the paper's; `pitch` of the digit's size
    turned  degrees; `shadow` the share of light lost from one corner to the other; `noise` of a level
    pen     the share of light that the ink gives back, red, green and blue; `width` of the pad's side
    board   light chalk on a dark board instead
    table   the share of the picture, at its right, that is a dark table
    """

    ruling: str = "lined"
    lines: tuple[float, float, float] = BLUE
    pitch: float = 0.3
    turned: float = 4.0
    shadow: float = 0.35
    noise: float = 4.0
    pen: tuple[float, float, float] = (0.16, 0.16, 0.2)
    width: float = 0.045
    board: bool = False
    table: float = 0.0
    size: tuple[int, int] = (540, 720)
    pad: int = 330
    seed: int = 0
    quality: int = 80


USUAL = Sheet()


def _ink(strokes: Strokes, sheet: Sheet) -> np.ndarray:
    """The pen's cover, 0 to 1, on the sheet before it is turned."""
    cover = np.zeros(sheet.size)
    ink = replace(strokes, thickness=sheet.width).ink(sheet.pad) / 255
    top, left = (sheet.size[0] - sheet.pad) // 2 + 20, (sheet.size[1] - sheet.pad) // 2 - 30
    cover[top : top + sheet.pad, left : left + sheet.pad] = ink
    return cover


def _turned(plane: np.ndarray, sheet: Sheet) -> np.ndarray:
    image = Image.fromarray((plane * 255).astype(np.uint8))
    # Sheets are larger than their photographs: what turns in from outside is more of the sheet.
    return np.asarray(image.rotate(sheet.turned, Image.Resampling.BICUBIC, fillcolor=0)) / 255


def _rules(sheet: Sheet) -> np.ndarray:
    """The ruling's cover, 0 to 1, drawn already turned, from edge to edge."""
    row, column = np.indices(sheet.size, dtype=float)
    angle = np.deg2rad(sheet.turned)
    y, x = row - sheet.size[0] / 2, column - sheet.size[1] / 2
    down, along = y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) - y * np.sin(angle)
    pitch = sheet.pitch * sheet.pad
    cover = np.zeros(sheet.size)
    for position in [down] * (sheet.ruling != "plain") + [along] * (sheet.ruling == "squared"):
        away = np.abs((position + pitch / 3) % pitch - pitch / 2)
        cover = np.maximum(cover, np.clip(1.9 - away, 0, 1))
    return cover


@cache
def photo(strokes: Strokes, sheet: Sheet = USUAL) -> Picture:
    """The photograph, as it comes out of the JPEG."""
    return open_picture(jpeg(strokes, sheet), "sheet.jpg")


@cache
def jpeg(strokes: Strokes, sheet: Sheet) -> bytes:
    """The photograph's file."""
    rng = np.random.default_rng(sheet.seed)
    height, width = sheet.size
    row, column = np.indices(sheet.size, dtype=float)
    light = 1 - sheet.shadow * (0.6 * column / width + 0.4 * row / height)
    cover, rules = _turned(_ink(strokes, sheet), sheet), _rules(sheet)
    planes = []
    for part in range(3):
        if sheet.board:
            plane = (0.2 + 0.06 * (part == 1)) * (1 + 0.25 * rules) * (1 - cover) + 0.85 * cover
        else:
            paper = (0.96, 0.95, 0.91)[part] * (1 - rules * (1 - sheet.lines[part]))
            plane = paper * (1 - cover * (1 - sheet.pen[part]))
        planes.append(plane * light * 245 + rng.normal(0, sheet.noise, sheet.size))
    if sheet.ruling == "lined" and not sheet.board:
        angle = np.deg2rad(sheet.turned)
        along = (column - width / 2) * np.cos(angle) - (row - height / 2) * np.sin(angle)
        margin = np.clip(2.2 - np.abs(along + 0.4 * width), 0, 1)
        for plane, colour in zip(planes, RED):
            plane *= 1 - margin * (1 - colour)
    for plane in planes:
        plane[column >= width * (1 - sheet.table) + 0.1 * row] *= 0.3
    levels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", quality=sheet.quality)
    return file.getvalue()


def digit_alone(strokes: Strokes, sheet: Sheet = USUAL) -> np.ndarray:
    """The digit without the sheet, turned alike: uint8 ink on 0."""
    return (_turned(_ink(strokes, sheet), sheet) * 255).astype(np.uint8)


# Tables: red, green and blue, and how much the wood's grain varies.
TABLES = {
    "brown": (112, 72, 44, 0.18), "dark": (62, 40, 28, 0.2), "light wood": (186, 150, 106, 0.12),
    "grey": (120, 120, 124, 0.05), "black": (30, 30, 32, 0.1),
}  # fmt: skip


def _wood(table: str, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """(3, H, W) levels: planks, and grain along them."""
    *colour, contrast = TABLES[table]
    row, column = np.indices(size, dtype=float)
    grain = np.zeros(size)
    for strength in (1, 0.7, 0.5, 0.4):
        wave = row + rng.uniform(2, 12) * np.sin(column * rng.uniform(0.003, 0.01) + rng.uniform(0, 6))
        grain += strength / 3 * np.sin(wave * rng.uniform(0.025, 0.3) + rng.uniform(0, 6))
    planks = 0.15 * (row // (size[0] / 4.3) % 2)
    return np.array(colour)[:, np.newaxis, np.newaxis] * (1 + contrast * grain - planks)


def on_a_table(
    strokes: Strokes,
    table: str = "brown",
    *,
    turned: float = 8,
    long: float = 0.7,
    wide: float = 0.7,
    moved: tuple[float, float] = (0, 0),
    size: tuple[int, int] = (675, 900),
    seed: int = 0,
) -> tuple[Picture, np.ndarray]:
    """(a photograph of a sheet that lies on a table, where the pen's ink is in it, 0 to 1).

    long   the sheet's length as a share of the picture's height; wide  its width as a share of its length
    moved  of the picture's width and height, away from its middle
    """
    rng = np.random.default_rng(seed)
    height, width = size
    long_side = long * height
    row, column = np.indices(size, dtype=float)
    angle = np.deg2rad(turned)
    y, x = row - height * (0.5 + moved[1]), column - width * (0.5 + moved[0])
    down, across = y * np.cos(angle) - x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)
    edge = np.minimum(long_side / 2 - np.abs(down), wide * long_side / 2 - np.abs(across))
    sheet, shade = np.clip(edge + 0.5, 0, 1), np.clip(1 + edge / 14, 0.65, 1)  # its shadow on the table
    side = round(0.55 * min(long_side, wide * long_side))
    pad = np.pad(strokes.ink(side) / 255, 1)
    places = [np.clip(np.rint(at + side / 2), 0, side + 1).astype(int) for at in (down, across)]
    ink = pad[places[0], places[1]]
    light = 1 - 0.3 * (0.6 * column / width + 0.4 * row / height)
    paper = np.array([238, 236, 228])[:, np.newaxis, np.newaxis] * (1 - 0.8 * ink)
    wood = _wood(table, size, rng) * shade
    levels = (paper * sheet + wood * (1 - sheet)) * light
    levels = np.clip(levels + rng.normal(0, 3, levels.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.moveaxis(levels, 0, -1)).save(file, "JPEG", quality=85)
    return open_picture(file.getvalue(), "table.jpg"), ink
