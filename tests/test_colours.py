"""Colour profiles: what is in the file, drawn as sRGB. The oracles are the profiles' own numbers, reckoned out in
float64, and littleCMS asked at once for a whole picture."""

from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageCms

from bad_pictures import chunk, photo, png, saved
from cnnviz.pictures import LIMITS, Picture, open_picture
from profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    MONITOR,
    SRGB,
    SRGB_CURVE,
    coded,
    in_srgb,
    linear,
    of_colours,
    of_elements,
    of_grey,
    of_inks,
    parametric,
    table,
)  # fmt: skip

P3 = of_colours(DISPLAY_P3, parametric(*SRGB_CURVE), name="Display P3")
ADOBE = of_colours(ADOBE_RGB, parametric(2.19921875), name="Adobe RGB (1998)")
OF_SRGB = of_colours(SRGB, parametric(*SRGB_CURVE), name="sRGB IEC61966-2.1")
POINTS = np.linspace(0, 1, 64)
MINE = of_colours(MONITOR, table(POINTS**2.5), table(POINTS**2.3), table(POINTS**1.9), name="My monitor, 2019")
LIGHT_THROUGH_GREY = POINTS - 0.8 * POINTS * (1 - POINTS)  # half of the paper inked looks like 70 % of it
DOT_GAIN = of_grey(table(LIGHT_THROUGH_GREY))
DICE = np.random.default_rng(11).integers(0, 256, (40, 50, 3), np.uint8)
TOLD = "Its colours are converted to sRGB from the profile “{}”."


def by_littlecms(image: Image.Image, profile: bytes) -> np.ndarray:
    source, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")).astype(int)


def found(picture: Picture) -> np.ndarray:
    """(height, width, 1 or 3)"""
    return np.moveaxis(picture.levels(), 0, -1).astype(int)


def iccp(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"a profile\0\0" + zlib.compress(profile))


def bmp(numbers: np.ndarray, profile: bytes) -> bytes:
    """A BMP with a header of version 5, which may carry a profile behind the pixels."""
    height, width, _ = numbers.shape
    rows = np.zeros((height, (3 * width + 3) // 4 * 4), np.uint8)
    rows[:, : 3 * width] = numbers[::-1, :, ::-1].reshape(height, -1)
    header = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 24, 0, rows.size, 0, 0, 0, 0) + bytes(16) + b"DEBM"
    header += bytes(36 + 12) + struct.pack("<IIII", 4, 124 + rows.size, len(profile), 0)
    return b"BM" + struct.pack("<IHHI", 138 + rows.size + len(profile), 0, 0, 138) + header + rows.tobytes() + profile


# --- Converted ---


@pytest.mark.parametrize(
    ("profile", "name", "primaries", "curve"),
    [(P3, "Display P3", DISPLAY_P3, SRGB_CURVE), (ADOBE, "Adobe RGB (1998)", ADOBE_RGB, (2.19921875,))],
)
def test_colours_are_those_that_the_profile_means(
    profile: bytes, name: str, primaries: tuple[tuple[float, ...], ...], curve: tuple[float, ...]
) -> None:
    """Pillow#2594."""
    picture = open_picture(saved(Image.fromarray(DICE), "PNG", icc_profile=profile))
    expected = in_srgb(linear(DICE, *curve), primaries)
    assert np.abs(found(picture) - expected).max() <= 2
    assert np.abs(expected - DICE).max() > 40 and picture.notes == (TOLD.format(name),)


def test_a_monitor_whose_curves_differ() -> None:
    picture = open_picture(saved(Image.fromarray(DICE), "PNG", icc_profile=MINE))
    light = np.stack([(DICE[..., at] / 255.0) ** power for at, power in enumerate((2.5, 2.3, 1.9))], axis=-1)
    assert np.abs(found(picture) - in_srgb(light, MONITOR)).max() <= 2
    assert picture.notes == (TOLD.format("My monitor, 2019"),)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "BMP", "JPEG"])
@pytest.mark.parametrize("profile", [P3, ADOBE, MINE])
def test_every_format_that_can_carry_a_profile(format: str, profile: bytes) -> None:
    image = photo(60, 90)
    if format == "BMP":
        data = bmp(np.asarray(image), profile)
    else:
        data = saved(image, format, icc_profile=profile, **({"lossless": True} if format == "WEBP" else {}))
    raw = Image.open(io.BytesIO(data)).convert("RGB")
    picture = open_picture(data)
    assert np.abs(found(picture) - by_littlecms(raw, profile)).max() <= 1
    assert len(picture.notes) == 1 and "converted to sRGB" in picture.notes[0]


