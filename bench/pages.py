"""The lab in headless Chromium, measured beside a page with the same widgets and one ready picture.

    python bench/pages.py            all of it (about eight minutes)
    python bench/pages.py frames     one part: frames, keys, bytes, lessons, digits

frames  intervals between painted frames while the stage plays a 512x512 RGB picture, and whether the server ran
keys    slider key pressed -> new picture painted, the two pages in turn: medians and their ratio
bytes   what comes over the WebSocket for a change of K, and for a change of nothing that the stage shows
lessons a click on a lesson in the row -> all its views painted, beside the same for the lab
digits  a stroke ends on LeNet-5's pad -> every map and the answer painted, beside a slider key in the lab, in turn
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import chromium  # noqa: E402
from cnnviz.ui.course import COURSE  # noqa: E402
from door import settle  # noqa: E402
from server import free_port  # noqa: E402

VIEW = "sample=Astronaut+Eileen+Collins&size=512&p=0&kernel=Gaussian+blur"
SECONDS = 10
AS_SERVED = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}  # as `make run` does

# Frames in which the stage drew, by their time stamps; the hook sees any canvas.
COUNT_FRAMES = """
(milliseconds) => new Promise((done) => {
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  let painted = false;
  CanvasRenderingContext2D.prototype.drawImage = function (...args) { painted = true; return draw.apply(this, args); };
  const times = [], start = performance.now();
  const look = (now) => {
    if (painted) times.push(now);
    painted = false;
    if (performance.now() - start < milliseconds) { requestAnimationFrame(look); return; }
    CanvasRenderingContext2D.prototype.drawImage = draw;
    done(times);
  };
  requestAnimationFrame(look);
})
"""

# From a key on a slider to the frame in which its picture stands: the stage's, or an <img> decoded.
TIME_KEY = """
() => new Promise((done) => {
  const within = (place) => [...place.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  const slider = within(document.querySelector(".st-key-dial-k"))[0].querySelector("[type=range]");
  const roots = within(document);
  const stage = roots.map((root) => root.querySelector(".stage")).find(Boolean);
  let start;
  const painted = () => requestAnimationFrame(() => requestAnimationFrame((now) => done(now - start)));
  if (stage) {
    const watch = new MutationObserver(() => { watch.disconnect(); painted(); });
    watch.observe(stage, { attributeFilter: ["data-ready"] });
  } else {
    const image = document.querySelector("[data-testid=stImage] img");
    const before = image.src;
    const watch = new MutationObserver(() => {
      const now = document.querySelector("[data-testid=stImage] img");
      if (now && now.src !== before) { watch.disconnect(); now.decode().then(painted); }
    });
    watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["src"] });
  }
  slider.addEventListener("keydown", () => { start = performance.now(); }, { once: true, capture: true });
})
"""


@contextmanager
def served(script: str) -> Iterator[str]:
    """The address of a script served from the repository's top."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **AS_SERVED}, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


class Wire:
    """Bytes that came over a page's WebSocket, and messages that went."""

    def __init__(self, page: Page):
        self.received = self.sent = 0
        page.on("websocket", self._watch)

    def _watch(self, socket) -> None:
        socket.on("framereceived", lambda data: self._add(len(data)))
        socket.on("framesent", lambda data: self._count())

    def _add(self, size: int) -> None:
        self.received += size

    def _count(self) -> None:
        self.sent += 1


def opened(browser: Browser, url: str, query: str) -> tuple[Page, Wire]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wire = Wire(page)
    page.goto(f"{url}?{query}")
    settle(page)
    page.locator(".st-key-dial-k input[type=range]").wait_for()
    page.wait_for_timeout(1000)
    return page, wire


def frames(browser: Browser, lab: str) -> None:
    print(f"frames while playing, 512x512 RGB, {SECONDS} s each: share of intervals <= 18 ms, median, longest")
    for k, speed in ((3, "60"), (7, "60"), (11, "240"), (15, "60"), (15, "rows"), (3, "overview")):
        page, wire = opened(browser, lab, f"{VIEW}&k={k}")
        page.locator("button.play").wait_for()
        if speed != "overview":
            page.get_by_role("button", name="every step", exact=True).click()
            page.get_by_label("Speed").select_option(speed)
        page.locator("button.play").click()
        before = wire.sent
        times = page.evaluate(COUNT_FRAMES, SECONDS * 1000)
        gaps = [b - a for a, b in zip(times, times[1:])]
        short = sum(gap <= 18 for gap in gaps) / len(gaps)
        print(
            f"  K={k:<2} {speed:>8}: {short:6.1%}  {statistics.median(gaps):5.1f} ms  {max(gaps):6.1f} ms  "
            f"{len(times)} frames, {wire.sent - before} messages to the server"
        )
        page.close()


def keys(browser: Browser, lab: str, peer: str) -> None:
    """K from 1 to 15, a key at a time, with two kernels: every picture is computed, none comes from a cache."""
    times: dict[str, list[float]] = {"stage": [], "st.image": []}
    for kernel in ("Gaussian+blur", "Random"):
        view = f"{VIEW}&k=1".replace("Gaussian+blur", kernel)
        pages = {"stage": opened(browser, lab, view)[0], "st.image": opened(browser, peer, view)[0]}
        for _ in range(14):
            turn(pages, times)
        for page in pages.values():
            page.close()
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"slider key -> painted, 512x512 RGB, median of {len(times['stage'])}: stage {middle['stage']:.0f} ms, "
        f"st.image {middle['st.image']:.0f} ms, ratio {middle['stage'] / middle['st.image']:.2f}"
    )


