"""The heading of a part of a lesson, tables, pictures and words to be heard alone, as HTML.

What comes from a visitor must be escaped before.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.pictures import encode_png
from cnnviz.ui.letters import lettered, together


def image(picture: NDArray[np.uint8] | bytes, alt: str, *, style: str = "", sharp: bool = True) -> str:
    """A picture of exactly these pixels, in the page itself: st.image sends a JPEG, whose colours are others.

    picture  uint8 levels (1, H, W) or (3, H, W), or a PNG
    alt      plain text: it is escaped here
    style    its CSS
    sharp    whether each pixel stays a square where it is drawn larger; a photograph is smoothed instead
    """
    data = picture if isinstance(picture, bytes) else encode_png(picture)
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    kind = ' class="pixels"' if sharp else ""
    told = f' style="{style}"' if style else ""
    return f'<img{kind} src="{address}" alt="{escape(alt)}"{told}>'


def unseen(text: str) -> str:
    """Words for whoever hears the page: the heading of a column that those who see it need none for."""
    return f'<span class="unseen">{text}</span>'


def signed(light: bytes, dark: bytes, alt: str, *, style: str = "") -> str:
    """A map in the signed palette as two PNGs on each other, of which the page's theme shows one: `export.signed_png`
    for a light page and for a dark one. Otherwise as `image`."""
    drawn = image(light, alt) + image(dark, "")
    return f'<span class="signed" style="{style}">{drawn}</span>'


def rows(head: Sequence[str], body: Iterable[Sequence[str]], *, chosen: int | None = None) -> str:
    """A table: its head, then its rows, the name of each in front; the row `chosen` is marked."""
    names = "".join(f'<th scope="col">{text}</th>' for text in head)
    lines = []
    for at, (name, *cells) in enumerate(body):
        mark = ' class="chosen"' if at == chosen else ""
        told = "".join(f"<td>{text}</td>" for text in cells)
        lines.append(f'<tr{mark}><th scope="row">{name}</th>{told}</tr>')
    table = (
        f'<div class="wide"><table class="facts"><thead><tr>{names}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
    return together(lettered(table))


def part(name: str, body: str = "") -> None:
    """One part of the lesson, or its beginning: its heading, then its HTML."""
    st.html(f'<div class="part"><h2>{lettered(name)}</h2>{together(lettered(body))}</div>')
