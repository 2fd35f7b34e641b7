"""Words that pages share: table by table."""

from __future__ import annotations

import pytest

from cnnviz.ui.words import capital, listed


@pytest.mark.parametrize(
    ("items", "last", "said"),
    [
        ([], "and", ""), ([4], "or", "4"), ([1, 2], "and", "1 and 2"), ([1, 2], "or", "1 or 2"),
        ((1, 2, 4), "or", "1, 2 or 4"), (["2 rows", "1 column"], "and", "2 rows and 1 column"),
    ],
)  # fmt: skip
def test_lists(items, last, said):
    assert listed(items, last) == said
    assert last != "and" or listed(items) == said


def test_a_name_at_the_beginning_of_a_sentence():
    assert [capital(name) for name in ("leaky ReLU", "GELU", "tanh", "")] == ["Leaky ReLU", "GELU", "Tanh", ""]
