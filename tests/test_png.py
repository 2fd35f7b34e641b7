"""PNGs of strangers: transparency at every depth, 16 bits, what the file asks for, and remarks that do no harm.

The oracle is a decoder written out pixel by pixel (`slow_png`)."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from bad_pictures import chunk, photo, png, saved, text_bomb
from cnnviz.errors import PictureError
from cnnviz.pictures import open_picture
from slow_png import KINDS, PARTS, on_white, written

ON_WHITE = "See-through parts are put on white."


def levels(data: bytes) -> np.ndarray:
    return open_picture(data).levels()


def with_chunks(data: bytes, *more: bytes) -> bytes:
    """`data` with chunks after its header."""
    return data[:33] + b"".join(more) + data[33:]


# --- Transparency and depth ---


@pytest.mark.parametrize(("colour", "bits"), KINDS)
@pytest.mark.parametrize("interlaced", [False, True])
def test_every_depth_with_and_without_a_clear_colour(colour: int, bits: int, interlaced: bool) -> None:
    dice = np.random.default_rng(bits * 10 + colour)
    for turn in range(6):
        height, width = dice.integers(1, 12, 2)
        palette = dice.integers(0, 256, (2 ** min(bits, 8), 3)) if colour == 3 else None
        few = dice.integers(0, 2**bits, (3, PARTS[colour]))  # so that colours come back
        numbers = few[dice.integers(0, 3, (height, width))]
        clear = b""
        if colour in (0, 2) and turn % 3:
            clear = struct.pack(f">{PARTS[colour]}H", *numbers[height // 2, width // 2])
        elif colour == 3 and turn % 3:
            clear = dice.integers(0, 256, dice.integers(1, len(palette) + 1), np.uint8).tobytes()
        more = [chunk(b"tRNS", clear)] if clear else []
        data = written(numbers, colour, bits, *more, palette=palette, interlaced=interlaced, filters=turn)
        expected, is_seen_through = on_white(numbers, colour, bits, clear, palette)
        picture = open_picture(data)
        found = picture.levels()
        assert found.shape == expected.shape
        # Half-clear pixels of 16 bits are rounded twice: on white, and to 256 levels.
        assert np.abs(found.astype(int) - expected).max() <= (1 if bits == 16 and colour in (4, 6) else 0)
        assert (ON_WHITE in picture.notes) == is_seen_through


def test_a_clear_grey_of_4_bits_is_compared_at_4_bits() -> None:
    """SixLabors/ImageSharp#740."""
    picture = open_picture(png(1, 4, 4, 0, b"\0\x05\xaf", chunk(b"tRNS", b"\0\5")))
    assert picture.levels().tolist() == [[[0, 255, 170, 255]]] and picture.notes == (ON_WHITE,)


@pytest.mark.parametrize(("bits", "row", "shown"), [(1, 0b01000000, [0, 255]), (2, 0b01110000, [255, 255])])
def test_only_the_lowest_bits_of_a_clear_grey_count(bits: int, row: int, shown: list[int]) -> None:
    """11.3.1.1: "the least significant bits are used and the others are 0"; whoever leaves others in means no other."""
    key = struct.pack(">H", 0xFF00 | 1)
    picture = open_picture(png(1, 2, bits, 0, bytes((0, row)), chunk(b"tRNS", key)))
    assert picture.levels().tolist() == [[shown]] and picture.notes == (ON_WHITE,)


def test_a_clear_colour_of_16_bits_is_compared_at_16_bits() -> None:
    """oxipng#470."""
    key = struct.pack(">3H", 0x0A01, 0x1402, 0x1E03)
    rows = b"\0" + key + struct.pack(">3H", 0x0A01, 0x1402, 0x1E04)
    picture = open_picture(png(1, 2, 16, 2, rows, chunk(b"tRNS", key)))
    assert picture.levels()[:, 0].T.tolist() == [[255, 255, 255], [10, 20, 30]]
    assert ON_WHITE in picture.notes


@pytest.mark.parametrize("colour", [0, 2, 4, 6])
def test_16_bits_are_rounded_to_the_nearest_level(colour: int) -> None:
    numbers = np.repeat(np.arange(3, 65536, 7).reshape(31, -1, 1), PARTS[colour], axis=2)
    if colour in (4, 6):
        numbers[..., -1] = 65535
    found = levels(written(numbers, colour, 16))
    np.testing.assert_array_equal(found[0], np.rint(numbers[..., 0] * 255 / 65535))
    assert levels(png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 255, 255, 255)))[:, 0, 0].tolist() == [1, 1, 1]


