"""Who has left is gone soon after, and not before: a lost connection may come back."""

from __future__ import annotations

import asyncio
import gc
import weakref

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


@pytest.fixture
def runtime(monkeypatch) -> Runtime:
    found = Runtime()
    monkeypatch.setattr(leaving, "STAYS", 0.2)
    monkeypatch.setattr(leaving, "TIDIES", 0.05)
    monkeypatch.setattr(leaving, "get_instance", lambda: found)
    return found


def test_a_closed_tab_is_noticed_on_any_page_and_its_session_closed(runtime):
    async def leave() -> None:
        caching.clear_session_resource_cache(SESSION)  # as Streamlit does once a tab is closed
        await asyncio.sleep(0.1)
        assert runtime.closed == []
        await asyncio.sleep(0.3)

    for page in ("home", "convolution"):
        at = Visitor(page)
        assert at.app.session_state["cnnviz"]
        asyncio.run(leave())
        assert runtime.closed == [SESSION] and at.app.session_state["cnnviz"] == {}
        runtime.closed.clear()


def test_who_comes_back_stays(runtime):
    async def come_and_go() -> None:
        leaving.left(("a", {}))
        await asyncio.sleep(0.1)
        runtime.active.add("a")
        await asyncio.sleep(0.2)
        assert runtime.closed == []

        leaving.left(("a", {}))  # twice, shortly after each other: the last time counts
        await asyncio.sleep(0.1)
        leaving.left(("a", {}))
        runtime.active.clear()
        await asyncio.sleep(0.15)
        assert runtime.closed == []
        await asyncio.sleep(0.1)
        assert runtime.closed == ["a"]

    asyncio.run(come_and_go())


def test_what_hangs_together_in_a_circle_goes_though_nothing_collects_it(runtime):
    class Link:
        pass

    async def leave() -> None:
        for session in ("a", "b"):
            leaving.left((session, {}))
        await asyncio.sleep(0.4)

    one = Link()
    one.itself, gone = one, weakref.ref(one)
    gc.disable()
    try:
        del one
        assert gone() is not None
        asyncio.run(leave())
    finally:
        gc.enable()
    assert gone() is None and runtime.closed == ["a", "b"]
