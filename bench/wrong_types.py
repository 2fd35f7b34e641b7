"""Wrong types and sizes to everything public: how many calls let anything but a CnnvizError out.

    python bench/wrong_types.py            5,000 calls drawn at random, one or two of their arguments wrong
    python bench/wrong_types.py all        each argument of each public name with each wrong value: some 110,000 calls

What is called, and with what, stands in tests/wrong.py; `make test` makes 5,200 of the calls. The command ends with 1
if anything leaks, a refusal is not one plain sentence, or a call takes longer than 5 seconds.
"""

from __future__ import annotations

import signal
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import wrong  # noqa: E402
from cnnviz.errors import CnnvizError  # noqa: E402

COUNT, SEED = 5000, 1
LONGEST = 5.0  # seconds of a call


class TooLong(BaseException):
    """A call that is not over in time: no Exception, so that nothing on its way catches it."""


def too_long(signum: int, frame: FrameType | None) -> None:
    raise TooLong


def main() -> int:
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, too_long)
    calls = wrong.every_call() if "all" in sys.argv[1:] else wrong.calls(SEED, COUNT)
    outcomes: Counter[str] = Counter()
    start = time.perf_counter()
    for call in calls:
        signal.setitimer(signal.ITIMER_REAL, LONGEST)
        try:
            call.make()
            outcome = "answered"
        except CnnvizError as refusal:
            outcome = "refused" if wrong.is_a_sentence(str(refusal)) else "refused in what is no sentence"
        except TooLong:
            outcome = f"longer than {LONGEST:g} s"
        except Exception as problem:
            outcome = f"{type(problem).__name__}: {str(problem)[:80]}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if outcome not in ("answered", "refused"):
            print(f"{call} -> {outcome}")
            outcome = "leaked"
        outcomes[outcome] += 1
    told = ", ".join(f"{outcomes[outcome]:,} {outcome}" for outcome in ("answered", "refused", "leaked"))
    names = len(wrong.public())
    print(f"{outcomes.total():,} calls of {names} public names in {time.perf_counter() - start:.0f} s: {told}")
    return outcomes["leaked"] > 0


if __name__ == "__main__":
    sys.exit(main())
