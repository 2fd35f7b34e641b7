"""The door to the app's pages in a real browser, which keeps what goes wrong on them."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect


@cache
def profile(browser: Browser, url: str) -> BrowserContext:
    """One profile for all pages of a browser: what Streamlit loads is loaded once. What pages store is cleared.

    One page stays open all along and keeps the process that they share, with all that it has compiled.
    """
    context = browser.new_context(service_workers="block")
    context.new_page().goto(f"{url}/_stcore/health")
    return context


class Door:
    """Opens pages of the app, and keeps what goes wrong on them.

    errors   what a page complained of: uncaught errors, console.error, and exceptions of its script
    outside  addresses that a page asked for and that are not the app's (Chromium reaches none of them)
    """

    def __init__(self, browser: Browser, url: str):
        self.browser, self.url = browser, url
        self.errors: list[str] = []
        self.outside: list[str] = []
        self._pages: list[Page] = []
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        path: str = "",
        viewport: tuple[int, int] = (1440, 900),
        *,
        dark: bool = False,
        reduced_motion: bool = False,
        wait: bool = True,
        **context: object,
    ) -> Page:
        """The page at `path` ("convolution?k=3"), once its script has run to the end.

        viewport       (width, height) in CSS pixels
        dark           whether the visitor's system prefers dark colours
        wait           False: do not wait for the script
        context        further options of Playwright's new_context, such as has_touch=True: a fresh profile then
        """
        opened = self._context(**context) if context else profile(self.browser, self.url)
        page = opened.new_page()
        self._pages.append(page)
        page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        page.emulate_media(
            color_scheme="dark" if dark else "light", reduced_motion="reduce" if reduced_motion else "no-preference"
        )
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._listen)
        page.on("websocket", lambda socket: self._note(socket.url))
        page.goto(f"{self.url}/{path.lstrip('/')}")
        if wait:
            settle(page)
        return page

    def _context(self, **options: object) -> BrowserContext:
        self._contexts.append(self.browser.new_context(service_workers="block", **options))
        return self._contexts[-1]

    def _listen(self, message: ConsoleMessage) -> None:
        # On a page's own address Streamlit first looks for its server below that address, then at the top.
        source = message.location["url"]
        looking = re.search(r"//[^/]+/[^/]+/_stcore/(health|host-config)$", source) and "404" in message.text
        if message.type == "error" and not looking:
            self.errors.append(f"{message.text} ({source})")

    def _note(self, url: str) -> None:
        asked = urlsplit(url)
        # data:, blob: and about: name no host, and reach none.
        if asked.netloc and asked.netloc != urlsplit(self.url).netloc:
            self.outside.append(url)

    def shut(self, page: Page) -> None:
        """Close one page; an exception that it shows is noted first."""
        self.errors += page.get_by_test_id("stException").all_inner_texts()
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.close()
        self._pages.remove(page)

    def close(self) -> None:
        """Close what was opened."""
        for page in [*self._pages]:
            self.shut(page)
        for context in self._contexts:
            context.close()


def settle(page: Page, milliseconds: float = 30_000) -> None:
    """Wait until the page is connected and the app's script has run to its end.

    Straight after a click it may still be the run before that ended: wait for what the click changes instead.
    """
    app = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
    state = "data-test-script-state"
    found = page.wait_for_selector(f"{app}[{state}=notRunning], {app}[{state}=compilationError]", timeout=milliseconds)
    assert found.get_attribute(state) != "compilationError", "the page's script is not Python"


def slider_shows(page: Page, name: str, value: str) -> None:
    """Wait until the one slider of that name shows the value."""
    expect(page.get_by_role("slider", name=name, exact=True)).to_have_value(value)
