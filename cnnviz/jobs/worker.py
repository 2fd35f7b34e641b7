"""A job in a process of its own, at low priority, which lives only as long as somebody looks at it.

Whoever looks says so with `beat`; after PATIENCE seconds without, the process is ended. It ends too when this one
does: its stdin closes. What it told last is kept, so that reading never waits. At most MOST work at a time.

Each worker has two threads here: one takes what comes from the process and waits for its end, one looks at the beat.
Both end with the process, which leaves no zombie.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, BinaryIO, cast

from numpy.typing import NDArray

from cnnviz.errors import CnnvizError
from cnnviz.jobs import messages
from cnnviz.jobs.messages import Report

PATIENCE = 7.0  # seconds without a beat
MOST = 8  # workers of all visitors together
LAST_WORDS = 2.0  # seconds that a process has to end after its last message
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM")}

_living: set[Worker] = set()
_lock = Lock()


@dataclass(frozen=True)
class Words:
    """What whoever starts workers says of them to people, a sentence each.

    too_many   {most} are at work, as many as may be
    no_room    the machine has no room for another process
    ended      the process ended before its time, with {code}
    no_memory  the job needs more than it may have
    """

    too_many: str
    no_room: str
    ended: str
    no_memory: str


class Worker:
    """A job at work.

    job       "module:function", see `cnnviz.jobs.child`; named by the program, never by a visitor
    settings  what the function is given, whatever JSON can say
    words     what to say where it cannot start or go on
    arrays    what it is given beside them, where it goes on from somewhere
    going     False: it waits for `go` or `step` after its first report

    What comes of it is read at any time:

    latest, count  what it told last, its very last word apart, None before; how many reports have come
    is_done        whether the job came to its own end
    was_left       whether it was ended because nobody looked any more
    problem        why it ended before its time, in a sentence; "" where it did not, or was meant to

    Raises CnnvizError where MOST are at work already, and where the machine has no room for one more.
    """

    def __init__(
        self,
        job: str,
        settings: Mapping[str, Any],
        words: Words,
        arrays: Mapping[str, NDArray] | None = None,
        *,
        going: bool = True,
        patience: float = PATIENCE,
    ):
        self._words, self._patience = words, patience
        self.latest: Report | None = None
        self.count = 0
        self.problem = ""
        self.is_done = self.was_left = self._stopped = False
        self._ended = Event()
        self._writing = Lock()
        self.beat()
        with _lock:
            if len(_living) >= MOST:
                raise CnnvizError(words.too_many.format(most=MOST))
            try:
                self._process = _started()
            except OSError:
                raise CnnvizError(words.no_room) from None
            _living.add(self)
        try:
            Thread(target=self._listen, name="worker listens", daemon=True).start()
            Thread(target=self._watch, name="worker watches", daemon=True).start()
        except RuntimeError:  # no more threads
            self.end()
            self._clear()
            raise CnnvizError(words.no_room) from None
        self._say(arrays or {}, job=job, settings=settings, going=going, no_memory=words.no_memory)

    def beat(self) -> None:
        """Somebody looks."""
        self._beat = time.monotonic()

    def go(self) -> None:
        self._say(do="go")

    def pause(self) -> None:
        self._say(do="pause")

    def step(self) -> None:
        """Do one piece, then pause."""
        self._say(do="step")

    def end(self) -> None:
        """End it now, if it has not ended."""
        if not self._ended.is_set():
            self._stopped = True
            self._process.kill()

    def leave(self) -> None:
        """Nobody looks any more: end it for that reason."""
        self.was_left = True
        self._process.kill()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end; whether that came within these seconds."""
        return self._ended.wait(seconds)

    @property
    def is_alive(self) -> bool:
        return not self._ended.is_set()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _say(self, arrays: Mapping[str, NDArray] = {}, **header: Any) -> None:
        message = messages.written(Report(header, arrays))
        try:
            with self._writing:
                stdin = cast(BinaryIO, self._process.stdin)
                stdin.write(message)
                stdin.flush()
        except (OSError, ValueError):  # it has ended, or is about to: what there is to say of that, `_listen` says
            pass

    def _listen(self) -> None:
        try:
            while message := messages.read(cast(BinaryIO, self._process.stdout)):
                if "end" in message.header:
                    self.problem = str(message.header["end"])
                    self.is_done = not self.problem
                else:
                    self.latest, self.count = message, self.count + 1
        except Exception:  # whatever it was: nobody listens any more, which must not look as if it went on
            self._process.kill()
        finally:
            self._clear()

    def _clear(self) -> None:
        """Wait for the end of the process, say why it came if nobody has, and make room."""
        try:
            code = self._process.wait(LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if not (self.is_done or self.problem or self.was_left or self._stopped):
            self.problem = self._words.ended.format(code=code)
        with _lock:
            _living.discard(self)
        self._ended.set()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                cast(BinaryIO, pipe).close()
            except OSError:  # what was still to be said finds nobody
                pass

    def _watch(self) -> None:
        left = self._patience
        while not self._ended.wait(max(left, 0.01)):
            left = self._beat + self._patience - time.monotonic()
            if left <= 0:
                self.leave()
                return


def _started() -> subprocess.Popen[bytes]:
    home = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "cnnviz.jobs.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows, which has no nice
    )


def living() -> int:
    """How many workers there are."""
    with _lock:
        return len(_living)


@atexit.register
def end_all() -> None:
    """End every worker that there is."""
    with _lock:
        workers = [*_living]
    for worker in workers:
        worker.end()
    for worker in workers:
        worker.wait(LAST_WORDS)
