"""A photograph of a digit on paper or on a board -> the digit as MNIST has them, every step kept to be shown.

The light is made even, it is seen whether the ink is darker or brighter than what it is on, the paper's printed lines
are taken away, and of what is left the digit is cut out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnnviz.errors import PictureError
from cnnviz.numbers import grouped, percent
from cnnviz.pictures.apart import FLAT, digits_of, in_order, nearest, nearness
from cnnviz.pictures.digit import MOST, Levels, Prepared, Seen, Step, normalised, stroke_width
from cnnviz.pictures.mnist import as_it_is
from cnnviz.pictures.picture import Picture, proportional
from cnnviz.pictures.ruling import without_ruling
from cnnviz.pictures.sheet import Sheet, sheet_on
from cnnviz.signatures import checked

WORKING = 480  # pixels of the longer side: a pen's line is then 5 to 30 wide, a printed one 1 to 4
COARSE = 60  # pixels of the longer side of the paper's brightness, which changes slowly
FAINTEST = 0.12  # of the paper's brightness: less is no ink
SMALLEST = 0.07  # of the picture's longer side: a smaller digit has too few pixels
WIDEST, SPECK = 0.15, 0.03  # of the same: no pen's line is wider, and nothing smaller is written
BUSY = 0.35  # of the picture: more ink than that is no digit on paper
# A digit is written with one pen: its lines, laid end to end, are 1 to 4.5 times as long as it is large, whatever its
# style, and a good deal thinner. Photographs of other things have 5 to 30.
LONGEST_LINE, THICKEST_PEN = 5.2, 0.4
EDGE = 0.28  # of the brightness, from one side of a line to the other: a sheet's or a table's edge; pens have 0.03
LEAST_WEIGHT, SPECKS = 0.1, 0.03  # of the likeliest digit's ink: less is no digit beside it, and less no piece of one
NEAR = 0.2  # of a digit's size: no piece of it is further away
LEAST_SHARE = 0.15  # of all the ink that does not run over the picture's edge: less is one thing among many
Ink = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
TRY = "photograph one digit, written large with a dark pen on plain or lined paper that fills the picture."


@checked
def found(picture: Picture) -> Seen:
    """The digits in a photograph: one, or up to eight to choose from.

    Raises PictureError, one sentence with what would work, where there is none to be found: a blank sheet, a picture
    all dark or all bright, one too busy, a digit too small or cut off by the picture's edge,
    more digits than can be chosen from.
    """
    if mnists := as_it_is(picture):
        return Seen((mnists,))
    photo = _working(picture)
    is_tiny = max(picture.shape) < WORKING / 2  # what was enlarged is no photograph of a table
    seen, refusal = _tried(photo, is_tiny)
    sheet = None if is_tiny else sheet_on(photo)
    if sheet and not (seen and all(sheet.holds(digit.box) for digit in seen.digits)):
        alone, refusal_of_sheet = _tried(sheet.alone(picture))
        if alone:
            return _from(photo, sheet, alone)
        if not seen or sheet.is_edge(seen.best.box):
            seen, refusal = None, refusal_of_sheet
    if seen is None:
        raise refusal or PictureError(f"No digit is found: {TRY}")
    return seen


def _tried(photo: Picture, is_tiny: bool = False) -> tuple[Seen | None, PictureError | None]:
    """(the digits on what is nothing but paper or a board, or None; why there are none)."""
    try:
        return _read(photo, is_tiny), None
    except PictureError as error:
        return None, error


def _from(photo: Picture, sheet: Sheet, alone: Seen) -> Seen:
    """What was found on the sheet alone, as of the photograph that it lies in."""
    digits = []
    for digit in alone.digits:
        steps = (("photo", photo.levels()), ("the sheet alone", digit.steps[0][1]), *digit.steps[1:])
        digits.append(replace(digit, steps=steps, box=sheet.box_of(digit.box)))
    return replace(alone, digits=tuple(digits))


def _read(photo: Picture, is_tiny: bool) -> Seen:
    grey = photo.at(WORKING, "grey").levels()[0]
    steps: list[Step] = [("photo", photo.levels()), ("levelled", np.empty(0, np.uint8))]
    paper = _paper(grey.astype(np.float32))
    ink, is_dark = _ink(grey.astype(np.float32), paper)
    steps[1] = ("light made even", _shown(1 - ink if is_dark else ink))
    steps.append(("ink" if is_dark else "ink, bright on dark", _shown(ink)))
    level = _threshold(ink)
    # The pen's width tells a printed line from a stroke. Which is which is not known yet: a tenth of the digit's size.
    ink, lines = without_ruling(ink, max(FAINTEST / 2, level / 4), thick=0.02 * max(grey.shape))
    if lines:
        steps.append((f"{lines} printed lines removed" if lines > 1 else "a printed line removed", _shown(ink)))
        level = _threshold(ink)
    mask = ink > level / 2
    try:
        if mask.mean() > BUSY:
            share = _whole(mask.mean())
            raise PictureError(f"{share} of the picture stands out as ink would, which is too much: {TRY}")
        digits, likeliest = _digits(mask, ink)
        digits, likeliest = _checked(digits, likeliest, None if is_tiny else paper)
    except PictureError:
        if not _is_written_on(grey.astype(np.float32), ink, is_dark, level):
            raise PictureError(f"Nothing is written there, for no line on it is a pen's: {TRY}") from None
        raise
    return in_order([_prepared(ink, digit, level, steps) for digit in digits], likeliest)


def _prepared(ink: Ink, digit: Mask, level: float, steps: list[Step]) -> Prepared:
    (top, bottom), (left, right) = ((int(places.min()), int(places.max()) + 1) for places in np.nonzero(digit))
    prepared = normalised(_cut(ink, digit, level, (top, left, bottom, right)))
    height, width = ink.shape
    share = (top / height, left / width, (bottom - top) / height, (right - left) / width)
    return replace(prepared, steps=(*steps, *prepared.steps), box=share)


def _working(picture: Picture) -> Picture:
    """The photograph at the size at which it is looked at: reduced, or, if it is tiny, enlarged."""
    photo = picture.at(WORKING)
    longest = max(photo.shape[1:])
    if longest >= WORKING / 2 or min(photo.shape[1:]) < 2:
        return photo
    height, width = proportional((photo.shape[1], photo.shape[2]), WORKING // 2)
    way = Image.Resampling.BICUBIC
    planes = [np.asarray(Image.fromarray(plane).resize((width, height), way)) for plane in photo.levels()]
    return replace(photo, pixels=np.stack(planes))


def _ink(grey: Ink, paper: Ink) -> tuple[Ink, bool]:
    """(ink as a share of the paper's brightness, whether it is darker than the paper), float32 (H, W), 0 to 1.

    Raises PictureError for a picture that is the same all over.
    """
    away = grey - paper
    # Noise is alike on both sides of the paper's brightness; ink is far out on one of them.
    is_dark = bool((away.astype(np.float64) ** 3).sum() <= 0)
    ink = -away / np.maximum(paper, 24) if is_dark else away / np.maximum(255 - paper, 24)
    ink = np.clip(ink, 0, 1)
    # The grain of paper and camera is not ink: pixels are compared with what most of the picture varies by.
    strongest = float(np.quantile(ink, 0.998))
    grain = float(np.median(np.abs(away))) / (max(float(np.median(paper)), 24) if is_dark else 128)
    if strongest < FAINTEST:
        if np.median(grey) < 40:
            raise PictureError(f"No digit is found, for the picture is all dark and nothing on it stands out: {TRY}")
        raise PictureError(f"Nothing is written there, for the picture is blank: {TRY}")
    if strongest < 6 * grain:
        raise PictureError(
            f"Nothing is written there that stands out, for the picture varies all over, by {_whole(grain)} "
            f"or more: {TRY}"
        )
    return ink.astype(np.float32), is_dark


def _paper(grey: Ink) -> Ink:
    """The paper's brightness at each pixel: the median of a wide neighbourhood, which a digit's lines do not move."""
    from scipy import ndimage  # a third of a second, which only the pages that read a digit pay

    height, width = grey.shape
    low = proportional((height, width), min(COARSE, max(height, width)))
    small = np.asarray(Image.fromarray(grey).resize(low[::-1], Image.Resampling.BOX))
    window = max(3, max(low) // 3 | 1)
    smooth = ndimage.uniform_filter(ndimage.median_filter(small, window, mode="nearest"), 5, mode="nearest")
    return np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BILINEAR))


def _threshold(ink: Ink) -> float:
    """Otsu's level (1979) among the pixels that can be ink: it parts the pen from printed lines and from soft edges."""
    values = ink[ink > FAINTEST / 2]
    if not values.size:
        raise PictureError(f"Nothing is written there, for beside printed lines nothing stands out: {TRY}")
    counts, edges = np.histogram(values, 64, (0, 1))
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    sums = np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    best = int(np.nanargmax(np.where(np.isfinite(between), between, -1)))
    return max(float(edges[best + 1]), FAINTEST)


def _digits(mask: Mask, ink: Ink) -> tuple[list[Mask], int]:
    """(what could be a digit, with the parts that lie close to it: a 5's bar, a gap; which of them is the likeliest).

    The likeliest is the largest in the middle; the others are about as high.
    """
    from scipy import ndimage

    parts, count = ndimage.label(mask, np.ones((3, 3)))
    height, width = mask.shape
    if not count:
        raise PictureError(f"No digit is found, for nothing on the picture stands out as ink would: {TRY}")
    areas = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    boxes = ndimage.find_objects(parts)
    tall = np.array([part[0].stop - part[0].start for part in boxes])
    wide = np.array([part[1].stop - part[1].start for part in boxes])
    weight = np.asarray(ndimage.sum_labels(ink, parts, np.arange(1, count + 1)))
    inside = np.array(
        [min(down.start, across.start, height - down.stop, width - across.stop) > 1 for down, across in boxes]
    )
    size = np.maximum(tall, wide)
    large = (size >= SMALLEST * max(mask.shape)) & (tall >= FLAT * wide)
    score = np.where(large & inside, weight * nearness(boxes, mask.shape), 0)
    if not score.any():
        if (large & ~inside).any():
            raise PictureError("What stands out runs over the picture's edge: leave paper around the digit.")
        raise PictureError(
            f"No digit is found, for what stands out is smaller than {_whole(SMALLEST)} of the picture: {TRY}"
        )
    if (many := (score > 0.3 * score.max()).sum()) > 2 * MOST:
        raise _too_many(many)
    main = int(score.argmax())
    groups = digits_of(parts, boxes, (score > 0) & (weight > LEAST_WEIGHT * weight[main]), main)
    taken = [at for group in groups for at in group]
    for at in np.flatnonzero(inside & (areas >= SPECKS * areas[main]) & ~np.isin(np.arange(count), taken)):
        group, away = nearest(groups, boxes, int(at))
        if away <= NEAR * max(size[part] for part in group):
            group.append(int(at))
    share = weight[[at for group in groups for at in group]].sum() / weight[inside].sum()
    if share < LEAST_SHARE:
        raise PictureError(f"What could be a digit is {_whole(share)} of all that stands out: {TRY}")
    masks = [np.isin(parts, 1 + np.array(group)) for group in groups]
    return masks, next(number for number, group in enumerate(groups) if main in group)


def _too_many(things: int) -> PictureError:
    return PictureError(
        f"There are {things} things that could be a digit, and at most {MOST} can be chosen from: {TRY}"
    )


def _checked(digits: list[Mask], likeliest: int, paper: Ink | None) -> tuple[list[Mask], int]:
    """Those of the digits that a pen has written; PictureError where the likeliest is none of them, or for too many."""
    kept = []
    for at, digit in enumerate(digits):
        try:
            _check_written(digit)
            if paper is not None:
                _check_no_edge(digit, paper)
        except PictureError:
            if at == likeliest:
                raise
        else:
            kept.append(at)
    if len(kept) > MOST:
        raise _too_many(len(kept))
    return [digits[at] for at in kept], kept.index(likeliest)


def _is_written_on(grey: Ink, ink: Ink, is_dark: bool, level: float) -> bool:
    """Whether anything can be a pen's line: narrow, with a sharp edge, and more than a speck or a printed line's rest.

    Shadows have no sharp edge, and edges of sheets and tables have paper on one side only.
    """
    from scipy import ndimage

    side = max(ink.shape)
    smooth = ndimage.uniform_filter(grey if is_dark else 255 - grey, 3)  # the grain of paper and camera
    window = 2 * round(WIDEST * side / 2) + 1
    # What runs over the picture's edge is taken to go on there.
    around = np.pad(smooth, window, mode="edge")
    closed = ndimage.grey_closing(around, window)[window:-window, window:-window]
    contrast = ndimage.maximum_filter(smooth, window) - ndimage.minimum_filter(smooth, window)
    near = 2 * round(0.006 * side) + 1
    steep = ndimage.maximum_filter(smooth, near) - ndimage.minimum_filter(smooth, near)
    share = (closed - smooth) / np.maximum(closed if is_dark else 255 - smooth, 24)
    line = (ink > level / 2) & (share > FAINTEST / 2) & (ndimage.maximum_filter(steep, near) > 0.4 * contrast)
    parts, _ = ndimage.label(line, np.ones((3, 3)))
    thick = ndimage.binary_erosion(line, np.ones((4, 4)))
    for at, place in enumerate(ndimage.find_objects(parts), 1):
        size = max(one.stop - one.start for one in place)
        cut = any(one.start <= 1 or one.stop >= whole - 1 for one, whole in zip(place, line.shape))
        if size > SPECK * side and (not cut or thick[place][parts[place] == at].any()):
            return True
    return False


def _whole(share: float) -> str:
    """A share in whole per cent."""
    return percent(round(share, 2))


def _check_written(digit: Mask) -> None:
    """Raises PictureError for what no pen has written: a blot, or a tangle of lines."""
    part = digit[np.ix_(digit.any(axis=1), digit.any(axis=0))]
    size, width = max(part.shape), max(stroke_width((part * 255).astype(np.uint8)), 1.0)
    if width > THICKEST_PEN * size:
        raise PictureError(f"What stands out is a blot, too thick for its size to be written: {TRY}")
    if (length := float(part.sum()) / width / size) > LONGEST_LINE:
        raise PictureError(f"What stands out has lines {grouped(round(length))} times as long as it is large: {TRY}")


def _check_no_edge(digit: Mask, paper: Ink) -> None:
    """Raises PictureError for the edge of a sheet, a table or a shadow: around a pen's line the paper is alike."""
    from scipy import ndimage

    near = 2 * round(0.015 * max(paper.shape)) + 1
    around = ndimage.maximum_filter(paper, near), ndimage.minimum_filter(paper, near)
    step = float(np.median(((around[0] - around[1]) / np.maximum(around[0], 24))[digit]))
    if step > EDGE:
        darker = f"{_whole(step)} darker on one side of it than on the other"
        raise PictureError(f"What stands out is an edge, {darker}: {TRY}")


def _together(main: int, boxes: list[tuple[slice, slice]], areas: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The places, in `boxes`, of the digit's parts: `main` and those near it that are no specks and no neighbours."""
    rows, columns = boxes[main]
    reach = 0.2 * max(rows.stop - rows.start, columns.stop - columns.start)
    kept = []
    for at, (other_rows, other_columns) in enumerate(boxes):
        # Between two boxes: how far they are from touching, 0 where they overlap.
        down = max(other_rows.start - rows.stop, rows.start - other_rows.stop, 0)
        over = max(other_columns.start - columns.stop, columns.start - other_columns.stop, 0)
        beside = over > 0 and other_rows.stop - other_rows.start > 0.6 * (rows.stop - rows.start)  # another digit
        near = np.hypot(down, over) <= reach and inside[at] and areas[at] >= 0.03 * areas[main] and not beside
        if at == main or near:
            kept.append(at)
    return np.array(kept)


def _cut(ink: Ink, digit: Mask, level: float, box: tuple[int, int, int, int]) -> Levels:
    """The digit alone: full ink 255, its soft edge kept, everything else 0."""
    from scipy import ndimage

    top, left, bottom, right = box
    part = slice(max(top - 2, 0), bottom + 2), slice(max(left - 2, 0), right + 2)
    around = ndimage.binary_dilation(digit[part], np.ones((3, 3)), 1)
    full = float(np.quantile(ink[digit], 0.6))
    levels = np.clip(ink[part] / max(full, level) * 255, 0, 255) * around
    # A pen's line has no holes: what noise or a removed line has left in it is filled at the digit's own level.
    return np.where(digit[part], np.maximum(levels, 160), levels).astype(np.uint8)


def _shown(ink: Ink) -> Levels:
    return (np.clip(ink, 0, 1) * 255).astype(np.uint8)
