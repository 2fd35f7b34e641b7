"""The app as a visitor meets it: `streamlit run` in a process of its own, watched for calls to the outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WATCH = ROOT / "tests" / "watch"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """`streamlit run script`, started in the script's folder (so with its .streamlit/config.toml) by `with`.

    url      where it answers, without a slash at the end
    folder   for its output and for what the watch writes: an empty one
    options  of `streamlit run`, before those of the settings file
    paths    folders from which the script imports, beside its own
    """

    def __init__(self, script: Path, folder: Path, options: tuple[str, ...] = (), paths: tuple[Path, ...] = ()):
        self.script, self.options = script, options
        self.paths = os.pathsep.join(map(str, (WATCH, *paths)))
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._output, self._attempts = folder / "server.txt", folder / "attempts.txt"

    def __enter__(self) -> Server:
        # The visitor's own settings must not reach the tests, nor a server that is on its way in the same shell.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
        command = [sys.executable, "-m", "streamlit", "run", self.script.name, f"--server.port={self.port}"]
        with self._output.open("w", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                [*command, *self.options],
                cwd=self.script.parent,
                env={**inherited, "PYTHONPATH": self.paths, "CNNVIZ_WATCH": str(self._attempts)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_healthy(seconds=60)
        return self

    def _wait_until_healthy(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                try:
                    self._process.wait(0.05)
                    break  # it ended
                except subprocess.TimeoutExpired:
                    pass
        self.__exit__()
        raise RuntimeError(f"{self.script.name} was not served within {seconds:g} s:\n{self.output()}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def output(self) -> str:
        """What the server has printed so far: the place of a traceback that no visitor sees."""
        return self._output.read_text("utf-8")

    def attempts(self) -> list[str]:
        """What the server process and its children have tried to reach outside this machine, one line each."""
        return self._attempts.read_text("utf-8").splitlines() if self._attempts.exists() else []
