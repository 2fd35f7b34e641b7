"""Makers of the files that strangers send. Each of `REFUSED` maps a name to (maker, words that the refusal must have).

The bombs are real where a few kilobytes suffice; the others only claim to be large, which is all that a guard may read.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(height: int, width: int, depth: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG of raw rows, each with its filter byte, by hand: Pillow writes neither 16-bit colours nor bombs."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    content = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + content + chunk(b"IEND")


def saved(image: Image.Image, format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def photo(height: int = 24, width: int = 40, seed: int = 1) -> Image.Image:
    """Colours that change slowly, so that JPEG keeps them, and no symmetry."""
    row, column = np.indices((height, width))
    parts = (row * 255 / height, column * 255 / width, (row * 3 + column * 5 + seed * 40) % 200)
    return Image.fromarray(np.stack(parts, axis=-1).astype(np.uint8))


def _patched(data: bytes, at: int, *values: int, order: str = "<H") -> bytes:
    copy = bytearray(data)
    for place, value in enumerate(values):
        struct.pack_into(order, copy, at + place * struct.calcsize(order), value)
    return bytes(copy)


def one_bit_bomb() -> bytes:
    """13,000 × 13,000 in 20 KB, complete and valid."""
    return png(13_000, 13_000, 1, 0, bytes(13_000 * (1 + 13_000 // 8)))


def rgba_claim() -> bytes:
    return png(9_400, 9_400, 8, 6, bytes(1000))


def long_side() -> bytes:
    """16,385 pixels wide, only 1,000 high: few enough pixels."""
    return png(1_000, 16_385, 1, 0, bytes(1_000 * (1 + 2_049)))


def jpeg_claim(height: int = 12_000, width: int = 12_000, **settings: object) -> bytes:
    data = saved(photo(), "JPEG", **settings)
    start = data.index(b"\xff\xc2" if settings.get("progressive") else b"\xff\xc0")
    return _patched(data, start + 5, height, width, order=">H")


def webp_claim() -> bytes:
    """Lossless WebP of 13,000 × 13,000, 14 bits a side."""
    data = saved(photo(), "WEBP", lossless=True)
    at = data.index(b"VP8L") + 9
    (bits,) = struct.unpack_from("<I", data, at)
    return _patched(data, at, (bits >> 28 << 28) | 12_999 << 14 | 12_999, order="<I")


def webp_lossy_claim() -> bytes:
    data = saved(photo(), "WEBP")
    return _patched(data, data.index(b"\x9d\x01\x2a") + 3, 12_000, 12_001)


def webp_canvas_claim() -> bytes:
    data = saved(photo(), "WEBP", save_all=True, append_images=[photo(seed=2)])
    assert data[12:16] == b"VP8X"
    return data[:24] + (12_999).to_bytes(3, "little") * 2 + data[30:]


def gif_screen_claim() -> bytes:
    return _patched(saved(photo(), "GIF"), 6, 13_000, 13_000)


def gif_frame_claim() -> bytes:
    """A small screen, a first frame of 9,000 × 9,000 that is to be wiped afterwards: Pillow makes the wipe at once."""
    palette = b"\0\0\0\xff\xff\xff"
    screen = b"GIF89a" + struct.pack("<HHBBB", 8, 6, 0x80, 0, 0) + palette
    control = b"!\xf9\x04" + bytes((8, 0, 0, 0)) + b"\0"
    return screen + control + b"," + struct.pack("<HHHHB", 0, 0, 9_000, 9_000, 0) + b"\x02\x02\x44\x01\x00;"


def bmp_claim() -> bytes:
    return _patched(saved(photo(), "BMP"), 18, 13_000, -13_000, order="<i")


def too_many_bytes() -> bytes:
    return saved(photo(), "PNG") + bytes(12 * 2**20)


def png_of_crumbs() -> bytes:
    """800,000 empty chunks: 3.7 s in Pillow."""
    data = saved(photo(), "PNG")
    return data[:33] + chunk(b"abCd") * 800_000 + data[33:]


def jpeg_of_crumbs() -> bytes:
    """2.4 million empty segments: 5.5 s and 310 MB in Pillow."""
    data = saved(photo(), "JPEG")
    return data[:2] + b"\xff\xe5\x00\x02" * 2_400_000 + data[2:]


def gif_of_crumbs() -> bytes:
    """A comment in 4.9 million blocks of one letter: 1.9 s and 414 MB in Pillow."""
    data = saved(photo(), "GIF")
    palette_ends = 13 + (3 << (data[10] & 7) + 1)
    return data[:palette_ends] + b"!\xfe" + b"\x01a" * 4_900_000 + b"\0" + data[palette_ends:]


def jpeg_of_passes() -> bytes:
    """A progressive JPEG whose last pass is there 60 times."""
    data = saved(photo(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 60 + b"\xff\xd9"


def bmp_in_runs() -> bytes:
    """A BMP that says it is run-length coded."""
    return _patched(saved(photo().convert("P"), "BMP"), 30, 1, order="<I")


def truncated(format: str, **settings: object) -> Callable[[], bytes]:
    def maker() -> bytes:
        data = saved(photo(200, 300), format, **settings)
        return data[: len(data) * 6 // 10]

    return maker


def bad_apng() -> bytes:
    """An animation that says it has no frames, and a frame where none may be."""
    data = saved(photo(), "PNG")
    return data[:33] + chunk(b"acTL", bytes(8)) + chunk(b"fcTL", bytes(26)) * 2 + data[33:]


def text_bomb() -> bytes:
    """A note of 2 MB packed into 2 KB; a decoder that reads it raises ValueError."""
    data = saved(photo(), "PNG")
    return data[:33] + chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(2 * 2**20))) + data[33:]


def heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(200)


def blp() -> bytes:
    """A game's texture that claims 10,000 × 10,000 in 284 bytes; Pillow reads it unless told not to."""
    return b"BLP2" + struct.pack("<IBBBBII", 1, 1, 0, 0, 0, 10_000, 10_000) + bytes(260)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
