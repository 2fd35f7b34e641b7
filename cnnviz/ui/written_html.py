"""For pages that still write their HTML by hand and escape it themselves. It goes with the last of them."""

from __future__ import annotations

from markupsafe import escape as escape

from cnnviz.ui import markup
from cnnviz.ui.markup import Markup


def part(name: str, body: str = "") -> None:
    """`markup.part` of a heading and a body that are HTML already."""
    markup.part(Markup(name), Markup(body))
