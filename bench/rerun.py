"""Where each millisecond goes from letting K go in the lab to Python's map on the screen, in headless Chromium.

    python bench/rerun.py

The dial of K is dragged and let go, at 192 pixels RGB, to values not seen before. The server notes when a run begins
and ends, and in it the part of the page that runs and the map; the page, when it sends, when messages come, when the
stage has them and when that is painted. Both read the machine's clock.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from functools import wraps
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests")]

KERNELS = ("Gaussian+blur", "Random")

# What happens in the browser from now on, as [what, milliseconds of the machine's clock], until the stage has painted.
NOTE = """
() => new Promise((done) => {
  const noted = [], note = (what, at = performance.now()) => noted.push([what, performance.timeOrigin + at]);
  const roots = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean);
  const stage = roots.map((root) => root.querySelector(".stage")).find(Boolean);
  const watch = new MutationObserver(() => {
    if (stage.hasAttribute("data-preview")) return;
    watch.disconnect();
    note("told");
    requestAnimationFrame(() => requestAnimationFrame(() => { note("painted"); window.note = () => {}; done(noted); }));
  });
  window.note = note;
  addEventListener("pointerup", () => {
    note("let go");
    watch.observe(stage, { attributeFilter: ["data-preview", "data-ready"] });
  }, { once: true, capture: true });
})
"""
# Before the page loads: its WebSocket says when it sends and when a message comes.
SOCKET = """
window.note = () => {};
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (...all) {
  if (!this.noted) { this.noted = true; this.addEventListener("message", () => window.note("came")); }
  window.note("sent");
  return send.apply(this, all);
};
"""


def serve(notes: str, script: str, *options: str) -> None:
    """In a process of its own: the app, whose steps go to the file `notes`, a line each: [what, begun, ended]."""
    from streamlit.runtime.scriptrunner import script_runner
    from streamlit.web import cli

    from cnnviz.ui import cached, state

    out = Path(notes).open("a", buffering=1)

    def noted(what, function):
        @wraps(function)
        def run(*args, **kwargs):
            begun = time.time()
            try:
                return function(*args, **kwargs)
            finally:
                out.write(json.dumps([what, 1000 * begun, 1000 * time.time()]) + "\n")

        return run

    by_itself = state.by_itself
    state.by_itself = lambda part, *args, **kwargs: by_itself(noted("part", part), *args, **kwargs)
    cached.convolve = noted("map", cached.convolve)
    script_runner.ScriptRunner._run_script = noted("run", script_runner.ScriptRunner._run_script)
    sys.argv = ["streamlit", "run", script, *options]
    cli.main()


def split(page: list[tuple[str, float]], server: list[tuple[str, float, float]]) -> dict[str, float]:
    """How long each part of one change took, in milliseconds, one after the other; they add up to the whole."""
    at = {what: [time for name, time in page if name == what] for what in ("let go", "sent", "came", "told", "painted")}
    begun, ended = at["let go"][0], at["painted"][0]
    inside = [note for note in server if begun <= note[1] <= ended]
    took = {what: sum(end - start for name, start, end in inside if name == what) for what in ("part", "map")}
    (run,) = (note for note in inside if note[0] == "run")
    last = max(time for time in at["came"] if time <= at["told"][0])
    return {
        "the dial, until the message goes": at["sent"][0] - begun,
        "transport and Streamlit's queue, to the run": run[1] - at["sent"][0],
        "Streamlit, around the page's part": run[2] - run[1] - took["part"],
        "the page's part, without the map": took["part"] - took["map"],
        "the map": took["map"],
        "encoding, sending, to the message that the stage waits for": max(0.0, last - run[2]),
        "React, to the stage": at["told"][0] - max(last, run[2]),
        "drawing, to the end of the second frame": ended - at["told"][0],
    }


def main() -> None:
    from playwright.sync_api import sync_playwright

    import chromium
    from door import settle
    from pages import VALUES, let_go, served

    parts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        notes = Path(folder) / "notes"
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        with served("app.py", (__file__, "serve", str(notes))) as app:
            for kernel in KERNELS:
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.add_init_script(SOCKET)
                page.goto(f"{app}/convolution?size=192&kernel={kernel}&k=3")
                page.locator(".stage[data-ready]").wait_for()
                settle(page)
                page.wait_for_timeout(1000)
                held = 3
                for value in VALUES:
                    told = let_go(page, held, value, NOTE)
                    parts.append(split(told, [json.loads(line) for line in notes.read_text().splitlines()]))
                    held = value
                page.close()
        browser.close()
    whole = statistics.median(sum(one.values()) for one in parts)
    print(f"let go -> painted: {whole:.0f} ms, median of {len(parts)}; of which, medians:")
    for what in parts[0]:
        print(f"  {statistics.median(one[what] for one in parts):5.1f} ms  {what}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
    else:
        main()
