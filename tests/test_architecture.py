"""The house keeps its shape: who may import whom, what `import cnnviz` costs, what is pinned, what no file may hold."""

import ast
import inspect
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from cnnviz import layers
from server import ROOT

# A module imports only from those before it; the modules of one folder may import each other.
ORDER = (
    "errors", "numbers", "checks", "signatures", "envelope", "jobs", "spans", "geometry", "kernels", "ops", "steps",
    "layers", "graph", "network", "stacks", "tracing", "passes", "training", "models", "formats", "experiments",
    "pictures", "figures", "export", "ui",
)  # fmt: skip
# Libraries that one module alone may import.
KEEPERS = {"onnx": "formats", "PIL": "pictures", "plotly": "figures", "streamlit": "ui", "markupsafe": "ui"}
# What a page may not import: it does no arithmetic and builds no figures.
NOT_ON_PAGES = {"numpy", "scipy", "plotly", "PIL"}

PACKAGE = ROOT / "cnnviz"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


# Inside ui the same: what is set, words and HTML, what is kept, what is drawn, controls, lessons, the pages' frame.
ROOMS_OF_UI = (
    "component", "state", "words", "letters", "memory", "leaving", "settings", "held", "markup", "formulas", "cached",
    "own",
    "drawing", "landmarks", "stage", "dots", "compare", "volumes", "overlay", "learning", "drawpad", "pixels",
    "curve", "stamps", "sizes", "grid", "later", "nodes", "panel", "controls", "questions", "results", "network_view",
    "lessons", "course", "frame",
)  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(source: str, package: str = "") -> Iterator[str]:
    """The full names of everything that `source`, a module of `package`, imports, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def complaints(room: str, names: list[str]) -> list[str]:
    """What the rules have against a module of the room `room` ("geometry", "ui.stage") that imports `names`."""
    found = []
    room, _, of_ui = room.partition(".")
    for name in names:
        library, _, rest = name.partition(".")
        if library == "cnnviz":
            other = rest.partition(".")[0]
            if other not in ORDER:
                found.append(f"{name}: name the module that it comes from, not the package")
            elif ORDER.index(other) > ORDER.index(room):
                found.append(f"{name}: {other} comes after {room}")
            elif room == other == "ui":
                inner = rest.split(".")[1]
                if ROOMS_OF_UI.index(inner) > ROOMS_OF_UI.index(of_ui):
                    found.append(f"{name}: {inner} comes after {of_ui}")
        elif library in KEEPERS and KEEPERS[library] != room:
            found.append(f"{name}: only {KEEPERS[library]} imports {library}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_from_those_before_it(path):
    inside = path.relative_to(PACKAGE).with_suffix("").parts
    assert inside[0] in ORDER, f"{name_of(path)} has no place in the list of modules"
    names = list(imported(path.read_text("utf-8"), ".".join(("cnnviz", *inside[:-1]))))
    room = ".".join(inside[:2]) if inside[0] == "ui" and inside[1] != "__init__" else inside[0]
    assert complaints(room, names) == []


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_modules_import_each_other_in_a_circle():
    modules = {module_of(path): path for path in MODULES}

    def imports(module: str, path: Path) -> set[str]:
        """The modules among them: of "cnnviz.ops.conv2d", a function, the room that has it."""
        names = imported(path.read_text("utf-8"), module)
        return {name if name in modules else name.rpartition(".")[0] for name in names} & modules.keys() - {module}

    TopologicalSorter({module: imports(module, path) for module, path in modules.items()}).prepare()


# Names that stand for several things still: the first are an operation's in several rooms of the core.
SHARED_FILES = {
    "checks.py", "linear.py", "normalisation.py", "pasted.py", "pooling.py", "typed.py", "weights.py", "message.py",
}  # fmt: skip
SHARED_CLASSES = {"Curve", "Run"}


def several(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def test_a_name_stands_alone_in_a_stack_trace():
    assert several(path.name for path in MODULES if path.name != "__init__.py") <= SHARED_FILES
    trees = [ast.parse(path.read_text("utf-8")) for path in MODULES]
    classes = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    assert {name for name in several(classes) if not name.startswith("_")} <= SHARED_CLASSES


LAYERS = {name for name in layers.__all__ if inspect.isclass(getattr(layers, name))} - {"Node"}


def told_apart(source: str) -> list[str]:
    """Every `match` pattern, `isinstance` and comparison of a type that is over classes of layers."""

    def names(node: ast.AST) -> set[str]:
        parts = (part for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute)))
        return {ast.unparse(part).rpartition(".")[2] for part in parts}

    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.MatchClass) and names(node.cls) & LAYERS:
            found.append(ast.unparse(node.cls))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            if len(node.args) == 2 and names(node.args[1]) & LAYERS:
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Compare) and "type(" in ast.unparse(node) and names(node) & LAYERS:
            found.append(ast.unparse(node))
    return found


OUTSIDE_LAYERS = [path for path in (*MODULES, *PAGES) if PACKAGE / "layers" not in path.parents]


@pytest.mark.parametrize("path", OUTSIDE_LAYERS, ids=name_of)
def test_nothing_outside_layers_tells_their_classes_apart(path):
    """What is known of a layer it says itself: who asks which one it is would have to be told of the next."""
    assert told_apart(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("match layer:\n    case Conv2d(): pass\n    case layers.Linear(): pass", 2),
        ("isinstance(row.layer, (Conv2d, layers.MaxPool2d))", 1),
        ("type(layer) is Dropout", 1),
        ("type(layer) in (Rbf, Add)", 1),
        ("isinstance(value, (tuple, list)); isinstance(a, Layer)", 1),
        ("Conv2d(8, 3); layer.kind == 'CONV'; isinstance(found, Pass)", 0),
    ],
)
def test_what_tells_layers_apart_is_found(source, count):
    assert len(told_apart(source)) == count


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_does_no_arithmetic(path):
    libraries = {name.partition(".")[0] for name in imported(path.read_text("utf-8"))}
    assert not libraries & NOT_ON_PAGES


def unescaped(source: str) -> list[str]:
    """Where HTML may come to a page that nothing has escaped: it is shown by no other door than `markup.show`, and
    what it is made of is literals. Elsewhere than in markup.py."""
    found = [name for name in imported(source) if re.match(r"(html|markupsafe)\b", name)]
    nodes = [*ast.walk(ast.parse(source))]
    assigned = [(ast.unparse(node.targets[0]), node.value) for node in nodes if isinstance(node, ast.Assign)]
    literal = {name for name, _ in assigned} - {name for name, value in assigned if not isinstance(value, ast.Constant)}
    for node in nodes:
        if isinstance(node, ast.Call):
            name, first = ast.unparse(node.func), [*node.args, None][0]
            if name.endswith(".html") and not name.endswith("markup.html"):
                found.append(ast.unparse(node))
            elif name.endswith("Markup") and first and not isinstance(first, ast.Constant):
                found.append(ast.unparse(node))
            elif re.fullmatch(r"(markup\.)?html", name):
                if not isinstance(first, ast.Constant) and ast.unparse(first) not in literal:
                    found.append(ast.unparse(node))
    return found


UI = sorted((PACKAGE / "ui").rglob("*.py"))


@pytest.mark.parametrize("path", [path for path in UI if path.name != "markup.py"], ids=name_of)
def test_html_is_made_by_templates_that_escape(path):
    assert unescaped(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "is_safe"),
    [
        ("show(html('<b>{}</b>', name))", True),
        ("line = '<b>{}</b>'\nmarkup.show(html(line, name))", True),
        ("line = f'<b>{name}</b>'\nmarkup.show(html(line))", False),
        ("st.html(f'<b>{name}</b>')", False),
        ("box.html(piece)", False),
        ("show(html(f'<b>{name}</b>'))", False),
        ("show(html('<b>' + name + '</b>'))", False),
        ("show(Markup(name))", False),
        ("from html import escape", False),
        ("from markupsafe import Markup", False),
    ],
)
def test_what_is_not_escaped_is_found(source, is_safe):
    assert (unescaped(source) == []) is is_safe


TESTS = sorted((ROOT / "tests").glob("*.py"))
# Private names that there is no way round: pad.py says why it needs Playwright's; the other is documented.
NEEDED = {"self._hand._impl_obj", "self._hand._sync", "os._exit"}


def private(source: str) -> list[str]:
    """The private names of others that a test's source reaches for: imported, by a dot, or named for patching."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            names = [] if own else [ast.unparse(node)]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("setattr", "getattr", "delattr")):
            names = [f".{arg.value}" for arg in node.args if isinstance(arg, ast.Constant)]
        else:
            continue
        found += [name for name in names if re.search(r"\._[^_.][^.]*$", name) and name not in NEEDED]
    return found


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_no_test_imports_a_test_or_a_private_name(path):
    source = path.read_text("utf-8")
    assert [name for name in imported(source) if re.match(r"(tests\.)?(test_|conftest)", name)] == []
    assert private(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from cnnviz.ui.cached import _at", ["cnnviz.ui.cached._at"]),
        ("runs._run.clear()", ["runs._run"]),
        ("patch.setattr(worker, '_started', 1)", ["._started"]),
        ("patch.setattr('cnnviz.ui.cached._at', 1)", [".cnnviz.ui.cached._at"]),
        ("from __future__ import annotations; x.__class__; self._pages; {'a': '_b'}; np.add", []),
    ],
)
def test_a_private_name_is_found(source, found):
    assert private(source) == found


