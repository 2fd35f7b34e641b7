"""HTML by templates: text is escaped, HTML is taken as it is, and neither changes on its way through a table."""

import numpy as np
import pytest

from cnnviz.ui.letters import lettered, together
from cnnviz.ui.markup import Markup, bold, html, image, joined, parts, rows

STRANGE = "<i title='a'>&amp; \"b\""
ESCAPED = "&lt;i title=&#39;a&#39;&gt;&amp;amp; &#34;b&#34;"


@pytest.mark.parametrize(
    "piece",
    [
        html("<b>{}</b>", STRANGE),
        html("<b>{name}</b>", name=STRANGE),
        bold(STRANGE),
        html("<p>{}</p>", bold(STRANGE)),
        joined([bold(STRANGE), STRANGE], " · "),
        rows([STRANGE], [[bold(STRANGE), STRANGE]]),
        image(np.zeros((1, 2, 2), np.uint8), STRANGE),
    ],
)
def test_text_is_escaped_once_and_html_never(piece):
    assert isinstance(piece, Markup)
    assert ESCAPED in piece and "<i " not in piece and "&amp;lt;" not in piece and "&lt;b&gt;" not in piece


@pytest.mark.parametrize("change", [lettered, together])
def test_letters_and_gaps_leave_html_html_and_text_text(change):
    assert type(change(html("<p>K = 3, {}</p>", "<"))) is Markup and "&lt;" in change(html("{}", "<"))
    assert type(change("K = 3, <")) is str


def test_a_component_is_told_of_a_piece_in_parts():
    piece = html("a <b>{}</b><span>{}, <em>{}</em></span>", "1 < 2", "x & y", "<i>")
    assert parts(piece) == ["a ", ["b", ["1 < 2"]], ["span", ["x & y, ", ["em", ["<i>"]]]]]
    assert parts(html("")) == []