def test_grey_with_opacity_of_16_bits_stays_grey_and_keeps_its_bits() -> None:
    rows = b"\0" + struct.pack(">6H", 1000, 65535, 1000, 0, 1000, 0x8000)
    picture = open_picture(png(1, 3, 16, 4, rows))
    half = round((1000 * 0x8000 + 65535 * (65535 - 0x8000)) / 65535)
    assert picture.pixels.tolist() == [[[1000, 65535, half]]]
    assert picture.pixels.dtype == np.uint16 and picture.mode == "LA" and picture.notes == (ON_WHITE,)


def test_a_clear_colour_that_no_pixel_has_is_not_told() -> None:
    assert open_picture(png(1, 2, 8, 0, b"\0\7\x08", chunk(b"tRNS", b"\0\x09"))).notes == ()


# --- What the file asks for ---


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([chunk(b"gAMA", struct.pack(">I", 100_000))], "gAMA 100000"),
        ([chunk(b"gAMA", struct.pack(">I", 45_455))], ""),
        ([chunk(b"gAMA", struct.pack(">I", 45_470))], ""),
        ([chunk(b"gAMA", struct.pack(">I", 55_556))], "gAMA 55556"),
        ([chunk(b"gAMA", bytes(4))], ""),
        ([chunk(b"gAMA", b"\1")], ""),
        ([chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"sRGB", b"\0")], ""),
        ([chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"cICP", bytes((1, 13, 0, 1)))], ""),
        ([chunk(b"cICP", bytes((9, 16, 0, 1)))], "cICP 9, 16"),
    ],
)
def test_another_gamma_is_told_and_the_numbers_stay(more: list[bytes], words: str) -> None:
    picture = open_picture(png(1, 3, 8, 0, b"\0\x00\x40\xbc", *more))
    assert picture.levels().tolist() == [[[0, 64, 188]]]
    assert [words in note for note in picture.notes] == ([True] if words else [])


def test_other_primaries_are_told_of_colours_only() -> None:
    srgb = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    adobe = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    rows = b"\0\1\2\3"
    assert open_picture(png(1, 1, 8, 2, rows, chunk(b"cHRM", srgb))).notes == ()
    (note,) = open_picture(png(1, 1, 8, 2, rows, chunk(b"cHRM", adobe))).notes
    assert "cHRM" in note
    assert open_picture(png(1, 1, 8, 0, rows[:2], chunk(b"cHRM", adobe))).notes == ()


# --- Remarks do no harm ---

HARMLESS = {
    "a text called transparency": chunk(b"tEXt", b"transparency\0yes"),
    "a text called bbox": chunk(b"tEXt", b"bbox\0here"),
    "a text called exif": chunk(b"tEXt", b"exif\0none"),
    "a text called icc_profile": chunk(b"tEXt", b"icc_profile\0none"),
    "a text packed in a way that is not known": chunk(b"zTXt", b"note\0\7packed"),
    "a text that unpacks to 2 MB": text_bomb()[33:].partition(b"IDAT")[0][:-4],
    "a time that is cut short": chunk(b"tIME", b"\7"),
    "a size of pixels that is cut short": chunk(b"pHYs", b"\7"),
    "a rendering intent of no bytes": chunk(b"sRGB"),
    "primaries that are cut short": chunk(b"cHRM", bytes(31)),
    "a remark with a wrong sum": chunk(b"gAMA", struct.pack(">I", 100_000))[:-4] + bytes(4),
    "a clear colour that is cut short": chunk(b"tRNS", b"\0\1"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_remark_never_makes_a_picture_damaged(name: str) -> None:
    data = saved(photo(), "PNG")
    picture = open_picture(with_chunks(data, HARMLESS[name]))
    np.testing.assert_array_equal(picture.pixels, np.moveaxis(np.asarray(photo()), -1, 0))
    assert picture.notes == ()


def test_a_text_bomb_is_not_unpacked() -> None:
    data = text_bomb()
    tracemalloc.start()
    try:
        open_picture(data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_thousands_of_tags_that_mean_one_long_text_are_not_read() -> None:
    """A block of EXIF of 2 MB, in which 5,000 tags each mean all of it: 10 GB, if they are read."""
    size, tags = 2_000_000, 5_000
    entries = b"".join(struct.pack("<HHII", 1000 + tag, 2, size, 8) for tag in range(tags))
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", tags + 1) + struct.pack("<HHIHH", 274, 3, 1, 6, 0) + entries
    data = with_chunks(saved(photo(), "PNG"), chunk(b"eXIf", block + bytes(size - len(block))))
    tracemalloc.start()
    try:
        picture = open_picture(data)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert picture.size == (40, 24), "turned upright all the same"


def test_the_orientation_as_it_was_written_before_there_was_a_chunk_for_it() -> None:
    """ImageMagick's text, and XMP's; the file's own EXIF goes before both."""
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    text = f"\nexif\n{len(block):8}\n{block.hex()[:36]}\n{block.hex()[36:]}\n".encode()
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    told = {
        "text": chunk(b"tEXt", b"Raw profile type exif\0" + text),
        "packed": chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text)),
        "XMP": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        "XMP, packed": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)),
    }
    data = saved(photo(), "PNG")
    for more in told.values():
        picture = open_picture(with_chunks(data, more))
        assert picture.size == (40, 24) and "orientation 6" in picture.notes[0]
        upright = open_picture(with_chunks(data, more, chunk(b"eXIf", block[6:].replace(b"\0\6", b"\0\1"))))
        assert upright.size == (24, 40) and upright.notes == ()
    for broken in (b"", b"\nexif\n  9\nxyz", text[:30], b"\xff" * 9):
        assert open_picture(with_chunks(data, chunk(b"tEXt", b"Raw profile type exif\0" + broken))).notes == ()


