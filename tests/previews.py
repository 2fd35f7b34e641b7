"""What Python sends for settings, and what it sends for others: the JavaScript makes the second of the first.

`write` hands both to tests/js/preview.test.mjs: a stage's envelope, the kernel in all its sizes, the settings that are
changed under the finger, and the envelope that Python would send for those.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.experiments import signals as signal
from cnnviz.geometry import PADDING_MODES
from cnnviz.kernels import KERNELS, cell_text, short_text
from cnnviz.layers import AvgPool2d, MaxPool2d
from cnnviz.pictures import Picture, sample
from cnnviz.steps import Trace
from cnnviz.tracing import layer_trace
from cnnviz.ui import cached, formulas, settings
from cnnviz.ui.lessons.signal import signal_setup as setup
from cnnviz.ui.settings import OWN, START
from cnnviz.ui.state.setting import starts

OWN_NUMBERS = ("1 2 0; -1 0 1", "0.5 1; 1/3 -2 | 1 0; 0 1 | -1 2; 3 4", "100000 -3; 2 70000")


def picture(rng: np.random.Generator, depth: int) -> Picture:
    height, width = rng.integers(17, 30, 2)
    levels = rng.integers(0, 256, (depth, height, width + (height == width)), np.uint8)
    return Picture(levels, "L" if depth == 1 else "RGB", levels.shape[1:])


def changes(rng: np.random.Generator, now: dict[str, Any]) -> dict[str, Any]:
    """One to four settings changed, as a finger may change them before Python has answered."""
    found: dict[str, Any] = {
        "k": int(rng.integers(1, 16)), "s": int(rng.integers(1, 9)), "p": int(rng.integers(0, 12)),
        "d": int(rng.integers(1, 5)), "border": str(rng.choice(PADDING_MODES)),
        "bias": float(rng.choice([0, -3.5, 1e5])), "flip": bool(rng.integers(2)),
    }  # fmt: skip
    if now["rect"]:
        found["kw"] = int(rng.integers(1, 16))
        found.pop("k" if rng.integers(2) else "kw")  # the other one's sizes are not held
    return {str(name): found[name] for name in rng.choice(sorted(found), rng.integers(1, 5), replace=False)}


def lab(seed: int, name: str) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Settings of the lab as they stand, what is changed, and the picture's depth."""
    rng = np.random.default_rng(seed)
    now = {
        **START, "kernel": name, "k": int(rng.integers(1, 5)), "s": int(rng.integers(1, 3)),
        "p": int(rng.integers(0, 3)), "rect": seed % 5 == 0, "kw": int(rng.integers(1, 5)), "seed": seed,
        "each": bool(rng.integers(2)), "angle": int(rng.integers(180)), "flip": bool(rng.integers(2)),
        "sides": "1, 0, 2, 3" if seed % 7 == 0 else "", "weights": OWN_NUMBERS[seed % 3],
        "border": str(rng.choice(PADDING_MODES)),
    }  # fmt: skip
    return now, changes(rng, now), 3 if rng.integers(3) else 1


def convolutions() -> Iterator[dict[str, Any]]:
    for at, name in enumerate([*(kernel.name for kernel in KERNELS.values()), OWN] * 12):
        now, changed, depth = lab(at, name)
        rng = np.random.default_rng(1000 + at)
        shown, divisor = picture(rng, depth), float(rng.choice([1, 255]))
        wanted = {**now, **changed, **({"sides": ""} if "p" in changed else {})}
        if not settings.works(now, shown):
            continue

        def trace(state: dict[str, Any], shown: Picture = shown, divisor: float = divisor) -> Trace:
            filter = settings.filter_of(state, len(shown.pixels))
            return cached.trace(shown, filter, settings.windows(state), divisor)

        problem = settings.refused(lambda: trace(wanted))  # noqa: B023
        told = {**settings.live(now), "kernels": "a"}
        yield {
            "name": f"{at}: {name}, {changed}", "base": trace(now).envelope(live=told), "changed": changed,
            "kernels": cached.kernels.function(*settings.kernel_in_sizes(now), depth)[1],
            "expected": None if problem else trace(wanted).envelope(live=told), "refused": str(problem or ""),
            "tabs": None if problem else tabs(wanted, depth), "size": settings.kernel_size(wanted),
            "own": name == OWN,
            "formula": "" if problem else plain(formulas.output_size(settings.windows(wanted), shown)),
        }  # fmt: skip


