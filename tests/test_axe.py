"""Every page to those who do not see it, or not well: what axe-core finds, names, headings, landmarks.

Shadow roots of components are looked into as well. Whatever axe complains of is a failure, however minor, and whoever
made it: what Streamlit leaves wrong is mended here too.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from door import settle
from visitor import LESSONS

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
PATHS = {name: "" if path == "app.py" else path[6:-3] for path, name in LESSONS.items()}
# Beside each page as it opens: a refusal, what cannot be, text that cannot be read, the digit's other sources.
STATES = {
    "no map": "convolution?kernel=Box+blur&k=15&d=4&p=0&size=24",
    "no kernel": "convolution?kernel=Your+own+numbers&weights=1+nan&size=24",
    "several filters, no upload": "convolution?rect=true&kw=5&sample=Your+own+picture&filters=Box+blur&filters=Emboss",
    "no stack": "layers?stack=conv+8+99x99%3B+pool",
    "photo of a digit": "lenet?digit=Photo&form=Yours&off=C1.3",
    "test digit": "learning?digit=Test+digit",
}
DARK = "rgb(15, 20, 27)"

# [where, whether the colours alone] -> what axe complains of, a text each.
RUN = r"""async ([where, isColours]) => {
  const rules = isColours ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
  const { violations } = await axe.run(where, { resultTypes: ["violations"], ...rules });
  const told = ({ any, all, none }) => [...any, ...all, ...none][0]?.message ?? "";
  return violations.flatMap(({ impact, id, help, nodes }) => nodes.map((node) =>
    [`${impact}: ${id}, ${help}`, node.target.flat().join(" >>> "), node.html.slice(0, 200), told(node)]
      .join("\n    ")));
}"""
# The words seen on a control are how its name begins: who speaks to the page says what is seen.
MISNAMED = r"""() => {
  const found = [], plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const seen = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent;
    if (node.nodeType !== Node.ELEMENT_NODE || node.ariaHidden === "true" || node.localName === "style") return "";
    return node.checkVisibility({ visibilityProperty: true }) ? [...node.childNodes].map(seen).join(" ") : "";
  };
  const controls = "button, a, summary, [role=button], [role=radio], [role=switch], [role=tab]";
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const label = element.getAttribute("aria-label");
      if (!label || !element.matches(controls)) continue;
      const shown = getComputedStyle(element, "::after").content.replace(/^"|"$|^none$/g, "");
      const words = plain(`${seen(element)} ${shown}`);
      if (!plain(label).startsWith(words)) found.push(`named “${label}”, seen as “${words}”`);
    }
  };
  look(document);
  return found;
}"""
HEADINGS = """() => {
  const found = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (/^H[1-6]$/.test(element.tagName)) found.push(Number(element.tagName[1]));
    }
  };
  look(document.querySelector("main"));
  return found;
}"""


def ready(page: Page) -> None:
    """Wait until the page's main view is painted, or what stands in its place, and Streamlit's elements have names."""
    expect(
        page.locator("main").locator(".stage, .st-key-stuck-box, [data-ready]:not(.controls), .st-key-problem").first
    ).to_be_visible()
    expect(page.locator("[role=navigation]").first).to_be_attached()
    settle(page)


def faults(page: Page, where: str = "html") -> list[str]:
    """What axe has against a part of the page as it stands, light and dark, each fault once."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, None] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "([colour, is]) => is === (getComputedStyle(document.querySelector('.stApp')).backgroundColor === colour)",
            arg=[DARK, scheme == "dark"],
        )
        found |= dict.fromkeys(page.evaluate(RUN, [where, scheme == "dark"]))
    return list(found)


def opened_faults(page: Page) -> list[str]:
    """The same of all that opens over the page."""
    found = []
    for button in page.locator("main").get_by_test_id("stPopoverButton").filter(visible=True).all():
        button.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        settle(page)
        found += faults(page, "[data-testid=stPopoverBody]") + page.evaluate(MISNAMED)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    return found


@pytest.mark.parametrize("name", PATHS)
def test_nothing_to_complain_of_on_any_page(warm: Callable[[str], Page], name: str):
    page = warm(PATHS[name])
    ready(page)
    for summary in page.locator("details:not([open]) > summary").all():
        summary.click()
    expect(page.locator("details:not([open])")).to_have_count(0)
    found = faults(page) + page.evaluate(MISNAMED) + opened_faults(page)
    assert not found, "\n".join(found)

    headings = page.evaluate(HEADINGS)
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(deeper <= above + 1 for above, deeper in zip(headings, headings[1:], strict=False))

    expect(page.get_by_role("main")).to_have_count(1)
    row = page.get_by_role("navigation", name="Lessons")
    expect(row).to_have_count(1)
    expect(row.get_by_role("link")).to_have_text([*LESSONS.values()])
    expect(row.locator("[aria-current=page]")).to_have_text([name])


@pytest.mark.parametrize("state", STATES)
def test_nothing_to_complain_of_where_something_cannot_be_or_is_chosen(warm: Callable[[str], Page], state: str):
    page = warm(STATES[state])
    ready(page)
    found = faults(page) + page.evaluate(MISNAMED)
    assert not found, "\n".join(found)


def test_nothing_to_complain_of_on_a_phone(warm: Callable[[str], Page]):
    page = warm("convolution")
    try:
        page.set_viewport_size({"width": 390, "height": 844})
        ready(page)
        page.get_by_role("button", name="Lessons: Convolution").click()
        row = page.get_by_test_id("stPopoverBody").get_by_role("navigation", name="Lessons")
        expect(row.locator("[aria-current=page]")).to_have_text(["Convolution"])
        found = faults(page) + page.evaluate(MISNAMED)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Picture, kernel").click()
        expect(page.get_by_test_id("stSidebar").get_by_role("button", name="Close the sidebar")).to_be_visible()
        found += faults(page) + page.evaluate(MISNAMED)
    finally:
        page.set_viewport_size({"width": 1440, "height": 900})
    assert not found, "\n".join(found)