@pytest.mark.parametrize("frames", [0, 2**31, 2**32 - 1])
def test_an_animation_of_no_number_of_frames_is_a_still_picture(frames: int) -> None:
    data = with_chunks(saved(photo(), "PNG"), chunk(b"acTL", struct.pack(">II", frames, 0)))
    assert open_picture(data).notes == ()


def test_a_png_without_its_end() -> None:
    data = saved(photo(), "PNG")
    for end in (1, 4, 8, 11, 12):
        assert open_picture(data[:-end]).digest == open_picture(data).digest


def test_a_palette_longer_than_its_picture_needs() -> None:
    palette = np.arange(768).reshape(256, 3) % 256
    numbers = np.array([[[0], [3]]])
    assert levels(written(numbers, 3, 2, palette=palette)).tolist() == on_white(numbers, 3, 2, b"", palette)[0].tolist()


def test_the_form_that_iphone_apps_carry_is_named() -> None:
    data = saved(photo(), "PNG")
    with pytest.raises(PictureError, match="CgBI.*save it as PNG or JPEG"):
        open_picture(data[:8] + chunk(b"CgBI", b"\x50\0\x20\x02") + data[8:])


def test_a_still_picture_before_an_animation_counts_as_one_of_it() -> None:
    frames = [photo(seed=seed) for seed in (1, 2, 3)]
    data = saved(frames[0], "PNG", save_all=True, append_images=frames, default_image=True)
    picture = open_picture(data)
    assert picture.notes == (f"The first frame of {Image.open(io.BytesIO(data)).n_frames} in the file.",)
    np.testing.assert_array_equal(picture.pixels, np.moveaxis(np.asarray(frames[0]), -1, 0))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "bits"), [(2, 8), (2, 16), (0, 16), (6, 16), (4, 16)])
def test_a_png_cut_in_the_middle_is_refused(colour: int, bits: int, interlaced: bool, share: float) -> None:
    numbers = np.random.default_rng(1).integers(0, 2**bits, (12, 15, PARTS[colour]))
    data = written(numbers, colour, bits, interlaced=interlaced)
    with pytest.raises(PictureError, match="cut short"):
        open_picture(data[: 41 + int((len(data) - 53) * share)])


def test_many_small_pieces_of_pixels() -> None:
    numbers = np.random.default_rng(1).integers(0, 65536, (9, 7, 3))
    data = written(numbers, 2, 16)
    at = data.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", data, at)
    pixels = data[at + 8 : at + 8 + length]
    pieces = b"".join(chunk(b"IDAT", pixels[start : start + 11]) for start in range(0, length, 11))
    np.testing.assert_array_equal(levels(data[:at] + pieces + chunk(b"IEND")), levels(data))
    assert zlib.decompress(pixels)
