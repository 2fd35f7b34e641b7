"""What visitors with a large photo cost the server, while they are there and a minute after they have left.

    python bench/memory.py         about six minutes: as it is served, then with Python's garbage collector off
    python bench/memory.py served  one part: served, uncollected

Two rounds of 16 visitors. Each brings a 12-megapixel JPEG of its own to the lab, by Streamlit's own messages, without
a browser, moves K a few times and leaves. Before them one comes with a sample, so that everything is loaded. Told are
the server's resident memory, what of it is in no file, and how many pictures were being decoded at once.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from server import free_port  # noqa: E402

VISITORS, ROUNDS = 16, 2
KERNELS = (5, 7, 9, 4)  # values of K, one after the other
HEIGHT, WIDTH = 3000, 4000
GONE = 60  # seconds after they have left
EACH, GROWTH = 12, 0.1  # what is promised: megabytes a visitor, and by how much the second round may leave more


def photo(number: int) -> bytes:
    """A JPEG of 12 megapixels, with a camera's grain; no two are the same."""
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(0, 256, (24, 32, 3), np.uint8))
    large = small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = rng.integers(-20, 21, (HEIGHT, WIDTH, 1), np.int16)
    file = io.BytesIO()
    Image.fromarray((np.asarray(large) + grain).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


# --- a visitor ---


class Visitor:
    """A tab without a browser. As a browser does, it answers with the values of widgets (of those that it has
    touched), runs the part of the page that a panel lies in, and says which large messages it has already."""

    def __init__(self, url: str, page: str = "convolution"):
        self._url, self._page, self._hash, self._query = url, page, "", ""
        self._socket: ClientConnection
        self._touched: dict[str, WidgetState] = {}
        self._widgets: dict[str, tuple[str, str]] = {}  # (id, the fragment that it lies in), by their keys
        self._had: set[str] = set()  # hashes of messages
        self._acts = 0

    async def come(self) -> None:
        self._socket = await connect(
            f"{self._url.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"], max_size=None  # type: ignore[list-item]
        )
        await self.run()

    async def run(self, *once: WidgetState, fragment: str = "") -> None:
        """Ask for a run of the page, or of a part of it, and read what comes until it is over. `once`: triggers."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash, asked.query_string, asked.fragment_id = self._hash, self._query, fragment
        if not self._hash:
            asked.page_name = self._page
        asked.widget_states.widgets.extend([*self._touched.values(), *once])
        asked.cached_message_hashes.extend(self._had)
        await self._socket.send(message.SerializeToString())
        while not self._is_end(told := await self._told()):
            if told.metadata.cacheable:
                self._had.add(told.hash)
            kind = told.WhichOneof("type")
            if kind == "page_info_changed":
                self._query = told.page_info_changed.query_string
            elif kind == "navigation":
                self._hash = told.navigation.page_script_hash
            new = told.delta.new_element
            if new.WhichOneof("type") in ("slider", "file_uploader", "bidi_component"):
                id = getattr(new, new.WhichOneof("type")).id
                self._widgets[id.split("-", 2)[2]] = id, told.delta.fragment_id
            elif new.WhichOneof("type") == "exception":
                raise RuntimeError(new.exception.message)

    @staticmethod
    def _is_end(told: ForwardMsg) -> bool:
        return told.WhichOneof("type") == "script_finished" and told.script_finished != told.FINISHED_EARLY_FOR_RERUN

    async def _told(self) -> ForwardMsg:
        found = ForwardMsg()
        found.ParseFromString(await self._socket.recv(decode=False))
        if found.WhichOneof("type") == "new_session":
            self._session, self._hash = found.new_session.initialize.session_id, found.new_session.page_script_hash
        return found

    async def turn(self, k: int) -> None:
        """Move the dial of K, and let it go."""
        id, fragment = self._widgets["settings"]
        self._acts += 1
        acts = json.dumps([{"event": "acts", "value": [[self._acts, "k", k]]}])
        trigger = WidgetState(id=f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{id}{EVENT_DELIM}events", json_trigger_value=acts)
        await self.run(trigger, fragment=fragment)

    async def slide(self, k: int) -> None:
        """The same on a page where it is Streamlit's slider."""
        state = self._touched.setdefault("k", WidgetState(id=self._widgets["dial-k"][0]))
        state.double_array_value.data[:] = [k]
        await self.run()

    async def bring(self, file: bytes) -> None:
        """Upload a file."""
        name = f"photo-{uuid4().hex[:6]}.jpg"
        asked = BackMsg()
        asked.file_urls_request.request_id = uuid4().hex
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self._session
        await self._socket.send(asked.SerializeToString())
        while (told := await self._told()).WhichOneof("type") != "file_urls_response":
            pass
        (urls,) = told.file_urls_response.file_urls
        await asyncio.to_thread(self._put, urls.upload_url, name, file)
        state = self._touched.setdefault("upload", WidgetState(id=self._widgets["upload"][0]))
        state.file_uploader_state_value.uploaded_file_info.add(
            name=name, size=len(file), file_id=urls.file_id, file_urls=urls
        )
        await self.run()

    def _put(self, path: str, name: str, file: bytes) -> None:
        with urllib.request.urlopen(f"{self._url}/_stcore/health") as answer:
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        edge = uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        request = urllib.request.Request(
            f"{self._url}{path}",
            f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + file + f"\r\n--{edge}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={edge}",
                "Cookie": cookie,
                "X-Xsrftoken": cookie.partition("=")[2],
            },
            method="PUT",
        )
        urllib.request.urlopen(request).close()

    async def leave(self) -> None:
        await self._socket.close()


