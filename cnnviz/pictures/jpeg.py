"""What a JPEG says of itself, and whether its picture is whole. ITU-T T.81 (1992)."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from cnnviz.errors import PictureError
from cnnviz.pictures import exif
from cnnviz.pictures.limits import LIMITS, check_parts, check_size
from cnnviz.pictures.told import Found, damaged, foreign

EOI, SOS, DNL, COM = 0xD9, 0xDA, 0xDC, 0xFE
APP0, APP1, APP2, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # table B.1; the other three announce tables
ALONE = {0x00, 0x01, *range(0xD0, EOI + 1)}  # markers that begin no segment
PROGRESSIVE, LOSSLESS, ARITHMETIC = (0xC2, 0xCA), (0xC3, 0xCB), range(0xC9, 0xD0)
RARE = {
    0xF7: "a JPEG-LS picture",
    0xCB: "a lossless JPEG in arithmetic code",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE), "a hierarchical JPEG"),
}
EXIF, XMP, ICC, MPF = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0", b"MPF\0"
REMARKS = ((APP1, EXIF), (APP1, XMP), (APP2, ICC), (APP2, MPF))
ADOBE_AS_IT_IS = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"  # three planes are red, green and blue
END = bytes((0xFF, EOI))
# Coded data end at a marker: 0xFF before a 0 is data, and restarts (0xD0 to 0xD7) and more 0xFF belong to them.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
# What coded data might go on with: a 1 first, where a decoder that has run out of bits reads 0; never 0xFF. Two, in
# case one of them leads to a level that is cut off at 0 or 255 like the other.
_NOISES = tuple(first + bytes(n * n % 253 for n in range(4096)) for first in (b"\x80\0", b"\xbe\xf7"))


@dataclass(frozen=True)
class FoundJPEG(Found):
    """A JPEG.

    process   its start of frame: 0xC0 baseline, 0xC2 progressive ...
    is_ended  whether its end is marked
    passes    scans over the picture
    is_sent   whether every bit of every coefficient has its pass
    coded     where in `pixels` the coded data of the last pass begin
    """

    process: int = 0xC0
    is_ended: bool = True
    passes: int = 1
    is_sent: bool = True
    coded: int = field(default=0, repr=False, compare=False)

    @property
    def has_drafts(self) -> bool:
        """Whether Pillow can leave out what is too fine while it decodes. Not from lossless data; and whether data that
        just stop are whole is seen at full size only."""
        return self.is_ended and self.process not in LOSSLESS

    def is_whole(self, image: Image.Image, asked: tuple[int, int] | None = None) -> bool:
        """Whether the coded data suffice for `image`, which Pillow made of `pixels`; `asked`: the size of its draft.

        A decoder that runs out of bits takes zeros for them to the end of a block and leaves the blocks after it grey,
        in silence. So where the end is not marked, or the last pixel has that grey, the picture is decoded again with
        other bits behind its own: to a picture that is whole they make no difference. All in all it costs no more
        passes than a file may have.
        """
        if self.is_ended and (self.process in ARITHMETIC or not _is_left_grey(image)):
            return True
        noises = _NOISES[: LIMITS.scans // self.passes - 1]
        if not noises or self.pixels is None or not (self.is_ended or self.is_sent):
            return self.is_ended
        data = self.pixels[: -len(END)]
        if data.endswith(bytes(16)) and self._suffice(data[:-8], image, asked, noises[:1]):
            data = data.rstrip(b"\0")  # more zeros than it takes are room for what never arrived
        return self._suffice(data, image, asked, noises)

    def _suffice(
        self, data: bytes, image: Image.Image, asked: tuple[int, int] | None, noises: tuple[bytes, ...]
    ) -> bool:
        """Whether `data` give `image` whatever they go on with."""
        # A restart, if they stop before one that is due; otherwise it ends the pass.
        due = bytes((0xFF, 0xD0 + sum(1 for _ in _RESTART.finditer(data, self.coded)) % 8))
        boxes = [(0, top, image.width, min(top + 128, image.height)) for top in range(0, image.height, 128)]
        for noise in noises:
            again = Image.open(io.BytesIO(data + noise + due + noise + END), formats=("JPEG",))
            if asked is not None:
                again.draft(None, asked)
            again.load()
            if any(image.crop(box).tobytes() != again.crop(box).tobytes() for box in boxes):
                return False
        return True


def _is_left_grey(image: Image.Image) -> bool:
    levels = image.getpixel((image.width - 1, image.height - 1))
    return all(level in (127, 128) for level in (levels if isinstance(levels, tuple) else (levels,)))


def look(data: bytes) -> FoundJPEG:
    """A JPEG's header, remarks and passes. Raises PictureError, or IndexError and struct.error for a stump."""
    view = memoryview(data)
    kept, last, coded = [view[:2]], 1, 0  # segments that make pixels; those up to the last pass; its coded data
    naming: list[int] = []  # of those, the ones that name the colours
    remarks: dict[bytes, list[bytes]] = {name: [] for _, name in REMARKS}
    process = height = width = scans = frame = 0
    low: dict[int, list[int]] = {}  # for each plane, the lowest bit that was sent of each of 64 coefficients
    is_ended = False
    for parts, (marker, start, stop, after) in enumerate(_segments(data), 1):
        check_parts(parts, LIMITS.parts)
        content = data[start + 4 : stop]
        if marker in RARE:
            raise foreign(RARE[marker])
        if marker == EOI:
            is_ended = True
        elif marker in FRAMES and not process:
            process, frame = marker, len(kept)
            height, width, planes = _frame(marker, content)
            low = {plane: [99] * 64 for plane in planes}
        elif marker == SOS:
            scans += 1
            _check_scans(scans)
            _sent(low, content, process)
            coded, last = stop - start, len(kept) + 1
        elif marker == DNL and scans and not height:  # the height, told only after the first pass
            (height,) = struct.unpack_from(">H", content)
            check_size(height, width)
            told = bytearray(kept[frame])
            struct.pack_into(">H", told, 5, height)
            kept[frame] = memoryview(bytes(told))
        if marker in ALONE or marker == DNL or 0xF0 <= marker <= COM:
            continue
        if APP0 <= marker <= APP15:
            for name in (name for at, name in REMARKS if at == marker and content.startswith(name)):
                remarks[name].append(content.removeprefix(name))
            if not _names_colours(marker, content):
                continue
            naming.append(len(kept))
        kept.append(view[start:after])
    if not process or not scans:
        raise damaged("JPEG")
    if process in LOSSLESS and len(low) == 3:  # those are as they are, whatever JFIF says of others
        for at in naming:
            kept[at] = memoryview(b"")
        kept[0] = memoryview(data[:2] + ADOBE_AS_IT_IS)
    pixels = b"".join(kept[:last])
    (exif_block, *_), (xmp, *_), (index, *_) = (remarks[name] or [b""] for name in (EXIF, XMP, MPF))
    return FoundJPEG(
        "JPEG",
        height,
        width,
        frames=max(1, exif.number(index, exif.PICTURES) or 1),
        pixels=pixels.rstrip(b"\xff") + END,
        orientation=exif.orientation(exif_block, xmp),
        profile=_profile(remarks[ICC]),
        process=process,
        is_ended=is_ended,
        passes=scans,
        is_sent=not any(bit for bits in low.values() for bit in bits),
        coded=sum(map(len, kept[: last - 1])) + coded,
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(marker, where its 0xFF is, where its segment ends, where the coded data after it end), up to the end."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0:  # what lies between segments is no part of them
        while at < len(data) and data[at] == 0xFF:  # any number of them may stand before a marker
            at += 1
        if at == len(data):
            return
        marker, start = data[at], at - 1
        stop = at + 1 if marker in ALONE else at + 1 + int.from_bytes(data[at + 1 : at + 3])
        at = stop
        if marker == SOS:
            found = _MARKER.search(data, stop)
            at = found.start() if found else len(data)
        yield marker, start, stop, at
        if marker == EOI:
            return


def _names_colours(marker: int, content: bytes) -> bool:
    """JFIF and Adobe do, where they have their full length; what else applications say makes no pixels."""
    is_jfif = marker == APP0 and content.startswith(b"JFIF\0") and len(content) >= 14
    return is_jfif or (marker == APP14 and content.startswith(b"Adobe") and len(content) >= 12)


def _frame(marker: int, content: bytes) -> tuple[int, int, bytes]:
    """(height or 0, width, the planes' names) of a start of frame that can be decoded, B.2.2."""
    bits, height, width, planes = struct.unpack_from(">BHHB", content)
    kind = "lossless JPEG" if marker in LOSSLESS else "JPEG"
    if bits != 8:
        raise foreign(f"a {kind} with {bits} bits a level")
    if planes not in (1, 3, 4):
        raise foreign(f"a {kind} of {planes} planes")
    check_size(height or 1, width)
    sampled = [divmod(content[6 + 3 * plane + 1], 16) for plane in range(planes)]
    if not all(across and down for across, down in sampled):
        raise damaged("JPEG")
    if any(most % one for side in zip(*sampled) for one in side for most in (max(side),)):
        raise foreign(f"a {kind} whose colours are sampled in a way that is no whole number")
    return height, width, content[6 : 6 + 3 * planes : 3]


def _check_scans(scans: int) -> None:
    if scans > LIMITS.scans:
        raise PictureError(
            f"This JPEG is made of more than {LIMITS.scans} passes, which is the most that can be opened: save it "
            "again as PNG or JPEG."
        )


def _sent(low: dict[int, list[int]], content: bytes, process: int) -> None:
    """Note what a pass sends, B.2.3 and G.1.1.1."""
    first, last, bit = content[-3], content[-2], content[-1] & 15
    if process not in PROGRESSIVE:
        first, last, bit = 0, 63, 0
    for plane in content[1 : 1 + 2 * content[0] : 2]:
        for at in range(first, min(last, 63) + 1):
            low.setdefault(plane, [99] * 64)[at] = bit


def _profile(pieces: list[bytes]) -> bytes | None:
    """ICC.1:2022, B.4: pieces of at most 64 KB, each with its number and how many there are."""
    if not pieces:
        return None
    pieces.sort()
    numbered = [(n, len(pieces)) for n in range(1, len(pieces) + 1)]
    return b"".join(piece[2:] for piece in pieces) if [tuple(piece[:2]) for piece in pieces] == numbered else b""
