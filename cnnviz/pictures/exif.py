"""One number out of a block of TIFF tags, as EXIF (CIPA DC-008) and multi-picture files (CIPA DC-007) have them.

Pillow reads such a block whole: a few kilobytes, in which thousands of tags all mean the same long text, cost it
hundreds of megabytes.
"""

from __future__ import annotations

import re
import struct

ORIENTATION, PICTURES = 0x0112, 0xB001
_IN_XMP = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
_KINDS = {1: "B", 3: "H", 4: "I"}  # byte, short, long


def number(block: bytes, tag: int) -> int | None:
    """The one whole number that `tag` has in the first directory of `block`; None if it has none, or is unreadable."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4], "")
    if not order:
        return None
    try:
        (at,) = struct.unpack_from(f"{order}I", block, 4)
        (entries,) = struct.unpack_from(f"{order}H", block, at)
        for entry in range(at + 2, at + 2 + 12 * entries, 12):
            named, kind, count = struct.unpack_from(f"{order}HHI", block, entry)
            if named == tag and kind in _KINDS and count == 1:
                return struct.unpack_from(order + _KINDS[kind], block, entry + 8)[0]
    except struct.error:
        pass
    return None


def orientation(block: bytes, xmp: bytes = b"") -> int:
    """1 to 8, EXIF's tag 274, or the same in XMP where EXIF has none. Anything else counts as 1: upright."""
    found = number(block.removeprefix(b"Exif\0\0"), ORIENTATION)
    if found is None and (in_xmp := _IN_XMP.search(xmp)):
        found = int(in_xmp[1])
    return found if found is not None and 1 <= found <= 8 else 1