@pytest.mark.parametrize(
    ("package", "source", "names"),
    [
        ("cnnviz", "import PIL.Image as I, numpy", ["PIL.Image", "numpy"]),
        ("cnnviz", "def f():\n    from plotly import graph_objects", ["plotly.graph_objects"]),
        ("cnnviz", "from .ops import conv2d, relu", ["cnnviz.ops.conv2d", "cnnviz.ops.relu"]),
        ("cnnviz", "from . import ops", ["cnnviz.ops"]),
        ("cnnviz.ui", "from ..steps import Step", ["cnnviz.steps.Step"]),
        ("cnnviz.ui", "from .stage import stage", ["cnnviz.ui.stage.stage"]),
    ],
)
def test_imports_are_read_right(package, source, names):
    assert list(imported(source, package)) == names


@pytest.mark.parametrize(
    ("room", "name", "allowed"),
    [
        ("ops", "cnnviz.geometry.Window", True),
        ("ops", "cnnviz.ops.bands", True),
        ("geometry", "cnnviz.ops.conv2d", False),
        ("steps", "cnnviz.conv2d", False),
        ("pictures", "PIL.Image", True),
        ("export", "PIL.Image", False),
        ("ui", "plotly.graph_objects", False),
        ("figures", "streamlit", False),
        ("ui", "streamlit", True),
        ("ui.stage", "cnnviz.ui.state.put", True),
        ("ui.stage", "cnnviz.ui.lessons.Ending", False),
        ("ui.lessons", "cnnviz.ui.course", False),
    ],
)
def test_the_rules_refuse_what_they_should(room, name, allowed):
    assert (complaints(room, [name]) == []) is allowed


