"""The lab as a person uses it in a browser: what it says, and what stands painted on its panels."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from door import settle

DEMO = (
    "convolution?sample=The+5+x+5+binary+picture&depth=Grey&values=0%E2%80%931&kernel=Diagonal+cross&p=0"
)
PIXELS = """(canvas, [x, y, width, height]) => {
  const ratio = canvas.width / canvas.clientWidth;
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  const data = canvas.getContext("2d").getImageData(Math.round(x * ratio), Math.round(y * ratio), w, h).data;
  return Array.from({ length: w * h }, (_, at) => [data[4 * at], data[4 * at + 1], data[4 * at + 2], data[4 * at + 3]]);
}"""
COUNT = """(canvas, [colour, near]) => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    found += data[at + 3] > 200 && colour.every((part, index) => Math.abs(part - data[at + index]) <= near);
  }
  return found;
}"""


# An element of the page that lies in a component, by its selector.
FIND = """(selector) => [...document.querySelectorAll("*")]
  .map((element) => element.shadowRoot?.querySelector(selector)).find(Boolean)"""


@dataclass
class Lab:
    """A page with a stage, or one of several: `where` is a selector in front of it.

    Positions on a panel are CSS pixels from its canvas's upper left corner.
    """

    page: Page
    where: str = ""

    def ready(self) -> Lab:
        expect(self.stage).to_have_attribute("data-ready", "1", timeout=20_000)
        settle(self.page)
        return self

    @property
    def stage(self) -> Locator:
        return self.page.locator(f"{self.where}.stage")

    def canvas(self, panel: str) -> Locator:
        return self.stage.locator(f".panel.{panel} canvas")

    @property
    def line(self) -> Locator:
        return self.stage.locator(".line")

    @property
    def tip(self) -> str:
        return self.stage.locator(".tip").inner_text()

    def numbers(self) -> tuple[float, float]:
        """The sum that the browser wrote out, and the output that Python computed, every digit."""
        found = self.line.evaluate("line => [line.dataset.sum, line.dataset.output]")
        return float(found[0]), float(found[1])

    def said(self) -> tuple[str, str, str]:
        """The result as the live line, the sum and the output panel say it."""
        spoken = re.split(r" (?:=|is) ", self.line.inner_text())[-1].rstrip(".")
        return spoken, self.stage.locator(".total output").inner_text(), self.stage.locator(".value").inner_text()

    def press(self, *keys: str) -> None:
        """Keys on the stage; returns once the last is painted."""
        self.stage.focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.painted()

    def painted(self) -> None:
        """Wait for the frame after the next: whatever was asked for has been painted by then."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def pixels(self, panel: str, x: float, y: float, width: float = 1, height: float = 1) -> list[list[int]]:
        """What stands painted in a rectangle of a panel: (red, green, blue, alpha) of every pixel."""
        return self.canvas(panel).evaluate(PIXELS, [x, y, width, height])

    def count(self, panel: str, colour: tuple[int, int, int], near: int = 40) -> int:
        """How many pixels of a panel have about this colour."""
        return self.canvas(panel).evaluate(COUNT, [colour, near])

    def hover(self, panel: str, x: float, y: float) -> None:
        box = self.canvas(panel).bounding_box()
        assert box
        self.page.mouse.move(box["x"] + x, box["y"] + y)
        self.painted()

    def button(self, title: str) -> Locator:
        return self.stage.get_by_title(title, exact=False)