# --- the server ---


def serve(note: str, is_collected: str, *options: str) -> None:
    """In a process of its own: the app; how many pictures are decoded at once at most goes to the file `note`."""
    from streamlit.web import cli

    from cnnviz.pictures import decode

    inner, lock, under_way, most = decode._decode, threading.Lock(), 0, 0

    def counted(*args):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            Path(note).write_text(str(most))
        try:
            return inner(*args)
        finally:
            with lock:
                under_way -= 1

    decode._decode = counted
    if is_collected == "no":
        gc.disable()
    sys.argv = ["streamlit", "run", "app.py", *options]
    cli.main()


def megabytes(process: int) -> dict[str, float]:
    """What a process has in memory: "Rss", all of it; "Anonymous", what of it is in no file."""
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    return {name: int(re.search(rf"^{name}: *(\d+) kB", told, re.M)[1]) / 1000 for name in ("Rss", "Pss", "Anonymous")}


def said(process: int, when: str) -> float:
    found = megabytes(process)
    print(f"  {when:45}", *(f"{name} {value:6.0f} MB" for name, value in found.items()), flush=True)
    return found["Anonymous"]


async def stay(url: str, file: bytes, doors: asyncio.Semaphore) -> Visitor:
    visitor = Visitor(url)
    async with doors:
        await visitor.come()
        await visitor.bring(file)
        for k in KERNELS:
            await visitor.turn(k)
    return visitor


async def visits(url: str, process: int) -> None:
    first = Visitor(url)
    await first.come()
    for k in KERNELS:
        await first.turn(k)
    await first.leave()
    await asyncio.sleep(GONE)
    bare, left = said(process, "served, one visitor with a sample has left"), []
    for round in range(ROUNDS):
        before = said(process, f"round {round + 1}, before")
        doors = asyncio.Semaphore(4)  # so many act at the same time
        files = [photo(round * VISITORS + number) for number in range(VISITORS)]
        there = await asyncio.gather(*(stay(url, file, doors) for file in files))
        await asyncio.sleep(3)
        size = sum(map(len, files)) / VISITORS / 1e6
        each = (said(process, f"{VISITORS} there, with files of {size:.1f} MB") - before) / VISITORS
        print(f"  each costs {each:.1f} MB (at most {EACH})")
        await asyncio.gather(*(visitor.leave() for visitor in there))
        await asyncio.sleep(GONE)
        left.append(said(process, f"{GONE} s after they have left"))
    print(f"  the second round left {left[1] / left[0]:.3f} of what the first left (at most {1 + GROWTH})")
    print(f"  over the server that one has left: {left[0] - bare:.0f} and {left[1] - bare:.0f} MB")


def measured(is_collected: bool) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "decodes"
        command = [sys.executable, __file__, "serve", str(note), "yes" if is_collected else "no"]
        server = subprocess.Popen(
            [*command, f"--server.port={port}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},  # as `make run` does
            stdout=subprocess.DEVNULL,
        )
        try:
            url = f"http://localhost:{port}"
            end = time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            asyncio.run(visits(url, server.pid))
            print(f"  decoded at once, at most: {note.read_text()}")
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
        return
    for part, words in (("served", "as it is served"), ("uncollected", "Python's garbage collector off")):
        if part in (sys.argv[1:] or [part]):
            print(words)
            measured(part == "served")


if __name__ == "__main__":
    main()
