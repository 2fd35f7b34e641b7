"""JPEGs of strangers: without their ends, with remarks that decoders stumble over, and of the rarer kinds."""

from __future__ import annotations

import base64
import io
import struct
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageFile

from bad_pictures import photo, saved
from cnnviz.errors import PictureError
from cnnviz.pictures import Picture, open_picture

END = b"\xff\xd9"


def grainy(height: int, width: int) -> Image.Image:
    grain = np.random.default_rng(height).integers(-12, 13, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(photo(height, width), int) + grain, 0, 255).astype(np.uint8))


def black_below(height: int, width: int) -> Image.Image:
    image = photo(height, width)
    image.paste((0, 0, 0), (0, height // 3, width, height))
    return image


DRAWN = {
    "photo": grainy,
    "black below": black_below,
    "white": lambda height, width: Image.new("RGB", (width, height), "white"),
    "the grey of what is missing": lambda height, width: Image.new("RGB", (width, height), (128, 128, 128)),
}
CODED: dict[str, dict[str, object]] = {
    "4:2:0": {},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1, "quality": 30},
    "own tables": {"optimize": True},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 1},
    "restarts, rows, progressive": {"restart_marker_rows": 1, "progressive": True},
}
MODES = ["RGB", "L", "CMYK"]


def coded(drawn: str, how: str, mode: str, size: tuple[int, int] = (45, 37)) -> bytes:
    return saved(DRAWN[drawn](*size).convert(mode), "JPEG", **CODED[how])


def opened(data: bytes) -> Picture | None:
    """The picture, or None if it is refused as cut short."""
    try:
        return open_picture(data)
    except PictureError as refusal:
        assert str(refusal) == "This JPEG file is damaged or cut short: save or export it again."
        return None


# --- Ends ---


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("how", CODED)
def test_a_whole_jpeg_without_its_end_is_the_same_picture(how: str, mode: str) -> None:
    """Pillow#4414."""
    for drawn, size in product(DRAWN, [(45, 37), (16, 16), (1, 1), (33, 64)]):
        data = coded(drawn, how, mode, size)
        full = open_picture(data)
        assert data.endswith(END)
        for end in (data[:-2], data[:-1], data[:-2] + b"\xff\xff"):
            picture = open_picture(end)
            assert (picture.digest, picture.notes) == (full.digest, full.notes)
        assert open_picture(data[:-2], longest=9).digest == full.at(9).digest, "decoded whole, then reduced"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("how", CODED)
@pytest.mark.parametrize("drawn", ["photo", "black below"])
def test_a_jpeg_cut_in_the_middle_is_refused(drawn: str, how: str, mode: str) -> None:
    data = coded(drawn, how, mode)
    start = data.index(b"\xff\xda")
    for share in (0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95):
        assert opened(data[: start + int((len(data) - 2 - start) * share)]) is None


@pytest.mark.parametrize("how", CODED)
def test_wherever_a_jpeg_is_cut_it_is_refused_or_the_same_picture(how: str) -> None:
    data = coded("black below", how, "RGB", (24, 20))
    full, start = open_picture(data), data.index(b"\xff\xda")
    for cut in range(start, len(data) - 2):
        picture = opened(data[:cut])
        assert picture is None or picture.digest == full.digest, f"cut {len(data) - cut} bytes before the end"


@pytest.mark.parametrize("how", ["4:2:0", "restarts"])
def test_a_cut_jpeg_that_was_given_an_end_shows_no_grey_half(how: str) -> None:
    data = coded("photo", how, "RGB")
    start = data.index(b"\xff\xda")
    for share in (0.1, 0.5, 0.8):
        assert opened(data[: start + int((len(data) - start) * share)] + END) is None


