"""The photographs of digits on paper that come with the package: python scripts/paper_photos.py

Each is a drawing of cnnviz/pictures/samples/drawings.json on a sheet that tests/paper.py renders.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cnnviz.pictures.ready import drawing  # noqa: E402
from paper import GREY, Sheet, jpeg  # noqa: E402

BLUE_INK = (0.15, 0.2, 0.5)
SMALL = Sheet(size=(420, 560), pad=300)
SHEETS = {
    "lined.jpg": (4, replace(SMALL, turned=-5, seed=11)),
    "squared.jpg": (7, replace(SMALL, ruling="squared", lines=GREY, pitch=0.16, turned=3, pen=BLUE_INK, seed=12)),
    "chalk.jpg": (2, replace(SMALL, ruling="plain", board=True, turned=4, width=0.06, noise=6, seed=13)),
}

if __name__ == "__main__":
    for name, (digit, sheet) in SHEETS.items():
        data = jpeg(drawing(digit), sheet)
        (ROOT / "cnnviz" / "pictures" / "samples" / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
