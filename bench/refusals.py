"""What strangers' files cost: processor time and memory of each refusal, and of the largest pictures that are let in.

    python bench/refusals.py

Every file is opened in a process of its own that has opened small pictures before; memory is how far the process's
peak rises above what it had then, the file itself not counted. A picture that is too large must be refused in under
50 ms and 20 MB; the command ends with 1 if one is not.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

import profiles  # noqa: E402
from bad_pictures import REFUSED, TOO_LARGE, photo, png, saved  # noqa: E402
from cnnviz.errors import PictureError  # noqa: E402
from cnnviz.pictures import LIMITS, open_picture  # noqa: E402


def _photograph(height: int, width: int) -> Image.Image:
    """Soft shapes with a little grain, as in a photograph."""
    dice = np.random.default_rng(1)
    coarse = Image.fromarray(dice.integers(0, 256, (30, 40, 3), np.uint8))
    soft = coarse.resize((width, height), Image.Resampling.BICUBIC)
    grain = dice.integers(-3, 4, (height, width, 1), np.int8)
    return Image.fromarray(np.clip(np.asarray(soft, np.int16) + grain, 0, 255).astype(np.uint8))


def _passes(colour: tuple[int, int, int]) -> bytes:
    """25 megapixels of one colour whose last pass is repeated as often as is allowed."""
    data = saved(Image.new("RGB", (5000, 5000), colour), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * (LIMITS.scans - data.count(b"\xff\xda") + 1) + b"\xff\xd9"


P3 = profiles.of_colours(profiles.DISPLAY_P3, profiles.parametric(*profiles.SRGB_CURVE))
LARGEST: dict[str, Callable[[], bytes]] = {
    "JPEG, 12 megapixels": lambda: saved(_photograph(3000, 4000), "JPEG", quality=85),
    "JPEG, 25 megapixels": lambda: saved(_photograph(5000, 5000), "JPEG", quality=80),
    "progressive JPEG, 25 megapixels": lambda: saved(_photograph(5000, 5000), "JPEG", quality=80, progressive=True),
    "JPEG without its end, 25 megapixels": lambda: saved(_photograph(5000, 5000), "JPEG", quality=80)[:-2],
    "JPEG in Display P3, 12 megapixels": lambda: saved(_photograph(3000, 4000), "JPEG", quality=85, icc_profile=P3),
    "JPEG in Display P3, 25 megapixels": lambda: saved(_photograph(5000, 5000), "JPEG", quality=80, icc_profile=P3),
    "JPEG in inks with a profile, 25 megapixels": lambda: saved(
        _photograph(5000, 5000).convert("CMYK"), "JPEG", quality=80, icc_profile=profiles.of_inks()
    ),
    "JPEG of 50 passes, 25 megapixels": lambda: _passes((200, 30, 30)),
    "JPEG of one grey, 25 megapixels": lambda: saved(Image.new("RGB", (5000, 5000), (128, 128, 128)), "JPEG"),
    "1-bit PNG, 25 megapixels": lambda: png(5000, 5000, 1, 0, bytes(5000 * 626)),
    "RGBA PNG, 25 megapixels": lambda: png(5000, 5000, 8, 6, bytes(5000 * 20_001)),
    "16-bit RGBA PNG, 25 megapixels": lambda: png(5000, 5000, 16, 6, bytes(5000 * 40_001)),
    "GIF, 25 megapixels": lambda: saved(Image.new("P", (5000, 5000)), "GIF"),
    "WebP, 25 megapixels": lambda: saved(_photograph(5000, 5000), "WEBP", quality=50, method=0),
}
KEPT = Path("/proc/self/clear_refs")  # Linux: forget the peak so far; elsewhere the small pictures' peak is the floor


def _peak() -> float:
    """The largest memory that this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


def cost(data: bytes, longest: int | None) -> tuple[float, float, str]:
    """(seconds of processor time, MB, what came of it)."""
    for format in ("PNG", "JPEG", "GIF", "BMP", "WEBP"):
        open_picture(saved(photo(), format))
    if KEPT.exists():
        KEPT.write_text("5")
    before, start = _peak(), time.process_time()
    try:
        outcome = repr(open_picture(data, longest=longest))
    except PictureError as refusal:
        outcome = str(refusal)
    seconds = time.process_time() - start
    return seconds, _peak() - before, outcome


def main() -> int:
    spawn = multiprocessing.get_context("spawn")
    too_dear = []
    print(f"{'file':42} {'bytes':>10} {'ms':>8} {'MB':>7}  outcome")

    def row(name: str, data: bytes, longest: int | None = None) -> tuple[float, float]:
        with spawn.Pool(1) as process:
            seconds, memory, outcome = process.apply(cost, (data, longest))
        print(f"{name:42} {len(data):>10,} {seconds * 1e3:>8.1f} {memory:>7.1f}  {outcome}", flush=True)
        return seconds, memory

    for name, (make, _) in REFUSED.items():
        seconds, memory = row(name, make())
        if name in TOO_LARGE and (seconds >= 0.05 or memory >= 20):
            too_dear.append(name)
    print()
    for name, make_large in LARGEST.items():
        data = make_large()
        row(name, data)
        if "JPEG, " in name:
            row(f"{name}, longest=192", data, 192)
    print("\nToo dear: " + ", ".join(too_dear) if too_dear else "\nAll that is too large is refused in time.")
    return 1 if too_dear else 0


if __name__ == "__main__":
    sys.exit(main())
