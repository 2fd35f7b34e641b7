"""One alphabet on a page: large letters, and behind the switch small ones, in every formula and on every slider."""

import re

import pytest

from visitor import Visitor

# A letter that stands for a number: O, W, K, S, P beside a sign of arithmetic, or at the head of a slider.
LARGE = re.compile(r"(?<![\w-])[OWKSP](?= ?[=−/²)]| kernel| stride| padding)")
SMALL = re.compile(r"(?<![\w’'-])[owksp](?= ?[=−/²)]| kernel| stride| padding)")
PAGES = {"convolution": {}, "stride": {}, "pooling": {}, "pooling refused": {"pk": "2", "pp": "3"}}


def said(page: str, **link: str) -> str:
    at = Visitor(page.split()[0], size="40", depth="Grey", **PAGES[page], **link)
    return f"{at.said()} {' '.join(at.markdown())} {' '.join(button.label for button in at.app.button)}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_alphabet_and_the_switch_changes_all_of_it(page):
    usual, changed = said(page), said(page, letters="o w k s p d")
    assert LARGE.findall(usual) and not SMALL.findall(usual)
    assert SMALL.findall(changed) and not LARGE.findall(changed)
    assert len(SMALL.findall(changed)) == len(LARGE.findall(usual))
    assert "o = ⌊(w − k" in changed and "O = ⌊(W − K" in usual


def test_the_letters_go_with_the_visitor():
    at = Visitor("pooling", letters="o w k s p d", size="40")
    assert at.link("letters") == "o w k s p d"
    assert "**s stride**" in at.go("convolution").markdown()


def test_the_words_under_a_dial_have_the_letters_of_the_page():
    """Case 3.12."""
    link = {"rect": "true", "size": "40"}
    assert "K is then the height." in Visitor("convolution", **link).said()
    at = Visitor("convolution", letters="o w k s p d", s="2", **link)
    assert "k is then the height." in at.said()
    # Names, buttons, and what stands in an empty box too.
    assert at.control("rect").label == "k’s height and width differ"
    assert at.control("sides").told["placeholder"] == "p on all four"
    assert at.control("p-act").label == "keep the size (s = 1)"
