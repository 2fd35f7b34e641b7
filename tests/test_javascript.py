"""The JavaScript tests of tests/js, and that none of them can go unnoticed."""

import json
import re

import pytest

import shown
import traces
from cnnviz.export import PRGN, PRGN_DARK
from node import run_tests
from server import ROOT


def test_every_javascript_test_passes(tmp_path):
    traces.write(tmp_path)  # what Python says of the traces that both languages walk through
    shown.write(tmp_path)
    (tmp_path / "palettes.json").write_text(json.dumps({"PRGN": PRGN, "PRGN_DARK": PRGN_DARK}), "utf-8")
    run_tests(ROOT / "tests" / "js", TRACES=str(tmp_path))


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
        run_tests(tmp_path)
