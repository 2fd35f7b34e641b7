"""What a file is, and how large, from its first bytes: nothing here decodes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cnnviz.errors import PictureError
from cnnviz.pictures import bmp, jpeg, png
from cnnviz.pictures.limits import LIMITS, check_parts
from cnnviz.pictures.told import Found, damaged, foreign


@dataclass(frozen=True)
class FoundGIF(Found):
    """A GIF.

    frame  left, top, right and bottom of its first frame
    reach  (height, width) that its frames reach down and to the right, all of them
    """

    frame: tuple[int, int, int, int] | None = None
    reach: tuple[int, int] = (0, 0)


# (where, bytes, what it is). Order matters: the last one is any other file of the MPEG-4 family.
# AVIF could be decoded, but not guarded: the size in its container binds nobody. 3,234 bytes that say 64 x 64 there and
# 16000 x 16000 within cost Pillow 13 918 MB and seconds; the size that counts lies in the coded data of each item.
_FOREIGN = (
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"II+\0", "a TIFF picture"),
    (0, b"MM\0+", "a TIFF picture"),
    (0, b"8BPS", "a Photoshop (PSD) file"),
    (0, b"IIU\0", "a camera's raw file"),
    (0, b"IIR", "a camera's raw file"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (4, b"ftypcrx", "a camera's raw file"),
    (4, b"ftypavi", "an AVIF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftyphev", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC or AVIF picture"),
    (4, b"ftypmsf1", "a HEIC or AVIF picture"),
    (4, b"jP  \r\n", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"II\xbc", "a JPEG XR picture"),
    (0, b"\x8aMNG", "an MNG animation"),
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
        (b"\x89PNG\r\n\x1a\n", "PNG", png.look),
        (b"\xff\xd8\xff", "JPEG", jpeg.look),
        (b"GIF87a", "GIF", _look_gif),
        (b"GIF89a", "GIF", _look_gif),
        (b"BM", "BMP", bmp.look),
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
        raise foreign(kind)
    raise PictureError("This is no picture that can be opened here: choose a PNG, JPEG, WebP, GIF or BMP file.")


def _look_gif(data: bytes) -> FoundGIF:
    # CompuServe, "Graphics Interchange Format", version 89a (1990), sections 18 to 26. The first frame may be larger
    # than the screen it is for; the frames are counted here because Pillow would read them one by one.
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _gif_palette(flags)
    frames = blocks = 0
    first, reach = None, (0, 0)
    while at < len(data) and data[at] != 0x3B:
        if data[at] == 0x2C and at + 10 < len(data):  # an image; its blocks come after a code size
            left, top, columns, rows, flags = struct.unpack_from("<HHHHB", data, at + 1)
            if not frames:
                first = left, top, left + columns, top + rows
                height, width = max(height, top + rows), max(width, left + columns)
            reach = max(reach[0], top + rows), max(reach[1], left + columns)
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
    return FoundGIF("GIF", height, width, frames=frames, frame=first, reach=reach)


def _gif_palette(flags: int) -> int:
    """Bytes of the palette that follows a descriptor with these flags."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


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
