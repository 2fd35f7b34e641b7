"""What a file is, and how large, from its first bytes: nothing here decodes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cnnviz.errors import PictureError
from cnnviz.pictures.limits import LIMITS, check_parts


@dataclass(frozen=True)
class Found:
    """What a file says of itself: Pillow's name of its format, its size, whether its colours have 16 bits."""

    format: str
    height: int
    width: int
    deep: bool = False
    frames: int | None = None  # None: cheap to ask Pillow


# (where, bytes, what it is). Order matters: the last one is any other file of the MPEG-4 family.
_FOREIGN = (
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"II+\0", "a TIFF picture"),
    (0, b"MM\0+", "a TIFF picture"),
    (0, b"8BPS", "a Photoshop (PSD) file"),
    (4, b"ftypavi", "an AVIF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftyphev", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypmsf1", "a HEIC picture"),
    (4, b"jP  \r\n", "a JPEG 2000 picture"),
    (4, b"JXL \r\n", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\1\0", "an icon file"),
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "an EPS or PostScript file"),
    (0, b"\xc5\xd0\xd3\xc6", "an EPS or PostScript file"),
    (0, b"PK\3\4", "a ZIP archive or an office document"),
    (4, b"ftyp", "a video"),
)


def look(data: bytes) -> Found:
    """The header of one of the five formats. Raises PictureError for all else, naming it where it is known."""
    if not data:
        raise PictureError("The file is empty: choose a PNG or JPEG picture.")
    for magic, format, read in (
        (b"\x89PNG\r\n\x1a\n", "PNG", _look_png),
        (b"\xff\xd8\xff", "JPEG", _look_jpeg),
        (b"GIF87a", "GIF", _look_gif),
        (b"GIF89a", "GIF", _look_gif),
        (b"BM", "BMP", _look_bmp),
        (b"RIFF", "WEBP", _look_webp),
    ):
        if data.startswith(magic) and (format != "WEBP" or data[8:12] == b"WEBP"):
            try:
                return read(data)
            except (struct.error, IndexError):
                raise damaged(format) from None
    kind = next((kind for at, magic, kind in _FOREIGN if data[at : at + len(magic)] == magic), "")
    if not kind:
        text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if text.startswith(b"<") and b"<svg" in text:
            kind = "an SVG drawing"
        elif text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
            kind = "a web page (HTML)"
    if kind:
        raise PictureError(f"This is {kind}, which cannot be opened here: save it as PNG or JPEG.")
    raise PictureError("This is no picture that can be opened here: choose a PNG, JPEG, WebP, GIF or BMP file.")


def damaged(kind: str) -> PictureError:
    """The refusal of a file whose kind is known, and which nevertheless cannot be read."""
    return PictureError(f"This {kind} file is damaged or cut short: save or export it again.")


def _look_png(data: bytes) -> Found:
    # W3C, "Portable Network Graphics (PNG) Specification", 2nd edition (2003), 5.3 and 11.2.2
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    at, parts = 8, 0
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"IEND":
        at += 12 + int.from_bytes(data[at : at + 4])
        parts += 1
        check_parts(parts, LIMITS.parts)
    return Found("PNG", height, width, deep=depth == 16 and colour != 0)


def _look_jpeg(data: bytes) -> Found:
    # ITU-T T.81 (1992), B.1.1 and B.2.2
    at, parts = 2, 0
    while (at := data.find(b"\xff", at)) >= 0:
        while data[at] == 0xFF:  # any number of them may stand before a marker
            at += 1
        marker = data[at]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a start of frame
            height, width = struct.unpack_from(">HH", data, at + 4)
            break
        stands_alone = marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD9
        at += 1 if stands_alone else 1 + int.from_bytes(data[at + 1 : at + 3])
        parts += 1
        check_parts(parts, LIMITS.parts)
    else:
        raise damaged("JPEG")
    # Starts of scan can be counted without reading on: in coded data, 0 follows 0xFF.
    if (scans := data.count(b"\xff\xda", at)) > LIMITS.scans:
        raise PictureError(
            f"This JPEG is made of {scans} passes; at most {LIMITS.scans} can be opened: save it again as PNG or JPEG."
        )
    return Found("JPEG", height, width)


def _look_gif(data: bytes) -> Found:
    # CompuServe, "Graphics Interchange Format", version 89a (1990), sections 18 to 26. The first frame may be larger
    # than the screen it is for; the frames are counted here because Pillow would read them one by one.
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _gif_palette(flags)
    frames = blocks = 0
    while at < len(data) and data[at] != 0x3B:
        if data[at] == 0x2C and at + 10 < len(data):  # an image; its blocks come after a code size
            left, top, columns, rows, flags = struct.unpack_from("<HHHHB", data, at + 1)
            if not frames:
                height, width = max(height, top + rows), max(width, left + columns)
            frames += 1
            at += 11 + _gif_palette(flags)
        elif data[at] == 0x21:  # an extension
            at += 2
        else:  # a stray byte, or the block of no bytes that ends the others
            at += 1
            blocks += 1
            check_parts(blocks, LIMITS.blocks)
            continue
        while at < len(data) and data[at]:
            at += 1 + data[at]
            blocks += 1
            check_parts(blocks, LIMITS.blocks)
    return Found("GIF", height, width, frames=frames)


def _gif_palette(flags: int) -> int:
    """Bytes of the palette that follows a descriptor with these flags."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _look_bmp(data: bytes) -> Found:
    # Microsoft, BITMAPINFOHEADER and BITMAPCOREHEADER
    (header,) = struct.unpack_from("<I", data, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Found("BMP", height, width)
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    if compression not in (0, 3):  # none, or none with bit masks; Pillow undoes the others slowly, in Python
        raise PictureError("This BMP is compressed in a way that is not read here: save it as PNG or JPEG.")
    return Found("BMP", abs(height), abs(width))


def _look_webp(data: bytes) -> Found:
    # Google, "WebP Container Specification"; RFC 6386 (VP8), 9.1; "WebP Lossless Bitstream", 3
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise damaged("WEBP")
    return Found("WEBP", height, width)
