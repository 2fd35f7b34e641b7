"""Many visitors at once: what two who train cost another one, and how often a class of forty is answered.

    python bench/visitors.py           both (about five minutes)
    python bench/visitors.py training  one part: training, class

training  how much slower the lab's slider answers while others train, and when their workers are gone
class     forty who change K of the lab, each of a picture of their own, beside forty on a page of one slider

Training: two tabs train on the Learning page while a third moves the lab's K, with a picture of 512x512 RGB and nothing
cached; quiet rounds, with both paused, in between. Then both tabs are closed, and the processes that are left counted.

The visitors' tabs are on this machine too, which theirs would not be: they ask for reduced motion, so that they paint
each update once. Told too is how much of a core the server itself takes while both train and nobody else does anything.

A class: sessions without a browser, each of which moves K again as soon as it is answered; in turn with the other page.
Told are changes a second, and how long the server takes meanwhile to say that it is well. What reads the answers runs
on the same cores.
"""

from __future__ import annotations

import asyncio
import io
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from memory import Visitor  # noqa: E402

import chromium  # noqa: E402
from door import settle  # noqa: E402
from pages import GIVE_UP, TIME_KEY, VIEW, opened, served  # noqa: E402

ROUNDS = 4  # of KEYS keys each, quiet and loaded in turn
KEYS = 6
GONE_WITHIN = 10  # seconds
CHILD = "cnnviz.jobs.child"
CLASS, TURNS, LASTS = 40, 3, 10  # visitors; turns of each page; seconds of a turn

# Asks the server every tenth of a second, in a process of its own, until it is ended: milliseconds, one a line.
ASK_HEALTH = """
import sys, time, urllib.request
while True:
    start = time.perf_counter()
    urllib.request.urlopen(sys.argv[1] + "/_stcore/health").read()
    print(1000 * (time.perf_counter() - start), flush=True)
    time.sleep(0.1)
"""


def listed(*which: str) -> list[tuple[int, str]]:
    """(process id, command) of some processes; zombies too."""
    told = subprocess.run(["ps", *which, "-o", "pid=,args="], capture_output=True, text=True).stdout
    return [(int(line.split()[0]), line) for line in told.splitlines()]


def workers(server: int) -> int:
    """How many processes of a server train."""
    return sum(CHILD in command for _, command in listed("--ppid", str(server)))


