"""Jobs for the workers of test_worker.py, which their processes import by name."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np

from cnnviz.errors import SettingError
from cnnviz.jobs.messages import Report


def counting(settings: dict) -> Iterator:
    """Counts pieces up to `to`, each of a few milliseconds; an array says the same."""
    for at in range(settings["to"] + 1):
        time.sleep(settings.get("seconds", 0.002))

        def report(still: bool, at: int = at) -> Report:
            told = {"at": at, "still": still, "threads": os.environ["OPENBLAS_NUM_THREADS"], "nice": os.nice(0)}
            return Report(told, {"twice": np.array([[at, 2 * at]], np.float32)})

        yield report


def wrong(settings: dict) -> Iterator:
    yield lambda still: Report({"at": 0})
    if settings["how"] == "refuses":
        raise SettingError("The loss is no number any more; a rate of 0.01 works.")
    if settings["how"] == "crashes":
        raise ZeroDivisionError("not for a visitor")
    if settings["how"] == "memory":
        np.ones(10**9)
    if settings["how"] == "prints":
        print("between the messages")
        os.write(1, b"no message at all")
    if settings["how"] == "dies":
        os._exit(3)
    if settings["how"] == "busy":
        while True:  # never hears anything
            pass
    yield lambda still: Report({"at": 1})
