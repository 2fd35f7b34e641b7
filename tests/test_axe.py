"""Every page as axe-core sees it, the components' shadow roots included: light and dark, on a screen and on a phone.

What axe finds to complain of is a failure, however minor, and whoever made it: what Streamlit leaves wrong is mended
here too.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.ui.frame import LESSONS
from door import settle

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
PATHS = {path: "" if path == "app.py" else path[6:-3] for path in LESSONS}
SCHEMES = ("light", "dark")
# Beside each page as it opens: a refusal, an impossible setting, text that cannot be read, the digit's other sources.
STATES = (
    "convolution?kernel=Box+blur&k=15&d=4&p=0&size=24",
    "convolution?kernel=Your+own+numbers&weights=1+nan&size=24",
    "convolution?rect=true&kw=5&sample=Your+own+picture&filters=Box+blur&filters=Emboss",
    "layers?stack=conv+8+99x99%3B+pool",
    "lenet?digit=Photo&form=Yours&off=C1.3",
    "learning?digit=Test+digit",
)
# What axe cannot know: whether what is tabbed to can be seen to be.
RUN = """async (where) => {
  const found = await axe.run(where ?? document, { resultTypes: ["violations"] });
  return found.violations.flatMap(({ impact, id, help, nodes }) => nodes.map(({ target, html, any, all, none }) =>
    `${impact}: ${id}, ${help}\\n    ${target.flat().join(" >>> ")}\\n    ${html.slice(0, 200)}\\n    ${[...any, ...all, ...none][0]?.message ?? ""}`));
}"""


def ready(page: Page) -> None:
    """Wait until the page's main view is painted."""
    expect(page.locator("[data-testid=stMain] [data-ready], .st-key-problem, .st-key-stuck-box").first).to_be_visible()
    settle(page)


def wear(page: Page, scheme: str) -> None:
    """Light or dark, once the page has put it on."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "(dark) => (getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(15, 20, 27)') === dark",
        arg=scheme == "dark",
    )
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def faults(page: Page, where: str | None = None) -> list[str]:
    """What axe has against the page as it stands, light and dark, each fault once."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, None] = {}
    for scheme in SCHEMES:
        wear(page, scheme)
        found |= dict.fromkeys(page.evaluate(RUN, where))
    return list(found)


def expand(page: Page) -> None:
    """Open every expander."""
    for summary in page.locator("details:not([open]) > summary").all():
        summary.click()
    expect(page.locator("details:not([open])")).to_have_count(0)


def popovers(page: Page) -> list[Locator]:
    return [button for button in page.get_by_test_id("stPopoverButton").all() if button.is_visible()]


def opened(page: Page) -> list[str]:
    """The same of all that opens over the page."""
    found = []
    for button in popovers(page):
        button.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        settle(page)
        found += faults(page, "[data-testid=stPopoverBody]")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_be_hidden()
    return found


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_on_any_page(warm: Callable[[str], Page], path: str):
    page = warm(PATHS[path])
    ready(page)
    expand(page)
    found = faults(page) + opened(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_where_something_cannot_be_or_comes_and_goes(warm: Callable[[str], Page], state: str):
    page = warm(state)
    ready(page)
    found = faults(page)
    assert not found, "\n".join(found)
