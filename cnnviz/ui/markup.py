"""All HTML of the pages is made and shown here, by templates: what is put into one is escaped, unless it is HTML.

    html("<b>{}</b>, {} × {}", name, height, width)     a piece of HTML, whatever a visitor has called `name`

A piece is a `Markup`: a str that says of itself that it is HTML. Where text is wanted, a str is text and is escaped,
and a Markup is taken as it is. Templates are literals, never f-strings; tests/test_architecture.py reads the code.
"""

import base64
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup
from numpy.typing import NDArray

from cnnviz.pictures import encode_png
from cnnviz.ui.letters import lettered, together


def html(template: str, *parts: object, **named: object) -> Markup:
    """A piece of HTML: a template as `str.format` takes it, and what is put into it."""
    return Markup(template).format(*parts, **named)


NOTHING = Markup("")


class _Parts(HTMLParser):
    """What a piece of HTML consists of: `parts`."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[list[Any]] = [[]]

    def handle_data(self, data: str) -> None:
        self.open[-1].append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open[-1].append([tag, []])
        self.open.append(self.open[-1][-1][1])

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()


def parts(piece: Markup) -> list[Any]:
    """A piece for a component, which makes its elements itself: its texts and, for each element, [name, its parts].
    No attributes go along."""
    found = _Parts()
    found.feed(piece)
    found.close()
    return found.open[0]


def bold(text: object) -> Markup:
    """A number or a few words that stand out."""
    return html("<b>{}</b>", text)


def joined(pieces: Iterable[str], between: str = "") -> Markup:
    """Pieces in a row."""
    return Markup(between).join(pieces)


def show(piece: Markup, **of_element: Any) -> None:
    """A piece of HTML on the page."""
    st.html(piece, **of_element)


def style(css: str) -> None:
    """Rules for the page."""
    st.html(f"<style>{css}</style>")


def image(picture: NDArray[np.uint8] | bytes, alt: str, *, style: str = "", sharp: bool = True) -> Markup:
    """A picture of exactly these pixels, in the page itself: st.image sends a JPEG, whose colours are others.

    picture  uint8 levels (1, H, W) or (3, H, W), or a PNG
    style    its CSS
    sharp    whether each pixel stays a square where it is drawn larger; a photograph is smoothed instead
    """
    data = picture if isinstance(picture, bytes) else encode_png(picture)
    kind = Markup(' class="pixels"') if sharp else ""
    told = html(' style="{}"', style) if style else ""
    return html('<img{} src="data:image/png;base64,{}" alt="{}"{}>', kind, base64.b64encode(data).decode(), alt, told)


def drawing(svg: Markup, alt: str, size: str = "") -> Markup:
    """A drawing, as a picture: st.html lets pictures through, but no svg of its own. `size`: attributes, as HTML."""
    data = base64.b64encode(svg.encode()).decode()
    return html('<img src="data:image/svg+xml;base64,{}"{} alt="{}">', data, size, alt)


def unseen(text: str) -> Markup:
    """Words for whoever hears the page: the heading of a column that those who see it need none for."""
    return html('<span class="unseen">{}</span>', text)


def signed(light: bytes, dark: bytes, alt: str, *, style: str = "") -> Markup:
    """A map in the signed palette as two PNGs on each other, of which the page's theme shows one: `export.signed_png`
    for a light page and for a dark one. Otherwise as `image`."""
    return html('<span class="signed" style="{}">{}{}</span>', style, image(light, alt), image(dark, ""))


def rows(head: Sequence[str], body: Iterable[Sequence[str]], *, chosen: int | None = None) -> Markup:
    """A table: its head, then its rows, the name of each in front; the row `chosen` is marked."""
    lines = []
    for at, (name, *cells) in enumerate(body):
        mark = Markup(' class="chosen"') if at == chosen else ""
        told = joined(html("<td>{}</td>", text) for text in cells)
        lines.append(html('<tr{}><th scope="row">{}</th>{}</tr>', mark, name, told))
    table = html(
        '<div class="wide"><table class="facts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        joined(html('<th scope="col">{}</th>', text) for text in head),
        joined(lines),
    )
    return together(lettered(table))


def part(name: str, *body: str) -> None:
    """One part of the lesson, or its beginning: its heading, then paragraphs of text and pieces of HTML."""
    pieces = joined(piece if isinstance(piece, Markup) else html("<p>{}</p>", piece) for piece in body)
    show(html('<div class="part"><h2>{}</h2>{}</div>', lettered(name), together(lettered(pieces))))


def told(text: str, **of_element: Any) -> None:
    """A paragraph within a part of the lesson."""
    show(html('<div class="part"><p>{}</p></div>', text), **of_element)
