"""JavaScript, run by the Node that Playwright's wheel carries: the machine needs none of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright

NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")


def run_tests(folder: Path, **variables: str) -> str:
    """Run every *.test.mjs of `folder`: what Node reported (TAP), or AssertionError unless each test ran and passed.

    `variables` are put into Node's environment.
    """
    files = sorted(path.name for path in folder.glob("*.test.mjs"))
    assert files, f"no JavaScript tests in {folder}"
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", *files], cwd=folder, capture_output=True, text=True, encoding="utf-8",
        timeout=300, env=os.environ | variables,
    )  # fmt: skip
    report = done.stdout + done.stderr
    counts = {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", report, re.MULTILINE)}
    assert done.returncode == 0, report
    assert counts["pass"] == counts["tests"] > 0, report
    # Node counts a file without a single test as one test that passed, under the file's name.
    empty = [name for name in files if f"# Subtest: {name}\n" in report]
    assert not empty, f"{', '.join(empty)} holds no test"
    return report


def asked(module: Path, program: str, folder: Path) -> Any:
    """What `program` gives `answer(...)` as JSON, once everything that `module` exports is at hand by its name.

    folder  for the program: an empty one
    """
    script = folder / "ask.mjs"
    script.write_text(
        f"import * as all from {json.dumps(module.resolve().as_uri())};\n"
        "Object.assign(globalThis, all);\n"
        "globalThis.answer = (told) => console.log(JSON.stringify(told));\n"
        f"{program}\n",
        "utf-8",
    )
    return json.loads(subprocess.check_output([NODE, script], text=True, encoding="utf-8", timeout=60))
