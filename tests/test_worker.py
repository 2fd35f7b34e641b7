"""Workers without Streamlit: they start, tell, pause and end, whatever happens to them or to who started them."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.envelope import SENT
from cnnviz.errors import ArrayError, CnnvizError
from cnnviz.experiments.live import WORDS
from cnnviz.jobs import child, messages, worker
from cnnviz.jobs.messages import Report
from cnnviz.jobs.worker import MOST, PATIENCE, Worker
from server import ROOT

ENDLESS = {"to": 10**9}


@pytest.fixture(autouse=True)
def jobs(monkeypatch):
    """The processes find the jobs of this folder; none is left at the end, nor a thread of one."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    yield
    worker.end_all()
    assert worker.living() == 0
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("worker")])


def started(job: str = "counting", settings: dict | None = None, **options) -> Worker:
    return Worker(f"worker_jobs:{job}", settings or ENDLESS, WORDS, **options)


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)


def at(worker: Worker) -> int:
    return worker.latest.header["at"] if worker.latest else -1


def is_process(pid: int) -> bool:
    """Whether there is such a process; a zombie is one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- a life ---


def test_it_tells_as_it_works_and_ends_by_itself():
    found = started(settings={"to": 300})
    until(lambda: at(found) > 0)
    first = at(found)
    assert found.latest.header["threads"] == "1" and found.latest.header["nice"] >= 15
    assert found.wait(20) and found.is_done and not found.is_alive and found.problem == ""
    assert first < at(found) == 300
    np.testing.assert_array_equal(found.latest.arrays["twice"], np.array([[300, 600]], np.float32))
    assert 3 <= found.count <= 300  # a few a second, not one a piece
    assert not is_process(found.pid), "a zombie is left"


def test_it_pauses_steps_and_goes_on():
    found = started(going=False)
    until(lambda: at(found) == 0)
    found.step()
    until(lambda: at(found) == 1)
    found.step()
    found.step()
    until(lambda: at(found) == 3)
    assert found.latest.header["paused"]
    found.go()
    until(lambda: at(found) > 20)
    assert not found.latest.header["paused"]
    found.pause()
    until(lambda: found.latest.header["paused"])
    stopped = at(found)
    found.step()
    until(lambda: at(found) == stopped + 1)
    found.end()
    assert found.wait(5) and not found.is_done and found.problem == "" and not found.was_left
    assert not is_process(found.pid)
    found.go()  # to one that has ended: nothing happens
    assert at(found) == stopped + 1


# --- nobody looks, or nobody is there ---


def test_without_a_beat_it_ends_paused_or_frozen_or_deaf():
    """Each in the time that it is given from the last beat on, and one that somebody looks at not at all."""
    ways = {"counting": ENDLESS, "paused": ENDLESS, "frozen": ENDLESS, "wrong": {"how": "busy"}}
    found = {
        name: started(name if name == "wrong" else "counting", settings, going=name != "paused", patience=1.5)
        for name, settings in ways.items()
    }
    kept = started(patience=1.5)
    while not all(each.latest for each in (*found.values(), kept)):
        for each in (*found.values(), kept):
            each.beat()
        time.sleep(0.02)
    os.kill(found["frozen"].pid, signal.SIGSTOP)
    begun = time.monotonic()
    while any(each.is_alive for each in found.values()):
        kept.beat()
        time.sleep(0.02)
    assert 1 < time.monotonic() - begun < 4
    for each in found.values():
        assert each.was_left and each.problem == "" and each.latest and not is_process(each.pid)
    assert kept.is_alive
    assert PATIENCE + 2.5 < 10, "as little later as here, it is gone within 10 s"


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "terminated", "to its end"])
def test_when_the_server_goes_it_goes(way):
    """Even one that is computing and hears nothing."""
    program = (
        "import time; from cnnviz.jobs.worker import Worker, Words\n"
        "found = Worker('worker_jobs:wrong', {'how': 'busy'}, Words('', '', '', ''), patience=100)\n"
        "while found.latest is None: time.sleep(0.01)\n"
        f"print(found.pid, flush=True); time.sleep({100 if way else 0})"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    pid = int(server.stdout.readline())
    assert is_process(pid)
    if way:
        server.send_signal(way)
    server.wait(20)
    server.stdout.close()
    until(lambda: not is_process(pid) or _is_zombie_of_another(pid), 5)


def _is_zombie_of_another(pid: int) -> bool:
    """An orphan's end is kept by whoever inherits it, which is none of ours."""
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.startswith("Z")


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("refuses", r"a rate of 0\.01 works\."),
        ("crashes", r"ended before its time \(code 1\); start it again\."),
        ("memory", r"not enough memory to train this network"),
        ("dies", r"ended before its time \(code 3\); start it again\."),
        ("prints", r"ended before its time"),
    ],
)
def test_what_goes_wrong_is_one_sentence(how, said):
    found = started("wrong", {"how": how})
    assert found.wait(20)
    assert re.search(said, found.problem) and "\n" not in found.problem and "Error" not in found.problem
    assert at(found) == 0 and not found.is_done, "what it told before is kept"
    assert not is_process(found.pid)


