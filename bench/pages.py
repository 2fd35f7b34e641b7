"""The lab in headless Chromium, measured beside a page with the same widgets and one ready picture.

    python bench/pages.py            all of it (about ten minutes)
    python bench/pages.py frames     one part: frames, drag, letgo, keys, bytes, lessons, first, digits

frames  intervals between painted frames while the stage plays a 512x512 RGB picture, and whether the server ran
drag    the dial of K is dragged, with a picture of one's own: each change of K -> the end of the frame that shows it
letgo   the dial of K is let go -> Python's map painted, beside a page of one slider and what it says, in turn
keys    slider key pressed -> new picture painted, the two pages in turn: medians and their ratio
bytes   what comes over the WebSocket for a change of K, and for a change of nothing that the stage shows
lessons a click on a lesson in the row -> all its views painted, beside the same for the lab
first   a page opened by its address in a new browser -> its title, and its main view, beside an empty page, in turn
digits  a stroke ends on LeNet-5's pad -> every map and the answer painted, beside a slider key in the lab, in turn
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import chromium  # noqa: E402
from cnnviz.export import PRGN  # noqa: E402
from cnnviz.pictures.photo import opened as picture_in  # noqa: E402
from cnnviz.steps import Trace  # noqa: E402
from cnnviz.ui import cached  # noqa: E402
from cnnviz.ui.course import COURSE  # noqa: E402
from cnnviz.ui.settings import START, filter_of, windows  # noqa: E402
from door import settle  # noqa: E402
from lab import Lab, upload  # noqa: E402
from server import free_port  # noqa: E402

VIEW = "sample=Astronaut+Eileen+Collins&size=512&p=0&kernel=Gaussian+blur"
SECONDS = 10
K = ":is(.dial-k, .st-key-dial-k)"  # the dial of the lab, or Streamlit's slider in its place
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
  const slider = within(document).map((root) => root.querySelector(".dial-k [type=range]")).find(Boolean);
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
def served(script: str, runner: Sequence[str] = ("-m", "streamlit", "run")) -> Iterator[str]:
    """The address of a script served from the repository's top; `runner`: what Python is told to run it with."""
    port = free_port()
    command = [sys.executable, *runner, script, f"--server.port={port}"]
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
    page.locator(f"{K} input[type=range]").wait_for()
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


# --- K under the finger ---

# From a move of the pointer that changes K to the end of the frame that paints the output anew, in milliseconds; and,
# as `idle`, from any move to the end of the next frame. What a frame's callback posts is heard when the frame is done.
TIME_DRAG = """
(stage) => {
  const output = stage.querySelector(".panel.output canvas"), draw = CanvasRenderingContext2D.prototype.drawImage;
  const { port1, port2 } = new MessageChannel();
  let moved = 0, waiting = [];
  Object.assign(window, { dragged: [], idle: [] });
  addEventListener("pointermove", ({ timeStamp: at }) => {
    moved = at;
    requestAnimationFrame(() => port2.postMessage({ to: "idle", of: [at] }));
  }, { capture: true });
  addEventListener("cnnviz-set", ({ detail }) => { if (detail.name === "k" && detail.isLive) waiting.push(moved); });
  port1.onmessage = ({ data: { to, of } }) => { for (const at of of) window[to].push(performance.now() - at); };
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    if (this.canvas === output && waiting.length) { port2.postMessage({ to: "dragged", of: waiting }); waiting = []; }
    return draw.apply(this, all);
  };
}
"""
GIVE_UP = "new Promise((_, no) => setTimeout(() => no(new Error('no picture within 30 s')), 30000))"
SWEEP = 2  # seconds from K = 3 to 15, and as long back


