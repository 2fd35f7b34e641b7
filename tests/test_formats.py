"""GIF and BMP files of every sound kind, and files of other kinds: opened, or named for what they are."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from bad_pictures import photo, saved
from cnnviz.errors import PictureError
from cnnviz.pictures import Picture, open_picture

AROUND = "The first frame does not fill the picture: around it is white."
ON_WHITE = "See-through parts are put on white."


def seen(picture: Picture) -> list[list[list[int]]]:
    """Rows of [red, green, blue]."""
    return np.moveaxis(picture.levels(), 0, -1).tolist()


# --- GIF: CompuServe, version 89a ---

RED, GREEN = [200, 10, 10], [10, 200, 10]


def gif(
    places: np.ndarray, left: int, top: int, screen: tuple[int, int], clear: int | None = None, more: bytes = b""
) -> bytes:
    """A GIF whose screen is (height, width) and whose first frame has these places in a palette of red and green."""
    height, width = places.shape
    image = Image.fromarray(places.astype(np.uint8))
    image.putpalette([*RED, *GREEN])
    inner = saved(image, "GIF")
    pixels = inner[inner.index(b",") + 10 :].removesuffix(b";")
    control = b"" if clear is None else b"!\xf9\x04\x01\0\0" + bytes((clear,)) + b"\0"
    head = b"GIF89a" + struct.pack("<HHBBB", screen[1], screen[0], 0x80, 0, 0) + bytes((*RED, *GREEN))
    return head + control + b"," + struct.pack("<HHHHB", left, top, width, height, 0) + pixels + more + b";"


def test_around_a_first_frame_that_is_smaller_than_the_picture_is_white() -> None:
    """Pillow#5548."""
    picture = open_picture(gif(np.array([[0, 1], [1, 0]]), 1, 1, (4, 4)))
    expected = np.full((4, 4, 3), 255)
    expected[1, 1] = expected[2, 2] = RED
    expected[1, 2] = expected[2, 1] = GREEN
    assert seen(picture) == expected.tolist() and picture.notes == (AROUND,)


def test_a_smaller_first_frame_with_a_clear_place() -> None:
    picture = open_picture(gif(np.array([[0, 1], [1, 0]]), 0, 2, (4, 3), clear=1))
    expected = np.full((4, 3, 3), 255)
    expected[2, 0] = expected[3, 1] = RED
    assert seen(picture) == expected.tolist() and picture.notes == (AROUND, ON_WHITE)
    picture = open_picture(gif(np.array([[0, 0]]), 0, 0, (1, 3), clear=1))
    assert seen(picture) == [[RED, RED, [255, 255, 255]]] and picture.notes == (AROUND,), "nothing in it is clear"


def test_a_frame_as_large_as_the_picture_has_nothing_around_it() -> None:
    picture = open_picture(gif(np.array([[0, 1], [1, 0]]), 0, 0, (2, 2)))
    assert seen(picture) == [[RED, GREEN], [GREEN, RED]] and picture.notes == ()


@pytest.mark.parametrize("screen", [(0, 0), (1, 1)])
def test_a_frame_larger_than_its_screen_makes_the_picture_larger(screen: tuple[int, int]) -> None:
    picture = open_picture(gif(np.array([[0, 1, 0], [1, 0, 0]]), 0, 0, screen))
    assert seen(picture) == [[RED, GREEN, RED], [GREEN, RED, RED]] and picture.notes == ()


def test_a_gif_of_1987_interlaced_and_one_without_its_end() -> None:
    image = photo(19, 30).quantize(30)
    plain = open_picture(saved(image, "GIF", interlace=0))
    interlaced = saved(image, "GIF", interlace=1)
    assert open_picture(interlaced).digest == plain.digest
    assert open_picture(interlaced.replace(b"GIF89a", b"GIF87a")).digest == plain.digest
    assert open_picture(interlaced.removesuffix(b";")).digest == plain.digest


# --- BMP ---


def bmp(
    rows: np.ndarray, width: int, bits: int, masks: tuple[int, ...] = (), header: int = 40, packing: int | None = None
) -> bytes:
    """A BMP of ready rows (height, bytes), the uppermost first; masks follow a header of 40 bytes, or lie in it."""
    height, stride = rows.shape
    packed = packing if packing is not None else 3 if masks else 0
    fields = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, packed, rows.size, 0, 0, 0, 0)
    fields += struct.pack(f"<{len(masks)}I", *masks)
    fields += bytes(max(0, 124 if header == 124 else header) - len(fields)) if header > 40 else b""
    assert stride % 4 == 0
    start = 14 + len(fields)
    return b"BM" + struct.pack("<IHHI", start + rows.size, 0, 0, start) + fields + rows[::-1].tobytes()


