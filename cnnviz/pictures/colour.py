"""Colours as a file means them: what its ICC profile makes of its numbers, in sRGB.

littleCMS does it, which comes with Pillow, and is another large program that strangers feed. So a profile never gets
there if it is larger than any in use, or made of processing elements, of which 80 KB cost 22 s.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from cnnviz.numbers import number
from cnnviz.pictures.limits import LIMITS
from cnnviz.pictures.names import printable
from cnnviz.pictures.picture import Levels, to_256

NEAR = 2  # levels: a profile that changes no more than that is sRGB by another name
SPACES = {"GRAY": "grey pictures", "RGB": "RGB pictures", "CMYK": "CMYK pictures"}
_GREYS = np.arange(256, dtype=np.uint8).reshape(16, 16)
_STEPS = np.arange(0, 256, 15, dtype=np.uint8)  # 18 levels, black and white among them
_COLOURS = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), axis=-1).reshape(18, -1, 3)


@dataclass(frozen=True)
class Colours:
    """How a file's numbers become sRGB, and a sentence about it. With neither table nor transform they are sRGB.

    table      uint8 (256,): the level in sRGB of each level of a grey picture
    transform  of the pixels of a picture in colour
    """

    note: str = ""
    table: npt.NDArray[np.uint8] | None = None
    transform: ImageCms.ImageCmsTransform | None = None

    def of(self, levels: Levels, mode: str) -> Levels:
        """Levels (rows, width, parts) of `mode` in sRGB; in 256 levels if they are changed. Opacity stays."""
        if self.table is not None:
            levels = to_256(levels).copy()
            levels[..., 0] = self.table[levels[..., 0]]
        elif self.transform is not None:
            size = levels.shape[1], levels.shape[0]
            image = Image.frombuffer(mode, size, to_256(levels).tobytes(), "raw", mode, 0, 1)
            levels = np.asarray(self.transform.apply(image))
        return levels


def colours(profile: bytes | None, mode: str) -> Colours:
    """What `profile` does to a picture of that mode: "L", "RGB", "RGBA" or "CMYK". None: it has no profile."""
    if profile is None:
        return Colours()
    if len(profile) > LIMITS.profile_bytes:
        return Colours(f"Its colour profile is larger than {number(LIMITS.profile_bytes / 2**20)} MB and is left out.")
    try:
        return _through(profile, mode)
    except Exception:  # whatever comes of a stranger's bytes: the picture is sound without them
        return Colours("Its colour profile cannot be read and is left out.")


def _through(profile: bytes, mode: str) -> Colours:
    if _has_elements(profile):
        return Colours("Its colour profile is of a rare kind (processing elements) and is left out.")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = source.profile.xcolor_space.strip()
    given = "RGB" if mode == "L" and space == "RGB" else mode  # grey levels, as equal red, green and blue
    if space != {"L": "GRAY", "CMYK": "CMYK"}.get(given, "RGB"):
        return Colours(f"Its colour profile is for {SPACES.get(space, 'other things')} and is left out.")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    transform = ImageCms.ImageCmsTransform(source, srgb, given, "RGB" if given in ("L", "CMYK") else given)
    name = printable(source.profile.profile_description or "", 40)
    note = f"Its colours are converted to sRGB from the profile {f'“{name}”' if name else 'in the file'}."
    if mode == "CMYK":
        return Colours(note, transform=transform)
    raw = _GREYS if mode == "L" else _COLOURS
    made = np.asarray(transform.apply(Image.fromarray(raw).convert(given)).convert("RGB"))
    if mode == "L":
        made = made[..., 1]
    if np.abs(made.astype(int) - raw).max() <= NEAR:
        return Colours()
    return Colours(note, table=made.reshape(-1)) if mode == "L" else Colours(note, transform=transform)


def _has_elements(profile: bytes) -> bool:
    """Whether a tag is a multiProcessElementsType (ICC.1:2022, 10.16): a chain whose length nothing bounds."""
    (tags,) = struct.unpack_from(">I", profile, 128)
    places = (struct.unpack_from(">I", profile, 136 + 12 * tag)[0] for tag in range(min(tags, len(profile) // 12)))
    return any(profile[at : at + 4] == b"mpet" for at in places)
