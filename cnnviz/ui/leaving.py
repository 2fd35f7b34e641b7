"""A visitor who has left is gone within a minute, and what they had of the server's memory is given back.

Streamlit by itself keeps the session of a closed tab, its uploads with it, until some later tab is closed, two minutes
on at the earliest. What it lets go of then hangs together in circles, which wait for Python's garbage collector; and
the C library keeps what was freed. So each of the three is asked for here, soon after somebody has left.
"""

import asyncio
import ctypes
import gc
import sys

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

STAYS = 45  # seconds: who lost the connection for less finds everything again
TIDIES = 5  # seconds: who leave together are swept up together

_ends: dict[str, asyncio.TimerHandle] = {}  # of sessions without a tab, by their ids
_tidying: asyncio.TimerHandle | None = None


def here() -> None:
    """Somebody's page runs: notice when its tab is closed."""
    if context := get_script_run_ctx():
        _stay(context.session_id)


# Streamlit releases what is kept for one session once its tab is closed, on the loop on which it serves all of them:
# so all of what follows runs there, one thing after the other.


def left(session: str) -> None:
    """The tab of a session is closed."""
    if found := _ends.pop(session, None):
        found.cancel()
    _ends[session] = asyncio.get_running_loop().call_later(STAYS, _end, session)


@st.cache_resource(scope="session", on_release=left, show_spinner=False)
def _stay(session: str) -> str:
    return session


def _end(session: str) -> None:
    global _tidying
    del _ends[session]
    runtime = get_instance()
    if not runtime.is_active_session(session):
        runtime.close_session(session)
        if _tidying is None:
            _tidying = asyncio.get_running_loop().call_later(TIDIES, _tidy)


def _tidy() -> None:
    global _tidying
    _tidying = None
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):  # glibc alone has it
        trim(0)
