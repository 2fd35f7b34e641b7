"""Pictures: what a stranger's file becomes, or the sentence with which it is refused. Pillow's own operations, the
obvious loop and numbers worked out by hand are the oracles."""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import struct
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from bad_pictures import DAMAGED, REFUSED, TOO_LARGE, chunk, photo, png, saved
from cnnviz import pictures
from cnnviz.errors import ArrayError, PictureError, SettingError
from cnnviz.pictures import LIMITS, SAMPLES, Picture, decode, encode_png, open_picture, ready, sample
from cnnviz.pictures.headers import Found, look
from cnnviz.pictures.limits import check_size

# Pillow warns of a broken EXIF block and goes on. Warnings are errors in tests, which would turn its remark into a
# refusal; filters are global to all threads, so the module itself cannot switch them.
PILLOW_MAY_REMARK = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def planes(image: Image.Image) -> np.ndarray:
    array = np.asarray(image)
    return array[np.newaxis] if array.ndim == 2 else np.moveaxis(array, -1, 0)


# --- Refusals ---


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_in_one_plain_sentence(name: str) -> None:
    make, words = REFUSED[name]
    with pytest.raises(PictureError) as caught:
        open_picture(make(), "picture.png")
    message = str(caught.value)
    for word in words:
        assert word in message
    assert message.endswith(".") and "\n" not in message and len(message) < 200
    assert not re.search(r"0x|<|Error|Pillow|PIL", message), "words of our own, no addresses"
    assert caught.value.__cause__ is None and (caught.value.__suppress_context__ or caught.value.__context__ is None)


def test_the_decoder_never_sees_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it was handed to the decoder"))
    for make, _ in TOO_LARGE.values():
        with pytest.raises(PictureError):
            open_picture(make())


def test_refusing_what_is_too_large_costs_little_memory() -> None:
    for make, _ in TOO_LARGE.values():
        data = make()
        tracemalloc.start()
        try:
            with pytest.raises(PictureError):
                open_picture(data)
            assert tracemalloc.get_traced_memory()[1] < 1_000_000
        finally:
            tracemalloc.stop()


def test_bombs_in_eight_threads_are_all_refused() -> None:
    bombs = [make() for name, (make, _) in TOO_LARGE.items() if "claim" in name or "bomb" in name]

    def refused(turn: int) -> bool:
        try:
            open_picture(bombs[turn % len(bombs)])
        except PictureError as error:
            return "25 megapixels" in str(error)
        return False

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(refused, range(1600)))


