"""Visitors who train while another uses the lab: how much slower its slider answers, and when their workers are gone.

    python bench/visitors.py      about three minutes

Two tabs train on the Learning page while a third moves the lab's K, with a picture of 512x512 RGB and nothing cached;
quiet rounds, with both paused, in between. Then both tabs are closed, and the processes that are left are counted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import chromium  # noqa: E402
from door import settle  # noqa: E402
from pages import TIME_KEY, VIEW, opened, served  # noqa: E402

ROUNDS = 4  # of KEYS keys each, quiet and loaded in turn
KEYS = 6
GONE_WITHIN = 10  # seconds
CHILD = "cnnviz.training.child"


def workers() -> list[int]:
    """The process ids of what trains on this machine; zombies too."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if CHILD in line]


def press(page: Page, name: str, state: str) -> None:
    page.bring_to_front()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(f".learning[data-state={state}]")).to_be_visible(timeout=60_000)


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
        lab.locator(".st-key-dial-k input[type=range]").focus()
        lab.keyboard.press("ArrowRight")
        times.append(lab.evaluate("() => window.timed"))
        settle(lab)
        lab.wait_for_timeout(150)


def main() -> None:
    before = {*workers()}
    with sync_playwright() as playwright, served("app.py") as app:
        # A tab in the background would be slowed down by the browser, and its worker would stand still.
        awake = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding",
                 "--disable-backgrounding-occluded-windows"]  # fmt: skip
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*chromium.FLAGS, *awake])
        lab, _ = opened(browser, f"{app}/convolution", f"{VIEW}&k=1")
        visitors = []
        for seed in (1, 2):
            page = browser.new_context().new_page()
            page.goto(f"{app}/learning?passes=20&learn-seed={seed}")
            page.locator(".learning[data-ready]").wait_for(timeout=60_000)
            press(page, "Start", "running")
            visitors.append(page)
        times: dict[str, list[float]] = {"quiet": [], "loaded": []}
        moved = []
        for round in range(ROUNDS):
            for name in ("quiet", "loaded") if round % 2 else ("loaded", "quiet"):
                for page in visitors:
                    if name == "quiet" and page.locator(".learning[data-state=running]").count():
                        press(page, "Pause", "paused")
                    elif name == "loaded" and page.locator(".learning[data-state=paused]").count():
                        press(page, "Go on", "running")
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
            if page.locator(".learning[data-state=paused]").count():
                press(page, "Go on", "running")
        print(f"workers at work: {len({*workers()} - before)}")
        for page in visitors:
            page.context.close()
        closed = time.monotonic()
        while {*workers()} - before and time.monotonic() - closed < 3 * GONE_WITHIN:
            lab.wait_for_timeout(100)
        print(f"gone {time.monotonic() - closed:.1f} s after their tabs were closed (at most {GONE_WITHIN})")
        browser.close()


if __name__ == "__main__":
    main()
