"""A visitor's run: the worker that trains, what it told last, and what the buttons do. No Streamlit."""

import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import count
from typing import Literal

from cnnviz.errors import CnnvizError, DoesNotFit
from cnnviz.experiments.live import WORDS, LiveTraining, Progress
from cnnviz.experiments.plans import Plan
from cnnviz.jobs.messages import Report
from cnnviz.jobs.worker import Worker
from cnnviz.models import Trained
from cnnviz.ui.memory import remembered

ANSWER = 1.5  # seconds that a press of a button waits for what came of it
JOB = "cnnviz.experiments.live:learning"
State = Literal["untrained", "running", "paused", "done", "left", "failed"]

_numbers = count(1)


class LearningRun:
    """One network from its random numbers on.

    plan     what is trained, and how
    first    what the job would report before its first step
    problem  why it could not be started, or did not go on; "" if nothing was in the way
    """

    def __init__(self, plan: Plan, first: Progress):
        self.plan, self.first = plan, first
        self.number = next(_numbers)
        self.worker: Worker | None = None
        self._going = False
        self._refused = ""
        self._report: Report | None = None
        self._told = first  # what that report tells

    @property
    def state(self) -> State:
        worker = self.worker
        if worker is None:
            return "failed" if self._refused else "untrained"
        if worker.is_alive:
            return "running" if self._going else "paused"
        if worker.is_done:
            return "done"
        if not worker.was_left:
            return "failed"
        return "left" if self._going else "paused"  # a pause needs no process: its numbers are kept

    @property
    def is_alive(self) -> bool:
        return self.worker is not None and self.worker.is_alive

    @property
    def problem(self) -> str:
        return self._refused or (self.worker.problem if self.worker else "")

    @property
    def latest(self) -> Progress:
        """What was told last."""
        report = self.worker and self.worker.latest
        if report and report is not self._report:
            self._report, self._told = report, Progress.of(*report)
        return self._told

    @property
    def step(self) -> int:
        return self.latest.step

    def beat(self) -> None:
        if self.worker:
            self.worker.beat()

    def go(self) -> None:
        """Start, or go on from where it stands."""
        if self.is_alive and self.worker:
            self.worker.go()
        else:
            self._start(going=True)
        self._going = True

    def pause(self) -> None:
        """Pause; where it then stands is known when this returns, as a rule."""
        if self.worker:
            self.worker.pause()
        self._going = False
        self._await(lambda: self.latest.paused)

    def one_step(self) -> None:
        """One batch, then a pause; what came of it is known when this returns, as a rule."""
        if not self.is_alive:
            self._start(going=False)
        before = self.step
        if self.worker:
            self.worker.step()
        self._going = False
        self._await(lambda: self.step > before)

    def end(self) -> None:
        if self.worker:
            self.worker.end()

    def trained(self) -> Trained:
        """The network as it was told last."""
        told = self.latest
        return self.plan.trained(told.parameters, told.held_curve[-1][1], told.step)

    def _await(self, true: Callable[[], object]) -> None:
        """Until it is so, or the worker has ended, or ANSWER has passed: the page's next look may be 2 seconds away."""
        end = time.monotonic() + ANSWER
        while self.is_alive and not true() and time.monotonic() < end:
            time.sleep(0.01)

    def _start(self, going: bool) -> None:
        self._refused = ""
        settings, arrays = self.plan.settings, None
        if self.step and self.state in ("paused", "left"):  # its process has ended; its numbers have not
            header, arrays = self.latest.report()
            settings["before"] = header
        try:
            self.worker = Worker(JOB, settings, WORDS, arrays, going=going)
        except CnnvizError as problem:
            self._refused = str(problem)


@remembered(
    32, each=1_300_000,  # at most 300,000 parameters, and eight filters thrice
    by=lambda plan: f"{plan.network} {asdict(plan.recipe)}",
)  # fmt: skip
def first_of(plan: Plan) -> Progress:
    """What the job would report before its first step, as far as it is quickly known. Raises CnnvizError."""
    try:
        return LiveTraining(plan.settings, glance=True).progress()
    except MemoryError:
        raise DoesNotFit(WORDS.no_memory) from None
