"""The Chromium of the browser tests: where it is, how to get it, and how it is started.

`python tests/chromium.py` prints its path. Where there is none it installs Debian's, if it may (root, and an apt-get
that has one); where that cannot be, it says in one sentence what to do and exits with 1. Nothing is ever skipped for
want of a browser.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

# The first is half the work of a browser with a window, and the same pages.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    os.path.expanduser("~/Applications/Chromium.app/Contents/MacOS/Chromium"),
    os.path.expanduser("~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)

# Chromium's own traffic switched off, and every host but this machine unknown to it: a page that asks for anything
# outside gets no answer, whether by fetch, font, WebSocket, worker or look-up in advance.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    # Chromium's sandbox cannot be had by root.
    *(("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
)

# All pages in one process: what one has compiled is ready for the next, a quarter of its work. See `door.profile`.
# Without ScriptStreaming, which compiles again beside it all that the process has compiled: another tenth less.
TOGETHER = (*FLAGS, "--process-per-site", "--disable-features=ScriptStreaming")


class NoChromium(Exception):
    """No Chromium that runs; the message says what to do."""


def find() -> str:
    """The path of a Chromium that runs. Raises NoChromium where there is none, or where $CHROMIUM is not one."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not _runs(named):
            raise NoChromium(f"CHROMIUM is set to {named}, which is no Chromium that runs: name another or unset it.")
        return named
    for path in _candidates():
        if _runs(path):
            return path
    raise NoChromium(
        "The browser tests found no Chromium: install Chromium or Chrome, or say "
        f"{sys.executable} -m playwright install --with-deps chromium, or name yours in the variable CHROMIUM."
    )


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from APPLICATIONS
    from playwright.sync_api import sync_playwright  # last, for it starts a process to answer

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _runs(path: str) -> bool:
    """Whether `path` says that it is a Chromium; Ubuntu's chromium-browser may be a stub that asks for a snap."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0 and ("Chrom" in said.stdout)


def install() -> None:
    """Install Debian's Chromium without a window, or with one, where that may be done; else do nothing."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    plain = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    subprocess.run(["apt-get", "update", "-q"], env=plain)
    for package in NAMES[:2]:
        policy = subprocess.run(["apt-cache", "policy", package], env=plain, capture_output=True, text=True).stdout
        offered = next((line.split()[1] for line in policy.splitlines() if "Candidate:" in line), "(none)")
        if offered != "(none)" and "snap" not in offered:
            asked = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
            if subprocess.run(asked, env=plain).returncode == 0:
                return


def main() -> None:
    try:
        try:
            print(find())
        except NoChromium:
            if not os.environ.get("CHROMIUM"):
                install()
            print(find())
    except NoChromium as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
