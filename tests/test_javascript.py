"""The JavaScript tests of tests/js, and that none of them can go unnoticed."""

import json
import re
import subprocess
import sys

import pytest

import previews
import shown
import traces
from cnnviz.export import PRGN, PRGN_DARK
from cnnviz.ui.component import constant, joined
from node import NODE, asked, run_tests
from server import ROOT

UI = ROOT / "cnnviz" / "ui"


def test_every_javascript_test_passes(tmp_path):
    previews.write(tmp_path)
    traces.write(tmp_path)  # what Python says of the traces that both languages walk through
    shown.write(tmp_path)
    (tmp_path / "palettes.json").write_text(json.dumps({"PRGN": PRGN, "PRGN_DARK": PRGN_DARK}), "utf-8")
    run_tests(ROOT / "tests" / "js", TRACES=str(tmp_path))


# Writes the JavaScript of every component into a folder, a module each.
WRITE = """
import pathlib, sys
import streamlit as st
def keep(name, *, js, css=None):
    pathlib.Path(sys.argv[1], f"{name}.mjs").write_text(js, "utf-8")
st.components.v2.component = keep
from cnnviz.ui.component import component
for name in sys.argv[2:]:
    component(name)
"""


def test_what_the_browser_gets_of_every_component_is_a_valid_module(tmp_path):
    entries = [path.stem for path in UI.glob("*/*.js") if "\nexport default " in path.read_text("utf-8")]
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path), *entries], cwd=ROOT, check=True, timeout=120)
    modules = sorted(tmp_path.glob("*.mjs"))
    assert len(modules) == len(entries) + 1 > 10
    for module in modules:
        checked = subprocess.run([NODE, "--check", module], capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stderr


# Two places of one component, which come before the scripts do, and a third that has gone again by then.
EARLY = """
globalThis.window = globalThis;
const { default: show } = await import("./FILE");
const shown = [], ended = [];
const ends = ["one", "two", "three"].map((told) => show(told));
ends[2]();
const held = Object.entries(window).find(([name]) => name.startsWith("cnnviz "))[1];
held.bring({ stage: (told) => { shown.push(told); return () => ended.push(told); } });
await held.coming;
await null;
ends[0]();
show("four")();
"""


def test_a_component_that_comes_before_the_scripts_is_shown_in_all_its_places(tmp_path):
    """WebKit calls one of several that import a module at once which awaits something: so none awaits anything."""
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path), "stage"], cwd=ROOT, check=True, timeout=120)
    (module,) = (path for path in tmp_path.glob("*.mjs") if "scripts" not in path.name)
    assert "await" not in module.read_text("utf-8")
    script = tmp_path / "early.mjs"
    script.write_text(EARLY.replace("FILE", module.name) + "export const found = [shown, ended];\n", "utf-8")
    assert asked(script, "answer(found)", tmp_path) == [["one", "two", "four"], ["one", "four"]]


def files_of(folder, files):
    for name, text in files.items():
        folder.joinpath(name).parent.mkdir(exist_ok=True)
        folder.joinpath(name).write_text(text, "utf-8")
    return folder


def test_joined_modules_import_each_other_and_keep_their_own_names(tmp_path):
    files = {
        "one/one.js": "// import: no import\nimport { twice as double, Two } from \"../two/two.js\";\n"
        'import {\n  own,\n} from "./own.js";\nconst kept = 1;\nexport default function () {\n'
        "  return [kept, own, double(3), new Two().kept];\n}\n",
        "one/own.js": 'import { own as other } from "../two/two.js";\nexport const own = other + kept();\n'
        "function kept() { return 20; }",
        "two/two.js": "const kept = 7;\nexport const own = 100;\nexport function twice(x) { return 2 * x; }\n"
        "export class Two { get kept() { return kept; } }\n",
    }
    text = joined(files_of(tmp_path, files), ["one/one.js"])
    assert text.count("const own = 100") == 1
    module = tmp_path / "all.mjs"
    module.write_text(f"{text}export const found = {constant('one/one.js')}.default();\n", "utf-8")
    assert asked(module, "answer(found)", tmp_path) == [1, 120, 6, 7]


@pytest.mark.parametrize(
    ("one", "two", "complaint"),
    [
        ('import { a } from "./three.js";', "", "one.js imports three.js, which is not there"),
        ('import { a } from "./two.js";', "const a = 1;", "one.js imports a, which two.js does not export"),
        ('import { a } from "./two.js";', 'import { b } from "./one.js";', "two.js imports one.js: a ring"),
        ('import * as two from "./two.js";', "", "in a way that is not followed: import * as two"),
        ('import two from "./two.js";', "export default 1;", "in a way that is not followed: import two"),
        ('import { a } from "three";', "", 'in a way that is not followed: import { a } from "three"'),
        ('import { a } from "./two.js";', "const a = 1;\nexport { a };", "in a way that is not followed: export { a }"),
        ('import { a } from "./two.js";', "export let a = 1;", "in a way that is not followed: export let a"),
    ],
)
def test_modules_that_cannot_be_joined_are_an_error(tmp_path, one, two, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        joined(files_of(tmp_path, {"one.js": one, "two.js": two}), ["one.js"])


# Of an axis; `after(` is the page's own.
AXIS = re.compile(
    r"(?<!\.)\.(?:kernel|stride|dilation|before|after)\b(?!\()|\b(?:stride|dilation) [*+-]|[*+-] (?:stride|dilation)\b"
)


def test_only_axis_js_knows_how_positions_are_computed():
    said = {path.name: AXIS.findall(path.read_text("utf-8")) for path in UI.glob("*/*.js")}
    assert len(said.pop("axis.js")) > 10
    assert {name: found for name, found in said.items() if found} == {}


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
