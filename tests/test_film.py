"""Films: frames of GIF, APNG and WebP as they were drawn, what is no film, files that attack; a film of a still."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from cnnviz.errors import ArrayError, PictureError
from cnnviz.pictures import Film, Picture, film, open_film, open_picture, sample, with_disc
from tiny import tiny_film

LOSSLESS = {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}}


def columns(levels):
    """In which column the white square of a frame begins, by its brightest."""
    return [int(np.flatnonzero((frame > 200).any(axis=0))[0]) for frame in levels]


@pytest.mark.parametrize("format", LOSSLESS)
def test_frames_stand_evenly_apart_from_the_first_on(format):
    data = tiny_film(12, format, **LOSSLESS[format])
    found = open_film(data, 4, 14)
    assert (found.levels.shape, found.levels.dtype, found.total) == ((4, 9, 14), np.uint8, 12)
    assert found.numbers == (1, 4, 7, 10) and columns(found.levels) == [0, 3, 6, 9]
    assert open_film(data, 12, 14).numbers == tuple(range(1, 13))
    # The first is what the page shows of the file.
    np.testing.assert_array_equal(found.levels[0], open_picture(data).at(14, "grey").levels()[0])
    assert open_film(data, 3, 7).levels.shape == (3, 5, 7)  # at a working size, 9 x 14 halved


def test_colours_become_grey_and_what_is_see_through_white():
    images = [Image.new("RGBA", (6, 4), (0, 0, 0, 0)) for _ in range(3)]
    for at, image in enumerate(images):
        image.putpixel((at, 1), (255, 0, 0, 255))
    file = io.BytesIO()
    images[0].save(file, "PNG", save_all=True, append_images=images[1:], disposal=1, blend=0)
    levels = open_film(file.getvalue(), 3, 6).levels
    assert [np.argwhere(frame < 255).tolist() for frame in levels] == [[[1, at]] for at in range(3)]
    assert levels[0, 1, 0] == 76  # 0.299 of 255


@pytest.mark.parametrize("data", [
    tiny_film(5), tiny_film(1, "PNG"), tiny_film(1, "WEBP"),
    tiny_film(8, "MPO"),  # several pictures in a JPEG are no film
])
def test_what_has_fewer_frames_is_no_film(data):
    assert open_film(data, 6, 14) is None


def test_a_long_film_is_read_from_its_beginning(monkeypatch):
    monkeypatch.setattr(film, "MOST_PIXELS", 9 * 14 * 9)
    found = open_film(tiny_film(12), 3, 14)
    assert found.numbers == (1, 5, 9) and found.total == 12
    monkeypatch.setattr(film, "MOST_PIXELS", 9 * 14 * 2)
    assert open_film(tiny_film(12), 3, 14) is None


def test_a_frame_beyond_the_picture_is_refused_before_it_is_decoded():
    huge = b"," + struct.pack("<HHHHB", 0, 0, 9_000, 9_000, 0) + b"\x02\x02\x44\x01\x00;"
    data = tiny_film(7)[:-1] + huge
    assert open_picture(data).size == (9, 14)
    with pytest.raises(PictureError, match="GIF file is damaged"):
        open_film(data, 6, 14)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("format", LOSSLESS)
def test_mutated_films_give_frames_or_a_refusal(format):
    data, dice = tiny_film(8, format, **LOSSLESS[format]), np.random.default_rng(5)
    outcomes = {"film": 0, "none": 0, "refused": 0}
    for _ in range(300):
        copy = np.frombuffer(data, np.uint8).copy()
        copy[dice.integers(0, len(copy), dice.integers(1, 5))] = dice.integers(0, 256)
        cut = copy.tobytes()[: len(copy) - (dice.random() < 0.3) * int(dice.integers(0, len(copy)))]
        try:
            found = open_film(cut, 6, 14)
        except PictureError:
            outcomes["refused"] += 1
        else:
            outcomes["film" if found else "none"] += 1
            assert found is None or (len(found.levels) == 6 and max(found.levels.shape) <= 14)
    assert outcomes["film"] > 20 and outcomes["refused"] > 20


@pytest.mark.parametrize(("level", "disc"), [(40, 255), (220, 0)])
def test_over_a_still_a_disc_is_seen_and_moves(level, disc):
    still = Picture(np.full((1, 30, 61), level, np.uint8), "L", (30, 61))
    found = with_disc(still, 6)
    assert found.levels.shape == (6, 30, 61) and found.numbers == (1, 2, 3, 4, 5, 6)
    middles = []
    for frame in found.levels:
        rows, places = np.nonzero(frame == disc)
        assert ((frame == disc) | (frame == level)).all() and len(rows) > 40
        middles.append(places.mean())
        assert abs(rows.mean() - 14.5) < 1e-9
    assert (np.diff(middles) > 5).all()


def test_around_the_disc_is_the_picture_in_grey():
    cat = sample("chelsea").at(48)
    frames = with_disc(cat, 6).levels
    same = (frames == cat.at(48, "grey").levels()[0]).mean(axis=(1, 2))
    assert (same > 0.9).all() and (same < 0.99).all()
    assert with_disc(sample("binary"), 6).levels.shape == (6, 5, 5)  # of however few pixels


def test_what_is_no_film_is_refused():
    with pytest.raises(ArrayError, match=r"3 frames .* not uint8 \(2, 4, 5\)"):
        Film(np.zeros((2, 4, 5), np.uint8), (1, 2, 3), 3)
    with pytest.raises(PictureError, match="empty"):
        open_film(b"", 6, 14)
