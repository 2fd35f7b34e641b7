"""What a PNG says of itself. W3C, "Portable Network Graphics (PNG) Specification", 3rd edition (2025)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from PIL import Image

from cnnviz.pictures import exif
from cnnviz.pictures.limits import LIMITS, check_parts, check_size
from cnnviz.pictures.told import Found, damaged, foreign

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # colour types, 11.2.1
_MAKE_PIXELS = (b"IHDR", b"PLTE", b"IDAT")
_MAKE_FRAMES = (b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT")
_END = b"\0\0\0\0IEND\xaeB`\x82"
_REMARKS = (b"tRNS", b"iCCP", b"cICP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"acTL", b"fcTL")
# Texts that say how the camera was held: XMP, and EXIF in hexadecimal, as it was written before there was eXIf.
_XMP, _EXIF = b"XML:com.adobe.xmp", b"Raw profile type exif"
_MOST_TEXT = 2**18
_SRGB_GAMMA = 45455  # in hundred thousandths, as sRGB's primaries below: white, red, green, blue, x and y each
_SRGB_PRIMARIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@dataclass(frozen=True)
class FoundPNG(Found):
    """A PNG.

    depth   bits of a level
    colour  colour type
    key     the one colour that is clear, as Pillow gives its levels (2 bits as 0 85 170 255); () if none is
    alphas  the opacity of each place in the palette, 0 to 255; b"" if all are opaque
    """

    depth: int = 8
    colour: int = RGB
    key: tuple[int, ...] = ()
    alphas: bytes = b""

    @property
    def is_deep_grey_alpha(self) -> bool:
        """Whether it is grey with opacity in 16 bits each, which Pillow has no mode for."""
        return self.depth == 16 and self.colour == GREY_ALPHA

    def prepare(self, image: Image.Image) -> None:
        """Tell `image`, before it is decoded, what was kept from it or what it cannot do."""
        if self.alphas:
            image.info["transparency"] = self.alphas
        if self.is_deep_grey_alpha:  # as many bytes a pixel as RGBA of 8 bits: grey's two, opacity's two
            retile(image, "RGBA")


def retile(image: Image.Image, packing: str) -> None:
    """Have an `image` that is not decoded yet take its pixels as packed otherwise, in as many bytes."""
    image.tile = [part._replace(args=packing) for part in image.tile]  # type: ignore[attr-defined]


def look(data: bytes) -> FoundPNG:
    """A PNG's header and its remarks. Raises PictureError for what cannot be read; struct.error for a stump."""
    if data[12:16] == b"CgBI":
        raise foreign("a PNG in the form that iPhone apps carry (CgBI)")
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    check_size(height, width)
    kept, remarks, texts = [(0, 8)], {}, {}
    at, parts, before_pixels = 8, 0, True
    while at + 8 <= len(data):
        kind, start = data[at + 4 : at + 8], at + 8
        stop = start + int.from_bytes(data[at : at + 4])
        if kind in _MAKE_PIXELS:
            kept.append((at, stop + 4))
            before_pixels &= kind != b"IDAT"
        elif kind in _REMARKS and kind not in remarks and (before_pixels or kind == b"eXIf"):
            content = data[start:stop]
            if data[stop : stop + 4] == zlib.crc32(kind + content).to_bytes(4):
                remarks[kind] = content
        elif kind in (b"tEXt", b"zTXt", b"iTXt") and data.startswith((_XMP + b"\0", _EXIF + b"\0"), start):
            name, text = _text(kind, data[start:stop])
            texts[name] = text
        elif kind == b"fcTL" and before_pixels:
            raise damaged("PNG")  # two frames where one may begin
        if kind == b"IEND":
            break
        at = stop + 4
        parts += 1
        check_parts(parts, LIMITS.parts)
    profile = _profile(remarks.get(b"iCCP"))
    return FoundPNG(
        "PNG",
        height,
        width,
        frames=_frames(remarks),
        pixels=b"".join(data[start:stop] for start, stop in kept) + (_END if at <= len(data) else b""),
        orientation=exif.orientation(remarks.get(b"eXIf", _from_hex(texts.get(_EXIF, b""))), texts.get(_XMP, b"")),
        profile=profile,
        asks=() if profile is not None else _asks(remarks, colour),
        depth=depth,
        colour=colour,
        key=_key(remarks.get(b"tRNS", b""), depth, colour),
        alphas=remarks.get(b"tRNS", b"")[:256] if colour == PALETTE else b"",
    )


