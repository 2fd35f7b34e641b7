"""The JavaScript tests, run by the Node that Playwright's wheel carries: the machine needs none of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import playwright
import pytest

import traces
from server import ROOT

NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")


def run(folder: Path, **variables: str) -> str:
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


def test_every_javascript_test_passes(tmp_path):
    traces.write(tmp_path)  # what Python says of the traces that both languages walk through
    run(ROOT / "tests" / "js", TRACES=str(tmp_path))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (None, "no JavaScript tests"),
        ("", "holds no test"),
        ("test('one', () => { throw new Error('seen') });", "seen"),
        ("test('one', () => {}); test.skip('two', () => {});", "# skipped 1"),
        ("test('one', () => {}); test.todo('two', () => {});", "# todo 1"),
        ("test('one', () => {}); import './missing.js';", "missing.js"),
    ],
)
def test_what_does_not_run_or_pass_is_an_error(tmp_path, body, complaint):
    if body is not None:
        (tmp_path / "some.test.mjs").write_text(f"import test from 'node:test';\n{body}\n", "utf-8")
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        run(tmp_path)
