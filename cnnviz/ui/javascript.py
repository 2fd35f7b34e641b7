"""JavaScript files as the one module that a Streamlit component may have: no build step, and nothing written twice."""

from __future__ import annotations

import json
import re
from importlib.resources.abc import Traversable

from cnnviz.export import PRGN, PRGN_DARK

_LINKS = re.compile(r"^import .*?;\n|^export (?!default)", re.MULTILINE | re.DOTALL)


def joined(*sources: Traversable) -> str:
    """The files in order, without the imports and exports between them; the signed palettes in front."""
    parts = [_LINKS.sub("", source.read_text("utf-8")) for source in sources]
    return "\n".join([f"const PRGN = {json.dumps(PRGN)}, PRGN_DARK = {json.dumps(PRGN_DARK)};", *parts])