def test_a_profile_in_many_pieces_of_a_jpeg() -> None:
    long = of_colours(ADOBE_RGB, parametric(2.2), name="In pieces", zzzz=bytes(150_000))
    data = saved(photo(), "JPEG", icc_profile=long)
    assert data.count(b"ICC_PROFILE\0") == 3
    picture = open_picture(data)
    assert picture.notes == (TOLD.format("In pieces"),)
    first = data.index(b"\xff\xe2")
    end = first + 2 + int.from_bytes(data[first + 2 : first + 4])
    last = data.index(b"\xff\xdb")  # the first piece after the others
    assert open_picture(data[:first] + data[end:last] + data[first:end] + data[last:]).digest == picture.digest
    without = open_picture(data[:first] + data[end:])
    assert without.notes == ("Its colour profile cannot be read and is left out.",)
    assert without.digest == open_picture(saved(photo(), "JPEG")).digest


def test_a_palette_is_converted_too() -> None:
    image = photo(30, 40).quantize(20)
    for format in ("PNG",):
        picture = open_picture(saved(image, format, icc_profile=ADOBE))
        assert np.abs(found(picture) - by_littlecms(image.convert("RGB"), ADOBE)).max() <= 1 and picture.mode == "P"


def test_see_through_parts_are_converted_before_they_are_put_on_white() -> None:
    clear = np.random.default_rng(4).integers(0, 256, (40, 50, 1), np.uint8)
    image = Image.fromarray(np.concatenate([DICE, clear], axis=-1))
    picture = open_picture(saved(image, "PNG", icc_profile=ADOBE))
    solid = in_srgb(linear(DICE, 2.19921875), ADOBE_RGB)
    expected = (solid * clear + 255.0 * (255 - clear)) / 255
    assert np.abs(found(picture) - expected).max() <= 2
    assert picture.notes == (TOLD.format("Adobe RGB (1998)"), "See-through parts are put on white.")


def test_a_clear_colour_is_the_file_s_own_number() -> None:
    picture = open_picture(png(1, 2, 8, 2, b"\0\1\2\3\x10\x90\x10", iccp(ADOBE), chunk(b"tRNS", b"\0\1\0\2\0\3")))
    converted = in_srgb(linear(np.array([16, 144, 16]), 2.19921875), ADOBE_RGB)
    assert found(picture)[0, 0].tolist() == [255, 255, 255]
    assert np.abs(found(picture)[0, 1] - converted).max() <= 2


def test_16_bit_colours_are_rounded_then_converted() -> None:
    numbers = np.random.default_rng(5).integers(0, 65536, (9, 8, 3))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in numbers)
    picture = open_picture(png(9, 8, 16, 2, rows, iccp(ADOBE)))
    expected = in_srgb(linear(numbers / 257, 2.19921875), ADOBE_RGB)
    assert np.abs(found(picture) - expected).max() <= 3  # one rounding more; dark levels are stretched
    assert picture.notes == (TOLD.format("Adobe RGB (1998)"), "Its 16-bit colours are read in 256 levels.")


# --- Grey ---


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_grey_profile_keeps_the_picture_grey(format: str) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    data = saved(Image.fromarray(ramp), format, icc_profile=DOT_GAIN, **({"quality": 100} if format == "JPEG" else {}))
    raw = np.asarray(Image.open(io.BytesIO(data)))
    picture = open_picture(data)
    assert picture.shape == (1, 16, 16) and picture.notes == (TOLD.format("Dot Gain 20%"),)
    expected = coded(np.interp(raw / 255, POINTS, LIGHT_THROUGH_GREY))
    assert np.abs(found(picture)[..., 0] - expected).max() <= 2 and np.abs(expected - raw).max() > 15
    assert np.abs(found(picture) - by_littlecms(Image.fromarray(raw), DOT_GAIN)).max() <= 1


