"""Random walks in a real browser: after every act the link and the controls agree, and a fresh browser agrees too.

    python bench/walks.py                        ten walks of fifteen acts on each page (about 40 minutes)
    python bench/walks.py convolution 3 15       three walks of fifteen acts on one page, or on "home"

Every walk is seeded: what failed is printed with its seed and its acts, and comes again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import chromium  # noqa: E402
from cnnviz.ui.course import COURSE  # noqa: E402
from door import Door  # noqa: E402
from server import Server  # noqa: E402
from walk import walk  # noqa: E402

PAGES = ["home", *(lesson.slug for lesson in COURSE)]


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.isdecimal()] or PAGES
    counts = [int(count) for count in sys.argv[1:] if count.isdecimal()]
    walks, acts = counts if len(counts) == 2 else (10, 15)
    wrong = 0
    with Server(ROOT / "app.py", Path(tempfile.mkdtemp())) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.TOGETHER))
        for seed in range(walks):
            for name in names:
                door = Door(browser, server.url)
                found = walk(door, "" if name == "home" else name, seed, acts)
                door.close()
                found += door.errors + door.outside
                wrong += bool(found)
                print(f"{name}, seed {seed}: {'; '.join(found) if found else 'all agree'}", flush=True)
        browser.close()
    print(f"{wrong} of {walks * len(names)} walks differ")


if __name__ == "__main__":
    main()
