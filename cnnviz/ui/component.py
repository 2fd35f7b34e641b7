"""The one door for what the browser draws: `component("stage")` mounts stage/stage.js, dressed in stage/stage.css.

The JavaScript is written as ES modules: what a file takes from another it imports, and a component's entry, the file of
its name, exports a default. `joined` follows the imports and makes one module of them all, which a page has once, by
`scripts`, together with the style; what is sent with a component only names its entry.

Inline, as Streamlit would have it, JavaScript is sent again with all new data. Measured for a change of K in the lab
(bench/pages.py, in turn): inline 490,551 bytes over the WebSocket at 192x192 RGB and 2,047,135 at 512x512, sent once
297,538 and 1,854,122; a first view takes 178 KB more, and without a network between them the picture comes as soon
(0.89 to 1.08 of the time). Streamlit's packaged components (`asset_dir`) send as little, but only where cnnviz is an
installed distribution with a manifest, which after `pip install -r requirements.txt && streamlit run app.py` it is not.
This way needs nothing installed, built or served.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.export import PRGN, PRGN_DARK

_IMPORT = re.compile(r"^import\b.*?;$", re.MULTILINE | re.DOTALL)
_TAKEN = re.compile(r'import \{\s*([\w\s,]+?),?\s*\} from "(\.[^"]+)";')  # { a, b as c } from "./file.js"
_EXPORT = re.compile(r"^export\b.*$", re.MULTILINE)
_GIVEN = re.compile(r"export ((?:const|(?:async )?function|class) (\w+)\b.*)|export (default) (.*)")


def joined(root: Path, entries: Iterable[str]) -> str:
    """`entries`, paths below `root`, and all that they import as one module: each file once, behind those that it
    imports, in a scope of its own; `constant(path)` holds what it exports.

    Raises ValueError for an import of a file or of a name that is not there, for files that import each other in a
    ring, and for an `import` or `export` that is written as none of these modules has it.
    """
    exports: dict[str, list[str]] = {}
    scopes: list[str] = []

    def add(path: str, way: tuple[str, ...]) -> None:
        if path in exports:
            return
        if path in way:
            raise ValueError(f"{' imports '.join((*way, path))}: a ring")
        if not (root / path).is_file():
            raise ValueError(f"{' imports '.join((*way, path))}, which is not there")
        names: list[str] = []

        def taken(found: re.Match[str]) -> str:
            if not (told := _TAKEN.fullmatch(found[0])):
                raise ValueError(f"{path} imports in a way that is not followed: {found[0]}")
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), told[2]))
            add(other, (*way, path))
            pairs = [name.split(" as ") for name in re.split(r"\s*,\s*", told[1])]
            if missing := [name for name, *_ in pairs if name not in exports[other]]:
                raise ValueError(f"{path} imports {missing[0]}, which {other} does not export")
            return f"const {{ {', '.join(': '.join(pair) for pair in pairs)} }} = {constant(other)};"

        def given(found: re.Match[str]) -> str:
            if not (told := _GIVEN.fullmatch(found[0])):
                raise ValueError(f"{path} exports in a way that is not followed: {found[0]}")
            names.append(told[2] or "default: $default")
            return told[1] or f"const $default = {told[4]}"

        text = _EXPORT.sub(given, _IMPORT.sub(taken, (root / path).read_text("utf-8")))
        scopes.append(f"const {constant(path)} = (() => {{\n{text}\nreturn {{ {', '.join(names)} }};\n}})();\n")
        exports[path] = names

    for entry in entries:
        add(entry, ())
    return "".join(scopes)


def constant(path: str) -> str:
    """What holds the exports of a file, in the module that it is joined to."""
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


_UI = Path(__file__).parent
_ENTRIES = {
    file.stem: file.relative_to(_UI).as_posix()
    for file in sorted(_UI.glob("*/*.js"))
    if "\nexport default " in file.read_text("utf-8")
}
_DRESS = "drawing/dress.js"
_COLOURS = f"const PRGN = {json.dumps(PRGN)}, PRGN_DARK = {json.dumps(PRGN_DARK)};\n"
_JOINED = f"{_COLOURS}{joined(_UI, [*_ENTRIES.values(), _DRESS])}"
# Where a page finds the entries, and a promise of them, for a component may come before. Named after what was joined,
# so that a page that stays open while the server gets other files keeps what belongs together.
_HELD = f"""
const held = (window["cnnviz {hashlib.sha256(_JOINED.encode()).hexdigest()[:12]}"] ??= {{}});
held.coming ??= new Promise((come) => {{ held.bring = (all) => {{ held.all = all; come(); }}; }});
"""
# Without a top-level `await`: of several elements that import such a module at once WebKit calls one, and no other.
_SHOW = """
export default (told) => {
  if (held.all) return held.all.NAME(told);
  let isOver = false, end;
  held.coming.then(() => { if (!isOver) end = held.all.NAME(told); });
  return () => { isOver = true; end?.(); };
};
"""


def _found(path: str) -> str:
    """The entry `path`, in the style that stands beside it, if any does."""
    entry, own = f"{constant(path)}.default", (_UI / path).with_suffix(".css")
    if not own.is_file():
        return entry
    css = f"{(_UI / 'drawing/drawing.css').read_text('utf-8')}{own.read_text('utf-8')}"
    return f"{constant(_DRESS)}.dressed({entry}, {json.dumps(css)})"


_FOUND = ", ".join(f"{name}: {_found(path)}" for name, path in _ENTRIES.items())
_scripts = st.components.v2.component(
    "cnnviz_scripts", js=f"{_HELD}{_JOINED}held.bring({{ {_FOUND} }});\nexport default () => {{}};\n"
)


def scripts() -> None:
    """Bring the browser the JavaScript of every component. Each page does; it shows nothing."""
    _scripts(key="scripts", height=0)


def component(name: str) -> Callable[..., Any]:
    """What mounts the component of that name; a page that it is mounted on has `scripts`.

    Raises KeyError where no file of that name in a folder of cnnviz/ui exports a default.
    """
    if name not in _ENTRIES:
        raise KeyError(name)
    return st.components.v2.component(f"cnnviz_{name}", js=f"{_HELD}{_SHOW.replace('NAME', name)}")
