"""ICC profiles by hand (ICC.1:2022), and what they mean, reckoned out in float64."""

from __future__ import annotations

import struct

import numpy as np

# Red, green, blue in X, Y, Z, adapted to D50, as the profiles of these spaces have them.
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
MONITOR = ((0.47, 0.25, 0.01), (0.33, 0.66, 0.12), (0.1642, 0.09, 0.6949))  # somebody's
D50 = (0.9642, 1.0, 0.8249)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # of parametric curve 3


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def xyz(*numbers: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*numbers)


def parametric(*numbers: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", {1: 0, 5: 3}[len(numbers)], 0) + _fixed(*numbers)


def table(levels: np.ndarray) -> bytes:
    """A curve through evenly spaced points of 0 to 1."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(levels)}H", len(levels), *np.rint(levels * 65535).astype(int))


def named(name: str) -> bytes:
    text = name.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text


def profile(
    tags: dict[bytes, bytes], space: bytes = b"RGB ", pcs: bytes = b"XYZ ", kind: bytes = b"mntr", version: int = 4
) -> bytes:
    places, contents = b"", b""
    first = 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        places += struct.pack(">4sII", tag, first + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    header = struct.pack(">I4sB3s4s4s4s", 0, b"cnnv", version, b"\0\0\0", kind, space, pcs)
    header += bytes(12) + b"acsp" + bytes(28) + _fixed(*D50) + bytes(48)
    body = header + struct.pack(">I", len(tags)) + places + contents
    return struct.pack(">I", len(body)) + body[4:]


def of_colours(
    primaries: tuple[tuple[float, ...], ...], *curves: bytes, name: str | None = "Made by hand", **more: bytes
) -> bytes:
    """A profile of a screen: three primaries and one curve, or three."""
    tags = {b"desc": named(name)} if name is not None else {}
    tags |= {b"wtpt": xyz(*D50)} | {tag: xyz(*primary) for tag, primary in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries)}
    tags |= dict(zip((b"rTRC", b"gTRC", b"bTRC"), curves * (3 if len(curves) == 1 else 1)))
    return profile(tags | {tag.encode(): content for tag, content in more.items()})


def of_grey(curve: bytes, name: str = "Dot Gain 20%") -> bytes:
    return profile({b"desc": named(name), b"wtpt": xyz(*D50), b"kTRC": curve}, space=b"GRAY", kind=b"prtr")


def of_inks() -> bytes:
    """A printer's profile: CMYK to Lab, over a grid of 3 points an ink, dark where ink lies on ink."""
    steps = np.linspace(0, 1, 3)
    cyan, magenta, yellow, black = np.meshgrid(steps, steps, steps, steps, indexing="ij")
    light = (1 - 0.4 * cyan) * (1 - 0.5 * magenta) * (1 - 0.1 * yellow) * (1 - 0.9 * black)
    green, blue = 0.5 + (0.3 * magenta - 0.2 * cyan) * (1 - black), 0.5 + (0.3 * yellow - 0.2 * cyan) * (1 - black)
    grid = np.rint(np.stack([light, green, blue], axis=-1) * 255).astype(np.uint8)
    ramp = bytes(range(256))
    lut = (
        b"mft1\0\0\0\0" + bytes((4, 3, 3, 0)) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + ramp * 4 + grid.tobytes() + ramp * 3
    )
    return profile({b"desc": named("Inks"), b"wtpt": xyz(*D50), b"A2B0": lut}, b"CMYK", b"Lab ", b"prtr", version=2)


def of_elements(length: int) -> bytes:
    """A profile whose colours go through `length` matrices that change nothing, all of them one and the same."""
    matrix = b"matf\0\0\0\0" + struct.pack(">HH12f", 3, 3, *np.eye(3).ravel(), 0, 0, 0)
    at = 16 + 8 * length
    chain = b"mpet\0\0\0\0" + struct.pack(">HHI", 3, 3, length) + struct.pack(">II", at, len(matrix)) * length + matrix
    return of_colours(ADOBE_RGB, parametric(2.2), D2B0=chain)


def linear(levels: np.ndarray, *curve: float) -> np.ndarray:
    """Light of 0 to 1 of levels of 0 to 255, by a power or by sRGB's curve."""
    share = np.asarray(levels, float) / 255
    if len(curve) == 1:
        return share ** curve[0]
    power, scale, offset, slope, start = curve
    return np.where(share >= start, (scale * share + offset) ** power, slope * share)


def in_srgb(light: np.ndarray, primaries: tuple[tuple[float, ...], ...]) -> np.ndarray:
    """Levels of 0 to 255 in sRGB, not rounded, of light (..., 3) of these primaries; cut off where sRGB ends."""
    return coded(light @ np.array(primaries) @ np.linalg.inv(np.array(SRGB)))


def coded(light: np.ndarray) -> np.ndarray:
    """Levels of 0 to 255, not rounded, by sRGB's curve (IEC 61966-2-1)."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
