"""Damaged networks: how many open, how many are refused in a sentence, and whether anything else happens.

    python bench/damaged_networks.py          10,000 of them, some ten minutes
    python bench/damaged_networks.py 500 7    500, of the seed 7

BlazeFace's file, the models' as they are written, and one whose weights lie in a second file, with bits flipped and
parts cut away (tests/damaged.py). Each is opened, and run on a picture of noise where it is within the budget, in a
process that has no more memory than it may need. Told are how many opened and ran, and the worst time and growth of
memory. The command ends with 1 where anything but a CnnvizError comes out, where opening takes more than a second, or
more memory than the file's size and 100 MB.
"""

from __future__ import annotations

from one_thread import ROOT  # noqa: F401  # first, before NumPy

# isort: split
import json
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.formats import open_network
from damaged import damaged

COUNT, SEED, PART = 10_000, 1, 500
LONGEST, GROWTH = 1.0, 100e6  # seconds, and bytes more than the file has, to open one
ROOM = 3_000_000_000  # bytes of address space, all in all


def resident(field: str) -> int:
    """Bytes of memory now, VmRSS, or at most since `forgotten`, VmHWM."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return 1024 * int(found.group(1)) if found else 0


def tried(data: bytes, files: dict[str, bytes]) -> dict[str, object]:
    """What comes of one file."""
    Path("/proc/self/clear_refs").write_text("5")  # what was the most so far is forgotten
    before, start = resident("VmRSS"), time.perf_counter()
    network, told = None, {"came": "opened"}
    try:
        network = open_network(data, files)
    except CnnvizError as refused:
        told = {"came": "refused" if str(refused).endswith((".", ")")) else f"no sentence: {refused}"}
    except BaseException as problem:
        told = {"came": f"{type(problem).__name__}: {str(problem)[:200]}"}
    told |= {"seconds": time.perf_counter() - start,
             "growth": max(0, resident("VmHWM") - before - len(data) - sum(map(len, files.values())))}  # fmt: skip
    if network is None:
        return told
    try:
        if network.network.over_budget:
            return {**told, "came": "opened, too large to run"}
        noise = np.random.default_rng(1).random(network.network.input_shape, np.float32)
        maps = network.network.forward(noise, network.parameters)
        assert [map.shape for map in maps] == [*network.network.shapes], "maps of other sizes than told"
        return {**told, "came": "opened and ran"}
    except CnnvizError:
        return {**told, "came": "opened, its numbers are refused"}
    except BaseException as problem:
        return {**told, "came": f"run: {type(problem).__name__}: {str(problem)[:200]}"}


FINE = ("refused", "opened and ran", "opened, too large to run", "opened, its numbers are refused")


def part(seed: int, first: int, count: int) -> None:
    """In a process of its own: a line for each."""
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    for name, data, files in damaged(seed, first, count):
        print(json.dumps({"name": name, **tried(data, files)}), flush=True)


def main() -> int:
    words = sys.argv[1:]
    if words[:1] == ["part"]:
        part(*map(int, words[1:]))
        return 0
    count, seed = (int(word) for word in (*words, *map(str, (COUNT, SEED)[len(words) :])))
    came: Counter[str] = Counter()
    worst, failures, start = {"seconds": 0.0, "growth": 0.0}, 0, time.perf_counter()
    for first in range(0, count, PART):
        number = first
        while number < min(count, first + PART):  # a process that ends too early is followed by another
            left = min(count, first + PART) - number
            child = subprocess.run([sys.executable, __file__, "part", *map(str, (seed, number, left))],
                                   capture_output=True, text=True, check=False)  # fmt: skip
            lines = [json.loads(line) for line in child.stdout.splitlines()]
            for at, told in enumerate(lines, number):
                came[f"{told['name']}: {told['came']}"] += 1
                for what in worst:
                    worst[what] = max(worst[what], told[what])
                if told["came"] not in FINE or told["seconds"] > LONGEST or told["growth"] > GROWTH:
                    failures += 1
                    print(f"number {at} of seed {seed}: {told}")
            number += len(lines)
            if len(lines) < left:
                failures += 1
                print(f"number {number} of seed {seed} ended the process: {child.stderr[-300:]}")
                number += 1
    for what, many in sorted(came.items()):
        print(f"{many:6,d}  {what}")
    print(
        f"{count:,} files in {time.perf_counter() - start:.0f} s: {failures} failures; opening took at most "
        f"{worst['seconds']:.2f} s and {worst['growth'] / 1e6:.0f} MB more than the file has"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