def test_importing_cnnviz_brings_numpy_and_nothing_else():
    def brought_by(name: str) -> set[str]:
        ask = f"import sys, {name}; print(*{{key.partition('.')[0] for key in sys.modules}})"
        return set(subprocess.check_output([sys.executable, "-c", ask], cwd=ROOT, text=True).split())

    # Compared with NumPy alone, for some libraries put modules of their own into every interpreter.
    assert brought_by("cnnviz") - brought_by("numpy") - sys.stdlib_module_names == {"cnnviz"}
    assert "numpy" in brought_by("cnnviz")


def pins(file: str) -> list[tuple[str, str]]:
    """(name, what follows it) of each line of a list of requirements."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text("utf-8").splitlines()]
    return [re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in lines if line]


def test_the_app_runs_on_seven_pinned_libraries():
    libraries = {"streamlit", "numpy", "scipy", "pillow", "plotly", "markupsafe", "onnx"}
    assert {name for name, _ in pins("requirements.txt")} == libraries


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-test.txt"])
def test_everything_is_pinned(file):
    loose = [name for name, version in pins(file) if not re.match(r"==\d+(\.\d+)+(;|$)", version)]
    assert loose == []


# What brings in numbers from elsewhere, or runs what it reads: nothing in the package may.
NEVER = {"pickle", "shelve", "joblib", "marshal", "dill", "socket", "urllib", "http", "requests", "httpx", "ftplib"}


@pytest.mark.parametrize("path", [*MODULES, *PAGES], ids=name_of)
def test_nothing_is_fetched_and_nothing_unpickled(path):
    source = path.read_text("utf-8")
    assert not {name.partition(".")[0] for name in imported(source)} & NEVER
    assert [line for line in loads(source) if not re.search(r"allow_pickle=False\b", line)] == []


def loads(source: str) -> list[str]:
    """Every call of a function `load` of NumPy, as it is written."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [told for call in calls if re.match(r"(np|numpy)\.load\(", told := ast.unparse(call))]


def test_a_load_is_found():
    found = loads("with np.load(io.BytesIO(data), allow_pickle=False) as f: pass\nx = numpy.load('y')\njson.load(f)")
    assert sorted(found) == ["np.load(io.BytesIO(data), allow_pickle=False)", "numpy.load('y')"]
    kept = [path for path in MODULES if loads(path.read_text("utf-8"))]
    assert {"cnnviz/models/weights.py", "cnnviz/models/digits.py"} <= {name_of(path) for path in kept}


def files_of_the_project() -> list[Path]:
    """What git keeps, or would keep at the next commit."""
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


ADDRESS = re.compile(r"(?:https?|wss?)://(?!www\.w3\.org/)[^\s\"'`)]*")


def test_what_the_browser_loads_names_no_address():
    browser = [path for path in files_of_the_project() if path.suffix in {".js", ".mjs", ".css", ".html"}]
    named = {name_of(path): found for path in browser if (found := ADDRESS.findall(path.read_text("utf-8")))}
    assert named == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('import x from "https://cdn.example/x.js"', ["https://cdn.example/x.js"]),
        ("@import url(http://www.w3.org.example/a.css)", ["http://www.w3.org.example/a.css"]),
        ("new WebSocket('wss://far.example')", ["wss://far.example"]),
        ('xmlns="http://www.w3.org/2000/svg"', []),
    ],
)
def test_an_address_is_found(text, found):
    assert ADDRESS.findall(text) == found


def test_no_file_is_over_10_megabytes():
    assert [name_of(path) for path in files_of_the_project() if path.stat().st_size > 10_000_000] == []