def of_masks(numbers: np.ndarray, bits: int, masks: tuple[int, ...], **more: int) -> bytes:
    """A BMP of numbers (height, width) of that many bits a pixel."""
    height, width = numbers.shape
    kind = np.dtype(f"<u{bits // 8}")
    padded = np.zeros((height, (width * bits + 31) // 32 * 32 // bits), kind)
    padded[:, :width] = numbers
    return bmp(padded.view(np.uint8), width, bits, masks, **more)


def under(number: int, mask: int) -> int:
    """The level under a mask, bit by bit."""
    if not mask:
        return 0
    bits = [number >> at & 1 for at in range(32) if mask >> at & 1]
    share = sum(bit << at for at, bit in enumerate(bits)) / (2 ** len(bits) - 1)
    return int(share * 255 + 0.5)


MASKS = [
    (32, (0x0FF00000, 0x000FF000, 0x00000FF0)),  # what the case names
    (32, (0x00FF0000, 0x0000FF00, 0x000000FF)),
    (32, (0x000000FF, 0x0000FF00, 0x00FF0000)),
    (32, (0x3FF00000, 0x000FFC00, 0x000003FF)),  # 10 bits each
    (32, (0xFFE00000, 0x001FFC00, 0x000003FF)),  # 11, 11, 10
    (32, (0x0000007F, 0x00000080, 0x00FF0000)),
    (32, (0xFFFF0000, 0x0000FF00, 0x000000FF)),
    (32, (0, 0xFF00, 0)),
    (16, (0xF800, 0x07E0, 0x001F)),
    (16, (0x7C00, 0x03E0, 0x001F)),
    (16, (0x0F00, 0x00F0, 0x000F)),
    (16, (0x0003, 0x001C, 0x0020)),  # 2, 3, 1
]


@pytest.mark.parametrize(("bits", "masks"), MASKS)
@pytest.mark.parametrize("header", [40, 52, 56, 108, 124])
def test_a_bmp_under_any_masks(bits: int, masks: tuple[int, ...], header: int) -> None:
    numbers = np.random.default_rng(bits).integers(0, 2**bits, (5, 7), np.uint64)
    picture = open_picture(of_masks(numbers, bits, masks, header=header))
    expected = [[[under(int(number), mask) for mask in masks] for number in row] for row in numbers]
    assert seen(picture) == expected and picture.notes == () and picture.mode == "RGB"


@pytest.mark.parametrize(
    ("bits", "masks"),
    [(32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)), (32, (0xFF00, 0xFF0000, 0xFF000000, 0xFF)),
     (16, (0x0F00, 0xF0, 0xF, 0xF000)), (16, (0x7C00, 0x3E0, 0x1F, 0x8000))],
)  # fmt: skip
@pytest.mark.parametrize(("header", "packing"), [(56, 3), (124, 3), (40, 6)])
def test_a_bmp_with_opacity_is_put_on_white(bits: int, masks: tuple[int, ...], header: int, packing: int) -> None:
    numbers = np.random.default_rng(bits).integers(0, 2**bits, (6, 9), np.uint64)
    picture = open_picture(of_masks(numbers, bits, masks, header=header, packing=packing))
    for row, column in np.ndindex(numbers.shape):
        *levels, opacity = (under(int(numbers[row, column]), mask) for mask in masks)
        expected = [(level * opacity + 255 * (255 - opacity)) / 255 for level in levels]
        assert np.abs(np.array(seen(picture)[row][column]) - expected).max() <= 0.5
    assert picture.notes == (ON_WHITE,) and picture.mode == "RGBA"
    never_clear = numbers & np.uint64(~masks[3] & (2**bits - 1))
    assert open_picture(of_masks(never_clear, bits, masks, header=header, packing=packing)).notes == ()


def test_a_last_row_without_its_padding_is_whole() -> None:
    numbers = np.arange(15, dtype=np.uint64).reshape(3, 5) * 4369
    data = of_masks(numbers, 16, (0xF800, 0x7E0, 0x1F))
    assert seen(open_picture(data[:-2])) == seen(open_picture(data))  # 5 pixels of 2 bytes, and 2 bytes of padding
    with pytest.raises(PictureError, match="damaged"):
        open_picture(data[:-3])


def test_a_bmp_whose_masks_are_all_0_has_the_usual_ones() -> None:
    for bits, masks in ((16, (0x7C00, 0x3E0, 0x1F)), (32, (0xFF0000, 0xFF00, 0xFF))):
        numbers = np.random.default_rng(bits).integers(0, 2 ** min(bits, 24), (4, 5), np.uint64)
        assert seen(open_picture(of_masks(numbers, bits, (0, 0, 0)))) == seen(
            open_picture(of_masks(numbers, bits, masks))
        )


def test_a_masked_bmp_top_down_and_one_cut_short() -> None:
    numbers = np.random.default_rng(2).integers(0, 2**32, (4, 3), np.uint64)
    data = of_masks(numbers, 32, (0x0FF00000, 0xFF000, 0xFF0))
    down = bytearray(data)
    struct.pack_into("<i", down, 22, -4)
    assert seen(open_picture(bytes(down))) == seen(open_picture(data))[::-1]
    with pytest.raises(PictureError, match="This BMP file is damaged or cut short"):
        open_picture(data[:-1])


@pytest.mark.parametrize("header", [40, 108, 124])
def test_a_bmp_of_16_bits_without_masks(header: int) -> None:
    numbers = np.random.default_rng(1).integers(0, 2**15, (4, 6), np.uint64)
    picture = open_picture(of_masks(numbers, 16, (), header=header))
    expected = [[[under(int(n), mask) for mask in (0x7C00, 0x3E0, 0x1F)] for n in row] for row in numbers]
    assert np.abs(np.array(seen(picture)) - expected).max() <= 1


@pytest.mark.parametrize("used", [257, 300, 0x12341234])
def test_a_bmp_that_says_it_has_more_colours_than_it_has_places_for(used: int) -> None:
    data = bytearray(saved(photo().quantize(256), "BMP"))
    plain = open_picture(bytes(data))
    struct.pack_into("<I", data, 46, used)
    assert open_picture(bytes(data)).digest == plain.digest


def coded_as(bits: int, header: int = 40, packing: int = 0) -> bytes:
    return bmp(np.zeros((2, 4), np.uint8), 1, bits, header=header, packing=packing)


RARE_BMP = {
    "runs of bytes": (coded_as(8, packing=1), "compressed"),
    "runs of half bytes": (coded_as(4, packing=2), "compressed"),
    "a JPEG inside": (coded_as(24, packing=4), "compressed"),
    "a PNG inside": (coded_as(24, packing=5), "compressed"),
    "OS/2's Huffman": (coded_as(1, header=64, packing=3), "compressed"),
    "2 bits a pixel": (coded_as(2), "2 bits a pixel"),
    "64 bits a pixel": (coded_as(64), "64 bits a pixel"),
    "an OS/2 header of 16 bytes": (
        b"BM" + struct.pack("<IHHI", 38, 0, 0, 30) + struct.pack("<IiiHH", 16, 1, 1, 1, 24) + bytes(8),
        "a header of 16 bytes",
    ),
}


@pytest.mark.parametrize("name", RARE_BMP)
def test_a_bmp_that_is_not_read_is_named(name: str) -> None:
    data, words = RARE_BMP[name]
    with pytest.raises(PictureError) as caught:
        open_picture(data)
    assert words in str(caught.value) and "save it as PNG or JPEG" in str(caught.value)
    assert "damaged" not in str(caught.value)


# --- Other kinds ---


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\0\0\0\x20ftypavif" + bytes(90), "AVIF"),
        (b"\0\0\0\x20ftypavis" + bytes(90), "AVIF"),
        (b"\0\0\0\x20ftypheix" + bytes(90), "HEIC"),
        (b"\0\0\0\x20ftypmif1" + bytes(90), "HEIC"),
        (b"\0\0\0\x20ftypcrx " + bytes(90), "raw"),
        (b"IIU\0\x18\0\0\0" + bytes(90), "raw"),
        (b"IIRO\x08\0\0\0" + bytes(90), "raw"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(90), "raw"),
        (b"\x8aMNG\r\n\x1a\n" + bytes(90), "MNG"),
    ],
)
def test_another_kind_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(PictureError, match=f"This is an? .*{kind}.*: save it as PNG or JPEG."):
        open_picture(data, "photo.jpg")
