"""The letters of the formulas: large ones, or the small ones of some lectures, for the whole of a page."""

import re
from typing import TypeVar

from cnnviz.ui import state
from cnnviz.ui.state import one_of

Text = TypeVar("Text", bound=str)
LARGE, SMALL = "O W K S P D", "o w k s p d"
LETTERS = one_of("letters", [LARGE, SMALL])

# Each by itself: not the S of S2, the D of 3-D or the C of CONV.
_LETTER = re.compile(r"(?<![\w-])[CDFGKOPSW](?![A-Za-z0-9])")


# What is read as one: a size, a setting, a layer's name, the formula, the factors of a count.
_TOGETHER = re.compile(
    r"\d(?: × \d[\d,]*)+|\b[CFGKPSWcfgkpsw] = \d|\bLayer \d|\d (?:[A-Z]{2,} )+\d+(?: × \d+)*|\d ReLU"
    r"|\b[Oo] = ⌊[^⌋<]*⌋ \+ 1|(?:\b[Pp] = )?\([Kk] − 1\)/2|\([\dKCkc][\d·KCkc]* \+ 1\)·[\dFf]|\(× \d"
)


def together(text: Text) -> Text:
    """The same text or HTML, where no line breaks within a size ("128 × 192"), a setting ("K = 3") or a formula."""
    return type(text)(_TOGETHER.sub(lambda found: found[0].replace(" ", "\u00a0"), text))


def lettered(text: Text) -> Text:
    """Text or HTML in the letters that the visitor chose: "O = ⌊(W − K) / S⌋ + 1", or o, w, k and s."""
    if state.now(LETTERS) == LARGE:
        return text
    return type(text)(_LETTER.sub(lambda letter: letter[0].lower(), text))