def test_the_limits_themselves_are_allowed() -> None:
    wide = open_picture(png(2, LIMITS.side, 1, 0, bytes(2 * (1 + LIMITS.side // 8))))
    assert wide.size == (2, LIMITS.side)
    data = saved(photo(), "PNG")
    assert open_picture(data + bytes(LIMITS.file_bytes - len(data))).size == (24, 40)
    check_size(5_000, 5_000)
    with pytest.raises(PictureError):
        check_size(5_000, 5_001)


def test_a_frame_that_grows_inside_the_decoder_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "look", lambda _: Found("PNG", 10, 10))
    with pytest.raises(PictureError, match="25 megapixels"):
        open_picture(png(5_000, 5_001, 1, 0, b""))


def test_the_decoder_is_told_which_one_format_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    inner = Image.open
    monkeypatch.setattr(Image, "open", lambda file, formats=None: told.append(formats) or inner(file, formats=formats))
    for format in ("PNG", "JPEG", "GIF", "BMP", "WEBP"):
        open_picture(saved(photo(), format))
    assert told == [("PNG",), ("JPEG",), ("GIF",), ("BMP",), ("WEBP",)]


def test_whatever_the_decoder_raises_becomes_our_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(photo(), "PNG")
    for error in (MemoryError(), SyntaxError("x"), Image.DecompressionBombError("x"), OSError("<_io.BytesIO at 0x7f>")):

        def fails(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(Image, "open", fails)
        with pytest.raises(PictureError, match=r"^This PNG file is damaged or cut short: save or export it again\.$"):
            open_picture(data)


def test_at_most_two_decodes_at_once_and_refusals_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    inner, three = Image.open, threading.Barrier(3)
    met = []

    def slowly(*given: object, **more: object) -> Image.Image:
        try:
            three.wait(timeout=0.3)  # three at once would pass it
            met.append(True)
        except threading.BrokenBarrierError:
            pass
        return inner(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Image, "open", slowly)
    data = saved(photo(), "PNG")
    with ThreadPoolExecutor(6) as threads:
        opened = list(threads.map(open_picture, [data] * 6))
    assert len(opened) == 6 and not met and LIMITS.decodes == 2
    inside, over = threading.Semaphore(0), threading.Event()

    def held(*given: object, **more: object) -> Image.Image:
        inside.release()
        assert over.wait(20)
        return inner(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Image, "open", held)
    with ThreadPoolExecutor(LIMITS.decodes + 1) as threads:
        decoding = [threads.submit(open_picture, data) for _ in range(LIMITS.decodes)]
        assert all(inside.acquire(timeout=5) for _ in decoding)
        make, _ = TOO_LARGE["1-bit PNG bomb"]
        assert isinstance(threads.submit(open_picture, make()).exception(timeout=5), PictureError)
        over.set()
        assert all(each.result() for each in decoding)


def test_a_refused_picture_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for make, _ in DAMAGED.values():
        with pytest.raises(PictureError):
            open_picture(make())
    # As many as may be are still decoded at once: each waits for the others.
    inner, all_of_them = Image.open, threading.Barrier(LIMITS.decodes)
    monkeypatch.setattr(Image, "open", lambda *given, **more: all_of_them.wait(20) and None or inner(*given, **more))
    with ThreadPoolExecutor(LIMITS.decodes) as threads:
        assert len(list(threads.map(open_picture, [saved(photo(), "PNG")] * LIMITS.decodes))) == LIMITS.decodes


@pytest.mark.parametrize("data", [None, "text", 5, [1, 2]])
def test_what_is_not_bytes_is_refused(data: object) -> None:
    with pytest.raises(PictureError):
        open_picture(data)  # type: ignore[arg-type]


def test_bytes_of_any_kind_are_taken() -> None:
    data = saved(photo(), "PNG")
    assert open_picture(bytearray(data)).digest == open_picture(memoryview(data)).digest == open_picture(data).digest


@PILLOW_MAY_REMARK
def test_mutated_files_give_a_picture_or_a_refusal() -> None:
    frames = [photo(seed=seed).convert("P") for seed in (2, 3)]
    exif = Image.Exif()
    exif[274] = 6
    seeds = [
        saved(photo(), "PNG"),
        saved(photo().convert("RGBA"), "PNG"),
        saved(photo().convert("P"), "PNG", transparency=3),
        saved(photo(), "PNG", save_all=True, append_images=[photo(seed=2)]),
        saved(photo(), "JPEG", exif=exif),
        saved(photo(), "JPEG", progressive=True),
        saved(photo().convert("CMYK"), "JPEG"),
        saved(photo(), "MPO", save_all=True, append_images=[photo(seed=2)]),
        saved(photo(), "GIF", save_all=True, append_images=frames),
        saved(photo(), "WEBP"),
        saved(photo(), "WEBP", save_all=True, append_images=[photo(seed=2)]),
        saved(photo(), "BMP"),
    ]
    dice = np.random.default_rng(20)
    outcomes = {"picture": 0, "refusal": 0}
    for turn in range(720):
        data = bytearray(seeds[turn % len(seeds)])
        head = min(len(data), 200) if turn % 3 else len(data)  # most of what can go wrong stands in the header
        for _ in range(dice.integers(1, 6)):
            data[dice.integers(head)] = dice.integers(256)
        if turn % 5 == 0:
            del data[dice.integers(1, len(data)) :]
        if turn % 7 == 0:
            start = dice.integers(len(data))
            data[start:start] = data[start : start + dice.integers(1, 50)]
        try:
            picture = open_picture(bytes(data))
        except PictureError:
            outcomes["refusal"] += 1
        else:
            outcomes["picture"] += 1
            assert picture.pixels.size and picture.shape[1:] == picture.size
    assert min(outcomes.values()) > 100, outcomes


def test_a_polyglot_is_a_picture_whose_file_never_leaves() -> None:
    data = saved(photo(), "PNG") + b"<script>alert(1)</script>PK\3\4"
    picture = open_picture(data, "a.html")
    assert b"script" not in encode_png(picture.levels())
    assert b"script" not in pickle.dumps(picture)


# --- Right answers ---


def test_rgb_png_bmp_gif_and_lossless_webp_keep_every_value() -> None:
    image = photo(17, 31)
    for format, settings in (("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})):
        picture = open_picture(saved(image, format, **settings))
        np.testing.assert_array_equal(picture.pixels, planes(image))
        assert (picture.mode, picture.size, picture.shape, picture.notes) == ("RGB", (17, 31), (3, 17, 31), ())
    few = image.quantize(16)
    np.testing.assert_array_equal(open_picture(saved(few, "GIF")).pixels, planes(few.convert("RGB")))


def test_bmp_bottom_up_or_top_down_is_the_same_picture() -> None:
    image = photo(5, 8)
    data = bytearray(saved(image, "BMP"))
    assert struct.unpack_from("<i", data, 22) == (5,)
    struct.pack_into("<i", data, 22, -5)
    np.testing.assert_array_equal(open_picture(bytes(data)).pixels, planes(ImageOps.flip(image)))


def test_old_bmp_header() -> None:
    rows = b"".join(bytes((3 * n, 3 * n + 1, 3 * n + 2)) for n in range(2)) + bytes(2)
    data = b"BM" + struct.pack("<IHHI", 26 + 8, 0, 0, 26) + struct.pack("<IHHHH", 12, 2, 1, 1, 24) + rows
    np.testing.assert_array_equal(open_picture(data).pixels[:, 0], [[2, 5], [1, 4], [0, 3]])


def test_jpeg_is_what_pillow_decodes_and_near_the_original() -> None:
    image = photo(33, 50)
    for settings in ({"quality": 95}, {"quality": 95, "progressive": True}):
        data = saved(image, "JPEG", **settings)
        picture = open_picture(data)
        np.testing.assert_array_equal(picture.pixels, planes(Image.open(io.BytesIO(data)).convert("RGB")))
        assert np.abs(picture.pixels.astype(int) - planes(image)).mean() < 8
    assert open_picture(saved(image.convert("L"), "JPEG")).shape == (1, 33, 50)


def test_16_bit_grey_is_scaled_by_65535() -> None:
    numbers = np.array([[0, 1, 257, 1000], [32768, 40000, 65534, 65535]], np.uint16)
    picture = open_picture(saved(Image.fromarray(numbers), "PNG"))
    assert picture.mode == "I;16" and picture.pixels.dtype == np.uint16 and picture.shape == (1, 2, 4)
    np.testing.assert_array_equal(picture.values[0], numbers.astype(np.float32) / np.float32(65535))
    expected = [[floor(Fraction(int(n) * 255, 65535) + Fraction(1, 2)) for n in row] for row in numbers]
    np.testing.assert_array_equal(picture.levels()[0], expected)
    working = picture.at(100)
    np.testing.assert_array_equal(working.pixels[0], expected)
    assert working.notes == ("Its 16-bit values are rounded to 256 levels.",)


def test_every_16_bit_value_goes_to_its_nearest_level() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(1, 256, 256)
    levels = Picture(every, "I;16", (256, 256)).levels()
    np.testing.assert_array_equal(levels, np.rint(every.astype(np.float64) * 255 / 65535))


def test_16_bit_grey_with_a_clear_value_is_put_on_white() -> None:
    rows = b"\0" + struct.pack(">3H", 5, 700, 9)
    picture = open_picture(png(1, 3, 16, 0, rows, chunk(b"tRNS", struct.pack(">H", 700))))
    np.testing.assert_array_equal(picture.pixels, [[[5, 65535, 9]]])
    assert picture.notes == ("See-through parts are put on white.",)


def test_16_bit_colours_are_read_in_256_levels_and_say_so() -> None:
    rows = b"\0" + struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 65535, 0, 256)
    picture = open_picture(png(1, 2, 16, 2, rows))
    np.testing.assert_array_equal(picture.pixels[:, 0], [[0x12, 255], [0x56, 0], [0x9A, 1]])
    assert picture.notes == ("Its 16-bit colours are read in 256 levels.",)


def test_1_bit_is_black_and_white() -> None:
    picture = open_picture(png(1, 5, 1, 0, b"\0" + bytes((0b10110_000,))))
    np.testing.assert_array_equal(picture.values, [[[1, 0, 1, 1, 0]]])
    assert picture.mode == "1" and picture.values.dtype == np.float32


def test_palette_with_transparency_is_put_on_white() -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([200, 0, 0, 0, 100, 0, 0, 0, 50])
    image.putdata([0, 1, 2])
    picture = open_picture(saved(image, "PNG", transparency=bytes((255, 0, 128))))
    half = [floor(Fraction(c * 128 + 255 * 127, 255) + Fraction(1, 2)) for c in (0, 0, 50)]
    np.testing.assert_array_equal(picture.pixels[:, 0].T, [[200, 0, 0], [255, 255, 255], half])
    assert picture.mode == "P" and picture.notes == ("See-through parts are put on white.",)
    solid = open_picture(saved(image, "GIF", transparency=1))
    np.testing.assert_array_equal(solid.pixels[:, 0].T, [[200, 0, 0], [255, 255, 255], [0, 0, 50]])


def test_la_stays_grey_on_white() -> None:
    image = Image.fromarray(np.array([[[10, 255], [10, 0], [10, 51]]], np.uint8), "LA")
    picture = open_picture(saved(image, "PNG"))
    np.testing.assert_array_equal(picture.pixels, [[[10, 255, 206]]])  # 10 x 0.2 + 255 x 0.8
    assert picture.mode == "LA" and picture.notes


def test_rgba_shows_no_hidden_colours() -> None:
    numbers = np.random.default_rng(3).integers(0, 256, (150, 7, 4), np.uint8)
    numbers[0, :, 3], numbers[1, :, 3] = 0, 255
    picture = open_picture(saved(Image.fromarray(numbers), "PNG"))
    assert (picture.pixels[:, 0] == 255).all()
    np.testing.assert_array_equal(picture.pixels[:, 1].T, numbers[1, :, :3])
    for row, column, part in ((40, 3, 0), (129, 6, 2), (149, 0, 1)):
        level, alpha = int(numbers[row, column, part]), int(numbers[row, column, 3])
        expected = floor(Fraction(level * alpha + 255 * (255 - alpha), 255) + Fraction(1, 2))
        assert picture.pixels[part, row, column] == expected
    white = Image.new("RGBA", (7, 150), "white")
    white.alpha_composite(Image.fromarray(numbers))
    assert np.abs(picture.pixels.astype(int) - planes(white.convert("RGB"))).max() <= 1
    assert picture.notes == ("See-through parts are put on white.",)


def test_rgba_without_a_clear_pixel_has_nothing_to_tell() -> None:
    image = photo().convert("RGBA")
    picture = open_picture(saved(image, "PNG"))
    assert picture.mode == "RGBA" and picture.notes == ()
    np.testing.assert_array_equal(picture.pixels, planes(image.convert("RGB")))


def test_a_clear_colour_in_rgb_and_in_grey() -> None:
    colours = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    picture = open_picture(saved(Image.fromarray(colours), "PNG", transparency=(4, 5, 6)))
    np.testing.assert_array_equal(picture.pixels[:, 0].T, [[1, 2, 3], [255, 255, 255]])
    grey = open_picture(saved(Image.fromarray(np.array([[7, 8]], np.uint8)), "PNG", transparency=8))
    np.testing.assert_array_equal(grey.pixels, [[[7, 255]]])


def test_cmyk_says_that_its_colours_are_approximate() -> None:
    data = saved(photo().convert("CMYK"), "JPEG", quality=95)
    picture = open_picture(data)
    assert picture.mode == "CMYK" and len(picture.notes) == 1 and "colours are approximate" in picture.notes[0]
    np.testing.assert_array_equal(picture.pixels, planes(Image.open(io.BytesIO(data)).convert("RGB")))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    data = saved(photo(16, 40), "JPEG", exif=exif, quality=95)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    picture = open_picture(data)
    np.testing.assert_array_equal(picture.pixels, planes(upright))
    assert picture.size == ((16, 40) if orientation < 5 else (40, 16))
    assert picture.pixels.flags.c_contiguous and not picture.pixels.flags.writeable
    turned = (f"Turned upright, as its camera noted (EXIF orientation {orientation}).",)
    assert picture.notes == (() if orientation == 1 else turned)
    reduced = open_picture(data, longest=20)
    assert reduced.size == picture.size and max(reduced.shape[1:]) == 20
    assert np.abs(reduced.pixels.astype(int) - picture.at(20).pixels).mean() < 4


def test_orientation_upside_down_is_known_without_an_oracle() -> None:
    exif = Image.Exif()
    exif[274] = 6  # the camera was turned left: the first row of the file is the right side
    data = saved(Image.fromarray(np.array([[1, 2, 3], [4, 5, 6]], np.uint8)), "PNG", exif=exif)
    np.testing.assert_array_equal(open_picture(data).pixels, [[[4, 1], [5, 2], [6, 3]]])


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_other_orientations_are_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    picture = open_picture(saved(photo(), "PNG", exif=exif))
    assert picture.notes == () and picture.size == (24, 40)


@PILLOW_MAY_REMARK
@pytest.mark.parametrize("block", [b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x09", b""])
def test_garbage_for_exif_is_ignored(block: bytes) -> None:
    data = saved(photo(), "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block
    picture = open_picture(data[:2] + segment + data[2:])
    assert picture.notes == () and picture.size == (24, 40)
    rest = saved(photo(), "PNG")
    assert open_picture(rest[:33] + chunk(b"eXIf", block) + rest[33:]).notes == ()


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "MPO"])
def test_the_first_frame_of_an_animation(format: str) -> None:
    frames = [photo(seed=seed) for seed in (1, 2, 3)]
    settings = {"lossless": True} if format == "WEBP" else {"quality": 95} if format == "MPO" else {}
    data = saved(frames[0], format, save_all=True, append_images=frames[1:], **settings)
    picture = open_picture(data)
    kind = "picture" if format == "MPO" else "frame"
    assert picture.notes == (f"The first {kind} of 3 in the file.",)
    assert np.abs(picture.pixels.astype(int) - planes(frames[0])).mean() < (0.1 if format in ("PNG", "WEBP") else 9)
    assert picture.digest != open_picture(saved(frames[1], "MPO" if format == "MPO" else format, **settings)).digest


@pytest.mark.parametrize("count", [1, 2, 40])
def test_gif_frames_are_counted_as_pillow_counts_them(count: int) -> None:
    frames = [photo(9, 300, seed).quantize(8 * (1 + seed % 3)) for seed in range(count)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"x" * 700, loop=0)
    assert look(data).frames == Image.open(io.BytesIO(data)).n_frames == count


def test_only_the_first_frame_of_a_gif_is_measured() -> None:
    huge = b"," + struct.pack("<HHHHB", 0, 0, 9_000, 9_000, 0) + b"\x02\x02\x44\x01\x00;"
    picture = open_picture(saved(photo(), "GIF")[:-1] + huge)
    assert picture.size == (24, 40) and picture.notes == ("The first frame of 2 in the file.",)


def test_a_jpeg_whose_tables_come_before_its_size() -> None:
    data = saved(photo(), "JPEG")
    table = data.index(b"\xff\xc4")
    (length,) = struct.unpack_from(">H", data, table + 2)
    moved = data[:2] + data[table : table + 2 + length] + data[2:table] + data[table + 2 + length :]
    assert look(moved) == look(data)
    np.testing.assert_array_equal(open_picture(moved).pixels, open_picture(data).pixels)


@pytest.mark.parametrize(
    ("format", "settings"),
    [("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("GIF", {}), ("BMP", {}), ("WEBP", {}),
     ("WEBP", {"lossless": True}), ("WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"})],
)  # fmt: skip
def test_the_header_says_the_size_that_pillow_says(format: str, settings: dict[str, object]) -> None:
    for height, width in ((1, 1), (3, 700), (515, 2), (130, 257)):
        found = look(saved(photo(height, width), format, **settings))
        assert (found.format, found.height, found.width) == (format, height, width)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("..", ""),
        ("a/b/", ""),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2067\u200fright\u2069.png", "right.png"),
        ("two\nlines\r\n.png", "two lines .png"),
        ("nul\0bell\x07esc\x1b[31m.png", "nulbellesc[31m.png"),
        ("line\u2028separator\u2029.png", "line separator .png"),
        ("lone\ud800surrogate.png", "lonesurrogate.png"),
        ("**bold** [a](b) <script>.png", "**bold** [a](b) <script>.png"),  # kept: shown as text, never as Markdown
        ("Ünïcödé 猫.png", "Ünïcödé 猫.png"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        (None, ""),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert open_picture(saved(photo(), "PNG"), name).name == shown


# --- Picture ---


def test_values_levels_and_digest() -> None:
    numbers = np.arange(2 * 128 * 3, dtype=np.uint16).reshape(3, 2, 128).astype(np.uint8)
    picture = Picture(numbers, "RGB", (2, 128))
    values = picture.values
    assert values.dtype == np.float32 and not values.flags.writeable and values.min() == 0 and values.max() == 1
    np.testing.assert_array_equal(values, numbers.astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(np.rint(values * 255), picture.levels())
    assert picture.levels() is picture.pixels and not picture.pixels.flags.writeable
    assert picture.digest == hashlib.sha256(b"uint8 (3, 2, 128) " + numbers.tobytes()).hexdigest()
    assert picture.digest == Picture(numbers.copy(), "P", (2, 128), "other").digest
    assert picture.digest != Picture(numbers.reshape(3, 128, 2), "RGB", (128, 2)).digest


def test_a_picture_cannot_be_changed() -> None:
    numbers = np.zeros((1, 2, 3), np.uint8)
    picture = Picture(numbers, "L", (2, 3))
    numbers[:] = 9  # its maker's array is another one
    assert not picture.pixels.any() and numbers.flags.writeable
    with pytest.raises(ValueError):
        picture.pixels[0, 0, 0] = 1
    with pytest.raises(AttributeError):
        picture.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("shape", [(2, 3), (3, 4), (2, 3, 4), (1, 0, 4), (4, 2, 2)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArrayError, match="uint8"):
        Picture(np.zeros(shape, np.uint8), "L", (2, 3))


def test_other_numbers_are_refused() -> None:
    with pytest.raises(ArrayError, match="float64"):
        Picture(np.zeros((1, 2, 3)), "L", (2, 3))  # type: ignore[arg-type]


def test_repr_can_be_read() -> None:
    picture = open_picture(saved(photo(24, 40), "PNG"), "cat.png").at(20)
    assert repr(picture) == "<Picture 'cat.png': 12 × 20 RGB, came as RGB. Reduced from 24 × 40 to 12 × 20.>"


def test_opening_keeps_no_second_copy() -> None:
    data = saved(photo(1500, 2000), "PNG", compress_level=1)
    open_picture(data)
    tracemalloc.start()
    try:
        open_picture(data)
        assert tracemalloc.get_traced_memory()[1] < 9_000_000 + 7_000_000  # 9 MB of levels, and strips of 128 rows
    finally:
        tracemalloc.stop()


# --- Working sizes ---


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((300, 451), 192, (128, 192)),
        ((451, 300), 192, (192, 128)),
        ((30, 45), 45, (30, 45)),
        ((30, 45), 1000, (30, 45)),
        ((3, 900), 8, (1, 8)),
        ((7, 5), 1, (1, 1)),
        ((10, 4), 5, (5, 2)),
        ((20, 6), 5, (5, 2)),  # 1.5, half up
    ],
)
def test_proportions_are_kept_and_nothing_is_enlarged(
    size: tuple[int, int], longest: int, expected: tuple[int, int]
) -> None:
    picture = Picture(np.zeros((1, *size), np.uint8), "L", size)
    assert picture.at(longest).shape == (1, *expected)
    assert picture.at(longest).size == size


def test_reducing_by_whole_steps_is_the_mean_of_each_block() -> None:
    numbers = np.random.default_rng(5).integers(0, 256, (3, 12, 20), np.uint8)
    working = Picture(numbers, "RGB", (12, 20)).at(5)
    assert working.shape == (3, 3, 5)
    for part, row, column in np.ndindex(3, 3, 5):
        mean = numbers[part, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].mean()
        assert abs(int(working.pixels[part, row, column]) - mean) <= 1  # two roundings: along rows, along columns


def test_reducing_does_not_ring() -> None:
    edge = np.where(np.arange(97) < 41, 60, 200).astype(np.uint8)
    reduced = Picture(np.tile(edge, (1, 33, 1)), "L", (33, 97)).at(40).pixels
    assert reduced.min() == 60 and reduced.max() == 200


def test_reducing_is_told_from_the_original() -> None:
    picture = Picture(np.zeros((1, 300, 451), np.uint8), "L", (300, 451))
    assert picture.notes == () and picture.at(451).notes == ()
    assert picture.at(192).notes == ("Reduced from 300 × 451 to 128 × 192.",)
    assert picture.at(192).at(96).notes == ("Reduced from 300 × 451 to 64 × 96.",)
    assert picture.at(192).at(300).shape == (1, 128, 192)
    assert Picture(np.zeros((1, 9, 40), np.uint8), "L", (9, 40)).at(10).at(7).shape == (1, 2, 7)  # 1.575, not 2 × 0.7


def test_grey_is_bt601_to_the_nearest_level() -> None:
    dice = np.random.default_rng(6).integers(0, 256, (3, 140, 60), np.uint8)
    dice[:, 0, :3] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    picture = Picture(dice, "RGB", (140, 60)).at(140, "grey")
    assert picture.shape == (1, 140, 60) and picture.pixels[0, 0, :3].tolist() == [76, 150, 29]
    assert picture.notes == ("Colours turned to grey: 0.299 R + 0.587 G + 0.114 B.",)
    for row, column in np.ndindex(140, 60):
        red, green, blue = (int(level) for level in dice[:, row, column])
        luma = Fraction(299, 1000) * red + Fraction(587, 1000) * green + Fraction(114, 1000) * blue
        assert picture.pixels[0, row, column] == floor(luma + Fraction(1, 2))
    pillow = np.asarray(Image.fromarray(np.moveaxis(dice, 0, -1)).convert("L"))
    assert np.abs(picture.pixels[0].astype(int) - pillow).max() <= 1 and (picture.pixels[0] == pillow).mean() > 0.99


def test_grey_as_rgb_is_three_equal_planes() -> None:
    grey = Picture(np.arange(12, dtype=np.uint8).reshape(1, 3, 4), "L", (3, 4))
    colour = grey.at(4, "rgb")
    assert colour.shape == (3, 3, 4) and (colour.pixels == grey.pixels).all() and colour.notes
    assert grey.at(4, "grey") is grey and colour.at(4, "rgb") is colour


@pytest.mark.parametrize("shape", [(30, 47), (51, 22)])
@pytest.mark.parametrize("side", [9, 22, 30, 64])
def test_a_square_is_cut_from_the_middle_and_resized_as_pillow_does(shape: tuple[int, int], side: int) -> None:
    numbers = np.random.default_rng(9).integers(0, 256, (3, *shape), np.uint8)
    square = Picture(numbers, "RGB", shape).square(side)
    cut = min(shape)
    top, left = (shape[0] - cut) // 2, (shape[1] - cut) // 2
    image = Image.fromarray(np.moveaxis(numbers, 0, -1)).crop((left, top, left + cut, top + cut))
    way = Image.Resampling.BOX if side < cut else Image.Resampling.BICUBIC
    np.testing.assert_array_equal(np.moveaxis(square.pixels, 0, -1), np.asarray(image.resize((side, side), way)))
    assert square.size == (side, side) and square.shape == (3, side, side) and square.notes == square.done
    before, after = (left, shape[1] - cut - left) if top == 0 else (top, shape[0] - cut - top)
    out = f"{before} columns on the left, {after} on the right" if top == 0 else f"{before} rows above, {after} below"
    told = [f"Cut to the square in the middle, {cut} × {cut} of {shape[0]} × {shape[1]}; left out: {out}."]
    if side < cut:
        told.append(f"Reduced from {cut} × {cut} to {side} × {side}, each pixel the mean of those it stands for.")
    elif side > cut:
        told.append(f"Enlarged from {cut} × {cut} to {side} × {side} by the bicubic filter, cut off at 0 and 255.")
    assert list(square.notes) == told


def test_a_square_by_hand_and_of_another_depth() -> None:
    numbers = np.array([[[10, 0, 4, 8, 90, 3], [20, 2, 6, 8, 70, 1]]], np.uint8)
    assert Picture(numbers, "L", (2, 6)).square(2).pixels.tolist() == [[[4, 8], [6, 8]]]
    assert Picture(numbers, "L", (2, 6)).square(1).pixels.tolist() == [[[7]]]  # 6.5, half up
    assert Picture(numbers[:, :, :5], "L", (2, 5)).square(2).pixels.tolist() == [[[0, 4], [2, 6]]]
    colour = Picture(numbers, "L", (2, 6)).square(2, "rgb")
    assert colour.shape == (3, 2, 2) and colour.notes[0] == "Grey, given as three equal planes."
    dice = np.random.default_rng(6).integers(0, 256, (3, 40, 40), np.uint8)
    grey = Picture(dice, "RGB", (40, 40)).square(20, "grey")
    assert grey.shape == (1, 20, 20) and grey.notes[0].startswith("Colours turned to grey")
    np.testing.assert_array_equal(grey.pixels, Picture(dice, "RGB", (40, 40)).at(40, "grey").at(20).pixels)


@pytest.mark.parametrize("shape", [(4, 9), (9, 4)])
def test_a_square_can_be_cut_anywhere(shape: tuple[int, int]) -> None:
    numbers = np.random.default_rng(9).integers(0, 256, (1, *shape), np.uint8)
    picture, is_wide = Picture(numbers, "L", shape), shape[1] > shape[0]
    for start in range(6):
        square = picture.square(4, start=start)
        of = numbers[:, :, start : start + 4] if is_wide else numbers[:, start : start + 4]
        np.testing.assert_array_equal(square.pixels, of)
        named = "the square in the middle" if start == 2 else "a square"
        s = "" if start == 1 else "s"
        out = f"{start} column{s} on the left, {5 - start} on the right"
        if not is_wide:
            out = f"{start} row{s} above, {5 - start} below"
        assert square.notes == (f"Cut to {named}, 4 × 4 of {shape[0]} × {shape[1]}; left out: {out}.",)
    assert picture.square(4).notes == picture.square(4, start=2).notes


@pytest.mark.parametrize(("start", "words"), [(6, "from 0 to 5"), (-1, "start"), (1.5, "start"), (True, "start")])
def test_a_square_beyond_the_picture_is_refused(start: object, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        Picture(np.zeros((1, 4, 9), np.uint8), "L", (4, 9)).square(4, start=start)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="start is 1; .* is 0, for there is nothing"):
        Picture(np.zeros((1, 4, 4), np.uint8), "L", (4, 4)).square(4, start=1)


def test_an_enlarged_square_is_cut_off_at_0_and_255() -> None:
    edge = np.where(np.arange(8) < 4, 0, 255).astype(np.uint8)
    square = Picture(np.tile(edge, (1, 8, 1)), "L", (8, 8)).square(32).pixels[0]
    assert square.min() == 0 and square.max() == 255
    assert (np.diff(square.astype(int), axis=1) >= 0).all(), "nothing wraps round"


def test_a_square_of_16_bits_is_in_256_levels() -> None:
    numbers = np.random.default_rng(8).integers(0, 65536, (1, 40, 30), dtype=np.uint16)
    square = Picture(numbers, "I;16", (40, 30)).square(30)
    np.testing.assert_array_equal(square.pixels, Picture(numbers, "I;16", (40, 30)).levels()[:, 5:35])
    assert square.pixels.dtype == np.uint8 and square.notes[0] == "Its 16-bit values are rounded to 256 levels."


@pytest.mark.parametrize("side", [0, -3, 2.5, True, "8"])
def test_a_senseless_square_is_refused(side: object) -> None:
    with pytest.raises(SettingError, match="side"):
        sample("binary").square(side)  # type: ignore[arg-type]


def test_working_pictures_are_in_256_levels() -> None:
    numbers = np.random.default_rng(8).integers(0, 65536, (1, 40, 30), dtype=np.uint16)
    working = Picture(numbers, "I;16", (40, 30)).at(11, "rgb")
    np.testing.assert_array_equal(working.values, working.levels().astype(np.float32) / np.float32(255))
    assert working.notes[0] == "Its 16-bit values are rounded to 256 levels."


@pytest.mark.parametrize("longest", [0, -3, 2.5, True, "8"])
def test_a_senseless_size_is_refused(longest: object) -> None:
    with pytest.raises(SettingError, match="longest"):
        sample("binary").at(longest)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="longest"):
        open_picture(saved(photo(), "PNG"), longest=longest)  # type: ignore[arg-type]


def test_a_senseless_depth_is_refused() -> None:
    with pytest.raises(SettingError, match="grey"):
        sample("binary").at(5, "cmyk")


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_opening_at_a_size_is_opening_then_reducing(format: str) -> None:
    data = saved(photo().resize((1003, 601)), format)
    small, whole = open_picture(data, "a.b", longest=100), open_picture(data, "a.b").at(100)
    assert (small.size, small.shape, small.name, small.notes) == (whole.size, whole.shape, "a.b", whole.notes)
    assert np.abs(small.pixels.astype(int) - whole.pixels).mean() < 2


def test_a_jpeg_for_a_small_size_is_never_decoded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(photo(1600, 1200), "JPEG")
    seen = []
    inner = JpegImageFile.load
    monkeypatch.setattr(JpegImageFile, "load", lambda image: seen.append(image.size) or inner(image))
    open_picture(data, longest=200)
    assert {*seen} == {(300, 400)}  # JPEG halves: the last one that is still twice as large as asked


# --- Samples and PNG ---


def test_samples() -> None:
    assert len(SAMPLES) >= 8
    sizes = {"chelsea": (3, 300, 451), "coffee": (3, 400, 600), "camera": (1, 512, 512), "rocket": (3, 427, 640),
             "astronaut": (3, 512, 512), "step": (1, 48, 64), "checkerboard": (1, 48, 64), "binary": (1, 5, 5),
             "numbers": (1, 5, 5)}  # fmt: skip
    assert {key: sample(key).shape for key in SAMPLES} == sizes
    told = (Path(pictures.__file__).parent / "samples" / "README.md").read_text(encoding="utf-8")
    for key, entry in SAMPLES.items():
        assert entry.licence in ("CC0", "public domain") and entry.source and sample(key).name == entry.name
        assert sample(key).notes == () and entry.file in told
    files = {path.name for path in (Path(pictures.__file__).parent / "samples").iterdir()}
    of_digits = {"drawings.json", *ready.PHOTOS.values()}
    assert files == {entry.file for entry in SAMPLES.values() if entry.file} | of_digits | {"README.md"}


def test_made_samples_hold_the_numbers_they_are_for() -> None:
    binary = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    assert sample("binary").values[0].tolist() == binary
    step = sample("step").levels()[0]
    assert set(np.unique(step)) == {51, 204} and (np.diff(step[7].astype(int)) != 0).sum() == 1
    board = sample("checkerboard").levels()[0]
    assert board[0, 0] == 0 and board[0, 8] == 255 and board[8, 8] == 0 and board[:8, :8].max() == 0
    numbers = sample("numbers").levels()[0]
    assert set(np.unique(numbers)) == {0, 51, 102, 153, 204, 255}
    for other in (numbers.T, numbers[::-1], numbers[:, ::-1], numbers[::-1, ::-1]):
        assert (numbers != other).any()


def test_an_unknown_sample_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingError, match="chelsea, coffee"):
        sample("lena")


def test_png_of_levels_and_of_places_in_a_palette() -> None:
    levels = planes(photo(9, 14))
    np.testing.assert_array_equal(planes(Image.open(io.BytesIO(encode_png(levels)))), levels)
    np.testing.assert_array_equal(planes(Image.open(io.BytesIO(encode_png(levels[:1])))), levels[:1])
    palette = [(1, 2, 3), (250, 251, 252)]
    image = Image.open(io.BytesIO(encode_png(np.array([[0, 1, 1]], np.uint8), palette)))
    assert image.mode == "P" and np.asarray(image.convert("RGB")).tolist() == [[[1, 2, 3], *([[250, 251, 252]] * 2)]]
    with pytest.raises(ArrayError):
        encode_png(np.zeros((2, 4, 4), np.uint8))
    with pytest.raises(ArrayError):
        encode_png(np.zeros((1, 4, 4)))  # type: ignore[arg-type]


def test_importing_cnnviz_does_not_bring_pillow() -> None:
    seen = "import sys, cnnviz; assert not [m for m in sys.modules if m.split('.')[0] == 'PIL']"
    subprocess.run([sys.executable, "-c", seen], check=True)
