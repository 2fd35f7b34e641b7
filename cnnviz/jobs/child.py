"""What runs in a worker's process (`python -m cnnviz.jobs.child`): a job, a piece at a time, told over stdout.

A job is a function named "module:function" that takes the settings, and the arrays if it was given any to go on from,
and returns a generator. Each `yield` ends one piece of work, such as a batch, and hands over a function that says where
things stand, a Report. It is called only when one is due, with whether the job now pauses. Between two pieces the job
can be paused.

The last message says why the job is over: {"end": ""} where it came to its own end, else a sentence.
The end of stdin means that the server is gone, and ends this process at once, whatever it is computing.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
from threading import Condition, Thread
from typing import BinaryIO

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.jobs import messages
from cnnviz.jobs.messages import Job, Report

NICE = 15  # of 19: whatever a visitor waits for comes first
MEMORY = 2_000_000_000  # bytes that a job may ask for
EVERY = 0.25  # seconds between two reports
AT_FIRST = (0.0, 0.1, 0.2)  # between the first ones: somebody has just pressed Start

# A little below the largest block for which glibc raises the size from which it gives freed memory back at once.
ROOM = (1 << 25) - (1 << 16)


class Orders:
    """What the server said last: whether to go on, or how many pieces to do before the next pause."""

    def __init__(self, stream: BinaryIO, going: bool):
        self._changed = Condition()
        self._going, self._pieces = going, 0
        self._stream = stream
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while message := messages.read(self._stream):
                with self._changed:
                    self._going = message.header.get("do") == "go"
                    self._pieces += message.header.get("do") == "step"
                    self._changed.notify()
        finally:
            os._exit(0)  # nobody is there to report to

    def wait(self) -> bool:
        """Return when the next piece is to be done: at once while going. Whether it is a single one."""
        with self._changed:
            while not self._going and not self._pieces:
                self._changed.wait()
            single = not self._going
            self._pieces = max(0, self._pieces - 1) if single else 0
            return single

    @property
    def is_going(self) -> bool:
        with self._changed:
            return self._going


def work(job: Job, orders: Orders, stream: BinaryIO) -> None:
    """Do the job's pieces and tell about them: every EVERY seconds, before each pause, and at the end."""
    told, single, at_first, wait = 0.0, True, iter(AT_FIRST), 0.0
    report, is_told = None, False
    for report in job:
        paused, is_told = not orders.is_going, False
        if single or paused or time.monotonic() - told >= wait:
            _tell(stream, report(paused), paused=paused)
            told, is_told, wait = time.monotonic(), True, next(at_first, EVERY)
        if not paused and not orders.is_going:  # since it was asked
            _tell(stream, report(True), paused=True)
        single = orders.wait()
    if report and not is_told:
        _tell(stream, report(True))
    _tell(stream, Report({"end": ""}))


def _tell(stream: BinaryIO, report: Report, **more: object) -> None:
    stream.write(messages.written(Report({**report.header, **more}, report.arrays)))
    stream.flush()


def main() -> None:
    source, told = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not get between the messages
    if hasattr(os, "nice"):
        os.nice(NICE)
    bound_memory()
    keep_freed_memory()
    task = messages.read(source)
    if task is None:
        return
    orders = Orders(source, bool(task.header["going"]))
    module, _, name = task.header["job"].partition(":")
    # The thread that listens still reads stdin; an ordinary end, or that of an error, would wait for it.
    try:
        try:
            job = getattr(importlib.import_module(module), name)
            given = [task.header["settings"], *([task.arrays] if task.arrays else [])]
            work(job(*given), orders, told)
        except CnnvizError as problem:
            _tell(told, Report({"end": str(problem)}))
        except MemoryError:
            _tell(told, Report({"end": task.header["no_memory"]}))
    except BaseException:
        traceback.print_exc()  # for the log
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def bound_memory() -> None:
    """Let this process ask for MEMORY bytes, or for less where it may not have as much anyway."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (ValueError, OSError):  # a system that does not let us: it works all the same
        pass


def keep_freed_memory() -> None:
    """From now on glibc keeps the memory of a step for the next one, in all of this process.

    Giving it back and asking for fresh pages took half of the time of training a network. Elsewhere this does nothing.
    """
    np.empty(ROOM, np.uint8)  # freed at once, untouched


if __name__ == "__main__":
    main()