SVG = b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"\n<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
_AS_PNG = "save it as PNG or JPEG"

NOT_PICTURES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "empty": (bytes, ("empty", "PNG or JPEG")),
    "random bytes": (lambda: np.random.default_rng(7).bytes(5000), ("no picture", "PNG")),
    "one byte": (lambda: b"\x89", ("no picture",)),
    "HTML": (lambda: HTML, ("HTML", _AS_PNG)),
    "PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n", ("PDF", _AS_PNG)),
    "SVG": (lambda: SVG, ("SVG", _AS_PNG)),
    "EPS named .png": (lambda: EPS, ("EPS", _AS_PNG)),
    "EPS with preview": (lambda: b"\xc5\xd0\xd3\xc6" + bytes(26) + EPS, ("EPS", _AS_PNG)),
    "HEIC": (heic, ("HEIC", _AS_PNG)),
    "AVIF": (lambda: saved(photo(), "AVIF"), ("AVIF", _AS_PNG)),
    "TIFF": (lambda: saved(photo(), "TIFF"), ("TIFF", _AS_PNG)),
    "float TIFF": (lambda: saved(Image.new("F", (9, 5), 0.5), "TIFF"), ("TIFF", _AS_PNG)),
    "big-endian TIFF": (lambda: b"MM\0*" + bytes(60), ("TIFF", _AS_PNG)),
    "PSD": (lambda: b"8BPS\0\1" + bytes(60), ("PSD", _AS_PNG)),
    "JPEG 2000": (lambda: saved(photo(), "JPEG2000"), ("JPEG 2000", _AS_PNG)),
    "icon": (lambda: saved(photo(), "ICO"), ("icon", _AS_PNG)),
    "ZIP": (lambda: b"PK\3\4" + bytes(60), ("ZIP", _AS_PNG)),
    "film": (lambda: b"\0\0\0\x18ftypisom" + bytes(60), ("video", _AS_PNG)),
    "sound in RIFF": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(60), ("no picture",)),
    "BLP bomb": (blp, ("no picture",)),
    "PPM": (lambda: saved(photo(), "PPM"), ("no picture",)),
    "run-length BMP": (bmp_in_runs, ("BMP", _AS_PNG)),
}
TOO_LARGE: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "1-bit PNG bomb": (one_bit_bomb, ("13,000 × 13,000", "169.0 megapixels", "25 megapixels")),
    "RGBA PNG claim": (rgba_claim, ("9,400 × 9,400", "88.4 megapixels", "25 megapixels")),
    "16,385 pixels wide": (long_side, ("1,000 × 16,385", "16,384 pixels a side")),
    "JPEG claim": (jpeg_claim, ("12,000 × 12,000", "25 megapixels")),
    "progressive JPEG claim": (lambda: jpeg_claim(9000, 12_000, progressive=True), ("9,000 × 12,000", "25 megapixels")),
    "lossless WebP claim": (webp_claim, ("13,000 × 13,000", "25 megapixels")),
    "lossy WebP claim": (webp_lossy_claim, ("12,001 × 12,000", "25 megapixels")),
    "animated WebP claim": (webp_canvas_claim, ("13,000 × 13,000", "25 megapixels")),
    "GIF screen claim": (gif_screen_claim, ("13,000 × 13,000", "25 megapixels")),
    "GIF frame claim": (gif_frame_claim, ("9,000 × 9,000", "25 megapixels")),
    "BMP claim": (bmp_claim, ("13,000 × 13,000", "25 megapixels")),
    "too many bytes": (too_many_bytes, ("12.1 MB", "10 MB")),
    "PNG of crumbs": (png_of_crumbs, ("10,000 parts",)),
    "JPEG of crumbs": (jpeg_of_crumbs, ("10,000 parts",)),
    "GIF of crumbs": (gif_of_crumbs, ("60,000 parts",)),
    "JPEG of 69 passes": (jpeg_of_passes, ("passes", "50")),
}
DAMAGED: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "truncated JPEG": (truncated("JPEG"), ("JPEG", "cut short")),
    "truncated progressive JPEG": (truncated("JPEG", progressive=True), ("JPEG", "cut short")),
    "truncated PNG": (truncated("PNG"), ("PNG", "cut short")),
    "truncated GIF": (truncated("GIF"), ("GIF", "cut short")),
    "truncated BMP": (truncated("BMP"), ("BMP", "cut short")),
    "truncated WebP": (truncated("WEBP"), ("WEBP", "cut short")),
    "PNG header only": (lambda: saved(photo(), "PNG")[:20], ("PNG", "cut short")),
    "JPEG start only": (lambda: b"\xff\xd8\xff\xe0", ("JPEG", "cut short")),
    "JPEG of fill bytes": (lambda: b"\xff\xd8" + b"\xff" * 9, ("JPEG", "cut short")),
    "GIF name only": (lambda: b"GIF89a", ("GIF", "cut short")),
    "GIF without a frame": (lambda: saved(photo(), "GIF")[:13] + b";", ("GIF", "cut short")),
    "WebP of no kind": (lambda: b"RIFF\x20\0\0\0WEBPVP9 " + bytes(40), ("WEBP", "cut short")),
    "PNG of no size": (lambda: png(0, 9, 8, 0, b""), ("0 × 9", "no pixels")),
    "broken animated PNG": (bad_apng, ("PNG", "damaged")),
}
REFUSED = NOT_PICTURES | TOO_LARGE | DAMAGED