def own_picture(side: int) -> bytes:
    """A square photo of soft shapes, as a PNG."""
    small = Image.fromarray(np.random.default_rng(side).integers(0, 256, (16, 16, 3), np.uint8))
    file = io.BytesIO()
    small.resize((side, side), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def dial(page: Page) -> Callable[[float], None]:
    """What moves the pointer to where the dial of K, or Streamlit's slider in its place, has a value."""
    range = page.locator(f"{K} input[type=range]").bounding_box()
    left, width, y = range["x"] + 9, range["width"] - 18, range["y"] + range["height"] / 2
    if (streamlits := page.locator(".st-key-dial-k[data-testid=stElementContainer] [data-testid=stSlider]")).count():
        (left, width), y = (streamlits.bounding_box()[side] for side in ("x", "width")), range["y"]  # of its thumb
    return lambda value: page.mouse.move(left + (value - 1) / 14 * width, y)


def swept(point: Callable[[float], None], seconds: float) -> float:
    """From K = 3 to 15 and back, for a while, sixty times a second if the page can; how often a second it could."""
    start, moves = time.perf_counter(), 0
    while (passed := time.perf_counter() - start) < seconds:
        point(15 - 12 * abs(1 - passed / SWEEP % 2))
        moves += 1
        time.sleep(max(0, start + moves / 60 - time.perf_counter()))
    return moves / seconds


def share_right(lab: Lab, expected: Trace) -> float:
    """Of 400 places on the painted map, how many are in the colours of Python's numbers there: a pixel of it may be a
    mean of several cells."""
    height, width = expected.output.shape
    colours = np.array(PRGN)[127 + np.rint(expected.output / np.abs(expected.output).max() * 127).astype(int)]
    image = lab.image("output").astype(int)
    cell = min((image.shape[0] - 4) / height, (image.shape[1] - 4) / width, 76)
    left = 2 + (image.shape[1] - 4 - width * cell) / 2
    right, seen = 0, [(y, x) for y in np.linspace(0.05, 0.95, 20) for x in np.linspace(0.05, 0.95, 20)]
    for y, x in seen:
        row, column = int(y * height), int(x * width)
        pixel = image[int(2 + y * height * cell), int(left + x * width * cell), :3]
        reach = 1 + int(1 / cell)
        rows, columns = slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)
        near = colours[rows, columns].reshape(-1, 3)
        right += bool((pixel >= near.min(0) - 6).all() and (pixel <= near.max(0) + 6).all())
    return right / len(seen)


def drag(browser: Browser, lab: str) -> None:
    print(f"K dragged from 3 to 15 and back for {SECONDS} s, kernel Random, RGB: pointer's move -> painted")
    for side, within in ((192, 33), (512, 66)):
        page, wire = opened(browser, lab, f"kernel=Random&size={side}&k=3")
        file = own_picture(side)
        upload(page, "own.png", file)
        page.get_by_text("Yours: own.png").wait_for()
        settle(page)
        shown = Lab(page)
        shown.stage.evaluate(TIME_DRAG)
        before, point = wire.sent, dial(page)
        swept(point, 3)
        idle = page.evaluate("window.idle")
        point(3)
        page.mouse.down()
        rate = swept(point, SECONDS)
        times = page.evaluate("window.dragged")
        point(6)
        with picture_in(file, "own.png") as picture:
            picture = picture.at(side, "rgb")
        state = {**START, "kernel": "Random", "size": side, "k": 6}
        expected = cached.trace(picture, filter_of(state, 3), windows(state), 1.0)
        end = time.monotonic() + 5  # it fills in
        while (right := share_right(shown, expected)) < 1 and time.monotonic() < end:
            shown.painted()
        during, before = wire.sent - before, wire.sent
        page.mouse.up()
        page.locator(".stage:not([data-preview])").wait_for()
        settle(page)
        again = share_right(shown, expected)
        print(
            f"  {side}x{side}: {sum(time <= within for time in times) / len(times):.1%} within {within} ms, median "
            f"{statistics.median(times):.0f} ms, 95 % within {np.percentile(times, 95):.0f} ms, {len(times)} changes, "
            f"{rate:.0f} moves a second; a move that changes nothing: median {statistics.median(idle):.0f} ms, 95 % "
            f"within {np.percentile(idle, 95):.0f} ms\n    {during} messages to the server while it is held, "
            f"{wire.sent - before} for letting it go; painted as Python has it: {right:.1%}, once let go {again:.1%}"
        )
        page.close()


# From letting go to the frame in which Python's answer stands: on the stage, or what the page of one slider says.
TIME_LET_GO = """
() => new Promise((done) => {
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  const stage = roots.map((root) => root.querySelector(".stage")).find(Boolean);
  let start;
  const watch = new MutationObserver(() => {
    if (start === undefined || stage?.hasAttribute("data-preview")) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame((now) => done(now - start)));
  });
  const said = document.querySelector("[data-testid=stMarkdown]").closest("[data-testid=stVerticalBlock]");
  if (stage) watch.observe(stage, { attributeFilter: ["data-preview", "data-ready"] });
  else watch.observe(said, { subtree: true, childList: true, characterData: true });
  addEventListener("pointerup", () => { start = performance.now(); }, { once: true, capture: true });
})
"""


def let_go(page: Page, held: int, value: int, watch: str) -> Any:
    """The dial of K is pulled from one value to another and let go; gives what `watch`, begun before that, finds."""
    page.bring_to_front()
    point = dial(page)
    point(held)
    page.mouse.down()
    point((held + value) / 2)
    point(value)
    page.evaluate(f"() => {{ window.timed = ({watch})(); }}")
    page.wait_for_timeout(150)
    page.mouse.up()
    found = page.evaluate(f"() => Promise.race([window.timed, {GIVE_UP}])")
    settle(page)
    page.wait_for_timeout(150)
    return found


