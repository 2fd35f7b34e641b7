"""Tables as HTML, and counts as words. What comes from a visitor is never part of them."""

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


def many(count: int, word: str) -> str:
    """1 row, 2 rows."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def percent(share: float) -> str:
    """Three digits of a share."""
    return f"{100 * share:.3g}%" if share < 1 else f"{100 * share:,.0f}%"


def listed(positions: Sequence[int], word: str, most: int = 4) -> str:
    """Positions, counted from 0, as a person counts them: "rows 4 and 8", "96 columns: 2, 4, 6, 8, …"."""
    names = [str(position + 1) for position in positions]
    if len(names) == 1:
        return f"{word} {names[0]}"
    if len(names) <= most:
        return f"{word}s {', '.join(names[:-1])} and {names[-1]}"
    return f"{len(names):,} {word}s: {', '.join(names[:most])}, …"