def test_a_process_killed_from_outside_is_one_sentence():
    found = started()
    until(lambda: at(found) >= 0)
    os.kill(found.pid, signal.SIGKILL)
    assert found.wait(5) and "ended before its time" in found.problem


@pytest.mark.parametrize("problem", [OverflowError, MemoryError, RuntimeError])
def test_what_nobody_thought_of_ends_it_too(problem, monkeypatch):
    """It must not look as if it went on, nor keep its place."""

    def read(stream):
        raise problem("not for a visitor")

    monkeypatch.setattr(messages, "read", read)
    found = started()
    assert found.wait(10) and not found.is_alive and worker.living() == 0
    assert re.search(r"ended before its time \(code -9\)", found.problem) and not is_process(found.pid)


@pytest.mark.parametrize("what", ["process", "thread"])
def test_without_room_for_another_process_it_is_told(what, monkeypatch):
    processes = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        if what == "process":
            raise OSError(12, "no memory")
        processes.append(popen(*arguments, **options))
        return processes[-1]

    def refuse(*arguments, **options):
        raise RuntimeError("none")

    with monkeypatch.context() as patch:
        patch.setattr(worker.subprocess, "Popen", start)
        if what == "thread":
            patch.setattr(worker, "Thread", refuse)
        with pytest.raises(CnnvizError, match="no room for another process; .* press again in a moment"):
            started()
    assert worker.living() == 0 and not any(is_process(one.pid) for one in processes)
    assert len(processes) == (what == "thread")


@pytest.mark.parametrize(
    ("most", "expected"), [(-1, child.MEMORY), (1_500_000_000, 1_500_000_000), (10**10, child.MEMORY)]
)
def test_memory_is_bounded_as_far_as_may_be(most, expected, monkeypatch):
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (most, most))
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: asked.append(limits))
    child.bound_memory()
    assert asked == [(expected, expected)]

    def refuse(which, limits):
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    child.bound_memory()  # it trains all the same


def test_there_are_only_so_many():
    found = [started(going=False) for _ in range(MOST)]
    with pytest.raises(CnnvizError, match=f"^{MOST} networks are being trained") as refusal:
        started()
    assert str(refusal.value).count(". ") == 0
    found[3].end()
    found[3].wait(5)
    started(going=False)
    assert worker.living() == MOST
    assert len({one.pid for one in found}) == MOST


# --- the messages ---


def test_a_message_comes_out_as_it_went_in():
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros((0, 4)), "c": np.array(7, np.uint8)}
    stream = io.BytesIO(messages.written(Report({"x": ["−", 1.5, None]}, arrays)) + messages.written(Report({})))
    first, second, third = messages.read(stream), messages.read(stream), messages.read(stream)
    assert first.header == {"x": ["−", 1.5, None]} and second.header == {} and third is None
    assert first.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert first.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(first.arrays[name], array)


def test_no_objects_and_no_end_of_bytes_go_in(monkeypatch):
    with pytest.raises(ArrayError, match="holds object"):
        messages.written(Report({}, {"a": np.array([{}])}))
    monkeypatch.setattr(messages, "LARGEST", 1000)
    with pytest.raises(ArrayError, match="too large; it may have 1,000"):
        messages.written(Report({}, {"a": np.zeros(1000)}))


def described(dtype: str, shape: object, offset: int = 0) -> str:
    return json.dumps({"arrays": {"a": {"dtype": dtype, "shape": shape, "offset": offset}}})


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"arrays": 1}', '{"arrays": [1]}', '{"arrays": {"a": 1}}', described("object", [1]),
     described("float32", [-1]), described("uint8", [99]), described("uint8", "x"), described("uint8", [True]),
     '{"arrays": {}}', '{"arrays": {}}x', "[" * 100_000, "\xff", described("uint8", [9]), described("uint8", [1], 1),
     described("float32", [10**30]), described("float32", [10**18, 10**18])],
)  # fmt: skip
def test_what_is_no_message_is_refused(text):
    body = text.encode("latin-1")
    body = len(body).to_bytes(4, "little") + body + bytes(8)
    with pytest.raises(ArrayError):
        messages.read(io.BytesIO(len(body).to_bytes(4, "little") + body))


GOOD = messages.written(Report({"at": 3, "told": "yes"}, {"a": np.arange(5, dtype=np.float32), "b": np.ones((2, 2))}))


@given(st.integers(1, len(GOOD) - 1))
def test_a_message_cut_off_anywhere_is_refused(length):
    with pytest.raises(ArrayError):
        messages.read(io.BytesIO(GOOD[:length]))


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_byte_changed_anywhere_is_refused_or_is_data(place, byte):
    changed = bytearray(GOOD)
    changed[place] = byte
    try:
        found = messages.read(io.BytesIO(bytes(changed)))
    except ArrayError:
        return
    assert isinstance(found.header, dict) and all(array.dtype.name in SENT for array in found.arrays.values())


@given(st.binary(max_size=200))
def test_bytes_at_random_are_no_message(noise):
    try:
        found = messages.read(io.BytesIO(noise))
    except ArrayError:
        return
    assert found is None or isinstance(found.header, dict)