VALUES = (9, 4, 12, 6, 11, 5, 10, 7, 8, 2)  # of K, one after the other from 3 on


def letgo(browser: Browser, lab: str, slider: str) -> None:
    """K to ten values with each of two kernels: every map is computed, none comes from a cache."""
    times: dict[str, list[float]] = {"lab": [], "one slider": []}
    for kernel in ("Gaussian+blur", "Random"):
        view = f"size=192&kernel={kernel}&k=3"
        pages = {"lab": opened(browser, lab, view)[0], "one slider": opened(browser, slider, "")[0]}
        held = 3
        for value in VALUES:
            for name, page in pages.items():
                times[name].append(let_go(page, held, value, TIME_LET_GO))
            held = value
        for page in pages.values():
            page.close()
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"let go -> painted, median of {len(times['lab'])}: lab at 192 pixels {middle['lab']:.0f} ms, a page of one "
        f"slider {middle['one slider']:.0f} ms, ratio {middle['lab'] / middle['one slider']:.2f}"
    )


# --- the lab beside the same widgets and a ready picture ---


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
        page.locator(f"{K} input[type=range]").focus()
        page.keyboard.press("ArrowRight")
        times[name].append(page.evaluate("() => window.timed"))
        settle(page)
        page.wait_for_timeout(150)


def sizes(browser: Browser, lab: str, peer: str) -> None:
    for name, url in (("stage", lab), ("st.image", peer)):
        page, wire = opened(browser, url, f"{VIEW}&k=7")
        for what, selector in (("K", ".dial-k"), ("nothing that is shown", ".dial-kw")):
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
    sum + found.matches("[data-ready]:not(.controls)") + (found.shadowRoot ? ready(found.shadowRoot) : 0), 0);
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


# When the title and the first view stand on the page, in milliseconds from its opening, in the frame that paints it.
TIME_FIRST = """
addEventListener("DOMContentLoaded", () => {
  window.stands = {};
  const within = (root) => [...root.querySelectorAll("*")].some((found) =>
    found.matches("[data-ready]:not(.controls)") || (found.shadowRoot && within(found.shadowRoot)));
  const parts = { title: (main) => main.querySelector("h1"), view: within };
  const look = () => {
    const main = document.querySelector("[data-testid=stMain]");
    for (const [name, has] of Object.entries(parts)) {
      if (main && !(name in window.stands) && has(main)) {
        window.stands[name] = null;
        requestAnimationFrame((now) => { window.stands[name] = now; });
      }
    }
    requestAnimationFrame(look);
  };
  look();
});
"""
OPENINGS = 7


def first(browser: Browser, app: str, empty: str) -> None:
    """Every page and the empty one in turn, each in a browser that has nothing of either; the first round warms the
    servers."""
    urls = {"an empty page": empty, **{lesson.name: f"{app}/{lesson.slug}" for lesson in COURSE}}
    times: dict[str, dict[str, list[float]]] = {name: {"title": [], "view": []} for name in urls}
    for _ in range(OPENINGS + 1):
        for name, url in urls.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.add_init_script(TIME_FIRST)
            page.goto(url)
            for part, found in times[name].items():
                if part == "title" or url != empty:
                    page.wait_for_function(f"window.stands.{part} > 0")
                    found.append(page.evaluate(f"window.stands.{part}"))
            settle(page)
            context.close()
    least = statistics.median(times["an empty page"]["title"][1:])
    print(f"a page opened in a new browser, median of {OPENINGS}: an empty page's title {least:.0f} ms")
    for lesson in COURSE:
        middle = {part: statistics.median(found[1:]) for part, found in times[lesson.name].items()}
        told = (f"{part} {time:5.0f} ms, {time / least:.2f} times" for part, time in middle.items())
        print(f"  {lesson.name:<16} {'; '.join(told)}")


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
    parts = sys.argv[1:] or ["frames", "drag", "letgo", "keys", "bytes", "lessons", "first", "digits"]
    with sync_playwright() as playwright, served("app.py") as app, served("bench/peers/ready.py") as peer:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        lab = f"{app}/convolution"
        if "frames" in parts:
            frames(browser, lab)
        if "drag" in parts:
            drag(browser, lab)
        if "letgo" in parts:
            with served("bench/peers/slider.py") as slider:
                letgo(browser, lab, slider)
        if "keys" in parts:
            keys(browser, lab, peer)
        if "bytes" in parts:
            sizes(browser, lab, peer)
        if "lessons" in parts:
            lessons(browser, app)
        if "first" in parts:
            with served("bench/peers/empty.py") as empty:
                first(browser, app, empty)
        if "digits" in parts:
            digits(browser, app)
        browser.close()


if __name__ == "__main__":
    main()