def animation(data: bytes) -> bytes:
    """A PNG, looked at before, with what makes the pixels of its frames and nothing else."""
    kept, at = [data[:33]], 33  # the signature and its one IHDR
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"IEND":
        stop = at + 12 + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] in _MAKE_FRAMES:
            kept.append(data[at:stop])
        at = stop
    return b"".join(kept) + _END


def _key(content: bytes, depth: int, colour: int) -> tuple[int, ...]:
    """11.3.1.1: two bytes a level, of which only the lowest `depth` bits count."""
    levels = {GREY: 1, RGB: 3}.get(colour, 0)
    if not levels or len(content) < 2 * levels:
        return ()
    most = (1 << depth) - 1
    step = 255 // most if depth < 8 else 1
    return tuple((level & most) * step for level in struct.unpack_from(f">{levels}H", content))


def _profile(content: bytes | None) -> bytes | None:
    """11.3.2.3: a name, a zero, the method 0, the profile packed. No more is unpacked than can be refused."""
    if content is None:
        return None
    name, _, packed = content.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], LIMITS.profile_bytes + 1) if packed[:1] == b"\0" else b""
    except zlib.error:
        return b""


def _text(kind: bytes, content: bytes) -> tuple[bytes, bytes]:
    """11.3.3: (name, text) of a text, of which no more is unpacked than is looked at."""
    name, _, text = content.partition(b"\0")
    is_packed = kind == b"zTXt"
    if kind == b"iTXt":
        is_packed = text[:1] == b"\1"
        text = text[2:].split(b"\0", 2)[-1]  # after a language, and the name in it
    elif is_packed:
        text = text[1:]
    try:
        return name, zlib.decompressobj().decompress(text, _MOST_TEXT) if is_packed else text[:_MOST_TEXT]
    except zlib.error:
        return name, b""


def _from_hex(text: bytes) -> bytes:
    """The block that such a text is of: a line of its kind, one of its length, then its bytes, a few in a line."""
    try:
        return bytes.fromhex("".join(text.decode("ascii").split()[2:]))
    except ValueError:
        return b""


def _frames(remarks: dict[bytes, bytes]) -> int:
    """11.3.7: an animation's pictures, and the still one before them where that is not the first of them."""
    frames = int.from_bytes(remarks.get(b"acTL", b"")[:4])
    return frames + (b"fcTL" not in remarks) if 0 < frames < 2**31 else 1


def _asks(remarks: dict[bytes, bytes], colour: int) -> tuple[str, ...]:
    """4.3: what is not sRGB, by the first of cICP, sRGB, and gAMA with cHRM that there is. Near enough is sRGB."""
    as_they_are = "its numbers are shown as they are."
    if len(coded := remarks.get(b"cICP", b"")) >= 4:
        primaries, transfer = coded[:2]
        if (primaries, transfer) == (1, 13):
            return ()
        return (f"The file asks for another screen's colours (cICP {primaries}, {transfer}): {as_they_are}",)
    if b"sRGB" in remarks:
        return ()
    asks = []
    if len(content := remarks.get(b"gAMA", b"")) >= 4:
        (gamma,) = struct.unpack_from(">I", content)
        if gamma and abs(gamma - _SRGB_GAMMA) > _SRGB_GAMMA // 20:
            asks.append(f"The file asks for another gamma (gAMA {gamma}, sRGB has {_SRGB_GAMMA}): {as_they_are}")
    if colour not in (GREY, GREY_ALPHA) and len(content := remarks.get(b"cHRM", b"")) >= 32:
        named = struct.unpack_from(">8I", content)
        if max(abs(given - usual) for given, usual in zip(named, _SRGB_PRIMARIES)) > 1000:
            asks.append(f"The file asks for other primary colours (cHRM): {as_they_are}")
    return tuple(asks)