def seconds_of(process: int) -> float:
    """The processor time that a process has taken, its own children apart."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def become(page: Page, state: str) -> None:
    """Press the button until the run is in this state: one that has come to its end is started again."""
    names = ("Start", "Go on", "Start again") if state == "running" else ("Pause",)
    end = time.monotonic() + 90
    while page.locator(".learning").first.get_attribute("data-state") != state:
        if time.monotonic() > end:
            raise TimeoutError(f"A visitor's run did not become {state}.")
        button = page.locator(".st-key-learn button").first
        if button.inner_text().split("\n")[-1] in names:
            button.click()
        page.wait_for_timeout(500)


def step(page: Page) -> int:
    return int(page.locator(".learning").first.get_attribute("data-step") or 0)


def keys(lab: Page, kernel: str, times: list[float]) -> None:
    """K from 1 on, a key at a time."""
    lab.bring_to_front()
    lab.goto(f"{lab.url.split('?')[0]}?{VIEW.replace('Gaussian+blur', kernel)}&k=1")
    lab.locator(".stage[data-ready]").wait_for(timeout=60_000)
    settle(lab)
    lab.wait_for_timeout(1500)
    for _ in range(KEYS):
        lab.evaluate(f"() => {{ window.timed = ({TIME_KEY})(); }}")
        lab.locator(".dial-k input[type=range]").focus()
        lab.keyboard.press("ArrowRight")
        times.append(lab.evaluate(f"() => Promise.race([window.timed, {GIVE_UP}])"))
        settle(lab)
        lab.wait_for_timeout(150)


def training() -> None:
    with sync_playwright() as playwright, served("app.py") as app:
        port = app.rpartition(":")[2]
        (server,) = (number for number, command in listed("-e") if f"--server.port={port}" in command)
        # A tab in the background would be slowed down by the browser, and its worker would stand still.
        awake = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding",
                 "--disable-backgrounding-occluded-windows"]  # fmt: skip
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*chromium.FLAGS, *awake])
        lab, _ = opened(browser, f"{app}/convolution", f"{VIEW}&k=1")
        visitors = []
        for seed in (1, 2):
            page = browser.new_context(reduced_motion="reduce").new_page()
            page.goto(f"{app}/learning?passes=20&batch=8&learn-seed={seed}")
            page.locator(".learning[data-ready]").first.wait_for(timeout=60_000)
            become(page, "running")
            visitors.append(page)
        times: dict[str, list[float]] = {"quiet": [], "loaded": []}
        moved = []
        for round in range(ROUNDS):
            for name in ("quiet", "loaded") if round % 2 else ("loaded", "quiet"):
                for page in visitors:
                    become(page, "paused" if name == "quiet" else "running")
                at = [step(page) for page in visitors]
                keys(lab, ("Random", "Gaussian+blur")[round % 2], times[name])
                if name == "loaded":
                    moved += [step(page) - old for page, old in zip(visitors, at)]
        middle = {name: statistics.median(found) for name, found in times.items()}
        print(
            f"slider key -> painted in the lab, median of {len(times['quiet'])}: quiet {middle['quiet']:.0f} ms, two "
            f"visitors training {middle['loaded']:.0f} ms, ratio {middle['loaded'] / middle['quiet']:.2f}; each "
            f"made {min(moved)} to {max(moved)} steps meanwhile"
        )
        for page in visitors:
            become(page, "running")
        lab.wait_for_timeout(1000)
        start, used = time.monotonic(), seconds_of(server)
        lab.wait_for_timeout(8000)
        share = (seconds_of(server) - used) / (time.monotonic() - start)
        print(f"the server takes {100 * share:.0f} % of a core while both train")
        print(f"workers at work: {workers(server)}")
        for page in visitors:
            page.context.close()
        closed = time.monotonic()
        while workers(server) and time.monotonic() - closed < 3 * GONE_WITHIN:
            lab.wait_for_timeout(100)
        print(f"gone {time.monotonic() - closed:.1f} s after their tabs were closed (at most {GONE_WITHIN})")
        browser.close()


# --- a class ---


def picture(number: int) -> bytes:
    """A photo of 800x600, as a JPEG; no two are the same."""
    small = Image.fromarray(np.random.default_rng(number).integers(0, 256, (24, 32, 3), np.uint8))
    file = io.BytesIO()
    small.resize((800, 600), Image.Resampling.BICUBIC).save(file, "JPEG")
    return file.getvalue()


class Class:
    """Those who sit before one page: how often they were answered in all, in how long, and what went wrong."""

    def __init__(self, url: str, visitors: list[Visitor], change: Callable[[Visitor, int], Coroutine]):
        self.url, self.visitors, self.change = url, visitors, change
        self.answered, self.health, self.errors = [], [], []
        self.seconds = 0.0

    async def work(self) -> None:
        """For a while each moves K again as soon as it is answered."""
        command = [sys.executable, "-c", ASK_HEALTH, self.url]
        asks = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        start = time.monotonic()
        await asyncio.gather(*(self._work(visitor, start + LASTS) for visitor in self.visitors))
        self.seconds += time.monotonic() - start
        asks.terminate()
        self.health += map(float, asks.communicate()[0].split())

    async def _work(self, visitor: Visitor, end: float) -> None:
        k = 3
        while time.monotonic() < end:
            k = random.choice([other for other in range(3, 16) if other != k])
            start = time.monotonic()
            try:
                await self.change(visitor, k)
            except Exception as error:
                self.errors.append(repr(error))
                return
            self.answered.append(1000 * (time.monotonic() - start))

    @property
    def rate(self) -> float:
        return len(self.answered) / self.seconds


async def classes(app: str, peer: str) -> None:
    lab = Class(app, [Visitor(app) for _ in range(CLASS)], Visitor.turn)
    slider = Class(peer, [Visitor(peer, "") for _ in range(CLASS)], Visitor.slide)
    for visitor in (*lab.visitors, *slider.visitors):
        await visitor.come()
    for number, visitor in enumerate(lab.visitors):
        await visitor.bring(picture(number))
    for turn in range(TURNS):
        for one in (lab, slider) if turn % 2 else (slider, lab):
            await one.work()
    for name, one in (("lab", lab), ("one slider", slider)):
        print(
            f"{CLASS} visitors, {name}: {one.rate:.0f} changes of K a second, each answered in "
            f"{statistics.median(one.answered):.0f} ms (median); {len(one.errors)} errors {one.errors[:1]}; health "
            f"{statistics.median(one.health):.0f} ms, at worst {max(one.health):.0f} ms of {len(one.health)}"
        )
    print(f"the lab answers {lab.rate / slider.rate:.2f} times as often")


def main() -> None:
    parts = sys.argv[1:] or ["training", "class"]
    if "training" in parts:
        training()
    if "class" in parts:
        with served("app.py") as app, served("bench/peers/slider.py") as peer:
            asyncio.run(classes(app, peer))


if __name__ == "__main__":
    main()
