"""Pictures as `open_picture` reads them, beside other decoders: OpenCV for pixels, littleCMS for colours.

    pip install opencv-python-headless imagecodecs
    python bench/decoders.py [folder of .icc profiles ...]

Some 1,600 sound files are made: PNGs of every depth, colour type, interlacing and clear colour; JPEGs of every
sampling, progressive and with restarts, each as it is, without its end and with a short JFIF; GIF, WebP and BMP files;
files with a colour profile. Printed for each kind: how many, how many were refused, and how far the levels are from the
other decoder's. Ends with 1 if one is refused, or is more than 2 levels away.
"""

from __future__ import annotations

import io
import itertools
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import cv2  # noqa: E402
import imagecodecs  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image, ImageCms  # noqa: E402

import profiles  # noqa: E402
from bad_pictures import chunk, photo, saved  # noqa: E402
from cnnviz.errors import PictureError  # noqa: E402
from cnnviz.pictures import open_picture  # noqa: E402
from slow_png import KINDS, PARTS, written  # noqa: E402

Case = tuple[str, bytes, np.ndarray]  # kind, file, expected levels (height, width, 1 or 3), not rounded
NEAR = 2


def by_opencv(data: bytes) -> np.ndarray:
    """(height, width, 1 or 3) levels of 0 to 255 on white, as OpenCV decodes."""
    levels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert levels is not None, "OpenCV does not read it"
    return _on_white(levels)[..., ::-1]


def by_libpng(data: bytes) -> np.ndarray:
    """The same, as libpng does through imagecodecs: OpenCV has no grey with opacity."""
    return _on_white(imagecodecs.png_decode(data))


def _on_white(levels: np.ndarray) -> np.ndarray:
    levels = np.atleast_3d(levels) * (255.0 / np.iinfo(levels.dtype).max)
    if levels.shape[2] in (2, 4):
        opacity = levels[..., -1:] / 255
        levels = levels[..., :-1] * opacity + 255 * (1 - opacity)
    return levels


def by_littlecms(image: Image.Image, profile: bytes) -> np.ndarray:
    source, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")).astype(float)


def pngs() -> Iterator[Case]:
    dice = np.random.default_rng(1)
    for (colour, bits), interlaced, turn in itertools.product(KINDS, (False, True), range(12)):
        height, width = dice.integers(1, 40, 2)
        palette = dice.integers(0, 256, (2**bits, 3)) if colour == 3 else None
        few = dice.integers(0, 2**bits, (5, PARTS[colour]))
        numbers = few[dice.integers(0, 5, (height, width))]
        clear = b""
        if colour in (0, 2) and turn % 2:
            clear = struct.pack(f">{PARTS[colour]}H", *numbers[0, 0])
        if colour == 3 and turn % 2:
            clear = dice.integers(0, 256, len(palette), np.uint8).tobytes()
        more = [chunk(b"tRNS", clear)] if clear else []
        data = written(numbers, colour, bits, *more, palette=palette, interlaced=interlaced, filters=turn)
        by_another = by_libpng if colour == 0 and clear else by_opencv
        yield f"PNG, {'clear colour' if clear else 'none clear'}, {bits} bits", data, by_another(data)


def jpegs() -> Iterator[Case]:
    shapes = [(24, 40), (45, 37), (16, 16), (1, 1), (7, 90), (200, 133)]
    ways = [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_blocks": 2}, {"restart_marker_rows": 1}]
    for shape, way, mode, sampling, quality in itertools.product(shapes, ways, ("RGB", "L"), (0, 1, 2), (40, 90)):
        data = saved(photo(*shape).convert(mode), "JPEG", subsampling=sampling, quality=quality, **way)
        expected = by_opencv(data)
        yield "JPEG", data, expected
        yield "JPEG without its end", data[:-2], expected
        yield "JPEG with a JFIF of 7 bytes", data[:2] + b"\xff\xe0\0\x07JFIF\0" + data[20:], expected


def others() -> Iterator[Case]:
    for seed, shape in itertools.product(range(5), [(24, 40), (31, 17)]):
        image = photo(*shape, seed=seed)
        yield "GIF", (data := saved(image.quantize(60), "GIF", interlace=seed % 2)), by_opencv(data)
        yield "WebP", (data := saved(image, "WEBP", quality=70)), by_opencv(data)
        yield "WebP, lossless", (data := saved(image, "WEBP", lossless=True)), by_opencv(data)
        for mode in ("RGB", "L", "P", "1"):
            yield "BMP", (data := saved(image.convert(mode), "BMP")), by_opencv(data)


def coloured() -> Iterator[Case]:
    screens = [
        profiles.of_colours(primaries, profiles.parametric(*curve))
        for primaries in (profiles.SRGB, profiles.DISPLAY_P3, profiles.ADOBE_RGB, profiles.MONITOR)
        for curve in ((2.2,), (1.8,), profiles.SRGB_CURVE)
    ]
    screens += [path.read_bytes() for name in sys.argv[1:] for path in sorted(Path(name).rglob("*.ic[cm]"))]
    for profile, seed in itertools.product(screens, range(3)):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
        if source.xcolor_space.strip() not in ("RGB", "GRAY", "CMYK") or source.device_class == "abst":
            continue
        mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}[source.xcolor_space.strip()]
        image = photo(60, 80, seed).convert(mode)
        for format, settings in (("PNG", {}), ("JPEG", {"quality": 92}), ("WEBP", {"lossless": True})):
            if mode == "RGB" or format == "JPEG" or (mode == "L" and format == "PNG"):
                data = saved(image, format, icc_profile=profile, **settings)
                raw = Image.open(io.BytesIO(data))
                yield f"{mode} with a profile, {format}", data, by_littlecms(raw.convert(mode), profile)
    for seed in range(3):
        data = saved(photo(50, 60, seed).convert("CMYK"), "JPEG", icc_profile=profiles.of_inks(), quality=90)
        yield "CMYK with a profile, JPEG", data, by_littlecms(Image.open(io.BytesIO(data)), profiles.of_inks())


def main() -> int:
    kinds: dict[str, list[float | str]] = {}
    for kind, data, expected in itertools.chain(pngs(), jpegs(), others(), coloured()):
        try:
            found = np.moveaxis(open_picture(data).levels(), 0, -1)
            kinds.setdefault(kind, []).append(float(np.abs(found - expected).max()))
        except PictureError as refusal:
            kinds.setdefault(kind, []).append(str(refusal))
    print(f"{'kind':36} {'files':>6} {'refused':>8} {'furthest':>9} levels")
    bad = 0
    for kind, results in kinds.items():
        refused = [result for result in results if isinstance(result, str)]
        far = max((result for result in results if isinstance(result, float)), default=0.0)
        print(f"{kind:36} {len(results):>6} {len(refused):>8} {far:>9.2f}  {refused[0] if refused else ''}")
        bad += len(refused) + sum(1 for result in results if isinstance(result, float) and result > NEAR)
    total = sum(map(len, kinds.values()))
    them = f"OpenCV {cv2.__version__}, libpng and littleCMS {ImageCms.core.littlecms_version}"
    print(f"\n{total:,} files against {them}: {bad} refused or more than {NEAR} levels away.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
