"""The drawing pad on a page: drawing on it with the mouse and with a finger, and what the test page says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

PENS = {"Thin pen": 0.05, "Medium pen": 0.075, "Thick pen": 0.105}
Places = Sequence[Sequence[float]]
MATCHES = """(wanted) => {
  const told = document.querySelector("#told");
  if (!told) return false;
  const said = JSON.parse(told.textContent);
  return Object.entries(wanted).every(([name, value]) => JSON.stringify(said[name]) === JSON.stringify(value));
}"""


class Pad:
    """`places` are shares of the pad's side, from the left and from the top."""

    def __init__(self, page: Page):
        self.page = page
        self.canvas: Locator = page.locator(".drawpad canvas")
        self._hand: Any = None

    def ready(self) -> Pad:
        self.page.wait_for_selector(".drawpad[data-ready]")
        return self

    def button(self, name: str) -> Locator:
        return self.page.locator(".drawpad").get_by_role("button", name=name)

    def clear(self) -> None:
        self.button("Clear").click(force=True)  # which does nothing on an empty pad, and says so

    def take(self, thickness: float) -> None:
        """The pen that is nearest to it."""
        pen = self.button(min(PENS, key=lambda name: abs(PENS[name] - thickness)))
        if pen.get_attribute("aria-pressed") != "true":
            pen.click()

    def is_told(self, strokes: int) -> None:
        """Wait until so many strokes are drawn and Python has them."""
        words = "1 stroke" if strokes == 1 else f"{strokes} strokes"
        self.page.wait_for_selector(f'.drawpad[data-told=true] canvas[aria-label="Drawing pad: {words}"]')

    def box(self) -> dict[str, float]:
        box = self.canvas.bounding_box()
        assert box
        return dict(box)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = self.box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def _on_page(self, places: Places) -> list[tuple[float, float]]:
        box = self.box()
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]

    def draw_by_mouse(self, places: Places) -> None:
        on_page = self._on_page(places)
        kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1), "mouseReleased"]
        held = {"button": "left", "buttons": 1, "clickCount": 1}
        self.page.mouse.move(*on_page[0])
        self._send(
            ("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **held})
            for kind, (x, y) in zip(kinds, [*on_page, on_page[-1]])
        )

    def touch(self, *events: tuple[str, Places]) -> None:
        """Events of the fingers that are down, each "touchStart", "touchMove" or "touchEnd" and where they are."""
        self._send(
            (
                "Input.dispatchTouchEvent",
                {
                    "type": kind,
                    "touchPoints": [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(self._on_page(at))],
                },
            )
            for kind, at in events
        )

    def draw_by_touch(self, places: Places) -> None:
        moves = [("touchMove", [place]) for place in places[1:]]
        self.touch(("touchStart", places[:1]), *moves, ("touchEnd", []))

    def _send(self, messages: Iterable[tuple[str, dict[str, object]]]) -> None:
        """One after the other, none waiting for the answer to the one before: that comes only with the next frame.

        A hand does not wait for frames either. Playwright's public `send` does.
        """
        if self._hand is None:
            self._hand = self.page.context.new_cdp_session(self.page)
            self._hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

        ready = list(messages)  # which ask the page for places

        async def all_sent() -> None:
            sending = (self._hand._impl_obj.send(name, parameters, None) for name, parameters in ready)
            await asyncio.wait_for(asyncio.gather(*sending), 30)  # seconds: else a frame that never comes is waited for

        self._hand._sync(all_sent())

    def told(self, **wanted: object) -> dict[str, Any]:
        """What the bench of the digit says of the digit, once it says what is wanted."""
        self.page.wait_for_function(MATCHES, arg=wanted, timeout=15_000)
        return json.loads(self.page.locator("#told").inner_text())