def test_grey_with_opacity_and_grey_of_16_bits() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    table = found(open_picture(saved(Image.fromarray(ramp), "PNG", icc_profile=DOT_GAIN))).reshape(-1)
    both = np.stack([ramp, np.where(ramp > 99, 255, 0)], axis=-1).astype(np.uint8)
    picture = open_picture(saved(Image.fromarray(both, "LA"), "PNG", icc_profile=DOT_GAIN))
    np.testing.assert_array_equal(found(picture)[..., 0], np.where(ramp > 99, table[ramp], 255))
    deep = open_picture(saved(Image.fromarray(ramp.astype(np.uint16) * 257), "PNG", icc_profile=DOT_GAIN))
    np.testing.assert_array_equal(found(deep)[..., 0], table[ramp])
    assert deep.pixels.dtype == np.uint8 and deep.notes[1] == "Its 16-bit values are read in 256 levels."


def test_a_grey_picture_with_a_profile_of_colours() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    picture = open_picture(saved(Image.fromarray(ramp), "JPEG", icc_profile=ADOBE, quality=100))
    assert picture.shape == (1, 16, 16) and picture.notes == (TOLD.format("Adobe RGB (1998)"),)
    raw = np.asarray(Image.open(io.BytesIO(saved(Image.fromarray(ramp), "JPEG", quality=100))))
    assert np.abs(found(picture)[..., 0] - coded(linear(raw, 2.19921875))).max() <= 2
    silent = open_picture(saved(Image.fromarray(ramp), "JPEG", icc_profile=OF_SRGB, quality=100))
    assert silent.notes == () and (found(silent)[..., 0] == raw).all()


# --- Inks ---


def test_inks_with_a_profile_are_no_longer_approximate() -> None:
    image = photo(40, 60).convert("CMYK")
    data = saved(image, "JPEG", icc_profile=of_inks(), quality=95)
    picture = open_picture(data)
    assert picture.notes == (TOLD.format("Inks"),) and picture.mode == "CMYK"
    assert np.abs(found(picture) - by_littlecms(Image.open(io.BytesIO(data)), of_inks())).max() <= 1


# --- sRGB by any name ---


@pytest.mark.parametrize("profile", [OF_SRGB, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_srgb_changes_nothing_and_says_nothing(profile: bytes, mode: str) -> None:
    image = photo(30, 40).convert(mode)
    picture, plain = (open_picture(saved(image, "PNG", **more)) for more in ({"icc_profile": profile}, {}))
    assert (picture.digest, picture.notes) == (plain.digest, ())


def test_srgb_is_known_by_what_it_does_not_by_its_name() -> None:
    called = of_colours(ADOBE_RGB, parametric(2.2), name="sRGB IEC61966-2.1")
    assert open_picture(saved(photo(), "PNG", icc_profile=called)).notes == (TOLD.format("sRGB IEC61966-2.1"),)
    other = of_colours(SRGB, parametric(*SRGB_CURVE), name="Best colours")
    assert open_picture(saved(photo(), "PNG", icc_profile=other)).notes == ()


def test_a_profile_goes_before_a_gamma() -> None:
    gamma = chunk(b"gAMA", struct.pack(">I", 100_000))
    assert open_picture(png(1, 1, 8, 2, b"\0\1\2\3", gamma, iccp(OF_SRGB))).notes == ()


# --- Left out ---

CANNOT = "Its colour profile cannot be read and is left out."
LEFT_OUT: dict[str, tuple[bytes, str]] = {
    "empty": (b"", CANNOT),
    "noise": (np.random.default_rng(1).bytes(3000), CANNOT),
    "text": (b"sRGB " * 100, CANNOT),
    "cut in its header": (ADOBE[:90], CANNOT),
    "cut in its tags": (ADOBE[:150], CANNOT),
    "cut in its curves": (ADOBE[:-200], CANNOT),
    "without curves": (of_colours(ADOBE_RGB), CANNOT),
    "of no class": (ADOBE[:12] + b"abcd" + ADOBE[16:], ""),
    "of inks": (of_inks(), "Its colour profile is for CMYK pictures and is left out."),
    "of grey": (DOT_GAIN, "Its colour profile is for grey pictures and is left out."),
    "of Lab": (ADOBE[:16] + b"Lab " + ADOBE[20:], "Its colour profile is for other things and is left out."),
    "of elements": (of_elements(10_000), "Its colour profile is of a rare kind (processing elements) and is left out."),
    "of elements, few": (of_elements(2), "Its colour profile is of a rare kind (processing elements) and is left out."),
    "huge": (of_colours(ADOBE_RGB, parametric(2.2), zzzz=bytes(LIMITS.profile_bytes)),
             "Its colour profile is larger than 4 MB and is left out."),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
@pytest.mark.parametrize("format", ["PNG", "WEBP", "BMP", "JPEG"])
def test_what_is_no_profile_for_the_picture_is_left_out(name: str, format: str) -> None:
    profile, told = LEFT_OUT[name]
    if format == "PNG":
        data = saved(photo(), "PNG")
        data, plain = data[:33] + iccp(profile) + data[33:], data
    elif format == "BMP":
        data, plain = (bmp(np.asarray(photo()), given) for given in (profile, OF_SRGB))
    elif format == "WEBP":
        data, plain = (saved(photo(), "WEBP", lossless=True, **more) for more in ({"icc_profile": profile}, {}))
    else:
        data, plain = (saved(photo(), "JPEG", **more) for more in ({"icc_profile": profile}, {}))
    picture = open_picture(data)
    if not told:
        assert len(picture.notes) == 1
        return
    nothing_there = name == "empty" and format in ("WEBP", "JPEG")
    assert picture.notes == (() if nothing_there else (told,))
    assert picture.digest == open_picture(plain).digest


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name",
        b"name\0",
        b"name\0\1" + zlib.compress(ADOBE),
        b"name\0\0" + zlib.compress(ADOBE)[:-40],
        b"name\0\0no deflate",
    ],
)
def test_a_packed_profile_in_pieces_is_left_out(content: bytes) -> None:
    picture = open_picture(png(1, 1, 8, 2, b"\0\1\2\3", chunk(b"iCCP", content)))
    assert picture.notes == (CANNOT,) and picture.levels()[:, 0, 0].tolist() == [1, 2, 3]


def test_a_profile_that_unpacks_to_64_mb() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(64)) + packer.flush()
    picture = open_picture(png(1, 1, 8, 2, b"\0\1\2\3", chunk(b"iCCP", b"bomb\0\0" + packed)))
    assert picture.notes == ("Its colour profile is larger than 4 MB and is left out.",)


