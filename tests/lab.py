"""The lab as a person uses it in a browser: what it says, and what stands painted on its panels."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from door import settle

DEMO = (
    "convolution?sample=The+5+x+5+binary+picture&depth=Grey&values=0%E2%80%931&kernel=Diagonal+cross&p=0"
)
# An element of the page that lies in a component, by its selector.
FIND = """(selector) => [...document.querySelectorAll("*")]
  .map((element) => element.shadowRoot?.querySelector(selector)).find(Boolean)"""


# What a panel writes while it is painted from nothing: [text, size of its letters, left, top, width, height] of each,
# in CSS pixels of the panel; letters that are pressed into less room count as small as they are wide.
TEXTS = """async (root, panel) => {
  const canvas = root.querySelector(`.panel.${panel} canvas`), found = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most) {
    if (this.canvas === canvas || !this.canvas.isConnected) {
      const { width, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = this.measureText(text);
      const pressed = most && most < width ? most / width : 1, wide = width * pressed;
      const left = x - wide * { center: 0.5, right: 1, left: 0, start: 0 }[this.textAlign];
      const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * pressed;
      found.push([this.canvas === canvas, text, size, left, y - up, wide, up + down]);
    }
    return fillText.apply(this, most === undefined ? [text, x, y] : [text, x, y, most]);
  };
  const before = canvas.style.width;
  canvas.style.width = `${canvas.clientWidth - 1}px`; // another size: layers that are kept are painted anew
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  canvas.dispatchEvent(new PointerEvent("pointerleave", { pointerType: "mouse" }));
  await frame();
  canvas.style.width = before;
  found.length = 0;
  canvas.dispatchEvent(new PointerEvent("pointerleave", { pointerType: "mouse" }));
  await frame();
  CanvasRenderingContext2D.prototype.fillText = fillText;
  return found.map(([, ...told]) => told);
}"""


@dataclass
class Text:
    """A text as it is painted: CSS pixels of its panel."""

    text: str
    size: float
    left: float
    top: float
    width: float
    height: float

    @property
    def number(self) -> float | None:
        """The number that it is, if it is one: "−1.5", "= 12", "Σ 3"."""
        found = re.fullmatch(r"[=→Σ+ ]*(−?)([\d,]+(?:\.\d+)?)", self.text)
        return float(found[2].replace(",", "")) * (-1 if found[1] else 1) if found else None


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

    def image(self, panel: str) -> np.ndarray:
        """What stands painted on a panel, a CSS pixel each: uint8 (height, width, 4), red, green, blue and alpha."""
        return self.picture_of(self.canvas(panel))

    def picture_of(self, canvas: Locator) -> np.ndarray:
        """The same of any canvas of the page."""
        address = canvas.evaluate("canvas => canvas.toDataURL()")
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
            return np.asarray(image.convert("RGBA"))

    def pixels(self, panel: str, x: float, y: float, width: float = 1, height: float = 1) -> np.ndarray:
        """The pixels of a rectangle of a panel: (count, 4)."""
        left, top = round(x), round(y)
        part = self.image(panel)[top : top + max(1, round(height)), left : left + max(1, round(width))]
        return part.reshape(-1, 4).astype(int)

    def count(self, panel: str, colour: tuple[int, int, int], near: int = 40) -> int:
        """How many pixels of a panel have about this colour."""
        image = self.image(panel).astype(int)
        is_near = (np.abs(image[..., :3] - colour) <= near).all(axis=-1)
        return int((is_near & (image[..., 3] > 200)).sum())

    def hover(self, panel: str, x: float, y: float) -> None:
        box = self.canvas(panel).bounding_box()
        assert box
        self.page.mouse.move(box["x"] + x, box["y"] + y)
        self.painted()

    def texts(self, panel: str) -> list[Text]:
        """Every text that stands painted on a panel, once it has been painted anew."""
        found = self.stage.evaluate(TEXTS, panel)
        return [Text(*one) for one in found]

    def tap(self, panel: str, x: float, y: float) -> None:
        """A finger's tap on a panel; the page must have been opened with has_touch."""
        box = self.canvas(panel).bounding_box()
        assert box
        self.page.touchscreen.tap(box["x"] + x, box["y"] + y)
        self.painted()

    def button(self, title: str) -> Locator:
        return self.stage.get_by_title(title, exact=False)


def upload(page: Page, name: str, data: bytes, mime: str = "image/png") -> None:
    """Put a file of the visitor's own into the sidebar."""
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": mime, "buffer": data}
    )
