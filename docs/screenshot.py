"""Makes docs/lab.png, the README's picture, from the running app: python docs/screenshot.py"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import chromium  # noqa: E402
from lab import Lab  # noqa: E402
from server import Server  # noqa: E402

folder = Path(tempfile.mkdtemp())
with Server(ROOT / "app.py", folder) as server, sync_playwright() as play:
    browser = play.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{server.url}/convolution")
    lab = Lab(page).ready()
    page.get_by_label("Step", exact=True).fill("10043")
    lab.painted()
    page.screenshot(path=ROOT / "docs" / "lab.png")
    browser.close()