def test_thousands_of_altered_profiles_do_no_harm() -> None:
    dice = np.random.default_rng(7)
    seeds = [P3, ADOBE, MINE, DOT_GAIN, of_inks()]
    converted = 0
    for turn in range(150):
        profile = bytearray(seeds[turn % len(seeds)])
        for _ in range(dice.integers(1, 8)):
            profile[dice.integers(0, min(len(profile), 400))] = dice.integers(256)
        image = photo(8, 8).convert(("RGB", "RGB", "RGB", "L", "CMYK")[turn % 5])
        picture = open_picture(saved(image, "JPEG", icc_profile=bytes(profile)))
        assert picture.size == (8, 8) and sum("profile" in note for note in picture.notes) <= 1
        converted += "converted" in str(picture.notes)
    assert 20 < converted < 148


# --- Its name ---


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Färg", "the profile “Färg”"),
        ("two\nlines\tand\u202eevil", "the profile “two lines andevil”"),
        ("<b>x</b> [a](b)", "the profile “<b>x</b> [a](b)”"),  # kept: shown as text, never as Markdown
        ("long " * 20, "the profile “long long long long long long long long…”"),
        ("", "the profile in the file"),
        (None, "the profile in the file"),
    ],
)
def test_the_name_of_a_profile_is_a_stranger_s_text(name: str | None, shown: str) -> None:
    profile = of_colours(ADOBE_RGB, parametric(2.2), name=name)
    assert open_picture(saved(photo(), "PNG", icc_profile=profile)).notes == (
        f"Its colours are converted to sRGB from {shown}.",
    )


def test_many_at_once() -> None:
    data = saved(photo(200, 300), "JPEG", icc_profile=MINE)
    with ThreadPoolExecutor(8) as threads:
        assert len({picture.digest for picture in threads.map(open_picture, [data] * 40)}) == 1


def test_a_reduced_decode_is_converted_too() -> None:
    data = saved(photo(600, 800), "JPEG", icc_profile=ADOBE)
    small, whole = open_picture(data, longest=100), open_picture(data).at(100)
    assert small.notes == whole.notes and np.abs(found(small) - found(whole)).mean() < 2
