"""Who has left is gone soon after, and not before: a lost connection may come back."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.runtime import caching

from cnnviz.ui import leaving
from visitor import Visitor

SESSION = "test session id"  # AppTest's


class Runtime:
    """What stands for Streamlit's: it notes which sessions are closed."""

    def __init__(self, *active: str):
        self.active, self.closed = {*active}, []

    def is_active_session(self, session: str) -> bool:
        return session in self.active

    def close_session(self, session: str) -> None:
        self.closed.append(session)


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time passes when it is told to, on a thread of its own: a browser's may run on the test's."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.thread = ThreadPoolExecutor(1)

    def time(self) -> float:
        return self.now

    def call(self, act: Callable[[], object]) -> None:
        """Call it on the loop, and what is due by then."""

        async def calls() -> None:
            act()
            for _ in range(3):  # what is due, and what that calls
                await asyncio.sleep(0)

        self.thread.submit(lambda: self.run_until_complete(calls())).result()

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.call(lambda: None)

    def leave(self, *sessions: str) -> None:
        self.call(lambda: [leaving.left((session, {})) for session in sessions])


@pytest.fixture
def runtime(monkeypatch) -> Runtime:
    found = Runtime()
    monkeypatch.setattr(leaving, "get_instance", lambda: found)
    return found


@pytest.fixture
def clock(runtime) -> Iterator[Clock]:
    loop = Clock()
    yield loop
    loop.passes(leaving.STAYS)  # nothing is left for the next test
    loop.passes(leaving.TIDIES)
    loop.thread.shutdown()
    loop.close()


def test_a_closed_tab_is_noticed_on_any_page_and_its_session_closed(runtime, clock):
    def close() -> None:
        caching.clear_session_resource_cache(SESSION)  # as Streamlit does once a tab is closed

    clock.call(close)  # of the visitors of other tests, who have the same
    clock.passes(leaving.STAYS)
    for page in ("home", "convolution"):
        runtime.closed.clear()
        at = Visitor(page)
        assert at.app.session_state["cnnviz"]
        clock.call(close)
        clock.passes(leaving.STAYS - 1)
        assert runtime.closed == []
        clock.passes(1)
        assert runtime.closed == [SESSION] and at.app.session_state["cnnviz"] == {}


def test_who_comes_back_stays(runtime, clock):
    clock.leave("a")
    clock.passes(leaving.STAYS / 2)
    runtime.active.add("a")
    clock.passes(leaving.STAYS)
    assert runtime.closed == []

    clock.leave("a")  # twice, shortly after each other: the last time counts
    clock.passes(leaving.STAYS / 2)
    clock.leave("a")
    runtime.active.clear()
    clock.passes(leaving.STAYS / 2 + 1)
    assert runtime.closed == []
    clock.passes(leaving.STAYS / 2)
    assert runtime.closed == ["a"]


def test_what_hangs_together_in_a_circle_goes_though_nothing_collects_it(runtime, clock):
    class Link:
        pass

    one = Link()
    one.itself, gone = one, weakref.ref(one)
    gc.disable()
    try:
        del one
        clock.leave("a", "b")
        clock.passes(leaving.STAYS)
        assert gone() is not None and runtime.closed == ["a", "b"]
        clock.passes(leaving.TIDIES)
    finally:
        gc.enable()
    assert gone() is None