@pytest.mark.parametrize("how", ["4:2:0", "progressive", "restarts"])
def test_a_cut_jpeg_with_room_for_what_never_arrived_is_refused(how: str) -> None:
    data = coded("photo", how, "RGB")
    assert opened(data[: len(data) * 3 // 4] + bytes(len(data) // 4)) is None
    assert opened(data[: len(data) * 3 // 4] + bytes(40 * len(data))) is None
    assert open_picture(data[:-2] + bytes(5000)).digest == open_picture(data).digest, "nothing is missing here"


def test_an_end_inside_a_thumbnail_is_not_the_end() -> None:
    thumbnail = b"\xff\xe1" + struct.pack(">H", 2 + 6 + 40) + b"Exif\0\0" + b"\xff\xd8\xff\xd9" * 10
    data = saved(photo(), "JPEG")
    data = data[:2] + thumbnail + data[2:]
    assert open_picture(data[:-2]).digest == open_picture(data).digest
    assert opened(data[:-200]) is None


def test_a_grey_corner_is_no_end() -> None:
    """Where the last pixel has the grey of what is missing, the picture is looked at again, at the size asked for."""
    image = photo(400, 300)
    image.paste((128, 128, 128), (100, 200, 300, 400))
    for data in (saved(image, "JPEG"), saved(image, "JPEG", progressive=True)):
        assert open_picture(data).size == (400, 300)
        assert open_picture(data, longest=40).shape == (3, 40, 30)
        assert opened(data[: len(data) * 2 // 3] + END) is None
        with pytest.raises(PictureError, match="cut short"):
            open_picture(data[: len(data) * 2 // 3] + END, longest=40)


def test_pillow_is_left_as_it_is() -> None:
    open_picture(saved(photo(), "JPEG")[:-2])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


# --- Remarks ---


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


REMARKS = {
    "a JFIF of 7 bytes": b"\xff\xe0\0\x07JFIF\0",
    "a JFIF of no name": segment(0xE0, b"JFIF"),
    "an Adobe of 5 bytes": segment(0xEE, b"Adobe"),
    "Photoshop's notes, cut short": segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04"),
    "Photoshop's notes, cut before a name": segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x09x"),
    "an index of pictures that is none": segment(0xE2, b"MPF\0garbage"),
    "an index of pictures of nothing": segment(0xE2, b"MPF\0"),
    "EXIF of nothing": segment(0xE1, b"Exif\0\0"),
    "EXIF with a resolution of nothing by nothing": segment(
        0xE1,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x1a\0\5\0\0\0\1\0\0\0\x26\x01\x28\0\3\0\0\0\1\0\2\0\0" + bytes(12),
    ),
    "a comment": segment(0xFE, b"\xff\xd9\xff\xda"),
    "a FlashPix of nothing": segment(0xE2, b"FPXR\0"),
    "an extension": segment(0xF0, b"anything"),
    "a height before there is a frame": segment(0xDC, b"JFIF\0\1\1" + bytes(9)),
    "filling": b"\xff\xff\xff",
    "junk": segment(0xFE, b"") + b"junk",
}  # fmt: skip


@pytest.mark.parametrize("name", REMARKS)
def test_a_remark_never_makes_a_picture_damaged(name: str) -> None:
    data = saved(photo(), "JPEG")
    picture = open_picture(data[:2] + REMARKS[name] + data[2:])
    assert (picture.digest, picture.notes) == (open_picture(data).digest, ())
    instead = open_picture(data[:2] + REMARKS[name] + data[20:])  # instead of its JFIF, too
    assert (instead.digest, instead.notes) == (picture.digest, ())


def test_the_two_remarks_that_name_colours_are_kept() -> None:
    numbers = np.asarray(photo())
    plain = saved(Image.fromarray(numbers), "JPEG", quality=100, subsampling=0, keep_rgb=True)  # Adobe: no transform
    assert b"Adobe" in plain or b"JFIF" not in plain
    assert np.abs(np.moveaxis(open_picture(plain).pixels, 0, -1).astype(int) - numbers).max() < 6


def test_passes_of_the_pictures_behind_the_first_are_not_counted() -> None:
    first = saved(photo(), "JPEG")
    others = saved(photo(), "JPEG", progressive=True) * 12
    assert open_picture(first + others).digest == open_picture(first).digest


def test_a_file_of_lone_markers_is_refused_soon() -> None:
    data = saved(photo(), "JPEG")
    with pytest.raises(PictureError, match="10,000 parts"):
        open_picture(data[:2] + b"\xff\xd0" * 4_000_000 + data[2:])


# --- Rarer kinds ---


def patched(at: int, *values: int, of: bytes | None = None) -> bytes:
    """A JPEG with other bytes from `at` after its start of frame's marker: length 0-1, bits 2, height 3-4, width 5-6,
    planes 7, then name, sampling and table of each."""
    data = bytearray(saved(photo(), "JPEG") if of is None else of)
    start = data.index(b"\xff\xc0") + 2
    data[start + at : start + at + len(values)] = bytes(values)
    return bytes(data)


def marked(marker: int, bits: int = 8) -> bytes:
    return patched(2, bits).replace(b"\xff\xc0", bytes((0xFF, marker)), 1)


RARE = {
    "12 bits": (lambda: patched(2, 12), "a JPEG with 12 bits a level"),
    "12 bits, extended": (lambda: marked(0xC1, 12), "a JPEG with 12 bits a level"),
    "12 bits, progressive": (lambda: marked(0xC2, 12), "a JPEG with 12 bits a level"),
    "lossless, 16 bits": (lambda: marked(0xC3, 16), "a lossless JPEG with 16 bits a level"),
    "lossless, arithmetic": (lambda: marked(0xCB), "a lossless JPEG in arithmetic code"),
    "hierarchical": (lambda: marked(0xDE), "a hierarchical JPEG"),
    "differential": (lambda: marked(0xC5), "a hierarchical JPEG"),
    "JPEG-LS": (lambda: marked(0xF7), "a JPEG-LS picture"),
    "two planes": (lambda: patched(7, 2, 1, 0x22, 0, 2), "a JPEG of 2 planes"),
    "sampled 3 : 2": (lambda: patched(9, 0x32, 0, 2, 0x22), "sampled in a way that is no whole number"),
    "JPEG 2000, bare": (lambda: b"\xff\x4f\xff\x51" + bytes(90), "a JPEG 2000 picture"),
    "JPEG XR": (lambda: b"II\xbc\x01" + bytes(90), "a JPEG XR picture"),
}


@pytest.mark.parametrize("name", RARE)
def test_a_kind_that_is_not_read_is_named(name: str) -> None:
    make, words = RARE[name]
    with pytest.raises(PictureError) as caught:
        open_picture(make())
    assert words in str(caught.value) and "save it as PNG or JPEG" in str(caught.value)
    assert "damaged" not in str(caught.value)


def lossless(numbers: np.ndarray, names: bytes = b"") -> bytes:
    """A lossless JPEG (process 14, annex H) of uint8 (height, width, planes): each level less the one before it, or at
    the start of a row the one above, in 9 codes of 4 bits for how many bits the difference has."""
    height, width, planes = numbers.shape
    bits = ""
    for row, column, plane in np.ndindex(height, width, planes):
        near = numbers[row, column - 1] if column else numbers[row - 1, 0]
        change = int(numbers[row, column, plane]) - (int(near[plane]) if row or column else 128)
        size = abs(change).bit_length()
        bits += f"{size:04b}" + (f"{change if change > 0 else change + 2**size - 1:0{size}b}" if size else "")
    bits += "1" * (-len(bits) % 8)
    packed = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    frame = segment(0xC3, struct.pack(">BHHB", 8, height, width, planes)
                    + b"".join(bytes((plane, 0x11, 0)) for plane in range(planes)))  # fmt: skip
    table = segment(0xC4, bytes((0, 0, 0, 0, 9)) + bytes(12) + bytes(range(9)))
    scan = segment(0xDA, bytes((planes, *(byte for plane in range(planes) for byte in (plane, 0)), 1, 0, 0)))
    return b"\xff\xd8" + names + frame + table + scan + packed + END


@pytest.mark.parametrize("planes", [1, 3])
@pytest.mark.parametrize(
    "names", [b"", segment(0xE0, b"JFIF\0\1\1" + bytes(7)), segment(0xEE, b"Adobe\0\x64" + bytes(5))]
)
def test_a_lossless_jpeg_of_8_bits_is_read(planes: int, names: bytes) -> None:
    numbers = np.random.default_rng(3).integers(0, 256, (31, 23, planes), np.uint8)
    data = lossless(numbers, names)
    for whole in (data, data[:-2]):
        np.testing.assert_array_equal(open_picture(whole).pixels, np.moveaxis(numbers, -1, 0))
    assert opened(data[: len(data) * 2 // 3]) is None
    assert open_picture(data, longest=7).digest == open_picture(data).at(7).digest


# A ramp of 11 x 13, level 10 x (row + column), through cjpeg and jpegtran -arithmetic of libjpeg-turbo 2.1.5.
ARITHMETIC = {
    "sequential":
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5"
        "PTgyPC4zNDL/yQALCAALAA0BAREA/8wABgAQEAX/2gAIAQEAAD8A/wCV7+atAByB6xUisqF8IArK3Kp6KMv3qy//2Q==",
    "progressive":
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5"
        "PTgyPC4zNDL/ygALCAALAA0BAREA/8wABAAQ/9oACAEBAAAAAf8AK9ILNxD/zAAEEAX/2gAIAQEAAQUCFVNQHnbOEs+EIP/MAAQQBf/aAAgB"
        "AQAGPwLA/8wABBAF/9oACAEBAAE/IdUihyTA/9oACAEBAAAAEP/MAAQQBf/aAAgBAQABPxBM2lEC/9k=",
}  # fmt: skip


@pytest.mark.parametrize("how", ARITHMETIC)
def test_a_jpeg_in_arithmetic_code_is_read(how: str) -> None:
    picture = open_picture(base64.b64decode(ARITHMETIC[how]))
    ramp = np.indices((11, 13)).sum(0) * 10
    assert np.abs(picture.pixels[0].astype(int) - ramp).max() < 12 and picture.notes == ()


def test_a_height_that_is_told_after_the_first_pass() -> None:
    data = saved(photo(), "JPEG")
    later = patched(3, 0, 0, of=data[:-2] + segment(0xDC, struct.pack(">H", 24)) + END)
    assert open_picture(later).digest == open_picture(data).digest
    with pytest.raises(PictureError, match="12,000 × 40.*16,384|12,000 × 16,384"):
        open_picture(patched(3, 0, 0, 0x40, 0, of=data[:-2] + segment(0xDC, struct.pack(">H", 12_000)) + END))
    with pytest.raises(PictureError, match="no pixels"):
        open_picture(patched(3, 0, 0))


def test_a_jpeg_without_huffman_tables_as_cameras_film_them() -> None:
    """Motion JPEG leaves out the tables that T.81 gives as examples (K.3), which is what Pillow's encoder writes."""
    data = saved(photo(), "JPEG")
    bare = data
    while (at := bare.find(b"\xff\xc4")) >= 0:
        bare = bare[:at] + bare[at + 2 + int.from_bytes(bare[at + 2 : at + 4]) :]
    assert open_picture(bare).digest == open_picture(data).digest


def test_the_size_is_read_before_anything_else() -> None:
    found = Image.open(io.BytesIO(saved(photo(), "JPEG")))
    assert open_picture(saved(photo(), "JPEG")).size == found.size[::-1]
