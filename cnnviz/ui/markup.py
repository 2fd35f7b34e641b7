"""The heading of a part of a lesson, and tables, as HTML. What comes from a visitor must be escaped before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st


def rows(head: Sequence[str], body: Iterable[Sequence[str]], *, chosen: int | None = None) -> str:
    """A table: its head, then its rows, the name of each in front; the row `chosen` is marked."""
    names = "".join(f'<th scope="col">{text}</th>' for text in head)
    lines = []
    for at, (name, *cells) in enumerate(body):
        mark = ' class="chosen"' if at == chosen else ""
        told = "".join(f"<td>{text}</td>" for text in cells)
        lines.append(f'<tr{mark}><th scope="row">{name}</th>{told}</tr>')
    return (
        f'<div class="wide"><table class="facts"><thead><tr>{names}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def part(name: str, body: str = "") -> None:
    """One part of the lesson, or its beginning: its heading, then its HTML."""
    st.html(f'<div class="part"><h2>{name}</h2>{body}</div>')
