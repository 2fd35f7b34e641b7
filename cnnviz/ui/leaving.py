"""A visitor who has left is gone within a minute, and what they had of the server's memory is given back.

Streamlit by itself keeps the session of a closed tab, its uploads with it, until some later tab is closed, two minutes
on at the earliest. What it lets go of then hangs together in circles, which wait for Python's garbage collector; and
the C library keeps what was freed. So each of the three is asked for here, soon after somebody has left.
"""

import asyncio
import ctypes
import gc
import platform
import sys
from typing import Any

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.ui import state

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
STAYS = 45  # seconds: who lost the connection for less finds everything again
TIDIES = 5  # seconds: who leave together are swept up together

# By itself glibc, the C library of most Linux, keeps up to 64 MB of what was freed at the end of each of its heaps, and
# has one for each thread. So no heaps are made beyond those that there are, large blocks are given back at once, and
# little stays at an end: with less, the arrays of each convolution of 512 x 512 pixels would come from the system anew,
# which takes 10 ms where the convolution takes 3.
_GLIBC = ctypes.CDLL(None) if sys.platform == "linux" and platform.libc_ver()[0] == "glibc" else None
if _GLIBC:
    _GLIBC.mallopt(M_ARENA_MAX, 1)
    _GLIBC.mallopt(M_MMAP_THRESHOLD, 4 << 20)
    _GLIBC.mallopt(M_TRIM_THRESHOLD, 8 << 20)

Stay = tuple[str, dict[str, Any]]  # a session's id, and all that the pages keep for it
_ends: dict[str, asyncio.TimerHandle] = {}  # of sessions without a tab, by their ids
_tidying: asyncio.TimerHandle | None = None


def here() -> None:
    """Somebody's page runs: notice when its tab is closed."""
    if context := get_script_run_ctx():
        _stay(context.session_id, state.everything())


# Streamlit releases what is kept for one session once its tab is closed, on the loop on which it serves all of them:
# so all of what follows runs there, one thing after the other.


def left(of: Stay) -> None:
    """The tab of a session is closed."""
    session, _ = of
    if found := _ends.pop(session, None):
        found.cancel()
    _ends[session] = asyncio.get_running_loop().call_later(STAYS, _end, *of)


@st.cache_resource(scope="session", on_release=left, show_spinner=False)
def _stay(session: str, _kept: dict[str, Any]) -> Stay:
    return session, _kept


def _end(session: str, kept: dict[str, Any]) -> None:
    global _tidying
    del _ends[session]
    runtime = get_instance()
    if not runtime.is_active_session(session):
        if _tidying is None:
            _tidying = asyncio.get_running_loop().call_later(TIDIES, _tidy)
        runtime.close_session(session)
        kept.clear()  # Streamlit itself holds on to the last session that it served, until it serves another


def _tidy() -> None:
    global _tidying
    _tidying = None
    gc.collect()
    if _GLIBC:
        _GLIBC.malloc_trim(0)
