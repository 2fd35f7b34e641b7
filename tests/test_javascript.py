"""The JavaScript tests of tests/js, and that none of them can go unnoticed."""

import json
import re
import subprocess
import sys

import pytest

import shown
import traces
from cnnviz.export import PRGN, PRGN_DARK
from node import NODE, run_tests
from server import ROOT


def test_every_javascript_test_passes(tmp_path):
    traces.write(tmp_path)  # what Python says of the traces that both languages walk through
    shown.write(tmp_path)
    (tmp_path / "palettes.json").write_text(json.dumps({"PRGN": PRGN, "PRGN_DARK": PRGN_DARK}), "utf-8")
    run_tests(ROOT / "tests" / "js", TRACES=str(tmp_path))


# Writes what every component is made of into a folder, a module each.
WRITE = """
import importlib, pathlib, sys
import streamlit as st
folder, *packages = sys.argv[1:]
def keep(name, *, js="", **others):
    pathlib.Path(folder, f"{name}.mjs").write_text(js, "utf-8")
st.components.v2.component = keep
for package in packages:
    importlib.import_module(package)
"""


def test_the_files_of_every_component_join_to_one_valid_module(tmp_path):
    """Each by itself is tested above; a name that stands in two of them is an error where they are joined."""
    ui = ROOT / "cnnviz" / "ui"
    makers = [path for path in ui.rglob("*.py") if "components.v2.component(" in path.read_text("utf-8")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in makers]
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path), *names], cwd=ROOT, check=True, timeout=120)
    modules = sorted(tmp_path.glob("*.mjs"))
    assert len(modules) == len(makers) > 9
    for module in modules:
        checked = subprocess.run([NODE, "--check", module], capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stderr


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