def turn(pages: dict[str, Page], times: dict[str, list[float]]) -> None:
    """One key on each page."""
    for name, page in pages.items():
        page.bring_to_front()
        page.evaluate(f"() => {{ window.timed = ({TIME_KEY})(); }}")
        page.locator(".st-key-dial-k input[type=range]").focus()
        page.keyboard.press("ArrowRight")
        times[name].append(page.evaluate("() => window.timed"))
        settle(page)
        page.wait_for_timeout(150)


def sizes(browser: Browser, lab: str, peer: str) -> None:
    for name, url in (("stage", lab), ("st.image", peer)):
        page, wire = opened(browser, url, f"{VIEW}&k=7")
        for what, selector in (("K", ".st-key-dial-k"), ("nothing that is shown", ".st-key-dial-kw")):
            if selector.endswith("kw"):
                page.get_by_role("button", name="rectangle, sides").click()
            page.locator(f"{selector} input[type=range]").focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(1500)
            before = wire.received
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(2500)
            print(f"bytes for a change of {what}, {name}: {wire.received - before:,}")
        page.close()


# From a click on a lesson to the frame in which `most` of its views stand, what has data-ready and is no dial: not the
# first, which may come before the page is of use. Gives the time and how many stood; three seconds at the longest.
TIME_LESSON = """
([link, most]) => new Promise((done) => {
  const ready = (root) => [...root.querySelectorAll("*")].reduce((sum, found) =>
    sum + found.matches("[data-ready]:not(.dial)") + (found.shadowRoot ? ready(found.shadowRoot) : 0), 0);
  const title = document.title, start = performance.now();
  const look = () => {
    const count = document.title === title ? 0 : ready(document.querySelector("[data-testid=stMain]"));
    if (count >= most || performance.now() - start > 3000) {
      requestAnimationFrame(() => requestAnimationFrame((now) => done([now - start, count])));
    } else requestAnimationFrame(look);
  };
  link.click();
  requestAnimationFrame(look);
})
"""


def lessons(browser: Browser, app: str) -> None:
    """Every lesson in turn, each from Home, which has no views, in one tab: the first round counts a lesson's views and
    warms the caches of both sides."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(app)
    settle(page)
    names = [lesson.name for lesson in COURSE]
    views = dict.fromkeys(names, sys.maxsize)
    times: dict[str, list[float]] = {name: [] for name in names}

    def follow(name: str) -> None:
        link = page.locator(".st-key-lessons").get_by_role("link", name=name, exact=True)
        time, count = page.evaluate(TIME_LESSON, [link.element_handle(), views[name]])
        if views[name] == count:
            times[name].append(time)
        views[name] = count
        settle(page)

    for _ in range(6):
        for name in names:
            follow(name)
            page.locator(".st-key-lessons").get_by_role("link", name="Home", exact=True).click()
            page.wait_for_timeout(700)
            settle(page)
    lab = statistics.median(times["Convolution"])
    print(f"from a click on a lesson to all its views, median of {len(times['Convolution'])}:")
    for name, found in times.items():
        print(f"  {name:<16} {statistics.median(found):5.0f} ms, {statistics.median(found) / lab:.2f} of the lab's")
    page.close()


# From the end of a stroke to the frame in which every map and the answer stand.
TIME_STROKE = """
() => new Promise((done) => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  const volumes = roots.map((root) => root.querySelector(".volumes")).find(Boolean);
  let start;
  const watch = new MutationObserver(() => {
    if (start === undefined) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame((now) => done(now - start)));
  });
  watch.observe(volumes, { attributeFilter: ["data-ready"] });
  window.addEventListener("pointerup", () => { start = performance.now(); }, { once: true, capture: true });
})
"""
STROKES = 24


def digits(browser: Browser, app: str) -> None:
    """Strokes on the pad and keys in the lab, in turn; each form of the network."""
    times: dict[str, list[float]] = {"lab": []}
    for form, kernel in (("1998", "Gaussian+blur"), ("Modern", "Random")):
        times[form] = []
        lab = opened(browser, f"{app}/convolution", f"{VIEW}&k=1".replace("Gaussian+blur", kernel))[0]
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{app}/lenet?form={form}")
        page.locator(".volumes[data-ready]").wait_for()
        settle(page)
        box = page.locator(".st-key-digit-pad canvas").first.bounding_box()
        for at in range(STROKES // 2):
            page.bring_to_front()
            page.evaluate(f"() => {{ window.timed = ({TIME_STROKE})(); }}")
            x, y = box["x"] + box["width"] * (0.2 + 0.05 * at), box["y"] + box["height"] * 0.3
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + 9, y + 40, steps=4)
            page.mouse.up()
            times[form].append(page.evaluate("() => window.timed"))
            settle(page)
            page.wait_for_timeout(150)
            turn({"lab": lab}, times)
        page.close()
        lab.close()
    middle = {name: statistics.median(found[2:]) for name, found in times.items()}
    for form in ("1998", "Modern"):
        print(
            f"stroke -> every map painted, {form}, median of {len(times[form]) - 2}: {middle[form]:.0f} ms; "
            f"lab, slider key -> painted: {middle['lab']:.0f} ms; ratio {middle[form] / middle['lab']:.2f}"
        )


def main() -> None:
    parts = sys.argv[1:] or ["frames", "keys", "bytes", "lessons", "digits"]
    with sync_playwright() as playwright, served("app.py") as app, served("bench/peers/ready.py") as peer:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        lab = f"{app}/convolution"
        if "frames" in parts:
            frames(browser, lab)
        if "keys" in parts:
            keys(browser, lab, peer)
        if "bytes" in parts:
            sizes(browser, lab, peer)
        if "lessons" in parts:
            lessons(browser, app)
        if "digits" in parts:
            digits(browser, app)
        browser.close()


if __name__ == "__main__":
    main()
