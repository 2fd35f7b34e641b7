"""After installation no request leaves the machine: not from the browser, not from the server process."""

import os
import subprocess
import sys

import pytest

from door import Door, settle
from server import ROOT, WATCH, Server

PAGES = ["", *(path.stem for path in sorted((ROOT / "pages").glob("*.py")))]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_outside(warm, app_server, name):
    """The browser's part is asserted where the warm tab is closed, for all pages together."""
    page = warm(name)
    page.wait_for_load_state("networkidle")
    assert page.get_by_test_id("stAppViewContainer").inner_text().strip(), "the page is empty"
    assert app_server.attempts() == []


# Two detectors stand above. What follows proves that each goes red; nothing leaves the machine for it, since the watch
# refuses what it reports and Chromium knows no other host. The addresses are reserved for examples (RFC 5737, 6761).


@pytest.mark.parametrize(
    ("attempt", "reported"),
    [
        ("socket.create_connection(('192.0.2.1', 80))", "socket.getaddrinfo 192.0.2.1"),
        ("socket.socket().connect(('192.0.2.1', 80))", "socket.connect 192.0.2.1"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))", "socket.sendto 192.0.2.1"),
        ("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))", "socket.connect 2001:db8::1"),
        ("socket.gethostbyname('name.example')", "socket.gethostbyname name.example"),
        ("urllib.request.urlopen('http://name.example/')", "socket.getaddrinfo name.example"),
        ("subprocess.run([sys.executable, '-c', 'import socket; socket.gethostbyname(\"name.example\")'])",
         "socket.gethostbyname name.example"),
        ("socket.socket().bind(('', 0))", "socket.bind "),
        ("socket.create_server(('127.0.0.1', 0)); socket.getaddrinfo('localhost', 80)", None),
    ],
)  # fmt: skip
def test_the_watch_sees_what_a_process_tries(tmp_path, attempt, reported):
    report = tmp_path / "attempts.txt"
    subprocess.run(
        [sys.executable, "-c", f"import socket, subprocess, sys, urllib.request; {attempt}"],
        env={**os.environ, "PYTHONPATH": str(WATCH), "CNNVIZ_WATCH": str(report)},
        stderr=subprocess.DEVNULL,
    )
    assert (report.read_text("utf-8").splitlines() if report.exists() else None) == (reported and [reported])


@pytest.fixture
def careless(tmp_path):
    """A page that asks for something outside, in a folder of its own, without the app's settings."""
    script = tmp_path / "careless.py"
    script.write_text(
        "import socket, streamlit as st\n"
        "try:\n    socket.create_connection(('page.example', 80))\nexcept OSError:\n    pass\n"
        "st.html('''<style>@font-face { font-family: far; src: url(http://font.example/a.woff2) }</style>"
        "<p style='font-family: far'>far</p>''')\n"
        "st.html('''<script>fetch('http://fetch.example/').catch(() => 0); new WebSocket('ws://socket.example/');"
        "</script>''', unsafe_allow_javascript=True)\n"
        "st.image('http://192.0.2.1/picture.png')\n",
        "utf-8",
    )
    return script


def test_the_watch_sees_what_a_server_and_a_page_try(browser, careless, tmp_path):
    with Server(careless, tmp_path, ("--server.address=127.0.0.1", "--server.headless=true")) as server:
        door = Door(browser, server.url)
        page = door(wait=False)
        settle(page)
        page.wait_for_function("document.fonts.status == 'loaded'")
        page.wait_for_load_state("networkidle")
        door.close()
    asked = {url.split("/")[2] for url in door.outside}
    assert asked >= {"font.example", "fetch.example", "socket.example", "192.0.2.1"}
    assert "socket.getaddrinfo page.example" in server.attempts()


def test_the_watch_sees_streamlits_own_calls(tmp_path):
    # Without an address a headless server asks for its own, inside and outside, and listens to everybody.
    script = tmp_path / "plain.py"
    script.write_text("", "utf-8")
    with Server(script, tmp_path, ("--server.headless=true",)) as server:
        pass
    assert {line.split()[0] for line in server.attempts()} == {"socket.bind", "socket.connect", "socket.getaddrinfo"}