def tabs(state: dict[str, Any], depth: int) -> dict[str, list[list[str]]]:
    """What stands in the cells of the sidebar's grid."""
    filter = settings.filter_of(state, depth)
    write = cell_text if filter.name == OWN else short_text
    slices = dict(zip("RGB", filter.slices)) if depth == 3 else {"": filter.slices[0]}
    if depth == 3 and filter.drawn.ndim == 2:
        slices = {"all": filter.drawn, **slices}
    return {name: [[write(weight) for weight in row] for row in slice_.tolist()] for name, slice_ in slices.items()}


def plain(markup: str) -> str:
    """What is read of a formula."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def poolings() -> Iterator[dict[str, Any]]:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        shape = (1, *map(int, rng.integers(9, 24, 2)))
        levels, reals = rng.integers(0, 256, shape, np.uint8), rng.standard_normal(shape).astype(np.float32)
        numbers = levels if seed % 2 else reals
        kind, divisor = (MaxPool2d, AvgPool2d)[seed % 4 > 1], 255.0 if seed % 3 == 0 else 1.0
        now = {"k": 2, "s": 2, "p": int(rng.integers(0, 2))}
        drawn = {"k": int(rng.integers(1, 16)), "s": int(rng.integers(1, 9)), "p": int(rng.integers(0, 8))}
        changed = {str(key): drawn[key] for key in rng.choice(["k", "s", "p"], rng.integers(1, 4), replace=False)}
        wanted = {**now, **changed}

        def trace(
            state: dict[str, int], kind: Any = kind, numbers: np.ndarray = numbers, divisor: float = divisor
        ) -> Trace:
            layer = kind(state["k"], state["s"], state["p"])
            output = layer.forward(numbers.astype(np.float64) / divisor, {}).astype(np.float32)
            return layer_trace(layer, numbers, output, {}, 0, divisor=divisor)

        problem = settings.refused(lambda: trace(wanted))  # noqa: B023
        told = {"settings": {**now, "d": 1, "kw": None, "sides": None}, "names": {name: name for name in now}}
        yield {
            "name": f"{kind.__name__} {seed}: {now} {changed}", "base": trace(now).envelope(live=told),
            "changed": changed, "kernels": None, "refused": str(problem or ""),
            "expected": None if problem else trace(wanted).envelope(live=told),
        }  # fmt: skip


def signals() -> Iterator[dict[str, Any]]:
    """Of one dimension: the dots are pulled, the window is another."""
    for seed in range(80):
        rng = np.random.default_rng(seed)
        filter = str(rng.choice(list(setup.FILTERS)))
        now = {**starts(setup.OPERATION), "filter1": filter, "k1": 3, "signal": str(rng.choice(list(signal.NAMED)))}
        drawn = {
            "k1": int(rng.integers(2, 10)), "s1": int(rng.integers(1, 5)), "d1": int(rng.integers(1, 5)),
            "ends": str(rng.choice(setup.ENDS.options)), "dots": tuple(np.round(rng.uniform(-1, 1, 36), 2).tolist()),
        }  # fmt: skip
        changed = {str(key): drawn[key] for key in rng.choice(sorted(drawn), rng.integers(1, 6), replace=False)}
        wanted = {**now, **changed, **({"signal": setup.HAND} if "dots" in changed else {})}
        shown, other = (setup.signal_of(state, sample("binary")) for state in (now, wanted))

        def trace(state: dict[str, Any], numbers: setup.Signal) -> Trace:
            return setup.trace(numbers, setup.filter_of(state), setup.window(state))

        problem, told, window = setup.problem(wanted, 36), setup.live(now, shown, "a"), setup.window(wanted)
        filled = "" if problem else formulas.with_numbers(window, 36)
        weights = () if problem else setup.filter_of(wanted).weight[0, 0].tolist()
        yield {
            "name": f"signal {seed}: {filter}, {changed}", "base": trace(now, shown).envelope(live=told),
            "changed": {told["names"][key]: value for key, value in changed.items()}, "refused": problem,
            "kernels": setup.in_sizes(now)[1], "size": [1, wanted["k1"]], "own": False, "is_signal": True,
            "expected": None if problem else trace(wanted, other).envelope(live=told),
            "tabs": None if problem else {"": [[short_text(weight) for weight in weights]]},
            "formula": filled and plain(f"{formulas.general(settings.Windows(window, window))} = {filled}"),
        }  # fmt: skip


def write(folder: Path) -> None:
    """The cases as files, and their list in previews.json."""
    told = []
    for at, case in enumerate([*convolutions(), *poolings(), *signals()]):
        for part in ("base", "kernels", "expected"):
            if case[part] is not None:
                name = f"preview-{at}-{part}"
                (folder / name).write_bytes(case[part])
                case[part] = name
        told.append(case)
    (folder / "previews.json").write_text(json.dumps(told), "utf-8")


