"""The app in Firefox and in WebKit, which Safari and iPads use: every page paints, and K can be dragged by hand.

    python bench/browsers.py            both
    python bench/browsers.py firefox    one: firefox, webkit

Firefox is driven by npm's puppeteer-core (found by NODE_PATH), WebKit's MiniBrowser by PyPI's selenium. Nothing is
installed; where one of the two or its driver is missing, a sentence says what to install, and the other one goes on.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests")]

from cnnviz.ui.course import COURSE, HOME  # noqa: E402
from pages import served  # noqa: E402

WAIT = 60  # seconds for whatever is waited for
SIZE = (1440, 900)
LAB = "convolution?kernel=Random&size=40&k=3"


class Missing(Exception):
    """What a browser needs and is not there; the message says what to install."""


class Driver(Protocol):
    """What is done to a page of either browser."""

    def go(self, url: str) -> None: ...
    def run(self, expression: str) -> Any:
        """What a JavaScript expression comes to."""
    def move(self, x: int, y: int) -> None: ...
    def down(self) -> None: ...
    def up(self) -> None: ...
    def press(self, key: str) -> None: ...


# --- Firefox ---

# Reads what to do as JSON, a line each, and answers each with a line.
PUPPET = """
const { createInterface } = require("node:readline");
const [executablePath, width, height] = process.argv.slice(1);
import(require.resolve("puppeteer-core")).then(async ({ default: puppeteer }) => {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  const page = await browser.newPage();
  await page.setViewport({ width: Number(width), height: Number(height) });
  const acts = {
    go: (url) => page.goto(url).then(() => null), run: (text) => page.evaluate(text),
    move: (x, y) => page.mouse.move(x, y, { steps: 6 }), down: () => page.mouse.down(), up: () => page.mouse.up(),
    press: (key) => page.keyboard.press(key), version: () => browser.version(),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [act, ...told] = JSON.parse(line);
    console.log(JSON.stringify((await acts[act](...told)) ?? null));
  }
  await browser.close();
});
"""


class Firefox:
    def __init__(self, node: subprocess.Popen):
        self.node = node
        self.version = self._do("version")

    def _do(self, *what: object) -> Any:
        self.node.stdin.write(json.dumps(what) + "\n")
        self.node.stdin.flush()
        return json.loads(self.node.stdout.readline())

    def go(self, url: str) -> None:
        self._do("go", url)

    def run(self, expression: str) -> Any:
        return self._do("run", expression)

    def move(self, x: int, y: int) -> None:
        self._do("move", x, y)

    def down(self) -> None:
        self._do("down")

    def up(self) -> None:
        self._do("up")

    def press(self, key: str) -> None:
        self._do("press", key)


@contextmanager
def firefox() -> Iterator[Firefox]:
    path, node = shutil.which("firefox-esr") or shutil.which("firefox"), shutil.which("node")
    if not path or not node:
        raise Missing("Firefox needs itself and Node.js (Debian: apt install firefox-esr nodejs).")
    if subprocess.run([node, "-e", "require.resolve('puppeteer-core')"], capture_output=True).returncode:
        raise Missing("Firefox needs puppeteer-core: npm install it, and name its node_modules in NODE_PATH.")
    command = [node, "-e", PUPPET, path, *map(str, SIZE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driver:
        try:
            yield Firefox(driver)
        finally:
            driver.stdin.close()


# --- WebKit ---


class WebKit:
    def __init__(self, driver: Any):
        self.driver = driver
        self.version = f"{driver.capabilities['browserName']} {driver.capabilities['browserVersion']}"

    def go(self, url: str) -> None:
        self.driver.get(url)

    def run(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")

    def _pointer(self, *acts: tuple) -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        builder = ActionBuilder(self.driver, duration=50)
        for act, *told in acts:
            getattr(builder.pointer_action, act)(*told)
        builder.perform()

    def move(self, x: int, y: int) -> None:
        self._pointer(("move_to_location", x, y))

    def down(self) -> None:
        self._pointer(("pointer_down",))

    def up(self) -> None:
        self._pointer(("pointer_up",))

    def press(self, key: str) -> None:
        from selenium.webdriver import ActionChains, Keys

        ActionChains(self.driver).send_keys({"ArrowRight": Keys.ARROW_RIGHT}[key]).perform()


@contextmanager
def webkit() -> Iterator[WebKit]:
    browsers = glob.glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    if not browsers or not driver or not display:
        raise Missing("WebKit needs MiniBrowser, its driver and a screen (Debian: apt install webkit2gtk-driver xvfb).")
    if not importlib.util.find_spec("selenium"):
        raise Missing(f"WebKit is driven by selenium: {sys.executable} -m pip install selenium.")
    from selenium import webdriver

    screen = [display, "-displayfd", "1", "-screen", "0", f"{SIZE[0] + 60}x{SIZE[1] + 200}x24"]
    with subprocess.Popen(screen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as shown:
        try:
            os.environ["DISPLAY"] = f":{shown.stdout.readline().strip()}"
            options = webdriver.WebKitGTKOptions()
            options.binary_location = browsers[0]
            options.add_argument("--automation")
            service = webdriver.WebKitGTKService(executable_path=driver)
            found = webdriver.WebKitGTK(options=options, service=service)
            try:
                found.set_window_size(*SIZE)
                yield WebKit(found)
            finally:
                found.quit()
        finally:
            shown.terminate()


# --- what is tried ---

ROOTS = "[document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)]"


def found(selector: str) -> str:
    """JavaScript for an element of the page or of a component on it."""
    return f"{ROOTS}.map((root) => root.querySelector({json.dumps(selector)})).find(Boolean)"


def wait(page: Driver, expression: str, what: str) -> Any:
    """Wait until an expression is true, and return it."""
    end = time.monotonic() + WAIT
    while not (value := page.run(expression)):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {WAIT} s")
        time.sleep(0.05)
    return value


SETTLED = "Boolean(document.querySelector('[data-test-connection-state=CONNECTED][data-test-script-state=notRunning]'))"
# How many canvases of a page have something painted on them.
PAINTED = f"""{ROOTS}.flatMap((root) => [...root.querySelectorAll("[data-ready] canvas")]).filter((canvas) =>
  canvas.width && canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)).length"""
VIEWS = f"{ROOTS}.flatMap((root) => [...root.querySelectorAll('[data-ready]:not(.controls)')]).length"
DIAL, HANDLE = ".dial input[type=range][aria-label='K kernel']", ".handle[data-of=k]"
STAGE = found(".stage")
HEADER = f"{found('.stage .output header')}.innerText"
MAP = f"{found('.stage .panel.output canvas')}.toDataURL()"
HELD = f"{STAGE}.hasAttribute('data-preview')"


def middle(page: Driver, selector: str) -> tuple[int, int]:
    x, y, width, height = page.run(
        f"(({{ x, y, width, height }}) => [x, y, width, height])({found(selector)}.getBoundingClientRect())"
    )
    return round(x + width / 2), round(y + height / 2)


def every_page(page: Driver, app: str) -> None:
    for lesson in (HOME, *COURSE):
        page.go(f"{app}/{lesson.slug}")
        wait(page, SETTLED, f"{lesson.name} has run")
        wait(page, VIEWS, f"a view of {lesson.name} is ready")
        painted = wait(page, PAINTED, f"{lesson.name} has painted")
        failed = page.run("document.querySelectorAll('[data-testid=stException]').length")
        assert not failed, f"{lesson.name} shows an exception"
        print(f"  {lesson.name}: {page.run(VIEWS)} views, {painted} canvases painted")


def open_lab(page: Driver, app: str) -> None:
    page.go(f"{app}/{LAB}")
    wait(page, f"Boolean({STAGE}?.dataset.ready)", "the lab's stage is ready")
    wait(page, SETTLED, "the lab has run")
    for part in (DIAL, HANDLE):  # a component comes when it comes
        wait(page, f"Boolean({found(part)}?.getBoundingClientRect().width)", f"{part} is there")


def pull(page: Driver, selector: str, by: tuple[int, int]) -> None:
    """Pull something, see the map follow, and let go."""
    before, x_y = (page.run(HEADER), page.run(MAP)), middle(page, selector)
    page.move(*x_y)
    page.down()
    page.move(x_y[0] + by[0], x_y[1] + by[1])
    wait(page, HELD, "the stage shows what would come of it")
    wait(page, f"{HEADER} !== {json.dumps(before[0])} && {MAP} !== {json.dumps(before[1])}", "the map follows")
    held = page.run("location.search")
    page.up()
    wait(page, f"!{HELD} && location.search !== {json.dumps(held)}", "Python has answered")


def by_hand(page: Driver, app: str) -> None:
    open_lab(page, app)
    pull(page, DIAL, (60, 0))
    print("  the dial of K: the map follows, Python answers")
    pull(page, HANDLE, (40, 40))
    print("  the window's corner, pulled: the map follows, Python answers")
    open_lab(page, app)  # K may have been pulled as far as it goes
    value = f"Number({found(HANDLE)}.getAttribute('aria-valuenow'))"
    before = page.run(value)
    page.run(f"{found(HANDLE)}.focus()")
    page.press("ArrowRight")
    answered = f"!{HELD} && location.search.includes('k={before + 1}')"
    wait(page, f"{value} === {before + 1} && {answered}", "a key pulls it too")
    print("  the window's corner, by a key: Python answers")


def main() -> None:
    kinds = {"firefox": firefox, "webkit": webkit}
    failed = False
    with served("app.py") as app:
        for name in sys.argv[1:] or kinds:
            try:
                with kinds[name]() as page:
                    print(page.version)
                    by_hand(page, app)
                    every_page(page, app)
            except (Missing, AssertionError) as problem:
                failed = True
                print(f"  {problem}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
