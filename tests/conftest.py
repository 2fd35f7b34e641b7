"""What the browser tests share: one server and one Chromium for each process of tests, and the door to the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import chromium
from door import Door, settle
from server import ROOT, Server

# As the app is run, and before NumPy reads it: two threads for a product on cores that are busy take longer than one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
expect.set_options(timeout=20_000)  # milliseconds: what comes late on a busy machine comes nevertheless


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that has to do with a browser is marked so: `-m "not browser"` runs the others.

    The files that have some come first, the longest before all, so that no process is left alone with it at the end.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    long = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path.name != "test_walks.py", item.path not in long))


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, served. Whatever test uses it, trying to reach another machine is an error."""
    with Server(ROOT / "app.py", tmp_path_factory.mktemp("server")) as server:
        yield server
    assert server.attempts() == [], "the server process tried to reach another machine"


@pytest.fixture(scope="session")
def app_url(app_server: Server) -> str:
    """The app's address, without a slash at the end."""
    return app_server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless. Where there is none, the test fails and says what to do."""
    path = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.TOGETHER))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, app_server: Server) -> Iterator[Door]:
    """Opens pages of the app: `page = open_page("convolution", (1024, 768), dark=True)`.

    At the end of the test no page may have complained or asked for anything outside. A test that provokes such a thing
    looks at `open_page.errors` and `open_page.outside` and clears them.
    """
    door = Door(browser, app_server.url)
    yield door
    door.close()
    assert door.errors == [], f"a page complained; the server's last words:\n{app_server.output()[-3000:]}"
    assert door.outside == [], "a page asked for something outside this machine"


@pytest.fixture(scope="module")
def warm(browser: Browser, app_server: Server) -> Iterator[Callable[[str], Page]]:
    """Opens pages of the app in one and the same tab of 1440x900, whose cache is warm after the first."""
    door = Door(browser, app_server.url)
    page = door()

    def go(path: str) -> Page:
        page.mouse.move(1, 1)
        page.goto(f"{app_server.url}/{path}")
        settle(page)
        return page

    yield go
    door.close()
    assert (door.errors, door.outside) == ([], [])


@pytest.fixture(scope="session")
def bench_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The pages with one component alone, tests/benches, served."""
    alone = ("--server.address=localhost", "--server.headless=true", "--server.showEmailPrompt=false")
    quiet = ("--browser.gatherUsageStats=false", "--client.showSidebarNavigation=false")
    still = ("--server.fileWatcherType=none",)
    folder, paths = tmp_path_factory.mktemp("benches"), (ROOT, ROOT / "tests")
    with Server(ROOT / "tests" / "benches" / "start.py", folder, (*alone, *quiet, *still), paths) as server:
        yield server
    assert server.attempts() == [], "the server process tried to reach another machine"


@pytest.fixture(scope="module")
def open_bench(browser: Browser, bench_server: Server) -> Iterator[Door]:
    """Opens benches, `open_bench("volumes?side=24")`; what they complain of counts when the file's tests are over."""
    door = Door(browser, bench_server.url)
    yield door
    door.close()
    assert (door.errors, door.outside) == ([], []), bench_server.output()[-2000:]


@pytest.fixture
def page(open_page: Door) -> Page:
    """The home page at 1440x900, light."""
    return open_page()
